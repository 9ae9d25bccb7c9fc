// Package redshift runs plans on Amazon Redshift, provisioned or serverless. A build needs the
// right to create and drop relations in one schema, and temporary tables.
package redshift

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
	"github.com/nexus-host/nexus-host/host/warehouse/pgwire"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Options are how to open a warehouse: by a DSN, by a user and password, or by temporary
// credentials of IAM for a cluster or a workgroup.
type Options struct {
	DSN string // never shown in an error

	Host, Database, User, Password string // IAM: Host is found out if left out, User makes GetClusterCredentials of it
	Port                           int    // 0 is 5439
	SSLMode, SSLRootCert           string // SSLMode "" is require

	IAM     IAM
	Staging Staging

	Connections int    // at most; 0 is 8
	ReadOnly    bool   // every query is a transaction that can only read
	RunID       string // in the application's name and the query group, beside QueryTag
	QueryTag    string

	ConnectTimeout   time.Duration // of all attempts to connect, IAM included; 0 is 10 s
	StatementTimeout time.Duration // 0: the server's own
	Retry            retry.Policy  // clock, randomness and log; zero values are the real ones

	standIn bool // tests: the server is a PostgreSQL, which does not know all parameters
}

// IAM says whose temporary credentials to ask for, and with which right.
type IAM struct {
	Cluster   string // a provisioned cluster's identifier
	Workgroup string // or a serverless workgroup's name
	AWS
	AutoCreate bool     // make the user if there is none
	Groups     []string // that the user joins for the session
}

// AWS is how to reach AWS.
type AWS struct {
	Region   string                           // "": that of the AWS configuration
	Profile  string                           // of the AWS configuration files; "": the usual chain
	Endpoint string                           // where the API is, if not the region's own
	Env      func(name string) (string, bool) // looks up AWS_* variables; nil: the process's own
	HTTP     *http.Client                     // nil: the SDK's own
}

// Staging is a folder in S3 through which raw rows are loaded.
type Staging struct {
	URL  string // s3://bucket/prefix; "": rows travel in INSERTs
	Role string // the ARN of what the cluster reads it as; "": its default role
	AWS
}

// Warehouse is a pool of connections. It is safe for concurrent use.
type Warehouse struct {
	*pgwire.Pool
	dialect *dialect.Dialect
	options Options
	bucket  *bucket // nil without staging
}

// Open connects to a cluster or workgroup.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	d, err := dialect.ByName("redshift")
	if err != nil {
		return nil, fmt.Errorf("redshift: %w", err)
	}
	o.ConnectTimeout = cmp.Or(o.ConnectTimeout, 10*time.Second)
	w := &Warehouse{dialect: d, options: o}
	label := pgwire.Label("nexus-host", o.RunID, o.QueryTag, 63)
	wire := pgwire.Options{
		Name: "redshift", DSN: o.DSN, Connections: cmp.Or(o.Connections, 8),
		Parameters:     map[string]string{"application_name": label, "client_encoding": "UTF8"},
		Labels:         []string{pgwire.Set(d, "query_group", label)},
		ConnectTimeout: o.ConnectTimeout, StatementTimeout: o.StatementTimeout, Retry: o.Retry,
	}
	session := slices.Clone(d.Session)
	if o.StatementTimeout > 0 {
		session = append(session, pgwire.Set(d, "statement_timeout", strconv.FormatInt(o.StatementTimeout.Milliseconds(), 10)))
	}
	if o.standIn {
		// PostgreSQL reads a backslash as one, unless configured otherwise.
		wire.Labels, session = append(append(wire.Labels, session...), pgwire.Set(d, "standard_conforming_strings", "off")), nil
	}
	wire.Session = session
	if o.ReadOnly {
		wire.ReadOnly = pgwire.BeginReadOnly()
	}
	if o.Staging.URL != "" {
		if w.bucket, err = newBucket(ctx, o.Staging); err != nil {
			return nil, err
		}
	}
	if o.DSN == "" {
		if o.IAM.Cluster != "" || o.IAM.Workgroup != "" {
			asking, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
			defer cancel()
			login, err := newLogin(asking, &o)
			if err != nil {
				return nil, err
			}
			wire.Login = login.credentials
		}
		wire.Settings = map[string]string{
			"host": o.Host, "port": strconv.Itoa(cmp.Or(o.Port, 5439)), "dbname": o.Database, "user": cmp.Or(o.User, "iam"), "password": o.Password,
			"sslmode": cmp.Or(o.SSLMode, "require"),
		}
		if o.SSLRootCert != "" {
			wire.Settings["sslrootcert"] = o.SSLRootCert
		}
	}
	if w.Pool, err = pgwire.Open(ctx, wire); err != nil {
		return nil, err
	}
	return w, nil
}

// Lock takes the right to build into a schema by a lease, since Redshift has no lock that outlives a
// transaction and dies with its session. Where another build holds it, the error is warehouse.ErrBusy.
func (w *Warehouse) Lock(ctx context.Context, schema string) (unlock func() error, err error) {
	l, err := lease.Take(ctx, w, lease.System{}, lease.Options{Dialect: w.dialect, Schema: []string{schema}})
	if err != nil {
		return nil, fmt.Errorf("redshift: %w", err)
	}
	return l.Unlock, nil
}
