package load

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"golang.org/x/sync/semaphore"
)

// part is a text that a stream repeats.
type part struct {
	text  string
	times int64
}

// stream makes a file on the fly, and measures the memory in use while it is read.
type stream struct {
	parts []part
	at    int    // in text
	text  string // the present part, repeated to a length that is copied fast
	left  int64  // bytes of the present part
	peak  *atomic.Uint64
	since int
}

func (s *stream) Read(p []byte) (int, error) {
	for s.left == 0 {
		if len(s.parts) == 0 {
			return 0, io.EOF
		}
		next := s.parts[0]
		s.parts, s.at, s.left = s.parts[1:], 0, int64(len(next.text))*next.times
		s.text = strings.Repeat(next.text, int(min(next.times, int64(1+(1<<16)/len(next.text)))))
	}
	n := copy(p[:min(int64(len(p)), s.left)], s.text[s.at:])
	s.at = (s.at + n) % len(s.text)
	s.left -= int64(n)
	if s.since += n; s.since > 8<<20 {
		s.since = 0
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapInuse > s.peak.Load() {
			s.peak.Store(m.HeapInuse)
		}
	}
	return n, nil
}

func (s *stream) Close() error { return nil }

// sink counts rows.
type sink struct{ rows *atomic.Int64 }

func (s sink) Write(context.Context, *Row) error { s.rows.Add(1); return nil }
func (s sink) Close(context.Context) error       { return nil }
func (s sink) Abort()                            {}

// A stream of any size is loaded in the memory of some records: 2 GB each, 64 MB with -short.
func TestMemory(t *testing.T) {
	size := int64(2 << 30)
	if testing.Short() {
		size = 64 << 20
	}
	const limit = 1 << 20
	record := `{"id":"x","text":"` + strings.Repeat("a", 64<<10) + `"}`
	records := size / int64(len(record))
	line := "1," + strings.Repeat("a", 32<<10) + "\n"
	lines := size / int64(len(line)) / 4   // what is checked and written takes a second for 500 MB,
	fewer := size / int64(len(record)) / 4 // so that only one of these streams has the full size
	var bomb bytes.Buffer                  // a member of 16 MB in 16 KB; members follow each other in a gzip file
	z := gzip.NewWriter(&bomb)
	if _, err := z.Write(make([]byte, 16<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name  string
		file  string
		table Table
		parts []part
		rows  int64
		want  string // of the rejections
	}{
		{name: "wrapper, the path given", file: "a.json", table: Table{Records: "$.d.x"}, rows: records + 2,
			parts: []part{{`{"n":1,"d":{"y":[1],"x":[`, 1}, {record + ",", records}, {`{}],"z":{}},"next":"p"}` + "\n" + `{"d":{"x":[{}]}}`, 1}}},
		{name: "wrapper", file: "a.json", rows: fewer + 2,
			parts: []part{{`{"object":"list","data":[`, 1}, {record + ",", fewer}, {`{}],"more":true}` + "\n" + `{"data":[{}],"more":false}`, 1}}},
		{name: "a member beside the array", file: "a.json", table: Table{Records: "d"}, rows: 1,
			parts: []part{{`{"log":[`, 1}, {record + ",", records}, {`0],"d":[{}]}`, 1}}},
		{name: "JSON, one endless text", file: "a.json", rows: 2, want: "record_too_large 1 a.json:2: ",
			parts: []part{{`[{},"`, 1}, {strings.Repeat("a", 1<<10), size >> 10}, {`",{}]`, 1}}},
		{name: "JSON, one endless name", file: "a.json", table: Table{Records: "d"}, rows: 1,
			parts: []part{{`{"`, 1}, {strings.Repeat("a", 1<<10), size >> 10}, {`":1,"d":[{}]}`, 1}}},
		{name: "JSON, endless depth", file: "a.json", rows: 1, want: "invalid_json 1 a.json:2: the text ends too early",
			parts: []part{{`[{},`, 1}, {"[", size / 16}}},
		{name: "NDJSON, one endless line", file: "a.ndjson", rows: 2, want: "record_too_large 1 a.ndjson:2: ",
			parts: []part{{"{}\n", 1}, {strings.Repeat("a", 1<<10), size >> 10}, {"\n{}\n", 1}}},
		{name: "CSV, one endless line", file: "a.csv", rows: 2, want: "record_too_large 1 a.csv:3: lines 3 to 3: ",
			parts: []part{{"id,x\n1,a\n", 1}, {strings.Repeat("a", 1<<10), size >> 10}, {"\n2,b\n", 1}}},
		{name: "CSV, a quote that is not closed", file: "a.csv", rows: lines + 1, want: "malformed_csv 1 a.csv:3: ",
			parts: []part{{"id,x\n1,a\n2,\"b\n", 1}, {line, lines}}},
		{name: "CSV, a quote that closes late", file: "a.csv", rows: 2, want: "record_too_large 1 a.csv:3: lines 3 to ",
			parts: []part{{"id,x\n1,a\n2,\"b\n", 1}, {line, lines}, {"\"\n3,c\n", 1}}},
		{name: "a gzip bomb", file: "a.ndjson.gz", rows: 0, want: "record_too_large 1 a.ndjson.gz:1: ",
			parts: []part{{bomb.String(), size >> 24}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.table.MaxRecord = limit
			var peak atomic.Uint64
			var rows atomic.Int64
			open := func(string) (io.ReadCloser, error) { return &stream{parts: tc.parts, peak: &peak}, nil }
			o := Options{Writers: semaphore.NewWeighted(2), Open: func(context.Context) (Writer, error) { return sink{&rows}, nil }}
			runtime.GC()
			res, err := loadFiles(t.Context(), tc.table, o, []File{{Path: tc.file, Name: tc.file}}, open)
			if err != nil {
				t.Fatal(err)
			}
			var rejected []string
			for _, r := range res.Rejected {
				rejected = append(rejected, fmt.Sprintf("%s %d %s", r.Reason, r.Rows, strings.Join(r.Examples, " ")))
			}
			if got := strings.Join(rejected, "; "); !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("rejected %.200s, want %s", got, tc.want)
			}
			if rows.Load() != tc.rows {
				t.Errorf("%d rows, want %d", rows.Load(), tc.rows)
			}
			if most := uint64(48 << 20); peak.Load() > most {
				t.Errorf("%d MB of memory, at most %d", peak.Load()>>20, most>>20)
			}
			t.Logf("%d MB of memory, %.1f s", peak.Load()>>20, res.Seconds)
		})
	}
}

