package wire_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nexus-host/nexus-host/pdk/wire"
)

// The schema and the Go types have the same members.
func TestSchemaHasTheTypes(t *testing.T) {
	var doc struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(wire.Schema()), &doc); err != nil {
		t.Fatal(err)
	}
	for name, typ := range map[string]reflect.Type{
		"description": reflect.TypeFor[wire.Description](), "table": reflect.TypeFor[wire.Table](), "entity_type": reflect.TypeFor[wire.EntityType](),
		"state": reflect.TypeFor[wire.State](), "measurement": reflect.TypeFor[wire.Measurement](), "fragment": reflect.TypeFor[wire.Fragment](),
		"fragments_request": reflect.TypeFor[wire.FragmentsRequest](), "fragments_response": reflect.TypeFor[wire.FragmentsResponse](),
	} {
		var want, got []string
		for i := range typ.NumField() {
			tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			want = append(want, tag)
		}
		for member := range doc.Defs[name].Properties {
			got = append(got, member)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the type %q", name, got, want)
		}
	}
}

func TestSchemaAgreesWithValidate(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(wire.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("wire.json", doc); err != nil {
		t.Fatal(err)
	}
	const description = `{"abi":1,"name":"acme","version":"1.0.0","doc":"","tables":[{"name":"orders","doc":"","record_id":"$.id"}],` +
		`"config":{"type":"object"},"entity_types":null,"states":[{"name":"plan","category":"dimension"}]}`
	const response = `{"params":{"a":"x","b":1,"c":["y"],"d":{"decimal":"1.5"}},"fragments":[{"name":"f","layer":"intermediate","kind":"events","file":"f.sql","sql":"select 1"}]}`
	for _, s := range []struct {
		def, good string
		validate  func(data []byte) error
		changes   [][2]string
	}{
		{"description", description, func(data []byte) error {
			var d wire.Description
			if err := json.Unmarshal(data, &d); err != nil {
				return err
			}
			return d.Validate()
		}, [][2]string{
			{`"abi":1`, `"abi":2`}, {"acme", "Acme"}, {"acme", strings.Repeat("a", 32)}, {"1.0.0", "1.0"},
			{`{"name":"orders","doc":"","record_id":"$.id"}`, ``}, {"$.id", "id"}, {"dimension", "fact"},
		}},
		{"fragments_response", response, func(data []byte) error {
			var r wire.FragmentsResponse
			if err := json.Unmarshal(data, &r); err != nil {
				return err
			}
			return r.Validate()
		}, [][2]string{
			{`"f"`, `"F"`}, {"intermediate", "final"}, {`"events"`, `"facts"`}, {"select 1", ""}, {"f.sql", "a b"}, {`"b":1`, `"b":1.5`},
			{`"b":1`, `"b":null`}, {`["y"]`, `[1]`}, {`"1.5"`, `"1e5"`}, {`"a":`, `"A":`}, {`"f"`, `"` + strings.Repeat("f", 49) + `"`},
		}},
	} {
		compiled, err := c.Compile("wire.json#/$defs/" + s.def)
		if err != nil {
			t.Fatal(err)
		}
		hold := func(data string, want bool) {
			t.Helper()
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(value); (err == nil) != want {
				t.Errorf("schema on %s: %v", data, err)
			}
			if err := s.validate([]byte(data)); (err == nil) != want {
				t.Errorf("Validate on %s: %v", data, err)
			}
		}
		hold(s.good, true)
		for _, change := range s.changes {
			changed := strings.Replace(s.good, change[0], change[1], 1)
			if changed == s.good {
				t.Fatalf("%q is not there", change[0])
			}
			hold(changed, false)
		}
	}
}
