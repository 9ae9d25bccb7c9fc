package cases_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/nexus-host/nexus-host/host/plugintest"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/demo"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/plugins/calendar"
	"github.com/nexus-host/nexus-host/plugins/gmail"
	"github.com/nexus-host/nexus-host/plugins/shopify"
	"github.com/nexus-host/nexus-host/plugins/stripe"
	"github.com/nexus-host/nexus-host/test/conformance"
)

// ledger is how the records of an adapter are accounted for.
type ledger struct {
	plugin plugintest.Plugin
	// events are, by table, the fragments whose rows have an event each, and the column with the record's id.
	events map[string][]string
	// identify gives the table of a record's kind, and what events and findings call the record.
	identify func(table string, r warehouse.RawRow, record map[string]any) (kind string, keys []string)
	// unscoped are ids that are the same objects whatever the connection: those of two cases are told apart.
	unscoped *regexp.Regexp
	// chains lead from a record's id to an event: fragment, column of the id, column of what the next fragment has.
	chains map[string][][3]string
	// none are the kinds of records that give neither an event nor a finding. Each is a line of the plugin's README, under "Records that give no event".
	none []kindOfRecord
}

// kindOfRecord is records of a kind, as the README names it.
type kindOfRecord struct {
	said string
	is   func(table string, r map[string]any) bool
	// flag is what no record of theirs says: fragment, column of the id, column that is true of them.
	flag [3]string
}

func ledgers() map[string]ledger {
	tables := func(names ...string) func(string, map[string]any) bool {
		return func(table string, _ map[string]any) bool { return slices.Contains(names, table) }
	}
	return map[string]ledger{
		"gmail": {
			plugin: gmail.Plugin(), identify: ofMail,
			chains: map[string][][3]string{"messages": {{"message_copies", "copy_id", "message_key"}, {"messages", "message_key", "event_id"}}},
		},
		"calendar": {
			plugin: calendar.Plugin(), identify: ofCalendar,
			chains: map[string][][3]string{"events": {{"meeting_copies", "copy_id", "meeting_key"}, {"meetings", "meeting_key", "scheduled_event_id"}}},
			none: []kindOfRecord{
				{said: "The calendar list (`calendars`).", is: tables("calendars")},
				{said: "Masters of series: they are `meeting_series`.", is: func(_ string, r map[string]any) bool { return r["recurrence"] != nil }},
				{said: "Focus time, out-of-office, working location.", is: func(_ string, r map[string]any) bool {
					kind := textAt(r, "eventType", "event_type")
					return kind != "" && kind != "default" && kind != "fromGmail"
				}},
				{said: "Events of fewer than two people.", is: func(_ string, r map[string]any) bool { return len(people(r)) < 2 }},
			},
		},
		"shopify": {
			plugin: shopify.Plugin(), identify: ofShop,
			events: map[string][]string{
				"orders": {"order_activity.order_key", "refund_records.refund_id"}, "customers": {"customer_activity.customer_key"}, "checkouts": {"checkout_activity.checkout_key"},
				"gift_cards": {"service_activity.occurred_at"}, "disputes": {"service_activity.occurred_at"}, "returns": {"service_activity.occurred_at"},
				"shops": {"shop_activity.shop_id"}, "app_events": {"app_activity.occurred_at"},
				"partner_events": {"app_activity.log_id"}, "customer_merges": {"customer_activity.merged_key"},
			},
			none: []kindOfRecord{
				{said: "Merges of customers that failed or have not come to pass.", is: func(table string, r map[string]any) bool {
					return table == "customer_merges" && slices.Contains([]string{"failed", "in_progress", "requested"}, strings.ToLower(textAt(r, "status")))
				}},
				{said: "Products, which are entities, and discount codes (`products`, `discount_codes`).", is: tables("products", "discount_codes")},
			},
		},
		"stripe": {
			plugin: stripe.Plugin(), identify: ofStripe, unscoped: regexp.MustCompile(`^(cus|sub|m|si|in|ch|pi|py|re|dp|du|cn|cs|evt|price|plan|prod|txn|di|cpn|coupon|upcoming_in)_`),
			events: map[string][]string{
				"customers": {"customer_activity.customer_id"}, "subscriptions": {"subscription_activity.subscription_id"},
				"invoices": {"invoice_activity.invoice_id"}, "charges": {"payment_activity.object_id"}, "refunds": {"payment_activity.object_id"},
				"payment_intents": {"payment_activity.object_id", "charges.payment_intent_id"},
				"disputes":        {"payment_activity.object_id"}, "credit_notes": {"document_activity.object_id"}, "checkout_sessions": {"document_activity.object_id"},
			},
			none: []kindOfRecord{
				{
					said: "Tables that describe others: `subscription_items`, `prices`, `plans`, `products`, `coupons`, `coupon_products`, `discounts`, `invoice_lines`, " +
						"`invoice_payments`, `balance_transactions`.",
					is: tables("subscription_items", "prices", "plans", "products", "coupons", "coupon_products", "discounts", "invoice_lines", "invoice_payments", "balance_transactions"),
				},
				{said: "Previews of invoices (`invoice.upcoming`, ids that begin with `upcoming_`).", is: func(table string, r map[string]any) bool {
					return table == "invoices" && (textAt(r, "type") == "invoice.upcoming" || textAt(r, "billing_reason") == "upcoming" || strings.HasPrefix(textAt(r, "id"), "upcoming_"))
				}},
				{
					said: "Payments and refunds that are pending, payments that are only authorized, refunds that release an authorization, payment intents that have not succeeded.",
					is: func(table string, r map[string]any) bool {
						status := textAt(r, "status", "data.object.status", "data.status")
						return (table == "charges" || table == "refunds") && (status == "pending" || status == "requires_action") || table == "charges" && r["captured"] == false ||
							table == "payment_intents" && status != "succeeded"
					},
					flag: [3]string{"refunds", "refund_id", "is_release"},
				},
				{said: "Checkout sessions that are open or expired.", is: func(table string, r map[string]any) bool {
					return table == "checkout_sessions" && slices.Contains([]string{"open", "expired"}, textAt(r, "status", "data.object.status", "data.status"))
				}},
			},
		},
	}
}

