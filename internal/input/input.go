// Package input reads files whose paths come from a user or a project. A path may lead to a
// pipe, a device, a socket or an endless file; none of these may hang the host or fill its memory.
package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNotRegular is the error for a folder, a pipe, a device or a socket where a file is expected.
var ErrNotRegular = errors.New("not a regular file")

// ErrTooLarge is the error for a file that is larger than its reader allows.
var ErrTooLarge = errors.New("the file is too large")

// Stat returns what is at a path, links followed. It is an error if that is not a regular file.
func Stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = &fs.PathError{Op: "open", Path: path, Err: cause.Err} // what the caller is after
		}
		return nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	return info, nil
}

// Open opens a regular file for reading. Opening a device can have effects of its own, so what is there
// is looked at first; it may be exchanged in between, so what was opened is looked at again.
func Open(path string) (*os.File, error) {
	if _, err := Stat(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe is opened without waiting for its writer
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = regular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ReadFile reads a regular file of at most so many bytes.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	tooLarge := &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w: at most %d bytes are read", ErrTooLarge, limit)}
	if info.Size() > limit {
		return nil, tooLarge
	}
	data := make([]byte, 0, info.Size()+1)
	for { // the size may be 0 where it is not known, as below /proc
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, tooLarge
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

func regular(path string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	return &fs.PathError{Op: "open", Path: path, Err: kindError(info.Mode())}
}

// kindError says what is there instead of a file.
type kindError fs.FileMode

func (e kindError) Error() string {
	what := "neither a file nor a folder"
	switch mode := fs.FileMode(e); {
	case mode.IsDir():
		what = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	}
	return "it is " + what + ", not a regular file"
}

func (e kindError) Is(target error) bool { return target == ErrNotRegular }
