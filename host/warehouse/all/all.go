// Package all links every engine into a program.
package all

import (
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/bigquery"
	"github.com/nexus-host/nexus-host/host/warehouse/databricks"
	"github.com/nexus-host/nexus-host/host/warehouse/duckdb"
	"github.com/nexus-host/nexus-host/host/warehouse/postgres"
	"github.com/nexus-host/nexus-host/host/warehouse/redshift"
	"github.com/nexus-host/nexus-host/host/warehouse/snowflake"
)

// Drivers lists the drivers of all engines, for host.Options.
func Drivers() []warehouse.Driver {
	return []warehouse.Driver{duckdb.Driver(), postgres.Driver(), redshift.Driver(), snowflake.Driver(),
		bigquery.Driver(), databricks.Driver()}
}
