// Package conformance holds every function and construct of portable SQL against
// real engines: the cases of testdata/conformance have literal results, which
// each engine must give.
package conformance

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"golang.org/x/tools/txtar"

	"github.com/nexus-host/nexus-host/core/check"
	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/render"
	portable "github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

const data = "../../testdata/conformance"

// engine is one database that executes cases.
type engine struct {
	name string
	db   *sql.DB
	d    *dialect.Dialect
}

// engines opens every engine that this machine has.
func engines(t *testing.T) []engine {
	t.Helper()
	var list []engine
	for name, db := range map[string]*sql.DB{"duckdb": openDuckDB(t), "postgres": openPostgres(t)} {
		if db == nil {
			continue
		}
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		// Values of this table are unknown when a statement is planned.
		if _, err := db.Exec("CREATE TABLE one (k bigint)"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("INSERT INTO one VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		list = append(list, engine{name: name, db: db, d: d})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

func openDuckDB(t *testing.T) *sql.DB {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func openPostgres(t *testing.T) *sql.DB {
	server, err := pgtest.Start(t.Context())
	if errors.Is(err, pgtest.ErrMissing) && os.Getenv(pgtest.RequireEnv) != "1" {
		t.Logf("POSTGRESQL IS NOT TESTED: %v", err)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	return server.Open(t)
}

// names gives the one table that cases may read.
func names(_, name string) ([]string, error) { return []string{name}, nil }

func env() check.Env {
	return check.Env{
		Relation: func(_, name string) ([]portable.ColumnDef, bool) {
			return []portable.ColumnDef{{Name: "k", Type: portable.Bigint}}, name == "one"
		},
		Core: true, Source: "here", RunID: "run-1",
		AsOf: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), RunStartedAt: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC),
	}
}

// compile makes one dialect's SQL of a query's text; hide makes its literals
// unknown to the planner.
func compile(text string, d *dialect.Dialect, hide bool) (string, []portable.ColumnDef, error) {
	q, diags := portable.Parse("case.sql", text, portable.Options{Core: true})
	if err := diags.Err(); err != nil {
		return "", nil, err
	}
	columns, diags := check.Query(q, env())
	if err := diags.Err(); err != nil {
		return "", nil, err
	}
	if hide {
		hideLiterals(q)
	}
	s, err := render.Query(q, d, names)
	// Drivers decode documents in their own ways; their text is plain.
	items := make([]string, len(columns))
	for i, c := range columns {
		items[i] = render.Ident(d, c.Name)
		if c.Type == portable.JSON {
			items[i] = "CAST(" + items[i] + " AS " + d.Types[portable.Text] + ") AS " + items[i]
		}
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (\n" + s + "\n) AS result", columns, err
}

// checked checks a query in place.
func checked(t *testing.T, q *portable.Query) []portable.ColumnDef {
	t.Helper()
	columns, diags := check.Query(q, env())
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	return columns
}

// TestExpressions runs testdata/conformance/*.txt: `expression => value` on each
// line, the value as the portable cast to text gives it (JSON as JSON).
func TestExpressions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(data, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	all := engines(t)
	count := 0
	for _, file := range files {
		for _, c := range expressions(t, file) {
			count++
			for _, e := range all {
				for _, hide := range []bool{false, true} {
					text := "select " + c.text + " as x from model.one as one"
					s, columns, err := compile(text, e.d, hide)
					if err != nil {
						t.Errorf("%s: %s: %v", c.place, e.name, err)
						continue
					}
					got, err := one(t.Context(), e.db, s, columns[0].Type)
					if err != nil {
						t.Errorf("%s: %s: %v\n%s", c.place, e.name, err, s)
						continue
					}
					if got != c.want {
						if len(s) > 400 {
							s = s[:400]
						}
						t.Errorf("%s: %s (hidden %v): %s\ngot  %s\nwant %s\n%s", c.place, e.name, hide, c.text, got, c.want, s)
					}
				}
			}
		}
	}
	t.Logf("%d expressions", count)
}

type expression struct{ place, text, want string }

func expressions(t *testing.T, file string) []expression {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []expression
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, want, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("%s:%d: no =>", file, n)
		}
		if unquoted, err := strconv.Unquote(strings.TrimSpace(want)); err == nil {
			want = unquoted
		}
		// \n and the like in an expression stand for the character itself.
		text = strings.NewReplacer(`⏎`, "\n", `⇥`, "\t", `␍`, "\r").Replace(text)
		list = append(list, expression{place: fmt.Sprintf("%s:%d", filepath.Base(file), n), text: text, want: strings.TrimRight(want, "\n")})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// one runs a query of one value and gives it as text.
func one(ctx context.Context, db *sql.DB, query string, t portable.Type) (string, error) {
	rows, err := fetch(ctx, db, query, []portable.ColumnDef{{Name: "x", Type: t}})
	if err != nil {
		return "", err
	}
	if len(rows) != 1 {
		return "", fmt.Errorf("%d rows", len(rows))
	}
	return rows[0][0], nil
}

// fetch gives a query's rows as text, NULL as NULL.
func fetch(ctx context.Context, db *sql.DB, query string, columns []portable.ColumnDef) ([][]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list [][]string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i := range values {
			if row[i], err = show(*values[i].(*any), columns[i].Type); err != nil {
				return nil, fmt.Errorf("column %s: %w", columns[i].Name, err)
			}
		}
		list = append(list, row)
	}
	return list, rows.Err()
}

// show writes a driver's value as the portable cast to text would, and fails
// where the engine's type is not the one that the checker promised.
func show(v any, t portable.Type) (string, error) {
	switch x := v.(type) {
	case nil:
		return "NULL", nil
	case string:
		switch t {
		case portable.Decimal:
			return trimZeros(x), nil
		case portable.JSON:
			return canonicalJSON([]byte(x))
		case portable.Text:
			return x, nil
		}
	case int64:
		if t == portable.Bigint {
			return strconv.FormatInt(x, 10), nil
		}
	case float64:
		if t == portable.Double {
			return strconv.FormatFloat(x, 'g', -1, 64), nil
		}
	case bool:
		if t == portable.Boolean {
			return strconv.FormatBool(x), nil
		}
	case time.Time:
		switch t {
		case portable.Timestamp:
			return x.Format("2006-01-02T15:04:05.000000Z"), nil
		case portable.Date:
			return x.Format("2006-01-02"), nil
		}
	case fmt.Stringer:
		if t == portable.Decimal {
			return trimZeros(x.String()), nil
		}
	}
	return "", fmt.Errorf("a %s came as %v (%T)", t, v, v)
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func canonicalJSON(b []byte) (string, error) {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return "", err
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// hideLiterals puts each literal that need not be one behind a CASE that only
// execution can decide.
func hideLiterals(q *portable.Query) {
	keep := map[portable.Expr]bool{}
	portable.Walk(q, func(n any) bool {
		c, ok := n.(*portable.Call)
		if ok {
			for i, a := range c.Args {
				if constArg(c.Name, i) {
					keep[a] = true
				}
			}
		}
		return true
	})
	portable.Rewrite(q, func(e portable.Expr) portable.Expr {
		l, ok := e.(*portable.Literal)
		if !ok || keep[e] || l.T == portable.Null {
			return e
		}
		key := &portable.Column{Node: portable.Node{T: portable.Bigint}, Table: "one", Name: "k"}
		cond := &portable.Binary{Node: portable.Node{T: portable.Boolean}, Op: portable.OpEq, L: key,
			R: &portable.Literal{Node: portable.Node{T: portable.Bigint}, Value: "1"}}
		return &portable.Case{Node: portable.Node{T: l.T}, Whens: []portable.When{{Cond: cond, Then: l}}}
	})
}

// TestQueries runs testdata/conformance/*.txtar: in.sql and its rows, in any
// order, as tab-separated text.
func TestQueries(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(data, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	all := engines(t)
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sections := map[string]string{}
		for _, f := range archive.Files {
			sections[f.Name] = string(f.Data)
		}
		for _, e := range all {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+e.name, func(t *testing.T) {
				s, columns, err := compile(sections["in.sql"], e.d, false)
				if err != nil {
					t.Fatal(err)
				}
				rows, err := fetch(t.Context(), e.db, s, columns)
				if len(s) > 3000 {
					s = s[:3000]
				}
				if err != nil {
					t.Fatalf("%v\n%s", err, s)
				}
				var got []string
				for _, r := range rows {
					got = append(got, strings.ReplaceAll(strings.Join(r, "\t"), "\n", `\n`))
				}
				want := strings.Split(strings.TrimRight(sections["want"], "\n"), "\n")
				sort.Strings(got)
				sort.Strings(want)
				if !reflect.DeepEqual(got, want) {
					t.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), s)
				}
			})
		}
	}
}
