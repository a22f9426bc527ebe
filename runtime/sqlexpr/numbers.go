package sqlexpr

import (
	"math"
	"math/big"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// numberPattern is a pattern of to_char for numbers, read.
type numberPattern struct {
	whole    string // 9, 0 and separators before the point
	fraction string // 9 and 0 after it
	point    string // "." when the pattern has a point
	fill     bool   // without FM
	sign     string // "S" at the front, "T" at the end, "MI", "PL", "SG", "PR" or ""
	before   string // literal text in front
	after    string
	roman    bool
	exponent bool
	shift    int // of V
}

func parseNumberPattern(s string) numberPattern {
	p := numberPattern{fill: true}
	var literal strings.Builder
	digits, afterV := false, false
	flush := func() {
		if digits {
			p.after += literal.String()
		} else {
			p.before += literal.String()
		}
		literal.Reset()
	}
	for i := 0; i < len(s); {
		rest := strings.ToUpper(s[i:])
		switch {
		case strings.HasPrefix(rest, "FM"):
			p.fill = false
			i += 2
		case strings.HasPrefix(rest, "EEEE"):
			p.exponent = true
			i += 4
		case strings.HasPrefix(rest, "RN"):
			p.roman = true
			i += 2
		case strings.HasPrefix(rest, "MI"), strings.HasPrefix(rest, "PL"), strings.HasPrefix(rest, "SG"), strings.HasPrefix(rest, "PR"):
			p.sign = rest[:2]
			i += 2
		case strings.HasPrefix(rest, "TH"):
			i += 2
		case rest[0] == 'S':
			p.sign = "S"
			if digits {
				p.sign = "T"
			}
			i++
		case rest[0] == '9' || rest[0] == '0':
			flush()
			digits = true
			if p.point != "" {
				p.fraction += rest[:1]
			} else {
				p.whole += rest[:1]
				if afterV {
					p.shift++
				}
			}
			i++
		case rest[0] == '.' || rest[0] == 'D':
			digits, p.point = true, "."
			i++
		case rest[0] == ',' || rest[0] == 'G':
			if p.point == "" {
				p.whole += ","
			}
			i++
		case rest[0] == 'V':
			afterV = true
			i++
		case rest[0] == 'L':
			i++
		case rest[0] == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				end = len(s) - i - 1
			}
			literal.WriteString(s[i+1 : i+1+end])
			i += end + 2
		default:
			literal.WriteByte(s[i])
			i++
		}
	}
	flush()
	return p
}

// formatNumber is to_char of a number.
func formatNumber(d datum, pattern string) (string, error) {
	p := parseNumberPattern(pattern)
	v := d.Value
	if v.Kind() == value.Double {
		f := v.Double()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return textOf(d), nil
		}
		n, ok := value.ParseNumericExp(doubleText(f))
		if !ok {
			return "", value.Errorf(value.CodeOverflow, "the number %s is out of range", textOf(d))
		}
		v = n
	}
	if p.whole == "" && p.fraction == "" && !p.roman {
		return p.before + p.after, nil
	}
	if p.roman {
		return romanNumber(v, p.fill), nil
	}
	if p.shift > 0 {
		v, _ = value.Mul(v, value.BigDecimal(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(p.shift)), nil), 0))
	}
	if len(p.fraction) > value.MaxScale {
		p.fraction = p.fraction[:value.MaxScale]
	}
	v = value.Rescale(v, len(p.fraction))
	negative := unscaled(v).Sign() < 0
	abs, err := value.Neg(v)
	if err != nil || !negative {
		abs = v
	}
	whole, fraction, _ := strings.Cut(value.TextOf(abs), ".")
	if whole == "0" {
		whole = ""
	}
	places := strings.Count(p.whole, "9") + strings.Count(p.whole, "0")
	if len(whole) > places {
		whole = strings.Repeat("#", places)
		fraction = strings.Repeat("#", len(p.fraction))
	}
	body := p.body(whole, fraction)
	return p.before + p.signed(body, negative) + p.after, nil
}

