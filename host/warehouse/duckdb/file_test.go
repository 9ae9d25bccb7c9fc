//go:build unix

package duckdb_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
)

// header is the beginning of a database file, of some storage version.
func header(version byte, size int) []byte {
	b := make([]byte, size)
	copy(b[8:], "DUCK")
	b[12] = version
	return b
}

// otherVersion makes a file of a storage version that does not exist yet. The engine's own error gives
// the checksum that such a header has.
func otherVersion(path string) error {
	if err := os.WriteFile(path, header(200, 20000), 0o600); err != nil {
		return err
	}
	_, err := duckdb.Open(context.Background(), duckdb.Options{Path: path, ReadOnly: true})
	found := regexp.MustCompile(`computed checksum ([0-9]+)`).FindStringSubmatch(fmt.Sprint(err))
	if found == nil {
		return fmt.Errorf("the checksum is not in: %w", err)
	}
	sum, err := strconv.ParseUint(found[1], 10, 64)
	if err != nil {
		return err
	}
	b := header(200, 20000)
	binary.LittleEndian.PutUint64(b, sum)
	return os.WriteFile(path, b, 0o600)
}

// notDatabases are paths where no database can be, each with what the error must say beside the path.
func notDatabases(t *testing.T) map[string]struct {
	make func(path string) error
	says string
} {
	t.Helper()
	content := func(b []byte) func(string) error {
		return func(path string) error { return os.WriteFile(path, b, 0o600) }
	}
	return map[string]struct {
		make func(path string) error
		says string
	}{
		"empty":          {content(nil), "is empty"},
		"text":           {content([]byte("hello, world\n")), "not a DuckDB database"},
		"long text":      {content(bytes.Repeat([]byte("hello, world\n"), 2000)), "not a DuckDB database"},
		"SQLite":         {content(append([]byte("SQLite format 3\x00"), make([]byte, 20000)...)), "database of SQLite"},
		"truncated":      {content(header(64, 4096)), "cut off"},
		"other version":  {otherVersion, "another version of DuckDB"},
		"damaged":        {content(header(64, 20000)), "move it away"},
		"folder":         {func(path string) error { return os.Mkdir(path, 0o700) }, "a folder"},
		"link loop":      {func(path string) error { return os.Symlink(path, path) }, "symbolic links"},
		"dangling link":  {func(path string) error { return os.Symlink(path+"x", path) }, "does not exist"},
		"pipe":           {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "a named pipe"},
		"endless device": {func(path string) error { return os.Symlink("/dev/zero", path) }, "a device"},
	}
}

func TestWhatIsNoDatabase(t *testing.T) {
	for name, c := range notDatabases(t) {
		for _, readOnly := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "nexus.duckdb")
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			err := opens(t, duckdb.Options{Path: path, ReadOnly: readOnly})
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s (read-only %v): %v", name, readOnly, err)
			}
			if err != nil && !strings.Contains(err.Error(), "move it away") {
				t.Errorf("%s (read-only %v): the error does not say what to do: %v", name, readOnly, err)
			}
			if errors.Is(err, warehouse.ErrMissing) {
				t.Errorf("%s (read-only %v) is called not built: %v", name, readOnly, err)
			}
		}
	}
}

// opens opens and closes a database; one that does not end fails the test.
func opens(t *testing.T, o duckdb.Options) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		w, err := duckdb.Open(context.Background(), o)
		if err == nil {
			err = w.Close()
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Minute):
		t.Fatalf("opening %s does not end", o.Path)
		return nil
	}
}

// A folder that cannot be made, and one that may not be written.
func TestFolders(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(file, "sub", "nexus.duckdb")
	for what, err := range map[string]error{"open": opens(t, duckdb.Options{Path: path}), "lock": locks(path)} {
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "name another file") {
			t.Errorf("%s below a file: %v", what, err)
		}
	}
	if os.Getuid() == 0 {
		return // may write everywhere
	}
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o500); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(closed, "nexus.duckdb")
	if err := opens(t, duckdb.Options{Path: path}); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "the right to write") {
		t.Errorf("a folder that may not be written: %v", err)
	}
}

func locks(path string) error {
	unlock, err := duckdb.Lock(context.Background(), path)
	if err == nil {
		err = unlock()
	}
	return err
}

func TestLockThatIsNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nexus.duckdb")
	if err := syscall.Mkfifo(path+".lock", 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- locks(path) }()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "a named pipe") {
			t.Errorf("%v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("locking waits for ever")
	}
}

// The driver reads a path as a URL. One from which it would read no settings, and so open the database for
// writing and with access to every file, is refused.
func TestPathsThatLoseSettings(t *testing.T) {
	for _, name := range []string{"a#b", "a%zzb", "a?b", "a\nb", "%23#", "##"} {
		for _, path := range []string{filepath.Join(t.TempDir(), name, "x.duckdb"), filepath.Join(t.TempDir(), name)} {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, readOnly := range []bool{false, true} {
				err := opens(t, duckdb.Options{Path: path, ReadOnly: readOnly})
				if readOnly && errors.Is(err, warehouse.ErrMissing) {
					continue // it could not be made
				}
				if err == nil || !strings.Contains(err.Error(), "cannot be a database's path") {
					t.Errorf("%q: %v", path, err)
				}
			}
		}
	}
	for _, name := range []string{"a b", "a'b", `a"b`, "a;b", "a&b=c", "a%41b", "ä", "main", "system", "temp", "memory"} {
		path := filepath.Join(t.TempDir(), name+".duckdb")
		for _, readOnly := range []bool{false, true} {
			if err := opens(t, duckdb.Options{Path: path, ReadOnly: readOnly}); err != nil {
				t.Errorf("%q: %v", path, err)
			}
		}
	}
	err := opens(t, duckdb.Options{Path: filepath.Join(t.TempDir(), "nexus_work.duckdb")})
	if err == nil || !strings.Contains(err.Error(), "name another file") || strings.Contains(err.Error(), "damaged") {
		t.Errorf("a file called as the work database: %v", err)
	}
}
