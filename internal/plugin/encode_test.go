package plugin_test

import (
	"slices"
)

// A small encoder of Wasm binaries: hostile modules are written as bytes, since no
// compiler would make them.

func leb(v uint64) []byte {
	var out []byte
	for {
		b := byte(v & 0x7f)
		if v >>= 7; v == 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

// sleb encodes a signed number.
func sleb(v int64) []byte {
	var out []byte
	for {
		b := byte(v & 0x7f)
		v >>= 7
		if v == 0 && b&0x40 == 0 || v == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

func str(s string) []byte { return cat(leb(uint64(len(s))), []byte(s)) }

// vec is a vector: a count and the items.
func vec(items ...[]byte) []byte { return cat(leb(uint64(len(items))), cat(items...)) }

func section(id byte, payload []byte) []byte {
	return cat([]byte{id}, leb(uint64(len(payload))), payload)
}

var header = []byte("\x00asm\x01\x00\x00\x00")

func binary(sections ...[]byte) []byte { return cat(header, cat(sections...)) }

const (
	tI32 = 0x7f
	tI64 = 0x7e
)

// functionType encodes a signature.
func functionType(params, results []byte) []byte {
	return cat([]byte{0x60}, leb(uint64(len(params))), params, leb(uint64(len(results))), results)
}

// body encodes a function: groups of locals, instructions, end.
func body(locals []byte, code ...[]byte) []byte {
	b := cat(locals, cat(code...), []byte{0x0b})
	return cat(leb(uint64(len(b))), b)
}

// imp is an imported function; its signature is an index of guestTypes.
type imp struct {
	module, name string
	typ          byte
}

// The signatures that guests use.
const (
	sigEntry = iota // () -> i32
	sigNone         // () -> ()
	sigI64I64
	sigI64
	sigStore8
	sigStore64
	sigI64ToI32
	sigI32
	sigParam // (i32) -> i32
	sigResult64
	sigTwo32 // (i32, i32) -> i32
)

var guestTypes = vec(
	functionType(nil, []byte{tI32}),
	functionType(nil, nil),
	functionType([]byte{tI64}, []byte{tI64}),
	functionType([]byte{tI64}, nil),
	functionType([]byte{tI64, tI32}, nil),
	functionType([]byte{tI64, tI64}, nil),
	functionType([]byte{tI64}, []byte{tI32}),
	functionType([]byte{tI32}, nil),
	functionType([]byte{tI32}, []byte{tI32}),
	functionType(nil, []byte{tI64}),
	functionType([]byte{tI32, tI32}, []byte{tI32}),
)

const env = "extism:host/env"

// The imports of every guest, by their function index.
const (
	fnAlloc = iota
	fnStore8
	fnStore64
	fnOutput
	fnError
	fnLoad8
	fnExit
	fnFree
	firstOwn
)

var guestImports = []imp{
	{env, "alloc", sigI64I64},
	{env, "store_u8", sigStore8},
	{env, "store_u64", sigStore64},
	{env, "output_set", sigStore64},
	{env, "error_set", sigI64},
	{env, "load_u8", sigI64ToI32},
	{"wasi_snapshot_preview1", "proc_exit", sigI32},
	{env, "free", sigI64},
}

// guest is a module with the exports that are wanted; each field changes one thing.
type guest struct {
	describe    []byte // instructions; nil: answers with description
	fragments   []byte // instructions; nil: answers with an empty text
	initialize  []byte // nil: no export
	description string
	imports     []imp // over the usual ones
	exports     map[string]byte
	types       map[string]byte // signature of an entry, if another
	memoryMin   uint64
	data        string
	after       [][]byte // sections after the others, in order
	table       []byte
	start       bool
}

func op(codes ...byte) []byte { return codes }

func i32c(v int64) []byte { return cat(op(0x41), sleb(v)) }
func i64c(v int64) []byte { return cat(op(0x42), sleb(v)) }
func call(f uint64) []byte {
	return cat(op(0x10), leb(f))
}

// say makes instructions that hand the text to Extism's function f.
func say(text string, f uint64) []byte {
	code := cat(i64c(int64(len(text))), call(fnAlloc), op(0x21, 0)) // local 0
	for i, c := range []byte(text) {
		code = cat(code, op(0x20, 0), i64c(int64(i)), op(0x7c), i32c(int64(c)), call(fnStore8))
	}
	code = cat(code, op(0x20, 0))
	if f == fnOutput {
		code = cat(code, i64c(int64(len(text))))
	}
	return cat(code, call(f))
}

// answer says the text and returns 0.
func answer(text string) []byte { return cat(say(text, fnOutput), i32c(0)) }

// tiny is a description that is fine.
const tiny = `{"abi":1,"name":"tiny","version":"1.0.0","doc":"","tables":[{"name":"t","doc":""}],"config":{"type":"object"},"entity_types":[]}`

func (g guest) build() []byte {
	imports := append(slices.Clone(guestImports), g.imports...)
	items := make([][]byte, len(imports))
	for i, m := range imports {
		items[i] = cat(str(m.module), str(m.name), op(0, m.typ))
	}
	if g.describe == nil {
		if g.description == "" {
			g.description = tiny
		}
		g.describe = answer(g.description)
	}
	if g.fragments == nil {
		g.fragments = answer(`{"params":{},"fragments":[{"name":"f","layer":"normalized","file":"f.sql","sql":"select 1 as one from raw.t"}]}`)
	}
	locals := cat(leb(1), leb(2), op(tI64)) // two i64
	own := uint64(len(imports))
	functions := [][]byte{{sigEntry}, {sigEntry}}
	exports := [][]byte{}
	for i, name := range []string{"nexus_describe", "nexus_fragments"} {
		if t, ok := g.types[name]; ok {
			functions[i] = []byte{t}
		}
		if _, dropped := g.exports["-"+name]; !dropped {
			exports = append(exports, cat(str(name), op(0), leb(own+uint64(i))))
		}
	}
	bodies := [][]byte{body(locals, g.describe), body(locals, g.fragments)}
	if g.initialize != nil {
		functions = append(functions, []byte{sigNone})
		exports = append(exports, cat(str("_initialize"), op(0), leb(own+2)))
		bodies = append(bodies, body(locals, g.initialize))
	}
	if g.memoryMin == 0 {
		g.memoryMin = 1
	}
	exports = append(exports, cat(str("memory"), op(2, 0)))
	sections := [][]byte{
		section(1, guestTypes), section(2, vec(items...)), section(3, vec(functions...)),
	}
	if g.table != nil {
		sections = append(sections, section(4, g.table))
	}
	sections = append(sections, section(5, vec(cat(op(0), leb(g.memoryMin)))), section(7, vec(exports...)))
	if g.start {
		sections = append(sections, section(8, leb(own+2)))
	}
	sections = append(sections, section(10, vec(bodies...)))
	if g.data != "" {
		sections = append(sections, section(11, vec(cat(op(0), i32c(0), op(0x0b), str(g.data)))))
	}
	return binary(append(sections, g.after...)...)
}

// forever is an endless loop.
var forever = op(0x03, 0x40, 0x0c, 0x00, 0x0b)

// unreachable ends a body whose result is never given.
var unreachable = op(0x00)
