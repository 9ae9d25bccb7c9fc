package eventlog

import (
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
)

// The reasons of findings that are not reasons to drop a row.
const (
	// ReasonConflict: rows of one key in one version that differ; the total order picked one.
	ReasonConflict = "conflicting_duplicate"
	// ReasonUnits: a summed measurement has several units on one event.
	ReasonUnits = "several_units"
	// ReasonSpelling: several spellings of a name became one.
	ReasonSpelling = "several_spellings"
)

// Findings returns the arms of a query of table_name, source, reason, detail, n, sample: the
// rows that the log left out, those it had to choose from, the names that it folded.
func Findings() []*sql.Select {
	var arms []*sql.Select
	for _, k := range kinds() {
		arms = append(arms, faulty(k))
		if k.named != "" {
			arms = append(arms, spelled(k))
		}
		if k.table != "" {
			arms = append(arms, conflicting(k))
		}
		if k.name == Measurements {
			arms = append(arms, mixed(k))
		}
	}
	return arms
}

// shown is the table that a finding of the kind speaks of.
func (k *kind) shown() string {
	switch k.name {
	case Entities:
		return "nexus_entities"
	case StateChanges:
		return "nexus_states"
	}
	return k.table
}

func count() sql.Expr { return &sql.Call{Name: "count", Star: true} }

func finding(k *kind, source, reason, detail, n, sample sql.Expr) []*sql.Item {
	return []*sql.Item{
		builder.As(builder.Text(k.shown()), "table_name"), builder.As(source, "source"), builder.As(reason, "reason"),
		builder.As(detail, "detail"), builder.As(n, "n"), builder.As(sample, "sample"),
	}
}

// sample is the column that shows where a finding was made.
func (k *kind) sample() string {
	if k.name == Entities {
		return "source_id"
	}
	return "event_id"
}

func faulty(k *kind) *sql.Select {
	detail := builder.Col("", k.detail)
	return &sql.Select{
		Items: finding(k, builder.Col("", sourceColumn), builder.Col("", faultColumn), detail, count(), builder.Call("min", builder.Col("", k.sample()))),
		From:  builder.Model(k.intake(), ""),
		Where: &sql.IsNull{X: builder.Col("", faultColumn), Not: true},
		GroupBy: []sql.Expr{
			builder.Col("", sourceColumn), builder.Col("", faultColumn), builder.Col("", k.detail),
		},
	}
}

func spelled(k *kind) *sql.Select {
	least, most := builder.Call("min", builder.Col("", spellingField)), builder.Call("max", builder.Col("", spellingField))
	return &sql.Select{
		Items: finding(k, builder.Call("min", builder.Col("", sourceColumn)), builder.Text(ReasonSpelling), builder.Col("", k.named),
			&sql.Call{Name: "count", Distinct: true, Args: []sql.Expr{builder.Col("", spellingField)}},
			builder.Call("concat", least, builder.Text(" / "), most)),
		From:    builder.Model(k.intake(), ""),
		Where:   builder.IsNull(builder.Col("", faultColumn)),
		GroupBy: []sql.Expr{builder.Col("", k.named)},
		Having:  builder.Op(sql.OpNe, sql.CloneExpr(least), sql.CloneExpr(most)),
	}
}

// conflicting: groups of one key and version in which a column has two values.
func conflicting(k *kind) *sql.Select {
	var differs []sql.Expr
	for _, n := range k.out {
		if n == k.id || n == ingestedAt || k.name == Entities && n != "created_at" && n != "updated_at" || n == "identifier_value" {
			continue
		}
		differs = append(differs, varies(n))
	}
	inner := builder.Query(&sql.Select{
		Items: []*sql.Item{
			builder.As(builder.Call("min", builder.Col("", sourceColumn)), "source"), builder.As(builder.Call("min", builder.Col("", k.detail)), "detail"),
			builder.As(builder.Call("min", builder.Col("", k.sample())), "sample"),
		},
		From:    builder.Model(k.again(), ""),
		GroupBy: []sql.Expr{builder.Col("", k.id), builder.Col("", ingestedAt)},
		Having:  builder.And(builder.Op(sql.OpGt, count(), builder.Int(1)), builder.Or(differs...)),
	})
	if k.name == Measurements {
		inner.Arms[0].Where = builder.Not(builder.Col("", summedColumn))
	}
	return &sql.Select{
		Items: finding(k, builder.Col("", "source"), builder.Text(ReasonConflict), builder.Col("", "detail"), count(), builder.Call("min", builder.Col("", "sample"))),
		From:  &sql.Subquery{Query: inner, Alias: "conflicts"}, GroupBy: []sql.Expr{builder.Col("", "source"), builder.Col("", "detail")},
	}
}

// varies reports whether a column has several values in a group; NULL is one.
func varies(column string) sql.Expr {
	x := func() sql.Expr {
		if column == "is_active" {
			return builder.Cast(builder.Col("", column), sql.Text)
		}
		return builder.Col("", column)
	}
	least, most := builder.Call("min", x()), builder.Call("max", x())
	some := func() sql.Expr { return builder.Call("count", x()) }
	return builder.Or(
		builder.Op(sql.OpNe, least, most),
		builder.And(builder.Op(sql.OpGt, some(), builder.Int(0)), builder.Op(sql.OpLt, some(), count())),
	)
}

// mixed: keys of measurements whose rows have several units.
func mixed(k *kind) *sql.Select {
	inner := builder.Query(&sql.Select{
		Items: []*sql.Item{
			builder.As(builder.Call("min", builder.Col("", sourceColumn)), "source"), builder.As(builder.Call("min", builder.Col("", k.named)), "detail"),
			builder.As(builder.Call("min", builder.Col("", "event_id")), "sample"),
		},
		From:    builder.Model(k.again(), ""),
		Where:   builder.Col("", summedColumn),
		GroupBy: []sql.Expr{builder.Col("", k.id)},
		Having:  varies("value_unit"),
	})
	return &sql.Select{
		Items: finding(k, builder.Col("", "source"), builder.Text(ReasonUnits), builder.Col("", "detail"), count(), builder.Call("min", builder.Col("", "sample"))),
		From:  &sql.Subquery{Query: inner, Alias: "mixed"}, GroupBy: []sql.Expr{builder.Col("", "source"), builder.Col("", "detail")},
	}
}
