package conformance

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"time"
)

// draws is how many cases are drawn for each operation.
const draws = 40

// Computed are cases of exact arithmetic on numbers and instants that are generated: the same ones in each run, most of
// the numbers near a bound, of many digits or next to a half. What they come to is what docs/portable-sql.md says, by
// math/big and package time.
func Computed() []Case {
	r := rand.New(rand.NewPCG(7, 18))
	var list []Case
	seen := map[string]bool{}
	add := func(text, want string) {
		if !seen[text] {
			seen[text] = true
			list = append(list, Case{ID: "computed: " + text, Place: "computed.go", SQL: text, Want: []string{want}})
		}
	}
	for range draws {
		a, b := drawDecimal(r), drawDecimal(r)
		x, y := drawBigint(r), drawBigint(r)
		add(decimalText(a)+" + "+decimalText(b), plain(new(big.Rat).Add(a, b)))
		add(decimalText(a)+" - "+decimalText(b), plain(new(big.Rat).Sub(a, b)))
		add(decimalText(a)+" * "+decimalText(b), bounded(new(big.Rat).Mul(a, b)))
		add(decimalText(a)+" / "+decimalText(b), quotient(a, b))
		add(fmt.Sprintf("%d / %d", x, y), quotient(new(big.Rat).SetInt(x), new(big.Rat).SetInt(y)))
		add(fmt.Sprintf("%d + %d * %d", x, y, x), whole(new(big.Int).Mul(y, x), func(p *big.Int) *big.Int { return p.Add(p, x) }))
		add(fmt.Sprintf("%d - %d", x, y), whole(new(big.Int).Sub(x, y)))
		if y.Sign() != 0 {
			add(fmt.Sprintf("div(%d, %d)", x, y), new(big.Int).Quo(x, y).String())
			add(fmt.Sprintf("mod(%d, %d)", x, y), new(big.Int).Rem(x, y).String())
		}
		places := r.IntN(10)
		add(fmt.Sprintf("round(%s, %d)", decimalText(a), places), plain(rounded(a, places)))
		add(fmt.Sprintf("cast(%s as bigint)", decimalText(a)), plain(rounded(a, 0)))
		add(fmt.Sprintf("cast('%s' as decimal)", decimalText(a)), plain(a))

		t, u := drawInstant(r), drawInstant(r)
		part := parts[r.IntN(len(parts))]
		add(fmt.Sprintf("date_trunc('%s', timestamp '%s')", part, instant(t)), instant(truncated(t, part)))
		unit := units[r.IntN(len(units))]
		add(fmt.Sprintf("date_diff('%s', timestamp '%s', timestamp '%s')", unit.name, instant(t), instant(u)), fmt.Sprint((u.UnixMicro()-t.UnixMicro())/unit.micros))
		n := r.Int64N(4_000*365*86_400_000_000)/unit.micros - 2_000*365*86_400_000_000/unit.micros
		add(fmt.Sprintf("date_add('%s', %d, timestamp '%s')", unit.name, n, instant(t)), inYears(time.UnixMicro(t.UnixMicro()+n*unit.micros).UTC()))
		months := r.IntN(60_000) - 30_000
		add(fmt.Sprintf("date_add('month', %d, timestamp '%s')", months, instant(t)), inYears(monthsLater(t, months)))
	}
	return list
}

// drawBigint draws a number that a literal can say: of up to 18 digits.
func drawBigint(r *rand.Rand) *big.Int {
	n := big.NewInt(r.Int64N(1_000_000_000_000_000_000))
	switch r.IntN(4) {
	case 0:
		n.SetInt64(r.Int64N(12))
	case 1:
		n.Quo(n, power(r.IntN(18)))
	case 2:
		n.Sub(power(r.IntN(18)+1), big.NewInt(r.Int64N(2)+1)) // 9, 98, 999, …
	}
	if r.IntN(3) == 0 {
		n.Neg(n)
	}
	return n
}

