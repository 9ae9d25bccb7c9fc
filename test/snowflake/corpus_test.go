package snowflake_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/internal/corpus"
)

// TestCorpus runs every case of testdata/conformance on fakesnow.
func TestCorpus(t *testing.T) {
	corpus.Run(t, corpus.Engine{
		Name: "snowflake", Version: "fakesnow 0.11.14", Dialect: snow(t), Warehouse: open(t),
		Path:  func(table string) []string { return []string{"PUBLIC", table} },
		Batch: 16,
	}, corpus.ReadExceptions(t, "exceptions.txt"))
}
