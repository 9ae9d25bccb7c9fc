package base

import (
	"fmt"
	"strings"

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
	return builder.Load(files, model, builder.Params{Elements: map[string]builder.Element{"row": m.row()}, Relations: relations(src, t)})
}

// mapping reads the envelope from one relation's columns.
type mapping struct {
	preset
	name  string
	table spec.Table
	// columns are the relation's, by their names in lower case: some warehouses
	// give all names in upper case.
	columns map[string]sql.ColumnDef
}

func newMapping(src spec.Source, t spec.Table) (*mapping, error) {
	p, ok := presetNamed(t.Relation.Preset)
	if !ok {
		return nil, fmt.Errorf("no preset %q; there are %s", t.Relation.Preset, strings.Join(Presets(), ", "))
	}
	if p, ok = p.with(t.Relation.Mapping); !ok {
		return nil, fmt.Errorf("columns map onto the envelope's alone: record, record_id, _ingested_at, _source_updated_at, _deleted, _connection, _account, _api_version, _format")
	}
	m := &mapping{preset: p, name: RawName(src.Name, t.Name), table: t, columns: map[string]sql.ColumnDef{}}
	for _, c := range t.Relation.Columns {
		key := strings.ToLower(c.Name)
		if other, taken := m.columns[key]; taken {
			return nil, fmt.Errorf("the columns %s and %s differ in case alone", other.Name, c.Name)
		}
		m.columns[key] = c
	}
	for envelope, from := range t.Relation.Mapping {
		if column, _, _ := strings.Cut(from, "."); !m.has(column) {
			return nil, fmt.Errorf("%s is mapped to %s, which the relation does not have%s", envelope, column, near(column, t.Relation.Columns))
		}
	}
	if len(p.record) > 0 && m.find(p.record) == "" {
		return nil, fmt.Errorf("the relation has no column %s, which preset %s reads records from", p.record[0], t.Relation.Preset)
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
	if m.has(m.active) {
		active = builder.Call("coalesce", m.boolean(m.active), builder.Bool(true))
	}
	shape := builder.Null(sql.Text)
	if m.shape != "" {
		shape = builder.Text(m.shape)
	}
	var object builder.List
	if is := m.isObject(); is != nil {
		object = builder.List{{"is_object": is}}
	}
	return builder.Element{
		"record": m.record(), "record_id": m.id(), "ingested_at": m.first(m.ingested, m.instant, sql.Timestamp),
		"updated_at": m.updatedAt(), "deleted": m.isDeleted(), "connection": m.first(m.connection, m.text, sql.Text),
		"account": m.first(m.account, m.text, sql.Text), "api_version": m.first(m.apiVersion, m.text, sql.Text),
		"format": m.first(m.format, m.text, sql.Text), "shape": shape, "tie": m.tieBreak(), "active": active, "object": object,
	}
}

// first is the first of the paths that is not NULL, a typed NULL if the relation has none.
func (m *mapping) first(paths []string, read func(string) sql.Expr, t sql.Type) sql.Expr {
	var list []sql.Expr
	for _, p := range paths {
		if m.find([]string{p}) != "" {
			list = append(list, read(p))
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
// seconds since 1970 (of milliseconds where it is too great for seconds).
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
	return builder.Call("coalesce", builder.Cast(m.text(path), sql.Timestamp), seconds(builder.Cast(m.text(path), sql.Decimal)))
}

// farSeconds is the year 5138; a greater number counts milliseconds.
const farSeconds = 100_000_000_000

func seconds(n sql.Expr) sql.Expr {
	factor := builder.Case(builder.Int(1_000_000), builder.When(builder.Op(sql.OpGe, sql.CloneExpr(n),
		builder.Int(farSeconds)), builder.Int(1_000)))
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
	for _, d := range m.deleted {
		if m.find([]string{d.column}) == "" {
			continue
		}
		switch {
		case d.present:
			list = append(list, builder.Not(builder.IsNull(m.present(d.column))))
		case d.values != nil:
			list = append(list, builder.Call("coalesce", builder.InTexts(m.text(d.column), d.values), builder.Bool(false)))
		default:
			list = append(list, builder.Call("coalesce", m.boolean(d.column), builder.Bool(false)))
		}
	}
	if len(list) == 0 {
		return builder.Bool(false)
	}
	return builder.Or(list...)
}

func (m *mapping) present(path string) sql.Expr {
	if e, _, below := m.place(path); below == "" {
		return e
	}
	return m.text(path)
}

// record is the column that holds it, or an object of the row's columns.
func (m *mapping) record() sql.Expr {
	if p := m.find(m.preset.record); p != "" {
		e, t, below := m.place(p)
		if below != "" {
			return builder.Call("json_extract", e, builder.Text(below))
		}
		return m.json(e, t)
	}
	return m.object()
}

// pairsAtOnce keeps a call of to_object within PostgreSQL's 100 arguments.
const pairsAtOnce = 45

// object builds json of the columns that are not the loader's.
func (m *mapping) object() sql.Expr {
	var out sql.Expr
	var args []sql.Expr
	flush := func() {
		if len(args) == 0 {
			return
		}
		part := builder.Call("to_object", args...)
		if out == nil {
			out = part
		} else {
			out = builder.Call("merge_objects", out, part)
		}
		args = nil
	}
	for _, c := range m.table.Relation.Columns {
		if m.own(strings.ToLower(c.Name)) {
			continue
		}
		e := builder.Col("r", c.Name)
		if c.Type == sql.Timestamp || c.Type == sql.Date {
			e = builder.Cast(e, sql.Text)
		}
		args = append(args, builder.Text(member(c.Name)), e)
		if len(args) == 2*pairsAtOnce {
			flush()
		}
	}
	flush()
	if out == nil {
		return builder.Cast(builder.Text("{}"), sql.JSON)
	}
	return out
}

// member is the name of a column in the record: a warehouse that gives names in
// upper case had them in lower case from the loader.
func member(column string) string {
	if strings.ToUpper(column) == column {
		return strings.ToLower(column)
	}
	return column
}

// isObject is whether a row's record is an object or needs to be none; nil
// where the record is made of columns.
func (m *mapping) isObject() sql.Expr {
	if m.find(m.preset.record) == "" {
		return nil
	}
	return builder.Or(m.isDeleted(), builder.Call("coalesce", builder.Eq(builder.Call("json_type", m.record(), builder.Text("$")), builder.Text("object")), builder.Bool(false)))
}

// id is the record's id: the envelope's, else what is at the table's path.
func (m *mapping) id() sql.Expr {
	list := []sql.Expr{}
	if m.find(m.recordID) != "" {
		list = append(list, m.first(m.recordID, m.text, sql.Text))
	}
	if m.table.RecordID != "" {
		list = append(list, m.inRecord(m.table.RecordID, m.text, "json_text"))
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
	list := []sql.Expr{m.first(m.updated, m.instant, sql.Timestamp)}
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
	if err == nil && m.find(m.preset.record) == "" && len(steps) == 1 && !steps[0].IsIndex && m.has(steps[0].Name) && !m.own(steps[0].Name) {
		return column(steps[0].Name)
	}
	return builder.Call(read, m.record(), builder.Text(path))
}

// tieBreak is text that distinguishes versions of equal times, always the same way.
func (m *mapping) tieBreak() sql.Expr {
	if m.find(m.tie) != "" {
		return m.first(m.tie, m.text, sql.Text)
	}
	return builder.Call("document_text", m.record())
}
