package config

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// field is what the struct tags of the project's types say of one key. The same
// table drives the decoder and the JSON Schema, so the two cannot differ.
type field struct {
	index    int
	key      string
	doc      string
	required bool
	enum     []string
	pattern  string
	keys     string // the pattern of a mapping's keys
	owners   string // the types of warehouse that a key belongs to; "" for all
	min, max int
}

// fieldsOf lists a struct's keys in their order, and the index of the field that a short form fills (-1: none).
func fieldsOf(t reflect.Type) (fields []field, short int) {
	short = -1
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("short"); name != "" {
			if sf, ok := t.FieldByName(name); ok {
				short = sf.Index[0]
			}
			continue
		}
		key := f.Tag.Get("yaml")
		if key == "" || key == "-" || !offered(f.Tag.Get("for")) {
			continue
		}
		fd := field{
			index: i, key: key, doc: f.Tag.Get("doc"), required: f.Tag.Get("required") == "true",
			pattern: f.Tag.Get("pattern"), keys: f.Tag.Get("keys"), owners: f.Tag.Get("for"),
		}
		if e := f.Tag.Get("enum"); e != "" {
			fd.enum = valuesOf(e)
		}
		fd.min, _ = strconv.Atoi(f.Tag.Get("min"))
		fd.max, _ = strconv.Atoi(f.Tag.Get("max"))
		fields = append(fields, fd)
	}
	return fields, short
}

// valuesOf are the values that an enum tag lists, or those that it names of the data contract.
func valuesOf(tag string) []string {
	switch tag {
	case "contract.presets":
		return contract.PresetNames()
	case "contract.strategies":
		return contract.Strategies()
	case "contract.canonical_emails":
		return contract.CanonicalEmails()
	case "contract.guards":
		return contract.Guards()
	case "contract.survivals":
		return contract.Survivals()
	case "contract.categories":
		return contract.Categories()
	case "contract.combinations":
		return contract.Combinations()
	}
	return strings.Split(tag, ",")
}

var (
	configType = reflect.TypeFor[Config]()
	listType   = reflect.TypeFor[warehouse.List]()
)

// decode fills target from v and reports what does not fit. at names the value in messages.
func (d *document) decode(v *value, target reflect.Value, fd field, at string) {
	if v.kind == nullKind {
		if fd.required {
			d.report(v.pos, fd.doc, "%s has no value", at)
		}
		return
	}
	switch target.Type() {
	case configType:
		if v.kind != mapKind {
			d.report(v.pos, "", "%s must be a mapping, this is %s", at, v.kind)
			return
		}
		target.SetBytes(d.json(v))
		return
	case listType:
		if v.kind == textKind {
			d.checkText(v, fd, at)
			target.Set(reflect.ValueOf(warehouse.List{v.text}))
			return
		}
	}
	switch target.Kind() {
	case reflect.Pointer:
		p := reflect.New(target.Type().Elem())
		d.decode(v, p.Elem(), fd, at)
		target.Set(p)
	case reflect.String:
		if v.kind == listKind || v.kind == mapKind {
			d.report(v.pos, fd.doc, "%s must be a text, this is %s", at, v.kind)
			return
		}
		if d.checkText(v, fd, at) {
			target.SetString(v.text)
		}
	case reflect.Int:
		n, err := strconv.Atoi(v.text)
		if err != nil || (v.kind != intKind && v.kind != textKind) {
			d.report(v.pos, fd.doc, "%s must be a whole number", at)
			return
		}
		if n < fd.min || fd.max > 0 && n > fd.max {
			d.report(v.pos, "", "%s is out of range: it must be at least %d%s", at, fd.min, upTo(fd.max))
			return
		}
		target.SetInt(int64(n))
	case reflect.Bool:
		if v.text != "true" && v.text != "false" {
			d.report(v.pos, fd.doc, "%s must be true or false", at)
			return
		}
		target.SetBool(v.text == "true")
	case reflect.Slice:
		d.decodeList(v, target, fd, at)
	case reflect.Map:
		d.decodeMap(v, target, fd, at)
	case reflect.Struct:
		d.decodeStruct(v, target, at)
	}
}

func upTo(limit int) string {
	if limit == 0 {
		return ""
	}
	return " and at most " + strconv.Itoa(limit)
}

func (d *document) checkText(v *value, fd field, at string) bool {
	if fd.required && v.text == "" {
		d.report(v.pos, fd.doc, "%s is empty", at)
		return false
	}
	if len(fd.enum) > 0 && !slices.Contains(fd.enum, v.text) {
		hint := "one of " + strings.Join(fd.enum, ", ")
		if near := nearest(v.raw, fd.enum); near != "" {
			hint = "did you mean " + near + "?"
		}
		d.report(v.pos, hint, "%s cannot be %q", at, v.raw)
		return false
	}
	// The value itself may come from the environment: messages show what is in the file.
	if fd.pattern == "" {
		return true
	}
	pattern := regexp.MustCompile(fd.pattern)
	if pattern.MatchString(v.text) {
		return true
	}
	hint := fd.doc
	if other := strings.ToUpper(v.raw); pattern.MatchString(other) {
		hint = "did you mean " + other + "?"
	} else if other := strings.ToLower(v.raw); pattern.MatchString(other) {
		hint = "did you mean " + other + "?"
	}
	d.report(v.pos, hint, "%s cannot be %q", at, v.raw)
	return false
}

