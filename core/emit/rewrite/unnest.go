package rewrite

import "github.com/nexus-host/nexus-host/core/lang/sql"

// unnest makes a sub-select of a join with an unnest: its name is the unnest's
// alias, and the columns of the left side get names with their table's.
func (l *lowering) unnest(j *sql.Join, u *sql.Unnest) sql.TableExpr {
	tables := map[string]bool{}
	tablesOf(j.Left, tables)
	columns := l.columns(tables, j)
	left := j.Kind == sql.LeftJoin
	const inside, listName = "nx_p", "nx_list"
	list := &sql.Call{Name: List, Args: []sql.Expr{u.Expr}}
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
		if u.ValueType == sql.Text { // an element is a document unless its type says otherwise
			value = &sql.Call{Node: sql.Node{T: sql.Text}, Name: Word, Args: []sql.Expr{value}}
		}
		outer = append(outer, &sql.Item{Alias: u.Value, Expr: value})
		if u.Ordinality != "" {
			outer = append(outer, &sql.Item{Alias: u.Ordinality, Expr: &sql.Column{Node: sql.Node{T: sql.Bigint}, Name: u.Ordinality}})
		}
		made = &sql.Select{Items: outer, From: from}
	case !left && u.Ordinality == "":
		made.Items = append(inner, &sql.Item{Alias: u.Value, Expr: &sql.Call{Name: Rows, Args: []sql.Expr{list}}})
	default:
		made.Items = append(inner, &sql.Item{Alias: listName, Expr: list})
		from := &sql.Subquery{Alias: inside, Query: &sql.Query{Arms: []*sql.Select{made}}}
		args := []sql.Expr{&sql.Column{Table: inside, Name: listName}}
		if left {
			args = append(args, &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: "true"})
		}
		outer = append(outer, &sql.Item{Alias: u.Value, Expr: &sql.Call{Name: Rows, Args: args}})
		if u.Ordinality != "" {
			outer = append(outer, &sql.Item{Alias: u.Ordinality, Expr: &sql.Call{Name: Rank, Args: args}})
		}
		made = &sql.Select{Items: outer, From: from}
	}
	d := &sql.Subquery{Alias: u.Alias, Query: &sql.Query{Arms: []*sql.Select{made}}}
	l.rename(renamed, u.Alias, j)
	return d
}
