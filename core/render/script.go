package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/dialect"
)

// Transaction is one script of statements that take effect all or none, for an engine
// whose connections hold no transaction.
func Transaction(d *dialect.Dialect, statements []string) (string, error) {
	if d.Name != "bigquery" {
		return "", &UnsupportedError{Dialect: d.Name, What: "a transaction in one script"}
	}
	return "BEGIN TRANSACTION;\n" + strings.Join(statements, ";\n") + ";\nCOMMIT TRANSACTION;", nil
}

// Nothing is a query that reads nothing, for a first word with an engine.
func Nothing(d *dialect.Dialect) string {
	return "SELECT 1 AS " + Ident(d, "n")
}
