package plan_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// catalog is a database that knows names, kinds and which build a table's rows are of, and of SQL
// just the statements of a publication.
type catalog struct {
	relations map[string]relation
	shapes    func(name string) []sql.ColumnDef // what a table made of a query has
	types     map[string]sql.Type
	upper     bool
}

type relation struct {
	view    bool
	columns []sql.ColumnDef // of a table
	rows    string          // the build whose rows a table holds; "" if it is empty
	reads   string          // what a view reads
	journal []render.Switch
}

func newCatalog(d *dialect.Dialect) *catalog {
	c := &catalog{relations: map[string]relation{}, types: map[string]sql.Type{}, upper: d.UpperNames}
	for t, name := range d.Types {
		c.types[name] = t
	}
	return c
}

func (c *catalog) clone() *catalog {
	out := *c
	out.relations = maps.Clone(c.relations)
	return &out
}

const name = "[\"`]([^\"`]+)[\"`]"

var forms = []struct {
	form *regexp.Regexp
	do   func(c *catalog, m []string) error
}{
	{regexp.MustCompile(`^DROP (TABLE|VIEW) IF EXISTS ` + name + `( CASCADE)?$`), func(c *catalog, m []string) error {
		if r, ok := c.relations[m[2]]; ok && r.view != (m[1] == "VIEW") {
			return fmt.Errorf("%s is no %s", m[2], m[1])
		}
		delete(c.relations, m[2])
		return nil
	}},
	{regexp.MustCompile(`^ALTER TABLE ` + name + ` RENAME TO (?:` + name + `[.])?` + name + `$`), func(c *catalog, m []string) error {
		r, ok := c.relations[m[1]]
		if !ok || r.view {
			return fmt.Errorf("no table %s", m[1])
		}
		delete(c.relations, m[1])
		return c.add(m[3], r)
	}},
	{regexp.MustCompile(`(?s)^CREATE (OR REPLACE )?VIEW ` + name + ` AS\n.*FROM ` + name), func(c *catalog, m []string) error {
		if r, ok := c.relations[m[2]]; ok && m[1] != "" {
			if !r.view {
				return fmt.Errorf("%s is a table", m[2])
			}
			delete(c.relations, m[2])
		}
		if _, ok := c.relations[m[3]]; !ok {
			return fmt.Errorf("view %s: no %s", m[2], m[3])
		}
		return c.add(m[2], relation{view: true, reads: m[3]})
	}},
	{regexp.MustCompile(`(?s)^CREATE TABLE (?:IF NOT EXISTS )?` + name + ` \((.*)\n\)(?: USING DELTA)?(?:\n(?:PARTITION|CLUSTER) BY .*)?$`), func(c *catalog, m []string) error {
		r := relation{}
		for _, col := range regexp.MustCompile(name+` (.+?),?(\n|$)`).FindAllStringSubmatch(m[2], -1) {
			r.columns = append(r.columns, sql.ColumnDef{Name: col[1], Type: c.types[col[2]]})
		}
		return c.add(m[1], r)
	}},
	{regexp.MustCompile(`(?s)^CREATE TABLE ` + name + `(?:\n(?:PARTITION|CLUSTER) BY .*?)? AS\nSELECT [*] FROM ` + name + `$`), func(c *catalog, m []string) error {
		from, ok := c.relations[m[2]]
		if !ok || from.view {
			return fmt.Errorf("no table %s", m[2])
		}
		return c.add(m[1], from)
	}},
	{regexp.MustCompile(`(?s)^CREATE OR REPLACE TABLE ` + name + `(?: USING DELTA)? AS\n(SELECT CAST\('.*)$`), func(c *catalog, m []string) error {
		r := relation{}
		for _, row := range regexp.MustCompile(`SELECT CAST\('(.*?)' AS .*?CAST\('(.*?)' AS .*?CAST\('(.*?)' AS`).FindAllStringSubmatch(m[2], -1) {
			r.journal = append(r.journal, render.Switch{Relation: row[1], Slot: row[2], Done: row[3] == "published"})
		}
		var err error
		r.journal, err = render.UnpackJournal(r.journal)
		c.relations[m[1]] = r
		return err
	}},
	{regexp.MustCompile(`(?s)^CREATE OR REPLACE TABLE ` + name + `(?:\n(?:PARTITION|CLUSTER) BY .*?)? AS\n.*FROM ` + name), func(c *catalog, m []string) error {
		old, ok := c.relations[m[1]]
		if !ok || old.view || m[1] != m[2] {
			return fmt.Errorf("replace %s by %s", m[1], m[2])
		}
		c.relations[m[1]] = relation{columns: c.shapes(m[1]), rows: old.rows}
		return nil
	}},
	{regexp.MustCompile(`^ALTER TABLE ` + name + ` ADD COLUMN ` + name + ` (.*)$`), func(c *catalog, m []string) error {
		return c.alter(m[1], func(r *relation) {
			r.columns = append(slices.Clone(r.columns), sql.ColumnDef{Name: m[2], Type: c.types[m[3]]})
		})
	}},
	{regexp.MustCompile(`^ALTER TABLE ` + name + ` DROP COLUMN ` + name + `$`), func(c *catalog, m []string) error {
		return c.alter(m[1], func(r *relation) {
			r.columns = slices.DeleteFunc(slices.Clone(r.columns), func(d sql.ColumnDef) bool { return d.Name == m[2] })
		})
	}},
	{regexp.MustCompile(`^(?:TRUNCATE TABLE|DELETE FROM) ` + name + `$`), func(c *catalog, m []string) error {
		return c.alter(m[1], func(r *relation) { r.rows = "" })
	}},
	{regexp.MustCompile(`^INSERT INTO ` + name + ` \(` + name + `\)\nSELECT .* AS ` + name + `\nFROM ` + name + ` AS .*$`), func(c *catalog, m []string) error {
		from, ok := c.relations[m[4]] // a table that becomes a view, by the view's query
		if !ok || m[2] != m[3] {
			return fmt.Errorf("insert from %s", m[4])
		}
		return c.alter(m[1], func(r *relation) { r.rows = from.rows })
	}},
	{regexp.MustCompile(`(?s)^INSERT INTO ` + name + ` \((.*)\)\nSELECT (.*)\nFROM ` + name + `$`), func(c *catalog, m []string) error {
		from, ok := c.relations[m[4]]
		if from.view { // a table that becomes a view
			from.rows, from.columns = c.read(m[4]), c.shapes(strings.TrimPrefix(m[4], plan.BuildPrefix))
		}
		if !ok || m[2] != m[3] {
			return fmt.Errorf("insert from %s", m[4])
		}
		var missing error
		err := c.alter(m[1], func(r *relation) {
			if r.rows != "" {
				missing = fmt.Errorf("%s is not empty", m[1])
			}
			for _, col := range regexp.MustCompile(name).FindAllStringSubmatch(m[2], -1) {
				if !slices.ContainsFunc(r.columns, func(d sql.ColumnDef) bool { return d.Name == col[1] && slices.Contains(from.columns, d) }) {
					missing = fmt.Errorf("%s has no column %s of that type", m[1], col[1])
				}
			}
			r.rows = from.rows
		})
		if err != nil {
			return err
		}
		return missing
	}},
}

