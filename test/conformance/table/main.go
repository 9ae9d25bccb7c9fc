// Command table renews the table of warehouses in README.md from the dialects, and that of results in
// docs/conformance.md from testdata/results, which the engines' tests write where NEXUS_CONFORMANCE_RESULTS says
// so. Run it in the checkout's folder.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nexus-host/nexus-host/test/conformance"
)

func main() {
	if err := errors.Join(renewResults(filepath.Join("testdata", "results")), renew("README.md", conformance.RenewSupport)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func renewResults(dir string) error {
	results, err := conformance.ReadResults(dir)
	if err != nil {
		return err
	}
	return renew(filepath.Join("docs", "conformance.md"), func(text string) (string, error) { return conformance.Renew(text, results) })
}

// renew writes a file as with makes it of its text.
func renew(file string, with func(string) (string, error)) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	out, err := with(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(out), 0o644)
}
