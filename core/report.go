package core

import (
	"fmt"
	"strconv"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/base"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/computed"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/models/rules"
	"github.com/nexus-host/nexus-host/core/spec"
)

// nameQueries renders what a warehouse must be asked before the wide tables can be
// compiled, and finds the steps that come before.
func (c *Checked) nameQueries(p *Program, kinds []string, env check.Env) error {
	before := map[string]bool{}
	for _, kind := range kinds {
		q, err := nameQuery(kind)
		if err != nil {
			return err
		}
		text, err := c.buildQuery(p, q, env)
		if err != nil {
			return fmt.Errorf("names of %s: %w", kind, err)
		}
		p.NameQueries = append(p.NameQueries, NameQuery{Kind: kind, SQL: text})
		for _, r := range sql.Relations(q) {
			if r.Schema == "model" {
				p.ancestors(p.Graph.Maker(r.Name), before)
			}
		}
	}
	for _, n := range p.Graph.Nodes {
		if before[n.Name] {
			p.Before = append(p.Before, n.Name)
		}
	}
	return nil
}

func nameQuery(kind string) (*sql.Query, error) {
	if k, _ := contract.KindNamed(kind); k.Joins != "" {
		return computed.NameQuery(k)
	}
	return eventlog.NameQuery(kind)
}

// ancestors marks a node and all that it needs.
func (p *Program) ancestors(n *graph.Node, marked map[string]bool) {
	if n == nil || marked[n.Name] {
		return
	}
	marked[n.Name] = true
	for _, r := range n.Reads {
		p.ancestors(p.Graph.Maker(r), marked)
	}
}

// reports renders what a run asks of its own result.
func (c *Checked) reports(p *Program, names eventlog.Names, env check.Env) error {
	rejections := func(source, table string, q *sql.Query, err error) error {
		if err != nil || q == nil {
			return err
		}
		text, err := c.buildQuery(p, q, env)
		if err != nil {
			return fmt.Errorf("rejections of %s.%s: %w", source, table, err)
		}
		p.Rejections = append(p.Rejections, Rejection{Source: source, Table: table, SQL: text})
		return nil
	}
	for _, src := range c.spec.Sources {
		for _, t := range src.Tables {
			q, err := base.Rejections(src, t)
			if err := rejections(src.Name, t.Name, q, err); err != nil {
				return err
			}
		}
	}
	if c.spec.Currency != nil {
		q, err := base.RateRejections()
		if err := rejections(spec.CurrencySource, c.spec.Currency.Rates.Name, q, err); err != nil {
			return err
		}
	}
	findings := builder.Query(&sql.Select{
		Items: builder.Columns("", contract.Published(contract.TableFindings).Names()...), From: builder.Model(contract.TableFindings, ""),
	})
	text, err := c.buildQuery(p, findings, env)
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	p.Findings = text
	checks, err := rules.Checks(c.spec, names)
	if err != nil {
		return err
	}
	for _, ch := range checks {
		var texts [2]string
		for i, q := range []*sql.Query{ch.Query, ch.Count} {
			if _, diags := check.Query(q, env); len(diags) > 0 {
				return fmt.Errorf("check %s: %w", ch.Name, diags)
			}
			if texts[i], err = p.Plan.Query(q); err != nil {
				return fmt.Errorf("check %s: %w", ch.Name, err)
			}
		}
		p.Checks = append(p.Checks, Assertion{
			Name: ch.Name, Table: ch.Table, Rule: ch.Rule, SQL: texts[0], Count: texts[1], Keys: ch.Keys, Proven: ch.Proven, broken: ch.Broken,
		})
	}
	return p.digests()
}

// InsertFindings renders the statement that adds to nexus_findings, as it is built, what the core cannot see: rows that were
// rejected before they were loaded.
func (p *Program) InsertFindings(found []Finding) (string, error) {
	text := func(s string) sql.Expr {
		if s == "" {
			return builder.Null(sql.Text)
		}
		return builder.Text(s)
	}
	q := builder.Query()
	for _, f := range found {
		q.Arms = append(q.Arms, &sql.Select{Items: []*sql.Item{
			builder.As(text(f.Table), "table_name"), builder.As(text(f.Source), contract.Source), builder.As(text(f.Reason), "reason"),
			builder.As(text(f.Detail), "detail"), builder.As(builder.Cast(builder.Text(strconv.FormatInt(f.N, 10)), sql.Bigint), "n"), builder.As(text(f.Sample), "sample"),
		}})
	}
	columns, diags := check.Query(q, check.Env{Core: true})
	if err := diags.Err(); err != nil {
		return "", err
	}
	rows, err := p.Plan.BuildQuery(q)
	if err != nil {
		return "", err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return render.InsertSelect(p.Plan.Dialect, p.Plan.Building(contract.TableFindings), names, rows), nil
}

// digests renders the fingerprint of every table of the contract, stored or not; the layers
// before the event log repeat what it holds.
func (p *Program) digests() error {
	for _, r := range p.Plan.Relations {
		if t, ok := contract.Lookup(r.Name); !ok || t.View {
			continue
		}
		path := p.Plan.Published(r.Name)
		text, err := render.Digest(p.Plan.Dialect, path, r.Columns)
		if err != nil {
			return fmt.Errorf("digest of %s: %w", r.Name, err)
		}
		p.Digests = append(p.Digests, Digest{Table: r.Name, SQL: text, Count: render.Count(p.Plan.Dialect, path)})
	}
	return nil
}

// buildQuery checks a query over the composed models and renders it over what
// is being built.
func (c *Checked) buildQuery(p *Program, q *sql.Query, env check.Env) (string, error) {
	if _, diags := check.Query(q, env); len(diags) > 0 {
		return "", diags
	}
	return p.Plan.BuildQuery(q)
}
