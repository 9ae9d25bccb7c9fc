package config

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/internal/input"
)

// secretKeys are the keys, here and in profiles.yml, whose values no message shows.
var secretKeys = regexp.MustCompile(`(?i)\b(dsn|pass|password|token|refresh_token|client_secret|oauth_client_secret|azure_client_secret|secret_access_key|access_key_id|private_key|private_key_passphrase|keyfile_json)["']?\s*:\s*["']?`)

var wholeReference = regexp.MustCompile(`^` + reference.String() + `["']?\s*([,}]|$)`)

// holdsSecret reports whether a line of a file gives a secret as it is, so that no message may quote it.
func holdsSecret(line string) bool {
	for _, at := range secretKeys.FindAllStringIndex(line, -1) {
		if rest := line[at[1]:]; rest != "" && !strings.HasPrefix(rest, "{{") && !wholeReference.MatchString(rest) {
			return true
		}
	}
	return false
}

// readSecrets lets ${NAME} look into the secrets file after the environment, if the project names one.
func (d *document) readSecrets(body ast.Node, dir string) {
	node := member(body, "secrets_file")
	text, ok := node.(*ast.StringNode)
	if !ok {
		return // none, or not a text: the decoder says so
	}
	pos := position(text)
	path := d.expand(pos, text.Value)
	if path == "" {
		return
	}
	file := path
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, filepath.FromSlash(file))
	}
	content, err := input.ReadFile(file, input.MaxYAML)
	if err != nil {
		d.report(pos, "make it, and keep it out of version control", "the secrets file cannot be read: %v", err)
		return
	}
	secrets := d.parseSecrets(path, string(content))
	env := d.env
	d.norSecret = ", and not in " + path
	d.env = func(name string) (string, bool) {
		if v, ok := env(name); ok {
			return v, true
		}
		v, ok := secrets[name]
		return v, ok
	}
}

// parseSecrets reads NAME=value lines or, by the file's ending, a YAML mapping. Its mistakes quote nothing.
func (d *document) parseSecrets(path, text string) map[string]string {
	secrets := map[string]string{}
	in := newDocument(path, text, nil)
	in.plain, in.example = true, "such as DATABASE_PASSWORD: …"
	switch filepath.Ext(path) {
	case ".yaml", ".yml", ".json":
		body := in.body(input.TrimBOM(text))
		if body == nil {
			break
		}
		root := in.convert(body, 0)
		if root == nil || root.kind != mapKind {
			in.report(position(body), in.example, "the secrets file must be a mapping of names to texts")
			break
		}
		for _, e := range root.entries {
			if e.value.kind == listKind || e.value.kind == mapKind || !isEnvName(e.key) {
				in.report(e.pos, "letters, digits and underscores, then a text", "not a name with a text")
				continue
			}
			secrets[e.key] = e.value.text
		}
	default:
		if !in.isText(text) {
			break
		}
		for i, line := range in.lines {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
			name, value = strings.TrimSpace(name), strings.TrimSpace(value)
			if !ok || !isEnvName(name) {
				in.report(sql.Pos{Line: i + 1, Col: 1}, "such as DATABASE_PASSWORD=…", "not a line NAME=value")
				continue
			}
			secrets[name] = unquote(value)
		}
	}
	for _, diag := range in.diags {
		diag.Source = ""
		d.diags = append(d.diags, diag)
	}
	return secrets
}

// unquote takes the quotes off a value; within double ones \n is a line break, for keys of several lines.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return s
	}
	inner := s[1 : len(s)-1]
	if s[0] == '"' {
		inner = strings.NewReplacer(`\n`, "\n", `\"`, `"`, `\\`, `\`).Replace(inner)
	}
	return inner
}

// member is the value of a key of a YAML mapping, nil if it is not there.
func member(n ast.Node, key string) ast.Node {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	}
	for _, v := range values {
		if k, ok := v.Key.(*ast.StringNode); ok && k.Value == key {
			return v.Value
		}
	}
	return nil
}
