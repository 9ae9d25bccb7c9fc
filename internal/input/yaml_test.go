package input_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/input"
)

func TestCheckDepth(t *testing.T) {
	indented := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	const limit = 34
	for name, deep := range map[string]func(n int) string{
		"brackets":        func(n int) string { return strings.Repeat("[", n) },
		"closed brackets": func(n int) string { return "a: " + strings.Repeat("[", n) + strings.Repeat("]", n) },
		"braces":          func(n int) string { return strings.Repeat("{a: ", n) },
		"keys":            func(n int) string { return strings.Repeat("a: ", n) },
		"keys in braces":  func(n int) string { return "{" + strings.Repeat("a:\n ", n) },
		"dashes":          func(n int) string { return strings.Repeat("- ", n) },
		"question marks":  func(n int) string { return strings.Repeat("? ", n) },
		"tags":            func(n int) string { return strings.Repeat("!a ", n) },
		"tags in lines":   func(n int) string { return strings.Repeat("!a\n", n) },
		"anchors":         func(n int) string { return strings.Repeat("&a ", n) },
		"indented":        indented,
	} {
		var got *input.DepthError
		if err := input.CheckDepth(deep(100), limit); !errors.As(err, &got) || got.Line < 1 || got.Col < 1 {
			t.Errorf("%s, 100 deep: %v", name, err)
		}
		if err := input.CheckDepth(deep(10), limit); err != nil {
			t.Errorf("%s, 10 deep: %v", name, err)
		}
	}
	for name, flat := range map[string]string{
		"rows":                strings.Repeat("- {a: [1, 2], b: {c: d}}\n", 100),
		"rows in one list":    "[" + strings.Repeat("{a: [1, 2], b: {c: d}}, ", 100) + "]",
		"keys":                "a:\n" + strings.Repeat("  k: {files: x, preset: y}\n  l: [a]\n", 100),
		"brackets in texts":   "a: \"" + strings.Repeat("[", 100) + "\"\nb: '" + strings.Repeat("{", 100) + "'\n",
		"brackets in a block": "a: |\n" + strings.Repeat("  [{- ? !a\n", 100) + "b: 1\n",
		"comments":            "# " + strings.Repeat("[", 100) + "\na: 1\n",
		"anchored rows":       strings.Repeat("- &a {k: !t v}\n", 100),
		"documents":           strings.Repeat("---\n!t a\n", 100),
	} {
		if err := input.CheckDepth(flat, limit); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := input.CheckDepth(strings.Repeat("[", input.MaxYAML), limit); err == nil {
		t.Error("a file of brackets passes")
	}
}
