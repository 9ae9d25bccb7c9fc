package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Lowering gives a SELECT the shape in which DuckDB is fast. It has two parts:
//
//   - Several reads of one document become one read of a list of paths, in a
//     sub-select around the table that has the document: DuckDB parses a
//     document again for every call.
//   - CROSS JOIN unnest becomes unnest in the select list of a sub-select:
//     DuckDB plans the join form as a join over whole rows, documents included.
//
// Both work on a copy of the tree, and on trees alone; some calls exist in
// lowered trees that the vocabulary does not have.
const (
	callAt    = "nx_at"    // nx_at(raw[, text]): a value in its raw form, and its text
	callItem  = "nx_item"  // nx_item(list, i): the i-th element
	callList  = "nx_list"  // nx_list(set function): the list that unnest takes
	callRows  = "nx_rows"  // nx_rows(list[, left]): unnest(list)
	callRank  = "nx_rank"  // nx_rank(list[, left]): the position of nx_rows, from 0
	callRaw   = "nx_raw"   // nx_raw(document, path): the value there
	callText  = "nx_text"  // nx_text(value): json_text of it
	callTexts = "nx_texts" // nx_texts(list): json_text of its elements
	callWord  = "nx_word"  // nx_word(element): the text that a list's element is
)

// lower prepares one SELECT for the dialect. The given tree is not changed.
func (w *writer) lower(s *sql.Select) (*sql.Select, error) {
	if s.From == nil {
		return s, nil
	}
	if w.d.ArgByRank {
		s = lowerArg(s)
	}
	if w.d.GroupedWhole {
		s = lowerGroups(s)
	}
	if w.d.JSONPath == dialect.PathDots {
		s = hoistDocuments(s)
	}
	path := w.d.Unnest == dialect.UnnestPath || w.d.Unnest == dialect.UnnestExplode
	lists := path || w.d.Unnest == dialect.UnnestSelect
	reads, unnests := countReads(s)
	if !(w.d.JSONOnce && reads > 1) && !(w.d.JSONColumns && reads > 0) && !(lists && unnests > 0) {
		return s, nil
	}
	s = sql.CloneSelect(s)
	l := &lowering{s: s, columnwise: w.d.JSONColumns, joins: !lists, path: path, lists: map[columnKey]*pathList{}}
	if w.d.JSONOnce || w.d.JSONColumns {
		if err := l.collectPaths(); err != nil {
			return nil, err
		}
		l.replaceReads()
	}
	s.From = l.table(s.From)
	return s, nil
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

// walkOwn visits what belongs to the SELECT itself, sub-queries left out.
func walkOwn(s *sql.Select, visit func(any)) {
	sql.Walk(s, func(n any) bool {
		if _, ok := n.(*sql.Subquery); ok {
			visit(n)
			return false
		}
		visit(n)
		return true
	})
}

func isJSONRead(c *sql.Call) bool {
	if len(c.Args) < 2 || !strings.HasPrefix(c.Name, "json_") {
		return false
	}
	_, ok := c.Args[0].(*sql.Column)
	return ok
}

type columnKey struct{ table, name string }

// pathList is the paths that are read of one document.
type pathList struct {
	key   columnKey
	name  string // of the column that holds the list
	paths []string
	reads []*sql.Call // the first read of each path
	texts bool        // the text of some value is wanted
	raw   bool        // the raw form of some value is wanted
}

// wantsText reports whether a read is made of the text of a value.
func wantsText(function string) bool {
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
func wantsRaw(function string) bool { return !wantsText(function) || function == "json_bigint" }

// collectPaths finds the documents that are read more than once, or above an
// unnest, which should not carry them along.
func (l *lowering) collectPaths() error {
	var unnests bool
	elements := map[string]bool{} // tables that no sub-select can stand around
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
		steps, err := pathOf(c)
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
		if p := jsonPathText(steps); !slices.Contains(list.paths, p) {
			list.paths = append(list.paths, p)
			list.reads = append(list.reads, &sql.Call{Name: callRaw, Args: []sql.Expr{sql.CloneExpr(col), c.Args[1]}})
		}
		list.texts = list.texts || wantsText(c.Name)
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
		steps, err := pathOf(c)
		if err != nil {
			return // collectPaths has reported it
		}
		i := slices.Index(list.paths, jsonPathText(steps)) + 1
		if l.columnwise {
			name := list.name + "_" + strconv.Itoa(i)
			c.Args[0] = &sql.Call{Node: sql.Node{T: sql.JSON}, Name: callAt, Args: []sql.Expr{
				&sql.Column{Node: sql.Node{T: sql.JSON}, Table: col.Table, Name: name},
				&sql.Column{Node: sql.Node{T: sql.Text}, Table: col.Table, Name: name + "t"},
			}}
			return
		}
		element := func(name string, i int) sql.Expr {
			return &sql.Call{Node: sql.Node{T: sql.Text}, Name: callItem, Args: []sql.Expr{
				&sql.Column{Node: sql.Node{T: sql.Text}, Table: col.Table, Name: name},
				&sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: strconv.Itoa(i)},
			}}
		}
		at := &sql.Call{Node: sql.Node{T: sql.Text}, Name: callAt}
		if wantsRaw(c.Name) {
			at.Args = append(at.Args, element(list.name, i))
		}
		if wantsText(c.Name) {
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

func alias(r *sql.Relation) string {
	if r.Alias != "" {
		return r.Alias
	}
	return r.Name
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
		var read sql.Expr = &sql.Call{Name: callList, Args: paths}
		made[list.name], made[list.name+"_text"] = true, true
		text := func(of sql.Expr) *sql.Item {
			return &sql.Item{Alias: list.name + "_text", Expr: &sql.Call{Name: callTexts, Args: []sql.Expr{of}}}
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
			texts = append(texts, &sql.Item{Alias: name, Expr: at},
				&sql.Item{Alias: name + "t", Expr: &sql.Call{Node: sql.Node{T: sql.Text}, Name: callText, Args: []sql.Expr{at}}})
		}
	}
	if len(values) == 0 {
		return t
	}
	return l.around(t, alias, made, values, texts)
}

// columns lists the columns of the tables that the SELECT uses outside of the
// table expression skip, each once, in the order of use.
func (l *lowering) columns(tables map[string]bool, skip sql.TableExpr) []*sql.Column {
	var list []*sql.Column
	seen := map[columnKey]bool{}
	sql.Walk(l.s, func(n any) bool {
		switch n := n.(type) {
		case *sql.Subquery:
			return false
		case sql.TableExpr:
			return n != skip
		case *sql.Column:
			key := columnKey{n.Table, n.Name}
			if tables[n.Table] && !seen[key] {
				seen[key] = true
				c := *n
				list = append(list, &c)
			}
		}
		return true
	})
	return list
}

// unnest makes a sub-select of a join with an unnest: its name is the unnest's
// alias, and the columns of the left side get names with their table's.
func (l *lowering) unnest(j *sql.Join, u *sql.Unnest) sql.TableExpr {
	tables := map[string]bool{}
	tablesOf(j.Left, tables)
	columns := l.columns(tables, j)
	left := j.Kind == sql.LeftJoin
	const inside, listName = "nx_p", "nx_list"
	list := &sql.Call{Name: callList, Args: []sql.Expr{u.Expr}}
	var inner, outer []*sql.Item
	renamed := map[columnKey]string{}
	taken := map[string]bool{u.Value: true, u.Ordinality: true, listName: true}
	for _, c := range columns {
		name := c.Table + "__" + c.Name
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		renamed[columnKey{c.Table, c.Name}] = name
		inner = append(inner, &sql.Item{Alias: name, Expr: c})
		outer = append(outer, &sql.Item{Alias: name, Expr: &sql.Column{Node: c.Node, Table: inside, Name: name}})
	}
	made := &sql.Select{From: j.Left}
	switch {
	case l.path:
		made.Items = append(inner, &sql.Item{Alias: listName, Expr: list})
		from := &sql.Join{Kind: j.Kind, On: j.On, Left: &sql.Subquery{Alias: inside, Query: &sql.Query{Arms: []*sql.Select{made}}},
			Right: &sql.Unnest{Expr: &sql.Column{Table: inside, Name: listName}, Alias: u.Alias, Value: u.Value, Ordinality: u.Ordinality}}
		var value sql.Expr = &sql.Column{Node: sql.Node{T: u.ValueType}, Name: u.Value}
		if u.ValueType == sql.Text { // an element is a document until it is told otherwise
			value = &sql.Call{Node: sql.Node{T: sql.Text}, Name: callWord, Args: []sql.Expr{value}}
		}
		outer = append(outer, &sql.Item{Alias: u.Value, Expr: value})
		if u.Ordinality != "" {
			outer = append(outer, &sql.Item{Alias: u.Ordinality, Expr: &sql.Column{Node: sql.Node{T: sql.Bigint}, Name: u.Ordinality}})
		}
		made = &sql.Select{Items: outer, From: from}
	case !left && u.Ordinality == "":
		made.Items = append(inner, &sql.Item{Alias: u.Value, Expr: &sql.Call{Name: callRows, Args: []sql.Expr{list}}})
	default:
		made.Items = append(inner, &sql.Item{Alias: listName, Expr: list})
		from := &sql.Subquery{Alias: inside, Query: &sql.Query{Arms: []*sql.Select{made}}}
		args := []sql.Expr{&sql.Column{Table: inside, Name: listName}}
		if left {
			args = append(args, &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: "true"})
		}
		outer = append(outer, &sql.Item{Alias: u.Value, Expr: &sql.Call{Name: callRows, Args: args}})
		if u.Ordinality != "" {
			outer = append(outer, &sql.Item{Alias: u.Ordinality, Expr: &sql.Call{Name: callRank, Args: args}})
		}
		made = &sql.Select{Items: outer, From: from}
	}
	d := &sql.Subquery{Alias: u.Alias, Query: &sql.Query{Arms: []*sql.Select{made}}}
	l.rename(renamed, u.Alias, j)
	return d
}

// rename points the columns used outside of skip at the sub-select that has them now.
func (l *lowering) rename(names map[columnKey]string, alias string, skip sql.TableExpr) {
	sql.Walk(l.s, func(n any) bool {
		switch n := n.(type) {
		case *sql.Subquery:
			return false
		case sql.TableExpr:
			return n != skip
		case *sql.Column:
			if name, ok := names[columnKey{n.Table, n.Name}]; ok {
				n.Table, n.Name = alias, name
			}
		}
		return true
	})
}

func tablesOf(t sql.TableExpr, into map[string]bool) {
	switch t := t.(type) {
	case *sql.Relation:
		into[alias(t)] = true
	case *sql.Subquery:
		into[t.Alias] = true
	case *sql.Unnest:
		into[t.Alias] = true
	case *sql.Join:
		tablesOf(t.Left, into)
		tablesOf(t.Right, into)
	}
}
