//go:build unix

package input_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/input"
)

// odd makes what is at a path and is no file, by the words with which it is refused.
func odd(t *testing.T) map[string]string {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	socket, err := os.MkdirTemp("", "s") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(socket) })
	l, err := net.Listen("unix", filepath.Join(socket, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return map[string]string{"a folder": dir, "a named pipe": pipe, "a device": link, "a socket": l.Addr().String()}
}

func TestOnlyRegularFiles(t *testing.T) {
	for what, path := range odd(t) {
		done := make(chan error, 1)
		go func() {
			_, err := input.ReadFile(path, 1<<20)
			done <- err
		}()
		select {
		case err := <-done:
			if !errors.Is(err, input.ErrNotRegular) || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s is read for ever", what)
		}
		if _, err := input.Stat(path); !errors.Is(err, input.ErrNotRegular) {
			t.Errorf("Stat of %s: %v", what, err)
		}
	}
}

func TestReadFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	for limit, fits := range map[int64]bool{4: false, 5: true, 6: true} {
		data, err := input.ReadFile(path, limit)
		if fits && (err != nil || string(data) != "12345") || !fits && !errors.Is(err, input.ErrTooLarge) {
			t.Errorf("at most %d: %q, %v", limit, data, err)
		}
	}
	if _, err := input.ReadFile(path+"x", 9); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// Files whose size is not known before they are read are bounded too.
func TestReadFileOfUnknownSize(t *testing.T) {
	const path = "/proc/self/status"
	want, err := os.ReadFile(path)
	if err != nil {
		t.Skip("no /proc")
	}
	if data, err := input.ReadFile(path, 1<<20); err != nil || len(data) < len(want)/2 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if _, err := input.ReadFile(path, 100); !errors.Is(err, input.ErrTooLarge) {
		t.Errorf("beyond the limit: %v", err)
	}
}
