package duckdb

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	driverdb "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Options are how to open a database.
type Options struct {
	Path     string // the file; it and its folder are made if they are not there
	Memory   string // the most memory, such as 4GB; "" is DefaultMemory, or half of the machine's if that is less
	Threads  int    // how many threads may work on one statement; 0 is one a processor to read, one for two to build
	ReadOnly bool   // the file must be there, nothing is written
	// Unoptimized runs statements as they are written. Over a few rows, planning is most of a statement's time.
	Unoptimized bool
}

// DefaultMemory is the most memory that a database takes, in megabytes, where the
// project does not say: DuckDB's own default is four fifths of the machine.
const DefaultMemory = 4000

// defaultMemory is DefaultMemory, or half of the machine's memory where that is less and known.
func defaultMemory() string {
	limit := DefaultMemory
	if info, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kilobytes int
		if _, err := fmt.Sscanf(string(info), "MemTotal: %d kB", &kilobytes); err == nil {
			limit = min(limit, kilobytes/2000)
		}
	}
	return strconv.Itoa(limit) + "MB"
}

// Warehouse is an open database. It is safe for concurrent use.
type Warehouse struct {
	options Options
	config  map[string]string
	dialect *dialect.Dialect
	db      *sql.DB
	begin   string
	commit  string
	writers atomic.Int64 // open ones
	plain   atomic.Bool  // new sessions have no optimizer
}

// Open opens or makes a database.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	if strings.ContainsAny(o.Path, "?") || strings.HasPrefix(o.Path, ":") || o.Path == "" {
		return nil, fmt.Errorf("duckdb: %q cannot be a database's path", o.Path)
	}
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	o.Path = path
	if !o.ReadOnly {
		if err := makeFolder(path); err != nil {
			return nil, err
		}
	}
	switch err := checkFile(path); {
	case !errors.Is(err, fs.ErrNotExist) && err != nil:
		return nil, err
	case err != nil && o.ReadOnly:
		return nil, fmt.Errorf("%w: there is no database %s", warehouse.ErrMissing, path)
	}
	d, err := dialect.ByName("duckdb")
	if err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	w := &Warehouse{options: o, config: configOf(o), dialect: d, commit: render.Commit(d)}
	if w.begin, err = render.Begin(d); err != nil {
		return nil, fmt.Errorf("duckdb: %w", err)
	}
	dsn, err := dsnOf(path, w.config)
	if err != nil {
		return nil, err
	}
	w.plain.Store(o.Unoptimized)
	connector, err := driverdb.NewConnector(dsn, func(conn driver.ExecerContext) error {
		if !w.plain.Load() {
			return nil
		}
		_, err := conn.ExecContext(context.WithoutCancel(ctx), unoptimized(), nil)
		return err
	})
	if err != nil {
		return nil, openError(path, err)
	}
	w.db = sql.OpenDB(connector)
	if err := w.db.PingContext(ctx); err != nil {
		w.db.Close()
		return nil, openError(path, err)
	}
	if !o.ReadOnly {
		if _, err := w.db.ExecContext(ctx, attachMemory(d, workDatabase)); err != nil {
			w.db.Close()
			if strings.Contains(err.Error(), "already exists") { // DuckDB calls a database what its file is called
				return nil, fmt.Errorf("duckdb: %s: a build has a database called %s of its own; name another file with warehouse: {path: …}", path, workDatabase)
			}
			return nil, openError(path, err)
		}
	}
	return w, nil
}

// Small runs the statements that follow without the optimizer. None may be under way.
func (w *Warehouse) Small() {
	w.plain.Store(true)
	w.db.SetMaxIdleConns(0) // sessions with an optimizer are closed
	w.db.SetMaxIdleConns(runtime.GOMAXPROCS(0))
}

var _ warehouse.Planner = (*Warehouse)(nil)

// workDatabase lives in memory beside the file: what is written there is neither
// compressed nor logged, and is gone with the process.
const workDatabase = "nexus_work"

// dsnOf names a file and its settings to the driver. The driver reads the name as a URL, though it opens what stands
// before the first "?" as it is: a "#" in the path would make the settings, which confine the session, part of a
// fragment, and they would be dropped without an error.
func dsnOf(path string, config map[string]string) (string, error) {
	settings := url.Values{}
	for k, v := range config {
		settings.Set(k, v)
	}
	dsn := path + "?" + settings.Encode()
	if u, err := url.Parse(dsn); err != nil || u.RawQuery != settings.Encode() {
		return "", fmt.Errorf("duckdb: %q cannot be a database's path: neither its folders nor its file can have a \"#\", a \"?\", "+
			"a control character or a \"%%\" in their names; name another file with warehouse: {path: …}", path)
	}
	return dsn, nil
}

