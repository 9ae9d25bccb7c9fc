package host_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse/all"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// What is kept of earlier compiles never shows: a project that was changed compiles to what the
// same project does in a folder that was never compiled.
func TestCompileAgain(t *testing.T) {
	tier.Full(t)
	kept, err := cache.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	compile := func(dir string) string {
		t.Helper()
		p, err := host.Open(t.Context(), dir, host.Options{Engines: all.Drivers(), CacheDir: kept, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		compiled, err := p.Compile(t.Context(), host.CompileOptions{Dialects: []string{"duckdb", "postgres", "snowflake"}})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, c := range compiled {
			files, err := c.Script()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				b.WriteString(c.Dialect + " " + f.Name + "\n" + f.Text())
			}
		}
		return b.String()
	}
	texts := map[string]bool{}
	dir := t.TempDir()
	for _, rest := range []string{"", "traits: {name: {rule: most_frequent}}\n", "resolution: {default_calling_code: \"49\"}\n", ""} {
		write(t, dir, contacts, duck, rest)
		fresh := t.TempDir()
		write(t, fresh, contacts, duck, rest)
		want := compile(fresh)
		for range 2 {
			if compile(dir) != want {
				t.Errorf("%q: a folder that was compiled before gives something else than a new one", rest)
			}
		}
		texts[want] = true
	}
	if len(texts) != 3 {
		t.Errorf("%d different texts of three projects: the versions are no test", len(texts))
	}
}
