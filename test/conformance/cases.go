package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Engine is a database that executes cases.
type Engine struct {
	Name      string
	Version   string // as the engine gives it; shown in docs, may be empty
	Dialect   *dialect.Dialect
	Warehouse Warehouse
	// Open gives the warehouse, where there is none yet: an engine that executes nothing is not started.
	Open func(*testing.T) Warehouse
	// Setup is for an engine that is slow: patterns of the files that make it what it is, in the test's folder. A case
	// that passed with the same statements, rows and setup is not executed again; see ExecuteEnv.
	Setup []string
	Path  func(table string) []string // where a table of the tests is made; nothing of its name is there
	// Batch is how many expressions one statement holds, for engines that are slow to
	// answer; 0 is one. A batch that fails is halved until the faulty case is by itself.
	Batch int
	// Jobs is how many statements run at once; 0 is one.
	Jobs int
	// Refuses is for an engine that stands in for a relative of its: why it says by an error that it does not have
	// a construct, and so takes no part in a case; "" if the error says something else. nil: there is no such error.
	Refuses func(error) string
	// Least is how many cases such an engine must execute all the same.
	Least int
}

// Warehouse is what the corpus needs of an engine.
type Warehouse interface {
	Exec(ctx context.Context, statement string) (rows int64, err error)
	Query(ctx context.Context, statement string) (warehouse.Rows, error)
}

// table is the one table that cases may read: of one row, k = 1, which no planner knows.
const table = "one"

// Run runs every case of testdata/conformance, and fails for each whose rows are
// not those that are there and that is no exception, and for each exception whose case passes.
func Run(t *testing.T, e Engine, known Exceptions) {
	t.Helper()
	cases := append(Cases(t), Computed()...)
	if testing.Short() && os.Getenv(ResultEnv) == "" && len(e.Setup) == 0 {
		var some []Case
		for i := 0; i < len(cases); i += 4 {
			some = append(some, cases[i])
		}
		t.Logf("%d of %d cases; the full run has all", len(some), len(cases))
		cases = some
	}
	runCases(t, e, known, cases)
}

func runCases(t *testing.T, e Engine, known Exceptions, cases []Case) {
	t.Helper()
	r := &runner{e: e, failed: map[string]string{}, absent: map[string]string{}, path: e.Path("nexus_corpus_" + table)}
	p := openPassed(t, e.Dialect.Name, e.Setup)
	changed, hashes := r.changed(cases, known, p)
	if p != nil {
		t.Logf("unchanged: %d of %d cases passed with these statements before", len(cases)-len(changed), len(cases))
	}
	start := time.Now()
	if len(changed) > 0 {
		r.run(t, changed)
	}
	faults, excused := evaluate(cases, changed, r.failed, known)
	for _, fault := range faults {
		t.Errorf("%s: %s", e.Name, fault)
	}
	for _, c := range cases {
		if excused[c.ID] != "" || r.failed[c.ID] == "" && known[c.ID] == "" {
			p.note(c.ID, hashes[c.ID])
		}
	}
	if err := p.write(func(name string) bool { return !isBuild(name) }); err != nil {
		t.Error(err)
	}
	result := Result{Dialect: e.Dialect.Name, Done: Executed, Engine: e.Name, Version: e.Version,
		Corpus: Hash(cases), Cases: len(cases), Exceptions: excused}
	if e.Refuses != nil {
		result.Done, result.NotShared = Shared, r.notShared()
	}
	t.Logf("%s: %d cases, %d of them not shared, %d exceptions, %d statements, %.1f s", e.Name, len(cases), result.notShared(), len(excused), r.statements, time.Since(start).Seconds())
	for _, why := range slices.Sorted(maps.Keys(result.NotShared)) {
		t.Logf("not shared: %s: %d", why, result.NotShared[why])
	}
	if executed := len(cases) - result.notShared(); executed < e.Least {
		t.Errorf("%s: %d cases were executed, want at least %d", e.Name, executed, e.Least)
	}
	if !t.Failed() {
		Record(t, result)
	}
}

// run executes cases; it notes what is wrong with them.
func (r *runner) run(t *testing.T, cases []Case) {
	t.Helper()
	if r.e.Warehouse == nil {
		r.e.Warehouse = r.e.Open(t)
	}
	r.setup(t)
	var jobs errgroup.Group
	jobs.SetLimit(max(r.e.Jobs, 1))
	var lines []Case
	for _, c := range cases {
		if c.Query {
			jobs.Go(func() error { r.query(t.Context(), c); return nil })
		} else {
			lines = append(lines, c)
		}
	}
	for _, opaque := range []bool{false, true} {
		for batch := range slices.Chunk(lines, max(r.e.Batch, 1)) {
			jobs.Go(func() error { r.batch(t.Context(), batch, opaque); return nil })
		}
	}
	_ = jobs.Wait() // faults are noted
	if err := t.Context().Err(); err != nil {
		t.Fatal(err)
	}
}

