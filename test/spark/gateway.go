package spark

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/apache/thrift/lib/go/thrift"

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
	switch in.Name {
	case "OpenSession":
		// Spark gives results by column, which Databricks' own extension of the protocol implies, where it is asked to.
		const byColumn = 7 // HIVE_CLI_SERVICE_PROTOCOL_V8
		in.Body.Add(1, hivewire.Field{ID: 1, Value: int32(byColumn)})
	case "CloseSession":
		// A session's end makes Spark set up a metastore, which nothing here needs: sessions stay to the server's end.
		in.Type, in.Body = thrift.REPLY, hivewire.Struct{hivewire.Nested(0, hivewire.Nested(1, hivewire.Field{ID: 1, Value: int32(0)}))}
		return in.Bytes()
	}
	m, err := g.exchange(in)
	if err != nil {
		return nil, err
	}
	if m.Type == thrift.REPLY {
		switch m.Name {
		case "ExecuteStatement":
			if err := g.finish(m.Body); err != nil {
				return nil, err
			}
		case "GetOperationStatus":
			display(m.Body)
		}
	}
	return m.Bytes()
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

// display adds the message that the driver shows to the answer about a statement's status.
func display(answer hivewire.Struct) {
	if text := answer.Find(0, errorMessage); text != nil {
		answer.Add(0, hivewire.Field{ID: displayMessage, Value: text})
	}
}

// finish waits for a statement's end, for a while, and adds its status to the answer to the statement.
func (g *gateway) finish(answer hivewire.Struct) error {
	handle := answer.Find(0, operationHandle)
	if handle == nil {
		return nil
	}
	ask := hivewire.Message{
		Type: thrift.CALL, Name: "GetOperationStatus", Body: hivewire.Struct{hivewire.Nested(1, hivewire.Field{ID: 1, Value: handle})},
	}
	deadline := time.Now().Add(directWait)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		m, err := g.exchange(ask)
		if err != nil {
			return err
		}
		display(m.Body)
		status := m.Body.Find(0)
		if status == nil {
			return nil
		}
		if !live(m.Body) || time.Now().After(deadline) {
			answer.Add(0, hivewire.Nested(directResults, hivewire.Field{ID: operationStatus, Value: status}))
			return nil
		}
	}
}

// live reports whether a statement waits or runs.
func live(answer hivewire.Struct) bool {
	switch answer.Find(0, operationState) {
	case int32(0), int32(1), int32(7): // initialized, running, pending
		return true
	}
	return false
}

// exchange sends a call over a connection of its own and reads the reply to its end, so
// that connections stay in step when clients leave. They stay open to the end: Spark
// closes a session with the connection that opened it.
func (g *gateway) exchange(call hivewire.Message) (m hivewire.Message, err error) {
	b, err := call.Bytes()
	if err != nil {
		return m, err
	}
	c, err := g.conn()
	if err != nil {
		return m, err
	}
	if _, err := c.Write(b); err != nil {
		return m, err
	}
	if m, err = hivewire.Read(c); err != nil {
		return m, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.idle = append(g.idle, c)
	return m, nil
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
