// Package builder is the workbench of the core's own models: it reads their embedded
// portable SQL, puts in what a project decides, and makes nodes of them. Everything is
// done on trees.
//
// A project decides names: its states become columns, its sources arms of a UNION ALL, its
// rules conditions. A model says once what is done for each of them, and Go hands over the
// list:
//
//	select
//	  entity_id,
//	  each states as s (max(case when state_name = s.name then state_value end) as s.column)
//	from model.nexus_states
//	where any states as s (state_name = s.name)
//	group by entity_id
//
//	builder.Lists{"states": {
//		{"name": builder.Text("plan"), "column": builder.Name("plan")},
//		{"name": builder.Text("mrr"), "column": builder.Name("mrr")},
//	}}
//
// `each list as x (…)` repeats what it holds in the place of an item, an arm of a UNION ALL,
// a CTE, a table or a join of FROM, a branch of a CASE, a sort key, or an expression of a list (arguments, IN,
// GROUP BY, PARTITION BY). `all list as x (condition)` and `any …` are the conditions joined
// by AND and by OR. Lists nest: an element may have a list, `each s.units as u (…)`; a list
// of one element or none is a condition (If). What a whole model is about is an element without
// a list (Params.Elements). Inside, `s.column` is
//
//   - a value, where the element has an expression there,
//   - an identifier, where it has a Name: as a column (s.column, t.s.column, s.table.x), an
//     alias (as s.column), a relation (model.s.relation) or the name of a CTE,
//   - a type, in cast(x as s.type).
//
// What says nothing is left out: an empty `all` beside AND or as a whole condition, an empty
// `any` beside OR, a branch of x in (an empty list), a CASE without branches but its ELSE.
//
// The syntax exists in the core's own models only (sql.Options.Core). What is wrong in it is
// a *sql.Diagnostic with its place.
package builder

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Params are what a project puts into models.
type Params struct {
	Lists     Lists
	Elements  map[string]Element // known everywhere in the model: kind.x
	Macros    Macros
	Relations map[string]string // what model.x and raw.x stand for, where that is another relation
}

// and returns the params with others over them.
func (p Params) and(more Params) Params {
	return Params{
		Lists: join(p.Lists, more.Lists), Elements: join(p.Elements, more.Elements),
		Macros: join(p.Macros, more.Macros), Relations: join(p.Relations, more.Relations),
	}
}

