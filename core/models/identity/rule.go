package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/pdk/freemail"
)

// The guards, as nexus_entity_identifiers_edges names them.
const (
	Blocked    = "blocked"
	MaxLinks   = "max_links"
	Unique     = "unique"
	CannotLink = "cannot_link"
)

// rule is one guard of a project; a rule's number is its place in the list, from
// 1. All that is blocked comes first, then limits, then what splits.
type rule struct {
	no         int
	guard      string
	text       string // as a report names it
	entityType string
	identifier string
	values     []string
	patterns   []string
	n          int
	pair       spec.Pair
	anyOfTypes []string // blocked: the entity types
	normalized bool     // values are in normal form already
}

// rules numbers the guards in the order in which they act and refuses what
// means nothing.
func rules(s *spec.Spec, resolved []string) ([]rule, error) {
	r := s.Resolution
	var out []rule
	add := func(x rule) {
		x.no = len(out) + 1
		out = append(out, x)
	}
	if r.FreeMailDomains {
		add(rule{
			guard: Blocked, text: "free mail provider, relay or disposable domain", identifier: "domain",
			anyOfTypes: resolved, values: freemail.All(), normalized: true,
		})
	}
	for _, kind := range []string{Blocked, MaxLinks, Unique} {
		for _, g := range r.Guards {
			if g.Kind != kind {
				continue
			}
			if err := valid(g, resolved); err != nil {
				return nil, err
			}
			add(rule{
				guard: kind, text: ruleText(g), entityType: g.EntityType, anyOfTypes: []string{g.EntityType}, identifier: g.IdentifierType,
				values: g.Values, patterns: g.Patterns, n: g.N,
			})
		}
	}
	for _, g := range r.Guards {
		if !slices.Contains([]string{Blocked, MaxLinks, Unique}, g.Kind) {
			return nil, &Error{fmt.Sprintf("guard %s does not exist; there are blocked, max_links and unique", g.Kind)}
		}
	}
	for _, p := range r.CannotLink {
		if err := validPair("cannot_link", p, resolved); err != nil {
			return nil, err
		}
		add(rule{guard: CannotLink, text: "cannot_link: " + written(p.A) + ", " + written(p.B), entityType: p.A.EntityType, pair: p})
	}
	for _, p := range r.MustLink {
		if err := validPair("must_link", p, resolved); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func written(i spec.Identifier) string { return i.Type + " " + i.Value }

func ruleText(g spec.Guard) string {
	switch g.Kind {
	case MaxLinks:
		return fmt.Sprintf("max_links: %d a %s of a %s", g.N, g.IdentifierType, g.EntityType)
	case Unique:
		return fmt.Sprintf("unique: one %s a %s", g.IdentifierType, g.EntityType)
	}
	return fmt.Sprintf("blocked: %s of a %s", g.IdentifierType, g.EntityType)
}

func valid(g spec.Guard, resolved []string) error {
	switch {
	case !slices.Contains(resolved, g.EntityType):
		return &Error{fmt.Sprintf("guard %s: %q is not an entity type that is resolved; there are %s",
			g.Kind, g.EntityType, strings.Join(resolved, ", "))}
	case g.IdentifierType == "":
		return &Error{fmt.Sprintf("guard %s of %s names no identifier type", g.Kind, g.EntityType)}
	case g.Kind == MaxLinks && g.N < 1:
		return &Error{fmt.Sprintf("guard max_links of %s %s: the limit is %d, it must be 1 or more", g.EntityType, g.IdentifierType, g.N)}
	case g.Kind == Blocked && len(g.Values)+len(g.Patterns) == 0:
		return &Error{fmt.Sprintf("guard blocked of %s %s has neither values nor patterns", g.EntityType, g.IdentifierType)}
	}
	for _, v := range g.Values {
		if err := validValue("guard "+g.Kind+" of "+g.EntityType, g.IdentifierType, v); err != nil {
			return err
		}
	}
	return nil
}

func validPair(kind string, p spec.Pair, resolved []string) error {
	switch {
	case p.A.EntityType != p.B.EntityType:
		return &Error{fmt.Sprintf("%s: %s is a %s and %s is a %s; a link is between identifiers of one entity type",
			kind, written(p.A), p.A.EntityType, written(p.B), p.B.EntityType)}
	case !slices.Contains(resolved, p.A.EntityType):
		return &Error{fmt.Sprintf("%s: %q is not an entity type that is resolved; there are %s", kind, p.A.EntityType, strings.Join(resolved, ", "))}
	case p.A == p.B:
		return &Error{fmt.Sprintf("%s: both sides are %s", kind, written(p.A))}
	}
	for _, i := range []spec.Identifier{p.A, p.B} {
		if err := validValue(kind, i.Type, i.Value); err != nil {
			return err
		}
	}
	return nil
}

// validValue refuses what no identifier of the event log can be, so that a slip in a
// rule does not make it a rule about nothing.
func validValue(kind, identifierType, value string) error {
	switch {
	case strings.TrimSpace(value) == "":
		return &Error{fmt.Sprintf("%s: a value of %s is empty", kind, identifierType)}
	case identifierType == "email" && strings.Count(value, "@") != 1:
		return &Error{fmt.Sprintf("%s: %q is no email address", kind, value)}
	case identifierType == "phone" && !strings.ContainsAny(value, "0123456789"):
		return &Error{fmt.Sprintf("%s: %q is no phone number", kind, value)}
	}
	return nil
}

// element is what models know of a rule.
func (r rule) element() builder.Element {
	return builder.Element{
		"no": builder.Int(r.no), "guard": builder.Text(r.guard), "text": builder.Text(r.text),
		"entity_type": builder.Text(r.entityType), "identifier_type": builder.Text(r.identifier), "limit": builder.Int(r.n),
	}
}

// blocked makes nxw_id_rules, the rules' names, and nxw_id_blocked, the values
// that rules block.
func (b *resolver) blocked() {
	var rules, blocked, written builder.List
	for _, r := range b.rules {
		rules = append(rules, r.element())
		if r.guard != Blocked || len(r.values) == 0 {
			continue
		}
		for _, t := range r.anyOfTypes {
			for _, list := range lines(r.values) {
				e := builder.Element{
					"rule_no": builder.Int(r.no), "entity_type": builder.Text(t), "identifier_type": builder.Text(r.identifier),
					"lines": builder.Text(list),
				}
				if r.normalized {
					blocked = append(blocked, e)
				} else {
					written = append(written, e)
				}
			}
		}
	}
	b.Make(workView("nxw_id_rules", "The project's rules of resolution, by number."), "rules",
		builder.Params{Lists: builder.Lists{"rules": rules, "no_rules": builder.If(len(rules) == 0)}})
	if len(written) > 0 {
		b.makeNormalized(builder.Work("nxw_id_blocked_written", "Identifiers that rules block, given as a person writes them."), "blocked_written",
			builder.Params{Lists: builder.Lists{"written": written}})
	}
	b.Make(workView("nxw_id_blocked", "Identifiers that rules block."), "blocked", builder.Params{Lists: builder.Lists{
		"blocked": blocked, "written": builder.If(len(written) > 0), "no_blocked": builder.If(len(blocked)+len(written) == 0),
	}})
}

// makeNormalized adds a node whose model reads what the identifiers of `spelled` are compared as.
func (b *resolver) makeNormalized(r *graph.Relation, name string, more ...builder.Params) {
	q := b.Query(name, more...)
	normalized, err := eventlog.Normalized(b.spec)
	if err == nil && b.Err() == nil {
		err = builder.After(q, eventlog.Spelled, "normalized", normalized)
	}
	if err != nil {
		b.Fail(err)
	}
	b.Add(r, q)
}

// patterns are those of the rules, in the rules' order.
func (b *resolver) patterns() builder.List {
	var list builder.List
	for _, r := range b.rules {
		for _, p := range r.patterns {
			list = append(list, builder.Element{
				"entity_type": builder.Text(r.entityType), "identifier_type": builder.Text(r.identifier),
				"pattern": builder.Text(p), "rule_no": builder.Int(r.no),
			})
		}
	}
	return list
}

// lines joins values into texts of one value a line, each of moderate size.
func lines(values []string) []string {
	const most = 32 << 10
	var out []string
	var text []byte
	for _, v := range values {
		v = strings.Join(strings.Fields(v), " ")
		if len(text) > 0 && len(text)+len(v) >= most {
			out = append(out, string(text))
			text = text[:0]
		}
		if len(text) > 0 {
			text = append(text, '\n')
		}
		text = append(text, v...)
	}
	return append(out, string(text))
}
