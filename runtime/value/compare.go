package value

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/big"
	"strings"
	"unicode/utf8"
)

func runeCount(s string) int { return utf8.RuneCountInString(s) }

// Equal reports whether a and b are the same value: numbers by value whatever
// their classes (1 = 1L = 1.0), texts by code points, files by content. NULL
// equals NULL here; what the language's = makes of NULL is the caller's.
func Equal(a, b Value) bool {
	if a.kind == b.kind {
		switch a.kind {
		case Text:
			return a.Str() == b.Str()
		case Null:
			return true
		case Boolean, TBoolean, Integer, Long, Date, Time, DateTime, ZDateTime, Year, Color, Object:
			return a.n == b.n
		}
	}
	return Compare(a, b) == 0
}

// Compare is the total order of values: negative when a comes before b. NULL
// is first, texts compare by code point (decision 18), numbers by value across
// classes, TFALSE before TTRUE, structures part by part, a DATE as its
// midnight against a DATETIME; values that have no order of their own compare
// by their kinds. NaN is the greatest DOUBLE.
func Compare(a, b Value) int {
	if a.kind != b.kind {
		switch {
		case isNumberKind(a.kind) && isNumberKind(b.kind):
			return compareNumbers(a, b)
		case a.kind == Date && (b.kind == DateTime || b.kind == ZDateTime):
			return cmp.Compare(a.n*microsPerDay, b.n)
		case b.kind == Date && (a.kind == DateTime || a.kind == ZDateTime):
			return cmp.Compare(a.n, b.n*microsPerDay)
		}
		return cmp.Compare(a.kind, b.kind)
	}
	switch a.kind {
	case Text:
		return strings.Compare(a.Str(), b.Str())
	case Numeric, Double:
		return compareNumbers(a, b)
	case JSON:
		return strings.Compare(a.JSONString(), b.JSONString())
	case Opaque:
		return strings.Compare(a.OpaqueText(), b.OpaqueText())
	case File:
		x, y := a.File(), b.File()
		return cmp.Or(bytes.Compare(x.Bytes, y.Bytes), strings.Compare(x.Ext, y.Ext), strings.Compare(x.Name, y.Name))
	case Interval:
		af, at := a.IntervalBounds()
		bf, bt := b.IntervalBounds()
		return cmp.Or(cmp.Compare(af, bf), cmp.Compare(at, bt))
	case Struct:
		x, y := a.Parts(), b.Parts()
		for i := range min(len(x), len(y)) {
			if c := Compare(x[i], y[i]); c != 0 {
				return c
			}
		}
		return cmp.Compare(len(x), len(y))
	}
	return cmp.Compare(a.n, b.n)
}

func compareNumbers(a, b Value) int {
	if a.kind == Double || b.kind == Double {
		return compareDouble(a, b)
	}
	if a.p == nil && b.p == nil {
		if a.aux == b.aux {
			return cmp.Compare(a.n, b.n)
		}
		if d := int(a.aux) - int(b.aux); d > 0 && d < len(pow10) {
			if y, ok := mulInt64(b.n, pow10[d]); ok {
				return cmp.Compare(a.n, y)
			}
		} else if d < 0 && -d < len(pow10) {
			if x, ok := mulInt64(a.n, pow10[-d]); ok {
				return cmp.Compare(x, b.n)
			}
		}
	}
	x, y, _ := aligned(a, b)
	return x.Cmp(y)
}

// compareDouble compares when one side is a DOUBLE: by the decimals that their
// shortest texts mean, so that 0.1d = 0.1.
func compareDouble(a, b Value) int {
	if a.kind == b.kind {
		x, y := a.Double(), b.Double()
		if math.IsNaN(x) || math.IsNaN(y) {
			return cmp.Compare(y, x) // cmp has NaN first
		}
		return cmp.Compare(x, y)
	}
	if a.kind != Double {
		return -compareDouble(b, a)
	}
	x, ok := numericOfShortest(a.Double())
	if !ok {
		if math.IsInf(a.Double(), -1) {
			return -1
		}
		return 1
	}
	return compareNumbers(x, b)
}

