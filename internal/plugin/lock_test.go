package plugin_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/internal/plugin"
)

func loadTiny(t *testing.T, name, description string) *plugin.Plugin {
	t.Helper()
	p, err := newLoader(t, plugin.Options{}).Load(t.Context(), name, guest{description: description}.build())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// W34: another module under a pinned name is refused, before it runs and after.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), plugin.LockFile)
	p := loadTiny(t, "shop", "")
	other := loadTiny(t, "shop", strings.Replace(tiny, "1.0.0", "1.0.1", 1))

	empty, err := plugin.ReadLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if known, err := empty.Check(p); known || err != nil {
		t.Errorf("no lock: %v, %v", known, err)
	}
	add := func(l *plugin.Lock) error { l.Add(p); l.Add(loadTiny(t, "another: \"shop\"\n", "")); return nil }
	if err := plugin.UpdateLock(t.Context(), path, add); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := plugin.UpdateLock(t.Context(), path, add); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(path); err != nil || string(again) != string(first) {
		t.Errorf("the lock changed by itself: %v\n%s\n%s", err, first, again)
	}
	l, err := plugin.ReadLock(path)
	if err != nil {
		t.Fatalf("%v\n%s", err, first)
	}
	if known, err := l.Check(p); !known || err != nil || len(l.Plugins) != 2 {
		t.Errorf("the pinned module: %v, %v", known, err)
	}
	if err := l.CheckDigest("shop", guest{}.build()); err != nil {
		t.Error(err)
	}
	if _, err := l.Check(other); !errors.Is(err, plugin.CodeLock) || !strings.Contains(err.Error(), "pins tiny 1.0.0") || !strings.Contains(err.Error(), "but this module is tiny 1.0.1") {
		t.Errorf("another module: %v", err)
	}
	if err := l.CheckDigest("shop", []byte("other")); !errors.Is(err, plugin.CodeLock) || !strings.Contains(err.Error(), "but this module is different") {
		t.Errorf("other bytes: %v", err)
	}
	runs := newLoader(t, plugin.Options{Limits: short})
	for description, want := range map[string]bool{"": true, strings.Replace(tiny, "1.0.0", "1.0.1", 1): false} {
		p, err := runs.LoadPinned(t.Context(), "shop", guest{description: description}.build(), l)
		if err == nil {
			p.Close()
		}
		if (err == nil) != want || err != nil && !errors.Is(err, plugin.CodeLock) {
			t.Errorf("loaded under the lock: %v", err)
		}
	}
	// Nothing of another module runs: this one would not end.
	if _, err := runs.LoadPinned(t.Context(), "shop", guest{initialize: forever}.build(), l); !errors.Is(err, plugin.CodeLock) {
		t.Errorf("another module under the lock: %v", err)
	}
	edited := l.Plugins["shop"]
	edited.Version = "9.9.9"
	l.Plugins["shop"] = edited
	if _, err := l.Check(p); !errors.Is(err, plugin.CodeLock) || !strings.Contains(err.Error(), "was edited") {
		t.Errorf("an edited lock: %v", err)
	}
}

func TestBrokenLock(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		"":             "is empty",
		"plugins: {}":  "version 0",
		"version: 2":   "version 2",
		"version: [1]": "lock",
		"version: 1\nplugins:\n  a: {digest: md5:1, name: a, version: 1.0.0, abi: 1}":                      "not a sha256: digest",
		"version: 1\nplugins:\n  a: {digest: " + digest + ", name: a, version: 1.0.0, abi: 1, trust: yes}": "trust",
		"version: 1\nplugins:\n  a: {digest: " + digest + "}\n  a: {digest: " + digest + "}":               "a",
		"\x00":               "is not UTF-8 text; save it as UTF-8, or delete it",
		"\xff\xfev\x00e\x00": "is not UTF-8 text; save it as UTF-8, or delete it",
	} {
		path := filepath.Join(t.TempDir(), plugin.LockFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := plugin.ReadLock(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestLockIsShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), plugin.LockFile)
	var wg sync.WaitGroup
	for i := range 12 {
		p := loadTiny(t, "p"+string(rune('a'+i)), "")
		wg.Go(func() {
			if err := plugin.UpdateLock(t.Context(), path, func(l *plugin.Lock) error { l.Add(p); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l, err := plugin.ReadLock(path)
	if err != nil || len(l.Plugins) != 12 {
		t.Errorf("%d of 12 plugins, %v", len(l.Plugins), err)
	}
}
