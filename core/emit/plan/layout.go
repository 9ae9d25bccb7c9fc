package plan

import (
	"fmt"
	"slices"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/graph"
)

// Tables says how published tables are laid out, where the dialect lets one say so. The zero
// value is the dialect's defaults.
type Tables struct {
	// Partition is the unit of time by which BigQuery partitions tables of things that
	// happened: day, month, year or off. By default it is month: a statement may
	// write 4,000 partitions, which days of many years, or a few wrong dates, pass.
	Partition string
	// Cluster is on or off: CLUSTER BY on BigQuery, Databricks (both on by default) and Snowflake (off, because
	// it costs), DISTKEY and SORTKEY on Redshift (on).
	Cluster string
}

func (t Tables) check() error {
	for _, o := range []struct {
		name, value string
		of          []string
	}{{"partition", t.Partition, []string{"", "day", "month", "year", "off"}}, {"cluster", t.Cluster, []string{"", "on", "off"}}} {
		if !slices.Contains(o.of, o.value) {
			return fmt.Errorf("plan: %s cannot be %q", o.name, o.value)
		}
	}
	return nil
}

// first are the columns that readers look rows up by.
var first = []string{"entity_id", "event_id"}

// hashed are the columns of a table of the contract that are ids, where the dialect says how such are stored.
func (p *Plan) hashed(r *graph.Relation) []string {
	t, ok := contract.Lookup(r.Name)
	if p.Dialect.Hashed == "" || !ok || r.Storage == graph.View || r.Layer == graph.Work {
		return nil
	}
	var names []string
	for _, c := range t.Columns {
		isID := c.Prefix != "" || c.Refers.Table != "" || len(t.Key) == 1 && t.Key[0] == c.Name
		if isID && slices.Contains(r.Columns, sql.ColumnDef{Name: c.Name, Type: sql.Text}) {
			names = append(names, c.Name)
		}
	}
	return names
}

// layout is how a published table is laid out.
func (p *Plan) layout(r *graph.Relation) render.Layout {
	var l render.Layout
	d, o := p.Dialect, p.options.Tables
	_, partitions := d.Template("layout.partition")
	_, sorts := d.Template("layout.sort")
	_, clusters := d.Template("layout.cluster")
	if !partitions && !sorts && !clusters || r.Layer == graph.Work || r.Layer == graph.Raw {
		return l
	}
	unit := o.Partition
	if unit == "" {
		unit = d.Partition
	}
	cluster := o.Cluster == "on" || o.Cluster == "" && d.Cluster
	if r.Time != "" && (partitions && unit != "off" || sorts && cluster) {
		l.Time, l.Unit = r.Time, unit
	}
	if !cluster {
		return l
	}
	within := r.Columns
	if d.ClusterWithin > 0 {
		within = within[:min(len(within), d.ClusterWithin)]
	}
	for _, list := range [][]string{first, r.Joins, r.Key} {
		for _, name := range list {
			fits := slices.ContainsFunc(within, func(c sql.ColumnDef) bool {
				return c.Name == name && c.Type != sql.JSON && c.Type != sql.Double && c.Type != sql.Boolean
			})
			if fits && !slices.Contains(l.Columns, name) {
				l.Columns = append(l.Columns, name)
			}
		}
	}
	return l
}
