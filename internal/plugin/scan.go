package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The sections of a Wasm binary, by id.
const (
	secCustom = iota
	secType
	secImport
	secFunction
	secTable
	secMemory
	secGlobal
	secExport
	secStart
	secElement
	secCode
	secData
	secDataCount
)

var sectionNames = [...]string{
	"custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count",
}

// sectionOrder is the order in which sections must come; data count comes before code.
var sectionOrder = [...]int{
	secType: 1, secImport: 2, secFunction: 3, secTable: 4, secMemory: 5, secGlobal: 6, secExport: 7,
	secStart: 8, secElement: 9, secDataCount: 10, secCode: 11, secData: 12,
}

const (
	valI32 = 0x7f
	valI64 = 0x7e
	valF32 = 0x7d
	valF64 = 0x7c

	funcref = 0x70
)

// funcType is a signature.
type funcType struct{ params, results []byte }

func (t funcType) equal(o funcType) bool {
	return bytes.Equal(t.params, o.params) && bytes.Equal(t.results, o.results)
}

func (t funcType) String() string {
	list := func(types []byte) string {
		names := make([]string, len(types))
		for i, v := range types {
			names[i] = map[byte]string{valI32: "i32", valI64: "i64", valF32: "f32", valF64: "f64"}[v]
		}
		return "(" + strings.Join(names, ", ") + ")"
	}
	return list(t.params) + " -> " + list(t.results)
}

// scanned is what a scan learns about a module.
type scanned struct {
	stripped []byte // the module without custom sections: what is compiled
	types    []funcType
	imports  []importedFunc
	funcs    []uint32 // type index of each function of the module's own
	exports  map[string]uint32
	memories int
	bodies   int
}

type importedFunc struct {
	module, name string
	typ          uint32
}

// scan reads a module's structure under limits. It exists because decoders
// allocate what a vector's count promises before they look for the items: 15 bytes
// can end the process. After it, every count is known to have its bytes.
func scan(module []byte, l Limits) (*scanned, error) {
	if len(module) > l.ModuleBytes {
		return nil, over(CodeModule, size(l.ModuleBytes)+" of module", "the module has %d bytes", len(module))
	}
	if len(module) < 8 || !bytes.Equal(module[:4], []byte("\x00asm")) {
		return nil, fail(CodeModule, "no Wasm module: it does not begin with \\0asm")
	}
	if !bytes.Equal(module[4:8], []byte{1, 0, 0, 0}) {
		return nil, fail(CodeModule, "Wasm version % x: only core modules of version 1 run here, no components", module[4:8])
	}
	s := &scanned{exports: map[string]uint32{}, stripped: make([]byte, 0, len(module))}
	s.stripped = append(s.stripped, module[:8]...)
	r := &reader{data: module, pos: 8}
	last := 0
	for r.pos < len(r.data) {
		start := r.pos
		id := int(r.byte())
		body := r.take(r.count("section", len(module)))
		if r.err != nil {
			return nil, r.err
		}
		if id == secCustom {
			continue
		}
		if id >= len(sectionNames) {
			return nil, fail(CodeModule, "unknown section %d at byte %d", id, start)
		}
		if sectionOrder[id] <= last {
			return nil, fail(CodeModule, "%s section at byte %d is out of order or occurs twice", sectionNames[id], start)
		}
		last = sectionOrder[id]
		sec := &reader{data: body, base: r.pos - len(body), where: sectionNames[id] + " section"}
		if err := s.section(id, sec, l); err != nil {
			return nil, err
		}
		if sec.err != nil {
			return nil, sec.err
		}
		if sec.pos != len(sec.data) {
			return nil, fail(CodeModule, "%s section: %d bytes left over", sectionNames[id], len(sec.data)-sec.pos)
		}
		s.stripped = append(s.stripped, module[start:r.pos]...)
	}
	if s.bodies != len(s.funcs) {
		return nil, fail(CodeModule, "%d functions declared, %d bodies", len(s.funcs), s.bodies)
	}
	return s, nil
}

