package rules

// NotNull returns the columns of a table that may not be NULL.
func NotNull(name string) []string {
	for _, t := range tables() {
		if t.Name == name {
			return t.required()
		}
	}
	return nil
}
