package run

// Step is one step of the plan.
type Step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Rows    int64   `json:"rows"`             // of the last relation it made; 0 for views
	Rounds  int     `json:"rounds,omitempty"` // of its loops
}

// Check is one rule of the contract and what it found.
type Check struct {
	Name    string   `json:"name"`
	Table   string   `json:"table"`
	Rule    string   `json:"rule"`
	Count   int64    `json:"count"` // rows that break it
	Samples []string `json:"samples,omitempty"`
	Error   string   `json:"error,omitempty"` // the check could not run
}

// OK reports whether the rule holds.
func (c Check) OK() bool { return c.Count == 0 && c.Error == "" }

// Table is one table's size and order-independent fingerprint.
type Table struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Digest string `json:"digest,omitempty"` // "": it was not asked for
}
