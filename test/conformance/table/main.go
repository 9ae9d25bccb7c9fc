// Command table renews the table of results in docs/conformance.md from
// testdata/results, which the engines' tests write where NEXUS_CONFORMANCE_RESULTS says
// so. Run it in the checkout's folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/nexus-host/nexus-host/test/conformance"
)

func main() {
	if err := renew(filepath.Join("docs", "conformance.md"), filepath.Join("testdata", "results")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func renew(doc, dir string) error {
	results, err := conformance.ReadResults(dir)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(doc)
	if err != nil {
		return err
	}
	out, err := conformance.Renew(string(text), results)
	if err != nil {
		return err
	}
	return os.WriteFile(doc, []byte(out), 0o644)
}
