package config

import (
	"encoding/json"
	"slices"
	"strings"
)

// refused begins what dbt's key stands for where we have nothing like it: the rest is the hint.
const refused = "!"

// dbtCommon are keys of every profile.
var dbtCommon = map[string]string{"type": "type", "schema": "schema", "threads": "concurrency"}

// dbtKeys are the keys of dbt's profiles, by type: our name, "" for what has no bearing on
// a build of ours, or refused. The names are those of dbt-adapters 1.x, dbt-databricks and dbt-duckdb.
var dbtKeys = map[string]map[string]string{
	"duckdb": {
		"path": "path", "database": "", "threads": "", "extensions": "", "settings": "", "config_options": "", "secrets": "", "external_root": "",
		"use_credential_provider": "", "filesystems": "", "plugins": "", "disable_transactions": "", "keep_open": "", "module_paths": "", "retries": "",
		"attach": refused + "nexus-host builds in one file", "remote": refused + "nexus-host builds in a file of its own", "is_ducklake": refused + "nexus-host builds in a file of its own",
	},
	"postgres": {
		"host": "host", "port": "port", "user": "user", "password": "password", "pass": "password", "dbname": "database", "database": "database",
		"role": "role", "sslmode": "sslmode", "sslcert": "sslcert", "sslkey": "sslkey", "sslrootcert": "sslrootcert", "connect_timeout": "connect_timeout",
		"search_path": "", "keepalives_idle": "", "application_name": "", "autocommit": "", "retries": "",
	},
	"redshift": {
		"host": "host", "port": "port", "user": "user", "password": "password", "pass": "password", "dbname": "database", "database": "database",
		"role": refused + "grant the user what the role may", "sslmode": "sslmode", "connect_timeout": "connect_timeout", "query_group": "query_tag", "method": "",
		"cluster_id": "cluster_identifier", "serverless_work_group": "workgroup", "region": "region", "iam_profile": "iam_profile",
		"autocreate": "auto_create", "db_groups": "db_groups",
		"is_serverless": "", "serverless_acct_id": "", "ra3_node": "", "datasharing": "", "retries": "", "retry_all": "", "autocommit": "",
		"tcp_keepalive": "", "tcp_keepalive_idle": "", "tcp_keepalive_interval": "", "tcp_keepalive_count": "",
		"allow_concurrent_drops": "", "drop_without_cascade": "", "keepalives_idle": "",
		"access_key_id": refused + "give the key through the AWS environment, or an iam_profile", "secret_access_key": refused + "give the key through the AWS environment, or an iam_profile",
		"idc_region": "", "issuer_url": "", "idp_listen_port": "", "idc_client_display_name": "", "idp_response_timeout": "",
		"token_endpoint": refused + "use IAM, or a user and a password",
	},
	"snowflake": {
		"account": "account", "user": "user", "password": "password", "role": "role", "warehouse": "warehouse", "database": "database",
		"authenticator": "authenticator", "private_key": "private_key", "private_key_path": "private_key_path", "private_key_passphrase": "private_key_passphrase",
		"token": "token", "query_tag": "query_tag", "host": "host", "port": "port", "protocol": "protocol", "connect_timeout": "connect_timeout",
		"client_session_keep_alive": "", "connect_retries": "", "retry_on_database_errors": "", "retry_all": "", "reuse_connections": "",
		"s3_stage_vpce_dns_name": "", "platform_detection_timeout_seconds": "",
		"oauth_client_id": refused + "give an access token, or a key pair", "oauth_client_secret": refused + "give an access token, or a key pair",
		"proxy_host": refused + "set HTTPS_PROXY", "proxy_port": refused + "set HTTPS_PROXY", "insecure_mode": refused + "certificates are always checked",
		"workload_identity_provider": refused + "use a key pair", "workload_identity_entra_resource": refused + "use a key pair",
	},
	"bigquery": {
		"project": "project", "database": "project", "dataset": "schema", "location": "location", "priority": "priority",
		"maximum_bytes_billed": "maximum_bytes_billed", "impersonate_service_account": "impersonate_service_account",
		"keyfile": "keyfile", "keyfile_json": "keyfile_json", "api_endpoint": "endpoint",
		"job_execution_timeout_seconds": "statement_timeout", "timeout_seconds": "statement_timeout", "method": "",
		"job_retry_deadline_seconds": "", "job_retries": "", "retries": "", "job_creation_timeout_seconds": "", "job_link_info_level_log": "", "scopes": "",
		"compute_region": "", "dataproc_region": "", "dataproc_cluster_name": "", "gcs_bucket": "", "submission_method": "", "dataproc_batch": "",
		"execution_project": refused + "the project that holds the dataset pays", "quota_project": refused + "the project that holds the dataset pays",
		"reservation": refused + "assign the project to the reservation",
		"token":       "", "refresh_token": "", "client_id": "", "client_secret": "", "token_uri": "",
		"workload_pool_provider_path": "", "service_account_impersonation_url": "", "token_endpoint": "",
	},
	"databricks": {
		"host": "host", "http_path": "http_path", "catalog": "catalog", "database": "catalog", "token": "token", "client_id": "client_id",
		"client_secret": "client_secret", "connect_timeout": "connect_timeout", "query_tags": "query_tag",
		"auth_type": "", "connect_retries": "", "retry_all": "", "connect_max_idle": "", "compute": "", "connection_parameters": "",
		"oauth_redirect_url": "", "oauth_scopes": "",
		"session_properties": refused + "the session is nexus-host's own", "azure_client_id": refused + "use a service principal of Databricks", "azure_client_secret": refused + "use a service principal of Databricks",
	},
}

