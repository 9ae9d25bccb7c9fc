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

	"github.com/bmatcuk/doublestar/v4"

	"github.com/nexus-host/nexus-host/internal/input"
)

// ErrNoFile says that a path or glob matches no file.
var ErrNoFile = errors.New("load: no such file")

// File is one file of a table.
type File struct {
	Path string // absolute
	Name string // as messages show it, relative to the table's folder with slashes
	Part string // what the pattern's first wildcard stands for, else the name without extensions
}

// Expand lists the files of a table: those of each path or glob in the order of
// their names, in the order of the paths; a file that several match counts once.
func Expand(dir string, patterns []string) ([]File, error) {
	var files []File
	seen := map[string]bool{}
	for _, pattern := range patterns {
		matches, err := glob(dir, pattern)
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
			files = append(files, File{Path: m, Name: filepath.ToSlash(name), Part: wildcardPart(dir, pattern, m)})
		}
	}
	return files, nil
}

// glob lists the regular files below a folder that match a pattern of doublestar's. Links to files
// are files; links to folders are not followed, except those before the first wildcard.
func glob(dir, pattern string) ([]string, error) {
	pattern = path.Clean(filepath.ToSlash(pattern))
	if !strings.ContainsAny(pattern, "*?[") {
		file := under(dir, pattern)
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return nil, fmt.Errorf("it is a folder, %w; a glob such as folder/*.ndjson names the files in it", input.ErrNotRegular)
		}
		_, err := input.Stat(file)
		var cause *fs.PathError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case errors.As(err, &cause) && errors.Is(err, input.ErrNotRegular):
			return nil, cause.Err // the caller names the path
		case err != nil:
			return nil, err
		}
		return []string{file}, nil
	}
	base, rest := doublestar.SplitPattern(pattern)
	root := under(dir, base)
	options := []doublestar.GlobOption{doublestar.WithFilesOnly(), doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors()}
	matches, err := doublestar.Glob(os.DirFS(root), rest, options...)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, m := range matches {
		file := filepath.Join(root, filepath.FromSlash(m))
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() {
			out = append(out, file)
		}
	}
	return out, nil
}

// wildcardPart is what a pattern's first wildcard stands for in a file's path: the folder or the part of a name.
func wildcardPart(dir, pattern, file string) string {
	pattern = path.Clean(filepath.ToSlash(pattern))
	if !strings.ContainsAny(pattern, "*?[{") {
		return withoutExtensions(filepath.Base(file))
	}
	base, rest := doublestar.SplitPattern(pattern)
	name, err := filepath.Rel(under(dir, base), file)
	if err != nil {
		return withoutExtensions(filepath.Base(file))
	}
	want, got := strings.Split(rest, "/"), strings.Split(filepath.ToSlash(name), "/")
	if want[0] == "**" {
		if folders := len(got) - (len(want) - 1); folders > 0 && len(want) > 1 {
			return strings.Join(got[:folders], "/")
		}
		return withoutExtensions(got[len(got)-1])
	}
	first, last := strings.IndexAny(want[0], "*?[{"), strings.LastIndexAny(want[0], "*?]}")
	part := strings.TrimSuffix(got[0][min(first, len(got[0])):], want[0][last+1:])
	if len(got) == 1 {
		part = withoutExtensions(part)
	}
	return part
}

// withoutExtensions is a file's name without those that formatOf knows.
func withoutExtensions(name string) string {
	if cut := strings.TrimSuffix(name, ".gz"); cut != "" {
		name = cut
	}
	if _, ok := formatOf(name); ok {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return name
}

// under is a path with slashes, taken from a folder if it is relative.
func under(dir, name string) string {
	if name = filepath.FromSlash(name); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
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
