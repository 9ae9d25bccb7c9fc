package pgwire

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
)

// planned is the sum of a plan, in its first line.
var planned = regexp.MustCompile(`\(cost=[0-9.]+\.\.([0-9.]+) rows=([0-9]+) width=`)

// Explain asks for a query's plan, and its estimates of rows and cost.
func (p *Pool) Explain(ctx context.Context, query string) (e warehouse.Estimate, err error) {
	rows, err := p.Query(ctx, catalog.Explain(query))
	if err != nil {
		return e, err
	}
	first := true
	err = warehouse.Each(rows, func(v []any) error {
		if m := planned.FindStringSubmatch(fmt.Sprint(v[len(v)-1])); first && m != nil {
			n, err := strconv.ParseInt(m[2], 10, 64)
			if err != nil {
				return fmt.Errorf("%s: a plan's rows: %w", p.options.Name, err)
			}
			e.Rows, e.Cost = &n, m[1]
		}
		first = false
		return nil
	})
	return e, err
}

// Usage is nil: neither PostgreSQL nor Redshift reports any.
func (p *Pool) Usage() *warehouse.Usage { return nil }
