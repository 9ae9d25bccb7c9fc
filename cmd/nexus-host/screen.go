package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// screen is standard output or standard error. Data, file names, arguments and plugins' words must
// not steer the terminal that shows them, now or when a log is read, so whatever is written here has its control
// characters shown instead of obeyed. The command's own colors and its progress line go to raw.
type screen struct {
	raw io.Writer

	mu   sync.Mutex
	rest []byte // the beginning of a character, or a joiner, whose sequel is still to be written
	last rune   // what was written before rest
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
	if bytes.HasSuffix(text[:end], []byte(string(joiner))) {
		end -= utf8.RuneLen(joiner)
	}
	if err := s.show(text[:end]); err != nil {
		return 0, err
	}
	s.rest = bytes.Clone(text[end:])
	return len(p), nil
}

func (s *screen) show(text []byte) error {
	_, err := io.WriteString(s.raw, visibleAfter(s.last, string(text)))
	if last, size := utf8.DecodeLastRune(text); size > 0 {
		s.last = last
	}
	return err
}

// flush writes what is left of a character that never ended.
func (s *screen) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.show(s.rest) // nothing is left to do where it fails
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

// visible shows control characters by their pictures and the other invisible ones as unknown ones. Tabs, line
// feeds and the joiners within an emoji stay, and so does all other text.
func visible(s string) string { return visibleAfter(0, s) }

// visibleAfter is visible of a text that follows a character.
func visibleAfter(last rune, s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		case r == joiner && joins(last, s[i+utf8.RuneLen(joiner):]):
			b.WriteRune(r)
		case sql.IsInvisible(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// joiner makes one emoji of two.
const joiner = '\u200d'

// joins reports whether a joiner is between two emoji, the first with its color or variant.
func joins(last rune, next string) bool {
	r, _ := utf8.DecodeRuneInString(next)
	variant := last == 0xfe0f || last >= 0x1f3fb && last <= 0x1f3ff
	return (variant || unicode.Is(unicode.So, last)) && r != utf8.RuneError && unicode.Is(unicode.So, r)
}

// printable is visible text of one line.
func printable(s string) string {
	return visible(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s))
}

// escaped writes the characters that are invisible as \u… in JSON, where the encoder leaves them: only strings can hold them.
func escaped(json []byte) []byte {
	special := func(r rune) bool { return r >= 0x7f && sql.IsInvisible(r) }
	if bytes.IndexFunc(json, special) < 0 {
		return json
	}
	var b bytes.Buffer
	for _, r := range string(json) {
		if !special(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.Bytes()
}
