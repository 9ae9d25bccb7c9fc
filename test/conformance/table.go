package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Begin and End are around the table in docs/conformance.md.
const (
	Begin = "<!-- results: begin; made by go run ./test/conformance/table -->\n"
	End   = "<!-- results: end -->\n"
)

// ReadResults reads a folder of results.
func ReadResults(dir string) ([]Result, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	var list []Result
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("conformance: %w", err)
		}
		var r Result
		if err := json.Unmarshal(b, &r); err != nil {
			return nil, fmt.Errorf("conformance: %s: %w", file, err)
		}
		list = append(list, r)
	}
	return list, nil
}

// Table is the results as tables of Markdown, and below them the exceptions, by reason.
func Table(all []Result) string {
	var b strings.Builder
	var results, built []Result
	for _, r := range all {
		if r.Done == Built {
			built = append(built, r)
		} else {
			results = append(results, r)
		}
	}
	b.WriteString("| dialect | done | by | cases | not shared | exceptions |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range results {
		done, by := r.Done, strings.TrimSpace(r.Engine+" "+r.Version)
		if done == Shared {
			done = "executed (shared cases)"
			by = "on " + by
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d |\n", r.Dialect, done, by, r.Cases, r.notShared(), len(r.Exceptions))
	}
	b.WriteString("\n| dialect | on | what was built with the expected digests | tables | strategies |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range built {
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s |\n", r.Dialect, r.Engine, r.Project, r.Tables, strings.Join(r.Strategies, ", "))
	}
	for _, r := range results {
		if len(r.NotShared) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### Not shared: %s and %s\n\n", r.Dialect, r.Engine)
		for _, why := range slices.Sorted(maps.Keys(r.NotShared)) {
			fmt.Fprintf(&b, "- %s (%d)\n", why, r.NotShared[why])
		}
	}
	for _, r := range results {
		if len(r.Exceptions) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### Exceptions: %s on %s\n\n", r.Dialect, r.Engine)
		byReason := map[string][]string{}
		for id, reason := range r.Exceptions {
			byReason[reason] = append(byReason[reason], id)
		}
		for _, reason := range slices.Sorted(maps.Keys(byReason)) {
			ids := byReason[reason]
			slices.Sort(ids)
			fmt.Fprintf(&b, "- %s (%d):\n", reason, len(ids))
			for _, id := range ids {
				fmt.Fprintf(&b, "  - `` %s ``\n", id)
			}
		}
	}
	return b.String()
}

// Renew puts the table into the text of docs/conformance.md.
func Renew(text string, results []Result) (string, error) {
	return between(text, Begin, End, Table(results))
}

// between replaces what is between two lines.
func between(text, begin, end, table string) (string, error) {
	head, rest, ok := strings.Cut(text, begin)
	_, tail, ended := strings.Cut(rest, end)
	if !ok || !ended {
		return "", fmt.Errorf("conformance: no place between %q and %q", begin, end)
	}
	return head + begin + "\n" + table + "\n" + end + tail, nil
}
