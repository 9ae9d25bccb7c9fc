package sql

import (
	"fmt"
	"strings"
)

// Code names a kind of mistake. Codes are stable: tools and tests may match them.
type Code string

const (
	CodeSyntax     Code = "SYNTAX"     // the text is not portable SQL
	CodeForbidden  Code = "FORBIDDEN"  // SQL that exists elsewhere, never here
	CodeUnresolved Code = "UNRESOLVED" // a name that stands for nothing
	CodeType       Code = "TYPE"
	CodeLayer      Code = "LAYER" // a relation of a layer that may not be read here
	CodeKind       Code = "KIND"  // columns that do not fit the fragment's kind
	CodeLimit      Code = "LIMIT"
	CodeConfig     Code = "CONFIG"
)

// Diagnostic is one mistake in a text that someone wrote.
type Diagnostic struct {
	File    string
	Pos     Pos
	Code    Code
	Message string // lower case, no full stop
	Hint    string // what to do; "" if nothing helps
	Source  string // the text's line, for the caret; "" if unknown
}

// Diagnostics is a capped list of mistakes; it is an error if it is not empty.
type Diagnostics []*Diagnostic

// MaxDiagnostics is how many mistakes a list holds; later ones are not kept.
const MaxDiagnostics = 50

// Error returns the diagnostic on one line.
func (d *Diagnostic) Error() string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(d.File)
		b.WriteByte(':')
	}
	if d.Pos.IsValid() {
		fmt.Fprintf(&b, "%d:%d: ", d.Pos.Line, d.Pos.Col)
	} else if d.File != "" {
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%s [%s]", d.Message, d.Code)
	return b.String()
}

// Err returns the list as an error, nil if it is empty.
func (ds Diagnostics) Err() error {
	if len(ds) == 0 {
		return nil
	}
	return ds
}

func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes errors.Is and errors.As see each diagnostic.
func (ds Diagnostics) Unwrap() []error {
	errs := make([]error, len(ds))
	for i, d := range ds {
		errs[i] = d
	}
	return errs
}
