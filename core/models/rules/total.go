package rules

import (
	"fmt"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/spec"
)

// totals checks the computed totals that plugins declare against the measurements that they add up, once for all sources of
// a plugin. Where the project prefers another source's value of the trait, there is nothing to compare.
func (l *list) totals(s *spec.Spec) {
	plugins := map[string][]string{} // the sources of each
	for _, src := range s.Sources {
		plugins[src.PluginName()] = append(plugins[src.PluginName()], src.Name)
	}
	reporting := builder.List(nil)
	if s.Currency != nil {
		reporting = builder.Names(s.Currency.ReportIn)
	}
	done := map[string]bool{}
	for _, src := range s.Sources {
		plugin := src.PluginName()
		for _, t := range src.Totals {
			what := fmt.Sprintf("%s.%s.total", plugin, t.Trait)
			if done[what] {
				continue
			}
			done[what] = true
			flagged := builder.List(nil)
			if t.Of != "" {
				flagged = builder.Names(eventlog.Canonical(t.Of))
			}
			l.add(contract.TableResolvedTraits, what, fmt.Sprintf("%s of plugin %s is the sum of %s", t.Trait, plugin, t.Measurement), "totals", builder.Params{
				Lists: builder.Lists{"roles": builder.Names(t.Roles...), "sources": builder.Names(plugins[plugin]...), "flagged": flagged,
					"own_units": builder.If(s.Currency == nil), "reporting": reporting},
				Elements: map[string]builder.Element{"total": {
					"trait": builder.Text(eventlog.Canonical(t.Trait)), "measurement": builder.Text(eventlog.Canonical(t.Measurement)), "plugin": builder.Text(plugin),
				}},
			})
		}
	}
}