// oneByOne returns a byte at a time, so that everything is cut everywhere.
func oneByOne(text string) *source {
	return &source{iotest.OneByteReader(strings.NewReader(text)), func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.OneByteReader(strings.NewReader(text))), nil
	}}
}

// What encoding/csv takes passes the filter unchanged; of the rest, all that passes is well-formed and
// begins in its own line. Every text of up to six characters out of those that matter is tried, with a
// limit that cuts some.
func TestCSVFilter(t *testing.T) {
	const letters = "\",\n\ra"
	for _, limit := range []int{100, 3} {
		for length := range 7 {
			if length > 5 && limit < 100 || testing.Short() && length > 4 {
				break
			}
			n := 1
			for range length {
				n *= len(letters)
			}
			for i := range n {
				text := []byte("h\n")
				for range length {
					text = append(text, letters[i%len(letters)])
					i /= len(letters)
				}
				checkFilter(t, string(text), ',', limit)
			}
		}
	}
	for _, text := range []string{"h\n\"a¦\"¦\"b\n\"¦c\n", "h\na¦\"b¦c\n\"\"¦\"d\"\n", "h\n\"a\"\xc2\n¦\"b\n"} {
		checkFilter(t, text, '¦', 100)
	}
}

func checkFilter(t *testing.T, text string, delimiter rune, limit int) {
	t.Helper()
	read := func(in io.Reader) (out []string, err error) {
		dec := csv.NewReader(in)
		dec.Comma, dec.FieldsPerRecord = delimiter, -1
		for {
			fields, err := dec.Read()
			if err == io.EOF {
				return out, nil
			}
			if err != nil {
				return out, err
			}
			line, _ := dec.FieldPos(0)
			out = append(out, fmt.Sprintf("%d %q", line, fields))
		}
	}
	rejected := map[int64]string{}
	lines := int64(strings.Count(text, "\n") + 1)
	filter := newCSVFilter(oneByOne(text), delimiter, limit, func(line int64, why *rejection) {
		if rejected[line] != "" || line < 1 || line > lines {
			t.Errorf("%q: line %d is rejected: %v", text, line, why)
		}
		rejected[line] = why.reason
	})
	defer filter.ahead.close()
	got, err := read(filter)
	if err != nil {
		t.Errorf("%q: what passes is malformed: %v", text, err)
	}
	want, err := read(strings.NewReader(text))
	if (err != nil) != slices.Contains(slices.Collect(maps.Values(rejected)), MalformedCSV) {
		t.Errorf("%q: encoding/csv says %v, the filter %v", text, err, rejected)
	}
	if len(rejected) == 0 && !slices.Equal(got, want) {
		t.Errorf("%q: got %v, want %v", text, got, want)
	}
	for _, row := range got {
		var line int64
		if _, err := fmt.Sscan(row, &line); err != nil || rejected[line] != "" {
			t.Errorf("%q: %s passes, but is rejected: %v", text, row, rejected)
		}
	}
}

// Texts that are cut at every byte are read as in one piece, and an object's shape is found by the
// second reading as in the window.
func TestJSONPieces(t *testing.T) {
	wide := strings.Repeat(" ", windowSize)
	for _, text := range []string{
		`[{"a":"\\\"]"},{"b":[{"c":"}"}]}, 1 ,"x",[2]]`, `{"data":[{"a":1}],"n":1}{"x":{"y":1}} {"id":1,"data":[{}]}`,
		`{"a":1,"b":[{"c":1},{"d":"\\"}]}`, `{"\u0064ata":[{"e":1}]}`, ``, ` `, `7`, `{}`, `[]`, `{"data":[]}`,
		`{"data":[{"a":1},{"b":2}`, `{"data":[{"a":1}],"x"`, `[{},]`, `[{} {}]`, `{"a" 1}`, `{"a":1,}`, `{1:2}`, `nope`, `]`, `[{"a":"`, `[{"a":1}]]`, `[1,{"a":]},2]`,
	} {
		var want string
		for i, src := range []*source{whole(text), oneByOne(text), whole(strings.ReplaceAll(text, "{", "{"+wide))} {
			var got strings.Builder
			r := &reader{
				table: &Table{MaxRecord: DefaultMaxRecord},
				emit: func(b batch) error {
					for _, rec := range b.records {
						fmt.Fprintf(&got, "%d %s\n", rec.place, strings.ReplaceAll(string(rec.data), wide, ""))
					}
					return nil
				},
				reject: func(place int64, why *rejection) {
					detail, _, _ := strings.Cut(why.detail, " at byte")
					fmt.Fprintf(&got, "rejected: %d %s %s\n", place, why.reason, detail)
				},
			}
			if err := r.json(src); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				want = got.String()
			} else if got.String() != want {
				t.Errorf("%s: got\n%swant\n%s", text, got.String(), want)
			}
		}
	}
}

func whole(text string) *source {
	return &source{strings.NewReader(text), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}
