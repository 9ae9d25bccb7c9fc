package final

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
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

// traitGroup is the traits of one rule.
type traitGroup struct {
	rule  spec.TraitRule
	names []string
}

// traitRules are what nexus_resolved_entity_traits.sql goes through: one rule for all traits
// that have none of their own, and each other rule with its traits.
func traitRules(s *spec.Spec) (builder.Params, error) {
	var groups []traitGroup
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
		if known := contract.Survivals(); !slices.Contains(known, rule.Rule) {
			return builder.Params{}, fmt.Errorf("final: trait %s: the rule is one of %s, not %q", name, strings.Join(known, ", "), rule.Rule)
		}
		n := eventlog.Canonical(name)
		if slices.Contains(ruled, n) {
			return builder.Params{}, fmt.Errorf("final: trait %s has two rules", n)
		}
		ruled = append(ruled, n)
		i := slices.IndexFunc(groups, func(g traitGroup) bool { return g.rule.Rule == rule.Rule && slices.Equal(g.rule.Prefer, rule.Prefer) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, traitGroup{rule: rule})
		}
		groups[i].names = append(groups[i].names, n)
	}
	var unruled builder.List
	if len(ruled) > 0 {
		unruled = builder.List{{"traits": builder.Names(ruled...)}}
	}
	first := traitGroup{rule: spec.TraitRule{Rule: latest}}.element(0)
	first["unruled"], first["ruled"] = unruled, builder.If(false)
	rules := builder.List{first}
	var preferring builder.List
	for i, g := range groups {
		e := g.element(i + 1)
		rules = append(rules, e)
		if len(g.rule.Prefer) > 0 {
			preferring = append(preferring, e)
		}
	}
	return builder.Params{Lists: builder.Lists{"rules": rules, "preferring": preferring}}, nil
}

// element is what the model knows of a rule.
func (g traitGroup) element(no int) builder.Element {
	tiered, inTime := len(g.rule.Prefer) > 0, g.rule.Rule == latest || g.rule.Rule == first
	var preferred builder.List
	for i, source := range g.rule.Prefer {
		preferred = append(preferred, builder.Element{"source": builder.Text(source), "tier": builder.Int(i)})
	}
	return builder.Element{
		"traits": builder.Names(g.names...), "unruled": builder.If(false), "ruled": builder.If(true),
		"tiers": builder.Name(fmt.Sprintf("tiers_%d", no)), "preferred": preferred, "last_tier": builder.Int(len(preferred)),
		"plain": builder.If(!tiered), "tiered": builder.If(tiered),
		"in_time": builder.If(inTime && !tiered), "counted": builder.If(g.rule.Rule == mostFrequent),
		"compared": builder.If(g.rule.Rule != mostFrequent && (tiered || !inTime)),
		"longest":  builder.If(g.rule.Rule == longest), "first": builder.If(g.rule.Rule == first), "last": builder.If(g.rule.Rule != first),
	}
}
