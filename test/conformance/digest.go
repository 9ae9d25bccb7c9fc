package conformance

import (
	"context"
	"crypto/md5"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// arms are rows of every type that digests read.
var arms = []string{
	`select 1 as k, 'it''s \ é🤦' as t, 1.50 as d, true as b, timestamp '2024-01-31T09:00:00.5Z' as ts, date '2024-02-29' as dt, cast('0.1' as double) as f`,
	`select 2 as k, '' as t, -0.000000001 as d, false as b, timestamp '0001-01-01' as ts, date '9999-12-31' as dt, cast('1e17' as double) as f`,
	`select null as k, null as t, null as d, null as b, null as ts, null as dt, null as f`,
	`select null as k, null as t, null as d, null as b, null as ts, null as dt, null as f`,
}

// texts are the values of arms as a digest takes them.
var texts = [][]string{
	{"1", `it's \ é🤦`, "1.5", "true", "1706691600500000", "2024-02-29", "0.1"},
	{"2", "", "-0.000000001", "false", "-62135596800000000", "9999-12-31", "100000000000000000"},
	{"␀", "␀", "␀", "␀", "␀", "␀", "␀"},
	{"␀", "␀", "␀", "␀", "␀", "␀", "␀"},
}

// reference is what render.Digest asks an engine for, in plain Go: of the MD5 of each
// row the first and the last 60 bits, each cut at its nine last decimal digits, summed up.
func reference(rows [][]string) string {
	var sums [4]uint64
	for _, row := range rows {
		h := fmt.Sprintf("%x", md5.Sum([]byte(strings.Join(row, "␟"))))
		for i, half := range []string{h[:15], h[16:31]} {
			bits, err := strconv.ParseUint(half, 16, 64)
			if err != nil {
				panic(err) // an MD5 is hex digits
			}
			sums[2*i] += bits / 1e9
			sums[2*i+1] += bits % 1e9
		}
	}
	return fmt.Sprintf("%d %d-%d-%d-%d", len(rows), sums[0], sums[1], sums[2], sums[3])
}

// Digests holds the fingerprint of tables: equal tables have one digest, whatever the
// engine and the rows' order; other tables have another, and _processed_at does not count.
func Digests(t *testing.T, e Engine) {
	t.Helper()
	want := reference(texts)
	plain := strings.Join(arms, "\nunion all ")
	turned := strings.Join([]string{arms[1], arms[2], arms[0], arms[3]}, "\nunion all ")
	for _, c := range []struct{ name, text, want string }{
		{"plain", plain, want},
		{"turned", turned, want},
		{"none", "with a as (" + plain + ") select a.* from a where a.k > 2", "0 " + render.NoRowsDigest},
		{"other", strings.Replace(plain, "1.50", "1.51", 1), ""},
		{"dated", "with a as (" + plain + ") select a.*, as_of() as _processed_at from a", want},
	} {
		got := digest(t, e, "nexus_corpus_"+c.name, c.text)
		if c.want != "" && got != c.want {
			t.Errorf("%s: %s: got digest %s, want %s", e.Name, c.name, got, c.want)
		}
		if c.want == "" && (got == want || !strings.HasPrefix(got, "4 ")) {
			t.Errorf("%s: %s: another value has the same digest, or other rows: %s", e.Name, c.name, got)
		}
	}
}

// digest makes a table of a query's rows and gives its number of rows and fingerprint.
func digest(t *testing.T, e Engine, name, text string) string {
	t.Helper()
	q, columns, err := compile(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := render.Query(q, e.Dialect, nil)
	if err != nil {
		t.Fatal(err)
	}
	path := e.Path(name)
	drop := render.Drop(e.Dialect, render.Table, path)
	execute(t, e, drop)
	execute(t, e, render.CreateTableAs(e.Dialect, path, s))
	t.Cleanup(func() {
		if _, err := e.Warehouse.Exec(context.WithoutCancel(t.Context()), drop); err != nil {
			t.Error(err)
		}
	})
	if s, err = render.Digest(e.Dialect, path, columns); err != nil {
		t.Fatal(err)
	}
	got, err := fetch(t.Context(), e.Warehouse.Query, s, []sql.ColumnDef{{Name: "rows", Type: sql.Bigint}, {Name: "digest", Type: sql.Text}})
	if err != nil || len(got) != 1 {
		t.Fatalf("%s: %d rows, %v\n%s", e.Name, len(got), err, s)
	}
	return strings.Join(got[0], " ")
}
