package plan

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Publishing where no transaction spans tables (Databricks). There are two sets of tables,
// distinguished by their prefix; what readers see are views, each of one relation
// of the set that was built last, or of what the query of a view reads in that set. A build writes the other set, and publishing
//
//  1. writes the list of all switches, with the queries of views, to the journal, in one statement,
//  2. replaces view after view, each at once,
//  3. records in the journal, in one statement, that all are switched.
//
// During 2 a reader of several views can see some of the last build and some of this one; one
// view is always of one build. A build that finds an incomplete journal switches
// the rest before it does anything else. The set that is no longer read stays
// until the next build, so that a query that is running can finish.
//
// One row that all views read would switch them all at once, but every query would then name
// both sets, and an engine that learns only while it runs which one is empty reads both.

// slots are the prefixes of the two sets.
var slots = [2]string{BuildPrefix, SecondPrefix}

// Journal is the relation that says which set is published; see Publish.
const Journal = "nexus_publish_journal"

// StagingPrefix is the prefix under which the next build is made.
func StagingPrefix(d *dialect.Dialect, journal []render.Switch) string {
	if d.Publish == dialect.PublishViews && current(journal) == BuildPrefix {
		return SecondPrefix
	}
	return BuildPrefix
}

// current is the prefix of the set that is published, or about to be; "" if there is none.
func current(journal []render.Switch) string {
	for _, s := range journal {
		if s.Slot != "" {
			return s.Slot
		}
	}
	return ""
}

func (p *Plan) publishViews(s *SchemaState) ([]Phase, error) {
	var rows []render.Switch
	for _, r := range p.Relations {
		row := render.Switch{Relation: r.Name, Slot: p.options.stagingPrefix()}
		if q, ok := p.inline[r.Name]; ok {
			var err error
			if row.Query, err = p.renderer.Query(q, p.names(p.Building)); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Name, err)
			}
		}
		rows = append(rows, row)
	}
	// What the last journal names was published too, even if no manifest was written then.
	obsolete := slices.Clone(s.Owned)
	for _, j := range s.Journal {
		obsolete = append(obsolete, j.Relation)
	}
	slices.Sort(obsolete)
	for _, name := range slices.Compact(obsolete) {
		if !p.made(name) && s.find(name) != nil {
			rows = append(rows, render.Switch{Relation: name})
		}
	}
	begin, err := render.WriteJournal(p.Dialect, p.at(Journal), rows)
	if err != nil {
		return nil, err
	}
	drops, views, end, err := p.switches(s, rows)
	if err != nil {
		return nil, err
	}
	return []Phase{
		{Statements: append([]string{begin}, drops...)},
		{Statements: views, AnyOrder: true},
		{Statements: []string{end}},
	}, nil
}

// switches carries out a journal that was written: what is in the way is dropped, views are
// created, and the journal is marked complete.
func (p *Plan) switches(s *SchemaState, rows []render.Switch) (drops, views []string, end string, err error) {
	done := slices.Clone(rows)
	for i, r := range rows {
		done[i].Done = true
		e := s.find(r.Relation)
		if e != nil && (r.Slot == "" || !e.View) { // no longer made, or published as a table before
			drops = append(drops, p.drop(*e))
		}
		if r.Slot != "" {
			query := r.Query
			if query == "" {
				query = render.All(p.Dialect, p.at(r.Slot+r.Relation))
			}
			views = append(views, render.ReplaceView(p.Dialect, p.at(r.Relation), query))
		}
	}
	end, err = render.WriteJournal(p.Dialect, p.at(Journal), done)
	return drops, views, end, err
}

// replaces reports that a step makes a table in the place of one that the set may have: one statement, not two.
func (p *Plan) replaces(r *graph.Relation) bool {
	return p.Dialect.Publish == dialect.PublishViews && !p.copies() && r.Layer != graph.Work && r.Storage == graph.Table
}

// Input is the statement that makes an empty relation for rows that the host loads.
func (p *Plan) Input(name string, columns []sql.ColumnDef) (string, error) {
	if p.Dialect.Publish == dialect.PublishViews && !p.copies() {
		return render.ReplaceTable(p.Dialect, p.Building(name), columns)
	}
	return render.CreateTable(p.Dialect, p.Building(name), columns)
}

// replacedTables are the names of tables that the steps, or the loading of rows, replace.
func (p *Plan) replacedTables() map[string]bool {
	names := map[string]bool{}
	for _, r := range p.Relations {
		if _, inline := p.inline[r.Name]; !inline && p.replaces(r) {
			names[p.options.stagingPrefix()+r.Name] = true
		}
	}
	return names
}

func (p *Plan) cleanViews(s *SchemaState, before bool) ([]string, error) {
	var texts []string
	if slices.ContainsFunc(s.Journal, func(r render.Switch) bool { return !r.Done }) {
		drops, views, end, err := p.switches(s, s.Journal)
		if err != nil {
			return nil, err
		}
		texts = append(slices.Concat(drops, views), end)
	}
	now := current(s.Journal)
	unread := slices.DeleteFunc(slices.Clone(slots[:]), func(prefix string) bool { return prefix == now })
	kept := map[string]bool{}
	if before {
		kept = p.replacedTables()
	}
	return append(texts, p.drops(s.Relations, func(e Existing) bool { return staged(unread...)(e) && (e.View || !kept[e.Name]) })...), nil
}
