package check_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nexus-host/nexus-host/core/lang/check"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern string
		exact   bool
		want    string // "" if it is taken
	}{
		{"^[a-z]+$", true, ""},
		{"[.]", true, ""},
		{"a{2,5}b{3}c{0,}", true, ""},
		{"^(re|fwd|aw): ", true, ""},
		{"^(re|fw|fwd): ", false, ""},
		{"^(re|fw|fwd): ", true, "alternatives that begin with the same character"},
		{"(^|,)x", true, "an alternative that may match nothing"},
		{"(^|,)x", false, ""},
		{"([a-f]|[d-z])x", true, "alternatives that begin with the same character"},
		{"([^a]|b)x", true, "alternatives that begin with the same character"},
		{"(.|\n)x", true, ""},
		{"(a+)+$", false, "a quantifier on a group that holds an unbounded one"},
		{"(a*)?", false, "a quantifier on a group that holds an unbounded one"},
		{"(ab)+", false, ""},
		{"(a{2,})*", false, "a quantifier on a group that holds an unbounded one"},
		{"a*(ab)?", true, "a part of several lengths after one that may match its beginning"},
		{"[^/]+(/x)?", true, ""},
		{"a?(ab)?", true, "a part of several lengths after one that may match its beginning"},
		{"a*a(ab)*", true, "a part of several lengths after one that may match its beginning"},
		{"a*(abb|b)", true, "a part of several lengths after one that may match its beginning"},
		{"(ab?|bcd)*", true, "a repeated part of several lengths that may go on where it may begin again"},
		{"(ab?|bcd)*", false, ""},
		{"([0-9]{1,3}[.]){3}[0-9]{1,3}", true, ""},
		{".*@(ab)?", true, ""}, {"^(.+)@(.+)$", true, ""},
		{`\d+`, false, "a backslash"},
		{"a+?", false, "a lazy, possessive or doubled quantifier"},
		{"a++", false, "a lazy, possessive or doubled quantifier"},
		{"(?i)a", false, "a group of the form (?…)"},
		{"(?=a)", false, "a group of the form (?…)"},
		{"[[:alpha:]]", false, "[ inside of brackets"},
		{"[a&&b]", false, "&& inside of brackets"},
		{"[]a]", false, "an empty []"},
		{"[z-a]", false, "the range z-a"},
		{"[a-c-e]", false, "a - between characters"},
		{"[-a]", true, ""}, {"[a-]", true, ""}, {"[^-a]", true, ""},
		{"a{1001}", false, "more than 200"},
		{"((a{200}){200}){200}", false, "more than 1000 characters"},
		{"a{2,1}", false, "a { that begins no repetition"},
		{"{", false, "a bare {"}, {"}", false, "a bare }"}, {"]", false, "a bare ]"},
		{"*a", false, "the quantifier * after nothing"},
		{"^*", false, "a quantifier on ^ or $"},
		{"(", false, "an empty part"}, {"(a", false, "an unmatched ("}, {"a)", false, "an unmatched )"},
		{"[a", false, "an unmatched ["},
		{"", false, "an empty part"}, {"()", false, "an empty part"}, {"a||b", false, "an empty part"},
		{strings.Repeat("a", 1001), false, "more than 1000 characters"},
		{strings.Repeat("(", 30) + "a" + strings.Repeat(")", 30), false, "nested deeper than 20 levels"},
	} {
		err := check.Pattern(tt.pattern, tt.exact)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%q: %v", tt.pattern, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: got %v, want %q in it", tt.pattern, err, tt.want)
		}
	}
}

// TestPatternAgrees draws patterns of the exact subset and holds that a
// leftmost-first engine and a leftmost-longest one match the same stretches and groups.
func TestPatternAgrees(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"a", "b", "[ab]", "[^a]", ".", "(ab)", "(a|b)", "(a|bc)", "(b[ac])", "c", "(c|ab)", "(ca?)"})
	quantifier := rapid.SampledFrom([]string{"", "", "", "*", "+", "?", "{1,2}"})
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 5).Draw(t, "pieces") {
			b.WriteString(piece.Draw(t, "piece") + quantifier.Draw(t, "quantifier"))
		}
		pattern := b.String()
		if check.Pattern(pattern, true) != nil {
			t.Skip("not of the subset")
		}
		first, longest := regexp.MustCompile(pattern), regexp.MustCompile(pattern)
		longest.Longest()
		for range 20 {
			text := rapid.StringMatching("[abc]{0,8}").Draw(t, "text")
			if f, l := first.FindStringIndex(text), longest.FindStringIndex(text); (f == nil) != (l == nil) || f != nil && (f[0] != l[0] || f[1] != l[1]) {
				t.Fatalf("%q on %q: first %v, longest %v", pattern, text, f, l)
			}
		}
	})
}
