package bigquery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
)

// A job carries the run, the limits and an id of ours.
func TestJob(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{
		Location: "EU", RunID: "20300102T030405.000006Z", MaximumBytesBilled: 1 << 30, Priority: "batch",
		Labels: map[string]string{"team": "data"}, StatementTimeout: time.Minute,
	})
	rows, err := w.Exec(t.Context(), "insert something")
	if err != nil || rows != 3 {
		t.Fatalf("%d rows, %v", rows, err)
	}
	j := f.jobs[0]
	c := j.Configuration
	if c.Labels["nexus_run"] != "20300102t030405-000006z" || c.Labels["team"] != "data" || c.JobTimeoutMs != "60000" ||
		c.Query.Priority != "BATCH" || c.Query.MaximumBytesBilled != "1073741824" || j.JobReference.Location != "EU" {
		t.Errorf("%+v %+v", j, c.Query)
	}
	if !strings.HasPrefix(j.JobReference.JobID, "nexus-20300102t030405-000006z-") {
		t.Errorf("id %s", j.JobReference.JobID)
	}
	if u := w.Usage(); u.BytesProcessed != 42 || u.BytesBilled != 10 {
		t.Errorf("%+v", u)
	}
	if _, err := w.Exec(t.Context(), "again"); err != nil || f.jobs[1].JobReference.JobID == j.JobReference.JobID {
		t.Errorf("two jobs share an id, %v", err)
	}
}

func TestTransactAndDryRun(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	if err := w.Transact(t.Context(), []string{"one", "two"}); err != nil {
		t.Fatal(err)
	}
	if got := f.statements(); len(got) != 1 || got[0] != "BEGIN TRANSACTION;\none;\ntwo;\nCOMMIT" {
		t.Errorf("%q", got)
	}
	if e, err := w.Explain(t.Context(), "what if"); err != nil || e.Bytes == nil || *e.Bytes != 42 || !f.jobs[1].Configuration.DryRun {
		t.Errorf("%+v, %v", e, err)
	}
	if err := w.Transact(t.Context(), nil); err != nil || len(f.jobs) != 2 {
		t.Errorf("an empty transaction: %v, %d jobs", err, len(f.jobs))
	}
}

const allFields = `[{"name":"i","type":"INTEGER"},{"name":"f","type":"FLOAT"},{"name":"s","type":"STRING"},{"name":"b","type":"BOOLEAN"},
	{"name":"n","type":"NUMERIC"},{"name":"bn","type":"BIGNUMERIC"},{"name":"j","type":"JSON"},{"name":"dt","type":"DATETIME"},
	{"name":"ts","type":"TIMESTAMP"},{"name":"d","type":"DATE"},{"name":"y","type":"BYTES"},{"name":"l","type":"INTEGER","mode":"REPEATED"},{"name":"z","type":"STRING"}]`

func TestValues(t *testing.T) {
	f := newFake(t)
	f.answer = func(*fakeJob) outcome {
		return outcome{fields: allFields, rows: `[{"f":[{"v":"-9223372036854775808"},{"v":"1.5e-7"},{"v":"é🤦"},{"v":"true"},{"v":"-12.345000000"},{"v":"0.00000000000000000000000000000000000001"},
			{"v":"{\"a\":1}"},{"v":"2024-02-29T23:59:59.000001"},{"v":"1709251199000001"},{"v":"9999-12-31"},{"v":"AP8="},{"v":[{"v":"1"},{"v":"2"}]},{"v":null}]}]`}
	}
	w := f.open(t, Options{})
	r, err := w.Query(t.Context(), "values")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 2, 29, 23, 59, 59, 1000, time.UTC)
	want := []any{int64(-1 << 63), 1.5e-7, "é🤦", true, warehouse.Decimal("-12.345"), warehouse.Decimal("0.00000000000000000000000000000000000001"),
		warehouse.JSON(`{"a":1}`), at, at, "9999-12-31", "00ff", warehouse.JSON("[1,2]"), nil}
	n := 0
	for r.Next() {
		n++
		got, err := r.Values()
		if err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			t.Errorf("got  %#v\nwant %#v, %v", got, want, err)
		}
	}
	if err := errors.Join(r.Err(), r.Close()); n != 1 || err != nil || r.Next() {
		t.Errorf("%d rows, %v", n, err)
	}
	if c := r.Columns(); len(c) != 13 || c[7] != (warehouse.Column{Name: "dt", Type: "DATETIME"}) {
		t.Errorf("%v", c)
	}
}

