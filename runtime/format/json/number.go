package json

import (
	"strconv"
	"strings"
)

// numberText gives the text that a number without quotes has as a STRING, and
// whether w is a number: -5, 12.50, 1E+3, -0.0. Whole numbers with a leading
// zero are no numbers.
func numberText(w string) (string, bool) {
	digits := w
	if w[0] == '-' {
		digits = w[1:]
	}
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return "", false
	}
	plain := true
	for i := 0; i < len(digits); i++ {
		if c := digits[i]; c < '0' || c > '9' {
			plain = false
			break
		}
	}
	if plain {
		switch {
		case w == "-0":
			return "-0.0", true
		case len(digits) > 1 && digits[0] == '0':
			return "", false
		}
		return w, true
	}
	if isPlainDecimal(digits) {
		return w, true
	}
	return decimalText(w, digits)
}

// isPlainDecimal is true of most decimal numbers that are their own text.
func isPlainDecimal(digits string) bool {
	point := strings.IndexByte(digits, '.')
	if point <= 0 || point == len(digits)-1 || digits[0] == '0' && (point > 1 || digits[2] == '0') {
		return false
	}
	for i := 0; i < len(digits); i++ {
		if c := digits[i]; (c < '0' || c > '9') && i != point {
			return false
		}
	}
	return true
}

// decimalText is numberText for numbers with a point or an exponent.
func decimalText(w, digits string) (string, bool) {
	mantissa, exponent := digits, 0
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		e := digits[i+1:]
		x, err := strconv.ParseInt(e, 10, 32)
		if err != nil {
			return "", false
		}
		mantissa, exponent = digits[:i], int(x)
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	for _, c := range []byte(whole + frac) {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	if whole+frac == "" {
		return "", false
	}
	unscaled := strings.TrimLeft(whole+frac, "0")
	scale := len(frac) - exponent
	neg := w[0] == '-'
	if unscaled == "" {
		if neg {
			return "-0.0", true
		}
		unscaled = "0"
	}
	return signed(neg, scaledText(unscaled, scale)), true
}

func signed(neg bool, s string) string {
	if neg {
		return "-" + s
	}
	return s
}

// scaledText writes unscaled / 10^scale: plain, or with an exponent when the
// scale is negative or the number is below 1e-6.
func scaledText(unscaled string, scale int) string {
	adjusted := len(unscaled) - 1 - scale
	switch {
	case scale == 0:
		return unscaled
	case scale > 0 && adjusted >= -6:
		if len(unscaled) <= scale {
			return "0." + strings.Repeat("0", scale-len(unscaled)) + unscaled
		}
		return unscaled[:len(unscaled)-scale] + "." + unscaled[len(unscaled)-scale:]
	}
	s := unscaled
	if len(s) > 1 {
		s = s[:1] + "." + s[1:]
	}
	sign := ""
	if adjusted > 0 {
		sign = "+"
	}
	return s + "E" + sign + strconv.Itoa(adjusted)
}

// exportNumber drops zeros at the end of the fraction of a number without
// exponent, and the point when nothing is left behind it.
func exportNumber(s string) string {
	if strings.IndexByte(s, '.') <= 0 || strings.ContainsAny(s, "eE") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// trimNumber is exportNumber for a number at the end of dst from start on.
func trimNumber(dst []byte, start int) []byte {
	point := -1
	for i := start; i < len(dst); i++ {
		switch dst[i] {
		case '.':
			point = i
		case 'e', 'E':
			return dst
		}
	}
	if point <= start {
		return dst
	}
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	return dst
}
