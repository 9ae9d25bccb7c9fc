package cache_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nexus-host/nexus-host/internal/cache"
)

func key(s string) cache.TextKey { return sha256.Sum256([]byte(s)) }

// texts opens the texts of a name in a folder.
func texts(t *testing.T, dir, name string) *cache.Texts {
	t.Helper()
	d, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return cache.OpenTexts(d, name)
}

// fill puts n texts and saves them.
func fill(t *testing.T, m *cache.Texts, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		m.Put(key(fmt.Sprint(i)), strings.Repeat("x", i))
	}
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}
}

// known counts which of n texts a memo has; a wrong one fails the test.
func known(t *testing.T, m *cache.Texts, n int) (count int) {
	t.Helper()
	for i := range n {
		text, ok := m.Get(key(fmt.Sprint(i)))
		if ok && text != strings.Repeat("x", i) {
			t.Fatalf("text %d is %q", i, text)
		}
		if ok {
			count++
		}
	}
	return count
}

func TestKeeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made by it")
	fill(t, texts(t, dir, "a"), 0, 100)
	if n := known(t, texts(t, dir, "a"), 100); n != 100 {
		t.Errorf("%d of 100 texts were kept", n)
	}
	if n := known(t, texts(t, dir, "b"), 100); n != 0 {
		t.Errorf("another name has %d of its texts", n)
	}
}

// A file is written again once a tenth of what was used was not in it, and then holds what was used.
func TestSavesWhatIsWorthIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	fill(t, texts(t, dir, "a"), 0, 100)
	m := texts(t, dir, "a")
	known(t, m, 90)
	fill(t, m, 100, 105)
	if n := known(t, texts(t, dir, "a"), 200); n != 100 {
		t.Errorf("after few new texts it holds %d, want the 100 old ones", n)
	}
	m = texts(t, dir, "a")
	known(t, m, 50)
	fill(t, m, 100, 110)
	if n := known(t, texts(t, dir, "a"), 200); n != 60 {
		t.Errorf("after many new texts it holds %d, want the 60 that were used", n)
	}
}

func TestBrokenFilesAreNotRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	fill(t, texts(t, dir, "a"), 0, 20)
	entries, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	path := entries[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := func(why string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if n := known(t, texts(t, dir, "a"), 20); n != 0 {
			t.Errorf("%s: %d texts were read", why, n)
		}
	}
	for n := range len(whole) {
		broken(fmt.Sprintf("cut at %d", n), whole[:n])
	}
	for i := range whole { // the other program's too: its hash is in the head
		flipped := []byte(string(whole))
		flipped[i] ^= 0x10
		broken(fmt.Sprintf("byte %d flipped", i), flipped)
	}
	broken("longer", append([]byte(string(whole)), 0))
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := known(t, texts(t, dir, "a"), 20); n != 20 {
		t.Errorf("the whole file gives %d of 20", n)
	}
}

func TestOldestFilesGo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// The files are younger than what is saved behind them: a disk's clock need not be the process's.
	long := time.Now().Add(time.Hour)
	file := func(i int) string { return filepath.Join(dir, fmt.Sprintf("old-%d", i)) } // no two hex digits: those are the cache's folders
	for i := range 70 {
		if err := os.WriteFile(file(i), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file(i), long, long.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, texts(t, dir, "a"), 0, 3)
	for i, want := range map[int]bool{0: false, 10: false, 11: true, 69: true} {
		if _, err := os.Stat(file(i)); (err == nil) != want {
			t.Errorf("file %d: %v", i, err)
		}
	}
	if n := known(t, texts(t, dir, "a"), 3); n != 3 {
		t.Errorf("the newest file has gone")
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	m := texts(t, dir, "a")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m.Put(key("x"), "text")
	if text, ok := m.Get(key("x")); !ok || text != "text" {
		t.Errorf("%q, %v", text, ok)
	}
	if err := m.Save(); err == nil {
		t.Error("saved below a file")
	}
	if _, err := cache.Open(filepath.Join(dir, "sub")); err == nil {
		t.Error("opened below a file")
	}
}
