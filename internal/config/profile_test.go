package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/config"
)

const profiles = `config: {send_anonymous_usage_stats: false}
other:
  target: dev
  outputs:
    dev: {type: postgres, host: "{{ env_var('UNSET_ELSEWHERE') }}"}
acme:
  target: "{{ env_var('TARGET', 'dev') }}"
  outputs:
    dev:
      type: postgres
      host: "db-{{ env_var('REGION', 'eu') }}.acme.com"
      port: "{{ env_var('PORT') | as_number }}"
      user: nexus
      pass: hunter2
      dbname: analytics
      schema: marts
      threads: 8
      connect_timeout: 15
      keepalives_idle: 0
      sslmode: require
    unset: {type: postgres, host: h, user: "{{ env_var('NOWHERE') }}"}
    macro: {type: postgres, password: hunter2, host: "{{ var('x') }}"}
    block: {type: postgres, host: "{% if true %}h{% endif %}"}
    odd: {type: postgres, host: h, password: hunter2, fetch_size: 7}
    spark: {type: spark, host: h}
    bad_port: {type: postgres, host: h, port: many}
    cluster: {type: redshift, method: iam, cluster_id: c1, host: c1.example.com, port: 5439, user: u, password: "{{ env_var('PW') }}", dbname: d, schema: s, region: eu-west-1, iam_profile: p, autocreate: true, db_groups: [a, b], ra3_node: true}
    serverless: {type: redshift, method: iam, serverless_work_group: w1, host: w1.example.com, user: u, dbname: d, schema: s}
    idc: {type: redshift, method: browser_identity_center, host: h, dbname: d, user: u}
    keys: {type: redshift, method: iam, cluster_id: c1, dbname: d, user: u, access_key_id: hunter2, secret_access_key: hunter2}
    snow: {type: snowflake, account: org-acc, user: u, role: r, warehouse: wh, database: DB, schema: MARTS, private_key_path: k.p8, private_key_passphrase: "{{ env_var('PW') }}", client_session_keep_alive: false, threads: 2}
    okta: {type: snowflake, account: org-acc, user: u, database: DB, password: hunter2, authenticator: "https://x.okta.com"}
    bq: {type: bigquery, method: service-account-json, project: p1, dataset: ds, location: EU, timeout_seconds: 300, priority: batch, maximum_bytes_billed: 1000000000, keyfile_json: {type: service_account, private_key: "a\\nb"}}
    bricks: {type: databricks, catalog: main, schema: s, host: h, http_path: /sql/1, auth_type: oauth, client_id: c, client_secret: "{{ env_var('PW') }}"}
    file: {type: duckdb, path: x.duckdb, threads: 4, extensions: [httpfs]}
    memory: {type: duckdb, path: ":memory:"}
    short_of_host: {type: redshift, user: u, password: hunter2, dbname: d}
`

func parseProfile(t *testing.T, warehouse string) (*config.Project, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "profiles.yml"), []byte(profiles), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Parse("nexus.yaml", head+"warehouse: "+warehouse+"\n", dir, secrets)
}

// choosable skips what reads a profile of an engine that this program cannot build on.
func choosable(kind string) bool { return slices.Contains(config.WarehouseTypes(), kind) }

func TestProfile(t *testing.T) {
	p, err := parseProfile(t, "{profile: acme, schema: mine}")
	if err != nil {
		t.Fatal(err)
	}
	w := p.Warehouse
	if w.Type != "postgres" || w.Host != "db-eu.acme.com" || w.Port != 5433 || w.User != "nexus" || w.Password != "hunter2" || w.Database != "analytics" ||
		w.Schema != "mine" || w.Concurrency != 8 || w.ConnectTimeout != "15s" || w.SSLMode != "require" {
		t.Errorf("got %+v", w)
	}
	for _, tc := range []struct {
		target, kind string
		holds        func(w warehouse.Section) bool
	}{
		{"cluster", "redshift", func(w warehouse.Section) bool {
			return w.ClusterIdentifier == "c1" && w.Host == "c1.example.com" && w.Password == "" && w.AutoCreate && len(w.DBGroups) == 2 && w.IAMProfile == "p" && w.Region == "eu-west-1"
		}},
		{"serverless", "redshift", func(w warehouse.Section) bool { return w.Workgroup == "w1" && w.User == "" }},
		{"snow", "snowflake", func(w warehouse.Section) bool {
			return w.Account == "org-acc" && w.Warehouse == "wh" && w.Schema == "marts" && w.PrivateKeyPassphrase == "hunter2" && w.Concurrency == 2
		}},
		{"bq", "bigquery", func(w warehouse.Section) bool {
			return w.Project == "p1" && w.Schema == "ds" && w.StatementTimeout == "300s" && w.MaximumBytesBilled == 1e9 && w.KeyfileJSON == `{"type":"service_account","private_key":"a\nb"}`
		}},
		{"bricks", "databricks", func(w warehouse.Section) bool {
			return w.Catalog == "main" && w.HTTPPath == "/sql/1" && w.ClientID == "c" && w.ClientSecret == "hunter2"
		}},
		{"file", "duckdb", func(w warehouse.Section) bool { return w.Path == "x.duckdb" && w.Threads == 0 && w.Schema == "main" }},
	} {
		if !choosable(tc.kind) {
			continue
		}
		p, err := parseProfile(t, "{profile: acme, target: "+tc.target+"}")
		if err != nil {
			t.Errorf("%s: %v", tc.target, err)
		} else if p.Warehouse.Type != tc.kind || !tc.holds(p.Warehouse) {
			t.Errorf("%s: got %+v", tc.target, p.Warehouse)
		}
	}
}

