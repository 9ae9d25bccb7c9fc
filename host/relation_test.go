package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// Versions of one batch are in the order of the loader's sequence, whose numbers may have more digits than a bigint that
// is read from text; a file exported from the relation says the same.
func TestSequenceOrdersVersions(t *testing.T) {
	const at = "2024-04-01T00:00:00Z"
	rows := [][3]any{
		{1, "Ada", 1777593600000000010}, {1, "Bea", 1777593600000000002}, {1, "Cleo", 9},
		{2, "Ada", 9}, {2, "Bea", 1777593600000000010}, {2, "Cleo", 1777593600000000002},
	}
	server := pgtest.New(t)
	db := server.Open(t)
	statements := []string{`create schema landing`, `create table landing.contacts (id bigint, name text, at timestamptz, _sdc_batched_at timestamptz, _sdc_sequence bigint)`}
	var lines strings.Builder
	for _, r := range rows {
		statements = append(statements, fmt.Sprintf(`insert into landing.contacts values (%d, '%s', '%s', '%s', %d)`, r[0], r[1], at, at, r[2]))
		fmt.Fprintf(&lines, "{\"id\":%d,\"name\":%q,\"at\":%q,\"_sdc_batched_at\":%q,\"_sdc_sequence\":%d}\n", r[0], r[1], at, at, r[2])
	}
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"{relation: landing.contacts, preset: stitch}", "{files: contacts.ndjson, preset: stitch}"} {
		dir := t.TempDir()
		write(t, dir, lines.String(), fmt.Sprintf("{type: postgres, dsn: %q}", server.DSN("t1")), "")
		file := filepath.Join(dir, "nexus.yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text = []byte(strings.Replace(string(text), "{files: contacts.ndjson, connection: main}", table, 1))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		p := open(t, dir)
		build(t, p)
		got := query(t, p, "select record_id || ' ' || (record ->> 'name') || ' ' || _version from nexus.crm_contacts_base order by record_id, _version")
		if want := []string{"1 Cleo 1", "1 Bea 2", "1 Ada 3", "2 Ada 1", "2 Cleo 2", "2 Bea 3"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", table, got, want)
		}
	}
}
