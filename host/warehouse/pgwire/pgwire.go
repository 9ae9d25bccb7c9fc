// Package pgwire is what PostgreSQL and Redshift share: a pool of connections
// that retries transient failures, values, and errors that name the setting to look at.
package pgwire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// Options are how to connect.
type Options struct {
	Name        string            // the engine's, for messages
	DSN         string            // a connection string; never shown
	Settings    map[string]string // or libpq's keywords; never shown
	Login       func(context.Context) (user, password string, err error)
	Parameters  map[string]string // of the session, sent with the login
	Session     []string          // statements that begin each session
	Labels      []string          // likewise, but a server that does not know one is used all the same
	ReadOnly    string            // the statement that begins a transaction which can only read; "" for none
	Connections int               // at most

	ConnectTimeout   time.Duration // of connecting, all attempts together
	StatementTimeout time.Duration // of a statement; the server's own limit is the session's, this one catches a server that is gone; 0: none
	Retry            retry.Policy  // clock, randomness and log; zero values are the real ones
}

// Pool is a pool of connections. It is safe for concurrent use.
type Pool struct {
	options Options
	pool    *pgxpool.Pool
}

// serverGrace is how much longer than the server's limit a statement may take before the server counts as unreachable.
const serverGrace = 30 * time.Second

// Open connects.
func Open(ctx context.Context, o Options) (*Pool, error) {
	p := &Pool{options: o}
	config, err := p.config()
	if err != nil {
		return nil, err
	}
	if p.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	connecting, cancel := context.WithTimeout(ctx, o.ConnectTimeout)
	defer cancel()
	policy := p.policy("connect to "+o.Name, true)
	policy.Within, policy.Attempts = o.ConnectTimeout, 3
	err = retry.Do(connecting, policy, func(ctx context.Context) error { return flatten(p.pool.Ping(ctx)) })
	if err != nil {
		p.pool.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s: %w", o.Name, ctx.Err())
		}
		var gave *retry.Error
		if errors.As(err, &gave) {
			gave.Name = "" // connectError says what was tried
		}
		return nil, p.connectError(err)
	}
	return p, nil
}

func (p *Pool) config() (*pgxpool.Config, error) {
	o := &p.options
	text := o.DSN
	if text == "" {
		text = keywords(o.Settings)
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, p.parseError(err)
	}
	config.MaxConns = int32(min(max(o.Connections, 1), 1000))
	conn := config.ConnConfig
	if conn.ConnectTimeout == 0 || conn.ConnectTimeout > o.ConnectTimeout {
		conn.ConnectTimeout = max(o.ConnectTimeout/2, time.Millisecond) // so that a second attempt fits
	}
	for key, value := range o.Parameters {
		if conn.RuntimeParams[key] == "" {
			conn.RuntimeParams[key] = value
		}
	}
	conn.DefaultQueryExecMode = pgx.QueryExecModeExec
	// A peer that vanished is noticed within a minute, however long the statement takes.
	conn.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second,
		Interval: 10 * time.Second, Count: 3}}).DialContext
	// A cancelled statement is ended on the server, and its connection lives on if the server obeys.
	conn.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 5 * time.Second}
	}
	if o.Login != nil {
		config.BeforeConnect = func(ctx context.Context, c *pgx.ConnConfig) (err error) {
			c.User, c.Password, err = o.Login(ctx)
			return err
		}
	}
	config.AfterConnect = p.begin
	return config, nil
}

// begin begins a session.
func (p *Pool) begin(ctx context.Context, c *pgx.Conn) error {
	for _, s := range p.options.Session {
		if _, err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	for _, s := range p.options.Labels {
		var unknown *pgconn.PgError
		if _, err := c.Exec(ctx, s); err != nil && !(errors.As(err, &unknown) && unknown.Code == undefinedObject) {
			return err
		}
	}
	return nil
}

// keywords writes libpq's keyword/value form.
func keywords(settings map[string]string) string {
	var keys []string
	for k := range settings {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(k + "='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(settings[k]) + "' ")
	}
	return b.String()
}

// Label is how a session names itself: the program, the run and a text of the user's, cut to a number of bytes.
func Label(program, run, tag string, limit int) string {
	text := strings.Join(slices.DeleteFunc([]string{program, run, tag}, func(s string) bool { return s == "" }), " ")
	for len(text) > limit || !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text
}

// policy is how often to try what idempotent says about.
func (p *Pool) policy(name string, idempotent bool) retry.Policy {
	policy := p.options.Retry
	policy.Name, policy.Idempotent, policy.Classify = name, idempotent, classify
	if policy.Log == nil {
		policy.Log = slog.Default()
	}
	return policy
}

// Close closes all connections.
func (p *Pool) Close() error {
	p.pool.Close()
	return nil
}

// Acquire takes a connection out of the pool; its Release returns it to the pool.
func (p *Pool) Acquire(ctx context.Context) (*pgxpool.Conn, error) {
	var conn *pgxpool.Conn
	err := retry.Do(ctx, p.policy("connect to "+p.options.Name, true), func(ctx context.Context) (err error) {
		conn, err = p.pool.Acquire(ctx)
		return flatten(err)
	})
	if err != nil {
		return nil, p.Error(ctx, err)
	}
	return conn, nil
}

// limited bounds a statement by the client's own clock.
func (p *Pool) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.options.StatementTimeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, p.options.StatementTimeout+serverGrace)
}

// Exec runs a statement and returns how many rows it wrote.
func (p *Pool) Exec(ctx context.Context, statement string) (rows int64, err error) {
	limited, cancel := p.limited(ctx)
	defer cancel()
	err = retry.Do(limited, p.policy("statement", false), func(ctx context.Context) error {
		tag, err := p.pool.Exec(ctx, statement)
		rows = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, p.Error(ctx, err)
	}
	return rows, nil
}

// unfinished is an error before a transaction was asked to commit: it has done nothing.
type unfinished struct{ error }

func (u unfinished) Unwrap() error { return u.error }

// Transact runs statements in one transaction: all of them or none.
func (p *Pool) Transact(ctx context.Context, statements []string) error {
	err := retry.Do(ctx, p.policy("transaction", false), func(ctx context.Context) error {
		tx, err := p.pool.Begin(ctx)
		if err != nil {
			return unfinished{err}
		}
		defer func() {
			// After a commit it does nothing; after an error the server would do the same when the session ends.
			clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			_ = tx.Rollback(clean)
		}()
		for _, s := range statements {
			limited, cancel := p.limited(ctx)
			_, err := tx.Exec(limited, s)
			cancel()
			if err != nil {
				return unfinished{err}
			}
		}
		err = tx.Commit(ctx)
		if err != nil && classify(err).Class == retry.Transient {
			err = fmt.Errorf("the connection broke as the transaction ended, so it may have taken effect: %w", err)
		}
		return err
	})
	if err != nil {
		return p.Error(ctx, err)
	}
	return nil
}
