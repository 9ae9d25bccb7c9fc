// Package postgres runs plans on PostgreSQL. A build needs the right to create
// and drop relations in one schema, and nothing more.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
	"github.com/nexus-host/nexus-host/host/warehouse/pgwire"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Options say how to connect: by a DSN, or by individual settings; the PG* variables, the password file and the service
// file supply what is not set.
type Options struct {
	DSN string // never shown in an error

	Host, Database, User, Password        string
	Port                                  int
	SSLMode, SSLRootCert, SSLCert, SSLKey string
	Service                               string
	Env                                   func(name string) (string, bool) // looks up PG* variables; nil: the process's own

	Role        string // to work as; "": the user's own
	Connections int    // at most; 0 is 8
	ReadOnly    bool   // every transaction is read-only
	RunID       string // in the application's name, beside QueryTag
	QueryTag    string

	ConnectTimeout   time.Duration // of all attempts to connect; 0 is 10 s
	StatementTimeout time.Duration // 0: the server's own
	Retry            retry.Policy  // clock, randomness and log; zero values are the real ones
}

// Warehouse is a pool of connections. It is safe for concurrent use.
type Warehouse struct {
	*pgwire.Pool
	dialect *dialect.Dialect
}

// Open connects to a database.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	d, err := dialect.ByName("postgres")
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	parameters := map[string]string{
		"timezone": "UTC", "datestyle": "ISO, YMD", "client_encoding": "UTF8", "standard_conforming_strings": "on",
		"jit":      "off", // compiling the wide models takes longer than running them
		"work_mem": "64MB",
		// A server cuts it at 63 bytes.
		"application_name": pgwire.Label("nexus-host", o.RunID, o.QueryTag, 63),
	}
	if o.StatementTimeout > 0 {
		parameters["statement_timeout"] = strconv.FormatInt(o.StatementTimeout.Milliseconds(), 10)
	}
	if o.ReadOnly {
		parameters["default_transaction_read_only"] = "on"
	}
	wire := pgwire.Options{
		Name: "postgres", DSN: o.DSN, Settings: o.settings(), Parameters: parameters, Connections: o.Connections,
		ConnectTimeout: o.ConnectTimeout, StatementTimeout: o.StatementTimeout, Retry: o.Retry,
	}
	if wire.Connections <= 0 {
		wire.Connections = 8
	}
	if wire.ConnectTimeout <= 0 {
		wire.ConnectTimeout = 10 * time.Second
	}
	if o.Role != "" {
		wire.Session = []string{pgwire.Set(d, "role", o.Role)}
	}
	pool, err := pgwire.Open(ctx, wire)
	if err != nil {
		return nil, err
	}
	return &Warehouse{Pool: pool, dialect: d}, nil
}

// variables are libpq's, by the keyword that each stands for.
var variables = map[string]string{
	"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "passfile": "PGPASSFILE",
	"sslmode": "PGSSLMODE", "sslkey": "PGSSLKEY", "sslcert": "PGSSLCERT", "sslrootcert": "PGSSLROOTCERT", "service": "PGSERVICE",
	"servicefile": "PGSERVICEFILE", "application_name": "PGAPPNAME", "options": "PGOPTIONS",
}

// settings are the connection's keywords: what is given, over the variables.
func (o *Options) settings() map[string]string {
	s := map[string]string{}
	if o.Env != nil {
		s["password"] = "" // so that the process's own does not serve another's project
		for keyword, name := range variables {
			if v, ok := o.Env(name); ok {
				s[keyword] = v
			}
		}
	}
	for keyword, v := range map[string]string{
		"host": o.Host, "dbname": o.Database, "user": o.User, "password": o.Password, "service": o.Service,
		"sslmode": o.SSLMode, "sslrootcert": o.SSLRootCert, "sslcert": o.SSLCert, "sslkey": o.SSLKey,
	} {
		if v != "" {
			s[keyword] = v
		}
	}
	if o.Port > 0 {
		s["port"] = strconv.Itoa(o.Port)
	}
	return s
}

// Lock acquires the lock of a schema's builds: one build at a time among all that use the database. It does not wait: if
// another session holds it, the error is warehouse.ErrBusy. The server releases the lock when the session ends; the
// function given to lease.WithLost is then called.
func (w *Warehouse) Lock(ctx context.Context, schema string) (unlock func() error, err error) {
	h := fnv.New64a()
	fmt.Fprintf(h, "nexus-host build of schema %s", schema)
	key := int64(h.Sum64())
	conn, err := w.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var ok bool
	if err := conn.QueryRow(ctx, lease.TryAdvisory(key)).Scan(&ok); err != nil {
		conn.Release()
		return nil, w.Error(ctx, err)
	}
	if !ok {
		conn.Release()
		return nil, fmt.Errorf("%w: another build of schema %s is under way", warehouse.ErrBusy, schema)
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watchLock(watch, conn.Ping, watchEvery, lease.Lost(ctx))
	}()
	return func() error {
		stop()
		<-ended
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if _, err := conn.Exec(ctx, lease.ReleaseAdvisory(key)); err != nil {
			return errors.Join(w.Error(ctx, err), conn.Hijack().Close(ctx)) // ending the session releases it too
		}
		conn.Release()
		return nil
	}, nil
}

// watchEvery is how often the session that holds the lock is looked at.
const watchEvery = 10 * time.Second

// watchLock reports once if the session that holds the lock has ended, and the lock with it.
func watchLock(ctx context.Context, ping func(context.Context) error, every time.Duration, lost func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// The end of the watch does not interrupt a question: that could cost the session.
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), every)
		err := ping(asking)
		cancel()
		if err != nil {
			lost(fmt.Errorf("%w: postgres: the session that holds it is gone: %w", lease.ErrLost, err))
			return
		}
	}
}
