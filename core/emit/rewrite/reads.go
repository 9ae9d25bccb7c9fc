package rewrite

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// reads gives a SELECT the shape in which an engine reads documents once. It has two parts:
//
//   - The reads of one document become one read of a list of paths, or a column for each path, in a
//     sub-select around the table that has the document: engines parse a document again for every call.
//   - CROSS JOIN unnest becomes unnest in the select list of a sub-select, or rows of a column that a
//     sub-select has: DuckDB plans the join form as a join over whole rows, documents included.
//
// Both are one rule because each puts sub-selects around the same tables.
func reads(d *dialect.Dialect) Rule {
	path := d.Unnest == dialect.UnnestColumn
	lists := path || d.Unnest == dialect.UnnestSelect
	return func(s *sql.Select) (*sql.Select, error) {
		reads, unnests := countReads(s)
		if !(d.JSONOnce && reads > 1) && !(d.JSONColumns && reads > 0) && !(lists && unnests > 0) {
			return s, nil
		}
		s = sql.CloneSelect(s)
		l := &lowering{s: s, columnwise: d.JSONColumns, joins: !lists, path: path, lists: map[columnKey]*pathList{}}
		if d.JSONOnce || d.JSONColumns {
			if err := l.collectPaths(); err != nil {
				return nil, err
			}
			l.replaceReads()
		}
		s.From = l.table(s.From)
		return s, nil
	}
}

// countReads counts the reads of documents and the unnests of the SELECT itself,
// not of those inside; an unnest of a column is one that lowering made.
func countReads(s *sql.Select) (reads, unnests int) {
	walkOwn(s, func(n any) {
		switch n := n.(type) {
		case *sql.Unnest:
			if _, made := n.Expr.(*sql.Column); !made {
				unnests++
			}
		case *sql.Call:
			if isJSONRead(n) {
				reads++
			}
		}
	})
	return reads, unnests
}

func isJSONRead(c *sql.Call) bool {
	if len(c.Args) < 2 || !strings.HasPrefix(c.Name, "json_") {
		return false
	}
	_, ok := c.Args[0].(*sql.Column)
	return ok
}

// pathList is the paths that are read of one document.
type pathList struct {
	key   columnKey
	name  string // of the column that holds the list
	paths []string
	reads []*sql.Call // the first read of each path
	text  []bool      // whether the text of each path's value is wanted
	texts bool        // the text of some value is wanted
	raw   bool        // the raw form of some value is wanted
}

// wantsText reports whether a read is made of the text of a value.
func WantsText(function string) bool {
	switch function {
	case "json_text", "json_bigint", "json_decimal", "json_bool", "json_timestamp":
		return true
	}
	return false
}

// lowering is one SELECT on its way.
type lowering struct {
	s     *sql.Select
	path  bool // lists become rows beside FROM
	joins bool // unnest stays a join
	// columnwise: each path is a column, and each text of one too
	columnwise bool
	lists      map[columnKey]*pathList
	order      []*pathList
}

// wantsRaw reports whether a read is made of a value's raw form.
func wantsRaw(function string) bool { return !WantsText(function) || function == "json_bigint" }

// collectPaths finds the documents that are read more than once, or above an
// unnest, which should not carry them along.
func (l *lowering) collectPaths() error {
	var unnests bool
	elements := map[string]bool{} // tables that cannot be wrapped in a sub-select
	walkOwn(l.s, func(n any) {
		if u, ok := n.(*sql.Unnest); ok {
			unnests = true
			elements[u.Alias] = l.joins
		}
	})
	var failed error
	all := map[columnKey]*pathList{}
	var order []*pathList
	walkOwn(l.s, func(n any) {
		c, ok := n.(*sql.Call)
		if !ok || !isJSONRead(c) {
			return
		}
		steps, err := PathOf(c)
		if err != nil {
			failed = err
			return
		}
		col := c.Args[0].(*sql.Column)
		key := columnKey{col.Table, col.Name}
		if elements[col.Table] {
			return
		}
		list := all[key]
		if list == nil {
			list = &pathList{key: key, name: "nx_" + col.Name}
			all[key] = list
			order = append(order, list)
		}
		i := slices.Index(list.paths, PathText(steps))
		if i < 0 {
			i = len(list.paths)
			list.paths, list.text = append(list.paths, PathText(steps)), append(list.text, false)
			list.reads = append(list.reads, &sql.Call{Name: Raw, Args: []sql.Expr{sql.CloneExpr(col), c.Args[1]}})
		}
		list.text[i] = list.text[i] || WantsText(c.Name)
		list.texts = list.texts || WantsText(c.Name)
		list.raw = list.raw || wantsRaw(c.Name)
	})
	for _, list := range order {
		if len(list.paths) > 1 || unnests || l.columnwise {
			l.lists[list.key] = list
			l.order = append(l.order, list)
		}
	}
	return failed
}

