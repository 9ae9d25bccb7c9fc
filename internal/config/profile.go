package config

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/internal/input"
)

// profilesFile is what dbt calls the file of its connections.
const profilesFile = "profiles.yml"

// readProfile fills the warehouse's empty keys from the dbt profile that it names.
func (p *Project) readProfile() {
	w := &p.Warehouse
	if w.Profile == "" {
		return
	}
	path, text, ok := p.findProfiles()
	if !ok {
		return
	}
	shown := path
	if rel, err := filepath.Rel(p.Dir, path); err == nil && filepath.IsLocal(rel) {
		shown = filepath.ToSlash(rel)
	}
	d := newDocument(shown, text, p.doc.env)
	d.plain, d.norSecret = true, p.doc.norSecret // of all profiles, one is rendered
	d.example = "such as " + w.Profile + ": {target: dev, outputs: {dev: {type: duckdb, path: …}}}"
	got, places := d.profile(w.Profile, w.Target, p)
	for _, diag := range d.diags {
		diag.Source = "" // the file may hold secrets as they are
		p.doc.diags = append(p.doc.diags, diag)
	}
	if got == nil || len(d.diags) > 0 {
		return
	}
	if w.Type != "" && w.Type != got.Type {
		p.doc.report(p.doc.keyAt("warehouse", "type"), "leave it out", "the profile is one of type %s", got.Type)
		return
	}
	p.profile = places
	to, from := reflect.ValueOf(w).Elem(), reflect.ValueOf(got).Elem()
	fields, _ := fieldsOf(to.Type())
	for _, f := range fields {
		if !to.Field(f.index).IsZero() {
			delete(places, f.key)
			continue
		}
		to.Field(f.index).Set(from.Field(f.index))
	}
}

// findProfiles reads profiles.yml from the first place that has it.
func (p *Project) findProfiles() (path, text string, ok bool) {
	var dirs []string
	given := p.Warehouse.ProfilesDir
	if given != "" {
		dirs = []string{p.Resolve(given)}
	} else if dir, set := p.doc.env("DBT_PROFILES_DIR"); set && dir != "" {
		dirs = []string{p.Resolve(dir)}
	} else {
		dirs = []string{p.Dir}
		if home, set := p.doc.env("HOME"); set && home != "" {
			dirs = append(dirs, filepath.Join(home, ".dbt"))
		}
	}
	for _, dir := range dirs {
		path = filepath.Join(dir, profilesFile)
		content, err := input.ReadFile(path, input.MaxYAML)
		switch {
		case err == nil:
			return path, string(content), true
		case !errors.Is(err, fs.ErrNotExist):
			p.doc.report(p.doc.keyAt("warehouse", "profile"), "", "%s cannot be read: %v", profilesFile, err)
			return "", "", false
		}
	}
	p.doc.report(p.doc.keyAt("warehouse", "profile"), "profiles_dir says where it is", "there is no %s in %s", profilesFile, strings.Join(dirs, " or "))
	return "", "", false
}

// profile decodes one output of one profile; nil where it reported a mistake.
func (d *document) profile(name, target string, p *Project) (*warehouse.Section, map[string]place) {
	body := d.body(strings.Join(d.lines, "\n"))
	if body == nil {
		return nil, nil
	}
	node := member(body, name)
	if node == nil {
		p.doc.report(p.doc.keyAt("warehouse", "profile"), "", "%s has no profile %q", d.file, name)
		return nil, nil
	}
	root := d.convert(node, 0)
	if root == nil {
		return nil, nil
	}
	outputs := root.get("outputs")
	if outputs == nil || outputs.value.kind != mapKind {
		d.report(root.pos, "", "profile %s has no outputs", name)
		return nil, nil
	}
	at := outputs.pos
	if e := root.get("target"); target == "" && e != nil {
		d.render(e.value)
		target, at = e.value.text, e.pos
	}
	target = cmp.Or(target, "default")
	output := outputs.value.get(target)
	if output == nil || output.value.kind != mapKind {
		var names []string
		for _, e := range outputs.value.entries {
			names = append(names, e.key)
		}
		d.report(at, "the outputs are "+strings.Join(names, ", "), "profile %s has no output %q", name, target)
		return nil, nil
	}
	d.render(output.value)
	if len(d.diags) > 0 {
		return nil, nil
	}
	return d.output(output)
}

