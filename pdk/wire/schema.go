package wire

import _ "embed" // for the schema

//go:embed schema.json
var schema string

// Schema is the JSON Schema of all that crosses the boundary, for plugins in other
// languages: its definitions description, fragments_request and fragments_response.
func Schema() string { return schema }
