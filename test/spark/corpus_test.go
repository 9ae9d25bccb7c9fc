package spark_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/dialect"
	"github.com/nexus-host/nexus-host/core/render"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/internal/corpus"
)

// known are the cases that Apache Spark fails, or computes otherwise, by its own fault.
var known = corpus.Exceptions{}

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

func TestCorpus(t *testing.T) {
	w := open(t)
	schema(t, w, "corpus")
	version := all(t, w, "select version()")
	corpus.Run(t, corpus.Engine{
		Name: "spark", Version: version[0][0].(string), Dialect: databricksDialect(t), Warehouse: w, Batch: 40,
		Path: func(table string) []string { return []string{"corpus", table} },
	}, known)
}
