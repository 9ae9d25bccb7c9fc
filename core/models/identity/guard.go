package identity

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// guards makes the chain of groups: as seen, without what is over a limit, with
// what a decree ties, split where a rule allows one value alone.
func (b *resolver) guards() error {
	b.groups = "nxw_id_groups"
	if !b.guarded() {
		return b.add(workView(b.groups, "Edges as resolution reads them."), "groups_unguarded", names{})
	}
	if err := b.add(work(b.groups, "Edges as resolution reads them."), "groups", names{}); err != nil {
		return err
	}
	for _, r := range b.rules {
		if r.guard == MaxLinks {
			if err := b.limit(r); err != nil {
				return err
			}
		}
	}
	if len(b.spec.Resolution.MustLink) > 0 {
		if err := b.mustLink(); err != nil {
			return err
		}
	}
	return b.split()
}

// guarded reports whether any rule reads or changes the groups.
func (b *resolver) guarded() bool {
	return len(b.spec.Resolution.MustLink) > 0 || slices.ContainsFunc(b.rules, func(r rule) bool { return r.guard != Blocked })
}

// limit adds the nodes of one max_links guard.
func (b *resolver) limit(r rule) error {
	hubs, groups, cuts := fmt.Sprintf("nxw_id_hubs_%d", r.no), fmt.Sprintf("nxw_id_groups_%d", r.no), fmt.Sprintf("nxw_id_cuts_%d", r.no)
	n := names{
		relations: map[string]string{"groups_in": b.groups, "hubs": hubs},
		values: map[string]sql.Expr{
			"wanted_entity_type": builder.Text(r.entityType), "wanted_identifier_type": builder.Text(r.identifier),
			"most_links": builder.Int(r.n), "rule_no": builder.Int(r.no),
		},
	}
	b.groups = groups
	b.cutBy = append(b.cutBy, cuts)
	return all(
		func() error {
			return b.add(work(hubs, "Identifiers over the limit of "+r.text+"."), "max_links_hubs", n)
		},
		func() error { return b.add(work(groups, "Groups after "+r.text+"."), "max_links_groups", n) },
		func() error { return b.add(workView(cuts, "Links left out by "+r.text+"."), "max_links_cuts", n) },
	)
}

// mustLink adds a group of two for each pair that the project ties.
func (b *resolver) mustLink() error {
	pairs := &sql.Query{}
	for i, p := range b.spec.Resolution.MustLink {
		pairs.Arms = append(pairs.Arms, b.sides("pair_no", i+1, p)...)
	}
	b.nodes = append(b.nodes, builder.Node(workView("nxw_id_must_link", "Pairs that the project ties."), pairs))
	before := b.groups
	b.groups = "nxw_id_groups_tied"
	return b.add(work(b.groups, "Groups with those that the project ties."), "must_link", names{relations: map[string]string{"groups_in": before}})
}

// sides are two rows with the identifiers of a pair, in normal form, and a number.
func (b *resolver) sides(column string, number int, p spec.Pair) []*sql.Select {
	var arms []*sql.Select
	for _, i := range []spec.Identifier{p.A, p.B} {
		arms = append(arms, &sql.Select{Items: []*sql.Item{
			builder.As(builder.Int(number), column), builder.As(builder.Text(i.EntityType), "entity_type"),
			builder.As(builder.Text(i.Type), "identifier_type"), builder.As(b.normal(i.Type, builder.Text(i.Value)), "normalized_value"),
		}})
	}
	return arms
}

// seeds is the query of what each splitting rule allows one of: rule_no and node; nil
// if there is no such rule.
func (b *resolver) seeds() (*sql.Query, error) {
	q := &sql.Query{}
	pairs := &sql.Query{}
	for _, r := range b.rules {
		switch r.guard {
		case Unique:
			arm, err := b.load("unique_seeds", names{values: map[string]sql.Expr{
				"wanted_entity_type": builder.Text(r.entityType), "wanted_identifier_type": builder.Text(r.identifier), "rule_no": builder.Int(r.no),
			}})
			if err != nil {
				return nil, err
			}
			q.Arms = append(q.Arms, arm.Arms...)
		case CannotLink:
			pairs.Arms = append(pairs.Arms, b.sides("rule_no", r.no, r.pair)...)
		}
	}
	if len(pairs.Arms) > 0 {
		b.nodes = append(b.nodes, builder.Node(workView("nxw_id_cannot_link", "Pairs that the project keeps apart."), pairs))
		arm, err := b.load("cannot_link_seeds", names{})
		if err != nil {
			return nil, err
		}
		q.Arms = append(q.Arms, arm.Arms...)
	}
	if len(q.Arms) == 0 {
		return nil, nil
	}
	return q, nil
}