// configOf are the settings that hold from the first statement on and that no statement can change.
func configOf(o Options) map[string]string {
	c := map[string]string{
		"access_mode":                  "READ_WRITE",
		"enable_external_access":       "false",
		"lock_configuration":           "true",
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"allow_community_extensions":   "false",
		"allow_unsigned_extensions":    "false",
		"allow_persistent_secrets":     "false",
		"preserve_insertion_order":     "false", // no result depends on it
	}
	if o.ReadOnly {
		c["access_mode"] = "READ_ONLY"
	}
	c["memory_limit"] = o.Memory
	if o.Memory == "" {
		c["memory_limit"] = defaultMemory()
	}
	// DuckDB counts the thread that runs a statement among its threads; the others are shared by all
	// statements. Measured in docs/RATIONALE.md.
	threads := runtime.GOMAXPROCS(0)
	if !o.ReadOnly { // a build runs as many statements at once as there are processors
		threads = max(1, threads/2)
	}
	c["threads"] = strconv.Itoa(cmp.Or(o.Threads, threads))
	return c
}

// Dialect is the name of the dialect of the database.
func (w *Warehouse) Dialect() string { return "duckdb" }

// Close closes the database.
func (w *Warehouse) Close() error {
	if err := w.db.Close(); err != nil {
		return fmt.Errorf("duckdb: %w", err)
	}
	return nil
}

// Exec runs a statement and returns how many rows it wrote.
func (w *Warehouse) Exec(ctx context.Context, statement string) (rows int64, err error) {
	// CREATE TABLE AS counts its rows in a result, not in what RowsAffected reads.
	r, err := w.db.QueryContext(ctx, statement)
	if err != nil {
		return 0, execError(ctx, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	columns, err := r.Columns()
	if err != nil {
		return 0, execError(ctx, err)
	}
	for r.Next() {
		if len(columns) == 1 && columns[0] == "Count" {
			if err := r.Scan(&rows); err != nil {
				return 0, execError(ctx, err)
			}
		}
	}
	if err := r.Err(); err != nil {
		return 0, execError(ctx, err)
	}
	return rows, nil
}

// Transact runs statements in one transaction: all of them or none.
func (w *Warehouse) Transact(ctx context.Context, statements []string) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return execError(ctx, err)
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return errors.Join(execError(ctx, err), ignoreDone(tx.Rollback()))
		}
	}
	if err := tx.Commit(); err != nil {
		return execError(ctx, err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// execError wraps an engine's error; a cancelled statement is the context's error.
func execError(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("duckdb: %w", cause)
	}
	if catalogError(err) && strings.Contains(err.Error(), "does not exist") {
		return fmt.Errorf("%w: duckdb: %w", warehouse.ErrMissing, err)
	}
	return fmt.Errorf("duckdb: %w", err)
}

// connect opens a connection of the driver's lower level, to the same database.
func (w *Warehouse) connect() (mapping.Database, mapping.Connection, error) {
	var config mapping.Config
	if mapping.CreateConfig(&config) == mapping.StateError {
		return mapping.Database{}, mapping.Connection{}, errors.New("duckdb: cannot make a configuration")
	}
	defer mapping.DestroyConfig(&config)
	// The same settings as those of NewConnector, or it would be another database.
	for k, v := range w.config {
		if mapping.SetConfig(config, k, v) == mapping.StateError {
			return mapping.Database{}, mapping.Connection{}, fmt.Errorf("duckdb: cannot set %s", k)
		}
	}
	if mapping.SetConfig(config, "duckdb_api", "go") == mapping.StateError {
		return mapping.Database{}, mapping.Connection{}, errors.New("duckdb: cannot set duckdb_api")
	}
	var db mapping.Database
	var message string
	if mapping.GetOrCreateFromCache(driverdb.GetInstanceCache(), w.options.Path, &db, config, &message) == mapping.StateError {
		mapping.Close(&db)
		return mapping.Database{}, mapping.Connection{}, openError(w.options.Path, errors.New(message))
	}
	var conn mapping.Connection
	if mapping.Connect(db, &conn) == mapping.StateError {
		mapping.Close(&db)
		return mapping.Database{}, mapping.Connection{}, errors.New("duckdb: cannot connect")
	}
	return db, conn, nil
}
