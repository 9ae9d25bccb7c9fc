package statement

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// goldens are the queries of testdata/render, each over a table with a column of every type.
func goldens(d *dialect.Dialect) (*Script, error) {
	files, err := filepath.Glob(filepath.Join(Root(), "testdata", "render", "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("statement: golden queries: %w", err)
	}
	if len(files) == 0 {
		return nil, errors.New("statement: no golden queries")
	}
	var columns []sql.ColumnDef
	for t := sql.Text; t <= sql.JSON; t++ {
		columns = append(columns, sql.ColumnDef{Name: "c_" + t.String(), Type: t})
	}
	s := &Script{Name: "golden", Dialect: d, Schema: []string{"nexus"}}
	for _, name := range []string{"t", "u"} {
		s.Inputs = append(s.Inputs, Table{Path: []string{"nexus", name}, Columns: columns})
	}
	env := check.Env{
		Core: true, Source: "here", RunID: run.ID, AsOf: run.AsOf, RunStartedAt: run.StartedAt,
		Relation: func(_, name string) ([]sql.ColumnDef, bool) { return columns, name == "t" || name == "u" },
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		q, diags := sql.Parse(name, string(archive.Files[0].Data), sql.Options{Core: true})
		if err := diags.Err(); err != nil {
			return nil, err
		}
		promised, diags := check.Query(q, env)
		if err := diags.Err(); err != nil {
			return nil, err
		}
		made, err := render.Query(q, d, func(_, name string) ([]string, error) { return []string{"nexus", name}, nil })
		var refused *render.UnsupportedError
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.Statements = append(s.Statements, Statement{Name: name, SQL: made, Query: true, Columns: promised})
	}
	return s, nil
}
