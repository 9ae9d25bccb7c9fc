package load

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// The reasons for which a row is rejected.
const (
	InvalidJSON     = "invalid_json"
	DuplicateKey    = "duplicate_key"
	InvalidUTF8     = "invalid_utf8"
	NULCharacter    = "nul_character"
	NotAnObject     = "not_an_object"
	TooLarge        = "record_too_large"
	TooDeep         = "record_too_deep"
	NumberRange     = "number_out_of_range"
	MissingRecord   = "missing_record"
	BadTimestamp    = "bad_timestamp"
	MalformedCSV    = "malformed_csv"
	CSVFieldCount   = "csv_field_count"
	CSVDelimiter    = "csv_delimiter"
	DamagedFile     = "damaged_file"
	StrayQuote      = "stray_quote" // of rows that are taken: see Table.Lenient
	maxExamples     = 5
	maxExampleBytes = 200
)

// rejection is a row that is not taken, and why.
type rejection struct {
	reason string
	detail string
}

func (r *rejection) Error() string { return r.reason + ": " + r.detail }

func reject(reason, format string, args ...any) *rejection {
	return &rejection{reason, fmt.Sprintf(format, args...)}
}

// Rejected counts the rows of one table that were not taken for one reason.
type Rejected struct {
	Source   string   `json:"source"`
	Table    string   `json:"table"`
	Reason   string   `json:"reason"`
	Rows     int64    `json:"rows"`
	Examples []string `json:"examples,omitempty"` // file:line: what was wrong, the first ones
}

// ledger collects rejections from several goroutines; its result does not depend on their order.
type ledger struct {
	mu       sync.Mutex
	byReason map[string]*entry
}

type entry struct {
	rows   int64
	places []place
}

type place struct {
	row  int64
	text string
}

func (l *ledger) add(row int64, file string, line int64, r *rejection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byReason == nil {
		l.byReason = map[string]*entry{}
	}
	e := l.byReason[r.reason]
	if e == nil {
		e = &entry{}
		l.byReason[r.reason] = e
	}
	e.rows++
	if len(e.places) == maxExamples && row > e.places[maxExamples-1].row {
		return
	}
	p := place{row, fmt.Sprintf("%s:%d: %s", file, line, clip(r.detail))}
	i, _ := slices.BinarySearchFunc(e.places, row, func(p place, row int64) int {
		if p.row <= row {
			return -1
		}
		return 1
	})
	e.places = slices.Insert(e.places, i, p)
	if len(e.places) > maxExamples {
		e.places = e.places[:maxExamples]
	}
}

func (l *ledger) list(t *Table) []Rejected {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Rejected, 0, len(l.byReason))
	for reason, e := range l.byReason {
		r := Rejected{Source: t.Source, Table: t.Name, Reason: reason, Rows: e.rows}
		for _, p := range e.places {
			r.Examples = append(r.Examples, p.text)
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Rejected) int { return strings.Compare(a.Reason, b.Reason) })
	return out
}

// clip makes a message short and printable; it may quote a row's own bytes.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if sql.IsInvisible(r) {
			return '\uFFFD'
		}
		return r
	}, s)
	if len(s) > maxExampleBytes {
		cut := maxExampleBytes
		for cut > 0 && s[cut]&0xC0 == 0x80 {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}
