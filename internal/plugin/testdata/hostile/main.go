// Command hostile is a Go guest for tests that misbehaves as its configuration says.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"runtime"
	"strings"
	"syscall"
	"time"

	extism "github.com/extism/go-pdk"
)

// calls counts the calls of this instance: state that a fresh one does not carry.
var calls int

func main() {}

//go:wasmexport nexus_describe
func describe() int32 {
	extism.OutputString(`{"abi":1,"name":"hostile","version":"1.0.0","doc":"","tables":[{"name":"t","doc":""}],` +
		`"config":{"type":"object","properties":{"do":{"type":"string"},"text":{"type":"string"}}},"entity_types":[]}`)
	return 0
}

//go:wasmexport nexus_fragments
func fragments() int32 {
	var req struct {
		Config struct {
			Do   string `json:"do"`
			Text string `json:"text"`
		} `json:"config"`
	}
	if err := json.Unmarshal(extism.Input(), &req); err != nil {
		extism.SetError(err)
		return 1
	}
	calls++
	switch req.Config.Do {
	case "panic":
		panic("the guest panics: " + req.Config.Text)
	case "map":
		var b strings.Builder
		for k := range map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 9: true} {
			fmt.Fprint(&b, k)
		}
		return say(b.String())
	case "count":
		return say(fmt.Sprint(calls))
	case "clock":
		return say(fmt.Sprint(time.Now().UnixNano(), rand.Int63(), rand.Int63()))
	case "environment":
		env, args := syscall.Environ(), "none"
		var buf [16]byte
		n, err := syscall.Read(0, buf[:])
		return say(fmt.Sprint(len(env), args, n, err))
	case "sleep":
		time.Sleep(200 * time.Millisecond)
		return say("slept")
	case "goroutines":
		done := make(chan int)
		for i := range 100 {
			go func() { runtime.Gosched(); done <- i }()
		}
		sum := 0
		for range 100 {
			sum += <-done
		}
		return say(fmt.Sprint(sum))
	case "allocate":
		var keep [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = byte(i)
			}
			keep = append(keep, b)
			if len(keep) > 1<<20 {
				return say("kept")
			}
		}
	case "recurse":
		return say(fmt.Sprint(recurse(1 << 30)))
	case "error":
		extism.SetErrorString(req.Config.Text + strings.Repeat("x\x1b[31m\nERROR fake line", 5_000))
		return 1
	case "log":
		for range 20 {
			extism.Log(extism.LogError, "a\x1b[31m\nline "+strings.Repeat("y", 10_000))
		}
		return say("logged")
	case "print":
		for range 50 {
			fmt.Println(strings.Repeat("z", 10_000))
		}
		return say("printed")
	}
	return say("nothing")
}

func recurse(n int) int {
	if n == 0 {
		return 0
	}
	return recurse(n-1) + calls
}

func say(text string) int32 {
	out, err := json.Marshal(map[string]any{"params": map[string]any{"said": text}, "fragments": []any{
		map[string]any{"name": "f", "layer": "normalized", "file": "f.sql", "sql": "select 1 as one from raw.t"}}})
	if err != nil {
		extism.SetError(err)
		return 1
	}
	extism.Output(out)
	return 0
}
