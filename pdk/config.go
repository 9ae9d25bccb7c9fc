package pdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Decimal is an exact decimal number as text, such as "1.5".
type Decimal string

// UnmarshalJSON takes a JSON number or a text that holds one.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if !wire.IsDecimal(text) {
		return errors.New("no decimal number such as 1.5") // the value may be secret
	}
	*d = Decimal(text)
	return nil
}

// configField is one field of a plugin's configuration.
type configField struct {
	name        string
	index       []int
	doc         string
	required    bool
	defaultJSON json.RawMessage // nil: none
	enum        []string
	min, max    string
	pattern     string
	param       bool
	typ         reflect.Type
}

// property is a JSON Schema of one value, its members in the order in which an editor shows them.
type property struct {
	Schema      string                     `json:"$schema,omitempty"`
	Type        any                        `json:"type,omitempty"`
	Description string                     `json:"description,omitempty"`
	Default     json.RawMessage            `json:"default,omitempty"`
	Enum        []string                   `json:"enum,omitempty"`
	Pattern     string                     `json:"pattern,omitempty"`
	Minimum     json.Number                `json:"minimum,omitempty"`
	Maximum     json.Number                `json:"maximum,omitempty"`
	Items       *property                  `json:"items,omitempty"`
	Unique      bool                       `json:"uniqueItems,omitempty"`
	Properties  map[string]json.RawMessage `json:"properties,omitempty"`
	Required    []string                   `json:"required,omitempty"`
	Additional  json.RawMessage            `json:"additionalProperties,omitempty"`
}

// decimalPattern is what wire.IsDecimal takes; it holds for text, not for JSON's numbers.
const decimalPattern = `^-?[0-9]{1,18}([.][0-9]{1,9})?$`

const draft = "https://json-schema.org/draft/2020-12/schema"

// Schema returns the JSON Schema of a configuration struct. Each exported field
// with a `config` tag is one key; further tags refine it:
//
//	config:"name"       the key, lower_snake_case, and what config('name') reads in SQL
//	doc:"…"             one sentence for people and editors
//	default:"…"         the value where the project gives none; a list is split at commas
//	required:"true"     the project must give it
//	enum:"a,b"          the values allowed (of a list: of its elements)
//	pattern:"…"         a regular expression for text (of a list: for its elements)
//	min:"0" max:"9"     bounds of a number
//	param:"-"           not visible to SQL
//
// A field is a string, bool, int, int64, Decimal, []string or map[string]string;
// the last is never visible to SQL.
func Schema[C any]() (json.RawMessage, error) {
	fields, err := configFields(reflect.TypeFor[C]())
	if err != nil {
		return nil, err
	}
	top := property{Schema: draft, Type: "object", Properties: map[string]json.RawMessage{}, Additional: json.RawMessage("false")}
	for _, f := range fields {
		p, err := json.Marshal(f.property())
		if err != nil {
			return nil, fmt.Errorf("pdk: config: %q: %w", f.name, err)
		}
		top.Properties[f.name] = p
		if f.required {
			top.Required = append(top.Required, f.name)
		}
	}
	out, err := json.Marshal(top)
	if err != nil {
		return nil, fmt.Errorf("pdk: config: %w", err)
	}
	return out, nil
}

func (f *configField) property() *property {
	p := &property{Description: f.doc, Default: f.defaultJSON}
	leaf := p
	switch {
	case f.typ == reflect.TypeFor[Decimal]():
		p.Type, p.Pattern = []string{"number", "string"}, decimalPattern
	case f.typ.Kind() == reflect.String:
		p.Type = "string"
	case f.typ.Kind() == reflect.Bool:
		p.Type = "boolean"
	case f.typ.Kind() == reflect.Int || f.typ.Kind() == reflect.Int64:
		p.Type = "integer"
	case f.typ.Kind() == reflect.Slice:
		leaf = &property{Type: "string"}
		p.Type, p.Items, p.Unique = "array", leaf, true
	case f.typ.Kind() == reflect.Map:
		p.Type, p.Additional = "object", json.RawMessage(`{"type":"string"}`)
	}
	leaf.Enum = f.enum
	if f.pattern != "" {
		leaf.Pattern = f.pattern
	}
	p.Minimum, p.Maximum = json.Number(f.min), json.Number(f.max)
	return p
}

