package plugin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/input"
)

// A Builder builds plugins written in Go from their source. Built modules are kept
// by the content of their sources, so that unchanged ones cost the reading of a few files.
type Builder struct {
	CacheDir string // "": builds each time
	Go       string // the go command; "": found on PATH
}

// maxModule bounds what is read back from the cache and the compiler.
const maxModule = 64 << 20

// maxSource bounds a file that a plugin is built of; the largest is the go command itself.
const maxSource = 256 << 20

// Build builds the main package in dir, or in dir/main where dir holds a library.
func (b Builder) Build(ctx context.Context, dir string) ([]byte, error) {
	module, err := b.build(ctx, dir)
	if err != nil {
		return nil, at(err, dir, PhaseBuild)
	}
	return module, nil
}

func (b Builder) build(ctx context.Context, dir string) ([]byte, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fail(CodeBuild, "%v", err)
	}
	if sub := filepath.Join(dir, "main"); isDir(sub) {
		dir = sub
	}
	goCmd := b.Go
	if goCmd == "" {
		if goCmd, err = exec.LookPath("go"); err != nil {
			return nil, &Error{Code: CodeBuild, Detail: "building a plugin from source needs the go command", Err: err}
		}
	}
	c, err := cache.Open(b.CacheDir)
	if err != nil {
		return nil, fail(CodeBuild, "%v", err)
	}
	if module, ok := b.cached(c, goCmd, dir); ok {
		return module, nil
	}
	if c.Path() != "" {
		// Two processes at one plugin: the second finds what the first has built.
		lock := flock.New(filepath.Join(c.Path(), "build-"+cache.Key([]byte(dir))[:16]+".lock"), flock.SetPermissions(0o600))
		if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
			return nil, &Error{Code: CodeCanceled, Detail: "waiting for another build of the plugin", Err: err}
		}
		defer lock.Unlock() //nolint:errcheck // closing the file ends the lock
		if module, ok := b.cached(c, goCmd, dir); ok {
			return module, nil
		}
	}
	tools, err := openToolchain(ctx, goCmd, dir)
	if err != nil {
		return nil, err
	}
	defer tools.close()
	list, err := sources(ctx, tools)
	if err != nil {
		return nil, err
	}
	key, err := sourceKey(goCmd, list)
	if err != nil {
		return nil, fail(CodeBuild, "%v", err)
	}
	module, err := compileGo(ctx, tools)
	if err != nil {
		return nil, err
	}
	if after, err := sourceKey(goCmd, list); err == nil && after == key {
		// Neither entry is needed for a right answer; without them the next start builds again.
		if old, ok := readList(c, dir); ok && old.Built != key {
			c.Drop(old.Built)
		}
		list.Built = key
		if listed, err := json.Marshal(list); err == nil {
			_ = c.Put(listKey(dir), listed)
			_ = c.Put(key, module)
		}
	}
	return module, nil
}

// sourceList names what a build reads: Files one by one, and Dirs of which each file counts (so that a new one is noticed).
type sourceList struct {
	Files []string `json:"files"`
	Dirs  []string `json:"dirs"`
	Built string   `json:"built"` // the key of the module built last: one a folder is kept
}

func listKey(dir string) string { return cache.Key([]byte("sources"), []byte(dir)) }

func readList(c cache.Dir, dir string) (list sourceList, ok bool) {
	data, state := c.Get(listKey(dir), 1<<20)
	return list, state == cache.Hit && json.Unmarshal(data, &list) == nil
}

// cached returns the module built of just these sources, if one is kept.
func (b Builder) cached(c cache.Dir, goCmd, dir string) ([]byte, bool) {
	list, ok := readList(c, dir)
	if !ok {
		return nil, false
	}
	key, err := sourceKey(goCmd, list)
	if err != nil {
		return nil, false
	}
	module, state := c.Get(key, maxModule)
	return module, state == cache.Hit
}

// sourceKey hashes the sources and the Go that builds them.
func sourceKey(goCmd string, list sourceList) (string, error) {
	h := sha256.New()
	real, err := filepath.EvalSymlinks(goCmd)
	if err != nil {
		return "", err
	}
	files := slices.Clone(list.Files)
	if v := filepath.Join(filepath.Dir(filepath.Dir(real)), "VERSION"); isFile(v) {
		files = append(files, v)
	} else {
		files = append(files, real)
	}
	for _, dir := range list.Dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return "", err
		}
		goFree := !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), ".go") })
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			case e.Type().IsRegular() && !strings.HasSuffix(e.Name(), "_test.go"):
				files = append(files, path)
			case e.IsDir() && !goFree && e.Name() != "testdata":
				// A folder below a package: its own package if it holds Go files, else something that is embedded.
				if err := embedded(path, &files); err != nil {
					return "", err
				}
			}
		}
	}
	slices.Sort(files)
	for _, path := range slices.Compact(files) {
		if err := hashFile(h, path); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// embedded lists the files of a folder tree, without the folders that are packages.
func embedded(root string, files *[]string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if found, _ := filepath.Glob(filepath.Join(path, "*.go")); len(found) > 0 {
				return filepath.SkipDir
			}
			return nil
		}
		if e.Type().IsRegular() {
			*files = append(*files, path)
		}
		return nil
	})
}

func hashFile(h io.Writer, path string) error {
	data, err := input.ReadFile(path, maxSource)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(h, "%d:%s%d:", len(path), path, len(data))
	if err == nil {
		_, err = h.Write(data)
	}
	return err
}

// sources asks go which packages of the main module the build reads; the others are fixed by go.sum.
func sources(ctx context.Context, tools *toolchain) (sourceList, error) {
	out, err := tools.run(ctx, "list", "-deps", "-json=Dir,Standard,Module,ImportPath", ".")
	if err != nil {
		return sourceList{}, err
	}
	list := sourceList{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p struct {
			Dir      string
			Standard bool
			Module   *struct {
				Main  bool
				GoMod string
			}
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return sourceList{}, fail(CodeBuild, "go list: %v", err)
		}
		if p.Standard || p.Module == nil || !p.Module.Main {
			continue
		}
		list.Dirs = append(list.Dirs, p.Dir)
		if sum := strings.TrimSuffix(p.Module.GoMod, ".mod") + ".sum"; isFile(sum) && !slices.Contains(list.Files, sum) {
			list.Files = append(list.Files, p.Module.GoMod, sum)
		}
	}
	return list, nil
}

// compileGo builds a module whose bytes depend only on its sources and Go's version:
// no paths, no build id, no state of the repository.
func compileGo(ctx context.Context, tools *toolchain) ([]byte, error) {
	tmp, err := os.MkdirTemp("", "nexus-plugin-")
	if err != nil {
		return nil, fail(CodeBuild, "%v", err)
	}
	defer os.RemoveAll(tmp) //nolint:errcheck // a temporary folder
	out := filepath.Join(tmp, "plugin.wasm")
	if _, err := tools.run(ctx, "build", "-buildmode=c-shared", "-trimpath", "-buildvcs=false",
		"-ldflags=-s -w -buildid=", "-o", out, "."); err != nil {
		return nil, err
	}
	module, err := os.ReadFile(out)
	if err != nil {
		return nil, fail(CodeBuild, "%v", err)
	}
	return module, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
