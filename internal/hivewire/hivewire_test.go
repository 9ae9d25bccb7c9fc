package hivewire_test

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/nexus-host/nexus-host/internal/hivewire"
)

// What is put together is taken apart as it was, and can be changed on its way.
func TestMessage(t *testing.T) {
	inner := hivewire.Struct{{ID: 1, Value: int32(7)}, {ID: 2, Value: "text"}}
	m := hivewire.Message{Type: thrift.CALL, Name: "Ask", Seq: 3, Body: hivewire.Struct{
		{ID: 1, Value: inner}, {ID: 2, Value: true}, {ID: 3, Value: int8(1)}, {ID: 4, Value: int16(2)},
		{ID: 5, Value: int64(3)}, {ID: 6, Value: 1.5},
		hivewire.Texts(7, "a", ""), hivewire.Structs(8, inner, inner),
		{ID: 9, Value: hivewire.List{Kind: thrift.I32, Items: []hivewire.Value{int32(1)}, IsSet: true}},
		{ID: 1281, Value: hivewire.Map{
			Keys:   hivewire.List{Kind: thrift.STRING, Items: []hivewire.Value{"k"}},
			Values: hivewire.List{Kind: thrift.I32, Items: []hivewire.Value{int32(9)}},
		}},
	}}
	b, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if binary.BigEndian.Uint32(b) != 0x80010001 {
		t.Errorf("the message begins with %x", b[:4])
	}
	got, err := hivewire.Parse(b)
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, m)
	}
	for n := range b {
		if _, err := hivewire.Read(bytes.NewReader(b[:n])); err == nil {
			t.Errorf("%d of %d bytes are a message", n, len(b))
		}
	}
	got.Body.Add(1, hivewire.Field{ID: 3, Value: "more"})
	if got.Body.Find(1, 3) != "more" || got.Body.Find(1, 4) != nil || got.Body.Find(2, 1) != nil {
		t.Errorf("after a change: %+v", got.Body)
	}
	if _, err := (hivewire.Message{Body: hivewire.Struct{{ID: 1, Value: 1}}}).Bytes(); err == nil {
		t.Error("an int has no kind")
	}
}
