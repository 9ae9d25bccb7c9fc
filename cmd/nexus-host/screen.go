package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// screen is standard output or standard error. Data, file names, arguments and plugins' words must
// not steer the terminal that shows them, now or when a log is read, so whatever is written here has its control
// characters shown instead of obeyed. The command's own colors and its progress line go to raw.
type screen struct {
	raw io.Writer

	mu   sync.Mutex
	rest []byte // the beginning of a character whose end is still to be written
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := append(s.rest, p...)
	end := len(text)
	for i := max(0, end-utf8.UTFMax+1); i < end; i++ {
		if utf8.RuneStart(text[i]) && !utf8.FullRune(text[i:]) {
			end = i
		}
	}
	if _, err := io.WriteString(s.raw, visible(string(text[:end]))); err != nil {
		return 0, err
	}
	s.rest = bytes.Clone(text[end:])
	return len(p), nil
}

// flush writes what is left of a character that never ended.
func (s *screen) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.raw, visible(string(s.rest))) // nothing is left to do where it fails
	s.rest = nil
}

// raw is what a screen writes to; another writer is its own.
func raw(w io.Writer) io.Writer {
	if s, ok := w.(*screen); ok {
		return s.raw
	}
	return w
}

// terminal reports whether w is one.
func terminal(w io.Writer) bool {
	f, ok := raw(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// color reports whether colors are wanted.
func color(w io.Writer) bool { return terminal(w) && os.Getenv("NO_COLOR") == "" }

// visible shows control characters by their pictures, and those that reorder text, by which a line can
// read otherwise than it is, as unknown ones. Tabs and line feeds stay, and so does all other text.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7f:
			return '\u2421'
		case steers(r):
			return utf8.RuneError
		}
		return r
	}, s)
}

// steers reports C1 controls, which terminals obey as they do ESC, and bidirectional controls.
func steers(r rune) bool {
	return r >= 0x7f && r < 0xa0 || r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// printable is visible text of one line.
func printable(s string) string {
	return visible(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s))
}

// escaped writes the characters that control a terminal as \u… in JSON, where the encoder leaves them: only strings can hold them.
func escaped(json []byte) []byte {
	if bytes.IndexFunc(json, steers) < 0 {
		return json
	}
	var b bytes.Buffer
	for _, r := range string(json) {
		if steers(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}