// drawDecimal draws one of up to 18 digits before the point and 9 behind it.
func drawDecimal(r *rand.Rand) *big.Rat {
	whole, part := drawBigint(r), big.NewInt(r.Int64N(1_000_000_000))
	switch r.IntN(5) {
	case 0:
		part.SetInt64(0)
	case 1:
		part.SetInt64(500_000_000 - r.Int64N(2)) // about a half
	case 2:
		part.SetInt64(999_999_999 - r.Int64N(2))
	case 3:
		whole.SetInt64(0)
		part.Quo(part, power(r.IntN(10)))
	}
	n := new(big.Int).Mul(new(big.Int).Abs(whole), power(9))
	n.Add(n, part)
	if whole.Sign() < 0 {
		n.Neg(n)
	}
	return new(big.Rat).SetFrac(n, power(9))
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// rounded is half away from zero, as big.Rat writes it.
func rounded(x *big.Rat, places int) *big.Rat {
	r, _ := new(big.Rat).SetString(x.FloatString(places))
	return r
}

// decimalText is a literal, which a point makes a decimal.
func decimalText(x *big.Rat) string {
	text := strings.TrimRight(x.FloatString(9), "0")
	if strings.HasSuffix(text, ".") {
		text += "0"
	}
	return text
}

// plain is how the portable cast to text writes a decimal.
func plain(x *big.Rat) string {
	text := strings.TrimSuffix(strings.TrimRight(x.FloatString(9), "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// bounded is NULL where a product or quotient is 10^18 or more.
func bounded(x *big.Rat) string {
	x = rounded(x, 9)
	if new(big.Rat).Abs(x).Cmp(new(big.Rat).SetInt(power(18))) >= 0 {
		return "NULL"
	}
	return plain(x)
}

func quotient(a, b *big.Rat) string {
	if b.Sign() == 0 {
		return "NULL"
	}
	return bounded(new(big.Rat).Quo(a, b))
}

// whole is NULL where a step leaves the range of bigint.
func whole(n *big.Int, steps ...func(*big.Int) *big.Int) string {
	for _, step := range steps {
		if !n.IsInt64() {
			return "NULL"
		}
		n = step(n)
	}
	if !n.IsInt64() {
		return "NULL"
	}
	return n.String()
}

var parts = []string{"second", "minute", "hour", "day", "week", "month", "quarter", "year"}

var units = []struct {
	name   string
	micros int64
}{
	{"microsecond", 1}, {"millisecond", 1_000}, {"second", 1_000_000}, {"minute", 60_000_000}, {"hour", 3_600_000_000},
	{"day", 86_400_000_000}, {"week", 7 * 86_400_000_000},
}

// The first and the last instant of the language.
var (
	first = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	last  = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC).UnixMicro()
)

// drawInstant draws one of any year, of the last hundred, or of a month's end.
func drawInstant(r *rand.Rand) time.Time {
	switch r.IntN(3) {
	case 0:
		return time.UnixMicro(first + r.Int64N(last-first)).UTC()
	case 1:
		return time.UnixMicro(r.Int64N(100*365*86_400_000_000) - 50*365*86_400_000_000).UTC()
	}
	return time.Date(1890+r.IntN(220), time.Month(2+r.IntN(12)), 0, 23, 59, 59, r.IntN(2)*999_999_000, time.UTC)
}

func instant(t time.Time) string { return t.Format("2006-01-02T15:04:05.000000Z") }

// inYears is NULL outside of the years 1 to 9999.
func inYears(t time.Time) string {
	if micros := t.UnixMicro(); micros < first || micros > last {
		return "NULL"
	}
	return instant(t)
}

func truncated(t time.Time, part string) time.Time {
	year, month, day := t.Date()
	switch part {
	case "week":
		return time.Date(year, month, day-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
	case "month":
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		return time.Date(year, (month-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	case "day":
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	case "hour":
		return time.Date(year, month, day, t.Hour(), 0, 0, 0, time.UTC)
	case "minute":
		return time.Date(year, month, day, t.Hour(), t.Minute(), 0, 0, time.UTC)
	}
	return time.Date(year, month, day, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// monthsLater stays in the month that it comes to.
func monthsLater(t time.Time, n int) time.Time {
	year, month, day := t.Date()
	end := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return time.Date(end.Year(), end.Month(), min(day, end.Day()), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
