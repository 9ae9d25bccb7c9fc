package eventlog

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Fragment is an intermediate or computed fragment as the checker left it.
type Fragment struct {
	Source  string // of a computed one: the plugin, or contract.ProjectSource
	Name    string // its relation is <source>_<name>
	Kind    string
	Query   *sql.Query
	Columns []sql.ColumnDef
	Sources []string // of a computed one: whose rows it sees; nil: those of all

	File, SQL string // what it was read from, for diagnostics
}

// Relation is the name of the fragment's relation.
func (f *Fragment) Relation() string { return f.Source + "_" + f.Name }

// Gives reports whether there is a fragment of a kind.
func Gives(fragments []Fragment, kind string) bool {
	return slices.ContainsFunc(fragments, func(f Fragment) bool { return f.Kind == kind })
}

// GivenDimensions is the relation with the dimensions that the sources' own fragments give: the
// log's, or where some are computed a work table that those are added to.
func GivenDimensions(fragments []Fragment) string {
	if Gives(fragments, contract.KindComputedDimensions) {
		return contract.WorkPrefix + "event_dimensions"
	}
	return contract.TableDimensionsLong
}

// Nodes makes the unioned relations of every source and the event log.
func Nodes(s *spec.Spec, fragments []Fragment) ([]*graph.Node, error) {
	types, err := EntityTypes(s)
	if err != nil {
		return nil, err
	}
	c := &composer{spec: s, fragments: fragments}
	c.Files = files
	identifiers, err := IdentifierMacros(s)
	if err != nil {
		return nil, err
	}
	if c.normalized, err = Normalized(s); err != nil {
		return nil, err
	}
	if c.Macros, err = EntityMacros(types); err != nil {
		return nil, err
	}
	maps.Copy(c.Macros, identifiers)
	if c.attributes, err = Attributes(fragments); err != nil {
		return nil, err
	}
	c.Lists = builder.Lists{"attributes": columnList(c.attributes), "registered": registered(types), "summed_names": builder.Names(c.summedNames()...)}
	for _, k := range kinds() {
		c.add(k)
	}
	return c.Done()
}

type composer struct {
	builder.Builder
	spec       *spec.Spec
	fragments  []Fragment
	attributes []sql.ColumnDef
	normalized *sql.Query
}

// columnList is what models know of columns.
func columnList(defs []sql.ColumnDef) builder.List {
	list := make(builder.List, len(defs))
	for i, d := range defs {
		list[i] = builder.Element{"name": builder.Name(d.Name), "type": d.Type}
	}
	return list
}

// add makes the tables of a kind.
func (c *composer) add(k *kind) {
	if k.name == Entities {
		k.columns = append(k.columns, c.attributes...)
		for _, a := range c.attributes {
			k.out = append(k.out, a.Name)
		}
	}
	var sources builder.List
	for _, src := range c.spec.Sources {
		if c.source(k, src.Name) {
			sources = append(sources, builder.Element{"relation": builder.Name(k.unioned(src.Name))})
		}
	}
	c.log(k, c.Query("arms", builder.Params{Lists: builder.Lists{
		"sources": sources, "no_source": builder.If(len(sources) == 0),
		"columns": columnList(append(k.given(), sql.ColumnDef{Name: sourceColumn, Type: sql.Text})),
	}}))
}

// source makes the view with one source's fragments of a kind; it reports
// whether there are any.
func (c *composer) source(k *kind, source string) bool {
	var fragments builder.List
	for _, f := range c.fragments {
		if f.Source != source || f.Kind != k.name {
			continue
		}
		if f.Relation() == k.unioned(source) {
			c.Fail(fmt.Errorf("union: source %s: a fragment cannot be called %s: the union of all fragments of that kind has this name", source, f.Name))
		}
		fragments = append(fragments, builder.Element{
			"relation": builder.Name(f.Relation()), "source": builder.Text(source),
			"columns": given(f, k.given()),
		})
	}
	if len(fragments) == 0 {
		return false
	}
	c.Make(&graph.Relation{
		Name: k.unioned(source), Layer: graph.Unioned, Storage: graph.View, Source: source, Doc: k.doc,
	}, "union", builder.Params{Lists: builder.Lists{"fragments": fragments}})
	return true
}

// given are the columns that a kind wants, and how a fragment has each.
func given(f Fragment, want []sql.ColumnDef) builder.List {
	list := columnList(want)
	for i, e := range list {
		at := slices.IndexFunc(f.Columns, func(have sql.ColumnDef) bool { return have.Name == want[i].Name })
		same := at >= 0 && f.Columns[at].Type == want[i].Type
		e["same"], e["other"], e["missing"] = builder.If(same), builder.If(at >= 0 && !same), builder.If(at < 0)
	}
	return list
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
				return nil, fmt.Errorf("union: attribute %s of %s: %w", col.Name, f.Relation(), err)
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

// orderable are the columns by which rows of one key can be distinguished.
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
