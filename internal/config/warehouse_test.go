package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
)

const head = "name: acme\nsources:\n  gmail:\n    plugin: gmail\n    tables: {messages: a.ndjson}\n"

func secrets(name string) (string, bool) {
	v, ok := map[string]string{"PW": "hunter2", "DSN": "postgres://u:hunter2@h/db", "PORT": "5433"}[name]
	return v, ok
}

// parseWarehouse parses a project with that warehouse, if its type can be chosen.
func parseWarehouse(t *testing.T, text string) (*config.Project, error) {
	t.Helper()
	for _, kind := range []string{"redshift", "snowflake", "bigquery", "databricks"} {
		if strings.Contains(text, "type: "+kind) && !slices.Contains(config.WarehouseTypes(), kind) {
			text = strings.Replace(text, kind, "postgres", 1)
			return nil, fmt.Errorf("not offered: %s", text)
		}
	}
	return config.Parse("nexus.yaml", head+"warehouse: "+text+"\n", t.TempDir(), secrets)
}

func TestWarehouseMistakes(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"{type: postgres}", ""},
		{"{type: postgres, dsn: '${DSN}'}", ""},
		{"{type: postgres, host: h, port: '${PORT}', database: d, user: u, password: '${PW}', sslmode: verify-full, sslrootcert: ca.pem}", ""},
		{"{type: postgres, host: h, dsn: '${DSN}'}", "6:29: host and dsn exclude each other"},
		{"{type: postgres, sslcert: a}", "6:29: sslcert and sslkey go together"},
		{"{type: postgres, region: eu}", "6:29: region does not belong to a postgres warehouse"},
		{"{type: postgres, port: 70000}", "6:35: warehouse.port is out of range: it must be at least 1 and at most 65535"},
		{"{type: postgres, statement_timeout: 30}", `6:48: warehouse.statement_timeout cannot be "30"`},
		{"{type: postgres, concurrency: 0}", "6:42: warehouse.concurrency is out of range: it must be at least 1 and at most 256"},
		{"{schema: acme}", "6:13: the schema cannot be called acme: DuckDB gives the database in target/acme.duckdb the same name"},
		{"{schema: b, path: out/.B.v2.db}", "6:13: the schema cannot be called b: DuckDB gives the database in out/.B.v2.db the same name"},
		{"{schema: main_db, path: main.duckdb}", "6:13: the schema cannot be called main_db: DuckDB gives the database in main.duckdb the same name"},
		{"{schema: system}", "6:13: no schema can be called system on DuckDB"},
		{"{schema: temp}", "6:13: no schema can be called temp on DuckDB"},
		{"{schema: pg_catalog}", "6:13: no schema can be called pg_catalog on DuckDB"},
		{"{schema: information_schema}", "6:13: no schema can be called information_schema on DuckDB"},
		{"{schema: nexus_work}", "6:13: no schema can be called nexus_work on DuckDB"},
		{"{path: a/nexus_work.db}", "6:13: a/nexus_work.db cannot be the database's file: every build has another database called nexus_work"},
		{"{schema: main, path: main.duckdb}", ""},
		{"{schema: memory}", ""},
		{"{path: Main.duckdb}", "6:1: the schema cannot be called main: DuckDB gives the database in Main.duckdb the same name"},
		{"{concurrency: 2}", "6:13: concurrency does not belong to a duckdb warehouse"},
		{"{type: postgres, target: dev}", "6:29: target belongs to a profile"},
		{"{type: redshift, host: h, database: d, user: u, password: '${PW}'}", ""},
		{"{type: redshift}", "6:1: a redshift warehouse needs a host"},
		{"{type: redshift, cluster_identifier: c, database: d, user: u, region: eu-west-1}", ""},
		{"{type: redshift, workgroup: w, database: d}", ""},
		{"{type: redshift, workgroup: w, cluster_identifier: c, database: d}", "6:29: workgroup and cluster_identifier exclude each other"},
		{"{type: redshift, workgroup: w}", "6:1: a redshift warehouse needs a database"},
		{"{type: redshift, dsn: '${DSN}', auto_create: true}", "6:44: auto_create belongs to a cluster_identifier or a workgroup"},
		{"{type: redshift, dsn: '${DSN}', staging_role: r}", "6:44: staging_role belongs to a staging folder"},
		{"{type: redshift, dsn: '${DSN}', staging: bucket/x}", `6:53: warehouse.staging cannot be "bucket/x"`},
		{"{type: redshift, dsn: '${DSN}', cluster: off}", ""},
		{"{type: redshift, dsn: '${DSN}', cluster: maybe}", `6:53: warehouse.cluster cannot be "maybe"`},
		{"{type: postgres, dsn: '${DSN}', cluster: on}", "6:44: cluster does not belong to a postgres warehouse"},
		{"{type: bigquery, project: p, partition: week}", `6:52: warehouse.partition cannot be "week"`},
		{"{type: snowflake, account: a, user: u, database: d, password: '${PW}'}", ""},
		{"{type: snowflake, account: a, user: u, database: d, private_key_path: k.p8, private_key_passphrase: '${PW}'}", ""},
		{"{type: snowflake, account: a, database: d, token: '${PW}', authenticator: oauth}", ""},
		{"{type: snowflake, user: u, database: d, password: '${PW}'}", "6:1: a snowflake warehouse needs an account"},
		{"{type: snowflake, account: a, user: u, database: d}", "6:1: there is no way to log in"},
		{"{type: snowflake, account: a, user: u, database: d, authenticator: key_pair}", "6:64: authenticator key_pair needs a private_key_path or a private_key"},
		{"{type: bigquery, project: p, dataset: d, location: EU, labels: {team: growth}}", ""},
		{"{type: bigquery, dataset: d}", "6:1: a bigquery warehouse needs a project"},
		{"{type: bigquery, project: p, without_authentication: true}", "6:41: without_authentication belongs to an endpoint"},
		{"{type: databricks, host: h, http_path: /sql, token: '${PW}'}", ""},
		{"{type: databricks, host: h, http_path: /sql, client_id: c, client_secret: '${PW}'}", ""},
		{"{type: databricks, host: h, http_path: /sql, client_id: c}", "6:57: client_id and client_secret go together"},
		{"{type: databricks, host: h, http_path: /sql}", "6:1: a databricks warehouse needs a token, or a client_id with a client_secret"},
		// nexus.yaml is no place for secrets.
		{"{type: postgres, password: hunter2}", "6:39: warehouse.password is in the file in plain text"},
		{"{type: postgres, password: '${NONE:-hunter2}'}", "6:39: warehouse.password is in the file in plain text"},
		{"{type: postgres, dsn: 'postgres://u:hunter2@h/db'}", "6:34: warehouse.dsn is in the file in plain text"},
		{"{type: postgres, dsn: 'host=h password=hunter2'}", "6:34: warehouse.dsn is in the file in plain text"},
		{"{type: postgres, dsn: 'postgres://u:${PW}@h/db'}", ""},
		{"{type: postgres, dsn: 'host=h user=u'}", ""},
		{"{type: postgres, password: hunter2, hosst: h}", `6:48: unknown key "hosst" in warehouse`},
	} {
		_, err := parseWarehouse(t, tc.text)
		if err != nil && strings.HasPrefix(err.Error(), "not offered") {
			continue
		}
		checkDiagnostic(t, tc.text, err, "nexus.yaml:", tc.want)
	}
}

