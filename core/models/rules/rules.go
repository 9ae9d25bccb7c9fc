package rules

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/state"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// Check is one rule. Query has no row where the rule holds, and else one with
// the columns n (bigint, how often it is broken) and sample (text, where).
type Check struct {
	Name  string // stable: <table>.<what>
	Table string
	Rule  string // one sentence
	Keys  bool   // about keys and references: not NULL, unique, resolves
	// Proven says that no build of the core can break the rule, only what was done to a table since.
	Proven bool
	Query  *sql.Query
	// Count has no row where no build can have broken the rule, else n. Its rows are not named, which saves most of the
	// work where names are computed.
	Count *sql.Query
	// Broken is the part of Query that has a row where the rule is broken.
	Broken *sql.Query
}

// Checks returns every check of a project's tables, in a fixed order. Names are
// those that became columns.
func Checks(s *spec.Spec, names eventlog.Names) ([]Check, error) {
	types, err := eventlog.EntityTypes(s)
	if err != nil {
		return nil, err
	}
	columns, err := state.Columns(s, names)
	if err != nil {
		return nil, err
	}
	l := &list{types: types}
	l.Files = files
	if l.Macros, err = eventlog.EntityMacros(types); err != nil {
		return nil, err
	}
	own, err := macros(s, types)
	if err != nil {
		return nil, err
	}
	maps.Copy(l.Macros, own)
	l.Lists = builder.Lists{"announced": builder.Names(announced(s)...), "moneys": moneys(s)}
	for _, t := range tables() {
		l.table(t)
	}
	l.entityTypes()
	l.embedded()
	l.states(columns)
	l.totals(s)
	if _, err := l.Done(); err != nil {
		return nil, err
	}
	sort.SliceStable(l.checks, func(i, j int) bool { return l.checks[i].Table < l.checks[j].Table })
	return l.checks, nil
}

// keyModels are the models of the checks of keys and references.
var keyModels = []string{"unique", "not_null", "resolves"}

type list struct {
	builder.Builder
	types  []spec.EntityType
	checks []Check
}

// add takes up a model of the rows that break a rule: one text column, sample.
func (l *list) add(table, what, rule, model string, p builder.Params) {
	broken := l.Query(model, p)
	l.checks = append(l.checks, Check{
		Name: table + "." + what, Table: table, Rule: rule, Keys: slices.Contains(keyModels, model), Broken: broken,
		Query: l.over("broken", broken), Count: l.over("counted", l.Query(model, p)),
		Proven: slices.Contains(followed(table), what),
	})
}

// over is a model that reads the broken rows.
func (l *list) over(model string, broken *sql.Query) *sql.Query {
	q := l.Query(model)
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		if r, ok := t.(*sql.Relation); ok && r.Name == "broken" {
			return &sql.Subquery{Query: broken, Alias: r.Name}
		}
		return t
	})
	return q
}

// table is what is checked of one table column by column.
type table struct {
	contract.Table
	key []string // checked to be unique
}

// tables are those of the contract that are checked. Aliases and findings may be
// about anything, and the log is only ever appended to; per type there are views.
func tables() []table {
	var list []table
	for _, t := range contract.Tables() {
		switch {
		case t.View, t.Name == contract.TableAliases, t.Name == contract.TableFindings:
		case t.Name == contract.TableResolutionLog:
			list = append(list, table{Table: t})
		default:
			list = append(list, table{Table: t, key: t.Key})
		}
	}
	return list
}

