package snowflake

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/snowflakedb/gosnowflake/v2"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

func TestSettings(t *testing.T) {
	key := newKey(t)
	base := Options{Account: "a", User: "u", Database: "d"}
	for _, tc := range []struct {
		name string
		edit func(*Options)
		want string // the setting of the error, or the authenticator
	}{
		{"nothing", func(o *Options) { *o = Options{} }, "account"},
		{"no user", func(o *Options) { o.User, o.Password = "", "p" }, "user"},
		{"no database", func(o *Options) { o.Database, o.Password = "", "p" }, "database"},
		{"no password", func(*Options) {}, "password"},
		{"password", func(o *Options) { o.Password = "p" }, "SNOWFLAKE"},
		{"key", func(o *Options) { o.PrivateKey = key }, "SNOWFLAKE_JWT"},
		{"no key", func(o *Options) { o.Authenticator = KeyPair }, "private_key_path"},
		{"no file", func(o *Options) { o.PrivateKeyPath = filepath.Join(t.TempDir(), "none") }, "private_key_path"},
		{"no pem", func(o *Options) { o.PrivateKey = "hello" }, "private_key"},
		{"token", func(o *Options) { o.User, o.Token = "", "t" }, "OAUTH"},
		{"browser", func(o *Options) { o.Authenticator = ExternalBrowser }, "EXTERNALBROWSER"},
		{"unknown", func(o *Options) { o.Authenticator = "okta" }, "authenticator"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := base
			tc.edit(&o)
			o = o.filled()
			c, err := o.config()
			var setting *warehouse.SettingError
			switch {
			case errors.As(err, &setting):
				if setting.Setting != tc.want {
					t.Errorf("%s, want %s: %v", setting.Setting, tc.want, err)
				}
			case err != nil:
				t.Error(err)
			case c.Authenticator.String() != tc.want:
				t.Errorf("%s, want %s", c.Authenticator, tc.want)
			}
		})
	}
	o := Options{Account: "a", User: "u", Database: "d", Password: "p", Authenticator: Password, SessionParameters: map[string]string{"timezone": "CET", "use_cached_result": "FALSE"}}
	c, err := o.config()
	if err != nil || *c.Params["TIMEZONE"] != "UTC" || *c.Params["USE_CACHED_RESULT"] != "FALSE" || c.ValidateDefaultParameters != gosnowflake.ConfigBoolFalse {
		t.Errorf("session: %v %v", c, err)
	}
}

func newKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// Keys that OpenSSL encrypted are opened by their passphrase and by no other.
func TestEncryptedKeys(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("ENCRYPTED KEYS ARE NOT TESTED: there is no openssl")
	}
	plain := filepath.Join(t.TempDir(), "key.pem")
	text := newKey(t)
	if err := os.WriteFile(plain, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := parseKey([]byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"-v2 aes-256-cbc", "-v2 aes-128-cbc -v2prf hmacWithSHA512", "-v2 des3", "-v2 des3 -v2prf hmacWithSHA1"} {
		t.Run(args, func(t *testing.T) {
			out, err := exec.Command(openssl, append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:opensesame"}, strings.Fields(args)...)...).Output()
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseKey(out, "opensesame")
			if err != nil || !got.Equal(want) {
				t.Fatalf("not the same key: %v", err)
			}
			for _, wrong := range []string{"", "opensesam"} {
				if _, err := parseKey(out, wrong); err == nil || strings.Contains(err.Error(), "opensesame") {
					t.Errorf("%q: %v", wrong, err)
				}
			}
		})
	}
	if _, err := parseKey([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), ""); err == nil {
		t.Error("a certificate is no key")
	}
}
