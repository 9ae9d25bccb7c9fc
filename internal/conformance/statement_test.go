package conformance

import (
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/render"
	portable "github.com/nexus-host/nexus-host/core/sql"
)

// rows are values of every type but json and double, which digests treat apart.
const rows = `
select 1 as k, 'it''s \ é🤦' as t, 1.50 as d, true as b, timestamp '2024-01-31T09:00:00.5Z' as ts, date '2024-02-29' as dt, cast('0.1' as double) as f
union all select 2, '', -0.000000001, false, timestamp '0001-01-01', date '9999-12-31', cast('1e20' as double)
union all select null, null, null, null, null, null, null
union all select null, null, null, null, null, null, null`

// create makes a table of a query's rows.
func create(t *testing.T, e engine, name, text string) []portable.ColumnDef {
	t.Helper()
	q, diags := portable.Parse("case.sql", text, portable.Options{Core: true})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	columns := checked(t, q)
	s, err := render.Query(q, e.d, names)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, e, render.CreateTableAs(e.d, []string{name}, s))
	return columns
}

func exec(t *testing.T, e engine, statement string) {
	t.Helper()
	if _, err := e.db.Exec(statement); err != nil {
		t.Fatalf("%s: %v\n%s", e.name, err, statement)
	}
}

// digest gives a table's number of rows and fingerprint.
func digest(t *testing.T, e engine, name string, columns []portable.ColumnDef) string {
	t.Helper()
	s, err := render.Digest(e.d, []string{name}, columns)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fetch(t.Context(), e.db, s, []portable.ColumnDef{{Name: "rows", Type: portable.Bigint}, {Name: "digest", Type: portable.Text}})
	if err != nil {
		t.Fatalf("%s: %v\n%s", e.name, err, s)
	}
	return strings.Join(got[0], " ")
}

// Equal tables have one digest, whatever the engine and the rows' order; other
// tables have another, and _processed_at does not count.
func TestDigest(t *testing.T) {
	seen := map[string]string{}
	for _, e := range engines(t) {
		columns := create(t, e, "a", rows)
		arms := strings.Split(strings.TrimSpace(rows), "\nunion all ")
		arms[0], arms[1] = "select 2 as k, '' as t, -0.000000001 as d, false as b, timestamp '0001-01-01' as ts, date '9999-12-31' as dt, cast('1e20' as double) as f",
			"select 1, 'it''s \\ é🤦', 1.5, true, timestamp '2024-01-31T09:00:00.5Z', date '2024-02-29', cast('0.1' as double)"
		create(t, e, "turned", strings.Join(arms, "\nunion all "))
		create(t, e, "other", strings.Replace(rows, "1.50", "1.51", 1))
		create(t, e, "dated", "with a as ("+rows+") select a.*, as_of() as _processed_at from a")
		a := digest(t, e, "a", columns)
		if b := digest(t, e, "turned", columns); a != b {
			t.Errorf("%s: the rows' order changes the digest: %s, %s", e.name, a, b)
		}
		if b := digest(t, e, "other", columns); a == b {
			t.Errorf("%s: another value has the same digest %s", e.name, a)
		}
		if b := digest(t, e, "dated", append(columns, portable.ColumnDef{Name: render.ProcessedAt, Type: portable.Timestamp})); a != b {
			t.Errorf("%s: _processed_at changes the digest: %s, %s", e.name, a, b)
		}
		seen[a] += e.name + " "
		if !strings.HasPrefix(a, "4 ") {
			t.Errorf("%s: got %s, want 4 rows", e.name, a)
		}
	}
	if len(seen) != 1 {
		t.Errorf("engines differ: %v", seen)
	}
}

// The statements of a build, in the order in which one uses them.
func TestStatements(t *testing.T) {
	for _, e := range engines(t) {
		schema := []string{"nexus schema"}
		at := func(name string) []string { return append(append([]string{}, schema...), name) }
		begin, err := render.Begin(e.d)
		if err != nil {
			t.Fatal(err)
		}
		table, err := render.CreateTable(e.d, at("order"), []portable.ColumnDef{{Name: "select", Type: portable.Bigint}, {Name: "b", Type: portable.JSON}})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := e.db.Conn(t.Context()) // a transaction belongs to one connection
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{
			render.CreateSchema(e.d, schema), render.CreateSchema(e.d, schema), begin, table,
			render.InsertSelect(e.d, at("order"), []string{"select"}, "SELECT 1"),
			render.CreateView(e.d, at("v"), "SELECT 1 AS x"), render.Drop(e.d, render.View, at("v")), render.Drop(e.d, render.View, at("v")),
			render.Rename(e.d, render.Table, at("order"), "group"), render.Commit(e.d),
			begin, render.Drop(e.d, render.Table, at("group")), render.Rollback(e.d),
		} {
			if _, err := conn.ExecContext(t.Context(), s); err != nil {
				t.Fatalf("%s: %v\n%s", e.name, err, s)
			}
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := fetch(t.Context(), e.db, render.Count(e.d, at("group")), []portable.ColumnDef{{Name: "rows", Type: portable.Bigint}})
		if err != nil || got[0][0] != "1" {
			t.Errorf("%s: got %v, %v; want one row after the rollback", e.name, got, err)
		}
		exec(t, e, render.DropSchema(e.d, schema))
	}
}
