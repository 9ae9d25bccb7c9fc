package databricks_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

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
	reply := hivewire.Message{Type: hivewire.Reply, Name: m.Name, Seq: m.Seq, Body: hivewire.StructOf(hivewire.Nested(0, f.answer(m)...))}
	_, _ = w.Write(reply.Bytes())
}

// answer is the struct of a reply.
func (f *fake) answer(m hivewire.Message) []hivewire.Field {
	id := hivewire.Nested(1, hivewire.Text(1, "0123456789abcdef"), hivewire.Text(2, "0123456789abcdef"))
	ok := hivewire.Nested(1, hivewire.Number(1, 0))
	handle := hivewire.Nested(2, id, hivewire.Number(2, 0), hivewire.Field{Kind: hivewire.Bool, ID: 3, Value: []byte{1}})
	switch m.Name {
	case "OpenSession":
		f.conf = configuration(m.Body)
		return []hivewire.Field{ok, hivewire.Number(2, 0xA508), hivewire.Nested(3, id)}
	case "ExecuteStatement":
		statement, _ := hivewire.Find(m.Body, 1, 2)
		text := string(statement.Value[4:])
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
		kind := hivewire.Nested(1, hivewire.Number(1, 7))
		column := hivewire.StructOf(hivewire.Text(1, "x"), hivewire.Nested(2, hivewire.ListOf(1, hivewire.Struct, hivewire.StructOf(kind))), hivewire.Number(3, 1))
		return []hivewire.Field{ok, hivewire.Nested(2, hivewire.ListOf(1, hivewire.Struct, column))}
	case "FetchResults":
		values := hivewire.StructOf(hivewire.Nested(7, hivewire.Texts(1, "done"), hivewire.Text(2, "")))
		start := hivewire.Field{Kind: hivewire.I64, ID: 1, Value: make([]byte, 8)}
		rows := hivewire.Nested(3, start, hivewire.ListOf(2, hivewire.Struct), hivewire.ListOf(3, hivewire.Struct, values))
		return []hivewire.Field{ok, {Kind: hivewire.Bool, ID: 2, Value: []byte{0}}, rows}
	}
	return []hivewire.Field{ok}
}

// status is TGetOperationStatusResp.
func (f *fake) status() []hivewire.Field {
	ok := hivewire.Nested(1, hivewire.Number(1, 0))
	switch {
	case f.running > 0:
		f.running--
		return []hivewire.Field{ok, hivewire.Number(2, 1)}
	case f.failure != "":
		return []hivewire.Field{ok, hivewire.Number(2, 5), hivewire.Text(3, "42000"), hivewire.Text(1281, f.failure)}
	}
	return []hivewire.Field{ok, hivewire.Number(2, 2)}
}

// configuration is the settings that a session asks for.
func configuration(body []byte) map[string]string {
	m := map[string]string{}
	f, ok := hivewire.Find(body, 1, 4)
	if !ok {
		return m
	}
	var texts []string
	for b := f.Value[6:]; len(b) >= 4; {
		n := int(b[2])<<8 | int(b[3])
		texts = append(texts, string(b[4:4+n]))
		b = b[4+n:]
	}
	for pair := range slices.Chunk(texts, 2) {
		m[strings.ToLower(pair[0])] = pair[1]
	}
	return m
}
