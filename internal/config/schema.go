package config

import (
	"encoding/json"
	"reflect"
)

// Schema is the JSON Schema (2020-12) of nexus.yaml, for editors. It is made from
// the types that the decoder fills.
func Schema() []byte {
	root := schemaOf(reflect.TypeFor[Project](), field{})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = FileName
	root["description"] = "A nexus-host project."
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // maps, strings and numbers always encode
	}
	return append(out, '\n')
}

func schemaOf(t reflect.Type, fd field) map[string]any {
	s := map[string]any{}
	if fd.doc != "" {
		s["description"] = fd.doc
	}
	switch {
	case t == configType:
		s["type"] = "object"
		return s
	case t == listType:
		s["anyOf"] = []any{
			map[string]any{"type": "string"},
			map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
		}
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), fd)
	case reflect.String:
		// YAML reads an unquoted 1 as a number; a text may be written so.
		s["type"] = []string{"string", "number"}
		if len(fd.enum) > 0 {
			s["type"] = "string"
			s["anyOf"] = []any{map[string]any{"enum": fd.enum}, map[string]any{"pattern": `\$\{`}}
		} else if fd.pattern != "" {
			s["anyOf"] = []any{map[string]any{"pattern": fd.pattern}, map[string]any{"pattern": `\$\{`}}
		}
	case reflect.Int:
		s["type"] = "integer"
		s["minimum"] = fd.min
		if fd.max > 0 {
			s["maximum"] = fd.max
		}
	case reflect.Bool:
		s["type"] = "boolean"
	case reflect.Slice:
		s["type"] = "array"
		s["items"] = schemaOf(t.Elem(), field{})
	case reflect.Map:
		s["type"] = "object"
		s["additionalProperties"] = schemaOf(t.Elem(), field{})
		if fd.keys != "" {
			s["propertyNames"] = map[string]any{"pattern": fd.keys}
		}
	case reflect.Struct:
		return structSchema(t, s)
	}
	return s
}

func structSchema(t reflect.Type, s map[string]any) map[string]any {
	fields, short := fieldsOf(t)
	properties := map[string]any{}
	var required []string
	var shortSchema map[string]any
	for _, f := range fields {
		fs := schemaOf(t.Field(f.index).Type, f)
		properties[f.key] = fs
		if f.required {
			required = append(required, f.key)
		}
		if f.index == short {
			shortSchema = fs
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		object["required"] = required
	}
	if shortSchema != nil {
		s["anyOf"] = []any{shortSchema, object}
		return s
	}
	for k, v := range object {
		s[k] = v
	}
	return s
}
