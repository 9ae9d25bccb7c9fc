package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxName is the longest member name that can match, in bytes.
const maxName = 4 << 10

// jsonReader reads a sequence of JSON values: arrays of records, wrappers of such (an object with
// the array somewhere inside) and single records. It holds one record at a time and never a
// wrapper. It checks the syntax of what is around records; records are checked by the workers.
type jsonReader struct {
	*reader
	in    *window
	ahead *ahead
	place int64 // records so far

	inEdges bool // in an array that is called edges
}

func (r *reader) json(src *source) error {
	j := &jsonReader{reader: r, in: newWindow(src), ahead: &ahead{src: src}}
	defer j.ahead.close()
	for {
		err := j.page()
		var why *rejection
		switch {
		case errors.Is(err, io.EOF):
			return r.flush()
		case errors.As(err, &why):
			r.reject(j.place+1, why)
			return r.flush()
		case err != nil:
			return err
		}
	}
}

// page reads one value of the sequence; io.EOF says that there is none.
func (j *jsonReader) page() error {
	kind, err := j.in.peek()
	if err != nil {
		return err
	}
	path := j.recordsPath()
	switch {
	case kind == '[':
		if len(path) > 0 {
			j.reject(j.place+1, reject(NotAnObject, "there is an array, not an object with %s", j.table.Records))
		}
		return j.array()
	case len(path) > 0:
		found := false
		if kind == '{' {
			found, err = j.arrayAt(path)
		} else {
			err = j.in.skipValue()
		}
		if err == nil && !found {
			j.reject(j.place+1, reject(NotAnObject, "there is no array at %s", j.table.Records))
		}
		return err
	case kind == '{':
		return j.object()
	}
	return j.record()
}

// recordsPath are the names on the way to the array that the project names; none where it names no path.
func (j *jsonReader) recordsPath() []string {
	if path := strings.TrimPrefix(strings.TrimPrefix(j.table.Records, "$"), "."); path != "" {
		return strings.Split(path, ".")
	}
	return nil
}

// record reads one value as a record; of an edge of GraphQL its node.
func (j *jsonReader) record() error {
	v, size, err := j.in.value(j.table.MaxRecord)
	if err != nil {
		return err
	}
	if j.inEdges && size <= int64(j.table.MaxRecord) && checkObject(v) == nil {
		if node := member(v, "node"); node.Kind() == '{' {
			v = node
		}
	}
	j.place++
	if size > int64(j.table.MaxRecord) {
		j.reject(j.place, reject(TooLarge, "%d bytes, the limit is %d", size, j.table.MaxRecord))
		return nil
	}
	return j.add(v, j.place)
}

// array reads the elements of an array as records.
func (j *jsonReader) array() error {
	j.in.take(1)
	c, err := j.in.need()
	if err != nil {
		return err
	}
	for c != ']' {
		if err := j.record(); err != nil {
			return err
		}
		if c, err = j.in.separator(']'); err != nil {
			return err
		}
	}
	j.in.take(1)
	return nil
}

// arrayAt reads the records of the array at a path into an object. Where names repeat, it reads each.
func (j *jsonReader) arrayAt(path []string) (found bool, err error) {
	err = j.in.members(func(name string, kind byte) error {
		switch {
		case name == path[0] && len(path) == 1 && kind == '[':
			found = true
			j.inEdges = name == "edges"
			defer func() { j.inEdges = false }()
			return j.array()
		case name == path[0] && len(path) > 1 && kind == '{':
			deeper, err := j.arrayAt(path[1:])
			found = found || deeper
			return err
		}
		return j.in.skipValue()
	})
	return found, err
}

// object reads an object for which the project gives no path. Where it has no id, its records are
// the elements of its data, items, records or results array, or of the only array of objects that
// it has; else the value of its only member, if that is an object ({"order": {…}}); else it is one. The data of a
// GraphQL response is such an object itself, and a connection in it, at any depth, lists its records as nodes or edges.
func (j *jsonReader) object() error {
	s, err := j.shape()
	if err != nil {
		return err
	}
	isPlain := j.table.Preset == "" || j.table.Preset == "plain"
	if isPlain && s.isResponse {
		return j.in.members(func(name string, _ byte) error {
			if name == "data" {
				return j.object()
			}
			return j.in.skipValue()
		})
	}
	if isPlain && s.isConnection {
		_, err := j.arrayAt([]string{s.nodes()})
		return err
	}
	if name, ok := s.list(isPlain); ok {
		_, err := j.arrayAt([]string{name})
		return err
	}
	if isPlain && s.members == 1 && s.only == '{' {
		return j.in.members(func(_ string, kind byte) error { return j.only(kind) })
	}
	return j.record()
}

