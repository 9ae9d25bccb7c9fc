package databricks_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/nexus-host/nexus-host/internal/hivewire"
)

// fake answers as a SQL warehouse does, statements with one row of one text.
type fake struct {
	*httptest.Server
	secret string // what service principals have to bring

	mu         sync.Mutex
	calls      []string // of Thrift, by name
	statements []string
	conf       map[string]string // of the last session
	agent      string
	other      []string // paths that are none of the warehouse's
	running    int      // how often a statement still runs when it is asked for
	failure    string   // the message with which statements fail
	refused    string   // what statements begin with that fail; "" is none
}

const (
	path  = "/sql/1.0/warehouses/abc"
	token = "dapi-secret-1"
)

func newFake(t *testing.T) *fake {
	f := &fake{secret: "m2m-secret-1"}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) count(call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c == call {
			n++
		}
	}
	return n
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path == "/oidc/v1/token" {
		w.Header().Set("Content-Type", "application/json")
		if id, secret, _ := r.BasicAuth(); id != "principal" || secret != f.secret {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":"%s is wrong"}`, secret)
			return
		}
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, token)
		return
	}
	if r.URL.Path != path {
		f.other = append(f.other, r.URL.Path)
		http.NotFound(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+token {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	m, err := hivewire.Parse(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.calls = append(f.calls, m.Name)
	f.agent = r.UserAgent()
	reply := hivewire.Message{Type: thrift.REPLY, Name: m.Name, Seq: m.Seq, Body: hivewire.Struct{hivewire.Nested(0, f.answer(m)...)}}
	b, err := reply.Bytes()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(b)
}

// answer is the struct of a reply.
func (f *fake) answer(m hivewire.Message) []hivewire.Field {
	id := hivewire.Nested(1, hivewire.Field{ID: 1, Value: "0123456789abcdef"}, hivewire.Field{ID: 2, Value: "0123456789abcdef"})
	ok := hivewire.Nested(1, number(1, 0))
	handle := hivewire.Nested(2, id, number(2, 0), hivewire.Field{ID: 3, Value: true})
	switch m.Name {
	case "OpenSession":
		f.conf = configuration(m.Body)
		return []hivewire.Field{ok, number(2, 0xA508), hivewire.Nested(3, id)}
	case "ExecuteStatement":
		text, _ := m.Body.Find(1, 2).(string)
		f.statements = append(f.statements, text)
		if f.refused != "" {
			f.failure = ""
			if strings.HasPrefix(text, f.refused) {
				f.failure = "[PARSE_SYNTAX_ERROR] at or near " + f.refused
			}
		}
		return []hivewire.Field{ok, handle, hivewire.Nested(1281, hivewire.Nested(1, f.status()...))}
	case "GetOperationStatus":
		return f.status()
	case "GetResultSetMetadata":
		kind := hivewire.Struct{hivewire.Nested(1, number(1, 7))}
		column := hivewire.Struct{{ID: 1, Value: "x"}, hivewire.Nested(2, hivewire.Structs(1, kind)), number(3, 1)}
		return []hivewire.Field{ok, hivewire.Nested(2, hivewire.Structs(1, column))}
	case "FetchResults":
		values := hivewire.Struct{hivewire.Nested(7, hivewire.Texts(1, "done"), hivewire.Field{ID: 2, Value: ""})}
		rows := hivewire.Nested(3, hivewire.Field{ID: 1, Value: int64(0)}, hivewire.Structs(2), hivewire.Structs(3, values))
		return []hivewire.Field{ok, {ID: 2, Value: false}, rows}
	}
	return []hivewire.Field{ok}
}

func number(id int16, n int32) hivewire.Field { return hivewire.Field{ID: id, Value: n} }

// status is TGetOperationStatusResp.
func (f *fake) status() []hivewire.Field {
	ok := hivewire.Nested(1, number(1, 0))
	switch {
	case f.running > 0:
		f.running--
		return []hivewire.Field{ok, number(2, 1)}
	case f.failure != "":
		return []hivewire.Field{ok, number(2, 5), {ID: 3, Value: "42000"}, {ID: 1281, Value: f.failure}}
	}
	return []hivewire.Field{ok, number(2, 2)}
}

// configuration is the settings that a session asks for.
func configuration(body hivewire.Struct) map[string]string {
	m := map[string]string{}
	conf, _ := body.Find(1, 4).(hivewire.Map)
	for i, key := range conf.Keys.Items {
		name, _ := key.(string)
		m[strings.ToLower(name)], _ = conf.Values.Items[i].(string)
	}
	return m
}