func TestProfileMistakes(t *testing.T) {
	for _, tc := range []struct{ warehouse, kind, want string }{
		{"{profile: acne}", "", `nexus.yaml:6:13: profiles.yml has no profile "acne"`},
		{"{profile: acme, target: prod}", "", `profiles.yml:8:3: profile acme has no output "prod"`},
		{"{profile: acme, type: duckdb}", "", "nexus.yaml:6:28: the profile is one of type postgres"},
		{"{profile: acme, target: unset}", "", "profiles.yml:21:44: the environment variable NOWHERE is not set"},
		{"{profile: acme, target: macro}", "", "profiles.yml:22:54: an expression that is not read here"},
		{"{profile: acme, target: block}", "", "profiles.yml:23:35: a template that is not read here"},
		{"{profile: acme, target: odd}", "", "profiles.yml:24:55: key fetch_size of a postgres profile is not one that nexus-host knows"},
		{"{profile: acme, target: spark}", "", `profiles.yml:25:5: output spark is of a type that cannot be built on: "spark"`},
		{"{profile: acme, target: bad_port}", "", "profiles.yml:26:47: port must be a whole number"},
		{"{profile: acme, target: idc}", "redshift", "profiles.yml:29:35: this method is not supported"},
		{"{profile: acme, target: keys}", "redshift", "profiles.yml:30:77: access_key_id of a redshift profile is not supported"},
		{"{profile: acme, target: okta}", "snowflake", "profiles.yml:32:104: this authenticator is not supported"},
		{"{profile: acme, target: memory}", "", "profiles.yml:36:34: nexus-host builds in a file"},
		{"{profile: acme, target: short_of_host}", "redshift", "nexus.yaml:6:1: a redshift warehouse needs a host"},
		{"{profile: acme, target: cluster, workgroup: w}", "redshift", "nexus.yaml:6:45: workgroup and cluster_identifier exclude each other"},
		{"{profile: acme, profiles_dir: elsewhere}", "", "nexus.yaml:6:13: there is no profiles.yml in "},
	} {
		if tc.kind != "" && !choosable(tc.kind) {
			continue
		}
		_, err := parseProfile(t, tc.warehouse)
		if strings.HasSuffix(tc.want, " in ") {
			if err == nil || !strings.HasPrefix(err.Error(), "nexus.yaml:6:13: there is no profiles.yml in ") {
				t.Errorf("%s: %v", tc.warehouse, err)
			}
			continue
		}
		checkDiagnostic(t, tc.warehouse, err, "", tc.want)
	}
}

// The file is looked for where dbt looks for it.
func TestProfilePlaces(t *testing.T) {
	root := t.TempDir()
	for dir, host := range map[string]string{"project": "p", "home/.dbt": "h", "env": "e", "given": "g"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		text := "acme: {outputs: {default: {type: postgres, host: " + host + "}}}\n"
		if err := os.WriteFile(filepath.Join(root, dir, "profiles.yml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "bare"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ dir, env, given, want string }{
		{"project", "", "", "p"}, {"bare", "", "", "h"}, {"project", "env", "", "e"}, {"bare", "env", "given", "g"},
	} {
		warehouse := "{profile: acme}"
		if tc.given != "" {
			warehouse = "{profile: acme, profiles_dir: " + filepath.Join(root, tc.given) + "}"
		}
		p, err := config.Parse("nexus.yaml", head+"warehouse: "+warehouse+"\n", filepath.Join(root, tc.dir), func(name string) (string, bool) {
			switch {
			case name == "HOME":
				return filepath.Join(root, "home"), true
			case name == "DBT_PROFILES_DIR" && tc.env != "":
				return filepath.Join(root, tc.env), true
			}
			return "", false
		})
		if err != nil || p.Warehouse.Host != tc.want {
			t.Errorf("%+v: %v %+v", tc, err, p)
		}
	}
}
