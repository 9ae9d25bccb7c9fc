package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Warehouse says where tables are built. A key's `for` lists the types it belongs to: it
// is a mistake with the others, and unknown while none of them can be chosen. The enum of
// Type is the list of those that can.
type Warehouse struct {
	Type   string `yaml:"type" enum:"duckdb,postgres,redshift,snowflake,bigquery,databricks" doc:"The engine; default: the profile's, or duckdb. redshift, snowflake, bigquery and databricks are previews: whole builds were tested on emulators, not on the vendors' services."`
	Schema string `yaml:"schema" pattern:"^[a-z_][a-z0-9_]{0,62}$" doc:"The schema of the tables; default: main on duckdb, nexus elsewhere."`

	Profile     string `yaml:"profile" doc:"A profile of dbt's profiles.yml; its keys apply unless they are set here."`
	Target      string `yaml:"target" doc:"The profile's output; default: the profile's target."`
	ProfilesDir string `yaml:"profiles_dir" doc:"The folder of profiles.yml; default: $DBT_PROFILES_DIR, the project's folder or ~/.dbt."`

	Concurrency      int      `yaml:"concurrency" for:"server" min:"1" max:"256" doc:"The maximum number of concurrent statements; default: 4."`
	ConnectTimeout   Duration `yaml:"connect_timeout" for:"server" pattern:"^[0-9]+(ms|s|m)$" doc:"The time limit for connecting, all attempts included, such as 20s; default: 10s."`
	StatementTimeout Duration `yaml:"statement_timeout" for:"server" pattern:"^[0-9]+(ms|s|m|h)$" doc:"The time limit for one statement, such as 30m; default: 2h; 0s: no limit."`
	Partition        string   `yaml:"partition" for:"bigquery" enum:"day,month,year,off" doc:"bigquery: the unit of time by which tables with occurred_at are partitioned; default: month."`
	Cluster          string   `yaml:"cluster" for:"redshift,snowflake,bigquery,databricks" enum:"on,off" doc:"Whether tables are clustered by their lookup columns (redshift: distribution and sort keys); default: on, on snowflake off."`
	QueryTag         string   `yaml:"query_tag" for:"postgres,redshift,snowflake,databricks" doc:"A text that the warehouse's query log shows for each statement, after the run's id."`

	Path    string `yaml:"path" for:"duckdb" doc:"duckdb: the database file; default: target/<name>.duckdb."`
	Memory  string `yaml:"memory" for:"duckdb" pattern:"^[0-9]+(\\.[0-9]+)? ?([KMGT]i?B|%)$" doc:"duckdb: the engine's memory limit, such as 4GB; default: 4000MB or half of the machine's memory."`
	Threads int    `yaml:"threads" for:"duckdb" min:"1" max:"1024" doc:"duckdb: the number of threads that may work on one statement; default: the number of processors."`

	DSN         Secret `yaml:"dsn" for:"postgres,redshift" doc:"postgres, redshift: the connection string, instead of the individual keys; use ${NAME} to read it from the environment."`
	Host        string `yaml:"host" for:"postgres,redshift,snowflake,databricks" doc:"The server's host name; snowflake default: <account>.snowflakecomputing.com."`
	Port        int    `yaml:"port" for:"postgres,redshift,snowflake,databricks" min:"1" max:"65535" doc:"The server's port; default: 5432 on postgres, 5439 on redshift, 443 elsewhere."`
	Protocol    string `yaml:"protocol" for:"snowflake,databricks" enum:"https,http" doc:"snowflake, databricks: default: https; http is for a test server."`
	Database    string `yaml:"database" for:"postgres,redshift,snowflake" doc:"The database of the schema."`
	User        string `yaml:"user" for:"postgres,redshift,snowflake" doc:"The user to connect as."`
	Password    Secret `yaml:"password" for:"postgres,redshift,snowflake" doc:"The user's password, as ${NAME} from the environment or the secrets file."`
	Role        string `yaml:"role" for:"postgres,snowflake" doc:"The role to use; default: the user's."`
	SSLMode     string `yaml:"sslmode" for:"postgres,redshift" enum:"disable,allow,prefer,require,verify-ca,verify-full" doc:"postgres, redshift: how the connection is encrypted and the server verified; default: prefer on postgres, require on redshift."`
	SSLRootCert string `yaml:"sslrootcert" for:"postgres,redshift" doc:"postgres, redshift: a file with the root certificates that verify the server's."`
	SSLCert     string `yaml:"sslcert" for:"postgres" doc:"postgres: a file with the client's certificate."`
	SSLKey      string `yaml:"sslkey" for:"postgres" doc:"postgres: a file with the client's key."`
	Service     string `yaml:"service" for:"postgres" doc:"postgres: an entry of the connection service file."`

	ClusterIdentifier string `yaml:"cluster_identifier" for:"redshift" doc:"redshift: the provisioned cluster for which IAM issues temporary credentials."`
	Workgroup         string `yaml:"workgroup" for:"redshift" doc:"redshift: the serverless workgroup for which IAM issues temporary credentials."`
	Region            string `yaml:"region" for:"redshift" doc:"redshift: the AWS region; default: that of the AWS configuration."`
	IAMProfile        string `yaml:"iam_profile" for:"redshift" doc:"redshift: the profile of the AWS configuration files; default: the AWS credential chain."`
	AutoCreate        bool   `yaml:"auto_create" for:"redshift" doc:"redshift: create the database user if it does not exist."`
	DBGroups          List   `yaml:"db_groups" for:"redshift" doc:"redshift: database groups that the user joins for the session."`
	AWSEndpoint       string `yaml:"aws_endpoint" for:"redshift" pattern:"^https?://" doc:"redshift: the address of the AWS API, if it is not the region's default."`
	Staging           string `yaml:"staging" for:"redshift" pattern:"^s3://[a-z0-9.-]+(/.*)?$" doc:"redshift: an S3 folder through which raw rows are loaded; default: multi-row INSERT statements."`
	StagingRole       string `yaml:"staging_role" for:"redshift" doc:"redshift: the ARN of the role with which the cluster reads the staging folder; default: the cluster's default role."`

	Account              string            `yaml:"account" for:"snowflake" doc:"snowflake: the account's identifier, such as org-account."`
	Warehouse            string            `yaml:"warehouse" for:"snowflake" doc:"snowflake: the virtual warehouse; default: the user's."`
	Authenticator        string            `yaml:"authenticator" for:"snowflake" enum:"password,key_pair,oauth,externalbrowser" doc:"snowflake: the login method; default: derived from the secrets that are set."`
	PrivateKey           Secret            `yaml:"private_key" for:"snowflake" doc:"snowflake: the private key (PEM)."`
	PrivateKeyPath       string            `yaml:"private_key_path" for:"snowflake" doc:"snowflake: a file with the private key (PEM)."`
	PrivateKeyPassphrase Secret            `yaml:"private_key_passphrase" for:"snowflake" doc:"snowflake: the passphrase of the private key."`
	SessionParameters    map[string]string `yaml:"session_parameters" for:"snowflake" doc:"snowflake: parameters of the session."`

	Project            string            `yaml:"project" for:"bigquery" doc:"bigquery: the Google Cloud project that has the dataset and is billed."`
	Dataset            string            `yaml:"dataset" for:"bigquery" pattern:"^[a-z_][a-z0-9_]{0,62}$" doc:"bigquery: an alias of schema."`
	Location           string            `yaml:"location" for:"bigquery" doc:"bigquery: the location of jobs and of the dataset, such as EU."`
	Keyfile            string            `yaml:"keyfile" for:"bigquery" doc:"bigquery: a file with a service account's key; default: application default credentials."`
	KeyfileJSON        Secret            `yaml:"keyfile_json" for:"bigquery" doc:"bigquery: a service account's key, as JSON."`
	Impersonate        string            `yaml:"impersonate_service_account" for:"bigquery" doc:"bigquery: the service account to act as."`
	MaximumBytesBilled int               `yaml:"maximum_bytes_billed" for:"bigquery" min:"1" doc:"bigquery: a statement that would be billed for more bytes fails."`
	Priority           string            `yaml:"priority" for:"bigquery" enum:"interactive,batch" doc:"bigquery: the priority of jobs; default: interactive."`
	Labels             map[string]string `yaml:"labels" for:"bigquery" keys:"^[a-z][a-z0-9_-]{0,62}$" doc:"bigquery: labels of each job, in addition to the run's id."`
	Endpoint           string            `yaml:"endpoint" for:"bigquery" pattern:"^https?://" doc:"bigquery: the address of the API, if it is not Google's."`
	WithoutAuth        bool              `yaml:"without_authentication" for:"bigquery" doc:"bigquery: send no credentials; for an endpoint that is an emulator."`
	HTTPPath           string            `yaml:"http_path" for:"databricks" doc:"databricks: the HTTP path of the SQL warehouse or cluster."`
	Catalog            string            `yaml:"catalog" for:"databricks" doc:"databricks: the catalog of the schema; default: the workspace's."`
	Volume             string            `yaml:"volume" for:"databricks" pattern:"^/Volumes/[^/]+/[^/]+/[^/]+(/.*)?$" doc:"databricks: a folder of a Unity Catalog volume through which raw rows are loaded; default: multi-row INSERT statements."`
	Token              Secret            `yaml:"token" for:"snowflake,databricks" doc:"snowflake, databricks: an access token (OAuth or personal)."`
	ClientID           string            `yaml:"client_id" for:"databricks" doc:"databricks: the service principal's id, for OAuth machine-to-machine login."`
	ClientSecret       Secret            `yaml:"client_secret" for:"databricks" doc:"databricks: the service principal's secret."`
}

// Duration is a time such as 90s or 2h, as text; "" where none is given.
type Duration string

// Value is the time, or otherwise where none is given.
func (d Duration) Value(otherwise time.Duration) time.Duration {
	if v, err := time.ParseDuration(string(d)); err == nil {
		return v
	}
	return otherwise
}

// WarehouseTypes are the engines that a project can choose.
func WarehouseTypes() []string { return slices.Clone(warehouseTypes) }

var warehouseTypes = func() []string {
	f, _ := reflect.TypeFor[Warehouse]().FieldByName("Type")
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
func (w *Warehouse) given() map[string]bool {
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
	set := w.given()
	mistake := p.warehouseMistake
	fields, _ := fieldsOf(reflect.TypeFor[Warehouse]())
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
	secretType   = reflect.TypeFor[Secret]()
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
	t := reflect.TypeFor[Warehouse]()
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
