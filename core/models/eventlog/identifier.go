package eventlog

import (
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/spec"
)

// IdentifierMacros are the macros by which models normalize identifiers as the
// event log does; normalized_identifier(identifier_type, identifier_value) is the chief of them.
func IdentifierMacros(s *spec.Spec) (builder.Macros, error) { return macros(s) }
