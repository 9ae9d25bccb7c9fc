package load

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// blanks are JSON's.
const blanks = " \t\r\n"

// openings are how a text begins that may be an object or a list; a blank or the first brace may be escaped.
var openings = [][]byte{[]byte(`"{`), []byte(`"[`), []byte(`" `), []byte(`"\`)}

// unfolded is a row with the objects and lists that loaders of typed tables and CSV leave in its members as text. It is b
// itself where there are none, else a buffer that the next call uses again.
func (e *envelope) unfolded(b []byte) []byte {
	mayHave := false
	for _, o := range openings {
		mayHave = mayHave || bytes.Contains(b, o)
	}
	if !mayHave {
		return b
	}
	has := false
	e.buffer = append(e.buffer[:0], '{')
	eachMember(b, func(rawName, value []byte) {
		if d := document(value); d != nil {
			value, has = d, true
		}
		if len(e.buffer) > 1 {
			e.buffer = append(e.buffer, ',')
		}
		e.buffer = append(append(append(e.buffer, rawName...), ':'), value...)
	})
	if !has {
		return b
	}
	e.buffer = append(e.buffer, '}')
	return e.buffer
}

// document is the object or the list of objects that a valid value holds as text; nil if it holds none, or one that the
// rules of records do not allow.
func document(value []byte) []byte {
	if value[0] != '"' {
		return nil
	}
	if first := bytes.TrimLeft(value[1:], " ")[0]; first != '{' && first != '[' && first != '\\' {
		return nil
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return nil
	}
	text = bytes.Trim(text, blanks)
	switch {
	case bytes.HasPrefix(text, []byte{'{'}):
	case bytes.HasPrefix(text, []byte{'['}):
		if in := bytes.TrimLeft(text[1:], blanks); len(in) == 0 || in[0] != '{' && (in[0] != ']' || len(in) > 1) {
			return nil
		}
	default:
		return nil
	}
	if !jsontext.Value(text).IsValid() || checkValue(text, MaxDepth-1) != nil {
		return nil
	}
	return text
}
