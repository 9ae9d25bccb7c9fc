package render

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Kind is what a path names, for statements that must know.
type Kind string

// The kinds of relations that a build makes.
const (
	Table Kind = "TABLE"
	View  Kind = "VIEW"
)

// CreateTableAs makes a table of a query's rows. The name must be free.
func CreateTableAs(d *dialect.Dialect, path []string, query string, layout ...Layout) string {
	return "CREATE TABLE " + Path(d, path) + clauses(d, layout) + " AS\n" + query
}

// CreateView makes a view. The name must be free: replacing is dropping first,
// because PostgreSQL replaces a view only by one of the same columns.
func CreateView(d *dialect.Dialect, path []string, query string) string {
	return "CREATE VIEW " + Path(d, path) + " AS\n" + query
}

// Drop drops a table or view if it is there. An engine with both kinds in one
// name space still fails where the other kind has the name.
func Drop(d *dialect.Dialect, kind Kind, path []string) string {
	s := "DROP " + string(kind) + " IF EXISTS " + Path(d, path)
	if d.DropCascade {
		s += " CASCADE"
	}
	return s
}

// Rename gives a relation another name in the same schema.
func Rename(d *dialect.Dialect, kind Kind, path []string, name string) string {
	to := Ident(d, name)
	if d.Rename == dialect.RenameQualified {
		to = Path(d, append(append([]string{}, path[:len(path)-1]...), name))
	}
	return "ALTER " + string(kind) + " " + Path(d, path) + " RENAME TO " + to
}

// CreateSchema makes a schema if it is not there.
func CreateSchema(d *dialect.Dialect, path []string) string {
	return "CREATE SCHEMA IF NOT EXISTS " + Path(d, path)
}

// CreateOwnSchema makes the schema of a build, which is dropped at its end, if it is not there.
func CreateOwnSchema(d *dialect.Dialect, path []string) string {
	return d.OwnSchema + " " + Path(d, path)
}

// DropSchema drops a schema and all in it.
func DropSchema(d *dialect.Dialect, path []string) string {
	return "DROP SCHEMA IF EXISTS " + Path(d, path) + " CASCADE"
}

// InsertSelect adds a query's rows to a table.
func InsertSelect(d *dialect.Dialect, path []string, columns []string, query string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = Ident(d, c)
	}
	return "INSERT INTO " + Path(d, path) + " (" + wrap(quoted) + ")\n" + query
}

// Empty deletes all rows of a table within a transaction.
func Empty(d *dialect.Dialect, path []string) string {
	if d.Empty != "" {
		return d.Empty + " " + Path(d, path)
	}
	return "DELETE FROM " + Path(d, path)
}

// CopyRows adds all rows of a table to another that has these columns.
func CopyRows(d *dialect.Dialect, from, to []string, columns []sql.ColumnDef) string {
	names, quoted := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], quoted[i] = c.Name, Ident(d, c.Name)
	}
	return InsertSelect(d, to, names, "SELECT "+wrap(quoted)+"\nFROM "+Path(d, from))
}

// AddColumn adds a column that is NULL in every row.
func AddColumn(d *dialect.Dialect, path []string, c sql.ColumnDef) (string, error) {
	t, err := ColumnType(d, c.Type)
	if err != nil {
		return "", err
	}
	return "ALTER TABLE " + Path(d, path) + " ADD COLUMN " + Ident(d, c.Name) + " " + t, nil
}

// DropColumn drops a column.
func DropColumn(d *dialect.Dialect, path []string, name string) string {
	return "ALTER TABLE " + Path(d, path) + " DROP COLUMN " + Ident(d, name)
}

// ReplaceView makes a view or replaces it at once; a table of that name is in its way.
func ReplaceView(d *dialect.Dialect, path []string, query string) string {
	return "CREATE OR REPLACE VIEW " + Path(d, path) + " AS\n" + query
}

// ReplaceTableAs makes a table of a query's rows or replaces it at once; the query may read it.
func ReplaceTableAs(d *dialect.Dialect, path []string, query string, layout ...Layout) string {
	return "CREATE OR REPLACE TABLE " + Path(d, path) + clauses(d, layout) + " AS\n" + query
}

// All is a query of all rows and columns of a relation.
func All(d *dialect.Dialect, path []string) string { return "SELECT * FROM " + Path(d, path) }

// Begin begins a transaction over what the dialect's way to publish needs in one.
func Begin(d *dialect.Dialect) (string, error) {
	if d.Publish == dialect.PublishViews {
		return "", &UnsupportedError{Dialect: d.Name, What: "a transaction over several tables"}
	}
	return "BEGIN TRANSACTION", nil
}

// Commit ends a transaction and keeps what it did.
func Commit(*dialect.Dialect) string { return "COMMIT" }

// ColumnType is the dialect's name of a type, for tables that are not made from a query.
func ColumnType(d *dialect.Dialect, t sql.Type) (string, error) {
	if s, ok := d.Types[t]; ok {
		return s, nil
	}
	return "", fmt.Errorf("render: no column can have type %s", t)
}

// CreateTable makes an empty table. The name must be free.
func CreateTable(d *dialect.Dialect, path []string, columns []sql.ColumnDef, layout ...Layout) (string, error) {
	return createTable(d, "CREATE TABLE ", path, columns, layout)
}

// ReplaceTable makes an empty table or replaces one at once.
func ReplaceTable(d *dialect.Dialect, path []string, columns []sql.ColumnDef) (string, error) {
	return createTable(d, "CREATE OR REPLACE TABLE ", path, columns, nil)
}

// CreateTableIfMissing makes an empty table where no table has the name.
func CreateTableIfMissing(d *dialect.Dialect, path []string, columns []sql.ColumnDef, layout ...Layout) (string, error) {
	return createTable(d, "CREATE TABLE IF NOT EXISTS ", path, columns, layout)
}

func createTable(d *dialect.Dialect, head string, path []string, columns []sql.ColumnDef, layout []Layout) (string, error) {
	s := head + Path(d, path) + " ("
	for i, c := range columns {
		t, err := ColumnType(d, c.Type)
		if err != nil {
			return "", err
		}
		if i > 0 {
			s += ","
		}
		s += "\n  " + Ident(d, c.Name) + " " + t
		if d.Hashed != "" && len(layout) > 0 && slices.Contains(layout[0].Hashed, c.Name) {
			s += " " + d.Hashed
		}
	}
	return s + "\n)" + clauses(d, layout), nil
}

// Count is a query of one bigint: how many rows a relation has.
func Count(d *dialect.Dialect, path []string) string {
	return "SELECT count(*) AS " + Ident(d, "rows") + " FROM " + Path(d, path)
}
