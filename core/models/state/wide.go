package state

import (
	"maps"
	"slices"
	"strconv"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
)

// wide is what the models of the wide table and of derived states go through.
func (c *composer) wide(types eventlog.StateTypes) builder.Params {
	var states, computed, known builder.List
	var needed []string // the states whose units derived ones have
	for _, names := range c.carried {
		needed = append(needed, names...)
	}
	for i, s := range c.rules.names {
		e := c.element(s.Name, s.Category)
		for _, name := range []string{"step", "code"} {
			e[name] = builder.Name(name + "_" + strconv.Itoa(i))
		}
		e["now"], e["before"] = builder.Name("v_"+strconv.Itoa(i)), builder.Name("b_"+strconv.Itoa(i))
		states = append(states, e)
		known = append(known, builder.Element{"column": e["column"]})
		if s.Category == eventlog.Measurement {
			known = append(known, builder.Element{"column": e["delta"]})
		}
		e["united"] = builder.If(slices.Contains(needed, s.Name))
		if slices.Contains(needed, s.Name) {
			c.units[s.Name] = "unit_" + strconv.Itoa(i)
			e["unit"] = builder.Name(c.units[s.Name])
			known = append(known, builder.Element{"column": e["unit"]})
		}
	}
	var levels builder.List
	last := builder.Name("valued")
	for i, d := range c.derived {
		if i == 0 || d.level != c.derived[i-1].level {
			name := builder.Name("derived_" + strconv.Itoa(d.level))
			levels = append(levels, builder.Element{"name": name, "before": last, "known": known[:len(known):len(known)], "derived": builder.List(nil)})
			last = name
		}
		e := c.element(d.name, d.category)
		e["expression"], e["type"] = c.expression(d), sql.Text
		if d.category == eventlog.Measurement {
			e["type"] = sql.Decimal
		}
		names := c.carried[d.name]
		e["united"], e["unitless"] = builder.If(len(names) > 0), builder.If(len(names) == 0)
		if len(names) > 0 {
			unit, single := c.unitOf(names)
			c.units[d.name] = "unit_of_" + strconv.Itoa(i)
			e["unit"], e["unit_of"] = builder.Name(c.units[d.name]), unit
			if len(names) > 1 {
				e["expression"] = builder.Case(nil, builder.When(single, c.expression(d)))
			}
		}
		e["entity_type"], e["any_type"], e["one_type"] = builder.Text(d.entityType), builder.If(d.entityType == ""), builder.If(d.entityType != "")
		computed = append(computed, e)
		level := levels[len(levels)-1]
		level["derived"] = append(level["derived"].(builder.List), e)
		known = append(known, builder.Element{"column": e["column"]})
		if len(names) > 0 {
			known = append(known, builder.Element{"column": e["unit"]})
		}
	}
	return builder.Params{
		Lists: builder.Lists{
			"states": states, "derived": computed, "levels": levels, "block_sizes": blockSizes(), "types": c.arms(types, states), "digits": builder.Digits(),
		},
		Elements: map[string]builder.Element{"last": {"level": last}},
	}
}

// arms are the entity types of the wide table, each with the states that its entities can have; the last one is all others.
func (c *composer) arms(types eventlog.StateTypes, states builder.List) builder.List {
	var list, known builder.List
	arm := func(own []string) builder.Element {
		e, suffix := builder.Element{"one": builder.List(nil), "others": builder.List(nil)}, "_"+strconv.Itoa(len(list))
		for _, name := range []string{"moves", "named", "running"} {
			e[name] = builder.Name(name + suffix)
		}
		var had, cells builder.List
		for i, s := range c.rules.names {
			has := slices.Contains(own, s.Name)
			cell := maps.Clone(states[i])
			cell["had"], cell["never"] = builder.If(has), builder.If(!has)
			if cells = append(cells, cell); has {
				had = append(had, states[i])
			}
		}
		e["states"], e["cells"] = had, cells
		list = append(list, e)
		return e
	}
	for _, t := range types.Types() {
		known = append(known, builder.Element{"type": builder.Text(t)})
		arm(types.Of[t])["one"] = known[len(known)-1:]
	}
	if len(types.All) > 0 || len(list) == 0 {
		arm(types.All)["others"] = known
	}
	return list
}

// element is what the models know of a state that is a column.
func (c *composer) element(name, category string) builder.Element {
	return builder.Element{
		"name": builder.Text(name), "column": builder.Name(c.columns[name]), "delta": builder.Name(name + contract.DeltaSuffix),
		"dimension": builder.If(category != eventlog.Measurement), "measurement": builder.If(category == eventlog.Measurement),
	}
}

// blockSizes are those that combined_best.sql cuts time into.
func blockSizes() builder.List {
	const most = 31 // 2^31 instants of one state of one entity
	var list builder.List
	for i := range most {
		list = append(list, builder.Element{"size": builder.Int(1 << i)})
	}
	return list
}

// expression is a derived state's, over the columns that the states have.
func (c *composer) expression(d derived) sql.Expr {
	return sql.RewriteExpr(sql.CloneExpr(d.expr), func(e sql.Expr) sql.Expr {
		if col, ok := e.(*sql.Column); ok {
			col.Name = c.columns[col.Name]
		}
		return e
	})
}
