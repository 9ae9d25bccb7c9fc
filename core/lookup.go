package core

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/models/read"
)

// Reader renders the lookups of a built history for one warehouse.
type Reader struct {
	Dialect *dialect.Dialect
	Schema  []string // catalog and schema, as many as the warehouse has
}

// SQL renders a lookup of needle; limit bounds the rows of a timeline.
func (r Reader) SQL(lookup read.Lookup, needle string, limit int) (string, error) {
	q, err := read.Query(lookup, needle, limit)
	if err != nil {
		return "", fmt.Errorf("core: %w", err)
	}
	text, err := render.Query(q, r.Dialect, func(_, name string) ([]string, error) {
		return append(slices.Clone(r.Schema), name), nil
	})
	if err != nil {
		return "", fmt.Errorf("core: lookup %s: %w", lookup, err)
	}
	return text, nil
}
