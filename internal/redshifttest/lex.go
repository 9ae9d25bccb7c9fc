package redshifttest

import (
	"fmt"
	"strings"
)

type kind uint8

const (
	blank kind = iota
	word       // unquoted, digits too
	name       // a quoted identifier
	text       // a text literal
	mark       // one character
)

// token is one token of a statement; their texts together are the statement.
type token struct {
	kind  kind
	text  string
	value string // of a word in upper case; of a name what it stands for
	mate  int    // of a bracket: the index of its other half
}

func (t token) is(words ...string) bool {
	for _, w := range words {
		if t.kind == word && t.value == w || t.kind == mark && t.text == w {
			return true
		}
	}
	return false
}

// lex cuts a statement into tokens, as Redshift reads literals: doubled quotes and backslashes.
func lex(s string) ([]token, error) {
	var list []token
	var open []int
	for i := 0; i < len(s); {
		t := token{kind: mark, mate: -1}
		end := i + 1
		switch c := s[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			t.kind = blank
			for end < len(s) && strings.IndexByte(" \t\r\n", s[end]) >= 0 {
				end++
			}
		case c == '\'' || c == '"':
			t.kind = name
			if c == '\'' {
				t.kind = text
			}
			for ; ; end++ {
				if end >= len(s) {
					return nil, fmt.Errorf("redshifttest: %c at byte %d is not closed", c, i)
				}
				if s[end] == '\\' && c == '\'' {
					end++
				} else if s[end] == c && end+1 < len(s) && s[end+1] == c {
					end++
				} else if s[end] == c {
					end++
					break
				}
			}
			t.value = strings.ReplaceAll(s[i+1:end-1], `""`, `"`)
		case isWord(c):
			t.kind = word
			for end < len(s) && (isWord(s[end]) || s[end] == '.' && isDigits(s[i:end])) {
				end++
			}
			t.value = strings.ToUpper(s[i:end])
		case c == '(' || c == '[':
			open = append(open, len(list))
		case c == ')' || c == ']':
			if len(open) == 0 {
				return nil, fmt.Errorf("redshifttest: %c at byte %d closes nothing", c, i)
			}
			t.mate = open[len(open)-1]
			list[t.mate].mate = len(list)
			open = open[:len(open)-1]
		}
		t.text = s[i:end]
		list = append(list, t)
		i = end
	}
	if len(open) > 0 {
		return nil, fmt.Errorf("redshifttest: a bracket is not closed")
	}
	return list, nil
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
