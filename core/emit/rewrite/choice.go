package rewrite

import (
	"strconv"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// choices makes one column of a text that is looked for at several paths of a document:
// coalesce(json_text(d, '$.a'), json_text(d, '$.b'), …). The first value that has a text is chosen in a sub-select around
// the document's table, and only that one is converted: the conversion of a value to text is long, and a statement would
// hold it once for each path, and again wherever the chosen text is used.
func choices(d *dialect.Dialect) Rule {
	return func(s *sql.Select) (*sql.Select, error) {
		elements := map[string]bool{}
		found := false
		walkOwn(s, func(n any) {
			switch n := n.(type) {
			case *sql.Unnest:
				elements[n.Alias] = true
			case *sql.Call:
				found = found || n.Name == "coalesce"
			}
		})
		if !found {
			return s, nil
		}
		chosen := sql.CloneSelect(s)
		c := &chooser{lowering: lowering{s: chosen}, apart: d.JSONColumns, elements: elements, made: map[string]*chosenFrom{}}
		rewriteOwn(chosen, c.replace)
		if len(c.made) == 0 {
			return s, nil
		}
		chosen.From = c.table(chosen.From)
		return chosen, nil
	}
}

type chooser struct {
	lowering
	apart    bool                   // the chosen value is a column, and its text another
	elements map[string]bool        // what unnest makes, which no sub-select can hold
	made     map[string]*chosenFrom // by table
}

// chosenFrom is what the sub-selects around a table have: the values at its documents' paths, and which of them are
// chosen from. Their names have no table in front: the text of a statement is mostly these.
type chosenFrom struct {
	values  calls // nx_raw(document, path)
	choices calls // nx_choice(value, …)
}

// calls are different calls, and the place of each by its text.
type calls struct {
	list   []*sql.Call
	places map[string]int
}

// replace puts columns in the places of the reads that a coalesce chooses from.
func (r *chooser) replace(e sql.Expr) sql.Expr {
	c, ok := e.(*sql.Call)
	if !ok || c.Name != "coalesce" {
		return e
	}
	var args []sql.Expr
	for from := 0; from < len(c.Args); {
		to := from + 1
		if table, ok := r.textOf(c.Args[from]); ok {
			for to < len(c.Args) {
				if next, ok := r.textOf(c.Args[to]); !ok || next != table {
					break
				}
				to++
			}
			if to-from > 1 {
				args = append(args, r.column(table, c.Args[from:to]))
				from = to
				continue
			}
		}
		args = append(args, c.Args[from])
		from = to
	}
	if len(args) == 1 {
		return args[0]
	}
	c.Args = args
	return c
}

// textOf is the table of the document that an expression reads a text of.
func (r *chooser) textOf(e sql.Expr) (table string, ok bool) {
	c, ok := e.(*sql.Call)
	if !ok || c.Name != "json_text" || !isJSONRead(c) {
		return "", false
	}
	table = c.Args[0].(*sql.Column).Table
	return table, !r.elements[table]
}

// column is the column that has the first text of some reads of a table's documents.
func (r *chooser) column(table string, reads []sql.Expr) *sql.Column {
	from := r.made[table]
	if from == nil {
		from = &chosenFrom{}
		r.made[table] = from
	}
	choice := &sql.Call{Node: sql.Node{T: sql.JSON}, Name: Choice}
	for _, read := range reads {
		value := &sql.Call{Node: sql.Node{T: sql.JSON}, Name: Raw, Args: read.(*sql.Call).Args}
		choice.Args = append(choice.Args, &sql.Column{Node: sql.Node{T: sql.JSON}, Name: valueName(from.values.add(value))})
	}
	return &sql.Column{Node: sql.Node{T: sql.Text}, Table: table, Name: textName(from.choices.add(choice))}
}

// add puts a call into a list that has none like it, and returns its place.
func (l *calls) add(call *sql.Call) int {
	text := sql.PrintExpr(call)
	if i, known := l.places[text]; known {
		return i
	}
	if l.places == nil {
		l.places = map[string]int{}
	}
	i := len(l.list)
	l.list, l.places[text] = append(l.list, call), i
	return i
}

func valueName(i int) string { return "nx_v" + strconv.Itoa(i+1) }
func textName(i int) string  { return "nx_t" + strconv.Itoa(i+1) }

// table puts sub-selects around the tables whose documents are chosen from.
func (r *chooser) table(t sql.TableExpr) sql.TableExpr {
	switch t := t.(type) {
	case *sql.Relation:
		return r.withChoices(t, alias(t))
	case *sql.Subquery:
		return r.withChoices(t, t.Alias)
	case *sql.Join:
		t.Left = r.table(t.Left)
		if _, ok := t.Right.(*sql.Unnest); !ok {
			t.Right = r.table(t.Right)
		}
	}
	return t
}

func (r *chooser) withChoices(t sql.TableExpr, alias string) sql.TableExpr {
	from := r.made[alias]
	if from == nil {
		return t
	}
	made := map[string]bool{}
	var values, chosen, texts []*sql.Item
	for i, value := range from.values.list {
		values = append(values, &sql.Item{Alias: valueName(i), Expr: value})
	}
	for i, choice := range from.choices.list {
		name := textName(i)
		made[name] = true
		var value sql.Expr = choice
		if r.apart {
			chosen = append(chosen, &sql.Item{Alias: name, Expr: choice})
			value = &sql.Column{Node: sql.Node{T: sql.JSON}, Name: name}
		}
		texts = append(texts, &sql.Item{Alias: name, Expr: &sql.Call{Node: sql.Node{T: sql.Text}, Name: Text, Args: []sql.Expr{value}}})
	}
	t = r.around(t, alias, made, values, nil)
	if !r.apart {
		return r.around(t, alias, made, texts, nil)
	}
	return r.around(t, alias, made, chosen, texts)
}
