package plugin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/config"
	"github.com/nexus-host/nexus-host/internal/input"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// ReadModule reads a module's file. How large a module may be is for its scan to say, with more words; here
// a file ends somewhere.
func ReadModule(path string) ([]byte, error) { return input.ReadFile(path, maxModule) }

// Options are a Loader's; the zero value is fit for use.
type Options struct {
	Limits   Limits
	CacheDir string       // answers are kept there; "": nowhere
	Log      *slog.Logger // what plugins log, and what the cache met; nil: discarded
	Parallel int          // instances at one time; 0: as many as processors
}

// A Loader loads plugins. It is safe for concurrent use.
type Loader struct {
	limits Limits
	cache  cache.Dir
	log    *slog.Logger
	slots  *semaphore.Weighted
}

// NewLoader makes a loader.
func NewLoader(o Options) (*Loader, error) {
	c, err := cache.Open(o.CacheDir)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Parallel <= 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	return &Loader{limits: o.Limits.withDefaults(), cache: c, log: o.Log, slots: semaphore.NewWeighted(int64(o.Parallel))}, nil
}

// A Plugin is a loaded module. It is safe for concurrent use: each call has an instance of its own.
type Plugin struct {
	name   string
	digest string
	module []byte
	loader *Loader
	desc   *wire.Description
	schema *jsonschema.Schema

	mu      sync.Mutex
	engine  *engine
	scanErr error
	closed  bool
}