// automatic are addresses of programs.
var automatic = regexp.MustCompile(`^(no.?reply|do.?not.?reply|reply|bounces?|mailer.?daemon|postmaster|notifications?)([+.@_-]|$)`)

// people are the addresses of an event's guests and organizer, rooms, group calendars and programs left out.
func people(r map[string]any) map[string]bool {
	list := map[string]bool{}
	add := func(v any) {
		guest, _ := v.(map[string]any)
		address := strings.ToLower(textAt(guest, "email"))
		if strings.Contains(address, "@") && !automatic.MatchString(address) && guest["resource"] != true && !strings.HasSuffix(address, "calendar.google.com") {
			list[address] = true
		}
	}
	add(r["organizer"])
	guests, _ := r["attendees"].([]any)
	for _, guest := range guests {
		add(guest)
	}
	return list
}

// TestRecordsWithoutEvents: what the test above takes for records that give nothing is what the plugins' READMEs say.
func TestRecordsWithoutEvents(t *testing.T) {
	t.Parallel()
	for name, l := range ledgers() {
		text, err := os.ReadFile(filepath.Join("..", "..", "plugins", name, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		_, list, found := strings.Cut(string(text), "\n## Records that give no event\n")
		list, _, _ = strings.Cut(list, "\n## ")
		if !found {
			t.Errorf("%s: the README has no section of records that give no event", name)
		}
		var said, want []string
		for line := range strings.Lines(list) {
			if item, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
				said = append(said, item)
			}
		}
		for _, kind := range l.none {
			want = append(want, kind.said)
		}
		if !slices.Equal(said, want) {
			t.Errorf("%s: the README says %q, the test takes %q", name, said, want)
		}
	}
}

// TestEveryRecord: each record of the demo, of the adapters' cases and of recorded payloads is in an event, in a finding, or of a kind of which the
// plugin's README says that it gives none; and what the records say of money, read here in Go with no help from the adapters, is what the adapters' amounts come to.
func TestEveryRecord(t *testing.T) {
	tier.Full(t)
	t.Parallel()
	var compared tally
	sources := sourcesOf(t)
	t.Run("of", func(t *testing.T) {
		for _, r := range sources {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				s := r.load(t)
				account(t, ledgers()[r.plugin], r.tables, s)
				conserve(t, r, s, &compared)
			})
		}
	})
	if !testing.Short() {
		compared.enough(t, len(sources))
	}
}

// records are a source and what was loaded of it.
type records struct {
	name, plugin string
	options      plugintest.Options
	tables       map[string][]warehouse.RawRow
}

