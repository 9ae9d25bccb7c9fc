package sql

import (
	"slices"
	"strings"
)

// Nearest returns the candidate that a misspelt name most likely means, "" if
// none is close.
func Nearest(name string, candidates []string) string {
	if len(name) > MaxIdentifier {
		return ""
	}
	best, least := "", max(2, len(name)/3+1)
	sorted := slices.Clone(candidates)
	slices.Sort(sorted)
	for _, c := range sorted {
		d := distance(name, c)
		// A name that was not written to its end is likelier than one with another letter.
		if d < least || d == 1 && best == "" || d == least && best != "" && strings.HasPrefix(c, name) {
			best, least = c, d
		}
	}
	return best
}

// DidYouMean is a diagnostic's hint that names the nearest candidate, "" if none is close.
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

// distance counts the single-byte edits between two short names, swaps of
// neighbours included.
func distance(a, b string) int {
	if len(a) > MaxIdentifier || len(b) > MaxIdentifier {
		return MaxIdentifier
	}
	var before, prev, row [MaxIdentifier + 2]int
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev = prev, row
	}
	return prev[len(b)]
}
