package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

const (
	maxPattern = 1000 // characters
	maxRepeat  = 200  // the n of {m,n}
	maxCopies  = 1000 // characters when every {m,n} is written out
)

// fault is what is wrong with a constant.
type fault struct {
	code          sql.Code
	message, hint string
}

// Pattern checks that a regular expression keeps to the subset that all engines
// read alike. Where it is not only asked whether it matches (exact), it must
// also match the same stretch leftmost-first and leftmost-longest.
func Pattern(p string, exact bool) error {
	if f := pattern(p, exact, false); f != nil {
		return fmt.Errorf("check: pattern: %s", f.message)
	}
	return nil
}

// pattern checks one; exact as in Pattern, all where every match is asked for: between
// characters engines find empty matches at different places.
func pattern(p string, exact, all bool) (f *fault) {
	if utf8.RuneCountInString(p) > maxPattern {
		return &fault{code: sql.CodeLimit, message: fmt.Sprintf("a regular expression of more than %d characters", maxPattern)}
	}
	defer func() {
		if r := recover(); r != nil {
			found, ok := r.(*fault)
			if !ok {
				panic(r)
			}
			f = found
		}
	}()
	r := &reader{rest: []rune(p), exact: exact}
	n := r.alternatives(0)
	if len(r.rest) > 0 {
		r.fail("write [)]", "an unmatched ) in the regular expression")
	}
	if n.copies > maxCopies {
		return &fault{code: sql.CodeLimit, message: fmt.Sprintf("the repetitions of the regular expression come to more than %d characters", maxCopies)}
	}
	if all && n.empty && !n.start && p != "$" {
		return &fault{code: sql.CodeForbidden, hint: "write + instead of *, or begin it with ^",
			message: "a regular expression that may match nothing, of which all matches are asked for"}
	}
	return nil
}

// part is what one stretch of a regular expression matches.
type part struct {
	first     charset // what it may begin with
	chars     charset // what it may hold
	tail      charset // what it may go on with where it may also end
	loose     charset // what may follow a place where engines choose, see decided
	empty     bool    // may match nothing
	unbounded bool    // holds *, + or {m,}
	variable  bool    // matches stretches of several lengths
	run       bool    // repeats one character or class
	copies    int
	anchor    bool
	start     bool // matches at the text's start only
}

type reader struct {
	rest  []rune
	exact bool
}

func (r *reader) fail(hint, format string, args ...any) {
	panic(&fault{code: sql.CodeForbidden, hint: hint, message: fmt.Sprintf(format, args...)})
}

func (r *reader) next(c rune) bool {
	if len(r.rest) > 0 && r.rest[0] == c {
		r.rest = r.rest[1:]
		return true
	}
	return false
}

func (r *reader) alternatives(depth int) part {
	if depth > 20 {
		panic(&fault{code: sql.CodeLimit, message: "a regular expression nested deeper than 20 levels"})
	}
	all := r.sequence(depth)
	several := []part{all}
	for r.next('|') {
		several = append(several, r.sequence(depth))
	}
	for _, p := range several[1:] {
		if r.exact {
			r.distinct(all, p)
		}
		all = part{
			first: join(all.first, p.first), chars: join(all.chars, p.chars), tail: join(all.tail, p.tail), loose: join(all.loose, p.loose),
			empty: all.empty || p.empty, unbounded: all.unbounded || p.unbounded, variable: true, copies: all.copies + p.copies,
			start: all.start && p.start,
		}
	}
	return all
}

// distinct refuses alternatives of which two could match at one place.
func (r *reader) distinct(before, p part) {
	const hint = "so that every engine takes the same one"
	if before.empty || p.empty {
		r.fail(hint, "an alternative that may match nothing; here each must begin with a character")
	}
	if before.first.meets(p.first) {
		r.fail(hint, "alternatives that begin with the same character; here they must differ in their first")
	}
}

func (r *reader) sequence(depth int) part {
	var s part
	for n := 0; ; n++ {
		if len(r.rest) == 0 || r.rest[0] == '|' || r.rest[0] == ')' {
			if n == 0 {
				r.fail("", "an empty part of the regular expression")
			}
			return s
		}
		p := r.quantified(depth)
		if n == 0 {
			s = p
			continue
		}
		loose := r.decided(s, p)
		tail := p.tail
		if p.empty {
			tail = join(s.tail, p.tail)
		}
		first := s.first
		if s.empty {
			first = join(s.first, p.first)
		}
		s = part{
			first: first, chars: join(s.chars, p.chars), tail: tail, loose: loose, empty: s.empty && p.empty,
			unbounded: s.unbounded || p.unbounded, variable: s.variable || p.variable, copies: s.copies + p.copies,
			start: s.start,
		}
	}
}

// decided returns what may follow a choice between going on with s and beginning
// p. Where there is one, an engine that takes the first way that succeeds and one that
// takes the longest agree as long as nothing of several lengths, but runs of
// one class, comes after it that could match the same characters.
func (r *reader) decided(s, p part) charset {
	choice := s.tail.meets(p.first)
	if r.exact && p.variable && !p.run && (choice || s.loose.meets(p.chars)) {
		r.fail("begin it with a character that cannot come before it", "a part of several lengths after one that may match its beginning")
	}
	loose := join(s.loose, p.loose)
	if choice || len(s.loose) > 0 {
		loose = join(loose, p.chars)
	}
	return loose
}

