package spark_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/test/conformance"
	"github.com/nexus-host/nexus-host/test/spark"
)

func databricksDialect(t testing.TB) *dialect.Dialect {
	t.Helper()
	d, err := dialect.ByName("databricks")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// schema makes an empty schema.
func schema(t testing.TB, w *databricks.Warehouse, name string) {
	t.Helper()
	d := databricksDialect(t)
	exec(t, w, render.DropSchema(d, []string{name}))
	exec(t, w, render.CreateSchema(d, []string{name}))
}

// documents asks for documents as text: Spark's Thrift Server has no type for VARIANT, which
// Databricks' own protocol brings as text.
type documents struct {
	*databricks.Warehouse
	dialect *dialect.Dialect
}

func (w documents) Query(ctx context.Context, query string) (warehouse.Rows, error) {
	rows, err := w.Warehouse.Query(ctx, query)
	if err == nil || !strings.Contains(err.Error(), "result set metadata") {
		return rows, err
	}
	columns, failed := w.Columns(ctx, query)
	if failed != nil {
		return nil, errors.Join(err, failed)
	}
	if query, err = render.DocumentsAsText(w.dialect, query, columns); err != nil {
		return nil, err
	}
	rows, err = w.Warehouse.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return texts{Rows: rows, columns: columns}, nil
}

// texts gives documents their type back.
type texts struct {
	warehouse.Rows
	columns []sql.ColumnDef
}

func (r texts) Values() ([]any, error) {
	values, err := r.Rows.Values()
	for i, c := range r.columns {
		if s, ok := values[i].(string); ok && err == nil && c.Type == sql.JSON {
			values[i] = warehouse.JSON(s)
		}
	}
	return values, err
}

// setup is what makes Spark answer as it does, through the gateway and as text.
var setup = []string{"setup.sh", "spark.go", "gateway.go", "corpus_test.go"}

func TestCorpus(t *testing.T) {
	conformance.Run(t, engine(t), conformance.ReadExceptions(t, "exceptions.txt"))
}

func TestDigests(t *testing.T) {
	e := engine(t)
	e.Warehouse = e.Open(t)
	conformance.Digests(t, e)
}

func engine(t *testing.T) conformance.Engine {
	t.Helper()
	version, err := spark.Version()
	if err != nil {
		server(t) // skips or fails
	}
	return conformance.Engine{
		Name: "spark", Version: version, Dialect: databricksDialect(t), Batch: 40, Setup: setup,
		Open: func(t *testing.T) conformance.Warehouse {
			w := open(t)
			schema(t, w, "corpus")
			return documents{w, databricksDialect(t)}
		},
		Path: func(table string) []string { return []string{"corpus", table} },
	}
}
