package state

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// derived is one derived state, ready to be a column.
type derived struct {
	name       string
	entityType string
	category   string
	expr       sql.Expr // over columns called as the states are
	level      int      // 1: reads only plain states
}

// parseDerived reads the project's expressions and puts them in an order in which
// each comes after those it reads. What is wrong is reported with the position in the
// project's file.
func parseDerived(s *spec.Spec, names []eventlog.StateName) ([]derived, sql.Diagnostics) {
	p := &derivation{known: map[string]bool{}, at: map[string]spec.DerivedState{}}
	for _, n := range names {
		p.known[n.Name] = true
	}
	for _, d := range s.Derived {
		name := eventlog.Canonical(d.Name)
		switch {
		case name == "" || name != d.Name:
			p.report(d, sql.Pos{}, sql.CodeConfig, "a state's name has lower-case letters, digits and _", "derived state %q has no valid name", d.Name)
			continue
		case p.known[name] || p.at[name].Name != "":
			p.report(d, sql.Pos{}, sql.CodeConfig, "rename one: a source, a plugin, a computed file or another derived state gives it", "there is a state %s already", name)
			continue
		case d.Category != eventlog.Dimension && d.Category != eventlog.Measurement:
			p.report(d, sql.Pos{}, sql.CodeConfig, "it is dimension or measurement", "derived state %s has no category", name)
			continue
		}
		p.at[name] = d
		p.parse(d)
	}
	if len(p.diags) > 0 {
		return nil, p.diags
	}
	p.levels()
	if len(p.diags) == 0 {
		p.types(names)
	}
	if len(p.diags) > 0 {
		return nil, p.diags
	}
	return p.all, nil
}

// types checks each expression over the states and the derived states before it.
// The trees themselves stay unchecked: they are checked again in their model.
func (p *derivation) types(names []eventlog.StateName) {
	column := func(name, category string) sql.ColumnDef {
		if category == eventlog.Measurement {
			return sql.ColumnDef{Name: name, Type: sql.Decimal}
		}
		return sql.ColumnDef{Name: name, Type: sql.Text}
	}
	var columns []sql.ColumnDef
	for _, n := range names {
		columns = append(columns, column(n.Name, n.Category))
	}
	for _, d := range p.all {
		at := p.at[d.name]
		_, diags := check.Expr(sql.CloneExpr(d.expr), "states", columns, check.Env{File: at.File, Text: at.Expression})
		p.take(at, diags)
		columns = append(columns, column(d.name, d.category))
	}
}

// take adds the diagnostics of an expression, at its place in the project's file.
func (p *derivation) take(d spec.DerivedState, diags sql.Diagnostics) {
	for _, diag := range diags {
		if d.Line > 0 {
			diag.Pos.Line += d.Line - 1
		}
		if len(p.diags) < sql.MaxDiagnostics {
			p.diags = append(p.diags, diag)
		}
	}
}

type derivation struct {
	known map[string]bool
	at    map[string]spec.DerivedState
	all   []derived
	diags sql.Diagnostics
}

func (p *derivation) report(d spec.DerivedState, pos sql.Pos, code sql.Code, hint, format string, args ...any) {
	if len(p.diags) >= sql.MaxDiagnostics {
		return
	}
	if !pos.IsValid() {
		pos = sql.Pos{Line: 1, Col: 1}
	}
	if d.Line > 0 {
		pos.Line += d.Line - 1
	}
	p.diags = append(p.diags, &sql.Diagnostic{
		File: d.File, Pos: pos, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint, Source: sql.LineAt(d.Expression, pos.Offset),
	})
}

func (p *derivation) parse(d spec.DerivedState) {
	e, diags := sql.ParseExpr(d.File, d.Expression, sql.Options{})
	p.take(d, diags)
	if len(diags) == 0 {
		p.all = append(p.all, derived{name: d.Name, entityType: d.EntityType, category: d.Category, expr: e})
	}
}

// levels checks what the expressions read and orders them.
func (p *derivation) levels() {
	reads := map[string][]string{}
	for _, d := range p.all {
		reads[d.name] = p.reads(d)
	}
	done := map[string]int{}
	for round := 1; len(done) < len(p.all); round++ {
		before := len(done)
		for i := range p.all {
			d := &p.all[i]
			if _, ok := done[d.name]; ok {
				continue
			}
			ready := !slices.ContainsFunc(reads[d.name], func(r string) bool { l, ok := done[r]; return !ok || l == round })
			if ready {
				d.level = round
				done[d.name] = round
			}
		}
		if len(done) == before {
			for _, d := range p.all {
				if _, ok := done[d.name]; !ok {
					p.report(p.at[d.name], sql.Pos{}, sql.CodeConfig, "", "derived state %s is derived from itself", d.name)
				}
			}
			return
		}
	}
	slices.SortStableFunc(p.all, func(a, b derived) int { return a.level - b.level })
}

// reads returns the derived states that an expression reads.
func (p *derivation) reads(d derived) []string {
	var out []string
	sql.WalkExpr(d.expr, func(e sql.Expr) bool {
		switch e := e.(type) {
		case *sql.Column:
			switch {
			case e.Table != "":
				p.report(p.at[d.name], e.Pos, sql.CodeUnresolved, "write only the state's name", "a derived state reads states, not tables")
			case p.at[e.Name].Name != "":
				out = append(out, e.Name)
			case !p.known[e.Name]:
				p.report(p.at[d.name], e.Pos, sql.CodeUnresolved, "", "there is no state %s", e.Name)
			}
		case *sql.Call:
			if e.Over != nil || e.Star {
				p.report(p.at[d.name], e.Pos, sql.CodeForbidden, "", "a derived state is a function of the states at one instant: aggregates and windows have no place in it")
			}
		}
		return true
	})
	return out
}
