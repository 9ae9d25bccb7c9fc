// Package snowflake executes what is written for Snowflake on fakesnow, a server that implements
// Snowflake's protocol and runs its SQL on DuckDB after sqlglot has translated it. It shows that statements
// parse, run and give the expected rows, not that Snowflake would refuse none of them;
// mend.py mends where it is at fault, faults.sql shows each fault, exceptions.txt lists the cases that remain. setup.sh installs it.
package snowflake
