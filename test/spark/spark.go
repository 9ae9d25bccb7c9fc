// Package spark gives tests a real Apache Spark behind the protocol of a Databricks SQL
// warehouse: a throw-away Thrift Server with two executor processes, on loopback alone, and
// in front of it a gateway that Databricks' own driver talks to. It is for tests alone.
//
// setup.sh beside it installs what it runs.
package spark

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// RequireEnv makes a missing Spark a failure when it is set to 1.
const RequireEnv = "NEXUS_REQUIRE_SPARK"

// ErrMissing says that this machine has no Spark, or no Java to run it.
var ErrMissing = errors.New("spark: not installed; test/spark/setup.sh does it")

// Server is a running Spark.
type Server struct {
	dir     string
	cmd     *exec.Cmd
	done    chan struct{} // closed when the process has ended
	http    *httptest.Server
	gateway *gateway
	port    int // of the Thrift Server
	stop    sync.Once
}

// installation is where setup.sh puts Spark.
func installation() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMissing, err)
	}
	found, _ := filepath.Glob(filepath.Join(cache, "nexus-host", "spark-*", "complete"))
	if len(found) == 0 {
		return "", ErrMissing
	}
	if _, err := exec.LookPath("java"); err != nil {
		return "", fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// Version is the release of the Spark that is installed.
func Version() (string, error) {
	home, err := installation()
	if err != nil {
		return "", err
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(home), "spark-"), "-")
	return version, nil
}

// Start starts a server for a whole test binary; TestMain stops it.
func Start(ctx context.Context) (*Server, error) {
	home, err := installation()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "nxspark")
	if err != nil {
		return nil, fmt.Errorf("spark: %w", err)
	}
	s := &Server{dir: dir, done: make(chan struct{})}
	if err := s.start(ctx, home); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	s.http, s.gateway = serveGateway(s.thrift())
	return s, nil
}

// javaOptions are all processes'. Executors have little to do, so that compiling well would cost them more than
// it gains; deep expressions need deep stacks.
const (
	javaOptions     = "-Duser.timezone=UTC -XX:+UseSerialGC -Xss8m"
	executorOptions = javaOptions + " -XX:TieredStopAtLevel=1"
)

// settings are Spark's. What a Databricks warehouse decides by itself is as it is there (Delta, ANSI,
// UTC); the rest makes small statements fast. The processes may take 2 GiB and twice 768 MiB of heap.
func (s *Server) settings() []string {
	at := func(name string) string { return filepath.Join(s.dir, name) }
	return []string{
		"spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1", "spark.ui.enabled=false",
		"spark.driver.extraJavaOptions=" + javaOptions + " -Dlog4j2.configurationFile=" + at("log4j2.properties"),
		"spark.executor.extraJavaOptions=" + executorOptions + " -Dlog4j2.configurationFile=" + at("log4j2.properties"),
		"spark.executor.memory=768m", "spark.sql.session.timeZone=UTC", "spark.sql.ansi.enabled=true",
		"spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension",
		"spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog",
		"spark.sql.catalogImplementation=in-memory", "spark.sql.sources.default=delta",
		"spark.sql.warehouse.dir=" + at("warehouse"), "spark.local.dir=" + at("local"),
		"spark.sql.shuffle.partitions=2", "spark.default.parallelism=2", "spark.sql.codegen.wholeStage=false",
		"spark.sql.adaptive.enabled=false",
		"spark.scheduler.mode=FAIR", "spark.scheduler.allocation.file=" + at("fair.xml"), // small statements wait for no large ones
		"spark.databricks.delta.snapshotPartitions=1", "spark.databricks.delta.stats.collect=false",
		"spark.sql.constraintPropagation.enabled=false", "spark.sql.lightweightPlanChangeValidation=false",
		"spark.sql.thriftServer.incrementalCollect=false", "spark.sql.leafNodeDefaultParallelism=1",
	}
}

// Executors is how many executor processes a server has.
const Executors = 2

