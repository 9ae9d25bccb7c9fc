package plugin

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sort"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// extismModule is the import module of Extism's host functions.
const extismModule = "extism:host/env"

// A kernel is Extism's memory for one call: input, output, error and the blocks
// that the module allocates. Extism ships it as a Wasm module whose allocator keeps
// its books where the guest can write; a guest that does makes it spin for ever. This
// one keeps them in Go.
type kernel struct {
	limits Limits
	plugin string
	log    *slog.Logger

	arena  []byte  // offset 0 stands for no block, so the first bytes are never used
	blocks []block // by offset
	input  int     // length of the input, which is the first block
	output []byte
	hasOut bool
	err    string
	logged int
	fault  *Error // what the module did wrong; wins over what the runtime says
}

type block struct{ start, length int }

const (
	arenaStart = 8
	maxBlocks  = 1 << 20
)

func newKernel(input []byte, plugin string, l Limits, log *slog.Logger) *kernel {
	k := &kernel{limits: l, plugin: plugin, log: log, input: len(input)}
	k.arena = make([]byte, arenaStart, arenaStart+len(input)+64<<10)
	k.arena = append(k.arena, input...)
	if len(input) > 0 {
		k.blocks = append(k.blocks, block{arenaStart, len(input)})
	}
	return k
}

// alloc returns a new block's offset, 0 where there is no room: that is what Extism does.
func (k *kernel) alloc(n uint64) uint64 {
	start := (len(k.arena) + 7) &^ 7
	room := max(0, k.limits.KernelBytes+arenaStart-start)
	if n == 0 || n > uint64(room) || len(k.blocks) >= maxBlocks {
		return 0
	}
	k.arena = append(k.arena, make([]byte, start-len(k.arena)+int(n))...)
	k.blocks = append(k.blocks, block{start, int(n)})
	return uint64(start)
}

// find returns the block that starts at an offset.
func (k *kernel) find(offset uint64) (int, bool) {
	i := sort.Search(len(k.blocks), func(i int) bool { return uint64(k.blocks[i].start) >= offset })
	return i, i < len(k.blocks) && uint64(k.blocks[i].start) == offset
}

// free releases the last block; others stay until the call ends, which is soon.
func (k *kernel) free(offset uint64) {
	if i, ok := k.find(offset); ok && i == len(k.blocks)-1 {
		k.arena = k.arena[:k.blocks[i].start]
		k.blocks = k.blocks[:i]
	}
}

func (k *kernel) length(offset uint64) uint64 {
	if i, ok := k.find(offset); ok {
		return uint64(k.blocks[i].length)
	}
	return 0
}

// span returns n bytes of the arena, nil where they are not all there.
func (k *kernel) span(offset, n uint64) []byte {
	if offset < arenaStart || offset > uint64(len(k.arena)) || n > uint64(len(k.arena))-offset {
		return nil
	}
	return k.arena[offset : offset+n]
}

// inputSpan returns n bytes of the input.
func (k *kernel) inputSpan(offset, n uint64) []byte {
	if offset > uint64(k.input) || n > uint64(k.input)-offset {
		return nil
	}
	return k.span(arenaStart+offset, n)
}

func (k *kernel) setOutput(offset, n uint64) *Error {
	if n > uint64(k.limits.OutputBytes) {
		return over(CodeOutput, size(k.limits.OutputBytes)+" of output", "an output of %d bytes", n)
	}
	b := k.span(offset, n)
	if b == nil && n > 0 {
		return fail(CodeOutput, "the output's place (%d bytes at %d) is outside of its memory", n, offset)
	}
	k.output, k.hasOut = append([]byte(nil), b...), true
	return nil
}

func (k *kernel) setError(offset uint64) {
	b := k.span(offset, k.length(offset))
	k.err = clean(string(b[:min(len(b), maxErrorText)]), maxErrorText)
}

func (k *kernel) write(ctx context.Context, level slog.Level, offset uint64) {
	line := k.span(offset, k.length(offset))
	line = line[:min(len(line), k.limits.LogLineBytes, k.limits.LogBytes-k.logged)]
	if len(line) == 0 {
		return
	}
	k.logged += len(line)
	k.log.Log(ctx, level, clean(string(line), 2*k.limits.LogLineBytes), "plugin", k.plugin)
}

// kernelKey is the context's key of the call's kernel.
type kernelKey struct{}

const (
	i32 = api.ValueTypeI32
	i64 = api.ValueTypeI64
)

// hostFunc is one function that a module may import.
type hostFunc struct {
	params, results []api.ValueType
	call            func(ctx context.Context, k *kernel, stack []uint64) *Error
}

func (f hostFunc) typ() funcType {
	// wazero's value types are the binary format's.
	return funcType{params: f.params, results: f.results}
}

// outside is the failure of a read or write beyond the blocks.
func outside(what string, offset uint64) *Error {
	return fail(CodeTrap, "%s at %d is outside of its memory", what, offset)
}

