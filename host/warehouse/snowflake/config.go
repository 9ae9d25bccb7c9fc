package snowflake

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/snowflakedb/gosnowflake/v2"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/input"
)

// filled puts defaults where nothing is said.
func (o Options) filled() Options {
	if o.Authenticator == "" {
		switch {
		case o.PrivateKey != "" || o.PrivateKeyPath != "":
			o.Authenticator = KeyPair
		case o.Token != "":
			o.Authenticator = OAuth
		default:
			o.Authenticator = Password
		}
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 20 * time.Second
		if o.Authenticator == ExternalBrowser {
			o.ConnectTimeout = 2 * time.Minute
		}
	}
	return o
}

// config makes the driver's settings.
func (o *Options) config() (*gosnowflake.Config, error) {
	c := &gosnowflake.Config{
		Account: o.Account, User: o.User, Role: o.Role, Warehouse: o.Warehouse, Database: o.Database, Schema: o.Schema,
		Host: o.Host, Port: o.Port, Protocol: o.Protocol,
		Application: "nexus_host",
		Tracing:     "off", // what the driver would log is in its errors
		// The driver's time bounds its pauses between attempts to log in: it makes none, package retry does.
		LoginTimeout: 1, JWTClientTimeout: o.ConnectTimeout, ExternalBrowserTimeout: o.ConnectTimeout,
		MaxRetryCount: maxRetries,
		Params:        o.session(),
		// The schema need not exist yet.
		ValidateDefaultParameters: gosnowflake.ConfigBoolFalse,
	}
	if c.Account == "" {
		return nil, &warehouse.SettingError{Setting: "account", Err: errors.New("it is empty"), Hint: "the part of the account's address before .snowflakecomputing.com"}
	}
	if c.User == "" && o.Authenticator != OAuth {
		return nil, &warehouse.SettingError{Setting: "user", Err: errors.New("it is empty")}
	}
	if c.Database == "" {
		return nil, &warehouse.SettingError{Setting: "database", Err: errors.New("it is empty")}
	}
	needs := func(setting, value string) error {
		if value != "" {
			return nil
		}
		return &warehouse.SettingError{Setting: setting, Err: fmt.Errorf("it is empty, and authenticator: %s needs it", o.Authenticator)}
	}
	switch o.Authenticator {
	case Password:
		c.Authenticator, c.Password = gosnowflake.AuthTypeSnowflake, o.Password
		return c, needs("password", o.Password)
	case OAuth:
		c.Authenticator, c.Token = gosnowflake.AuthTypeOAuth, o.Token
		return c, needs("token", o.Token)
	case ExternalBrowser:
		c.Authenticator = gosnowflake.AuthTypeExternalBrowser
		c.ClientStoreTemporaryCredential = gosnowflake.ConfigBoolTrue // each session would open a browser
		return c, nil
	case KeyPair:
		c.Authenticator = gosnowflake.AuthTypeJwt
		return c, o.key(c)
	}
	return nil, &warehouse.SettingError{Setting: "authenticator", Err: fmt.Errorf("there is no %q", o.Authenticator),
		Hint: "one of " + Password + ", " + KeyPair + ", " + OAuth + ", " + ExternalBrowser}
}

// maxRetries is how often the driver repeats one HTTP request of a statement, with pauses from 1 s to 16 s.
const maxRetries = 7

func (o *Options) key(c *gosnowflake.Config) error {
	setting, text := "private_key", []byte(o.PrivateKey)
	if o.PrivateKey == "" {
		if setting = "private_key_path"; o.PrivateKeyPath == "" {
			return &warehouse.SettingError{Setting: setting, Err: errors.New("it is empty, and authenticator: key_pair needs it, or private_key")}
		}
		var err error
		if text, err = input.ReadFile(o.PrivateKeyPath, 1<<20); err != nil {
			return &warehouse.SettingError{Setting: setting, Err: err}
		}
	}
	key, err := parseKey(text, o.PrivateKeyPassphrase)
	if errors.Is(err, errPassphrase) {
		setting = "private_key_passphrase"
	}
	if err != nil {
		return &warehouse.SettingError{Setting: setting, Err: err}
	}
	c.PrivateKey = key
	return nil
}

// session is the settings of every session. They make results a function of the data only, whatever
// defaults the account or the user has.
func (o *Options) session() map[string]*string {
	s := map[string]string{}
	for k, v := range o.SessionParameters {
		s[strings.ToUpper(k)] = v
	}
	maps.Copy(s, map[string]string{
		"TIMEZONE":                       "UTC",
		"TIMESTAMP_TYPE_MAPPING":         "TIMESTAMP_NTZ",
		"QUOTED_IDENTIFIERS_IGNORE_CASE": "FALSE",
		"WEEK_START":                     "1",
		"DEFAULT_NULL_ORDERING":          "LAST",
		"JSON_INDENT":                    "0",
		"STRICT_JSON_OUTPUT":             "TRUE",
		"ROWS_PER_RESULTSET":             "0",
		"AUTOCOMMIT":                     "TRUE",
		"TRANSACTION_ABORT_ON_ERROR":     "TRUE",
		"ABORT_DETACHED_QUERY":           "TRUE", // a client that dies leaves no statement behind
		"MULTI_STATEMENT_COUNT":          "1",
		"GO_QUERY_RESULT_FORMAT":         "JSON", // numbers with all their digits
		"QUERY_TAG":                      o.tag(),
	})
	if o.StatementTimeout > 0 {
		s["STATEMENT_TIMEOUT_IN_SECONDS"] = strconv.Itoa(max(1, int(o.StatementTimeout/time.Second)))
	}
	out := map[string]*string{}
	for k, v := range s {
		out[k] = &v
	}
	return out
}

// tag is what Snowflake's history of queries shows with each statement.
func (o *Options) tag() string {
	b, err := json.Marshal(struct {
		App   string `json:"app"`
		RunID string `json:"run_id,omitempty"`
		Tag   string `json:"tag,omitempty"`
	}{"nexus-host", o.RunID, o.QueryTag})
	if err != nil {
		return "nexus-host" // texts are always marshalled
	}
	return string(b)
}
