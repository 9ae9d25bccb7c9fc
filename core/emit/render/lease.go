package render

import (
	"strconv"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Lease is a lock for engines without advisory locks: a row that names its holder and
// the instant, by the engine's own clock, at which it is free again.
type Lease struct {
	Path   []string // the relation of locks
	Name   string   // which lock
	Holder string   // who asks: no two takers may share it
	TTL    time.Duration
}

// LeaseStatements are what can be done with a lease. Take, Renew and Release are each one
// conditional UPDATE, so that the engine decides between two who ask at once.
type LeaseStatements struct {
	Create  string // the relation, if it is not there
	Seed    string // the lock's row, if it is not there; two at once may leave two rows
	Take    string // every row of the lock that is free, expired or the holder's own
	Read    string // the lock's rows: holder (text), left (bigint: microseconds until it expires)
	Renew   string // the holder's rows
	Release string // the same
}

// LeaseOf renders a lease's statements.
func LeaseOf(d *dialect.Dialect, l Lease) (LeaseStatements, error) {
	create, err := CreateTable(d, l.Path, []sql.ColumnDef{{Name: "name", Type: sql.Text}, {Name: "holder", Type: sql.Text}, {Name: "expires", Type: sql.Bigint}})
	if err != nil {
		return LeaseStatements{}, err
	}
	clock, ok := d.Template("now.micros")
	if !ok {
		return LeaseStatements{}, &UnsupportedError{Dialect: d.Name, What: "the engine's clock in microseconds"}
	}
	path := Path(d, l.Path)
	name, holder, expires := Ident(d, "name"), Ident(d, "holder"), Ident(d, "expires")
	this := name + " = " + Text(d, l.Name)
	mine := this + " AND " + holder + " = " + Text(d, l.Holder)
	text := func(s string) string { return "CAST(" + Text(d, s) + " AS " + d.Types[sql.Text] + ")" }
	until := clock + " + " + strconv.FormatInt(l.TTL.Microseconds(), 10)
	return LeaseStatements{
		Create: IfNotExists(create),
		Seed: "INSERT INTO " + path + " (" + name + ", " + holder + ", " + expires + ")\nSELECT q.n, q.h, q.e FROM (SELECT " + text(l.Name) + " AS n, " +
			text("") + " AS h, CAST(0 AS " + d.Types[sql.Bigint] + ") AS e) AS q\nWHERE NOT EXISTS (SELECT 1 FROM " + path + " AS t WHERE t." + this + ")",
		Take: "UPDATE " + path + " SET " + holder + " = " + Text(d, l.Holder) + ", " + expires + " = " + until +
			"\nWHERE " + this + " AND (" + expires + " < " + clock + " OR " + holder + " = " + Text(d, l.Holder) + ")",
		Read:    "SELECT " + holder + " AS " + holder + ", " + expires + " - " + clock + " AS " + Ident(d, "left_micros") + " FROM " + path + " WHERE " + this,
		Renew:   "UPDATE " + path + " SET " + expires + " = " + until + " WHERE " + mine,
		Release: "UPDATE " + path + " SET " + holder + " = " + Text(d, "") + ", " + expires + " = 0 WHERE " + mine,
	}, nil
}
