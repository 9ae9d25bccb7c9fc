package rules

import (
	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/state"
)

// states checks the columns of the wide table: deltas, changes, and that long and
// wide form say the same.
func (l *list) states(columns []state.Column) {
	if len(columns) == 0 {
		return
	}
	var all, measurements builder.List
	for _, c := range columns {
		measured := c.Category == eventlog.Measurement
		e := builder.Element{
			"name": builder.Text(c.Name), "column": builder.Name(c.Column), "earlier": builder.Name("earlier_" + c.Column), "delta": builder.Name(c.Delta),
			"dimension": builder.If(!measured), "measurement": builder.If(measured),
		}
		all = append(all, e)
		if measured {
			measurements = append(measurements, e)
		}
	}
	p := builder.Params{Lists: builder.Lists{"columns": all, "measurements": measurements}}
	if len(measurements) > 0 {
		l.add(contract.TableEntityStates, "deltas", "every delta is the difference to the row before, a NULL counted as 0", "nexus_entity_states.deltas", p)
	}
	l.add(contract.TableEntityStates, "changes", "every row differs from the one before in some state", "nexus_entity_states.changes", p)
	l.add(contract.TableStates, "wide", "nexus_entity_states has each interval's value from its beginning to its end", "nexus_states.wide", p)
}