// dbtValues are where a value differs too; false leaves the key out.
var dbtValues = map[string]func(d *document, made *value, e *entry) bool{
	"duckdb.path":                            dbtFile,
	"postgres.connect_timeout":               dbtSeconds,
	"redshift.connect_timeout":               dbtSeconds,
	"snowflake.connect_timeout":              dbtSeconds,
	"databricks.connect_timeout":             dbtSeconds,
	"bigquery.timeout_seconds":               dbtSeconds,
	"bigquery.job_execution_timeout_seconds": dbtSeconds,
	"bigquery.keyfile_json":                  dbtKeyfile,
	"snowflake.authenticator":                dbtAuthenticator,
	"snowflake.schema":                       dbtLower,
}

func dbtSeconds(_ *document, _ *value, e *entry) bool {
	e.value.kind, e.value.text = textKind, e.value.text+"s"
	return true
}

// dbtLower: a name that is not quoted means upper case there, and nexus.yaml writes all names in lower case.
func dbtLower(_ *document, _ *value, e *entry) bool {
	e.value.text = strings.ToLower(e.value.text)
	return true
}

func dbtFile(d *document, _ *value, e *entry) bool {
	scheme, _, _ := strings.Cut(e.value.text, ":")
	if slices.Contains([]string{"", "md", "motherduck", "ducklake"}, strings.ToLower(scheme)) {
		d.report(e.value.pos, "give a path", "nexus-host builds in a file")
		return false
	}
	return true
}

// dbtKeyfile makes the JSON of a key that is written out as YAML.
func dbtKeyfile(d *document, _ *value, e *entry) bool {
	if e.value.kind != mapKind {
		return true
	}
	if key := e.value.get("private_key"); key != nil {
		key.value.text = strings.ReplaceAll(key.value.text, `\n`, "\n")
	}
	text := d.json(e.value)
	e.value = &value{kind: textKind, pos: e.value.pos, text: string(text)}
	return json.Valid(text)
}

func dbtAuthenticator(d *document, _ *value, e *entry) bool {
	switch e.value.text {
	case "snowflake":
		e.value.text = "password"
	case "jwt", "programmatic_access_token":
		e.value.text = "oauth"
	case "snowflake_jwt":
		e.value.text = "key_pair"
	case "oauth", "externalbrowser":
	default:
		d.report(e.value.pos, "snowflake, snowflake_jwt, oauth, jwt, programmatic_access_token and externalbrowser are", "this authenticator is not supported")
		return false
	}
	return true
}

// dbtMethods hold an output's method against what of its other keys it uses.
var dbtMethods = map[string]func(d *document, from, made *value){
	"redshift": func(d *document, from, made *value) {
		switch method := from.get("method"); {
		case method == nil || method.value.text == "database":
			made.drop("cluster_identifier", "workgroup", "iam_profile", "auto_create", "db_groups", "region")
		case method.value.text == "iam":
			made.drop("password")
		case method.value.text == "iam_role":
			made.drop("password", "user")
		default:
			d.report(method.value.pos, "database, iam and iam_role are", "this method is not supported")
		}
		if serverless := made.get("workgroup"); serverless != nil {
			made.drop("cluster_identifier", "auto_create", "db_groups", "user")
		}
	},
	"bigquery": func(d *document, from, made *value) {
		switch method := from.get("method"); {
		case method == nil:
			d.report(from.pos, "oauth, service-account or service-account-json", "a bigquery profile needs a method")
		case method.value.text == "oauth":
			made.drop("keyfile", "keyfile_json")
		case method.value.text == "service-account":
			made.drop("keyfile_json")
		case method.value.text == "service-account-json":
			made.drop("keyfile")
		default:
			d.report(method.value.pos, "oauth, service-account and service-account-json are", "this method is not supported")
		}
	},
	"databricks": func(d *document, from, made *value) {
		if auth := from.get("auth_type"); auth != nil && auth.value.text == "oauth" && made.get("client_secret") == nil {
			d.report(auth.value.pos, "give a client_id and a client_secret, or a token", "logging in with a browser is not supported")
		}
		if made.get("token") != nil {
			made.drop("client_id", "client_secret")
		}
	},
}

// drop takes entries out of a mapping.
func (v *value) drop(keys ...string) {
	kept := v.entries[:0]
	for _, e := range v.entries {
		if !slices.Contains(keys, e.key) {
			kept = append(kept, e)
		}
	}
	v.entries = kept
}
