package host

import (
	"context"
	"log/slog"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

type (
	// PluginLimits bound what a plugin may take; zero fields have defaults.
	PluginLimits = plugin.Limits
	// PluginError is a plugin's failure: which plugin, in which phase, and why.
	PluginError = plugin.Error
	// PluginDescription is what a plugin says of itself.
	PluginDescription = wire.Description
)

// PluginOptions are how to build plugins and look into them; the zero value is fit for use.
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

// DefaultCacheDir is where the command keeps what can be had again: a folder of the user's own.
func DefaultCacheDir() (string, error) { return cache.DefaultDir() }

// BuildPlugin builds a plugin written in Go, from its folder, as a Wasm module. It needs the go command.
func BuildPlugin(ctx context.Context, dir string, o PluginOptions) (module []byte, err error) {
	return plugin.Builder{CacheDir: o.CacheDir}.Build(ctx, dir)
}

// ReadPlugin reads the file of a module; what is no regular file is refused.
func ReadPlugin(path string) ([]byte, error) { return plugin.ReadModule(path) }

// InspectPlugin loads a module in the sandbox and asks it to describe itself. The name is for errors.
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
