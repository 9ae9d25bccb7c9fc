package vocab

import "github.com/nexus-host/nexus-host/core/lang/sql"

// timeFunctions work on instants.
func timeFunctions() []Function {
	unit := constant("unit", textual, Unit)
	n := arg("n", integral)
	at := arg("timestamp", instant)
	return []Function{
		{Name: "date_trunc", Args: []Arg{unit, at}, Result: sql.Timestamp, Units: []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"},
			Doc: "The start of the unit; weeks start on Monday."},
		{Name: "date_add", Args: []Arg{unit, n, at}, Result: sql.Timestamp,
			Units: []string{"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"},
			Doc:   "n units later, clamped to the month's last day; NULL outside years 1-9999."},
		{Name: "date_diff", Args: []Arg{unit, arg("from", instant), arg("to", instant)}, Result: sql.Bigint,
			Units: []string{"microsecond", "millisecond", "second", "minute", "hour", "day", "week"}, Doc: "Whole units from one instant to another, truncated toward zero."},
		{Name: "date_part", Args: []Arg{unit, at}, Result: sql.Bigint,
			Units: []string{"year", "quarter", "month", "day", "hour", "minute", "second", "isodow"}, Doc: "One field of the instant, UTC."},
		{Name: "timestamp_seconds", Args: []Arg{n}, Result: sql.Timestamp, Doc: "The instant n seconds after 1970; NULL outside years 1-9999."},
		{Name: "timestamp_millis", Args: []Arg{n}, Result: sql.Timestamp, Doc: "The instant n milliseconds after 1970; NULL outside years 1-9999."},
		{Name: "timestamp_micros", Args: []Arg{n}, Result: sql.Timestamp, Doc: "The instant n microseconds after 1970; NULL outside years 1-9999."},
		{Name: "epoch_micros", Args: []Arg{at}, Result: sql.Bigint, Doc: "Microseconds since 1970."},
	}
}