// replaceReads makes the reads take their values from the lists.
func (l *lowering) replaceReads() {
	walkOwn(l.s, func(n any) {
		c, ok := n.(*sql.Call)
		if !ok || !isJSONRead(c) {
			return
		}
		col := c.Args[0].(*sql.Column)
		list := l.lists[columnKey{col.Table, col.Name}]
		if list == nil {
			return
		}
		steps, err := PathOf(c)
		if err != nil {
			return // collectPaths has reported it
		}
		i := slices.Index(list.paths, PathText(steps)) + 1
		if l.columnwise {
			name := list.name + "_" + strconv.Itoa(i)
			at := &sql.Call{Node: sql.Node{T: sql.JSON}, Name: At, Args: []sql.Expr{
				&sql.Column{Node: sql.Node{T: sql.JSON}, Table: col.Table, Name: name}}}
			if WantsText(c.Name) {
				at.Args = append(at.Args, &sql.Column{Node: sql.Node{T: sql.Text}, Table: col.Table, Name: name + "t"})
			}
			c.Args[0] = at
			return
		}
		element := func(name string, i int) sql.Expr {
			return &sql.Call{Node: sql.Node{T: sql.Text}, Name: Item, Args: []sql.Expr{
				&sql.Column{Node: sql.Node{T: sql.Text}, Table: col.Table, Name: name},
				&sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: strconv.Itoa(i)},
			}}
		}
		at := &sql.Call{Node: sql.Node{T: sql.Text}, Name: At}
		if wantsRaw(c.Name) {
			at.Args = append(at.Args, element(list.name, i))
		}
		if WantsText(c.Name) {
			at.Args = append(at.Args, element(list.name+"_text", i))
		}
		c.Args[0] = at
	})
}

// table lowers a table expression from the leaves up.
func (l *lowering) table(t sql.TableExpr) sql.TableExpr {
	switch t := t.(type) {
	case *sql.Relation:
		return l.withLists(t, alias(t))
	case *sql.Subquery:
		return l.withLists(t, t.Alias)
	case *sql.Join:
		t.Left = l.table(t.Left)
		if u, ok := t.Right.(*sql.Unnest); ok {
			if l.joins {
				return t
			}
			return l.withLists(l.unnest(t, u), u.Alias)
		}
		t.Right = l.table(t.Right)
	}
	return t
}

// DuckDB copies a sub-select's expressions into the filters above it, once for each
// use. A list is therefore made of one whole list, never of another's single
// elements: those would be copied as often as they are many, at every level.

// withLists puts a sub-select around a table whose documents are read as lists,
// with the other columns that are used.
func (l *lowering) withLists(t sql.TableExpr, alias string) sql.TableExpr {
	if l.columnwise {
		return l.withColumns(t, alias)
	}
	made := map[string]bool{}
	var lists, texts []*sql.Item
	twice := false // the texts of a list that is wanted itself are made of it
	for _, list := range l.order {
		if list.key.table != alias {
			continue
		}
		column := func(name string) *sql.Column {
			return &sql.Column{Node: sql.Node{T: sql.JSON}, Table: alias, Name: name}
		}
		paths := []sql.Expr{column(list.key.name)}
		for _, p := range list.paths {
			paths = append(paths, &sql.Literal{Node: sql.Node{T: sql.Text}, Value: p})
		}
		var read sql.Expr = &sql.Call{Name: List, Args: paths}
		made[list.name], made[list.name+"_text"] = true, true
		text := func(of sql.Expr) *sql.Item {
			return &sql.Item{Alias: list.name + "_text", Expr: &sql.Call{Name: Texts, Args: []sql.Expr{of}}}
		}
		switch {
		case !list.raw: // one list is enough
			lists = append(lists, text(read))
			texts = append(texts, &sql.Item{Alias: list.name + "_text", Expr: column(list.name + "_text")})
		case list.texts:
			lists = append(lists, &sql.Item{Alias: list.name, Expr: read})
			texts = append(texts, &sql.Item{Alias: list.name, Expr: column(list.name)}, text(column(list.name)))
			twice = true
		default:
			lists = append(lists, &sql.Item{Alias: list.name, Expr: read})
			texts = append(texts, &sql.Item{Alias: list.name, Expr: column(list.name)})
		}
	}
	if len(lists) == 0 {
		return t
	}
	if !twice {
		texts = nil
	}
	return l.around(t, alias, made, lists, texts)
}

// around puts two sub-selects around a table, the inner one with first, the outer
// one, if any, with second, both with the table's other columns that are used.
func (l *lowering) around(t sql.TableExpr, alias string, made map[string]bool, first, second []*sql.Item) sql.TableExpr {
	var inner, outer []*sql.Item
	for _, c := range l.columns(map[string]bool{alias: true}, t) {
		if !made[c.Name] {
			inner = append(inner, &sql.Item{Alias: c.Name, Expr: c})
			outer = append(outer, &sql.Item{Alias: c.Name, Expr: c})
		}
	}
	sub := func(items []*sql.Item, from sql.TableExpr) sql.TableExpr {
		return &sql.Subquery{Alias: alias, Query: &sql.Query{Arms: []*sql.Select{{Items: items, From: from}}}}
	}
	t = sub(append(inner, first...), t)
	if second == nil {
		return t
	}
	return sub(append(outer, second...), t)
}

// withColumns puts two sub-selects around a table whose documents are read: the
// inner one has the value at each path, the outer one the text of each.
func (l *lowering) withColumns(t sql.TableExpr, alias string) sql.TableExpr {
	made := map[string]bool{}
	var values, texts []*sql.Item
	for _, list := range l.order {
		if list.key.table != alias {
			continue
		}
		for i, read := range list.reads {
			name := list.name + "_" + strconv.Itoa(i+1)
			made[name], made[name+"t"] = true, true
			values = append(values, &sql.Item{Alias: name, Expr: read})
			at := &sql.Column{Node: sql.Node{T: sql.JSON}, Table: alias, Name: name}
			texts = append(texts, &sql.Item{Alias: name, Expr: at})
			if list.text[i] {
				texts = append(texts, &sql.Item{Alias: name + "t", Expr: &sql.Call{Node: sql.Node{T: sql.Text}, Name: Text, Args: []sql.Expr{at}}})
			}
		}
	}
	if len(values) == 0 {
		return t
	}
	if len(texts) == len(values) { // no text is wanted
		texts = nil
	}
	return l.around(t, alias, made, values, texts)
}
