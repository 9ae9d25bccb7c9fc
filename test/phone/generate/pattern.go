package main

import (
	"cmp"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/models/phone"
)

// most is how long a portable regular expression may be.
const most = 900

// portable writes a regular expression without groups that Perl alone knows.
func portable(re *syntax.Regexp) string {
	return strings.ReplaceAll(re.String(), "(?:", "(")
}

// numbers splits the expression of all national numbers at its alternatives, so that no part is too long.
func numbers(expr string) ([]string, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	alternatives := []*syntax.Regexp{re}
	if re.Op == syntax.OpAlternate {
		alternatives = re.Sub
	}
	var out []string
	for _, a := range alternatives {
		text := portable(a)
		if last := len(out) - 1; last >= 0 && len(out[last])+len(text) < most {
			out[last] += "|" + text
			continue
		}
		if len(text) >= most {
			return nil, fmt.Errorf("an alternative of %d characters", len(text))
		}
		out = append(out, text)
	}
	return out, nil
}

// withZero is the expression of the national numbers that begin with 0 and another digit; "" if there are none.
// Its alternatives may have others too.
func withZero(expr string) (string, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return "", err
	}
	alternatives := []*syntax.Regexp{re}
	if re.Op == syntax.OpAlternate {
		alternatives = re.Sub
	}
	var out []string
	for _, a := range alternatives {
		is, err := beginsWithZero(a)
		if err != nil {
			return "", err
		}
		if is {
			out = append(out, portable(a))
		}
	}
	return strings.Join(out, "|"), nil
}

func beginsWithZero(re *syntax.Regexp) (bool, error) {
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return false, err
	}
	after := step(prog, closure(prog, uint32(prog.Start)), '0')
	return slices.ContainsFunc([]rune("123456789"), func(r rune) bool { return len(step(prog, after, r)) > 0 }), nil
}

// beginsWith reports whether a text that an expression matches may begin with a character.
func beginsWith(expr string, r rune) (bool, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return false, err
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return false, err
	}
	return len(step(prog, closure(prog, uint32(prog.Start)), r)) > 0, nil
}

// step is where a character leads.
func step(prog *syntax.Prog, from []uint32, r rune) []uint32 {
	var out []uint32
	for _, pc := range from {
		switch i := &prog.Inst[pc]; i.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if i.MatchRune(r) {
				out = append(out, closure(prog, i.Out)...)
			}
		}
	}
	return out
}

// closure is what is reached without reading a character.
func closure(prog *syntax.Prog, pcs ...uint32) []uint32 {
	for n := 0; n < len(pcs); n++ {
		i := &prog.Inst[pcs[n]]
		var next []uint32
		switch i.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			next = []uint32{i.Out, i.Arg}
		case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
			next = []uint32{i.Out}
		}
		for _, pc := range next {
			if !slices.Contains(pcs, pc) {
				pcs = append(pcs, pc)
			}
		}
	}
	return pcs
}

// path is one way through an expression: atoms of fixed width.
type path struct {
	text  string
	width int
	from  map[int]int // where groups begin
	to    map[int]int // where they end
}

func (p path) and(q path) path {
	out := path{text: p.text + q.text, width: p.width + q.width, from: map[int]int{}, to: map[int]int{}}
	for g, at := range p.from {
		out.from[g], out.to[g] = at, p.to[g]
	}
	for g, at := range q.from {
		out.from[g], out.to[g] = at+p.width, q.to[g]+p.width
	}
	return out
}

// paths are the ways through an expression in the order in which they are tried.
func paths(re *syntax.Regexp) ([]path, error) {
	none := []path{{}}
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText:
		return none, nil
	case syntax.OpEndText, syntax.OpEndLine:
		return []path{{text: "$"}}, nil
	case syntax.OpLiteral:
		return []path{{text: string(re.Rune), width: len(re.Rune)}}, nil
	case syntax.OpCharClass:
		return []path{{text: portable(re), width: 1}}, nil
	case syntax.OpCapture:
		list, err := paths(re.Sub[0])
		for i, p := range list {
			list[i] = p.and(path{})
			list[i].from[re.Cap], list[i].to[re.Cap] = 0, p.width
		}
		return list, err
	case syntax.OpAlternate:
		var out []path
		for _, sub := range re.Sub {
			list, err := paths(sub)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
		}
		return out, nil
	case syntax.OpConcat:
		out := none
		for _, sub := range re.Sub {
			list, err := paths(sub)
			if err != nil {
				return nil, err
			}
			var next []path
			for _, p := range out {
				for _, q := range list {
					next = append(next, p.and(q))
				}
			}
			out = next
		}
		return out, nil
	case syntax.OpQuest:
		list, err := paths(re.Sub[0])
		return append(list, path{}), err
	case syntax.OpRepeat:
		list, err := paths(re.Sub[0])
		if err != nil || len(list) != 1 || list[0].width != 1 || re.Max < 0 {
			return nil, cmp.Or(err, fmt.Errorf("a repetition of %s", re))
		}
		var out []path
		for n := re.Max; n >= re.Min; n-- {
			out = append(out, path{text: fmt.Sprintf("%s{%d}", list[0].text, n), width: n})
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s in %s", re.Op, re)
}

// form is a branch with the length of what its pattern matches.
type form struct {
	phone.Branch
	width int
}

// branches are the forms of a prefix, and what becomes of the number behind each.
func branches(expr, rule string) ([]phone.Branch, error) {
	if expr == "" {
		return nil, nil
	}
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	ways, err := paths(re)
	if err != nil {
		return nil, err
	}
	var out []form
	for _, w := range ways {
		b := form{phone.Branch{Pattern: w.text, Drop: w.width}, w.width}
		if start, ok := w.from[re.MaxCap()]; ok && rule != "" && re.MaxCap() > 0 {
			as, group, found := strings.Cut(rule, "$")
			if !found || group != fmt.Sprint(re.MaxCap()) {
				return nil, fmt.Errorf("the rule %q is not one group", rule)
			}
			b.Drop, b.As = start, as
			if rest := w.width - w.to[re.MaxCap()]; rest > 0 {
				b.Keep, b.Skip = w.to[re.MaxCap()]-start, rest
			}
		}
		if b.Pattern == "" {
			continue // nothing changes
		}
		out = append(out, b)
	}
	return merged(out), nil
}

// merged joins the branches of one effect and length; longer ones come first, which greedy expressions mean.
func merged(list []form) []phone.Branch {
	type effect struct {
		width, drop, keep, skip int
		as                      string
	}
	var order []effect
	patterns := map[effect][]string{}
	for _, b := range list {
		e := effect{b.width, b.Drop, b.Keep, b.Skip, b.As}
		if _, ok := patterns[e]; !ok {
			order = append(order, e)
		}
		if !slices.Contains(patterns[e], b.Pattern) {
			patterns[e] = append(patterns[e], b.Pattern)
		}
	}
	slices.SortStableFunc(order, func(a, b effect) int {
		return cmp.Compare(b.width, a.width)
	})
	var out []phone.Branch
	for _, e := range order {
		out = append(out, phone.Branch{Pattern: shortest(patterns[e]), Drop: e.drop, As: e.as, Keep: e.keep, Skip: e.skip})
	}
	return out
}

// shortest is one expression for several: their common beginnings are written once.
func shortest(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	all := strings.Join(list, "|")
	re, err := syntax.Parse(strings.ReplaceAll(all, "$", "@"), syntax.Perl) // @ is not in them, and written back as it is
	if err != nil {
		return all
	}
	return strings.ReplaceAll(portable(re), "@", "$")
}
