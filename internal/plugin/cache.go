package plugin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/nexus-host/nexus-host/internal/files"
)

// A cache keeps answers on disk by content: the key is a hash of the module's
// bytes, the question and the limits. An answer is the same whenever it is asked, so
// there is nothing to expire. Entries hold data, never code; one that is not what
// was written (cut, flipped, swapped with another) is deleted and the plugin asked again.
//
// Writers write aside and rename, so processes may share a directory without locks.
type cache struct{ dir string } // "": keeps nothing

const cacheMagic = "nexus-host plugin cache 1\n"

// CacheState says what a cache entry was, for logs and tests.
type cacheState uint8

const (
	cacheMiss cacheState = iota
	cacheHit
	cachePoisoned
)

// cacheKey hashes its parts, each with its length, so that no two lists of parts meet.
func cacheKey(parts ...[]byte) string {
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
	h.Write([]byte(cacheMagic + key + "\n"))
	h.Write(content)
	return []byte(cacheMagic + hex.EncodeToString(h.Sum(nil)) + "\n")
}

func (c cache) path(key string) string { return filepath.Join(c.dir, key[:2], key) }

// get reads an entry of at most so many bytes.
func (c cache) get(key string, most int) ([]byte, cacheState) {
	if c.dir == "" {
		return nil, cacheMiss
	}
	path := c.path(key)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, cacheMiss
	}
	if info.Mode().IsRegular() && info.Size() <= int64(most)+1024 {
		if data, err := os.ReadFile(path); err == nil {
			head := len(cacheMagic) + 2*sha256.Size + 1
			if len(data) > head && bytes.Equal(data[:head], seal(key, data[head:])) {
				return data[head:], cacheHit
			}
		}
	}
	_ = os.Remove(path) // an entry that stays broken is only read in vain again
	return nil, cachePoisoned
}

// put writes an entry. A cache that cannot be written costs time, not correctness, so callers may drop its error.
func (c cache) put(key string, content []byte) error {
	if c.dir == "" {
		return nil
	}
	return writeFile(c.path(key), append(seal(key, content), content...))
}

// drop removes an entry that nobody will ask for again.
func (c cache) drop(key string) {
	if c.dir != "" && len(key) == 2*sha256.Size {
		_ = os.Remove(c.path(key))
	}
}

// writeFile writes in a directory that nobody else may read.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("plugin: cache: %w", err)
	}
	if err := files.Replace(path, data, 0o600); err != nil {
		return fmt.Errorf("plugin: cache: %w", err)
	}
	return nil
}

// openCache makes the directory and refuses one that others can write to: an answer
// that somebody else left there would be read as the plugin's.
func openCache(dir string) (cache, error) {
	if dir == "" {
		return cache{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cache{}, fmt.Errorf("plugin: cache: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return cache{}, fmt.Errorf("plugin: cache: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 { // Windows has no such bits
		return cache{}, fmt.Errorf("plugin: cache: %s may be written by others (mode %v); make it 0700", dir, info.Mode().Perm())
	}
	return cache{dir: dir}, nil
}

// DefaultCacheDir is where the command keeps answers and built modules: a folder of the user's own. It is
// an error if nothing can be written there; whoever asks then goes on without one.
func DefaultCacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("plugin: cache: %w", err)
	}
	dir = filepath.Join(dir, "nexus-host", "plugin")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("plugin: cache: %w", err)
	}
	f, err := os.CreateTemp(dir, ".probe-*") // a folder that is there may be on a disk that is read-only, or full
	if err != nil {
		return "", fmt.Errorf("plugin: cache: %w", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return "", fmt.Errorf("plugin: cache: %w", err)
	}
	return dir, nil
}
