package host

import (
	"context"
	"log/slog"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

type (
	// PluginLimits limit what a plugin may use; zero fields have defaults.
	PluginLimits = plugin.Limits
	// PluginError is a plugin's failure: which plugin, in which phase, and why.
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
