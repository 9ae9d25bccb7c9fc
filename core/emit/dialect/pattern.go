package dialect

// The shapes of values in text, in the regular expressions that all engines
// read alike. A match is whole: templates add the anchors where they need them.
const (
	bigintShape  = `[+-]?[0-9]{1,18}`
	decimalShape = `[+-]?[0-9]+([.][0-9]*)?([eE][+-]?[0-9]{1,2})?`
	// monthDay is a date that exists but for 29 February, which leapDay holds.
	monthDay   = `((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))`
	leapYear   = `([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)`
	dateShape  = `([0-9]{4}-` + monthDay + `|` + leapYear + `-02-29)`
	clockShape = `([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?`
	// zoneShape: 15:59 is as far from UTC as PostgreSQL goes, and no zone ever was farther.
	zoneShape      = `(Z|z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)`
	timestampShape = dateShape + `([T ]` + clockShape + zoneShape + `?)?`

	// laxTimestamp is timestampShape between blanks, with days that do not exist.
	laxTimestamp = `[ \t\n\r]*([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}([T ]` + clockShape + zoneShape + `?)?[ \t\n\r]*`

	// base64Shape and utf8Shape guard conversions of bytes: no engine is ever given text that it cannot convert.
	base64Shape = `([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?`
	utf8Tail    = `[89ab][0-9a-f]`
	// utf8Shape is well-formed UTF-8 without a zero byte, as lower-case hex digits (Unicode 15, table 3-7).
	utf8Shape = `(0[1-9a-f]|[1-7][0-9a-f]|(c[2-9a-f]|d[0-9a-f])` + utf8Tail +
		`|(e0[ab][0-9a-f]|e[1-9abcef]` + utf8Tail + `|ed[89][0-9a-f])` + utf8Tail +
		`|(f0[9ab][0-9a-f]|f[123]` + utf8Tail + `|f48[0-9a-f])` + utf8Tail + utf8Tail + `)*`
)
