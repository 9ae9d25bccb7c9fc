package load

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/nexus-host/nexus-host/core/contract"
)

// envelope makes rows of raw objects, after one table's layout. It is used by
// one goroutine at a time.
type envelope struct {
	layout   contract.Preset
	isPlain  bool            // the row itself is the record, and nothing is read from it
	wanted   map[string]bool // members to remember: first parts of the layout's paths
	ingested time.Time       // of rows that do not say

	connection, account, apiVersion, format *string

	values  map[string]jsontext.Value
	rebuilt []byte
	buffer  []byte // of unfolded
}

func newEnvelope(t *Table, ingested time.Time, part string) (*envelope, bool) {
	p, ok := contract.PresetNamed(t.Preset)
	if !ok {
		return nil, false
	}
	p, _ = p.With(t.Columns) // the project file was checked
	e := &envelope{
		layout: p, ingested: ingested, wanted: map[string]bool{}, values: map[string]jsontext.Value{},
		connection: optional(t.Connection), account: optional(t.Account), apiVersion: optional(t.APIVersion), format: optional(t.RecordFormat),
	}
	if t.ConnectionFromPath {
		e.connection = optional(part)
	}
	if t.AccountFromPath {
		e.account = optional(part)
	}
	paths := p.Paths()
	e.isPlain = len(paths)+len(p.Own) == 0
	for _, path := range paths {
		first, _, _ := strings.Cut(path, ".")
		e.wanted[first] = true
	}
	if e.format == nil {
		e.format = optional(e.layout.Shape)
	}
	return e, true
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// row fills out from a raw object, which must be valid (checkObject). The record
// may be a part of b or of a buffer that the next call uses again.
func (e *envelope) row(b []byte, out *Row) *rejection {
	if len(e.layout.Record) == 0 {
		b = e.unfolded(b)
	}
	*out = Row{
		Row: out.Row, Record: b, IngestedAt: e.ingested,
		Connection: e.connection, Account: e.account, APIVersion: e.apiVersion, Format: e.format,
	}
	if e.isPlain {
		return nil
	}
	e.members(b)
	out.Deleted = e.isDeleted()
	if len(e.layout.Record) > 0 {
		record, r := e.record(out.Deleted)
		if r != nil {
			return r
		}
		out.Record = record
	} else if len(e.layout.Own) > 0 {
		out.Record = e.rebuilt
	}
	if v, ok := e.text(e.layout.RecordID); ok {
		out.RecordID = &v
	}
	for _, clock := range []struct {
		paths []string
		to    *time.Time
		name  string
	}{{e.layout.IngestedAt, &out.IngestedAt, "_ingested_at"}, {e.layout.UpdatedAt, &out.SourceUpdatedAt, "_source_updated_at"}} {
		if v, ok := e.text(clock.paths); ok {
			t, ok := instant(v)
			if !ok {
				return reject(BadTimestamp, "%s cannot be %q", clock.name, v)
			}
			*clock.to = t
		}
	}
	for _, text := range []struct {
		paths []string
		to    **string
	}{
		{e.layout.Connection, &out.Connection}, {e.layout.Account, &out.Account},
		{e.layout.APIVersion, &out.APIVersion}, {e.layout.Format, &out.Format},
	} {
		if v, ok := e.text(text.paths); ok {
			*text.to = &v
		}
	}
	return nil
}

// members reads the object once: it remembers what the layout looks at, and
// writes the object again without the loader's members where it has such.
func (e *envelope) members(b []byte) {
	clear(e.values)
	var flat []flatMember
	e.rebuilt = append(e.rebuilt[:0], '{')
	eachMember(b, func(rawName, value []byte) {
		name := rawName[1 : len(rawName)-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = jsontext.AppendUnquote(nil, rawName) // valid: checkObject saw it
		}
		if e.wanted[string(name)] {
			e.values[string(name)] = value
		}
		if len(e.layout.Own) == 0 || e.layout.Owns(string(name)) {
			return
		}
		if e.layout.Nested != "" {
			flat = append(flat, flatMember{string(name), value})
			return
		}
		if len(e.rebuilt) > 1 {
			e.rebuilt = append(e.rebuilt, ',')
		}
		e.rebuilt = append(append(append(e.rebuilt, rawName...), ':'), value...)
	})
	if flat != nil {
		e.rebuilt = e.nested(flat).appendTo(e.rebuilt[:0])
		return
	}
	e.rebuilt = append(e.rebuilt, '}')
}

// find is the value at a path; nil where it is absent or null.
func (e *envelope) find(path string) jsontext.Value {
	first, rest, nested := strings.Cut(path, ".")
	v := e.values[first]
	for nested {
		if v.Kind() == '"' { // a loader's object may be stored as text
			if inner, err := jsontext.AppendUnquote(nil, v); err == nil && jsontext.Value(inner).IsValid() {
				v = inner
			}
		}
		if v.Kind() != '{' {
			return nil
		}
		first, rest, nested = strings.Cut(rest, ".")
		v = member(v, first)
	}
	if v == nil || v.Kind() == 'n' {
		return nil
	}
	return v
}

func member(object []byte, name string) (found jsontext.Value) {
	eachMember(object, func(rawName, value []byte) {
		if n, err := jsontext.AppendUnquote(nil, rawName); err == nil && string(n) == name {
			found = value
		}
	})
	return found
}

// text is the first value of the paths as text; empty texts count as absent (CSV has no NULL).
func (e *envelope) text(paths []string) (string, bool) {
	for _, path := range paths {
		v := e.find(path)
		if v == nil {
			continue
		}
		if v.Kind() != '"' {
			return string(v), true
		}
		if s, err := jsontext.AppendUnquote(nil, v); err == nil && len(s) > 0 {
			return string(s), true
		}
	}
	return "", false
}

func (e *envelope) record(deleted bool) ([]byte, *rejection) {
	for _, path := range e.layout.Record {
		v := e.find(path)
		if v == nil {
			continue
		}
		if v.Kind() == '"' { // the object as text
			inner, err := jsontext.AppendUnquote(nil, v)
			if err != nil {
				return nil, reject(InvalidJSON, "%s: %s", path, message(err))
			}
			v = bytes.TrimSpace(inner)
			if len(v) == 0 {
				continue
			}
		}
		if r := checkObject(v); r != nil {
			r.detail = path + ": " + r.detail
			return nil, r
		}
		return v, nil
	}
	if deleted { // a tombstone needs no record
		return nil, nil
	}
	return nil, reject(MissingRecord, "there is no %s", strings.Join(e.layout.Record, " or "))
}

// isDeleted reports a tombstone. Of a history's version that is no longer in force it
// is true too: the base relation knows whether it is the record's last one.
func (e *envelope) isDeleted() bool {
	for _, d := range e.layout.Deleted {
		text, ok := e.text([]string{d.Column})
		if ok && (d.Present || slices.Contains(d.Values, text) || d.Values == nil && isWord(text, "true", "t", "yes", "y", "1")) {
			return true
		}
	}
	if e.layout.Active == "" {
		return false
	}
	text, ok := e.text([]string{e.layout.Active})
	return ok && isWord(text, "false", "f", "no", "n", "0")
}

// isWord reads a truth value as portable SQL's cast does.
func isWord(text string, words ...string) bool {
	return slices.Contains(words, strings.ToLower(strings.Trim(text, " ")))
}

// instant reads ISO 8601 text, or a number since 1970: seconds, milliseconds or
// microseconds, distinguished by size (a loader's clock is between 1973 and 5138).
func instant(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			switch {
			case n >= 1e17: // nanoseconds
				return inRange(time.Unix(0, n))
			case n >= 1e14:
				return inRange(time.UnixMicro(n))
			case n >= 1e11:
				return inRange(time.UnixMilli(n))
			}
			return inRange(time.Unix(n, 0))
		}
		if f > 0 && f < 1e11 { // seconds with a fraction: take it from the text, a double is too coarse
			whole, fraction, _ := strings.Cut(s, ".")
			sec, err1 := strconv.ParseInt(whole, 10, 64)
			nanos, err2 := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
			if err1 == nil && err2 == nil {
				return inRange(time.Unix(sec, nanos).Round(time.Microsecond)) // a relation's number is rounded too
			}
		}
		return time.Time{}, false
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return inRange(t)
		}
	}
	return time.Time{}, false
}

// layouts are ISO 8601 as loaders write it; Go reads a fraction after the seconds in each.
var layouts = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05-07", "2006-01-02 15:04:05-0700", "2006-01-02T15:04:05-0700",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 -0700 MST",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02 15:04", time.DateOnly,
}

func inRange(t time.Time) (time.Time, bool) {
	t = t.UTC().Truncate(time.Microsecond)
	return t, t.Year() >= 1 && t.Year() <= 9999
}
