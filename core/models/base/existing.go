package base

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/lang/vocab"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

// existing is a model of a relation that another tool filled.
func existing(model string, src spec.Source, t spec.Table) (*sql.Query, error) {
	m, err := newMapping(src, t)
	if err != nil {
		return nil, err
	}
	macros, err := withContent(nil)
	if err != nil {
		return nil, err
	}
	return builder.Load(files, model, builder.Params{Macros: macros, Elements: map[string]builder.Element{"row": m.row()}, Relations: relations(src, t)})
}

// mapping reads the envelope from one relation's columns.
type mapping struct {
	preset contract.Preset
	name   string
	table  spec.Table
	// columns are the relation's, by their names in lower case: some warehouses
	// give all names in upper case.
	columns map[string]sql.ColumnDef
}

func newMapping(src spec.Source, t spec.Table) (*mapping, error) {
	p, ok := contract.PresetNamed(t.Relation.Preset)
	if !ok {
		return nil, fmt.Errorf("no preset %q; there are %s", t.Relation.Preset, strings.Join(contract.PresetNames(), ", "))
	}
	if p, ok = p.With(t.Relation.Mapping); !ok {
		return nil, fmt.Errorf("columns map onto the envelope's only: %s", strings.Join(contract.Names(contract.Envelope()), ", "))
	}
	m := &mapping{preset: p, name: RawName(src.Name, t.Name), table: t, columns: map[string]sql.ColumnDef{}}
	for _, c := range t.Relation.Columns {
		key := strings.ToLower(c.Name)
		if other, taken := m.columns[key]; taken {
			return nil, fmt.Errorf("the columns %s and %s differ only in case", other.Name, c.Name)
		}
		m.columns[key] = c
	}
	for envelope, from := range t.Relation.Mapping {
		if column, _, _ := strings.Cut(from, "."); !m.has(column) {
			return nil, fmt.Errorf("%s is mapped to %s, which the relation does not have%s", envelope, column, near(column, t.Relation.Columns))
		}
	}
	if len(p.Record) > 0 && m.find(p.Record) == "" {
		return nil, fmt.Errorf("the relation has no column %s, which preset %s reads records from", p.Record[0], t.Relation.Preset)
	}
	return m, nil
}

func near(name string, columns []sql.ColumnDef) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	if hint := sql.DidYouMean(name, names); hint != "" {
		return "; " + hint
	}
	return ""
}

// find returns the first of the paths whose column the relation has.
func (m *mapping) find(paths []string) string {
	for _, p := range paths {
		if column, _, _ := strings.Cut(p, "."); m.has(column) {
			return p
		}
	}
	return ""
}

func (m *mapping) has(column string) bool {
	_, ok := m.columns[strings.ToLower(column)]
	return ok
}

// column reads a column that the relation has.
func (m *mapping) column(name string) (sql.Expr, sql.Type) {
	c := m.columns[strings.ToLower(name)]
	return builder.Col("r", c.Name), c.Type
}

// row is how the relation's columns make an envelope; active is whether a history's version is.
func (m *mapping) row() builder.Element {
	active := builder.Bool(true)
	if m.has(m.preset.Active) {
		active = builder.Call("coalesce", m.boolean(m.preset.Active), builder.Bool(true))
	}
	shape := builder.Null(sql.Text)
	if m.preset.Shape != "" {
		shape = builder.Text(m.preset.Shape)
	}
	var object builder.List
	if is := m.isObject(); is != nil {
		object = builder.List{{"is_object": is}}
	}
	return builder.Element{
		"record": m.record(), "record_id": m.id(), "ingested_at": m.first(m.preset.IngestedAt, m.instant, sql.Timestamp),
		"updated_at": m.updatedAt(), "deleted": m.isDeleted(), "connection": m.given(m.preset.Connection, m.table.Relation.Connection),
		"account": m.given(m.preset.Account, m.table.Relation.Account), "api_version": m.given(m.preset.APIVersion, m.table.Relation.APIVersion),
		"format": m.given(m.preset.Format, m.table.Relation.Format), "shape": shape, "sequence": m.sequence(), "sample": m.sample(), "active": active, "object": object,
	}
}

