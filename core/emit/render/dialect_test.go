package render_test

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// compile parses, checks and renders a query over the table model.t, which has a
// column of each type.
func compile(text string, d *dialect.Dialect) (string, error) {
	q, diags := sql.Parse("in.sql", text, sql.Options{Core: true})
	if err := diags.Err(); err != nil {
		return "", err
	}
	var columns []sql.ColumnDef
	for t := sql.Text; t <= sql.JSON; t++ {
		columns = append(columns, sql.ColumnDef{Name: "c_" + t.String(), Type: t})
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	env := check.Env{Core: true, Source: "here", RunID: "run", AsOf: at, RunStartedAt: at,
		Relation: func(_, name string) ([]sql.ColumnDef, bool) { return columns, name == "t" || name == "u" }}
	if _, diags := check.Query(q, env); len(diags) > 0 {
		return "", diags
	}
	return render.Query(q, d, func(schema, name string) ([]string, error) { return []string{"nexus", name}, nil })
}

func dialects(t *testing.T) []*dialect.Dialect {
	t.Helper()
	var list []*dialect.Dialect
	for _, name := range dialect.Names() {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}

// Every function of the vocabulary has a form in every dialect, or is refused by name.
func TestEveryFunctionInEveryDialect(t *testing.T) {
	for _, f := range vocab.All() {
		if f.Class == vocab.Constant {
			continue
		}
		for _, text := range calls(f) {
			for _, d := range dialects(t) {
				s, err := compile(text, d)
				var refused *render.UnsupportedError
				switch want := slices.Contains(d.Refuses, f.Name); {
				case want && !errors.As(err, &refused):
					t.Errorf("%s: %s is rendered as\n%s", d.Name, text, s)
				case !want && err != nil:
					t.Errorf("%s: %s: %v", d.Name, text, err)
				case strings.Contains(s, "@{") || strings.Contains(s, "@0") || strings.Contains(s, "@1"):
					t.Errorf("%s: %s: a place of a template is left in\n%s", d.Name, text, s)
				}
			}
		}
	}
}

// A function whose row asks for the dialect's own template is refused by name where there is none.
func TestMissingTemplate(t *testing.T) {
	d, err := dialect.ByName("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	bare := *d
	bare.Templates = maps.Clone(d.Templates)
	delete(bare.Templates, "epoch_micros")
	_, err = compile("select epoch_micros(t.c_timestamp) as x from model.t as t", &bare)
	if refused := (*render.UnsupportedError)(nil); !errors.As(err, &refused) || refused.What != "function epoch_micros" {
		t.Errorf("got %v", err)
	}
}

// Objects that are made on the spot are merged everywhere: a wide table's row comes so.
func TestMergedObjects(t *testing.T) {
	for _, d := range dialects(t) {
		s, err := compile("select merge_objects(merge_objects(to_object('a', t.c_text), to_object('b', t.c_bigint)), to_object('c', t.c_json)) as x from model.t as t", d)
		if err != nil || !strings.Contains(s, "'c'") {
			t.Errorf("%s: %v\n%s", d.Name, err, s)
		}
	}
}

// calls makes a query for each type that the first free argument takes.
func calls(f vocab.Function) []string {
	types := []sql.Type{sql.Text}
	free := -1
	for i, a := range f.Args {
		if !a.Const {
			free = i
			types = a.Types
			break
		}
	}
	if len(types) == 0 {
		types = []sql.Type{sql.Text, sql.Bigint, sql.Boolean}
	}
	var list []string
	for _, first := range types {
		args := make([]string, 0, len(f.Args)+1)
		for i := range f.Args {
			a := f.Args[i]
			switch {
			case a.Const:
				args = append(args, constantOf(f, a))
			case i == free || a.Same:
				args = append(args, "t.c_"+first.String())
			case len(a.Types) > 0:
				args = append(args, "t.c_"+a.Types[0].String())
			default:
				args = append(args, "t.c_text")
			}
		}
		if f.Name == "to_object" {
			args = args[:2]
		}
		for n := len(f.Args) - f.Optional; n <= len(f.Args); n++ {
			call := f.Name + "(" + strings.Join(args[:min(n, len(args))], ", ")
			if f.Ordered {
				call += " order by t.c_bigint"
			}
			call += ")"
			switch f.Class {
			case vocab.Set:
				list = append(list, "select e.v, e.i from model.t as t cross join unnest("+call+") as e(v, i)",
					"select e.v from model.t as t left join unnest("+call+") as e(v) on true")
				continue
			case vocab.WindowOnly:
				call += " over (partition by t.c_text order by t.c_bigint desc)"
			}
			list = append(list, "select "+call+" as x from model.t as t")
			if f.Window {
				list = append(list, "select "+call+" over (partition by t.c_text order by t.c_bigint) as x from model.t as t")
			}
		}
	}
	return list
}

func constantOf(f vocab.Function, a vocab.Arg) string {
	switch a.Form {
	case vocab.Unit:
		return "'" + f.Units[0] + "'"
	case vocab.Path:
		return "'$.a.b[0]'"
	case vocab.Pattern:
		return "'[a-z]+'"
	case vocab.Range:
		return "1"
	}
	return "'x'"
}

// Every cast of docs/portable-sql.md exists in every dialect, and so do the
// operators of every type.
func TestCastsAndOperators(t *testing.T) {
	casts := map[sql.Type][]sql.Type{
		sql.Text:    {sql.Bigint, sql.Decimal, sql.Double, sql.Boolean, sql.Timestamp, sql.Date, sql.JSON},
		sql.Bigint:  {sql.Text, sql.Decimal, sql.Double},
		sql.Decimal: {sql.Text, sql.Bigint, sql.Double}, sql.Double: {sql.Bigint, sql.Decimal},
		sql.Boolean: {sql.Text, sql.Bigint}, sql.Timestamp: {sql.Text, sql.Date}, sql.Date: {sql.Text, sql.Timestamp},
	}
	var queries []string
	for from, list := range casts {
		for _, to := range list {
			queries = append(queries, "select cast(t.c_"+from.String()+" as "+to.String()+") as x from model.t as t")
		}
	}
	for _, kind := range []string{"bigint", "decimal", "double"} {
		for _, op := range []string{"+", "-", "*", "/"} {
			queries = append(queries, "select t.c_"+kind+" "+op+" t.c_"+kind+" as x, t.c_"+kind+" "+op+" 100 as y, -t.c_"+kind+" as z from model.t as t")
		}
	}
	for _, d := range dialects(t) {
		for _, text := range queries {
			if _, err := compile(text, d); err != nil {
				t.Errorf("%s: %s: %v", d.Name, text, err)
			}
		}
		for _, unit := range []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"} {
			for _, f := range []string{"date_trunc('" + unit + "', t.c_timestamp)", "date_add('" + unit + "', t.c_bigint, t.c_timestamp)"} {
				if _, err := compile("select "+f+" as x from model.t as t", d); err != nil {
					t.Errorf("%s: %s: %v", d.Name, f, err)
				}
			}
		}
		for _, unit := range []string{"year", "quarter", "month", "day", "hour", "minute", "second", "isodow"} {
			if _, err := compile("select date_part('"+unit+"', t.c_timestamp) as x from model.t as t", d); err != nil {
				t.Errorf("%s: date_part %s: %v", d.Name, unit, err)
			}
		}
	}
}

// Where a WITH cannot be inside a WITH, inner expressions come first, under names of their own.
func TestFlatWith(t *testing.T) {
	d, err := dialect.ByName("redshift")
	if err != nil {
		t.Fatal(err)
	}
	s, err := compile(`with a as (with b as (with c as (select 1 as x) select c.x from c) select b.x from b),
		b as (with c as (select 2 as x) select c.x from c) select a.x from a union all select b.x from b`, d)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(s, "WITH") != 1 {
		t.Errorf("a WITH inside of a WITH in\n%s", s)
	}
	order := []string{`"c" AS (`, `"a_b" AS (`, `FROM "c"`, `"a" AS (`, `FROM "a_b" AS "b"`, `"b_c" AS (`, `"b" AS (`, `FROM "b_c" AS "c"`}
	rest := s
	for _, part := range order {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Fatalf("no %s in its place in\n%s", part, s)
		}
		rest = rest[i:]
	}
}

// What is made of operators is an operand in parentheses, also where its template is another one's only.
func TestDerivedOperand(t *testing.T) {
	for _, d := range dialects(t) {
		alone, err := compile("select date_diff('minute', t.c_timestamp, t.c_timestamp) as x from model.t as t", d)
		if err != nil {
			t.Fatal(err)
		}
		product, err := compile("select 3 * date_diff('minute', t.c_timestamp, t.c_timestamp) as x from model.t as t", d)
		if err != nil {
			t.Fatal(err)
		}
		_, alone, _ = strings.Cut(alone, "SELECT ")
		alone, _, _ = strings.Cut(alone, " AS "+render.Ident(d, "x"))
		_, product, _ = strings.Cut(product, " * ")
		if call := regexp.MustCompile(`^[A-Za-z]+\(`); call.MatchString(alone) {
			continue // DIV(a, b) binds by itself
		}
		if !strings.HasPrefix(product, "("+alone+")") {
			t.Errorf("%s: %s is multiplied as %s", d.Name, alone, product)
		}
	}
}

// Rendered text is indented, so no literal may hold a raw line break; nor does indenting a query change what its literals say.
func TestLiteralsHoldNoLineBreak(t *testing.T) {
	const text = "a\nb\r\n\tc\x00\x1f\x7f'\\n${x}"
	for _, d := range dialects(t) {
		if s := render.Text(d, text); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%s: a control character in %q", d.Name, s)
		}
		nested, err := compile("with a as (with b as (select 'x\ny' as x) select b.x from b) select a.x from a", d)
		if err != nil {
			t.Fatal(err)
		}
		if want := render.Text(d, "x\ny"); !strings.Contains(nested, want+" AS") {
			t.Errorf("%s: no %s in\n%s", d.Name, want, nested)
		}
	}
}
