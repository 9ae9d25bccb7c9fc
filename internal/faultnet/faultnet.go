// Package faultnet runs between a client and a server on loopback and does what
// networks and servers do on bad days, by a script: a test says what happens to the first
// connection, to the second and so on, and everything after the script passes. It is for tests only.
//
//	p := faultnet.TCP(t, "tcp", serverAddr, faultnet.Refuse(), faultnet.DropOn("nexus_entities"))
//	client(p.Addr()) // turned away once, cut off in that statement once, well served from then on
//
// HTTP does the same request by request. Nothing here waits for a clock: a hanging
// connection hangs until its client leaves or the proxy closes.
package faultnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// Fault is what happens to one connection.
type Fault struct {
	name    string
	refuse  bool   // reset at once
	hang    bool   // taken, and never answered
	pattern []byte // what the client sends before it happens
	after   int64  // or how many bytes the client sends before
	down    int64  // or how many the server sends before
	stall   bool   // then silence, instead of a cut
	reset   bool   // the cut is a reset
}

// Pass is no fault.
func Pass() Fault { return Fault{name: "pass"} }

// Refuse resets the connection at the client's first byte. (A reset before that makes Go's
// dialer connect again by itself.)
func Refuse() Fault { return Fault{name: "refuse", refuse: true} }

// Hang takes the connection and never answers.
func Hang() Fault { return Fault{name: "hang", hang: true} }

// DropOn hands everything over up to the text, and with it, and cuts both sides: the server
// has the request, the client has no answer.
func DropOn(text string) Fault { return Fault{name: "drop on " + text, pattern: []byte(text)} }

// ResetOn is DropOn with a reset instead of an orderly end.
func ResetOn(text string) Fault {
	return Fault{name: "reset on " + text, pattern: []byte(text), reset: true}
}

// StallOn hands everything over up to the text, and with it, and then nothing in either direction.
func StallOn(text string) Fault {
	return Fault{name: "stall on " + text, pattern: []byte(text), stall: true}
}

// DropAfter cuts both sides when the client has sent n bytes.
func DropAfter(n int64) Fault { return Fault{name: fmt.Sprintf("drop after %d bytes", n), after: n} }

// DropAnswer cuts both sides when the server has sent n bytes.
func DropAnswer(n int64) Fault {
	return Fault{name: fmt.Sprintf("drop after %d bytes of answer", n), down: n}
}

// String names the fault.
func (f Fault) String() string { return f.name }

// Nowhere is a loopback address at which nothing listens.
func Nowhere(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Proxy is a listener on loopback in front of a server.
type Proxy struct {
	listener        net.Listener
	network, target string

	mu       sync.Mutex
	script   []Fault
	taken    int
	faults   int
	live     map[net.Conn]bool
	closed   bool
	finished sync.WaitGroup
}

// TCP starts a proxy that is closed when the test ends. network and target are what net.Dial takes.
func TCP(t testing.TB, network, target string, script ...Fault) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, network: network, target: target, script: script, live: map[net.Conn]bool{}}
	p.finished.Add(1)
	go p.accept()
	t.Cleanup(p.Close)
	return p
}

// Addr is host and port to connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Port is the port to connect to.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Taken is how many connections have come so far.
func (p *Proxy) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

// Faults is how many faults happened so far.
func (p *Proxy) Faults() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults
}

// Script says what happens to the connections from now on.
func (p *Proxy) Script(script ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = script
}

// Cut ends all connections that are open now.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.live {
		_ = c.Close() // the reader gets the error
	}
}

// Close ends the proxy and all that goes through it.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Cut()
	p.finished.Wait()
}

func (p *Proxy) accept() {
	defer p.finished.Done()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		fault, ok := p.admit(client)
		if !ok {
			_ = client.Close()
			return
		}
		p.finished.Add(1)
		go func() {
			defer p.finished.Done()
			defer p.leave(client)
			p.serve(client, fault)
		}()
	}
}

// admit takes the script's next fault.
func (p *Proxy) admit(client net.Conn) (Fault, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return Fault{}, false
	}
	p.taken++
	p.live[client] = true
	if len(p.script) == 0 {
		return Pass(), true
	}
	f := p.script[0]
	p.script = p.script[1:]
	return f, true
}

// open notes a connection, unless the proxy is closed.
func (p *Proxy) open(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.live[c] = true
	}
	return !p.closed
}

func (p *Proxy) leave(c net.Conn) {
	p.mu.Lock()
	delete(p.live, c)
	p.mu.Unlock()
	_ = c.Close()
}

func (p *Proxy) happened() {
	p.mu.Lock()
	p.faults++
	p.mu.Unlock()
}

func (p *Proxy) serve(client net.Conn, f Fault) {
	switch {
	case f.refuse:
		if n, _ := client.Read(make([]byte, 1)); n == 0 {
			p.putBack(f)
			return
		}
		p.happened()
		resetNext(client)
		return
	case f.hang:
		p.happened()
		_, _ = io.Copy(io.Discard, client) // until the client or the proxy ends it
		return
	}
	var d net.Dialer
	server, err := d.DialContext(context.Background(), p.network, p.target)
	if err != nil {
		return
	}
	defer p.leave(server)
	if !p.open(server) {
		return
	}
	down := &gate{to: client, limit: f.down}
	// No answer to what passes before the fault may arrive before it.
	up := &gate{to: server, pattern: f.pattern, limit: f.after, before: down.silence}
	done := make(chan error, 2)
	go func() { _, err := io.Copy(up, client); done <- err }()
	go func() { _, err := io.Copy(down, server); done <- err }()
	err = <-done
	if errors.Is(err, errFault) {
		p.happened()
		if f.stall {
			_, _ = io.Copy(io.Discard, client)
		} else if f.reset {
			resetNext(client)
		}
	}
	_ = client.Close()
	_ = server.Close()
	<-done
	if up.seen == 0 {
		p.putBack(f)
	}
}

// putBack returns a fault to the script: its client left without a word, as dialers do that try several ways.
func (p *Proxy) putBack(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.name != Pass().name {
		p.script = append([]Fault{f}, p.script...)
	}
}

// resetNext makes the next Close a reset.
func resetNext(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

var errFault = errors.New("faultnet: the scripted fault")

// gate hands bytes over until the fault's moment has come.
type gate struct {
	to      io.Writer
	pattern []byte
	limit   int64
	seen    int64
	tail    []byte // what may be the pattern's beginning
	before  func() // called when the moment has come, before the last bytes go

	mu     sync.Mutex
	silent bool
}

func (g *gate) silence() {
	g.mu.Lock()
	g.silent = true
	g.mu.Unlock()
}

func (g *gate) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.silent {
		return len(b), nil
	}
	part, now := b, false
	if len(g.pattern) > 0 {
		window := append(g.tail, b...)
		now = bytes.Contains(window, g.pattern)
		g.tail = append([]byte(nil), window[max(0, len(window)-len(g.pattern)+1):]...)
	}
	if g.limit > 0 && g.seen+int64(len(b)) >= g.limit {
		part, now = b[:g.limit-g.seen], true
	}
	if now && g.before != nil {
		g.before()
	}
	n, err := g.to.Write(part)
	g.seen += int64(n)
	if err == nil && now {
		err = errFault
	}
	return n, err
}
