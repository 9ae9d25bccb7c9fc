package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
)

// Int runs a query of one whole number.
func Int(ctx context.Context, w Warehouse, statement string) (n int64, err error) {
	err = Each(ctx, w, statement, func(v []any) error {
		n, err = Number(v[0])
		return err
	})
	return n, err
}

// Each runs a query and calls f with each row; f must not keep the slice.
func Each(ctx context.Context, w Warehouse, statement string, f func(row []any) error) error {
	rows, err := w.Query(ctx, statement)
	if err != nil {
		return err
	}
	return warehouse.Each(rows, f)
}

// Number is a value that is a whole number; NULL is 0.
func Number(v any) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case int64:
		return v, nil
	case warehouse.Decimal:
		return strconv.ParseInt(string(v), 10, 64)
	}
	return 0, fmt.Errorf("run: %v (%T) is not a whole number", v, v)
}

// Text is a value as text; NULL is empty.
func Text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Relations asks for the tables and views of a schema; one that is not there has none.
func Relations(ctx context.Context, w Warehouse, listings []catalog.Listing) ([]plan.Existing, error) {
	var have []plan.Existing
	for _, l := range listings {
		err := Each(ctx, w, l.SQL, func(v []any) error {
			if len(v) <= max(l.Name, l.Kind) {
				return fmt.Errorf("run: a list of relations has %d columns", len(v))
			}
			e := plan.Existing{Name: Text(v[l.Name]), View: l.View || l.Kind >= 0 && Text(v[l.Kind]) == "VIEW"}
			if i := slices.IndexFunc(have, func(h plan.Existing) bool { return h.Name == e.Name }); i >= 0 {
				have[i].View = have[i].View || e.View
			} else {
				have = append(have, e)
			}
			return nil
		})
		if errors.Is(err, warehouse.ErrMissing) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("run: relations of the schema: %w", err)
		}
	}
	return have, nil
}

// Journal reads a journal of published names.
func Journal(ctx context.Context, w Warehouse, statement string) (out []render.Switch, err error) {
	err = Each(ctx, w, statement, func(v []any) error {
		done, ok := v[2].(bool)
		if !ok {
			return fmt.Errorf("run: a journal's row ends with %v (%T)", v[2], v[2])
		}
		out = append(out, render.Switch{Relation: Text(v[0]), Slot: Text(v[1]), Done: done})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return render.UnpackJournal(out)
}

// CheckQuery is one rule of the contract and the statement that finds the rows which break
// it: columns n (how many) and sample (a key). Without a statement the rule is known to hold.
// If there is a Count, it is asked first, and SQL only if Count has a row.
type CheckQuery struct{ Name, Table, Rule, SQL, Count string }

// CheckColumns are the columns of a check's statement.
func CheckColumns() []string { return []string{"n", "sample"} }

// DigestColumns are the columns of a digest's statement; the first is that of a count.
func DigestColumns() []string { return []string{"rows", "digest"} }

// RejectionColumns are the columns of a statement that finds rejected rows of a table.
func RejectionColumns() []string { return []string{"reason", "n", "taken", "row_no", "sample"} }

// DigestQuery is the statement of one table's size and fingerprint: columns rows and, if it is asked for, digest.
// Without a statement the table is known to have no rows, and Digest is its fingerprint.
type DigestQuery struct{ Table, SQL, Digest string }

// Checks runs checks, several at once, and reports each in their order. An error of the
// engine in one of them is that check's; cancellation ends all.
func Checks(ctx context.Context, w Warehouse, checks []CheckQuery, o Options) ([]Check, error) {
	o.notify(Event{Kind: PhaseStarted, Name: "checks", Total: len(checks)})
	out, done := make([]Check, len(checks)), make([]bool, len(checks))
	counts, queries := make([]string, len(checks)), make([]string, len(checks))
	for i, c := range checks {
		out[i] = Check{Name: c.Name, Table: c.Table, Rule: c.Rule}
		if counts[i] = c.Count; c.SQL == "" || c.Count == "" {
			counts[i], queries[i] = "", c.SQL
		}
	}
	ended := func(i int, err error) {
		if err != nil {
			out[i].Error = err.Error()
		}
		done[i] = true
		o.notify(Event{Kind: StepEnded, Name: out[i].Name, Rows: out[i].Count})
	}
	err := o.Together(ctx, w, CheckColumns()[:1], counts, func(i int, v []any) error {
		n, err := Number(v[0])
		if n > 0 {
			queries[i] = checks[i].SQL
		}
		return err
	}, func(i int, err error) error {
		if counts[i] != "" && (err != nil || queries[i] == "") {
			queries[i] = ""
			ended(i, err)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	return out, o.Together(ctx, w, CheckColumns(), queries, func(i int, v []any) error {
		if len(v) < 2 {
			return fmt.Errorf("run: check %s gives %d columns", out[i].Name, len(v))
		}
		n, err := Number(v[0])
		out[i].Count += n
		if n > 0 && len(out[i].Samples) < maxSamples {
			out[i].Samples = append(out[i].Samples, Text(v[1]))
		}
		return err
	}, func(i int, err error) error {
		if !done[i] {
			ended(i, err)
		}
		return nil
	})
}

const maxSamples = 5

// Digests computes tables' fingerprints, several at once; columns are those of the statements.
func Digests(ctx context.Context, w Warehouse, columns []string, digests []DigestQuery, o Options) ([]Table, error) {
	o.notify(Event{Kind: PhaseStarted, Name: "digests", Total: len(digests)})
	out, queries := make([]Table, len(digests)), make([]string, len(digests))
	for i, d := range digests {
		out[i].Name, out[i].Digest, queries[i] = d.Table, d.Digest, d.SQL
	}
	err := o.Together(ctx, w, columns, queries, func(i int, v []any) error {
		n, err := Number(v[0])
		out[i].Rows = n
		if len(v) > 1 {
			out[i].Digest = Text(v[1])
		}
		return err
	}, func(i int, err error) error {
		if err != nil {
			return fmt.Errorf("run: digest of %s: %w", out[i].Name, err)
		}
		o.notify(Event{Kind: StepEnded, Name: out[i].Name, Rows: out[i].Rows})
		return nil
	})
	return out, err
}
