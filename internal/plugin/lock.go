package plugin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/gofrs/flock"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/input"
)

// LockFile is the lock's file name, beside the project file.
const LockFile = "nexus.lock"

// lockRetry is how often a lock that another process holds is asked for again.
const lockRetry = 20 * time.Millisecond

const lockVersion = 1

// lockDepth is above what a lock needs, and far below what a parser feels.
const lockDepth = 8

// Lock pins the plugins of a project: a build with another module refuses.
type Lock struct {
	Version int                  `yaml:"version"`
	Plugins map[string]LockEntry `yaml:"plugins"` // by the plugin's name in the project file
}

// LockEntry is one pinned plugin.
type LockEntry struct {
	Digest  string `yaml:"digest"`
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	ABI     int    `yaml:"abi"`
}

// Entry is what a lock says of this plugin.
func (p *Plugin) Entry() LockEntry {
	return LockEntry{Digest: p.digest, Name: p.desc.Name, Version: p.desc.Version, ABI: p.desc.ABI}
}

// ReadLock reads a lock; a file that is not there is an empty lock.
func ReadLock(path string) (*Lock, error) {
	data, err := input.ReadFile(path, input.MaxYAML)
	if errors.Is(err, fs.ErrNotExist) {
		return &Lock{Version: lockVersion, Plugins: map[string]LockEntry{}}, nil
	} else if err != nil {
		return nil, fmt.Errorf("plugin: lock: %w", err)
	}
	if !input.IsText(string(data)) {
		return nil, fmt.Errorf("plugin: lock %s is not UTF-8 text; save it as UTF-8, or delete it to pin the plugins again", filepath.Base(path))
	}
	data = []byte(input.TrimBOM(string(data)))
	if err := input.CheckDepth(string(data), lockDepth); err != nil {
		return nil, fmt.Errorf("plugin: lock %s: %w; delete it to pin the plugins again", filepath.Base(path), err)
	}
	l := &Lock{}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.DisallowUnknownField()).Decode(l); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("plugin: lock %s is empty; delete it to pin the plugins again", filepath.Base(path))
	} else if err != nil {
		return nil, fmt.Errorf("plugin: lock %s: %w", filepath.Base(path), err)
	}
	if l.Version != lockVersion {
		return nil, fmt.Errorf("plugin: lock %s: version %d; this host reads %d", filepath.Base(path), l.Version, lockVersion)
	}
	if l.Plugins == nil {
		l.Plugins = map[string]LockEntry{}
	}
	for name, e := range l.Plugins {
		if hex, ok := strings.CutPrefix(e.Digest, "sha256:"); !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
			return nil, fmt.Errorf("plugin: lock %s: plugin %s: %q is not a sha256: digest", filepath.Base(path), clean(name, 80), clean(e.Digest, 80))
		}
	}
	return l, nil
}

// Check refuses a plugin that is not the one that the lock names. A plugin that the lock does not name
// is not refused: known is false, and the caller adds it.
func (l *Lock) Check(p *Plugin) (known bool, err error) {
	want, ok := l.Plugins[p.name]
	if !ok {
		return false, nil
	}
	got := p.Entry()
	if got == want {
		return true, nil
	}
	what := fmt.Sprintf("%s pins %s %s (%s), but this module is %s %s (%s)", LockFile,
		want.Name, want.Version, short(want.Digest), got.Name, got.Version, short(got.Digest))
	if got.Digest == want.Digest { // the same bytes, so the lock is what changed
		what = fmt.Sprintf("%s was edited: it pins this module as %s %s, ABI %d; it is %s %s, ABI %d", LockFile,
			want.Name, want.Version, want.ABI, got.Name, got.Version, got.ABI)
	}
	return true, at(fail(CodeLock, "%s; if the change is wanted, remove the entry and build again", what), p.name, PhaseLock)
}

// CheckDigest refuses bytes before anything runs of them.
func (l *Lock) CheckDigest(name string, module []byte) error {
	return l.checkDigest(name, Digest(module))
}

func (l *Lock) checkDigest(name, digest string) error {
	if l == nil {
		return nil
	}
	want, ok := l.Plugins[name]
	if !ok || digest == want.Digest {
		return nil
	}
	return at(fail(CodeLock, "%s pins %s %s (%s), but this module is different (%s); if the change is wanted, remove the entry and build again",
		LockFile, want.Name, want.Version, short(want.Digest), short(digest)), name, PhaseLock)
}

func short(digest string) string {
	if len(digest) > 19 {
		return digest[:19] + "…"
	}
	return digest
}

// Add pins a plugin as it is now; whether anything changed is the result.
func (l *Lock) Add(p *Plugin) bool {
	if l.Plugins[p.name] == p.Entry() {
		return false
	}
	l.Plugins[p.name] = p.Entry()
	return true
}

// Bytes writes the lock as people read it: sorted, one plugin a paragraph.
func (l *Lock) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString("# Written by nexus-host: the plugins that this project runs, by content.\n# Keep it under version control; a build with another module refuses.\n")
	fmt.Fprintf(&b, "version: %d\nplugins:", lockVersion)
	names := make([]string, 0, len(l.Plugins))
	for n := range l.Plugins {
		names = append(names, n)
	}
	slices.Sort(names)
	if len(names) == 0 {
		b.WriteString(" {}\n")
		return b.Bytes()
	}
	b.WriteByte('\n')
	for _, n := range names {
		e := l.Plugins[n]
		fmt.Fprintf(&b, "  %q:\n    digest: %s\n    name: %s\n    version: %q\n    abi: %d\n", n, e.Digest, e.Name, e.Version, e.ABI)
	}
	return b.Bytes()
}

// guard excludes other processes of this user from a file. What they hold on to is in the cache
// folder: beside the file it would be litter, and removing it would let two in.
func guard(ctx context.Context, path string) (*flock.Flock, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("plugin: lock: %w", err)
	}
	dir, err := cache.DefaultDir()
	if err != nil {
		dir = filepath.Dir(abs) // a user without a home
	}
	f := flock.New(filepath.Join(dir, ".lock-"+cache.Key([]byte(abs))[:16]), flock.SetPermissions(0o600))
	if _, err := f.TryLockContext(ctx, lockRetry); err != nil {
		return nil, fmt.Errorf("plugin: lock: %w", err)
	}
	return f, nil
}

// UpdateLock reads, changes and writes a lock while no other process of ours does.
func UpdateLock(ctx context.Context, path string, change func(*Lock) error) error {
	held, err := guard(ctx, path)
	if err != nil {
		return err
	}
	defer held.Unlock() //nolint:errcheck // closing the file ends the lock
	l, err := ReadLock(path)
	if err != nil {
		return err
	}
	before := l.Bytes()
	if err := change(l); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil && bytes.Equal(before, l.Bytes()) {
		return nil
	}
	if err := cache.Replace(path, l.Bytes(), 0o644); err != nil {
		return fmt.Errorf("plugin: lock: %w", err)
	}
	return nil
}
