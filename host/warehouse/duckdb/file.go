package duckdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/input"
)

// advice ends the errors of a path where no database can be.
const advice = "move it away, or name another file with warehouse: {path: …}"

// makeFolder makes the folder of a database.
func makeFolder(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("duckdb: the folder of %s cannot be made: %w; name another file with warehouse: {path: …}", path, err)
	}
	return nil
}

// checkFile says what is wrong with a file that is to be opened as a database: the engine's own errors name
// neither the remedy nor, in some cases, the file, and it waits for the writer of a pipe. If there is no file, the error is fs.ErrNotExist.
func checkFile(path string) error {
	f, err := input.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, lerr := os.Lstat(path); lerr == nil {
			return fmt.Errorf("duckdb: %s is a link to a file that does not exist; %s", path, advice)
		}
		return err
	case err != nil:
		return fileError(path, err)
	}
	defer f.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fileError(path, err)
	}
	switch head = head[:n]; {
	case n == 0:
		return fmt.Errorf("duckdb: %s is empty, not a DuckDB database; %s", path, advice)
	case n == headSize && bytes.Equal(head[8:12], []byte("DUCK")):
		return nil
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return fmt.Errorf("duckdb: %s is a database of SQLite, not of DuckDB; %s", path, advice)
	case n == headSize:
		return fmt.Errorf("duckdb: %s is not a DuckDB database; %s", path, advice)
	}
	return fmt.Errorf("duckdb: %s is not a DuckDB database, or it was cut off; %s", path, advice)
}

// headSize is the size of a database file's three headers, without which the engine reads none.
const headSize = 3 * 4096

// fileError is the error of a path that cannot be opened at all.
func fileError(path string, err error) error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err // the path is in the message already
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("duckdb: cannot open %s: %w; give this user the right to read and write it, or name another file with warehouse: {path: …}", path, err)
	}
	return fmt.Errorf("duckdb: cannot open %s: %w; %s", path, err, advice)
}

// openError is the engine's error on opening a database, with what to do.
func openError(path string, err error) error {
	message := err.Error()
	switch {
	case strings.Contains(message, "Could not set lock"), strings.Contains(message, "Conflicting lock"):
		return fmt.Errorf("%w: another process has %s open", warehouse.ErrBusy, path)
	case strings.Contains(message, "different configuration"):
		return fmt.Errorf("%w: a build has %s open", warehouse.ErrBusy, path)
	case strings.Contains(message, "version number"):
		return fmt.Errorf("duckdb: %s was written by another version of DuckDB: %w; export it with that version, or move it away and build again", path, err)
	case strings.Contains(message, "Permission denied"), strings.Contains(message, "Read-only file system"):
		return fmt.Errorf("duckdb: cannot open %s: %w; give this user the right to write it and its folder", path, err)
	}
	return fmt.Errorf("duckdb: cannot open %s: %w; if the file is damaged, move it away and build again", path, err)
}
