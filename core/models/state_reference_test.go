package models_test

import (
	"fmt"
	"sort"
	"strconv"
	"time"
)

// The reference: states as the contract defines them, by looping over every
// instant and asking what is in force. Slow, and nothing clever in it.

type change struct {
	entity, state, key, value, unit string // "" is NULL for key, value and unit
	at, ingested                    int    // days
	source, event                   string
}

// later reports whether a comes after b in the total order of one instant.
func later(a, b change) bool {
	switch {
	case a.ingested != b.ingested:
		return a.ingested > b.ingested
	case a.source != b.source:
		return a.source > b.source
	case a.event != b.event:
		return a.event > b.event
	case a.key != b.key:
		return a.key > b.key
	}
	if a.value != b.value {
		return a.value > b.value
	}
	return a.unit > b.unit
}

type declaredState struct {
	category, combine string
	rank              []string
}

type interval struct {
	state, value, unit, trigger, source string
	from, to                            int // to -1: lasts
}

const lasts = -1

func instants(changes []change) []int {
	seen := map[int]bool{}
	var out []int
	for _, c := range changes {
		if !seen[c.at] {
			seen[c.at] = true
			out = append(out, c.at)
		}
	}
	sort.Ints(out)
	return out
}

// inForce is the value of one state of one entity at an instant, and its unit.
func inForce(changes []change, d declaredState, at int) (value, unit string) {
	byKey := map[string]change{}
	var last *change
	for i, c := range changes {
		if c.at > at {
			continue
		}
		if have, ok := byKey[c.key]; !ok || c.at > have.at || c.at == have.at && later(c, have) {
			byKey[c.key] = c
		}
		if last == nil || c.at > last.at || c.at == last.at && later(c, *last) {
			last = &changes[i]
		}
	}
	if d.combine == "latest" {
		if last == nil || last.value == "" {
			return "", ""
		}
		return last.value, unitOf(*last, d)
	}
	var values []string
	units := map[string]bool{}
	for _, c := range byKey {
		if c.value == "" {
			continue
		}
		values = append(values, c.value)
		if c.value != "0" {
			units[c.unit] = true
		}
	}
	if len(values) == 0 {
		return "", ""
	}
	switch {
	case d.category == "dimension":
		return combinedText(values, d), ""
	case d.combine == "any":
		return combinedNumber(values, d.combine), ""
	case len(units) > 1:
		return "", ""
	}
	unit = unitOf(*last, d)
	for unit = range units {
	}
	return combinedNumber(values, d.combine), unit
}

// unitOf is the unit of a change's value; what is no amount has none.
func unitOf(c change, d declaredState) string {
	if d.category == "dimension" || c.value == "" {
		return ""
	}
	return c.unit
}

func combinedText(values []string, d declaredState) string {
	place := func(v string) int {
		for i, r := range d.rank {
			if r == v {
				return i
			}
		}
		return len(d.rank)
	}
	best := values[0]
	for _, v := range values[1:] {
		switch d.combine {
		case "max", "any":
			if v > best {
				best = v
			}
		case "min":
			if v < best {
				best = v
			}
		case "rank":
			if place(v) < place(best) || place(v) == place(best) && v < best {
				best = v
			}
		}
	}
	return best
}

func combinedNumber(values []string, combine string) string {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	total := number(values[0])
	if combine == "any" {
		total = 0
		for _, v := range values {
			if number(v) != 0 {
				total = 1
			}
		}
		return strconv.Itoa(total)
	}
	for _, v := range values[1:] {
		switch combine {
		case "sum":
			total += number(v)
		case "max":
			total = max(total, number(v))
		case "min":
			total = min(total, number(v))
		}
	}
	return strconv.Itoa(total)
}

// intervals are the equal stretches of a state of one entity.
func intervals(changes []change, state string, value func(at int) (value, unit string)) []interval {
	var out []interval
	before, unit := "", ""
	for _, at := range instants(changes) {
		v, u := value(at)
		if v == before && u == unit {
			continue
		}
		if before != "" {
			out[len(out)-1].to = at
		}
		if v != "" {
			var trigger change
			for _, c := range changes {
				if c.at == at && (trigger.event == "" || later(c, trigger)) {
					trigger = c
				}
			}
			out = append(out, interval{state, v, u, trigger.event, trigger.source, at, lasts})
		}
		before, unit = v, u
	}
	return out
}

// stateRow is one row of the wide table: values by state.
type stateRow struct {
	from, to int
	values   map[string]string
	units    map[string]string
}

// wide is a row for each instant at which some state changes.
func wide(states map[string][]interval) []stateRow {
	moments := map[int]bool{}
	for _, list := range states {
		for _, iv := range list {
			moments[iv.from] = true
			if iv.to != lasts {
				moments[iv.to] = true
			}
		}
	}
	var at []int
	for m := range moments {
		at = append(at, m)
	}
	sort.Ints(at)
	var out []stateRow
	for i, m := range at {
		r := stateRow{from: m, to: lasts, values: map[string]string{}, units: map[string]string{}}
		if i+1 < len(at) {
			r.to = at[i+1]
		}
		for state, list := range states {
			for _, iv := range list {
				if iv.from <= m && (iv.to == lasts || m < iv.to) {
					r.values[state], r.units[state] = iv.value, iv.unit
				}
			}
		}
		out = append(out, r)
	}
	return out
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func stateDay(n int) time.Time { return epoch.AddDate(0, 0, n) }

// shown prints an optional moment or value as the tests compare them.
func shown(at int) string {
	if at == lasts {
		return "-"
	}
	return stateDay(at).Format("01-02")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func delta(now, before string) string {
	a, _ := strconv.Atoi(now)
	b, _ := strconv.Atoi(before)
	return fmt.Sprint(a - b)
}
