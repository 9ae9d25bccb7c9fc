package sql

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// source is a text with its file name and the mistakes found in it so far.
type source struct {
	file  string
	text  string
	diags Diagnostics
}

// report adds a mistake unless the list is full or has one of the same place.
func (s *source) report(pos Pos, code Code, hint, format string, args ...any) {
	if len(s.diags) >= MaxDiagnostics {
		return
	}
	for _, d := range s.diags {
		if d.Pos == pos && d.Code == code {
			return
		}
	}
	s.diags = append(s.diags, &Diagnostic{
		File: s.file, Pos: pos, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...), Source: LineAt(s.text, pos.Offset),
	})
}

// LineAt returns the line of the text that holds the byte offset, without its
// line break, for a diagnostic's Source.
func LineAt(text string, offset int) string {
	offset = max(0, min(offset, len(text)))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	end := strings.IndexByte(text[start:], '\n')
	if end < 0 {
		end = len(text) - start
	}
	return strings.TrimRight(text[start:start+end], "\r")
}

// validate checks what holds for every character, comments included: UTF-8, no
// control characters but tab and line break, nothing that reorders or hides text.
func (s *source) validate() bool {
	before := len(s.diags)
	pos := Pos{Line: 1, Col: 1}
	for pos.Offset < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[pos.Offset:])
		switch {
		case r == utf8.RuneError && size == 1:
			s.report(pos, CodeSyntax, "save the file as UTF-8", "a byte that is not UTF-8")
			return false
		case r == '\r' && strings.HasPrefix(s.text[pos.Offset:], "\r\n"), r == '\n', r == '\t':
		case r == '\r':
			s.report(pos, CodeSyntax, "end lines with a line feed", "a carriage return without a line feed")
		case unicode.IsControl(r), isHidden(r):
			s.report(pos, CodeSyntax, "remove it", "a control or invisible character (U+%04X)", r)
		}
		pos.Offset += size
		pos.Col++
		if r == '\n' {
			pos.Line, pos.Col = pos.Line+1, 1
		}
	}
	return len(s.diags) == before
}

// isHidden reports characters that reorder text or break lines where an editor
// may not show it: bidirectional controls and separators.
func isHidden(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || r >= 0x2028 && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
