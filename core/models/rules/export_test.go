package rules

import "slices"

// NotNull returns the columns of a table that may not be NULL.
func NotNull(name string) []string {
	for _, t := range tables() {
		if t.name == name {
			return append(slices.Clone(t.key), t.required...)
		}
	}
	return nil
}
