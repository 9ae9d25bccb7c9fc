package render

import (
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Switch is a row of the journal of a publication by views: which set of tables a
// published name reads.
type Switch struct {
	Relation string
	Slot     string // the prefix of the set; "" if the name goes
	Done     bool   // every name of the journal has been switched
}

// The states of a journal, one for all of its rows.
const (
	switching = "switching"
	published = "published"
)

// WriteJournal replaces a journal by these rows at once.
func WriteJournal(d *dialect.Dialect, path []string, rows []Switch) string {
	text := func(s string) string { return "CAST(" + Text(d, s) + " AS " + d.Types[sql.Text] + ")" }
	arms := make([]string, len(rows))
	for i, r := range rows {
		state := switching
		if r.Done {
			state = published
		}
		arms[i] = "SELECT " + text(r.Relation) + " AS " + Ident(d, "relation") + ", " + text(r.Slot) + " AS " + Ident(d, "slot") + ", " + text(state) + " AS " + Ident(d, "state")
	}
	return ReplaceTableAs(d, path, strings.Join(arms, "\nUNION ALL "))
}

// ReadJournal is a query of a journal's rows: relation, slot (texts), done (boolean).
func ReadJournal(d *dialect.Dialect, path []string) string {
	return "SELECT " + Ident(d, "relation") + ", " + Ident(d, "slot") + ", " + Ident(d, "state") + " = " + Text(d, published) + " AS " + Ident(d, "done") + " FROM " + Path(d, path)
}
