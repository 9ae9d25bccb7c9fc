package load

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// maxFields is how many fields a CSV record may have; each costs encoding/csv several words.
const maxFields = 1 << 16

// csv makes an object of each row: column name to text, an empty field to null.
func (r *reader) csv(src *source, delimiter rune) error {
	filter := newCSVFilter(src, delimiter, r.table.MaxRecord, r.reject)
	if r.table.Lenient {
		filter.mend = r.mended
	}
	defer filter.ahead.close()
	dec := csv.NewReader(filter)
	dec.Comma, dec.FieldsPerRecord, dec.ReuseRecord = delimiter, -1, true
	var header [][]byte
	for {
		fields, err := dec.Read()
		if errors.Is(err, io.EOF) {
			return r.flush()
		}
		if err != nil {
			r.reject(filter.line, reject(DamagedFile, "%v; what follows is not read", err))
			return r.flush()
		}
		line, _ := dec.FieldPos(0)
		if header == nil {
			if other := otherDelimiter(fields); other != "" && r.table.Delimiter == 0 {
				r.reject(int64(line), reject(CSVDelimiter,
					"the header is one column with %d × %q in it, so the file is not read: give the table delimiter: %q, or %q if it is one column",
					strings.Count(fields[0], other), other, other, string(delimiter)))
				return r.flush()
			}
			header = make([][]byte, len(fields))
			for i, f := range fields {
				name, err := jsontext.AppendQuote(nil, strings.TrimSpace(f))
				if err != nil {
					return fmt.Errorf("load: the header is not UTF-8: %w", err)
				}
				header[i] = name
			}
			continue
		}
		if len(fields) != len(header) {
			r.reject(int64(line), reject(CSVFieldCount, "%d fields under a header of %d", len(fields), len(header)))
			continue
		}
		object, bad := rowObject(header, fields)
		if bad != nil {
			r.reject(int64(line), bad)
			continue
		}
		if err := r.add(object, int64(line)); err != nil {
			return err
		}
	}
}

// otherDelimiter is what separates the fields of a header that has only one by the delimiter it was read with; "" if nothing does.
func otherDelimiter(header []string) string {
	if len(header) != 1 {
		return ""
	}
	best := ""
	for _, d := range []string{",", ";", "\t", "|"} {
		if n := strings.Count(header[0], d); n > 0 && (best == "" || n > strings.Count(header[0], best)) {
			best = d
		}
	}
	return best
}

func rowObject(header [][]byte, fields []string) ([]byte, *rejection) {
	b := []byte{'{'}
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, header[i]...), ':')
		if f == "" {
			b = append(b, "null"...)
			continue
		}
		if !utf8.ValidString(f) {
			return nil, reject(InvalidUTF8, "column %s is not UTF-8", header[i])
		}
		b, _ = jsontext.AppendQuote(b, f) // fails for bad UTF-8 only
	}
	return append(b, '}'), nil
}

// csvFilter passes the well-formed records of a stream on to encoding/csv, which would hold
// everything behind a quote that is not closed. It holds one record, up to the limit. A record
// that is malformed or too large is rejected, and empty lines are passed on in its place, so that
// line numbers stay right.
//
// Where a quoted field is not closed (the file ends in it, or something other than a delimiter
// follows a quote in it), the record is rejected up to the end of the line in which the field
// began, and the lines after it are read again as records of their own. A record beyond the limit
// is read to its end, in a second reading of the file, before it is known which of the two it is.
type csvFilter struct {
	in        *window
	ahead     *ahead
	delimiter []byte
	limit     int
	reject    func(line int64, why *rejection)
	mend      func(line int64, why *rejection) // told of a record that is read in spite of a stray quote; nil: it is rejected

	record    []byte // read from in, from the start of a record on
	ready     int    // how much of it can be passed on
	blank     int64  // empty lines to be passed on before
	line      int64  // of what is neither passed on nor dropped
	hasHeader bool
	columns   int   // of the header
	err       error // what ends the stream
}