// split adds the node of all unique and cannot_link rules: round by round, each
// component that breaks a rule is split by the first one it breaks, until none
// does. Components do not touch each other, so this is the same as rule after rule.
func (b *resolver) split() error {
	seeds, err := b.seeds()
	if err != nil || seeds == nil {
		return err
	}
	c := composer{b: b, names: names{relations: map[string]string{"groups_in": b.groups}}}
	seedTable := work("nxw_sp_seeds", "Of what each rule allows an entity one.")
	c.makes = append(c.makes, seedTable)
	c.steps = append(c.steps, &graph.Create{Relation: seedTable, Query: seeds})
	made := func(name, file, doc string) func() error {
		return func() error { return c.create(work(name, doc), file) }
	}
	replace := func(name, file, doc string) func() error {
		return func() error { return c.replace(name, file, doc) }
	}
	flood := func() error {
		return all(
			made("nxw_sp_reached", "split_reached", "Who is one link further."),
			replace("nxw_sp_territories", "split_grown", "Territories, grown by a link."),
			func() error {
				c.steps = append(c.steps, &graph.Rename{From: "nxw_sp_reached", To: "nxw_sp_front"})
				return nil
			},
		)
	}
	round := func() error {
		return all(
			made("nxw_sp_links", "split_links", "Links of the groups in play."),
			func() error { return c.components("nxw_sc", "nxw_sp_links") },
			made("nxw_sp_components", "split_components", "Components of the groups in play."),
			made("nxw_sp_held", "split_held", "Identifiers in play of which a rule allows one."),
			made("nxw_sp_violations", "split_violations", "Components that break a rule."),
			replace("nxw_sp_done", "split_done", "Groups that break no rule."),
			made("nxw_sp_current", "split_current", "Groups of components that break a rule."),
			made("nxw_sp_territories", "split_territories", "Who belongs to which value."),
			made("nxw_sp_front", "split_territories", "Who was reached last."),
			func() error { return c.loop("nxw_sp_flood", "split_front_size", maxLinks, flood) },
			made("nxw_sp_parts", "split_parts", "Groups that reach over a border."),
			replace("nxw_sp_cuts", "split_cuts", "Links left out."),
			replace("nxw_sp_active", "split_next", "Groups in play."),
		)
	}
	err = all(
		made("nxw_sp_active", "split_start", "Groups in play."),
		made("nxw_sp_done", "split_none", "Groups that break no rule."),
		made("nxw_sp_cuts", "split_no_cuts", "Links left out."),
		func() error { return c.loop("nxw_sp_split", "split_active_size", maxSplits, round) },
	)
	if err != nil {
		return err
	}
	c.drop("nxw_sp_active", "nxw_sp_links", "nxw_sp_components", "nxw_sp_held", "nxw_sp_violations", "nxw_sp_current",
		"nxw_sp_territories", "nxw_sp_front", "nxw_sp_parts", "nxw_sc_root")
	b.groups = "nxw_sp_done"
	b.cutBy = append(b.cutBy, "nxw_sp_cuts")
	b.nodes = append(b.nodes, &graph.Node{Name: "nxw_sp_done", Makes: c.makes, Steps: c.steps})
	return nil
}

// A split by a rule is never broken again, so a component is split at most once a
// rule. A flood takes a round a link of distance, and runs over the components alone that
// break a rule: where two values that exclude each other stand at the ends of a very long
// chain, that is slow, and still exact.
const (
	maxSplits = 1 << 20
	maxLinks  = 1 << 40
)

// cuts makes nxw_id_cuts, all links that rules leave out.
func (b *resolver) cuts() error {
	q := &sql.Query{}
	for _, r := range b.rules {
		if r.guard == Blocked {
			blocked, err := b.load("cuts_blocked", names{})
			if err != nil {
				return err
			}
			b.nodes = append(b.nodes, builder.Node(workView("nxw_id_cuts_blocked", "Links left out because one side is blocked."), blocked))
			b.cutBy = append(b.cutBy, "nxw_id_cuts_blocked")
			break
		}
	}
	for _, name := range b.cutBy {
		q.Arms = append(q.Arms, &sql.Select{Items: builder.Columns("", "origin", "a", "b", "rule_no"), From: builder.Model(name, "")})
	}
	if len(q.Arms) == 0 {
		bigint := func(names ...string) (cols []sql.ColumnDef) {
			for _, n := range names {
				cols = append(cols, sql.ColumnDef{Name: n, Type: sql.Bigint})
			}
			return cols
		}
		q = builder.Empty(bigint("origin", "a", "b", "rule_no"))
	}
	b.nodes = append(b.nodes, builder.Node(workView("nxw_id_cuts", "Links left out, and by which rule."), q))
	return nil
}
