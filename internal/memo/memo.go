// Package memo keeps rendered texts from one run of the program to the next. Rendering
// is most of what compiling costs, and from run to run few trees change.
//
// What is kept is one file a project and dialect, in the user's own cache. It is read whole,
// and written anew with what the run used once a tenth of that was not in it. Texts are of
// one version of the program: the file of another is not read. A file that cannot be
// read or written costs time, nothing else.
package memo

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/nexus-host/nexus-host/internal/files"
)

// most is how many files stay in a folder: the oldest go.
const most = 60

// Key is the hash under which a text stands.
type Key = [sha256.Size]byte

// Memo holds the texts of one file. It is safe for concurrent use.
type Memo struct {
	path    string
	program Key

	mu     sync.Mutex
	had    map[Key]string // what the file held
	used   map[Key]string
	missed int
}

// Open reads what was kept under a name, in a folder that nobody else can write to.
func Open(dir, name string) *Memo {
	hash := sha256.Sum256([]byte(name))
	m := &Memo{path: filepath.Join(dir, hex.EncodeToString(hash[:16])), program: program(), used: map[Key]string{}}
	m.had = m.read()
	return m
}

// Get gives the text of a key.
func (m *Memo) Get(key Key) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, known := m.had[key]
	if !known {
		text, known = m.used[key]
		return text, known
	}
	m.used[key] = text
	return text, true
}

// Put keeps a text that Get did not give.
func (m *Memo) Put(key Key, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used[key] = text
	m.missed++
}

// Save writes the file if it is worth it.
func (m *Memo) Save() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.missed*10 <= len(m.used) {
		return nil
	}
	m.missed = 0
	dir := filepath.Dir(m.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("memo: %w", err)
	}
	if err := files.Replace(m.path, m.encode(), 0o600); err != nil {
		return fmt.Errorf("memo: %w", err)
	}
	return prune(dir)
}

// A file is a head and entries: key, length, text.
const magic = "nexus-host memo 1\n"

const headSize = len(magic) + sha256.Size + 4 // magic, program, CRC-32 of the entries

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (m *Memo) encode() []byte {
	size := headSize
	for _, text := range m.used {
		size += sha256.Size + 4 + len(text)
	}
	b := make([]byte, headSize, size)
	for key, text := range m.used {
		b = append(b, key[:]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	copy(b, magic)
	copy(b[len(magic):], m.program[:])
	binary.LittleEndian.PutUint32(b[headSize-4:], crc32.Checksum(b[headSize:], castagnoli))
	return b
}

// read gives a file's entries; none of one that is another program's, cut or changed.
func (m *Memo) read() map[Key]string {
	f, err := os.Open(m.path)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() < int64(headSize) {
		return nil
	}
	head := make([]byte, headSize)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:len(magic)]) != magic ||
		!bytes.Equal(head[len(magic):headSize-4], m.program[:]) {
		return nil
	}
	var rest strings.Builder // the texts are parts of one string: nothing is copied
	rest.Grow(int(info.Size()) - headSize)
	sum := crc32.New(castagnoli)
	if _, err := io.Copy(io.MultiWriter(&rest, sum), f); err != nil || sum.Sum32() != binary.LittleEndian.Uint32(head[headSize-4:]) {
		return nil
	}
	had := map[Key]string{}
	for s := rest.String(); s != ""; {
		if len(s) < sha256.Size+4 {
			return nil
		}
		n := uint64(binary.LittleEndian.Uint32([]byte(s[sha256.Size : sha256.Size+4])))
		key := Key([]byte(s[:sha256.Size]))
		if s = s[sha256.Size+4:]; uint64(len(s)) < n {
			return nil
		}
		had[key], s = s[:n], s[n:]
	}
	return had
}

// prune removes the oldest files of a folder, of projects that nobody compiles any more.
func prune(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("memo: %w", err)
	}
	var infos []os.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			infos = append(infos, info)
		}
	}
	slices.SortFunc(infos, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for i := most; i < len(infos); i++ {
		_ = os.Remove(filepath.Join(dir, infos[i].Name()))
	}
	return nil
}

// program tells this version of the program from others: by what it was built of, and by
// the beginning of its file, where Go and the linker put the hash of its content.
func program() Key {
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
	return Key(h.Sum(nil))
}
