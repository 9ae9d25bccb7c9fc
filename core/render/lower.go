package render

import "github.com/nexus-host/nexus-host/core/sql"

// lower prepares one SELECT for the dialect. The given tree is not changed.
func (w *writer) lower(s *sql.Select) (*sql.Select, error) { return s, nil }
