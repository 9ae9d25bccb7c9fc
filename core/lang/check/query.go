package check

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// query checks a query that sees the CTEs of outer.
func (c *checker) query(q *sql.Query, outer *ctes, wanted map[string]sql.Type) *relationInfo {
	before := c.size
	c.size = 0
	visible := outer
	for _, cte := range q.With {
		if visible.find(cte.Name) != nil {
			c.report(cte.Pos, sql.CodeUnresolved, "give it another name", "a common table expression named %s is there already", cte.Name)
		}
		visible = &ctes{outer: visible, name: cte.Name, info: c.cte(cte, visible)}
	}
	arms := make([][]sql.ColumnDef, len(q.Arms))
	for i, arm := range q.Arms {
		arms[i] = c.selectArm(arm, visible)
	}
	info := &relationInfo{columns: c.unionAll(q, arms, wanted), oneRow: len(q.Arms) == 1 && oneRow(q.Arms[0])}
	info.broken = info.columns == nil
	info.size = c.size
	c.size = 0
	c.grow(q.Pos, before)
	return info
}

// cte checks a common table expression. Its size counts where it is read; what
// that is not read counts once, so that it cannot be unbounded either.
func (c *checker) cte(cte *sql.CTE, outer *ctes) *relationInfo {
	before := c.size
	info := c.query(cte.Query, outer, nil)
	if r := cte.Recursion; r != nil {
		self := &ctes{outer: outer, name: cte.Name, info: &relationInfo{columns: info.columns}, recurring: true}
		nameAfter(r.Step.Arms[0].Items, info.columns)
		step := c.query(r.Step, self, typesOf(info.columns))
		c.sameColumns(r.Step, step.columns, info.columns)
		for _, k := range r.Key {
			if _, ok := (&source{columns: info.columns}).column(k); !ok {
				c.report(cte.Pos, sql.CodeUnresolved, sql.DidYouMean(k, names(info.columns)), "%s has no column %s", cte.Name, k)
			}
		}
		info = &relationInfo{columns: info.columns, size: saturate(info.size, step.size)}
	}
	c.size = before
	return info
}

// nameAfter names the unnamed columns of a recursive step after its anchor's.
func nameAfter(items []*sql.Item, anchor []sql.ColumnDef) {
	if len(items) != len(anchor) {
		return
	}
	for i, it := range items {
		if it.Alias == "" && !it.Star {
			it.Alias = anchor[i].Name
		}
	}
}

func typesOf(columns []sql.ColumnDef) map[string]sql.Type {
	m := make(map[string]sql.Type, len(columns))
	for _, col := range columns {
		m[col.Name] = col.Type
	}
	return m
}

// sameColumns checks that a recursive step has its anchor's columns.
func (c *checker) sameColumns(step *sql.Query, got, want []sql.ColumnDef) {
	if len(got) != len(want) {
		c.report(step.Pos, sql.CodeType, "", "the step has %d columns, its anchor %d", len(got), len(want))
		return
	}
	for i := range want {
		if got[i].Type != want[i].Type && got[i].Type != sql.Invalid && want[i].Type != sql.Invalid {
			c.report(step.Pos, sql.CodeType, "", "column %s is %s in the step and %s in its anchor", want[i].Name, got[i].Type, want[i].Type)
		}
	}
}

// unionAll unifies the arms' columns and gives bare NULLs a type.
func (c *checker) unionAll(q *sql.Query, arms [][]sql.ColumnDef, wanted map[string]sql.Type) []sql.ColumnDef {
	first := arms[0]
	for i, col := range first {
		if col.Name == "" {
			c.report(q.Arms[0].Items[i].Pos, sql.CodeUnresolved, "add as and a name", "column %d has no name", i+1)
		}
	}
	for i, arm := range arms[1:] {
		if arm == nil || first == nil {
			return nil
		}
		if len(arm) != len(first) {
			c.report(q.Arms[i+1].Pos, sql.CodeType, "", "this arm of UNION ALL has %d columns, the first %d", len(arm), len(first))
			return nil
		}
		c.permuted(q.Arms[i+1], arm, first)
	}
	if first == nil {
		return nil
	}
	columns := make([]sql.ColumnDef, len(first))
	for i, col := range first {
		typ := c.armsType(q, arms, i)
		if want, ok := wanted[col.Name]; ok && (typ == sql.Null || widens(typ, want)) {
			typ = want
		}
		if typ == sql.Null {
			typ = sql.Text
		}
		columns[i] = sql.ColumnDef{Name: col.Name, Type: typ}
		for k, arm := range q.Arms {
			item := arm.Items[i]
			item.Alias = col.Name // the first arm's name is the column's, so that checking again finds no other
			if arms[k][i].Type != sql.Invalid && typ != sql.Invalid {
				item.Expr = coerce(item.Expr, typ)
			}
		}
	}
	return columns
}

