package check

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// from checks a table expression and takes its tables into the scope.
func (s *scope) from(t sql.TableExpr) sql.TableExpr {
	switch n := t.(type) {
	case *sql.Relation:
		s.relation(n)
	case *sql.Subquery:
		s.subquery(n)
	case *sql.Unnest:
		s.report(n.Pos, sql.CodeForbidden, "cross join unnest(…) to a relation", "unnest is allowed only on the right of a join")
		s.add(n.Pos, n.Alias, &relationInfo{broken: true})
	case *sql.Join:
		s.join(n)
	}
	return t
}

// relation resolves a relation and reports whether it has one row by its shape.
func (s *scope) relation(r *sql.Relation) (single bool) {
	if r.Alias == "" {
		r.Alias = r.Name
	}
	info := s.lookup(r)
	s.grow(r.Pos, saturate(info.size, 1))
	s.add(r.Pos, r.Alias, info)
	return info.oneRow
}

func (s *scope) lookup(r *sql.Relation) *relationInfo {
	broken := &relationInfo{broken: true}
	if r.Schema == "" {
		if c := s.ctes.find(r.Name); c != nil {
			return c.info
		}
		s.report(r.Pos, sql.CodeUnresolved, s.relationHint(r), "no relation is named %s", r.Name)
		return broken
	}
	if r.Schema == "recurring" && s.env.Core {
		if c := s.ctes.find(r.Name); c != nil && c.recurring {
			return c.info
		}
		s.report(r.Pos, sql.CodeUnresolved, "", "recurring.%s is read outside of its recursive step", r.Name)
		return broken
	}
	if s.env.Relation != nil {
		if columns, ok := s.env.Relation(r.Schema, r.Name); ok {
			return &relationInfo{columns: columns}
		}
	}
	if s.env.Explain != nil {
		if code, message, hint := s.env.Explain(r.Schema, r.Name); message != "" {
			s.report(r.Pos, code, hint, "%s", message)
			return broken
		}
	}
	s.report(r.Pos, sql.CodeUnresolved, "", "no relation is named %s.%s", r.Schema, r.Name)
	return broken
}

func (s *scope) relationHint(r *sql.Relation) string {
	if hint := sql.DidYouMean(r.Name, s.ctes.names()); hint != "" {
		return hint
	}
	if s.env.Relation != nil {
		for _, schema := range []string{"raw", "normalized", "entity", "model"} {
			if _, ok := s.env.Relation(schema, r.Name); ok {
				return "did you mean " + schema + "." + r.Name + "?"
			}
		}
	}
	if s.env.Explain != nil {
		_, _, hint := s.env.Explain("", r.Name)
		return hint
	}
	return ""
}

func (s *scope) subquery(n *sql.Subquery) (single bool) {
	info := s.query(n.Query, s.ctes, nil)
	s.add(n.Pos, n.Alias, info)
	return info.oneRow
}

// join checks both sides and how they are tied.
func (s *scope) join(j *sql.Join) {
	s.grow(j.Pos, 1)
	s.from(j.Left)
	left := len(s.tables)
	single := false
	if u, ok := j.Right.(*sql.Unnest); ok {
		s.unnest(u)
		s.unnestJoin(j)
		return
	}
	switch n := j.Right.(type) {
	case *sql.Relation:
		single = s.relation(n)
	case *sql.Subquery:
		single = s.subquery(n)
	default:
		s.from(n)
	}
	if j.Kind == sql.CrossJoin {
		if !single && !s.singleLeft(j.Left) && !s.env.Core {
			s.report(j.Pos, sql.CodeForbidden, "join on an equality",
				"CROSS JOIN is allowed only to unnest and to one row (a CTE or sub-select of aggregates without GROUP BY)")
		}
		return
	}
	j.On = s.condition(j.On, "ON")
	if len(s.tables) <= left { // the right side's name was refused
		return
	}
	s.equality(j, left)
}

// singleLeft reports whether the left side of a join is one relation of one row.
func (s *scope) singleLeft(t sql.TableExpr) bool {
	switch n := t.(type) {
	case *sql.Relation:
		c := s.ctes.find(n.Name)
		return n.Schema == "" && c != nil && c.info.oneRow
	case *sql.Subquery:
		return len(n.Query.Arms) == 1 && oneRow(n.Query.Arms[0])
	}
	return false
}

