package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/phone"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/input"
)

// ErrNotFound says that there is no project file where one was looked for.
var ErrNotFound = errors.New("project: no " + FileName)

// nowhereError is ErrNotFound for a path at which there is nothing at all.
type nowhereError struct{ what, path string }

func (e *nowhereError) Error() string { return "project: no " + e.what + " " + e.path }

func (e *nowhereError) Unwrap() error { return ErrNotFound }

// Load reads the project file of a folder (or the file itself, by any name). env
// looks up environment variables; os.LookupEnv is the usual one. Mistakes in the
// file, and in the secrets file and the profile that it names, come back as sql.Diagnostics.
func Load(path string, env func(string) (string, bool)) (*Project, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && !isLink(path) {
		what := "folder"
		if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
			what = "file"
		}
		return nil, &nowhereError{what, path}
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	file := path
	if info.IsDir() {
		file = filepath.Join(path, FileName)
	}
	text, err := input.ReadFile(file, input.MaxYAML)
	if errors.Is(err, fs.ErrNotExist) && !isLink(file) {
		return nil, fmt.Errorf("%w in %s", ErrNotFound, path)
	}
	if err != nil {
		return nil, unreadable(file, err)
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	return Parse(filepath.Base(file), string(text), dir, env)
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// unreadable is the error of a project file that is there and cannot be read. What the user can only mend in the project is a diagnostic.
func unreadable(file string, err error) error {
	cause := err
	if at := new(fs.PathError); errors.As(err, &at) {
		cause = at.Err // the path is said already
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target, lerr := os.Readlink(file)
		if lerr != nil {
			return fmt.Errorf("project: %w", lerr)
		}
		cause = fmt.Errorf("it is a link to %s, which does not exist", target)
	case errors.Is(err, input.ErrNotRegular), errors.Is(err, input.ErrTooLarge), errors.Is(err, syscall.ELOOP):
	default:
		return fmt.Errorf("project: %w", err)
	}
	return sql.Diagnostics{{File: file, Code: sql.CodeConfig, Message: cause.Error()}}
}

// Parse decodes a project file's text. file is its name in messages, dir the
// folder that its paths are relative to.
func Parse(file, text, dir string, env func(string) (string, bool)) (*Project, error) {
	d := parse(file, text, dir, env)
	p := &Project{Dir: dir, File: file, doc: d}
	if d.root != nil {
		d.decode(d.root, reflect.ValueOf(p).Elem(), field{}, "")
	}
	if len(d.diags) == 0 {
		p.readProfile()
		p.validateWarehouse()
		p.complete()
		p.validate()
	}
	if err := d.take(); err != nil {
		return nil, err
	}
	return p, nil
}

// fork is the document with a list of mistakes of its own, for one goroutine.
func (d *document) fork() *document {
	c := *d
	c.diags = nil
	return &c
}

// take hands the mistakes over, in the order of the file.
func (d *document) take() error {
	diags := d.diags
	d.diags = nil
	for _, diag := range diags {
		if holdsSecret(diag.Source) {
			diag.Source = ""
		}
	}
	slices.SortStableFunc(diags, func(a, b *sql.Diagnostic) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Col - b.Pos.Col
	})
	return diags.Err()
}

// complete fills in what may be left out.
func (p *Project) complete() {
	p.completeWarehouse()
	for name, src := range p.Sources {
		if src.Config == nil {
			src.Config = Config("{}")
			p.Sources[name] = src
		}
	}
}

// SourceNames lists the sources in order.
func (p *Project) SourceNames() []string {
	names := make([]string, 0, len(p.Sources))
	for name := range p.Sources {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TableNames lists a source's tables in order.
func (s Source) TableNames() []string {
	names := make([]string, 0, len(s.Tables))
	for name := range s.Tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Resolve makes a path of the file absolute.
func (p *Project) Resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.Dir, filepath.FromSlash(path))
}

// Target is the project's folder of things that a build leaves.
func (p *Project) Target() string { return filepath.Join(p.Dir, "target") }

// validatePhones looks the project's region up.
func (p *Project) validatePhones() {
	d, r := p.doc, p.Resolution
	region, known := phone.Find(r.DefaultRegion)
	if r.DefaultRegion != "" && !known {
		d.report(d.at("resolution", "default_region"), "an ISO 3166-1 code such as GB", "there is no numbering plan of a region %q", r.DefaultRegion)
	}
	if r.DefaultCallingCode == "" {
		return
	}
	at := d.at("resolution", "default_calling_code")
	switch main, ok := phone.OfCalling(r.DefaultCallingCode); {
	case !ok:
		d.report(at, "a country's calling code without + and zeros, such as 44", "there is no calling code %q", r.DefaultCallingCode)
	case known && main.Calling != region.Calling:
		d.report(at, "leave it out", "the calling code of %s is %s", region.Code, region.Calling)
	}
}

// EnvelopeColumns are the columns that a table's `columns` may map.
func EnvelopeColumns() []string {
	return contract.Names(contract.Envelope())
}

// validate finds the mistakes that a single value does not show.
func (p *Project) validate() {
	d := p.doc
	if p.AsOf != "" {
		if _, ok := ParseInstant(p.AsOf); !ok {
			d.report(d.at("as_of"), "such as 2024-05-01T00:00:00Z", "as_of is not an ISO 8601 instant")
		}
	}
	if len(p.Sources) == 0 {
		d.report(d.at("sources"), "", "a project needs a source")
	}
	for _, name := range p.SourceNames() {
		if contract.IsReserved(name) {
			d.report(d.keyAt("sources", name), "", "source names that begin with nexus or nx…_ are reserved")
		}
		src := p.Sources[name]
		for _, table := range src.TableNames() {
			p.validateTable(src.Tables[table], "sources", name, "tables", table)
		}
	}
	p.validatePhones()
	if c := p.Currency; c.ReportIn != "" || len(c.Rates.Files) > 0 || c.Rates.Relation != "" {
		if c.ReportIn == "" {
			d.report(d.keyAt("currency"), "such as report_in: EUR", "the currency needs report_in and rates")
		}
		if _, taken := p.Sources[spec.CurrencySource]; taken {
			d.report(d.keyAt("sources", spec.CurrencySource), "give the source another name", "the project's currency rates are loaded as the source %s", spec.CurrencySource)
		}
		p.validateTable(c.Rates, "currency", "rates")
	}
	for i, g := range p.Resolution.Guards {
		pos := d.at("resolution", "guards", fmt.Sprint(i))
		switch {
		case g.Guard == "blocked" && len(g.Values)+len(g.Patterns) == 0:
			d.report(pos, "", "blocked needs values or patterns")
		case g.Guard != "blocked" && len(g.Values)+len(g.Patterns) > 0:
			d.report(pos, "", "values and patterns belong to blocked")
		case g.Guard == "max_links" && g.N == 0:
			d.report(pos, "", "max_links needs n")
		case g.Guard != "max_links" && g.N != 0:
			d.report(pos, "", "n belongs to max_links")
		}
	}
	for name, st := range p.States {
		if (st.Combine == "rank") != (len(st.Rank) > 0) {
			d.report(d.keyAt("states", name), "combine: rank and rank: [best, …, worst] go together", "the state's rank does not fit its combine")
		}
	}
	for name, tr := range p.Traits {
		for i, src := range tr.Prefer {
			if !p.gives(src) {
				d.report(d.at("traits", name, "prefer", fmt.Sprint(i)), "the sources are "+strings.Join(p.SourceNames(), ", "), "there is no source %q", src)
			}
		}
	}
}

// gives reports whether traits can have this source: one of the project's, or what computes them, a plugin or
// the project itself.
func (p *Project) gives(name string) bool {
	if _, ok := p.Sources[name]; ok || name == contract.ProjectSource {
		return true
	}
	for _, src := range p.Sources {
		if strings.TrimSuffix(path.Base(filepath.ToSlash(src.Plugin)), ".wasm") == name {
			return true
		}
	}
	return false
}

func (p *Project) validateTable(t Table, path ...string) {
	d := p.doc
	pos := d.keyAt(path...)
	if (len(t.Files) > 0) == (t.Relation != "") {
		d.report(pos, "", "a table needs either files or a relation")
	}
	if t.Relation != "" {
		parts := strings.Split(t.Relation, ".")
		if len(parts) > 3 || slices.Contains(parts, "") {
			d.report(d.at(append(path, "relation")...), "table, schema.table or catalog.schema.table", "%q does not name a relation", t.Relation)
		}
		for key, set := range map[string]bool{"format": t.Format != "", "compression": t.Compression != "", "delimiter": t.Delimiter != "", "records": t.Records != "", "ingested_at": t.IngestedAt != "", "max_record_bytes": t.MaxRecord != 0, "lenient": t.Lenient} {
			if set {
				d.report(d.keyAt(append(path, key)...), "", "%s belongs to a table that is loaded from files", key)
			}
		}
	}
	if t.Lenient && t.Format != "" && t.Format != "auto" && t.Format != "csv" {
		d.report(d.keyAt(append(path, "lenient")...), "", "lenient belongs to csv, and these files are %s", t.Format)
	}
	if len(t.RecordID) > 1 && len(slices.Compact(slices.Sorted(slices.Values(t.RecordID)))) < len(t.RecordID) {
		d.report(d.at(append(path, "record_id")...), "", "record_id names a member twice")
	}
	for key, given := range map[string]Given{"connection": t.Connection, "account": t.Account} {
		switch {
		case given.From != "" && t.Relation != "":
			d.report(d.at(append(path, key)...), "", "a relation has no path to take %s from", key)
		case given.From != "" && given.Text != "":
			d.report(d.at(append(path, key)...), "", "%s is either a text or taken from the path", key)
		}
	}
	if len(t.RecordID) > 0 && t.Columns["record_id"] != "" {
		d.report(d.at(append(path, "record_id")...), "", "record_id and columns.record_id both say what identifies a record")
	}
	if t.IngestedAt != "" {
		if _, ok := ParseInstant(t.IngestedAt); !ok {
			d.report(d.at(append(path, "ingested_at")...), "such as 2024-05-01T00:00:00Z; to read it from the rows, use columns: {_ingested_at: <member>}", "ingested_at is not an ISO 8601 instant")
		}
	}
	if t.Delimiter != "" && (utf8.RuneCountInString(t.Delimiter) != 1 || strings.ContainsAny(t.Delimiter, "\"\r\n")) {
		d.report(d.at(append(path, "delimiter")...), "", "the delimiter must be one character, not a quote or line break")
	}
	for column := range t.Columns {
		if !slices.Contains(EnvelopeColumns(), column) {
			hint := "one of " + strings.Join(EnvelopeColumns(), ", ")
			if near := sql.Nearest(column, EnvelopeColumns()); near != "" {
				hint = "did you mean " + near + "?"
			}
			d.report(d.keyAt(append(path, "columns", column)...), hint, "%q is not a column of the envelope", column)
		}
	}
}

var instantLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
}

// ParseInstant reads an ISO 8601 instant; without a zone it is UTC. It keeps microseconds.
func ParseInstant(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range instantLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC().Truncate(time.Microsecond)
			return t, t.Year() >= 1 && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// Mistake is a diagnostic at a value of the project file, for those who find out later.
func (p *Project) Mistake(message, hint string, path ...string) error {
	d := p.doc.fork()
	d.report(d.at(path...), hint, "%s", message)
	return d.take()
}
