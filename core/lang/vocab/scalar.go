package vocab

import "github.com/nexus-host/nexus-host/core/lang/sql"

// scalars are the functions on text and numbers.
func scalars() []Function {
	text := arg("text", textual)
	return []Function{
		{Name: "lower", Args: []Arg{text}, Result: sql.Text, Doc: "Lower case, one to one, of Latin, Greek and Cyrillic letters."},
		{Name: "upper", Args: []Arg{text}, Result: sql.Text, Doc: "Upper case, one to one, of Latin, Greek and Cyrillic letters."},
		{Name: "trim", Args: []Arg{text}, Result: sql.Text, Doc: "Without spaces, tabs, line feeds and carriage returns around."},
		{Name: "trim_blank", Args: []Arg{text}, Result: sql.Text, Core: true, Doc: "Without white space of Unicode and characters that show nothing around."},
		{Name: "length", Args: []Arg{text}, Result: sql.Bigint, Doc: "The number of code points."},
		{Name: "substring", Args: []Arg{text, {Name: "start", Types: integral, Form: Range, Min: 1, Max: 1 << 31}, {Name: "count", Types: integral, Form: Range, Min: 0, Max: 1 << 31}}, Optional: 1, Result: sql.Text,
			Doc: "Code points from a place that counts from 1."},
		{Name: "replace", Args: []Arg{text, arg("from", textual), arg("to", textual)}, Result: sql.Text, Doc: "All occurrences replaced; an empty from changes nothing."},
		{Name: "concat", Args: []Arg{text, text}, Variadic: true, Result: sql.Text, Doc: "The parts one after the other; NULL counts as ''."},
		{Name: "split_part", Args: []Arg{text, constant("sep", textual, NonEmpty), count("n", 1, 1000000)}, Result: sql.Text, Doc: "The n-th part between separators, NULL if there is none."},
		{Name: "position", Args: []Arg{text, arg("needle", textual)}, Result: sql.Bigint, Doc: "Where needle occurs first, counting from 1; 0 if nowhere."},
		{Name: "starts_with", Args: []Arg{text, arg("prefix", textual)}, Result: sql.Boolean, Doc: "Whether text begins with prefix."},
		{Name: "ends_with", Args: []Arg{text, arg("suffix", textual)}, Result: sql.Boolean, Doc: "Whether text ends with suffix."},
		{Name: "contains", Args: []Arg{text, arg("needle", textual)}, Result: sql.Boolean, Doc: "Whether needle occurs in text."},
		{Name: "regexp_like", Args: []Arg{text, constant("pattern", textual, Pattern)}, Result: sql.Boolean, Doc: "Whether the pattern matches anywhere."},
		{Name: "regexp_extract", Args: []Arg{text, constant("pattern", textual, Pattern), count("group", 0, 9)}, Optional: 1, Result: sql.Text, Doc: "The first match or its group, NULL if none or empty."},
		{Name: "regexp_replace", Args: []Arg{text, constant("pattern", textual, Pattern), arg("to", textual)}, Result: sql.Text, Doc: "All matches replaced by literal text."},
		{Name: "md5", Args: []Arg{text}, Result: sql.Text, Doc: "32 lower-case hex digits of the MD5 of the UTF-8 bytes."},
		{Name: "md5_bits", Args: []Arg{text, count("half", 0, 1)}, Result: sql.Bigint, Core: true, Doc: "60 bits of the MD5: hex digits 1-15 (half 0) or 17-31 (half 1)."},
		{Name: "nexus_id", Args: []Arg{constant("prefix", textual, NonEmpty), arg("part", printable)}, Variadic: true, Result: sql.Text, Doc: "<prefix>_<md5> of an encoding that tells every list of parts from every other."},
		{Name: "normalize_email", Args: []Arg{text}, Result: sql.Text, Doc: "The bare address in lower case, NULL if it is none."},
		{Name: "normalize_phone", Args: []Arg{text}, Result: sql.Text, Doc: "The digits, without a leading 00; NULL if none."},
		{Name: "normalize_domain", Args: []Arg{text}, Result: sql.Text, Doc: "The bare domain in lower case, NULL if empty."},
		{Name: "email_domain", Args: []Arg{text}, Result: sql.Text, Doc: "The normalized domain of a normalized address."},
		{Name: "coalesce", Args: []Arg{same("a", everyType), same("b", everyType)}, Variadic: true, Doc: "The first that is not NULL."},
		{Name: "nullif", Args: []Arg{same("a", nil), same("b", nil)}, Doc: "NULL if a equals b, else a."},
		{Name: "greatest", Args: []Arg{same("a", orderable), same("b", orderable)}, Variadic: true, Doc: "The greatest of those that are not NULL."},
		{Name: "least", Args: []Arg{same("a", orderable), same("b", orderable)}, Variadic: true, Doc: "The least of those that are not NULL."},
		{Name: "abs", Args: []Arg{arg("x", numeric)}, Doc: "Without the sign."},
		{Name: "round", Args: []Arg{arg("x", numeric), count("places", 0, 9)}, Optional: 1, Doc: "Rounded half away from zero."},
		{Name: "floor", Args: []Arg{arg("x", numeric)}, Doc: "The greatest whole number not above x."},
		{Name: "ceil", Args: []Arg{arg("x", numeric)}, Doc: "The least whole number not below x."},
		{Name: "sign", Args: []Arg{arg("x", numeric)}, Doc: "-1, 0 or 1."},
		{Name: "div", Args: []Arg{arg("a", integral), arg("b", integral)}, Result: sql.Bigint, Doc: "The quotient truncated toward zero, NULL for b = 0."},
		{Name: "mod", Args: []Arg{arg("a", integral), arg("b", integral)}, Result: sql.Bigint, Doc: "The remainder with the sign of a, NULL for b = 0."},
		{Name: "split", Class: Set, Args: []Arg{text, constant("sep", textual, NonEmpty)}, Result: sql.Text, Doc: "The parts between separators."},
		{Name: "regexp_matches", Class: Set, Args: []Arg{text, constant("pattern", textual, Pattern)}, Result: sql.Text, Doc: "Every match, left to right."},
	}
}
