package gmail_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

var update = flag.Bool("update", false, "write the files that are generated")

// charsets are those of one byte a character that mail is written in, with the names that mail has for them. What mail calls
// ISO-8859-1 and -9 is read as Windows-1252 and -1254, which have characters where those have controls (WHATWG Encoding, 4.2).
var charsets = []struct {
	set   *charmap.Charmap
	names string
}{
	{charmap.Windows1252, "windows-1252 cp1252 x-cp1252 ansi_x3.4-1968 ascii us-ascii iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 l1 cp819"},
	{charmap.ISO8859_2, "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2"},
	{charmap.ISO8859_3, "iso-8859-3 iso8859-3 iso_8859-3 latin3"},
	{charmap.ISO8859_4, "iso-8859-4 iso8859-4 iso_8859-4 latin4"},
	{charmap.ISO8859_5, "iso-8859-5 iso8859-5 iso_8859-5 cyrillic"},
	{charmap.ISO8859_6, "iso-8859-6 iso8859-6 iso_8859-6 iso-8859-6-e iso-8859-6-i arabic"},
	{charmap.ISO8859_7, "iso-8859-7 iso8859-7 iso_8859-7 greek"},
	{charmap.ISO8859_8, "iso-8859-8 iso8859-8 iso_8859-8 iso-8859-8-e iso-8859-8-i hebrew"},
	{charmap.Windows1254, "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5"},
	{charmap.ISO8859_10, "iso-8859-10 iso8859-10 latin6"},
	{charmap.ISO8859_13, "iso-8859-13 iso8859-13"},
	{charmap.ISO8859_14, "iso-8859-14 iso8859-14"},
	{charmap.ISO8859_15, "iso-8859-15 iso8859-15 iso_8859-15 latin9 l9"},
	{charmap.ISO8859_16, "iso-8859-16 iso8859-16"},
	{charmap.Windows874, "windows-874 cp874 tis-620 iso-8859-11"},
	{charmap.Windows1250, "windows-1250 cp1250 x-cp1250"},
	{charmap.Windows1251, "windows-1251 cp1251 x-cp1251"},
	{charmap.Windows1253, "windows-1253 cp1253 x-cp1253"},
	{charmap.Windows1255, "windows-1255 cp1255 x-cp1255"},
	{charmap.Windows1256, "windows-1256 cp1256 x-cp1256"},
	{charmap.Windows1257, "windows-1257 cp1257 x-cp1257"},
	{charmap.Windows1258, "windows-1258 cp1258 x-cp1258"},
	{charmap.KOI8R, "koi8-r koi8 koi"},
	{charmap.KOI8U, "koi8-u koi8-ru"},
	{charmap.Macintosh, "macintosh mac x-mac-roman"},
	{charmap.CodePage437, "cp437 ibm437"},
	{charmap.CodePage850, "cp850 ibm850"},
	{charmap.CodePage852, "cp852 ibm852"},
	{charmap.CodePage866, "cp866 ibm866"},
}

// softHyphen shows nothing, as marks of direction do; both are taken out of names.
const softHyphen = '\u00ad'

// characters are the 128 of the upper half. Bytes that mean nothing, or a control, are the replacement character.
func characters(set *charmap.Charmap) string {
	var b strings.Builder
	for c := 0x80; c <= 0xff; c++ {
		r := set.DecodeByte(byte(c))
		switch {
		case unicode.IsControl(r):
			r = utf8.RuneError
		case r == '\u200e' || r == '\u200f': // no SQL text may have them
			r = softHyphen
		}
		if unicode.Is(unicode.Mn, r) {
			b.WriteByte(' ') // so that it does not combine with the one before it
		}
		b.WriteRune(r)
	}
	return b.String()
}

// charsetSQL are the two fragments that hold the charsets.
func charsetSQL() map[string]string {
	var names, sets []string
	for _, c := range charsets {
		first, _, _ := strings.Cut(c.names, " ")
		names = append(names, "    "+c.names)
		sets = append(sets, "    "+first+" "+characters(c.set))
	}
	return map[string]string{
		"sql/normalized/charset_names.sql": fmt.Sprintf(`-- The names of charsets in mail, and what is read in their stead. Written by go test -update.
select n.value as name, split_part(trim(l.value), ' ', 1) as charset
from (select 1 as one) as o
cross join unnest(split('
    utf-8 utf8 unicode-1-1-utf-8;
%s', ';')) as l(value)
cross join unnest(regexp_matches(l.value, '[^ 
]+')) as n(value)
`, strings.Join(names, ";\n")),
		"sql/normalized/charset_characters.sql": fmt.Sprintf(`-- The upper half of charsets of one byte a character: the character of each byte. Written by go test -update.
select
  split_part(trim(l.value), ' ', 1) as charset,
  concat(substring('89abcdef', div(c.ordinality, 16) + 1, 1), substring('0123456789abcdef', mod(c.ordinality, 16) + 1, 1)) as byte,
  c.value as character
from (select 1 as one) as o
cross join unnest(split('
%s', ';
')) as l(value)
cross join unnest(regexp_matches(regexp_replace(trim(l.value), '^[^ ]+ ', ''), '[^ ]')) as c(value, ordinality)
`, strings.Join(sets, ";\n")),
	}
}

// TestCharsets: the fragments hold what the library has.
func TestCharsets(t *testing.T) {
	for file, want := range charsetSQL() {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != want {
			t.Errorf("%s is not what -update writes: %v", file, err)
		}
	}
}
