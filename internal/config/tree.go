package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/internal/input"
)

// maxNesting bounds what a project file may be, beside input.MaxYAML.
const maxNesting = 32

// kind is the kind of a value in the file.
type kind uint8

const (
	nullKind kind = iota
	textKind
	intKind
	floatKind
	boolKind
	listKind
	mapKind
)

func (k kind) String() string {
	return [...]string{"nothing", "text", "a whole number", "a number", "true or false", "a list", "a mapping"}[k]
}

// value is a value of the file with its place. text is a scalar's text after
// ${NAME} was filled in; raw is what is in the file, for messages.
type value struct {
	kind    kind
	pos     sql.Pos
	text    string
	raw     string
	items   []*value
	entries []*entry
}

// entry is one key of a mapping.
type entry struct {
	key   string
	pos   sql.Pos
	value *value
}

func (v *value) get(key string) *entry {
	for _, e := range v.entries {
		if e.key == key {
			return e
		}
	}
	return nil
}

// document is a parsed file: its tree, its lines and the mistakes found so far.
type document struct {
	file  string
	lines []string
	root  *value
	env   func(string) (string, bool)
	plain bool // texts are taken as they are
	// example is how a file of this kind begins, for hints.
	example string
	// norSecret adds the secrets file to where a name was looked for.
	norSecret string
	diags     sql.Diagnostics
}

// report adds a mistake; the list is capped.
func (d *document) report(pos sql.Pos, hint, format string, args ...any) {
	if len(d.diags) >= sql.MaxDiagnostics {
		return
	}
	diag := &sql.Diagnostic{File: d.file, Pos: pos, Code: sql.CodeConfig, Message: fmt.Sprintf(format, args...), Hint: hint}
	if pos.Line > 0 && pos.Line <= len(d.lines) {
		diag.Source = d.lines[pos.Line-1]
	}
	d.diags = append(d.diags, diag)
}

// parse makes a tree of the file's text.
func parse(file, text, dir string, env func(string) (string, bool)) *document {
	d := newDocument(file, text, env)
	d.example = "start with `name: my_project`"
	body := d.body(input.TrimBOM(text))
	if body == nil {
		return d
	}
	d.readSecrets(body, dir)
	d.root = d.convert(body, 0)
	if d.root != nil && d.root.kind != mapKind {
		d.report(d.root.pos, d.example, "a mapping is expected, this is %s", d.root.kind)
		d.root = nil
	}
	return d
}

func newDocument(file, text string, env func(string) (string, bool)) *document {
	text = input.TrimBOM(text)
	return &document{file: file, lines: strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), env: env}
}

// body is the syntax tree of the file's one YAML document; nil where it reported a mistake.
func (d *document) body(text string) ast.Node {
	start := sql.Pos{Line: 1, Col: 1}
	if !d.isText(text) {
		return nil
	}
	if len(text) > input.MaxYAML {
		d.report(start, "", "the file is larger than %d bytes", input.MaxYAML)
		return nil
	}
	// The check counts the pair of a flow mapping and an empty collection too: convert is exact.
	var deep *input.DepthError
	if err := input.CheckDepth(text, maxNesting+2); errors.As(err, &deep) {
		d.report(sql.Pos{Line: deep.Line, Col: deep.Col}, "", "nested more than %d deep", maxNesting)
		return nil
	}
	parsed, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		pos, message := start, err.Error()
		var yerr yaml.Error
		if errors.As(err, &yerr) {
			message = yerr.GetMessage()
			if t := yerr.GetToken(); t != nil && t.Position != nil {
				pos = sql.Pos{Line: t.Position.Line, Col: t.Position.Column}
			}
		}
		if d.plain { // the parser's words may quote a secret
			message = "it cannot be read from here on"
		}
		d.report(pos, "", "not valid YAML: %s", message)
		return nil
	}
	var body ast.Node
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			d.report(position(doc.Body), "", "the file holds several YAML documents; one is expected")
			return nil
		}
		body = doc.Body
	}
	if body == nil {
		d.report(start, d.example, "the file is empty")
	}
	return body
}

