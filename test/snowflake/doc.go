// Package snowflake executes what is written for Snowflake on fakesnow, a server that speaks
// Snowflake's protocol and runs its SQL on DuckDB after sqlglot has translated it. It shows that statements
// parse, run and give the expected rows, not that Snowflake would refuse none of them;
// exceptions.go lists where fakesnow is at fault. setup.sh installs it.
package snowflake
