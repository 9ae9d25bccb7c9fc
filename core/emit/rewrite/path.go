package rewrite

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
)

// PathOf is the path that a read of a document goes.
func PathOf(c *sql.Call) ([]vocab.Step, error) {
	l, ok := c.Args[1].(*sql.Literal)
	if !ok {
		return nil, fmt.Errorf("rewrite: %s with a path that is not a literal", c.Name)
	}
	return vocab.ParsePath(l.Value)
}

// PathText writes a path as text: $.name, $."any name", $[n].
func PathText(path []vocab.Step) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range path {
		switch {
		case s.IsIndex:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case PlainName(s.Name):
			b.WriteString("." + s.Name)
		case s.Name == "" || strings.ContainsAny(s.Name, `*"\`):
			return jsonPointer(path) // DuckDB reads these as wildcards and escapes
		default:
			b.WriteString(`."` + s.Name + `"`)
		}
	}
	return b.String()
}

// PlainName reports whether a path can hold a member's name as it is.
func PlainName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' && i > 0) {
			return false
		}
	}
	return s != ""
}

// jsonPointer is RFC 6901, for names that a path cannot hold.
func jsonPointer(path []vocab.Step) string {
	var b strings.Builder
	for _, s := range path {
		b.WriteByte('/')
		if s.IsIndex {
			b.WriteString(strconv.Itoa(s.Index))
			continue
		}
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(s.Name))
	}
	return b.String()
}
