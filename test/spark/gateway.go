package spark

import (
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/nexus-host/nexus-host/internal/hivewire"
)

// Token is the access token that the gateway wants.
const Token = "dapi-of-the-test"

// HTTPPath is where the gateway serves.
const HTTPPath = "/sql/1.0/warehouses/local"

// directWait is how long the answer to a statement waits for its end, as Databricks does.
const directWait = 5 * time.Second

// gateway speaks to clients as a Databricks SQL warehouse does and to Spark's Thrift Server
// as that wants it: HTTP with a bearer token outside, a plain socket inside. It adds two
// fields that Databricks' protocol has and Spark's has not: a statement's answer says how
// the statement ended, and an operation's status has its message where the driver looks.
type gateway struct {
	target string
	mu     sync.Mutex
	idle   []net.Conn
	all    []net.Conn
}

// serveGateway starts a gateway in front of a Thrift Server and gives its URL.
func serveGateway(target string) (*httptest.Server, *gateway) {
	g := &gateway{target: target}
	return httptest.NewServer(g), g
}

func (g *gateway) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.all {
		_ = c.Close()
	}
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	case r.Header.Get("Authorization") != "Bearer "+Token:
		http.Error(w, "the token is not valid", http.StatusForbidden)
		return
	case r.URL.Path != HTTPPath:
		http.NotFound(w, r)
		return
	}
	out, err := g.answer(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/x-thrift")
	_, _ = w.Write(out)
}

// answer is the reply to a call, with the fields that Databricks adds.
func (g *gateway) answer(call []byte) ([]byte, error) {
	in, err := hivewire.Parse(call)
	if err != nil {
		return nil, err
	}
	if in.Name == "OpenSession" {
		if in.Body, err = hivewire.Rewrite(in.Body, 1, versioned); err != nil {
			return nil, err
		}
		call = in.Bytes()
	}
	if in.Name == "CloseSession" {
		// A session's end makes Spark set up a metastore, which nothing here needs: sessions stay to the server's end.
		in.Type, in.Body = hivewire.Reply, hivewire.StructOf(hivewire.Nested(0, hivewire.Nested(1, hivewire.Number(1, 0))))
		return in.Bytes(), nil
	}
	out, err := g.exchange(call)
	if err != nil {
		return nil, err
	}
	m, err := hivewire.Parse(out)
	if err != nil || m.Type != hivewire.Reply {
		return out, err
	}
	switch m.Name {
	case "ExecuteStatement":
		m.Body, err = hivewire.Rewrite(m.Body, 0, g.finish)
	case "GetOperationStatus":
		m.Body, err = hivewire.Rewrite(m.Body, 0, display)
	}
	return m.Bytes(), err
}

// versioned asks Spark for results by column, which Databricks' own extension of the
// protocol implies.
func versioned(request []hivewire.Field) ([]hivewire.Field, error) {
	const byColumn = 7 // HIVE_CLI_SERVICE_PROTOCOL_V8
	return append(request, hivewire.Number(1, byColumn)), nil
}

// Ids of TExecuteStatementResp, TGetOperationStatusResp and TSparkDirectResults.
const (
	operationHandle = 2
	directResults   = 1281
	operationState  = 2
	errorMessage    = 5
	displayMessage  = 1281
	operationStatus = 1
)

// display adds the message that the driver shows.
func display(status []hivewire.Field) ([]hivewire.Field, error) {
	for _, f := range status {
		if f.ID == errorMessage {
			return append(status, hivewire.Field{Kind: hivewire.String, ID: displayMessage, Value: f.Value}), nil
		}
	}
	return status, nil
}

// finish waits for a statement's end, for a while, and adds how it stands.
func (g *gateway) finish(resp []hivewire.Field) ([]hivewire.Field, error) {
	handle, ok := hivewire.Find(hivewire.StructOf(resp...), operationHandle)
	if !ok {
		return resp, nil
	}
	handle.ID = 1
	ask := hivewire.Message{Type: hivewire.Call, Name: "GetOperationStatus", Body: hivewire.StructOf(hivewire.Nested(1, handle))}
	deadline := time.Now().Add(directWait)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		out, err := g.exchange(ask.Bytes())
		if err != nil {
			return nil, err
		}
		m, err := hivewire.Parse(out)
		if err != nil {
			return nil, err
		}
		answer, ok := hivewire.Find(m.Body, 0)
		if !ok {
			return resp, nil
		}
		status, err := hivewire.Fields(answer.Value)
		if err != nil {
			return nil, err
		}
		status, _ = display(status)
		if !live(answer.Value) || time.Now().After(deadline) {
			return append(resp, hivewire.Nested(directResults, hivewire.Nested(operationStatus, status...))), nil
		}
	}
}

// live reports whether a statement waits or runs.
func live(status []byte) bool {
	state, ok := hivewire.Find(status, operationState)
	if !ok || len(state.Value) != 4 {
		return false
	}
	switch binary.BigEndian.Uint32(state.Value) {
	case 0, 1, 7: // initialized, running, pending
		return true
	}
	return false
}

// exchange sends a call over a connection of its own and reads the reply to its end, so
// that connections stay in step when clients leave. They stay open to the end: Spark
// closes a session with the connection that opened it.
func (g *gateway) exchange(call []byte) ([]byte, error) {
	c, err := g.conn()
	if err != nil {
		return nil, err
	}
	if _, err := c.Write(call); err != nil {
		return nil, err
	}
	out, err := hivewire.Read(c)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.idle = append(g.idle, c)
	return out, nil
}

func (g *gateway) conn() (net.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(g.idle); n > 0 {
		c := g.idle[n-1]
		g.idle = g.idle[:n-1]
		return c, nil
	}
	c, err := net.Dial("tcp", g.target)
	if err == nil {
		g.all = append(g.all, c)
	}
	return c, err
}
