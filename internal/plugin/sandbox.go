package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"github.com/nexus-host/nexus-host/pdk/wire"
)

// wasiFuncs are the functions of WASI that are granted. None opens anything: what
// language runtimes want at their start, and a console that no one reads.
func wasiFuncs() map[string]bool {
	granted := map[string]bool{}
	for name := range strings.FieldsSeq(`
		args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get random_get
		fd_write fd_read fd_close fd_seek fd_fdstat_get fd_fdstat_set_flags fd_prestat_get fd_prestat_dir_name
		poll_oneoff sched_yield proc_exit`) {
		granted[name] = true
	}
	return granted
}

// checkBoundary holds a module's imports and exports against what is granted and wanted.
func checkBoundary(s *scanned) error {
	wasi, extism := wasiFuncs(), hostFuncs()
	var refused []string
	for _, imp := range s.imports {
		f, known := extism[imp.name]
		switch {
		case imp.module == wasi_snapshot_preview1.ModuleName && wasi[imp.name]:
		case imp.module == extismModule && known:
			if got := s.types[imp.typ]; !got.equal(f.typ()) {
				return fail(CodeABI, "import %s.%s has the signature %s, the host's is %s", imp.module, imp.name, got, f.typ())
			}
		default:
			refused = append(refused, clean(imp.module, 60)+"."+clean(imp.name, 60))
		}
	}
	if len(refused) > 0 {
		const shown = 12
		more := ""
		if len(refused) > shown {
			more = fmt.Sprintf(" and %d more", len(refused)-shown)
			refused = refused[:shown]
		}
		return fail(CodeImport, "imports what no plugin is granted: %s%s (files, sockets, configuration, variables and HTTP do not exist here)",
			strings.Join(refused, ", "), more)
	}
	entry := funcType{results: []byte{valI32}}
	for _, want := range []string{wire.ExportDescribe, wire.ExportFragments} {
		if err := s.checkExport(want, entry); err != nil {
			return err
		}
	}
	for _, name := range []string{"_initialize", "__wasm_call_ctors"} {
		if _, ok := s.exports[name]; ok {
			if err := s.checkExport(name, funcType{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scanned) checkExport(name string, want funcType) error {
	index, ok := s.exports[name]
	if !ok {
		return fail(CodeABI, "no export %s; a plugin of ABI %d exports %s and %s, this one: %s",
			name, wire.ABI, wire.ExportDescribe, wire.ExportFragments, s.exportNames())
	}
	got, ok := s.funcType(index)
	if !ok {
		return fail(CodeModule, "export %s is function %d, which is not there", name, index)
	}
	if !got.equal(want) {
		return fail(CodeABI, "export %s has the signature %s, want %s", name, got, want)
	}
	return nil
}

// An engine is one module, compiled and ready for calls. Each has a runtime of
// its own: two that share one share its cache of code too.
type engine struct {
	rt     wazero.Runtime
	code   wazero.CompiledModule
	limits Limits
	plugin string
	log    *slog.Logger
	closed atomic.Bool // so that a call under way can say why it ended
}

// newEngine compiles a scanned module. Compiling cannot be interrupted, so past the deadline
// it is left to end by itself; the scan's limits bound what that takes.
func newEngine(ctx context.Context, plugin string, s *scanned, l Limits, log *slog.Logger) (*engine, error) {
	type result struct {
		e   *engine
		err error
	}
	deadline, cancel := context.WithTimeout(ctx, l.CompileTime)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		e, err := compile(context.WithoutCancel(ctx), plugin, s, l, log)
		done <- result{e, err}
	}()
	select {
	case r := <-done:
		return r.e, r.err
	case <-deadline.Done():
		go func() {
			if r := <-done; r.e != nil {
				r.e.close()
			}
		}()
		return nil, ended(ctx, l.CompileTime.String()+" for compiling")
	}
}

func compile(ctx context.Context, plugin string, s *scanned, l Limits, log *slog.Logger) (_ *engine, err error) {
	defer contain(&err)
	cfg := wazero.NewRuntimeConfigInterpreter().
		WithCloseOnContextDone(true).
		WithMemoryLimitPages(uint32(l.MemoryPages)).
		WithMemoryCapacityFromMax(false).
		WithDebugInfoEnabled(false).
		WithCustomSections(false).
		WithCoreFeatures(api.CoreFeaturesV2.
			SetEnabled(api.CoreFeatureReferenceTypes, false).
			SetEnabled(api.CoreFeatureSIMD, false))
	rt := wazero.NewRuntimeWithConfig(ctx, cfg)
	e := &engine{rt: rt, limits: l, plugin: plugin, log: log}
	ok := false
	defer func() {
		if !ok {
			e.close()
		}
	}()
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, rt); err != nil {
		return nil, fmt.Errorf("plugin: wasi: %w", err)
	}
	if err := instantiateKernel(ctx, rt); err != nil {
		return nil, fmt.Errorf("plugin: kernel: %w", err)
	}
	if e.code, err = rt.CompileModule(ctx, s.stripped); err != nil {
		return nil, fail(CodeModule, "no valid module: %v", err)
	}
	ok = true
	return e, nil
}

// contain makes an error of a panic in the Wasm runtime: a module that finds a mistake in it
// fails only. (None is known; the process of a backend runs other people's projects too.)
func contain(err *error) {
	if r := recover(); r != nil {
		*err = fail(CodeTrap, "the Wasm runtime failed: %v", r)
	}
}

func (e *engine) close() {
	e.closed.Store(true)
	_ = e.rt.Close(context.Background())
}

// fixedSeed makes every instance's randomness the same.
var fixedSeed = [32]byte([]byte("nexus-host plugin randomness ...")) //nolint:gochecknoglobals // a constant

// call runs one export on a fresh instance and returns its output.
func (e *engine) call(parent context.Context, export string, input []byte) (_ []byte, err error) {
	defer contain(&err)
	if len(input) > e.limits.InputBytes {
		return nil, over(CodeLimit, size(e.limits.InputBytes)+" of input", "a request of %d bytes", len(input))
	}
	k := newKernel(input, e.plugin, e.limits, e.log)
	ctx, cancel := context.WithTimeout(parent, e.limits.CallTime)
	defer cancel()
	ctx = context.WithValue(ctx, kernelKey{}, k)
	stderr := &tail{most: 2 << 10}

	mod, err := e.rt.InstantiateModule(ctx, e.code, wazero.NewModuleConfig().
		WithName("").
		WithStartFunctions(). // none: they are called below, as any other function
		WithStdin(bytes.NewReader(nil)).WithStdout(io.Discard).WithStderr(stderr).
		WithRandSource(rand.NewChaCha8(fixedSeed)))
	if err != nil {
		return nil, at(e.explain(parent, ctx, err, k, nil, stderr), e.plugin, PhaseStart)
	}
	defer mod.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its exit code is read where it matters
	for _, name := range []string{"_initialize", "__wasm_call_ctors"} {
		f := mod.ExportedFunction(name)
		if f == nil {
			continue
		}
		if _, err := f.Call(ctx); err != nil || k.fault != nil {
			return nil, at(e.explain(parent, ctx, err, k, mod, stderr), e.plugin, PhaseStart)
		}
		break
	}
	res, err := mod.ExportedFunction(export).Call(ctx)
	if err != nil || k.fault != nil {
		return nil, e.explain(parent, ctx, err, k, mod, stderr)
	}
	if ctx.Err() != nil {
		return nil, ended(parent, e.limits.CallTime.String()+" a call")
	}
	switch code := uint32(res[0]); {
	case code != 0 && k.err != "":
		return nil, fail(CodePlugin, "%s", k.err)
	case code != 0:
		return nil, fail(CodeOutput, "returned %d and said nothing", code)
	case k.err != "":
		return nil, fail(CodePlugin, "%s", k.err)
	case !k.hasOut || len(k.output) == 0:
		return nil, fail(CodeOutput, "gave no output")
	}
	return k.output, nil
}

// explain says from the host's own knowledge why a call failed: what a guest says of
// itself (an exit code may claim a passed deadline) counts for nothing.
func (e *engine) explain(parent, ctx context.Context, err error, k *kernel, mod api.Module, stderr *tail) error {
	var exit *sys.ExitError
	switch {
	case k.fault != nil:
		return k.fault
	case ctx.Err() != nil:
		return ended(parent, e.limits.CallTime.String()+" a call")
	case e.closed.Load():
		return fail(CodeCanceled, "was closed")
	case mod != nil && mod.Memory() != nil && uint64(mod.Memory().Size()) > uint64(e.limits.MemoryPages)<<16/8*7:
		return over(CodeMemory, size(e.limits.MemoryPages<<16)+" of memory", "ran out of memory%s", stderr)
	case errors.As(err, &exit):
		return fail(CodeExit, "ended with code %d instead of answering%s", exit.ExitCode(), stderr)
	}
	return fail(CodeTrap, "crashed: %s%s", trapText(err), stderr)
}

var traceLine = regexp.MustCompile(`(?s)\nwasm stack trace:.*$`)

// trapText is wazero's message without its stack trace, whose names were stripped.
func trapText(err error) string {
	return strings.TrimPrefix(traceLine.ReplaceAllString(err.Error(), ""), "wasm error: ")
}

// tail keeps the first bytes written to it: a crash says first why.
type tail struct {
	text []byte
	most int
}

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p[:min(len(p), t.most-len(t.text))]...)
	return len(p), nil
}

func (t *tail) String() string {
	first, _, _ := strings.Cut(strings.TrimSpace(string(t.text)), "\n\n")
	if first == "" {
		return ""
	}
	return "; it wrote: " + clean(first, 500)
}
