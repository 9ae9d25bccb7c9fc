// Package models_test executes the models of core/models/… on databases, one file or a few for each of them. They are
// one package, because each test binary with an engine takes seconds to link. What needs no engine is tested beside its code.
package models_test

import (
	"flag"
	"testing"

	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// server is one PostgreSQL for all tests; nil where there is none.
var server *pgtest.Server

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "5s"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	pgtest.Main(m, &server)
}

// targets runs a test on each database.
func targets(t *testing.T, test func(t *testing.T, tg *coretest.Target)) {
	t.Run("duckdb", func(t *testing.T) { test(t, target.DuckDB(t)) })
	t.Run("postgres", func(t *testing.T) {
		if server == nil {
			t.Skip("PostgreSQL IS NOT TESTED")
		}
		test(t, target.Postgres(t, server))
	})
}
