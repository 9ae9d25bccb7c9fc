package plugin_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// short are limits under which hostile cases end soon. Time is generous where it is
// not what is tested: the machine may be busy.
var short = plugin.Limits{CallTime: 20 * time.Second, MemoryPages: 256, KernelBytes: 4 << 20, OutputBytes: 1 << 20}

func repeat(n int, code []byte) []byte {
	var out []byte
	for range n {
		out = append(out, code...)
	}
	return out
}

// TestHostileModules is section W of the catalogue of hostile plugins: what
// loading answers to each. Every case checks the invariants too: one typed error, in time, in memory.
func TestHostileModules(t *testing.T) {
	code := func(b ...[]byte) []byte { return guest{describe: cat(b...)}.build() }
	promise := func(id byte) []byte { return binary(section(id, leb(1<<32-1))) }
	cases := []struct {
		id, name string
		module   []byte
		want     plugin.Code
		text     string
	}{
		{"W01", "loop-call", code(forever, unreachable), plugin.CodeTimeout, "300ms a call"},
		{"W02", "loop-start-section", guest{initialize: forever, start: true}.build(), plugin.CodeModule, "start section"},
		{"W03", "loop-initialize", guest{initialize: forever}.build(), plugin.CodeTimeout, "start"},
		{"W04", "allocator-hang: import", guest{imports: []imp{{env, "config_get", sigI64I64}}}.build(), plugin.CodeImport, "config_get"},
		{"W04", "allocator-hang: block header", code(i64c(16), call(fnAlloc), op(0x21, 0),
			op(0x20, 0), i64c(8), op(0x7d), i64c(-12), call(fnStore64), i64c(64), call(fnAlloc), op(0x1a), i32c(0)), plugin.CodeTrap, "outside of its memory"},
		{"W05", "memory-grow", code(op(0x03, 0x40), i32c(15), op(0x40, 0), i32c(-1), op(0x47, 0x0d, 0, 0x0b), // grow while it works
			i32c(256<<16-8), i32c(1), op(0x36, 2, 0), unreachable), plugin.CodeMemory, "16 MiB of memory"},
		{"W06", "kernel-alloc", code(op(0x03, 0x40), i64c(4096), call(fnAlloc), i64c(0), op(0x52, 0x0d, 0, 0x0b), i32c(0)), plugin.CodeOutput, "no output"},
		{"W07", "min-over-cap", guest{memoryMin: 300}.build(), plugin.CodeMemory, "300 pages"},
		{"W08", "table-declared", guest{table: vec(cat(op(0x70, 0), leb(1<<27)))}.build(), plugin.CodeModule, "134217728"},
		{"W08", "table-maximum", guest{table: vec(cat(op(0x70, 1), leb(1), leb(1<<27)))}.build(), plugin.CodeModule, "134217728"},
		{"W08", "two tables", guest{table: vec(op(0x70, 0, 1), op(0x70, 0, 1))}.build(), plugin.CodeModule, "tables"},
		{"W08", "table of externals", guest{table: vec(op(0x6f, 0, 1))}.build(), plugin.CodeModule, "0x6f"},
		{"W09", "table-grow", code(op(0xd0, 0x70), i32c(200e6), op(0xfc, 15, 0, 0x1a), i32c(0)), plugin.CodeModule, "0xd0 is not granted"},
		{"W09", "table-grow alone", code(op(0xfc, 15, 0)), plugin.CodeModule, "0xfc 15"},
		{"W10", "locals-bomb", binary(section(1, vec(functionType(nil, nil))), section(3, vec(op(0))),
			section(10, vec(body(cat(leb(1), leb(1<<32-1), op(tI64)))))), plugin.CodeModule, "locals"},
		{"W10", "locals-bomb in groups", binary(section(1, vec(functionType(nil, nil))), section(3, vec(op(0))),
			section(10, vec(body(vec(cat(leb(200), op(tI64)), cat(leb(200), op(tI32))))))), plugin.CodeModule, "400 locals"},
		{"W11", "vector-count: types", promise(1), plugin.CodeModule, "promised"},
		{"W11", "vector-count: imports", promise(2), plugin.CodeModule, "promised"},
		{"W11", "vector-count: functions", promise(3), plugin.CodeModule, "promised"},
		{"W11", "vector-count: globals", promise(6), plugin.CodeModule, "promised"},
		{"W11", "vector-count: exports", promise(7), plugin.CodeModule, "promised"},
		{"W11", "vector-count: elements", promise(9), plugin.CodeModule, "promised"},
		{"W11", "vector-count: code", promise(10), plugin.CodeModule, "promised"},
		{"W11", "vector-count: data", promise(11), plugin.CodeModule, "promised"},
		{"W11", "vector-count: names are not read", binary(section(0, cat(str("name"), op(1), leb(6), leb(1<<32-1)))), plugin.CodeABI, "nexus_describe"},
		{"W11", "vector-count: parameters", binary(section(1, vec(cat(op(0x60), leb(1<<32-1))))), plugin.CodeModule, "promised"},
		{"W11", "vector-count: element's functions", binary(section(9, vec(cat(op(0), i32c(0), op(0x0b), leb(1<<32-1))))), plugin.CodeModule, "promised"},
		{"W11", "vector-count: br_table", code(i32c(0), op(0x0e), leb(1<<32-1)), plugin.CodeModule, "promised"},
		{"W11", "vector-count: data bytes", binary(section(11, vec(cat(op(0), i32c(0), op(0x0b), leb(1<<32-1))))), plugin.CodeModule, "promised"},
		{"W12", "compile-nesting", code(repeat(40_000, op(0x02, 0x40)), repeat(40_000, op(0x0b)), i32c(0)), plugin.CodeModule, "2000 nested blocks"},
		{"W14", "recursion", code(call(firstOwn)), plugin.CodeTrap, "stack overflow"},
		{"W15", "trap", code(unreachable), plugin.CodeTrap, "unreachable"},
		{"W15", "trap: memory", code(i32c(-1), op(0x28, 2, 0)), plugin.CodeTrap, "out of bounds memory access"},
		{"W15", "trap: division", code(i32c(1), i32c(0), op(0x6d)), plugin.CodeTrap, "divide by zero"},
		{"W16", "exit-zero", code(i32c(0), call(fnExit), i32c(0)), plugin.CodeExit, "code 0"},
		{"W17", "forged-deadline", code(i32c(-0x10000001), call(fnExit), i32c(0)), plugin.CodeExit, "code 4026531839"},
		{"W17", "forged-cancel", code(i32c(-1), call(fnExit), i32c(0)), plugin.CodeExit, "code 4294967295"},
		{"W18", "silent-nonzero", code(i32c(1)), plugin.CodeOutput, "returned 1 and said nothing"},
		{"W18", "error after output", code(say("fine", fnOutput), say("the plugin's reason", fnError), i32c(0)), plugin.CodePlugin, "the plugin's reason"},
		{"W19", "wrong-signature: parameter", guest{types: map[string]byte{"nexus_describe": sigParam}}.build(), plugin.CodeABI, "(i32) -> (i32), want () -> (i32)"},
		{"W19", "wrong-signature: i64", guest{describe: i64c(1 << 32), types: map[string]byte{"nexus_describe": sigResult64}}.build(), plugin.CodeABI, "() -> (i64)"},
		{"W19", "wrong-signature: import", guest{imports: []imp{{env, "length", sigStore64}}}.build(), plugin.CodeABI, "length"},
		{"W20", "missing-export", guest{exports: map[string]byte{"-nexus_fragments": 0}}.build(), plugin.CodeABI, "this one: nexus_describe"},
		{"W20", "wrong-abi", guest{description: strings.Replace(tiny, `"abi":1`, `"abi":99`, 1)}.build(), plugin.CodeABI, "has ABI 99, this host supports 1"},
		{"W20", "no-abi", guest{description: strings.Replace(tiny, `"abi":1,`, ``, 1)}.build(), plugin.CodeABI, "no abi"},
		{"W21", "undeclared-import", guest{imports: []imp{
			{"env", "system", sigEntry}, {"wasi_snapshot_preview1", "path_open", sigEntry},
			{"wasi_snapshot_preview1", "sock_accept", sigEntry}, {env, "http_request", sigEntry}, {"gmail", "nexus_fragments", sigEntry},
		}}.build(), plugin.CodeImport, "env.system, wasi_snapshot_preview1.path_open, wasi_snapshot_preview1.sock_accept, extism:host/env.http_request, gmail.nexus_fragments"},
		{"W21", "imported memory", binary(section(2, vec(cat(str("env"), str("memory"), op(2, 0, 1))))), plugin.CodeImport, "memory"},
		{"W27", "output-too-large", code(i64c(3<<20), call(fnAlloc), i64c(3<<20), call(fnOutput), i32c(0)), plugin.CodeOutput, "1 MiB of output"},
		{"W27", "bogus-length", code(i64c(8), call(fnAlloc), i64c(500_000), call(fnOutput), i32c(0)), plugin.CodeOutput, "outside of its memory"},
		{"W27", "bogus-length: wraps", code(i64c(-4), i64c(8), call(fnOutput), i32c(0)), plugin.CodeOutput, "outside of its memory"},
		{"W27", "empty", code(i32c(0)), plugin.CodeOutput, "no output"},
		{"W31", "custom-section", append(guest{}.build(), section(0, make([]byte, 17<<20))...), plugin.CodeModule, "16 MiB of module"},
		{"W32", "wide-module", binary(section(1, vec(functionType(nil, nil))), section(3, cat(leb(30_000), make([]byte, 30_000)))), plugin.CodeModule, "20000 functions"},
		{"W33", "empty", nil, plugin.CodeModule, "no Wasm module"},
		{"W33", "component", []byte("\x00asm\x0d\x00\x01\x00"), plugin.CodeModule, "no components"},
		{"W33", "text", []byte("(module)"), plugin.CodeModule, "no Wasm module"},
		{"W33", "out of order", binary(section(3, vec()), section(1, vec())), plugin.CodeModule, "type section at byte 11 is out of order"},
		{"W33", "twice", binary(section(1, vec()), section(1, vec())), plugin.CodeModule, "occurs twice"},
		{"W33", "unknown section", binary(section(99, nil)), plugin.CodeModule, "unknown section 99"},
		{"W33", "bytes left over", binary(section(1, cat(vec(), op(0)))), plugin.CodeModule, "left over"},
		{"W33", "invalid code", code(op(0x6a)), plugin.CodeModule, "no valid module"},
		{"", "SIMD", code(op(0xfd, 0x0c), make([]byte, 16), op(0x1a), i32c(0)), plugin.CodeModule, "0xfd is not granted"},
		{"", "threads", code(op(0xfe, 0x03, 0)), plugin.CodeModule, "0xfe is not granted"},
		{"M01", "invalid-utf8", guest{description: strings.Replace(tiny, `"doc":""`, "\"doc\":\"\xff\"", 1)}.build(), plugin.CodeManifest, "UTF-8"},
	}
	for _, c := range cases {
		t.Run(strings.TrimSpace(c.id+" "+c.name), func(t *testing.T) {
			goroutines := runtime.NumGoroutine()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			limits := short
			if c.want == plugin.CodeTimeout {
				limits.CallTime = 300 * time.Millisecond
			}
			l := newLoader(t, plugin.Options{Limits: limits, Parallel: 2})
			p, err := l.Load(t.Context(), "evil", c.module)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err == nil {
				p.Close()
				t.Fatal("was loaded")
			}
			var e *plugin.Error
			if !errors.As(err, &e) || !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("got %v\nwant %s and %q", err, c.want, c.text)
			}
			if e.Plugin != "evil" || e.Phase == "" {
				t.Errorf("plugin %q, phase %q", e.Plugin, e.Phase)
			}
			if isTimeout := errors.Is(err, context.DeadlineExceeded); isTimeout != (c.want == plugin.CodeTimeout) {
				t.Errorf("errors.Is(DeadlineExceeded) is %v", isTimeout)
			}
			if took > limits.CallTime+2*time.Second {
				t.Errorf("took %v", took)
			}
			if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 200 {
				t.Errorf("allocated %d MiB", got)
			}
			awaitGoroutines(t, goroutines)
		})
	}
}

