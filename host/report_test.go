package host_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/host"
)

func TestReportCounts(t *testing.T) {
	r := host.Report{
		Rejected: []host.Rejected{{Source: "s", Table: "t", Rows: 3}, {Rows: 4}},
		Checks:   []host.Check{{Name: "a"}, {Name: "b", Count: 1}, {Name: "c", Error: "no table"}},
	}
	if r.RejectedRows() != 7 || r.FailedChecks() != 2 {
		t.Errorf("%d rejected rows, %d failed checks", r.RejectedRows(), r.FailedChecks())
	}
}

// Lists that hold nothing are empty in JSON, not null: programs read these files.
func TestEmptyLists(t *testing.T) {
	b, err := json.Marshal(host.Relation{Name: "x", Columns: []host.Column{}})
	if err != nil || strings.Contains(string(b), "null") {
		t.Errorf("%s %v", b, err)
	}
}
