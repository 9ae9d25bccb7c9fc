package base

import (
	"slices"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

// pairsAtOnce keeps a call of to_object within PostgreSQL's 100 arguments.
const pairsAtOnce = 45

// member is an object in the record, or a column in it.
type member struct {
	name    string
	column  sql.Expr
	members []*member
}

func (n *member) add(steps []string, column sql.Expr) {
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
		return n.column
	}
	var some []sql.Expr
	for _, c := range n.columns() {
		some = append(some, builder.Not(builder.IsNull(sql.CloneExpr(c))))
	}
	return builder.Case(nil, builder.When(builder.Or(some...), n.object()))
}

func (n *member) columns() []sql.Expr {
	if len(n.members) == 0 {
		return []sql.Expr{n.column}
	}
	var all []sql.Expr
	for _, m := range n.members {
		all = append(all, m.columns()...)
	}
	return all
}
