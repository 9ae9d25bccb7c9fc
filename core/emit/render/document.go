package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// DocumentsAsText is a query with the same rows and columns, documents as the engine's text
// of them, for drivers that would decode documents and lose digits on the way, or cannot bring them.
func DocumentsAsText(d *dialect.Dialect, query string, columns []sql.ColumnDef) (string, error) {
	items := make([]string, len(columns))
	for i, c := range columns {
		items[i] = Ident(d, c.Name)
		if c.Type == sql.JSON {
			text, err := ApplyTemplate(d, "document_text", items[i])
			if err != nil {
				return "", err
			}
			items[i] = text + " AS " + items[i]
		}
	}
	return "SELECT " + strings.Join(items, ", ") + "\nFROM (\n" + query + "\n) AS " + Ident(d, "q"), nil
}
