package snowflake_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
)

// requireEnv makes a missing fakesnow a failure when it is set to 1.
const requireEnv = "NEXUS_REQUIRE_FAKESNOW"

var errMissing = errors.New("no fakesnow")

// server is a running fakesnow. It holds its databases in memory and ends when its input does, so with this
// process, whatever becomes of it.
type server struct {
	cmd   *exec.Cmd
	input io.Closer
	log   *os.File
	dir   string
	port  int
	seq   atomic.Int64
}

var shared struct {
	once   sync.Once
	server *server
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// fakesnow is one server for all tests.
func fakesnow(t testing.TB) *server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = start() })
	if errors.Is(shared.err, errMissing) && os.Getenv(requireEnv) != "1" {
		t.Skipf("SNOWFLAKE IS NOT TESTED: %v; run test/snowflake/setup.sh (%s=1 makes this a failure)", shared.err, requireEnv)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// another is a server of the test's own.
func another(t testing.TB, args ...string) *server {
	t.Helper()
	s, err := start(args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// python is the interpreter of the environment that setup.sh made; it makes none itself.
func python() (string, error) {
	out, err := exec.Command("bash", "setup.sh", "--path").Output()
	if err != nil {
		return "", fmt.Errorf("%w: setup.sh --path: %w", errMissing, err)
	}
	venv := strings.TrimSpace(string(out))
	if _, err := os.Stat(filepath.Join(venv, "complete")); err != nil {
		return "", fmt.Errorf("%w: %w", errMissing, err)
	}
	return filepath.Join(venv, "bin", "python"), nil
}

func start(args ...string) (*server, error) {
	interpreter, err := python()
	if err != nil {
		return nil, err
	}
	log, err := os.CreateTemp("", "fakesnow-*.log")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fakesnow") // its stages are folders in it
	if err != nil {
		return nil, err
	}
	s := &server{cmd: exec.Command(interpreter, append([]string{"serve.py"}, args...)...), log: log, dir: dir}
	s.cmd.Stderr, s.cmd.Env = log, append(os.Environ(), "TMPDIR="+dir)
	input, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("fakesnow: %w", err)
	}
	s.input = input
	line, err := bufio.NewReader(output).ReadString('\n')
	if err == nil {
		s.port, err = strconv.Atoi(strings.TrimSpace(line))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("fakesnow does not start: %w\n%s", err, s.tail()), s.stop())
	}
	return s, nil
}

// tail is the end of the server's log.
func (s *server) tail() string {
	b, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-4000):])
}

func (s *server) stop() error {
	err := s.input.Close()
	if waited := s.cmd.Wait(); err == nil {
		err = waited
	}
	return errors.Join(err, s.log.Close(), os.Remove(s.log.Name()), os.RemoveAll(s.dir))
}

// options are those of a database of the test's own, which the first session makes.
func (s *server) options() snowflake.Options {
	return snowflake.Options{
		Account: "fakesnow", User: "fake", Password: "snow", Host: "127.0.0.1", Port: s.port, Protocol: "http",
		Database: fmt.Sprintf("T%d", s.seq.Add(1)), Schema: "PUBLIC", ConnectTimeout: 30 * time.Second, RunID: "run-1",
	}
}

// open opens a database of the test's own.
func open(t testing.TB) *snowflake.Warehouse {
	t.Helper()
	return openOn(t, fakesnow(t))
}

// openOn opens a database of the test's own on a server.
func openOn(t testing.TB, s *server) *snowflake.Warehouse {
	t.Helper()
	w, err := snowflake.Open(context.Background(), s.options())
	if err != nil {
		t.Fatalf("%v\n%s", err, s.tail())
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func snow(t testing.TB) *dialect.Dialect {
	t.Helper()
	d, err := dialect.ByName("snowflake")
	if err != nil {
		t.Fatal(err)
	}
	return d
}
