package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Fragment is a checked fragment: its tree reads raw.t, raw.t_history and
// normalized.f, and Columns are what it gives.
type Fragment struct {
	spec.Fragment
	Query   *sql.Query
	Columns []sql.ColumnDef
	Reads   []string // names of the source's normalized fragments that it reads
	ids     []string // columns of a normalized fragment that are ids
}

// RawColumns are the columns of raw.t.
func RawColumns() []sql.ColumnDef { return sql.Defs(contract.Envelope()) }

// HistoryColumns are the columns of raw.t_history.
func HistoryColumns() []sql.ColumnDef { return sql.Defs(contract.History()) }

// Fragments parses and checks all fragments of a source, and returns them in an
// order in which each comes after those it reads. Of env, Params and Source are
// taken from src, and Relation is made from its tables and fragments.
func Fragments(src spec.Source, env Env) ([]*Fragment, sql.Diagnostics) {
	fs := &fragments{src: src, env: env, byName: map[string]*Fragment{}}
	fs.env.Source, fs.env.Params, fs.env.Core = src.Name, src.Params, false
	fs.parse()
	fs.sort()
	for _, f := range fs.ordered {
		fs.check(f)
	}
	if len(fs.diags) > 0 {
		return nil, fs.diags
	}
	return fs.ordered, nil
}

// maxRelation is the longest name of a relation, in bytes: what PostgreSQL takes
// less the prefix under which a build makes it.
const maxRelation = sql.MaxIdentifier - len("nxb_")

type fragments struct {
	src     spec.Source
	env     Env
	byName  map[string]*Fragment
	parsed  []*Fragment
	ordered []*Fragment
	broken  map[string]bool // reported already
	diags   sql.Diagnostics

	computed bool // of the computed layer
}

func (fs *fragments) add(ds ...*sql.Diagnostic) {
	for _, d := range ds {
		if len(fs.diags) < sql.MaxDiagnostics {
			fs.diags = append(fs.diags, d)
		}
	}
}

func (fs *fragments) report(f *Fragment, pos sql.Pos, code sql.Code, hint, message string) {
	d := &sql.Diagnostic{File: f.File, Pos: pos, Code: code, Hint: hint, Message: message}
	if pos.IsValid() {
		d.Source = sql.LineAt(f.SQL, pos.Offset)
	}
	fs.add(d)
}

func (fs *fragments) parse() {
	fs.broken = map[string]bool{}
	for _, sf := range fs.src.Fragments {
		f := &Fragment{Fragment: sf}
		if (sf.Layer == LayerComputed) != fs.computed {
			continue // Computed checks those of all sources of a plugin at once
		}
		switch {
		case !sql.ValidIdentifier(sf.Name):
			fs.report(f, sql.Pos{}, sql.CodeSyntax,
				"a file is named by a lower-case letter, then lower-case letters, digits and _, and .sql", "the fragment's name is not an identifier")
			continue
		case len(fs.src.Name)+1+len(sf.Name) > maxRelation:
			fs.report(f, sql.Pos{}, sql.CodeLimit, "shorten one of them", fmt.Sprintf("the relation %s_%s has a name of more than %d bytes", fs.src.Name, sf.Name, maxRelation))
			continue
		case fs.byName[sf.Name] != nil:
			fs.report(f, sql.Pos{}, sql.CodeUnresolved, "rename one; the other is "+fs.byName[sf.Name].File, "two fragments are named "+sf.Name)
			continue
		case sf.Layer != "normalized" && sf.Layer != "intermediate" && sf.Layer != LayerComputed:
			fs.report(f, sql.Pos{}, sql.CodeLayer, "layers are normalized, intermediate and computed", "fragment "+sf.Name+" has no known layer")
			continue
		case sf.Layer == "normalized" && sf.Kind != "":
			fs.report(f, sql.Pos{}, sql.CodeKind, "", "fragment "+sf.Name+" is normalized, so it has no kind")
			continue
		}
		fs.byName[sf.Name] = f
		q, diags := sql.Parse(sf.File, sf.SQL, sql.Options{Limits: fs.env.Limits})
		if len(diags) > 0 {
			fs.broken[sf.Name] = true
			fs.add(diags...)
			continue
		}
		f.Query = q
		if !fs.computed {
			seed(q, fs.src.Name)
		}
		for _, r := range sql.Relations(q) {
			if r.Schema == "normalized" && !slices.Contains(f.Reads, r.Name) {
				f.Reads = append(f.Reads, r.Name)
			}
		}
		sort.Strings(f.Reads)
		fs.parsed = append(fs.parsed, f)
	}
}

