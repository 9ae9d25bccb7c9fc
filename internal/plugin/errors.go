package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Code says what kind of failure an Error is; `errors.Is(err, plugin.CodeTimeout)` holds for it. Codes are stable.
type Code string

const (
	CodeModule   Code = "MODULE"   // the binary's structure or size
	CodeImport   Code = "IMPORT"   // an import that is not granted
	CodeABI      Code = "ABI"      // exports missing or of another signature, another ABI version
	CodeTimeout  Code = "TIMEOUT"  // the host's deadline passed
	CodeCanceled Code = "CANCELED" // the caller's context ended, or the plugin was closed
	CodeMemory   Code = "MEMORY"   // more memory than granted
	CodeTrap     Code = "TRAP"     // the module crashed
	CodeExit     Code = "EXIT"     // the module ended its process
	CodeOutput   Code = "OUTPUT"   // no answer, or one too large
	CodeManifest Code = "MANIFEST" // an answer that does not say what it must
	CodeLimit    Code = "LIMIT"    // an answer of too many or too long parts
	CodeNondet   Code = "NONDET"   // two runs, two answers
	CodePlugin   Code = "PLUGIN"   // the plugin's own error
	CodeConfig   Code = "CONFIG"   // a configuration that the plugin's schema refuses
	CodeLock     Code = "LOCK"     // another module than nexus.lock names
	CodeBuild    Code = "BUILD"    // building from source failed
)

// Error makes a Code a target of errors.Is.
func (c Code) Error() string { return string(c) }

// Phase is what the host was doing.
type Phase string

const (
	PhaseScan      Phase = "scan"
	PhaseCompile   Phase = "compile"
	PhaseStart     Phase = "start" // instantiation and _initialize
	PhaseDescribe  Phase = "describe"
	PhaseFragments Phase = "fragments"
	PhaseConfig    Phase = "config"
	PhaseLock      Phase = "lock"
	PhaseBuild     Phase = "build"
)

// Error is a plugin's failure.
type Error struct {
	Code   Code
	Plugin string // as the project names it
	Phase  Phase
	Limit  string // the limit that was passed, such as "16 MiB of module"; "" if none
	Detail string // one line; what the plugin wrote in it is escaped and cut
	Err    error  // the cause; may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "plugin %s: %s: ", clean(e.Plugin, 80), e.Phase)
	b.WriteString(e.Detail)
	if e.Limit != "" {
		fmt.Fprintf(&b, " (limit: %s)", e.Limit)
	}
	fmt.Fprintf(&b, " [%s]", e.Code)
	return b.String()
}

// Unwrap returns the cause, so that a timeout is context.DeadlineExceeded too.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the error's Code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// fail is an Error under construction: scanners and decoders know neither plugin nor phase.
func fail(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: clean(fmt.Sprintf(format, args...), maxErrorText)}
}

// over is a failure of a limit.
func over(code Code, limit, format string, args ...any) *Error {
	e := fail(code, format, args...)
	e.Limit = limit
	return e
}

// at names the plugin and the phase of an error that does not have them yet.
func at(err error, plugin string, phase Phase) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: CodeTrap, Detail: clean(err.Error(), maxErrorText), Err: err}
	}
	if e.Plugin == "" {
		e.Plugin = plugin
	}
	if e.Phase == "" {
		e.Phase = phase
	}
	return e
}

// ended is the failure of a context: the host's own deadline or the caller's wish.
func ended(parent context.Context, limit string) *Error {
	if err := parent.Err(); err != nil {
		return &Error{Code: CodeCanceled, Detail: "the caller ended it: " + err.Error(), Err: err}
	}
	return &Error{Code: CodeTimeout, Limit: limit, Detail: "took too long", Err: context.DeadlineExceeded}
}

// maxErrorText is how much of a plugin's own text an error or a log line shows.
const maxErrorText = 4 << 10

// clean makes text of strangers fit for one line of a log or a terminal: control,
// format and invalid characters are escaped, what is too long is cut.
func clean(text string, most int) string {
	var b strings.Builder
	for i, r := range text {
		if b.Len() >= most {
			fmt.Fprintf(&b, "… (%d bytes more)", len(text)-i)
			break
		}
		switch {
		case r == utf8.RuneError || !unicode.IsPrint(r):
			q := fmt.Sprintf("%+q", string(r))
			if r == utf8.RuneError {
				q = `"\ufffd"`
			}
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
