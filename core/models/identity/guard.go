package identity

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

// guards makes the chain of groups: as seen, without what is over a limit, with
// what a decree ties, split where a rule allows only one value.
func (b *resolver) guards() {
	b.groups = "nxw_id_groups"
	if !b.guarded() {
		b.Make(workView(b.groups, "Edges as resolution reads them."), "groups_unguarded")
		return
	}
	b.Make(builder.Work(b.groups, "Edges as resolution reads them."), "groups")
	for _, r := range b.rules {
		if r.guard == MaxLinks {
			b.limit(r)
		}
	}
	if len(b.spec.Resolution.MustLink) > 0 {
		b.mustLink()
	}
	b.split()
}

// guarded reports whether any rule reads or changes the groups.
func (b *resolver) guarded() bool {
	return len(b.spec.Resolution.MustLink) > 0 || slices.ContainsFunc(b.rules, func(r rule) bool { return r.guard != Blocked })
}

// limit adds the nodes of one max_links guard.
func (b *resolver) limit(r rule) {
	hubs, groups, cuts := fmt.Sprintf("nxw_id_hubs_%d", r.no), fmt.Sprintf("nxw_id_groups_%d", r.no), fmt.Sprintf("nxw_id_cuts_%d", r.no)
	p := relations("groups_in", b.groups, "hubs", hubs)
	p.Elements = map[string]builder.Element{"rule": r.element()}
	b.groups = groups
	b.cutBy = append(b.cutBy, builder.Element{"relation": builder.Name(cuts)})
	b.Make(builder.Work(hubs, "Identifiers over the limit of "+r.text+"."), "max_links_hubs", p)
	b.Make(builder.Work(groups, "Groups after "+r.text+"."), "max_links_groups", p)
	b.Make(workView(cuts, "Links left out by "+r.text+"."), "max_links_cuts", p)
}

// mustLink adds a group of two for each pair that the project ties.
func (b *resolver) mustLink() {
	var sides builder.List
	for i, p := range b.spec.Resolution.MustLink {
		sides = append(sides, sidesOf(i+1, p)...)
	}
	b.makeNormalized(workView("nxw_id_must_link", "Pairs that the project ties."), "must_link_pairs",
		builder.Params{Lists: builder.Lists{"sides": sides}})
	before := b.groups
	b.groups = "nxw_id_groups_tied"
	b.Make(builder.Work(b.groups, "Groups with those that the project ties."), "must_link", relations("groups_in", before))
}

// sidesOf are the two identifiers of a pair, with its number.
func sidesOf(number int, p spec.Pair) builder.List {
	var list builder.List
	for _, i := range []spec.Identifier{p.A, p.B} {
		list = append(list, builder.Element{
			"number": builder.Int(number), "entity_type": builder.Text(i.EntityType),
			"identifier_type": builder.Text(i.Type), "value": builder.Text(i.Value),
		})
	}
	return list
}

// seeds are what each splitting rule allows one of; false if there is no such rule.
func (b *resolver) seeds() (builder.Params, bool) {
	var unique, sides builder.List
	for _, r := range b.rules {
		switch r.guard {
		case Unique:
			unique = append(unique, r.element())
		case CannotLink:
			sides = append(sides, sidesOf(r.no, r.pair)...)
		}
	}
	if len(sides) > 0 {
		b.makeNormalized(workView("nxw_id_cannot_link", "Pairs that the project keeps apart."), "cannot_link_pairs",
			builder.Params{Lists: builder.Lists{"sides": sides}})
	}
	p := builder.Params{Lists: builder.Lists{"unique": unique, "cannot_link": builder.If(len(sides) > 0)}}
	return p, len(unique)+len(sides) > 0
}

// split adds the node of all unique and cannot_link rules: round by round, each
// component that breaks a rule is split by the first one it breaks, until none
// does. Components do not touch each other, so this is the same as rule after rule.
func (b *resolver) split() {
	seeds, any := b.seeds()
	if !any {
		return
	}
	s := steps{b: b, relations: relations("groups_in", b.groups)}
	s.create(builder.Work("nxw_sp_seeds", "Of what each rule allows an entity one."), "split_seeds", seeds)
	s.work("nxw_sp_active", "split_start", "Groups in play.")
	s.work("nxw_sp_done", "split_none", "Groups that break no rule.")
	s.work("nxw_sp_cuts", "split_no_cuts", "Links left out.")
	s.loop("nxw_sp_split", "split_active_size", maxSplits, func() {
		s.components("nxw_sc", "split_links")
		s.work("nxw_sp_components", "split_components", "Components of the groups in play.")
		s.work("nxw_sp_held", "split_held", "Identifiers in play of which a rule allows one.")
		s.work("nxw_sp_violations", "split_violations", "Components that break a rule.")
		s.replace("nxw_sp_done", "split_done", "Groups that break no rule.")
		s.work("nxw_sp_current", "split_current", "Groups of components that break a rule.")
		s.work("nxw_sp_territories", "split_territories", "Who belongs to which value.")
		s.work("nxw_sp_front", "split_territories", "Who was reached last.")
		s.loop("nxw_sp_flood", "split_front_size", maxLinks, func() {
			s.work("nxw_sp_reached", "split_reached", "Who is one link further.")
			s.replace("nxw_sp_territories", "split_grown", "Territories, grown by a link.")
			s.rename("nxw_sp_reached", "nxw_sp_front")
		})
		s.work("nxw_sp_parts", "split_parts", "Groups that reach over a border.")
		s.replace("nxw_sp_cuts", "split_cuts", "Links left out.")
		s.replace("nxw_sp_active", "split_next", "Groups in play.")
	})
	s.drop("nxw_sp_active", "nxw_sp_components", "nxw_sp_held", "nxw_sp_violations", "nxw_sp_current",
		"nxw_sp_territories", "nxw_sp_front", "nxw_sp_parts", "nxw_sc_root")
	b.groups = "nxw_sp_done"
	b.cutBy = append(b.cutBy, builder.Element{"relation": builder.Name("nxw_sp_cuts")})
	s.node("nxw_sp_done")
}

// A split by a rule is never broken again, so a component is split at most once a
// rule. A flood takes a round a link of distance, and runs only over the components that
// break a rule: where two values that exclude each other are at the ends of a very long
// chain, that is slow, and still exact.
const (
	maxSplits = 1 << 20
	maxLinks  = 1 << 40
)

// cuts makes nxw_id_cuts, all links that rules leave out.
func (b *resolver) cuts() {
	if slices.ContainsFunc(b.rules, func(r rule) bool { return r.guard == Blocked }) {
		b.Make(workView("nxw_id_cuts_blocked", "Links left out because one side is blocked."), "cuts_blocked")
		b.cutBy = append(b.cutBy, builder.Element{"relation": builder.Name("nxw_id_cuts_blocked")})
	}
	b.Make(workView("nxw_id_cuts", "Links left out, and by which rule."), "cuts",
		builder.Params{Lists: builder.Lists{"cuts": b.cutBy, "no_cuts": builder.If(len(b.cutBy) == 0)}})
}
