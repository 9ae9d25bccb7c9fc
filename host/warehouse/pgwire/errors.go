package pgwire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Codes of PostgreSQL, which Redshift has too.
const (
	undefinedTable   = "42P01"
	undefinedSchema  = "3F000"
	undefinedObject  = "42704"
	undefinedCatalog = "3D000"
	badPassword      = "28P01"
	badLogin         = "28000"
	denied           = "42501"
	cancelled        = "57014"
	lockTimeout      = "55P03"
)

// passing are the codes of transient failures in which the server has done nothing or undone it all.
var passing = map[string]bool{
	"40001": true, // serialization failure
	"40P01": true, // deadlock
	"53300": true, // too many connections
	"53400": true, // a limit of the configuration
	"57P03": true, // the server is starting or stopping
	"57P05": true, // the session was idle for too long
}

// broken are the codes of a session that ended in the middle of something.
var broken = map[string]bool{
	"57P01": true, // the administrator ends it
	"57P02": true, // another session has crashed
	"08000": true, "08003": true, "08006": true,
}

// serialization is how Redshift says that two transactions cannot both have happened.
const serialization = "Serializable isolation violation"

// classify says what an error means for another attempt.
func classify(err error) retry.Verdict {
	var early unfinished
	if errors.As(err, &early) {
		v := classify(early.error)
		if v.Class == retry.Transient {
			v.Class = retry.Refused // the transaction died with its session
		}
		return v
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case passing[pg.Code], strings.Contains(pg.Message+pg.Detail, serialization):
			return retry.Verdict{Class: retry.Refused}
		case broken[pg.Code]:
			return retry.Verdict{Class: retry.Transient}
		}
		return retry.Verdict{}
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		if permanent(err) {
			return retry.Verdict{}
		}
		return retry.Verdict{Class: retry.Refused}
	}
	var timeout net.Error
	switch {
	// pgx calls it safe to retry when it finds a connection closed, also if that happened in the middle of
	// a statement (v5.12), so it is no more than a sign of a broken connection.
	case pgconn.SafeToRetry(err), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err,
		syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed),
		errors.As(err, &timeout) && timeout.Timeout():
		return retry.Verdict{Class: retry.Transient}
	}
	return retry.Verdict{}
}

// flat is an error on one line; pgx puts each address that it tried, with and without encryption, on one of its own.
type flat struct{ error }

func (f flat) Error() string {
	var lines []string
	for line := range strings.Lines(f.error.Error()) {
		if line = strings.Join(strings.Fields(line), " "); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

func (f flat) Unwrap() error { return f.error }

func flatten(err error) error {
	if err == nil {
		return nil
	}
	return flat{err}
}

// permanent reports whether a failure to connect is one that waiting does not repair.
func permanent(err error) bool {
	var dns *net.DNSError
	return certificate(err) || errors.As(err, &dns) && dns.IsNotFound || errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission)
}

// certificate reports whether the two sides do not agree about encryption.
func certificate(err error) bool {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err,
		&record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "refused TLS")
}

// Setting names the key of nexus.yaml that gave a part of the connection.
func (p *Pool) Setting(key string) string {
	if p.options.DSN != "" {
		return "dsn"
	}
	return key
}

// connectError says which setting to look at when no connection can be made.
func (p *Pool) connectError(err error) error {
	name := p.options.Name
	at := func(key, hint string) error {
		return &warehouse.SettingError{Setting: p.Setting(key), Hint: hint, Err: fmt.Errorf("%s: cannot connect: %w", name, err)}
	}
	var already *warehouse.SettingError
	if errors.As(err, &already) {
		return fmt.Errorf("%s: %w", name, err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case badPassword:
			return at("password", "the server does not take the user's password")
		case badLogin:
			return at("user", "the server does not let this user in from here")
		case undefinedCatalog:
			return at("database", "the server has no such database")
		case denied:
			return at("user", "the user needs the right to connect to the database")
		case "53300":
			return at("concurrency", "the server has no connection left: lower it, or raise the server's limit")
		case "57P03":
			return at("host", "the server is starting or stopping")
		}
		return at("host", "the server was reached and refused")
	}
	var dns *net.DNSError
	switch {
	case certificate(err):
		return at("sslmode", "the server's encryption or certificate is not what sslmode and sslrootcert want")
	case errors.As(err, &dns):
		return at("host", "no server has this name, or no name server can be reached")
	case errors.Is(err, context.DeadlineExceeded):
		return at("host", "nothing answered within connect_timeout: is the name right, and is a firewall in between?")
	}
	return at("host", "is the server running there, and is the port right?")
}

// parseError does not show pgx's message, which quotes the settings, with the password of some forms.
func (p *Pool) parseError(err error) error {
	if p.options.DSN != "" {
		return &warehouse.SettingError{Setting: "dsn", Hint: "such as postgres://user@host:5432/database", Err: fmt.Errorf("%s: not a connection string", p.options.Name)}
	}
	if errors.Is(err, os.ErrNotExist) {
		return &warehouse.SettingError{Setting: "sslrootcert", Hint: "or sslcert, sslkey, service", Err: fmt.Errorf("%s: a file that the connection needs is not there", p.options.Name)}
	}
	return &warehouse.SettingError{Setting: "host", Hint: "look at sslmode, sslrootcert, sslcert, sslkey and service too, and at PG* variables", Err: fmt.Errorf("%s: the settings make no connection", p.options.Name)}
}

// Error classifies an error of a statement.
func (p *Pool) Error(ctx context.Context, err error) error {
	name := p.options.Name
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%s: %w", name, cause)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case undefinedTable, undefinedSchema:
			return fmt.Errorf("%w: %s: %w", warehouse.ErrMissing, name, err)
		case lockTimeout:
			return fmt.Errorf("%w: %s: %w", warehouse.ErrBusy, name, err)
		case denied:
			return fmt.Errorf("%s: %w; docs/warehouse-%s.md says which grants a build needs", name, err, name)
		case cancelled:
			return p.timeout(err)
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return p.connectError(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return p.timeout(err)
	}
	if classify(err).Class == retry.Transient {
		return fmt.Errorf("%s: the connection broke in the middle of a statement, which is not repeated because it may have taken effect: %w", name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (p *Pool) timeout(err error) error {
	return &warehouse.SettingError{Setting: "statement_timeout", Hint: "raise it, or find out what the statement waits for", Err: fmt.Errorf("%s: the statement took too long: %w", p.options.Name, err)}
}
