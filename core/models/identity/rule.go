package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
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
	anyOfTypes []string // blocked: the entity types, if not one alone
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
			anyOfTypes: resolved, values: MailDomains(), normalized: true,
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
		return &Error{fmt.Sprintf("guard %s: %q is no entity type that is resolved; there are %s", g.Kind, g.EntityType, strings.Join(resolved, ", "))}
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
		return &Error{fmt.Sprintf("%s: %q is no entity type that is resolved; there are %s", kind, p.A.EntityType, strings.Join(resolved, ", "))}
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

// normal is the normal form of an identifier's value.
func (b *resolver) normal(identifierType string, value sql.Expr) sql.Expr {
	return b.macros.ExpandExpr(builder.Call("normalized_identifier", builder.Text(identifierType), value))
}

// blocked makes nxw_id_rules, the rules' names, and nxw_id_blocked, the values
// that rules block.
func (b *resolver) blocked() error {
	names, values := &sql.Query{}, &sql.Query{}
	for _, r := range b.rules {
		names.Arms = append(names.Arms, &sql.Select{Items: []*sql.Item{
			builder.As(builder.Int(r.no), "rule_no"), builder.As(builder.Text(r.guard), "guard"), builder.As(builder.Text(r.text), "rule"),
		}})
		if r.guard != Blocked || len(r.values) == 0 {
			continue
		}
		for _, t := range r.anyOfTypes {
			for _, list := range lines(r.values) {
				values.Arms = append(values.Arms, b.blockedArm(r, t, list))
			}
		}
	}
	if len(names.Arms) == 0 {
		names = builder.Empty([]sql.ColumnDef{{Name: "rule_no", Type: sql.Bigint}, {Name: "guard", Type: sql.Text}, {Name: "rule", Type: sql.Text}})
	}
	if len(values.Arms) == 0 {
		values = builder.Empty([]sql.ColumnDef{
			{Name: "rule_no", Type: sql.Bigint}, {Name: "entity_type", Type: sql.Text},
			{Name: "identifier_type", Type: sql.Text}, {Name: "normalized_value", Type: sql.Text},
		})
	}
	b.nodes = append(b.nodes,
		builder.Node(workView("nxw_id_rules", "The project's rules of resolution, by number."), names),
		builder.Node(workView("nxw_id_blocked", "Identifiers that rules block."), values))
	return nil
}

// blockedArm reads the values of a rule out of one text of lines: a statement
// with thousands of literals would be slow to plan.
func (b *resolver) blockedArm(r rule, entityType, list string) *sql.Select {
	value := builder.Col("t", "value")
	if !r.normalized {
		value = b.normal(r.identifier, value)
	}
	one := &sql.Subquery{Alias: "one", Query: builder.Query(&sql.Select{Items: []*sql.Item{builder.As(builder.Int(1), "row_no")}})}
	return &sql.Select{
		Items: []*sql.Item{
			builder.As(builder.Int(r.no), "rule_no"), builder.As(builder.Text(entityType), "entity_type"),
			builder.As(builder.Text(r.identifier), "identifier_type"), builder.As(value, "normalized_value"),
		},
		From: &sql.Join{Kind: sql.CrossJoin, Left: one, Right: &sql.Unnest{
			Expr: builder.Call("split", builder.Text(list), builder.Text("\n")), Alias: "t", Value: "value",
		}},
	}
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

// blockedByPattern is the macro that gives the number of the first rule whose
// pattern an identifier matches.
func (b *resolver) blockedByPattern() builder.Macro {
	var whens []sql.When
	for _, r := range b.rules {
		for _, p := range r.patterns {
			whens = append(whens, builder.When(builder.And(
				builder.Eq(builder.Col("", "entity_type"), builder.Text(r.entityType)),
				builder.Eq(builder.Col("", "identifier_type"), builder.Text(r.identifier)),
				builder.Call("regexp_like", builder.Col("", "normalized_value"), builder.Text(p)),
			), builder.Int(r.no)))
		}
	}
	return builder.Macro{Params: []string{"entity_type", "identifier_type", "normalized_value"}, Body: builder.Case(builder.Null(sql.Bigint), whens...)}
}
