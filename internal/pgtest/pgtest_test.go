package pgtest_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/internal/pgtest"
)

// Two databases of one server are apart, in UTF-8 and in code point order.
func TestServer(t *testing.T) {
	server := pgtest.New(t)
	a, b := server.Open(t), server.Open(t)
	if _, err := a.Exec("CREATE TABLE only_here (x text)"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Exec("SELECT x FROM only_here"); err == nil {
		t.Error("a table of one database shows in another")
	}
	var encoding, zone string
	if err := a.QueryRow("SELECT current_setting('server_encoding'), current_setting('TimeZone')").Scan(&encoding, &zone); err != nil {
		t.Fatal(err)
	}
	if encoding != "UTF8" || zone != "UTC" {
		t.Errorf("got encoding %s, zone %s; want UTF8, UTC", encoding, zone)
	}
}
