package eventlog

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/phone"
	"github.com/nexus-host/nexus-host/core/spec"
)

// Spelled is the common table expression whose identifiers Normalized reads: distinct pairs of identifier_type
// and identifier_value.
const Spelled = "spelled"

// Normalized is a query of identifier_type, identifier_value and normalized_value: what
// the identifiers of Spelled are compared as in the project.
func Normalized(s *spec.Spec) (*sql.Query, error) {
	macros, err := IdentifierMacros(s)
	if err != nil {
		return nil, err
	}
	p := builder.Params{Lists: builder.Lists{}, Macros: macros}
	plan, main, err := plans(s.Resolution)
	if err != nil {
		return nil, err
	}
	apart := plan != nil && main.Code != plan.Code
	if p.Lists["trunk_dropped"], err = abroad(plan, p.Macros); err != nil {
		return nil, err
	}
	p.Lists["exits"], p.Lists["region"], p.Lists["no_region"] = nil, nil, builder.If(plan == nil)
	if plan != nil {
		p.Lists["exits"] = branches(plan.Exit, "[1-9]")
		p.Lists["region"] = builder.List{{
			"calling": builder.Text(plan.Calling), "rest": builder.Int(len(plan.Calling) + 1),
			"self": builder.Text("^00" + plan.Calling), "behind_self": builder.Int(len(plan.Calling) + 3),
			"longest": builder.Int(slices.Max(plan.Lengths)), "least": builder.Int(least(plan, main)), "apart": builder.If(apart),
		}}
		if err := planMacros(p.Macros, "plan", plan); err != nil {
			return nil, err
		}
		if err := planMacros(p.Macros, "main", main); err != nil {
			return nil, err
		}
	}
	return builder.Load(files, "normalized", p)
}

// shortest is how many digits a number without + or exit code has at the least: fewer do not tell one subscriber from another.
const shortest = 4

// least is how many digits a national number has at the least.
func least(plans ...*phone.Region) int {
	n := math.MaxInt
	for _, p := range plans {
		n = min(n, slices.Min(append(slices.Clone(p.Lengths), p.Local...)))
	}
	return max(n, shortest)
}

// plans are the numbering plan of the project's region and that which holds behind its calling code; nil for none.
func plans(r spec.Resolution) (plan, main *phone.Region, err error) {
	var found phone.Region
	var ok bool
	switch {
	case r.DefaultRegion != "":
		found, ok = phone.Find(r.DefaultRegion)
	case r.DefaultCallingCode != "":
		found, ok = phone.OfCalling(r.DefaultCallingCode)
	default:
		return nil, nil, nil
	}
	if !ok {
		return nil, nil, fmt.Errorf("union: there is no numbering plan of region %q or calling code %q", r.DefaultRegion, r.DefaultCallingCode)
	}
	of := found.Main()
	return &found, &of, nil
}

// planMacros adds the macros of sql/phone_macros.sql for a plan, under its name.
func planMacros(to builder.Macros, name string, r *phone.Region) error {
	x := []string{"x"}
	var numbers, lengths builder.List
	for _, n := range r.Numbers {
		numbers = append(numbers, builder.Element{"pattern": builder.Text("^(" + n + ")$")})
	}
	for _, n := range r.Lengths {
		lengths = append(lengths, builder.Element{"value": builder.Int(n)})
	}
	macros, err := builder.LoadMacros(files, "phone_macros",
		map[string][]string{name + "_has": x, name + "_strip": x, name + "_fits": x},
		builder.Params{
			Lists: builder.Lists{"numbers": numbers, "lengths": lengths, "trunk": branches(r.Trunk, "")},
			Elements: map[string]builder.Element{"plan": {
				"has": builder.Name(name + "_has"), "strip": builder.Name(name + "_strip"), "fits": builder.Name(name + "_fits"),
			}},
			Macros: builder.Values(map[string]sql.Expr{"longest": builder.Int(slices.Max(r.Lengths))}),
		})
	maps.Copy(to, macros)
	return err
}

// branches are what models know of the forms of a prefix; each is followed by a pattern.
func branches(list []phone.Branch, next string) builder.List {
	var out builder.List
	for _, b := range list {
		cut := b.As == "" && b.Keep == 0
		out = append(out, builder.Element{
			"pattern": builder.Text("^(" + b.Pattern + ")" + next), "prefix": builder.Text(b.As),
			"first": builder.Int(b.Drop + 1), "keep": builder.Int(b.Keep), "rest": builder.Int(b.Drop + b.Keep + b.Skip + 1),
			"cut": builder.If(cut), "moved": builder.If(!cut),
		})
	}
	return out
}

// abroad makes the rules for the trunk digit behind any calling code: the macro zero_kept, of numbers
// that begin with 0, is_one_digit and is_one_digit_abroad, of digits that are no subscriber's, and the list of codes that drop it. The project's own code has its plan's rules.
func abroad(plan *phone.Region, macros builder.Macros) (builder.List, error) {
	all, err := phone.All()
	if err != nil {
		return nil, err
	}
	var kept, codes []string
	dropped := map[int][]string{}
	for _, r := range all {
		if r.IsMain {
			codes = append(codes, r.Calling)
		}
		if r.Zero != "" {
			kept = append(kept, r.Calling+"("+r.Zero+")")
		}
		if r.Dropped != "" && (plan == nil || r.Calling != plan.Calling) {
			dropped[len(r.Calling)] = append(dropped[len(r.Calling)], r.Calling+r.Dropped)
		}
	}
	slices.Sort(kept)
	slices.Sort(codes)
	maps.Copy(macros, builder.Values(map[string]sql.Expr{"zero_kept": builder.Text("^(" + strings.Join(kept, "|") + ")$")}))
	const oneDigit = "(0*|1{4,}|2{4,}|3{4,}|4{4,}|5{4,}|6{4,}|7{4,}|8{4,}|9{4,})"
	digits, err := builder.LoadMacros(files, "phone_digits", map[string][]string{"is_one_digit": {"x"}, "is_one_digit_abroad": {"x"}}, builder.Params{
		Macros: builder.Values(map[string]sql.Expr{
			"one_digit": builder.Text("^" + oneDigit + "$"), "one_digit_abroad": builder.Text("^((" + strings.Join(codes, "|") + ")" + oneDigit + "|0*)$"),
		}),
	})
	if err != nil {
		return nil, err
	}
	maps.Copy(macros, digits)
	var list builder.List
	for _, length := range slices.Sorted(maps.Keys(dropped)) {
		slices.Sort(dropped[length])
		list = append(list, builder.Element{
			"pattern": builder.Text("^(" + strings.Join(dropped[length], "|") + ")[1-9]"),
			"length":  builder.Int(length), "rest": builder.Int(length + 2),
		})
	}
	return list, nil
}
