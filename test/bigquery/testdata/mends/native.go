package internal

import (
	"strconv"
	"strings"

	googlesql "github.com/goccy/go-googlesql"
)

// native are the operators that SQLite has itself, and what arguments they need for it: of "one" type, of
// which equal values have one encoding; whole "numbers"; or any.
var native = map[string]struct{ operator, needs string }{
	"googlesqlite_equal":                {"=", "one"},
	"googlesqlite_not_equal":            {"<>", "one"},
	"googlesqlite_is_not_distinct_from": {"IS", "one"},
	"googlesqlite_less":                 {"<", "numbers"},
	"googlesqlite_less_or_equal":        {"<=", "numbers"},
	"googlesqlite_greater":              {">", "numbers"},
	"googlesqlite_greater_or_equal":     {">=", "numbers"},
	"googlesqlite_and":                  {"AND", ""},
	"googlesqlite_or":                   {"OR", ""},
}

// nativeCall is a call in SQLite's own words. By these it can look rows up; of a function that it does not
// know it has to ask for every two rows.
func nativeCall(node *googlesql.ResolvedFunctionCall, name string, args []string) (string, bool) {
	switch name {
	case "googlesqlite_not":
		return "(NOT " + args[0] + ")", true
	case "googlesqlite_is_null":
		return "(" + args[0] + " IS NULL)", true
	case "googlesqlite_coalesce":
		return "COALESCE(" + strings.Join(args, ",") + ")", len(args) > 1
	case "googlesqlite_in":
		return "(" + args[0] + " IN (" + strings.Join(args[1:], ",") + "))", typed(node, "one")
	case "googlesqlite_mod", "googlesqlite_div": // by a number that cannot fail
		operator := map[string]string{"googlesqlite_mod": " % ", "googlesqlite_div": " / "}[name]
		by, err := strconv.ParseInt(args[1], 10, 64)
		return "(" + args[0] + operator + args[1] + ")", err == nil && by > 0 && typed(node, "numbers")
	}
	o, ok := native[name]
	if !ok || len(args) < 2 || !typed(node, o.needs) {
		return "", false
	}
	return "(" + strings.Join(args, " "+o.operator+" ") + ")", true
}

// typed says whether the arguments are what an operator needs.
func typed(node *googlesql.ResolvedFunctionCall, needs string) bool {
	var first googlesql.TypeKind
	for i, a := range m1(node.ArgumentList()) {
		if needs == "" {
			break
		}
		t, err := a.Type()
		if err != nil || t == nil {
			return false
		}
		kind, err := t.Kind()
		if err != nil {
			return false
		}
		if i == 0 {
			first = kind
		}
		number := kind == googlesql.TypeKindTypeInt64
		other := kind == googlesql.TypeKindTypeString || kind == googlesql.TypeKindTypeBool
		if kind != first || !number && (needs != "one" || !other) {
			return false
		}
	}
	return true
}

// isNumeric says whether a call's result is a NUMERIC.
func isNumeric(node *ResolvedBaseFunctionCallNode) bool {
	t, err := node.Type()
	if err != nil || t == nil {
		return false
	}
	kind, err := t.Kind()
	return err == nil && kind == googlesql.TypeKindTypeNumeric
}
