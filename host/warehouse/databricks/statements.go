package databricks

import (
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// describeQuery is a query of a row a column that a query has: its name and type. It
// has types that results cannot carry.
func describeQuery(query string) string { return "DESCRIBE QUERY " + query }

// insertParsedRows adds rows of constants (see insert.Tuple) to a table and reads the texts of the column
// parsed as JSON.
func insertParsedRows(d *dialect.Dialect, path, columns []string, parsed string, tuples []string) string {
	items, names := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = "c" + strconv.Itoa(i)
		items[i] = names[i]
		if c == parsed {
			items[i] = "parse_json(" + items[i] + ")"
		}
	}
	return render.InsertSelect(d, path, columns, "SELECT "+strings.Join(items, ", ")+" FROM VALUES\n"+strings.Join(tuples, ",\n")+
		"\nAS v ("+strings.Join(names, ", ")+")")
}

// loadStaged adds the lines of a folder's files to a table: each is a JSON object with a member a column.
func loadStaged(d *dialect.Dialect, path []string, columns []sql.ColumnDef, folder string) (string, error) {
	names, items := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		t, err := render.ColumnType(d, c.Type)
		if err != nil {
			return "", err
		}
		names[i] = c.Name
		at := "variant_get(line.doc, " + render.Text(d, "$."+c.Name) + ", "
		switch c.Type {
		case sql.JSON: // a null is not a document
			at += "'variant')"
			items[i] = "CASE WHEN NOT is_variant_null(" + at + ") THEN " + at + " END"
		case sql.Timestamp:
			items[i] = "CAST(" + at + "'string') AS " + t + ")"
		default:
			items[i] = at + render.Text(d, strings.ToLower(t)) + ")"
		}
	}
	return render.InsertSelect(d, path, names, "SELECT\n  "+strings.Join(items, ",\n  ")+
		"\nFROM (SELECT parse_json(value) AS doc FROM text."+render.Ident(d, folder)+") AS line"), nil
}

// putFile copies a local file into a volume.
func putFile(d *dialect.Dialect, local, remote string) string {
	return "PUT " + render.Text(d, local) + " INTO " + render.Text(d, remote) + " OVERWRITE"
}

// removeFile takes a file out of a volume.
func removeFile(d *dialect.Dialect, remote string) string { return "REMOVE " + render.Text(d, remote) }
