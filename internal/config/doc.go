// Package project reads nexus.yaml: what a project's sources are, where its
// warehouse is, and by which rules its identities, traits and states are made.
// Every mistake in the file is a diagnostic with line and column.
package config
