package render

import "github.com/nexus-host/nexus-host/core/emit/dialect"

// Nothing is a query that reads nothing, for a first word with an engine.
func Nothing(d *dialect.Dialect) string { return "SELECT 1 AS " + Ident(d, "n") }