// only reads the value of an object's only member: a connection of GraphQL, what has one as its only member, or a record.
func (j *jsonReader) only(kind byte) error {
	if kind != '{' {
		return j.in.skipValue() // the name of its type
	}
	s, err := j.shape()
	switch {
	case err != nil:
		return err
	case s.isConnection:
		_, err = j.arrayAt([]string{s.nodes()})
		return err
	case s.isPath:
		return j.in.members(func(_ string, kind byte) error { return j.only(kind) })
	}
	return j.record()
}

// shape is what decides where the records of an object are.
type shape struct {
	members int
	only    byte // the kind of the last member
	id      bool
	known   [4]bool // which of listNames are arrays of objects
	// isResponse is of an object with data, and nothing but what GraphQL allows beside it.
	isResponse bool
	// isConnection is of an object whose only arrays are nodes, edges or both.
	isConnection bool
	// isPath is of an object without id that leads to a connection, over objects that have one member each.
	isPath bool
	arrays []string // the names of arrays of objects, two at most
	empty  []string // those of them that have no element
}

// nodes is the name of the array with the records of a connection: beside nodes, edges may have no more than cursors.
func (s *shape) nodes() string {
	if slices.Contains(s.arrays, "nodes") && (len(s.arrays) == 1 || !slices.Contains(s.empty, "nodes")) {
		return "nodes"
	}
	return "edges"
}

var listNames = [4]string{"data", "items", "records", "results"}

// list is the name of the member that lists the records.
func (s *shape) list(isPlain bool) (string, bool) {
	if s.id {
		return "", false
	}
	if i := slices.Index(s.known[:], true); i >= 0 {
		return listNames[i], true
	}
	if isPlain && len(s.arrays) == 1 {
		return s.arrays[0], true
	}
	return "", false
}

// shape looks at the object that comes next, without taking it: what the window holds of it, or
// where that is not all, a second reading of the file. The shape of a damaged object is that of its
// part before the damage, which is found again when the records are read.
func (j *jsonReader) shape() (*shape, error) {
	ended := j.in.fill()
	s, err := shapeOf(&window{b: j.in.b}, maxPath)
	if err == nil || ended {
		return s, nil
	}
	if err := j.ahead.at(j.in.offset); err != nil {
		return nil, err
	}
	if _, err := j.ahead.need(); err != nil {
		return nil, err
	}
	s, _ = shapeOf(j.ahead.window, maxPath)
	return s, nil
}

// maxPath is how many objects of one member may be around a connection.
const maxPath = 16

func shapeOf(in *window, depth int) (*shape, error) {
	s := &shape{}
	others, data, leads, nodes := false, false, false, 0
	defer func() {
		s.isResponse = data && !others
		s.isConnection = nodes > 0 && !s.id && nodes == len(s.arrays)
		s.isPath = leads && !s.id && s.members == 1
	}()
	err := in.members(func(name string, kind byte) error {
		if name == "__typename" && kind == '"' {
			return in.skipValue()
		}
		s.members++
		data = data || name == "data" && kind == '{'
		others = others || name != "data" && name != "errors" && name != "extensions"
		s.only = kind
		s.id = s.id || name == "id"
		switch {
		case kind == '{' && s.members == 1 && depth > 0:
			deeper, err := shapeOf(in, depth-1)
			leads = deeper.isConnection || deeper.isPath
			return err
		case kind != '[':
			return in.skipValue()
		}
		in.take(1)
		first, err := in.need()
		if err != nil {
			return err
		}
		if first == '{' || first == ']' {
			if i := slices.Index(listNames[:], name); i >= 0 {
				s.known[i] = true
			}
			if name == "nodes" || name == "edges" {
				nodes++
			}
			if len(s.arrays) < 2 && !slices.Contains(s.arrays, name) {
				s.arrays = append(s.arrays, name)
				if first == ']' {
					s.empty = append(s.empty, name)
				}
			}
		}
		return in.skipRest()
	})
	return s, err
}

// The methods below read JSON from a window. Their errors are rejections where the text is at fault.

// peek returns the next byte that is not space, without taking it; io.EOF at the end.
func (w *window) peek() (byte, error) {
	for {
		if err := w.more(); err != nil {
			return 0, damage(err)
		}
		w.take(skipSpace(w.b, 0))
		if len(w.b) > 0 {
			return w.b[0], nil
		}
	}
}

// damage makes a rejection of a failed read.
func damage(err error) error {
	if errors.Is(err, io.EOF) {
		return err
	}
	return reject(DamagedFile, "%v; what follows is not read", err)
}

// need is peek where the text must not end.
func (w *window) need() (byte, error) {
	c, err := w.peek()
	if errors.Is(err, io.EOF) {
		return 0, reject(InvalidJSON, "the text ends too early")
	}
	return c, err
}

