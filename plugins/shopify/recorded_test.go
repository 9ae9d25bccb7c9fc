package shopify_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/internal/samples"
	"github.com/nexus-host/nexus-host/plugins/shopify"
)

// wantSome holds recorded payloads against the contract: every kind conforms, and there is something to hold.
func wantSome(t *testing.T, s *plugintest.Source) {
	t.Helper()
	s.Conform()
	if len(s.Kind("events")) == 0 {
		t.Error("no event was read")
	}
}

// unwrapped reads a REST response and takes the object or the list out of its one member.
func unwrapped(t *testing.T, path string) []plugintest.Record {
	t.Helper()
	var response map[string]json.RawMessage
	if err := json.Unmarshal([]byte(samples.File(t, path)), &response); err != nil {
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

// recordedResponses reads the responses that two client libraries recorded.
func recordedResponses(t *testing.T, dir string) {
	for folder, files := range map[string]map[string]string{
		"rest_shopify_api_node": {
			"order__list": "orders", "customer__list": "customers", "refund__list": "refunds", "transaction__list": "transactions",
			"checkout__get": "checkouts", "dispute__list": "disputes", "shop__get": "shops",
		},
		"rest_go_shopify": {
			"order_with_transaction": "orders", "customer": "customers", "fulfillment": "fulfillments",
			"product": "products", "shop": "shops", "transactions": "transactions",
		},
	} {
		t.Run(folder, func(t *testing.T) {
			s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2026-08-01T00:00:00Z", Config: `{"include_test":true}`})
			for file, table := range files {
				s.Load(table, unwrapped(t, filepath.Join(dir, folder, file+".json"))...)
			}
			wantSome(t, s)
		})
	}
}

// recordedFivetran reads the samples of a package of models.
func recordedFivetran(t *testing.T, dir string) {
	s := plugintest.New(t, shopify.Plugin(), plugintest.Options{AsOf: "2026-08-01T00:00:00Z"})
	for file, table := range map[string]string{
		"abandoned_checkout": "checkouts", "customer": "customers", "order": "orders", "order_line": "order_lines", "order_discount_code": "discount_codes",
		"transaction": "transactions", "refund": "refunds", "order_line_refund": "refund_lines", "order_adjustment": "order_adjustments",
		"fulfillment": "fulfillments", "product": "products", "shop": "shops",
	} {
		s.Load(table, samples.Fivetran(t, samples.File(t, filepath.Join(dir, "fivetran_seeds", "shopify_"+file+"_data.csv")))...)
	}
	wantSome(t, s)
}
