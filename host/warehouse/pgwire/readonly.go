package pgwire

import (
	"context"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
)

// ReadOnly is how one statement is run that must only read.
type ReadOnly struct {
	Check func(ctx context.Context, firstRow FirstRow) error // looks at the session first; nil: nothing to look at
	Begin []string                                           // statements that begin the session and its transaction, which is never committed
	Run   string                                             // the statement, or what makes a cursor of it
	Fetch string                                             // brings a cursor's next rows; "" where Run gives the rows
	Batch int64                                              // how many rows Fetch brings at most
}

// FirstRow runs a query and gives its first row as texts, nil if it has none.
type FirstRow func(ctx context.Context, statement string) ([]string, error)

// QueryReadOnly runs a statement in a session of its own, which ends with its rows and discards what was not
// committed. It is retried as long as no row has arrived.
func (p *Pool) QueryReadOnly(ctx context.Context, o ReadOnly) (warehouse.Rows, error) {
	limited, cancel := p.limited(ctx)
	var r *rows
	err := retry.Do(limited, p.policy("query", true), func(ctx context.Context) (err error) {
		r, err = p.readOnly(ctx, o)
		return err
	})
	if err != nil {
		cancel()
		return nil, p.Error(ctx, err)
	}
	r.outer, r.cancel = ctx, cancel
	return r, nil
}

func (p *Pool) readOnly(ctx context.Context, o ReadOnly) (*rows, error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	r := &rows{pool: p, limited: ctx, conn: conn, single: true, fetch: o.Fetch, batch: o.Batch}
	fail := func(err error) (*rows, error) {
		r.endSession()
		return nil, err
	}
	wire := conn.Conn().PgConn()
	firstRow := func(ctx context.Context, statement string) (row []string, err error) {
		answer := wire.ExecParams(ctx, statement, nil, nil, nil, nil).Read()
		if len(answer.Rows) > 0 {
			for _, v := range answer.Rows[0] {
				row = append(row, string(v))
			}
		}
		return row, answer.Err
	}
	if o.Check != nil {
		if err := o.Check(ctx, firstRow); err != nil {
			return fail(err)
		}
	}
	for _, s := range o.Begin {
		if _, err := firstRow(ctx, s); err != nil {
			return fail(err)
		}
	}
	run := o.Run
	if o.Fetch != "" {
		if _, err := firstRow(ctx, o.Run); err != nil {
			return fail(err)
		}
		run = o.Fetch
	}
	// A text of several statements is an error at this level.
	r.reader = wire.ExecParams(ctx, run, nil, nil, nil, nil)
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}
