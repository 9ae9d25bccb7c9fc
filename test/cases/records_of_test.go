package cases_test

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

func ofMail(table string, r warehouse.RawRow, record map[string]any) (string, []string) {
	return table, []string{of(r.Connection) + "/" + cmp.Or(of(r.RecordID), textAt(record, "id"))}
}

func ofCalendar(table string, r warehouse.RawRow, record map[string]any) (string, []string) {
	id := cmp.Or(of(r.RecordID), textAt(record, "id"))
	prefix, last, in := strings.Cut(id, "/")
	if !in {
		prefix, last = "", id
	}
	event := cmp.Or(textAt(record, "id"), last)
	keys := []string{event}
	for _, calendar := range []string{textAt(record, "calendar_id", "calendarId"), prefix, of(r.Account), of(r.Connection)} {
		if calendar != "" {
			return table, append(keys, calendar+"/"+event)
		}
	}
	return table, append(keys, "/"+event)
}

// gid is a global id of Shopify: its type and number.
var gid = regexp.MustCompile(`^gid://[a-z]+/([A-Za-z]+)/([0-9]+)`)

func ofShop(table string, r warehouse.RawRow, record map[string]any) (string, []string) {
	id := cmp.Or(of(r.RecordID), textAt(record, "id", "admin_graphql_api_id"))
	number := id
	if m := gid.FindStringSubmatch(id); m != nil {
		number = m[2]
		switch {
		case table == "orders" && m[1] != "Order":
			table = "parts"
		case table == "customers" && m[1] == "Order": // a bulk operation lists them under their customer
			table = "orders"
		case table == "customers" && m[1] != "Customer":
			table = "parts"
		}
	}
	shop := cmp.Or(textAt(record, "shop_url"), of(r.Account), of(r.Connection))
	switch table {
	case "app_events":
		return table, []string{instantAt(record, "occurredAt", "occurred_at"), id}
	case "disputes", "returns", "gift_cards":
		return table, []string{instantAt(record, "initiated_at", "initiatedAt", "created_at", "createdAt"), id}
	case "customer_merges":
		keys := []string{id}
		for _, path := range []string{"admin_graphql_api_customer_deleted_id", "customerOneId", "customerTwoId"} {
			if m := gid.FindStringSubmatch(textAt(record, path)); m != nil {
				keys = append(keys, shop+"/"+m[2])
			}
		}
		return table, keys
	case "shops", "partner_events", "products", "discount_codes", "customers", "checkouts", "orders":
	default: // a part of an order is in its order's events
		parent := cmp.Or(textAt(record, "order_id", "orderId", "order.id", "__parentId", "_sdc_source_key_id"), number)
		if m := gid.FindStringSubmatch(parent); m != nil {
			parent = m[2]
		}
		return "orders", []string{shop + "/" + parent, textAt(record, "refund_id", "refundId", "refund.id"), id, number, parent} // a refund's line names its refund
	}
	return table, []string{shop + "/" + number, id, number}
}

// instantAt is a time of the record as a query gives it.
func instantAt(record map[string]any, paths ...string) string {
	at, err := time.Parse(time.RFC3339, textAt(record, paths...))
	if err != nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

func ofStripe(table string, r warehouse.RawRow, record map[string]any) (string, []string) {
	id := cmp.Or(textAt(record, "id"), of(r.RecordID))
	switch table {
	case "events":
		object := textAt(record, "data.object.object", "data.object")
		if object == "" { // the object itself, in the place of its event
			object = textAt(record, "object")
		}
		return plural(object), []string{textAt(record, "data.object.id", "data.id"), textAt(record, "data.object.latest_charge"), id}
	case "objects":
		return plural(cmp.Or(textAt(record, "data.object.object"), textAt(record, "object"))), []string{cmp.Or(textAt(record, "data.object.id"), id), id}
	}
	keys := []string{cmp.Or(of(r.RecordID), id), id, textAt(record, "latest_charge")}
	if table == "payment_intents" { // the charges that it holds, which need not name it
		for _, held := range list(record["charges"]) {
			if charge, ok := held.(map[string]any); ok {
				keys = append(keys, textAt(charge, "id"))
			}
		}
	}
	return table, keys
}

func plural(object string) string { return strings.ReplaceAll(object, ".", "_") + "s" }
