// Package phone_test holds the core's reading of telephone numbers, as portable SQL that DuckDB
// executes, against libphonenumber's.
package phone_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/nexus-host/nexus-host/core/lang/sql"
	"github.com/nexus-host/nexus-host/core/models/builder"
	"github.com/nexus-host/nexus-host/core/models/eventlog"
	"github.com/nexus-host/nexus-host/core/models/phone"
	"github.com/nexus-host/nexus-host/core/spec"
	"github.com/nexus-host/nexus-host/internal/coretest"
	"github.com/nexus-host/nexus-host/internal/coretest/target"
)

var types = map[string]phonenumbers.PhoneNumberType{
	"fixed line": phonenumbers.FIXED_LINE, "mobile": phonenumbers.MOBILE, "toll free": phonenumbers.TOLL_FREE,
	"premium rate": phonenumbers.PREMIUM_RATE, "shared cost": phonenumbers.SHARED_COST, "voip": phonenumbers.VOIP,
	"personal": phonenumbers.PERSONAL_NUMBER, "pager": phonenumbers.PAGER, "uan": phonenumbers.UAN, "voicemail": phonenumbers.VOICEMAIL,
}

// examples are the library's own example numbers of a region, by type.
func examples(region string) map[string]*phonenumbers.PhoneNumber {
	out := map[string]*phonenumbers.PhoneNumber{}
	for name, t := range types {
		if n := phonenumbers.GetExampleNumberForType(region, t); n != nil {
			out[name] = n
		}
	}
	return out
}

// spellings of a number in a region, by their kind.
func spellings(n *phonenumbers.PhoneNumber, r phone.Region, kind string) map[string]string {
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	international := phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	national := phonenumbers.Format(n, phonenumbers.NATIONAL)
	out := map[string]string{"E.164": e164, "international": international, "national": national}
	extensions := []string{" ext. 12", "x34", " #5", ";ext=678"}
	out["extension"] = international + extensions[len(kind)%len(extensions)]
	out["national with extension"] = national + extensions[(len(kind)+1)%len(extensions)]
	if exit := exitCode(r.Code); exit != "" {
		out["exit code"] = exit + " " + strings.TrimPrefix(international, "+")
	}
	code, rest, _ := strings.Cut(international, " ")
	if ndd := phonenumbers.GetNddPrefixForRegion(r.Code, true); ndd == "0" {
		out["(0)"] = code + " (0) " + rest
		out["(0), no blanks"] = code + "(0)" + rest
	}
	out["full-width"] = inDigits(international, '０')
	out["Arabic"] = inDigits(national, '٠')
	out["Persian"] = inDigits(e164, '۰')
	return out
}

// inDigits writes a text in the digits of another script, of which zero is the first.
func inDigits(text string, zero rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return zero + r - '0'
		case zero == '０' && strings.ContainsRune("+()", r):
			return r - '!' + '！'
		}
		return r
	}, text)
}

// exitCode is one that the library takes from a caller in the region.
func exitCode(region string) string {
	for _, code := range []string{"00", "011", "0011", "001", "010", "810", "0014", "119", "000", "009", "005", "01", "0"} {
		n, err := phonenumbers.Parse(code+" 44 20 7946 0123", region)
		if err == nil && phonenumbers.Format(n, phonenumbers.E164) == "+442079460123" {
			return code
		}
	}
	return ""
}

// differences are the regions whose example numbers are read otherwise than by the library, with the reason and what the rule gives.
var differences = map[string]struct {
	reason string
	given  map[string]string
}{
	"HK": {
		"The library takes the 8 of Hong Kong's own code for the last digit of an exit code (00 8) and reads numbers of Mexico. " +
			"Here 00 and the region's own code are international where a number of the region follows.",
		map[string]string{
			"00 852 2123 4567": "85221234567", "00 852 5123 4567": "85251234567", "00 852 7112 3456": "85271123456", "00 852 8112 3456": "85281123456",
			"00 852 800 123 456": "852800123456", "00 852 900 12 345 678": "85290012345678", "00 852 3016 1234": "85230161234",
		},
	},
	"CO": {
		"The library takes (0) 3 behind +57 for a trunk prefix with a carrier's digit, finds that the rest is too short and keeps the 0, which no number of Colombia begins with. " +
			"Here a 0 in brackets is a trunk prefix.",
		map[string]string{"+57 (0) 321 1234567": "573211234567", "+57(0)321 1234567": "573211234567"},
	},
}

