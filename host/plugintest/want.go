package plugintest

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// WantRows compares rows with a table of text, as Source.Want does.
func WantRows(t testing.TB, what string, rows []Row, table string) {
	t.Helper()
	lines := tableOf(t, what, table)
	columns, want := lines[0], lines[1:]
	var got [][]string
	for _, r := range rows {
		cells := make([]string, len(columns))
		for i, c := range columns {
			if _, ok := r[c]; !ok {
				t.Fatalf("%s: no column %s", what, c)
			}
			cells[i] = strings.TrimSpace(r.Text(c))
		}
		got = append(got, cells)
	}
	slices.SortFunc(want, slices.Compare)
	slices.SortFunc(got, slices.Compare)
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("%s: got\n%swant\n%s", what, layout(columns, got), layout(columns, want))
	}
}

// tableOf reads a table of text: a line of columns, then one a row.
func tableOf(t testing.TB, what, table string) [][]string {
	t.Helper()
	var lines [][]string
	for line := range strings.Lines(table) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		lines = append(lines, cells)
		if len(cells) != len(lines[0]) {
			t.Fatalf("%s: row %d of the table has %d cells, not %d", what, len(lines)-1, len(cells), len(lines[0]))
		}
	}
	if len(lines) == 0 {
		t.Fatalf("%s: the table has no line of columns", what)
	}
	return lines
}

// Layout writes rows as a table that Want takes: for looking, and for writing a test.
func Layout(rows []Row, columns ...string) string {
	var cells [][]string
	for _, r := range rows {
		line := make([]string, len(columns))
		for i, c := range columns {
			line[i] = r.Text(c)
		}
		cells = append(cells, line)
	}
	return layout(columns, cells)
}

func layout(columns []string, rows [][]string) string {
	width := make([]int, len(columns))
	for _, r := range append([][]string{columns}, rows...) {
		for i, c := range r {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for _, r := range append([][]string{columns}, rows...) {
		b.WriteByte('\t')
		for i, c := range r {
			if i > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(c)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// WantSame holds the rows of every fragment on another engine against those here.
func (s *Source) WantSame(other *Source) {
	s.t.Helper()
	for _, name := range s.Names() {
		var columns []string
		for _, c := range s.fragment(name).Columns {
			if c.Type != sql.JSON { // engines print documents in their own ways
				columns = append(columns, c.Name)
			}
		}
		here, there := cellsOf(s.Rows(name), columns), cellsOf(other.Rows(name), columns)
		if !slices.EqualFunc(here, there, slices.Equal[[]string]) {
			s.t.Errorf("%s: here\n%sthere\n%s", name, layout(columns, here), layout(columns, there))
		}
	}
}

func cellsOf(rows []Row, columns []string) [][]string {
	cells := make([][]string, len(rows))
	for i, r := range rows {
		for _, c := range columns {
			cells[i] = append(cells[i], r.Text(c))
		}
	}
	slices.SortFunc(cells, slices.Compare)
	return cells
}
