package vocab

import "github.com/nexus-host/nexus-host/core/lang/sql"

// aggregates are the functions over groups and windows.
func aggregates() []Function {
	offset := count("n", 1, 10000)
	return []Function{
		{Name: "count", Class: Aggregate, Args: []Arg{arg("x", everyType)}, Result: sql.Bigint, Window: true, Star: true, Distinct: true, Doc: "How many rows, or values that are not NULL."},
		{Name: "sum", Class: Aggregate, Args: []Arg{arg("x", numeric)}, Window: true, Doc: "The sum; NULL of no value."},
		{Name: "avg", Class: Aggregate, Args: []Arg{arg("x", numeric)}, Result: sql.Decimal, ResultFor: map[sql.Type]sql.Type{sql.Double: sql.Double}, Window: true, Doc: "The mean, a decimal (a double of doubles)."},
		{Name: "min", Class: Aggregate, Args: []Arg{arg("x", orderable)}, Window: true, Doc: "The least value."},
		{Name: "max", Class: Aggregate, Args: []Arg{arg("x", orderable)}, Window: true, Doc: "The greatest value."},
		{Name: "bool_or", Class: Aggregate, Args: []Arg{arg("b", logical)}, Result: sql.Boolean, Window: true, Doc: "Whether any is true."},
		{Name: "bool_and", Class: Aggregate, Args: []Arg{arg("b", logical)}, Result: sql.Boolean, Window: true, Doc: "Whether all are true."},
		{Name: "arg_min", Class: Aggregate, Args: []Arg{arg("x", nil), arg("key", orderable)}, Doc: "x of the row with the least key; ties: the least x."},
		{Name: "arg_max", Class: Aggregate, Args: []Arg{arg("x", nil), arg("key", orderable)}, Doc: "x of the row with the greatest key; ties: the greatest x."},
		{Name: "string_agg", Class: Aggregate, Args: []Arg{arg("text", textual), constant("sep", textual, AnyForm)}, Result: sql.Text, Ordered: true, Doc: "The texts joined in the order given."},
		{Name: "row_number", Class: WindowOnly, Result: sql.Bigint, Doc: "The row's number in its partition, from 1."},
		{Name: "rank", Class: WindowOnly, Result: sql.Bigint, Doc: "The rank with gaps."},
		{Name: "dense_rank", Class: WindowOnly, Result: sql.Bigint, Doc: "The rank without gaps."},
		{Name: "lag", Class: WindowOnly, Args: []Arg{arg("x", everyType), offset}, Optional: 1, Doc: "x of the n-th row before, NULL if there is none."},
		{Name: "lead", Class: WindowOnly, Args: []Arg{arg("x", everyType), offset}, Optional: 1, Doc: "x of the n-th row after, NULL if there is none."},
		{Name: "first_value", Class: WindowOnly, Args: []Arg{arg("x", everyType)}, Doc: "x of the frame's first row."},
		{Name: "last_value", Class: WindowOnly, Args: []Arg{arg("x", everyType)}, Doc: "x of the frame's last row."},
	}
}

// constants are replaced by literals when a query is checked; none is rendered.
func constants() []Function {
	return []Function{
		{Name: "as_of", Class: Constant, Result: sql.Timestamp, Doc: "The as-of instant of the run."},
		{Name: "source_name", Class: Constant, Result: sql.Text, Doc: "The name of the source."},
		{Name: "config", Class: Constant, Args: []Arg{constant("key", textual, NonEmpty)}, Doc: "A value of the plugin's parameters."},
		{Name: "run_started_at", Class: Constant, Result: sql.Timestamp, Core: true, Doc: "When the run started."},
		{Name: "run_id", Class: Constant, Result: sql.Text, Core: true, Doc: "The run's id."},
	}
}
