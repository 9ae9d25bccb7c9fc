package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// WarehouseTypes are the engines that a project can choose.
func WarehouseTypes() []string { return slices.Clone(warehouseTypes) }

var warehouseTypes = func() []string {
	f, _ := reflect.TypeFor[warehouse.Section]().FieldByName("Type")
	return strings.Split(f.Tag.Get("enum"), ",")
}()

// belongs reports whether a key is one of a warehouse's type; owners is its `for`.
func belongs(owners, kind string) bool {
	switch owners {
	case "":
		return true
	case "server":
		return kind != "duckdb"
	}
	return slices.Contains(strings.Split(owners, ","), kind)
}

// offered reports whether a key belongs to a type that can be chosen.
func offered(owners string) bool {
	return slices.ContainsFunc(warehouseTypes, func(kind string) bool { return belongs(owners, kind) })
}

// completeWarehouse fills in what may be left out.
func (p *Project) completeWarehouse() {
	w := &p.Warehouse
	w.Type = cmp.Or(w.Type, "duckdb")
	if w.Type == "duckdb" {
		w.Path = p.databasePath()
		w.Schema = cmp.Or(w.Schema, "main")
		return
	}
	w.Schema = cmp.Or(w.Schema, w.Dataset, "nexus")
	w.Concurrency = cmp.Or(w.Concurrency, 4)
	w.ConnectTimeout = cmp.Or(w.ConnectTimeout, "10s")
	w.StatementTimeout = cmp.Or(w.StatementTimeout, "2h")
}

// given lists the keys that have a value, by their names.
func given(w *warehouse.Section) map[string]bool {
	set := map[string]bool{}
	v := reflect.ValueOf(w).Elem()
	fields, _ := fieldsOf(v.Type())
	for _, f := range fields {
		if !v.Field(f.index).IsZero() {
			set[f.key] = true
		}
	}
	return set
}

