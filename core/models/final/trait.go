package final

import (
	"fmt"
	"slices"
	"sort"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// The rules by which one value of a trait survives.
const (
	latest       = "latest"
	first        = "first"
	mostFrequent = "most_frequent"
	longest      = "longest"
)

// survivors is nexus_resolved_entity_traits: one arm for all traits of the
// default rule, one for each other rule.
func survivors(s *spec.Spec) (*sql.Query, error) {
	type group struct {
		rule  spec.TraitRule
		names []string
	}
	var groups []group
	var ruled []string
	named := make([]string, 0, len(s.Traits))
	for name := range s.Traits {
		named = append(named, name)
	}
	sort.Strings(named)
	for _, name := range named {
		rule := s.Traits[name]
		if rule.Rule == "" {
			rule.Rule = latest
		}
		switch rule.Rule {
		case latest, first, mostFrequent, longest:
		default:
			return nil, fmt.Errorf("final: trait %s: the rule is one of latest, first, most_frequent, longest, not %q", name, rule.Rule)
		}
		n := eventlog.Canonical(name)
		if slices.Contains(ruled, n) {
			return nil, fmt.Errorf("final: trait %s has two rules", n)
		}
		ruled = append(ruled, n)
		i := slices.IndexFunc(groups, func(g group) bool { return g.rule.Rule == rule.Rule && slices.Equal(g.rule.Prefer, rule.Prefer) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{rule: rule})
		}
		groups[i].names = append(groups[i].names, n)
	}
	var unruled sql.Expr
	if len(ruled) > 0 {
		unruled = builder.Not(builder.InTexts(builder.Col("", "trait_name"), ruled))
	}
	q := builder.Query(survivor(spec.TraitRule{Rule: latest}, unruled))
	for _, g := range groups {
		q.Arms = append(q.Arms, survivor(g.rule, builder.InTexts(builder.Col("", "trait_name"), g.names)))
	}
	return q, nil
}

// survivor picks the rows of one rule. Preferred sources are a tier above the
// others: the rule chooses within the best tier that has a value.
func survivor(rule spec.TraitRule, which sql.Expr) *sql.Select {
	key := func() []sql.Expr { return []sql.Expr{builder.Col("", "entity_id"), builder.Col("", "trait_name")} }
	var from sql.TableExpr = builder.Model("nxw_trait_links", "")
	columns := []string{"entity_id", "entity_type", "trait_name", "trait_value", "source", "event_id", "occurred_at", "_ingested_at", "entity_trait_id"}
	where := builder.And(&sql.IsNull{X: builder.Col("", "entity_id"), Not: true}, which)
	var order []*sql.Order
	if len(rule.Prefer) > 0 {
		from, where = tiered(from, where, columns, rule.Prefer), builder.Eq(builder.Col("", "tier"), builder.Col("", "best_tier"))
	}
	switch {
	case len(rule.Prefer) == 0 && rule.Rule == latest:
		from, where = extreme(from, where, columns, "max"), nil
	case len(rule.Prefer) == 0 && rule.Rule == first:
		from, where = extreme(from, where, columns, "min"), nil
	}
	switch rule.Rule {
	case first:
		order = append(order, builder.Asc(builder.Col("", "occurred_at")))
	case longest:
		order = append(order, builder.Desc(builder.Call("length", builder.Col("", "trait_value"))), builder.Desc(builder.Col("", "occurred_at")))
	case mostFrequent:
		counted := &sql.Select{Items: builder.Columns("", columns...), From: from, Where: where}
		counted.Items = append(counted.Items, builder.As(&sql.Call{Name: "count", Star: true,
			Over: &sql.Window{PartitionBy: append(key(), builder.Col("", "trait_value"))}}, "frequency"))
		from, where = &sql.Subquery{Query: builder.Query(counted), Alias: "counted"}, nil
		order = append(order, builder.Desc(builder.Col("", "frequency")), builder.Desc(builder.Col("", "occurred_at")))
	default:
		order = append(order, builder.Desc(builder.Col("", "occurred_at")))
	}
	for _, n := range []string{"_ingested_at", "source", "entity_trait_id"} {
		order = append(order, builder.Desc(builder.Col("", n)))
	}
	items := builder.Columns("", "entity_id", "entity_type", "trait_name", "trait_value", "source", "event_id", "occurred_at")
	return &sql.Select{
		Items: append(items, builder.As(builder.Call("run_started_at"), "_processed_at")),
		From:  from, Where: where,
		Qualify: builder.Eq(builder.Over("row_number", nil, key(), order), builder.Int(1)),
	}
}

// extreme keeps the rows at the last (or first) instant of their trait: one look at
// each row, so that only those few are sorted.
func extreme(from sql.TableExpr, where sql.Expr, columns []string, function string) sql.TableExpr {
	at := &sql.Select{
		Items: append(builder.Columns("", "entity_id", "trait_name"), builder.As(builder.Call(function, builder.Col("", "occurred_at")), "occurred_at")),
		From:  sql.CloneTable(from), Where: where, GroupBy: []sql.Expr{builder.Col("", "entity_id"), builder.Col("", "trait_name")},
	}
	var on []sql.Expr
	for _, n := range []string{"entity_id", "trait_name", "occurred_at"} {
		on = append(on, builder.Eq(builder.Col("at", n), builder.Col("l", n)))
	}
	from.(*sql.Relation).Alias = "l"
	return &sql.Subquery{Alias: "edge", Query: builder.Query(&sql.Select{
		Items: builder.Columns("l", columns...),
		From:  builder.Join(sql.InnerJoin, from, &sql.Subquery{Query: builder.Query(at), Alias: "at"}, builder.And(on...)),
	})}
}

// tiered adds each row's tier and the best tier of its trait.
func tiered(from sql.TableExpr, where sql.Expr, columns, prefer []string) sql.TableExpr {
	var whens []sql.When
	for i, source := range prefer {
		whens = append(whens, builder.When(builder.Eq(builder.Col("", "source"), builder.Text(source)), builder.Int(i)))
	}
	tier := builder.Case(builder.Int(len(prefer)), whens...)
	inner := &sql.Select{Items: append(builder.Columns("", columns...), builder.As(tier, "tier")), From: from, Where: where}
	outer := &sql.Select{
		Items: append(builder.Columns("", append(columns, "tier")...), builder.As(builder.Over("min", []sql.Expr{builder.Col("", "tier")},
			[]sql.Expr{builder.Col("", "entity_id"), builder.Col("", "trait_name")}, nil), "best_tier")),
		From: &sql.Subquery{Query: builder.Query(inner), Alias: "placed"},
	}
	return &sql.Subquery{Query: builder.Query(outer), Alias: "tiers"}
}
