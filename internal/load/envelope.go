package load

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// envelope makes rows of raw objects, after one table's layout. It is used by
// one goroutine at a time.
type envelope struct {
	layout   preset
	isPlain  bool
	wanted   map[string]bool // members to remember: first parts of the layout's paths
	ingested time.Time       // of rows that do not say

	connection, account, apiVersion, format *string

	values  map[string]jsontext.Value
	rebuilt []byte
}

func newEnvelope(t *Table, ingested time.Time) (*envelope, bool) {
	p, ok := presetNamed(t.Preset)
	if !ok {
		return nil, false
	}
	e := &envelope{
		layout: p.with(t.Columns), ingested: ingested, wanted: map[string]bool{}, values: map[string]jsontext.Value{},
		connection: optional(t.Connection), account: optional(t.Account), apiVersion: optional(t.APIVersion), format: optional(t.RecordFormat),
	}
	e.isPlain = e.layout.plain()
	for _, path := range e.layout.paths() {
		first, _, _ := strings.Cut(path, ".")
		e.wanted[first] = true
	}
	if e.format == nil {
		e.format = optional(e.layout.shape)
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
	*out = Row{
		Row: out.Row, Record: b, IngestedAt: e.ingested,
		Connection: e.connection, Account: e.account, APIVersion: e.apiVersion, Format: e.format,
	}
	if e.isPlain {
		return nil
	}
	e.members(b)
	out.Deleted = e.isDeleted()
	if len(e.layout.record) > 0 {
		record, r := e.record(out.Deleted)
		if r != nil {
			return r
		}
		out.Record = record
	} else if len(e.layout.drop) > 0 {
		out.Record = e.rebuilt
	}
	if v, ok := e.text(e.layout.recordID); ok {
		out.RecordID = &v
	}
	for _, clock := range []struct {
		paths []string
		to    *time.Time
		name  string
	}{{e.layout.ingested, &out.IngestedAt, "_ingested_at"}, {e.layout.updated, &out.SourceUpdatedAt, "_source_updated_at"}} {
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
	}{{e.layout.connection, &out.Connection}, {e.layout.account, &out.Account}, {e.layout.apiVersion,
		&out.APIVersion}, {e.layout.format, &out.Format}} {
		if v, ok := e.text(text.paths); ok {
			*text.to = &v
		}
	}
	return nil
}

// members reads the object once: it remembers what the layout looks at, and
// writes the object anew without the loader's members where it has such.
func (e *envelope) members(b []byte) {
	clear(e.values)
	e.rebuilt = append(e.rebuilt[:0], '{')
	eachMember(b, func(rawName, value []byte) {
		name := rawName[1 : len(rawName)-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = jsontext.AppendUnquote(nil, rawName) // valid: checkObject saw it
		}
		if e.wanted[string(name)] {
			e.values[string(name)] = value
		}
		if len(e.layout.drop) == 0 || slices.ContainsFunc(e.layout.drop, func(p string) bool { return bytes.HasPrefix(name, []byte(p)) }) {
			return
		}
		if len(e.rebuilt) > 1 {
			e.rebuilt = append(e.rebuilt, ',')
		}
		e.rebuilt = append(append(append(e.rebuilt, rawName...), ':'), value...)
	})
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
	for _, path := range e.layout.record {
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
	return nil, reject(MissingRecord, "there is no %s", strings.Join(e.layout.record, " or "))
}

func (e *envelope) isDeleted() bool {
	for _, d := range e.layout.deleted {
		text, ok := e.text([]string{d.path})
		if !ok {
			continue
		}
		switch d.how {
		case whenPresent:
			return true
		case whenTrue:
			if slices.Contains([]string{"true", "t", "1", "yes", "y"}, strings.ToLower(text)) {
				return true
			}
		case whenOneOf:
			if slices.Contains(d.values, text) {
				return true
			}
		}
	}
	return false
}

// instant reads ISO 8601 text, or a number since 1970: seconds, milliseconds or
// microseconds, told apart by size (a loader's clock is between 1973 and 5138).
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
			fraction = (fraction + "000000")[:6]
			micros, err2 := strconv.ParseInt(fraction, 10, 64)
			if err1 == nil && err2 == nil {
				return inRange(time.Unix(sec, micros*1000))
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
