package bigquery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/impersonate"
	"google.golang.org/api/option"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/input"
)

// Credentials say who asks, and where. With none given, Google's application default
// credentials are looked for.
type Credentials struct {
	Keyfile     string // path of a key or of another credentials file of Google's
	KeyfileJSON string // its content; never shown in an error
	Impersonate string // a service account to act as

	Endpoint string // "" is Google's
	NoAuth   bool   // ask without credentials: for an emulator
}

// kinds are the credentials files that Google documents.
var kinds = map[string]option.CredentialsType{
	"service_account":                  option.ServiceAccount,
	"authorized_user":                  option.AuthorizedUser,
	"external_account":                 option.ExternalAccount,
	"external_account_authorized_user": option.ExternalAccount,
	"impersonated_service_account":     option.ImpersonatedServiceAccount,
}

// options are the client options that make requests ours.
func (c Credentials) options(ctx context.Context) ([]option.ClientOption, error) {
	if c.Endpoint != "" {
		if u, err := url.Parse(c.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, &warehouse.SettingError{Setting: "endpoint", Hint: "give a URL such as http://127.0.0.1:9050", Err: errors.New("bigquery: the endpoint is not a URL")}
		}
	}
	if c.NoAuth {
		return []option.ClientOption{option.WithoutAuthentication()}, nil
	}
	fail := func(err error) error {
		return &warehouse.SettingError{Setting: c.setting(), Hint: c.hint(), Err: err}
	}
	key := []byte(c.KeyfileJSON)
	if len(key) == 0 && c.Keyfile != "" {
		var err error
		if key, err = input.ReadFile(c.Keyfile, 1<<20); err != nil {
			return nil, fail(fmt.Errorf("bigquery: %w", err))
		}
	}
	var list []option.ClientOption
	if len(key) > 0 {
		var head struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(key, &head) != nil { // its error could quote the key
			return nil, fail(errors.New("bigquery: the key is not JSON"))
		}
		kind, ok := kinds[head.Type]
		if !ok {
			return nil, fail(errors.New("bigquery: the key's type is none of Google's"))
		}
		list = append(list, option.WithAuthCredentialsJSON(kind, key))
	}
	if c.Impersonate == "" {
		return list, nil
	}
	source, err := impersonate.CredentialsTokenSource(ctx,
		impersonate.CredentialsConfig{TargetPrincipal: c.Impersonate, Scopes: []string{bigquery.Scope}}, list...)
	if err != nil {
		return nil, fail(fmt.Errorf("bigquery: %w", err))
	}
	return []option.ClientOption{option.WithTokenSource(source)}, nil
}

// setting is the key that the credentials came from.
func (c Credentials) setting() string {
	switch {
	case c.Impersonate != "":
		return "impersonate_service_account"
	case c.KeyfileJSON != "":
		return "keyfile_json"
	}
	return "keyfile"
}

func (c Credentials) hint() string {
	switch {
	case c.Impersonate != "":
		return "may this account create tokens for that one?"
	case c.KeyfileJSON != "", c.Keyfile != "":
		return "give a key that Google Cloud made for a service account"
	}
	return "give a key, or run `gcloud auth application-default login`"
}