// notShared counts the cases in which the engine took no part, by reason.
func (r *runner) notShared() map[string]int {
	counts := map[string]int{}
	for id, why := range r.absent {
		if r.failed[id] == "" { // what it executed in one of the ways, it shares
			counts[why]++
		}
	}
	return counts
}

// refused notes a case that the dialect or the engine does not have, where the engine may refuse some.
func (r *runner) refused(c Case, err error) bool {
	if r.e.Refuses == nil {
		return false
	}
	var unsupported *render.UnsupportedError
	why := ""
	if errors.As(err, &unsupported) {
		why = "the dialect refuses: " + unsupported.What
	} else if why = r.e.Refuses(err); why != "" {
		why = "the stand-in refuses: " + why
	}
	if why == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.absent[c.ID] = why
	return true
}

// evaluate lists what is wrong: cases that failed and are no exceptions, and exceptions that are
// not needed. It also gives those that are. A case that is unchanged came out as known says.
func evaluate(cases, changed []Case, failed map[string]string, known Exceptions) (faults []string, excused map[string]string) {
	excused = map[string]string{}
	ids, executed := map[string]bool{}, map[string]bool{}
	for _, c := range changed {
		executed[c.ID] = true
	}
	for _, c := range cases {
		ids[c.ID] = true
		reason, failure := known[c.ID], failed[c.ID]
		switch {
		case !executed[c.ID]:
			if reason != "" {
				excused[c.ID] = reason
			}
		case failure != "" && reason == "":
			faults = append(faults, fmt.Sprintf("%s: %s\n%s", c.Place, c.ID, failure))
		case failure == "" && reason != "":
			faults = append(faults, fmt.Sprintf("%s: the exception is no longer needed: %s", c.Place, c.ID))
		case failure != "":
			excused[c.ID] = reason
		}
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if !ids[id] {
			faults = append(faults, "an exception for no case of the corpus: "+id)
		}
	}
	return faults, excused
}

// runner executes cases on one engine.
type runner struct {
	e    Engine
	path []string

	mu         sync.Mutex
	failed     map[string]string // what is wrong, by case
	absent     map[string]string // why the engine took no part, by case
	statements int
}

// fault notes what is wrong with a case.
func (r *runner) fault(c Case, what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed[c.ID] = what
}

// countStatement counts a statement.
func (r *runner) countStatement() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statements++
}

func (r *runner) setup(t *testing.T) {
	t.Helper()
	drop := render.Drop(r.e.Dialect, render.Table, r.path)
	execute(t, r.e, drop)
	fill, err := r.fill()
	if err != nil {
		t.Fatal(err)
	}
	execute(t, r.e, fill)
	t.Cleanup(func() {
		if _, err := r.e.Warehouse.Exec(context.WithoutCancel(t.Context()), drop); err != nil {
			t.Error(err)
		}
	})
}

// fill is the statement that makes the table that cases read.
func (r *runner) fill() (string, error) {
	q, _, err := compile("select 1 as k")
	if err != nil {
		return "", err
	}
	s, err := render.Query(q, r.e.Dialect, r.names)
	return render.CreateTableAs(r.e.Dialect, r.path, s), err
}

func execute(t *testing.T, e Engine, statement string) {
	t.Helper()
	if _, err := e.Warehouse.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v\n%s", e.Name, err, statement)
	}
}

func (r *runner) names(_, name string) ([]string, error) {
	if name != table {
		return nil, fmt.Errorf("conformance: no table %s", name)
	}
	return r.path, nil
}

// env is the run that cases belong to.
func env() check.Env {
	return check.Env{
		Relation: func(_, name string) ([]sql.ColumnDef, bool) {
			return []sql.ColumnDef{{Name: "k", Type: sql.Bigint}}, name == table
		},
		Core: true, Source: "here", RunID: "run-1",
		Params: map[string]spec.Param{
			"label": {Value: &sql.Literal{Node: sql.Node{T: sql.Text}, Value: `it's "q" \ é🤦`}},
			"count": {Value: &sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: "7"}},
			"rate":  {Value: &sql.Literal{Node: sql.Node{T: sql.Decimal}, Value: "0.25"}},
			"on":    {Value: &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: "true"}},
			"kinds": {List: []string{"a", "it's"}, IsList: true},
			"none":  {IsList: true},
		},
		AsOf: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), RunStartedAt: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC),
	}
}

// compile parses and checks a query.
func compile(text string) (*sql.Query, []sql.ColumnDef, error) { return compileIn(text, env()) }

