package vocab

// Rendering holds a function's templates by dialect name; a dialect without
// one falls back to the dialect that it is based on, then to "".
// A variant of a dialect's template (by unit, or by the type of argument 0)
// stands under "dialect:variant".
type Rendering map[string]string