func (r *reader) quantified(depth int) part {
	p := r.atom(depth)
	if len(r.rest) == 0 {
		return p
	}
	least, most := 1, 1
	switch {
	case r.next('*'):
		least, most = 0, -1
	case r.next('+'):
		most = -1
	case r.next('?'):
		least = 0
	case r.rest[0] == '{':
		least, most = r.bounds()
	default:
		return p
	}
	if len(r.rest) > 0 && strings.ContainsRune("*+?{", r.rest[0]) {
		r.fail("", "a lazy, possessive or doubled quantifier")
	}
	if p.anchor {
		r.fail("", "a quantifier on ^ or $")
	}
	if p.unbounded {
		r.fail("", "a quantifier on a group that holds an unbounded one")
	}
	if most != 1 && most != 0 && !p.run {
		if r.exact && p.variable && (p.tail.meets(p.first) || p.loose.meets(p.chars)) {
			r.fail("end it with a character that it does not begin with", "a repeated part of several lengths that may go on where it may begin again")
		}
	}
	if least != most {
		p.tail = join(p.tail, p.first)
	}
	p.empty = p.empty || least == 0
	p.start = p.start && least > 0
	p.unbounded = most < 0
	p.variable = p.variable || least != most
	p.copies *= max(1, most, least)
	if p.copies > maxCopies*maxRepeat {
		p.copies = maxCopies * maxRepeat
	}
	return p
}

// bounds reads {m}, {m,} or {m,n}; n is -1 if there is none.
func (r *reader) bounds() (least, most int) {
	r.next('{')
	number := func() int {
		n, digits := 0, 0
		for len(r.rest) > 0 && r.rest[0] >= '0' && r.rest[0] <= '9' {
			n = min(n*10+int(r.rest[0]-'0'), maxRepeat+1)
			r.rest = r.rest[1:]
			digits++
		}
		if digits == 0 {
			return -1
		}
		return n
	}
	least = number()
	most = least
	if r.next(',') {
		most = number()
	}
	if !r.next('}') || least < 0 || most >= 0 && most < least {
		r.fail("a repetition is {m}, {m,} or {m,n}; the character itself is [{]", "a { that begins no repetition")
	}
	if least > maxRepeat || most > maxRepeat {
		panic(&fault{code: sql.CodeLimit, message: fmt.Sprintf("a repetition of more than %d", maxRepeat)})
	}
	return least, most
}

func (r *reader) atom(depth int) part {
	c := r.rest[0]
	r.rest = r.rest[1:]
	one := func(s charset) part { return part{first: s, chars: s, run: true, copies: 1} }
	switch c {
	case '(':
		if len(r.rest) > 0 && r.rest[0] == '?' {
			r.fail("groups are (…)", "a group of the form (?…)")
		}
		p := r.alternatives(depth + 1)
		if !r.next(')') {
			r.fail("write [(]", "an unmatched ( in the regular expression")
		}
		return p
	case '[':
		return one(r.class())
	case '.':
		return one(charset{{0, '\n' - 1}, {'\n' + 1, utf8.MaxRune}})
	case '^', '$':
		return part{empty: true, anchor: true, start: c == '^'}
	case '\\':
		r.fail("a metacharacter is made literal in brackets: [.]; digits are [0-9]", "a backslash in the regular expression")
	case '*', '+', '?':
		r.fail("write ["+string(c)+"]", "the quantifier %c after nothing", c)
	case '{', '}', ']':
		r.fail("", "a bare %c in the regular expression", c)
	}
	return one(charset{{c, c}})
}

// class reads the rest of […].
func (r *reader) class() charset {
	negated := r.next('^')
	var set charset
	for first := true; ; first = false {
		if len(r.rest) == 0 {
			r.fail("", "an unmatched [ in the regular expression")
		}
		c := r.rest[0]
		r.rest = r.rest[1:]
		switch {
		case c == ']' && first:
			r.fail("", "an empty [] in the regular expression")
		case c == ']':
			if negated {
				return set.complement()
			}
			return set
		case c == '[' || c == '\\':
			r.fail("", "%c inside of brackets", c)
		case c == '&' && len(r.rest) > 0 && r.rest[0] == '&':
			r.fail("", "&& inside of brackets")
		case c == '-' && !first && (len(r.rest) == 0 || r.rest[0] != ']'):
			r.fail("put it first or last", "a - between characters that is not a range")
		case c == '^' && first && !negated:
			r.fail("", "^ inside of brackets")
		}
		if len(r.rest) > 1 && r.rest[0] == '-' && r.rest[1] != ']' {
			hi := r.rest[1]
			if hi < c || hi == '[' || hi == '\\' || c == '-' {
				r.fail("", "the range %c-%c inside of brackets", c, hi)
			}
			r.rest = r.rest[2:]
			set = append(set, [2]rune{c, hi})
			continue
		}
		set = append(set, [2]rune{c, c})
	}
}

// charset is a list of ranges of characters, both ends included, in no order.
type charset [][2]rune

// join makes a new set, so that no two parts share one that grows.
func join(a, b charset) charset { return slices.Concat(a, b) }

func (s charset) meets(t charset) bool {
	for _, a := range s {
		for _, b := range t {
			if a[0] <= b[1] && b[0] <= a[1] {
				return true
			}
		}
	}
	return false
}

func (s charset) complement() charset {
	out := charset{{0, utf8.MaxRune}}
	for _, cut := range s {
		var next charset
		for _, keep := range out {
			if cut[1] < keep[0] || keep[1] < cut[0] {
				next = append(next, keep)
				continue
			}
			if keep[0] < cut[0] {
				next = append(next, [2]rune{keep[0], cut[0] - 1})
			}
			if cut[1] < keep[1] {
				next = append(next, [2]rune{cut[1] + 1, keep[1]})
			}
		}
		out = next
	}
	return out
}
