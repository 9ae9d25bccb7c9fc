package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync"
)

// Texts keeps rendered texts from one run of the program to the next: rendering is most of what compiling
// costs, and from run to run few trees change. They are one entry, which is read whole, and written again with
// what the run used once a tenth of that was not in it. Texts are of one version of the program.
// It is safe for concurrent use.
type Texts struct {
	dir Dir
	key string

	mu     sync.Mutex
	had    map[TextKey]string // what the entry held
	used   map[TextKey]string
	missed int
}

// TextKey is the hash of what a text was rendered from.
type TextKey = [sha256.Size]byte

// Bounds of what is kept.
const (
	maxTexts = 1 << 30 // bytes of an entry
	maxFiles = 60      // files of a folder: the oldest go
)

// OpenTexts reads the texts that were kept under a name.
func OpenTexts(dir Dir, name string) *Texts {
	t := &Texts{dir: dir, key: Key([]byte("texts 1"), program(), []byte(name)), used: map[TextKey]string{}}
	if content, state := dir.Get(t.key, maxTexts); state == Hit {
		t.had = decode(string(content))
	}
	return t
}

// Get returns the text of a key.
func (t *Texts) Get(key TextKey) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, known := t.had[key]
	if !known {
		text, known = t.used[key]
		return text, known
	}
	t.used[key] = text
	return text, true
}

// Put keeps a text that Get did not give.
func (t *Texts) Put(key TextKey, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used[key] = text
	t.missed++
}

// Save writes the entry if it is worth it.
func (t *Texts) Save() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.missed*10 <= len(t.used) {
		return nil
	}
	t.missed = 0
	if err := t.dir.Put(t.key, t.encode()); err != nil {
		return err
	}
	return t.dir.Prune(maxFiles, t.key)
}

// encode writes each text's key, length and bytes.
func (t *Texts) encode() []byte {
	size := 0
	for _, text := range t.used {
		size += sha256.Size + 4 + len(text)
	}
	b := make([]byte, 0, size)
	for key, text := range t.used {
		b = append(b, key[:]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	return b
}

// decode reads what encode wrote; the texts are parts of one string.
func decode(s string) map[TextKey]string {
	had := map[TextKey]string{}
	for s != "" {
		if len(s) < sha256.Size+4 {
			return nil
		}
		n := uint64(binary.LittleEndian.Uint32([]byte(s[sha256.Size : sha256.Size+4])))
		key := TextKey([]byte(s[:sha256.Size]))
		if s = s[sha256.Size+4:]; uint64(len(s)) < n {
			return nil
		}
		had[key], s = s[:n], s[n:]
	}
	return had
}

// program distinguishes this version of the program from others: by what it was built of, and by
// the beginning of its file, where Go and the linker put the hash of its content.
func program() []byte {
	h := sha256.New()
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprint(h, info)
	}
	if path, err := os.Executable(); err == nil {
		if f, err := os.Open(path); err == nil {
			defer f.Close()
			if info, err := f.Stat(); err == nil {
				fmt.Fprint(h, info.Size())
			}
			_, _ = io.CopyN(h, f, 64<<10) // a shorter file is hashed whole
		}
	}
	return h.Sum(nil)
}
