package plugintest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// Record is one version of a record in the raw envelope. Times are RFC 3339; empty ones are NULL.
type Record struct {
	JSON            string // "": NULL
	ID              string // "": from the table's record_id path
	IngestedAt      string // "": 2025-01-01T00:00:00Z
	SourceUpdatedAt string // "": from the table's updated_at path
	Deleted         bool
	Connection      string
	Account         string
	APIVersion      string
	Format          string
}

// JSON makes a record of each text, with the envelope's defaults.
func JSON(texts ...string) []Record {
	list := make([]Record, len(texts))
	for i, text := range texts {
		list[i] = Record{JSON: text}
	}
	return list
}

// NDJSON makes a record of each line that is not blank, in the envelope of with.
func NDJSON(text string, with Record) []Record {
	var list []Record
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			with.JSON = line
			list = append(list, with)
		}
	}
	return list
}

// File reads a file of NDJSON, or of one JSON array.
func File(t testing.TB, path string) []Record {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var array []json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		if err := json.Unmarshal(data, &array); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	} else {
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
				array = append(array, bytes.Clone(line))
			}
		}
	}
	list := make([]Record, len(array))
	for i, raw := range array {
		list[i] = Record{JSON: string(raw)}
	}
	return list
}

// Load adds records to a table of the plugin, after those loaded before.
func (s *Source) Load(table string, records ...Record) {
	s.t.Helper()
	if !slices.ContainsFunc(s.desc.Tables, func(t wire.Table) bool { return t.Name == table }) {
		s.t.Fatalf("plugintest: the plugin has no table %s", table)
	}
	s.records[table] = append(s.records[table], records...)
	s.made = map[string][]string{}
}

// version is a record with what the base layer makes of it.
type version struct {
	Record
	id       string
	updated  time.Time
	ingested time.Time
	number   int
	latest   bool
}

// versions numbers the versions of each record, oldest first: by the source's
// clock, then by the load's, a deletion winning, then by content. Versions of the same times and content are one.
func (s *Source) versions(table wire.Table) ([]*version, error) {
	byRecord := map[[2]string][]*version{}
	var keys [][2]string
	for i, r := range s.records[table.Name] {
		v := &version{Record: r, id: r.ID}
		var doc any
		if r.JSON != "" {
			dec := json.NewDecoder(strings.NewReader(r.JSON))
			dec.UseNumber()
			if err := dec.Decode(&doc); err != nil {
				return nil, fmt.Errorf("record %d of %s: %w", i, table.Name, err)
			}
		}
		if v.id == "" {
			v.id = cmp.Or(scalar(doc, table.RecordID), keyOf(doc, table.Key))
		}
		var err error
		if v.ingested, err = instant(cmp.Or(r.IngestedAt, "2025-01-01T00:00:00Z")); err == nil {
			if v.updated, err = instant(r.SourceUpdatedAt); err == nil && v.updated.IsZero() {
				v.updated, _ = instant(strings.TrimSpace(scalar(doc, table.UpdatedAt))) // one that cannot be read is none
			}
		}
		if err != nil {
			return nil, fmt.Errorf("record %d of %s: %w", i, table.Name, err)
		}
		key := [2]string{r.Connection, v.id}
		if v.id == "" {
			key[1] = "row " + strconv.Itoa(i) // without an id, each row is a record
		}
		if byRecord[key] == nil {
			keys = append(keys, key)
		}
		byRecord[key] = append(byRecord[key], v)
	}
	var all []*version
	for _, key := range keys {
		list := byRecord[key]
		slices.SortStableFunc(list, func(a, b *version) int {
			return cmp.Or(a.updated.Compare(b.updated), a.ingested.Compare(b.ingested), boolOrder(a.Deleted, b.Deleted),
				cmp.Compare(a.JSON, b.JSON))
		})
		list = slices.CompactFunc(list, func(a, b *version) bool {
			return a.updated.Equal(b.updated) && a.ingested.Equal(b.ingested) && a.Deleted == b.Deleted && a.JSON == b.JSON
		})
		for i, v := range list {
			v.number, v.latest = i+1, i == len(list)-1
		}
		all = append(all, list...)
	}
	return all, nil
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// instant reads ISO text or seconds since 1970; "" is the zero time.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an instant", text)
}

