package vocab

import "github.com/nexus-host/nexus-host/core/lang/sql"

// byteFunctions read text that stands for bytes, as mail headers hold it.
func byteFunctions() []Function {
	text := arg("text", textual)
	return []Function{
		{Name: "base64_hex", Args: []Arg{text}, Result: sql.Text, Doc: "The bytes that base64 text stands for as lower-case hex digits; NULL if it is no base64."},
		{Name: "hex_text", Args: []Arg{text}, Result: sql.Text, Doc: "The text whose UTF-8 bytes the hex digits are; NULL if they are no valid UTF-8 or hold a zero byte."},
	}
}
