package rewrite

import "github.com/nexus-host/nexus-host/core/lang/sql"

// flatten moves the common table expressions of a common table expression before
// it, for engines that take no WITH inside a WITH. A name that another one
// has is changed.
func flatten(q *sql.Query) *sql.Query {
	nested, taken := false, map[string]bool{}
	for _, c := range q.With {
		nested = nested || len(c.Query.With) > 0
		taken[c.Name] = true
	}
	if !nested {
		return q
	}
	q = sql.Clone(q)
	var flat []*sql.CTE
	for _, c := range q.With {
		c.Query = flatten(c.Query)
		for _, inner := range c.Query.With {
			if taken[inner.Name] {
				was := inner.Name
				for taken[inner.Name] {
					inner.Name = c.Name + "_" + inner.Name
				}
				renameReads(c.Query, was, inner.Name)
			}
			taken[inner.Name] = true
			flat = append(flat, inner)
		}
		c.Query.With = nil
		flat = append(flat, c)
	}
	q.With = flat
	return q
}

// renameReads changes the name of a common table expression where it is read.
func renameReads(q *sql.Query, was, name string) {
	sql.Walk(q, func(n any) bool {
		if r, ok := n.(*sql.Relation); ok && r.Schema == "" && r.Name == was {
			if r.Alias == "" {
				r.Alias = was
			}
			r.Name = name
		}
		return true
	})
}