// section reads one section. Errors of reading are left in r.
func (s *scanned) section(id int, r *reader, l Limits) error {
	switch id {
	case secType:
		for range r.count("types", l.Types) {
			if tag := r.byte(); r.err == nil && tag != 0x60 {
				r.fault("type form %#x", tag)
			}
			s.types = append(s.types, funcType{params: r.valTypes(), results: r.valTypes()})
			if r.err != nil {
				return r.err
			}
		}
	case secImport:
		for range r.count("imports", l.Imports) {
			s.readImport(r)
			if r.err != nil {
				return r.err
			}
		}
	case secFunction:
		for range r.count("functions", l.Functions) {
			s.funcs = append(s.funcs, s.typeIndex(r))
			if r.err != nil {
				return r.err
			}
		}
	case secTable:
		for range r.count("tables", 1) {
			if t := r.byte(); r.err == nil && t != funcref {
				return fail(CodeModule, "table of type %#x: only functions", t)
			}
			low, high, _ := r.limits()
			if high == noMax {
				high = low
			}
			if n := max(low, high); n > uint64(l.TableEntries) {
				return over(CodeModule, fmt.Sprintf("%d table entries", l.TableEntries), "a table of %d entries", n)
			}
		}
	case secMemory:
		for range r.count("memories", 1) {
			low, _, shared := r.limits()
			if shared {
				return fail(CodeModule, "shared memory")
			}
			if low > uint64(l.MemoryPages) {
				return over(CodeMemory, size(l.MemoryPages<<16)+" of memory", "the module starts with %d pages", low)
			}
			s.memories++
		}
	case secGlobal:
		for range r.count("globals", l.Globals) {
			r.valType()
			r.byte() // mutability: the decoder's business
			r.constExpr()
			if r.err != nil {
				return r.err
			}
		}
	case secExport:
		return s.readExports(r, l)
	case secStart:
		return fail(CodeModule, "a start section: it would run before any limit; build with an exported _initialize (AssemblyScript: --exportStart _initialize)")
	case secElement:
		for range r.count("elements", l.Elements) {
			s.readElement(r, l)
			if r.err != nil {
				return r.err
			}
		}
	case secCode:
		for range r.count("bodies", l.Functions) {
			s.bodies++
			n := r.count("body", len(r.data))
			if n > l.BodyBytes {
				return over(CodeModule, size(l.BodyBytes)+" a function", "function %d has %d bytes", s.bodies-1, n)
			}
			body := &reader{data: r.take(n), base: r.base + r.pos - n, where: fmt.Sprintf("function %d", s.bodies-1)}
			if r.err != nil {
				return r.err
			}
			if err := scanBody(body, l); err != nil {
				return err
			}
		}
	case secData:
		for range r.count("data", l.DataSegments) {
			flag := r.u32()
			if flag > 2 {
				r.fault("data segment of form %d", flag)
			}
			if flag == 2 {
				r.u32()
			}
			if flag != 1 {
				r.constExpr()
			}
			r.take(r.count("bytes", len(r.data)))
			if r.err != nil {
				return r.err
			}
		}
	case secDataCount:
		r.u32()
	}
	return r.err
}

func (s *scanned) typeIndex(r *reader) uint32 {
	i := r.u32()
	if r.err == nil && int64(i) >= int64(len(s.types)) {
		r.fault("type %d of %d", i, len(s.types))
	}
	return i
}

func (s *scanned) readImport(r *reader) {
	module, name := r.name(), r.name()
	switch kind := r.byte(); {
	case r.err != nil:
	case kind == 0:
		s.imports = append(s.imports, importedFunc{module: module, name: name, typ: s.typeIndex(r)})
	default:
		r.err = fail(CodeImport, "imports a %s, %s.%s: only functions are granted",
			map[byte]string{1: "table", 2: "memory", 3: "global"}[kind], clean(module, 80), clean(name, 80))
	}
}

func (s *scanned) readExports(r *reader, l Limits) error {
	for range r.count("exports", l.Exports) {
		name, kind, index := r.name(), r.byte(), r.u32()
		if r.err != nil {
			return r.err
		}
		if kind != 0 {
			continue
		}
		if _, twice := s.exports[name]; twice {
			return fail(CodeModule, "export %q occurs twice", clean(name, 80))
		}
		s.exports[name] = index
	}
	return r.err
}

// readElement reads one element segment of functions, in any of its eight forms.
func (s *scanned) readElement(r *reader, l Limits) {
	flag := r.u32()
	if flag > 7 {
		r.fault("element segment of form %d", flag)
		return
	}
	active, explicit, exprs := flag&1 == 0, flag&2 != 0, flag&4 != 0
	if active && explicit {
		if table := r.u32(); table != 0 {
			r.fault("table %d", table)
		}
	}
	if active {
		r.constExpr()
	}
	if !active || explicit {
		if kind := r.byte(); r.err == nil && kind != 0 && kind != funcref {
			r.fault("elements of kind %#x", kind)
		}
	}
	for range r.count("table entries", l.TableEntries) {
		if exprs {
			r.constExpr()
		} else {
			r.u32()
		}
		if r.err != nil {
			return
		}
	}
}

