package render

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// Reuse is what renderers may take from earlier work. The zero value reuses nothing.
type Reuse struct {
	Memo  Memo
	Trees *Trees // needed beside a Memo
}

// Memo keeps queries' texts from one run to the next. A key is a hash of all that
// a text is made of but this package's code: a memo is for one version of the program.
type Memo interface {
	Get(key [sha256.Size]byte) (text string, known bool)
	Put(key [sha256.Size]byte, text string)
}

// Trees keeps the hashes of trees that are not changed any more, so that renderers of several
// dialects compute each once. It is safe for concurrent use.
type Trees struct{ hashed sync.Map }

// tree is a query's hash, and the relations that have a path in the warehouse.
type tree struct {
	once      sync.Once
	hash      [sha256.Size]byte
	relations []*sql.Relation
}

func (t *Trees) of(q *sql.Query) *tree {
	v, known := t.hashed.Load(q)
	if !known {
		v, _ = t.hashed.LoadOrStore(q, new(tree))
	}
	made := v.(*tree)
	made.once.Do(func() {
		made.hash = sha256.Sum256(sql.AppendTree(nil, q))
		for _, r := range sql.Relations(q) {
			if r.Schema != "" && r.Schema != recurring {
				made.relations = append(made.relations, r)
			}
		}
	})
	return made
}

// key hashes the dialect, the query's tree and the paths of its relations; ok is false where
// a relation has no path.
func (r *Renderer) key(q *sql.Query, names Names) (key [sha256.Size]byte, ok bool) {
	t := r.reuse.Trees.of(q)
	b := append(appendTexts(nil, r.d.Name), t.hash[:]...)
	for _, rel := range t.relations {
		path, err := names(rel.Schema, rel.Name)
		if err != nil {
			return key, false
		}
		b = appendTexts(b, path...)
	}
	return sha256.Sum256(b), true
}

// appendTexts appends texts, each with its length, so that different lists give different bytes.
func appendTexts(b []byte, list ...string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}
