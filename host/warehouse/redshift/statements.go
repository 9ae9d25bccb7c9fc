package redshift

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// insertRows adds rows of constants to a table.
func insertRows(d *dialect.Dialect, path, columns, tuples []string) string {
	return "INSERT INTO " + render.Path(d, path) + " (" + idents(d, columns) + ") VALUES\n" + strings.Join(tuples, ",\n")
}

// insertSession makes an empty table that only the session sees, for rows on their way into another. The
// name has no schema: it hides any other relation of that name.
func insertSession(d *dialect.Dialect, name string, columns []sql.ColumnDef) (string, error) {
	list := make([]string, len(columns))
	for i, c := range columns {
		t, err := render.ColumnType(d, c.Type)
		if err != nil {
			return "", err
		}
		list[i] = render.Ident(d, c.Name) + " " + t
	}
	return "CREATE TEMPORARY TABLE " + render.Ident(d, name) + " (\n  " + strings.Join(list, ",\n  ") + "\n)", nil
}

// insertParsed adds the rows of one table to another and reads the texts of the columns in parsed as JSON.
func insertParsed(d *dialect.Dialect, from, to, columns []string, parsed string) string {
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = render.Ident(d, c)
		if c == parsed {
			values[i] = "JSON_PARSE(" + values[i] + ")"
		}
	}
	return render.InsertSelect(d, to, columns, "SELECT "+strings.Join(values, ", ")+" FROM "+render.Path(d, from))
}

// copyStaged loads gzipped lines of JSON below an S3 prefix into a table. role is an
// IAM role's ARN, "" for the cluster's default; region is the bucket's, "" for the cluster's.
func copyStaged(d *dialect.Dialect, path, columns []string, prefix, role, region string) string {
	s := "COPY " + render.Path(d, path) + " (" + idents(d, columns) + ") FROM " + render.Text(d, prefix) + " IAM_ROLE "
	if role == "" {
		s += "DEFAULT"
	} else {
		s += render.Text(d, role)
	}
	if region != "" {
		s += " REGION " + render.Text(d, region)
	}
	return s + " FORMAT JSON 'auto' GZIP TIMEFORMAT 'auto' COMPUPDATE OFF"
}

func idents(d *dialect.Dialect, names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = render.Ident(d, n)
	}
	return strings.Join(quoted, ", ")
}