// required are the columns that may not be NULL, the key first.
func (t table) required() []string {
	columns := slices.Clone(t.key)
	for _, c := range t.Columns {
		if !c.Nullable && !slices.Contains(columns, c.Name) {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

// named is a row's key as one text.
func (t table) named(alias string) sql.Expr {
	columns := t.key
	if len(columns) == 0 {
		columns = t.required()[:1]
	}
	var parts []sql.Expr
	for i, c := range columns {
		if i > 0 {
			parts = append(parts, builder.Text(" "))
		}
		parts = append(parts, builder.Col(alias, c))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return builder.Call("concat", parts...)
}

// followed are the rules of relations that are joins and groups of others which no build can break: their key is what they are grouped
// by, and the rest is taken over from what the same rules are checked of.
func followed(table string) []string {
	switch table {
	case contract.TableParticipants:
		return []string{"unique", "not_null", "event_id.resolves", "entity_id.resolves"}
	case contract.TableStateParticipants:
		return []string{"unique", "not_null", "event_id.resolves", "entity_id.resolves", "entity_state_id.resolves", "entity_state_id_after.resolves"}
	case contract.TableMeasurements, contract.TableDimensions: // an event of two sources has two rows
		return []string{"not_null", "event_id.resolves"}
	}
	return nil
}

func (l *list) table(t table) {
	if len(t.key) > 0 {
		l.unique(t)
	}
	l.notNull(t)
	for _, c := range t.Columns {
		if c.Prefix != "" {
			l.wellFormed(t, c)
		}
		if c.Refers.Table != "" {
			l.resolves(t, c)
		}
		if c.Values != nil {
			l.enumerated(t, c.Name, c.Values)
		}
	}
}

// check adds a check of a table; more is what its model knows besides the table.
func (l *list) check(t table, what, rule, model string, more builder.Element) {
	e := builder.Element{"table": builder.Name(t.Name), "sample": t.named("t")}
	maps.Copy(e, more)
	l.add(t.Name, what, rule, model, builder.Params{Elements: map[string]builder.Element{"check": e}})
}

func (l *list) unique(t table) {
	l.check(t, "unique", fmt.Sprintf("no two rows have the same %s", strings.Join(t.key, ", ")), "unique", builder.Element{"key": builder.Names(t.key...)})
}

func (l *list) notNull(t table) {
	columns := t.required()
	l.check(t, "not_null", "never NULL: "+strings.Join(columns, ", "), "not_null", builder.Element{"required": builder.Names(columns...)})
	// An id that the core makes of a row's key is a hash, and never NULL.
	made := func(name string) bool {
		return slices.Equal(t.key, []string{name}) && !given(name) && slices.ContainsFunc(t.Columns, func(c contract.Column) bool {
			return c.Name == name && c.Prefix != ""
		})
	}
	if rest := slices.DeleteFunc(slices.Clone(columns), made); len(rest) > 0 && len(rest) < len(columns) {
		l.checks[len(l.checks)-1].Count = l.over("counted", l.Query("not_null", builder.Params{Elements: map[string]builder.Element{
			"check": {"table": builder.Name(t.Name), "sample": t.named("t"), "required": builder.Names(rest...)},
		}}))
	}
}

// formed is the pattern of ids that begin with a prefix.
func formed(prefix string) sql.Expr { return builder.Text(contract.IDPattern(prefix)) }

func (l *list) wellFormed(t table, c contract.Column) {
	l.check(t, c.Name+".well_formed", fmt.Sprintf("%s is %s_ and 32 hexadecimal digits", c.Name, c.Prefix), "well_formed",
		builder.Element{"column": builder.Name(c.Name), "pattern": formed(c.Prefix)})
	l.checks[len(l.checks)-1].Proven = !given(c.Name)
}

// given reports whether fragments give a column; the core makes the ids in the others, all by nexus_id.
func given(column string) bool {
	return slices.ContainsFunc(contract.Kinds(), func(k contract.Kind) bool {
		return slices.ContainsFunc(k.Columns, func(c contract.Column) bool { return c.Name == column })
	})
}

func (l *list) resolves(t table, c contract.Column) {
	r := c.Refers
	rule := fmt.Sprintf("every %s is in %s", c.Name, r.Table)
	typed := builder.List(nil)
	if r.Typed != "" {
		typed = builder.Names(r.Typed)
		rule += ", with the same type"
	}
	l.check(t, c.Name+".resolves", rule, "resolves", builder.Element{
		"column": builder.Name(c.Name), "other": builder.Name(r.Table), "key": builder.Name(r.Column), "typed": typed,
	})
}

func (l *list) enumerated(t table, column string, values []string) {
	l.check(t, column+".known", fmt.Sprintf("%s is one of %s", column, strings.Join(values, ", ")), "known",
		builder.Element{"column": builder.Name(column), "values": builder.Names(values...)})
}

// entityTypes: entities are of declared types, and their ids begin as the type's do.
func (l *list) entityTypes() {
	var declared []string
	var types builder.List
	for _, t := range l.types {
		declared = append(declared, t.Name)
		types = append(types, builder.Element{"name": builder.Text(t.Name), "pattern": formed(contract.EntityPrefix(t.Name))})
	}
	for _, name := range []string{contract.TableEntities, contract.TableIdentifiers, contract.TableTraits} {
		t := contract.Published(name)
		l.enumerated(table{Table: t, key: t.Key}, "entity_type", declared)
	}
	l.add(contract.TableEntities, "entity_id.well_formed", "entity_id is the type's prefix, _ and 32 hexadecimal digits",
		"nexus_entities.entity_id", builder.Params{Lists: builder.Lists{"types": types}})
}

// embedded are the checks of fixed columns in sql/, named <table>.<what>.sql.
func (l *list) embedded() {
	rules := []struct{ file, rule string }{
		{"nexus_entity_identifiers.resolved", "every identifier of a resolved type is in an entity"},
		{"nexus_entity_identifiers.edge_size", fmt.Sprintf("no edge has more than %d identifiers", contract.MaxEdge)},
		{"nexus_entity_identifiers.registered", "a registered entity is identified only by <type>_id"},
		{"nexus_entity_identifiers.one_registered", "an edge has at most one identifier of a registered type"},
		{"nexus_entity_identifiers.in_registered", "every identifier of a registered type is in the one entity that it has in its source"},
		{"nexus_events.time", "no event happened before 1990, or later than a day after the build's as_of, but those that its plugin announces"},
		{"nexus_entity_identifiers_edges.one_entity", "no link that was kept joins two entities"},
		{"nexus_relationships.canonical", "a bidirectional pair has the lesser id first"},
		{"nexus_relationships.activity", "a relationship is active, or has ended after it was established"},
		{"nexus_states.money", "every state of money but 0 has a unit"},
		{"nexus_states.intervals", "the intervals of a state do not overlap, and adjoining ones differ"},
		{"nexus_states.current", "an interval is current exactly if it has no end"},
		{"nexus_entity_states.tiles", "the rows of an entity follow each other without gap or overlap"},
		{"nexus_entity_states.current", "exactly one row of an entity is current: the last"},
		{"nexus_findings.duplicates", "no source gives two different rows of one key in one version"},
	}
	for _, r := range rules {
		name, what, _ := strings.Cut(r.file, ".")
		l.add(name, what, r.rule, r.file, builder.Params{})
	}
}

// moneys are the states of money, as the log has their names.
func moneys(s *spec.Spec) builder.List {
	var names []string
	for _, n := range s.MoneyStates() {
		names = append(names, eventlog.Canonical(n))
	}
	return builder.Names(names...)
}

// announced are the events of all sources that may be dated in the future.
func announced(s *spec.Spec) []string {
	var names []string
	for _, src := range s.Sources {
		names = append(names, src.Announced...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// macros are those of sql/macros.sql, with the project's types and guards in them.
func macros(s *spec.Spec, types []spec.EntityType) (builder.Macros, error) {
	var resolved, registered []string
	for _, t := range types {
		if t.Resolution {
			resolved = append(resolved, t.Name)
		} else {
			registered = append(registered, t.Name)
		}
	}
	var blocked builder.List
	for _, g := range s.Resolution.Guards {
		if g.Kind != "blocked" {
			continue
		}
		typed := builder.List(nil)
		if g.EntityType != "" {
			typed = builder.Names(g.EntityType)
		}
		blocked = append(blocked, builder.Element{"identifier_type": builder.Text(g.IdentifierType), "typed": typed})
	}
	params := map[string][]string{"must_resolve": {"entity_type", "identifier_type"}, "is_registered": {"entity_type"}}
	return builder.LoadMacros(files, "macros", params, builder.Params{Lists: builder.Lists{
		"resolved": builder.Names(resolved...), "registered": builder.Names(registered...),
		"free_mail": builder.If(s.Resolution.FreeMailDomains), "blocked": blocked,
	}})
}
