package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// LayerComputed is the layer of fragments that are evaluated after resolution.
const LayerComputed = "computed"

// Scope is a plugin's computed fragments, or the project's, with the sources whose rows they
// see: those of the plugin, or (nil) all.
type Scope struct {
	Name      string // the plugin's name, or contract.ProjectSource
	Sources   []string
	Fragments []spec.Fragment

	params map[string]spec.Param
	diags  sql.Diagnostics // what the sources of one plugin disagree about
}

// Scopes brings the computed fragments of the sources of each plugin together: they are
// evaluated once. The plugins come in the order of their sources, the project last.
func Scopes(s *spec.Spec) []*Scope {
	var scopes []*Scope
	for _, src := range s.Sources {
		name := src.PluginName()
		i := slices.IndexFunc(scopes, func(sc *Scope) bool { return sc.Name == name })
		if i < 0 {
			i = len(scopes)
			scopes = append(scopes, &Scope{Name: name, params: src.Params})
		}
		scopes[i].take(src)
	}
	if len(s.Computed) > 0 {
		scopes = append(scopes, &Scope{Name: contract.ProjectSource, Fragments: s.Computed})
	}
	return slices.DeleteFunc(scopes, func(sc *Scope) bool { return len(sc.Fragments) == 0 })
}

// take adds what one source's instance of the plugin gave.
func (sc *Scope) take(src spec.Source) {
	for _, f := range src.Fragments {
		if f.Layer != LayerComputed {
			continue
		}
		i := slices.IndexFunc(sc.Fragments, func(o spec.Fragment) bool { return o.Name == f.Name })
		switch {
		case i < 0:
			sc.Fragments = append(sc.Fragments, f)
		case sc.Fragments[i] != f:
			sc.differs(f, sql.Pos{}, "computed fragment "+f.Name, sc.Sources[0], src.Name)
		}
		for key, pos := range settings(f) {
			if len(sc.Sources) > 0 && !sameParam(sc.params[key], src.Params[key]) {
				sc.differs(f, pos, "config('"+key+"')", sc.Sources[0], src.Name)
			}
		}
	}
	sc.Sources = append(sc.Sources, src.Name)
}

func (sc *Scope) differs(f spec.Fragment, pos sql.Pos, what, one, other string) {
	d := &sql.Diagnostic{
		File: f.File, Pos: pos, Code: sql.CodeConfig, Hint: "give both sources the same config",
		Message: fmt.Sprintf("%s differs between the sources %s and %s of plugin %s, whose computed fragments are evaluated once for both", what, one, other, sc.Name),
	}
	if pos.IsValid() {
		d.Source = sql.LineAt(f.SQL, pos.Offset)
	}
	if len(sc.diags) < sql.MaxDiagnostics {
		sc.diags = append(sc.diags, d)
	}
}

// settings are the parameters that a fragment reads, each with its first place.
func settings(f spec.Fragment) map[string]sql.Pos {
	q, diags := sql.Parse(f.File, f.SQL, sql.Options{})
	if len(diags) > 0 {
		return nil // reported when the fragment is checked
	}
	found := map[string]sql.Pos{}
	sql.Walk(q, func(n any) bool {
		if call, ok := n.(*sql.Call); ok && call.Name == "config" && len(call.Args) == 1 {
			if key, ok := call.Args[0].(*sql.Literal); ok {
				if _, known := found[key.Value]; !known {
					found[key.Value] = call.Pos
				}
			}
		}
		return true
	})
	return found
}

func sameParam(a, b spec.Param) bool {
	if a.IsList || b.IsList {
		return a.IsList == b.IsList && slices.Equal(a.List, b.List)
	}
	if a.Value == nil || b.Value == nil {
		return a.Value == b.Value
	}
	return a.Value.T == b.Value.T && a.Value.Value == b.Value.Value
}

// Computed parses and checks the computed fragments of a scope. They read entity.* only. One
// without a kind has that which its columns show.
func Computed(scope *Scope, env Env) ([]*Fragment, sql.Diagnostics) {
	if len(scope.diags) > 0 {
		return nil, scope.diags
	}
	fs := &fragments{src: spec.Source{Name: scope.Name, Fragments: scope.Fragments}, env: env, byName: map[string]*Fragment{}, computed: true}
	fs.env.Source, fs.env.Params, fs.env.Core = scope.Name, scope.params, false
	fs.parse()
	for _, f := range fs.parsed {
		if fs.kindOf(f) {
			fs.check(f)
		}
	}
	if len(fs.diags) > 0 {
		return nil, fs.diags
	}
	return fs.parsed, nil
}

// kindOf finds out the kind of a fragment that says none: the name among its columns is that of
// a trait, a state, a dimension or a reason.
func (fs *fragments) kindOf(f *Fragment) bool {
	if f.Kind != "" {
		return true
	}
	var names []string
	for _, k := range contract.ComputedKinds() {
		for _, it := range f.Query.Arms[0].Items {
			c, plain := it.Expr.(*sql.Column)
			if it.Alias == k.Detail || it.Alias == "" && plain && c.Name == k.Detail {
				f.Kind = k.Name
				return true
			}
		}
		names = append(names, k.Detail)
	}
	fs.report(f, f.Query.Pos, sql.CodeKind, "name the columns of the outermost select",
		"a computed fragment gives one of the columns "+strings.Join(names, ", ")+", by which its kind is known")
	return false
}

// entityRelation gives the columns of entity.<name>.
func entityRelation(schema, name string) ([]sql.ColumnDef, bool) {
	r, ok := contract.EntityRelationNamed(name)
	return sql.Defs(r.Columns), ok && schema == "entity"
}

// explainEntity says why a computed fragment cannot read a relation.
func explainEntity(schema, name string) (sql.Code, string, string) {
	var known []string
	for _, r := range contract.EntityRelations() {
		known = append(known, r.Name)
	}
	list := "relations are entity." + strings.Join(known, ", entity.") + " and CTEs"
	switch schema {
	case "entity":
		if near := sql.Nearest(name, known); near != "" {
			list = "did you mean entity." + near + "?"
		}
		return sql.CodeUnresolved, "there is no relation entity." + name, list
	case "raw", "normalized", "intermediate":
		return sql.CodeLayer, "a computed fragment is evaluated after resolution and reads no " + schema + " relation", list
	case "model", "prev", "recurring":
		return sql.CodeLayer, schema + "." + name + " is the core's own", list
	}
	return sql.CodeUnresolved, "no relation is named " + schema + "." + name, list
}
