package load

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// checkObject says why b is not a JSON object that every warehouse reads alike;
// nil if it is one. The common case, a good object, costs one pass and two searches.
func checkObject(b []byte) *rejection {
	if len(b) == 0 {
		return reject(InvalidJSON, "nothing")
	}
	if !jsontext.Value(b).IsValid() {
		return diagnose(b)
	}
	if b[0] != '{' {
		return reject(NotAnObject, "this is %s", kindName(jsontext.Value(b).Kind()))
	}
	return checkValue(b, MaxDepth)
}

// checkValue says what of a valid value not every warehouse reads alike.
func checkValue(b []byte, depth int) *rejection {
	if bytes.Count(b, []byte{'{'})+bytes.Count(b, []byte{'['}) > depth {
		if r := checkDepth(b, depth); r != nil {
			return r
		}
	}
	if hasNUL(b) {
		return reject(NULCharacter, "a text holds the character U+0000")
	}
	if hasLongExponent(b) {
		return checkExponents(b)
	}
	return nil
}

// hasLongExponent reports whether there is an e after a digit and before three of
// them; it may be in a text. One pass over the bytes shows that there is not.
func hasLongExponent(b []byte) bool {
	for i := 1; i+3 < len(b); i++ {
		if b[i]|0x20 != 'e' || !isDigit(b[i-1]) {
			continue
		}
		j := i + 1
		if b[j] == '+' || b[j] == '-' {
			j++
		}
		if j+2 < len(b) && isDigit(b[j]) && isDigit(b[j+1]) && isDigit(b[j+2]) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// diagnose finds what is wrong with a text that is not valid JSON.
func diagnose(b []byte) *rejection {
	dec := jsontext.NewDecoder(bytes.NewReader(b))
	_, err := dec.ReadValue()
	if err == nil {
		if _, err = dec.ReadToken(); err == nil || errors.Is(err, io.EOF) {
			return reject(InvalidJSON, "something follows the object")
		}
		return reject(InvalidJSON, "something follows the object: %s", message(err))
	}
	text := message(err)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return reject(DuplicateKey, "%s", text)
	case strings.Contains(text, "UTF-8"), strings.Contains(text, "surrogate"):
		return reject(InvalidUTF8, "%s", text)
	case strings.Contains(text, "exceeded max depth"):
		return reject(TooDeep, "%s", text)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return reject(InvalidJSON, "the text ends too early")
	}
	return reject(InvalidJSON, "%s", text)
}

func message(err error) string { return strings.TrimPrefix(err.Error(), "jsontext: ") }

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	}
	return "null"
}

// checkDepth walks a valid value.
func checkDepth(b []byte, limit int) *rejection {
	depth, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return reject(TooDeep, "nested more than %d deep", limit)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// hasNUL reports whether a valid value holds the escape \u0000 (an even number of backslashes before it).
func hasNUL(b []byte) bool {
	escape := []byte(`\u0000`)
	for from := 0; ; {
		i := bytes.Index(b[from:], escape)
		if i < 0 {
			return false
		}
		i += from
		slashes := 0
		for j := i - 1; j >= 0 && b[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 {
			return true
		}
		from = i + len(escape)
	}
}

// checkExponents rejects numbers beyond a double's range, which engines read as
// infinity, as an error or not at all.
func checkExponents(b []byte) *rejection {
	text := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case (c == 'e' || c == 'E') && i > 0 && isDigit(b[i-1]):
			n, j := 0, i+1
			if j < len(b) && (b[j] == '+' || b[j] == '-') {
				j++
			}
			for ; j < len(b) && isDigit(b[j]) && n < 1000; j++ {
				n = n*10 + int(b[j]-'0')
			}
			if n > 300 {
				return reject(NumberRange, "a number has the exponent %s", b[i+1:j])
			}
		}
	}
	return nil
}
