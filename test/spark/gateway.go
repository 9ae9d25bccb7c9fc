package spark

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
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
	in, err := parseMessage(call)
	if err != nil {
		return nil, err
	}
	if in.name == "OpenSession" {
		if in.body, err = rewrite(in.body, 1, versioned); err != nil {
			return nil, err
		}
		call = in.bytes()
	}
	out, err := g.exchange(call)
	if err != nil {
		return nil, err
	}
	m, err := parseMessage(out)
	if err != nil || m.kind != replyMessage {
		return out, err
	}
	switch m.name {
	case "ExecuteStatement":
		m.body, err = rewrite(m.body, 0, func(resp []field) ([]field, error) { return g.finish(resp) })
	case "GetOperationStatus":
		m.body, err = rewrite(m.body, 0, display)
	}
	return m.bytes(), err
}

// versioned asks Spark for results by column, which Databricks' own extension of the
// protocol implies.
func versioned(request []field) ([]field, error) {
	const byColumn = 7 // HIVE_CLI_SERVICE_PROTOCOL_V8
	return append(request, field{kindI32, 1, []byte{0, 0, 0, byColumn}}), nil
}

// rewrite changes the struct that a call (id 1) or a reply (id 0) brings.
func rewrite(body []byte, id int16, change func([]field) ([]field, error)) ([]byte, error) {
	outer, err := fields(body)
	if err != nil {
		return nil, err
	}
	for i, f := range outer {
		if f.id != id || f.kind != kindStruct {
			continue
		}
		inner, err := fields(f.value)
		if err != nil {
			return nil, err
		}
		if inner, err = change(inner); err != nil {
			return nil, err
		}
		outer[i].value = structOf(inner...)
	}
	return structOf(outer...), nil
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
func display(status []field) ([]field, error) {
	if f, ok := only(status, errorMessage); ok {
		status = append(status, field{kind: kindString, id: displayMessage, value: f.value})
	}
	return status, nil
}

// finish waits for a statement's end, for a while, and adds how it stands.
func (g *gateway) finish(resp []field) ([]field, error) {
	handle, ok := only(resp, operationHandle)
	if !ok {
		return resp, nil
	}
	request := structOf(field{kindStruct, 1, structOf(field{kindStruct, 1, handle.value})})
	deadline := time.Now().Add(directWait)
	for {
		out, err := g.exchange(message{kind: callMessage, name: "GetOperationStatus", body: request}.bytes())
		if err != nil {
			return nil, err
		}
		m, err := parseMessage(out)
		if err != nil {
			return nil, err
		}
		var status []field
		if _, err = rewrite(m.body, 0, func(inner []field) ([]field, error) {
			status, _ = display(inner)
			return inner, nil
		}); err != nil {
			return nil, err
		}
		state, ok := only(status, operationState)
		// 0, 1 and 7 are waiting and running; Spark answers when the state changes, or after five seconds.
		live := ok && bytes.Contains([]byte{0, 1, 7}, state.value[3:]) && binary.BigEndian.Uint32(state.value) < 8
		if !live || time.Now().After(deadline) {
			direct := structOf(field{kindStruct, operationStatus, structOf(status...)})
			return append(resp, field{kindStruct, directResults, direct}), nil
		}
	}
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
	out, err := readMessage(c)
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
