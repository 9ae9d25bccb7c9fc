module github.com/nexus-host/nexus-host/test/sqlglot

go 1.26.0

require github.com/nexus-host/nexus-host v0.0.0

require (
	github.com/goccy/go-yaml v1.19.2 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
)

replace github.com/nexus-host/nexus-host => ../..