func (w *window) unexpected(c byte, want string) error {
	return reject(InvalidJSON, "%q at byte %d, where %s is expected; what follows is not read", c, w.offset+1, want)
}

// separator takes the comma between two elements or members; of the end it takes nothing.
// It returns the byte that comes next.
func (w *window) separator(end byte) (byte, error) {
	c, err := w.need()
	if err != nil || c == end {
		return c, err
	}
	if c != ',' {
		return c, w.unexpected(c, fmt.Sprintf("',' or '%c'", end))
	}
	w.take(1)
	if c, err = w.need(); err == nil && c == end {
		err = w.unexpected(c, "something after ','")
	}
	return c, err
}

// members takes an object; f takes the value of each member, which is of a kind as jsontext's.
func (w *window) members(f func(name string, kind byte) error) error {
	w.take(1)
	c, err := w.need()
	for ; err == nil && c != '}'; c, err = w.separator('}') {
		if c != '"' {
			return w.unexpected(c, "a member's name")
		}
		raw, size, err := w.value(maxName)
		if err != nil {
			return err
		}
		var name []byte
		if size <= maxName {
			name, _ = jsontext.AppendUnquote(nil, raw) // a name that is not a text matches no name that is looked for
		}
		if c, err = w.need(); err != nil {
			return err
		}
		if c != ':' {
			return w.unexpected(c, "':'")
		}
		w.take(1)
		if c, err = w.need(); err != nil {
			return err
		}
		if err := f(string(name), c); err != nil {
			return err
		}
	}
	if err == nil {
		w.take(1)
	}
	return err
}

func (w *window) skipValue() error {
	_, _, err := w.value(-1)
	return err
}

// skipRest takes the rest of an array that has begun.
func (w *window) skipRest() error {
	_, _, err := w.until(&valueEnd{depth: 1}, -1)
	return err
}

// value takes a value and returns it, or only its size where that is above the limit.
func (w *window) value(limit int) (v []byte, size int64, err error) {
	c, err := w.need()
	if err != nil {
		return nil, 0, err
	}
	if !bytes.ContainsRune([]byte(`"{[-0123456789tfn`), rune(c)) {
		return nil, 0, w.unexpected(c, "a value")
	}
	return w.until(&valueEnd{}, limit)
}

func (w *window) until(end *valueEnd, limit int) (v []byte, size int64, err error) {
	for done := false; !done; {
		if err := w.more(); errors.Is(err, io.EOF) && end.scalar {
			return v, size, nil
		} else if errors.Is(err, io.EOF) {
			return nil, 0, reject(InvalidJSON, "the text ends too early")
		} else if err != nil {
			return nil, 0, damage(err)
		}
		var n int
		n, done = end.find(w.b)
		if size += int64(n); size <= int64(limit) {
			v = append(v, w.b[:n]...)
		} else {
			v = nil
		}
		w.take(n)
	}
	return v, size, nil
}

// valueEnd looks for the end of a value that comes in parts. It looks at texts and brackets only.
type valueEnd struct {
	depth  int
	text   bool // in a text
	odd    bool // in a text, behind an odd number of backslashes
	scalar bool // in a number, true, false or null
}

// find returns how many bytes of b belong to the value, and whether it ends there.
func (e *valueEnd) find(b []byte) (n int, done bool) {
	for i := 0; i < len(b); {
		switch {
		case e.text:
			n, closed := e.textEnd(b[i:])
			i += n
			if !closed {
				return i, false
			}
			e.text = false
			if e.depth == 0 {
				return i, true
			}
			continue
		case e.scalar:
			if i = skipScalar(b, i); i < len(b) {
				return i, true
			}
			return i, false
		}
		switch b[i] {
		case '"':
			e.text, e.odd = true, false
		case '{', '[':
			e.depth++
		case '}', ']':
			if e.depth--; e.depth == 0 {
				return i + 1, true
			}
		default:
			e.scalar = e.depth == 0
		}
		i++
	}
	return len(b), false
}

// textEnd returns how many bytes of b belong to a text, its closing quote included, and whether it is there.
func (e *valueEnd) textEnd(b []byte) (n int, closed bool) {
	for {
		i := bytes.IndexByte(b[n:], '"')
		end := n + i
		if i < 0 {
			end = len(b)
		}
		slashes := 0
		for j := end - 1; j >= n && b[j] == '\\'; j-- {
			slashes++
		}
		odd := slashes%2 == 1
		if slashes == end-n {
			odd = odd != e.odd // the run began before
		}
		if i < 0 {
			e.odd = odd
			return end, false
		}
		e.odd = false
		if n = end + 1; !odd {
			return n, true
		}
	}
}