func compileIn(text string, env check.Env) (*sql.Query, []sql.ColumnDef, error) {
	q, diags := sql.Parse("case.sql", text, sql.Options{Core: true})
	if err := diags.Err(); err != nil {
		return nil, nil, err
	}
	columns, diags := check.Query(q, env)
	return q, columns, diags.Err()
}

// query runs a case that is a query.
func (r *runner) query(ctx context.Context, c Case) {
	r.countStatement()
	if err := Query(ctx, r.e.Dialect, r.e.Warehouse.Query, c, env(), r.names); err != nil && !r.refused(c, err) {
		r.fault(c, err.Error())
	}
}

// Query runs a case that is a query, over relations that env knows and names places; other
// rows than the case's are an error.
func Query(ctx context.Context, d *dialect.Dialect, query func(context.Context, string) (warehouse.Rows,
	error), c Case, env check.Env, names render.Names) error {
	q, columns, err := compileIn(c.SQL, env)
	if err != nil {
		return err
	}
	s, err := render.Query(q, d, names)
	if err != nil {
		return err
	}
	rows, err := fetch(ctx, query, s, columns)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, short(s))
	}
	got := make([]string, len(rows))
	for i, row := range rows {
		for k := range row {
			row[k] = breaks.Replace(row[k])
		}
		got[i] = strings.Join(row, "\t")
	}
	slices.Sort(got)
	if !slices.Equal(got, c.Want) {
		return fmt.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), strings.Join(c.Want, "\n"), short(s))
	}
	return nil
}

// batch runs expressions in one statement, a column each.
func (r *runner) batch(ctx context.Context, cases []Case, opaque bool) {
	var all *sql.Query
	var kept []Case
	var columns []sql.ColumnDef
	for _, c := range cases {
		q, cols, err := compile(r.expression(c))
		if err == nil && opaque {
			opaqueLiterals(q)
		}
		if err == nil {
			_, err = render.Query(q, r.e.Dialect, r.names) // one that the dialect lacks is no fault of the others
		}
		if err != nil {
			if !r.refused(c, err) {
				r.fault(c, err.Error())
			}
			continue
		}
		item := q.Arms[0].Items[0]
		item.Alias = "x" + strconv.Itoa(len(kept))
		if all == nil {
			all = q
		} else {
			all.Arms[0].Items = append(all.Arms[0].Items, item)
		}
		kept = append(kept, c)
		columns = append(columns, sql.ColumnDef{Name: item.Alias, Type: cols[0].Type})
	}
	if all != nil {
		r.queryBatch(ctx, all, kept, columns, opaque)
	}
}

func (r *runner) queryBatch(ctx context.Context, q *sql.Query, cases []Case, columns []sql.ColumnDef, opaque bool) {
	fail := func(c Case, what string) {
		if opaque {
			what += "\n(with opaque literals)"
		}
		r.fault(c, what)
	}
	s, err := render.Query(q, r.e.Dialect, r.names)
	var rows [][]string
	if err == nil {
		r.countStatement()
		rows, err = fetch(ctx, r.e.Warehouse.Query, s, columns)
	}
	if err == nil && len(rows) != 1 {
		err = fmt.Errorf("%d rows, want one", len(rows))
	}
	if err != nil && len(cases) == 1 {
		if r.refused(cases[0], err) {
			return
		}
		fail(cases[0], err.Error()+"\n"+short(s))
		return
	}
	if err != nil {
		if ctx.Err() == nil {
			r.batch(ctx, cases[:len(cases)/2], opaque)
			r.batch(ctx, cases[len(cases)/2:], opaque)
		}
		return
	}
	for i, c := range cases {
		if rows[0][i] != c.Want[0] {
			where := "in a batch"
			if len(cases) == 1 {
				where = short(s)
			}
			fail(c, fmt.Sprintf("got  %q\nwant %q\n%s", rows[0][i], c.Want[0], where))
		}
	}
}

// short is the beginning of a statement, for messages.
func short(s string) string {
	if len(s) > 2000 {
		return s[:2000] + " …"
	}
	return s
}

// fetch returns a statement's rows as text. A value that is not of the type that the checker
// promised is an error.
func fetch(ctx context.Context, query func(context.Context, string) (warehouse.Rows, error), statement string,
	columns []sql.ColumnDef) (list [][]string, err error) {
	rows, err := query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	if len(rows.Columns()) != len(columns) {
		return nil, fmt.Errorf("%d columns, want %d", len(rows.Columns()), len(columns))
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, v := range values {
			if row[i], err = show(v, columns[i].Type); err != nil {
				return nil, fmt.Errorf("column %s: %w", columns[i].Name, err)
			}
		}
		list = append(list, row)
	}
	return list, rows.Err()
}
