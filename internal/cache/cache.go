// Package cache keeps on disk what can be had again: plugins' answers, modules built from source, rendered
// SQL. Entries are files named by the hash of what was asked, so nothing expires. They hold data, never
// code; one that is not what was written (cut, flipped, swapped with another) is deleted, and the work is done again.
//
// Writers write a new file and rename it, so processes share a folder without locks, and a killed one leaves
// no half of an entry. A folder that others can write to is refused.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A Dir is a folder of entries; the zero value keeps nothing.
type Dir struct{ path string }

const magic = "nexus-host cache 1\n"

// State says what an entry was, for logs and tests.
type State uint8

// The states of an entry that was looked for.
const (
	Miss State = iota
	Hit
	Poisoned // it was not what had been written, and is deleted
)

// DefaultDir is the cache of the command and of tests: a folder of the user's own. It is an error if nothing
// can be written there; callers then work without a cache.
func DefaultDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	dir = filepath.Join(dir, "nexus-host", "plugin")
	if err := Writable(dir); err != nil {
		return "", err
	}
	return dir, nil
}

// Writable makes a folder if it is not there. It is an error if nothing can be written to it.
func Writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	f, err := os.CreateTemp(dir, ".probe-*") // the folder may be on a disk that is read-only, or full
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// Open makes the folder and refuses one that others can write to: what someone else left
// there would be read as an answer. "" keeps nothing.
func Open(dir string) (Dir, error) {
	if dir == "" {
		return Dir{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Dir{}, fmt.Errorf("cache: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return Dir{}, fmt.Errorf("cache: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 { // Windows has no such bits
		return Dir{}, fmt.Errorf("cache: %s may be written by others (mode %v); make it 0700", dir, info.Mode().Perm())
	}
	return Dir{path: dir}, nil
}

// Path is the folder; "" if nothing is kept.
func (d Dir) Path() string { return d.path }

// Key hashes its parts, each with its length, so that no two lists of parts meet.
func Key(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// seal is what an entry begins with: the hash of the key and the content, so
// that an entry under another's name is as broken as a flipped bit.
func seal(key string, content []byte) []byte {
	h := sha256.New()
	h.Write([]byte(magic + key + "\n"))
	h.Write(content)
	return []byte(magic + hex.EncodeToString(h.Sum(nil)) + "\n")
}

func (d Dir) file(key string) string { return filepath.Join(d.path, key[:2], key) }

// Get reads an entry of at most so many bytes.
func (d Dir) Get(key string, most int) ([]byte, State) {
	if d.path == "" {
		return nil, Miss
	}
	path := d.file(key)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, Miss
	}
	if info.Mode().IsRegular() && info.Size() <= int64(most)+1024 {
		if data, err := os.ReadFile(path); err == nil {
			head := len(magic) + 2*sha256.Size + 1
			if len(data) > head && bytes.Equal(data[:head], seal(key, data[head:])) {
				return data[head:], Hit
			}
		}
	}
	_ = os.Remove(path) // an entry that stays broken only costs another read
	return nil, Poisoned
}

// Put writes an entry. A cache that cannot be written costs time, not correctness, so callers may drop its error.
func (d Dir) Put(key string, content []byte) error {
	if d.path == "" {
		return nil
	}
	path := d.file(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := Replace(path, append(seal(key, content), content...), 0o600); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// Drop removes an entry that will not be asked for again.
func (d Dir) Drop(key string) {
	if d.path != "" && len(key) == 2*sha256.Size {
		_ = os.Remove(d.file(key))
	}
}

// Prune removes the oldest files of the folder, so that at most so many are left. The entry of a key stays,
// whatever the clock of the disk says of its age; what other processes are writing begins with a dot, and stays.
func (d Dir) Prune(most int, keep string) error {
	type entry struct {
		path string
		fs.FileInfo
	}
	var list []entry
	err := filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		if info, err := e.Info(); err == nil { // else it has gone
			list = append(list, entry{path, info})
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cache: %w", err)
	}
	kept := func(e entry) int {
		if filepath.Base(e.path) == keep {
			return 0
		}
		return 1
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(kept(a), kept(b)), b.ModTime().Compare(a.ModTime()))
	})
	for _, e := range list[min(most, len(list)):] {
		_ = os.Remove(e.path)
	}
	return nil
}
