// Package host is the library that backends and the nexus-host command use: it opens a
// project, loads its plugins, and checks, compiles, builds, tests and reads it.
//
//	p, err := host.Open(ctx, "path/to/project", host.Options{Engines: []warehouse.Driver{postgres.Driver()}})
//	report, err := p.Build(ctx, host.BuildOptions{})
//
// A program links the engines that it wants, each from its own package below host/warehouse.
//
// A Project holds no connection and no compiled plugin between calls, so that one process
// can have thousands of them; every method is safe for concurrent use, takes a context, and
// ends when it does. Mistakes in a project are sql.Diagnostics, with file, line and column;
// a failure of a plugin is a *PluginError; ErrBusy means that another build is running.
package host

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/plugin"
)

// Errors that callers distinguish with errors.Is.
var (
	ErrBusy      = warehouse.ErrBusy    // another build holds the target
	ErrNotBuilt  = warehouse.ErrMissing // no build has published the project's tables
	ErrNoProject = config.ErrNotFound   // there is no nexus.yaml
)

// Options say how to open a project. With the zero value it can be checked and compiled; everything else needs Engines.
type Options struct {
	// Env looks up environment variables for ${NAME}; nil is os.LookupEnv. A backend gives each tenant its own.
	Env func(name string) (string, bool)
	// Engines are the engines that the program links, such as postgres.Driver(); package
	// host/warehouse/all lists all of them. A project whose warehouse needs another one can be
	// checked and compiled; everything else fails with a *MissingEngineError.
	Engines []warehouse.Driver
	// Log receives log records, such as retries; nil discards them.
	Log *slog.Logger
	// Builtin returns the module of a plugin that is part of the program; ok is false for an unknown name. With nil there is
	// none: then a project names .wasm files, such as those that `nexus-host plugin build plugins/stripe` writes.
	Builtin func(ctx context.Context, name string) (module []byte, ok bool, err error)
	// CacheDir is the folder of what can be computed again: plugins' answers, plugins built from source, rendered SQL. "": no cache.
	CacheDir string
	// PluginLimits limit what a plugin may use; zero fields have defaults.
	PluginLimits PluginLimits
	// Now is the clock, read once per run; nil is time.Now.
	Now func() time.Time
}

// Project is an opened project.
type Project struct {
	options Options
	file    *config.Project
	loader  *plugin.Loader
}

// Open reads a project's file: dir is its folder, or the file itself.
func Open(_ context.Context, dir string, o Options) (*Project, error) {
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	file, err := config.Load(dir, o.Env)
	if err != nil {
		return nil, err
	}
	loader, err := plugin.NewLoader(plugin.Options{Limits: o.PluginLimits, CacheDir: o.CacheDir, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return &Project{options: o, file: file, loader: loader}, nil
}

// Name is the project's name.
func (p *Project) Name() string { return p.file.Name }

// Dir is the project's folder.
func (p *Project) Dir() string { return p.file.Dir }

// Target is the folder for reports and, unless the project file says otherwise, for the database.
func (p *Project) Target() string { return p.file.Target() }

// Schema is the schema of the published tables.
func (p *Project) Schema() string { return p.file.Warehouse.Schema }

// ParseInstant reads an instant in ISO 8601, such as 2026-01-31T09:00:00Z or 2026-01-31; ok is false for anything else.
func ParseInstant(text string) (t time.Time, ok bool) { return config.ParseInstant(text) }

// Dialects returns the dialects that a project can be compiled for.
func Dialects() []string { return dialect.Names() }

// Dialect is the dialect of the project's warehouse.
func (p *Project) Dialect() string { return p.file.Warehouse.Type }
