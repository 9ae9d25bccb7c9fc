package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Publishing where DDL commits by itself (Snowflake, BigQuery). Where nothing is published yet, tables are copied one by one. Else, in
// this order:
//
//  1. Missing tables are created, empty. New columns are added, NULL in every row. A table
//     of which a column has a different type now is replaced by its own rows, cast. Readers
//     see the last build's values, in the shape of the new one.
//  2. One transaction empties every table that was there before and fills all from their staging tables. Readers see all
//     of the last build, or all of this one.
//  3. Views are replaced, each at once, columns and relations that are no longer made are
//     dropped, and then the staging tables.
//
// A view reads published tables, so it changes with them in 2; only one whose query has
// changed shows, for the seconds of 3, its old query over the new rows. A table that
// becomes a view is filled again in 2. Where a view becomes a table or a table a
// view, the name is missing between two statements of 3.
//
// Whatever a killed build leaves, the same steps complete it.

// NeedsColumns names the published relations whose columns Publish has to know.
func (p *Plan) NeedsColumns(have []Existing) []string {
	if p.Dialect.Publish != dialect.PublishInsert {
		return nil
	}
	var names []string
	for _, e := range have {
		if !e.View && p.made(e.Name) {
			names = append(names, e.Name)
		}
	}
	return names
}

func (p *Plan) publishInsert(s *SchemaState) ([]Phase, error) {
	if p.first(s) { // if it is interrupted, the next build publishes as any other does
		tables := slices.DeleteFunc(slices.Clone(p.Relations), func(r *graph.Relation) bool { return r.Storage == graph.View })
		if _, err := p.groups(tables); err != nil { // it would not be able to
			return nil, err
		}
		return p.publishCopies(s, render.CreateTableAs)
	}
	var before, after, views []string
	var filled []*graph.Relation // in the transaction
	for _, r := range p.Relations {
		path := p.Published(r.Name)
		e := s.find(r.Name)
		switch {
		case r.Storage == graph.View && e != nil && !e.View:
			views = append(views, p.drop(*e))
		case r.Storage == graph.View:
		case e == nil:
			create, err := render.CreateTableIfMissing(p.Dialect, path, r.Columns, p.layout(r)) // a script does not know
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Name, err)
			}
			before = append(before, create)
			filled = append(filled, r)
		case e.View:
			after = append(after, p.drop(*e), render.CreateTableAs(p.Dialect, path, render.All(p.Dialect, p.Building(r.Name)), p.layout(r)))
		}
		if e != nil && !e.View {
			shape, later, err := p.reshape(r, e)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Name, err)
			}
			before = append(before, shape...)
			if filled = append(filled, r); r.Storage == graph.Table {
				after = append(after, later...)
			}
		}
		if r.Storage == graph.View {
			query, err := p.viewQuery(r)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Name, err)
			}
			views = append(views, render.ReplaceView(p.Dialect, path, query))
		}
	}
	groups, err := p.groups(filled)
	if err != nil {
		return nil, err
	}
	phases := []Phase{{Statements: before}}
	for _, group := range groups {
		var texts []string
		for _, r := range group {
			path := p.Published(r.Name)
			if s.unknown || s.find(r.Name) != nil { // the others have just been created
				texts = append(texts, render.Empty(p.Dialect, path))
			}
			fill, err := p.fill(r)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Name, err)
			}
			texts = append(texts, fill)
		}
		phases = append(phases, Phase{Transaction: true, Statements: texts})
	}
	drops := p.drops(s.Relations, func(e Existing) bool {
		return slices.Contains(s.Owned, e.Name) && !p.made(e.Name) || staged(BuildPrefix)(e)
	})
	return append(phases, Phase{Statements: slices.Concat(after, views, drops)}), nil
}

// first reports that nothing of the plan is published yet.
func (p *Plan) first(s *SchemaState) bool {
	return !s.unknown && !slices.ContainsFunc(p.Relations, func(r *graph.Relation) bool { return s.find(r.Name) != nil })
}

