package redshift

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/retry"
	"github.com/nexus-host/nexus-host/internal/faultnet"
	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// standIn returns options for a PostgreSQL behind a proxy; it knows Redshift's documents by another name.
func standIn(t *testing.T, faults ...faultnet.Fault) (Options, *faultnet.Proxy) {
	t.Helper()
	s := pgtest.New(t)
	db := s.Open(t)
	for _, statement := range []string{
		"create domain super as jsonb", "create function json_parse(text) returns jsonb language sql immutable as 'select $1::jsonb'",
		"create function getdate() returns timestamp language sql as 'select clock_timestamp() at time zone ''UTC'''",
		`create table raw (_row bigint, record super, record_id varchar(65535), _ingested_at timestamp, _source_updated_at timestamp, _deleted boolean,
			_connection varchar(65535), _account varchar(65535), _api_version varchar(65535), _format varchar(65535))`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	network, address := s.Socket()
	p := faultnet.TCP(t, network, address, faults...)
	return Options{
		Host: "127.0.0.1", Port: p.Port(), Database: "t1", User: "nexus", Password: "hunter2", SSLMode: "disable", Connections: 3, RunID: "run1",
		Retry: retry.Policy{Base: time.Millisecond, Log: slog.New(slog.DiscardHandler)}, standIn: true, ConnectTimeout: 20 * time.Second,
	}, p
}

func open(t *testing.T, o Options) *Warehouse {
	t.Helper()
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func queryOne(t *testing.T, w *Warehouse, query string) []any {
	t.Helper()
	r, err := w.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if !r.Next() {
		t.Fatalf("%s: no row, %v", query, r.Err())
	}
	v, err := r.Values()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(v)
}

func pointer(s string) *string { return &s }

func TestRows(t *testing.T) {
	o, _ := standIn(t)
	w := open(t, o)
	const nasty = "quote ' \" backslash \\ line\nbreak tab\t 日本 😀"
	at := time.Date(2024, 5, 1, 10, 0, 0, 1000, time.FixedZone("x", 3600))
	var writers []warehouse.RawWriter
	for range 2 { // at the same time
		out, err := w.OpenRaw(t.Context(), []string{"public", "raw"})
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, out)
	}
	for i := range 3000 {
		row := &warehouse.RawRow{Row: int64(i), RecordID: pointer(nasty), IngestedAt: at, Record: []byte(`{"k":"` + strings.Repeat("x", 3000) + `"}`)}
		if i == 7 {
			row.Record, row.RecordID, row.Deleted = nil, nil, true
		}
		if err := writers[i%2].Write(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	for _, out := range writers {
		if err := out.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got := queryOne(t, w, "select count(*), count(record), count(distinct record_id), min(record_id), min(_ingested_at), count(case when _deleted then 1 end) from raw")
	want := []any{int64(3000), int64(2999), int64(1), nasty, at.UTC(), int64(1)}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("column %d: %v, want %v", i, got[i], want[i])
		}
	}
	out, err := w.OpenRaw(t.Context(), []string{"public", "raw"})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(t.Context(), &warehouse.RawRow{Row: 1, Record: []byte(`1`)}); err != nil {
		t.Fatal(err)
	}
	var setting *warehouse.SettingError
	if err := out.Write(t.Context(), &warehouse.RawRow{Record: bytes.Repeat([]byte("1"), 70000)}); !errors.As(err, &setting) || setting.Setting != "staging" {
		t.Errorf("a long record: %v", err)
	}
	out.Abort()
	if got := queryOne(t, w, "select count(*) from raw"); got[0] != int64(3000) {
		t.Errorf("after an abortion: %v rows", got)
	}
}

// A connection that is cut in a load leaves nothing of it; a query over the same is asked again.
func TestFaults(t *testing.T) {
	o, p := standIn(t, faultnet.DropOn("INSERT INTO \"public\".\"raw\""), faultnet.DropOn("select 41"), faultnet.Refuse())
	w := open(t, o)
	out, err := w.OpenRaw(t.Context(), []string{"public", "raw"})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(t.Context(), &warehouse.RawRow{Row: 1, Record: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(t.Context()); err == nil {
		t.Error("a load that was cut off succeeds")
	}
	if got := queryOne(t, w, "select 41 + 1"); got[0] != int64(42) || p.Faults() < 1 {
		t.Errorf("got %v after %d faults", got, p.Faults())
	}
	if got := queryOne(t, w, "select count(*) from raw"); got[0] != int64(0) {
		t.Errorf("%v rows are left", got)
	}
}

func TestReadOnly(t *testing.T) {
	o, _ := standIn(t)
	o.ReadOnly = true
	w := open(t, o)
	if got := queryOne(t, w, "select 7"); got[0] != int64(7) {
		t.Errorf("got %v", got)
	}
	for _, statement := range []string{"create table x (y int)", "select 1; commit; create table x (y int)"} {
		if r, err := w.Query(t.Context(), statement); err == nil {
			r.Close()
			t.Errorf("%s: no error", statement)
		}
	}
}

func TestLabel(t *testing.T) {
	o, _ := standIn(t)
	o.QueryTag = "team=growth"
	if got := queryOne(t, open(t, o), "select application_name from pg_stat_activity where pid = pg_backend_pid()"); got[0] != "nexus-host run1 team=growth" {
		t.Errorf("got %v", got)
	}
}

func TestUnreachable(t *testing.T) {
	addr := faultnet.Nowhere(t)
	_, err := Open(t.Context(), Options{DSN: "postgres://u:hunter2@" + addr + "/d"})
	var setting *warehouse.SettingError
	if !errors.As(err, &setting) || setting.Setting != "dsn" || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

// fakeAWS is an endpoint of AWS that knows one cluster, one workgroup and one bucket, and gives credentials that are good for a minute.
type fakeAWS struct {
	*httptest.Server
	port  string
	mu    sync.Mutex
	asked []string
	files map[string]string
}

func newAWS(t *testing.T, port string) *fakeAWS {
	a := &fakeAWS{port: port, files: map[string]string{}}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	until := time.Now().Add(time.Minute).UTC()
	say := func(name, text string) {
		a.asked = append(a.asked, name)
		_, _ = io.WriteString(w, text)
	}
	form := string(body)
	switch target := r.Header.Get("X-Amz-Target"); {
	case strings.HasSuffix(target, "GetCredentials"):
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		say("GetCredentials", `{"dbUser":"nexus","dbPassword":"hunter2"}`)
	case strings.HasSuffix(target, "GetWorkgroup"):
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		say("GetWorkgroup", `{"workgroup":{"workgroupName":"w","endpoint":{"address":"127.0.0.1","port":`+a.port+`}}}`)
	case strings.Contains(form, "Action=DescribeClusters"):
		say("DescribeClusters", `<DescribeClustersResponse><DescribeClustersResult><Clusters><Cluster><Endpoint><Address>127.0.0.1</Address><Port>`+a.port+`</Port></Endpoint></Cluster></Clusters></DescribeClustersResult></DescribeClustersResponse>`)
	case strings.Contains(form, "Action=GetClusterCredentials") && strings.Contains(form, "ClusterIdentifier=secret"):
		w.WriteHeader(http.StatusForbidden)
		say("denied", `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`)
	case strings.Contains(form, "Action=GetClusterCredentials") && strings.Contains(form, "DbUser=nexus"):
		say("GetClusterCredentials", `<GetClusterCredentialsResponse><GetClusterCredentialsResult><DbUser>nexus</DbUser><DbPassword>hunter2</DbPassword><Expiration>`+until.Format(time.RFC3339)+`</Expiration></GetClusterCredentialsResult></GetClusterCredentialsResponse>`)
	case r.Method == http.MethodPut:
		a.asked = append(a.asked, "Put")
		a.files[r.URL.Path] = string(body)
	case r.Method == http.MethodDelete:
		a.asked = append(a.asked, "Delete")
		delete(a.files, r.URL.Path)
	default:
		w.WriteHeader(http.StatusBadRequest)
		say("unknown "+r.URL.Path+" "+form, "")
	}
}

func keys(name string) (string, bool) {
	v, ok := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_REGION": "eu-west-1"}[name]
	return v, ok
}

func TestIAM(t *testing.T) {
	o, p := standIn(t)
	_, port, _ := strings.Cut(p.Addr(), ":")
	o.Host, o.Password = "", ""
	for _, tc := range []struct {
		iam  IAM
		user string
		want string
	}{
		{IAM{Cluster: "c", AutoCreate: true, Groups: []string{"g"}}, "nexus", "DescribeClusters GetClusterCredentials"},
		{IAM{Workgroup: "w"}, "", "GetWorkgroup GetCredentials"},
	} {
		api := newAWS(t, port)
		o.IAM, o.User = tc.iam, tc.user
		o.IAM.AWS = AWS{Endpoint: api.URL, Env: keys}
		w := open(t, o)
		if got := queryOne(t, w, "select current_user"); got[0] != "nexus" || !strings.HasPrefix(strings.Join(api.asked, " "), tc.want) {
			t.Errorf("%+v: %v, asked %v", tc.iam, got, api.asked)
		}
	}
	api := newAWS(t, port)
	o.User, o.IAM = "nexus", IAM{Cluster: "secret", AWS: AWS{Endpoint: api.URL, Env: keys}}
	_, err := Open(t.Context(), o)
	var setting *warehouse.SettingError
	if !errors.As(err, &setting) || setting.Setting != "iam_profile" || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("denied: %v", err)
	}
	o.IAM = IAM{Cluster: "c", AWS: AWS{Endpoint: "http://" + faultnet.Nowhere(t), Env: keys}}
	if _, err := Open(t.Context(), o); !errors.As(err, &setting) || setting.Setting != "region" {
		t.Errorf("no AWS: %v", err)
	}
}

// Credentials serve until shortly before they end, then new ones are asked for.
func TestCredentialsAreRenewed(t *testing.T) {
	now, asked := time.Unix(1e9, 0), 0
	l := &login{now: func() time.Time { return now }, ask: func(context.Context) (string, string, time.Time, error) {
		asked++
		return "u", "p", now.Add(15 * time.Minute), nil
	}}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {12 * time.Minute, 1}, {2 * time.Minute, 2}, {time.Minute, 2}} {
		now = now.Add(step.after)
		if _, _, err := l.credentials(t.Context()); err != nil || asked != step.want {
			t.Errorf("asked %d times, want %d: %v", asked, step.want, err)
		}
	}
}

// Rows travel through files that are gone in the end; what PostgreSQL cannot do is to load them.
func TestStaging(t *testing.T) {
	o, p := standIn(t)
	_, port, _ := strings.Cut(p.Addr(), ":")
	api := newAWS(t, port)
	o.Staging = Staging{URL: "s3://stage/raw/", Role: "arn:aws:iam::1:role/r", AWS: AWS{Endpoint: api.URL, Env: keys}}
	w := open(t, o)
	out, err := w.OpenRaw(t.Context(), []string{"public", "raw"})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(t.Context(), &warehouse.RawRow{Row: 1, Record: []byte(`{"a":"<ü>"}`), RecordID: pointer("x"), IngestedAt: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
	s := out.(*staged)
	if err := s.put(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, body := range api.files {
		if !strings.HasPrefix(path, "/stage/raw/nexus-host/") {
			t.Errorf("written to %s", path)
		}
		i := strings.Index(body, "\x1f\x8b") // the SDK may wrap the body in chunks
		z, err := gzip.NewReader(strings.NewReader(body[max(i, 0):]))
		if err != nil {
			t.Fatal(err)
		}
		z.Multistream(false)
		text, err := io.ReadAll(z)
		want := `{"_row":1,"record":{"a":"<ü>"},"record_id":"x","_ingested_at":"1970-01-01 00:00:00","_source_updated_at":null,"_deleted":false,"_connection":null,"_account":null,"_api_version":null,"_format":null}` + "\n"
		if err != nil || string(text) != want {
			t.Errorf("%v\n%s", err, text)
		}
	}
	if err := out.Close(t.Context()); err == nil {
		t.Error("PostgreSQL loads from S3")
	}
	if len(api.files) != 0 || strings.Join(api.asked, " ") != "Put Delete" {
		t.Errorf("files left: %v, asked %v", len(api.files), api.asked)
	}
}
