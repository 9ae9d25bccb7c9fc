// Package hivewire takes apart, and puts together, messages of the protocol of Hive's Thrift
// Server, which Spark and Databricks use, without knowing their structs: the generated ones
// are internal to Databricks' driver. Only tests use it.
package hivewire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/thrift/lib/go/thrift"
)

// Value is a bool, int8, int16, int32, int64, float64, string, Struct, List or Map.
type Value any

// Struct is the fields of a struct.
type Struct []Field

// Field is one field of a struct.
type Field struct {
	ID    int16
	Value Value
}

// List is a list or a set.
type List struct {
	Kind  thrift.TType // of the items
	Items []Value
	IsSet bool
}

// Map is a map, in the order in which it was sent.
type Map struct {
	Keys, Values List
}

// Nested is a field whose value is a struct.
func Nested(id int16, fields ...Field) Field { return Field{id, Struct(fields)} }

// Structs is a field whose value is a list of structs.
func Structs(id int16, items ...Struct) Field {
	list := List{Kind: thrift.STRUCT}
	for _, s := range items {
		list.Items = append(list.Items, s)
	}
	return Field{id, list}
}

// Texts is a field whose value is a list of texts.
func Texts(id int16, items ...string) Field {
	list := List{Kind: thrift.STRING}
	for _, s := range items {
		list.Items = append(list.Items, s)
	}
	return Field{id, list}
}

// Find is the value at a path of ids into nested structs; nil if there is none.
func (s Struct) Find(path ...int16) Value {
	for _, f := range s {
		if f.ID != path[0] {
			continue
		}
		if len(path) == 1 {
			return f.Value
		}
		if inner, ok := f.Value.(Struct); ok {
			return inner.Find(path[1:]...)
		}
	}
	return nil
}

// Add appends fields to the struct at a field of the struct, if it is there.
func (s Struct) Add(id int16, fields ...Field) {
	for i, f := range s {
		if inner, ok := f.Value.(Struct); ok && f.ID == id {
			s[i].Value = append(inner, fields...)
		}
	}
}

// Message is a call or its reply: what it is about, and its one struct.
type Message struct {
	Type thrift.TMessageType
	Name string
	Seq  int32
	Body Struct
}

// Parse takes a message apart.
func Parse(b []byte) (Message, error) { return Read(bytes.NewReader(b)) }

// Read reads one message from a connection on which the other side says nothing more until it is asked.
func Read(r io.Reader) (m Message, err error) {
	ctx := context.Background()
	p := thrift.NewTBinaryProtocolConf(thrift.NewStreamTransportR(r), &thrift.TConfiguration{})
	if m.Name, m.Type, m.Seq, err = p.ReadMessageBegin(ctx); err != nil {
		return m, fmt.Errorf("hivewire: %w", err)
	}
	if m.Body, err = readStruct(ctx, p); err != nil {
		return m, fmt.Errorf("hivewire: %s: %w", m.Name, err)
	}
	return m, nil
}

// Bytes is the inverse of Parse.
func (m Message) Bytes() ([]byte, error) {
	ctx := context.Background()
	out := thrift.NewTMemoryBuffer()
	p := thrift.NewTBinaryProtocolConf(out, &thrift.TConfiguration{})
	err := errors.Join(p.WriteMessageBegin(ctx, m.Name, m.Type, m.Seq), write(ctx, p, m.Body), p.Flush(ctx))
	if err != nil {
		return nil, fmt.Errorf("hivewire: %s: %w", m.Name, err)
	}
	return out.Bytes(), nil
}

func readStruct(ctx context.Context, p thrift.TProtocol) (Struct, error) {
	s := Struct{}
	for {
		_, kind, id, err := p.ReadFieldBegin(ctx)
		if err != nil || kind == thrift.STOP {
			return s, err
		}
		v, err := read(ctx, p, kind)
		if err != nil {
			return nil, err
		}
		s = append(s, Field{id, v})
	}
}

func read(ctx context.Context, p thrift.TProtocol, kind thrift.TType) (Value, error) {
	switch kind {
	case thrift.BOOL:
		return p.ReadBool(ctx)
	case thrift.BYTE:
		return p.ReadByte(ctx)
	case thrift.I16:
		return p.ReadI16(ctx)
	case thrift.I32:
		return p.ReadI32(ctx)
	case thrift.I64:
		return p.ReadI64(ctx)
	case thrift.DOUBLE:
		return p.ReadDouble(ctx)
	case thrift.STRING:
		return p.ReadString(ctx)
	case thrift.STRUCT:
		return readStruct(ctx, p)
	case thrift.LIST, thrift.SET:
		begin := p.ReadListBegin
		if kind == thrift.SET {
			begin = p.ReadSetBegin
		}
		item, n, err := begin(ctx)
		list := List{Kind: item, IsSet: kind == thrift.SET}
		for i := 0; i < n && err == nil; i++ {
			err = list.read(ctx, p)
		}
		return list, err
	case thrift.MAP:
		k, v, n, err := p.ReadMapBegin(ctx)
		m := Map{Keys: List{Kind: k}, Values: List{Kind: v}}
		for i := 0; i < n && err == nil; i++ {
			if err = m.Keys.read(ctx, p); err == nil {
				err = m.Values.read(ctx, p)
			}
		}
		return m, err
	}
	return nil, fmt.Errorf("a value of kind %s", kind)
}

func (l *List) read(ctx context.Context, p thrift.TProtocol) error {
	v, err := read(ctx, p, l.Kind)
	l.Items = append(l.Items, v)
	return err
}

// kindOf is how a value is sent.
func kindOf(v Value) thrift.TType {
	switch v := v.(type) {
	case bool:
		return thrift.BOOL
	case int8:
		return thrift.BYTE
	case int16:
		return thrift.I16
	case int32:
		return thrift.I32
	case int64:
		return thrift.I64
	case float64:
		return thrift.DOUBLE
	case string:
		return thrift.STRING
	case Struct:
		return thrift.STRUCT
	case Map:
		return thrift.MAP
	case List:
		if v.IsSet {
			return thrift.SET
		}
		return thrift.LIST
	}
	return thrift.STOP
}

func write(ctx context.Context, p thrift.TProtocol, v Value) error {
	switch v := v.(type) {
	case bool:
		return p.WriteBool(ctx, v)
	case int8:
		return p.WriteByte(ctx, v)
	case int16:
		return p.WriteI16(ctx, v)
	case int32:
		return p.WriteI32(ctx, v)
	case int64:
		return p.WriteI64(ctx, v)
	case float64:
		return p.WriteDouble(ctx, v)
	case string:
		return p.WriteString(ctx, v)
	case Struct:
		for _, f := range v {
			if err := errors.Join(p.WriteFieldBegin(ctx, "", kindOf(f.Value), f.ID), write(ctx, p, f.Value)); err != nil {
				return err
			}
		}
		return p.WriteFieldStop(ctx)
	case List:
		begin := p.WriteListBegin
		if v.IsSet {
			begin = p.WriteSetBegin
		}
		if err := begin(ctx, v.Kind, len(v.Items)); err != nil {
			return err
		}
		for _, item := range v.Items {
			if err := write(ctx, p, item); err != nil {
				return err
			}
		}
		return nil
	case Map:
		if err := p.WriteMapBegin(ctx, v.Keys.Kind, v.Values.Kind, len(v.Keys.Items)); err != nil {
			return err
		}
		for i, key := range v.Keys.Items {
			if err := errors.Join(write(ctx, p, key), write(ctx, p, v.Values.Items[i])); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%T cannot be sent", v)
}