// scalar returns the text or number at a path such as $.a.b of a document, "" if there is none.
// keyOf joins the values that identify a record without an id.
func keyOf(doc any, key [][]string) string {
	var parts []string
	for _, paths := range key {
		value := ""
		for _, path := range paths {
			value = cmp.Or(value, scalar(doc, path))
		}
		parts = append(parts, strings.ReplaceAll(strings.ReplaceAll(value, "%", "%25"), "/", "%2F"))
	}
	if strings.Join(parts, "") == "" {
		return ""
	}
	return strings.Join(parts, "/")
}

func scalar(doc any, path string) string {
	if path == "" {
		return ""
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(path, "$"), "."), ".") {
		m, ok := doc.(map[string]any)
		if !ok {
			return ""
		}
		doc = m[strings.Trim(part, `"`)]
	}
	switch v := doc.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// rawQuery is a table's records as a query of literals: raw.t_history, or raw.t with latest.
func (s *Source) rawQuery(table wire.Table, latest bool) (*sql.Query, error) {
	versions, err := s.versions(table)
	if err != nil {
		return nil, err
	}
	q := &sql.Query{}
	columns := check.HistoryColumns()
	for _, v := range versions {
		if latest && !v.latest {
			continue
		}
		arm := &sql.Select{}
		for _, c := range columns {
			arm.Items = append(arm.Items, &sql.Item{Alias: c.Name, Expr: v.column(c)})
		}
		q.Arms = append(q.Arms, arm)
	}
	if len(q.Arms) == 0 {
		none := &sql.Select{Where: &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: "false"}}
		for _, c := range columns {
			none.Items = append(none.Items, &sql.Item{Alias: c.Name, Expr: null(c.Type)})
		}
		q.Arms = append(q.Arms, none)
	}
	_, diags := check.Query(q, check.Env{Core: true, Limits: sql.Limits{Text: 1 << 30, Tokens: 1 << 30, Items: 1 << 30, Expanded: 1 << 30}})
	return q, diags.Err()
}

func null(t sql.Type) sql.Expr {
	return &sql.Cast{X: &sql.Literal{Node: sql.Node{T: sql.Null}}, To: t}
}

// column is the version's value of one column of the envelope.
func (v *version) column(c sql.ColumnDef) sql.Expr {
	text := func(value string) sql.Expr {
		if value == "" {
			return null(c.Type)
		}
		lit := &sql.Literal{Node: sql.Node{T: sql.Text}, Value: value}
		if c.Type == sql.Text {
			return lit
		}
		return &sql.Cast{X: lit, To: c.Type}
	}
	at := func(t time.Time) sql.Expr {
		if t.IsZero() {
			return null(sql.Timestamp)
		}
		return text(t.Format("2006-01-02T15:04:05.000000Z"))
	}
	switch c.Name {
	case "record":
		return text(v.JSON)
	case "record_id":
		return text(v.id)
	case "_ingested_at":
		return at(v.ingested)
	case "_source_updated_at":
		return at(v.updated)
	case "_connection":
		return text(v.Connection)
	case "_account":
		return text(v.Account)
	case "_api_version":
		return text(v.APIVersion)
	case "_format":
		return text(v.Format)
	case "_deleted":
		return &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: strconv.FormatBool(v.Deleted)}
	case "_is_latest":
		return &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: strconv.FormatBool(v.latest)}
	case "_version":
		return &sql.Literal{Node: sql.Node{T: sql.Bigint}, Value: strconv.Itoa(v.number)}
	}
	return null(c.Type)
}