// output makes a warehouse of an output's keys, in the names of nexus.yaml.
func (d *document) output(output *entry) (*warehouse.Section, map[string]place) {
	kind := ""
	if e := output.value.get("type"); e != nil {
		kind = e.value.text
	}
	table := dbtKeys[kind]
	if table == nil || !slices.Contains(warehouseTypes, kind) {
		d.report(output.pos, "the types are "+strings.Join(warehouseTypes, ", "), "output %s is of a type that cannot be built on: %q", output.key, kind)
		return nil, nil
	}
	made := &value{kind: mapKind, pos: output.pos}
	places := map[string]place{}
	for _, e := range output.value.entries {
		key, known := table[e.key]
		if !known {
			key, known = dbtCommon[e.key]
		}
		switch {
		case !known:
			d.report(e.pos, "take it out, or write the warehouse's keys into nexus.yaml", "key %s of a %s profile is not one that nexus-host knows", e.key, kind)
		case strings.HasPrefix(key, refused):
			if e.value.text != "" && e.value.text != "false" || len(e.value.items)+len(e.value.entries) > 0 {
				d.report(e.pos, strings.TrimPrefix(key, refused), "%s of a %s profile is not supported", e.key, kind)
			}
		case key != "" && e.value.kind != nullKind:
			if translate := dbtValues[kind+"."+e.key]; translate != nil {
				if !translate(d, made, e) {
					continue
				}
			}
			made.entries = append(made.entries, &entry{key: key, pos: e.pos, value: e.value})
			places[key] = place{d.file, e.value.pos}
		}
	}
	if method := dbtMethods[kind]; method != nil {
		method(d, output.value, made)
	}
	w := &warehouse.Section{}
	d.decode(made, reflect.ValueOf(w).Elem(), field{}, "")
	return w, places
}

// render fills in the expressions of a value and all below it.
func (d *document) render(v *value) {
	switch v.kind {
	case textKind:
		v.text = d.jinja(v.pos, v.raw)
	case listKind:
		for _, it := range v.items {
			d.render(it)
		}
	case mapKind:
		for _, e := range v.entries {
			d.render(e.value)
		}
	}
}

// jinja fills in the one kind of expression that profiles.yml is known for, env_var with
// its filters; anything else is a mistake, because only dbt defines its value.
func (d *document) jinja(pos sql.Pos, s string) string {
	const hint = "{{ env_var('NAME') }} and {{ env_var('NAME', 'default') }} are read here, with the filters int, as_number, as_bool and as_text"
	var b strings.Builder
	for {
		i := strings.Index(s, "{")
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return b.String()
		}
		if next := s[i+1]; next != '{' {
			if next == '%' || next == '#' {
				d.report(pos, hint, "a template that is not read here")
				return ""
			}
			b.WriteString(s[:i+1])
			s = s[i+1:]
			continue
		}
		b.WriteString(s[:i])
		inner, rest, closed := strings.Cut(s[i+2:], "}}")
		if !closed {
			d.report(pos, hint, "{{ without }}")
			return ""
		}
		text, ok := d.expression(pos, strings.Trim(inner, " -\t\n"), hint)
		if !ok {
			return ""
		}
		b.WriteString(text)
		s = rest
	}
}

// expression evaluates env_var(…) | filter.
func (d *document) expression(pos sql.Pos, s, hint string) (string, bool) {
	wrong := func() (string, bool) {
		d.report(pos, hint, "an expression that is not read here")
		return "", false
	}
	args, ok := strings.CutPrefix(s, "env_var")
	if args = strings.TrimSpace(args); !ok || !strings.HasPrefix(args, "(") {
		return wrong()
	}
	name, rest, ok := quoted(args[1:])
	if !ok || !isEnvName(name) {
		return wrong()
	}
	fallback, hasDefault := "", false
	if after, comma := strings.CutPrefix(rest, ","); comma {
		hasDefault = true
		if fallback, rest, ok = quoted(after); !ok {
			// A bare number, true or false may be there too.
			i := strings.IndexByte(after, ')')
			if i < 0 {
				return wrong()
			}
			fallback, rest = strings.TrimSpace(after[:i]), after[i:]
			if fallback == "" || strings.ContainsAny(fallback, "'\"()|,~ ") {
				return wrong()
			}
		}
	}
	filters, ok := strings.CutPrefix(rest, ")")
	if !ok {
		return wrong()
	}
	text, set := d.env(name)
	if !set {
		if !hasDefault {
			d.report(pos, "set it, or give env_var a default", "the environment variable %s is not set%s", name, d.norSecret)
			return "", false
		}
		text = fallback
	}
	for _, f := range strings.Split(filters, "|") {
		switch f = strings.TrimSpace(f); f {
		case "", "as_text", "string", "trim":
			text = strings.TrimSpace(text)
		case "int", "as_number", "as_native":
			text = strings.TrimSpace(text)
		case "as_bool":
			text = strings.ToLower(strings.TrimSpace(text))
		default:
			return wrong()
		}
	}
	return text, true
}

// quoted reads a text in quotes; rest begins with what follows it, without blanks.
func quoted(s string) (text, rest string, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", s, false
	}
	end := strings.IndexByte(s[1:], s[0])
	if end < 0 || strings.Contains(s[1:1+end], `\`) {
		return "", s, false
	}
	return s[1 : 1+end], strings.TrimSpace(s[end+2:]), true
}
