package gmail_test

import (
	"bufio"
	"encoding/json"
	netmail "net/mail"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/internal/tier"
)

// vector is a text and what Python's email.utils.getaddresses reads in it; testdata/addresses.py writes them.
type vector struct {
	Text      string      `json:"text"`
	Mailboxes [][2]string `json:"mailboxes"`
}

func (v vector) python() string {
	var all []string
	for _, m := range v.Mailboxes {
		all = append(all, canonical(m[0], m[1]))
	}
	return strings.Join(all, " | ")
}

// byGo is what net/mail reads in a text.
func byGo(text string) string {
	// A header that is folded is one line before it is parsed.
	list, err := netmail.ParseAddressList(strings.NewReplacer("\r\n", "", "\n", "").Replace(text))
	if err != nil {
		return "error"
	}
	var all []string
	for _, a := range list {
		at := strings.LastIndexByte(a.Address, '@')
		local := a.Address[:at]
		if strings.ContainsAny(local, ` ,@()"\`) || strings.Contains(local, "..") {
			local = `"` + local + `"` // net/mail takes the quotes away
		}
		all = append(all, canonical(a.Name, local+a.Address[at:]))
	}
	return strings.Join(all, " | ")
}

// TestAddressesOfPython: the recorded column is what this machine's Python reads, if it has one.
func TestAddressesOfPython(t *testing.T) {
	tier.Full(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Logf("NOT CHECKED: testdata/addresses.jsonl against Python, for there is none: %v", err)
		return
	}
	f, err := os.Open("testdata/addresses.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	cmd := exec.CommandContext(t.Context(), python, "testdata/addresses.py", "check")
	cmd.Stdin = f
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAddressLibraries: no difference to net/mail and to Python's email on well-formed lists.
func TestAddressLibraries(t *testing.T) {
	tier.Full(t)
	f, err := os.Open("testdata/addresses.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	var vectors []vector
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		vectors = append(vectors, v)
	}
	if lines.Err() != nil || len(vectors) < 500 {
		t.Fatalf("%d texts, %v", len(vectors), lines.Err())
	}
	texts := make([]string, len(vectors))
	for i, v := range vectors {
		texts[i] = v.Text
	}
	for i, got := range mailboxes(t, texts) {
		if python := vectors[i].python(); got != python {
			t.Errorf("%q:\n   got %s\nPython %s", texts[i], got, python)
		}
		if other := byGo(texts[i]); got != other {
			t.Errorf("%q:\n   got %s\n    Go %s", texts[i], got, other)
		}
	}
}
