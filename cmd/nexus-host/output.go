package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// grid is a result with named columns, printed as the user asked. Values are
// nil, bool, int64, float64, json.Number, json.RawMessage or string.
type grid struct {
	columns []string
	rows    [][]any
}

// plural is a number with its noun.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (g *grid) add(row ...any) { g.rows = append(g.rows, row) }

// print writes the grid as an aligned table, an array of objects or CSV.
func (g *grid) print(w io.Writer, format string) error {
	switch format {
	case "json":
		return g.json(w)
	case "csv":
		return g.csv(w)
	default:
		return g.table(w)
	}
}

// maxCell is the widest a table cell gets; json and csv have no such bound.
const maxCell = 60

func (g *grid) table(w io.Writer) error {
	widths := make([]int, len(g.columns))
	right := make([]bool, len(g.columns))
	cells := make([][]string, len(g.rows))
	head := make([]string, len(g.columns)) // names may come from data, by a PIVOT
	for i, c := range g.columns {
		head[i] = printable(c)
		widths[i] = runewidth.StringWidth(head[i])
		right[i] = len(g.rows) > 0
	}
	for r, row := range g.rows {
		cells[r] = make([]string, len(row))
		for i, v := range row {
			s := printable(text(v))
			if runewidth.StringWidth(s) > maxCell {
				s = runewidth.Truncate(s, maxCell, "…")
			}
			cells[r][i] = s
			widths[i] = max(widths[i], runewidth.StringWidth(s))
			switch v.(type) {
			case nil, int64, float64, json.Number:
			default:
				right[i] = false
			}
		}
	}
	line := func(row []string) string {
		var b strings.Builder
		for i, s := range row {
			pad := strings.Repeat(" ", widths[i]-runewidth.StringWidth(s))
			if right[i] {
				s = pad + s
			} else {
				s += pad
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(s)
		}
		return strings.TrimRight(b.String(), " ") + "\n"
	}
	var b strings.Builder
	b.WriteString(line(head))
	rule := make([]string, len(widths))
	for i, n := range widths {
		rule[i] = strings.Repeat("─", n)
	}
	b.WriteString(line(rule))
	for _, row := range cells {
		b.WriteString(line(row))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (g *grid) json(w io.Writer) error {
	var b strings.Builder
	b.WriteByte('[')
	for r, row := range g.rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  {")
		for i, v := range row {
			if i > 0 {
				b.WriteString(", ")
			}
			key, err := marshal(g.columns[i])
			if err != nil {
				return err
			}
			value, err := marshal(v)
			if err != nil {
				return err
			}
			b.Write(key)
			b.WriteString(": ")
			b.Write(value)
		}
		b.WriteByte('}')
	}
	if len(g.rows) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// marshal is json.Marshal without the HTML escapes.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escaped([]byte(strings.TrimSuffix(b.String(), "\n"))), nil
}

// indented writes a value as JSON for people and machines alike.
func indented(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escaped([]byte(b.String())), nil
}

// csv writes every cell as it is, for a file or another program, a spreadsheet's formulas too; what a
// terminal shows is made visible as all else.
func (g *grid) csv(w io.Writer) error {
	if !terminal(w) {
		w = raw(w)
	}
	out := csv.NewWriter(w)
	if err := out.Write(g.columns); err != nil {
		return err
	}
	for _, row := range g.rows {
		record := make([]string, len(row))
		for i, v := range row {
			record[i] = text(v)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// text is a value as a person reads it; NULL is empty.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.RawMessage:
		return string(v)
	default:
		return fmt.Sprint(v)
	}
}
