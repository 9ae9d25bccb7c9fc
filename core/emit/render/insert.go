package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Tuple writes one row of InsertRows: nil, a text, a whole number, a boolean or an instant each.
func Tuple(d *dialect.Dialect, values []any) (string, error) {
	var b strings.Builder
	for i, v := range values {
		b.WriteString([]string{"(", ", "}[min(i, 1)])
		switch v := v.(type) {
		case nil:
			b.WriteString("NULL")
		case string:
			b.WriteString(Text(d, v))
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case bool:
			b.WriteString(strings.ToUpper(strconv.FormatBool(v)))
		case time.Time:
			b.WriteString("TIMESTAMP '" + v.UTC().Format("2006-01-02 15:04:05.999999") + "'")
		default:
			return "", fmt.Errorf("render: a value of type %T in a row", v)
		}
	}
	return b.String() + ")", nil
}

// InsertRows adds rows of constants to a table.
func InsertRows(d *dialect.Dialect, path, columns, tuples []string) string {
	return "INSERT INTO " + Path(d, path) + " (" + idents(d, columns) + ") VALUES\n" + strings.Join(tuples, ",\n")
}

// InsertSession makes an empty table that the session alone sees, for rows on their way into another. The
// name stands alone: it hides any other relation of that name.
func InsertSession(d *dialect.Dialect, name string, columns []sql.ColumnDef) (string, error) {
	text, err := CreateTable(d, []string{name}, columns)
	return strings.Replace(text, "CREATE TABLE", "CREATE TEMPORARY TABLE", 1), err
}

// InsertParsed adds the rows of one table to another and reads the texts of the columns in parsed as JSON.
func InsertParsed(d *dialect.Dialect, from, to, columns []string, parsed string) (string, error) {
	w := &writer{Renderer: New(d, Keep{})}
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = Ident(d, c)
		if c == parsed {
			v, err := w.piece("json.parse", atom(values[i]))
			if err != nil {
				return "", err
			}
			values[i] = v.s
		}
	}
	return InsertSelect(d, to, columns, "SELECT "+strings.Join(values, ", ")+" FROM "+Path(d, from)), nil
}

// CopyStaged loads gzipped lines of JSON below an S3 prefix into a table; Redshift alone has it. role is an
// IAM role's ARN, "" for the cluster's default; region is the bucket's, "" for the cluster's.
func CopyStaged(d *dialect.Dialect, path, columns []string, prefix, role, region string) (string, error) {
	if d.Name != "redshift" {
		return "", &UnsupportedError{Dialect: d.Name, What: "loading from S3"}
	}
	s := "COPY " + Path(d, path) + " (" + idents(d, columns) + ") FROM " + Text(d, prefix) + " IAM_ROLE "
	if role == "" {
		s += "DEFAULT"
	} else {
		s += Text(d, role)
	}
	if region != "" {
		s += " REGION " + Text(d, region)
	}
	return s + " FORMAT JSON 'auto' GZIP TIMEFORMAT 'auto' COMPUPDATE OFF", nil
}

func idents(d *dialect.Dialect, names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = Ident(d, n)
	}
	return strings.Join(quoted, ", ")
}
