package sqlexpr

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// span is PostgreSQL's interval.
type span struct {
	months, days int64
	micros       int64
}

// datum is a value of SQL: one of the language's, an interval or an array.
type datum struct {
	value.Value
	span    *span
	array   []datum
	isArray bool
	unknown bool // a string literal, whose class follows from where it stands
}

func (d datum) isNull() bool { return d.Value.IsNull() && d.span == nil && !d.isArray }

func some(v value.Value) datum    { return datum{Value: v} }
func text(s string) datum         { return datum{Value: value.String(s)} }
func integer(n int64) datum       { return datum{Value: value.Int(int32(n))} }
func bigint(n int64) datum        { return datum{Value: value.Int64(n)} }
func float(f float64) datum       { return datum{Value: value.Float(f)} }
func arrayOf(items []datum) datum { return datum{array: items, isArray: true} }

func truth(b bool) datum {
	if b {
		return datum{Value: value.TTrue}
	}
	return datum{Value: value.TFalse}
}

// isTrue reports whether d is SQL's true; a number other than 0 counts too,
// for BOOLEAN parameters are numbers.
func (d datum) isTrue() bool {
	switch d.Kind() {
	case value.TBoolean, value.Boolean, value.Integer:
		return d.Num() != 0
	}
	return false
}

// parameter is an argument as SQL sees it: BOOLEAN and TBOOLEAN are 1 and 0,
// an object is its id.
func parameter(v value.Value) datum {
	switch v.Kind() {
	case value.Boolean, value.TBoolean, value.Year:
		return integer(v.Num())
	case value.Object:
		return bigint(v.Num())
	}
	return some(v)
}

// result is d as a value of the language: an interval or an array is its text.
func (d datum) result() (value.Value, error) {
	if d.span != nil || d.isArray {
		return value.String(textOf(d)), nil
	}
	return d.Value, nil
}

func errorf(format string, args ...any) error {
	return value.Errorf(value.CodeArgument, format, args...)
}

func isNumber(d datum) bool {
	switch d.Kind() {
	case value.Integer, value.Long, value.Numeric, value.Double, value.Year:
		return true
	}
	return false
}

func isWhole(d datum) bool {
	k := d.Kind()
	return k == value.Integer || k == value.Long || k == value.Year
}

func isText(d datum) bool { return d.Kind() == value.Text }

func isTime(d datum) bool {
	k := d.Kind()
	return k >= value.Date && k <= value.ZDateTime
}

// typeWord names the SQL type of d in messages.
func typeWord(d datum) string {
	switch {
	case d.span != nil:
		return "interval"
	case d.isArray:
		return "array"
	case d.Kind() == value.TBoolean:
		return "boolean"
	}
	return value.ClassOfValue(d.Value).String()
}

// textOf is d::text.
func textOf(d datum) string {
	switch {
	case d.span != nil:
		return d.span.String()
	case d.isArray:
		return arrayText(d.array)
	}
	switch d.Kind() {
	case value.TBoolean, value.Boolean:
		if d.Num() != 0 {
			return "true"
		}
		return "false"
	case value.Double:
		return doubleText(d.Value.Double())
	case value.File:
		return "\\x" + hex.EncodeToString(d.File().Bytes)
	}
	return value.TextOf(d.Value)
}