// validateWarehouse finds the mistakes that a single key does not show. It comes before completeWarehouse.
func (p *Project) validateWarehouse() {
	w := &p.Warehouse
	kind := cmp.Or(w.Type, "duckdb")
	set := given(w)
	mistake := p.warehouseMistake
	fields, _ := fieldsOf(reflect.TypeFor[warehouse.Section]())
	for _, f := range fields {
		if set[f.key] && !belongs(f.owners, kind) {
			mistake(f.key, "", "%s does not belong to a %s warehouse", f.key, kind)
		}
	}
	for _, key := range []string{"target", "profiles_dir"} {
		if set[key] && !set["profile"] {
			mistake(key, "", "%s belongs to a profile", key)
		}
	}
	p.validateSecrets()
	exclude := func(key string, others ...string) {
		for _, o := range others {
			if set[key] && set[o] {
				mistake(o, "give one of them", "%s and %s exclude each other", o, key)
			}
		}
	}
	need := func(hint string, keys ...string) {
		for _, key := range keys {
			if !set[key] {
				mistake(key, hint, "a %s warehouse needs %s", kind, article(key))
			}
		}
	}
	switch kind {
	case "duckdb":
		p.validateDuckDB()
	case "postgres":
		exclude("dsn", "host", "port", "database", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey", "service")
		if set["sslcert"] != set["sslkey"] {
			mistake("sslcert", "", "sslcert and sslkey go together")
		}
	case "redshift":
		p.validateRedshift(set, mistake, exclude, need)
	case "snowflake":
		need("such as org-account", "account")
		need("", "database")
		exclude("private_key", "private_key_path")
		if w.Authenticator != "oauth" {
			need("", "user")
		}
		if set["private_key_passphrase"] && !set["private_key"] && !set["private_key_path"] {
			mistake("private_key_passphrase", "", "a passphrase without a private key")
		}
		p.validateLogin(set, mistake)
	case "bigquery":
		need("the project's id, not its name", "project")
		exclude("keyfile", "keyfile_json")
		exclude("schema", "dataset")
		if w.WithoutAuth && !set["endpoint"] {
			mistake("without_authentication", "Google's own API always needs credentials", "without_authentication belongs to an endpoint")
		}
	case "databricks":
		need("as the SQL warehouse's connection details show them", "host", "http_path")
		exclude("token", "client_id", "client_secret")
		if set["client_id"] != set["client_secret"] {
			mistake("client_id", "", "client_id and client_secret go together")
		} else if !set["token"] && !set["client_id"] {
			mistake("token", "such as token: ${DATABRICKS_TOKEN}", "a databricks warehouse needs a token, or a client_id with a client_secret")
		}
	}
}

// warehouseMistake reports at a key of the warehouse, in the file that gave it.
func (p *Project) warehouseMistake(key, hint, format string, args ...any) {
	if pos, ok := p.profile[key]; ok {
		p.doc.diags = append(p.doc.diags, &sql.Diagnostic{File: pos.file, Pos: pos.Pos, Code: sql.CodeConfig,
			Message: fmt.Sprintf(format, args...), Hint: hint})
		return
	}
	p.doc.report(p.doc.keyAt("warehouse", key), hint, format, args...)
}

func article(key string) string {
	if strings.ContainsRune("aeiou", rune(key[0])) {
		return "an " + key
	}
	return "a " + key
}

// validateDuckDB refuses names that DuckDB, which names a database after its file, cannot distinguish.
func (p *Project) validateDuckDB() {
	mistake := p.warehouseMistake
	path, schema := p.databasePath(), cmp.Or(p.Warehouse.Schema, "main")
	database := databaseName(path)
	switch {
	case slices.Contains(duckdbDatabases, strings.ToLower(database)):
		mistake("path", "name another file", "%s cannot be the database's file: every build has another database called %s", path, strings.ToLower(database))
	case slices.Contains(duckdbDatabases, schema), slices.Contains(duckdbSchemas, schema):
		mistake("schema", "choose another name", "no schema can be called %s on DuckDB", schema)
	case strings.EqualFold(schema, database):
		mistake("schema", "choose another schema or another path",
			"the schema cannot be called %s: DuckDB gives the database in %s the same name", schema, path)
	}
}

var (
	duckdbDatabases = []string{"system", "temp", "nexus_work"}     // those of every session, and the one that a build adds
	duckdbSchemas   = []string{"pg_catalog", "information_schema"} // those of every database that are read-only
	duckdbRenamed   = []string{"main", "system", "temp"}           // as a file's name; a name in other letters stays
)

// databaseName is what DuckDB calls the database in a file: the first part of the file's name that is not empty.
func databaseName(path string) string {
	for part := range strings.SplitSeq(filepath.Base(path), ".") {
		if slices.Contains(duckdbRenamed, part) {
			return part + "_db"
		}
		if part != "" {
			return part
		}
	}
	return ""
}

func (p *Project) databasePath() string { return cmp.Or(p.Warehouse.Path, "target/"+p.Name+".duckdb") }

func (p *Project) validateRedshift(set map[string]bool, mistake func(key, hint, format string, args ...any),
	exclude func(string, ...string), need func(string, ...string)) {
	exclude("dsn", "host", "port", "database", "user", "password", "sslmode", "sslrootcert", "cluster_identifier", "workgroup")
	exclude("cluster_identifier", "workgroup")
	exclude("password", "cluster_identifier", "workgroup")
	iam := set["cluster_identifier"] || set["workgroup"]
	if !iam && !set["dsn"] {
		need("or a dsn, or a cluster_identifier or workgroup for IAM", "host")
		need("", "database", "user")
	}
	if iam {
		need("the database to get credentials for", "database")
	}
	for _, key := range []string{"iam_profile", "auto_create", "db_groups", "aws_endpoint"} {
		if set[key] && !iam && !(set["staging"] && key == "iam_profile") {
			mistake(key, "", "%s belongs to a cluster_identifier or a workgroup", key)
		}
	}
	if set["staging_role"] && !set["staging"] {
		mistake("staging_role", "", "staging_role belongs to a staging folder")
	}
}

// validateLogin: what a way to log in to Snowflake needs is there, and nothing of another one.
func (p *Project) validateLogin(set map[string]bool, mistake func(key, hint, format string, args ...any)) {
	key := set["private_key"] || set["private_key_path"]
	switch how := p.Warehouse.Authenticator; how {
	case "":
		if !set["password"] && !key && !set["token"] {
			mistake("authenticator", "a password, a private_key_path, a token, or authenticator: externalbrowser", "there is no way to log in")
		}
	case "password", "oauth":
		secret := map[string]string{"password": "password", "oauth": "token"}[how]
		if !set[secret] {
			mistake("authenticator", "", "authenticator %s needs a %s", how, secret)
		}
	case "key_pair":
		if !key {
			mistake("authenticator", "", "authenticator key_pair needs a private_key_path or a private_key")
		}
	}
}

var (
	reference    = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*(:-)?\}`)
	withPassword = regexp.MustCompile(`(?i)://[^/@?#]*:[^/@?#]+@|\bpassword\s*=\s*\S`)
	secretType   = reflect.TypeFor[warehouse.Secret]()
)

const elsewhere = "write it as ${NAME}, and set NAME in the environment or in secrets_file"

// validateSecrets: nexus.yaml is under version control, so no secret is in it.
func (p *Project) validateSecrets() {
	d := p.doc
	if d.root == nil {
		return
	}
	e := d.root.get("warehouse")
	if e == nil || e.value.kind != mapKind {
		return
	}
	t := reflect.TypeFor[warehouse.Section]()
	fields, _ := fieldsOf(t)
	for _, f := range fields {
		given := e.value.get(f.key)
		if t.Field(f.index).Type != secretType || given == nil || given.value.raw == "" {
			continue
		}
		rest := reference.ReplaceAllString(given.value.raw, "")
		literal := rest == given.value.raw || strings.Contains(rest, ":-")
		if f.key == "dsn" {
			literal = withPassword.MatchString(rest)
		}
		if literal {
			d.report(given.value.pos, elsewhere, "warehouse.%s is in the file in plain text", f.key)
		}
	}
}
