package sqlexpr

import (
	"math"
	"math/big"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// operator computes a binary operator of two values that are not NULL.
type operator func(f *frame, a, b datum) (datum, error)

// operators is the table of the binary operators. It is never changed.
var operators map[string]operator

func init() { // a literal would refer to itself through the functions
	operators = map[string]operator{
		"+": plus, "-": minus, "*": times, "/": divide, "%": modulo, "^": raise,
		"=":  comparison(func(c int) bool { return c == 0 }),
		"<>": comparison(func(c int) bool { return c != 0 }),
		"!=": comparison(func(c int) bool { return c != 0 }),
		"<":  comparison(func(c int) bool { return c < 0 }),
		">":  comparison(func(c int) bool { return c > 0 }),
		"<=": comparison(func(c int) bool { return c <= 0 }),
		">=": comparison(func(c int) bool { return c >= 0 }),
		"||": concatenate,
		"&":  bits(func(a, b int64) int64 { return a & b }),
		"|":  bits(func(a, b int64) int64 { return a | b }),
		"#":  bits(func(a, b int64) int64 { return a ^ b }),
		"<<": bits(func(a, b int64) int64 { return a << (uint64(b) & 63) }),
		">>": bits(func(a, b int64) int64 { return a >> (uint64(b) & 63) }),
		"~":  match(false, false), "~*": match(true, false), "!~": match(false, true), "!~*": match(true, true),
		"~~": likeOperator(false, false), "~~*": likeOperator(true, false), "!~~": likeOperator(false, true), "!~~*": likeOperator(true, true),
		"->":  func(_ *frame, a, b datum) (datum, error) { return jsonGet(a, b, false) },
		"->>": func(_ *frame, a, b datum) (datum, error) { return jsonGet(a, b, true) },
		"#>":  func(f *frame, a, b datum) (datum, error) { return jsonPath(f, a, b, false) },
		"#>>": func(f *frame, a, b datum) (datum, error) { return jsonPath(f, a, b, true) },
		"?":   jsonHas,
		"@>":  jsonContains,
		"<@":  func(f *frame, a, b datum) (datum, error) { return jsonContains(f, b, a) },
	}
}

// settle gives a string literal the type of the other operand.
func settle(f *frame, a, b datum) (datum, datum, error) {
	var err error
	if a.unknown && !b.unknown {
		a, err = settleOne(f, a, b)
	} else if b.unknown && !a.unknown {
		b, err = settleOne(f, b, a)
	}
	return a, b, err
}

func settleOne(f *frame, d, other datum) (datum, error) {
	typ := sqlType{length: -1, scale: -1}
	switch {
	case other.isArray:
		typ.name, typ.array = "text", true
	case other.span != nil:
		typ.name = "interval"
	default:
		switch other.Kind() {
		case value.Integer, value.Year:
			typ.name = "integer"
		case value.Long:
			typ.name = "bigint"
		case value.Numeric:
			typ.name = "numeric"
		case value.Double:
			typ.name = "double"
		case value.Date:
			typ.name = "date"
		case value.Time:
			typ.name = "time"
		case value.DateTime:
			typ.name = "timestamp"
		case value.ZDateTime:
			typ.name = "timestamptz"
		case value.TBoolean:
			typ.name = "boolean"
		case value.JSON:
			typ.name = "jsonb"
		default:
			return d, nil
		}
	}
	return convert(f, d, typ)
}

func undefined(op string, a, b datum) error {
	return errorf("the operator %s is not defined for %s and %s", op, typeWord(a), typeWord(b))
}

func bothNumbers(a, b datum) bool { return isNumber(a) && isNumber(b) }

// eitherDouble computes in floats when an operand is one.
func eitherDouble(a, b datum) bool {
	return a.Kind() == value.Double || b.Kind() == value.Double
}

func plus(f *frame, a, b datum) (datum, error) {
	if a.unknown && (b.Kind() == value.Date || b.Kind() == value.DateTime || b.Kind() == value.ZDateTime) {
		a, _ = convert(f, a, sqlType{name: "interval"})
	} else if b.unknown && isTime(a) {
		b, _ = convert(f, b, sqlType{name: "interval"})
	}
	a, b, err := settle(f, a, b)
	if err != nil {
		return a, err
	}
	switch {
	case bothNumbers(a, b):
		if eitherDouble(a, b) {
			return finite(a.Float64() + b.Float64())
		}
		v, err := value.Add(a.Value, b.Value)
		return some(v), err
	case a.span != nil && b.span != nil:
		s := a.span.plus(*b.span)
		return datum{span: &s}, nil
	case isTime(a) && b.span != nil:
		return shiftSpan(a, *b.span)
	case a.span != nil && isTime(b):
		return shiftSpan(b, *a.span)
	case a.Kind() == value.Date && isNumber(b), isNumber(a) && b.Kind() == value.Date, a.Kind() == value.Date && b.Kind() == value.Time:
		v, err := value.Add(a.Value, b.Value)
		return some(v), err
	case a.Kind() == value.Time && b.Kind() == value.Date:
		v, err := value.Add(b.Value, a.Value)
		return some(v), err
	}
	return datum{}, undefined("+", a, b)
}

func minus(f *frame, a, b datum) (datum, error) {
	if a.Kind() == value.JSON {
		return jsonRemove(a, b)
	}
	a, b, err := settle(f, a, b)
	if err != nil {
		return a, err
	}
	switch {
	case bothNumbers(a, b):
		if eitherDouble(a, b) {
			return finite(a.Float64() - b.Float64())
		}
		v, err := value.Sub(a.Value, b.Value)
		return some(v), err
	case b.span != nil && a.span != nil:
		s := a.span.plus(b.span.scaled(-1))
		return datum{span: &s}, nil
	case b.span != nil && isTime(a):
		return shiftSpan(a, b.span.scaled(-1))
	case a.Kind() == value.Date && (b.Kind() == value.Date || isNumber(b)):
		v, err := value.Sub(a.Value, b.Value)
		return some(v), err
	case a.Kind() == value.Time && b.Kind() == value.Time:
		return datum{span: &span{micros: a.Num() - b.Num()}}, nil
	case isTime(a) && isTime(b) && a.Kind() != value.Time && b.Kind() != value.Time:
		d := microsOf(a) - microsOf(b)
		return datum{span: &span{days: d / microsPerDay, micros: d % microsPerDay}}, nil
	}
	return datum{}, undefined("-", a, b)
}

// microsOf is a date or timestamp as microseconds from 1970.
func microsOf(d datum) int64 {
	if d.Kind() == value.Date {
		return d.Num() * microsPerDay
	}
	return d.Num()
}

// shiftSpan adds an interval to a date or time; months keep within the month.
func shiftSpan(d datum, s span) (datum, error) {
	if d.Kind() == value.Time {
		m := (d.Num() + s.micros) % microsPerDay
		if m < 0 {
			m += microsPerDay
		}
		return some(value.Of(value.Time, m)), nil
	}
	micros := microsOf(d)
	days := micros / microsPerDay
	if micros%microsPerDay < 0 {
		days--
	}
	clock := micros - days*microsPerDay
	if s.months != 0 {
		y, m, day := value.CivilOf(days)
		total := int64(y)*12 + int64(m-1) + s.months
		if total < 12 || total > 294275*12 {
			return datum{}, value.Errorf(value.CodeOverflow, "a date is out of range")
		}
		y, m = int(total/12), int(total%12)+1
		days = value.DayOf(y, m, min(day, value.DaysIn(y, m)))
	}
	days += s.days
	if days < -719162 || days > 106751991 || s.micros > 1<<61 || s.micros < -1<<61 {
		return datum{}, value.Errorf(value.CodeOverflow, "a date is out of range")
	}
	k := d.Kind()
	if k == value.Date {
		k = value.DateTime
	}
	return some(value.Of(k, days*microsPerDay+clock+s.micros)), nil
}

func finite(f float64) (datum, error) {
	if math.IsInf(f, 0) {
		return datum{}, value.Errorf(value.CodeOverflow, "the result is out of the range of double precision")
	}
	return float(f), nil
}

func times(f *frame, a, b datum) (datum, error) {
	if a.span != nil && isNumber(b) {
		s := a.span.scaled(b.Float64())
		return datum{span: &s}, nil
	}
	if b.span != nil && isNumber(a) {
		s := b.span.scaled(a.Float64())
		return datum{span: &s}, nil
	}
	a, b, err := settle(f, a, b)
	if err != nil {
		return a, err
	}
	switch {
	case !bothNumbers(a, b):
		return datum{}, undefined("*", a, b)
	case eitherDouble(a, b):
		return finite(a.Float64() * b.Float64())
	}
	v, err := value.Mul(a.Value, b.Value)
	return some(v), err
}

func divisionByZero() error {
	return value.Errorf(value.CodeArgument, "division by zero in a formula")
}

func divide(f *frame, a, b datum) (datum, error) {
	if a.span != nil && isNumber(b) {
		if b.IsZero() {
			return datum{}, divisionByZero()
		}
		s := a.span.scaled(1 / b.Float64())
		return datum{span: &s}, nil
	}
	a, b, err := settle(f, a, b)
	if err != nil {
		return a, err
	}
	switch {
	case !bothNumbers(a, b):
		return datum{}, undefined("/", a, b)
	case b.IsZero():
		return datum{}, divisionByZero()
	case eitherDouble(a, b):
		return finite(a.Float64() / b.Float64())
	}
	v, err := value.Div(a.Value, b.Value)
	if err == nil && v.Kind() == value.Numeric {
		v = value.Rescale(v, divisionScale(a.Value, b.Value))
	}
	return some(v), err
}

// Quotient is a / b as formulas compute it: whole numbers are cut, a NUMERIC has
// at least sixteen significant digits, division by zero is an error. NULL gives
// NULL.
func Quotient(a, b value.Value) (value.Value, error) {
	if a.IsNull() || b.IsNull() {
		return value.Value{}, nil
	}
	d, err := divide(nil, parameter(a), parameter(b))
	return d.Value, err
}

// divisionScale is how many digits PostgreSQL gives a quotient of numerics: at
// least sixteen significant ones.
func divisionScale(a, b value.Value) int {
	wa, fa := leading(a)
	wb, fb := leading(b)
	q := wa - wb
	if fa <= fb {
		q--
	}
	return min(max(16-q*4, a.Scale(), b.Scale()), value.MaxScale)
}

// leading gives the position and value of a number's first digit in base 10000.
func leading(v value.Value) (weight, first int) {
	u := new(big.Int)
	if b, ok := v.Big(); ok {
		u.Abs(b)
	} else {
		u.Abs(u.SetInt64(v.Num()))
	}
	if u.Sign() == 0 {
		return 0, 0
	}
	digits := u.String()
	whole := len(digits) - v.Scale() // digits before the point, may be negative
	weight = int(math.Floor(float64(whole-1) / 4))
	take := whole - weight*4 // 1..4 digits
	for len(digits) < take {
		digits += "0"
	}
	for _, c := range digits[:take] {
		first = first*10 + int(c-'0')
	}
	return weight, first
}

func modulo(f *frame, a, b datum) (datum, error) {
	a, b, err := settle(f, a, b)
	if err != nil {
		return a, err
	}
	switch {
	case !bothNumbers(a, b) || eitherDouble(a, b):
		return datum{}, undefined("%", a, b)
	case b.IsZero():
		return datum{}, divisionByZero()
	case isWhole(a) && isWhole(b):
		n := a.Num() % b.Num()
		if a.Kind() == value.Long || b.Kind() == value.Long {
			return bigint(n), nil
		}
		return integer(n), nil
	}
	// a - trunc(a / b) * b, at the greater scale
	x, y, scale := sameScale(a.Value, b.Value)
	return some(value.BigDecimal(new(big.Int).Rem(x, y), scale)), nil
}

// sameScale gives the unscaled numbers of two exact numbers at one scale.
func sameScale(a, b value.Value) (x, y *big.Int, scale int) {
	scale = max(a.Scale(), b.Scale())
	return unscaled(value.Rescale(a, scale)), unscaled(value.Rescale(b, scale)), scale
}

func unscaled(v value.Value) *big.Int {
	if b, ok := v.Big(); ok {
		return b
	}
	return big.NewInt(v.Num())
}

func raise(f *frame, a, b datum) (datum, error) {
	return functions["power"].call(f, []datum{a, b})
}

func comparison(holds func(int) bool) operator {
	return func(f *frame, a, b datum) (datum, error) {
		c, err := compare(f, a, b)
		if err != nil {
			return datum{}, err
		}
		return truth(holds(c)), nil
	}
}

func compare(f *frame, a, b datum) (int, error) {
	a, b, err := settle(f, a, b)
	if err != nil {
		return 0, err
	}
	switch {
	case a.span != nil && b.span != nil:
		x, y := *a.span, *b.span
		return big.NewInt(x.months*30*microsPerDay + x.days*microsPerDay + x.micros).Cmp(big.NewInt(y.months*30*microsPerDay + y.days*microsPerDay + y.micros)), nil
	case a.isArray && b.isArray:
		return strings.Compare(arrayText(a.array), arrayText(b.array)), nil
	case a.span != nil || b.span != nil || a.isArray || b.isArray:
		return 0, undefined("=", a, b)
	case a.Kind() == b.Kind(), bothNumbers(a, b), isTime(a) && isTime(b):
		if isTime(a) && a.Kind() != value.Time && b.Kind() != value.Time {
			x, y := microsOf(a), microsOf(b)
			switch {
			case x < y:
				return -1, nil
			case x > y:
				return 1, nil
			}
			return 0, nil
		}
		return value.Compare(a.Value, b.Value), nil
	}
	return 0, undefined("=", a, b)
}

func concatenate(f *frame, a, b datum) (datum, error) {
	switch {
	case a.isArray || b.isArray:
		var out []datum
		for _, d := range []datum{a, b} {
			if d.isArray {
				out = append(out, d.array...)
			} else {
				out = append(out, d)
			}
		}
		return arrayOf(out), nil
	case a.Kind() == value.JSON && (b.Kind() == value.JSON || b.unknown), b.Kind() == value.JSON && a.unknown:
		return jsonConcat(f, a, b)
	case a.Kind() == value.File && b.Kind() == value.File:
		return some(rawFile(append(append([]byte{}, a.File().Bytes...), b.File().Bytes...))), nil
	}
	return text(textOf(a) + textOf(b)), nil
}

func bits(op func(a, b int64) int64) operator {
	return func(f *frame, a, b datum) (datum, error) {
		a, b, err := settle(f, a, b)
		if err != nil {
			return a, err
		}
		if !isWhole(a) || !isWhole(b) {
			return datum{}, undefined("&", a, b)
		}
		n := op(a.Num(), b.Num())
		if a.Kind() == value.Long || b.Kind() == value.Long {
			return bigint(n), nil
		}
		return integer(int64(int32(n))), nil
	}
}

func match(ignoreCase, negated bool) operator {
	return func(f *frame, a, b datum) (datum, error) {
		flags := ""
		if ignoreCase {
			flags = "i"
		}
		ok, err := f.env.patterns().matches(textOf(a), textOf(b), flags)
		return truth(ok != negated), err
	}
}

func likeOperator(ignoreCase, negated bool) operator {
	return func(_ *frame, a, b datum) (datum, error) {
		return truth(matchLike(textOf(a), textOf(b), "\\", ignoreCase) != negated), nil
	}
}

func matchLike(s, pattern, escape string, ignoreCase bool) bool {
	var e rune
	for _, r := range escape {
		e = r
	}
	return value.Like(s, pattern, e, ignoreCase)
}
