package load

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// ErrNoFile says that a path or glob matches no file.
var ErrNoFile = errors.New("load: no such file")

// File is one file of a table.
type File struct {
	Path string // absolute
	Name string // as messages show it, relative to the table's folder with slashes
}

// Expand lists the files of a table: those of each path or glob in the order of
// their names, in the order of the paths; a file that several match counts once.
func Expand(dir string, patterns []string) ([]File, error) {
	var files []File
	seen := map[string]bool{}
	for _, pattern := range patterns {
		abs := filepath.FromSlash(pattern)
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(dir, abs)
		}
		matches, err := glob(abs)
		if err != nil {
			return nil, fmt.Errorf("load: %s: %w", pattern, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("%w: %s", ErrNoFile, pattern)
		}
		slices.Sort(matches)
		for _, m := range matches {
			if seen[m] {
				continue
			}
			seen[m] = true
			name, err := filepath.Rel(dir, m)
			if err != nil || strings.HasPrefix(name, "..") {
				name = m
			}
			files = append(files, File{Path: m, Name: filepath.ToSlash(name)})
		}
	}
	return files, nil
}

// glob lists the regular files that match; it knows ** beside what path.Match does.
func glob(pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "*?[") {
		info, err := os.Stat(pattern)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, errors.New("not a file; a glob such as folder/*.ndjson names the files in a folder")
		}
		return []string{pattern}, nil
	}
	slashed := filepath.ToSlash(pattern)
	parts := strings.Split(slashed, "/")
	for _, p := range parts {
		if _, err := path.Match(p, ""); err != nil {
			return nil, err
		}
	}
	fixed := 0
	for fixed < len(parts)-1 && !strings.ContainsAny(parts[fixed], "*?[") {
		fixed++
	}
	root := strings.Join(parts[:fixed], "/") + "/"
	var out []string
	err := filepath.WalkDir(filepath.FromSlash(root), func(p string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(filepath.ToSlash(p), strings.TrimSuffix(root, "/")), "/")
		if e.IsDir() {
			if rel != "" && !couldHold(parts[fixed:], strings.Split(rel, "/")) {
				return fs.SkipDir
			}
			return nil
		}
		if !matchParts(parts[fixed:], strings.Split(rel, "/")) {
			return nil
		}
		info, err := os.Stat(p) // a link to a file is a file
		if err != nil {
			return err
		}
		if info.Mode().IsRegular() {
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

func matchParts(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		return matchParts(pattern[1:], name) || len(name) > 0 && matchParts(pattern, name[1:])
	}
	if len(name) == 0 {
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && matchParts(pattern[1:], name[1:])
}

// couldHold reports whether a folder may have matching files below it.
func couldHold(pattern, dir []string) bool {
	if len(dir) == 0 {
		return true
	}
	if len(pattern) == 0 {
		return false
	}
	if pattern[0] == "**" {
		return true
	}
	ok, err := path.Match(pattern[0], dir[0])
	return err == nil && ok && couldHold(pattern[1:], dir[1:])
}

// formatOf is a file's format by its name.
func formatOf(name string) (string, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	switch path.Ext(name) {
	case ".ndjson", ".jsonl":
		return "ndjson", true
	case ".json":
		return "json", true
	case ".csv", ".tsv":
		return "csv", true
	case ".parquet":
		return "parquet", true
	}
	return "", false
}

// datePattern finds a date, or an instant with its colons written as - or _ or nothing, in a file's path.
var datePattern = regexp.MustCompile(`([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T_ ]([0-9]{2})[-_:]?([0-9]{2})[-_:]?([0-9]{2})Z?)?`)

// dateOf is the last date in a file's name or path, which loaders put there; else Epoch.
func dateOf(name string) time.Time {
	all := datePattern.FindAllStringSubmatch(name, -1)
	for _, m := range slices.Backward(all) {
		clock := "000000"
		if m[4] != "" {
			clock = m[4] + m[5] + m[6]
		}
		if t, err := time.Parse("20060102150405", m[1]+m[2]+m[3]+clock); err == nil && t.Year() >= 1 {
			return t
		}
	}
	return Epoch()
}

// opened is an open file: its bytes, unpacked and without a byte order mark.
type opened struct {
	*bufio.Reader
	file io.Closer
	gz   *gzip.Reader
}

func (o *opened) Close() error {
	if o.gz != nil {
		o.gz.Close() // errors of the stream came with its reads
	}
	return o.file.Close()
}

// counting adds what is read to n.
type counting struct {
	r io.Reader
	n *atomic.Int64
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// unpack reads an open file, which it closes if it fails; bytes as stored are counted into read.
func unpack(file io.ReadCloser, name, compression string, read *atomic.Int64) (*opened, error) {
	o := &opened{file: file, Reader: bufio.NewReaderSize(counting{file, read}, 256<<10)}
	magic, _ := o.Peek(2) // a short file is no error here
	packed := bytes.Equal(magic, []byte{0x1f, 0x8b})
	if compression == "gzip" || packed && compression != "none" {
		var err error
		if o.gz, err = gzip.NewReader(o.Reader); err != nil {
			file.Close()
			return nil, fmt.Errorf("load: %s: %w", name, err)
		}
		o.Reader = bufio.NewReaderSize(o.gz, 256<<10)
	}
	if bom, _ := o.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		o.Discard(3) // peeked: cannot fail
	}
	return o, nil
}