// first is the first of the paths that is not NULL (an empty text counts as NULL, as
// it does in a file), a typed NULL if the relation has none.
func (m *mapping) first(paths []string, read func(string) sql.Expr, t sql.Type) sql.Expr {
	var list []sql.Expr
	for _, p := range paths {
		if m.find([]string{p}) != "" {
			e := read(p)
			if t == sql.Text {
				e = builder.Call("nullif", e, builder.Text(""))
			}
			list = append(list, e)
		}
	}
	switch len(list) {
	case 0:
		return builder.Null(t)
	case 1:
		return list[0]
	}
	return builder.Call("coalesce", list...)
}

// given is the first of the paths that has a text, else what the project gives.
func (m *mapping) given(paths []string, text string) sql.Expr {
	e := m.first(paths, m.text, sql.Text)
	if text == "" {
		return e
	}
	return builder.Call("coalesce", e, builder.Text(text))
}

// place is a column, or the json in it and a path below.
func (m *mapping) place(path string) (column sql.Expr, t sql.Type, below string) {
	name, rest, nested := strings.Cut(path, ".")
	column, t = m.column(name)
	if nested {
		column = m.json(column, t)
		below = "$"
		for _, member := range strings.Split(rest, ".") {
			below += `."` + strings.ReplaceAll(member, `"`, `""`) + `"`
		}
	}
	return column, t, below
}

func (m *mapping) json(e sql.Expr, t sql.Type) sql.Expr {
	if t == sql.JSON {
		return e
	}
	return builder.Cast(e, sql.JSON)
}

// text reads a place as text.
func (m *mapping) text(path string) sql.Expr {
	e, t, below := m.place(path)
	switch {
	case below != "":
		return builder.Call("json_text", e, builder.Text(below))
	case t == sql.JSON:
		return builder.Call("json_text", e, builder.Text("$"))
	case t == sql.Double:
		return builder.Cast(builder.Cast(e, sql.Decimal), sql.Text)
	}
	return builder.Cast(e, sql.Text)
}

// instant reads a place as a time: a timestamp, ISO text, or a number of
// seconds since 1970 (of milliseconds or microseconds where it is too great for those).
func (m *mapping) instant(path string) sql.Expr {
	e, t, below := m.place(path)
	switch {
	case below == "" && t == sql.Timestamp:
		return e
	case below == "" && t == sql.Date:
		return builder.Cast(e, sql.Timestamp)
	case below == "" && t == sql.Bigint:
		return seconds(builder.Cast(e, sql.Decimal))
	case below == "" && (t == sql.Decimal || t == sql.Double):
		return seconds(builder.Cast(e, sql.Decimal))
	}
	read := func(t sql.Type) sql.Expr { return builder.Cast(builder.Call("trim", m.text(path)), t) }
	return builder.Call("coalesce", read(sql.Timestamp), seconds(read(sql.Decimal)))
}

// farSeconds is the year 5138; a greater number counts milliseconds, and one a
// thousand times as great microseconds.
const farSeconds = 100_000_000_000

func seconds(n sql.Expr) sql.Expr {
	above := func(least int) sql.Expr { return builder.Op(sql.OpGe, sql.CloneExpr(n), builder.Int(least)) }
	factor := builder.Case(builder.Int(1_000_000),
		builder.When(above(1_000*farSeconds), builder.Int(1)), builder.When(above(farSeconds), builder.Int(1_000)))
	return builder.Call("timestamp_micros", builder.Cast(builder.Op(sql.OpMul, n, factor), sql.Bigint))
}

// boolean reads a place as a truth value.
func (m *mapping) boolean(path string) sql.Expr {
	if e, t, below := m.place(path); below == "" && t == sql.Boolean {
		return e
	}
	return builder.Cast(m.text(path), sql.Boolean)
}

