package plugin

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nexus-host/nexus-host/internal/cache"
)

// toolchain runs the go command in the folder of a plugin. The command needs a build cache and a module cache; a user without
// a home folder, or with one that cannot be written, gets temporary ones.
type toolchain struct {
	cmd, dir string
	env      []string
	flags    []string // of list and build
	tmp      string   // the folder of temporary caches, "" if there is none
	empty    bool     // the module cache is a temporary one
}

func openToolchain(ctx context.Context, goCmd, dir string) (*toolchain, error) {
	t := &toolchain{cmd: goCmd, dir: dir, env: append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOWORK=off")}
	cmd := exec.CommandContext(ctx, goCmd, "env", "GOCACHE", "GOMODCACHE")
	cmd.Dir, cmd.Env = dir, append(t.env, "GOTOOLCHAIN=local") // another Go would need a module cache itself
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ended(ctx, "")
		}
		return nil, &Error{Code: CodeBuild, Detail: "go env", Err: err}
	}
	build, rest, _ := strings.Cut(string(out), "\n")
	modules, _, _ := strings.Cut(rest, "\n")
	if err := t.caches(build, modules); err != nil {
		t.close()
		return nil, fail(CodeBuild, "%v", err)
	}
	return t, nil
}

// caches replaces the caches that the go command would use where it could not.
func (t *toolchain) caches(build, modules string) error {
	if !filepath.IsAbs(build) || cache.Writable(build) != nil { // "off" where none is known
		dir, err := t.temporary("build")
		if err != nil {
			return err
		}
		t.env = append(t.env, "GOCACHE="+dir)
	}
	switch known := modulesOfUser(); {
	case isDir(modules) || filepath.IsAbs(modules) && cache.Writable(modules) == nil:
	case known != "":
		t.env = append(t.env, "GOMODCACHE="+known)
	default:
		dir, err := t.temporary("go")
		if err != nil {
			return err
		}
		t.empty = true
		t.env = append(t.env, "GOPATH="+dir, "GOMODCACHE="+filepath.Join(dir, "pkg", "mod"))
		t.flags = []string{"-modcacherw"} // or it could not be removed
	}
	return nil
}

// modulesOfUser is the module cache in the home folder that the system has on record, for a process that was started without HOME.
func modulesOfUser() string {
	if os.Getenv("HOME") != "" {
		return ""
	}
	u, err := user.Current()
	if err != nil || !filepath.IsAbs(u.HomeDir) {
		return ""
	}
	if dir := filepath.Join(u.HomeDir, "go", "pkg", "mod"); isDir(dir) {
		return dir
	}
	return ""
}

func (t *toolchain) temporary(name string) (string, error) {
	if t.tmp == "" {
		tmp, err := os.MkdirTemp("", "nexus-go-")
		if err != nil {
			return "", err
		}
		t.tmp = tmp
	}
	dir := filepath.Join(t.tmp, name)
	return dir, os.Mkdir(dir, 0o700)
}

// close removes the temporary caches.
func (t *toolchain) close() {
	if t.tmp != "" {
		_ = os.RemoveAll(t.tmp) // a temporary folder
	}
}

// untidy is how the go command says that go.mod and go.sum lack something that the source needs.
var untidy = regexp.MustCompile(`go mod tidy|missing go\.sum entry|no required module provides package|updates to go\.mod needed`)

// run runs a subcommand of go that takes build flags.
func (t *toolchain) run(ctx context.Context, command string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, t.cmd, append(append([]string{command}, t.flags...), args...)...)
	cmd.Dir, cmd.Env = t.dir, t.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ended(ctx, "")
		}
		if untidy.Match(stderr.Bytes()) {
			detail := fmt.Sprintf("go.mod or go.sum is not complete: run %q in %s", "go mod tidy", t.dir)
			return nil, &Error{Code: CodeBuild, Err: err, Detail: detail}
		}
		detail := "go " + command + ": " + err.Error() + ": " + strings.ReplaceAll(strings.TrimSpace(stderr.String()), "\n", "; ")
		if t.empty {
			detail = "there is no module cache, so modules are downloaded (HOME or GOMODCACHE says where one is): " + detail
		}
		return nil, &Error{Code: CodeBuild, Err: err, Detail: clean(detail, maxErrorText)}
	}
	return stdout.Bytes(), nil
}