func (c *catalog) add(name string, r relation) error {
	if _, taken := c.relations[name]; taken {
		return fmt.Errorf("%s is there already", name)
	}
	c.relations[name] = r
	return nil
}

func (c *catalog) alter(name string, f func(*relation)) error {
	r, ok := c.relations[name]
	if !ok || r.view {
		return fmt.Errorf("no table %s", name)
	}
	f(&r)
	c.relations[name] = r
	return nil
}

func (c *catalog) exec(statement string) error {
	if c.upper { // names are written in upper case and listed in lower
		statement = regexp.MustCompile(name).ReplaceAllStringFunc(statement, strings.ToLower)
	}
	for _, f := range forms {
		if m := f.form.FindStringSubmatch(statement); m != nil {
			if err := f.do(c, m); err != nil {
				return fmt.Errorf("%w: %s", err, statement)
			}
			return nil
		}
	}
	return fmt.Errorf("a statement that no publication has: %s", statement)
}

// build makes what a build leaves under its prefix.
func (c *catalog) build(p *plan.Plan, build string) {
	var made []string
	for _, s := range p.Steps {
		for _, a := range s.Actions {
			if st, ok := a.(*plan.Statement); ok {
				made = append(made, st.Makes)
			}
		}
	}
	for _, r := range p.Relations {
		at := p.Building(r.Name)[0]
		if !slices.Contains(made, r.Name) {
			continue // its query is part of what reads it
		}
		if r.Storage == graph.View {
			c.relations[at] = relation{view: true, reads: p.Building("base")[0]}
		} else {
			c.relations[at] = relation{columns: r.Columns, rows: build}
		}
	}
	c.relations["nxw_left"] = relation{rows: build} // a work relation of a killed build
}

// read reports which build's rows a reader finds: "" if it finds none, or no relation.
func (c *catalog) read(name string) string {
	for {
		r, ok := c.relations[name]
		if !ok || !r.view {
			return r.rows
		}
		name = r.reads
	}
}

func (c *catalog) state(owned []string) plan.SchemaState {
	s := plan.SchemaState{Owned: owned, Journal: c.relations[plan.Journal].journal}
	for _, n := range slices.Sorted(maps.Keys(c.relations)) {
		r := c.relations[n]
		s.Relations = append(s.Relations, plan.Existing{Name: n, View: r.view, Columns: r.columns})
	}
	return s
}

func (c *catalog) names() string { return strings.Join(slices.Sorted(maps.Keys(c.relations)), " ") }
