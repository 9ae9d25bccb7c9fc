package redshifttest

import (
	"fmt"
	"strconv"
	"strings"
)

// Rewrite makes a statement of Redshift's one that PostgreSQL reads, as far as functions.sql
// does not do. What it does not know it leaves unchanged, so that PostgreSQL refuses it.
func Rewrite(statement string) (string, error) {
	tokens, err := lex(statement)
	if err != nil {
		return "", err
	}
	r := &rewriter{tokens: tokens}
	r.span(0, len(tokens))
	return r.out.String(), nil
}

type rewriter struct {
	tokens []token
	out    strings.Builder
	query  bool // a SELECT has begun
	unnest int  // tables made of lists so far
}

// next is the index of the first token from i on that is no blank.
func (r *rewriter) next(i int) int {
	for i < len(r.tokens) && r.tokens[i].kind == blank {
		i++
	}
	return i
}

// previous is the index of the last token before i that is no blank, or -1.
func (r *rewriter) previous(i int) int {
	for i--; i >= 0 && r.tokens[i].kind == blank; i-- {
	}
	return i
}

func (r *rewriter) at(i int) token {
	if i < 0 || i >= len(r.tokens) {
		return token{mate: -1}
	}
	return r.tokens[i]
}

// find is the first of the words between i and j outside of inner brackets, or j.
func (r *rewriter) find(i, j int, words ...string) int {
	for ; i < j; i++ {
		if r.tokens[i].is(words...) {
			return i
		}
		if m := r.tokens[i].mate; m > i {
			i = m
		}
	}
	return j
}

// fence, like MATERIALIZED, keeps PostgreSQL from copying what a sub-select computes to each place above that uses it: after
// several levels of sub-selects, the copies are more than its memory.
const fence = " OFFSET 0"

