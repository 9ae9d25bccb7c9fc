//go:build unix

// Package redshifttest gives tests a stand-in for Amazon Redshift, of which there is none to run: a
// PostgreSQL that reads literals as Redshift does, with a schema of functions that mean what Amazon's
// documentation says (functions.sql), behind a proxy that rewrites the little of a statement
// that PostgreSQL cannot parse. It shows that statements do what they should where the two engines agree;
// what it refuses is not shown. It is for tests only.
package redshifttest

import (
	"database/sql"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nexus-host/nexus-host/internal/pgtest"
)

//go:embed functions.sql
var functions string

// settings are those of every session: expressions are long and rows few, so compiling them takes longer than it saves. Statements of one
// literal after another, which the drivers send, stay as they are.
var settings = []string{
	"jit = off", "standard_conforming_strings = off", "backslash_quote = on", "escape_string_warning = off",
	"search_path = redshift, pg_catalog, public",
}

// Open makes a database and gives the connection string of the proxy before it. Both are gone when the test ends.
func Open(t testing.TB) (dsn string) {
	t.Helper()
	server := pgtest.New(t)
	db := server.Open(t)
	var name string
	if err := db.QueryRow("SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	if err := install(server.SuperDSN(name)); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if _, err := db.Exec("ALTER DATABASE " + name + " SET " + s); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l}
	p.network, p.address = server.Socket()
	p.running.Add(1)
	go p.accept()
	t.Cleanup(p.close)
	return fmt.Sprintf("host=127.0.0.1 port=%d user=nexus dbname=%s sslmode=disable", l.Addr().(*net.TCPAddr).Port, name)
}

// install makes Redshift's functions and casts. Casts between PostgreSQL's own types take a superuser.
func install(dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	_, err = db.Exec(functions + "\nGRANT USAGE ON SCHEMA redshift TO PUBLIC")
	return errors.Join(err, db.Close())
}

// proxy hands messages of PostgreSQL's protocol on, statements rewritten.
type proxy struct {
	listener         net.Listener
	network, address string
	running          sync.WaitGroup
	mu               sync.Mutex
	open             []net.Conn
	closed           bool
}

func (p *proxy) accept() {
	defer p.running.Done()
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		server, err := net.Dial(p.network, p.address)
		if err != nil {
			_ = client.Close() // who connects finds out
			continue
		}
		if !p.note(client, server) {
			return
		}
		p.running.Add(2)
		go p.carry(client, server, func() error { _, err := io.Copy(client, server); return err })
		go p.carry(client, server, func() error { return forward(server, client) })
	}
}

// note remembers connections, unless the proxy is closed: then it closes them.
func (p *proxy) note(list ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, list...)
	if p.closed {
		hangUp(list...)
	}
	return !p.closed
}

func hangUp(list ...net.Conn) {
	for _, c := range list {
		_ = c.Close() // the other side finds out
	}
}

// carry runs one direction; its end is the end of both.
func (p *proxy) carry(client, server net.Conn, direction func() error) {
	defer p.running.Done()
	_ = direction() // an error is the end of a connection, and both sides see it
	hangUp(client, server)
}

func (p *proxy) close() {
	p.mu.Lock()
	p.closed = true
	hangUp(p.open...)
	p.mu.Unlock()
	_ = p.listener.Close()
	p.running.Wait()
}

// maxMessage bounds what a client may send at once: Redshift takes 16 MB of text.
const maxMessage = 64 << 20

// forward hands on what a client sends. The first message has no kind.
func forward(server io.Writer, client io.Reader) error {
	for head := 4; ; head = 5 {
		message := make([]byte, head, 1024)
		if _, err := io.ReadFull(client, message); err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(message[head-4:])
		if size < 4 || size > maxMessage {
			return errors.New("redshifttest: a message without a sensible length")
		}
		message = slices.Grow(message, int(size)-4)[:head+int(size)-4]
		if _, err := io.ReadFull(client, message[head:]); err != nil {
			return err
		}
		if head == 5 {
			message = rewriteMessage(message)
		}
		if _, err := server.Write(message); err != nil {
			return err
		}
	}
}

// rewriteMessage rewrites the statement of a Query or Parse message. One that cannot be parsed is passed on unchanged: the
// server will say what is wrong with it.
func rewriteMessage(message []byte) []byte {
	head, rest := "", string(message[5:])
	switch message[0] {
	case 'P':
		end := strings.IndexByte(rest, 0) + 1
		head, rest = rest[:end], rest[end:]
	case 'Q':
	default:
		return message
	}
	statement, tail, ok := strings.Cut(rest, "\x00")
	rewritten, err := Rewrite(statement)
	if !ok || err != nil {
		return message
	}
	body := head + rewritten + "\x00" + tail
	out := append([]byte{message[0]}, binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))...)
	return append(out, body...)
}