// isText reports a file that is not text, of which no message can quote a line.
func (d *document) isText(text string) bool {
	if input.IsText(text) {
		return true
	}
	d.lines = nil
	d.report(sql.Pos{Line: 1, Col: 1}, "save it as UTF-8", "the file is not UTF-8 text")
	return false
}

func position(n ast.Node) sql.Pos {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return position(m.Values[0])
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		return position(m.Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return sql.Pos{Line: 1, Col: 1}
	}
	return sql.Pos{Line: t.Position.Line, Col: t.Position.Column}
}

// convert makes a value of a YAML node; nil where it reported a mistake.
func (d *document) convert(n ast.Node, depth int) *value {
	v := &value{pos: position(n)}
	if depth > maxNesting {
		d.report(v.pos, "", "nested more than %d deep", maxNesting)
		return nil
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return v
	case *ast.BoolNode:
		v.kind, v.raw = boolKind, n.Token.Value
		v.text = strings.ToLower(v.raw)
	case *ast.IntegerNode:
		v.kind, v.raw = intKind, n.Token.Value
		v.text = v.raw
	case *ast.FloatNode:
		v.kind, v.raw = floatKind, n.Token.Value
		v.text = v.raw
	case *ast.StringNode:
		v.kind, v.raw = textKind, n.Value
		v.text = d.fill(v.pos, n.Value)
	case *ast.LiteralNode:
		v.kind, v.raw = textKind, n.Value.Value
		v.text = d.fill(v.pos, v.raw)
		v.pos.Line++ // a block's text starts on the line below its marker
	case *ast.SequenceNode:
		v.kind = listKind
		for _, item := range n.Values {
			if item == nil {
				continue
			}
			if c := d.convert(item, depth+1); c != nil {
				v.items = append(v.items, c)
			}
		}
	case *ast.MappingNode:
		v.kind = mapKind
		for _, e := range n.Values {
			d.convertEntry(v, e, depth)
		}
	case *ast.MappingValueNode:
		v.kind = mapKind
		d.convertEntry(v, n, depth)
	case *ast.AnchorNode, *ast.AliasNode:
		d.report(v.pos, "write the value out", "anchors and aliases are not supported")
		return nil
	case *ast.TagNode:
		d.report(v.pos, "leave the tag out", "tags are not supported")
		return nil
	default:
		d.report(v.pos, "", "%s is not supported here", n.Type())
		return nil
	}
	return v
}

func (d *document) convertEntry(v *value, n *ast.MappingValueNode, depth int) {
	pos := position(n.Key)
	var key string
	switch k := n.Key.(type) {
	case *ast.StringNode:
		key = k.Value
	case *ast.IntegerNode:
		key = k.Token.Value
	case *ast.BoolNode:
		key = k.Token.Value
	default:
		d.report(pos, "", "a key must be a text")
		return
	}
	c := d.convert(n.Value, depth+1)
	if c == nil {
		return
	}
	if c.kind == nullKind {
		c.pos = pos
	}
	v.entries = append(v.entries, &entry{key: key, pos: pos, value: c})
}

// fill puts values into a text of the file, by the rules of that kind of file.
func (d *document) fill(pos sql.Pos, s string) string {
	if d.plain {
		return s
	}
	return d.expand(pos, s)
}

// expand fills ${NAME} and ${NAME:-default} from the environment. $$ is a dollar sign before a brace.
func (d *document) expand(pos sql.Pos, s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		if i > 0 && s[i-1] == '$' { // $${ is a literal ${
			b.WriteString(s[:i])
			b.WriteByte('{')
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			d.report(pos, "write ${NAME} or ${NAME:-default}; $${ is a literal ${", "${ without a closing brace")
			return ""
		}
		name, fallback, hasDefault := strings.Cut(s[i+2:i+end], ":-")
		s = s[i+end+1:]
		if !isEnvName(name) {
			d.report(pos, "write ${NAME} or ${NAME:-default}; $${ is a literal ${", "%q is not the name of an environment variable", name)
			continue
		}
		val, ok := d.env(name)
		switch {
		case ok && (val != "" || !hasDefault):
			b.WriteString(val)
		case hasDefault:
			b.WriteString(fallback)
		default:
			d.report(pos, "set it, or give a default: ${"+name+":-default}", "the environment variable %s is not set%s", name, d.norSecret)
		}
	}
}

func isEnvName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
