package value

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// TextOf is the text of v as the conversion to STRING, + with a text, CONCAT,
// interpolation and MESSAGE give it: NUMERIC with all digits of its scale,
// DOUBLE by its shortest text, TRUE and TTRUE "1", TFALSE "0", dates in ISO form
// with a space before the time, COLOR as its signed ARGB number, an INTERVAL as "from - to",
// JSON its text, a file its content as UTF-8, an object its id, a structure its
// parts in brackets. NULL is "".
func TextOf(v Value) string {
	switch v.kind {
	case Text:
		return v.Str()
	case JSON:
		return v.JSONString()
	case Opaque:
		return v.OpaqueText()
	case File:
		return strings.ToValidUTF8(string(v.File().Bytes), "\uFFFD")
	}
	var buf [64]byte
	return string(AppendText(buf[:0], v))
}

// AppendText appends TextOf(v).
func AppendText(dst []byte, v Value) []byte {
	switch v.kind {
	case Null:
		return dst
	case Boolean, TBoolean, Integer, Long, Year, Object:
		return strconv.AppendInt(dst, v.n, 10)
	case Numeric:
		return appendNumeric(dst, v)
	case Double:
		return appendDouble(dst, v.Double())
	case Date:
		return appendDate(dst, v.n)
	case Time:
		return appendClock(dst, v.n)
	case DateTime:
		return appendDateTime(dst, v.n, ' ')
	case ZDateTime:
		return append(appendDateTime(dst, v.n, ' '), "+00"...)
	case Color:
		return strconv.AppendInt(dst, int64(int32(0xFF000000|uint32(v.n))), 10)
	case Interval:
		from, to := intervalEnds(v)
		return AppendText(append(AppendText(dst, from), " - "...), to)
	case Struct:
		dst = append(dst, '(')
		for i, p := range v.Parts() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendText(dst, p)
		}
		return append(dst, ')')
	}
	return append(dst, TextOf(v)...)
}

// intervalEnds gives the ends of an INTERVAL as values of its element class.
func intervalEnds(v Value) (from, to Value) {
	f, t := v.IntervalBounds()
	k := intervalKind(v.ClassName())
	return Of(k, f), Of(k, t)
}

func intervalKind(n Name) Kind {
	switch n {
	case NameIntervalDate:
		return Date
	case NameIntervalTime:
		return Time
	case NameIntervalZDateTime:
		return ZDateTime
	}
	return DateTime
}

// appendDouble writes the shortest text that reads back: plain with at least
// one digit after the point from 1e-3 to 1e7, else with an exponent (2.5E10).
func appendDouble(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0 || abs >= 1e-3 && abs < 1e7:
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if strings.IndexByte(string(dst[start:]), '.') < 0 {
			dst = append(dst, '.', '0')
		}
		return dst
	}
	var buf [32]byte
	s := string(strconv.AppendFloat(buf[:0], f, 'E', -1, 64))
	mantissa, exp, _ := strings.Cut(s, "E")
	dst = append(dst, mantissa...)
	if strings.IndexByte(mantissa, '.') < 0 {
		dst = append(dst, '.', '0')
	}
	exp = strings.TrimPrefix(exp, "+")
	neg := strings.HasPrefix(exp, "-")
	exp = strings.TrimLeft(strings.TrimPrefix(exp, "-"), "0")
	dst = append(dst, 'E')
	if neg {
		dst = append(dst, '-')
	}
	return append(dst, exp...)
}

// WireText is the text of v outside the program: RETURN, HTTP parameters and
// results, CSV, XML, connection strings (decision 39). It differs from TextOf in
// DATETIME (a T before the time), ZDATETIME (UTC with Z), BOOLEAN and TBOOLEAN
// (true, false), tiny NUMERIC values (1E-10) and files (base64). NULL is "".
func WireText(v Value) string {
	switch v.kind {
	case Boolean:
		return "true"
	case TBoolean:
		return strconv.FormatBool(v.n != 0)
	case DateTime:
		return string(appendDateTime(nil, v.n, 'T'))
	case ZDateTime:
		return wireInstant(v.n)
	case Numeric:
		return wireNumeric(v)
	case File:
		return base64.StdEncoding.EncodeToString(v.File().Bytes)
	case Interval:
		from, to := intervalEnds(v)
		return WireText(from) + " - " + WireText(to)
	}
	return TextOf(v)
}

// wireInstant writes a moment in UTC with 0, 3 or 6 digits of the fraction.
func wireInstant(micros int64) string {
	b := appendDateTime(nil, micros, 'T')
	if i := strings.IndexByte(string(b), '.'); i >= 0 {
		for (len(b)-i-1)%3 != 0 {
			b = append(b, '0')
		}
	}
	return string(append(b, 'Z'))
}

// wireNumeric writes numbers below 1e-6 with an exponent, as a decimal of that
// scale is written there.
func wireNumeric(v Value) string {
	digits, scale := numericDigits(v), int(v.aux)
	if v.p == nil && v.n == 0 {
		digits = 1
	}
	exp := digits - 1 - scale
	if scale == 0 || exp >= -6 {
		return numericText(v)
	}
	s := TextOf(Value{kind: Numeric, p: v.p, n: v.n})
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	if len(s) > 1 {
		s = s[:1] + "." + s[1:]
	}
	return sign + s + "E" + strconv.Itoa(exp)
}

// CutText is the first n characters of s; n < 0 means all.
func CutText(s string, n int) string {
	if n < 0 || len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// validText drops what a text cannot hold: U+0000 and bytes that are not UTF-8.
func validText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return s
}