// hostFuncs are Extism's functions that are granted: memory, input, output, error, log.
// Configuration, variables and HTTP are not.
func hostFuncs() map[string]hostFunc {
	type types = []api.ValueType
	load := func(what string, n uint64, span func(k *kernel, offset, n uint64) []byte) func(context.Context, *kernel, []uint64) *Error {
		return func(_ context.Context, k *kernel, stack []uint64) *Error {
			b := span(k, stack[0], n)
			switch {
			case b == nil:
				return outside(what, stack[0])
			case n == 1:
				stack[0] = uint64(b[0])
			default:
				stack[0] = binary.LittleEndian.Uint64(b)
			}
			return nil
		}
	}
	logAt := func(level slog.Level) hostFunc {
		return hostFunc{types{i64}, nil, func(ctx context.Context, k *kernel, stack []uint64) *Error {
			k.write(ctx, level, stack[0])
			return nil
		}}
	}
	length := hostFunc{types{i64}, types{i64}, func(_ context.Context, k *kernel, stack []uint64) *Error {
		stack[0] = k.length(stack[0])
		return nil
	}}
	return map[string]hostFunc{
		"alloc": {types{i64}, types{i64}, func(_ context.Context, k *kernel, stack []uint64) *Error {
			stack[0] = k.alloc(stack[0])
			return nil
		}},
		"free": {types{i64}, nil, func(_ context.Context, k *kernel, stack []uint64) *Error {
			k.free(stack[0])
			return nil
		}},
		"length":         length,
		"length_unsafe":  length,
		"load_u8":        {types{i64}, types{i32}, load("a load", 1, (*kernel).span)},
		"load_u64":       {types{i64}, types{i64}, load("a load", 8, (*kernel).span)},
		"input_load_u8":  {types{i64}, types{i32}, load("a load of input", 1, (*kernel).inputSpan)},
		"input_load_u64": {types{i64}, types{i64}, load("a load of input", 8, (*kernel).inputSpan)},
		"store_u8": {types{i64, i32}, nil, func(_ context.Context, k *kernel, stack []uint64) *Error {
			b := k.span(stack[0], 1)
			if b == nil {
				return outside("a store", stack[0])
			}
			b[0] = byte(stack[1])
			return nil
		}},
		"store_u64": {types{i64, i64}, nil, func(_ context.Context, k *kernel, stack []uint64) *Error {
			b := k.span(stack[0], 8)
			if b == nil {
				return outside("a store", stack[0])
			}
			binary.LittleEndian.PutUint64(b, stack[1])
			return nil
		}},
		"input_length": {nil, types{i64}, func(_ context.Context, k *kernel, stack []uint64) *Error {
			stack[0] = uint64(k.input)
			return nil
		}},
		"input_offset": {nil, types{i64}, func(_ context.Context, k *kernel, stack []uint64) *Error {
			stack[0] = arenaStart
			return nil
		}},
		"output_set": {types{i64, i64}, nil, func(_ context.Context, k *kernel, stack []uint64) *Error {
			return k.setOutput(stack[0], stack[1])
		}},
		"error_set": {types{i64}, nil, func(_ context.Context, k *kernel, stack []uint64) *Error {
			k.setError(stack[0])
			return nil
		}},
		"log_trace": logAt(slog.LevelDebug - 4),
		"log_debug": logAt(slog.LevelDebug),
		"log_info":  logAt(slog.LevelInfo),
		"log_warn":  logAt(slog.LevelWarn),
		"log_error": logAt(slog.LevelError),
		// The same for everybody: what a plugin answers cannot depend on how it is listened to.
		"get_log_level": {nil, types{i32}, func(_ context.Context, _ *kernel, stack []uint64) *Error {
			stack[0] = 2 // info
			return nil
		}},
	}
}

// instantiateKernel gives the runtime the granted functions. A function that
// refuses records the fault and closes the module, which ends the call.
func instantiateKernel(ctx context.Context, rt wazero.Runtime) error {
	b := rt.NewHostModuleBuilder(extismModule)
	for name, f := range hostFuncs() {
		fn := api.GoModuleFunc(func(ctx context.Context, mod api.Module, stack []uint64) {
			k, ok := ctx.Value(kernelKey{}).(*kernel)
			if !ok {
				panic(fmt.Errorf("plugin: %s called without a kernel", name)) // a mistake of this package; wazero makes it an error
			}
			if k.fault != nil {
				clear(stack)
				return // closed already; it will notice at its next branch
			}
			if fault := f.call(ctx, k, stack); fault != nil {
				k.fault = fault
				clear(stack)
				_ = mod.CloseWithExitCode(ctx, 1)
			}
		})
		b.NewFunctionBuilder().WithGoModuleFunction(fn, f.params, f.results).Export(name)
	}
	_, err := b.Instantiate(ctx)
	return err
}
