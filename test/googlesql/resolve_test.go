package googlesql

import (
	"errors"
	"fmt"

	"github.com/goccy/go-googlesql"
)

// analyse resolves a statement and does to the warehouse what it would do. It gives the
// columns of its rows, or of the relation that it makes.
func (w *warehouse) analyse(text string) ([]column, error) {
	catalog, err := w.catalog(text)
	if err != nil {
		return nil, err
	}
	out, err := googlesql.AnalyzeStatement(text, w.options, catalog, w.types)
	if err != nil {
		return nil, err
	}
	resolved, err := out.ResolvedStatement()
	if err != nil {
		return nil, err
	}
	switch st := resolved.(type) {
	case *googlesql.ResolvedQueryStmt:
		return w.outputs(st)
	case *googlesql.ResolvedCreateTableAsSelectStmt:
		columns, err := w.outputs(st)
		return columns, errors.Join(err, w.create(st, false, columns))
	case *googlesql.ResolvedCreateViewStmt:
		columns, err := w.outputs(st)
		return columns, errors.Join(err, w.create(st, true, columns))
	case *googlesql.ResolvedCreateTableStmt:
		columns, err := w.definitions(st)
		return columns, errors.Join(err, w.create(st, false, columns))
	case *googlesql.ResolvedDropStmt:
		return nil, w.drop(st)
	case *googlesql.ResolvedAlterTableStmt:
		return nil, w.alter(st)
	case *googlesql.ResolvedInsertStmt, *googlesql.ResolvedUpdateStmt, *googlesql.ResolvedDeleteStmt, *googlesql.ResolvedTruncateStmt,
		*googlesql.ResolvedBeginStmt, *googlesql.ResolvedCommitStmt, *googlesql.ResolvedCreateSchemaStmt:
		return nil, nil
	}
	return nil, fmt.Errorf("not supported here: %T", resolved)
}

// outputs are the columns of a query, or of one that makes something.
func (w *warehouse) outputs(st interface {
	OutputColumnList() ([]*googlesql.ResolvedOutputColumn, error)
}) (columns []column, err error) {
	list, err := st.OutputColumnList()
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		resolved, err := c.Column()
		if err != nil {
			return nil, err
		}
		if columns, err = w.append(columns, name, resolved); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// definitions are the columns that a CREATE TABLE lists.
func (w *warehouse) definitions(st *googlesql.ResolvedCreateTableStmt) (columns []column, err error) {
	list, err := st.ColumnDefinitionList()
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		if columns, err = w.append(columns, name, c); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

func (w *warehouse) append(columns []column, name string, of interface {
	Type() (googlesql.Googlesql_TypeNode, error)
}) ([]column, error) {
	t, err := of.Type()
	if err != nil {
		return nil, err
	}
	kind, err := w.kind(t)
	return append(columns, column{name, kind}), err
}
