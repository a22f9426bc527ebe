package value

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Limits of the NUMERIC classes.
const (
	MaxPrecision = 127
	MaxScale     = 32
)

// pow10 has the powers of ten that fit an int64.
var pow10 = [19]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func bigPow10(n int) *big.Int {
	if n < len(pow10) {
		return big.NewInt(pow10[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// maxBits bounds the widest number kept: MaxPrecision digits before the point and
// MaxScale after it.
const maxBits = (MaxPrecision + MaxScale) * 10 / 3

// newNumeric makes a NUMERIC of a big unscaled number that it owns.
func newNumeric(u *big.Int, scale int, op string) (Value, error) {
	if u.BitLen() > maxBits {
		return Value{}, overflow(Class{Name: NameNumeric, Prec: Unlimited}, op)
	}
	return BigDecimal(u, scale), nil
}

// unscaled gives the exact unscaled number of an INTEGER, LONG, YEAR or NUMERIC.
// The caller must not change it.
func (v Value) unscaled() *big.Int {
	if b, ok := v.Big(); ok {
		return b
	}
	return big.NewInt(v.n)
}

// addInt64 and mulInt64 report in ok whether the result fits.
func addInt64(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, (a^sum)&(b^sum) >= 0
}

func mulInt64(a, b int64) (int64, bool) {
	ua, ub := uint64(a), uint64(b)
	if a < 0 {
		ua = -ua
	}
	if b < 0 {
		ub = -ub
	}
	hi, lo := bits.Mul64(ua, ub)
	if hi != 0 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), lo <= 1<<63
	}
	return int64(lo), lo < 1<<63
}

// isExact reports whether v is a number without a binary fraction.
func isExact(k Kind) bool { return k == Integer || k == Long || k == Numeric || k == Year }

func isNumberKind(k Kind) bool { return k >= Integer && k <= Double || k == Year }

// addNumeric adds (or, with minus, subtracts) two exact numbers at the greater scale.
func addNumeric(a, b Value, minus bool, op string) (Value, error) {
	if a.p == nil && b.p == nil {
		x, y, ok := a.n, b.n, true
		scale := a.aux
		if d := int(a.aux) - int(b.aux); d > 0 {
			if d < len(pow10) {
				y, ok = mulInt64(y, pow10[d])
			} else {
				ok = false
			}
		} else if d < 0 {
			scale = b.aux
			if -d < len(pow10) {
				x, ok = mulInt64(x, pow10[-d])
			} else {
				ok = false
			}
		}
		if ok && minus {
			if y == math.MinInt64 {
				ok = false
			} else {
				y = -y
			}
		}
		if ok {
			if sum, fits := addInt64(x, y); fits {
				return Value{kind: Numeric, n: sum, aux: scale}, nil
			}
		}
	}
	x, y, scale := aligned(a, b)
	r := new(big.Int)
	if minus {
		r.Sub(x, y)
	} else {
		r.Add(x, y)
	}
	return newNumeric(r, scale, op)
}

// aligned gives the unscaled numbers of a and b at the greater of their scales.
func aligned(a, b Value) (x, y *big.Int, scale int) {
	x, y, scale = a.unscaled(), b.unscaled(), int(a.aux)
	if d := int(a.aux) - int(b.aux); d > 0 {
		y = new(big.Int).Mul(y, bigPow10(d))
	} else if d < 0 {
		x, scale = new(big.Int).Mul(x, bigPow10(-d)), int(b.aux)
	}
	return x, y, scale
}

// mulNumeric multiplies exact numbers; the scale is the sum, at most MaxScale.
func mulNumeric(a, b Value) (Value, error) {
	scale := int(a.aux) + int(b.aux)
	if a.p == nil && b.p == nil && scale <= MaxScale {
		if r, ok := mulInt64(a.n, b.n); ok {
			return Value{kind: Numeric, n: r, aux: uint16(scale)}, nil
		}
	}
	r := new(big.Int).Mul(a.unscaled(), b.unscaled())
	if scale > MaxScale {
		r, scale = roundBig(r, scale-MaxScale), MaxScale
	}
	return newNumeric(r, scale, "*")
}

// divNumeric divides exact numbers to MaxScale digits, half away from zero;
// NULL when b is zero.
func divNumeric(a, b Value) (Value, error) {
	y := b.unscaled()
	if y.Sign() == 0 {
		return Value{}, nil
	}
	x := new(big.Int).Mul(a.unscaled(), bigPow10(MaxScale+int(b.aux)))
	if a.aux > 0 {
		y = new(big.Int).Mul(y, bigPow10(int(a.aux)))
	}
	return newNumeric(quoRound(x, y), MaxScale, "/")
}

// quoRound is x / y rounded half away from zero. It may overwrite x.
func quoRound(x, y *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	r.Lsh(r.Abs(r), 1)
	if r.CmpAbs(y) >= 0 {
		if (x.Sign() < 0) != (y.Sign() < 0) {
			q.Sub(q, big.NewInt(1))
		} else {
			q.Add(q, big.NewInt(1))
		}
	}
	return q
}

// roundBig drops the last digits decimal digits of u, half away from zero.
func roundBig(u *big.Int, digits int) *big.Int {
	if digits > u.BitLen()/3+2 { // more digits than u has: the result is 0
		return new(big.Int)
	}
	return quoRound(new(big.Int).Set(u), bigPow10(digits))
}

// roundInt64 drops the last digits decimal digits of n, half away from zero.
func roundInt64(n int64, digits int) int64 {
	if digits >= len(pow10) {
		if digits == 19 && (n >= 5e18 || n <= -5e18) {
			if n < 0 {
				return -1
			}
			return 1
		}
		return 0
	}
	u := uint64(n)
	if n < 0 {
		u = -u
	}
	switch p := uint64(pow10[digits]); digits {
	case 0:
	case 1: // constant divisors need no division
		u = (u + 5) / 10
	case 2:
		u = (u + 50) / 100
	case 3:
		u = (u + 500) / 1000
	default:
		u = (u + p/2) / p
	}
	if n < 0 {
		return -int64(u)
	}
	return int64(u)
}

// rescale gives v, an exact number, as a NUMERIC with that scale, rounded half
// away from zero.
func rescale(v Value, scale int) Value {
	d := scale - int(v.aux)
	switch {
	case d == 0:
		v.kind = Numeric
		return v
	case v.p == nil && d < 0:
		return Decimal(roundInt64(v.n, -d), scale)
	case v.p == nil && d < len(pow10):
		if n, ok := mulInt64(v.n, pow10[d]); ok {
			return Decimal(n, scale)
		}
	case d < 0:
		return BigDecimal(roundBig(v.unscaled(), -d), scale)
	}
	return BigDecimal(new(big.Int).Mul(v.unscaled(), bigPow10(d)), scale)
}

// Round rounds a number half away from zero to that many digits after the
// point; a negative count rounds before the point. The result of a NUMERIC has
// max(digits, 0) digits, or its own scale when digits is negative. INTEGER and
// LONG with digits >= 0 become NUMERIC of that scale, a DOUBLE is rounded by
// its shortest text and becomes NUMERIC. NULL gives NULL; digits beyond
// MaxScale count as MaxScale. Source: ROUND_operator, decisions 31, 49, 67.
func Round(v Value, digits int) (Value, error) {
	if v.kind == Numeric && v.p == nil && digits >= 0 && digits <= int(v.aux) {
		return Value{kind: Numeric, n: roundInt64(v.n, int(v.aux)-digits), aux: uint16(digits)}, nil
	}
	switch {
	case v.kind == Null:
		return v, nil
	case v.kind == Double:
		exact, ok := numericOfShortest(v.Double())
		if !ok {
			return Value{}, Errorf(CodeOverflow, "ROUND of %s", TextOf(v))
		}
		v = exact
	case !isExact(v.kind):
		return Value{}, Errorf(CodeOperands, "ROUND is not defined for %s", ClassOfValue(v))
	}
	digits = min(digits, MaxScale)
	if digits >= 0 {
		return rescale(v, digits), nil
	}
	scale := int(v.aux)
	if -digits > MaxPrecision {
		return Decimal(0, scale), nil
	}
	r := roundBig(v.unscaled(), scale-digits)
	return newNumeric(r.Mul(r, bigPow10(scale-digits)), scale, "ROUND")
}

// Rescale gives a number as NUMERIC with that many digits after the point
// (0..MaxScale), rounded half away from zero; a DOUBLE by its shortest text,
// NaN and infinities give NULL. Other values are returned unchanged.
func Rescale(v Value, scale int) Value {
	switch {
	case v.kind == Double:
		exact, ok := numericOfShortest(v.Double())
		if !ok {
			return Value{}
		}
		return rescale(exact, scale)
	case isExact(v.kind):
		return rescale(v, scale)
	}
	return v
}

// numericOfShortest is the decimal that the shortest text of f means.
func numericOfShortest(f float64) (Value, bool) {
	return numericOfDigits(f, -1)
}

// numericOfDigits is f by that many significant digits, -1 for the shortest text.
func numericOfDigits(f float64, digits int) (Value, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}, false
	}
	prec := digits
	if digits > 0 {
		prec = digits - 1
	}
	var buf [40]byte
	return parseDecimal(string(strconv.AppendFloat(buf[:0], f, 'e', prec, 64)), true)
}

