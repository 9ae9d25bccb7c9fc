package state

import (
	"fmt"
	"slices"
	"sort"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// The ways in which the values of a state's keys are one value.
const (
	Latest = "latest"
	Sum    = "sum"
	Max    = "max"
	Min    = "min"
	Any    = "any"
	Rank   = "rank"
)

// rules says what is declared of each state, by canonical name.
type rules struct {
	names    []eventlog.StateName
	declared map[string]spec.State
}

// Rules returns what the project and, where it is silent, the plugins declare.
// Plugins that disagree about how a state is combined need a word of the project.
func newRules(s *spec.Spec, names []eventlog.StateName) (*rules, error) {
	r := &rules{names: names, declared: map[string]spec.State{}}
	byProject := map[string]bool{}
	for _, st := range s.States {
		n := eventlog.Canonical(st.Name)
		r.declared[n] = st
		byProject[n] = true
	}
	from := map[string]string{}
	for _, src := range s.Sources {
		for _, st := range src.States {
			n := eventlog.Canonical(st.Name)
			if byProject[n] {
				continue
			}
			have, ok := r.declared[n]
			if ok && (combine(have) != combine(st) || !slices.Equal(have.Rank, st.Rank) || have.Category != st.Category) {
				return nil, fmt.Errorf("state: the sources %s and %s declare %s differently: declare it in the project", from[n], src.Name, st.Name)
			}
			r.declared[n] = st
			from[n] = src.Name
		}
	}
	for n, st := range r.declared {
		if err := r.valid(n, st); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *rules) valid(name string, st spec.State) error {
	switch combine(st) {
	case Latest, Max, Min, Any:
		return nil
	case Sum:
		if r.category(name) != eventlog.Measurement {
			return fmt.Errorf("state: %s is combined by sum, so it must be a measurement", st.Name)
		}
		return nil
	case Rank:
		if r.category(name) != eventlog.Dimension {
			return fmt.Errorf("state: %s is combined by rank, so it must be a dimension", st.Name)
		}
		if len(st.Rank) == 0 {
			return fmt.Errorf("state: %s is combined by rank and lists no values", st.Name)
		}
		return nil
	}
	return fmt.Errorf("state: %s: combine is one of latest, sum, max, min, any, rank, not %q", st.Name, st.Combine)
}

func combine(st spec.State) string {
	if st.Combine == "" {
		return Latest
	}
	return st.Combine
}

func (r *rules) category(name string) string {
	for _, n := range r.names {
		if n.Name == name {
			return n.Category
		}
	}
	if r.declared[name].Category == eventlog.Measurement {
		return eventlog.Measurement
	}
	return eventlog.Dimension
}

// where returns the names of the states that are combined in one of these ways,
// of one category or, with "", of both.
func (r *rules) where(category string, ways ...string) []string {
	var out []string
	for n, st := range r.declared {
		if slices.Contains(ways, combine(st)) && (category == "" || r.category(n) == category) {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}

func (r *rules) measurements() []string {
	var out []string
	for _, n := range r.names {
		if n.Category == eventlog.Measurement {
			out = append(out, n.Name)
		}
	}
	return out
}

// macros are the questions that the models ask of a state's name.
func (r *rules) macros(derived []derived) builder.Macros {
	name, x := func() sql.Expr { return builder.Col("", "state_name") }, func() sql.Expr { return builder.Col("", "x") }
	is := func(names []string) builder.Macro {
		return builder.Macro{Params: []string{"state_name"}, Body: builder.InTexts(name(), names)}
	}
	pick := func(t sql.Type, names []string) builder.Macro {
		m := builder.Macro{Params: []string{"state_name", "x"}, Body: builder.Null(t)}
		if len(names) > 0 {
			m.Body = builder.Case(builder.Null(t), builder.When(builder.InTexts(name(), names), x()))
		}
		return m
	}
	measured := r.measurements()
	for _, d := range derived {
		if d.category == eventlog.Measurement {
			measured = append(measured, d.name)
		}
	}
	ranked := r.where(eventlog.Dimension, Rank)
	low := []sql.When{}
	if names := r.where(eventlog.Dimension, Min); len(names) > 0 {
		low = append(low, builder.When(builder.InTexts(name(), names), x()))
	}
	for _, n := range ranked {
		low = append(low, builder.When(builder.Eq(name(), builder.Text(n)), placed(x(), r.declared[n].Rank)))
	}
	fromLow := x()
	if len(ranked) > 0 {
		fromLow = builder.Case(x(), builder.When(builder.InTexts(name(), ranked), builder.Call("substring", x(), builder.Int(rankWidth+1))))
	}
	return builder.Macros{
		"is_measurement": is(r.measurements()),
		"is_any":         is(r.where(eventlog.Measurement, Any)),
		"is_sum":         is(r.where("", Sum)),
		"is_best":        is(r.where("", Max, Min, Any, Rank)),
		"is_combined":    is(r.where("", Sum, Max, Min, Any, Rank)),
		"low_text":       {Params: []string{"state_name", "x"}, Body: builder.Case(builder.Null(sql.Text), low...)},
		"from_low":       {Params: []string{"state_name", "x"}, Body: fromLow},
		"high_text":      pick(sql.Text, r.where(eventlog.Dimension, Max, Any)),
		"low_number":     pick(sql.Decimal, r.where(eventlog.Measurement, Min)),
		"high_number":    pick(sql.Decimal, r.where(eventlog.Measurement, Max, Any)),
		"category": {Params: []string{"state_name"}, Body: builder.Case(builder.Text(eventlog.Dimension),
			whenIn(name(), measured, builder.Text(eventlog.Measurement))...)},
	}
}

func whenIn(x sql.Expr, values []string, then sql.Expr) []sql.When {
	if len(values) == 0 {
		return nil
	}
	return []sql.When{builder.When(builder.InTexts(x, values), then)}
}

// rankWidth is how many digits a value's place in a ranking is written with.
const rankWidth = 4

// placed writes a value behind its place in a ranking, so that the least text is
// the value that comes first; values that are not ranked come after all that are.
func placed(x sql.Expr, ranking []string) sql.Expr {
	place := func(i int) sql.Expr { return builder.Text(fmt.Sprintf("%0*d", rankWidth, i)) }
	var whens []sql.When
	for i, v := range ranking {
		whens = append(whens, builder.When(builder.Eq(sql.CloneExpr(x), builder.Text(v)), place(i)))
	}
	return builder.Op(sql.OpConcat, builder.Case(place(len(ranking)), whens...), x)
}