// armsType is the unified type of the i-th column of all arms.
func (c *checker) armsType(q *sql.Query, arms [][]sql.ColumnDef, i int) sql.Type {
	typ := arms[0][i].Type
	for k, arm := range arms[1:] {
		next, ok := unify(typ, arm[i].Type)
		if !ok {
			c.report(q.Arms[k+1].Items[i].Pos, sql.CodeType, "cast one of them", "column %s is %s in this arm and %s before", arms[0][i].Name, arm[i].Type, typ)
			return sql.Invalid
		}
		typ = next
	}
	return typ
}

// permuted reports an arm with the first arm's names at other places: UNION ALL
// goes by place, so that is a mistake.
func (c *checker) permuted(s *sql.Select, arm, first []sql.ColumnDef) {
	place := map[string]int{}
	for i, col := range first {
		place[col.Name] = i
	}
	wrong := -1
	for i, col := range arm {
		at, ok := place[col.Name]
		if !ok {
			return
		}
		if at != i && wrong < 0 {
			wrong = i
		}
	}
	if wrong >= 0 {
		c.report(s.Items[wrong].Pos, sql.CodeType, "UNION ALL goes by place: use one order in all arms",
			"column %d is named %s here and %s in the first arm", wrong+1, arm[wrong].Name, first[wrong].Name)
	}
}

// oneRow reports a SELECT that gives at most one row by its shape.
func oneRow(s *sql.Select) bool {
	if s.From == nil {
		return true
	}
	return len(s.GroupBy) == 0 && aggregates(s)
}

// aggregates reports whether the SELECT folds its rows.
func aggregates(s *sql.Select) bool {
	if len(s.GroupBy) > 0 || s.Having != nil {
		return true
	}
	for _, it := range s.Items {
		if it.Expr != nil && hasAggregate(it.Expr) {
			return true
		}
	}
	return s.Qualify != nil && hasAggregate(s.Qualify)
}

// selectArm checks one SELECT and returns its columns, nil if its list is broken.
func (c *checker) selectArm(s *sql.Select, visible *ctes) []sql.ColumnDef {
	sc := &scope{checker: c, ctes: visible}
	c.grow(s.Pos, 1)
	if s.From != nil {
		s.From = sc.from(s.From)
	}
	expanded := sc.expand(s)
	sc.items = s.Items
	if s.Where != nil {
		s.Where = sc.condition(s.Where, "WHERE")
	}
	for i, g := range s.GroupBy {
		s.GroupBy[i] = sc.groupKey(g)
	}
	for _, it := range s.Items {
		it.Expr = sc.folded(it.Expr, "the select list")
	}
	if s.Having != nil {
		s.Having = sc.boolean(sc.inHaving(s.Having), "HAVING")
	}
	if s.Qualify != nil {
		s.Qualify = sc.boolean(sc.folded(s.Qualify, "QUALIFY"), "QUALIFY")
		if !hasWindow(s.Qualify) {
			c.report(s.Qualify.Position(), sql.CodeType, "write where, or having", "QUALIFY without a window function")
		}
	}
	if aggregates(s) {
		sc.grouped(s)
	}
	if !expanded {
		return nil
	}
	return sc.columns(s)
}

// expand spells out the stars of the select list.
func (s *scope) expand(sel *sql.Select) bool {
	ok := true
	var items []*sql.Item
	for _, it := range sel.Items {
		if !it.Star {
			items = append(items, it)
			continue
		}
		tables := s.tables
		if it.Table != "" {
			t := s.table(it.Table)
			if t == nil {
				s.report(it.Pos, sql.CodeUnresolved, sql.DidYouMean(it.Table, s.aliases()), "no table is named %s here", it.Table)
				ok = false
				continue
			}
			tables = []*source{t}
		}
		if len(tables) == 0 {
			s.report(it.Pos, sql.CodeUnresolved, "", "`*` without FROM")
			ok = false
		}
		for _, t := range tables {
			for _, col := range t.columns {
				e := &sql.Column{Node: sql.Node{Pos: it.Pos, T: col.Type}, Table: t.alias, Name: col.Name}
				items = append(items, &sql.Item{Pos: it.Pos, Expr: e, Alias: col.Name})
			}
		}
	}
	if len(items) > s.limits.Columns {
		s.report(sel.Pos, sql.CodeLimit, "leave out columns that are not needed", "more than %d columns", s.limits.Columns)
		panic(tooMuch{})
	}
	sel.Items = items
	return ok
}

// columns names and types the select list.
func (s *scope) columns(sel *sql.Select) []sql.ColumnDef {
	columns := make([]sql.ColumnDef, len(sel.Items))
	seen := map[string]bool{}
	for i, it := range sel.Items {
		if it.Alias == "" {
			if col, ok := it.Expr.(*sql.Column); ok {
				it.Alias = col.Name
			}
		}
		columns[i] = sql.ColumnDef{Name: it.Alias, Type: it.Expr.Type()}
		if it.Alias != "" && seen[it.Alias] {
			s.report(it.Pos, sql.CodeUnresolved, "give one of them another name with as", "two columns are named %s", it.Alias)
		}
		seen[it.Alias] = true
		if sel.Distinct && it.Expr.Type() == sql.JSON {
			s.report(it.Pos, sql.CodeType, "select its text with json_text", "json cannot be compared, so not be DISTINCT")
		}
	}
	return columns
}
