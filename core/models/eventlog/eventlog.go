package eventlog

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Fragment is an intermediate fragment as the checker left it.
type Fragment struct {
	Source  string
	Name    string // its relation is <source>_<name>
	Kind    string
	Query   *sql.Query // read by StaticNames only
	Columns []sql.ColumnDef
}

func (f *Fragment) relation() string { return f.Source + "_" + f.Name }

// Nodes makes the unioned relations of every source and the event log.
func Nodes(s *spec.Spec, fragments []Fragment) ([]*graph.Node, error) {
	types, err := EntityTypes(s)
	if err != nil {
		return nil, err
	}
	c := &composer{spec: s, fragments: fragments, registered: EntityMacros(types)}
	if c.macros, err = macros(s); err != nil {
		return nil, err
	}
	if c.attributes, err = Attributes(fragments); err != nil {
		return nil, err
	}
	for _, k := range kinds() {
		if err := c.add(k); err != nil {
			return nil, err
		}
	}
	return c.nodes, nil
}

type composer struct {
	spec       *spec.Spec
	fragments  []Fragment
	macros     builder.Macros
	registered builder.Macros
	attributes []sql.ColumnDef
	nodes      []*graph.Node
}

func (c *composer) add(k *kind) error {
	if k.name == Entities {
		k.columns = append(k.columns, c.attributes...)
		for _, a := range c.attributes {
			k.out = append(k.out, a.Name)
		}
	}
	all := columns(k.columns, typed(sql.Timestamp, ingestedAt), text(sourceColumn))
	var sources []string
	for _, src := range c.spec.Sources {
		made, err := c.source(k, src.Name)
		if err != nil {
			return err
		}
		if made {
			sources = append(sources, src.Name)
		}
	}
	arms := &sql.Query{}
	for _, src := range sources {
		arms.Arms = append(arms.Arms, &sql.Select{Items: builder.Columns("", names(all)...), From: builder.Model(k.unioned(src), "")})
	}
	if len(sources) == 0 {
		arms = builder.Empty(all)
	}
	return c.log(k, arms)
}

// source makes the view with one source's fragments of a kind; it reports
// whether there are any.
func (c *composer) source(k *kind, source string) (bool, error) {
	q := &sql.Query{}
	for _, f := range c.fragments {
		if f.Source != source || f.Kind != k.name {
			continue
		}
		if f.relation() == k.unioned(source) {
			return false, fmt.Errorf("union: source %s: a fragment cannot be called %s: the union of all fragments of that kind has this name", source, f.Name)
		}
		arm := &sql.Select{From: builder.Model(f.relation(), "")}
		for _, col := range columns(k.columns, typed(sql.Timestamp, ingestedAt)) {
			arm.Items = append(arm.Items, builder.As(given(f, col), col.Name))
		}
		arm.Items = append(arm.Items, builder.As(builder.Text(source), sourceColumn))
		q.Arms = append(q.Arms, arm)
	}
	if len(q.Arms) == 0 {
		return false, nil
	}
	c.nodes = append(c.nodes, builder.Node(&graph.Relation{
		Name: k.unioned(source), Layer: graph.Unioned, Storage: graph.View, Source: source, Doc: k.doc,
	}, q))
	return true, nil
}

// given reads a column of a fragment, as the type that the kind has it in; NULL
// where the fragment leaves it out.
func given(f Fragment, want sql.ColumnDef) sql.Expr {
	for _, have := range f.Columns {
		switch {
		case have.Name != want.Name:
		case have.Type == want.Type:
			return builder.Col("", want.Name)
		default:
			return builder.Cast(builder.Col("", want.Name), want.Type)
		}
	}
	return builder.Null(want.Type)
}

// Attributes returns the columns that the fragments of kind entities have besides
// those of the kind, sorted by name, each with the one type that all of them fit.
func Attributes(fragments []Fragment) ([]sql.ColumnDef, error) {
	own := map[string]bool{ingestedAt: true}
	for _, k := range kinds() {
		if k.name == Entities {
			for _, col := range k.columns {
				own[col.Name] = true
			}
		}
	}
	found := map[string]sql.Type{}
	for _, f := range fragments {
		if f.Kind != Entities {
			continue
		}
		for _, col := range f.Columns {
			if own[col.Name] {
				continue
			}
			t, err := widest(found[col.Name], col.Type)
			if err != nil {
				return nil, fmt.Errorf("union: attribute %s of %s: %w", col.Name, f.relation(), err)
			}
			found[col.Name] = t
		}
	}
	var out []sql.ColumnDef
	for name, t := range found {
		if t == sql.Null {
			t = sql.Text
		}
		out = append(out, sql.ColumnDef{Name: name, Type: t})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}

// widest is the type that values of both fit without loss.
func widest(a, b sql.Type) (sql.Type, error) {
	number := func(t sql.Type) bool { return t == sql.Bigint || t == sql.Decimal || t == sql.Double }
	switch {
	case a == sql.Invalid || a == sql.Null:
		return b, nil
	case a == b || b == sql.Null:
		return a, nil
	case a == sql.JSON || b == sql.JSON:
		return sql.Invalid, fmt.Errorf("it is json here and %s elsewhere, and json fits no other type", strings.Trim(strings.Replace(a.String()+b.String(), "json", "", 1), " "))
	case number(a) && number(b):
		if a == sql.Double || b == sql.Double {
			return sql.Double, nil
		}
		return sql.Decimal, nil
	}
	return sql.Text, nil
}

func names(defs []sql.ColumnDef) []string {
	out := make([]string, len(defs))
	for i, d := range defs {
		out[i] = d.Name
	}
	return out
}

// orderable are the columns by which rows of one key can be told apart.
func (c *composer) orderable(k *kind) []string {
	var out []string
	for _, n := range k.out {
		json := slices.ContainsFunc(c.attributes, func(a sql.ColumnDef) bool { return a.Name == n && a.Type == sql.JSON })
		if n != k.id && n != ingestedAt && n != sourceColumn && !(k.name == Entities && json) {
			out = append(out, n)
		}
	}
	return out
}
