package lint

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed data/*.txt
var data embed.FS

// facts are a dialect's closed vocabulary and limits, as data/<dialect>.txt has them.
type facts struct {
	names     int               // bytes of a name
	size      int               // bytes of a statement; 0: no documented limit
	nullsLast map[string]bool   // by direction, what an order without NULLS does
	heads     [][]string        // how statements begin
	types     map[string]bool   // as CAST has them
	marks     map[string]bool   //
	functions map[string][2]int // how many arguments; at most -1: any number
	words     map[string]bool   //
}

func factsOf(dialect string) (*facts, error) {
	file, err := data.ReadFile("data/" + dialect + ".txt")
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	f := &facts{nullsLast: map[string]bool{}, types: map[string]bool{}, marks: map[string]bool{},
		functions: map[string][2]int{}, words: map[string]bool{}}
	for n, line := range strings.Split(string(file), "\n") {
		key, value, ok := strings.Cut(line, ": ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := f.set(key, value); err != nil || !ok {
			return nil, fmt.Errorf("lint: data/%s.txt:%d: %s: %w", dialect, n+1, key, err)
		}
	}
	return f, nil
}

func (f *facts) set(key, value string) (err error) {
	switch key {
	case "names":
		f.names, err = strconv.Atoi(value)
	case "size":
		f.size, err = strconv.Atoi(value)
	case "nulls":
		asc, desc, _ := strings.Cut(value, " ")
		f.nullsLast["ASC"], f.nullsLast["DESC"] = asc == "last", desc == "last"
	case "heads":
		for _, h := range strings.Split(value, ", ") {
			f.heads = append(f.heads, strings.Fields(h))
		}
	case "types":
		for _, t := range strings.Split(value, ", ") {
			f.types[strings.ReplaceAll(t, "; ", ", ")] = true
		}
	case "marks":
		for _, m := range strings.Fields(value) {
			f.marks[m] = true
		}
	case "functions":
		for _, entry := range strings.Split(value, ", ") {
			name, arity, _ := strings.Cut(entry, " ")
			if f.functions[name], err = arityOf(arity); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	case "words":
		for _, w := range strings.Fields(value) {
			f.words[w] = true
		}
	default:
		return fmt.Errorf("no such key")
	}
	return err
}

// arityOf reads 2, 1-3 or 1+.
func arityOf(s string) ([2]int, error) {
	if least, ok := strings.CutSuffix(s, "+"); ok {
		n, err := strconv.Atoi(least)
		return [2]int{n, -1}, err
	}
	least, most, ok := strings.Cut(s, "-")
	n, err := strconv.Atoi(least)
	if err != nil || !ok {
		return [2]int{n, n}, err
	}
	m, err := strconv.Atoi(most)
	return [2]int{n, m}, err
}
