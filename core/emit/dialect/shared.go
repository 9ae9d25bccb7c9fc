package dialect

// Templates that several dialects share.
const (
	// A double beyond 10^±150 could overflow or vanish in a product, which some engines
	// raise as an error: such a product is NULL, a vanishing one 0.
	doubleProduct  = `CASE WHEN abs(@0) < 1e-150 OR abs(@1) < 1e-150 THEN @0 * 0 + @1 * 0 WHEN abs(@0) < 1e150 AND abs(@1) < 1e150 THEN @0 * @1 END`
	doubleQuotient = `CASE WHEN abs(@1) < 1e-150 OR abs(@0) > 1e150 THEN NULL WHEN abs(@0) < 1e-150 OR abs(@1) > 1e150 THEN @0 * 0 ELSE @0 / @1 END`
)

// jsonTimestamp reads a text as digits in a unit, a decimal in it, or ISO 8601.
func jsonTimestamp(match, end, unit, factor string) string {
	return "CASE WHEN " + match + bigintShape + end + " THEN @{timestamp_" + unit + "(@{cast.text.bigint(@0)})}" +
		" WHEN " + match + `[+-]?[0-9]{1,18}[.][0-9]*` + end + " THEN @{timestamp_micros(@{cast.decimal.bigint(@{cast.text.decimal(@0)} * " + factor + ")})}" +
		" ELSE @{cast.text.timestamp(@0)} END"
}
