package json

import (
	stdjson "encoding/json"
	"regexp"
	"strings"

	"github.com/goccy/go-json"
)

// plain is a path that only names members.
var plain = regexp.MustCompile(`^\$(\.[A-Za-z_]\w*)+$`)

// extract is what a path leads to. go-json's own takes a number or a truth value for its member: $.a.b of {"a": 45} is 45.
func extract(p *json.Path, document, path string) ([][]byte, error) {
	if plain.MatchString(path) && !leads(document, strings.Split(path, ".")[1:]) {
		return nil, nil
	}
	return p.Extract([]byte(document))
}

func leads(document string, names []string) bool {
	at := stdjson.RawMessage(document)
	for _, name := range names {
		var members map[string]stdjson.RawMessage
		if stdjson.Unmarshal(at, &members) != nil {
			return false
		}
		var ok bool
		if at, ok = members[name]; !ok {
			return false
		}
	}
	return true
}
