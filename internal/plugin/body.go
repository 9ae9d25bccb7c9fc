package plugin

import "fmt"

// immediate is what follows an opcode.
type immediate uint8

const (
	opRefused  immediate = iota
	opPlain              // nothing
	opBlock              // a block type; opens a block
	opElse               // nothing; inside an if
	opEnd                // nothing; closes a block
	opIndex              // one index
	opTable              // br_table: a vector of labels and one more
	opIndirect           // a type and a table
	opMemory             // alignment and offset
	opZero               // one byte
	opI32                // a signed number
	opI64
	opF32
	opF64
	opPrefix // 0xfc: a second opcode
)

// opcodes gives the immediate of each opcode of Wasm 1.0 with sign extension. What
// it refuses are reference types, exceptions, tail calls, SIMD and threads: their
// tables and vectors are not under the limits of memory.
var opcodes = func() (t [256]immediate) {
	set := func(from, to int, i immediate) {
		for op := from; op <= to; op++ {
			t[op] = i
		}
	}
	set(0x00, 0x01, opPlain) // unreachable, nop
	set(0x02, 0x04, opBlock) // block, loop, if
	t[0x05] = opElse
	t[0x0b] = opEnd
	set(0x0c, 0x0d, opIndex) // br, br_if
	t[0x0e] = opTable
	t[0x0f] = opPlain // return
	t[0x10] = opIndex // call
	t[0x11] = opIndirect
	set(0x1a, 0x1b, opPlain)  // drop, select
	set(0x20, 0x24, opIndex)  // locals, globals
	set(0x28, 0x3e, opMemory) // loads, stores
	set(0x3f, 0x40, opZero)   // memory.size, memory.grow
	t[0x41], t[0x42], t[0x43], t[0x44] = opI32, opI64, opF32, opF64
	set(0x45, 0xc4, opPlain) // comparisons, arithmetic, conversions
	t[0xfc] = opPrefix
	return t
}()

// scanBody reads a function's locals and instructions: their number, their nesting and that each has its bytes.
func scanBody(r *reader, l Limits) error {
	locals := uint64(0)
	for range r.count("groups of locals", l.LocalsPerFunc) {
		locals += uint64(r.u32())
		r.valType()
		if locals > uint64(l.LocalsPerFunc) {
			return over(CodeModule, fmt.Sprintf("%d locals a function", l.LocalsPerFunc), "%s: %d locals or more", r.where, locals)
		}
	}
	depth := 1
	for depth > 0 {
		op := r.byte()
		if r.err != nil {
			return r.err
		}
		switch opcodes[op] {
		case opPlain, opElse:
		case opEnd:
			depth--
		case opBlock:
			r.leb(5)
			if depth++; depth > l.Nesting {
				return over(CodeModule, fmt.Sprintf("%d nested blocks", l.Nesting), "%s: deeper nesting", r.where)
			}
		case opIndex:
			r.u32()
		case opTable:
			for range r.count("labels", len(r.data)) {
				r.u32()
			}
			r.u32()
		case opIndirect:
			r.u32()
			if table := r.u32(); table != 0 {
				r.fault("table %d", table)
			}
		case opMemory:
			r.u32()
			r.u32()
		case opZero:
			r.byte()
		case opI32:
			r.leb(5)
		case opI64:
			r.leb(10)
		case opF32:
			r.take(4)
		case opF64:
			r.take(8)
		case opPrefix:
			scanPrefixed(r)
		default:
			r.fault("instruction %#x is not granted (reference types, SIMD, threads, exceptions and tail calls are off)", op)
		}
		if r.err != nil {
			return r.err
		}
	}
	if r.pos != len(r.data) {
		r.fault("%d bytes after its end", len(r.data)-r.pos)
	}
	return r.err
}

// scanPrefixed reads what follows 0xfc: saturating conversions and bulk memory.
func scanPrefixed(r *reader) {
	switch op := r.u32(); op {
	case 0, 1, 2, 3, 4, 5, 6, 7:
	case 8, 10, 12, 14: // memory.init, memory.copy, table.init, table.copy
		r.u32()
		r.u32()
	case 9, 11, 13: // data.drop, memory.fill, elem.drop
		r.u32()
	default:
		r.fault("instruction 0xfc %d is not granted", op)
	}
}
