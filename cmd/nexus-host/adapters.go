package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/nexus-host/nexus-host/host"
)

// adapterNames are the adapters that come with the program.
var adapterNames = [...]string{"calendar", "gmail", "shopify", "stripe"}

// builtin returns the module of an adapter that comes with the program: the
// embedded one, or, in a checkout, one built from source and cached by content.
func (a *app) builtin(ctx context.Context, name string) (module []byte, ok bool, err error) {
	known := false
	for _, n := range adapterNames {
		known = known || n == name
	}
	if !known {
		return nil, false, nil
	}
	if module, ok = embedded(name); ok {
		return module, true, nil
	}
	_, file, _, _ := runtime.Caller(0)
	dir, ok := sourceOf(file, name)
	if !ok {
		return nil, false, errNoAdapters
	}
	done := a.slow("building the " + name + " adapter from source")
	defer done()
	module, err = host.BuildPlugin(ctx, dir, host.PluginOptions{CacheDir: a.cache()})
	return module, err == nil, err
}

// errNoAdapters is for a program that has no adapters inside and is not run from a checkout.
var errNoAdapters = errors.New(`this program was built without its adapters: use "just build", or name a .wasm file or a folder`)

// sourceOf finds an adapter's source beside this file, as it is for a program run or
// tested from a checkout.
func sourceOf(thisFile, name string) (string, bool) {
	dir := filepath.Join(filepath.Dir(thisFile), "..", "..", "plugins", name)
	info, err := os.Stat(dir)
	return dir, err == nil && info.IsDir()
}
