package rewrite

import (
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// documentColumns makes columns of the documents that are none and that a path leads into, for
// engines that follow JSON paths only in columns: a sub-select around the first table of FROM has them. One that
// reads other tables, or an aggregate, stays where it is.
func documentColumns(s *sql.Select) (*sql.Select, error) {
	first := firstTable(s.From)
	if first == nil || len(documents(s, first)) == 0 {
		return s, nil
	}
	s = sql.CloneSelect(s)
	first = firstTable(s.From)
	table := map[string]bool{}
	tablesOf(first, table)
	var alias string
	for alias = range table {
	}
	made := map[string]bool{}
	names := map[string]string{} // of the documents, as portable text
	var items []*sql.Item
	for _, c := range documents(s, first) {
		text := sql.PrintExpr(c.Args[0])
		if names[text] == "" {
			name := "nx_d" + strconv.Itoa(len(items)+1)
			names[text], made[name] = name, true
			items = append(items, &sql.Item{Alias: name, Expr: c.Args[0]})
		}
		c.Args[0] = &sql.Column{Node: sql.Node{T: sql.JSON}, Table: alias, Name: names[text]}
	}
	s.From = replaceTable(s.From, first, (&lowering{s: s}).around(first, alias, made, items, nil))
	return s, nil
}

// firstTable is the table that FROM begins with; nil if its rows may be missing from a join's.
func firstTable(t sql.TableExpr) sql.TableExpr {
	switch t := t.(type) {
	case *sql.Join:
		if t.Kind != sql.FullJoin {
			return firstTable(t.Left)
		}
	case *sql.Relation, *sql.Subquery:
		return t
	}
	return nil
}

func replaceTable(t, old, now sql.TableExpr) sql.TableExpr {
	if j, ok := t.(*sql.Join); ok {
		j.Left = replaceTable(j.Left, old, now)
		return j
	}
	if t == old {
		return now
	}
	return t
}

// documents are the reads whose document the table can have as a column; not those within another's.
func documents(s *sql.Select, table sql.TableExpr) []*sql.Call {
	tables := map[string]bool{}
	tablesOf(table, tables)
	inside := map[*sql.Call]bool{}
	var list []*sql.Call
	walkOwn(s, func(n any) {
		c, ok := n.(*sql.Call)
		if !ok || inside[c] || !strings.HasPrefix(c.Name, "json_") || len(c.Args) < 2 {
			return
		}
		if _, column := c.Args[0].(*sql.Column); column || !ofRows(c.Args[0], tables) {
			return
		}
		if path, err := PathOf(c); err != nil || len(path) == 0 {
			return
		}
		list = append(list, c)
		sql.Walk(c.Args[0], func(n any) bool {
			if below, ok := n.(*sql.Call); ok {
				inside[below] = true
			}
			return true
		})
	})
	return list
}

// ofRows reports whether an expression is computed of a single row of the tables.
func ofRows(e sql.Expr, tables map[string]bool) bool {
	ok := true
	sql.Walk(e, func(n any) bool {
		switch n := n.(type) {
		case *sql.Column:
			ok = ok && tables[n.Table]
		case *sql.Call:
			f, _ := vocab.Lookup(n.Name)
			ok = ok && n.Over == nil && f.Class != vocab.Aggregate && f.Class != vocab.WindowOnly && !Made(n.Name)
		case *sql.Subquery:
			ok = false
		}
		return ok
	})
	return ok
}