// doubleText writes a float as PostgreSQL does: 3, 0.25, 1e+15, 1e-05.
func doubleText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e15) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// arrayText writes {a,"b c",NULL}.
func arrayText(items []datum) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, it := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if it.isNull() {
			b.WriteString("NULL")
			continue
		}
		s := textOf(it)
		if s == "" || strings.EqualFold(s, "null") || strings.ContainsAny(s, "{},\"\\ \t\n\r") {
			b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`)
		} else {
			b.WriteString(s)
		}
	}
	b.WriteByte('}')
	return b.String()
}

// parseArray reads {a,"b c",NULL}.
func parseArray(s string) ([]datum, error) {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return nil, errorf("%q is not an array", s)
	}
	s = s[1 : len(s)-1]
	var items []datum
	for s != "" || len(items) > 0 {
		var b strings.Builder
		isQuoted, i := false, 0
		if s != "" && s[0] == '"' {
			isQuoted = true
			for i = 1; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' && i+1 < len(s) {
					i++
				}
				b.WriteByte(s[i])
			}
			i = min(i+1, len(s))
		} else {
			for ; i < len(s) && s[i] != ','; i++ {
				b.WriteByte(s[i])
			}
		}
		if item := b.String(); !isQuoted && strings.EqualFold(item, "null") {
			items = append(items, datum{})
		} else {
			items = append(items, text(item))
		}
		if i >= len(s) {
			break
		}
		if s[i] != ',' {
			return nil, errorf("%q is not an array", s)
		}
		s = s[i+1:]
	}
	return items, nil
}

// String writes an interval as PostgreSQL does: "1 year 2 mons 3 days 04:05:06".
func (s span) String() string {
	var parts []string
	add := func(n int64, one, many string) {
		if n == 1 {
			parts = append(parts, "1 "+one)
		} else if n != 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+" "+many)
		}
	}
	add(s.months/12, "year", "years")
	add(s.months%12, "mon", "mons")
	add(s.days, "day", "days")
	if s.micros != 0 || len(parts) == 0 {
		m, sign := s.micros, ""
		if m < 0 {
			m, sign = -m, "-"
		}
		clock := fmt.Sprintf("%s%02d:%02d:%02d", sign, m/3_600_000_000, m/60_000_000%60, m/1_000_000%60)
		if f := m % 1_000_000; f != 0 {
			clock += strings.TrimRight(fmt.Sprintf(".%06d", f), "0")
		}
		parts = append(parts, clock)
	}
	return strings.Join(parts, " ")
}

// spanUnit gives a unit of an interval as months, days and microseconds.
func spanUnit(word string) (months, days, micros int64, ok bool) {
	switch strings.ToLower(word) {
	case "microsecond", "microseconds", "us":
		return 0, 0, 1, true
	case "millisecond", "milliseconds", "ms", "msec":
		return 0, 0, 1000, true
	case "second", "seconds", "sec", "secs", "s":
		return 0, 0, 1_000_000, true
	case "minute", "minutes", "min", "mins", "m":
		return 0, 0, 60_000_000, true
	case "hour", "hours", "hr", "hrs", "h":
		return 0, 0, 3_600_000_000, true
	case "day", "days", "d":
		return 0, 1, 0, true
	case "week", "weeks", "w":
		return 0, 7, 0, true
	case "month", "months", "mon", "mons":
		return 1, 0, 0, true
	case "year", "years", "yr", "yrs", "y":
		return 12, 0, 0, true
	case "decade", "decades":
		return 120, 0, 0, true
	case "century", "centuries":
		return 1200, 0, 0, true
	}
	return 0, 0, 0, false
}

// parseSpan reads an interval such as '1 MONTH - 1 day', '02:30', '5' (seconds).
func parseSpan(s string) (span, error) {
	bad := errorf("%q is not an interval", s)
	words := strings.Fields(strings.NewReplacer("@", " ").Replace(s))
	var out span
	sign := 1.0
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "-":
			sign = -1
			continue
		case w == "+":
			sign = 1
			continue
		case strings.EqualFold(w, "ago"):
			return out.scaled(-1), nil
		case strings.Count(w, ":") >= 1:
			neg := strings.HasPrefix(w, "-")
			clock := strings.TrimLeft(w, "+-")
			if strings.Count(clock, ":") == 1 {
				clock += ":00"
			}
			var h, m int64
			var sec float64
			if n, err := fmt.Sscanf(clock, "%d:%d:%g", &h, &m, &sec); err != nil || n != 3 {
				return out, bad
			}
			micros := (h*60+m)*60_000_000 + int64(math.Round(sec*1e6))
			if neg {
				micros = -micros
			}
			out.micros += int64(sign) * micros
			sign = 1
			continue
		}
		end := strings.IndexFunc(w, func(r rune) bool { return r != '.' && r != '-' && r != '+' && (r < '0' || r > '9') })
		unit := "seconds"
		if end > 0 {
			w, unit = w[:end], w[end:]
		} else if end < 0 && i+1 < len(words) {
			if _, _, _, ok := spanUnit(words[i+1]); ok {
				i++
				unit = words[i]
			}
		}
		n, err := strconv.ParseFloat(w, 64)
		months, days, micros, ok := spanUnit(unit)
		if err != nil || !ok || math.Abs(n) > 1e12 {
			return out, bad
		}
		out = out.plus(span{months, days, micros}.scaled(n * sign))
		sign = 1
	}
	return out, nil
}

func (s span) plus(t span) span {
	return span{s.months + t.months, s.days + t.days, s.micros + t.micros}
}

// scaled is s * f; fractions of months and days go down to the next unit.
func (s span) scaled(f float64) span {
	months := float64(s.months) * f
	wholeMonths := math.Trunc(months)
	days := float64(s.days)*f + (months-wholeMonths)*30
	wholeDays := math.Trunc(days + math.Copysign(1e-9, days))
	if s.months == 0 && s.days == 0 {
		wholeDays = 0
	}
	rest := (days - wholeDays) * microsPerDay
	if math.Abs(rest) < 1 {
		rest = 0
	}
	return span{int64(wholeMonths), int64(wholeDays), int64(math.Round(float64(s.micros)*f + rest))}
}

// epoch is the length of s in microseconds, a month being 30 days and twelve
// of them a year of 365.25.
func (s span) epoch() int64 {
	return s.months/12*31_557_600_000_000 + (s.months%12*30+s.days)*microsPerDay + s.micros
}

const microsPerDay = 24 * 3600 * 1_000_000
