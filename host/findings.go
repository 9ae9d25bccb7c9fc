package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core"
	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/internal/load"
	"github.com/nexus-host/nexus-host/internal/run"
)

// ErrNothingTaken says that every row of a table was rejected. Nothing is published then, unless the table has allow_empty.
var ErrNothingTaken = errors.New("host: every row was rejected")

// findings asks what was being built for raw rows without a place, adds all rejected rows to nexus_findings, and reads what
// the core and the plugins found.
func (b *build) findings(ctx context.Context) error {
	b.notify(run.Event{Kind: run.PhaseStarted, Name: "findings"})
	taken, err := b.rejections(ctx)
	if err != nil {
		return err
	}
	r := b.report
	slices.SortStableFunc(r.Rejected, func(a, c Rejected) int {
		return cmp.Or(strings.Compare(a.Source, c.Source), strings.Compare(a.Table, c.Table), strings.Compare(a.Reason, c.Reason))
	})
	var found []core.Finding
	for _, x := range r.Rejected {
		found = append(found, core.Finding{Table: x.Table, Source: x.Source, Reason: x.Reason, N: x.Rows, Sample: first(x.Examples)})
	}
	if len(found) > 0 {
		text, err := b.program.InsertFindings(found)
		if err != nil {
			return fmt.Errorf("host: %w", err)
		}
		if _, err := b.engine.Exec(ctx, text); err != nil {
			return fmt.Errorf("host: findings: %w", err)
		}
		b.empty.Filled(contract.TableFindings)
	}
	err = run.Each(ctx, b.engine, b.program.Findings, func(v []any) error {
		n, err := run.Number(v[4])
		r.Findings = append(r.Findings, Finding{
			Table: run.Text(v[0]), Source: run.Text(v[1]), Reason: run.Text(v[2]), Detail: run.Text(v[3]), Rows: n, Sample: run.Text(v[5]),
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("host: findings: %w", err)
	}
	slices.SortFunc(r.Findings, func(a, c Finding) int {
		return cmp.Or(
			strings.Compare(a.Source, c.Source), strings.Compare(a.Table, c.Table),
			strings.Compare(a.Reason, c.Reason), strings.Compare(a.Detail, c.Detail),
		)
	})
	return b.nothingTaken(taken)
}

// tableOf names a table of a source.
type tableOf struct{ source, table string }

func (t tableOf) String() string { return t.source + "." + t.table }

// rejections asks for the rows that no base relation takes, and returns how many rows of their tables one takes.
func (b *build) rejections(ctx context.Context) (map[tableOf]int64, error) {
	taken := map[tableOf]int64{}
	for _, l := range b.report.Loads {
		if l.Rows == 0 {
			taken[tableOf{l.Source, l.Table}] = 0
		}
	}
	queries := make([]string, len(b.program.Rejections))
	for i, q := range b.program.Rejections {
		queries[i] = q.SQL
	}
	rows := make([][][]any, len(queries))
	o := b.runOptions()
	err := o.Together(ctx, b.engine, run.RejectionColumns(), queries, func(i int, v []any) error {
		rows[i] = append(rows[i], slices.Clone(v))
		return nil
	}, func(i int, err error) error {
		if err != nil {
			q := b.program.Rejections[i]
			return fmt.Errorf("host: rejected rows of %s.%s: %w", q.Source, q.Table, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, q := range b.program.Rejections {
		if err := b.rejected(tableOf{q.Source, q.Table}, rows[i], taken); err != nil {
			return nil, fmt.Errorf("host: rejected rows of %s.%s: %w", q.Source, q.Table, err)
		}
	}
	return taken, nil
}

// rejected adds what a table's query of rejected rows has found to the report.
func (b *build) rejected(t tableOf, rows [][]any, taken map[tableOf]int64) error {
	of := map[string]int{}
	for _, v := range rows {
		reason := run.Text(v[0])
		n, err := run.Number(v[1])
		others, err2 := run.Number(v[2])
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		taken[t] = others
		if _, known := of[reason]; !known {
			of[reason] = len(b.report.Rejected)
			b.report.Rejected = append(b.report.Rejected, Rejected{Source: t.source, Table: t.table, Reason: reason, Rows: n})
		}
		r := &b.report.Rejected[of[reason]]
		if v[3] == nil {
			r.Examples = append(r.Examples, run.Text(v[4]))
			continue
		}
		row, err := run.Number(v[3])
		if err != nil {
			return err
		}
		r.Examples = append(r.Examples, b.place(t.source, t.table, row))
	}
	for _, i := range of {
		slices.Sort(b.report.Rejected[i].Examples)
	}
	return nil
}

// place is where a loaded row was read: file:line.
func (b *build) place(source, table string, row int64) string {
	for _, l := range b.report.Loads {
		if l.Source == source && l.Table == table {
			return l.Place(row)
		}
	}
	return fmt.Sprint("row ", row)
}

// nothingTaken is an error for tables of which every row was rejected.
func (b *build) nothingTaken(taken map[tableOf]int64) error {
	var tables []string
	for t, n := range taken {
		i := slices.IndexFunc(b.report.Rejected, func(r load.Rejected) bool { return r.Source == t.source && r.Table == t.table })
		if n > 0 || i < 0 || b.file.Table(t.source, t.table).AllowEmpty {
			continue
		}
		why := b.report.Rejected[i]
		text := fmt.Sprintf("%s (%d × %s", t, why.Rows, why.Reason)
		if len(why.Examples) > 0 {
			text += ", such as " + why.Examples[0]
		}
		tables = append(tables, text+")")
	}
	if len(tables) == 0 {
		return nil
	}
	slices.Sort(tables)
	return fmt.Errorf("%w of %s; nothing was published; correct the table in nexus.yaml, or give it allow_empty: true", ErrNothingTaken, strings.Join(tables, " and of "))
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
