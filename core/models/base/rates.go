package base

import (
	"fmt"

	"github.com/nexus-host/nexus-host/core/contract"
	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/graph"
	"github.com/nexus-host/nexus-host/core/spec"
)

// RatesName is the work relation with the rates by which amounts are converted: currency, day, until, rate, is_inverse.
const RatesName = contract.WorkPrefix + "rates"

// RatesInput is the relation with the project's rates.
func RatesInput(c *spec.Currency) Input {
	return Inputs(spec.Source{Name: spec.CurrencySource, Tables: []spec.Table{c.Rates}})[0]
}

// RatesNodes make the relation of rates, and before it that of their rows as they were read.
func RatesNodes(c *spec.Currency) ([]*graph.Node, error) {
	src := spec.Source{Name: spec.CurrencySource}
	row := builder.Element{"record": builder.Col("r", "record"), "number": builder.Col("r", "_row")}
	if c.Rates.Relation != nil {
		m, err := newMapping(src, c.Rates)
		if err != nil {
			return nil, fmt.Errorf("base: currency rates: %w", err)
		}
		row = builder.Element{"record": m.record(), "number": builder.Null(sql.Bigint)}
	}
	b := builder.Builder{Files: files}
	b.Relations, b.Elements = relations(src, c.Rates), map[string]builder.Element{"row": row, "report": reporting(c)}
	read := &graph.Relation{
		Name: Name(src.Name, c.Rates.Name), Layer: graph.Base, Storage: graph.Table, Source: src.Name, Origin: Origin(src, c.Rates),
		Doc: "The rows of rates as they were read, and why one gives no rate.",
	}
	b.Make(read, "rates_read")
	b.Make(builder.Work(RatesName, "What currencies are worth in the reporting currency, by day."), "rates")
	return b.Done()
}

// reporting is what models know of the reporting currency.
func reporting(c *spec.Currency) builder.Element {
	return builder.Element{"currency": builder.Text(c.ReportIn), "age": builder.Int(c.MaxAgeDays + 1)}
}

// RateRejections counts the rows of rates that give none, as Rejections does for a table.
func RateRejections() (*sql.Query, error) {
	return builder.Load(files, "rate_rejections", builder.Params{})
}

// Conversion is what a model needs that converts amounts: a query of the rates (currency, day, rate, is_inverse, rate_date) for
// the units (value_unit) and days (occurred_at) of a relation, and macros.
//
//	conversion(amount, unit, rated_currency, is_money, rate): other, same, converted, missing
//	converted(amount, conversion, rate, is_inverse): the amount in the reporting currency
type Conversion struct {
	Rates    *sql.Query
	Macros   builder.Macros
	Elements map[string]builder.Element // report.currency
}

// NewConversion is the conversion of the amounts of a relation.
func NewConversion(c *spec.Currency, amounts string) (*Conversion, error) {
	of := builder.Params{Relations: map[string]string{"amounts": amounts}, Elements: map[string]builder.Element{"report": reporting(c)}}
	rates, err := builder.Load(files, "rates_found", of)
	if err != nil {
		return nil, err
	}
	macros, err := builder.LoadMacros(files, "rate_macros", map[string][]string{
		"conversion": {"amount", "unit", "rated_currency", "is_money", "rate"}, "converted": {"amount", "conversion", "rate", "is_inverse"},
	}, builder.Params{Elements: of.Elements})
	if err != nil {
		return nil, err
	}
	return &Conversion{Rates: rates, Macros: macros, Elements: of.Elements}, nil
}
