package render

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Switch is a row of the journal of a publication by views: which set of tables a
// published name reads.
type Switch struct {
	Relation string
	Slot     string // the prefix of the set; "" if the name goes
	Query    string // of a view that reads the set's tables; "" if the set has a relation to read
	Done     bool   // every name of the journal has been switched
}

// The states of a journal, one for all of its rows.
const (
	switching = "switching"
	published = "published"
)

// WriteJournal replaces a journal by these rows at once. Queries are packed into one more row, which has no relation: they are
// long, and alike, and of use only until all names have been switched.
func WriteJournal(d *dialect.Dialect, path []string, rows []Switch) (string, error) {
	text := func(s string) string { return "CAST(" + Text(d, s) + " AS " + d.Types[sql.Text] + ")" }
	packed, err := pack(rows)
	if err != nil {
		return "", err
	}
	if packed != "" {
		rows = append(slices.Clone(rows), Switch{Slot: packed})
	}
	arms := make([]string, len(rows))
	for i, r := range rows {
		state := switching
		if r.Done {
			state = published
		}
		arms[i] = "SELECT " + text(r.Relation) + " AS " + Ident(d, "relation") + ", " + text(r.Slot) + " AS " + Ident(d, "slot") + ", " + text(state) + " AS " + Ident(d, "state")
	}
	return ReplaceTableAs(d, path, strings.Join(arms, "\nUNION ALL ")), nil
}

// ReadJournal is a query of a journal's rows: relation, slot (texts), done (boolean). UnpackJournal completes them.
func ReadJournal(d *dialect.Dialect, path []string) string {
	return "SELECT " + Ident(d, "relation") + ", " + Ident(d, "slot") + ", " + Ident(d, "state") + " = " + Text(d, published) + " AS " + Ident(d, "done") + " FROM " + Path(d, path)
}

// pack is the queries of names that are to be switched; "" if there are none.
func pack(rows []Switch) (string, error) {
	queries := map[string]string{}
	for _, r := range rows {
		if r.Query != "" && !r.Done {
			queries[r.Relation] = r.Query
		}
	}
	if len(queries) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		err = errors.Join(json.NewEncoder(z).Encode(queries), z.Close())
	}
	if err != nil {
		return "", fmt.Errorf("render: journal: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// UnpackJournal gives the rows of a journal their queries.
func UnpackJournal(rows []Switch) ([]Switch, error) {
	var all []Switch
	queries := map[string]string{}
	for _, r := range rows {
		if r.Relation != "" {
			all = append(all, r)
			continue
		}
		packed, err := base64.StdEncoding.DecodeString(r.Slot)
		if err == nil {
			err = json.NewDecoder(flate.NewReader(bytes.NewReader(packed))).Decode(&queries)
		}
		if err != nil {
			return nil, fmt.Errorf("render: journal: %w", err)
		}
	}
	for i := range all {
		all[i].Query = queries[all[i].Relation]
	}
	return all, nil
}
