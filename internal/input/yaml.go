package input

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// MaxYAML is the size of the largest YAML file that is read.
const MaxYAML = 1 << 20

// TrimBOM takes the byte order mark off a text that some editors begin a UTF-8 file with.
func TrimBOM(text string) string { return strings.TrimPrefix(text, "\ufeff") }

// IsText reports whether a file's content is text in UTF-8. YAML has no NUL; in UTF-16 and in binary files they abound.
func IsText(content string) bool {
	return utf8.ValidString(content) && !strings.Contains(content, "\x00")
}

// DepthError says where a YAML text is nested too deep.
type DepthError struct{ Line, Col, Limit int }

func (e *DepthError) Error() string { return fmt.Sprintf("nested more than %d deep", e.Limit) }

// CheckDepth refuses a YAML text that is nested deeper than a limit. The parser takes time and memory that grow
// with the square of the depth (50,000 brackets took 5 GB), so the depth is measured on the tokens, before it.
func CheckDepth(text string, limit int) error {
	var d depth
	var s scanner.Scanner
	s.Init(text)
	for {
		tokens, err := s.Scan()
		if err != nil { // the end; mistakes are tokens
			return nil
		}
		for _, t := range tokens {
			if d.next(t); d.total() > limit {
				return &DepthError{Line: t.Position.Line, Col: t.Position.Column, Limit: limit}
			}
		}
	}
}

// depth follows how deep a token is nested. It never counts more levels than there are.
type depth struct {
	block []int // the columns at which the open block collections began
	flow  int   // open brackets and braces
	chain int   // keys within keys of a flow collection, tags upon tags, anchors upon anchors
	last  *token.Token
}

func (d *depth) total() int { return len(d.block) + d.flow + d.chain }

func (d *depth) next(t *token.Token) {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		d.flow++
		d.chain = 0
	case token.SequenceEndType, token.MappingEndType:
		d.flow = max(0, d.flow-1)
		d.chain = 0
	case token.CollectEntryType, token.DocumentHeaderType:
		d.chain = 0
	case token.TagType, token.AnchorType:
		d.chain++
	case token.SequenceEntryType, token.MappingKeyType:
		d.open(t)
	case token.MappingValueType:
		if d.last != nil {
			d.open(d.last) // its key
		}
	}
	d.last = t
}

// open notes that a collection begins, or continues, where t is.
func (d *depth) open(t *token.Token) {
	if d.flow > 0 {
		d.chain++
		return
	}
	d.chain = 0
	for len(d.block) > 0 && d.block[len(d.block)-1] >= t.Position.Column {
		d.block = d.block[:len(d.block)-1]
	}
	d.block = append(d.block, t.Position.Column)
}
