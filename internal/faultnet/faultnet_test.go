package faultnet_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/faultnet"
)

// echo is a server that answers each line with "got " and the line; lines counts what reached it.
func echo(t *testing.T) (addr string, lines *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	lines = &atomic.Int64{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewScanner(c)
				for in.Scan() {
					lines.Add(1)
					if _, err := io.WriteString(c, "got "+in.Text()+"\n"); err != nil {
						return
					}
				}
			}()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String(), lines
}

// exchange sends lines on a connection of its own and returns the answers.
func exchange(t *testing.T, addr string, lines ...string) (answers []string, err error) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	for _, line := range lines {
		if _, err := io.WriteString(c, line+"\n"); err != nil {
			return answers, err
		}
		got, err := in.ReadString('\n')
		if err != nil {
			return answers, err
		}
		answers = append(answers, strings.TrimSpace(got))
	}
	return answers, nil
}

func TestTCPScript(t *testing.T) {
	addr, reached := echo(t)
	p := faultnet.TCP(t, "tcp", addr, faultnet.Refuse(), faultnet.DropOn("second"), faultnet.ResetOn("first"), faultnet.DropAfter(3), faultnet.DropAnswer(6))
	if _, err := exchange(t, p.Addr(), "first"); err == nil {
		t.Error("a refused connection answers")
	}
	got, err := exchange(t, p.Addr(), "first", "the second one", "third")
	if strings.Join(got, ",") != "got first" || err == nil {
		t.Errorf("dropped in the second line: %q %v", got, err)
	}
	if got, err := exchange(t, p.Addr(), "first"); len(got) > 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %q %v", got, err)
	}
	before := reached.Load()
	if got, err := exchange(t, p.Addr(), "first"); len(got) > 0 || err == nil {
		t.Errorf("dropped after three bytes: %q %v", got, err)
	}
	if got, err := exchange(t, p.Addr(), "first"); len(got) > 0 || err == nil {
		t.Errorf("dropped in the answer: %q %v", got, err)
	}
	if reached.Load() < before+1 {
		t.Error("the line whose answer was lost did not reach the server")
	}
	if got, err := exchange(t, p.Addr(), "first", "second"); err != nil || len(got) != 2 {
		t.Errorf("after the script: %q %v", got, err)
	}
	if p.Taken() != 6 || p.Faults() != 5 {
		t.Errorf("%d connections, %d faults", p.Taken(), p.Faults())
	}
}

// A connection that hangs, or stalls, gives nothing until the client's own deadline, and ends with the proxy.
func TestTCPHangs(t *testing.T) {
	addr, _ := echo(t)
	for _, tc := range []struct {
		fault faultnet.Fault
		want  string
	}{{faultnet.Hang(), ""}, {faultnet.StallOn("two"), "got one\n"}} {
		p := faultnet.TCP(t, "tcp", addr, tc.fault)
		c, err := net.Dial("tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		in := bufio.NewReader(c)
		_, _ = io.WriteString(c, "one\n")
		if tc.want != "" {
			if got, err := in.ReadString('\n'); got != tc.want || err != nil {
				t.Errorf("%s: %q %v", tc.fault, got, err)
			}
		}
		_, _ = io.WriteString(c, "two\n")
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
		if got, err := in.ReadString('\n'); got != "" || !isTimeout(err) {
			t.Errorf("%s: %q %v", tc.fault, got, err)
		}
		p.Close()
		_ = c.SetReadDeadline(time.Time{})
		if _, err := in.ReadString('\n'); err == nil || isTimeout(err) {
			t.Errorf("%s: after the end: %v", tc.fault, err)
		}
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func TestNowhere(t *testing.T) {
	if _, err := exchange(t, faultnet.Nowhere(t), "x"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
}

func TestHTTPScript(t *testing.T) {
	reached := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached++
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.URL.Path+" "+string(body))
	}))
	defer server.Close()
	g := faultnet.HTTP(t, server.URL,
		faultnet.Answer{Path: "/jobs", Status: 429, RetryAfter: "7", Times: 2},
		faultnet.Answer{Contains: "lost", Drop: true, Reached: true},
		faultnet.Answer{Contains: "cut", Drop: true},
		faultnet.Answer{Contains: "hang", Hang: true, Times: -1},
	)
	post := func(ctx context.Context, path, body string) (int, string, http.Header, error) {
		req, err := http.NewRequestWithContext(ctx, "POST", g.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, "", nil, err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return res.StatusCode, string(text), res.Header, err
	}
	for range 2 {
		if code, _, header, err := post(t.Context(), "/jobs/1", "x"); code != 429 || header.Get("Retry-After") != "7" || err != nil {
			t.Errorf("throttled: %d %v %v", code, header, err)
		}
	}
	if code, text, _, err := post(t.Context(), "/jobs/1", "x"); code != 200 || text != "/jobs/1 x" || err != nil {
		t.Errorf("passed: %d %q %v", code, text, err)
	}
	if _, _, _, err := post(t.Context(), "/a", "lost"); err == nil || reached != 2 {
		t.Errorf("a lost answer: %v, reached %d", err, reached)
	}
	if _, _, _, err := post(t.Context(), "/a", "cut"); err == nil || reached != 2 {
		t.Errorf("a cut request: %v, reached %d", err, reached)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, _, _, err := post(ctx, "/a", "hang"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a hanging request: %v", err)
	}
	if g.Seen() != 6 || g.Faults() != 5 {
		t.Errorf("%d requests, %d faults", g.Seen(), g.Faults())
	}
}