// checkDiagnostic holds an error's first diagnostic against what is wanted, and looks for the secret in all it says.
func checkDiagnostic(t *testing.T, name string, err error, prefix, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s: unexpected: %v", name, err)
		}
		return
	}
	var diags sql.Diagnostics
	if !errors.As(err, &diags) {
		t.Errorf("%s: no diagnostics: %v", name, err)
		return
	}
	if got := diags[0].Error(); got != prefix+want+" [CONFIG]" {
		t.Errorf("%s:\ngot  %s\nwant %s%s", name, got, prefix, want)
	}
	for _, d := range diags {
		if strings.Contains(fmt.Sprintf("%+v", *d), "hunter2") {
			t.Errorf("%s: the secret shows: %+v", name, *d)
		}
	}
}

// Whatever key holds a secret, no way to print a warehouse shows it.
func TestSecretsNeverShow(t *testing.T) {
	v := reflect.New(reflect.TypeFor[warehouse.Section]()).Elem()
	n := 0
	for i := range v.NumField() {
		if v.Field(i).Type() == reflect.TypeFor[warehouse.Secret]() {
			v.Field(i).SetString("hunter2")
			n++
		}
	}
	if n < 7 {
		t.Fatalf("%d secrets: the test looks at too little", n)
	}
	w := v.Interface().(warehouse.Section)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "w", w, "p", &w, "s", w.Password)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "w", w, "s", w.Token)
	encoded, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(w), fmt.Sprintf("%+v %#v", w, w), fmt.Sprintf("%q %x %v", w.Password, w.Password, &w), log.String(), string(encoded)} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("the secret shows: %s", text)
		}
	}
}

