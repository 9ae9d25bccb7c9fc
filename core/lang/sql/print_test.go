package sql_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// corpus is every query of the conformance and golden cases.
func corpus(t testing.TB) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"../../../testdata/conformance/*.txtar", "../../../testdata/render/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no cases: %v", pattern, err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			_, rest, _ := strings.Cut(string(b), "-- in.sql --\n")
			query, _, _ := strings.Cut(rest, "\n-- ")
			list = append(list, query)
		}
	}
	files, _ := filepath.Glob("../../../testdata/conformance/*.txt")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			if e, _, ok := strings.Cut(line, " => "); ok && !strings.HasPrefix(line, "#") {
				list = append(list, "select "+strings.NewReplacer("⏎", "\n", "⇥", "\t").Replace(e)+" as x")
			}
		}
	}
	return list
}

// roundTrip fails unless parsing a query's text, writing it and parsing that
// again ends in the same text.
func roundTrip(t *testing.T, text string) {
	t.Helper()
	q, diags := sql.Parse("in.sql", text, sql.Options{Core: true})
	if len(diags) > 0 {
		return
	}
	once := sql.Print(q)
	again, diags := sql.Parse("once.sql", once, sql.Options{Core: true})
	if len(diags) > 0 {
		if strings.Contains(diags.Error(), string(sql.CodeLimit)) {
			return // parentheses were added to a text at its bound
		}
		t.Fatalf("%v\nof\n%s\nmade of\n%s", diags, once, text)
	}
	if twice := sql.Print(again); twice != once {
		t.Fatalf("got\n%s\nafter\n%s\nmade of\n%s", twice, once, text)
	}
	// Shape counts too: the texts could agree on a tree that is not the first one.
	if a, b := sql.Dump(flat(q), false), sql.Dump(flat(again), false); a != b {
		t.Fatalf("got the tree\n%s\nfor\n%s\nof\n%s", b, a, text)
	}
}

// flat leaves out what Print may change: how chains of AND, OR and || are balanced.
func flat(q *sql.Query) *sql.Query {
	q = sql.Clone(q)
	sql.Rewrite(q, func(e sql.Expr) sql.Expr {
		if in, ok := e.(*sql.In); ok && len(in.List) == 0 {
			return &sql.Literal{Node: sql.Node{T: sql.Boolean}, Value: map[bool]string{true: "true", false: "false"}[in.Not]}
		}
		b, ok := e.(*sql.Binary)
		if !ok || b.Op != sql.OpAnd && b.Op != sql.OpOr && b.Op != sql.OpConcat {
			return e
		}
		for { // rotate to the left
			r, ok := b.R.(*sql.Binary)
			if !ok || r.Op != b.Op {
				return b
			}
			b = &sql.Binary{Node: b.Node, Op: b.Op, L: leftDeep(b.L, b.Op, r.L), R: r.R}
		}
	})
	return q
}

func leftDeep(l sql.Expr, op sql.Op, r sql.Expr) sql.Expr {
	if b, ok := r.(*sql.Binary); ok && b.Op == op {
		return &sql.Binary{Op: op, L: leftDeep(l, op, b.L), R: b.R}
	}
	return &sql.Binary{Op: op, L: l, R: r}
}

func TestRoundTrip(t *testing.T) {
	for _, text := range corpus(t) {
		roundTrip(t, text)
	}
}

// FuzzRoundTrip holds Parse → Print → Parse to a fixed point.
func FuzzRoundTrip(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text)
	}
	f.Fuzz(roundTrip)
}
