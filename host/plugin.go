package host

import (
	"context"
	"log/slog"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

type (
	// PluginLimits limit what a plugin may use. Its fields are numbers (CompileTime and CallTime: durations); a zero field has
	// its default, which is given here:
	//
	//	module  ModuleBytes 16 MiB, Functions 20,000, Types 10,000, Imports 200, Exports 1,000, Globals 10,000,
	//	        DataSegments 200,000, Elements 10,000, TableEntries 65,536, LocalsPerFunc 256, BodyBytes 128 KiB, Nesting 2,000
	//	call    MemoryPages 1,024 (of 64 KiB), KernelBytes 32 MiB (in Extism's memory), InputBytes 1 MiB, OutputBytes 8 MiB,
	//	        LogLineBytes 8 KiB, LogBytes 64 KiB, CompileTime 30 s, CallTime 30 s
	//	answer  JSONDepth 64, Fragments 1,000, Tables 200, Words 1,000 (entity types, states, measurements or params each),
	//	        ListItems 10,000 (in a param or a rank), SQLBytes 256 KiB (a fragment), TextBytes 4 KiB (any other text)
	PluginLimits = plugin.Limits
	// PluginError is a plugin's failure. Its fields, of which Code and Phase can be compared with a text:
	//
	//	Code    MODULE, IMPORT, ABI, TIMEOUT, CANCELED, MEMORY, TRAP, EXIT, OUTPUT, MANIFEST, LIMIT, NONDET (two runs, two
	//	        answers), PLUGIN (the plugin's own error), CONFIG, LOCK (another module than nexus.lock names) or BUILD
	//	Plugin  its name in the project file
	//	Phase   scan, compile, start, describe, fragments, config, lock or build
	//	Limit   the limit that was exceeded, such as "16 MiB of module"; "" if none
	//	Detail  one line
	//	Err     the cause, which Unwrap returns; may be nil
	PluginError = plugin.Error
	// PluginDescription is a plugin's description of itself.
	PluginDescription = wire.Description
)

// PluginOptions say how to build and inspect plugins; the zero value is ready for use.
type PluginOptions struct {
	CacheDir string       // keeps built modules and plugins' answers; "" keeps nothing
	Limits   PluginLimits // in the sandbox
	Log      *slog.Logger // what plugins log; nil discards it
}

// InspectedPlugin is a module that was loaded in the sandbox.
type InspectedPlugin struct {
	Digest      string // of its content, as nexus.lock pins it
	Description *PluginDescription
}

// DefaultCacheDir returns the cache folder of the command, in the user's own cache folder.
func DefaultCacheDir() (string, error) { return cache.DefaultDir() }

// BuildPlugin compiles the Go plugin in a folder to a Wasm module. It needs the go command.
func BuildPlugin(ctx context.Context, dir string, o PluginOptions) (module []byte, err error) {
	return plugin.Builder{CacheDir: o.CacheDir}.Build(ctx, dir)
}

// ReadPlugin reads a module's file, which must be a regular file.
func ReadPlugin(path string) ([]byte, error) { return plugin.ReadModule(path) }

// InspectPlugin loads a module in the sandbox and asks it to describe itself. The name appears in errors.
func InspectPlugin(ctx context.Context, name string, module []byte, o PluginOptions) (*InspectedPlugin, error) {
	l, err := plugin.NewLoader(plugin.Options{CacheDir: o.CacheDir, Limits: o.Limits, Log: o.Log})
	if err != nil {
		return nil, err
	}
	p, err := l.Load(ctx, name, module)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return &InspectedPlugin{Digest: p.Digest(), Description: p.Description()}, nil
}
