package host_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host"
	"github.com/nexus-host/nexus-host/internal/cache"
	"github.com/nexus-host/nexus-host/internal/tier"
)

// The variables that make the test binary a build which is to be killed, and say how often.
const (
	killedDir = "NEXUS_TEST_KILLED_DIR"
	killTimes = "NEXUS_TEST_KILLS"
)

// TestKilledBuild is the child of TestKill: it builds the project that the parent names.
func TestKilledBuild(t *testing.T) {
	dir := os.Getenv(killedDir)
	if dir == "" {
		return // not a child: nothing to build
	}
	build(t, open(t, dir))
}

// A build that is killed at any moment leaves the last good tables whole, and the next one converges.
func TestKill(t *testing.T) {
	tier.Full(t)
	times := 2
	if tier.All() {
		times = 5
	}
	if n, err := strconv.Atoi(os.Getenv(killTimes)); err == nil {
		times = n
	}
	kept, err := cache.DefaultDir() // found by the user's home, which the child has too
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills; plugins are cached in %s", times, filepath.Base(kept))
	// The raw data grows by one person each time, so that the old tables and the new ones differ;
	// a build of the same data elsewhere, never disturbed, says what they must be.
	state := func(n int) string {
		var b strings.Builder
		b.WriteString(contacts)
		for i := range n {
			fmt.Fprintf(&b, `{"id":"n%d","name":"New","email":"new%d@x.test","phone":"15550%d","plan":"pro","mrr":5,"at":"2024-05-01"}`+"\n", i, i, 200+i)
		}
		return b.String()
	}
	undisturbed := t.TempDir()
	expect := func(n int) string {
		write(t, undisturbed, state(n), duck, "")
		return digests(build(t, open(t, undisturbed)))
	}
	dir := t.TempDir()
	write(t, dir, state(0), duck, "")
	build(t, open(t, dir))
	start := time.Now()
	now := expect(0)
	took := time.Since(start)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range times {
		next := expect(i + 1)
		write(t, dir, state(i+1), duck, "")
		child := exec.Command(os.Args[0], "-test.run=^TestKilledBuild$")
		child.Env = append(os.Environ(), killedDir+"="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		delay := time.Duration(rng.Int64N(int64(took + took/4)))
		time.Sleep(delay) // the moment is the test's subject
		if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		_ = child.Wait() // killed, or done just before
		p := open(t, dir)
		if got := stored(t, p, now); got != rowsOnly(now) && got != rowsOnly(next) {
			t.Fatalf("kill %d after %v: the tables are neither the last build's nor the new one's:\n%s\n--\n%s\n--\n%s", i, delay, got, rowsOnly(now), rowsOnly(next))
		}
		if got := digests(build(t, p)); got != next {
			t.Fatalf("kill %d after %v: the next build gives\n%s\nwant\n%s", i, delay, got, next)
		}
		now = next
	}
}

// rowsOnly keeps the names and sizes of digests' lines.
func rowsOnly(digests string) string {
	var out []string
	for _, line := range strings.Split(digests, "\n") {
		out = append(out, line[:strings.LastIndexByte(line, ' ')])
	}
	return strings.Join(out, "\n")
}

// stored counts the rows of the published tables that digests names, which is what a reader of
// the database finds; every view must give its rows too.
func stored(t *testing.T, p *host.Project, digests string) string {
	t.Helper()
	var out []string
	for _, line := range strings.Split(digests, "\n") {
		name, _, _ := strings.Cut(line, " ")
		out = append(out, name+" "+query(t, p, fmt.Sprintf("select count(*) from %q", name))[0])
	}
	for _, v := range query(t, p, "select table_name from information_schema.tables where table_type = 'VIEW' and table_schema = 'main'") {
		query(t, p, fmt.Sprintf("select count(*) from %q", v))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