func TestWarehouseDefaults(t *testing.T) {
	p, err := parseWarehouse(t, "{type: postgres}")
	if err != nil {
		t.Fatal(err)
	}
	w := p.Warehouse
	if w.Schema != "nexus" || w.Concurrency != 4 || w.ConnectTimeout.Value(0) != 10*time.Second || w.StatementTimeout.Value(0) != 2*time.Hour {
		t.Errorf("got %+v", w)
	}
	if p, err = parseWarehouse(t, "{type: postgres, statement_timeout: 0s, concurrency: 9}"); err != nil {
		t.Fatal(err)
	} else if p.Warehouse.StatementTimeout.Value(time.Hour) != 0 || p.Warehouse.Concurrency != 9 {
		t.Errorf("got %+v", p.Warehouse)
	}
}

func TestSecretsFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.env", "# of this machine\nexport FILE_PW=hunter2\n\nPW = other\nKEY=\"a\\nb\"\nPLAIN='x y'\n")
	write("a.yaml", "FILE_PW: hunter2\nPW: other\nKEY: |\n  a\n  b\nPLAIN: x y\n")
	write("bad.env", "FILE_PW=x\nhunter2\n")
	write("bad.yaml", "FILE_PW: [hunter2]\n")
	write("broken.yaml", "FILE_PW: \"hunter2\n")
	for _, tc := range []struct{ file, want string }{
		{"a.env", ""}, {"a.yaml", ""},
		{"none.env", "nexus.yaml:1:15: the secrets file cannot be read: open " + filepath.Join(dir, "none.env") + ": no such file or directory"},
		{"bad.env", "bad.env:2:1: not a line NAME=value"},
		{"bad.yaml", "bad.yaml:1:1: not a name with a text"},
		{"broken.yaml", "broken.yaml:1:10: not valid YAML: it cannot be read from here on"},
	} {
		text := "secrets_file: " + tc.file + "\n" + head + "warehouse: {type: postgres, password: '${FILE_PW}', user: '${PW}', host: '${PLAIN}'}\n"
		p, err := config.Parse("nexus.yaml", text, dir, secrets)
		checkDiagnostic(t, tc.file, err, "", tc.want)
		if tc.want == "" && err == nil && (p.Warehouse.Password != "hunter2" || p.Warehouse.User != "hunter2" || p.Warehouse.Host != "x y") {
			// The environment goes before the file.
			t.Errorf("%s: %q %q %q", tc.file, string(p.Warehouse.Password), p.Warehouse.User, p.Warehouse.Host)
		}
	}
	_, err := config.Parse("nexus.yaml", head+"warehouse: {type: postgres, password: '${NOWHERE}'}\nsecrets_file: a.env\n", dir, secrets)
	checkDiagnostic(t, "missing", err, "nexus.yaml:6:39: ", "the environment variable NOWHERE is not set, and not in a.env")
}
