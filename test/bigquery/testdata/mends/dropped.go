package internal

import "reflect"

// indexCatalogQuery finds what has changed since a moment: every statement asks for it.
const indexCatalogQuery = `; CREATE INDEX IF NOT EXISTS googlesqlite_catalog_updated ON googlesqlite_catalog(updatedAt)`

// drop forgets a table. The analyzer goes on knowing it, and SQLite refuses who reads it: a catalog without it
// would be a new one, which takes seconds, and memory that is never given back.
func (c *Catalog) drop(spec *TableSpec, left []*TableSpec) error {
	if c.dropped == nil {
		c.dropped = map[string]*TableSpec{}
	}
	name := spec.TableName()
	c.dropped[name] = spec
	c.tables = left
	delete(c.tableMap, name)
	return nil
}

// revive makes a table that was dropped again: with a new catalog if it has other columns.
func (c *Catalog) revive(spec *TableSpec) (done bool, err error) {
	name := spec.TableName()
	old, ok := c.dropped[name]
	if !ok {
		return false, nil
	}
	delete(c.dropped, name)
	tables := append(c.tables, spec)
	if !sameColumns(old, spec) {
		return true, c.resetCatalog(tables, c.functions, c.tvfs)
	}
	c.tables, c.tableMap[name] = tables, spec
	return true, nil
}

func sameColumns(a, b *TableSpec) bool {
	if len(a.Columns) != len(b.Columns) {
		return false
	}
	for i, c := range a.Columns {
		if d := b.Columns[i]; c.Name != d.Name || !reflect.DeepEqual(c.Type, d.Type) {
			return false
		}
	}
	return true
}