// sourcesOf are the sources of the demo and of the combined cases, and the recorded payloads.
func sourcesOf(t *testing.T) (list []records) {
	t.Helper()
	project := t.TempDir()
	if _, err := demo.Generate(t.Context(), project, demo.Options{Customers: 12, Seed: 5}); err != nil {
		t.Fatal(err)
	}
	folders := []string{project}
	if !testing.Short() {
		combined := conformance.Combinations
		if tier.All() {
			combined = conformance.Every
		}
		for _, c := range combined(t) {
			if !tier.All() && !ofOne(c) {
				t.Logf("left to %s=all: %s", tier.Variable, c.Name)
				continue
			}
			folders = append(folders, c.Lay(t))
		}
	}
	for i, folder := range folders {
		var settings struct {
			AsOf    string `yaml:"as_of"`
			Sources map[string]struct {
				Plugin string
				Config map[string]any
			}
		}
		text, err := os.ReadFile(filepath.Join(folder, "nexus.yaml"))
		if err == nil {
			err = yaml.Unmarshal(text, &settings)
		}
		if err != nil {
			t.Fatal(err)
		}
		loaded := conformance.Records(t, folder)
		for _, source := range slices.Sorted(maps.Keys(loaded)) {
			if testing.Short() && source != "gmail" {
				t.Logf("left to the full run: %s", source)
				continue
			}
			of := settings.Sources[source]
			var params []byte
			if of.Config != nil {
				if params, err = json.Marshal(of.Config); err != nil {
					t.Fatal(err)
				}
			}
			l := ledgers()[of.Plugin]
			for _, rows := range loaded[source] {
				for r := range rows {
					apart(&rows[r], l)
				}
			}
			list = append(list, records{fmt.Sprint(i, "_", source), of.Plugin, plugintest.Options{AsOf: settings.AsOf, Config: string(params)}, loaded[source]})
		}
	}
	return append(list, recorded(t)...)
}

// load gives the records to their plugin.
func (r records) load(t *testing.T) *plugintest.Source {
	t.Helper()
	s := plugintest.New(t, ledgers()[r.plugin].plugin, r.options)
	for table, rows := range r.tables {
		for _, r := range rows {
			s.Load(table, plugintest.Record{
				JSON: string(r.Record), ID: of(r.RecordID), IngestedAt: stamp(r.IngestedAt), SourceUpdatedAt: stamp(r.SourceUpdatedAt), Deleted: r.Deleted,
				Connection: of(r.Connection), Account: of(r.Account), APIVersion: of(r.APIVersion), Format: of(r.Format),
			})
		}
	}
	return s
}

// rowOf is a row of a table, with its record.
type rowOf struct {
	table  string
	row    warehouse.RawRow
	record map[string]any
}

// rowsByKey are the rows that loaders give a key of theirs, by which the rows of lists name their parent.
func rowsByKey(t *testing.T, tables map[string][]warehouse.RawRow) map[string]rowOf {
	t.Helper()
	rows := map[string]rowOf{}
	for table, list := range tables {
		for _, r := range list {
			if len(r.Record) == 0 {
				continue
			}
			if record := decoded(t, r.Record); textAt(record, "_dlt_id") != "" {
				rows[textAt(record, "_dlt_id")] = rowOf{table, r, record}
			}
		}
	}
	return rows
}

// describes reports whether a record is of a kind that gives no event.
func describes(l ledger, table string, record map[string]any) bool {
	return slices.ContainsFunc(l.none, func(n kindOfRecord) bool { return n.is(table, record) })
}

// keyed reports whether the records of a table need an id: those of app_events have none by nature.
func keyed(table string) bool { return table != "app_events" }