func newCSVFilter(src *source, delimiter rune, limit int, reject func(int64, *rejection)) *csvFilter {
	return &csvFilter{
		in: newWindow(src), ahead: &ahead{src: src}, delimiter: utf8.AppendRune(nil, delimiter), limit: limit, reject: reject, line: 1,
	}
}

// Read passes well-formed records on.
func (f *csvFilter) Read(p []byte) (n int, err error) {
	for {
		switch {
		case f.blank > 0:
			for n < len(p) && f.blank > 0 {
				p[n] = '\n'
				n++
				f.blank--
			}
			return n, nil
		case f.ready > 0:
			n = copy(p, f.record[:f.ready])
			f.record, f.ready = f.record[n:], f.ready-n
			return n, nil
		case f.err != nil:
			return 0, f.err
		}
		f.err = f.next()
	}
}

// next judges one record.
func (f *csvFilter) next() error {
	s := csvScan{delimiter: f.delimiter}
	for done := false; !done; {
		_, done = s.scan(f.record[s.size:])
		if done {
			break
		}
		if len(f.record) > f.limit {
			return f.large(&s)
		}
		if err := f.in.more(); errors.Is(err, io.EOF) {
			if s.size == 0 {
				return io.EOF
			}
			s.end()
			break
		} else if err != nil {
			return err
		}
		f.record = append(f.record, f.in.b...)
		f.in.take(len(f.in.b))
	}
	if s.size > int64(f.limit) {
		return f.large(&s)
	}
	return f.pass(&s, false)
}

// large handles a record that is beyond the limit.
func (f *csvFilter) large(s *csvScan) error {
	if !s.done {
		if err := f.ahead.at(f.in.offset); err != nil {
			return err
		}
	}
	for !s.done {
		err := f.ahead.more()
		if errors.Is(err, io.EOF) {
			s.end()
			break
		}
		if err != nil {
			return err
		}
		n, _ := s.scan(f.ahead.b)
		f.ahead.take(n)
	}
	return f.pass(s, true)
}

// pass passes a record on, or rejects it.
func (f *csvFilter) pass(s *csvScan, large bool) error {
	var why *rejection
	line := f.line
	size, lines := s.size, s.lines
	switch {
	case s.broken != "":
		line += s.brokenLine
		why = reject(MalformedCSV, "%s", s.broken)
		if s.resume > 0 {
			size, lines = s.resume, s.brokenLine+1
		}
	case large:
		why = reject(TooLarge, "lines %d to %d: %d bytes, the limit is %d", line, line+max(lines-1, 0), size, f.limit)
	case s.fields > maxFields:
		why = reject(CSVFieldCount, "more than %d fields", maxFields)
	default:
		f.ready = int(size)
		f.line += lines
		if !f.hasHeader && !s.isBlank {
			f.hasHeader, f.columns = true, s.fields+1
		}
		return nil
	}
	if !f.hasHeader {
		why.detail += "; it is the header, so the file is not read"
		f.reject(line, why)
		return io.EOF
	}
	if s.broken != "" && f.mend != nil && size <= int64(len(f.record)) && s.brokenLine == 0 {
		if text, ok := stray(f.record[:size], f.delimiter, f.columns); ok {
			why.reason = StrayQuote
			f.mend(line, why)
			f.record = append(text, f.record[size:]...)
			f.ready = len(text)
			f.line += lines
			return nil
		}
	}
	f.reject(line, why)
	f.blank += lines
	f.line += lines
	return f.drop(size)
}

// drop moves on by size bytes.
func (f *csvFilter) drop(size int64) error {
	if n := int64(len(f.record)); size > n {
		f.record = nil
		return f.in.skipTo(f.in.offset + size - n)
	}
	f.record = f.record[size:]
	return nil
}

// csvScan finds the end of one record that comes in parts, by the rules of encoding/csv.
type csvScan struct {
	delimiter []byte
	mode      csvMode
	before    []byte // in an unquoted field: the last bytes, as many as the delimiter has
	matched   int    // of a delimiter behind a closing quote
	size      int64
	lines     int64 // line breaks in size
	fields    int
	isBlank   bool // an empty line
	done      bool

	broken     string // what is wrong; "" where nothing is
	brokenLine int64  // the line of the field that is wrong, from 0
	resume     int64  // where the next line after it begins, where the record continues beyond it
}