// sort orders the fragments by what they read; those on a cycle are left out and reported.
func (fs *fragments) sort() {
	const (
		active = 1
		done   = 2
	)
	state := map[string]int{}
	var path []string
	var visit func(f *Fragment)
	visit = func(f *Fragment) {
		state[f.Name] = active
		path = append(path, f.Name)
		for _, name := range f.Reads {
			next := fs.byName[name]
			if next == nil || next.Query == nil || next.Layer != "normalized" {
				continue
			}
			switch state[name] {
			case active:
				at := slices.Index(path, name)
				fs.report(f, relationPos(f.Query, name), sql.CodeLayer, "", "fragments read each other: "+strings.Join(append(path[at:len(path):len(path)], name), " → "))
				fs.broken[name] = true
			case 0:
				visit(next)
			}
		}
		path = path[:len(path)-1]
		state[f.Name] = done
		fs.ordered = append(fs.ordered, f)
	}
	for _, f := range fs.parsed {
		if state[f.Name] == 0 {
			visit(f)
		}
	}
}

func relationPos(q *sql.Query, name string) sql.Pos {
	for _, r := range sql.Relations(q) {
		if r.Schema == "normalized" && r.Name == name {
			return r.Pos
		}
	}
	return q.Pos
}

// check checks one fragment, whose inputs have been checked.
func (fs *fragments) check(f *Fragment) {
	for _, name := range f.Reads {
		if fs.broken[name] { // whatever is wrong here may follow from that
			fs.broken[f.Name] = true
			return
		}
	}
	env := fs.env
	env.File, env.Text = f.File, f.SQL
	env.Relation, env.Explain = fs.relation, fs.explain
	if fs.computed {
		env.Relation, env.Explain = entityRelation, explainEntity
	}
	wanted := map[string]sql.Type{}
	if kind, ok := contract.KindNamed(f.Kind); ok {
		for _, c := range kind.Columns {
			wanted[c.Name] = c.Type
		}
	}
	c := newChecker(env)
	c.guard(func() {
		f.Columns = c.query(f.Query, nil, wanted).columns
	})
	if len(c.diags) == 0 && f.Layer != "normalized" {
		f.Columns = c.kind(f.Query, f.Columns, f.Fragment, fs.src)
	}
	if len(c.diags) == 0 {
		switch kind, _ := contract.KindNamed(f.Kind); f.Layer {
		case "normalized":
			f.ids = idColumns(f, fs.ids)
		case "intermediate":
			c.identities(f.Query, kind, fs.ids)
		}
	}
	if len(c.diags) > 0 {
		fs.broken[f.Name] = true
		fs.add(c.diags...)
	}
}

// ids are the columns of a normalized fragment that are ids.
func (fs *fragments) ids(name string) []string {
	if f := fs.byName[name]; f != nil {
		return f.ids
	}
	return nil
}

func (fs *fragments) relation(schema, name string) ([]sql.ColumnDef, bool) {
	switch schema {
	case "raw":
		for _, t := range fs.src.Tables {
			if t.Name == name {
				return RawColumns(), true
			}
		}
		for _, t := range fs.src.Tables {
			if t.Name+"_history" == name {
				return HistoryColumns(), true
			}
		}
	case "normalized":
		if f := fs.byName[name]; f != nil && f.Layer == "normalized" && f.Query != nil {
			return f.Columns, true
		}
	}
	return nil, false
}

// explain reports why a fragment cannot read a relation.
func (fs *fragments) explain(schema, name string) (sql.Code, string, string) {
	switch schema {
	case "raw":
		var tables []string
		for _, t := range fs.src.Tables {
			tables = append(tables, t.Name, t.Name+"_history")
		}
		return sql.CodeUnresolved, "the plugin declares no table " + name, sql.DidYouMean(name, tables)
	case "normalized":
		if f := fs.byName[name]; f != nil && f.Layer == "intermediate" {
			return sql.CodeLayer, name + " is an intermediate fragment; fragments read only raw and normalized", ""
		}
		var known []string
		for _, f := range fs.byName {
			if f.Layer == "normalized" {
				known = append(known, f.Name)
			}
		}
		return sql.CodeUnresolved, "the plugin has no normalized fragment " + name, sql.DidYouMean(name, known)
	case "intermediate":
		return sql.CodeLayer, "intermediate fragments are not read by others", "read raw or normalized"
	case "entity":
		return sql.CodeLayer, "entity." + name + " is there after resolution: only computed fragments read it", "read raw or normalized, or move the fragment to the layer computed"
	case "model", "prev", "recurring":
		return sql.CodeLayer, schema + "." + name + " is the core's own", "fragments read only raw and normalized"
	}
	return sql.CodeUnresolved, "no relation is named " + schema + "." + name, "relations are raw.t, normalized.f and CTEs"
}