// nearest is the name that was meant, if only its case or a few letters are wrong.
func nearest(name string, names []string) string {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return n
		}
	}
	return sql.Nearest(name, names)
}

func (d *document) decodeList(v *value, target reflect.Value, fd field, at string) {
	if v.kind != listKind {
		d.report(v.pos, fd.doc, "%s must be a list, this is %s", at, v.kind)
		return
	}
	list := reflect.MakeSlice(target.Type(), len(v.items), len(v.items))
	item := field{pattern: fd.pattern, enum: fd.enum, required: true}
	for i, it := range v.items {
		d.decode(it, list.Index(i), item, at+"["+strconv.Itoa(i)+"]")
	}
	target.Set(list)
}

func (d *document) decodeMap(v *value, target reflect.Value, fd field, at string) {
	if v.kind != mapKind {
		d.report(v.pos, fd.doc, "%s must be a mapping, this is %s", at, v.kind)
		return
	}
	m := reflect.MakeMapWithSize(target.Type(), len(v.entries))
	for _, e := range v.entries {
		if fd.keys != "" && !regexp.MustCompile(fd.keys).MatchString(e.key) {
			d.report(e.pos, "lower case letters, digits and underscores, beginning with a letter", "%q is not a name", e.key)
			continue
		}
		elem := reflect.New(target.Type().Elem()).Elem()
		d.decode(e.value, elem, field{required: true}, at+"."+e.key)
		m.SetMapIndex(reflect.ValueOf(e.key), elem)
	}
	target.Set(m)
}

func (d *document) decodeStruct(v *value, target reflect.Value, at string) {
	fields, short := fieldsOf(target.Type())
	if v.kind != mapKind {
		if short >= 0 && (v.kind == textKind || v.kind == listKind || target.Field(short).Kind() == reflect.String) {
			for _, f := range fields {
				if f.index == short {
					d.decode(v, target.Field(short), f, at)
				}
			}
			return
		}
		d.report(v.pos, "", "%s must be a mapping, this is %s", at, v.kind)
		return
	}
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.key
	}
	for _, e := range v.entries {
		i := slices.Index(known, e.key)
		if i < 0 {
			hint := "the keys here are " + strings.Join(known, ", ")
			if near := sql.Nearest(e.key, known); near != "" {
				hint = "did you mean " + near + "?"
			}
			d.report(e.pos, hint, "unknown key %q%s", e.key, within(at))
			continue
		}
		f := fields[i]
		d.decode(e.value, target.Field(f.index), f, join(at, f.key))
	}
	for _, f := range fields {
		if f.required && v.get(f.key) == nil {
			d.report(v.pos, f.doc, "%s is missing%s", f.key, within(at))
		}
	}
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

func within(at string) string {
	if at == "" {
		return ""
	}
	return " in " + at
}

// json writes a value as JSON.
func (d *document) json(v *value) []byte {
	var b []byte
	switch v.kind {
	case nullKind:
		return []byte("null")
	case boolKind:
		return []byte(v.text)
	case intKind, floatKind:
		if n, err := strconv.ParseInt(strings.ReplaceAll(v.text, "_", ""), 0, 64); err == nil {
			return strconv.AppendInt(nil, n, 10)
		}
		if json.Valid([]byte(v.text)) {
			return []byte(v.text)
		}
		d.report(v.pos, "quote it if it is a text", "%s is not a number that JSON can hold", v.raw)
		return []byte("null")
	case textKind:
		b, _ = json.Marshal(v.text) // a string always encodes
		return b
	case listKind:
		b = append(b, '[')
		for i, it := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, d.json(it)...)
		}
		return append(b, ']')
	}
	b = append(b, '{')
	for i, e := range v.entries {
		if i > 0 {
			b = append(b, ',')
		}
		key, _ := json.Marshal(e.key)
		b = append(append(append(b, key...), ':'), d.json(e.value)...)
	}
	return append(b, '}')
}

// at finds a value by its path in the tree, or the nearest one above it.
func (d *document) at(path ...string) (pos sql.Pos) {
	v := d.root
	pos = sql.Pos{Line: 1, Col: 1}
	if v == nil {
		return pos
	}
	for _, key := range path {
		switch v.kind {
		case mapKind:
			e := v.get(key)
			if e == nil {
				return pos
			}
			v, pos = e.value, e.value.pos
			if v.kind == mapKind || v.kind == listKind {
				pos = e.pos
			}
		case listKind:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v.items) {
				return pos
			}
			v = v.items[i]
			pos = v.pos
		default:
			return pos
		}
	}
	return pos
}

// keyAt is the place of a key itself.
func (d *document) keyAt(path ...string) sql.Pos {
	v := d.root
	for i, key := range path {
		if v == nil || v.kind != mapKind {
			break
		}
		e := v.get(key)
		if e == nil {
			break
		}
		if i == len(path)-1 {
			return e.pos
		}
		v = e.value
	}
	return d.at(path...)
}
