package final

import (
	"fmt"
	"slices"
	"sort"

	"github.com/nexus-host/nexus-host/core/model"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/core/sql"
	"github.com/nexus-host/nexus-host/core/union"
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
		n := union.Canonical(name)
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
		unruled = model.Not(model.InTexts(model.Col("", "trait_name"), ruled))
	}
	q := model.Query(survivor(spec.TraitRule{Rule: latest}, unruled))
	for _, g := range groups {
		q.Arms = append(q.Arms, survivor(g.rule, model.InTexts(model.Col("", "trait_name"), g.names)))
	}
	return q, nil
}

// survivor picks the rows of one rule. Preferred sources are a tier above the
// others: the rule chooses within the best tier that has a value.
func survivor(rule spec.TraitRule, which sql.Expr) *sql.Select {
	key := func() []sql.Expr { return []sql.Expr{model.Col("", "entity_id"), model.Col("", "trait_name")} }
	var from sql.TableExpr = model.Model("nxw_trait_links", "")
	columns := []string{"entity_id", "entity_type", "trait_name", "trait_value", "source", "event_id", "occurred_at", "_ingested_at", "entity_trait_id"}
	where := model.And(&sql.IsNull{X: model.Col("", "entity_id"), Not: true}, which)
	var order []*sql.Order
	if len(rule.Prefer) > 0 {
		from, where = tiered(from, where, columns, rule.Prefer), model.Eq(model.Col("", "tier"), model.Col("", "best_tier"))
	}
	switch {
	case len(rule.Prefer) == 0 && rule.Rule == latest:
		from, where = extreme(from, where, columns, "max"), nil
	case len(rule.Prefer) == 0 && rule.Rule == first:
		from, where = extreme(from, where, columns, "min"), nil
	}
	switch rule.Rule {
	case first:
		order = append(order, model.Asc(model.Col("", "occurred_at")))
	case longest:
		order = append(order, model.Desc(model.Call("length", model.Col("", "trait_value"))), model.Desc(model.Col("", "occurred_at")))
	case mostFrequent:
		counted := &sql.Select{Items: model.Columns("", columns...), From: from, Where: where}
		counted.Items = append(counted.Items, model.As(&sql.Call{Name: "count", Star: true,
			Over: &sql.Window{PartitionBy: append(key(), model.Col("", "trait_value"))}}, "frequency"))
		from, where = &sql.Subquery{Query: model.Query(counted), Alias: "counted"}, nil
		order = append(order, model.Desc(model.Col("", "frequency")), model.Desc(model.Col("", "occurred_at")))
	default:
		order = append(order, model.Desc(model.Col("", "occurred_at")))
	}
	for _, n := range []string{"_ingested_at", "source", "entity_trait_id"} {
		order = append(order, model.Desc(model.Col("", n)))
	}
	items := model.Columns("", "entity_id", "entity_type", "trait_name", "trait_value", "source", "event_id", "occurred_at")
	return &sql.Select{
		Items: append(items, model.As(model.Call("run_started_at"), "_processed_at")),
		From:  from, Where: where,
		Qualify: model.Eq(model.Over("row_number", nil, key(), order), model.Int(1)),
	}
}

// extreme keeps the rows at the last (or first) instant of their trait: one look at
// each row, so that only those few are sorted.
func extreme(from sql.TableExpr, where sql.Expr, columns []string, function string) sql.TableExpr {
	at := &sql.Select{
		Items: append(model.Columns("", "entity_id", "trait_name"), model.As(model.Call(function, model.Col("", "occurred_at")), "occurred_at")),
		From:  sql.CloneTable(from), Where: where, GroupBy: []sql.Expr{model.Col("", "entity_id"), model.Col("", "trait_name")},
	}
	var on []sql.Expr
	for _, n := range []string{"entity_id", "trait_name", "occurred_at"} {
		on = append(on, model.Eq(model.Col("at", n), model.Col("l", n)))
	}
	from.(*sql.Relation).Alias = "l"
	return &sql.Subquery{Alias: "edge", Query: model.Query(&sql.Select{
		Items: model.Columns("l", columns...),
		From:  model.Join(sql.InnerJoin, from, &sql.Subquery{Query: model.Query(at), Alias: "at"}, model.And(on...)),
	})}
}

// tiered adds each row's tier and the best tier of its trait.
func tiered(from sql.TableExpr, where sql.Expr, columns, prefer []string) sql.TableExpr {
	var whens []sql.When
	for i, source := range prefer {
		whens = append(whens, model.When(model.Eq(model.Col("", "source"), model.Text(source)), model.Int(i)))
	}
	tier := model.Case(model.Int(len(prefer)), whens...)
	inner := &sql.Select{Items: append(model.Columns("", columns...), model.As(tier, "tier")), From: from, Where: where}
	outer := &sql.Select{
		Items: append(model.Columns("", append(columns, "tier")...), model.As(model.Over("min", []sql.Expr{model.Col("", "tier")},
			[]sql.Expr{model.Col("", "entity_id"), model.Col("", "trait_name")}, nil), "best_tier")),
		From: &sql.Subquery{Query: model.Query(inner), Alias: "placed"},
	}
	return &sql.Subquery{Query: model.Query(outer), Alias: "tiers"}
}
