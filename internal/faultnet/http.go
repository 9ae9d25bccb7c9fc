package faultnet

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Answer is what happens to requests that match, instead of what the server would say.
type Answer struct {
	Path       string // part of the path; "" matches every request
	Contains   string // part of the body; "" matches every request
	Times      int    // how many such requests; 0 is one, below 0 is all
	Status     int    // the answer's status, such as 429 or 503
	RetryAfter string // its Retry-After header
	Body       string
	Drop       bool // the connection is cut before an answer
	Reached    bool // with Drop: the server got the request, only its answer is lost
	Hang       bool // no answer until the client leaves
}

// Gateway is an HTTP server on loopback in front of another one.
type Gateway struct {
	URL string

	server *httptest.Server
	proxy  *httputil.ReverseProxy
	stop   context.CancelFunc
	done   context.Context

	mu      sync.Mutex
	answers []Answer
	faults  int
	seen    int
}

// HTTP starts a gateway to the server at target (a URL; "" has none behind, and answers 404 to
// what no Answer matches). It is closed when the test ends.
func HTTP(t testing.TB, target string, answers ...Answer) *Gateway {
	t.Helper()
	g := &Gateway{}
	g.done, g.stop = context.WithCancel(context.Background())
	if target != "" {
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		g.proxy = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = u.Host
		}}
	}
	g.Script(answers...)
	g.server = httptest.NewServer(g)
	g.URL = g.server.URL
	t.Cleanup(g.Close)
	return g
}

// Close ends the gateway and the requests that hang in it.
func (g *Gateway) Close() {
	g.stop()
	g.server.CloseClientConnections()
	g.server.Close()
}

// Script says what happens from now on; the first answer that matches and is not used up is taken.
func (g *Gateway) Script(answers ...Answer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answers = append([]Answer(nil), answers...)
	for i := range g.answers {
		if g.answers[i].Times == 0 {
			g.answers[i].Times = 1
		}
	}
}

// Faults is how many requests an Answer was given to, Seen how many requests came.
func (g *Gateway) Faults() int { g.mu.Lock(); defer g.mu.Unlock(); return g.faults }

// Seen is how many requests have come so far.
func (g *Gateway) Seen() int { g.mu.Lock(); defer g.mu.Unlock(); return g.seen }

// match takes the answer to a request, if there is one.
func (g *Gateway) match(path, body string) (Answer, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen++
	for i := range g.answers {
		a := &g.answers[i]
		if a.Times == 0 || !strings.Contains(path, a.Path) || !strings.Contains(body, a.Contains) {
			continue
		}
		if a.Times > 0 {
			a.Times--
		}
		g.faults++
		return *a, true
	}
	return Answer{}, false
}

// ServeHTTP answers by the script, else as the server behind does.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has left
	}
	a, ok := g.match(r.URL.Path, body)
	switch {
	case !ok:
		g.pass(w, r)
	case a.Hang:
		select {
		case <-r.Context().Done():
		case <-g.done.Done():
		}
		panic(http.ErrAbortHandler)
	case a.Drop:
		if a.Reached {
			g.pass(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	default:
		if a.RetryAfter != "" {
			w.Header().Set("Retry-After", a.RetryAfter)
		}
		if strings.HasPrefix(a.Body, "{") {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(a.Status)
		_, _ = w.Write([]byte(a.Body)) // a client that has left needs no answer
	}
}

func (g *Gateway) pass(w http.ResponseWriter, r *http.Request) {
	if g.proxy == nil {
		http.NotFound(w, r)
		return
	}
	g.proxy.ServeHTTP(w, r)
}
