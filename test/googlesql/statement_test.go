package googlesql

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-googlesql"

	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/test/analyze/statement"
)

// counts are of a script.
type counts struct{ statements, typed, columns int }

// analyse goes through a script on a warehouse that has only its inputs. fault gets what does not hold.
func analyse(a *analyzer, s *statement.Script, fault func(i int, err error)) (n counts, err error) {
	w := newWarehouse(a)
	if err := w.dataset(s.Schema); err != nil {
		return n, err
	}
	own := slices.Clone(s.Schema) // the dataset of a build
	own[len(own)-1] = plan.OwnSchema(own[len(own)-1])
	if err := w.dataset(own); err != nil {
		return n, err
	}
	for _, in := range s.Inputs {
		if err := w.input(in.Path, in.Columns); err != nil {
			return n, err
		}
	}
	for i, st := range s.Statements {
		n.statements++
		got, err := w.analyse(st.SQL)
		if err == nil && (st.Query || st.Makes != nil) && st.Columns != nil {
			n.typed++
			n.columns += len(st.Columns)
			err = compare(got, st.Columns, a.dialect.Types)
		}
		if err == nil && st.Makes != nil && w.relations[key(st.Makes)] == nil {
			err = fmt.Errorf("makes no %s", strings.Join(st.Makes, "."))
		}
		if err != nil {
			fault(i, err)
		}
	}
	return n, nil
}

// compare holds the columns that the analyzer finds against the promised ones; a promise may leave the name open.
func compare(got []column, want []sql.ColumnDef, types map[sql.Type]string) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d columns, want %d", len(got), len(want))
	}
	var errs []error
	for i, c := range want {
		if c.Name != "" && got[i].name != c.Name || got[i].kind != types[c.Type] {
			errs = append(errs, fmt.Errorf("column %d is %s %s, want %s %s", i+1, got[i].name, got[i].kind, c.Name, types[c.Type]))
		}
	}
	return errors.Join(errs...)
}

// Every statement for BigQuery resolves, with the names and types that the core promises.
func TestStatements(t *testing.T) {
	a, err := newAnalyzer()
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	var all counts
	for _, s := range statement.New().All(t, a.dialect) {
		n, err := analyse(a, s, func(i int, err error) {
			if faults++; faults <= 20 {
				t.Errorf("%.3000s", fmt.Sprintf("%s: %v\n%s", s.ID(i), err, s.Statements[i].SQL))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d statements, %d with types, of %d columns", s.Name, n.statements, n.typed, n.columns)
		all = counts{all.statements + n.statements, all.typed + n.typed, all.columns + n.columns}
	}
	if all.statements < 3000 || all.typed < 1000 || all.columns < 12000 || faults > 0 {
		t.Errorf("%d faults; %d statements, %d with types, of %d columns", faults, all.statements, all.typed, all.columns)
	}
}

// Every file that compile writes is a script of GoogleSQL. Its statements are those of
// TestStatements; what is around them in a loop's block is parsed and no more, because the
// analyzer knows no variables of scripts.
func TestScripts(t *testing.T) {
	a, err := newAnalyzer()
	if err != nil {
		t.Fatal(err)
	}
	options, err := a.options.GetParserOptions()
	if err != nil {
		t.Fatal(err)
	}
	files, blocks := 0, 0
	for _, s := range statement.New().All(t, a.dialect) {
		for _, f := range s.Files {
			files++
			text := f.Text()
			blocks += strings.Count(text, "END LOOP;")
			if _, err := googlesql.ParseScript(text, options, nil); err != nil {
				t.Errorf("%s %s: %v", s.Name, f.Name, err)
			}
		}
	}
	if files < 500 || blocks < 5 {
		t.Errorf("%d files, with %d loops", files, blocks)
	}
	t.Logf("%d files, with %d loops", files, blocks)
}
