package databricks

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Driver links Databricks into a program.
func Driver() warehouse.Driver {
	return warehouse.Driver{
		Name: "databricks",
		Open: func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
			return warehouse.AsEngine(Open(ctx, options(s, o)))
		},
	}
}

var _ warehouse.Engine = (*Warehouse)(nil)

func options(s *warehouse.Settings, o warehouse.OpenOptions) Options {
	return Options{
		Host: s.Host, Port: s.Port, Protocol: s.Protocol, HTTPPath: s.HTTPPath, Catalog: s.Catalog,
		Token: string(s.Token), ClientID: s.ClientID, ClientSecret: string(s.ClientSecret), Volume: s.Volume,
		RunID: o.RunID, QueryTag: s.QueryTag, Concurrency: s.Connections(o),
		ConnectTimeout: s.ConnectTimeout.Value(0), StatementTimeout: s.StatementTimeout.Value(0), Retry: retry.Policy{Log: s.Log},
	}
}

// Explain checks a query; Databricks' plan has no estimate of all of it.
func (w *Warehouse) Explain(ctx context.Context, query string) (warehouse.Estimate, error) {
	rows, err := w.Query(ctx, catalog.Explain(query))
	if err != nil {
		return warehouse.Estimate{}, err
	}
	return warehouse.Estimate{}, warehouse.Each(rows, func(v []any) error {
		// What is wrong with a query is in the plan's text.
		line := fmt.Sprint(v[len(v)-1])
		if strings.Contains(line, "AnalysisException") || strings.Contains(line, "Error occurred during query planning") {
			return errors.New(line)
		}
		return nil
	})
}

// Usage is nil: Databricks reports it in its own tables only.
func (w *Warehouse) Usage() *warehouse.Usage { return nil }
