package warehouse

import (
	"log/slog"
	"time"
)

// Section is the section `warehouse` of the project file: where tables are built. A key's `for` lists the types it belongs
// to (server: all but duckdb): it is a mistake with the others, and unknown while none of them can be chosen. The enum of
// Type is the list of those that can.
type Section struct {
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
	BuildSchema      string   `yaml:"build_schema" for:"snowflake,bigquery,databricks" enum:"on,off" doc:"Whether a build creates a schema of its own, <schema>_nexus_build, and drops it at its end, which takes one statement instead of one for each relation; default: on, and without it where the account may not create schemas."`
	QueryTag         string   `yaml:"query_tag" for:"postgres,redshift,snowflake,databricks" doc:"A text that the warehouse's query log shows for each statement, after the run's id."`

	Path    string `yaml:"path" for:"duckdb" doc:"duckdb: the database file; default: target/<name>.duckdb."`
	Memory  string `yaml:"memory" for:"duckdb" pattern:"^[0-9]+(\\.[0-9]+)? ?([KMGT]i?B|%)$" doc:"duckdb: the engine's memory limit, such as 4GB; default: 4000MB or half of the machine's memory."`
	Threads int    `yaml:"threads" for:"duckdb" min:"1" max:"1024" doc:"duckdb: the number of threads that may work on one statement; default: the number of processors to read, half of it to build."`

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

// List is a list of texts that may be written as one text.
type List []string

// Secret is a text that no message, log or dump shows. Convert it to a string to use it.
type Secret string

const redacted = "(secret)"

// String hides the secret.
func (s Secret) String() string { return redacted }

// GoString hides the secret.
func (s Secret) GoString() string { return redacted }

// LogValue hides the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
