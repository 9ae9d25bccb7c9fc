// Package hivewire takes apart, and puts together, messages of the protocol of Hive's
// Thrift Server, which Spark and Databricks speak: the binary protocol of Thrift, without
// knowing the structs. It is for tests alone.
package hivewire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Kind tells what a value's bytes are.
type Kind = byte

// The kinds of the binary protocol.
const (
	stop   Kind = 0
	Bool   Kind = 2
	Byte   Kind = 3
	Double Kind = 4
	I16    Kind = 6
	I32    Kind = 8
	I64    Kind = 10
	String Kind = 11
	Struct Kind = 12
	Map    Kind = 13
	Set    Kind = 14
	List   Kind = 15
)

// The types of messages.
const (
	Call  = 0x80010001
	Reply = 0x80010002
)

var errThrift = errors.New("hivewire: not the binary protocol of Thrift")

// Field is one field of a struct: its value's bytes.
type Field struct {
	Kind  Kind
	ID    int16
	Value []byte
}

// Number is a field of kind I32.
func Number(id int16, n int32) Field {
	return Field{I32, id, binary.BigEndian.AppendUint32(nil, uint32(n))}
}

// Text is a field of kind String.
func Text(id int16, s string) Field { return Field{String, id, text(s)} }

// Nested is a field of kind Struct.
func Nested(id int16, fields ...Field) Field { return Field{Struct, id, StructOf(fields...)} }

// ListOf is a field of kind List; the items are bytes of values of that kind.
func ListOf(id int16, kind Kind, items ...[]byte) Field {
	b := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(items)))
	for _, item := range items {
		b = append(b, item...)
	}
	return Field{List, id, b}
}

// Texts is a field of a list of texts.
func Texts(id int16, list ...string) Field {
	items := make([][]byte, len(list))
	for i, s := range list {
		items[i] = text(s)
	}
	return ListOf(id, String, items...)
}

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// Message is a call or its reply: what it is about, and the bytes of its one struct.
type Message struct {
	Type uint32
	Name string
	Seq  uint32
	Body []byte
}

// Parse takes a message apart.
func Parse(b []byte) (Message, error) {
	if len(b) < 8 {
		return Message{}, errThrift
	}
	m := Message{Type: binary.BigEndian.Uint32(b)}
	n := int(binary.BigEndian.Uint32(b[4:]))
	if m.Type>>16 != 0x8001 || len(b)-12 < n {
		return Message{}, errThrift
	}
	m.Name, m.Seq, m.Body = string(b[8:8+n]), binary.BigEndian.Uint32(b[8+n:]), b[12+n:]
	return m, nil
}

// Bytes is the inverse of Parse.
func (m Message) Bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, m.Type)
	b = append(b, text(m.Name)...)
	b = binary.BigEndian.AppendUint32(b, m.Seq)
	return append(b, m.Body...)
}

// Fields takes a struct apart.
func Fields(b []byte) ([]Field, error) {
	var list []Field
	for {
		if len(b) == 0 {
			return nil, errThrift
		}
		if b[0] == stop {
			return list, nil
		}
		if len(b) < 3 {
			return nil, errThrift
		}
		f := Field{Kind: b[0], ID: int16(binary.BigEndian.Uint16(b[1:]))}
		n, err := size(f.Kind, b[3:])
		if err != nil {
			return nil, err
		}
		f.Value = b[3 : 3+n]
		list = append(list, f)
		b = b[3+n:]
	}
}

// StructOf is the inverse of Fields.
func StructOf(list ...Field) []byte {
	var b []byte
	for _, f := range list {
		b = append(b, f.Kind)
		b = binary.BigEndian.AppendUint16(b, uint16(f.ID))
		b = append(b, f.Value...)
	}
	return append(b, stop)
}