// account holds that every row is accounted for.
func account(t *testing.T, l ledger, tables map[string][]warehouse.RawRow, s *plugintest.Source) {
	t.Helper()
	happened := l.happened(s)
	found := map[string]map[string]bool{}
	for _, row := range s.Kind("findings") {
		table := row.Text("table_name")
		if found[table] == nil {
			found[table] = map[string]bool{}
		}
		found[table][row.Text("sample")] = true
	}
	flagged := map[[3]string]map[string]bool{}
	for _, n := range l.none {
		if n.flag[0] == "" {
			continue
		}
		flagged[n.flag] = map[string]bool{}
		for _, row := range s.Rows(n.flag[0]) {
			flagged[n.flag][row.Text(n.flag[1])] = row.Text(n.flag[2]) == "true"
		}
	}
	given := map[string]int{}
	parents := rowsByKey(t, tables)
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		lost, without, unnamed := map[string]string{}, map[string]bool{}, 0
		for _, r := range tables[table] {
			if len(r.Record) == 0 && r.RecordID == nil {
				continue // rejected by the host, which counts it
			}
			record := map[string]any{}
			if len(r.Record) > 0 {
				record = decoded(t, r.Record)
			}
			if r.RecordID == nil && keyed(table) && textAt(record, "id") == "" {
				continue // rejected by the host for want of an id, which it counts
			}
			whole := rowOf{table, r, record}
			for parent, ok := parents[textAt(record, "_dlt_parent_id")]; ok && !describes(l, table, record); parent, ok = parents[textAt(parent.record, "_dlt_parent_id")] {
				whole = parent // a row of a list is in what its parent gives
			}
			kind, keys := l.identify(whole.table, whole.row, whole.record)
			switch i := slices.IndexFunc(l.none, func(n kindOfRecord) bool {
				return n.is(kind, record) || slices.ContainsFunc(keys, func(key string) bool { return flagged[n.flag][key] })
			}); {
			case slices.ContainsFunc(keys, func(key string) bool { return key != "" && happened[kind][key] }):
				given[kind]++
			case slices.ContainsFunc(slices.Concat(slices.Sorted(maps.Keys(found[table])), slices.Sorted(maps.Keys(found[kind]))), func(sample string) bool {
				return sample != "" && (slices.Contains(keys, sample) || slices.ContainsFunc(keys, func(key string) bool { return strings.HasSuffix(key, "/"+sample) }) ||
					strings.Contains(string(r.Record), strconv.Quote(sample)))
			}):
				given[kind+" (finding)"]++
			case i >= 0:
				given[kind+" ("+l.none[i].said+")"]++
				without[kind+keys[0]] = true
			case r.RecordID == nil && unnamed < len(found[table]):
				unnamed++ // findings name a record without an id by its content's key, of which the row says nothing
				given[kind+" (finding)"]++
			default:
				lost[kind+" "+strings.Join(keys, " ")] = kind + keys[0]
			}
		}
		for key, object := range lost {
			if without[object] {
				continue // another version of it is of such a kind: a refund that is pending again
			}
			t.Errorf("%s: %s is in no event, in no finding and of no kind that gives none", table, key)
		}
	}
	t.Log(given)
}

// apart gives the ids or the shop in a case's row a part of their own; the connection begins with the case's name.
func apart(r *warehouse.RawRow, l ledger) {
	name, _, isCase := strings.Cut(of(r.Connection), "/")
	if !isCase {
		return
	}
	if l.unscoped == nil {
		r.Record = bytes.Replace(r.Record, []byte(`"shop_url":"`), []byte(`"shop_url":"`+name+`.`), 1)
		if r.Account != nil {
			account := name + "." + *r.Account
			r.Account = &account
		}
		return
	}
	inner := regexp.MustCompile(`"` + strings.TrimPrefix(l.unscoped.String(), "^"))
	r.Record = inner.ReplaceAll(r.Record, []byte(`"${1}_`+name+`_`))
	if r.RecordID != nil {
		id := l.unscoped.ReplaceAllString(*r.RecordID, "${1}_"+name+"_")
		r.RecordID = &id
	}
}

// happened are the keys that have an event, by table.
func (l ledger) happened(s *plugintest.Source) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for table, columns := range l.events {
		all[table] = map[string]bool{}
		for _, place := range columns {
			fragment, column, _ := strings.Cut(place, ".")
			if !slices.Contains(s.Names(), fragment) {
				continue // of a role that the source does not have
			}
			for _, row := range s.Rows(fragment) {
				all[table][row.Text(column)] = true
			}
		}
	}
	for table, steps := range l.chains {
		reached := map[string]string{}
		for i, step := range slices.Backward(steps) {
			next := map[string]string{}
			for _, row := range s.Rows(step[0]) {
				if to := row.Text(step[2]); i == len(steps)-1 || reached[to] != "" {
					next[row.Text(step[1])] = to
				}
			}
			reached = next
		}
		all[table] = map[string]bool{}
		for key := range reached {
			all[table][key] = true
		}
	}
	return all
}

func of(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// textAt is the first text or number that the record has at one of the paths.
func textAt(record map[string]any, paths ...string) string {
	for _, path := range paths {
		var v any = record
		for step := range strings.SplitSeq(path, ".") {
			members, _ := v.(map[string]any)
			v = members[step]
		}
		switch v := v.(type) {
		case string:
			if v != "" {
				return v
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}