// TestLibrary compares every example number of every region, in each spelling, read in its region.
func TestLibrary(t *testing.T) {
	tg := target.DuckDB(t)
	compared, kinds := 0, map[string]int{}
	for _, r := range countries(t) {
		given := map[string]string{} // text -> what it is
		for kind, n := range examples(r.Code) {
			for spelling, text := range spellings(n, r, kind) {
				given[text] = kind + ", " + spelling
				kinds[spelling]++
			}
		}
		if len(given) < 5 {
			t.Errorf("%s has no examples", r.Code)
		}
		known := maps.Clone(differences[r.Code].given)
		got := read(t, tg, spec.Resolution{DefaultRegion: r.Code}, slices.Sorted(maps.Keys(given)))
		for text, what := range given {
			compared++
			want, ok := library(text, r.Code)
			switch expected, listed := known[text]; {
			case !ok:
				t.Errorf("%s: %s %q: the library reads no number", r.Code, what, text)
			case listed:
				delete(known, text)
				if got[text] != expected || got[text] == want {
					t.Errorf("%s: %s %q: got %s, the library %s, the list of differences %s", r.Code, what, text, got[text], want, expected)
				}
			case got[text] != want:
				t.Errorf("%s: %s %q: got %s, the library %s", r.Code, what, text, got[text], want)
			}
		}
		for text := range known {
			t.Errorf("%s: %q is listed as a difference and is no example", r.Code, text)
		}
	}
	if compared < 7000 || len(differences) > 10 {
		t.Errorf("%d numbers compared, %d regions differ", compared, len(differences))
	}
	for _, spelling := range []string{"E.164", "international", "national", "extension", "exit code", "(0)"} {
		if kinds[spelling] < 300 {
			t.Errorf("%d numbers spelled as %s", kinds[spelling], spelling)
		}
	}
}

// TestAbroad reads the example numbers of every region with + in projects of other regions, and of none.
func TestAbroad(t *testing.T) {
	tg := target.DuckDB(t)
	given := map[string]string{}
	for _, r := range countries(t) {
		for kind, n := range examples(r.Code) {
			for spelling, text := range spellings(n, r, kind) {
				if strings.HasPrefix(text, "+") && spelling != "national" {
					given[text] = strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.E164), "+")
				}
			}
		}
	}
	for _, rules := range []spec.Resolution{{}, {DefaultRegion: "DE"}, {DefaultRegion: "IT"}, {DefaultRegion: "BS"}, {DefaultCallingCode: "81"}, {DefaultCallingCode: "1"}} {
		got := read(t, tg, rules, slices.Sorted(maps.Keys(given)))
		for text, want := range given {
			if got[text] != want {
				t.Errorf("%+v: %q: got %s, want %s", rules, text, got[text], want)
			}
		}
	}
}

// TestRandom compares digits of no meaning, for which no rule was made. What the library holds for a
// valid number is read as it is, but where it knows of a prefix behind a foreign calling code more than that of
// trunk calls: Brazil's carriers, Russia's 8, local numbers of San Marino and Norfolk Island.
func TestRandom(t *testing.T) {
	tg := target.DuckDB(t)
	random := rand.New(rand.NewPCG(1, 2))
	valid := 0
	for _, r := range countries(t) {
		exit := exitCode(r.Code)
		starts := []string{"", "0", "1", "8", r.Calling, r.Calling + "0", "+" + r.Calling, "+" + r.Calling + "0", exit, "+"}
		var given []string
		for range 400 {
			text := starts[random.IntN(len(starts))]
			for range 3 + random.IntN(13) {
				text += strconv.Itoa(random.IntN(10))
			}
			given = append(given, text)
		}
		got := read(t, tg, spec.Resolution{DefaultRegion: r.Code}, given)
		for _, text := range given {
			n, err := phonenumbers.Parse(text, r.Code)
			if err != nil || !phonenumbers.IsValidNumber(n) {
				continue
			}
			valid++
			abroad := n.GetCountryCode()
			if strconv.Itoa(int(abroad)) != r.Calling && slices.Contains([]int32{7, 55, 378, 672}, abroad) {
				continue
			}
			if want, _ := library(text, r.Code); got[text] != want {
				t.Errorf("%s: %q: got %s, the library %s", r.Code, text, got[text], want)
			}
		}
	}
	if valid < 3000 {
		t.Errorf("only %d of the numbers are valid", valid)
	}
}

