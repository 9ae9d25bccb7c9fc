package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// ParamType says which value a Param holds.
type ParamType uint8

const (
	ParamText ParamType = iota
	ParamBigint
	ParamDecimal
	ParamBoolean
	ParamList
)

// Param is a decoded value of FragmentsResponse.Params.
type Param struct {
	Type ParamType
	Text string   // the text, the number's digits, true or false
	List []string // for ParamList
}

var errParam = errors.New("a string, a whole number, true, false, a list of strings or {\"decimal\":\"1.5\"}")

// DecodeParam reads one value of FragmentsResponse.Params.
func DecodeParam(raw json.RawMessage) (Param, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return Param{}, errParam
	}
	switch c := raw[0]; {
	case c == '"':
		p := Param{Type: ParamText}
		return p, json.Unmarshal(raw, &p.Text)
	case c == 't', c == 'f':
		var b bool
		err := json.Unmarshal(raw, &b)
		return Param{Type: ParamBoolean, Text: string(raw)}, err
	case c == '[':
		p := Param{Type: ParamList}
		var list []*string
		if err := json.Unmarshal(raw, &list); err != nil {
			return p, errParam
		}
		p.List = make([]string, len(list))
		for i, s := range list {
			if s == nil {
				return p, errParam
			}
			p.List[i] = *s
		}
		return p, nil
	case c == '{':
		var d struct {
			Decimal *string `json:"decimal"`
		}
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&d); err != nil || d.Decimal == nil || !IsDecimal(*d.Decimal) {
			return Param{}, errParam
		}
		return Param{Type: ParamDecimal, Text: *d.Decimal}, nil
	case c == '-' || c >= '0' && c <= '9':
		digits := strings.TrimPrefix(string(raw), "-")
		if !isDigits(digits, 18) || len(digits) > 1 && digits[0] == '0' {
			return Param{}, errParam
		}
		return Param{Type: ParamBigint, Text: string(raw)}, nil
	}
	return Param{}, errParam
}

// IsDecimal reports whether text is -?[0-9]{1,18}([.][0-9]{1,9})?.
func IsDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return isDigits(whole, 18) && (!point || isDigits(fraction, 9))
}

func isDigits(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}
