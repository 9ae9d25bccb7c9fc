package coretest

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Target is a database that a test builds in.
type Target struct {
	t        testing.TB
	db       *stdsql.DB
	fill     Filler
	Dialect  *dialect.Dialect
	known    map[string][]sql.ColumnDef
	previous map[string][]sql.ColumnDef
	made     []*graph.Relation
	builds   int
	// Statements counts what was executed; Trace, if set, gets each statement with its time.
	Statements int
	Trace      func(statement string, took time.Duration)
	// Work, if set, is an attached database for work relations. They are then dropped after their last reader, as builds do.
	Work string
}

// NewTarget makes a target of an open database; fill writes rows to a table of these columns.
func NewTarget(t testing.TB, dialectName string, db *stdsql.DB, fill Filler) *Target {
	t.Helper()
	d, err := dialect.ByName(dialectName)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return &Target{t: t, db: db, fill: fill, Dialect: d, known: map[string][]sql.ColumnDef{}}
}

// Filler writes rows to a table through the driver's own connection.
type Filler func(ctx context.Context, connection any, table string, columns []sql.ColumnDef, rows [][]any) error

// Load makes, or replaces, an input relation of these rows. Values are string,
// int64, float64, bool, time.Time or nil; decimals and json are strings.
func (tg *Target) Load(name string, columns []sql.ColumnDef, rows [][]any) {
	tg.t.Helper()
	tg.Statements = 0
	_, _ = tg.db.Exec("DROP TABLE IF EXISTS " + tg.path("model", name) + " CASCADE") // with a view of an earlier build that reads it
	tg.known[name] = columns
	tg.exec("CREATE TABLE " + tg.path("model", name) + " (" + tg.columns(columns) + ")")
	if err := tg.insert(name, columns, rows); err != nil {
		tg.t.Fatalf("coretest: load %s: %v", name, err)
	}
}

func (tg *Target) columns(columns []sql.ColumnDef) string {
	defs := make([]string, len(columns))
	for i, c := range columns {
		defs[i] = render.Ident(tg.Dialect, c.Name) + " " + tg.Dialect.Types[c.Type]
		defs[i] += tg.Dialect.Collate[c.Type]
	}
	return strings.Join(defs, ", ")
}

func (tg *Target) insert(name string, columns []sql.ColumnDef, rows [][]any) error {
	ctx := tg.t.Context()
	conn, err := tg.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error { return tg.fill(ctx, raw, name, columns, rows) })
}

// path is where a relation of a schema is here.
func (tg *Target) path(schema, name string) string {
	p, err := tg.names(schema, name)
	if err != nil {
		tg.t.Fatal(err)
	}
	return render.Path(tg.Dialect, p)
}

func (tg *Target) names(schema, name string) ([]string, error) {
	switch {
	case schema == "prev":
		return []string{"prev_" + name}, nil
	case tg.Work != "" && strings.HasPrefix(name, contract.WorkPrefix):
		return []string{tg.Work, "main", name}, nil
	}
	return []string{name}, nil
}

func (tg *Target) exec(statement string) {
	tg.t.Helper()
	start := time.Now()
	if _, err := tg.db.ExecContext(tg.t.Context(), statement); err != nil {
		tg.t.Fatalf("coretest: %v\n%s", err, statement)
	}
	tg.Statements++
	if tg.Trace != nil {
		tg.Trace(statement, time.Since(start))
	}
}

// HasPrevious reports whether a build was published before.
func (tg *Target) HasPrevious() bool { return tg.previous != nil }

// Build checks, renders and runs the nodes as build number n of this target, one
// day after the one before it.
func (tg *Target) Build(nodes []*graph.Node) {
	tg.t.Helper()
	tg.builds++
	tg.BuildAs(nodes, Run{ID: fmt.Sprintf("run_%d", tg.builds), StartedAt: time.Date(2030, 1, tg.builds, 0, 0, 0, 0, time.UTC)})
}

// BuildAs is Build with the run's constants given.
func (tg *Target) BuildAs(nodes []*graph.Node, run Run) {
	tg.t.Helper()
	run.Known, run.Previous = tg.known, tg.previous
	g, err := Check(nodes, run)
	if err != nil {
		tg.t.Fatal(err)
	}
	tg.made = nil
	var free map[string][]string
	if tg.Work != "" {
		free = unread(g)
	}
	for _, n := range g.Nodes {
		if n.Name == inputsNode {
			continue
		}
		tg.steps(n.Steps)
		tg.made = append(tg.made, n.Makes...)
		for _, name := range free[n.Name] {
			tg.exec("DROP TABLE IF EXISTS " + tg.path("model", name))
		}
	}
}

// unread are the work tables that nothing reads after a node, by the node: builds drop them there. What a view reads stays.
func unread(g *graph.Graph) map[string][]string {
	last, kept := map[string]string{}, map[string]bool{}
	for _, n := range g.Nodes {
		view := slices.ContainsFunc(n.Makes, func(r *graph.Relation) bool { return r.Storage == graph.View })
		for _, r := range n.Makes {
			if r.Layer == graph.Work {
				last[r.Name] = n.Name
			}
			kept[r.Name] = view
		}
		for _, name := range n.Reads {
			if _, ok := last[name]; ok {
				last[name] = n.Name
			}
			kept[name] = kept[name] || view
		}
	}
	free := map[string][]string{}
	for name, node := range last {
		if !kept[name] {
			free[node] = append(free[node], name)
		}
	}
	return free
}