// fill copies what the build made of a relation into its published table. A view that no statement created, of which the
// last build left a table, gives its rows by its query.
func (p *Plan) fill(r *graph.Relation) (string, error) {
	q, ok := p.inline[r.Name]
	if !ok {
		return render.CopyRows(p.Dialect, p.Building(r.Name), p.Published(r.Name), r.Columns), nil
	}
	text, err := p.renderer.Query(q, p.names(p.Building))
	if err != nil {
		return "", err
	}
	names := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		names[i] = c.Name
	}
	return render.InsertSelect(p.Dialect, p.Published(r.Name), names, text), nil
}

// reshape returns the statements that give a published table the columns of its relation,
// and those that wait until its rows are new.
func (p *Plan) reshape(r *graph.Relation, e *Existing) (before, after []string, err error) {
	path := p.Published(r.Name)
	if e.Columns == nil {
		return nil, nil, fmt.Errorf("its columns are not known")
	}
	has := func(list []sql.ColumnDef, name string) int {
		return slices.IndexFunc(list, func(c sql.ColumnDef) bool { return strings.EqualFold(c.Name, name) })
	}
	retyped := false
	for _, c := range r.Columns {
		switch i := has(e.Columns, c.Name); {
		case i < 0:
			add, err := render.AddColumn(p.Dialect, path, c)
			if err != nil {
				return nil, nil, err
			}
			before = append(before, add)
		case e.Columns[i].Type != c.Type:
			retyped = true
		}
	}
	if retyped {
		query, err := p.castRows(r, e)
		return []string{render.ReplaceTableAs(p.Dialect, path, query, p.layout(r))}, nil, err
	}
	for _, c := range e.Columns {
		if has(r.Columns, c.Name) < 0 {
			after = append(after, render.DropColumn(p.Dialect, path, c.Name))
		}
	}
	return before, after, nil
}

// castRows is a query of a published table's rows with the columns of its relation: cast
// where the type is another one, NULL where there is no cast or no such column.
func (p *Plan) castRows(r *graph.Relation, e *Existing) (string, error) {
	from := &sql.Relation{Schema: "prev", Name: r.Name, Alias: "t"}
	query := func(items []*sql.Item) (string, error) {
		return p.renderer.Query(&sql.Query{Arms: []*sql.Select{{Items: items, From: from}}}, p.names(p.Published))
	}
	var items []*sql.Item
	for _, c := range r.Columns {
		null := sql.Item{Alias: c.Name, Expr: &sql.Cast{Node: sql.Node{T: c.Type}, X: &sql.Literal{Node: sql.Node{T: sql.Null}}, To: c.Type}}
		item := null
		for _, old := range e.Columns {
			if !strings.EqualFold(old.Name, c.Name) {
				continue
			}
			item.Expr = &sql.Column{Node: sql.Node{T: old.Type}, Table: "t", Name: c.Name}
			if old.Type != c.Type {
				item.Expr = &sql.Cast{Node: sql.Node{T: c.Type}, X: item.Expr, To: c.Type}
			}
		}
		if _, err := query([]*sql.Item{&item}); err != nil {
			item = null
		}
		items = append(items, &item)
	}
	return query(items)
}

// groups cuts the tables into those that one transaction fills. Where all of them are more than
// one transaction may write, the event log and what is made of it switch together, after
// the sources' own layers.
func (p *Plan) groups(filled []*graph.Relation) ([][]*graph.Relation, error) {
	var sources, contract []*graph.Relation
	for _, r := range filled {
		switch {
		case r.Layer == graph.Log, r.Layer == graph.Identity, r.Layer == graph.Final:
			contract = append(contract, r)
		default:
			sources = append(sources, r)
		}
	}
	limit := p.Dialect.TransactionTables
	if limit == 0 || len(sources)+len(contract) <= limit {
		return [][]*graph.Relation{append(sources, contract...)}, nil
	}
	if len(contract) > limit {
		return nil, fmt.Errorf("%d tables of the event log and after it: one transaction of %s writes at most %d", len(contract), p.Dialect.Name, limit)
	}
	return append(slices.Collect(slices.Chunk(sources, limit)), contract), nil
}
