package lint

// Where a common table expression cannot have a list of columns, and where a recursive one must.
var (
	columnListless = []string{"bigquery"}
	columnListed   = []string{"redshift", "snowflake"}
)

// unionAllOnly are the warehouses whose recursion is UNION ALL with a plain step.
var unionAllOnly = []string{"redshift", "snowflake", "bigquery", "databricks"}

func queryRules() []Rule {
	return []Rule{
		{Name: "frame", Dialects: []string{"redshift"}, Why: "an aggregate over an ordered window needs an explicit ROWS frame", check: (*scan).frames},
		{Name: "nested with", Dialects: []string{"redshift"}, Why: "a WITH clause subquery cannot hold another WITH clause", check: func(s *scan) {
			for i := range s.tokens {
				if s.are(i, "AS", "(", "WITH") {
					s.report(i+2, "WITH inside of WITH")
				}
			}
		}},
		{Name: "distinct from", Dialects: []string{"redshift"}, Why: "IS DISTINCT FROM does not exist", check: func(s *scan) {
			for i := range s.tokens {
				if s.are(i, "DISTINCT", "FROM") {
					s.report(i, "DISTINCT FROM")
				}
			}
		}},
		{Name: "distinct on", Dialects: unionAllOnly, Why: "DISTINCT ON is of PostgreSQL and DuckDB", check: func(s *scan) {
			for i := range s.tokens {
				if s.are(i, "DISTINCT", "ON") {
					s.report(i, "DISTINCT ON")
				}
			}
		}},
		{Name: "cluster", Dialects: []string{"bigquery"}, Why: "CLUSTER BY takes columns, and brackets make one value of several", check: func(s *scan) {
			for i := range s.tokens {
				if s.are(i, "CLUSTER", "BY", "(") {
					s.report(i, "CLUSTER BY in brackets")
				}
			}
		}},
		{Name: "full join", Dialects: []string{"redshift", "postgres"}, Why: "FULL JOIN is only supported with merge-joinable or hash-joinable conditions", check: func(s *scan) {
			for i := range s.tokens {
				if !s.are(i, "FULL", "JOIN") {
					continue
				}
				on := s.until(i, "ON")
				for j := on; j < s.until(on+1, "JOIN", "LEFT", "FULL", "CROSS", "WHERE", "GROUP", "UNION", "QUALIFY"); j++ {
					if s.isAny(j, "OR", "<", ">", "<>", "<=", ">=") {
						s.report(j, "FULL JOIN on more than equalities")
						break
					}
				}
			}
		}},
		{Name: "recursion", Dialects: unionAllOnly, Why: "the recursive term may only join, project and filter, once, behind UNION ALL", check: (*scan).recursion},
		{Name: "depth", Dialects: []string{"bigquery", "databricks"}, Why: "recursion ends after 500, or 100, levels", check: func(s *scan) {
			for i := range s.tokens {
				if s.are(i, "WITH", "RECURSIVE") {
					s.report(i, "recursion, whose result could be cut")
				}
			}
		}},
		{Name: "column list", Why: "a recursive query needs its columns named, or cannot have them named", check: (*scan).columnLists},
	}
}

// aggregates are window functions that have frames.
var aggregates = []string{"SUM", "MIN", "MAX", "COUNT", "AVG", "BOOL_OR", "BOOL_AND", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"}

func (s *scan) frames() {
	for i := range s.tokens {
		if !s.are(i, "OVER", "(") || !s.is(i-1, ")") {
			continue
		}
		call := s.tokens[i-1].mate - 1
		end := s.tokens[i+1].mate
		order := s.until(i+2, "ORDER")
		rows := s.until(i+2, "ROWS")
		switch framed := s.isAny(call, aggregates...); {
		case framed && order < end && rows >= end:
			s.report(call, "an ordered window without ROWS")
		case !framed && rows < end:
			s.report(call, "a frame for a function that has none")
		}
	}
}

// cte is one common table expression: its name's token, the brackets of its column list (or 0) and of its body.
type cte struct{ name, columns, body int }

func (s *scan) ctes() []cte {
	var list []cte
	for i, t := range s.tokens {
		if t.kind != name || !(s.isAny(i-1, "WITH", "RECURSIVE") || s.are(i-2, ")", ",")) {
			continue
		}
		c := cte{name: i, body: i + 2}
		if s.is(i+1, "(") {
			c.columns = i + 1
			c.body = s.tokens[i+1].mate + 2
		}
		if s.is(c.body-1, "AS") && s.is(c.body, "(") && s.isAny(c.body+1, "SELECT", "WITH") {
			list = append(list, c)
		}
	}
	return list
}

// references counts how often the body reads the expression itself, from token i on.
func (s *scan) references(c cte, i int) (n int) {
	for ; i < s.tokens[c.body].mate; i++ {
		if s.tokens[i].kind == name && s.tokens[i].value == s.tokens[c.name].value && s.isAny(i-1, "FROM", "JOIN", ",", "(") && !s.is(i+1, ".") {
			n++
		}
	}
	return n
}

// step is the token behind the UNION of a recursive expression; false if it does not read itself.
func (s *scan) step(c cte) (int, bool) {
	union := s.until(c.body+1, "UNION")
	if !s.is(union, "UNION") || s.references(c, union) == 0 {
		return union, false
	}
	return union + 1, true
}

func (s *scan) recursion() {
	for _, c := range s.ctes() {
		from, recursive := s.step(c)
		if !recursive {
			continue
		}
		if !s.is(from, "ALL") {
			s.report(from, "recursion without UNION ALL")
		}
		if n := s.references(c, from); n > 1 {
			s.report(from, "a recursive term that reads itself %d times", n)
		}
		for i := from; i < s.tokens[c.body].mate; i++ {
			if s.isAny(i, "DISTINCT", "GROUP", "HAVING", "OVER", "QUALIFY", "ORDER", "LIMIT", "WITH") || s.isAny(i, aggregates...) && s.is(i+1, "(") {
				s.report(i, "%s in a recursive term", s.tokens[i].text)
			}
		}
	}
}

func (s *scan) columnLists() {
	for _, c := range s.ctes() {
		_, recursive := s.step(c)
		switch {
		case c.columns > 0 && contains(columnListless, s.dialect.Name):
			s.report(c.name, "a column list")
		case recursive && c.columns == 0 && contains(columnListed, s.dialect.Name):
			s.report(c.name, "a recursive query without a column list")
		}
	}
}
