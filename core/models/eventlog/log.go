package eventlog

import (
	"slices"
	"sort"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// log makes a kind's tables over all sources. The intake holds every row, with
// its id and what is wrong with it; the duplicates are those whose key
// occurs more than once; the log's table has the rest and the pick of those.
func (c *composer) log(k *kind, arms *sql.Query) {
	intake := c.Query(k.name)
	if slices.ContainsFunc(intake.With, func(w *sql.CTE) bool { return w.Name == Spelled }) {
		if err := builder.After(intake, Spelled, "normalized", sql.Clone(c.normalized)); err != nil {
			c.Fail(err)
		}
	}
	builder.With(intake, "arms", arms)
	c.Add(builder.Work(k.intake(), "Every row of kind "+k.name+" that the fragments gave."), intake)
	if k.table == "" {
		return
	}
	p := builder.Params{
		Lists:    builder.Lists{"columns": k.outList(), "orderable": builder.Names(c.orderable(k)...)},
		Elements: map[string]builder.Element{"kind": k.element()},
	}
	table := &graph.Relation{Name: k.table, Layer: graph.Work, Storage: graph.Table, Doc: k.doc, Key: []string{k.id}}
	switch {
	case k.name == Entities:
	case k.name == Dimensions && GivenDimensions(c.fragments) != k.table:
		table.Name = GivenDimensions(c.fragments)
	default:
		table = graph.Published(k.table)
	}
	n := builder.Node(builder.Work(k.duplicates(), "The rows of kind "+k.name+" whose key occurs more than once."), c.Query("duplicates", p))
	n.Name = table.Name
	builder.Append(n, table, c.Query("deduplicated", p))
	c.Nodes = append(c.Nodes, n)
}

// element is what models know of a kind.
func (k *kind) element() builder.Element {
	e := builder.Element{
		"id": builder.Name(k.id), "intake": builder.Name(k.intake()), "duplicates": builder.Name(k.duplicates()),
		"table": builder.Text(k.shown()), "detail": builder.Name(k.detail), "sample": builder.Name("event_id"),
		"named": builder.Name(k.named), "folded": builder.List(nil), "unique": builder.List(nil), "measured": builder.List(nil),
		"categorized": builder.If(k.name == StateChanges), "uncategorized": builder.If(k.name != StateChanges),
	}
	if k.name == Entities {
		e["sample"] = builder.Name("source_id")
	}
	if k.named != "" {
		e["folded"] = builder.List{{"name": e["named"]}}
	}
	if k.table != "" {
		e["unique"] = builder.List{{"id": e["id"], "duplicates": e["duplicates"], "compared": k.compared()}}
	}
	if k.name == Measurements {
		e["measured"] = builder.List{{"id": e["id"], "duplicates": e["duplicates"]}}
	}
	return e
}

// outList are the columns of a kind's table; the value of a measurement may be a sum.
func (k *kind) outList() builder.List {
	list := builder.Names(k.out...)
	for i, e := range list {
		summed := k.name == Measurements && k.out[i] == "value"
		e["summed"], e["picked"] = builder.If(summed), builder.If(!summed)
	}
	return list
}

// summedNames are the measurements that are declared to be summed, canonical.
func (c *composer) summedNames() []string {
	var out []string
	add := func(name string) {
		if n := Canonical(name); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for _, n := range c.spec.MeasurementsSummed {
		add(n)
	}
	for _, src := range c.spec.Sources {
		for _, m := range src.Measurements {
			if m.Sum {
				add(m.Name)
			}
		}
	}
	sort.Strings(out)
	return out
}
