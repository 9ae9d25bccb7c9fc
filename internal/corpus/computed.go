package corpus

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
)

// draws is how many cases are drawn for each operation.
const draws = 40

// Computed are cases of exact arithmetic on numbers that nobody chose: the same ones in each run, most of them near
// a bound, of many digits or next to a half. What they come to is what docs/portable-sql.md says, by math/big.
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