// awaitGoroutines fails if goroutines outlive a case.
func awaitGoroutines(t *testing.T, most int) {
	t.Helper()
	for range 1000 {
		if runtime.NumGoroutine() <= most {
			return
		}
		runtime.Gosched()
	}
	deadline := time.NewTimer(2 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if runtime.NumGoroutine() <= most {
				return
			}
		case <-deadline.C:
			t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), most)
			return
		}
	}
}

// TestTinyGuest shows that the hand-made modules are refused for what each
// does: without it, the same guest is loaded and answers.
func TestTinyGuest(t *testing.T) {
	for name, g := range map[string]guest{
		"plain": {}, "initialize": {initialize: op(0x01)}, "data": {data: "text"}, "table": {table: vec(op(0x70, 0, 3))},
	} {
		p, err := newLoader(t, plugin.Options{Limits: short}).Load(t.Context(), "tiny", g.build())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if res, err := p.Fragments(t.Context(), "s", nil); err != nil || len(res.Fragments) != 1 {
			t.Errorf("%s: %v, %v", name, res, err)
		}
		p.Close()
	}
}

// W13: within the scan's limits, what costs a native compiler minutes costs the interpreter's translation little.
func TestCompileDataflow(t *testing.T) {
	var loops []byte
	for i := range 1900 {
		loops = cat(loops, op(0x03, 0x40), op(0x20, byte(i%2)), op(0x21, byte(1-i%2)))
	}
	module := guest{describe: cat(loops, repeat(1900, op(0x0b)), answer(tiny))}.build()
	start := time.Now()
	p, err := newLoader(t, plugin.Options{}).Load(t.Context(), "loops", module)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// W33: no damage to a real module does more than an error.
func TestDamagedModules(t *testing.T) {
	module := acmeWasm(t)
	l := newLoader(t, plugin.Options{Limits: plugin.Limits{CallTime: 50 * time.Millisecond}})
	r := rand.New(rand.NewPCG(1, 2))
	times := 24
	if testing.Short() {
		times = 8
	}
	t.Logf("%d modules", times)
	for i := range times {
		damaged := append([]byte(nil), module...)
		if i%2 == 0 {
			damaged = damaged[:r.IntN(len(damaged))]
		} else {
			for range 1 + r.IntN(4) {
				damaged[8+r.IntN(40_000)] ^= 1 << r.IntN(8)
			}
		}
		p, err := l.Load(t.Context(), "damaged", damaged)
		if err == nil {
			p.Close() // the bit was one that nothing reads
			continue
		}
		var e *plugin.Error
		if !errors.As(err, &e) {
			t.Errorf("damage %d: %v", i, err)
		}
	}
}

// W15, W30, W36: a trap in one call, many callers at once, and Close under way.
func TestConcurrentCalls(t *testing.T) {
	tier.Full(t)
	l := newLoader(t, plugin.Options{Parallel: 4, Limits: plugin.Limits{CallTime: 2 * time.Minute}})
	p, err := l.Load(t.Context(), "acme", acmeWasm(t))
	if err != nil {
		t.Fatal(err)
	}
	want, err := p.Fragments(t.Context(), "shop", nil)
	if err != nil {
		t.Fatal(err)
	}
	evil, err := l.Load(t.Context(), "evil", guest{fragments: unreachable}.build())
	if err != nil {
		t.Fatal(err)
	}
	defer evil.Close()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := p.Fragments(t.Context(), "shop", nil)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("a neighbour changed the answer: %v", err)
			}
		})
		wg.Go(func() {
			if _, err := evil.Fragments(t.Context(), "s", nil); !errors.Is(err, plugin.CodeTrap) {
				t.Errorf("evil: %v, want TRAP", err)
			}
		})
	}
	wg.Wait()
	busy, err := newLoader(t, plugin.Options{}).Load(t.Context(), "busy", guest{fragments: cat(forever, unreachable)}.build())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := busy.Fragments(t.Context(), "closing", nil)
		done <- err
	}()
	stop := time.AfterFunc(50*time.Millisecond, busy.Close)
	defer stop.Stop()
	if err := <-done; !errors.Is(err, plugin.CodeCanceled) || !strings.Contains(err.Error(), "was closed") {
		t.Errorf("closed under way: %v", err)
	}
	for range 2 {
		p.Close()
	}
	if _, err := p.Fragments(t.Context(), "closed", nil); !errors.Is(err, plugin.CodeCanceled) {
		t.Errorf("a closed plugin: %v", err)
	}
}

func TestCanceled(t *testing.T) {
	l := newLoader(t, plugin.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Load(ctx, "tiny", guest{}.build()); !errors.Is(err, plugin.CodeCanceled) || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	stop := time.AfterFunc(100*time.Millisecond, cancel)
	defer stop.Stop()
	start := time.Now()
	_, err := l.Load(ctx, "loop", guest{initialize: forever}.build())
	if !errors.Is(err, plugin.CodeCanceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled under way: %v", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %v to notice", took)
	}
}