// Float64 is the nearest float of a number, 0 for other values.
func (v Value) Float64() float64 {
	switch v.kind {
	case Double:
		return v.Double()
	case Integer, Long, Year:
		return float64(v.n)
	case Numeric:
		if v.p == nil && v.aux == 0 {
			return float64(v.n)
		}
		if v.p == nil && v.n > -1<<53 && v.n < 1<<53 && v.aux <= 22 {
			return float64(v.n) / math.Pow10(int(v.aux)) // both exact: one rounding
		}
		f, _ := strconv.ParseFloat(numericText(v), 64)
		return f
	}
	return 0
}

// parseDecimal reads an optionally signed decimal number; with exp also an
// exponent. It keeps the digits written after the point (cut to MaxScale, half
// away from zero). ok is false for any other text.
func parseDecimal(s string, exp bool) (v Value, ok bool) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		neg = s[i] == '-'
		i++
	}
	start, point := i, -1
	var n uint64
	digits, small := 0, true
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
			if n > (1<<63-10)/10 {
				small = false
			} else {
				n = n*10 + uint64(c-'0')
			}
			continue
		case c == '.' && point < 0:
			point = i
			continue
		}
		break
	}
	end, e := i, 0
	if digits == 0 || digits > 100_000 {
		return v, false
	}
	if i < len(s) {
		if !exp || s[i] != 'e' && s[i] != 'E' {
			return v, false
		}
		x, err := strconv.Atoi(s[i+1:])
		if err != nil || x > 10_000 || x < -10_000 {
			return v, false
		}
		e = x
	}
	scale := 0
	if point >= 0 {
		scale = end - point - 1
	}
	scale -= e
	if small && scale >= 0 && scale <= MaxScale {
		r := int64(n)
		if neg {
			r = -r
		}
		return Decimal(r, scale), true
	}
	text := s[start:end]
	if point >= 0 {
		text = s[start:point] + s[point+1:end]
	}
	u, good := new(big.Int).SetString(text, 10)
	if !good {
		return v, false
	}
	if neg {
		u.Neg(u)
	}
	if scale < 0 {
		u.Mul(u, bigPow10(-scale))
		scale = 0
	}
	if scale > MaxScale {
		u, scale = roundBig(u, scale-MaxScale), MaxScale
	}
	if u.BitLen() > maxBits {
		return v, false
	}
	return BigDecimal(u, scale), true
}

