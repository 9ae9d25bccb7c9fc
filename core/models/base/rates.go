package base

import (
	"fmt"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// RatesName is the work relation with the rates by which amounts are converted: currency, day, rate, is_inverse.
const RatesName = contract.WorkPrefix + "rates"

// RatesInput is the relation with the project's rates.
func RatesInput(c *spec.Currency) Input {
	return Inputs(spec.Source{Name: spec.CurrencySource, Tables: []spec.Table{c.Rates}})[0]
}

// Rates makes the relation of rates.
func Rates(c *spec.Currency) (*graph.Node, error) {
	src := spec.Source{Name: spec.CurrencySource}
	record := builder.Col("r", "record")
	if c.Rates.Relation != nil {
		m, err := newMapping(src, c.Rates)
		if err != nil {
			return nil, fmt.Errorf("base: currency rates: %w", err)
		}
		record = m.record()
	}
	q, err := builder.Load(files, "rates", builder.Params{Relations: relations(src, c.Rates), Elements: map[string]builder.Element{
		"row": {"record": record}, "report": {"currency": builder.Text(c.ReportIn)},
	}})
	if err != nil {
		return nil, err
	}
	return builder.Node(builder.Work(RatesName, "What currencies are worth in the reporting currency, by day."), q), nil
}