// The columns of a relation come of a dry run.
func TestColumns(t *testing.T) {
	f := newFake(t)
	f.answer = func(*fakeJob) outcome { return outcome{statistics: `{"schema":{"fields":` + allFields + `}}`} }
	w := f.open(t, Options{})
	got, err := w.Columns(t.Context(), "probe")
	want := []sql.Type{sql.Bigint, sql.Double, sql.Text, sql.Boolean, sql.Decimal, sql.Decimal, sql.JSON, sql.Timestamp, sql.Timestamp, sql.Date, sql.Text, sql.Text, sql.Text}
	if err != nil || len(got) != len(want) || !f.jobs[0].Configuration.DryRun || len(f.jobs) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	for i, c := range got {
		if c.Type != want[i] {
			t.Errorf("%s is %s, want %s", c.Name, c.Type, want[i])
		}
	}
}

// Rows travel as one zipped load job beside the raw relation, which then takes them over.
func TestWriter(t *testing.T) {
	f := newFake(t)
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			reply(w, 200, `{"access_token":"abc","token_type":"Bearer","expires_in":3600}`)
			return true
		}
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			refuse(w, 401, "authError", "who is there?")
			return true
		}
		return false
	}
	w := f.open(t, Options{Credentials: Credentials{Endpoint: f.URL, Keyfile: key(t, f.URL)}})
	out, err := w.OpenRaw(t.Context(), []string{"ds", "raw"})
	if err != nil {
		t.Fatal(err)
	}
	id := "<id>"
	at := time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)
	for _, r := range []warehouse.RawRow{{Row: 1 << 60, Record: []byte(`{"n":1e400,"t":"é\n"}`), RecordID: &id, IngestedAt: at}, {Row: 2, Deleted: true}} {
		if err := out.Write(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := unzip(t, f.jobs[0].media)
	want := `{"_row":"1152921504606846976","record":"{\"n\":1e400,\"t\":\"é\\n\"}","record_id":"<id>","_ingested_at":"2024-01-02T03:04:05.000006","_deleted":false}` + "\n" +
		`{"_row":"2","_deleted":true}` + "\n"
	l := f.jobs[0].Configuration.Load
	if got != want || l.SourceFormat != "NEWLINE_DELIMITED_JSON" || l.WriteDisposition != "WRITE_TRUNCATE" || !strings.HasPrefix(l.DestinationTable.TableID, "nxw_nexus-") {
		t.Errorf("%s\n%+v", got, l)
	}
	s := f.statements()
	if len(s) != 2 || !strings.HasPrefix(s[0], "INSERT INTO `ds`.`raw` (`_row`, `record`") || !strings.Contains(s[0], "SAFE.PARSE_JSON(") || !strings.HasPrefix(s[1], "DROP TABLE IF EXISTS `ds`.`nxw_nexus-") {
		t.Errorf("%q", s)
	}
}

func TestWriterKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	f := newFake(t)
	w := f.open(t, Options{})
	for _, end := range []func(warehouse.RawWriter) error{
		func(o warehouse.RawWriter) error { o.Abort(); return o.Close(t.Context()) },
		func(o warehouse.RawWriter) error { return nil },
	} {
		out, err := w.OpenRaw(t.Context(), []string{"ds", "raw"})
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Write(t.Context(), &warehouse.RawRow{Row: 1}); err != nil {
			t.Fatal(err)
		}
		if err := end(out); err != nil {
			t.Error(err)
		}
		out.Abort()
		if err := out.Write(t.Context(), &warehouse.RawRow{Row: 2}); err == nil {
			t.Error("a writer that has ended takes a row")
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 || len(f.jobs) > 0 {
		t.Errorf("left %v, %d jobs, %v", left, len(f.jobs), err)
	}
}

// setting is the setting that an error names.
func setting(err error) string {
	var e *warehouse.SettingError
	if errors.As(err, &e) {
		return e.Setting
	}
	return ""
}

func TestUnreachable(t *testing.T) {
	start := time.Now()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := gone.Addr().String()
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Options{Project: "p", Credentials: Credentials{Endpoint: "http://" + address, NoAuth: true}, clock: still{}})
	if setting(err) != "endpoint" || !strings.Contains(err.Error(), "refused") {
		t.Errorf("no server: %v", err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close() // it accepts, and never says a word
	_, err = Open(t.Context(), Options{Project: "p", ConnectTimeout: 100 * time.Millisecond, Credentials: Credentials{Endpoint: "http://" + silent.Addr().String(), NoAuth: true}})
	if setting(err) != "endpoint" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no answer: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s to say so", took)
	}
}

func TestSettings(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for want, o := range map[string]Options{
		"project":                     {},
		"priority":                    {Project: "p", Priority: "soon"},
		"endpoint":                    {Project: "p", Credentials: Credentials{Endpoint: "localhost:9050", NoAuth: true}},
		"keyfile":                     {Project: "p", Credentials: Credentials{Keyfile: file("s3cret")}},
		"keyfile_json":                {Project: "p", Credentials: Credentials{KeyfileJSON: `{"type":"s3cret"}`}},
		"impersonate_service_account": {Project: "p", Credentials: Credentials{Keyfile: filepath.Join(t.TempDir(), "none"), Impersonate: "a@b"}},
	} {
		_, err := Open(t.Context(), o)
		if setting(err) != want || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// What the server says names the setting to look at.
func TestErrors(t *testing.T) {
	f := newFake(t)
	w := f.open(t, Options{})
	for _, c := range []struct {
		status          int
		reason, message string
		setting         string
		is              error
	}{
		{404, "notFound", "Not found: Table p:ds.t was not found in location EU", "", warehouse.ErrMissing},
		{404, "notFound", "Not found: Dataset p:ds was not found in location EU", "", warehouse.ErrMissing},
		{404, "notFound", "Not found: Project p", "project", nil},
		{401, "authError", "Invalid Credentials", "keyfile", nil},
		{403, "accessDenied", "Access Denied: Project p: User does not have bigquery.jobs.create permission", "keyfile", nil},
		{403, "billingNotEnabled", "no billing", "project", nil},
		{403, "quotaExceeded", "Quota exceeded", "project", nil},
		{400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed", "maximum_bytes_billed", nil},
		{400, "invalidQuery", "Syntax error", "", nil},
	} {
		f.before = func(w http.ResponseWriter, r *http.Request) bool {
			refuse(w, c.status, c.reason, c.message)
			return true
		}
		f.asked = nil
		_, err := w.Exec(t.Context(), "x")
		if err == nil || setting(err) != c.setting || !errors.Is(err, c.is) && c.is != nil || len(f.asked) != 1 {
			t.Errorf("%s: %v, asked %d times", c.message, err, len(f.asked))
		}
	}
}

// An account that may act as another says so when it may not.
func TestToken(t *testing.T) {
	f := newFake(t)
	f.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/token" {
			return false
		}
		reply(w, 400, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`)
		return true
	}
	_, err := Open(t.Context(), Options{Project: "p", clock: still{}, Credentials: Credentials{Endpoint: f.URL, Keyfile: key(t, f.URL)}})
	if setting(err) != "keyfile" || strings.Contains(err.Error(), "PRIVATE KEY") {
		t.Errorf("a key that is no longer valid: %v", err)
	}
}
