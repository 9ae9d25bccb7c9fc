package base

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

// pairsAtOnce keeps a call of to_object within PostgreSQL's 100 arguments.
const pairsAtOnce = 45

// documentShape is how a text begins that may be an object or a list of objects, or is an empty list; what else begins so is
// no valid JSON. The blanks that JSON allows are no characters of "!" to "~"; patterns have no brackets in brackets, but a range over them.
const documentShape = "^[^!-~]*([{]|[Z-^][^!-~]*([{]|[Z-^][^!-~]*$))"

// member is an object in the record, or a column in it.
type member struct {
	name    string
	column  sql.ColumnDef
	members []*member
}

func (n *member) add(steps []string, column sql.ColumnDef) {
	for _, step := range steps {
		i := slices.IndexFunc(n.members, func(m *member) bool { return m.name == step })
		if i < 0 {
			i = len(n.members)
			n.members = append(n.members, &member{name: step})
		}
		n = n.members[i]
	}
	n.column = column
}

func (n *member) object() sql.Expr {
	var out sql.Expr
	for some := range slices.Chunk(n.members, pairsAtOnce) {
		var args []sql.Expr
		for _, m := range some {
			args = append(args, builder.Text(m.name), m.value())
		}
		part := builder.Call("to_object", args...)
		if out == nil {
			out = part
		} else {
			out = builder.Call("merge_objects", out, part)
		}
	}
	if out == nil {
		return builder.Cast(builder.Text("{}"), sql.JSON)
	}
	return out
}

// value is NULL for an object of which the row has no member.
func (n *member) value() sql.Expr {
	if len(n.members) == 0 {
		return valueOf(n.column)
	}
	var some []sql.Expr
	for _, c := range n.columns() {
		some = append(some, builder.Not(builder.IsNull(builder.Col("r", c.Name))))
	}
	return builder.Case(nil, builder.When(builder.Or(some...), n.object()))
}

// valueOf is a column as the record has it. Loaders of typed tables leave objects and lists as text: such a text is what it
// holds, as it is in files (internal/load); any other stays a text.
func valueOf(c sql.ColumnDef) sql.Expr {
	column := func() sql.Expr { return builder.Col("r", c.Name) }
	switch c.Type {
	case sql.Timestamp, sql.Date:
		return builder.Cast(column(), sql.Text)
	case sql.Text:
		may := builder.Call("regexp_like", column(), builder.Text(documentShape))
		return builder.Call("coalesce", builder.Case(nil, builder.When(may, builder.Cast(column(), sql.JSON))), builder.Call("to_document", column()))
	}
	return column()
}

func (n *member) columns() []sql.ColumnDef {
	if len(n.members) == 0 {
		return []sql.ColumnDef{n.column}
	}
	var all []sql.ColumnDef
	for _, m := range n.members {
		all = append(all, m.columns()...)
	}
	return all
}
