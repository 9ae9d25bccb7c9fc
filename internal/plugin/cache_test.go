package plugin_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// entries are the cache's files.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// W35: an entry that is not what was written is deleted and logged, and the plugin is called again.
func TestPoisonedCache(t *testing.T) {
	module := guest{}.build()
	call := func(dir string) (string, string) {
		var log bytes.Buffer
		l := newLoader(t, plugin.Options{CacheDir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		p, err := l.Load(t.Context(), "tiny", module)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		res, err := p.Fragments(t.Context(), "s", nil)
		if err != nil {
			t.Fatal(err)
		}
		return res.Fragments[0].SQL, log.String()
	}
	for name, poison := range map[string]func(data []byte) []byte{
		"cut":      func(d []byte) []byte { return d[:len(d)/2] },
		"empty":    func([]byte) []byte { return nil },
		"longer":   func(d []byte) []byte { return append(d, ' ') },
		"bit":      func(d []byte) []byte { d[len(d)-5] ^= 1; return d },
		"head bit": func(d []byte) []byte { d[40] ^= 1; return d },
		"replaced": func(d []byte) []byte { return bytes.Replace(d, []byte("select 1"), []byte("select 9"), 1) },
		"garbage":  func([]byte) []byte { return bytes.Repeat([]byte("x"), 500) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cache")
			want, _ := call(dir)
			for _, path := range entries(t, dir) {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, poison(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, log := call(dir)
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if name != "replaced" && strings.Count(log, "code=CACHE") != 2 {
				t.Errorf("log: %s", log)
			}
			if _, log := call(dir); log != "" {
				t.Errorf("the entries were not repaired: %s", log)
			}
		})
	}
	t.Run("swapped", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "cache")
		want, _ := call(dir)
		list := entries(t, dir)
		if len(list) != 2 {
			t.Fatalf("%d entries", len(list))
		}
		a, err := os.ReadFile(list[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(list[1], a, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, log := call(dir); got != want || strings.Count(log, "code=CACHE") != 1 {
			t.Errorf("got %q, log %s", got, log)
		}
	})
	t.Run("directory in an entry's place", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "cache")
		want, _ := call(dir)
		for _, path := range entries(t, dir) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(path, "x"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := call(dir); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestCacheIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	p, err := newLoader(t, plugin.Options{CacheDir: dir}).Load(t.Context(), "tiny", guest{}.build())
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := plugin.NewLoader(plugin.Options{CacheDir: dir}); err == nil || !strings.Contains(err.Error(), "may be written by others") {
		t.Errorf("an open directory: %v", err)
	}
}

// What one configuration was answered is no answer to another.
func TestCacheKeysDiffer(t *testing.T) {
	tier.Full(t)
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	call := func(source, config string, l plugin.Limits) string {
		p, err := newLoader(t, plugin.Options{CacheDir: dir, Limits: l}).Load(t.Context(), "acme", acmeWasm(t))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		res, err := p.Fragments(t.Context(), source, []byte(config))
		if err != nil {
			t.Fatal(err)
		}
		return string(res.Params["currency"])
	}
	for _, currency := range []string{"USD", "CHF", "USD", "CHF"} {
		if got := call("s", `{"currency":"`+currency+`"}`, plugin.Limits{}); got != `"`+currency+`"` {
			t.Errorf("got %s, want %s", got, currency)
		}
	}
	n := len(entries(t, dir))
	call("s", ` { "currency" : "CHF" } `, plugin.Limits{})
	if got := len(entries(t, dir)); got != n {
		t.Errorf("another spelling of one configuration is another entry: %d, %d", n, got)
	}
	call("t", `{"currency":"CHF"}`, plugin.Limits{})
	if got := len(entries(t, dir)); got != n+1 {
		t.Errorf("another source: %d entries, then %d", n, got)
	}
	call("s", `{"currency":"CHF"}`, plugin.Limits{Fragments: 7})
	if got := len(entries(t, dir)); got != n+3 {
		t.Errorf("other limits: %d entries, then %d", n, got)
	}
}

func TestCacheIsShared(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			p, err := newLoader(t, plugin.Options{CacheDir: dir}).Load(t.Context(), "tiny", guest{}.build())
			if err != nil {
				t.Error(err)
				return
			}
			defer p.Close()
			if _, err := p.Fragments(t.Context(), "s", nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if list := entries(t, dir); len(list) != 2 {
		t.Errorf("entries: %q", list)
	}
}
