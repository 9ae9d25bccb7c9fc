package load

import (
	"fmt"
	"io"
)

// windowSize is how much of a stream is looked at together.
const windowSize = 256 << 10

// source is a file under way: its unpacked bytes, and how to read them again from the start.
type source struct {
	io.Reader
	reopen func() (io.ReadCloser, error)
}

// window is the part of a stream that is at hand; it is replaced as the stream is read.
type window struct {
	in     io.Reader // nil: there is no more than b
	memory []byte
	b      []byte // not yet taken
	offset int64  // of b in the stream
	err    error  // how the stream ended behind b
}

func newWindow(in io.Reader) *window { return &window{in: in, memory: make([]byte, windowSize)} }

// take moves on by n bytes of b.
func (w *window) take(n int) {
	w.b = w.b[n:]
	w.offset += int64(n)
}

// more makes b hold something. Its error is the stream's, io.EOF at the end.
func (w *window) more() error {
	for len(w.b) == 0 {
		if w.err != nil {
			return w.err
		}
		if w.in == nil {
			return io.EOF
		}
		var n int
		n, w.err = w.in.Read(w.memory)
		w.b = w.memory[:n]
	}
	return nil
}

// fill makes b as long as the memory allows, and reports whether the stream ends with it.
func (w *window) fill() (ended bool) {
	n := copy(w.memory, w.b)
	for n < len(w.memory) && w.err == nil {
		var read int
		read, w.err = w.in.Read(w.memory[n:])
		n += read
	}
	w.b = w.memory[:n]
	return w.err != nil
}

// skipTo moves on to an offset of the stream.
func (w *window) skipTo(offset int64) error {
	for w.offset < offset {
		if err := w.more(); err != nil {
			return err
		}
		w.take(int(min(int64(len(w.b)), offset-w.offset)))
	}
	return nil
}

// ahead is a second reading of a source, for decisions that depend on what comes later and may
// be farther away than what memory holds. It mostly moves forward with the first reading.
type ahead struct {
	src  *source
	file io.ReadCloser
	*window
}

// at moves the second reading to an offset.
func (a *ahead) at(offset int64) error {
	if a.file == nil || a.window.offset > offset {
		a.close()
		file, err := a.src.reopen()
		if err != nil {
			return err
		}
		a.file, a.window = file, newWindow(file)
	}
	if err := a.skipTo(offset); err != nil {
		return fmt.Errorf("load: the file changed while it was read: %w", err)
	}
	return nil
}

func (a *ahead) close() {
	if a.file != nil {
		a.file.Close() // only read
		a.file = nil
	}
}
