package plugin_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/plugin"
	"github.com/nexus-host/nexus-host/internal/plugin/testdata/acme"
	"github.com/nexus-host/nexus-host/pdk/wire"
)

// acmeModule builds the sample plugin, once for all tests of a run.
var acmeModule = sync.OnceValues(func() ([]byte, error) {
	dir, err := cache.DefaultDir()
	if err != nil {
		return nil, err
	}
	return plugin.Builder{CacheDir: dir}.Build(context.Background(), filepath.Join("testdata", "acme"))
})

func acmeWasm(t testing.TB) []byte {
	t.Helper()
	module, err := acmeModule()
	if err != nil {
		t.Fatal(err)
	}
	return module
}

// acmeLoaded is the sample plugin, loaded once; it is safe for concurrent use.
var acmeLoaded = sync.OnceValues(func() (*plugin.Plugin, error) {
	module, err := acmeModule()
	if err != nil {
		return nil, err
	}
	l, err := plugin.NewLoader(plugin.Options{})
	if err != nil {
		return nil, err
	}
	return l.Load(context.Background(), "acme", module)
})

func acmePlugin(t testing.TB) *plugin.Plugin {
	t.Helper()
	p, err := acmeLoaded()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newLoader(t testing.TB, o plugin.Options) *plugin.Loader {
	t.Helper()
	l, err := plugin.NewLoader(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// The same plugin natively and as Wasm gives the same answers.
func TestNativeAndWasmAgree(t *testing.T) {
	p := acmePlugin(t)
	native := acme.Plugin()
	want, err := native.Describe()
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Description(); got.Name != want.Name || got.Version != want.Version || string(got.Config) != string(want.Config) {
		t.Errorf("description: got %+v, want %+v", got, want)
	}
	for _, config := range []string{``, `{"with_traits":false,"statuses":["open"],"minimum_total":2.5}`} {
		got, err := p.Fragments(t.Context(), "shop_eu", []byte(config))
		if err != nil {
			t.Fatal(err)
		}
		want, err := native.Fragments(wire.FragmentsRequest{Source: "shop_eu", Config: []byte(config)})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Fragments) != len(want.Fragments) || len(got.Fragments) < 5 {
			t.Fatalf("config %s: %d fragments, natively %d", config, len(got.Fragments), len(want.Fragments))
		}
		for i := range want.Fragments {
			if got.Fragments[i] != want.Fragments[i] {
				t.Errorf("config %s: fragment %d: got %+v, want %+v", config, i, got.Fragments[i], want.Fragments[i])
			}
		}
		for key, value := range want.Params {
			if string(got.Params[key]) != string(value) {
				t.Errorf("config %s: param %s: got %s, want %s", config, key, got.Params[key], value)
			}
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	p := acmePlugin(t)
	for config, want := range map[string]string{
		`{"currency":"euro-canary"}`: "currency: does not match ^[A-Z]{3}$",
		`{"curency":"EUR"}`:          "curency",
		`{"max_items":0}`:            "max_items",
		`{"statuses":["lost"]}`:      "statuses.0",
		`[1]`:                        "object",
		`{"a":1,"a":2}`:              "duplicate",
	} {
		_, err := p.Fragments(t.Context(), "shop", []byte(config))
		if !errors.Is(err, plugin.CodeConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("config %s: %v; want CONFIG and %q", config, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("config %s: the error quotes the value: %v", config, err)
		}
	}
}

func TestWarmStartRunsNoWasm(t *testing.T) {
	dir := t.TempDir()
	module := acmeWasm(t)
	load := func() time.Duration {
		start := time.Now()
		p, err := newLoader(t, plugin.Options{CacheDir: dir}).Load(t.Context(), "acme", module)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if _, err := p.Fragments(t.Context(), "shop", nil); err != nil {
			t.Fatal(err)
		}
		return time.Since(start)
	}
	cold := load()
	warm := load()
	t.Logf("cold %v, warm %v", cold, warm)
	if warm > cold/2 {
		t.Errorf("warm start took %v, cold %v", warm, cold)
	}
}

// M08: a value of the configuration reaches the plugin, and no one else by way of an error or the log.
func TestSecretsDoNotLeak(t *testing.T) {
	const canary = "canary-s3cr3t"
	var log bytes.Buffer
	l := newLoader(t, plugin.Options{Log: slog.New(slog.NewTextHandler(&lockedWriter{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))})
	p, err := l.Load(t.Context(), "acme", acmeWasm(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, config := range []string{
		`{"currency":"` + canary + `"}`, `{"max_items":"` + canary + `"}`, `{"statuses":["` + canary + `"]}`, `{"minimum_total":"` + canary + `"}`,
		`{"with_traits":"` + canary + `"}`, `{"currency":["` + canary + `"]}`, `["` + canary + `"]`, `"` + canary,
	} {
		_, err := p.Fragments(t.Context(), "shop", []byte(config))
		if err == nil {
			t.Errorf("%s was accepted", config)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("the error shows the value: %v", err)
		}
	}
	if strings.Contains(log.String(), canary) {
		t.Errorf("the log shows the value: %s", log.String())
	}
}