// Tags of AppendKey.
const (
	keyNull = iota
	keyInt
	keyDecimal
	keyBig
	keyNaN
	keyText
	keyOther
)

// AppendKey appends bytes that are equal exactly when the values are Equal
// (1, 1L and 1.0 agree); several keys after each other stay distinct. The
// bytes do not sort as the values do.
func AppendKey(dst []byte, v Value) []byte {
	switch v.kind {
	case Null:
		return append(dst, keyNull)
	case Integer, Long, Year:
		return binary.LittleEndian.AppendUint64(append(dst, keyInt), uint64(v.n))
	case Numeric:
		return appendNumericKey(dst, v)
	case Double:
		f := v.Double()
		if f == math.Trunc(f) && math.Abs(f) < 1<<62 {
			return binary.LittleEndian.AppendUint64(append(dst, keyInt), uint64(int64(f)))
		}
		if d, ok := numericOfShortest(f); ok {
			return appendNumericKey(dst, d)
		}
		return binary.LittleEndian.AppendUint64(append(dst, keyNaN), math.Float64bits(f))
	case Text:
		dst = binary.AppendUvarint(append(dst, keyText), uint64(v.n))
		return append(dst, v.Str()...)
	}
	dst = append(dst, keyOther+byte(v.kind))
	switch v.kind {
	case JSON:
		return appendBytes(dst, v.JSONString())
	case Opaque:
		return appendBytes(dst, v.OpaqueText())
	case File:
		f := v.File()
		return appendBytes(appendBytes(appendBytes(dst, string(f.Bytes)), f.Ext), f.Name)
	case Interval:
		from, to := v.IntervalBounds()
		dst = binary.LittleEndian.AppendUint64(dst, uint64(from))
		return binary.LittleEndian.AppendUint64(dst, uint64(to))
	case Struct:
		parts := v.Parts()
		dst = binary.AppendUvarint(dst, uint64(len(parts)))
		for _, p := range parts {
			dst = AppendKey(dst, p)
		}
		return dst
	}
	return binary.LittleEndian.AppendUint64(dst, uint64(v.n))
}

func appendBytes(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendNumericKey writes a NUMERIC without the trailing zeros of its scale.
func appendNumericKey(dst []byte, v Value) []byte {
	scale := int(v.aux)
	if v.p == nil {
		n := v.n
		for scale > 0 && n%10 == 0 {
			n /= 10
			scale--
		}
		if scale == 0 {
			return binary.LittleEndian.AppendUint64(append(dst, keyInt), uint64(n))
		}
		return binary.LittleEndian.AppendUint64(append(dst, keyDecimal, byte(scale)), uint64(n))
	}
	u, ten, rest := new(big.Int).Set((*big.Int)(v.p)), big.NewInt(10), new(big.Int)
	for scale > 0 {
		q, r := new(big.Int).QuoRem(u, ten, rest)
		if r.Sign() != 0 {
			break
		}
		u, scale = q, scale-1
	}
	if u.IsInt64() {
		return appendNumericKey(dst, Decimal(u.Int64(), scale))
	}
	return appendBytes(append(dst, keyBig, byte(scale), byte(u.Sign()+1)), string(u.Bytes()))
}

// Hash is a hash of v that agrees for Equal values. It is stable between runs.
func Hash(v Value) uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	switch v.kind {
	case Integer, Long, Year:
		h = (h ^ keyInt) * prime
		return mix(h ^ uint64(v.n))
	case Text:
		for i, s := 0, v.Str(); i < len(s); i++ {
			h = (h ^ uint64(s[i])) * prime
		}
		return mix(h ^ keyText)
	}
	var buf [64]byte
	key := AppendKey(buf[:0], v)
	if key[0] == keyInt {
		h = (h ^ keyInt) * prime
		return mix(h ^ binary.LittleEndian.Uint64(key[1:]))
	}
	for _, b := range key {
		h = (h ^ uint64(b)) * prime
	}
	return mix(h)
}

func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}
