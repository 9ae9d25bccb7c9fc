package load

import "testing"

// A rejected row's own bytes reach a terminal by the report.
func TestClipInvisible(t *testing.T) {
	if got := clip("é\x1b\u202e\u200b\ufeff\U000e0041\xff"); got != "é\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd" {
		t.Errorf("%q", got)
	}
}
