package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ResultEnv names the folder where runs write what they found, testdata/results as a rule;
// test/conformance makes the table in docs/conformance.md of it.
const ResultEnv = "NEXUS_CONFORMANCE_RESULTS"

// What was done with the statements of a dialect.
const (
	Executed = "executed"     // every case ran and its rows were compared
	Shared   = "shared"       // every case ran that a stand-in engine shares, and its rows were compared
	Checked  = "type-checked" // every statement was analysed with the types of its columns
	Parsed   = "parsed"       // every statement was read by an independent parser
	Built    = "built"        // a whole project was built, and every table has the expected digest
)

// Result is what one engine, or one analyser, gave.
type Result struct {
	Dialect    string            `json:"dialect"`
	Done       string            `json:"done"`             // Executed, Built, …
	Engine     string            `json:"engine"`           // what did it
	Version    string            `json:"version"`          // may be empty
	Corpus     string            `json:"corpus,omitempty"` // a hash of the cases
	Cases      int               `json:"cases,omitempty"`
	NotShared  map[string]int    `json:"not_shared,omitempty"` // how many were not executed by the stand-in engine, by reason
	Exceptions map[string]string `json:"exceptions,omitempty"` // reason by case
	Project    string            `json:"project,omitempty"`    // what was built
	Strategies []string          `json:"strategies,omitempty"` // of resolution, each with the same digests
	Tables     int               `json:"tables,omitempty"`     // that have digests
}

func (r Result) notShared() (n int) {
	for _, k := range r.NotShared {
		n += k
	}
	return n
}

// Record writes a result where ResultEnv asks for it.
func Record(t testing.TB, r Result) {
	t.Helper()
	dir := os.Getenv(ResultEnv)
	if dir == "" {
		return
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		name := strings.TrimSuffix(strings.Join([]string{r.Dialect, r.Done, r.Engine, strings.ReplaceAll(r.Project, " ", "-")}, "-"), "-")
		err = os.WriteFile(filepath.Join(dir, name+".json"), append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Hash distinguishes one corpus from another.
func Hash(cases []Case) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, c := range cases {
		c.Place = "" // which says nothing of the case
		if err := enc.Encode(c); err != nil {
			panic(err) // text always encodes
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
