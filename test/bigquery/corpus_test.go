package bigquery

import (
	"testing"

	"github.com/nexus-host/nexus-host/internal/corpus"
)

// Every case of the corpus on the emulator, whose own faults exceptions.txt lists with their reasons.
func TestCorpus(t *testing.T) {
	w := open(t, emulator(t), "corpus")
	corpus.Run(t, corpus.Engine{
		Name: "bigquery", Version: "goccy/bigquery-emulator " + version, Dialect: bigQuery(t), Warehouse: w, Batch: 20,
		Path: func(table string) []string { return []string{"corpus", table} },
	}, corpus.ReadExceptions(t, "exceptions.txt"))
}
