package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/rewrite"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// lineWidth is where lists and conditions are broken.
const lineWidth = 100

// indent moves all lines but the first two places in.
func indent(s string) string { return strings.ReplaceAll(s, "\n", "\n  ") }

// wrap joins a list, broken over lines where it is long.
func wrap(items []string) string {
	var b strings.Builder
	width := 0
	for i, s := range items {
		if i > 0 {
			b.WriteByte(',')
			if width+len(s) > lineWidth {
				b.WriteString("\n  ")
				width = 0
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(s)
		width += len(s) + 2
	}
	return b.String()
}

func (w *writer) query(q *sql.Query) (string, error) {
	q = rewrite.Query(w.d, q)
	var b strings.Builder
	for i, c := range q.With {
		s, err := w.cte(c)
		if err != nil {
			return "", err
		}
		switch {
		case i > 0:
			b.WriteString(",\n")
		case recursive(q):
			b.WriteString("WITH RECURSIVE ")
		default:
			b.WriteString("WITH ")
		}
		b.WriteString(s)
	}
	if len(q.With) > 0 {
		b.WriteByte('\n')
	}
	for i, s := range q.Arms {
		if i > 0 {
			b.WriteString("\nUNION ALL\n")
		}
		text, err := w.selectOf(s)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func recursive(q *sql.Query) bool {
	for _, c := range q.With {
		if c.Recursion != nil {
			return true
		}
	}
	return false
}

func (w *writer) cte(c *sql.CTE) (string, error) {
	body, err := w.query(c.Query)
	if err != nil {
		return "", err
	}
	name := Ident(w.d, c.Name)
	if c.Recursion == nil {
		return name + " AS (\n  " + indent(body) + "\n)", nil
	}
	r := c.Recursion
	if !w.d.Recursion[r.Form] {
		return "", &UnsupportedError{Dialect: w.d.Name, What: "this form of WITH RECURSIVE"}
	}
	if n := w.d.RecursionDepth; n > 0 { // a result is never cut
		return "", &UnsupportedError{Dialect: w.d.Name, What: "WITH RECURSIVE, which ends after " + strconv.Itoa(n) + " levels there"}
	}
	step, err := w.query(r.Step)
	if err != nil {
		return "", err
	}
	if w.d.CTEColumns {
		columns := make([]string, len(c.Query.Arms[0].Items))
		for i, it := range c.Query.Arms[0].Items {
			columns[i] = Ident(w.d, it.Alias)
		}
		name += " (" + strings.Join(columns, ", ") + ")"
	}
	if r.Form == sql.RecurseKeyed {
		key := make([]string, len(r.Key))
		for i, k := range r.Key {
			key[i] = Ident(w.d, k)
		}
		name += " USING KEY (" + strings.Join(key, ", ") + ")"
	}
	union := "UNION ALL"
	if r.Form == sql.RecurseUnion {
		union = w.d.UnionDistinct
	}
	return name + " AS (\n  " + indent(body+"\n"+union+"\n"+step) + "\n)", nil
}

// selectOf renders one SELECT; where the dialect has no QUALIFY its condition
// becomes a column of a sub-select.
func (w *writer) selectOf(s *sql.Select) (string, error) {
	if s.Qualify == nil || w.d.Qualify {
		return w.plainSelect(s, "")
	}
	const keep = "nx_keep"
	s, err := rewrite.Apply(w.rules, s) // the condition reads what the sub-select has
	if err != nil {
		return "", err
	}
	cond, err := w.expr(s.Qualify)
	if err != nil {
		return "", err
	}
	inner := *s
	inner.Qualify, inner.Distinct = nil, false
	body, err := w.plainSelect(&inner, cond.s+" AS "+Ident(w.d, keep))
	if err != nil {
		return "", err
	}
	items := make([]string, len(s.Items))
	for i, it := range s.Items {
		items[i] = Ident(w.d, "nx_q") + "." + Ident(w.d, it.Alias)
	}
	return w.head(s.Distinct, items) + "\nFROM (\n  " + indent(body) + "\n) AS " + Ident(w.d, "nx_q") +
		"\nWHERE " + Ident(w.d, "nx_q") + "." + Ident(w.d, keep), nil
}

func (w *writer) head(distinct bool, items []string) string {
	head := "SELECT"
	if distinct {
		head = "SELECT DISTINCT"
	}
	if len(items) == 1 && !strings.Contains(items[0], "\n") {
		return head + " " + items[0]
	}
	for i, s := range items {
		items[i] = indent(s)
	}
	return head + "\n  " + strings.Join(items, ",\n  ")
}

func (w *writer) plainSelect(s *sql.Select, extra string) (string, error) {
	s, err := rewrite.Apply(w.rules, s)
	if err != nil {
		return "", err
	}
	items := make([]string, 0, len(s.Items)+1)
	rendered := map[string]int{} // expression text → ordinal, for GROUP BY
	for i, it := range s.Items {
		if it.Star || it.Alias == "" {
			return "", fmt.Errorf("render: an item without a name: the query was not checked")
		}
		v, err := w.expr(it.Expr)
		if err != nil {
			return "", err
		}
		if _, ok := rendered[v.s]; !ok {
			rendered[v.s] = i + 1
		}
		items = append(items, v.s+" AS "+Ident(w.d, it.Alias))
	}
	if extra != "" {
		items = append(items, extra)
	}
	var b strings.Builder
	b.WriteString(w.head(s.Distinct, items))
	if s.From != nil {
		from, err := w.table(s.From)
		if err != nil {
			return "", err
		}
		b.WriteString("\nFROM " + from)
	}
	where := s.Where
	if s.From == nil && where != nil && w.d.WhereNeedsFrom {
		b.WriteString("\nFROM (SELECT 1 AS " + Ident(w.d, "nx_one") + ") AS " + Ident(w.d, "nx_one"))
	}
	if s.Qualify != nil && !w.d.QualifyAlone && where == nil && len(s.GroupBy) == 0 && s.Having == nil {
		where = &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: "true"}
	}
	if err := w.clause(&b, "WHERE", where); err != nil {
		return "", err
	}
	if len(s.GroupBy) > 0 {
		keys := make([]string, len(s.GroupBy))
		for i, g := range s.GroupBy {
			v, err := w.expr(g)
			if err != nil {
				return "", err
			}
			keys[i] = v.s
			if n, ok := rendered[v.s]; ok && !v.simple && w.d.GroupByOrdinal {
				keys[i] = fmt.Sprint(n)
			}
		}
		b.WriteString("\nGROUP BY " + wrap(keys))
	}
	if err := w.clause(&b, "HAVING", s.Having); err != nil {
		return "", err
	}
	if err := w.clause(&b, "QUALIFY", s.Qualify); err != nil {
		return "", err
	}
	return b.String(), nil
}

func (w *writer) clause(b *strings.Builder, word string, e sql.Expr) error {
	if e == nil {
		return nil
	}
	v, err := w.expr(e)
	if err != nil {
		return err
	}
	b.WriteString("\n" + word + " " + v.s)
	return nil
}

func (w *writer) table(t sql.TableExpr) (string, error) {
	switch t := t.(type) {
	case *sql.Relation:
		return w.relation(t)
	case *sql.Subquery:
		s, err := w.query(t.Query)
		if err != nil {
			return "", err
		}
		return "(\n  " + indent(s) + "\n) AS " + Ident(w.d, t.Alias), nil
	case *sql.Join:
		return w.join(t)
	}
	return "", fmt.Errorf("render: a table expression of kind %T", t)
}

// recurring is the schema of the keyed table of a recursion.
const recurring = "recurring"

func (w *writer) relation(r *sql.Relation) (string, error) {
	s := Ident(w.d, r.Name)
	switch r.Schema {
	case "":
	case recurring:
		s = recurring + "." + s
	default:
		path, err := w.names(r.Schema, r.Name)
		if err != nil {
			return "", fmt.Errorf("render: relation %s.%s: %w", r.Schema, r.Name, err)
		}
		s = Path(w.d, path)
	}
	alias := r.Alias
	if alias == "" {
		alias = r.Name
	}
	if alias == r.Name && r.Schema == "" {
		return s, nil
	}
	return s + " AS " + Ident(w.d, alias), nil
}

func (w *writer) join(j *sql.Join) (string, error) {
	left, err := w.table(j.Left)
	if err != nil {
		return "", err
	}
	if u, ok := j.Right.(*sql.Unnest); ok {
		s, err := w.unnest(u, j.Kind == sql.LeftJoin)
		if err != nil {
			return "", err
		}
		return left + "\n" + s, nil
	}
	right, err := w.table(j.Right)
	if err != nil {
		return "", err
	}
	if _, nested := j.Right.(*sql.Join); nested {
		right = "(" + right + ")"
	}
	words := map[sql.JoinKind]string{sql.InnerJoin: "JOIN", sql.LeftJoin: "LEFT JOIN", sql.FullJoin: "FULL JOIN", sql.CrossJoin: "CROSS JOIN"}
	s := left + "\n" + words[j.Kind] + " " + right
	if j.Kind == sql.CrossJoin {
		return s, nil
	}
	on, err := w.expr(j.On)
	if err != nil {
		return "", err
	}
	return s + " ON " + on.s, nil
}
