package postgres

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Driver links PostgreSQL into a program.
func Driver() warehouse.Driver {
	return warehouse.Driver{
		Name: "postgres",
		Open: func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
			return warehouse.AsEngine(Open(ctx, options(s, o)))
		},
	}
}

var _ warehouse.Engine = (*Warehouse)(nil)

func options(s *warehouse.Settings, o warehouse.OpenOptions) Options {
	return Options{
		DSN: string(s.DSN), Host: s.Host, Port: s.Port, Database: s.Database, User: s.User, Password: string(s.Password), Service: s.Service,
		SSLMode: s.SSLMode, SSLRootCert: s.File(s.SSLRootCert), SSLCert: s.File(s.SSLCert), SSLKey: s.File(s.SSLKey), Env: s.Env,
		Role: s.Role, ReadOnly: o.ReadOnly, RunID: o.RunID, QueryTag: s.QueryTag, Connections: s.Connections(o),
		ConnectTimeout: s.ConnectTimeout.Value(0), StatementTimeout: s.StatementTimeout.Value(0), Retry: retry.Policy{Log: s.Log},
	}
}
