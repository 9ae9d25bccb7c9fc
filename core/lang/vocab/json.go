package vocab

import "github.com/nexus-host/nexus-host/core/lang/sql"

// jsonFunctions read documents.
func jsonFunctions() []Function {
	member := []sql.Type{sql.Text, sql.Bigint, sql.Decimal, sql.Double, sql.Boolean, sql.JSON} // engines write instants in their own ways
	read := []Arg{arg("json", document), constant("path", textual, Path)}
	return []Function{
		{Name: "json_text", Args: read, Result: sql.Text, Doc: "The text, number or truth value at the path; NULL for null, objects and arrays."},
		{Name: "json_bigint", Args: read, Result: sql.Bigint, Doc: "The whole number at the path."},
		{Name: "json_decimal", Args: read, Result: sql.Decimal, Doc: "The number at the path."},
		{Name: "json_bool", Args: read, Result: sql.Boolean, Doc: "The truth value at the path."},
		{Name: "json_timestamp", Args: append(append([]Arg{}, read...), constant("unit", textual, Unit)), Optional: 1, Result: sql.Timestamp,
			Units: []string{"seconds", "millis", "micros"}, Doc: "The instant at the path: ISO text, or a number since 1970."},
		{Name: "json_extract", Args: read, Result: sql.JSON, Doc: "The value at the path; NULL for absent and null."},
		{Name: "json_type", Args: read, Result: sql.Text, Doc: "object, array, string, number, boolean or null; NULL for absent."},
		{Name: "json_array", Class: Set, Args: read, Result: sql.JSON, Doc: "The elements of the array at the path."},
		{Name: "json_keys", Class: Set, Args: read, Result: sql.Text, Doc: "The member names of the object at the path, by code point."},
		{Name: "to_object", Args: []Arg{constant("key", textual, AnyForm), arg("value", member)}, Variadic: true, Result: sql.JSON, Core: true,
			Doc: "An object of members: names, which are constants, and values in turn."},
		{Name: "merge_objects", Args: []Arg{arg("a", document), arg("b", document)}, Result: sql.JSON, Core: true,
			Doc: "An object with the members of both; none is in both."},
		{Name: "to_document", Args: []Arg{arg("text", textual)}, Result: sql.JSON, Core: true, Doc: "The text as json's text."},
		{Name: "document_text", Args: []Arg{arg("json", document)}, Result: sql.Text, Core: true,
			Doc: "The json as the engine writes it: good to tell documents apart on one engine."},
	}
}
