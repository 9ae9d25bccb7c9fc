package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Problem is what a plugin finds wrong with a configuration: where in it, and what.
type Problem struct {
	Path    []string // member names and list positions from the configuration's top
	Message string
}

func (p Problem) String() string {
	if len(p.Path) == 0 {
		return p.Message
	}
	return strings.Join(p.Path, ".") + ": " + p.Message
}

// Plugin is what Bind needs of a source's plugin.
type Plugin interface {
	Description() *wire.Description
	// CheckConfig holds a configuration against the plugin's schema. Its messages do not quote values.
	CheckConfig(config json.RawMessage) []Problem
}

// Bind holds each source against what its plugin declares: the configuration
// against the plugin's schema, the tables against its tables. The plugins are by
// source name. Mistakes come back as sql.Diagnostics.
func (p *Project) Bind(plugins map[string]Plugin) error {
	d := p.doc.fork()
	for _, name := range p.SourceNames() {
		plugin, src := plugins[name], p.Sources[name]
		if plugin == nil {
			return fmt.Errorf("project: source %s has no plugin", name)
		}
		desc := plugin.Description()
		for _, problem := range plugin.CheckConfig(json.RawMessage(src.Config)) {
			where, hint := "config", ""
			if len(problem.Path) > 0 {
				where += "." + strings.Join(problem.Path, ".")
			} else {
				hint = "`nexus-host plugin inspect " + src.Plugin + "` shows what the plugin takes"
			}
			pos := d.at(append([]string{"sources", name, "config"}, problem.Path...)...)
			d.report(pos, hint, "%s of source %s does not fit plugin %s: %s", where, name, desc.Name, problem.Message)
		}
		d.bindTables(name, src, desc)
	}
	return d.take()
}

func (d *document) bindTables(name string, src Source, desc *wire.Description) {
	declared := make([]string, len(desc.Tables))
	for i, t := range desc.Tables {
		declared[i] = t.Name
		if _, given := src.Tables[t.Name]; !given && !t.Optional {
			d.report(d.keyAt("sources", name, "tables"), t.Doc, "table %s of plugin %s is missing", t.Name, desc.Name)
		}
	}
	for _, table := range src.TableNames() {
		if slices.Contains(declared, table) {
			continue
		}
		hint := "its tables are " + strings.Join(declared, ", ")
		if near := sql.Nearest(table, declared); near != "" {
			hint = "did you mean " + near + "?"
		}
		d.report(d.keyAt("sources", name, "tables", table), hint, "plugin %s has no table %q", desc.Name, table)
	}
}

// Bound is what a source's plugin said for this project.
type Bound struct {
	Description *wire.Description
	Response    *wire.FragmentsResponse
	Columns     map[string][]sql.ColumnDef // of existing relations, by table
}

// Spec makes the core's view of the project.
func (p *Project) Spec(bound map[string]Bound) (*spec.Spec, error) {
	s := &spec.Spec{
		Name: p.Name, MeasurementsSummed: p.Measured.Sum, Materialize: p.Kept,
		Resolution: p.resolution(), Traits: make(map[string]spec.TraitRule, len(p.Traits)),
	}
	for name, t := range p.Traits {
		s.Traits[name] = spec.TraitRule{Rule: t.Rule, Prefer: t.Prefer}
	}
	for _, name := range slices.Sorted(maps.Keys(p.States)) {
		st := p.States[name]
		s.States = append(s.States, spec.State{Name: name, Category: st.Category, Combine: st.Combine, Rank: st.Rank, Unit: st.Unit, Doc: st.Doc})
	}
	if p.Currency.ReportIn != "" {
		s.Currency = &spec.Currency{
			ReportIn: p.Currency.ReportIn, Rates: spec.Table{Name: RatesTable}, MaxAgeDays: cmp.Or(p.Currency.MaxAgeDays, defaultRateAge),
		}
		if t := p.Currency.Rates; t.Relation != "" {
			s.Currency.Rates.Relation = &spec.RawRelation{Path: strings.Split(t.Relation, "."), Preset: t.Preset, Mapping: t.Columns}
		}
	}
	for i, ds := range p.Derived {
		s.Derived = append(s.Derived, spec.DerivedState{
			Name: ds.Name, EntityType: ds.EntityType, Category: ds.Category, Expression: ds.Expression,
			File: p.File, Line: p.doc.at("derived_states", fmt.Sprint(i), "expression").Line,
		})
	}
	for _, name := range p.SourceNames() {
		b, ok := bound[name]
		if !ok || b.Description == nil || b.Response == nil {
			return nil, fmt.Errorf("project: source %s has no plugin output", name)
		}
		src, err := p.source(name, b)
		if err != nil {
			return nil, err
		}
		s.Sources = append(s.Sources, src)
	}
	return s, p.sameCategories(s)
}

// sameCategories reports declarations that would make text of a plugin's numbers, or the other way round.
func (p *Project) sameCategories(s *spec.Spec) error {
	d := p.doc.fork()
	for _, st := range s.States {
		for _, src := range s.Sources {
			i := slices.IndexFunc(src.States, func(o spec.State) bool { return o.Name == st.Name })
			if i >= 0 && src.States[i].Category != st.Category {
				d.report(d.at("states", st.Name, "category"), "leave it as it is: a state's values are all text (dimension) or all numbers (measurement)",
					"state %s of plugin %s is a %s", st.Name, src.PluginName(), src.States[i].Category)
				break
			}
		}
	}
	return d.take()
}

