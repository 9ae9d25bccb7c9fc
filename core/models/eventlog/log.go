package eventlog

import (
	"slices"
	"sort"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// log makes a kind's tables over all sources. The intake holds every row, with
// its id and what is wrong with it; again holds the few rows whose key
// occurs more than once, so that only they are sorted; the log's table has the rest
// and the pick of those.
func (c *composer) log(k *kind, arms *sql.Query) error {
	q, err := c.intake(k)
	if err != nil {
		return err
	}
	builder.With(q, "arms", arms)
	node := builder.Node(&graph.Relation{
		Name: k.intake(), Layer: graph.Work, Storage: graph.Table, Doc: "Every row of kind " + k.name + " that the fragments gave.",
	}, q)
	c.nodes = append(c.nodes, node)
	if k.table == "" {
		return nil
	}
	again := &graph.Relation{Name: k.again(), Layer: graph.Work, Storage: graph.Table, Doc: "The rows of kind " + k.name + " whose key occurs more than once."}
	layer := graph.Log
	if k.name == Entities {
		layer = graph.Work
	}
	table := &graph.Relation{Name: k.table, Layer: layer, Storage: graph.Table, Doc: k.doc, Key: []string{k.id}}
	n := builder.Node(again, c.again(k))
	n.Name = k.table
	builder.Append(n, table, c.once(k))
	c.nodes = append(c.nodes, n)
	return nil
}

// intake is the embedded query of the kind, of the relation `arms`.
func (c *composer) intake(k *kind) (*sql.Query, error) {
	if k.name == Entities {
		return c.entities(k), nil
	}
	q, err := builder.Load(files, "sql/"+k.name+".sql")
	if err != nil {
		return nil, err
	}
	c.macros.Expand(q)
	return q, nil
}

// entities is built by hand, for its columns are the project's.
func (c *composer) entities(k *kind) *sql.Query {
	trimmed := func() sql.Expr {
		return builder.Call("nullif", builder.Call("trim", builder.Col("", "source_id")), builder.Text(""))
	}
	inner := &sql.Select{From: &sql.Relation{Name: "arms"}}
	for _, n := range k.out {
		switch n {
		case k.id:
		case "source_id":
			inner.Items = append(inner.Items, builder.As(trimmed(), n))
		default:
			inner.Items = append(inner.Items, builder.As(builder.Col("", n), n))
		}
	}
	outer := &sql.Select{From: &sql.Relation{Name: "trimmed"}}
	id := func() sql.Expr {
		return c.registered.ExpandExpr(builder.Call("registered_id", builder.Col("", "entity_type"), builder.Col("", "source"), builder.Col("", "source_id")))
	}
	outer.Items = append(outer.Items, builder.As(id(), k.id))
	for _, it := range inner.Items {
		outer.Items = append(outer.Items, builder.As(builder.Col("", it.Alias), it.Alias))
	}
	outer.Items = append(outer.Items, builder.As(builder.Case(nil,
		builder.When(builder.IsNull(builder.Col("", "source_id")), builder.Text("missing_source_id")),
		builder.When(builder.IsNull(builder.Col("", "entity_type")), builder.Text("missing_type")),
		builder.When(builder.Not(builder.InTexts(builder.Col("", "entity_type"), c.registeredTypes())), builder.Text("type_not_registered")),
	), faultColumn))
	q := builder.Query(outer)
	builder.With(q, "trimmed", builder.Query(inner))
	return q
}

func (c *composer) registeredTypes() []string {
	var out []string
	for _, src := range c.spec.Sources {
		for _, t := range src.EntityTypes {
			if !t.Resolution && !slices.Contains(out, t.Name) {
				out = append(out, t.Name)
			}
		}
	}
	sort.Strings(out)
	return out
}

func good() sql.Expr { return builder.IsNull(builder.Col("i", faultColumn)) }

// again: the good rows of an intake whose key occurs more than once.
func (c *composer) again(k *kind) *sql.Query {
	twice := builder.Query(&sql.Select{
		Items: builder.Columns("i", k.id), From: builder.Model(k.intake(), "i"), Where: good(),
		GroupBy: []sql.Expr{builder.Col("i", k.id)},
		Having:  builder.Op(sql.OpGt, &sql.Call{Name: "count", Star: true}, builder.Int(1)),
	})
	items := builder.Columns("i", k.out...)
	if k.name == Measurements {
		items = append(items, builder.As(builder.InTexts(builder.Col("i", "measurement_name"), c.summedNames()), summedColumn))
	}
	return &sql.Query{
		With: []*sql.CTE{{Name: "twice", Query: twice}},
		Arms: []*sql.Select{{
			Items: items,
			From: builder.Join(sql.InnerJoin, builder.Model(k.intake(), "i"), &sql.Relation{Name: "twice", Alias: "t"},
				builder.Eq(builder.Col("t", k.id), builder.Col("i", k.id))),
			Where: good(),
		}},
	}
}

// once: the rows whose key occurs once, and of each other key the row that comes
// first in the total order.
func (c *composer) once(k *kind) *sql.Query {
	twice := builder.Query(&sql.Select{
		Items: builder.Columns("i", k.id), From: builder.Model(k.again(), "i"), GroupBy: []sql.Expr{builder.Col("i", k.id)},
	})
	processed := func() *sql.Item { return builder.As(builder.Call("run_started_at"), processedAt) }
	rest := &sql.Select{
		Items: append(builder.Columns("i", k.out...), processed()),
		From: builder.Join(sql.LeftJoin, builder.Model(k.intake(), "i"), &sql.Relation{Name: "twice", Alias: "t"},
			builder.Eq(builder.Col("t", k.id), builder.Col("i", k.id))),
		Where: builder.And(good(), builder.IsNull(builder.Col("t", k.id))),
	}
	order := []*sql.Order{builder.Desc(builder.Col("i", ingestedAt)), builder.Desc(builder.Col("i", sourceColumn))}
	for _, n := range c.orderable(k) {
		order = append(order, builder.Desc(builder.Col("i", n)))
	}
	pick := &sql.Select{
		Items: append(builder.Columns("i", k.out...), processed()),
		From:  builder.Model(k.again(), "i"),
		Qualify: builder.Eq(builder.Over("row_number", nil, []sql.Expr{builder.Col("i", k.id)}, order),
			builder.Int(1)),
	}
	if k.name == Measurements {
		for _, it := range pick.Items {
			if it.Alias == "value" {
				it.Expr = c.summed(k)
			}
		}
	}
	return &sql.Query{With: []*sql.CTE{{Name: "twice", Query: twice}}, Arms: []*sql.Select{rest, pick}}
}

// summed is the value of a measurement that an event may have several times: the
// sum over the rows of the same unit, where the name is declared so.
func (c *composer) summed(k *kind) sql.Expr {
	value := func() sql.Expr { return builder.Col("i", "value") }
	return builder.Case(value(), builder.When(
		builder.InTexts(builder.Col("i", "measurement_name"), c.summedNames()),
		builder.Over("sum", []sql.Expr{value()}, []sql.Expr{builder.Col("i", k.id), builder.Col("i", "value_unit")}, nil),
	))
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
