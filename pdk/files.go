package pdk

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Files reads the fragments of a file system: sql/normalized/<name>.sql, sql/intermediate/<kind>/<name>.sql
// and sql/computed/<kind>/<name>.sql, in the order of their paths. A nil file system holds none.
func Files(fsys fs.FS) ([]Fragment, error) {
	var list []Fragment
	if fsys == nil {
		return nil, nil
	}
	err := fs.WalkDir(fsys, "sql", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f := Fragment{File: name}
		parts := strings.Split(name, "/")
		switch {
		case len(parts) == 3 && parts[1] == Normalized:
			f.Layer = Normalized
		case len(parts) == 4 && (parts[1] == Intermediate || parts[1] == Computed):
			f.Layer, f.Kind = parts[1], parts[2]
		default:
			return fmt.Errorf("%s: a fragment belongs in sql/normalized/<name>.sql, sql/intermediate/<kind>/<name>.sql or sql/computed/<kind>/<name>.sql", name)
		}
		base, isSQL := strings.CutSuffix(path.Base(name), ".sql")
		if !isSQL {
			return fmt.Errorf("%s: no .sql file", name)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f.Name, f.SQL = base, strings.TrimPrefix(string(text), "\ufeff") // a byte order mark
		f.Doc = headComment(f.SQL)
		list = append(list, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pdk: %w", err)
	}
	return list, nil
}

// headComment joins the comment lines that a text begins with.
func headComment(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "--")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(comment))
	}
	return strings.TrimSpace(strings.Join(lines, " "))
}