type csvMode uint8

const (
	csvPlain   csvMode = iota // in a field without quotes, or at the start of a field
	csvQuoted                 // in a quoted field
	csvQuote                  // behind a quote in a quoted field
	csvClosing                // in a delimiter of several bytes behind a closing quote
	csvReturn                 // behind a carriage return behind a closing quote
	csvBroken                 // in the rest of a line with a wrong field
)

// scan reads on in a part of the stream. It returns how much of it belongs to the record, and whether the record ends there.
func (s *csvScan) scan(b []byte) (n int, done bool) {
	for n < len(b) && !s.done {
		before := n
		switch s.mode {
		case csvPlain, csvBroken:
			n += s.plain(b[n:])
		case csvQuoted:
			n += s.quoted(b[n:])
		default:
			s.behindQuote(b[n])
			n++
		}
		s.size += int64(n - before)
	}
	return n, s.done
}

// plain reads to behind the line break, or to behind a quote at the start of a field.
func (s *csvScan) plain(b []byte) int {
	n := len(b)
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		n = i + 1
	}
	text := b[:n]
	quote := -1
	if s.mode == csvPlain {
		if quote = bytes.IndexByte(text, '"'); quote >= 0 {
			text = text[:quote]
		}
		s.fields += bytes.Count(text, s.delimiter)
	}
	atStart := s.size == 0 && len(text) == 0
	if quote < 0 || !atStart {
		s.before = append(s.before, text[max(0, len(text)-len(s.delimiter)):]...)
		s.before = s.before[max(0, len(s.before)-len(s.delimiter)):]
	}
	switch {
	case quote >= 0 && (atStart || bytes.Equal(s.before, s.delimiter)):
		s.mode, s.brokenLine, s.resume = csvQuoted, s.lines, 0
		return quote + 1
	case quote >= 0:
		s.mode, s.brokenLine, s.resume, s.broken = csvBroken, s.lines, 0, "a quote in a field that does not begin with one"
		return quote + 1
	case b[n-1] == '\n':
		s.isBlank = s.size == 0 && len(bytes.TrimSuffix(text[:n-1], []byte{'\r'})) == 0
		s.lines++
		s.done = true
	}
	return n
}

// quoted reads to behind a quote.
func (s *csvScan) quoted(b []byte) int {
	n := len(b)
	if i := bytes.IndexByte(b, '"'); i >= 0 {
		n = i + 1
		s.mode = csvQuote
	}
	if s.resume == 0 {
		if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
			s.resume = s.size + int64(i) + 1
		}
	}
	s.lines += int64(bytes.Count(b[:n], []byte{'\n'}))
	return n
}

func (s *csvScan) behindQuote(c byte) {
	switch {
	case s.mode == csvQuote && c == '"':
		s.mode = csvQuoted
	case s.mode != csvClosing && c == '\n':
		s.lines++
		s.done = true
	case s.mode == csvQuote && c == '\r':
		s.mode = csvReturn
	case s.mode != csvReturn && c == s.delimiter[s.matched]:
		s.mode = csvClosing
		if s.matched++; s.matched == len(s.delimiter) {
			s.mode, s.matched, s.before = csvPlain, 0, append(s.before[:0], s.delimiter...)
			s.fields++
		}
	default:
		s.unclosed("a quoted field continues after its closing quote, or is not closed in its line")
	}
}

// unclosed says that the quoted field is wrong.
func (s *csvScan) unclosed(what string) {
	s.broken = what
	s.mode = csvBroken
	s.done = s.resume > 0
}

// end says that the stream ends here.
func (s *csvScan) end() {
	s.done = true
	switch s.mode {
	case csvQuoted:
		s.unclosed("a quoted field is not closed before the file ends")
	case csvClosing:
		s.unclosed("a quoted field continues after its closing quote")
	}
	s.done = true
}
