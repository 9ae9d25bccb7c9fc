package check

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// relationInfo is what is known about a query, a CTE or a table.
type relationInfo struct {
	columns []sql.ColumnDef
	oneRow  bool // at most one row, by its shape
	broken  bool // its columns are not known because of a mistake reported already
	size    int  // expanded
}

// ctes is the chain of common table expressions that a query sees.
type ctes struct {
	outer *ctes
	name  string
	info  *relationInfo
	// recurring is set within the step of a recursion: recurring.<name> may be read.
	recurring bool
}

func (c *ctes) find(name string) *ctes {
	for ; c != nil; c = c.outer {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (c *ctes) names() []string {
	var list []string
	for ; c != nil; c = c.outer {
		list = append(list, c.name)
	}
	return list
}

// source is one table of a FROM.
type source struct {
	alias   string
	columns []sql.ColumnDef
	broken  bool // see relationInfo
}

// scope is the tables that the expressions of one SELECT see.
type scope struct {
	*checker
	ctes   *ctes
	tables []*source
	items  []*sql.Item // of the select list, to explain an alias used too early
}

// add takes a table into the scope; its name must be new there.
func (s *scope) add(pos sql.Pos, alias string, info *relationInfo) {
	for _, t := range s.tables {
		if t.alias == alias {
			s.report(pos, sql.CodeUnresolved, "give one of them another name with as", "two tables are named %s", alias)
			return
		}
	}
	s.tables = append(s.tables, &source{alias: alias, columns: info.columns, broken: info.broken})
}

func (s *scope) table(alias string) *source {
	for _, t := range s.tables {
		if t.alias == alias {
			return t
		}
	}
	return nil
}

func (t *source) column(name string) (sql.Type, bool) {
	for _, c := range t.columns {
		if c.Name == name {
			return c.Type, true
		}
	}
	return sql.Invalid, t.broken
}

// column resolves a column: it names its table and has its type afterwards.
func (s *scope) column(c *sql.Column) {
	if c.Table != "" {
		t := s.table(c.Table)
		if t == nil {
			s.report(c.Pos, sql.CodeUnresolved, sql.DidYouMean(c.Table, s.aliases()), "no table is named %s here", c.Table)
			return
		}
		typ, ok := t.column(c.Name)
		if !ok {
			s.report(c.Pos, sql.CodeUnresolved, sql.DidYouMean(c.Name, names(t.columns)), "%s has no column %s", c.Table, c.Name)
			return
		}
		c.T = typ
		return
	}
	var found *source
	for _, t := range s.tables {
		typ, ok := t.column(c.Name)
		if !ok {
			continue
		}
		if found != nil {
			s.report(c.Pos, sql.CodeUnresolved, "write "+found.alias+"."+c.Name+" or "+t.alias+"."+c.Name, "column %s is in several tables", c.Name)
			return
		}
		found, c.T = t, typ
	}
	if found == nil {
		s.unknownColumn(c)
		return
	}
	c.Table = found.alias
}

func (s *scope) unknownColumn(c *sql.Column) {
	if niladic(c.Name) {
		s.report(c.Pos, sql.CodeForbidden, niladicHint(c.Name), "%s is not allowed", c.Name)
		return
	}
	for _, it := range s.items {
		if it.Alias == c.Name {
			s.report(c.Pos, sql.CodeUnresolved, "repeat the expression, or name it in a CTE", "%s is a name of the select list, which cannot be used here", c.Name)
			return
		}
	}
	var all []string
	for _, t := range s.tables {
		all = append(all, names(t.columns)...)
	}
	s.report(c.Pos, sql.CodeUnresolved, sql.DidYouMean(c.Name, all), "no table here has a column %s", c.Name)
}

// niladic reports the functions that other dialects call without parentheses.
func niladic(name string) bool {
	switch name {
	case "user", "current_user", "session_user", "system_user", "current_role", "current_catalog", "current_schema", "current_database",
		"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "sysdate":
		return true
	}
	return false
}

func niladicHint(name string) string {
	switch name {
	case "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "sysdate":
		return "as_of() is the run's instant"
	}
	return ""
}

func (s *scope) aliases() []string {
	var list []string
	for _, t := range s.tables {
		list = append(list, t.alias)
	}
	return list
}

func names(columns []sql.ColumnDef) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}
