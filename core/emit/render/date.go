package render

import (
	"fmt"
	"strconv"

	"github.com/nexus-host/nexus-host/core/lang/sql"
)

// microsOf is how many microseconds a unit of fixed length has.
var microsOf = map[string]int64{
	"microsecond": 1, "millisecond": 1e3, "second": 1e6, "minute": 60e6, "hour": 3600e6, "day": 86400e6, "week": 7 * 86400e6,
}

// monthsOf is how many months a unit has.
var monthsOf = map[string]int64{"month": 1, "quarter": 3, "year": 12}

// Spans from the year 1 to the year 9999.
const (
	spanMicros = 315_537_897_599_999_999
	spanMonths = 9999 * 12
)

// date renders the functions whose first argument is a unit.
func (w *writer) date(c *sql.Call) (val, error) {
	l, ok := c.Args[0].(*sql.Literal)
	if !ok {
		return val{}, fmt.Errorf("render: %s with a unit that is not a literal", c.Name)
	}
	unit := l.Value
	args := make([]val, len(c.Args)-1)
	for i, a := range c.Args[1:] {
		var err error
		if args[i], err = w.expr(a); err != nil {
			return val{}, err
		}
	}
	switch c.Name {
	case "date_trunc", "date_part":
		return w.applyNamed(c.Name+"."+unit, args...)
	case "date_diff":
		between := "(@{epoch_micros(#1)} - @{epoch_micros(#0)})"
		if unit == "microsecond" {
			return w.apply(between, args...)
		}
		return w.apply("#{div.bigint.const("+between+", "+strconv.FormatInt(microsOf[unit], 10)+")}", args...)
	}
	if k, ok := monthsOf[unit]; ok {
		n, months := "@0 * "+strconv.FormatInt(k, 10), "@op @0 * "+strconv.FormatInt(k, 10)
		if k == 1 {
			n, months = "@0", "#0"
		}
		limit := strconv.FormatInt(spanMonths/k, 10)
		return w.apply("CASE WHEN @0 BETWEEN -"+limit+" AND "+limit+" AND @{month_number(#1)} + "+n+
			" BETWEEN 12 AND 119999 THEN #{add_months(#1, "+months+")} END", args...)
	}
	k := microsOf[unit]
	factor := strconv.FormatInt(k, 10)
	if l, ok := c.Args[1].(*sql.Literal); ok && l.Type() == sql.Bigint {
		n, err := strconv.ParseInt(l.Value, 10, 64)
		if err == nil && n <= spanMicros/k && n >= -spanMicros/k {
			return w.apply("#{timestamp_micros(@op @{epoch_micros(#0)} + "+number(strconv.FormatInt(n*k, 10))+")}", args[1])
		}
	}
	limit := strconv.FormatInt(spanMicros/k, 10)
	return w.apply("CASE WHEN @0 BETWEEN -"+limit+" AND "+limit+" THEN #{timestamp_micros(@op @{epoch_micros(#1)} + @0 * "+factor+")} END", args...)
}
