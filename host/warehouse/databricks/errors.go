package databricks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// failed makes an error of the driver one of ours.
func (w *Warehouse) failed(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("databricks: %w", cause)
	}
	if s := setting(&w.options, err); s != nil {
		return fmt.Errorf("databricks: %w", s)
	}
	text := message(err)
	for _, class := range []string{"TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "NO_SUCH_CATALOG_EXCEPTION"} {
		if strings.Contains(text, "["+class+"]") {
			return fmt.Errorf("%w: databricks: %s", warehouse.ErrMissing, text)
		}
	}
	return &statementError{text: text, err: err}
}

// statementError is a failure whose text is without the driver's and Java's frames.
type statementError struct {
	text string
	err  error
}

func (e *statementError) Error() string { return "databricks: " + e.text }
func (e *statementError) Unwrap() error { return e.err }

// message is the part of the driver's message that the server gave.
func message(err error) string {
	text := err.Error()
	for _, prefix := range []string{"databricks: ", "execution error: ", "request error: ", "driver error: ", "failed to execute query: "} {
		for strings.HasPrefix(text, prefix) {
			text = strings.TrimPrefix(text, prefix)
		}
	}
	if at := strings.Index(text, "\n\tat "); at >= 0 {
		text = text[:at]
	}
	// Spark puts the names of its exceptions before the class in brackets.
	if at := strings.Index(text, ": ["); at >= 0 && strings.Contains(text[:at], "Exception") {
		text = text[at+2:]
	}
	return strings.TrimSpace(text)
}

// setting finds the key of nexus.yaml that a connection's failure points at; nil for others.
func setting(o *Options, err error) *warehouse.SettingError {
	at := func(key, hint string, err error) *warehouse.SettingError {
		return &warehouse.SettingError{Setting: key, Hint: hint, Err: err}
	}
	credentials, what := "token", "it may be expired or revoked, or lack the right to use the warehouse"
	if o.Token == "" {
		credentials, what = "client_secret", "of the service principal in client_id, which needs the right to use the warehouse"
	}
	if errors.Is(err, errToken) {
		if status := (*statusError)(nil); errors.As(err, &status) && status.status < 500 {
			return at(credentials, what, status)
		}
	}
	if status := (*statusError)(nil); errors.As(err, &status) {
		switch {
		case status.status == http.StatusUnauthorized, status.status == http.StatusForbidden:
			return at(credentials, what, status)
		case status.status == http.StatusNotFound, status.status == http.StatusBadRequest:
			return at("http_path", "the SQL warehouse's connection details show it", status)
		case status.status == http.StatusServiceUnavailable, status.status == http.StatusTooManyRequests:
			return at("http_path", "the warehouse turns requests away: it does not start, or has too many", status)
		}
		return nil
	}
	if certificate(err) {
		return at("host", "its certificate does not hold", err)
	}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		return at("host", "no such host", fmt.Errorf("cannot reach %s", o.Host))
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
		return at("host", "nothing answers there; see port too", fmt.Errorf("cannot reach %s: %w", o.Host, op.Err))
	}
	return nil
}

func certificate(err error) bool {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var failed *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &failed) || errors.As(err, &record)
}
