package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// ResultEnv names the folder where a run writes what it found, for docs/conformance.md.
const ResultEnv = "NEXUS_CONFORMANCE_RESULTS"

// Result is what one engine gave.
type Result struct {
	Engine     string            `json:"engine"`
	Version    string            `json:"version,omitempty"`
	Dialect    string            `json:"dialect"`
	Corpus     string            `json:"corpus"` // a hash of the cases
	Cases      int               `json:"cases"`
	Exceptions map[string]string `json:"exceptions,omitempty"` // reason by case
}

// record writes a result where ResultEnv asks for it.
func record(t *testing.T, e Engine, cases []Case, excused map[string]string) {
	t.Helper()
	dir := os.Getenv(ResultEnv)
	if dir == "" {
		return
	}
	b, err := json.MarshalIndent(Result{
		Engine: e.Name, Version: e.Version, Dialect: e.Dialect.Name, Corpus: hash(cases), Cases: len(cases), Exceptions: excused,
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, e.Name+".json"), append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// hash tells one corpus from another.
func hash(cases []Case) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, c := range cases {
		c.Place = ""
		if err := enc.Encode(c); err != nil {
			panic(err) // text always encodes
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
