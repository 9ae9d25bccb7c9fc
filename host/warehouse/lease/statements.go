package lease

import (
	"strconv"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Row is the row of a lock: it names its holder and
// the instant, by the engine's own clock, at which it is free again.
type Row struct {
	Path   []string // the relation of locks
	Name   string   // which lock
	Holder string   // who asks: no two takers may share it
	TTL    time.Duration
}

// Statements are what can be done with a lease. Take, Renew and Release are each one
// conditional UPDATE, so that the engine decides between two who ask at once.
type Statements struct {
	Create  string // the relation, if it is not there
	Seed    string // the lock's row, if it is not there; two at once may leave two rows
	Take    string // every row of the lock that is free, expired or the holder's own
	Read    string // the lock's rows: holder (text), left (bigint: microseconds until it expires)
	Renew   string // the holder's rows
	Release string // the same
}

// StatementsOf renders a lease's statements.
func StatementsOf(d *dialect.Dialect, l Row) (Statements, error) {
	create, err := render.CreateTableIfMissing(d, l.Path, []sql.ColumnDef{{Name: "name", Type: sql.Text}, {Name: "holder", Type: sql.Text}, {Name: "expires", Type: sql.Bigint}})
	if err != nil {
		return Statements{}, err
	}
	clock, err := render.ApplyTemplate(d, "now.micros")
	if err != nil {
		return Statements{}, err
	}
	path := render.Path(d, l.Path)
	name, holder, expires := render.Ident(d, "name"), render.Ident(d, "holder"), render.Ident(d, "expires")
	this := name + " = " + render.Text(d, l.Name)
	mine := this + " AND " + holder + " = " + render.Text(d, l.Holder)
	text := func(s string) string { return "CAST(" + render.Text(d, s) + " AS " + d.Types[sql.Text] + ")" }
	until := clock + " + " + strconv.FormatInt(l.TTL.Microseconds(), 10)
	return Statements{
		Create: create,
		Seed: "INSERT INTO " + path + " (" + name + ", " + holder + ", " + expires + ")\nSELECT q.n, q.h, q.e FROM (SELECT " + text(l.Name) + " AS n, " +
			text("") + " AS h, CAST(0 AS " + d.Types[sql.Bigint] + ") AS e) AS q\nWHERE NOT EXISTS (SELECT 1 FROM " + path + " AS t WHERE t." + this + ")",
		Take: "UPDATE " + path + " SET " + holder + " = " + render.Text(d, l.Holder) + ", " + expires + " = " + until +
			"\nWHERE " + this + " AND (" + expires + " < " + clock + " OR " + holder + " = " + render.Text(d, l.Holder) + ")",
		Read:    "SELECT " + holder + " AS " + holder + ", " + expires + " - " + clock + " AS " + render.Ident(d, "left_micros") + " FROM " + path + " WHERE " + this,
		Renew:   "UPDATE " + path + " SET " + expires + " = " + until + " WHERE " + mine,
		Release: "UPDATE " + path + " SET " + holder + " = " + render.Text(d, "") + ", " + expires + " = 0 WHERE " + mine,
	}, nil
}

// TryAdvisory is PostgreSQL's query of one boolean: whether this session now holds the lock of that number.
func TryAdvisory(key int64) string {
	return "SELECT pg_try_advisory_lock(" + strconv.FormatInt(key, 10) + ")"
}

// ReleaseAdvisory is PostgreSQL's query that releases the lock of that number.
func ReleaseAdvisory(key int64) string {
	return "SELECT pg_advisory_unlock(" + strconv.FormatInt(key, 10) + ")"
}
