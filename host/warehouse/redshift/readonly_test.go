package redshift

import (
	"errors"
	"testing"

	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/readonly"
)

// A statement runs in a transaction that can only read and never commits, in the project's schema.
func TestQueryReadOnly(t *testing.T) {
	o, _ := standIn(t)
	writer := open(t, o)
	for _, s := range []string{"create schema marts", "create table marts.kept as select 1 as v"} {
		if _, err := writer.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	o.ReadOnly = true
	w := open(t, o)
	drain := func(schema, text string) (rows int, err error) {
		r, err := w.QueryReadOnly(t.Context(), []string{schema}, readonly.Statement{Text: text, Query: text})
		if err != nil {
			return 0, err
		}
		defer r.Close()
		for r.Next() {
			rows++
		}
		return rows, r.Err()
	}
	for _, text := range []string{
		"delete from kept", "truncate kept", "select 1; delete from kept", "select v into marts.made from kept", "set transaction read write; delete from kept",
		"with a as (delete from kept returning v) select * from a", "do $$ begin commit; set transaction read write; delete from marts.kept; commit; end $$",
	} {
		if n, err := drain("marts", text); err == nil {
			t.Errorf("%s: %d rows", text, n)
		}
	}
	_, _ = drain("marts", "select lo_create(4711)") // the stand-in lets a transaction that only reads do so
	if got := queryOne(t, writer, "select count(*), (select count(*) from pg_largeobject_metadata) from marts.kept"); got[0] != int64(1) || got[1] != int64(0) {
		t.Errorf("rows, large objects: %v", got)
	}
	if n, err := drain("marts", "select v from kept"); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	if _, err := drain("nowhere", "select 1"); !errors.Is(err, warehouse.ErrMissing) {
		t.Errorf("no schema: %v", err)
	}
}