func (p *Project) source(name string, b Bound) (spec.Source, error) {
	desc := b.Description
	out := spec.Source{Name: name, Plugin: desc.Name + " " + desc.Version, Params: map[string]spec.Param{}}
	for _, t := range desc.Tables {
		st := spec.Table{Name: t.Name, RecordID: t.RecordID, UpdatedAt: t.UpdatedAt, Key: t.Key}
		given, ok := p.Sources[name].Tables[t.Name]
		if len(given.RecordID) > 0 {
			st.RecordID, st.Key = "", nil
			for _, member := range given.RecordID {
				st.Key = append(st.Key, []string{"$." + member})
			}
			if len(given.RecordID) == 1 {
				st.RecordID, st.Key = "$."+given.RecordID[0], nil
			}
		}
		st.Absent = !ok
		if preset, known := contract.PresetNamed(given.Preset); known && given.Relation == "" {
			preset, _ = preset.With(given.Columns)
			st.History = preset.Active != ""
		}
		if ok && given.Relation != "" {
			st.Relation = &spec.RawRelation{
				Path: strings.Split(given.Relation, "."), Preset: given.Preset, Mapping: given.Columns, Columns: b.Columns[t.Name],
				Connection: given.Connection.Text, Account: given.Account.Text, APIVersion: given.APIVersion, Format: given.RecordFormat,
			}
		}
		out.Tables = append(out.Tables, st)
	}
	for _, f := range b.Response.Fragments {
		out.Fragments = append(out.Fragments, spec.Fragment{Name: f.Name, Layer: f.Layer, Kind: f.Kind, File: f.File, SQL: f.SQL, Doc: f.Doc})
	}
	for key, raw := range b.Response.Params {
		param, err := Param(raw)
		if err != nil {
			return spec.Source{}, fmt.Errorf("project: source %s: param %s: %w", name, key, err)
		}
		out.Params[key] = param
	}
	out.Announced = desc.Announced
	for _, e := range desc.EntityTypes {
		out.EntityTypes = append(out.EntityTypes, spec.EntityType{Name: e.Name, Resolution: e.Resolution, Doc: e.Doc})
	}
	for _, st := range desc.States {
		out.States = append(out.States, spec.State{Name: st.Name, Category: st.Category, Combine: st.Combine,
			Rank: st.Rank, Unit: st.Unit, Doc: st.Doc})
	}
	for _, m := range desc.Measurements {
		out.Measurements = append(out.Measurements, spec.Measurement{Name: m.Name, Unit: m.Unit, Sum: m.Sum, Doc: m.Doc})
	}
	for _, t := range desc.Totals {
		out.Totals = append(out.Totals, spec.Total{Trait: t.Trait, Measurement: t.Measurement, Roles: t.Roles, Of: t.Of})
	}
	return out, nil
}

// Param reads a plugin's parameter: a text, a whole number, true or false, a list
// of texts, or {"decimal": "1.5"}.
func Param(raw json.RawMessage) (spec.Param, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return spec.Param{}, err
	}
	literal := func(t sql.Type, text string) (spec.Param, error) {
		return spec.Param{Value: &sql.Literal{Node: sql.Node{T: t}, Value: text}}, nil
	}
	switch v := v.(type) {
	case string:
		return literal(sql.Text, v)
	case bool:
		return literal(sql.Boolean, fmt.Sprint(v))
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return literal(sql.Bigint, fmt.Sprint(n))
		}
		return spec.Param{}, fmt.Errorf("%s is not a whole number; a decimal is sent as {\"decimal\": \"1.5\"}", v)
	case nil:
		return literal(sql.Null, "")
	case []any:
		p := spec.Param{IsList: true, List: make([]string, len(v))}
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return spec.Param{}, fmt.Errorf("element %d of the list is not a text", i)
			}
			p.List[i] = s
		}
		return p, nil
	case map[string]any:
		if s, ok := v["decimal"].(string); ok && len(v) == 1 {
			return literal(sql.Decimal, s)
		}
	}
	return spec.Param{}, errors.New("neither a text, a whole number, true, false, a list of texts nor a decimal")
}

func (p *Project) resolution() spec.Resolution {
	r := p.Resolution
	out := spec.Resolution{
		Strategy: r.Strategy, DefaultRegion: r.DefaultRegion, DefaultCallingCode: r.DefaultCallingCode, CanonicalEmails: r.CanonicalEmails,
		Placeholders:    r.Placeholders,
		FreeMailDomains: r.FreeMailDomains == nil || *r.FreeMailDomains,
	}
	if out.Strategy == "" {
		out.Strategy = "auto"
	}
	for _, g := range r.Guards {
		out.Guards = append(out.Guards, spec.Guard{
			EntityType: g.EntityType, Kind: g.Guard, IdentifierType: g.IdentifierType, Values: g.Values, Patterns: g.Patterns, N: g.N,
		})
	}
	out.MustLink, out.CannotLink = pairs(r.MustLink), pairs(r.CannotLink)
	return out
}

func pairs(in []Pair) []spec.Pair {
	var out []spec.Pair
	for _, p := range in {
		out = append(out, spec.Pair{A: identifier(p.EntityType, p.A), B: identifier(p.EntityType, p.B)})
	}
	return out
}

func identifier(entity, text string) spec.Identifier {
	kind, val, _ := strings.Cut(text, ":")
	return spec.Identifier{EntityType: entity, Type: kind, Value: val}
}
