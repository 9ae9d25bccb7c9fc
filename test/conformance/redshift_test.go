package conformance_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/nexus-host/nexus-host/host/warehouse/redshift"
	"github.com/nexus-host/nexus-host/internal/redshifttest"
	"github.com/nexus-host/nexus-host/test/conformance"
)

// There is no Redshift to run, so a PostgreSQL stands in: what it does not share with it, it refuses.
func TestRedshift(t *testing.T) {
	w, err := redshift.Open(t.Context(), redshift.Options{DSN: redshifttest.Open(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	e := engine(t, "redshift", w, "public")
	e.Name, e.Refuses, e.Least = "postgres", refuses, 2135
	t.Run("cases", func(t *testing.T) { conformance.Run(t, e, conformance.ReadExceptions(t, "redshift.txt")) })
	t.Run("digests", func(t *testing.T) { conformance.Digests(t, e) })
}

// refuses recognizes the errors of PostgreSQL that say that it has no such construct.
func refuses(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	switch pg.Code {
	case "42601", "42883", "42703", "42704", "42809": // syntax, function, column, object, kind of object
		return pg.Message
	}
	return ""
}