// configFields reads the tags of a configuration struct; embedded structs count as their fields.
func configFields(t reflect.Type) ([]configField, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("pdk: config: %s is not a struct", t)
	}
	var fields []configField
	for _, sf := range reflect.VisibleFields(t) {
		name, ok := sf.Tag.Lookup("config")
		if !ok {
			continue
		}
		f := configField{
			name: name, index: sf.Index, doc: sf.Tag.Get("doc"), required: sf.Tag.Get("required") == "true",
			min: sf.Tag.Get("min"), max: sf.Tag.Get("max"), pattern: sf.Tag.Get("pattern"),
			param: sf.Tag.Get("param") != "-", typ: sf.Type,
		}
		if e := sf.Tag.Get("enum"); e != "" {
			f.enum = strings.Split(e, ",")
		}
		if err := f.check(sf); err != nil {
			return nil, fmt.Errorf("pdk: config: field %s: %w", sf.Name, err)
		}
		if slices.ContainsFunc(fields, func(o configField) bool { return o.name == name }) {
			return nil, fmt.Errorf("pdk: config: key %q occurs twice", name)
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func (f *configField) check(sf reflect.StructField) error {
	if !sf.IsExported() {
		return fmt.Errorf("is not exported")
	}
	if !wire.IsName(f.name, 63) {
		return fmt.Errorf("key %q is not lower_snake_case", f.name)
	}
	switch t := f.typ; {
	case t.Kind() == reflect.String, t.Kind() == reflect.Bool, t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.String:
		f.param = false
	default:
		return fmt.Errorf("type %s is none that a configuration can hold", t)
	}
	text, ok := sf.Tag.Lookup("default")
	if !ok {
		// Lists without a default are empty ones, so that `x in (config('k'))` always has a meaning.
		if f.typ.Kind() == reflect.Slice && !f.required {
			f.defaultJSON = json.RawMessage("[]")
		}
		return nil
	}
	if f.required {
		return fmt.Errorf("is required and has a default")
	}
	var v any = text
	switch f.typ.Kind() {
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("default %q: %w", text, err)
		}
		v = b
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("default %q: %w", text, err)
		}
		v = n
	case reflect.Slice:
		v = []string{}
		if text != "" {
			v = strings.Split(text, ",")
		}
	case reflect.Map:
		return fmt.Errorf("a map has no default")
	}
	raw, err := json.Marshal(v)
	f.defaultJSON = raw
	return err
}

// configParams returns what config('key') stands for, from the fields.
func configParams(cfg any) (map[string]json.RawMessage, error) {
	v := reflect.ValueOf(cfg).Elem()
	fields, err := configFields(v.Type())
	if err != nil {
		return nil, err
	}
	params := map[string]json.RawMessage{}
	for _, f := range fields {
		if !f.param {
			continue
		}
		if params[f.name], err = encodeParam(v.FieldByIndex(f.index)); err != nil {
			return nil, fmt.Errorf("pdk: param %q: %w", f.name, err)
		}
	}
	return params, nil
}

func encodeParam(v reflect.Value) (json.RawMessage, error) {
	if !v.IsValid() {
		return nil, fmt.Errorf("nil is not a value")
	}
	switch {
	case v.Type() == reflect.TypeFor[Decimal]():
		text := v.String()
		if text == "" {
			text = "0"
		}
		if !wire.IsDecimal(text) {
			return nil, fmt.Errorf("%q is not a decimal number", text)
		}
		return json.Marshal(map[string]string{"decimal": text})
	case v.Kind() == reflect.Slice && v.Len() == 0:
		return json.RawMessage("[]"), nil
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String,
		v.Kind() == reflect.String, v.Kind() == reflect.Bool, v.Kind() == reflect.Int, v.Kind() == reflect.Int64:
		return json.Marshal(v.Interface())
	}
	return nil, fmt.Errorf("type %s is none that SQL can read", v.Type())
}
