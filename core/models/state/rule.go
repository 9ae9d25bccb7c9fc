package state

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// The ways in which the values of a state's keys are one value.
const (
	Latest = spec.CombineLatest
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
			declared := "the project"
			if from[n] != "" {
				declared = "the plugin of source " + from[n]
			}
			return nil, fmt.Errorf("state: %w; %s declares it, and states: {%s: …} in nexus.yaml overrides a plugin", err, declared, st.Name)
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
			return fmt.Errorf("%s is combined by sum, so it must be a measurement", st.Name)
		}
		return nil
	case Rank:
		if r.category(name) != eventlog.Dimension {
			return fmt.Errorf("%s is combined by rank, so it must be a dimension", st.Name)
		}
		if len(st.Rank) == 0 {
			return fmt.Errorf("%s is combined by rank and lists no values", st.Name)
		}
		return nil
	}
	return fmt.Errorf("%s: combine is one of %s, not %q", st.Name, strings.Join(contract.Combinations(), ", "), st.Combine)
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

// united are the measurements whose values have a unit: those of any are 1 and 0.
func (r *rules) united() []string {
	flags := r.where(eventlog.Measurement, Any)
	return slices.DeleteFunc(r.measurements(), func(n string) bool { return slices.Contains(flags, n) })
}

// moneys are the measurements that are declared to be amounts of money.
func (r *rules) moneys() []string {
	return slices.DeleteFunc(r.united(), func(n string) bool { return r.declared[n].Unit != spec.MoneyUnit })
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

// macros are those of sql/macros.sql, with the states' names in them, besides outer ones.
func (r *rules) macros(derived []derived, outer builder.Macros) (builder.Macros, error) {
	measured := r.measurements()
	for _, d := range derived {
		if d.category == eventlog.Measurement {
			measured = append(measured, d.name)
		}
	}
	x := []string{"state_name", "x"}
	params := map[string][]string{
		"low_text": x, "from_low": x, "high_text": x, "low_number": x, "high_number": x,
	}
	params["is_no_number"] = []string{"number", "given"}
	for _, name := range []string{"is_measurement", "is_any", "has_unit", "is_money", "is_sum", "is_best", "is_combined", "category"} {
		params[name] = []string{"state_name"}
	}
	list := func(category string, ways ...string) builder.List {
		return builder.Names(r.where(category, ways...)...)
	}
	all, err := builder.LoadMacros(files, "macros", params, builder.Params{
		Lists: builder.Lists{
			"measurements": builder.Names(r.measurements()...), "measured": builder.Names(measured...), "any_measurements": list(eventlog.Measurement, Any), "units": builder.Names(r.united()...), "moneys": builder.Names(r.moneys()...),
			"sums": list("", Sum), "bests": list("", Max, Min, Any, Rank), "combined": list("", Sum, Max, Min, Any, Rank),
			"least_texts": list(eventlog.Dimension, Min), "greatest_texts": list(eventlog.Dimension, Max, Any), "rankings": r.rankings(),
			"least_numbers": list(eventlog.Measurement, Min), "greatest_numbers": list(eventlog.Measurement, Max, Any),
		},
		Macros: builder.Values(map[string]sql.Expr{"behind_place": builder.Int(rankWidth + 1)}),
	})
	if err != nil {
		return nil, err
	}
	maps.Copy(all, outer)
	return all, nil
}

// rankWidth is how many digits a value's place in a ranking is written with.
const rankWidth = 4

// rankings are the ranked states, with their values' places.
func (r *rules) rankings() builder.List {
	place := func(i int) sql.Expr { return builder.Text(fmt.Sprintf("%0*d", rankWidth, i)) }
	var list builder.List
	for _, n := range r.where(eventlog.Dimension, Rank) {
		var values builder.List
		for i, v := range r.declared[n].Rank {
			values = append(values, builder.Element{"value": builder.Text(v), "place": place(i)})
		}
		list = append(list, builder.Element{"name": builder.Text(n), "values": values, "last_place": place(len(values))})
	}
	return list
}
