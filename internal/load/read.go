package load

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// blockSize is how much of a file a worker gets at a time, in bytes.
const blockSize = 1 << 20

// batch is a part of one file: either lines (NDJSON) from the line first on, or single records.
type batch struct {
	file    int
	lines   []byte
	first   int64
	records []record
}

// record is one record and its place: a line, or for JSON and Parquet the number of the record.
type record struct {
	data  []byte
	place int64
}

// reader reads one file into batches.
type reader struct {
	table *Table
	file  int
	emit  func(batch) error
	// reject counts what cannot even be made a record.
	reject func(place int64, r *rejection)
	// mended counts what was read in spite of a mistake.
	mended func(place int64, r *rejection)

	pending []record
	size    int
}

// errStop ends a read whose consumer has gone.
var errStop = errors.New("stop")

func (r *reader) add(data []byte, place int64) error {
	r.pending = append(r.pending, record{data, place})
	r.size += len(data)
	if r.size < blockSize {
		return nil
	}
	return r.flush()
}

func (r *reader) flush() error {
	if len(r.pending) == 0 {
		return nil
	}
	b := batch{file: r.file, records: r.pending}
	r.pending, r.size = nil, 0
	return r.emit(b)
}

// lines cuts a stream at line breaks, about blockSize at a time. A line beyond
// the limit is skipped without being held.
func (r *reader) lines(in io.Reader, limit int) error {
	var carry []byte
	line := int64(1)
	for {
		buf := make([]byte, len(carry)+max(blockSize, len(carry)))
		n := copy(buf, carry)
		read, err := io.ReadFull(in, buf[n:])
		buf = buf[:n+read]
		ended := err != nil
		cut := bytes.LastIndexByte(buf, '\n') + 1
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			if cut = len(buf); !truncated(err, in) {
				err = nil
			}
		}
		if cut > 0 {
			if e := r.emit(batch{file: r.file, lines: buf[:cut:cut], first: line}); e != nil {
				return e
			}
			line += int64(bytes.Count(buf[:cut], []byte{'\n'}))
		}
		if ended {
			if err != nil {
				r.reject(line, reject(DamagedFile, "%v; what follows is not read", err))
			}
			return nil
		}
		carry = buf[cut:]
		if len(carry) > limit {
			r.reject(line, reject(TooLarge, "more than %d bytes", limit))
			carry, err = skipLine(in)
			if err != nil && !errors.Is(err, io.EOF) {
				r.reject(line, reject(DamagedFile, "%v; what follows is not read", err))
			}
			if err != nil {
				return nil
			}
			line++
		}
	}
}

// truncated distinguishes a stream cut short (a gzip file) from the plain end of one:
// ReadFull says ErrUnexpectedEOF for both, the stream itself only for the first.
func truncated(err error, in io.Reader) bool {
	if errors.Is(err, io.EOF) {
		return false
	}
	_, again := in.Read(make([]byte, 1))
	return again != nil && again != io.EOF
}

// skipLine reads to behind the next line break and returns what was read beyond it.
func skipLine(in io.Reader) ([]byte, error) {
	buf := make([]byte, blockSize)
	for {
		n, err := in.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return buf[i+1 : n], nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// ErrNoParquet says that there is no reader of Parquet files.
var ErrNoParquet = errors.New("load: no reader of Parquet files")

// ParquetReader gives the rows of a Parquet file as JSON objects, in order.
type ParquetReader func(ctx context.Context, path string, row func(object []byte) error) error

func (r *reader) parquet(ctx context.Context, path string, read ParquetReader) error {
	if read == nil {
		return ErrNoParquet
	}
	var place int64
	err := read(ctx, path, func(object []byte) error {
		place++
		return r.add(bytes.Clone(object), place)
	})
	if errors.Is(err, errStop) || ctx.Err() != nil {
		return err
	}
	if err != nil {
		r.reject(place+1, reject(DamagedFile, "%v; what follows is not read", err))
	}
	return r.flush()
}