// Digest names a module by its content: sha256: and 64 hex digits.
func Digest(module []byte) string {
	sum := sha256.Sum256(module)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Load checks a module and asks it to describe itself. The name is how the project
// calls the plugin; errors carry it. The very bytes given are hashed and run; the
// caller does not change them afterwards.
func (l *Loader) Load(ctx context.Context, name string, module []byte) (*Plugin, error) {
	return l.LoadPinned(ctx, name, module, nil)
}

// LoadPinned is Load for a module that a lock may pin: another than the pinned one is
// refused before anything of it runs, and one that describes itself otherwise than the lock does, after.
func (l *Loader) LoadPinned(ctx context.Context, name string, module []byte, lock *Lock) (*Plugin, error) {
	if len(module) > l.limits.ModuleBytes {
		_, err := scan(module, l.limits)
		return nil, at(err, name, PhaseScan)
	}
	p := &Plugin{name: name, digest: Digest(module), module: module, loader: l}
	err := lock.checkDigest(name, p.digest)
	if err == nil {
		err = p.cachedCall(ctx, PhaseDescribe, wire.ExportDescribe, nil, func(out []byte) (err error) {
			p.desc, p.schema, err = decodeDescription(out, l.limits)
			return err
		})
	}
	if err == nil && lock != nil {
		_, err = lock.Check(p)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Name is how the project calls the plugin.
func (p *Plugin) Name() string { return p.name }

// Digest is the digest of the module's bytes.
func (p *Plugin) Digest() string { return p.digest }

// Description is what the plugin reported of itself; it is shared and must not be changed.
func (p *Plugin) Description() *wire.Description { return p.desc }

// CheckConfig holds a source's configuration against the plugin's schema.
func (p *Plugin) CheckConfig(raw json.RawMessage) []config.Problem {
	return validate(p.schema, orEmpty(raw))
}

// Fragments asks the plugin for one source's fragments.
func (p *Plugin) Fragments(ctx context.Context, source string, config json.RawMessage) (*wire.FragmentsResponse, error) {
	// One spelling, so that neither the cache nor the plugin sees the order of keys; twin keys end here.
	canonical := jsontext.Value(bytes.Clone(orEmpty(config)))
	if err := canonical.Canonicalize(); err != nil {
		return nil, at(fail(CodeConfig, "source %s: %v", source, err), p.name, PhaseConfig)
	}
	if problems := p.CheckConfig(json.RawMessage(canonical)); len(problems) > 0 {
		lines := make([]string, len(problems))
		for i, q := range problems {
			lines[i] = q.String()
		}
		return nil, at(fail(CodeConfig, "source %s: %s", source, strings.Join(lines, "; ")), p.name, PhaseConfig)
	}
	input, err := json.Marshal(wire.FragmentsRequest{Source: source, Config: json.RawMessage(canonical)})
	if err != nil {
		return nil, at(fail(CodeConfig, "source %s: %v", source, err), p.name, PhaseConfig)
	}
	var res *wire.FragmentsResponse
	err = p.cachedCall(ctx, PhaseFragments, wire.ExportFragments, input, func(out []byte) (err error) {
		res, err = decodeFragments(out, p.loader.limits)
		return err
	})
	return res, err
}

func orEmpty(config json.RawMessage) json.RawMessage {
	if len(bytes.TrimSpace(config)) == 0 || bytes.Equal(bytes.TrimSpace(config), []byte("null")) {
		return json.RawMessage("{}")
	}
	return config
}

// cachedCall answers from the cache or by running the module, twice; what decode refuses is never cached.
func (p *Plugin) cachedCall(ctx context.Context, phase Phase, export string, input []byte, decode func([]byte) error) error {
	l := p.loader
	if err := ctx.Err(); err != nil {
		return at(ended(ctx, ""), p.name, phase)
	}
	key := cache.Key([]byte(p.digest), []byte(export), input, fmt.Appendf(nil, "%d %+v", wire.ABI, l.limits))
	out, state := l.cache.Get(key, l.limits.OutputBytes)
	switch state {
	case cache.Hit:
		if err := decode(out); err == nil {
			return nil
		}
	case cache.Poisoned:
		l.log.WarnContext(ctx, "a broken cache entry was deleted", "plugin", p.name, "entry", key, "code", "CACHE")
	}
	out, err := p.run(ctx, export, input)
	if err != nil {
		return at(err, p.name, phase)
	}
	if err := decode(out); err != nil {
		return at(err, p.name, phase)
	}
	if err := l.cache.Put(key, out); err != nil {
		l.log.WarnContext(ctx, "an answer could not be kept", "plugin", p.name, "error", err)
	}
	return nil
}

// run calls the export on two fresh instances and wants the same answer from both.
func (p *Plugin) run(ctx context.Context, export string, input []byte) ([]byte, error) {
	e, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	var out [2][]byte
	var errs [2]error
	var g errgroup.Group
	for i := range out {
		g.Go(func() error {
			if err := p.loader.slots.Acquire(ctx, 1); err != nil {
				errs[i] = ended(ctx, "")
				return nil
			}
			defer p.loader.slots.Release(1)
			out[i], errs[i] = e.call(ctx, export, input)
			return nil
		})
	}
	_ = g.Wait() // errors are in errs: the first call's counts, whichever ended first
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out[0], agree(out[0], out[1])
}

// agree refuses answers that differ. Nothing that a guest is granted differs between two
// instances; should a new version of the runtime let something through, it shows here.
func agree(a, b []byte) error {
	if bytes.Equal(a, b) {
		return nil
	}
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return fail(CodeNondet, "two runs gave two answers (%d and %d bytes, first difference at byte %d)", len(a), len(b), n)
}

// open scans and compiles the module at its first use: a warm start never does.
func (p *Plugin) open(ctx context.Context) (*engine, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, fail(CodeCanceled, "was closed")
	case p.engine != nil:
		return p.engine, nil
	case p.scanErr != nil:
		return nil, p.scanErr
	}
	s, err := scan(p.module, p.loader.limits)
	if err == nil {
		err = checkBoundary(s)
	}
	if err != nil {
		p.scanErr = at(err, p.name, PhaseScan)
		return nil, p.scanErr
	}
	if err := p.loader.slots.Acquire(ctx, 1); err != nil {
		return nil, ended(ctx, "")
	}
	defer p.loader.slots.Release(1)
	e, err := newEngine(ctx, p.name, s, p.loader.limits, p.loader.log)
	if err != nil {
		return nil, at(err, p.name, PhaseCompile)
	}
	p.engine = e
	return e, nil
}

// Close frees the compiled module; calls under way end with an error. Closing twice is fine.
func (p *Plugin) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.engine != nil {
		p.engine.close()
		p.engine = nil
	}
}
