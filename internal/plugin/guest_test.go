package plugin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/tier"
)

var hostileModule = sync.OnceValues(func() ([]byte, error) {
	dir, err := cache.DefaultDir()
	if err != nil {
		return nil, err
	}
	return plugin.Builder{CacheDir: dir}.Build(context.Background(), filepath.Join("testdata", "hostile"))
})

func hostile(t *testing.T, o plugin.Options) *plugin.Plugin {
	t.Helper()
	module, err := hostileModule()
	if err != nil {
		t.Fatal(err)
	}
	p, err := newLoader(t, o).Load(t.Context(), "hostile", module)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// callGuest makes the guest do something and returns what it answered.
func callGuest(t *testing.T, p *plugin.Plugin, do, text string) (string, error) {
	t.Helper()
	config, err := json.Marshal(map[string]string{"do": do, "text": text})
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Fragments(t.Context(), "s", config)
	if err != nil {
		return "", err
	}
	var said string
	if err := json.Unmarshal(res.Params["said"], &said); err != nil {
		t.Fatal(err)
	}
	return said, nil
}

// W15, W22 to W29 by a guest that a compiler made: what a real language runtime does with what it is (not) given.
func TestGoGuest(t *testing.T) {
	tier.Full(t)
	p := hostile(t, plugin.Options{Limits: plugin.Limits{CallTime: 20 * time.Second, MemoryPages: 512}})
	for _, c := range []struct {
		do   string
		code plugin.Code // "": an answer
		text string
	}{
		{"count", "", "1"},
		{"environment", "", "0none0 <nil>"},
		{"goroutines", "", "4950"},
		{"sleep", "", "slept"}, // by a clock that moves when it is looked at
		{"print", "", "printed"},
		{"panic", plugin.CodeTrap, "the guest panics: because"},
		{"recurse", plugin.CodeTrap, "stack overflow"},
		{"allocate", plugin.CodeMemory, "32 MiB of memory"},
		{"error", plugin.CodePlugin, "bytes more)"},
	} {
		t.Run(c.do, func(t *testing.T) {
			start := time.Now()
			said, err := callGuest(t, p, c.do, "because")
			if c.code == "" && (err != nil || said != c.text) {
				t.Errorf("said %q, %v; want %q", said, err, c.text)
			}
			if c.code != "" && (!errors.Is(err, c.code) || !strings.Contains(err.Error(), c.text)) {
				t.Errorf("%v; want %s and %q", err, c.code, c.text)
			}
			if err != nil && (len(err.Error()) > 6<<10 || strings.ContainsAny(err.Error(), "\x1b\n")) {
				t.Errorf("%d bytes of error, or control characters in it", len(err.Error()))
			}
			if took := time.Since(start); took > 22*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	// After all that, the plugin answers as at first.
	if said, err := callGuest(t, p, "count", ""); err != nil || said != "1" {
		t.Errorf("afterwards: %q, %v", said, err)
	}
}

// W25, W26: what differs between runs elsewhere is the same here.
func TestGoGuestIsDeterministic(t *testing.T) {
	tier.Full(t)
	loads := []*plugin.Plugin{hostile(t, plugin.Options{}), hostile(t, plugin.Options{})}
	for _, do := range []string{"clock", "map", "count"} {
		var first string
		for i, p := range append(loads, loads[0]) {
			said, err := callGuest(t, p, do, "")
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = said
			} else if said != first {
				t.Errorf("%s: %q, then %q", do, first, said)
			}
		}
		if do == "clock" && !strings.HasPrefix(first, "16409952") {
			t.Errorf("the clock is not 2022-01-01: %s", first)
		}
	}
}

// W29: a flood of log lines is cut to its limits and cannot forge lines.
func TestGoGuestLogs(t *testing.T) {
	var out bytes.Buffer
	p := hostile(t, plugin.Options{Log: slog.New(slog.NewTextHandler(&lockedWriter{w: &out}, nil)), Parallel: 1})
	if said, err := callGuest(t, p, "log", ""); err != nil || said != "logged" {
		t.Fatalf("%q, %v", said, err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if n := len(lines); n < 2 || n > 2*(64/8+1) { // two instances
		t.Errorf("%d lines", n)
	}
	for _, line := range lines {
		if !strings.Contains(line, "plugin=hostile") || len(line) > 20<<10 || strings.Contains(line, "\x1b") {
			t.Errorf("a line of %d bytes: %.80q", len(line), line)
		}
	}
}

type lockedWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
