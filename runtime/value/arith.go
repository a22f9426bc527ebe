package value

import (
	"math"
)

const microsPerDay = 24 * 3600 * 1_000_000

// MaxText is the greatest length of a text in bytes.
const MaxText = 1 << 30

func joined(a, b string) (Value, error) {
	if len(a)+len(b) > MaxText {
		return Value{}, Errorf(CodeOverflow, "a text of %d bytes is too long", len(a)+len(b))
	}
	return String(a + b), nil
}

// Add is a + b; NULL when either is. Numbers as in Arithmetic_operators:
// INTEGER and LONG overflow is an error, NUMERIC takes the greater scale,
// DOUBLE with any number is DOUBLE. A text with anything is the concatenation
// of both texts (decision 26). A date or time plus a number counts days of a
// DATE and seconds of the others; TIME goes round at midnight.
func Add(a, b Value) (Value, error) {
	ak, bk := a.kind, b.kind
	if ak == Numeric && bk == Numeric && a.aux == b.aux && a.p == nil && b.p == nil {
		if n := a.n + b.n; (a.n^n)&(b.n^n) >= 0 {
			return Value{kind: Numeric, n: n, aux: a.aux}, nil
		}
	}
	switch {
	case ak == Null || bk == Null:
		return Value{}, nil
	case ak == Text || bk == Text:
		return joined(TextOf(a), TextOf(b))
	case ak == Integer && bk == Integer:
		n := a.n + b.n
		if n != int64(int32(n)) {
			return Value{}, overflow(ClassInteger, "+")
		}
		return Value{kind: Integer, n: n}, nil
	case isNumberKind(ak) && isNumberKind(bk):
		return addNumbers(a, b, false)
	case isTemporal(ak) && isNumberKind(bk):
		return shift(a, b, 1)
	case isTemporal(bk) && isNumberKind(ak):
		return shift(b, a, 1)
	case ak == Date && bk == Time:
		return Of(DateTime, a.n*microsPerDay+b.n), nil
	}
	return Value{}, badOperands("+", a, b)
}

// Sub is a - b; NULL when either is. DATE - DATE is the days as INTEGER, TIME,
// DATETIME and ZDATETIME differences are seconds as LONG, rounded.
func Sub(a, b Value) (Value, error) {
	ak, bk := a.kind, b.kind
	switch {
	case ak == Null || bk == Null:
		return Value{}, nil
	case ak == Integer && bk == Integer:
		n := a.n - b.n
		if n != int64(int32(n)) {
			return Value{}, overflow(ClassInteger, "-")
		}
		return Value{kind: Integer, n: n}, nil
	case isNumberKind(ak) && isNumberKind(bk):
		return addNumbers(a, b, true)
	case isTemporal(ak) && isNumberKind(bk):
		return shift(a, b, -1)
	case ak == Date && bk == Date:
		return Int(int32(a.n - b.n)), nil
	case ak == bk && isTemporal(ak):
		return Int64(roundInt64(a.n-b.n, 6)), nil
	case ak == DateTime && bk == Date:
		return Int64(roundInt64(a.n-b.n*microsPerDay, 6)), nil
	case ak == Date && bk == DateTime:
		return Int64(roundInt64(a.n*microsPerDay-b.n, 6)), nil
	}
	return Value{}, badOperands("-", a, b)
}

func addNumbers(a, b Value, minus bool) (Value, error) {
	op := "+"
	if minus {
		op = "-"
	}
	if a.kind == Double || b.kind == Double {
		y := b.Float64()
		if minus {
			y = -y
		}
		return finite(a.Float64()+y, op)
	}
	if a.kind == Numeric || b.kind == Numeric {
		return addNumeric(a, b, minus, op)
	}
	y := b.n
	if minus {
		if y == math.MinInt64 {
			return Value{}, overflow(ClassLong, op)
		}
		y = -y
	}
	n, ok := addInt64(a.n, y)
	return integerResult(a, b, n, ok, op)
}

// integerResult makes the INTEGER or LONG result of an operation on a and b.
func integerResult(a, b Value, n int64, ok bool, op string) (Value, error) {
	if a.kind == Long || b.kind == Long {
		if !ok {
			return Value{}, overflow(ClassLong, op)
		}
		return Int64(n), nil
	}
	if !ok || n != int64(int32(n)) {
		return Value{}, overflow(ClassInteger, op)
	}
	return Int(int32(n)), nil
}

func finite(f float64, op string) (Value, error) {
	if math.IsInf(f, 0) {
		return Value{}, overflow(ClassDouble, op)
	}
	return Float(f), nil
}

// Mul is a * b; NULL when either is. NUMERIC takes the sum of the scales (at
// most MaxScale), DOUBLE with NUMERIC is a NUMERIC of MaxScale digits.
func Mul(a, b Value) (Value, error) {
	ak, bk := a.kind, b.kind
	if ak == Numeric && bk == Numeric && a.p == nil && b.p == nil && a.n == int64(int32(a.n)) && b.n == int64(int32(b.n)) && a.aux+b.aux <= MaxScale {
		return Value{kind: Numeric, n: a.n * b.n, aux: a.aux + b.aux}, nil
	}
	switch {
	case ak == Null || bk == Null:
		return Value{}, nil
	case ak == Integer && bk == Integer:
		n := a.n * b.n
		if n != int64(int32(n)) {
			return Value{}, overflow(ClassInteger, "*")
		}
		return Value{kind: Integer, n: n}, nil
	case !isNumberKind(ak) || !isNumberKind(bk):
		return Value{}, badOperands("*", a, b)
	case ak == Double || bk == Double:
		f := a.Float64() * b.Float64()
		if ak == Numeric || bk == Numeric {
			return mixedResult(f, "*")
		}
		return finite(f, "*")
	case ak == Numeric || bk == Numeric:
		return mulNumeric(a, b)
	}
	n, ok := mulInt64(a.n, b.n)
	return integerResult(a, b, n, ok, "*")
}

