package json

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// EscapeSuffix at the end of a name says that a text is not looked into; it is
// not part of the key.
const EscapeSuffix = ":escapeInnerJSON"

const hexDigits = "0123456789abcdef"

// appendQuoted appends s in quotes. Besides what JSON demands </ is escaped,
// and U+0080 to U+009F and U+2000 to U+20FF.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' && (c != '/' || i == 0 || s[i-1] != '<') {
			i++
			continue
		}
		size := 1
		r := rune(c)
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if !(r >= 0x80 && r < 0xA0 || r >= 0x2000 && r < 0x2100) {
				i += size
				continue
			}
		}
		dst = append(dst, s[from:i]...)
		i += size
		from = i
		switch r {
		case '"', '\\', '/':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// appendCompact writes a tree that was read: without blanks, the members of an
// object in the order of a hash table, numbers as EXPORT writes them.
func appendCompact(dst []byte, n *format.Node) []byte {
	switch n.Kind {
	case format.Group:
		dst = append(dst, '{')
		for i, at := range hashOrder(n.Items) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendQuoted(dst, n.Items[at].Name), ':')
			dst = appendCompact(dst, &n.Items[at])
		}
		return append(dst, '}')
	case format.List:
		dst = append(dst, '[')
		for i := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCompact(dst, &n.Items[i])
		}
		return append(dst, ']')
	case format.Text:
		return appendQuoted(dst, n.Text)
	case format.Number:
		return append(dst, exportNumber(n.Text)...)
	}
	return append(dst, n.Text...)
}

// hashOrder gives the order in which a Java hash table with these keys, filled
// in their order, is walked through.
func hashOrder(items []format.Node) []int {
	size := 16
	for len(items) > size*3/4 {
		size *= 2
	}
	order := make([]int, 0, len(items))
	if len(items) < 2 {
		for i := range items {
			order = append(order, i)
		}
		return order
	}
	buckets := make([][]int, size)
	for i := range items {
		h := javaHash(items[i].Name)
		h ^= h >> 16
		b := int(h) & (size - 1)
		buckets[b] = append(buckets[b], i)
	}
	for _, b := range buckets {
		order = append(order, b...)
	}
	return order
}

func javaHash(s string) (h uint32) {
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			h = h*31 + uint32(0xD800+r>>10)
			r = 0xDC00 + r&0x3FF
		}
		h = h*31 + uint32(r)
	}
	return h
}

// embedded reports whether a text is a JSON object or array on one line and
// gives its tree.
func embedded(s string) (n format.Node, ok bool) {
	t := strings.Trim(s, " \t\n\v\f\r")
	if len(t) < 2 || !(t[0] == '[' && t[len(t)-1] == ']' || t[0] == '{' && t[len(t)-1] == '}') {
		return n, false
	}
	if strings.ContainsAny(t, "\n\r\u0085\u2028\u2029") {
		return n, false
	}
	n, err := parse(s, format.DefaultDepth)
	return n, err == nil
}

// appendText writes a text, looking into it unless escape is set.
func appendText(dst []byte, s string, escape bool) []byte {
	if !escape && len(s) > 1 && (s[0] <= ' ' || s[0] == '[' || s[0] == '{') {
		if n, ok := embedded(s); ok {
			return appendCompact(dst, &n)
		}
	}
	return appendQuoted(dst, s)
}

// appendValue writes a value as EXPORT JSON does; NULL is null.
func appendValue(dst []byte, v value.Value, escape bool) ([]byte, error) {
	start := len(dst)
	switch v.Kind() {
	case value.Null:
		return append(dst, "null"...), nil
	case value.Text:
		return appendText(dst, v.Str(), escape), nil
	case value.Boolean:
		return append(dst, "true"...), nil
	case value.TBoolean:
		return strconv.AppendBool(dst, v.Num() != 0), nil
	case value.Integer, value.Long, value.Year, value.Object, value.Color:
		return format.AppendValue(dst, v), nil
	case value.Numeric:
		return trimNumber(format.AppendValue(dst, v), start), nil
	case value.Double:
		if f := v.Double(); math.IsNaN(f) || math.IsInf(f, 0) {
			return dst, value.Errorf(format.CodeWrite, "JSON has no form for the number %s", value.TextOf(v))
		}
		return trimNumber(format.AppendValue(dst, v), start), nil
	case value.JSON:
		return appendText(dst, v.JSONString(), escape), nil
	case value.Opaque:
		return appendText(dst, value.WireText(v), escape), nil
	case value.Date, value.Time, value.DateTime, value.ZDateTime, value.Interval, value.File:
		return append(format.AppendValue(append(dst, '"'), v), '"'), nil
	}
	return appendQuoted(dst, value.WireText(v)), nil
}

// keyOf splits a name into the key and whether its text is not looked into.
func keyOf(name string) (key string, escape bool) { return strings.CutSuffix(name, EscapeSuffix) }
