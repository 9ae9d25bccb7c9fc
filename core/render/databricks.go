package render

import (
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/dialect"
)

// The statements here are Databricks' own.

// DescribeQuery is a query of a row a column that a query has: its name and type. It
// knows types that results cannot bring.
func DescribeQuery(query string) string { return "DESCRIBE QUERY " + query }

// Value is a constant of a row that InsertRows writes.
type Value struct {
	Text *string // nil is NULL
	Type ValueType
}

// ValueType says how a constant is written.
type ValueType uint8

// The kinds of a row's constants.
const (
	ValueText ValueType = iota
	ValueNumber
	ValueBoolean
	ValueTimestamp // a wall clock in UTC
	ValueJSON
)

// InsertRows adds rows of constants to a table.
func InsertRows(d *dialect.Dialect, path, columns []string, rows [][]Value) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + Path(d, path) + " (" + identList(d, columns) + ")\nSELECT ")
	for i := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		item := "c" + strconv.Itoa(i)
		if len(rows) > 0 && rows[0][i].Type == ValueJSON {
			item = "parse_json(" + item + ")"
		}
		b.WriteString(item)
	}
	b.WriteString(" FROM VALUES\n")
	for n, row := range rows {
		if n > 0 {
			b.WriteString(",\n")
		}
		b.WriteByte('(')
		for i, v := range row {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(constant(d, v))
		}
		b.WriteByte(')')
	}
	b.WriteString("\nAS v (")
	for i := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("c" + strconv.Itoa(i))
	}
	b.WriteString(")")
	return b.String()
}

func constant(d *dialect.Dialect, v Value) string {
	names := map[ValueType]string{ValueText: "STRING", ValueNumber: "BIGINT", ValueBoolean: "BOOLEAN", ValueTimestamp: "TIMESTAMP_NTZ", ValueJSON: "STRING"}
	if v.Text == nil {
		return "CAST(NULL AS " + names[v.Type] + ")"
	}
	switch v.Type {
	case ValueNumber:
		return "CAST(" + number(*v.Text) + " AS BIGINT)"
	case ValueBoolean:
		return strings.ToUpper(*v.Text)
	case ValueTimestamp:
		return "TIMESTAMP_NTZ " + Text(d, *v.Text)
	}
	return Text(d, *v.Text)
}

func identList(d *dialect.Dialect, names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = Ident(d, n)
	}
	return wrap(quoted)
}

// StagedColumn is a column of a table that LoadStaged fills, read at a member of a line's object.
type StagedColumn struct {
	Name string
	Type ValueType
}

// LoadStaged adds the lines of a folder's files, each a JSON object with a member a column.
func LoadStaged(d *dialect.Dialect, path []string, columns []StagedColumn, folder string) string {
	types := map[ValueType]string{ValueText: "STRING", ValueNumber: "BIGINT", ValueBoolean: "BOOLEAN"}
	names, items := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
		at := Text(d, "$."+c.Name)
		switch c.Type {
		case ValueJSON:
			items[i] = "CASE WHEN NOT is_variant_null(variant_get(line.doc, " + at + ", 'variant')) THEN variant_get(line.doc, " + at + ", 'variant') END"
		case ValueTimestamp:
			items[i] = "CAST(variant_get(line.doc, " + at + ", 'string') AS TIMESTAMP_NTZ)"
		default:
			items[i] = "variant_get(line.doc, " + at + ", " + Text(d, strings.ToLower(types[c.Type])) + ")"
		}
	}
	return "INSERT INTO " + Path(d, path) + " (" + identList(d, names) + ")\nSELECT\n  " + strings.Join(items, ",\n  ") +
		"\nFROM (SELECT parse_json(value) AS doc FROM text." + Ident(d, folder) + ") AS line"
}

// PutFile copies a local file into a volume.
func PutFile(d *dialect.Dialect, local, remote string) string {
	return "PUT " + Text(d, local) + " INTO " + Text(d, remote) + " OVERWRITE"
}

// RemoveFile takes a file out of a volume.
func RemoveFile(d *dialect.Dialect, remote string) string { return "REMOVE " + Text(d, remote) }
