package snowflake

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/snowflakedb/gosnowflake/v2"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Numbers of Snowflake's errors.
const (
	objectMissing     = 2003   // a relation that does not exist or is not authorized
	parentMissing     = 2043   // the database or schema of one
	noPrivilege       = 3001   // the role may not
	noWarehouse       = 606    // no active warehouse selected
	statementCanceled = 604    // by someone, or by the resource monitor
	statementTimeout  = 630    // it ran for longer than it may
	lockTimeout       = 625    // a lock was not given in time
	noDatabase        = 90105  // the session has no database
	noSchema          = 90106  // the session has no schema
	wrongPassword     = 390100 // or no such user
	wrongJWT          = 390144
	wrongJWTFirst     = 394300
	wrongJWTLast      = 394304
	wrongRole         = 390189
	wrongOAuth        = 390303
	expiredOAuth      = 390318
	blockedAddress    = 390420
	blockedIP         = 390422
)

// connectError explains why there is no connection. The driver's errors quote addresses, never secrets.
func (o *Options) connectError(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("snowflake: %w", cause)
	}
	where, hint := "account", "is it the part of the address before .snowflakecomputing.com? is a proxy in between?"
	if o.Host != "" {
		where, hint = "host", "does a server answer there? is a proxy in between?"
	}
	at := func(setting, hint string) error {
		return fmt.Errorf("snowflake: cannot connect: %w", &warehouse.SettingError{Setting: setting, Hint: hint, Err: err})
	}
	var sf *gosnowflake.SnowflakeError
	if errors.As(err, &sf) {
		switch {
		case sf.Number == wrongRole:
			return at("role", "is it granted to the user?")
		case sf.Number == wrongPassword:
			return at(o.secret("user"), "Snowflake does not say whether the name or the secret is wrong")
		case sf.Number == wrongJWT, sf.Number >= wrongJWTFirst && sf.Number <= wrongJWTLast:
			return at(o.secret("private_key_path"), "is its public half the user's RSA_PUBLIC_KEY? is this machine's clock right?")
		case sf.Number == wrongOAuth, sf.Number == expiredOAuth:
			return at("token", "has it expired?")
		case sf.Number == blockedAddress, sf.Number == blockedIP:
			return at("account", "a network policy of the account keeps this machine's address out")
		case sf.Number >= 390000 && sf.Number < 400000:
			return at(o.secret("user"), "")
		}
		return at(where, hint)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %s: %w", o.ConnectTimeout.Round(time.Second), err)
		return at(where, hint)
	}
	var name *net.DNSError
	var unknown x509.UnknownAuthorityError
	var wrong x509.HostnameError
	switch {
	case errors.As(err, &name):
		return at(where, "no machine has this name")
	case errors.As(err, &unknown), errors.As(err, &wrong):
		return at(where, "the server's certificate is not for it, or a proxy put its own in between")
	}
	return at(where, hint)
}

// connectVerdict reports whether logging in is worth another attempt: always where Snowflake did not answer.
func connectVerdict(err error) retry.Verdict {
	var sf *gosnowflake.SnowflakeError
	if errors.As(err, &sf) && sf.Number != gosnowflake.ErrCodeServiceUnavailable {
		return retry.Verdict{}
	}
	var name *net.DNSError
	if errors.As(err, &name) && name.IsNotFound {
		return retry.Verdict{}
	}
	return retry.Verdict{Class: retry.Transient}
}

// secret is the setting of what proves who the user is.
func (o *Options) secret(otherwise string) string {
	switch o.Authenticator {
	case Password:
		return "password"
	case OAuth:
		return "token"
	case KeyPair:
		if o.PrivateKey != "" {
			return "private_key"
		}
		return "private_key_path"
	}
	return otherwise
}

// execError is an error of a statement.
func execError(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("snowflake: %w", cause)
	}
	var sf *gosnowflake.SnowflakeError
	if !errors.As(err, &sf) {
		return fmt.Errorf("snowflake: %w", err)
	}
	at := func(setting, hint string) error {
		return fmt.Errorf("snowflake: %w", &warehouse.SettingError{Setting: setting, Hint: hint, Err: err})
	}
	switch sf.Number {
	case objectMissing, parentMissing:
		return fmt.Errorf("%w: snowflake: %w", warehouse.ErrMissing, err)
	case lockTimeout:
		return fmt.Errorf("%w: snowflake: %w", warehouse.ErrBusy, err)
	case noPrivilege:
		return at("role", "docs/warehouse-snowflake.md lists the grants that it needs")
	case noWarehouse:
		return at("warehouse", "the user has no default warehouse, or the role may not use this one")
	case noDatabase:
		return at("database", "does it exist, and may the role use it?")
	case noSchema:
		return at("schema", "does it exist, and may the role use it?")
	case statementTimeout:
		return at("statement_timeout", "the statement took longer than this, or than the account's STATEMENT_TIMEOUT_IN_SECONDS")
	}
	return fmt.Errorf("snowflake: %w", err)
}
