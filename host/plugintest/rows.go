package plugintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// Row is one row: column to value. Values are nil, bool, int64, float64, string,
// time.Time, warehouse.Decimal or warehouse.JSON.
type Row map[string]any

// Text writes a value as tests compare it: NULL, digits, RFC 3339.
func (r Row) Text(column string) string {
	switch v := r[column].(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case warehouse.Decimal:
		return trimDecimal(string(v))
	default:
		return fmt.Sprint(v)
	}
}

// trimDecimal drops a decimal's zeros at the end.
func trimDecimal(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func (s *Source) fragment(name string) *check.Fragment {
	s.t.Helper()
	i := slices.IndexFunc(s.fragments, func(f *check.Fragment) bool { return f.Name == name })
	if i < 0 {
		s.t.Fatalf("plugintest: no fragment %s; there are %s", name, strings.Join(s.Names(), ", "))
	}
	return s.fragments[i]
}

// Names lists the source's fragments.
func (s *Source) Names() []string {
	names := make([]string, len(s.fragments))
	for i, f := range s.fragments {
		names[i] = f.Name
	}
	slices.Sort(names)
	return names
}

// Rows runs a fragment and gives its rows, sorted by all columns in their order.
func (s *Source) Rows(fragment string) []Row {
	s.t.Helper()
	f := s.fragment(fragment)
	path, err := s.table(f.Layer, f.Name)
	if err != nil {
		s.t.Fatalf("plugintest: %s: %v", fragment, err)
	}
	rows, err := s.query(render.All(s.dialect, path))
	if err != nil {
		s.t.Fatalf("plugintest: %s: %v", fragment, err)
	}
	sort.SliceStable(rows, func(i, j int) bool {
		for _, c := range f.Columns {
			if a, b := rows[i].Text(c.Name), rows[j].Text(c.Name); a != b {
				return a < b
			}
		}
		return false
	})
	return rows
}

// Kind returns the rows of all fragments of a kind.
func (s *Source) Kind(kind string) []Row {
	s.t.Helper()
	var all []Row
	for _, f := range s.fragments {
		if f.Kind == kind {
			all = append(all, s.Rows(f.Name)...)
		}
	}
	return all
}

// Statement is a fragment as DuckDB's SQL, over the tables that the kit made of the records and
// of the normalized fragments that it reads.
func (s *Source) Statement(fragment string) (string, error) {
	return s.render(s.fragment(fragment).Query)
}

// render writes a query, after making the tables that it reads.
func (s *Source) render(q *sql.Query) (string, error) {
	return render.Query(q, s.dialect, s.table)
}

// table makes a relation a table, once. After a Load only what is made of its records is made again: the other
// statements are as they were.
func (s *Source) table(schema, name string) ([]string, error) {
	key := schema + "__" + name
	if path, ok := s.made[key]; ok {
		return path, nil
	}
	statement, err := s.relation(schema, name)
	if err != nil {
		return nil, err
	}
	path, ok := s.tables[statement]
	if !ok {
		// The number comes first: PostgreSQL cuts long names.
		path = append(slices.Clone(s.home), fmt.Sprintf("t%d_%s", len(s.tables), key))
		if _, err := s.db.Exec(context.Background(), render.CreateTableAs(s.dialect, path, statement)); err != nil {
			return nil, fmt.Errorf("%s.%s: %w\n%s", schema, name, err, statement)
		}
		s.tables[statement] = path
	}
	s.made[key] = path
	return path, nil
}

// relation is the statement of raw.t, raw.t_history, entity.r or a fragment.
func (s *Source) relation(schema, name string) (string, error) {
	switch schema {
	case "raw":
	case "entity":
		q, err := s.entityQuery(name)
		if err != nil {
			return "", err
		}
		return s.render(q)
	default:
		return s.Statement(name)
	}
	for _, t := range s.desc.Tables {
		if name != t.Name && name != t.Name+"_history" {
			continue
		}
		raw, err := s.rawQuery(t, name == t.Name)
		if err != nil {
			return "", err
		}
		return s.render(raw)
	}
	return "", fmt.Errorf("no relation %s.%s", schema, name)
}

func (s *Source) query(statement string) ([]Row, error) {
	rows, err := s.db.Query(context.Background(), statement)
	if err != nil {
		return nil, err
	}
	return Collect(rows)
}

// Collect reads a result to its end and closes it.
func Collect(rows warehouse.Rows) (list []Row, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns := rows.Columns()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		r := Row{}
		for i, c := range columns {
			r[c.Name] = values[i]
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// Want compares a fragment's rows with a table of text: columns of the first line,
// divided by |, rows in any order. Columns that are not named are not compared.
func (s *Source) Want(fragment, table string) {
	s.t.Helper()
	WantRows(s.t, fragment, s.Rows(fragment), table)
}

// WantKind compares the rows of all fragments of a kind.
func (s *Source) WantKind(kind, table string) {
	s.t.Helper()
	WantRows(s.t, kind, s.Kind(kind), table)
}