// ParseNumeric reads a decimal literal such as 12, -0.50 or .5, keeping the
// digits written; ok is false for any other text and for numbers out of range.
func ParseNumeric(s string) (v Value, ok bool) { return parseDecimal(s, false) }

// ParseNumericExp is ParseNumeric that also takes an exponent (1.5e3 is 1500).
func ParseNumericExp(s string) (v Value, ok bool) { return parseDecimal(s, true) }

// numericText writes a NUMERIC with all digits of its scale.
func numericText(v Value) string {
	var buf [48]byte
	return string(appendNumeric(buf[:0], v))
}

func appendNumeric(dst []byte, v Value) []byte {
	scale := int(v.aux)
	if v.p == nil && scale == 0 {
		return strconv.AppendInt(dst, v.n, 10)
	}
	var digits []byte
	var buf [24]byte
	neg := false
	if v.p == nil {
		u := uint64(v.n)
		if neg = v.n < 0; neg {
			u = -u
		}
		digits = strconv.AppendUint(buf[:0], u, 10)
	} else {
		b := (*big.Int)(v.p)
		neg = b.Sign() < 0
		digits = new(big.Int).Abs(b).Append(nil, 10)
	}
	if neg {
		dst = append(dst, '-')
	}
	if scale == 0 {
		return append(dst, digits...)
	}
	if len(digits) <= scale {
		dst = append(dst, '0', '.')
		for i := len(digits); i < scale; i++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[:len(digits)-scale]...)
	dst = append(dst, '.')
	return append(dst, digits[len(digits)-scale:]...)
}

// numericDigits counts the digits of an exact number's unscaled part.
func numericDigits(v Value) int {
	if v.p == nil {
		u := uint64(v.n)
		if v.n < 0 {
			u = -u
		}
		n := 1
		for ; n < len(pow10) && u >= uint64(pow10[n]); n++ {
		}
		return n
	}
	return len(new(big.Int).Abs((*big.Int)(v.p)).Text(10))
}
