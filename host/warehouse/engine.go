package warehouse

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
	"github.com/nexus-host/nexus-host/internal/config"
)

// Engine is an open warehouse. It is safe for concurrent use, and every statement ends when
// its context does.
type Engine interface {
	// Exec runs a statement and returns how many rows it wrote, where the engine reports that.
	Exec(ctx context.Context, statement string) (rows int64, err error)
	// Transact runs statements in one transaction: all of them or none. Where an engine has no
	// transaction over what a plan does, its plans do not ask for one.
	Transact(ctx context.Context, statements []string) error
	// Query runs a statement that returns rows.
	Query(ctx context.Context, statement string) (Rows, error)
	// QueryReadOnly runs a statement of a user's in an engine that was opened to read, in which relations of the
	// schema need no schema before their names. Where the engine can detect that it does more than read, it is not run.
	QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (Rows, error)
	// Columns lists the columns of a query's rows, with the portable types that hold their values.
	Columns(ctx context.Context, query string) ([]sql.ColumnDef, error)
	// Explain checks a query and estimates it; it is not run.
	Explain(ctx context.Context, query string) (Estimate, error)
	// OpenRaw opens a writer for a relation that has the raw envelope's columns.
	OpenRaw(ctx context.Context, path []string) (RawWriter, error)
	// Lock takes the right to build into a schema. It does not wait: where another build holds it, the
	// error is ErrBusy. Where the right can be lost, what lease.WithLost noted is called then.
	Lock(ctx context.Context, schema string) (unlock func() error, err error)
	// Usage is what the statements so far have used; nil: the engine does not report it.
	Usage() *Usage
	Close() error
}

// Driver is an engine that a program has linked, with what must be known before it is open.
// Each engine's package has a function Driver; package all lists them.
type Driver struct {
	// Name is the engine's dialect, and the warehouse's type in the project file.
	Name string
	// Open opens the warehouse.
	Open func(ctx context.Context, s *Settings, u Use) (Engine, error)
	// Embedded says that statements run on this machine's processors: if the caller does not
	// say, as many are running at once as there are processors.
	Embedded bool
	// LockFile takes the right to build where the warehouse is a file, which is locked before it is
	// opened. nil: Engine.Lock does, over a connection of its own.
	LockFile func(ctx context.Context, s *Settings) (unlock func() error, err error)
	// WorkSchema is the path of a schema in memory, for relations that are not needed after a
	// build; nil: they are made in the schema that is built.
	WorkSchema []string
	// ReadParquet gives the rows of a Parquet file as JSON objects, in the file's order; nil: the
	// engine brings no such reader.
	ReadParquet func(ctx context.Context, path string, row func(object []byte) error) error
}

// Use is what a warehouse is opened for.
type Use struct {
	ReadOnly    bool
	RunID       string // "" outside of a build
	Connections int    // at most; 0: as many as the project file allows
}

// Settings are the project file's section on the warehouse, and what goes with it.
type Settings struct {
	config.Warehouse
	Resolve func(path string) string                  // makes a path of the project file absolute
	Env     func(name string) (value string, ok bool) // looks up an environment variable
	Log     *slog.Logger
}

// File is the absolute path of a file that the section names; "" stays "".
func (s *Settings) File(name string) string {
	if name == "" {
		return ""
	}
	return s.Resolve(name)
}

// Connections is how many statements may be running at once.
func (s *Settings) Connections(u Use) int { return cmp.Or(u.Connections, s.Concurrency) }

// Opened makes an Engine of what an engine's own Open returns: nil with an error, never a nil
// pointer that looks like an engine.
func Opened[E Engine](e E, err error) (Engine, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Estimate is what an engine says of a query that it was not asked to run.
type Estimate struct {
	Rows  *int64 // that the query would give; nil: the engine does not say
	Bytes *int64 // that it would read; likewise
	Cost  string // in the engine's own measure; "" likewise
}

// RawRow is a row of a raw relation: a record and its envelope. nil and zero times are NULL.
type RawRow struct {
	Row             int64 // load order: by file, then by place in the file
	Record          []byte
	RecordID        *string
	IngestedAt      time.Time
	SourceUpdatedAt time.Time
	Deleted         bool
	Connection      *string
	Account         *string
	APIVersion      *string
	Format          *string
}

// RawWriter takes rows for one raw relation. A writer is used by one goroutine at
// a time; what it was given and closed with is kept, otherwise nothing of it is.
type RawWriter interface {
	// Write takes a row; Record may be reused by the caller after it returns.
	Write(ctx context.Context, row *RawRow) error
	// Close keeps the rows.
	Close(ctx context.Context) error
	// Abort drops the rows; after Close it does nothing.
	Abort()
}
