// Package base maps raw relations onto the raw envelope: one node a table of a
// source, which makes <source>_<table>_base with every version of every record.
//
// Relations that no node makes are read as raw.<source>_<table>_raw; Inputs
// lists them. What the host loads from files has the envelope's columns
// already; an existing relation is mapped from its loader's columns.
package base

import (
	"embed"
	"fmt"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

//go:embed sql/*.sql
var files embed.FS

// RawName is the name of a table's raw relation: raw.<RawName> in trees, and the
// table that the host loads files into.
func RawName(source, table string) string { return source + "_" + table + "_raw" }

// Name is the name of a table's base relation.
func Name(source, table string) string { return source + "_" + table + "_base" }

// VersionsName is the name of the relation that numbers a loaded table's versions.
func VersionsName(source, table string) string { return source + "_" + table + "_versions" }

// Origin names a table in messages.
func Origin(src spec.Source, t spec.Table) string {
	return fmt.Sprintf("table %s of source %s (plugin %s)", t.Name, src.Name, src.Plugin)
}

// Envelope is the columns of a relation that the host loads files into.
func Envelope() []sql.ColumnDef { return sql.Defs(contract.Loaded()) }

// Columns is the columns of a base relation.
func Columns() []sql.ColumnDef { return sql.Defs(contract.History()) }

// Input is a relation that the nodes read and none makes.
type Input struct {
	Name    string // raw.<Name> in trees
	Source  string
	Table   string
	Path    []string // where an existing relation is; nil: the host loads it, into the target schema
	Columns []sql.ColumnDef
}

// Inputs lists the relations that a source's nodes read as raw.<Name>.
func Inputs(src spec.Source) []Input {
	var list []Input
	for _, t := range src.Tables {
		if t.Absent {
			continue
		}
		in := Input{Name: RawName(src.Name, t.Name), Source: src.Name, Table: t.Name, Columns: Envelope()}
		if t.Relation != nil {
			in.Path, in.Columns = t.Relation.Path, t.Relation.Columns
		}
		list = append(list, in)
	}
	return list
}

// Nodes composes the base relations of a source, unchecked.
func Nodes(src spec.Source) ([]*graph.Node, error) {
	var nodes []*graph.Node
	for _, t := range src.Tables {
		n, err := node(src, t)
		if err != nil {
			return nil, fmt.Errorf("base: source %s, table %s: %w", src.Name, t.Name, err)
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

func node(src spec.Source, t spec.Table) (*graph.Node, error) {
	rel := &graph.Relation{
		Name: Name(src.Name, t.Name), Layer: graph.Base, Storage: graph.View, Source: src.Name, Origin: Origin(src, t),
		Doc: "Every version of every record of the table " + t.Name + ".",
	}
	if t.Absent {
		return builder.Node(rel, builder.Empty(Columns())), nil
	}
	if t.Relation != nil {
		q, err := existing("existing", src, t)
		if err != nil {
			return nil, err
		}
		return builder.Node(rel, q), nil
	}
	versions, err := load("versions", src, t)
	if err != nil {
		return nil, err
	}
	of := &graph.Relation{
		Name: VersionsName(src.Name, t.Name), Layer: graph.Base, Storage: graph.Table, Source: src.Name, Origin: Origin(src, t), Key: []string{"_row"},
		Doc: "Which version of its record each loaded row of the table " + t.Name + " is; rows without an id have none.",
	}
	q, err := load("base", src, t)
	if err != nil {
		return nil, err
	}
	n := builder.Node(of, versions)
	n.Name = rel.Name
	builder.Append(n, rel, q)
	return n, nil
}

// load reads one of the package's models for a table: its relations get the
// table's names, given_id and given_time the table's paths.
func load(name string, src spec.Source, t spec.Table) (*sql.Query, error) {
	lists := builder.Lists{
		"id_path": nil, "no_id_path": builder.If(t.RecordID == ""), "time_path": nil, "no_time_path": builder.If(t.UpdatedAt == ""),
		"history": builder.If(t.History), "no_history": builder.If(!t.History),
	}
	if t.RecordID != "" {
		lists["id_path"] = builder.Names(t.RecordID)
	}
	if t.UpdatedAt != "" {
		lists["time_path"] = builder.Names(t.UpdatedAt)
	}
	params := map[string][]string{
		"given_id": {"value", "record"}, "given_time": {"value", "record"}, "is_gone": {"value", "is_latest"}, "tombstone_rank": {"value"},
	}
	macros, err := builder.LoadMacros(files, "macros", params, builder.Params{Lists: lists})
	if err != nil {
		return nil, err
	}
	if len(t.Key) > 0 {
		id := macros["given_id"]
		id.Body = builder.Call("coalesce", id.Body, key(t.Key, func(path string) sql.Expr {
			return builder.Call("json_text", builder.Col("", "record"), builder.Text(path))
		}))
		macros["given_id"] = id
	}
	if macros, err = withContent(macros); err != nil {
		return nil, err
	}
	return builder.Load(files, name, builder.Params{Macros: macros, Relations: relations(src, t)})
}

// withContent adds the macros that compare versions by their content.
func withContent(macros builder.Macros) (builder.Macros, error) {
	return builder.LoadMacros(files, "content", map[string][]string{
		"sequence_of": {"record"}, "sequence_key": {"sequence"}, "content_of": {"record", "account", "api_version", "format"}, "flat_text": {"record"}, "tail_of": {"text"}, "number_of": {"text"},
		"piece_of": {"text", "tail", "number"}, "piece_sum": {"piece", "half"},
	}, builder.Params{Macros: macros})
}

// key joins the values that identify a record to one text; NULL where the record has none of them. A slash
// in a value is written so that two lists of values are never one text.
func key(parts [][]string, read func(path string) sql.Expr) sql.Expr {
	var all, texts []sql.Expr
	for i, paths := range parts {
		var values []sql.Expr
		for _, path := range paths {
			values = append(values, builder.Call("nullif", read(path), builder.Text("")))
		}
		all = append(all, values...)
		value := values[0]
		if len(values) > 1 {
			value = builder.Call("coalesce", values...)
		}
		for _, pair := range [][2]string{{"%", "%25"}, {"/", "%2F"}} {
			value = builder.Call("replace", value, builder.Text(pair[0]), builder.Text(pair[1]))
		}
		if i > 0 {
			texts = append(texts, builder.Text("/"))
		}
		texts = append(texts, builder.Call("coalesce", value, builder.Text("")))
	}
	some := make([]sql.Expr, len(all))
	for i, value := range all {
		some[i] = builder.Not(builder.IsNull(sql.CloneExpr(value)))
	}
	return &sql.Case{Whens: []sql.When{builder.When(builder.Or(some...), builder.Call("concat", texts...))}}
}

// relations are what models call the relations of a table.
func relations(src spec.Source, t spec.Table) map[string]string {
	return map[string]string{
		"loaded": RawName(src.Name, t.Name), "versions": VersionsName(src.Name, t.Name), "base": Name(src.Name, t.Name),
	}
}

// Rejections counts the rows of a table that have no place in its base
// relation, by reason: columns reason (text), n, taken (how many rows have a place) and row_no (bigint), sample (text). Of a
// loaded table there are up to five rows with the numbers of rejected ones, of an existing relation one row a reason, and none where
// nothing was rejected. It is nil for an absent table.
func Rejections(src spec.Source, t spec.Table) (*sql.Query, error) {
	switch {
	case t.Absent:
		return nil, nil
	case t.Relation != nil:
		return existing("existing_rejections", src, t)
	}
	return load("rejections", src, t)
}

// Bind points a fragment's relations at the source's own: raw.t and
// raw.t_history at the base relation, normalized.f at the fragment's. The query is changed in place.
func Bind(q *sql.Query, src spec.Source) error {
	latest, err := builder.Load(files, "latest", builder.Params{})
	if err != nil {
		return fmt.Errorf("base: %w", err)
	}
	tables := map[string]bool{}
	for _, t := range src.Tables {
		tables[t.Name] = true
	}
	sql.RewriteTables(q, func(t sql.TableExpr) sql.TableExpr {
		r, ok := t.(*sql.Relation)
		if !ok {
			return t
		}
		alias := r.Alias
		if alias == "" {
			alias = r.Name
		}
		switch {
		case r.Schema == "normalized":
			return &sql.Relation{Pos: r.Pos, Schema: "model", Name: src.Name + "_" + r.Name, Alias: alias}
		case r.Schema == "raw" && tables[r.Name]:
			sub := sql.Clone(latest)
			builder.Rename(sub, map[string]string{"base": Name(src.Name, r.Name)})
			return &sql.Subquery{Pos: r.Pos, Query: sub, Alias: alias}
		case r.Schema == "raw":
			table := r.Name[:max(0, len(r.Name)-len("_history"))]
			return &sql.Relation{Pos: r.Pos, Schema: "model", Name: Name(src.Name, table), Alias: alias}
		}
		return t
	})
	return nil
}
