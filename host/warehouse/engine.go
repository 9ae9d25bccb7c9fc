package warehouse

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// Engine is an open warehouse. It is safe for concurrent use, and every statement ends when
// its context does.
type Engine interface {
	// Exec runs a statement and returns how many rows it wrote, if the engine reports that.
	Exec(ctx context.Context, statement string) (rows int64, err error)
	// Transact runs statements in one transaction: all of them or none. The plans for an engine without such transactions
	// do not use it.
	Transact(ctx context.Context, statements []string) error
	// Query runs a statement that returns rows.
	Query(ctx context.Context, statement string) (Rows, error)
	// QueryReadOnly runs a user's statement in an engine that was opened with OpenOptions.ReadOnly; names of relations of
	// the schema need no schema. A statement that the engine recognizes as more than a read is not run.
	QueryReadOnly(ctx context.Context, schema []string, s readonly.Statement) (Rows, error)
	// Columns lists the columns of a query's rows, with the portable types that hold their values.
	Columns(ctx context.Context, query string) ([]sql.ColumnDef, error)
	// Explain checks a query and estimates it; it is not run.
	Explain(ctx context.Context, query string) (Estimate, error)
	// OpenRaw opens a writer for a relation that has the raw envelope's columns.
	OpenRaw(ctx context.Context, path []string) (RawWriter, error)
	// Lock acquires the lock of a schema's builds. It does not wait: if another build holds it, the error is ErrBusy. If the
	// lock is lost, the function given to lease.WithLost is called.
	Lock(ctx context.Context, schema string) (unlock func() error, err error)
	// Usage returns what the statements have used so far; nil: the engine does not report it.
	Usage() *Usage
	Close() error
}

// SchemaMaker is an engine that needs more than SQL to make a schema of a build's own.
type SchemaMaker interface {
	// MakeSchema creates a schema in the place of one that a build may have left, where the schema beside it is.
	MakeSchema(ctx context.Context, name, beside string) error
	// DropSchema drops a schema and all that it holds.
	DropSchema(ctx context.Context, name string) error
}

// Driver is an engine that is linked into a program, with what must be known before it is opened. Each engine's package
// has a function Driver; package all lists them.
type Driver struct {
	// Name is the engine's dialect, and the warehouse's type in the project file.
	Name string
	// Open opens the warehouse.
	Open func(ctx context.Context, s *Settings, u OpenOptions) (Engine, error)
	// Embedded says that statements run on this machine's processors: by default, as many run at once as there are
	// processors.
	Embedded bool
	// LockFile acquires the lock of a build if the warehouse is a file, which is locked before it is opened. nil: Engine.Lock
	// does it, over a connection of its own.
	LockFile func(ctx context.Context, s *Settings) (unlock func() error, err error)
	// WorkSchema is the path of a schema in memory, for relations that are not needed after a build; nil: they are created
	// in the schema of the build.
	WorkSchema []string
	// Counts says that Engine.Exec returns how many rows CREATE TABLE AS wrote, exactly: builds rely on 0.
	Counts bool
	// ReadParquet calls row with each row of a Parquet file as a JSON object, in the file's order; nil: the engine has no
	// such reader.
	ReadParquet func(ctx context.Context, path string, row func(object []byte) error) error
}

// Planner is an Engine that can leave out most of the planning of statements.
type Planner interface {
	// Small says that there are so few rows that planning statements well takes longer than running them. No statement may be under way.
	Small()
}

// OpenOptions says what a warehouse is opened for.
type OpenOptions struct {
	ReadOnly    bool
	RunID       string // "" outside of a build
	Connections int    // at most; 0: as many as the project file allows
}

// Settings are the section `warehouse` of the project file, with what is needed to interpret it.
type Settings struct {
	Section
	Resolve func(path string) string                  // makes a path of the project file absolute
	Env     func(name string) (value string, ok bool) // looks up an environment variable
	Log     *slog.Logger
}

// File returns the absolute path of a file that the section names; "" stays "".
func (s *Settings) File(name string) string {
	if name == "" {
		return ""
	}
	return s.Resolve(name)
}

// Connections returns how many statements may run at once.
func (s *Settings) Connections(u OpenOptions) int { return cmp.Or(u.Connections, s.Concurrency) }

// AsEngine converts the result of an engine's own Open to an Engine: with an error it is nil, not an interface that holds a
// nil pointer.
func AsEngine[E Engine](e E, err error) (Engine, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Estimate is an engine's estimate of a query that it explained.
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
// a time. Its rows are kept if Close succeeds; otherwise none of them are.
type RawWriter interface {
	// Write takes a row; Record may be reused by the caller after it returns.
	Write(ctx context.Context, row *RawRow) error
	// Close keeps the rows that were written.
	Close(ctx context.Context) error
	// Abort drops the rows; after Close it does nothing.
	Abort()
}
