package load

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
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
		if err == io.EOF || err == io.ErrUnexpectedEOF {
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
			if err != nil && err != io.EOF {
				r.reject(line, reject(DamagedFile, "%v; what follows is not read", err))
			}
			if err != nil {
				return nil
			}
			line++
		}
	}
}

// truncated tells a stream cut short (a gzip file) from the plain end of one:
// ReadFull says ErrUnexpectedEOF for both, the stream itself only for the first.
func truncated(err error, in io.Reader) bool {
	if err == io.EOF {
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

// json reads a sequence of JSON values: arrays of records, wrappers of such, and single records.
func (r *reader) json(in io.Reader) error {
	// Duplicate names and bad UTF-8 inside one record must not end the file; each record is checked later.
	dec := jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var place int64
	damaged := func(err error) error {
		r.reject(place+1, reject(InvalidJSON, "%s; what follows is not read", message(err)))
		return r.flush()
	}
	for {
		switch dec.PeekKind() {
		case '[':
			if r.table.Records != "" && r.table.Records != "$" {
				r.reject(place+1, reject(NotAnObject, "an array stands where %s is looked for", r.table.Records))
			}
			if _, err := dec.ReadToken(); err != nil {
				return damaged(err)
			}
			for dec.PeekKind() != ']' {
				v, err := dec.ReadValue()
				if err != nil {
					return damaged(err)
				}
				place++
				if err := r.add(bytes.Clone(v), place); err != nil {
					return err
				}
			}
			if _, err := dec.ReadToken(); err != nil {
				return damaged(err)
			}
		default:
			v, err := dec.ReadValue()
			if err == io.EOF {
				return r.flush()
			}
			if err != nil {
				return damaged(err)
			}
			for _, rec := range r.unwrap(bytes.Clone(v)) {
				place++
				if err := r.add(rec, place); err != nil {
					return err
				}
			}
		}
	}
}

// unwrap finds the records of one top-level value: those at the path that the
// project gives; else, where the value is an object without an id, the members of
// its data, items, records or results array, or of the one array of objects it has; else the
// value of its only member, if that is an object ({"order": {…}}); else itself.
func (r *reader) unwrap(v []byte) [][]byte {
	if r.table.Records != "" && r.table.Records != "$" {
		at := v
		for _, name := range strings.Split(strings.TrimPrefix(r.table.Records, "$."), ".") {
			if len(at) > 0 && at[0] == '{' {
				at = member(at, name)
			} else {
				at = nil
			}
		}
		if len(at) > 0 && at[0] == '[' {
			return elements(at)
		}
		r.reject(1, reject(NotAnObject, "there is no array at %s", r.table.Records))
		return nil
	}
	if len(v) == 0 || v[0] != '{' {
		return [][]byte{v}
	}
	var id bool
	var members int
	var only []byte
	arrays := map[string][]byte{}
	eachMember(v, func(rawName, value []byte) {
		name := string(rawName[1 : len(rawName)-1])
		members++
		only = value
		id = id || name == "id"
		if inner := skipSpace(value, 1); value[0] == '[' && (value[inner] == '{' || value[inner] == ']') {
			arrays[name] = value
		}
	})
	if !id {
		for _, name := range []string{"data", "items", "records", "results"} {
			if a, ok := arrays[name]; ok {
				return elements(a)
			}
		}
		if len(arrays) == 1 && (r.table.Preset == "" || r.table.Preset == "plain") {
			for _, a := range arrays {
				return elements(a)
			}
		}
	}
	if members == 1 && only[0] == '{' && (r.table.Preset == "" || r.table.Preset == "plain") {
		return [][]byte{only}
	}
	return [][]byte{v}
}

// csv makes an object of each row: column name to text, an empty field to null.
func (r *reader) csv(in io.Reader, delimiter rune) error {
	dec := csv.NewReader(in)
	dec.Comma, dec.FieldsPerRecord, dec.ReuseRecord = delimiter, -1, true
	var header [][]byte
	for {
		fields, err := dec.Read()
		if err == io.EOF {
			return r.flush()
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			r.reject(int64(parse.StartLine), reject(MalformedCSV, "lines %d to %d: %v", parse.StartLine, parse.Line, parse.Err))
			continue
		}
		if err != nil {
			r.reject(0, reject(DamagedFile, "%v; what follows is not read", err))
			return r.flush()
		}
		line, _ := dec.FieldPos(0)
		if header == nil {
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
		b, _ = jsontext.AppendQuote(b, f) // fails for bad UTF-8 alone
	}
	return append(b, '}'), nil
}

// ParquetReader gives the rows of a Parquet file as JSON objects, in order.
type ParquetReader func(ctx context.Context, path string, row func(object []byte) error) error

func (r *reader) parquet(ctx context.Context, path string, read ParquetReader) error {
	if read == nil {
		return errors.New("load: there is no reader of Parquet files here")
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
