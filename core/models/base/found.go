package base

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// FoundName is the work relation with what was found in a source's tables: the columns of nexus_findings.
func FoundName(source string) string { return contract.WorkPrefix + "found_" + source }

// HasFound reports whether a source has that relation: it has tables.
func HasFound(src spec.Source) bool {
	return slices.ContainsFunc(src.Tables, func(t spec.Table) bool { return !t.Absent })
}

// Found makes the relation. Gives are the tables from which the source's fragments read events.
func Found(src spec.Source, gives []string) (*graph.Node, error) {
	var tables, clocks builder.List
	for _, t := range src.Tables {
		if t.Absent {
			continue
		}
		tables = append(tables, builder.Element{
			"name": builder.Text(t.Name), "base": builder.Name(Name(src.Name, t.Name)), "gives": builder.Bool(slices.Contains(gives, t.Name)),
		})
		if t.Relation == nil {
			continue // the loader rejects rows with such times
		}
		m, err := newMapping(src, t)
		if err != nil {
			return nil, fmt.Errorf("base: source %s, table %s: %w", src.Name, t.Name, err)
		}
		clocks = append(clocks, m.clocks()...)
	}
	q, err := builder.Load(files, "found", builder.Params{
		Lists: builder.Lists{"tables": tables, "clocks": clocks}, Elements: map[string]builder.Element{"given": {"source": builder.Text(src.Name)}},
	})
	if err != nil {
		return nil, err
	}
	r := builder.Work(FoundName(src.Name), "What was found in the tables of the source "+src.Name+".")
	return builder.Node(r, q), nil
}

// clocks are the loader's times that are written as text: what it wrote, and whether that is there and cannot be read.
func (m *mapping) clocks() builder.List {
	var list builder.List
	for _, clock := range []struct {
		column string
		paths  []string
	}{{contract.IngestedAt, m.preset.IngestedAt}, {"_source_updated_at", m.preset.UpdatedAt}} {
		written := slices.DeleteFunc(slices.Clone(clock.paths), func(path string) bool { return m.find([]string{path}) == "" || !m.isText(path) })
		if len(written) == 0 {
			continue
		}
		text := m.first(written, m.text, sql.Text)
		unread := builder.And(builder.IsNull(m.first(clock.paths, m.instant, sql.Timestamp)), builder.Not(builder.IsNull(text)))
		list = append(list, builder.Element{
			"name": builder.Text(m.table.Name), "raw": builder.Name(m.name), "column": builder.Text(clock.column), "text": text, "is_unread": unread,
		})
	}
	return list
}

// isText reports whether a place may hold what is no time.
func (m *mapping) isText(path string) bool {
	_, t, below := m.place(path)
	return below != "" || t == sql.Text || t == sql.JSON
}
