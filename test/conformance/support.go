package conformance

import (
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// SupportBegin and SupportEnd are around the table of warehouses in README.md.
const (
	SupportBegin = "<!-- warehouses: begin; made by go run ./test/conformance/table -->\n"
	SupportEnd   = "<!-- warehouses: end -->\n"
)

// Support is the dialects' levels of support as a table of Markdown, in the order of their registration.
func Support() string {
	var b strings.Builder
	b.WriteString("| warehouse | support | what was tested |\n| --- | --- | --- |\n")
	for _, d := range dialect.All() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", d.Title, d.Support, d.Proof)
	}
	return b.String()
}

// RenewSupport puts the table into the text of README.md.
func RenewSupport(text string) (string, error) {
	return between(text, SupportBegin, SupportEnd, Support())
}
