// Package check resolves, types and bounds trees of portable SQL. A checked tree
// holds nothing that a renderer would have to guess: every column names its
// table, every relation its alias, every star is spelled out, every implicit
// conversion is a Cast and every constant of the run is a literal.
package check

import (
	"fmt"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Env is what a query may refer to.
type Env struct {
	// Relation gives the columns of a relation; schema is never empty.
	Relation func(schema, name string) ([]sql.ColumnDef, bool)
	// Explain says why Relation knows none of this name; nil: a plain UNRESOLVED.
	Explain func(schema, name string) (code sql.Code, message, hint string)

	Params       map[string]spec.Param // what config('x') stands for
	Source       string                // source_name()
	AsOf         time.Time             // as_of()
	RunStartedAt time.Time             // run_started_at(), core's own models only
	RunID        string                // run_id(), core's own models only
	Core         bool                  // allows what the core's own models have more
	Limits       sql.Limits

	// File and Text are where the query was parsed from, for diagnostics; both may be empty.
	File string
	Text string
}

// Query checks q and completes it in place. It returns the columns of q's rows.
// Checking a checked tree again changes nothing. If there are diagnostics, the
// tree is in no defined state.
func Query(q *sql.Query, env Env) ([]sql.ColumnDef, sql.Diagnostics) {
	return queryAs(q, env, nil)
}

// queryAs checks q; wanted gives types to columns that are bare NULLs and
// widens numbers to them.
func queryAs(q *sql.Query, env Env, wanted map[string]sql.Type) ([]sql.ColumnDef, sql.Diagnostics) {
	c := newChecker(env)
	var info *relationInfo
	c.guard(func() { info = c.query(q, nil, wanted) })
	if len(c.diags) > 0 {
		return nil, c.diags
	}
	return info.columns, nil
}

// Expr checks an expression over the columns, whose table is named table, and
// returns it with its type set. Aggregates and windows are not allowed.
func Expr(e sql.Expr, table string, columns []sql.ColumnDef, env Env) (sql.Expr, sql.Diagnostics) {
	c := newChecker(env)
	s := &scope{checker: c, tables: []*source{{alias: table, columns: columns}}}
	c.guard(func() { e = s.scalar(e, "an expression") })
	if len(c.diags) > 0 {
		return nil, c.diags
	}
	return e, nil
}

// checker is one run over one tree.
type checker struct {
	env    Env
	limits sql.Limits
	diags  sql.Diagnostics
	size   int // expanded size of the query being checked, saturating
}

// tooMuch unwinds a check whose bounds are broken; it never leaves the package.
type tooMuch struct{}

func newChecker(env Env) *checker {
	return &checker{env: env, limits: env.Limits.OrDefault()}
}

// guard runs f until its end or a broken bound.
func (c *checker) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(tooMuch); !ok {
				panic(r)
			}
		}
	}()
	f()
}

func (c *checker) report(pos sql.Pos, code sql.Code, hint, format string, args ...any) {
	if len(c.diags) >= sql.MaxDiagnostics {
		return
	}
	d := &sql.Diagnostic{File: c.env.File, Pos: pos, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)}
	for _, known := range c.diags {
		if known.Pos == pos && known.Message == d.Message {
			return
		}
	}
	if pos.IsValid() && c.env.Text != "" {
		d.Source = sql.LineAt(c.env.Text, pos.Offset)
	}
	c.diags = append(c.diags, d)
}

// grow adds to the expanded size.
func (c *checker) grow(pos sql.Pos, n int) {
	c.size = saturate(c.size, n)
	if c.size > c.limits.Expanded {
		c.report(pos, sql.CodeLimit, "read a table instead of a chain of common table expressions",
			"an expanded size of more than %d nodes", c.limits.Expanded)
		panic(tooMuch{})
	}
}

// saturate adds without overflow.
func saturate(a, b int) int {
	const most = 1 << 40
	if a > most-b {
		return most
	}
	return a + b
}