// TestText reads what people write around a number.
func TestText(t *testing.T) {
	tg := target.DuckDB(t)
	for _, c := range []struct {
		rules spec.Resolution
		given map[string]string
	}{
		{spec.Resolution{DefaultRegion: "GB"}, map[string]string{
			"tel:+44-161-496-0123": "441614960123", "Phone: (0161) 496 0123": "441614960123", "00+44 161 496 0123": "441614960123",
			"+0044 161 496 0123": "441614960123", "0161 496 0123 home": "441614960123", "+44 (0)161 496 0123;ext=9": "441614960123",
			"(+44) 161 496 0123": "441614960123", "44 (0)161 496 0123": "441614960123", "0161.496.0123 x 9": "441614960123", "none": "",
			"+44 ( 0 ) 161 496 0123": "441614960123", "+44\u00a0161\u00a0496\u00a00123": "441614960123", "0161 496 0123 доб. 9": "441614960123",
		}},
		{spec.Resolution{DefaultRegion: "US"}, map[string]string{
			"1-800-FLOWERS": "18003569377", "(212) 555-0100 ext. 7": "12125550100", "212-555-0100ext7": "12125550100", "0044 161 496 0123": "441614960123",
			"+1 (0)212 555 0100": "12125550100", "+1 1 212 555 0100": "12125550100", "+47 (0)22 12 34 56": "4722123456", "+39 (0)6 5550 1234": "390655501234",
		}},
		{spec.Resolution{}, map[string]string{
			"0161 496 0123": "01614960123", "0044 161 496 0123": "441614960123", "+44 (0)161 496 0123": "441614960123", "+39 (0)6 5550 1234": "390655501234",
			"(212) 555-0100": "2125550100", "+44 0161 496 0123": "441614960123",
		}},
		// no numbers: zeros, one digit again and again, too few digits
		{spec.Resolution{DefaultRegion: "IT"}, map[string]string{
			"0": "", "0000000000": "", "000 000": "", "+39 0": "", "+39 000 0000000": "", "+39": "", "+0000": "", "+1 000 000 0000": "", "00 44 000": "", "12": "", "112": "",
			"1111111111": "", "9999999": "", "06 0000 0001": "390600000001", "+39 06 12345 / 340 1234567": "390612345",
		}},
		{spec.Resolution{DefaultRegion: "US"}, map[string]string{
			"(000) 000-0000": "", "1111111111": "", "9999999999": "", "555-555-5555": "", "1": "", "911": "", "011": "", "555-0100": "15550100",
			"212-555-0100, 212-555-0101": "12125550100", "212-555-0100 / 212-555-0101": "12125550100", "212-555-0100\n212-555-0101": "12125550100",
			"212-555-0100,,123": "12125550100123",
		}},
		{spec.Resolution{DefaultRegion: "NO"}, map[string]string{"22222222": "", "+47 22222222": "", "+46 222222222": "", "22222223": "4722222223", "00000000": "", "11111111": ""}},
		{spec.Resolution{DefaultRegion: "DE"}, map[string]string{
			"030 1234567 / 0171 1234567": "49301234567", "030/1234567": "49301234567", "0171/1234567/1": "4917112345671", "+49 1512/3456789": "4915123456789",
			"030 1234567, 0171 1234567": "49301234567", "030 1234567; 0171 1234567": "49301234567", "030 1234567 oder 0171 1234567": "49301234567",
			"Tel. 030 1234567\nFax 030 1234568": "49301234567", "030 1234567 | 0171 1234567": "49301234567", "+49 30 1234567/+49 171 1234567": "49301234567",
			"/ 030 1234567": "49301234567", "0": "", "00": "", "000": "",
		}},
		{spec.Resolution{}, map[string]string{
			"0": "", "0000000000": "", "+0": "", "+39": "", "+39 0000000": "", "1111111111": "", "+1 111 111 1111": "", "11": "11", "4711": "4711", "06 123456 / 340 1234567": "06123456",
		}},
	} {
		got := read(t, tg, c.rules, slices.Sorted(maps.Keys(c.given)))
		for text, want := range c.given {
			if got[text] != want {
				t.Errorf("%+v: %q: got %q, want %q", c.rules, text, got[text], want)
			}
		}
	}
}

// countries are the regions but those of calling codes without one.
func countries(t *testing.T) []phone.Region {
	t.Helper()
	all, err := phone.All()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(r phone.Region) bool { return r.Code == "001" })
}

// library is what libphonenumber makes of a text, as digits.
func library(text, region string) (string, bool) {
	n, err := phonenumbers.Parse(text, region)
	if err != nil {
		return "", false
	}
	return strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.E164), "+"), true
}

// read is what the portable SQL makes of texts.
func read(t *testing.T, tg *coretest.Target, rules spec.Resolution, texts []string) map[string]string {
	t.Helper()
	rows := make([][]any, len(texts))
	for i, text := range texts {
		rows[i] = []any{"phone", text}
	}
	columns := []sql.ColumnDef{{Name: "identifier_type", Type: sql.Text}, {Name: "identifier_value", Type: sql.Text}}
	name := "numbers_" + strings.ToLower(cmp.Or(rules.DefaultRegion, rules.DefaultCallingCode, "none"))
	tg.Load(name, columns, rows)
	q, err := eventlog.Normalized(&spec.Spec{Resolution: rules})
	if err != nil {
		t.Fatal(err)
	}
	spelled := builder.Query(&sql.Select{Items: builder.Columns("", "identifier_type", "identifier_value"), From: builder.Model(name, "")})
	builder.With(q, eventlog.Spelled, spelled)
	out := map[string]string{}
	for _, row := range tg.CheckedQuery(q) {
		out[row[1].(string)], _ = row[2].(string)
	}
	return out
}
