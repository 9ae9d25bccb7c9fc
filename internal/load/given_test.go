package load_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/load"
)

// TestFromPath: what the first wildcard stands for is the connection, and the account, of a file's rows.
func TestFromPath(t *testing.T) {
	for _, c := range []struct{ file, pattern, want string }{
		{"raw/ana@x.example/messages.ndjson", "raw/*/messages.ndjson", "ana@x.example"},
		{"raw/ana@x.example.ndjson", "raw/*.ndjson", "ana@x.example"},
		{"raw/ana@x.example.ndjson.gz", "raw/*.ndjson.gz", "ana@x.example"},
		{"raw/ana@x.example.ndjson.gz", "raw/*", "ana@x.example"},
		{"raw/mail-ana@x.example-2024.json", "raw/mail-*-2024.json", "ana@x.example"},
		{"raw/eu/ana@x.example/a.ndjson", "raw/**/*.ndjson", "eu/ana@x.example"},
		{"raw/a.ndjson", "raw/**/*.ndjson", "a"},
		{"raw/shop_us/2024-01-01.csv", "raw/shop_{eu,us}/*.csv", "us"},
		{"raw/box1/2024-01-01.csv", "raw/box[0-9]/*.csv", "1"},
		{"raw/acme.myshopify.com.ndjson", "raw/acme.myshopify.com.ndjson", "acme.myshopify.com"},
	} {
		dir := t.TempDir()
		lines := `{"a":1}` + "\n"
		if strings.HasSuffix(c.file, ".csv") || strings.HasSuffix(c.file, ".csv.gz") {
			lines = "a\n1\n"
		}
		write(t, dir, map[string]string{c.file: lines})
		got, _ := run(t, load.Table{Dir: dir, Files: []string{c.pattern}, ConnectionFromPath: true, AccountFromPath: true})
		if rows := got.sorted(); len(rows) != 1 || text(rows[0].Connection) != c.want || text(rows[0].Account) != c.want {
			t.Errorf("%s: %d rows, %s, want %s", c.pattern, len(rows), show(rows[0]), c.want)
		}
	}
}

// TestLenient: a stray quote is a character where the record then has as many fields as the header, and counted.
func TestLenient(t *testing.T) {
	text := strings.Join([]string{
		`id,name,size`, `1,5" pipe,x`, `2,"the "big" one",y`, `3,"open,z`, `4,"ok, fine","a ""b"""`, `5,"one "a, two" b",w`, `6,plain,v`, `7,"never, closed`, ``,
	}, "\n")
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.csv": text})
	strict, res := run(t, load.Table{Dir: dir, Files: []string{"a.csv"}})
	if len(strict.rows) == 7 || len(res.Mended) != 0 {
		t.Fatalf("without lenient: %d rows, mended %v", len(strict.rows), res.Mended)
	}
	got, res := run(t, load.Table{Dir: dir, Files: []string{"a.csv"}, Lenient: true})
	var rows []string
	for _, r := range got.sorted() {
		rows = append(rows, string(r.Record))
	}
	want := []string{
		`{"id":"1","name":"5\" pipe","size":"x"}`, `{"id":"2","name":"the \"big\" one","size":"y"}`, `{"id":"3","name":"\"open","size":"z"}`,
		`{"id":"4","name":"ok, fine","size":"a \"b\""}`, `{"id":"5","name":"one \"a, two\" b","size":"w"}`, `{"id":"6","name":"plain","size":"v"}`,
		`{"id":"7","name":"\"never","size":" closed"}`,
	}
	if strings.Join(rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	if len(res.Mended) != 1 || res.Mended[0].Reason != load.StrayQuote || res.Mended[0].Rows != 5 || len(res.Rejected) != 0 ||
		!strings.HasPrefix(res.Mended[0].Examples[0], "a.csv:2: ") {
		t.Errorf("mended %+v, rejected %+v", res.Mended, res.Rejected)
	}
	write(t, dir, map[string]string{"b.csv": "id,name\n1,a\"b,c\n2,ok\n"})
	if got, res := run(t, load.Table{Dir: dir, Files: []string{"b.csv"}, Lenient: true}); len(got.rows) != 1 || len(res.Rejected) != 1 {
		t.Errorf("another number of fields: %d rows, %+v", len(got.rows), res.Rejected)
	}
}

// TestResponses: the records of a response of GraphQL, page by page.
func TestResponses(t *testing.T) {
	for name, text := range map[string]string{
		"nodes":     `{"data":{"orders":{"nodes":[{"id":1},{"id":2}],"pageInfo":{"hasNextPage":false}}},"extensions":{"cost":{"a":[{}]}}}`,
		"edges":     `{"extensions":{},"data":{"orders":{"pageInfo":{},"edges":[{"cursor":"x","node":{"id":1}},{"node":{"id":2},"cursor":"y"}]}}}`,
		"errors":    `{"errors":[{"message":"slow"}],"data":{"orders":{"edges":[{"node":{"id":1}},{"node":{"id":2}}]}}}`,
		"pages":     `{"data":{"orders":{"nodes":[{"id":1}]}}} {"data":{"orders":{"nodes":[{"id":2}]}}}`,
		"one each":  `{"data":{"order":{"id":1,"tags":[{"a":1}]}}} {"data":{"order":{"id":2}}}`,
		"deeper":    `{"data":{"shop":{"customer":{"orders":{"nodes":[{"id":1},{"id":2}]}}}},"errors":[{"message":"slow"}]}`,
		"types":     `{"data":{"orders":{"nodes":[{"id":1},{"id":2}],"__typename":"OrderConnection"},"__typename":"QueryRoot"}}`,
		"cursors":   `{"data":{"orders":{"edges":[{"cursor":"x"},{"cursor":"y"}],"nodes":[{"id":1},{"id":2}]}}}`,
		"no nodes":  `{"data":{"orders":{"nodes":[],"edges":[{"node":{"id":1}},{"node":{"id":2}}]}}}`,
		"both":      `{"nodes":[{"id":1},{"id":2}],"edges":[{"cursor":"x"},{"cursor":"y"}],"pageInfo":{}}`,
		"no path":   `{"order":{"id":1,"customer":{"orders":{"nodes":[{"id":3}]}}}} {"order":{"id":2}}`,
		"unwrapped": `{"orders":{"edges":[{"node":{"id":1}},{"node":{"id":2}}]}}`,
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"a.json": text})
		got, res := run(t, load.Table{Dir: dir, Files: []string{"a.json"}})
		var ids []string
		for _, r := range got.sorted() {
			ids = append(ids, string(r.Record)[:7])
		}
		if fmt.Sprint(ids) != `[{"id":1 {"id":2]` || len(res.Rejected) > 0 {
			t.Errorf("%s: %v, rejected %v", name, ids, res.Rejected)
		}
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.json": `{"data":{"shop":{"orders":{"edges":[{"node":{"id":7}}]}}}}`})
	if got, _ := run(t, load.Table{Dir: dir, Files: []string{"a.json"}, Records: "$.data.shop.orders.edges"}); len(got.rows) != 1 || string(got.rows[0].Record) != `{"id":7}` {
		t.Errorf("by path: %v", got.rows)
	}
}