// mixedResult is the NUMERIC of a product or ratio of DOUBLE and NUMERIC:
// fifteen significant digits, MaxScale after the point.
func mixedResult(f float64, op string) (Value, error) {
	v, ok := numericOfDigits(f, 15)
	if !ok {
		return Value{}, overflow(Class{Name: NameNumeric, Prec: Unlimited}, op)
	}
	return rescale(v, MaxScale), nil
}

// Div is a / b; NULL when either is or b is zero. INTEGER and LONG truncate,
// NUMERIC gives MaxScale digits, half away from zero.
func Div(a, b Value) (Value, error) {
	ak, bk := a.kind, b.kind
	switch {
	case ak == Null || bk == Null:
		return Value{}, nil
	case !isNumberKind(ak) || !isNumberKind(bk):
		return Value{}, badOperands("/", a, b)
	case ak == Double || bk == Double:
		d := b.Float64()
		if d == 0 {
			return Value{}, nil
		}
		if ak == Numeric || bk == Numeric {
			return mixedResult(a.Float64()/d, "/")
		}
		return finite(a.Float64()/d, "/")
	case ak == Numeric || bk == Numeric:
		return divNumeric(a, b)
	case b.n == 0:
		return Value{}, nil
	}
	n, ok := a.n/b.n, b.n != -1 || a.n != math.MinInt64
	return integerResult(a, b, n, ok, "/")
}

// Neg is -v; NULL gives NULL.
func Neg(v Value) (Value, error) {
	switch v.kind {
	case Null:
		return v, nil
	case Integer, Year:
		if v.n == math.MinInt32 {
			return Value{}, overflow(ClassInteger, "-")
		}
		return Value{kind: Integer, n: -v.n}, nil
	case Long:
		if v.n == math.MinInt64 {
			return Value{}, overflow(ClassLong, "-")
		}
		return Int64(-v.n), nil
	case Numeric:
		return addNumeric(Decimal(0, int(v.aux)), v, true, "-")
	case Double:
		return Float(-v.Double()), nil
	}
	return Value{}, Errorf(CodeOperands, "- is not defined for %s", ClassOfValue(v))
}

// SumPlus is a (+) b: NULL counts as 0 and a result of 0 is NULL. For texts
// NULL counts as the empty text and no text at all is NULL.
func SumPlus(a, b Value) (Value, error) {
	if a.kind == Null {
		return nullIfZero(b), nil
	}
	if b.kind == Null {
		return nullIfZero(a), nil
	}
	r, err := Add(a, b)
	return nullIfZero(r), err
}

// SumMinus is a (-) b: NULL counts as 0 and a result of 0 is NULL.
func SumMinus(a, b Value) (Value, error) {
	switch {
	case b.kind == Null:
		return nullIfZero(a), nil
	case a.kind == Null:
		r, err := Neg(b)
		return nullIfZero(r), err
	}
	r, err := Sub(a, b)
	return nullIfZero(r), err
}

// IsZero reports whether v is the number 0 of any class.
func (v Value) IsZero() bool {
	if v.kind == Double {
		return v.Double() == 0
	}
	return isNumberKind(v.kind) && v.p == nil && v.n == 0
}

func nullIfZero(v Value) Value {
	if v.IsZero() {
		return Value{}
	}
	return v
}

func isTemporal(k Kind) bool { return k >= Date && k <= ZDateTime }

// shift adds sign*b units (days of a DATE, else seconds) to a.
func shift(a, b Value, sign int64) (Value, error) {
	if a.kind == Date {
		days, err := Cast(b, ClassInteger)
		if err != nil || days.IsNull() {
			return Value{}, err
		}
		n := a.n + sign*days.n
		if n < minDay || n > maxDay {
			return Value{}, overflow(ClassDate, "+")
		}
		return Of(Date, n), nil
	}
	if a.kind == Time && isExact(b.kind) && b.p == nil && b.aux == 0 {
		b = Int64(b.n % (24 * 3600))
	}
	var micros int64
	ok := true
	if b.kind == Integer || b.kind == Long || b.kind == Year {
		micros, ok = mulInt64(b.n, 1_000_000)
	} else {
		m := Rescale(b, 6)
		micros, ok = m.n, m.p == nil && !m.IsNull()
	}
	n := a.n
	if ok {
		n, ok = addInt64(n, sign*micros)
	}
	if a.kind == Time {
		if n %= microsPerDay; n < 0 {
			n += microsPerDay
		}
	} else if n < minDay*microsPerDay || n > maxDay*microsPerDay {
		ok = false
	}
	if !ok {
		return Value{}, overflow(ClassOfValue(a), "+")
	}
	return Of(a.kind, n), nil
}