// funcType returns the signature of a function by its index, imports first.
func (s *scanned) funcType(index uint32) (funcType, bool) {
	i := int64(index)
	if i < int64(len(s.imports)) {
		return s.types[s.imports[i].typ], true
	}
	if i -= int64(len(s.imports)); i < int64(len(s.funcs)) {
		return s.types[s.funcs[i]], true
	}
	return funcType{}, false
}

// exportNames are the exported functions, for messages.
func (s *scanned) exportNames() string {
	names := make([]string, 0, len(s.exports))
	for n := range s.exports {
		names = append(names, clean(n, 60))
	}
	slices.Sort(names)
	if len(names) > 12 {
		names = append(names[:12], "…")
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// reader reads a part of a module; after the first mistake it reads zeros.
type reader struct {
	data  []byte
	pos   int
	base  int    // of data in the module, for messages
	where string // which part
	err   error
}

func (r *reader) fault(format string, args ...any) {
	if r.err == nil {
		place := fmt.Sprintf("byte %d: ", r.base+r.pos)
		if r.where != "" {
			place = r.where + ", " + place
		}
		r.err = fail(CodeModule, "%s%s", place, fmt.Sprintf(format, args...))
	}
}

func (r *reader) byte() byte {
	if r.err != nil {
		return 0
	}
	if r.pos >= len(r.data) {
		r.fault("ends early")
		return 0
	}
	r.pos++
	return r.data[r.pos-1]
}

func (r *reader) take(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.data)-r.pos {
		r.fault("%d bytes wanted, %d left", n, len(r.data)-r.pos)
		return nil
	}
	r.pos += n
	return r.data[r.pos-n : r.pos]
}

// leb reads a LEB128 of at most so many bytes; the value matters only for unsigned ones.
func (r *reader) leb(most int) uint64 {
	var v uint64
	for i := range most {
		b := r.byte()
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return v
		}
	}
	r.fault("a number of more than %d bytes", most)
	return 0
}

func (r *reader) u32() uint32 {
	v := r.leb(5)
	if v > 1<<32-1 {
		r.fault("a number of more than 32 bits")
	}
	return uint32(v)
}

// count reads a vector's count: there must be a byte for each item, and no more items than allowed.
func (r *reader) count(what string, most int) int {
	n := int64(r.u32())
	if r.err != nil {
		return 0
	}
	if left := int64(len(r.data) - r.pos); n > left {
		r.fault("%d %s promised, %d bytes left", n, what, left)
		return 0
	}
	if n > int64(most) {
		r.fault("too many %s: %d", what, n)
		var e *Error
		if errors.As(r.err, &e) {
			e.Limit = fmt.Sprintf("%d %s", most, what)
		}
		return 0
	}
	return int(n)
}

func (r *reader) name() string {
	b := r.take(r.count("characters", 4096))
	if !utf8.Valid(b) {
		r.fault("a name that is no UTF-8")
	}
	return string(b)
}

func (r *reader) valType() byte {
	t := r.byte()
	if r.err == nil && (t < valF64 || t > valI32) {
		r.fault("value type %#x", t)
	}
	return t
}

func (r *reader) valTypes() []byte {
	types := make([]byte, r.count("values", 1000))
	for i := range types {
		types[i] = r.valType()
	}
	return types
}

const noMax = 1<<64 - 1

// limits reads the limits of a table or memory.
func (r *reader) limits() (low, high uint64, shared bool) {
	flag := r.byte()
	if flag > 3 {
		r.fault("limits of form %d", flag)
	}
	low, high = uint64(r.u32()), noMax
	if flag&1 != 0 {
		high = uint64(r.u32())
	}
	return low, high, flag&2 != 0
}

// constExpr reads an initial value: one constant instruction and end.
func (r *reader) constExpr() {
	switch op := r.byte(); op {
	case 0x41:
		r.leb(5)
	case 0x42:
		r.leb(10)
	case 0x43:
		r.take(4)
	case 0x44:
		r.take(8)
	case 0x23, 0xd2:
		r.u32()
	default:
		r.fault("instruction %#x in a constant", op)
	}
	if end := r.byte(); r.err == nil && end != 0x0b {
		r.fault("instruction %#x in a constant", end)
	}
}
