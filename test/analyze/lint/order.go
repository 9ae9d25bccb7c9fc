package lint

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

func orderRules() []Rule {
	return []Rule{
		{Name: "null order", Why: "without saying so NULLs would come first", check: (*scan).nullOrder},
		{Name: "collation", Dialects: []string{"postgres"}, Why: "text would be ordered by the database's locale", check: (*scan).collation},
	}
}

// order is one ORDER BY, with its items as [from, to).
type order struct {
	at    int // its token
	items [][2]int
}

func (s *scan) orders() []order {
	var list []order
	for i := range s.tokens {
		if s.are(i, "ORDER", "BY") {
			list = append(list, order{i, s.list(i+2, s.until(i+2, "ROWS", "RANGE", "GROUPS", "LIMIT"))})
		}
	}
	return list
}

// item cuts an item into its expression and what follows: its direction, and whether it says where NULLs sort.
func (s *scan) item(part [2]int) (end int, direction, nulls string) {
	end, direction = part[1], "ASC"
	if s.is(end-2, "NULLS") && s.isAny(end-1, "FIRST", "LAST") {
		end, nulls = end-2, s.tokens[end-1].text
	}
	if s.isAny(end-1, "ASC", "DESC") {
		end--
		direction = s.tokens[end].text
	}
	return end, direction, nulls
}

func (s *scan) nullOrder() {
	for _, o := range s.orders() {
		marked := "" // the expression whose NULLs the item before has put last
		for _, part := range o.items {
			end, direction, nulls := s.item(part)
			expr := s.text(part[0], end)
			switch {
			case nulls == "LAST", nulls == "" && s.facts.nullsLast[direction], expr != "" && expr == marked:
			case s.nullKey(part[0], end) != "":
				marked = s.nullKey(part[0], end)
				continue
			case s.dropped(o.at, expr), s.tokens[part[0]].kind == word && part[1] == part[0]+1: // the catalogue's, or keys of a document: never NULL
			default:
				s.report(part[0], "an order that puts NULLs first")
			}
			marked = ""
		}
	}
}

// dropped reports whether rows in which x is NULL count for nothing: agg(CASE WHEN x IS NOT NULL THEN … END IGNORE NULLS ORDER BY x).
func (s *scan) dropped(order int, x string) bool {
	if !s.are(order-3, "END", "IGNORE", "NULLS") {
		return false
	}
	return strings.Contains(s.sql[:s.tokens[order].at], "(CASE WHEN "+x+" IS NOT NULL THEN ")
}

// nullKey is x of CASE WHEN x IS NULL THEN 1 ELSE 0 END, else "".
func (s *scan) nullKey(from, to int) string {
	if !s.are(from, "CASE", "WHEN") || !s.are(to-7, "IS", "NULL", "THEN") || s.tokens[to-4].text != "1" || !s.is(to-3, "ELSE") || s.tokens[to-2].text != "0" {
		return ""
	}
	return s.text(from+2, to-7)
}

// collation looks at columns that are text wherever their name is.
func (s *scan) collation() {
	for _, o := range s.orders() {
		for _, part := range o.items {
			end, _, _ := s.item(part)
			if s.isText(part[0], end) {
				s.report(part[0], `an order of text without COLLATE "C"`)
			}
		}
	}
	for i := range s.tokens {
		if s.isAny(i, "MIN", "MAX", "GREATEST", "LEAST") && s.is(i+1, "(") {
			plain, collated := false, false // one argument's collation is that of all
			for _, a := range s.arguments(i) {
				plain = plain || s.isText(a[0], a[1])
				collated = collated || s.is(s.until(a[0], "COLLATE"), "COLLATE") && s.until(a[0], "COLLATE") < a[1]
			}
			if plain && !collated {
				s.report(i, `the least or greatest text without COLLATE "C"`)
			}
		}
		if s.isAny(i, "<", "<=", ">", ">=") && s.columnBefore(i) && s.isText(i-1, i) {
			s.report(i, `a comparison of text without COLLATE "C"`)
		}
	}
}

func (s *scan) columnBefore(i int) bool { return i > 0 && s.tokens[i-1].kind == name }

// isText reports whether the tokens are only a column that is text.
func (s *scan) isText(from, to int) bool {
	if to-from == 3 && s.is(from+1, ".") {
		from += 2
	}
	if to-from != 1 || s.tokens[from].kind != name {
		return false
	}
	return s.typeOf(s.tokens[from].value) == sql.Text
}

// typeOf is the type of the columns of that name, where all have one and the statement defines no other of it.
func (s *scan) typeOf(column string) sql.Type {
	if s.defined == nil {
		s.defined = map[string]bool{}
		for i, t := range s.tokens {
			if t.kind == name && s.is(i-1, "AS") && s.tokens[i-2].value != t.value {
				s.defined[t.value] = true
			}
		}
	}
	t, known := s.types(strings.ToLower(column))
	if !known || s.defined[column] {
		return sql.Invalid
	}
	return t
}
