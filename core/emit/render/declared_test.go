package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// Every template declares how strongly it binds, and where an argument needs no parentheses. The
// declarations are held against what the text around a place looks like: a guess, which errs on the side of parentheses.
func TestTemplatesDeclareTheirStrength(t *testing.T) {
	seen := 0
	for _, name := range dialect.Names() {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range d.Templates {
			seen++
			if clause(key) {
				continue
			}
			for _, problem := range undeclared(text) {
				t.Errorf("%s: template %s: %s", name, key, problem)
			}
		}
	}
	if seen < 700 {
		t.Fatalf("%d templates: the test looks at nothing", seen)
	}
}

// clause reports whether a template is a clause, an item of a list or the inside of a literal: no expression.
func clause(key string) bool {
	return strings.HasPrefix(key, "layout.") || strings.HasPrefix(key, "unnest") || strings.HasPrefix(key, "literal.") || key == "let.field"
}

func TestUndeclaredIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"@0 + @1":                     "an operator without @op",
		"@op f(#0)":                   "@op without an operator",
		"@op #0 + @1":                 "#0 is an operand",
		"CASE WHEN #0 > 1 THEN 1 END": "#0 is an operand",
		"f(#{g(@0 * 2)})":             "an operator without @op",
		"f(- #{g(#0)})":               "#{g(#0)} is an operand",
	} {
		if got := undeclared(text); !slices.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Every template that another one names is there.
func TestNamedTemplatesExist(t *testing.T) {
	for _, name := range dialect.Names() {
		d, err := dialect.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range d.Templates {
			parsed, err := parseTemplate(text)
			if err != nil {
				t.Errorf("%s: template %s: %v", name, key, err)
				continue
			}
			for _, named := range parsed.names() {
				if _, ok := d.Template(named); !ok {
					t.Errorf("%s: template %s names %s, which is not there", name, key, named)
				}
			}
		}
	}
}

func (t *template) names() (list []string) {
	for _, p := range t.parts {
		if p.name != "" {
			list = append(list, p.name)
		}
		for _, inside := range p.inside {
			list = append(list, inside.names()...)
		}
	}
	return list
}

const noOperator = "an operator without @op"

// undeclared lists what a template's text does not seem to be as it says.
func undeclared(text string) (problems []string) {
	rest, operator := strings.CutPrefix(text, operatorMark)
	switch looks := hasOperator(rest); {
	case looks && !operator:
		problems = append(problems, noOperator)
	case operator && !looks:
		problems = append(problems, "@op without an operator")
	}
	for i := 0; i+1 < len(rest); i++ {
		if rest[i] != '@' && rest[i] != '#' {
			continue
		}
		end := i + 2
		if rest[i+1] == '{' {
			var err error
			if end, err = closing(rest, i); err != nil {
				return append(problems, err.Error())
			}
			_, inner, _ := strings.Cut(rest[i+2:end-2], "(")
			for _, arg := range splitArgs(inner) {
				problems = append(problems, undeclared(arg)...)
			}
		} else if !isDigit(rest[i+1]) {
			continue
		}
		if rest[i] == '#' && !delimited(rest[:i], rest[end:]) {
			problems = append(problems, rest[i:end]+" is an operand")
		}
		i = end - 1
	}
	return problems
}

// delimited reports whether nothing before and after a place could bind to the text there.
func delimited(before, after string) bool {
	before, after = strings.TrimRight(before, " "), strings.TrimLeft(after, " ")
	opens := before == "" || strings.ContainsAny(before[len(before)-1:], "([{,:") || strings.HasSuffix(before, "->") || strings.HasSuffix(before, "(SELECT") ||
		keywordEnd(before, "WHEN", "THEN", "ELSE", "SELECT")
	closes := after == "" || strings.ContainsAny(after[:1], ")]},") || keywordStart(after, "AS", "WHEN", "THEN", "ELSE", "END", "FROM", "OFFSET")
	return opens && closes
}

func keywordEnd(s string, words ...string) bool {
	for _, w := range words {
		if strings.HasSuffix(s, " "+w) || s == w {
			return true
		}
	}
	return false
}

func keywordStart(s string, words ...string) bool {
	for _, w := range words {
		if s == w || strings.HasPrefix(s, w+" ") {
			return true
		}
	}
	return false
}

// hasOperator reports whether a template has anything outside parentheses, text
// and CASE … END but one call or name.
func hasOperator(template string) bool {
	depth, cases := 0, 0
	for i := 0; i < len(template); i++ {
		switch c := template[i]; {
		case c == '\'':
			for i++; i < len(template) && template[i] != '\''; i++ {
			}
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case strings.HasPrefix(template[i:], "CASE "):
			cases++
		case strings.HasPrefix(template[i:], " END"):
			cases--
			i += 3
		case c == ' ' && depth == 0 && cases == 0:
			return true
		}
	}
	return false
}