// equality checks that ON ties the sides: by at least one equality, and in a
// full join by nothing else, which is all that every engine can do.
func (s *scope) equality(j *sql.Join, left int) {
	ties, others := 0, 0
	var pos sql.Pos
	for _, e := range conjuncts(j.On, nil) {
		b, ok := e.(*sql.Binary)
		if ok && b.Op == sql.OpEq {
			l, r := s.sides(b.L, left), s.sides(b.R, left)
			if l == onLeft && r == onRight || l == onRight && r == onLeft {
				ties++
				continue
			}
		}
		if others++; others == 1 {
			pos = e.Position()
		}
	}
	if s.env.Core && j.Kind != sql.FullJoin || j.On.Type() != sql.Boolean {
		return
	}
	if ties == 0 {
		s.report(j.Pos, sql.CodeForbidden, "a join needs a.x = b.y at least, with and between it and other conditions", "no equality ties the two sides of the join")
		return
	}
	if j.Kind == sql.FullJoin && others > 0 {
		s.report(pos, sql.CodeForbidden, "filter before the join, in a CTE", "a FULL JOIN allows only equalities between its sides")
	}
}

// conjuncts appends the parts that AND ties together.
func conjuncts(e sql.Expr, list []sql.Expr) []sql.Expr {
	if b, ok := e.(*sql.Binary); ok && b.Op == sql.OpAnd {
		return conjuncts(b.R, conjuncts(b.L, list))
	}
	return append(list, e)
}

// The sides of a join that an expression reads, as bits.
const (
	onLeft  = 1
	onRight = 2
)

func (s *scope) sides(e sql.Expr, left int) (sides int) {
	sql.WalkExpr(e, func(x sql.Expr) bool {
		if c, ok := x.(*sql.Column); ok {
			for i, t := range s.tables {
				if t.alias == c.Table && i < left {
					sides |= onLeft
				} else if t.alias == c.Table {
					sides |= onRight
				}
			}
		}
		return true
	})
	return sides
}

// unnest checks a set function's call, which sees the tables so far.
func (s *scope) unnest(u *sql.Unnest) {
	s.grow(u.Pos, 1)
	info := &relationInfo{broken: true}
	call, ok := u.Expr.(*sql.Call)
	var f vocab.Function
	if ok {
		f, ok = s.function(call)
	} else {
		s.report(u.Expr.Position(), sql.CodeType, "write unnest(json_array(x, '$.items'))", "unnest takes a call of a set function")
	}
	if ok && f.Class != vocab.Set {
		s.report(call.Pos, sql.CodeType, "set functions are json_array, json_keys, split and regexp_matches", "%s is not a set function", call.Name)
		ok = false
	}
	if ok {
		s.plainCall(call)
		s.arguments(call, f, clauseOn)
		u.ValueType = f.Result
		info = &relationInfo{columns: []sql.ColumnDef{{Name: u.Value, Type: f.Result}}}
		if u.Ordinality != "" {
			info.columns = append(info.columns, sql.ColumnDef{Name: u.Ordinality, Type: sql.Bigint})
		}
		call.T = f.Result
	}
	if u.Value == u.Ordinality {
		s.report(u.Pos, sql.CodeUnresolved, "give one of them another name", "two columns are named %s", u.Value)
	}
	s.add(u.Pos, u.Alias, info)
}

// unnestJoin checks that an unnest is cross joined, or left joined on true.
func (s *scope) unnestJoin(j *sql.Join) {
	switch lit, ok := j.On.(*sql.Literal); {
	case j.Kind == sql.CrossJoin:
	case j.Kind == sql.LeftJoin && ok && lit.T == sql.Boolean && lit.Value == "true":
	case j.Kind == sql.LeftJoin:
		s.report(j.On.Position(), sql.CodeForbidden, "filter in a CTE after it", "a left join of unnest is on true")
	default:
		s.report(j.Pos, sql.CodeForbidden, "", "unnest is cross joined, or left joined on true")
	}
}
