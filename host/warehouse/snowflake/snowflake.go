// Package snowflake is Snowflake as a warehouse: a pool of sessions whose settings make results
// canonical, raw rows through a staged file, errors that name the setting to look at.
//
// Logging in is repeated by package retry. A statement's request that is refused, throttled or
// lost is repeated by the driver, under the request's id, by which the server distinguishes a
// repetition from a second statement: so a statement that writes is repeated as safely as one that reads. An error that
// Snowflake gives as its answer is final.
//
// The driver does two things that a program must switch off itself. When the program starts, the driver writes a
// shared library to a folder and loads it, unless it was built with -tags minicore_disabled. At the first
// connection it asks the network in which cloud it runs, unless the process's environment has
// SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true.
package snowflake

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/snowflakedb/gosnowflake/v2"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Authenticators. A programmatic access token is given as a password.
const (
	Password        = "password"
	KeyPair         = "key_pair"
	OAuth           = "oauth"
	ExternalBrowser = "externalbrowser"
)

// Options are how to open a warehouse. The secrets among them are never shown in an error.
type Options struct {
	Account   string // as in <account>.snowflakecomputing.com
	User      string
	Role      string // "": the user's default
	Warehouse string // "": the user's default
	Database  string
	Schema    string // where names of one part are; it need not exist

	Authenticator        string // one of the constants; "": what the secrets that are given are for
	Password             string
	PrivateKey           string // PEM: PKCS #8, encrypted or not, or PKCS #1
	PrivateKeyPath       string // a file with that; PrivateKey takes precedence
	PrivateKeyPassphrase string
	Token                string // of OAuth

	Host     string // "": <account>.snowflakecomputing.com
	Port     int    // 0: 443
	Protocol string // "": https

	RunID             string            // part of the query tag
	QueryTag          string            // another part
	SessionParameters map[string]string // of every session, unless results depend on them
	StatementTimeout  time.Duration     // the server ends a longer statement; 0: the account's own limit
	Concurrency       int               // sessions at most; 0 is 8
	ConnectTimeout    time.Duration     // with all attempts; 0 is 20 s, and two minutes where a person must act in a browser

	Retry retry.Policy // clock, randomness and log; zero values are the real ones
}

// Warehouse is a pool of sessions. It is safe for concurrent use.
type Warehouse struct {
	db      *stdsql.DB
	dialect *dialect.Dialect
	options Options
}

// Open connects to Snowflake.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	d, err := dialect.ByName("snowflake")
	if err != nil {
		return nil, fmt.Errorf("snowflake: %w", err)
	}
	o = o.filled()
	config, err := o.config()
	if err != nil {
		return nil, fmt.Errorf("snowflake: %w", err)
	}
	db := stdsql.OpenDB(gosnowflake.NewConnector(gosnowflake.SnowflakeDriver{}, *config))
	db.SetMaxOpenConns(o.Concurrency)
	db.SetMaxIdleConns(o.Concurrency)
	w := &Warehouse{db: db, dialect: d, options: o}
	if err := w.connect(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

// connect opens the first session, within the time that a connection may take.
func (w *Warehouse) connect(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, w.options.ConnectTimeout)
	defer cancel()
	policy := w.options.Retry
	policy.Name, policy.Classify, policy.Idempotent, policy.Within = "connect", connectVerdict, true, w.options.ConnectTimeout/2
	err := retry.Do(bounded, policy, func(ctx context.Context) error {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return err
		}
		return conn.Close()
	})
	if err != nil {
		return w.options.connectError(ctx, err)
	}
	return nil
}

// Lock takes the right to build into a schema by a lease, since Snowflake has no lock that
// a session holds. Where another build has it, the error is warehouse.ErrBusy.
func (w *Warehouse) Lock(ctx context.Context, schema string) (unlock func() error, err error) {
	l, err := lease.Take(ctx, w, lease.System{}, lease.Options{Dialect: w.dialect, Schema: []string{schema}})
	if err != nil {
		return nil, fmt.Errorf("snowflake: %w", err)
	}
	return l.Unlock, nil
}

// Close ends all sessions.
func (w *Warehouse) Close() error {
	if err := w.db.Close(); err != nil {
		return fmt.Errorf("snowflake: %w", err)
	}
	return nil
}

// Exec runs a statement and returns how many rows it wrote, as far as Snowflake reports it.
func (w *Warehouse) Exec(ctx context.Context, statement string) (int64, error) {
	result, err := w.db.ExecContext(ctx, statement)
	if err != nil {
		return 0, execError(ctx, err)
	}
	return affected(result), nil
}

// affected is how many rows a statement wrote; the driver has no number for one that defines something.
func affected(r stdsql.Result) int64 {
	if n, err := r.RowsAffected(); err == nil {
		return n
	}
	return 0
}

// Transact runs statements in one transaction: all of them or none. Snowflake commits before and after
// each that defines something, so that none but DML belongs here.
func (w *Warehouse) Transact(ctx context.Context, statements []string) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return execError(ctx, err)
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			err = execError(ctx, err)
			if undo := tx.Rollback(); undo != nil && !errors.Is(undo, stdsql.ErrTxDone) {
				err = errors.Join(err, execError(ctx, undo))
			}
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return execError(ctx, err)
	}
	return nil
}

// Query runs a statement that returns rows.
func (w *Warehouse) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	r, err := w.db.QueryContext(ctx, statement)
	if err != nil {
		return nil, execError(ctx, err)
	}
	return newRows(ctx, r)
}

// Columns lists the columns of a statement's rows, with the portable types that hold their values.
func (w *Warehouse) Columns(ctx context.Context, probe string) (out []sql.ColumnDef, err error) {
	r, err := w.db.QueryContext(ctx, probe)
	if err != nil {
		return nil, execError(ctx, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	types, err := r.ColumnTypes()
	if err != nil {
		return nil, execError(ctx, err)
	}
	for _, t := range types {
		out = append(out, sql.ColumnDef{Name: lowered(t.Name()), Type: portable(t)})
	}
	if err := r.Err(); err != nil {
		return nil, execError(ctx, err)
	}
	return out, nil
}
