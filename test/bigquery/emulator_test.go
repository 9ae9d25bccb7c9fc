// Package bigquery runs BigQuery's statements on goccy/bigquery-emulator: the corpus, whole
// builds, and what host/warehouse/bigquery promises of a server. setup.sh makes the emulator.
package bigquery

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/host/warehouse/bigquery"
)

// requireEnv makes a missing emulator a failure when it is set to 1.
const requireEnv = "NEXUS_REQUIRE_BIGQUERY_EMULATOR"

// version is setup.sh's too.
const version = "v0.8.1"

const project = "test"

// binary is where setup.sh has put the emulator; it builds none itself.
func binary() (string, error) {
	out, err := exec.Command("bash", "setup.sh", "--path").Output()
	if err != nil {
		return "", fmt.Errorf("setup.sh --path: %w", err)
	}
	path := strings.TrimSpace(string(out))
	_, err = os.Stat(path)
	return path, err
}

// emulator starts a server that ends with the test, and gives its endpoint.
func emulator(t *testing.T) string {
	t.Helper()
	endpoint, stop := start(t)
	t.Cleanup(stop)
	return endpoint
}

// start starts a server.
func start(t *testing.T) (endpoint string, stop func()) {
	t.Helper()
	path, err := binary()
	if errors.Is(err, os.ErrNotExist) && os.Getenv(requireEnv) != "1" {
		t.Skipf("BIGQUERY IS NOT TESTED: no emulator, run test/bigquery/setup.sh (%s=1 makes this a failure)", requireEnv)
	}
	if err != nil {
		t.Fatal(err)
	}
	rest, grpc := freePort(t), freePort(t)
	// A group of its own: a Ctrl-C for the tests does not kill the server before their clean-up.
	cmd := exec.Command(path, "--project="+project, "--host=127.0.0.1", fmt.Sprintf("--port=%d", rest), fmt.Sprintf("--grpc-port=%d", grpc))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // how a killed process ended says nothing
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, at, ok := strings.Cut(lines.Text(), "REST server listening at "); ok {
				said <- at
			}
		}
		close(said)
	}()
	select {
	case at, ok := <-said:
		if !ok {
			stop()
			t.Fatalf("the emulator has ended: %s", complaints.String())
		}
		return "http://" + at, stop
	case <-time.After(time.Minute):
		stop()
		t.Fatal("the emulator does not start")
	}
	return "", nil
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// open opens a warehouse on a server and makes a dataset in it.
func open(t *testing.T, endpoint, dataset string) *bigquery.Warehouse {
	t.Helper()
	w := connect(t, endpoint, dataset)
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func connect(t *testing.T, endpoint, dataset string) *bigquery.Warehouse {
	t.Helper()
	makeDataset(t, endpoint, dataset)
	w, err := bigquery.Open(t.Context(), bigquery.Options{
		Project: project, Dataset: dataset, RunID: "20300101T000000.000000Z",
		Credentials: bigquery.Credentials{Endpoint: endpoint, NoAuth: true},
		Attempts:    1, // the emulator calls every error of a statement one of its own
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// makeDataset makes a dataset through the API: the emulator takes CREATE SCHEMA and makes none.
func makeDataset(t *testing.T, endpoint, dataset string) {
	t.Helper()
	body := fmt.Sprintf(`{"datasetReference":{"projectId":%q,"datasetId":%q}}`, project, dataset)
	res, err := http.Post(endpoint+"/projects/"+project+"/datasets", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body)
		t.Fatalf("dataset %s: %s: %s", dataset, res.Status, text)
	}
}

func bigQuery(t *testing.T) *dialect.Dialect {
	t.Helper()
	d, err := dialect.ByName("bigquery")
	if err != nil {
		t.Fatal(err)
	}
	return d
}
