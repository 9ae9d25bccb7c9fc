package host

import (
	"cmp"

	"github.com/nexus-host/nexus-host/host/warehouse/bigquery"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/host/warehouse/redshift"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
)

// What the project file says of a warehouse, as each engine takes it.

func (p *Project) postgres(u use) postgres.Options {
	w := &p.file.Warehouse
	return postgres.Options{
		DSN: string(w.DSN), Host: w.Host, Port: w.Port, Database: w.Database, User: w.User, Password: string(w.Password), Service: w.Service,
		SSLMode: w.SSLMode, SSLRootCert: p.path(w.SSLRootCert), SSLCert: p.path(w.SSLCert), SSLKey: p.path(w.SSLKey), Env: p.options.Env,
		Role: w.Role, ReadOnly: u.readOnly, RunID: u.runID, QueryTag: w.QueryTag, Connections: p.connections(u),
		ConnectTimeout: w.ConnectTimeout.Value(0), StatementTimeout: w.StatementTimeout.Value(0), Retry: retry.Policy{Log: p.options.Log},
	}
}

func (p *Project) redshift(u use) redshift.Options {
	w := &p.file.Warehouse
	api := redshift.AWS{Region: w.Region, Profile: w.IAMProfile, Endpoint: w.AWSEndpoint, Env: p.options.Env}
	return redshift.Options{
		DSN: string(w.DSN), Host: w.Host, Port: w.Port, Database: w.Database, User: w.User, Password: string(w.Password),
		SSLMode: w.SSLMode, SSLRootCert: p.path(w.SSLRootCert),
		IAM:      redshift.IAM{Cluster: w.ClusterIdentifier, Workgroup: w.Workgroup, AWS: api, AutoCreate: w.AutoCreate, Groups: w.DBGroups},
		Staging:  redshift.Staging{URL: w.Staging, Role: w.StagingRole, AWS: api},
		ReadOnly: u.readOnly, RunID: u.runID, QueryTag: w.QueryTag, Connections: p.connections(u),
		ConnectTimeout: w.ConnectTimeout.Value(0), StatementTimeout: w.StatementTimeout.Value(0), Retry: retry.Policy{Log: p.options.Log},
	}
}

func (p *Project) bigquery(u use) bigquery.Options {
	w := &p.file.Warehouse
	return bigquery.Options{
		Project: w.Project, Dataset: w.Schema, Location: w.Location,
		Credentials: bigquery.Credentials{
			Keyfile: p.path(w.Keyfile), KeyfileJSON: string(w.KeyfileJSON), Impersonate: w.Impersonate, Endpoint: w.Endpoint, NoAuth: w.WithoutAuth,
		},
		MaximumBytesBilled: int64(w.MaximumBytesBilled), Priority: w.Priority, Labels: w.Labels, RunID: u.runID, Concurrency: p.connections(u),
		ConnectTimeout: w.ConnectTimeout.Value(0), StatementTimeout: w.StatementTimeout.Value(0), Log: p.options.Log,
	}
}

func (p *Project) snowflake(u use) snowflake.Options {
	w := &p.file.Warehouse
	return snowflake.Options{
		Account: w.Account, User: w.User, Role: w.Role, Warehouse: w.Warehouse, Database: w.Database, Schema: w.Schema,
		Authenticator: w.Authenticator, Password: string(w.Password), Token: string(w.Token),
		PrivateKey: string(w.PrivateKey), PrivateKeyPath: p.path(w.PrivateKeyPath), PrivateKeyPassphrase: string(w.PrivateKeyPassphrase),
		Host: w.Host, Port: w.Port, Protocol: w.Protocol,
		RunID: u.runID, QueryTag: w.QueryTag, SessionParameters: w.SessionParameters, Concurrency: p.connections(u),
		ConnectTimeout: w.ConnectTimeout.Value(0), StatementTimeout: w.StatementTimeout.Value(0), Retry: retry.Policy{Log: p.options.Log},
	}
}

func (p *Project) databricks(u use) databricks.Options {
	w := &p.file.Warehouse
	return databricks.Options{
		Host: w.Host, Port: w.Port, Protocol: w.Protocol, HTTPPath: w.HTTPPath, Catalog: w.Catalog,
		Token: string(w.Token), ClientID: w.ClientID, ClientSecret: string(w.ClientSecret), Volume: w.Volume,
		RunID: u.runID, QueryTag: w.QueryTag, Concurrency: p.connections(u),
		ConnectTimeout: w.ConnectTimeout.Value(0), StatementTimeout: w.StatementTimeout.Value(0), Retry: retry.Policy{Log: p.options.Log},
	}
}

// connections is how many statements may be at work at once.
func (p *Project) connections(u use) int { return cmp.Or(u.connections, p.file.Warehouse.Concurrency) }

// path is a file that the project file names; "" stays "".
func (p *Project) path(name string) string {
	if name == "" {
		return ""
	}
	return p.file.Resolve(name)
}
