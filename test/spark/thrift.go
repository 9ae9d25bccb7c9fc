package spark

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The few kinds of Thrift's binary protocol that bytes have to be told apart by.
const (
	kindStop   = 0
	kindBool   = 2
	kindByte   = 3
	kindDouble = 4
	kindI16    = 6
	kindI32    = 8
	kindI64    = 10
	kindString = 11
	kindStruct = 12
	kindMap    = 13
	kindSet    = 14
	kindList   = 15
)

const (
	callMessage  = 0x80010001
	replyMessage = 0x80010002
)

var errThrift = errors.New("spark: not the binary protocol of Thrift")

// field is one field of a struct: its value's bytes.
type field struct {
	kind  byte
	id    int16
	value []byte
}

// message is a call or its reply: what it is about, and the bytes of its one struct.
type message struct {
	kind uint32
	name string
	seq  uint32
	body []byte
}

func parseMessage(b []byte) (message, error) {
	if len(b) < 8 {
		return message{}, errThrift
	}
	m := message{kind: binary.BigEndian.Uint32(b)}
	n := int(binary.BigEndian.Uint32(b[4:]))
	if m.kind>>16 != 0x8001 || n < 0 || len(b) < 12+n {
		return message{}, errThrift
	}
	m.name, m.seq, m.body = string(b[8:8+n]), binary.BigEndian.Uint32(b[8+n:]), b[12+n:]
	return m, nil
}

func (m message) bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, m.kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(m.name)))
	b = append(b, m.name...)
	b = binary.BigEndian.AppendUint32(b, m.seq)
	return append(b, m.body...)
}

// fields takes a struct apart.
func fields(b []byte) ([]field, error) {
	var list []field
	for {
		if len(b) == 0 {
			return nil, errThrift
		}
		if b[0] == kindStop {
			return list, nil
		}
		if len(b) < 3 {
			return nil, errThrift
		}
		f := field{kind: b[0], id: int16(binary.BigEndian.Uint16(b[1:]))}
		n, err := size(f.kind, b[3:])
		if err != nil {
			return nil, err
		}
		f.value = b[3 : 3+n]
		list = append(list, f)
		b = b[3+n:]
	}
}

// structOf is the inverse of fields.
func structOf(list ...field) []byte {
	var b []byte
	for _, f := range list {
		b = append(b, f.kind)
		b = binary.BigEndian.AppendUint16(b, uint16(f.id))
		b = append(b, f.value...)
	}
	return append(b, kindStop)
}

// only is the field of that id, if there is one.
func only(list []field, id int16) (field, bool) {
	for _, f := range list {
		if f.id == id {
			return f, true
		}
	}
	return field{}, false
}

// size is how many bytes a value takes.
func size(kind byte, b []byte) (int, error) {
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

// readMessage reads one message from a connection, which does not tell where messages end.
func readMessage(r io.Reader) ([]byte, error) {
	s := &stream{r: r}
	head, err := s.take(8)
	if err != nil {
		return nil, err
	}
	if _, err := s.take(int(binary.BigEndian.Uint32(head[4:])) + 4); err != nil {
		return nil, err
	}
	if err := walk(s, kindStruct); err != nil {
		return nil, err
	}
	return s.kept, nil
}

type taker interface{ take(n int) ([]byte, error) }

// walk reads one value of a kind.
func walk(t taker, kind byte) error {
	fixed := map[byte]int{kindBool: 1, kindByte: 1, kindDouble: 8, kindI16: 2, kindI32: 4, kindI64: 8}
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
	case kindString:
		n, err := number()
		if err != nil {
			return err
		}
		_, err = t.take(n)
		return err
	case kindStruct:
		for {
			b, err := t.take(1)
			if err != nil || b[0] == kindStop {
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
	case kindMap:
		b, err := t.take(2)
		if err != nil {
			return err
		}
		return items(t, number, b[0], b[1])
	case kindList, kindSet:
		b, err := t.take(1)
		if err != nil {
			return err
		}
		return items(t, number, b[0])
	}
	return fmt.Errorf("%w: kind %d", errThrift, kind)
}

func items(t taker, number func() (int, error), kinds ...byte) error {
	kinds = append([]byte(nil), kinds...) // the bytes they came in may move
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
