package sql

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Format writes the diagnostics as a compiler does: the place and the message,
// the line with a caret, the hint.
func (ds Diagnostics) Format(w io.Writer, color bool) error {
	for _, d := range ds {
		if err := d.Format(w, color); err != nil {
			return err
		}
	}
	return nil
}

// Render returns what Format writes without colour.
func (d *Diagnostic) Render() string {
	var b strings.Builder
	_ = d.Format(&b, false) // a strings.Builder does not fail
	return b.String()
}

// Render returns what Format writes without colour.
func (ds Diagnostics) Render() string {
	var b strings.Builder
	_ = ds.Format(&b, false)
	return b.String()
}

// Format writes one diagnostic.
func (d *Diagnostic) Format(w io.Writer, color bool) error {
	paint := func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	place := visible(d.File)
	if d.Pos.IsValid() {
		if place != "" {
			place += ":"
		}
		place += fmt.Sprintf("%d:%d", d.Pos.Line, d.Pos.Col)
	}
	if place != "" {
		place = paint("1", place) + ": "
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s %s\n", place, visible(d.Message), paint("31", "["+string(d.Code)+"]"))
	if d.Pos.IsValid() && d.Source != "" {
		line, column := excerpt(d.Source, d.Pos.Col)
		number := fmt.Sprintf("%5d", d.Pos.Line)
		fmt.Fprintf(&b, "%s %s\n", paint("34", number+" |"), line)
		fmt.Fprintf(&b, "%s %s%s\n", paint("34", strings.Repeat(" ", len(number))+" |"), strings.Repeat(" ", column), paint("31", "^"))
	}
	if d.Hint != "" {
		fmt.Fprintf(&b, "      %s %s\n", paint("34", "="), visible(d.Hint))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// excerpt cuts a long line around the column and returns it with the caret's
// place in it. Tabs become single spaces so that the caret is in the right column.
func excerpt(line string, col int) (string, int) {
	const width = 120
	r := []rune(line)
	at := max(0, min(col-1, len(r)))
	start := 0
	if len(r) > width && at > width*3/4 {
		start = min(at-width/2, len(r)-width)
	}
	end := min(len(r), start+width)
	out := visible(string(r[start:end]))
	column := at - start
	if start > 0 {
		out, column = "…"+out, column+1
	}
	if end < len(r) {
		out += "…"
	}
	return out, column
}

// visible replaces what a terminal would act on, so that a hostile text can
// neither move the cursor nor reorder a line.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case IsInvisible(r):
			return '\uFFFD'
		}
		return r
	}, s)
}

// IsInvisible reports characters that a terminal obeys or does not show: controls, bidirectional controls, separators of
// lines, joiners and spaces of no width, tags. A text with them can read otherwise than it is.
func IsInvisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r) // Arabic number signs are seen
}
