// Package verify is the contract's checks, as queries of the rows that break
// them. A build ends with them and `nexus-host test` runs them again on
// the published tables, so they read nothing else.
package rules
