package host_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
)

// A project is a folder with a nexus.yaml: sources, each of a plugin and raw files.
func Example() {
	dir, err := os.MkdirTemp("", "nexus")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	module, err := filepath.Abs("testdata/crm") // a plugin's Go source; a .wasm file does as well
	if err != nil {
		log.Fatal(err)
	}
	files := map[string]string{
		"contacts.ndjson": `{"id":1,"name":"Ann","email":"ann@x.test","phone":"+1 555 0100","at":"2024-01-01"}
{"id":2,"name":"Ann B","email":"ann.b@x.test","phone":"1 555 0100","at":"2024-02-01"}
`,
		"nexus.yaml": fmt.Sprintf(`
name: acme
sources:
  crm:
    plugin: %q
    tables: {contacts: contacts.ndjson}
`, module),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			log.Fatal(err)
		}
	}

	ctx := context.Background()
	cache, err := os.UserCacheDir()
	if err != nil {
		log.Fatal(err)
	}
	p, err := host.Open(ctx, dir, host.Options{Engines: []warehouse.Driver{duckdb.Driver()}, CacheDir: filepath.Join(cache, "nexus-host", "plugin")})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := p.Check(ctx); err != nil { // mistakes, with file, line and column
		log.Fatal(err)
	}
	programs, err := p.Compile(ctx, host.CompileOptions{Dialects: []string{"duckdb", "postgres"}})
	if err != nil {
		log.Fatal(err)
	}
	report, err := p.Build(ctx, host.BuildOptions{})
	if err != nil {
		log.Fatal(err)
	}
	ann, err := p.Show(ctx, "ANN@x.test", host.ShowOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("dialects:", len(programs))
	fmt.Println("build:", report.Status, report.Loads[0].Rows, "rows")
	for _, i := range ann.Identifiers {
		fmt.Println(i.Type, i.Value)
	}
	// Output:
	// dialects: 2
	// build: succeeded 2 rows
	// email ann.b@x.test
	// email ann@x.test
	// phone 15550100
}
