package shopify_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

// fixtures is recorded data of others; its README gives the origins and licences.
const fixtures = "../../testdata/fixtures/shopify"

// wantEvents compares how often each event happened.
func wantEvents(t *testing.T, s *plugintest.Source, want string) {
	t.Helper()
	count := map[string]int{}
	for _, r := range s.Kind("events") {
		count[r.Text("event_name")]++
	}
	var got []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		got = append(got, fmt.Sprintf("%d %s", count[name], name))
	}
	if g := strings.Join(got, ", "); g != want {
		t.Errorf("events: got\n%s\nwant\n%s", g, want)
	}
}

// unwrapped reads a REST response and takes the object or the list out of its one member.
func unwrapped(t *testing.T, path string) []plugintest.Record {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fixtures, path))
	if err != nil {
		t.Fatal(err)
	}
	var response map[string]json.RawMessage
	if err := json.Unmarshal(data, &response); err != nil {
		t.Fatal(err)
	}
	var list []plugintest.Record
	for _, raw := range response {
		var many []json.RawMessage
		if json.Unmarshal(raw, &many) != nil {
			many = []json.RawMessage{raw}
		}
		for _, one := range many {
			list = append(list, plugintest.JSON(string(one))...)
		}
	}
	return list
}

// TestRESTResponses reads responses that two client libraries recorded.
func TestRESTResponses(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"node", map[string]string{
			"rest_shopify_api_node/order__list.json": "orders", "rest_shopify_api_node/customer__list.json": "customers",
			"rest_shopify_api_node/refund__list.json": "refunds", "rest_shopify_api_node/transaction__list.json": "transactions",
			"rest_shopify_api_node/checkout__get.json": "checkouts", "rest_shopify_api_node/dispute__list.json": "disputes",
			"rest_shopify_api_node/shop__get.json": "shops",
		}, "1 checkout_recovered, 1 checkout_started, 1 customer_at_risk, 1 customer_created, 1 customer_lapsed, 6 dispute_opened, 1 order_paid, 1 order_placed, 1 order_refunded, 1 shop_created"},
		{"go", map[string]string{
			"rest_go_shopify/order_with_transaction.json": "orders", // the sample #9999, which is none
			"rest_go_shopify/customer.json":               "customers", "rest_go_shopify/fulfillment.json": "fulfillments",
			"rest_go_shopify/product.json": "products", "rest_go_shopify/shop.json": "shops", "rest_go_shopify/transactions.json": "transactions",
		}, "1 customer_created, 2 marketing_consent_changed, 1 shop_created"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2026-08-01T00:00:00Z", Config: `{"include_test":true}`})
			for file, table := range test.files {
				s.Load(table, unwrapped(t, file)...)
			}
			s.Conform()
			wantEvents(t, s, test.want)
		})
	}
}

// TestFivetran reads the flattened tables of a loader.
func TestFivetran(t *testing.T) {
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2026-08-01T00:00:00Z"})
	for file, table := range map[string]string{
		"abandoned_checkout": "checkouts", "customer": "customers", "order": "orders", "order_line": "order_lines", "order_discount_code": "discount_codes",
		"transaction": "transactions", "refund": "refunds", "order_line_refund": "refund_lines", "order_adjustment": "order_adjustments",
		"fulfillment": "fulfillments", "product": "products", "shop": "shops",
	} {
		s.Load(table, csvRecords(t, filepath.Join(fixtures, "fivetran_seeds", "shopify_"+file+"_data.csv"))...)
	}
	s.Conform()
	wantEvents(t, s, "3 checkout_abandoned, 3 checkout_started, 7 customer_at_risk, 4 customer_created, 7 customer_lapsed, 2 order_fulfilled, 8 order_paid, 8 order_placed, 1 shop_created")
}

// csvRecords makes an object of each row of a file, as the host's Fivetran preset does.
func csvRecords(t *testing.T, path string) []plugintest.Record {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []plugintest.Record
	for _, row := range rows[1:] {
		object := map[string]any{}
		record := plugintest.Record{}
		for i, name := range rows[0] {
			name = strings.TrimPrefix(name, "\ufeff")
			value := strings.TrimSpace(row[i])
			switch {
			case name == "_fivetran_synced":
				record.IngestedAt = value
			case strings.HasPrefix(name, "_fivetran_") || value == "":
			default:
				object[name] = value
			}
		}
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		record.JSON = string(data)
		list = append(list, record)
	}
	return list
}
