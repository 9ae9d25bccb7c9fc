package spark_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/test/spark"
)

var shared struct {
	once   sync.Once
	server *spark.Server
	err    error
}

// server is one Spark for all tests of the package.
func server(t testing.TB) *spark.Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = spark.Start(context.Background()) })
	if errors.Is(shared.err, spark.ErrMissing) && os.Getenv(spark.RequireEnv) != "1" {
		t.Skipf("SPARK IS NOT TESTED: %v (%s=1 makes this a failure)", shared.err, spark.RequireEnv)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		if code != 0 {
			fmt.Fprintln(os.Stderr, shared.server.Log())
		}
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// options reach the shared server.
func options(t testing.TB) databricks.Options {
	s := server(t)
	return databricks.Options{Protocol: "http", Host: s.Host(), Port: s.Port(), HTTPPath: spark.HTTPPath, Token: spark.Token, RunID: "run_1"}
}

func open(t testing.TB) *databricks.Warehouse {
	t.Helper()
	w, err := databricks.Open(t.Context(), options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// all gives a query's rows.
func all(t testing.TB, w *databricks.Warehouse, statement string) [][]any {
	t.Helper()
	rows, err := w.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, append([]any(nil), v...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func exec(t testing.TB, w *databricks.Warehouse, statement string) {
	t.Helper()
	if _, err := w.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%v\n%.2000s", err, statement)
	}
}
