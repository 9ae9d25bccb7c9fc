package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/plugin"
)

// loaded is a project with what its plugins said: all that compiling needs.
type loaded struct {
	spec    *spec.Spec
	plugins []UsedPlugin
}

// ErrNoPlugin says that a project names a plugin that does not exist.
var ErrNoPlugin = errors.New("host: no such plugin")

// load asks the plugins of all sources. columns returns what existing relations have;
// nil where there is no warehouse to look at. With pin, plugins that nexus.lock does not know
// yet are added to it; one that differs from the lock is refused either way.
func (p *Project) load(ctx context.Context, columns func(ctx context.Context, path []string) ([]sql.ColumnDef,
	error), pin bool) (*loaded, error) {
	lockPath := filepath.Join(p.file.Dir, plugin.LockFile)
	lock, err := plugin.ReadLock(lockPath)
	if err != nil {
		return nil, err
	}
	sources := p.file.SourceNames()
	named := map[string]int{} // plugins by name, each with the first source that names it
	var firsts []string
	for _, source := range sources {
		name := p.file.Sources[source].Plugin
		if _, known := named[name]; !known {
			named[name] = len(firsts)
			firsts = append(firsts, source)
		}
	}
	plugins := make([]*plugin.Plugin, len(firsts))
	defer func() {
		for _, pl := range plugins {
			if pl != nil {
				pl.Close()
			}
		}
	}()
	err = each(firsts, func(i int, source string) error {
		name := p.file.Sources[source].Plugin
		module, err := p.module(ctx, name)
		if err != nil {
			return p.atPlugin(source, err)
		}
		plugins[i], err = p.loader.LoadPinned(ctx, name, module, lock)
		return err
	})
	if err != nil {
		return nil, err
	}
	bySource := map[string]config.Plugin{}
	var fresh []*plugin.Plugin
	for _, source := range sources {
		bySource[source] = plugins[named[p.file.Sources[source].Plugin]]
	}
	for _, pl := range plugins {
		if _, known := lock.Plugins[pl.Name()]; !known {
			fresh = append(fresh, pl)
		}
	}
	if err := p.file.Bind(bySource); err != nil {
		return nil, err
	}
	list := make([]config.Bound, len(sources))
	err = each(sources, func(i int, source string) error {
		src := p.file.Sources[source]
		pl := plugins[named[src.Plugin]]
		response, err := pl.Fragments(ctx, source, json.RawMessage(src.Config))
		list[i] = config.Bound{Description: pl.Description(), Response: response}
		return err
	})
	if err != nil {
		return nil, err
	}
	bound := map[string]config.Bound{}
	out := &loaded{}
	for i, source := range sources {
		src, b := p.file.Sources[source], list[i]
		if b.Columns, err = p.columns(ctx, src, columns); err != nil {
			return nil, err
		}
		bound[source] = b
		out.plugins = append(out.plugins, UsedPlugin{
			Source: source, Name: b.Description.Name, Version: b.Description.Version, Digest: plugins[named[src.Plugin]].Digest(),
		})
	}
	if out.spec, err = p.file.Spec(bound); err != nil {
		return nil, err
	}
	if c := out.spec.Currency; c != nil && c.Rates.Relation != nil && columns != nil {
		if c.Rates.Relation.Columns, err = columns(ctx, c.Rates.Relation.Path); err != nil {
			return nil, err
		}
	}
	if out.spec.Computed, err = p.computed(); err != nil {
		return nil, err
	}
	if pin && len(fresh) > 0 {
		err := plugin.UpdateLock(ctx, lockPath, func(l *plugin.Lock) error {
			for _, pl := range fresh {
				l.Add(pl)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// each does something for every name at once and gives the error of the first name that has one.
func each(names []string, do func(i int, name string) error) error {
	failed := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { failed[i] = do(i, name) })
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// columns asks the warehouse for the columns of a source's existing relations.
func (p *Project) columns(ctx context.Context, src config.Source, ask func(context.Context,
	[]string) ([]sql.ColumnDef, error)) (map[string][]sql.ColumnDef, error) {
	out := map[string][]sql.ColumnDef{}
	for _, name := range src.TableNames() {
		t := src.Tables[name]
		if t.Relation == "" || ask == nil {
			continue
		}
		cols, err := ask(ctx, strings.Split(t.Relation, "."))
		if err != nil {
			return nil, fmt.Errorf("host: table %s: %w", t.Relation, err)
		}
		out[name] = cols
	}
	return out, nil
}

// atPlugin places a missing plugin in the project file.
func (p *Project) atPlugin(source string, err error) error {
	if !errors.Is(err, ErrNoPlugin) {
		return err
	}
	return p.file.Mistake(err.Error(), "a plugin's name, the path of a .wasm file, or of a folder with Go source", "sources", source, "plugin")
}

// module finds a plugin's bytes: by path, in the project's plugins folder, among those built in.
func (p *Project) module(ctx context.Context, name string) ([]byte, error) {
	var places []string
	isPath := strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".wasm")
	if isPath {
		places = append(places, p.file.Resolve(name))
	} else if p.file.Plugins != "" {
		dir := p.file.Resolve(p.file.Plugins)
		places = append(places, filepath.Join(dir, name+".wasm"), filepath.Join(dir, name))
	}
	for _, place := range places {
		info, err := os.Stat(place)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("host: plugin %s: %w", name, err)
		case info.IsDir():
			return plugin.Builder{CacheDir: p.options.CacheDir}.Build(ctx, place)
		}
		module, err := plugin.ReadModule(place)
		if err != nil {
			return nil, fmt.Errorf("host: plugin %s: %w", name, err)
		}
		return module, nil
	}
	if p.options.Builtin != nil && !isPath {
		module, ok, err := p.options.Builtin(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("host: plugin %s: %w", name, err)
		}
		if ok {
			return module, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", ErrNoPlugin, name)
}
