package value

import (
	"fmt"
	"math/big"
)

var (
	ninth = big.NewInt(1_000_000_000)
	most  = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil) // billionths, that no NUMERIC reaches
)

// Numeric is the NUMERIC next to r, halves away from zero.
func Numeric(r *big.Rat) (Value, error) {
	billionths := nearest(new(big.Rat).Mul(r, new(big.Rat).SetInt(ninth)))
	if billionths.CmpAbs(most) >= 0 {
		return nil, fmt.Errorf("numeric overflow: %s", r.FloatString(9))
	}
	return &NumericValue{Rat: new(big.Rat).SetFrac(billionths, ninth)}, nil
}

// Whole is an INT64.
func Whole(n *big.Int) (Value, error) {
	if !n.IsInt64() {
		return nil, fmt.Errorf("int64 overflow: %s", n)
	}
	return IntValue(n.Int64()), nil
}

// nearest is the whole number next to r, halves away from zero.
func nearest(r *big.Rat) *big.Int {
	twice := new(big.Int).Lsh(r.Num(), 1)
	n := twice.Add(twice, new(big.Int).Mul(r.Denom(), big.NewInt(int64(r.Sign()))))
	return n.Quo(n, new(big.Int).Lsh(r.Denom(), 1))
}

// like is a number of nv's own type.
func (nv *NumericValue) like(r *big.Rat) (Value, error) {
	if nv.IsBigNumeric {
		return &NumericValue{Rat: r, IsBigNumeric: true}, nil
	}
	return Numeric(r)
}

func (nv *NumericValue) whole() (int64, error) {
	v, err := Whole(nearest(nv.Rat))
	if err != nil {
		return 0, err
	}
	return v.ToInt64()
}

// Round and Truncate leave so many places.
func (nv *NumericValue) Round(places int) (Value, error)    { return nv.scaled(places, nearest) }
func (nv *NumericValue) Truncate(places int) (Value, error) { return nv.scaled(places, towardsZero) }

func towardsZero(r *big.Rat) *big.Int { return new(big.Int).Quo(r.Num(), r.Denom()) }

func (nv *NumericValue) scaled(places int, to func(*big.Rat) *big.Int) (Value, error) {
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(places, -places))), nil))
	if places < 0 {
		scale.Inv(scale)
	}
	n := new(big.Rat).SetInt(to(new(big.Rat).Mul(nv.Rat, scale)))
	return nv.like(n.Quo(n, scale))
}

// Magnitude and Negated are exact where v is; ok says whether it is.
func Magnitude(v Value) (out Value, ok bool, err error) { return exactly(v, (*big.Rat).Abs) }
func Negated(v Value) (out Value, ok bool, err error)   { return exactly(v, (*big.Rat).Neg) }

func exactly(v Value, do func(z, x *big.Rat) *big.Rat) (out Value, ok bool, err error) {
	switch n := v.(type) {
	case *NumericValue:
		out, err = n.like(do(new(big.Rat), n.Rat))
		return out, true, err
	case IntValue:
		out, err = Whole(do(new(big.Rat), new(big.Rat).SetInt64(int64(n))).Num())
		return out, true, err
	}
	return nil, false, nil
}

// Exact says whether both numbers are of a type without doubles.
func Exact(x, y Value) bool {
	switch x.(type) {
	case *NumericValue:
		_, ok := y.(*NumericValue)
		return ok
	case IntValue:
		_, ok := y.(IntValue)
		return ok
	}
	return false
}

// WindowSum is SUM of NUMERIC over a window.
type WindowSum struct {
	sum   big.Rat
	count int
}

func (s *WindowSum) Step(args ...any) error    { return s.move(args, 1, s.sum.Add) }
func (s *WindowSum) Inverse(args ...any) error { return s.move(args, -1, s.sum.Sub) }

func (s *WindowSum) move(args []any, by int, to func(x, y *big.Rat) *big.Rat) error {
	v, err := DecodeValue(args[0])
	if err != nil || v == nil {
		return err
	}
	r, err := v.ToRat()
	if err != nil {
		return err
	}
	to(&s.sum, r)
	s.count += by
	return nil
}

func (s *WindowSum) Done() (any, error) {
	if s.count == 0 {
		return nil, nil
	}
	v, err := Numeric(&s.sum)
	if err != nil {
		return nil, err
	}
	return EncodeValue(v)
}
