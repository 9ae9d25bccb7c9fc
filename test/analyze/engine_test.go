package analyze

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/jackc/pgx/v5"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/identity"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/internal/pgtest"
	"github.com/nexus-host/nexus-host/internal/tier"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// engine is a database that runs statements and reports a query's columns.
type engine interface {
	exec(ctx context.Context, statement string) error
	columns(ctx context.Context, query string) ([]column, error)
}

// column is one as the database names it.
type column struct{ name, kind string }

// kinds are what the databases call the types of portable SQL.
var kinds = map[string]map[sql.Type]string{
	"duckdb": {
		sql.Text: "VARCHAR", sql.Bigint: "BIGINT", sql.Double: "DOUBLE", sql.Decimal: "DECIMAL(38,9)",
		sql.Boolean: "BOOLEAN", sql.Timestamp: "TIMESTAMP", sql.Date: "DATE", sql.JSON: "JSON",
	},
	"postgres": {
		sql.Text: "text", sql.Bigint: "int8", sql.Double: "float8", sql.Decimal: "numeric",
		sql.Boolean: "bool", sql.Timestamp: "timestamp", sql.Date: "date", sql.JSON: "jsonb",
	},
}

// execute runs a script on a database that has nothing yet: over empty inputs of the real
// types, in the order of a build, loops one round. Each relation and each query must
// have the columns that the core promises, with their types. fault gets what does not hold.
func execute(ctx context.Context, e engine, s *statement.Script, fault func(i int, err error)) (typed int, err error) {
	d := s.Dialect
	for _, in := range s.Inputs {
		made, err := render.CreateTable(d, in.Path, in.Columns)
		if err != nil {
			return 0, err
		}
		for _, text := range []string{render.CreateSchema(d, in.Path[:len(in.Path)-1]), made} {
			if err := e.exec(ctx, text); err != nil {
				return 0, err
			}
		}
	}
	for i, st := range s.Statements {
		probe := st.SQL
		if !st.Query {
			if err := e.exec(ctx, st.SQL); err != nil {
				fault(i, err)
				continue
			}
			if st.Makes == nil {
				continue
			}
			probe = catalog.Probe(d, st.Makes)
		}
		got, err := e.columns(ctx, probe)
		if err != nil {
			fault(i, err)
		} else if st.Columns != nil {
			typed++
			if err := compare(got, st.Columns, kinds[d.Name]); err != nil {
				fault(i, err)
			}
		}
	}
	return typed, nil
}

// compare holds the columns that a database sees against the promised ones; a promise may leave the name open.
func compare(got []column, want []sql.ColumnDef, types map[sql.Type]string) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d columns, want %d", len(got), len(want))
	}
	var errs []error
	for i, w := range want {
		if w.Name != "" && !strings.EqualFold(got[i].name, w.Name) || got[i].kind != types[w.Type] {
			errs = append(errs, fmt.Errorf("column %d is %s %s, want %s %s", i+1, got[i].name, got[i].kind, w.Name, types[w.Type]))
		}
	}
	return errors.Join(errs...)
}

type duckDB struct{ db *stdsql.DB }

func newDuckDB(t *testing.T) engine {
	t.Helper()
	db, err := stdsql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	// Over empty inputs there is nothing to optimize, and it takes longer than all else.
	if _, err := db.Exec("PRAGMA disable_optimizer"); err != nil {
		t.Fatal(err)
	}
	return duckDB{db}
}

func (e duckDB) exec(ctx context.Context, statement string) error {
	_, err := e.db.ExecContext(ctx, statement)
	return err
}

func (e duckDB) columns(ctx context.Context, query string) ([]column, error) {
	rows, err := e.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var list []column
	for _, c := range names {
		list = append(list, column{c.Name(), c.DatabaseTypeName()})
	}
	return list, nil
}

type postgreSQL struct{ conn *pgx.Conn }

func newPostgreSQL(t *testing.T, server *pgtest.Server) engine {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return postgreSQL{conn}
}

func (e postgreSQL) exec(ctx context.Context, statement string) error {
	_, err := e.conn.PgConn().Exec(ctx, statement).ReadAll()
	return err
}

// columns prepares a query: the server parses, analyses and types it.
func (e postgreSQL) columns(ctx context.Context, query string) ([]column, error) {
	prepared, err := e.conn.PgConn().Prepare(ctx, "", query, nil)
	if err != nil {
		return nil, err
	}
	var list []column
	for _, f := range prepared.Fields {
		kind := fmt.Sprint(f.DataTypeOID)
		if t, ok := e.conn.TypeMap().TypeForOID(f.DataTypeOID); ok {
			kind = t.Name
		}
		if kind == "name" || kind == "varchar" { // the catalogue's own texts
			kind = "text"
		}
		list = append(list, column{f.Name, kind})
	}
	return list, nil
}

// Every statement for DuckDB runs, with the types that the core promises.
func TestDuckDB(t *testing.T) {
	_, scripts := scriptsOf(t, "duckdb")
	scripts = covering(t, scripts)
	if testing.Short() {
		scripts = scripts[len(scripts)-1:] // the golden queries
	}
	for _, s := range scripts {
		runs(t, newDuckDB(t), s)
	}
}

// Every statement for PostgreSQL runs on a real server, with the types that the core promises.
func TestPostgreSQL(t *testing.T) {
	server := pgtest.New(t)
	_, scripts := scriptsOf(t, "postgres")
	for _, s := range covering(t, scripts) {
		runs(t, newPostgreSQL(t, server), s)
	}
}

// covering leaves out scripts all of whose statements are in others, and unless the run is to leave nothing out, the
// bakery, whose statements are the demo's but for its settings and names, and resolution by rounds, which core/models executes.
func covering(t *testing.T, scripts []*statement.Script) (list []*statement.Script) {
	t.Helper()
	if !tier.All() {
		t.Logf("left to %s=all: the bakery, and resolution by rounds", tier.Variable)
		scripts = slices.DeleteFunc(slices.Clone(scripts), func(s *statement.Script) bool {
			return strings.HasPrefix(s.Name, "bakery/") || strings.HasSuffix(s.Name, "/"+identity.Auto)
		})
	}
	texts := map[string]int{}
	for _, s := range scripts {
		for _, st := range s.Statements {
			texts[st.SQL]++
		}
	}
	for _, s := range scripts {
		own := map[string]int{}
		for _, st := range s.Statements {
			own[st.SQL]++
		}
		if slices.ContainsFunc(s.Statements, func(st statement.Statement) bool { return texts[st.SQL] == own[st.SQL] }) {
			list = append(list, s)
			continue
		}
		for text, n := range own {
			texts[text] -= n
		}
	}
	return list
}

func runs(t *testing.T, e engine, s *statement.Script) {
	t.Helper()
	bad := faults{t: t}
	typed, err := execute(t.Context(), e, s, func(i int, err error) { bad.add("%s: %v\n%s", s.ID(i), err, s.Statements[i].SQL) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s %s: %d statements, %d with types", s.Dialect.Name, s.Name, len(s.Statements), typed)
}
