package host

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/check"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/input"
	"github.com/nexus-host/nexus-host/internal/load"
)

// maxSQL is the largest file of a computed fragment that is read; the parser's own limit is lower.
const maxSQL = 1 << 20

// computed reads the project's own computed fragments: a file each, named like it. What is wrong
// with a path is reported at its place in the project file.
func (p *Project) computed() ([]spec.Fragment, error) {
	var list []spec.Fragment
	known := map[string]bool{}
	for i, pattern := range p.file.Computed {
		mistake := func(err error, hint string) error {
			return p.file.Mistake(strings.TrimPrefix(err.Error(), "load: "), hint, "computed", strconv.Itoa(i))
		}
		files, err := load.Expand(p.file.Dir, []string{pattern})
		if errors.Is(err, load.ErrNoFile) {
			return nil, mistake(errors.New("no file matches "+pattern), "paths are relative to the project file")
		}
		if err != nil {
			return nil, mistake(err, "")
		}
		for _, f := range files {
			if known[f.Path] {
				continue
			}
			known[f.Path] = true
			name, isSQL := strings.CutSuffix(path.Base(f.Name), ".sql")
			if !isSQL {
				return nil, mistake(errors.New(f.Name+" is not a .sql file"), "computed fragments are files of portable SQL")
			}
			text, err := input.ReadFile(f.Path, maxSQL)
			if err != nil {
				return nil, mistake(err, "")
			}
			list = append(list, spec.Fragment{Name: name, Layer: check.LayerComputed, File: f.Name, SQL: strings.TrimPrefix(string(text), "\ufeff")})
		}
	}
	return list, nil
}