func (tg *Target) steps(steps []graph.Step) {
	tg.t.Helper()
	for _, s := range steps {
		switch s := s.(type) {
		case *graph.Create:
			tg.create(s)
		case *graph.Drop:
			tg.exec("DROP TABLE IF EXISTS " + tg.path("model", s.Name))
		case *graph.Rename:
			tg.exec("DROP TABLE IF EXISTS " + tg.path("model", s.To))
			tg.exec("ALTER TABLE " + tg.path("model", s.From) + " RENAME TO " + render.Ident(tg.Dialect, s.To))
		case *graph.Loop:
			tg.loop(s)
		}
	}
}

func (tg *Target) loop(l *graph.Loop) {
	tg.t.Helper()
	for round := 1; ; round++ {
		tg.steps(l.Body)
		rows := tg.Query(l.While)
		if n, ok := rows[0][0].(int64); ok && n == 0 {
			return
		}
		if round >= l.Max {
			tg.t.Fatalf("coretest: loop %s has not ended after %d rounds", l.Name, round)
		}
	}
}

func (tg *Target) create(s *graph.Create) {
	tg.t.Helper()
	text := tg.render(s.Query)
	path := tg.path("model", s.Relation.Name)
	if s.Relation.Storage == graph.View {
		tg.exec("CREATE OR REPLACE VIEW " + path + " AS " + text)
		return
	}
	tg.exec("DROP TABLE IF EXISTS " + path)
	tg.exec("CREATE TABLE " + path + " AS " + text)
}

func (tg *Target) render(q *sql.Query) string {
	tg.t.Helper()
	text, err := render.Query(q, tg.Dialect, tg.names)
	if err != nil {
		tg.t.Fatal(err)
	}
	return text
}

// Publish makes the tables of the last build the previous ones and forgets the
// build's views and work tables.
func (tg *Target) Publish() {
	tg.t.Helper()
	for _, r := range slices.Backward(tg.made) {
		if r.Storage == graph.View {
			tg.exec("DROP VIEW IF EXISTS " + tg.path("model", r.Name))
		}
	}
	tg.previous = map[string][]sql.ColumnDef{}
	for _, r := range tg.made {
		switch {
		case r.Storage == graph.View:
		case r.Layer == graph.Work:
			tg.exec("DROP TABLE IF EXISTS " + tg.path("model", r.Name))
		default:
			tg.exec("DROP TABLE IF EXISTS " + tg.path("prev", r.Name))
			tg.exec("ALTER TABLE " + tg.path("model", r.Name) + " RENAME TO " + render.Ident(tg.Dialect, "prev_"+r.Name))
			tg.previous[r.Name] = r.Columns
		}
	}
	tg.made = nil
}

// Rows reads columns of a relation of the last build, all of them if none is
// named, sorted by their printed values.
func (tg *Target) Rows(name string, columns ...string) [][]any {
	tg.t.Helper()
	return tg.read(tg.path("model", name), columns)
}

// PreviousRows is Rows of a published table.
func (tg *Target) PreviousRows(name string, columns ...string) [][]any {
	tg.t.Helper()
	return tg.read(tg.path("prev", name), columns)
}

func (tg *Target) read(path string, columns []string) [][]any {
	tg.t.Helper()
	list := "*"
	if len(columns) > 0 {
		quoted := make([]string, len(columns))
		for i, c := range columns {
			quoted[i] = render.Ident(tg.Dialect, c)
		}
		list = strings.Join(quoted, ", ")
	}
	rows := tg.rows("SELECT " + list + " FROM " + path)
	sort.Slice(rows, func(i, j int) bool { return fmt.Sprint(rows[i]...) < fmt.Sprint(rows[j]...) })
	return rows
}

// Query runs a checked query.
func (tg *Target) Query(q *sql.Query) [][]any {
	tg.t.Helper()
	return tg.rows(tg.render(q))
}

// Exec runs a statement as it is: for tests that break a table on purpose.
func (tg *Target) Exec(statement string) {
	tg.t.Helper()
	tg.exec(statement)
}

func (tg *Target) rows(statement string) [][]any {
	tg.t.Helper()
	start := time.Now()
	tg.Statements++
	rows, err := tg.db.QueryContext(context.WithoutCancel(tg.t.Context()), statement)
	if err != nil {
		tg.t.Fatalf("coretest: %v\n%s", err, statement)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		tg.t.Fatal(err)
	}
	var out [][]any
	for rows.Next() {
		row, into := make([]any, len(cols)), make([]any, len(cols))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			tg.t.Fatal(err)
		}
		for i := range row {
			row[i] = plain(row[i])
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		tg.t.Fatalf("coretest: %v\n%s", err, statement)
	}
	if tg.Trace != nil {
		tg.Trace(statement, time.Since(start))
	}
	return out
}

// plain converts a driver's value to one Go type: nil, string, int64,
// float64, bool or time.Time in UTC; decimals are strings without trailing zeros.
func plain(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case []byte:
		return string(v)
	case time.Time:
		return v.UTC()
	case fmt.Stringer: // a driver's decimal
		return trimDecimal(v.String())
	}
	return v
}

func trimDecimal(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Forget drops what was published, so that the next build is a first one.
func (tg *Target) Forget() {
	tg.t.Helper()
	for name := range tg.previous {
		tg.exec("DROP TABLE IF EXISTS " + tg.path("prev", name))
	}
	tg.previous, tg.builds = nil, 0
}