func (s *Server) start(ctx context.Context, home string) error {
	logging := "rootLogger.level = warn\nrootLogger.appenderRef.console.ref = console\nappender.console.type = Console\n" +
		"appender.console.name = console\nappender.console.layout.type = PatternLayout\nappender.console.layout.pattern = %d %p %c: %m%n\n"
	if err := os.WriteFile(filepath.Join(s.dir, "log4j2.properties"), []byte(logging), 0o600); err != nil {
		return fmt.Errorf("spark: %w", err)
	}
	pools := `<?xml version="1.0"?><allocations><pool name="default"><schedulingMode>FAIR</schedulingMode></pool></allocations>`
	if err := os.WriteFile(filepath.Join(s.dir, "fair.xml"), []byte(pools), 0o600); err != nil {
		return fmt.Errorf("spark: %w", err)
	}
	var err error
	if s.port, err = freePort(); err != nil {
		return fmt.Errorf("spark: %w", err)
	}
	args := []string{
		"--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "--driver-memory", "2g",
		"--master", fmt.Sprintf("local-cluster[%d,4,768]", Executors),
	}
	for _, c := range s.settings() {
		args = append(args, "--conf", c)
	}
	args = append(args, "spark-internal")
	for _, c := range []string{
		"hive.server2.thrift.bind.host=127.0.0.1", "hive.server2.thrift.port=" + strconv.Itoa(s.port),
		"hive.server2.transport.mode=binary", "hive.server2.authentication=NOSASL",
	} {
		args = append(args, "--hiveconf", c)
	}
	// Workers write below their SPARK_HOME, so this server has one of its own.
	for _, part := range []string{"jars", "bin"} {
		if err := os.Symlink(filepath.Join(home, part), filepath.Join(s.dir, part)); err != nil {
			return fmt.Errorf("spark: %w", err)
		}
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return fmt.Errorf("spark: %w", err)
	}
	defer log.Close()
	// The server outlives ctx: Stop ends it, so that clean-ups still reach it.
	s.cmd = exec.Command(filepath.Join(s.dir, "bin", "spark-submit"), args...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.dir, log, log
	s.cmd.Env = append(os.Environ(), "SPARK_HOME="+s.dir, "SPARK_LOCAL_IP=127.0.0.1", "SPARK_LOCAL_DIRS="+filepath.Join(s.dir, "local"),
		"SPARK_SCALA_VERSION=2.13", "SPARK_CONF_DIR="+s.dir)
	// A group of its own, so that the executors end with the server.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(s.cmd.SysProcAttr)
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return fmt.Errorf("spark: %w", err)
	}
	go func() {
		_ = s.cmd.Wait() // how it ended, its log tells
		close(s.done)
	}()
	return s.wait(ctx)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) thrift() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// wait returns when the server takes connections.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("tcp", s.thrift()); err == nil {
			return c.Close()
		}
		select {
		case <-s.done:
			return fmt.Errorf("spark: the server ended\n%s", s.Log())
		case <-ctx.Done():
			return fmt.Errorf("spark: the server does not answer: %w\n%s", ctx.Err(), s.Log())
		case <-tick.C:
		}
	}
}

// Log is the end of what the server wrote.
func (s *Server) Log() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

// Host and Port are where the gateway listens.
func (s *Server) Host() string { return s.address().Hostname() }

// Port is the gateway's.
func (s *Server) Port() int {
	n, _ := strconv.Atoi(s.address().Port())
	return n
}

func (s *Server) address() *url.URL {
	u, err := url.Parse(s.http.URL)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// Dir is a directory that server and tests both see, as a warehouse's volume would be.
func (s *Server) Dir() string { return s.dir }

// Stop ends the server with its executors and removes its files.
func (s *Server) Stop() error {
	var err error
	s.stop.Do(func() {
		if s.http != nil {
			s.http.CloseClientConnections()
			s.http.Close()
			s.gateway.close()
		}
		if s.cmd != nil {
			// Nothing here is worth an orderly end.
			if e := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL); e != nil && !errors.Is(e, syscall.ESRCH) {
				err = e
			}
			<-s.done
		}
		for range 20 { // an executor that dies may still write
			if e := os.RemoveAll(s.dir); e == nil {
				return
			} else if err == nil {
				err = e
			}
		}
	})
	if err != nil {
		return fmt.Errorf("spark: %w", err)
	}
	return nil
}
