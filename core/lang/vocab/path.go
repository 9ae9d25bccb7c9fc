package vocab

import (
	"fmt"
	"strconv"
	"strings"
)

// Step is one step of a JSON path: into a member or, if Name is empty and
// IsIndex set, an element.
type Step struct {
	Name    string
	Index   int
	IsIndex bool
}

// maxIndex bounds the n of [n].
const maxIndex = 1_000_000

// ParsePath reads a JSON path: `$`, then any number of `.name`, `."any name"`
// and `[n]`. In quotes, a doubled quote stands for one.
func ParsePath(path string) ([]Step, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("vocab: path %q does not begin with $", path)
	}
	var steps []Step
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, `."`):
			name, after, err := quotedName(rest[2:])
			if err != nil {
				return nil, fmt.Errorf("vocab: path %q: %w", path, err)
			}
			steps, rest = append(steps, Step{Name: name}), after
		case rest[0] == '.':
			end := 1
			for end < len(rest) && isNameByte(rest[end]) {
				end++
			}
			if end == 1 {
				return nil, fmt.Errorf("vocab: path %q: a name is missing after a point (quote names of other than letters, digits and _)", path)
			}
			steps, rest = append(steps, Step{Name: rest[1:end]}), rest[end:]
		case rest[0] == '[':
			digits, after, found := strings.Cut(rest[1:], "]")
			n, err := strconv.Atoi(digits)
			if !found || err != nil || n < 0 || n > maxIndex || digits != strconv.Itoa(n) {
				return nil, fmt.Errorf("vocab: path %q: [n] needs a whole number from 0 to %d", path, maxIndex)
			}
			steps, rest = append(steps, Step{Index: n, IsIndex: true}), after
		default:
			return nil, fmt.Errorf("vocab: path %q: unexpected %q", path, rest)
		}
	}
	return steps, nil
}

func quotedName(s string) (name, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		return b.String(), s[i+1:], nil
	}
	return "", "", fmt.Errorf("a quoted name does not end")
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