// span writes the tokens between i and j, which are those of one pair of brackets.
func (r *rewriter) span(i, j int) {
	from := false // within FROM
	with := false // within WITH
	aliases := map[string]bool{}
	for i < j {
		t := r.tokens[i]
		if t.kind == word {
			r.query = r.query || t.is("SELECT")
			if n := r.word(i, j); n > i {
				i = n
				continue
			}
		}
		switch {
		case t.is("WITH"):
			with = true
		case t.is("FROM"):
			from, with = true, false
		case t.is("SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "UNION", "LIMIT"):
			from, with = false, false
		case t.is("(", "["):
			inner := r.at(r.next(i+1)).is("SELECT", "WITH")
			if inner && with {
				r.out.WriteString("MATERIALIZED ")
			}
			r.out.WriteString(t.text)
			r.span(i+1, t.mate)
			if inner && from {
				r.out.WriteString(fence)
			}
			r.out.WriteString(r.tokens[t.mate].text)
			i = t.mate + 1
			continue
		case from && t.is(","):
			if n := r.listRows(r.next(i+1), aliases, "CROSS JOIN "); n > 0 {
				i = n
				continue
			}
		case from && t.is("JOIN"):
			if n := r.listRows(r.next(i+1), aliases, "JOIN "); n > 0 {
				i = n
				continue
			}
		case t.is("/"):
			if n := r.quotient(i, j); n > 0 {
				i = n
				continue
			}
		case t.kind == name:
			if from && r.at(r.previous(i)).is("AS") {
				aliases[t.value] = true
			}
			if r.query && !from || r.at(r.previous(i)).is("ON", "AND", "OR", "=") {
				text, n := r.path(i)
				r.out.WriteString(text)
				i = n
				continue
			}
		}
		r.out.WriteString(t.text)
		i++
	}
}

// word rewrites what begins with the word at i and returns where it ends, or i.
func (r *rewriter) word(i, j int) int {
	t, open := r.tokens[i], r.next(i+1)
	mate := r.at(open).mate
	if !r.at(open).is("(") {
		mate = -1
	}
	switch {
	case t.is("SELECT"):
		end := r.find(i+1, j, "UNION", "ORDER", "LIMIT")
		if q := r.find(i+1, end, "QUALIFY"); q < end {
			return r.qualify(i, q, end)
		}
	case t.is("SET") && r.at(open).is("ENABLE_CASE_SENSITIVE_IDENTIFIER"): // PostgreSQL's are
		r.out.WriteString("SET nexus.")
		return open
	case mate < 0:
	case t.is("TRY_CAST"):
		as := r.find(open+1, mate, "AS")
		kind := r.next(as + 1)
		var size string
		if b := r.next(kind + 1); r.at(b).is("(") {
			size = ", " + r.text(b+1, r.tokens[b].mate)
		}
		r.out.WriteString("nx_try_" + strings.ToLower(r.at(kind).text) + "(")
		r.span(open+1, as)
		r.out.WriteString(size + ")")
		return mate + 1
	case t.is("CAST") && r.at(r.next(r.find(open+1, mate, "AS")+1)).is("SUPER"):
		r.out.WriteString("nx_super(")
		r.span(open+1, r.find(open+1, mate, "AS"))
		r.out.WriteString(")")
		return mate + 1
	case t.is("DATEADD", "DATEDIFF"):
		unit := r.next(open + 1)
		r.out.WriteString(t.text + "('" + strings.ToLower(r.tokens[unit].text) + "'")
		r.span(unit+1, mate)
		r.out.WriteString(")")
		return mate + 1
	case t.is("OBJECT"):
		r.out.WriteString("jsonb_build_object(")
		r.span(open+1, mate)
		r.out.WriteString(")")
		return mate + 1
	case t.is("LISTAGG"):
		return r.listAgg(open, i)
	case t.is("DISTKEY", "SORTKEY"):
		return mate + 1
	}
	return i
}

func (r *rewriter) text(i, j int) string {
	var b strings.Builder
	for ; i < j; i++ {
		b.WriteString(r.tokens[i].text)
	}
	return b.String()
}

// listAgg makes LISTAGG(x, separator) WITHIN GROUP (ORDER BY …) PostgreSQL's string_agg;
// empty texts are left out ("LISTAGG function").
func (r *rewriter) listAgg(open, i int) int {
	mate := r.tokens[open].mate
	within := r.next(mate + 1)
	group := r.next(within + 1)
	order := r.next(group + 1)
	if !r.at(within).is("WITHIN") || !r.at(group).is("GROUP") || !r.at(order).is("(") {
		return i
	}
	comma := r.find(open+1, mate, ",")
	r.out.WriteString("string_agg(NULLIF(")
	r.span(open+1, comma)
	r.out.WriteString(", '')")
	if comma == mate { // there is no separator
		r.out.WriteString(", ''")
	}
	r.span(comma, mate)
	r.out.WriteString(" ")
	r.span(order+1, r.tokens[order].mate)
	r.out.WriteString(")")
	return r.tokens[order].mate + 1
}

// qualify makes of a SELECT with QUALIFY one over another that has the condition as a column.
func (r *rewriter) qualify(sel, q, end int) int {
	from := r.find(sel+1, q, "FROM")
	first := r.next(sel + 1)
	distinct := ""
	if r.at(first).is("DISTINCT") {
		distinct, first = "DISTINCT ", first+1
	}
	var names []string
	for item := first; item < from; {
		comma := r.find(item, from, ",")
		last := r.at(r.previous(comma))
		if last.kind != name {
			return sel // an item without a name: left unchanged
		}
		names, item = append(names, last.text), comma+1
	}
	r.out.WriteString("SELECT " + distinct + strings.Join(names, ", ") + " FROM (SELECT ")
	r.span(first, from)
	r.out.WriteString(", (")
	r.span(q+1, end)
	r.out.WriteString(") AS nx_q ")
	r.span(from, q)
	r.out.WriteString(") AS nx_qualified WHERE nx_q ")
	return end
}

// path writes a column, or a value within one, and returns where it ends.
func (r *rewriter) path(i int) (string, int) {
	base := r.tokens[i].text
	i++
	if r.at(i).is(".") && r.at(i+1).kind == name {
		base += "." + r.tokens[i+1].text
		i += 2
	}
	for {
		switch {
		case r.at(i).is(".") && r.at(i+1).kind == name:
			member := strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(r.tokens[i+1].value)
			base = "nx_member(" + base + ", '" + member + "')"
			i += 2
		case r.at(i).is("["):
			base = "nx_element(" + base + ", " + r.text(i+1, r.tokens[i].mate) + ")"
			i = r.tokens[i].mate + 1
		default:
			return base, i
		}
	}
}

// listRows writes the rows of a list in FROM, as in t, t.list AS value AT position, if i begins such a
// path: its first name is one of FROM's own. It returns where it ends, or 0.
func (r *rewriter) listRows(i int, aliases map[string]bool, join string) int {
	rows, columns := "nx_unnest", [2]string{"nx_v", "nx_i"}
	if r.at(i).is("UNPIVOT") {
		rows, i = "nx_unpivot", r.next(i+1)
	}
	if r.at(i).kind != name || !aliases[r.tokens[i].value] || !r.at(i+1).is(".") {
		return 0
	}
	list, i := r.path(i)
	for k, word := range []string{"AS", "AT"} {
		if n := r.next(i); r.at(n).is(word) {
			column := r.next(n + 1)
			columns[k], i = r.at(column).text, column+1
		}
	}
	r.unnest++
	fmt.Fprintf(&r.out, " %sLATERAL %s(%s) AS nx_u%d(%s, %s)", join, rows, list, r.unnest, columns[0], columns[1])
	return i
}

// quotient writes a division of decimals whose types are there, so that the quotient has its scale.
func (r *rewriter) quotient(i, j int) int {
	close := r.previous(i)
	if !r.at(close).is(")") {
		return 0
	}
	p1, s1, ok := r.decimal(r.tokens[close].mate)
	call := r.next(i + 1)
	open := r.next(call + 1)
	if !ok || !r.at(open).is("(") {
		return 0
	}
	inner := open
	if r.at(call).is("NULLIF") {
		inner = r.next(r.next(open+1) + 1)
	}
	p2, s2, ok := r.decimal(inner)
	if !ok {
		return 0
	}
	r.out.WriteString("/ nx_over(")
	r.span(call, open)
	r.out.WriteString("(")
	r.span(open+1, r.tokens[open].mate)
	r.out.WriteString("), " + strconv.Itoa(scale(p1, s1, p2, s2)) + ")")
	return r.tokens[open].mate + 1
}

// scale is that of a quotient of decimals ("Computations with numeric values").
func scale(p1, s1, p2, s2 int) int {
	s := max(4, s1+p2-s2+1)
	if p := p1 - s1 + s2 + s; p > 38 {
		return max(38+s-p, 4)
	}
	return s
}

// decimal returns the type of CAST(… AS DECIMAL(p,s)) whose bracket opens at i.
func (r *rewriter) decimal(i int) (p, s int, ok bool) {
	if !r.at(r.previous(i)).is("CAST") || r.at(i).mate < 0 {
		return 0, 0, false
	}
	as := r.find(i+1, r.tokens[i].mate, "AS")
	kind := r.next(as + 1)
	n, err := fmt.Sscanf(r.text(kind, r.tokens[i].mate), "DECIMAL(%d,%d)", &p, &s)
	return p, s, n == 2 && err == nil
}
