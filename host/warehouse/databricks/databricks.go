// Package databricks runs plans on a Databricks SQL warehouse. A build needs to use one
// warehouse and one catalog, and to own what it makes in one schema.
package databricks

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	dbsql "github.com/databricks/databricks-sql-go"
	dbsqllog "github.com/databricks/databricks-sql-go/logger"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/lease"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Options are how to open a warehouse.
type Options struct {
	Host     string // of the workspace, without https://
	Port     int    // 0 is 443
	Protocol string // "https", or "http" for tests; "" is "https"
	HTTPPath string // of the SQL warehouse: /sql/1.0/warehouses/…
	Catalog  string // the session's; "": the user's default

	// Either a personal access token, or a service principal's OAuth secret. None is ever shown.
	Token        string
	ClientID     string
	ClientSecret string

	RunID            string        // a query tag of every statement
	QueryTag         string        // another; "": none
	StatementTimeout time.Duration // the server ends a statement after it; 0: as the warehouse is set up
	Concurrency      int           // sessions at most; 0 is 8
	ConnectTimeout   time.Duration // for reaching the host, all attempts together; 0 is 10 s
	// StartTimeout is how long to wait for a warehouse that is starting; 0 is 10 minutes.
	StartTimeout time.Duration

	// Volume is the path of a volume that raw rows are staged in, /Volumes/catalog/schema/volume/…; ""
	// sends them inside statements.
	Volume string
	// Stage puts files into the volume and takes them out again; nil: the driver does.
	Stage Stage

	// Retry is how to repeat requests; what may be repeated is said here.
	Retry retry.Policy
}

// Warehouse is a pool of sessions. It is safe for concurrent use.
type Warehouse struct {
	db      *stdsql.DB
	dialect *dialect.Dialect
	options Options
	stage   Stage
	closing sync.WaitGroup // sessions that are being ended
}

// quiet silences the driver's log, which prints statements; it is one for the process.
var quiet = sync.OnceFunc(func() { dbsqllog.SetLogOutput(io.Discard) })

// Open opens a first session, which starts a warehouse that is stopped.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	d, err := dialect.ByName("databricks")
	if err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	quiet()
	transport := newTransport(o)
	options := []dbsql.ConnOption{
		dbsql.WithServerHostname(o.Protocol + "://" + o.Host), dbsql.WithPort(o.Port), dbsql.WithHTTPPath(o.HTTPPath),
		dbsql.WithAuthenticator(newAuthenticator(o, transport)), dbsql.WithTransport(transport), dbsql.WithUserAgentEntry("nexus-host"),
		dbsql.WithRetries(-1, time.Second, time.Second), // the transport repeats what is safe
		dbsql.WithSessionParams(o.session()),
	}
	if o.Catalog != "" {
		options = append(options, dbsql.WithInitialNamespace(o.Catalog, ""))
	}
	tags := map[string]string{}
	if o.RunID != "" {
		tags["nexus_run"] = o.RunID
	}
	if o.QueryTag != "" {
		tags["nexus_tag"] = o.QueryTag
	}
	options = append(options, dbsql.WithQueryTags(tags))
	connector, err := dbsql.NewConnector(options...)
	if err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	w := &Warehouse{db: stdsql.OpenDB(connector), dialect: d, options: o, stage: o.Stage}
	w.db.SetMaxOpenConns(o.Concurrency)
	w.db.SetMaxIdleConns(o.Concurrency)
	if w.stage == nil {
		w.stage = &volume{w: w}
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(w.failed(ctx, err), w.db.Close())
	}
	return w, conn.Close()
}