// Find is the field at a path of ids into nested structs.
func Find(b []byte, path ...int16) (Field, bool) {
	list, err := Fields(b)
	if err != nil {
		return Field{}, false
	}
	for _, f := range list {
		switch {
		case f.ID != path[0]:
		case len(path) == 1:
			return f, true
		case f.Kind == Struct:
			return Find(f.Value, path[1:]...)
		}
	}
	return Field{}, false
}

// Rewrite changes the struct at a field of a struct.
func Rewrite(b []byte, id int16, change func([]Field) ([]Field, error)) ([]byte, error) {
	outer, err := Fields(b)
	if err != nil {
		return nil, err
	}
	for i, f := range outer {
		if f.ID != id || f.Kind != Struct {
			continue
		}
		inner, err := Fields(f.Value)
		if err != nil {
			return nil, err
		}
		if inner, err = change(inner); err != nil {
			return nil, err
		}
		outer[i].Value = StructOf(inner...)
	}
	return StructOf(outer...), nil
}

// size is how many bytes a value takes.
func size(kind Kind, b []byte) (int, error) {
	c := &counter{b: b}
	if err := walk(c, kind); err != nil {
		return 0, err
	}
	return c.n, nil
}

// counter reads from bytes at hand.
type counter struct {
	b []byte
	n int
}

func (c *counter) take(n int) ([]byte, error) {
	if n < 0 || len(c.b)-c.n < n {
		return nil, errThrift
	}
	c.n += n
	return c.b[c.n-n : c.n], nil
}

// stream reads from a connection and keeps what it read.
type stream struct {
	r    io.Reader
	kept []byte
}

func (s *stream) take(n int) ([]byte, error) {
	if n < 0 || n > 1<<30 {
		return nil, errThrift
	}
	at := len(s.kept)
	s.kept = append(s.kept, make([]byte, n)...)
	_, err := io.ReadFull(s.r, s.kept[at:])
	return s.kept[at:], err
}

// Read reads one message from a connection, which does not tell where messages end.
func Read(r io.Reader) ([]byte, error) {
	s := &stream{r: r}
	head, err := s.take(8)
	if err != nil {
		return nil, err
	}
	if _, err := s.take(int(binary.BigEndian.Uint32(head[4:])) + 4); err != nil {
		return nil, err
	}
	if err := walk(s, Struct); err != nil {
		return nil, err
	}
	return s.kept, nil
}

type taker interface{ take(n int) ([]byte, error) }

// walk reads one value of a kind.
func walk(t taker, kind Kind) error {
	fixed := map[Kind]int{Bool: 1, Byte: 1, Double: 8, I16: 2, I32: 4, I64: 8}
	if n, ok := fixed[kind]; ok {
		_, err := t.take(n)
		return err
	}
	number := func() (int, error) {
		b, err := t.take(4)
		if err != nil {
			return 0, err
		}
		return int(int32(binary.BigEndian.Uint32(b))), nil
	}
	switch kind {
	case String:
		n, err := number()
		if err != nil {
			return err
		}
		_, err = t.take(n)
		return err
	case Struct:
		for {
			b, err := t.take(1)
			if err != nil || b[0] == stop {
				return err
			}
			inner := b[0]
			if _, err := t.take(2); err != nil {
				return err
			}
			if err := walk(t, inner); err != nil {
				return err
			}
		}
	case Map:
		b, err := t.take(2)
		if err != nil {
			return err
		}
		return items(t, number, b[0], b[1])
	case List, Set:
		b, err := t.take(1)
		if err != nil {
			return err
		}
		return items(t, number, b[0])
	}
	return fmt.Errorf("%w: kind %d", errThrift, kind)
}

func items(t taker, number func() (int, error), kinds ...Kind) error {
	kinds = append([]Kind(nil), kinds...) // the bytes they came in may move
	n, err := number()
	if err != nil {
		return err
	}
	for range n {
		for _, k := range kinds {
			if err := walk(t, k); err != nil {
				return err
			}
		}
	}
	return nil
}
