package snowflake

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Driver links Snowflake into a program.
func Driver() warehouse.Driver {
	return warehouse.Driver{
		Name: "snowflake",
		Open: func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
			return warehouse.AsEngine(Open(ctx, options(s, o)))
		},
	}
}

var _ warehouse.Engine = (*Warehouse)(nil)

func options(s *warehouse.Settings, o warehouse.OpenOptions) Options {
	return Options{
		Account: s.Account, User: s.User, Role: s.Role, Warehouse: s.Warehouse, Database: s.Database, Schema: s.Schema,
		Authenticator: s.Authenticator, Password: string(s.Password), Token: string(s.Token),
		PrivateKey: string(s.PrivateKey), PrivateKeyPath: s.File(s.PrivateKeyPath), PrivateKeyPassphrase: string(s.PrivateKeyPassphrase),
		Host: s.Host, Port: s.Port, Protocol: s.Protocol,
		RunID: o.RunID, QueryTag: s.QueryTag, SessionParameters: s.SessionParameters, Concurrency: s.Connections(o),
		ConnectTimeout: s.ConnectTimeout.Value(0), StatementTimeout: s.StatementTimeout.Value(0), Retry: retry.Policy{Log: s.Log},
	}
}

// Explain checks a query; Snowflake's plan has no estimate of all of it.
func (w *Warehouse) Explain(ctx context.Context, query string) (warehouse.Estimate, error) {
	rows, err := w.Query(ctx, catalog.Explain(query))
	if err != nil {
		return warehouse.Estimate{}, err
	}
	return warehouse.Estimate{}, warehouse.Each(rows, func([]any) error { return nil })
}

// Usage is nil: Snowflake reports it in its own views only.
func (w *Warehouse) Usage() *warehouse.Usage { return nil }
