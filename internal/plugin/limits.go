package plugin

import (
	"fmt"
	"time"
)

// Limits bound what a module may be and what a call may take. A zero field means its default.
type Limits struct {
	// Of the binary.
	ModuleBytes   int // 16 MiB
	Functions     int // 20,000
	Types         int // 10,000
	Imports       int // 200
	Exports       int // 1,000
	Globals       int // 10,000
	DataSegments  int // 200,000: Go writes one for each run of bytes that are not zero
	Elements      int // 10,000
	TableEntries  int // 65,536, the one table's minimum and maximum
	LocalsPerFunc int // 256
	BodyBytes     int // 128 KiB a function
	Nesting       int // 2,000 blocks

	// Of a call.
	MemoryPages  int           // 1,024 pages of 64 KiB: the module's own memory
	KernelBytes  int           // 32 MiB: what it may hold in Extism's memory
	InputBytes   int           // 1 MiB
	OutputBytes  int           // 8 MiB
	LogLineBytes int           // 8 KiB
	LogBytes     int           // 64 KiB a call
	CompileTime  time.Duration // 30 s
	CallTime     time.Duration // 30 s, instantiation and _initialize included

	// Of an answer.
	JSONDepth int // 64
	Fragments int // 1,000
	Tables    int // 200
	Words     int // 1,000 entity types, states, measurements or params each
	ListItems int // 10,000 in a param or a rank
	SQLBytes  int // 256 KiB a fragment
	TextBytes int // 4 KiB of any other text
}

// withDefaults fills the zero fields.
func (l Limits) withDefaults() Limits {
	fill := func(n *int, with int) {
		if *n <= 0 {
			*n = with
		}
	}
	fill(&l.ModuleBytes, 16<<20)
	fill(&l.Functions, 20_000)
	fill(&l.Types, 10_000)
	fill(&l.Imports, 200)
	fill(&l.Exports, 1_000)
	fill(&l.Globals, 10_000)
	fill(&l.DataSegments, 200_000)
	fill(&l.Elements, 10_000)
	fill(&l.TableEntries, 65_536)
	fill(&l.LocalsPerFunc, 256)
	fill(&l.BodyBytes, 128<<10)
	fill(&l.Nesting, 2_000)
	fill(&l.MemoryPages, 1_024)
	fill(&l.KernelBytes, 32<<20)
	fill(&l.InputBytes, 1<<20)
	fill(&l.OutputBytes, 8<<20)
	fill(&l.LogLineBytes, 8<<10)
	fill(&l.LogBytes, 64<<10)
	fill(&l.JSONDepth, 64)
	fill(&l.Fragments, 1_000)
	fill(&l.Tables, 200)
	fill(&l.Words, 1_000)
	fill(&l.ListItems, 10_000)
	fill(&l.SQLBytes, 256<<10)
	fill(&l.TextBytes, 4<<10)
	if l.CompileTime <= 0 {
		l.CompileTime = 30 * time.Second
	}
	if l.CallTime <= 0 {
		l.CallTime = 30 * time.Second
	}
	return l
}

// size writes a number of bytes for people.
func size(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