func join[M ~map[string]V, V any](a, b M) M {
	out := make(M, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// Load reads the model sql/<name>.sql and puts the params in. The texts are ours, so a
// mistake in one is a fault of this module that its tests find.
func Load(files fs.FS, name string, p Params) (*sql.Query, error) {
	file := "sql/" + name + ".sql"
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	q, diags := sql.Parse(file, string(text), sql.Options{Core: true})
	if err := diags.Err(); err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	x := &expander{file: file, text: string(text), lists: p.Lists, scope: join(map[string]Element{}, p.Elements)}
	if err := x.expand(q); err != nil {
		return nil, fmt.Errorf("builder: %w", err)
	}
	p.Macros.Expand(q)
	Rename(q, p.Relations)
	return q, nil
}

// Rename gives relations of the schemas raw and model the names that they stand for.
func Rename(q *sql.Query, to map[string]string) {
	if len(to) == 0 {
		return
	}
	for _, r := range sql.Relations(q) {
		if name, ok := to[r.Name]; ok && (r.Schema == "model" || r.Schema == "raw") {
			r.Name = name
		}
	}
}

// Macro is an expression with parameters: a call of its name becomes Body, with
// the arguments in the place of the columns called as Params.
type Macro struct {
	Params []string
	Body   sql.Expr
}

// Macros are known by their names.
type Macros map[string]Macro

// Values makes macros without parameters.
func Values(values map[string]sql.Expr) Macros {
	out := Macros{}
	for name, e := range values {
		out[name] = Macro{Body: e}
	}
	return out
}

// LoadMacros reads a model whose select list is macros, each under its alias;
// the columns they read are parameters, handed over in the order of params. The macros are
// those of p and these, which may use those of p and earlier ones of the same list.
func LoadMacros(files fs.FS, name string, params map[string][]string, p Params) (Macros, error) {
	q, err := Load(files, name, Params{Lists: p.Lists, Elements: p.Elements})
	if err != nil {
		return nil, err
	}
	out := Macros{}
	maps.Copy(out, p.Macros)
	for _, it := range q.Arms[0].Items {
		ps, ok := params[it.Alias]
		if !ok {
			return nil, fmt.Errorf("builder: %s: macro %s has no parameters", name, it.Alias)
		}
		out[it.Alias] = Macro{Params: ps, Body: out.ExpandExpr(it.Expr)}
	}
	return out, nil
}

// Expand replaces the macros' calls in the query, in place.
func (m Macros) Expand(q *sql.Query) { sql.Rewrite(q, m.replace) }

// ExpandExpr does so in an expression.
func (m Macros) ExpandExpr(e sql.Expr) sql.Expr { return sql.RewriteExpr(e, m.replace) }

func (m Macros) replace(e sql.Expr) sql.Expr {
	call, ok := e.(*sql.Call)
	if !ok {
		return e
	}
	macro, ok := m[call.Name]
	if !ok || len(macro.Params) != len(call.Args) {
		return e
	}
	return sql.RewriteExpr(sql.CloneExpr(macro.Body), func(e sql.Expr) sql.Expr {
		if c, ok := e.(*sql.Column); ok && c.Table == "" {
			for i, p := range macro.Params {
				if p == c.Name {
					return sql.CloneExpr(call.Args[i])
				}
			}
		}
		return e
	})
}

// Builder makes the nodes of one room. Its first error stays, and what comes after it does nothing.
type Builder struct {
	Files fs.FS
	Params
	Nodes []*graph.Node
	err   error
}

// Fail notes an error, if it is the first.
func (b *Builder) Fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Err is the first error.
func (b *Builder) Err() error { return b.err }

// Done returns the nodes, or the first error.
func (b *Builder) Done() ([]*graph.Node, error) {
	if b.err != nil {
		return nil, b.err
	}
	return b.Nodes, nil
}

// Query loads a model; more is put in besides the builder's own params.
func (b *Builder) Query(name string, more ...Params) *sql.Query {
	p := b.Params
	for _, m := range more {
		p = p.and(m)
	}
	if b.err == nil {
		q, err := Load(b.Files, name, p)
		if err == nil {
			return q
		}
		b.err = err
	}
	return Query(&sql.Select{})
}

// Make adds a node that makes one relation by a model.
func (b *Builder) Make(r *graph.Relation, name string, more ...Params) {
	b.Add(r, b.Query(name, more...))
}

// Add adds a node that makes one relation by a query.
func (b *Builder) Add(r *graph.Relation, q *sql.Query) { b.Nodes = append(b.Nodes, Node(r, q)) }

// Work is a relation that is dropped at the end of a build.
func Work(name, doc string) *graph.Relation {
	return &graph.Relation{Name: name, Layer: graph.Work, Storage: graph.Table, Doc: doc}
}

// With puts a query before the others of q, under a name.
func With(q *sql.Query, name string, cte *sql.Query) {
	q.With = append([]*sql.CTE{{Name: name, Query: cte}}, q.With...)
}

// After puts a query behind the one that q has under the name before, under a name.
func After(q *sql.Query, before, name string, cte *sql.Query) error {
	i := slices.IndexFunc(q.With, func(c *sql.CTE) bool { return c.Name == before })
	if i < 0 {
		return fmt.Errorf("builder: there is no common table expression %s", before)
	}
	q.With = slices.Insert(q.With, i+1, &sql.CTE{Name: name, Query: cte})
	return nil
}

// Node makes a node of one relation out of a query.
func Node(r *graph.Relation, q *sql.Query) *graph.Node {
	return &graph.Node{Name: r.Name, Makes: []*graph.Relation{r}, Steps: []graph.Step{&graph.Create{Relation: r, Query: q}}}
}

// Append adds a relation that the node makes after those it has.
func Append(n *graph.Node, r *graph.Relation, q *sql.Query) {
	n.Makes = append(n.Makes, r)
	n.Steps = append(n.Steps, &graph.Create{Relation: r, Query: q})
}
