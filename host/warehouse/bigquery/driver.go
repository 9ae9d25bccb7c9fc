package bigquery

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Driver links BigQuery into a program.
func Driver() warehouse.Driver {
	return warehouse.Driver{
		Name: "bigquery",
		Open: func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
			return warehouse.AsEngine(Open(ctx, options(s, o)))
		},
	}
}

var _ warehouse.Engine = (*Warehouse)(nil)

func options(s *warehouse.Settings, o warehouse.OpenOptions) Options {
	return Options{
		Project: s.Project, Dataset: s.Schema, Location: s.Location,
		Credentials: Credentials{
			Keyfile: s.File(s.Keyfile), KeyfileJSON: string(s.KeyfileJSON), Impersonate: s.Impersonate, Endpoint: s.Endpoint, NoAuth: s.WithoutAuth,
		},
		MaximumBytesBilled: int64(s.MaximumBytesBilled), Priority: s.Priority, Labels: s.Labels, RunID: o.RunID, Concurrency: s.Connections(o),
		ConnectTimeout: s.ConnectTimeout.Value(0), StatementTimeout: s.StatementTimeout.Value(0), Log: s.Log,
	}
}