// isDeleted recognizes tombstones.
func (m *mapping) isDeleted() sql.Expr {
	var list []sql.Expr
	for _, d := range m.preset.Deleted {
		if m.find([]string{d.Column}) == "" {
			continue
		}
		switch {
		case d.Present:
			list = append(list, builder.Not(builder.IsNull(m.present(d.Column))))
		case d.Values != nil:
			list = append(list, builder.Call("coalesce", builder.InTexts(m.text(d.Column), d.Values), builder.Bool(false)))
		default:
			list = append(list, builder.Call("coalesce", m.boolean(d.Column), builder.Bool(false)))
		}
	}
	if len(list) == 0 {
		return builder.Bool(false)
	}
	return builder.Or(list...)
}

func (m *mapping) present(path string) sql.Expr {
	if e, t, below := m.place(path); below == "" && t != sql.Text {
		return e
	}
	return builder.Call("nullif", m.text(path), builder.Text(""))
}

// record is the column that holds it, or an object of the row's columns.
func (m *mapping) record() sql.Expr {
	if p := m.find(m.preset.Record); p != "" {
		e, t, below := m.place(p)
		if below != "" {
			return builder.Call("json_extract", e, builder.Text(below))
		}
		return m.json(e, t)
	}
	return m.object()
}

// object builds json of the columns that are not the loader's.
func (m *mapping) object() sql.Expr {
	root := &member{}
	for _, c := range m.table.Relation.Columns {
		if m.preset.Owns(strings.ToLower(c.Name)) {
			continue
		}
		root.add(m.preset.Steps(memberName(c.Name), m.has), c)
	}
	return root.object()
}

// memberName is the name of a column in the record: a warehouse that gives names in
// upper case had them in lower case from the loader.
func memberName(column string) string {
	if strings.ToUpper(column) == column {
		return strings.ToLower(column)
	}
	return column
}

// isObject is whether a row's record is an object or needs to be none; nil
// where the record is made of columns.
func (m *mapping) isObject() sql.Expr {
	if m.find(m.preset.Record) == "" {
		return nil
	}
	return builder.Or(m.isDeleted(), builder.Call("coalesce", builder.Eq(builder.Call("json_type", m.record(), builder.Text("$")), builder.Text("object")), builder.Bool(false)))
}

// id is the record's id: the envelope's, else what is at the table's path.
func (m *mapping) id() sql.Expr {
	list := []sql.Expr{}
	if m.find(m.preset.RecordID) != "" {
		list = append(list, m.first(m.preset.RecordID, m.text, sql.Text))
	}
	if m.table.RecordID != "" {
		list = append(list, builder.Call("nullif", m.inRecord(m.table.RecordID, m.text, "json_text"), builder.Text("")))
	}
	if len(m.table.Key) > 0 {
		list = append(list, key(m.table.Key, func(path string) sql.Expr { return m.inRecord(path, m.text, "json_text") }))
	}
	switch len(list) {
	case 0:
		return builder.Null(sql.Text)
	case 1:
		return list[0]
	}
	return builder.Call("coalesce", list...)
}

func (m *mapping) updatedAt() sql.Expr {
	list := []sql.Expr{m.first(m.preset.UpdatedAt, m.instant, sql.Timestamp)}
	if m.table.UpdatedAt != "" {
		list = append(list, m.inRecord(m.table.UpdatedAt, m.instant, "json_timestamp"))
		return builder.Call("coalesce", list...)
	}
	return list[0]
}

// inRecord reads a path of the record. Where the record is made of columns and
// the path is one of them, the column itself is read.
func (m *mapping) inRecord(path string, column func(string) sql.Expr, read string) sql.Expr {
	steps, err := vocab.ParsePath(path)
	if err == nil && m.find(m.preset.Record) == "" && len(steps) == 1 && !steps[0].IsIndex && m.has(steps[0].Name) && !m.preset.Owns(steps[0].Name) {
		return column(steps[0].Name)
	}
	return builder.Call(read, m.record(), builder.Text(path))
}

// sequence is the number that the loader counts rows by, if it does: in digits, for Stitch counts nanoseconds, which have
// more of them than a text that is cast.
func (m *mapping) sequence() sql.Expr { return m.first(m.preset.Sequence, m.text, sql.Text) }

// sample is text by which a rejected row is found.
func (m *mapping) sample() sql.Expr {
	if m.find(m.preset.RowID) != "" {
		return m.first(m.preset.RowID, m.text, sql.Text)
	}
	return builder.Call("document_text", m.record())
}