// body fills the digits into the pattern: blanks before the first one.
func (p numberPattern) body(whole, fraction string) string {
	places := strings.Count(p.whole, "9") + strings.Count(p.whole, "0")
	zeroFrom := places // digits from here on are written even when zero
	place := 0
	for _, c := range p.whole {
		if c == '0' && zeroFrom == places {
			zeroFrom = place
		}
		if c != ',' {
			place++
		}
	}
	var b strings.Builder
	place, started := 0, false
	offset := places - len(whole)
	for _, c := range p.whole {
		if c == ',' {
			if started {
				b.WriteByte(',')
			} else if p.fill {
				b.WriteByte(' ')
			}
			continue
		}
		switch {
		case place >= offset:
			b.WriteByte(whole[place-offset])
			started = true
		case place >= zeroFrom:
			b.WriteByte('0')
			started = true
		case place == places-1 && p.point == "" && p.fraction == "":
			b.WriteByte('0')
			started = true
		case p.fill:
			b.WriteByte(' ')
		}
		place++
	}
	if p.point != "" {
		b.WriteByte('.')
		if !p.fill { // FM drops the zeros that a 9 stands for
			keep := strings.LastIndexByte(p.fraction, '0') + 1
			for len(fraction) > keep && fraction[len(fraction)-1] == '0' {
				fraction = fraction[:len(fraction)-1]
			}
		}
		b.WriteString(fraction)
	}
	return b.String()
}

// signed puts the sign before the first digit or where the pattern has it.
func (p numberPattern) signed(body string, negative bool) string {
	sign := " "
	if negative {
		sign = "-"
	}
	switch p.sign {
	case "MI":
		if !negative && !p.fill {
			return body
		}
		return body + sign
	case "PL":
		plus := "+"
		if negative {
			plus = " "
		}
		return strings.TrimPrefix(p.attach(body, sign, negative), " ") + plus
	case "SG", "S", "T":
		if !negative {
			sign = "+"
		}
		if p.sign == "T" {
			return body + sign
		}
		if p.sign == "SG" {
			return sign + body
		}
		return attachSign(body, sign)
	case "PR":
		if negative {
			return attachSign(body, "<") + ">"
		}
		if !p.fill {
			return body
		}
		return " " + body + " "
	}
	return p.attach(body, sign, negative)
}

func (p numberPattern) attach(body, sign string, negative bool) string {
	if !negative && !p.fill {
		return body
	}
	return attachSign(body, sign)
}

// attachSign writes a sign before the first character that is no blank.
func attachSign(body, sign string) string {
	rest := strings.TrimLeft(body, " ")
	return body[:len(body)-len(rest)] + sign + rest
}

func romanNumber(v value.Value, fill bool) string {
	n := value.Rescale(v, 0).Num()
	out := "###############"
	if n >= 1 && n <= 3999 {
		var b strings.Builder
		for _, r := range []struct {
			n int64
			s string
		}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
			for ; n >= r.n; n -= r.n {
				b.WriteString(r.s)
			}
		}
		out = b.String()
	}
	if fill && len(out) < 15 {
		out = strings.Repeat(" ", 15-len(out)) + out
	}
	return out
}

// readNumber is to_number(s, pattern).
func readNumber(s, pattern string) (datum, error) {
	var b strings.Builder
	negative := strings.ContainsAny(s, "-<")
	for _, c := range s {
		if c >= '0' && c <= '9' || c == '.' {
			b.WriteRune(c)
		}
	}
	digits := b.String()
	if !strings.ContainsAny(pattern, ".dD") {
		digits, _, _ = strings.Cut(digits, ".")
	}
	v, ok := value.ParseNumeric(digits)
	if !ok {
		return datum{}, value.Errorf(value.CodeFormat, "%q is not a number of the form %q", s, pattern)
	}
	if negative {
		v, _ = value.Neg(v)
	}
	return some(v), nil
}

