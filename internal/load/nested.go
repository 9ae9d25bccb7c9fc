package load

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// flatMember is a member of a row, a__b where its loader flattened objects.
type flatMember struct {
	name  string
	value jsontext.Value
}

// object is one that was flattened; a member of it is a value or such an object.
type object struct {
	name    string
	value   jsontext.Value
	members []*object
	index   map[string]*object // of the members, by name
}

// member returns the member of a name, which is made if there is none.
func (o *object) member(name string) *object {
	m := o.index[name]
	if m == nil {
		if o.index == nil {
			o.index = map[string]*object{}
		}
		m = &object{name: name}
		o.members, o.index[name] = append(o.members, m), m
	}
	return m
}

// nested puts the members of flattened objects back into objects.
func (e *envelope) nested(flat []flatMember) *object {
	has := map[string]bool{}
	for _, m := range flat {
		has[m.name] = true
	}
	root := &object{members: []*object{}}
	for _, m := range flat {
		at := root
		for _, step := range e.layout.Steps(m.name, func(name string) bool { return has[name] }) {
			at = at.member(step)
		}
		at.value = m.value
	}
	return root
}

// isNull reports a value that is null, or an object of which the row has no member, as a relation's record does.
func (o *object) isNull() bool {
	if o.members == nil {
		return o.value.Kind() == 'n'
	}
	return !slices.ContainsFunc(o.members, func(m *object) bool { return !m.isNull() })
}

func (o *object) appendTo(b []byte) []byte {
	if o.members == nil {
		return append(b, o.value...)
	}
	b = append(b, '{')
	for i, m := range o.members {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, m.name) // valid UTF-8: checkObject saw it
		b = append(b, ':')
		if m.isNull() {
			b = append(b, "null"...)
			continue
		}
		b = m.appendTo(b)
	}
	return append(b, '}')
}
