//go:build unix

// Package pgtest gives tests a real PostgreSQL: a throw-away server of the
// machine's own binaries on a Unix socket in a temporary directory, with a
// fresh database for each test that asks for one. It is for tests only.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // database/sql driver "pgx"
)

// RequireEnv makes a missing PostgreSQL a failure when it is set to 1.
const RequireEnv = "NEXUS_REQUIRE_POSTGRES"

// ErrMissing says that this machine has no PostgreSQL binaries.
var ErrMissing = errors.New("pgtest: no initdb and postgres in PATH or /usr/lib/postgresql/*/bin")

// unprivileged is the account that runs the server where tests run as root,
// which PostgreSQL refuses.
var unprivileged = []string{"postgres", "nobody"}

// Server is a running PostgreSQL.
type Server struct {
	dir string // holds data/ and the socket
	cmd *exec.Cmd
	seq int
	mu  sync.Mutex
}

// required reports whether a missing PostgreSQL is a failure.
func required() bool { return os.Getenv(RequireEnv) == "1" }

// New starts a server that stops, and is removed, when the test ends. With -short the test is skipped.
func New(t testing.TB) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("PostgreSQL IS NOT TESTED with -short")
	}
	s, err := start(t.Context())
	if errors.Is(err, ErrMissing) && !required() {
		t.Skipf("PostgreSQL IS NOT TESTED: %v (%s=1 makes this a failure)", err, RequireEnv)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Main is a package's TestMain with one server for all its tests; it leaves the server nil where the machine
// has none, and with -short.
func Main(m *testing.M, server **Server) {
	flag.Parse()
	if !testing.Short() {
		s, err := start(context.Background())
		switch {
		case err == nil:
			*server = s
		case errors.Is(err, ErrMissing) && !required():
			fmt.Fprintf(os.Stderr, "PostgreSQL IS NOT TESTED: %v (%s=1 makes this a failure)\n", err, RequireEnv)
		default:
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	if *server != nil {
		if err := (*server).Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// start starts a server that Stop ends.
func start(ctx context.Context) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	// A Unix socket's path may have about 100 bytes, so the directory is no t.TempDir.
	dir, err := os.MkdirTemp("", "nxpg")
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, bin); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, bin string) error {
	attr, err := account(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", superuser, "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = attr, s.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer log.Close()
	// The server outlives ctx: Stop ends it, so that clean-ups still reach it.
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "timezone=UTC",
		"-c", "shared_buffers=64MB", "-c", "max_connections=50", "-c", "autovacuum=off")
	s.cmd.SysProcAttr, s.cmd.Dir = attr, s.dir
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return fmt.Errorf("pgtest: postgres: %w", err)
	}
	if err := s.wait(ctx); err != nil {
		return err
	}
	return s.exec("CREATE ROLE nexus LOGIN CREATEROLE")
}

// superuser owns the server; tests log in as a role that owns its databases and no more.
const superuser = "postgres"

// wait returns when the server answers.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	db, err := sql.Open("pgx", s.SuperDSN("postgres"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer db.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("pgtest: server does not answer: %w\n%s", err, log)
		case <-tick.C:
		}
	}
}

// Stop ends the server and removes its files.
func (s *Server) Stop() error {
	var err error
	if s.cmd != nil {
		// SIGQUIT is PostgreSQL's immediate shutdown: nothing here is worth a checkpoint.
		if err = s.cmd.Process.Signal(syscall.SIGQUIT); err == nil {
			_ = s.cmd.Wait() // the exit code after SIGQUIT says nothing
		}
		s.cmd = nil
	}
	if removed := os.RemoveAll(s.dir); err == nil {
		err = removed
	}
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// DSN is the connection string of a database of the server, as the role that owns it.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("host=%s user=nexus dbname=%s sslmode=disable", s.dir, database)
}

// SuperDSN is the connection string of a database of the server, as its superuser.
func (s *Server) SuperDSN(database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", s.dir, superuser, database)
}

// Socket is where the server listens, for a proxy in between.
func (s *Server) Socket() (network, address string) {
	return "unix", filepath.Join(s.dir, ".s.PGSQL.5432")
}

// Database makes an empty database and returns its connection string. It is
// dropped when the test ends.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	s.seq++
	name := "t" + strconv.Itoa(s.seq)
	s.mu.Unlock()
	if err := s.exec("CREATE DATABASE " + name + " OWNER nexus TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.DSN(name)
}

// Open makes an empty database and opens it.
func (s *Server) Open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", s.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (s *Server) exec(statement string) error {
	db, err := sql.Open("pgx", s.SuperDSN("postgres"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		return fmt.Errorf("pgtest: %s: %w", statement, err)
	}
	return nil
}

// binaries finds the directory of initdb and postgres, the newest version first.
func binaries() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	sort.Slice(dirs, func(i, j int) bool { return version(dirs[i]) > version(dirs[j]) })
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append([]string{filepath.Dir(path)}, dirs...)
	}
	for _, dir := range dirs {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", ErrMissing
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// account makes the server run as someone other than root and gives it dir.
func account(dir string) (*syscall.SysProcAttr, error) {
	// A group of its own: a Ctrl-C for the tests does not kill the server before its clean-up.
	attr := &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(attr)
	if os.Geteuid() != 0 {
		return attr, nil
	}
	for _, name := range unprivileged {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 != nil || err2 != nil {
			continue
		}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			return nil, fmt.Errorf("pgtest: %w", err)
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attr, nil
	}
	return nil, fmt.Errorf("pgtest: PostgreSQL does not run as root, and there is none of the accounts %s", strings.Join(unprivileged, ", "))
}
