package redshift

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Driver links Redshift into a program.
func Driver() warehouse.Driver {
	return warehouse.Driver{
		Name: "redshift",
		Open: func(ctx context.Context, s *warehouse.Settings, o warehouse.OpenOptions) (warehouse.Engine, error) {
			return warehouse.AsEngine(Open(ctx, options(s, o)))
		},
	}
}

var _ warehouse.Engine = (*Warehouse)(nil)

func options(s *warehouse.Settings, o warehouse.OpenOptions) Options {
	api := AWS{Region: s.Region, Profile: s.IAMProfile, Endpoint: s.AWSEndpoint, Env: s.Env}
	return Options{
		DSN: string(s.DSN), Host: s.Host, Port: s.Port, Database: s.Database, User: s.User, Password: string(s.Password),
		SSLMode: s.SSLMode, SSLRootCert: s.File(s.SSLRootCert),
		IAM:      IAM{Cluster: s.ClusterIdentifier, Workgroup: s.Workgroup, AWS: api, AutoCreate: s.AutoCreate, Groups: s.DBGroups},
		Staging:  Staging{URL: s.Staging, Role: s.StagingRole, AWS: api},
		ReadOnly: o.ReadOnly, RunID: o.RunID, QueryTag: s.QueryTag, Connections: s.Connections(o),
		ConnectTimeout: s.ConnectTimeout.Value(0), StatementTimeout: s.StatementTimeout.Value(0), Retry: retry.Policy{Log: s.Log},
	}
}
