package union

import (
	"github.com/nexus-host/nexus-host/core/model"
	"github.com/nexus-host/nexus-host/core/sql"
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
		model.As(model.Text(k.shown()), "table_name"), model.As(source, "source"), model.As(reason, "reason"),
		model.As(detail, "detail"), model.As(n, "n"), model.As(sample, "sample"),
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
	detail := model.Col("", k.detail)
	return &sql.Select{
		Items: finding(k, model.Col("", sourceColumn), model.Col("", faultColumn), detail, count(), model.Call("min", model.Col("", k.sample()))),
		From:  model.Model(k.intake(), ""),
		Where: &sql.IsNull{X: model.Col("", faultColumn), Not: true},
		GroupBy: []sql.Expr{
			model.Col("", sourceColumn), model.Col("", faultColumn), model.Col("", k.detail),
		},
	}
}

func spelled(k *kind) *sql.Select {
	least, most := model.Call("min", model.Col("", spellingField)), model.Call("max", model.Col("", spellingField))
	return &sql.Select{
		Items: finding(k, model.Call("min", model.Col("", sourceColumn)), model.Text(ReasonSpelling), model.Col("", k.named),
			&sql.Call{Name: "count", Distinct: true, Args: []sql.Expr{model.Col("", spellingField)}},
			model.Call("concat", least, model.Text(" / "), most)),
		From:    model.Model(k.intake(), ""),
		Where:   model.IsNull(model.Col("", faultColumn)),
		GroupBy: []sql.Expr{model.Col("", k.named)},
		Having:  model.Op(sql.OpNe, sql.CloneExpr(least), sql.CloneExpr(most)),
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
	inner := model.Query(&sql.Select{
		Items: []*sql.Item{
			model.As(model.Call("min", model.Col("", sourceColumn)), "source"), model.As(model.Call("min", model.Col("", k.detail)), "detail"),
			model.As(model.Call("min", model.Col("", k.sample())), "sample"),
		},
		From:    model.Model(k.again(), ""),
		GroupBy: []sql.Expr{model.Col("", k.id), model.Col("", ingestedAt)},
		Having:  model.And(model.Op(sql.OpGt, count(), model.Int(1)), model.Or(differs...)),
	})
	if k.name == Measurements {
		inner.Arms[0].Where = model.Not(model.Col("", summedColumn))
	}
	return &sql.Select{
		Items: finding(k, model.Col("", "source"), model.Text(ReasonConflict), model.Col("", "detail"), count(), model.Call("min", model.Col("", "sample"))),
		From:  &sql.Subquery{Query: inner, Alias: "conflicts"}, GroupBy: []sql.Expr{model.Col("", "source"), model.Col("", "detail")},
	}
}

// varies reports whether a column has several values in a group; NULL is one.
func varies(column string) sql.Expr {
	x := func() sql.Expr {
		if column == "is_active" {
			return model.Cast(model.Col("", column), sql.Text)
		}
		return model.Col("", column)
	}
	least, most := model.Call("min", x()), model.Call("max", x())
	some := func() sql.Expr { return model.Call("count", x()) }
	return model.Or(
		model.Op(sql.OpNe, least, most),
		model.And(model.Op(sql.OpGt, some(), model.Int(0)), model.Op(sql.OpLt, some(), count())),
	)
}

// mixed: keys of measurements whose rows have several units.
func mixed(k *kind) *sql.Select {
	inner := model.Query(&sql.Select{
		Items: []*sql.Item{
			model.As(model.Call("min", model.Col("", sourceColumn)), "source"), model.As(model.Call("min", model.Col("", k.named)), "detail"),
			model.As(model.Call("min", model.Col("", "event_id")), "sample"),
		},
		From:    model.Model(k.again(), ""),
		Where:   model.Col("", summedColumn),
		GroupBy: []sql.Expr{model.Col("", k.id)},
		Having:  varies("value_unit"),
	})
	return &sql.Select{
		Items: finding(k, model.Col("", "source"), model.Text(ReasonUnits), model.Col("", "detail"), count(), model.Call("min", model.Col("", "sample"))),
		From:  &sql.Subquery{Query: inner, Alias: "mixed"}, GroupBy: []sql.Expr{model.Col("", "source"), model.Col("", "detail")},
	}
}