// roundTo is round(x, n) and, with truncated, trunc(x, n): a double without n
// rounds half to even, a numeric half away from zero.
func roundTo(args []datum, truncated bool) (datum, error) {
	d := args[0]
	if isText(d) {
		var err error
		if d, err = toDouble(d, sqlType{name: "double"}); err != nil {
			return d, err
		}
	}
	if !isNumber(d) {
		return datum{}, errorf("%s is no number", typeWord(d))
	}
	if len(args) == 1 {
		switch {
		case d.Kind() == value.Double && truncated:
			return float(math.Trunc(d.Value.Double())), nil
		case d.Kind() == value.Double:
			return float(math.RoundToEven(d.Value.Double())), nil
		case isWhole(d):
			return some(value.Decimal(d.Num(), 0)), nil
		}
	}
	digits := 0
	if len(args) == 2 {
		n, err := value.Cast(args[1].Value, value.ClassInteger)
		if err != nil || n.IsNull() {
			return datum{}, errorf("the digits of round are no number")
		}
		digits = int(max(min(n.Num(), value.MaxScale), -200))
	}
	if !truncated {
		v, err := value.Round(d.Value, digits)
		if err == nil && digits < 0 {
			v = value.Rescale(v, 0)
		}
		return some(v), err
	}
	v := value.Rescale(d.Value, max(d.Scale(), 0))
	if d.Kind() == value.Double {
		v, _ = value.ParseNumericExp(doubleText(d.Value.Double()))
	}
	drop := v.Scale() - digits
	if drop <= 0 {
		return some(value.Rescale(v, max(digits, 0))), nil
	}
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(drop)), nil)
	q := new(big.Int).Quo(unscaled(v), p)
	if digits < 0 {
		q.Mul(q, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-digits)), nil))
		return some(value.BigDecimal(q, 0)), nil
	}
	return some(value.BigDecimal(q, digits)), nil
}

// step is floor and ceiling.
func step(d datum, up bool) (datum, error) {
	switch {
	case d.Kind() == value.Double && up:
		return float(math.Ceil(d.Value.Double())), nil
	case d.Kind() == value.Double:
		return float(math.Floor(d.Value.Double())), nil
	case isWhole(d):
		return some(value.Decimal(d.Num(), 0)), nil
	case !isNumber(d):
		return datum{}, errorf("%s is no number", typeWord(d))
	}
	t, err := roundTo([]datum{d}, true)
	if err != nil {
		return t, err
	}
	c := value.Compare(t.Value, d.Value)
	if up && c < 0 {
		t.Value, err = value.Add(t.Value, value.Int(1))
	} else if !up && c > 0 {
		t.Value, err = value.Sub(t.Value, value.Int(1))
	}
	return t, err
}

// floatFunction makes a function that computes on floats; of a numeric it gives a
// numeric with the sixteen digits that PostgreSQL shows.
func floatFunction(name string, fn func(float64) float64) function {
	return function{least: 1, most: 1, call: func(_ *frame, args []datum) (datum, error) {
		d := args[0]
		if isText(d) {
			var err error
			if d, err = toDouble(d, sqlType{name: "double"}); err != nil {
				return d, err
			}
		}
		if !isNumber(d) {
			return datum{}, errorf("%s of %s is not defined", name, typeWord(d))
		}
		f := fn(d.Float64())
		if math.IsNaN(f) && !math.IsNaN(d.Float64()) || math.IsInf(f, 0) {
			return datum{}, value.Errorf(value.CodeArgument, "%s of %s is not defined", name, textOf(d))
		}
		if d.Kind() == value.Numeric {
			return numericLike(f, d.Value)
		}
		return float(f), nil
	}}
}

// numericLike is the result f of a function of the numeric v: at least sixteen
// significant digits, and v's scale.
func numericLike(f float64, v value.Value) (datum, error) {
	scale := v.Scale()
	if f != 0 {
		scale = max(scale, 15-int(math.Floor(math.Log10(math.Abs(f)))))
	} else {
		scale = max(scale, 16)
	}
	return some(value.Rescale(value.Float(f), min(scale, value.MaxScale))), nil
}

// power of numerics with a whole exponent is exact as far as the digits go.
func power(args []datum) (datum, error) {
	a, b := args[0], args[1]
	if !isNumber(a) || !isNumber(b) {
		return datum{}, undefined("^", a, b)
	}
	f := math.Pow(a.Float64(), b.Float64())
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return datum{}, value.Errorf(value.CodeArgument, "%s to the power of %s is not defined", textOf(a), textOf(b))
	}
	if a.Kind() != value.Numeric && b.Kind() != value.Numeric || eitherDouble(a, b) {
		return float(f), nil
	}
	if n := value.Rescale(b.Value, 0); value.Equal(n, b.Value) && n.Num() >= 0 && n.Num() <= 64 {
		r, err := value.Int(1), error(nil)
		for range n.Num() {
			if r, err = value.Mul(r, a.Value); err != nil {
				return datum{}, err
			}
		}
		return some(value.Rescale(r, max(16, a.Scale()))), nil
	}
	return numericLike(f, a.Value)
}