// check fills in what is left out and names what is missing.
func (o *Options) check() error {
	missing := func(setting, hint string) error {
		return fmt.Errorf("databricks: %w", &warehouse.SettingError{Setting: setting, Hint: hint, Err: errors.New("missing")})
	}
	switch {
	case o.Host == "":
		return missing("host", "the workspace's host name, as in https://HOST/")
	case o.HTTPPath == "":
		return missing("http_path", "the SQL warehouse's connection details show it")
	case o.Token == "" && o.ClientID == "":
		return missing("token", "or client_id and client_secret")
	case o.Token == "" && o.ClientSecret == "":
		return missing("client_secret", "")
	case o.Protocol == "":
		o.Protocol = "https"
	}
	o.HTTPPath = "/" + strings.TrimPrefix(o.HTTPPath, "/")
	if o.Port == 0 {
		o.Port = 443
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.StartTimeout <= 0 {
		o.StartTimeout = 10 * time.Minute
	}
	return nil
}

// session is what every session is set to: portable SQL counts on the first two.
func (o *Options) session() map[string]string {
	m := map[string]string{"timezone": "UTC", "ansi_mode": "true"}
	if o.StatementTimeout > 0 {
		m["statement_timeout"] = strconv.FormatInt(int64(max(1, o.StatementTimeout/time.Second)), 10)
	}
	return m
}

// Close ends all sessions.
func (w *Warehouse) Close() error {
	err := w.db.Close()
	w.closing.Wait()
	if err != nil {
		return fmt.Errorf("databricks: %w", err)
	}
	return nil
}

// Exec runs a statement and returns how many rows it wrote, where the server reports it.
func (w *Warehouse) Exec(ctx context.Context, statement string) (int64, error) {
	r, err := w.Query(ctx, statement)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	// Statements that write give one row of counts.
	count := -1
	for i, c := range r.Columns() {
		if c.Name == "num_affected_rows" {
			count = i
		}
	}
	var n int64
	if r.Next() && count >= 0 {
		v, err := r.Values()
		if err != nil {
			return 0, err
		}
		n, _ = v[count].(int64)
	}
	return n, errors.Join(r.Err(), r.Close())
}

// Transact runs statements in order. Databricks has no transaction over several
// relations, so what ran before a failure stays: plans for it are written that way.
func (w *Warehouse) Transact(ctx context.Context, statements []string) error {
	for _, s := range statements {
		if _, err := w.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// Lock takes the right to build into a schema, by a lease in that schema: one build at a time
// among all that use the catalog.
func (w *Warehouse) Lock(ctx context.Context, schema string) (unlock func() error, err error) {
	l, err := lease.Take(ctx, w, lease.System{}, lease.Options{Dialect: w.dialect, Schema: []string{schema}})
	if err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	return l.Unlock, nil
}

// Query runs a statement that returns rows.
func (w *Warehouse) Query(ctx context.Context, statement string) (warehouse.Rows, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	r, err := w.queryOn(ctx, conn, statement)
	if err != nil {
		w.release(ctx, conn)
		return nil, err
	}
	return r, nil
}

// queryOn runs a statement in a session, which the rows give back.
func (w *Warehouse) queryOn(ctx context.Context, conn *stdsql.Conn, statement string) (warehouse.Rows, error) {
	found, err := conn.QueryContext(ctx, statement)
	if err != nil {
		return nil, w.failed(ctx, err)
	}
	types, err := found.ColumnTypes()
	if err != nil {
		return nil, errors.Join(w.failed(ctx, err), found.Close())
	}
	r := &rows{w: w, ctx: ctx, conn: conn, rows: found, values: make([]any, len(types)), scanned: make([]any, len(types))}
	for i, t := range types {
		r.columns = append(r.columns, warehouse.Column{Name: t.Name(), Type: t.DatabaseTypeName()})
		r.scanned[i] = new(any)
	}
	return r, nil
}

// release returns a session to the pool. One whose statement was cancelled is ended: the driver
// can be cut off before it has the statement's handle, and ending the session ends
// the statement on the server in any case.
func (w *Warehouse) release(ctx context.Context, conn *stdsql.Conn) {
	if ctx.Err() == nil {
		_ = conn.Close() // it only goes back to the pool
		return
	}
	w.closing.Go(func() {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	})
}

// Columns lists the columns of a statement's rows, with the portable types that hold their values.
func (w *Warehouse) Columns(ctx context.Context, probe string) ([]sql.ColumnDef, error) {
	r, err := w.Query(ctx, describeQuery(probe))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []sql.ColumnDef
	for r.Next() {
		v, err := r.Values()
		if err != nil {
			return nil, err
		}
		out = append(out, sql.ColumnDef{Name: fmt.Sprint(v[0]), Type: portable(fmt.Sprint(v[1]))})
	}
	return out, r.Err()
}

func portable(name string) sql.Type {
	name, _, _ = strings.Cut(strings.ToLower(name), "(")
	switch name {
	case "boolean":
		return sql.Boolean
	case "tinyint", "smallint", "int", "bigint":
		return sql.Bigint
	case "float", "double":
		return sql.Double
	case "decimal":
		return sql.Decimal
	case "date":
		return sql.Date
	case "timestamp", "timestamp_ntz":
		return sql.Timestamp
	case "variant":
		return sql.JSON
	}
	return sql.Text
}
