package functions

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/golsf/golsf/runtime/value"
)

// CanonicalJSON writes a JSON text in the canonical form of RFC 8785: keys in
// the order of their UTF-16 units, no blanks, numbers as ECMAScript writes
// them. With escape every character outside printable ASCII is \uXXXX, in keys
// before they are ordered. A malformed text is an *value.Error.
func CanonicalJSON(text string, escape bool) (string, error) {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return "", value.Errorf(value.CodeJSON, "not a JSON text: %v", err)
	}
	return string(appendCanonical(nil, v, escape)), nil
}

func appendCanonical(dst []byte, v any, escape bool) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case float64:
		return appendScriptNumber(dst, v)
	case string:
		return append(dst, canonicalString(v, escape)...)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCanonical(dst, e, escape)
		}
		return append(dst, ']')
	case map[string]any:
		type member struct {
			units []uint16
			name  string
			value any
		}
		members := make([]member, 0, len(v))
		for key, e := range v {
			name := canonicalString(key, escape)
			units := utf16.Encode([]rune(key))
			if escape {
				units = utf16.Encode([]rune(name))
			}
			members = append(members, member{units, name, e})
		}
		slices.SortFunc(members, func(a, b member) int { return slices.Compare(a.units, b.units) })
		dst = append(dst, '{')
		for i, m := range members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, m.name...), ':')
			dst = appendCanonical(dst, m.value, escape)
		}
		return append(dst, '}')
	}
	return dst
}

func canonicalString(s string, escape bool) string {
	quoted := string(value.AppendJSONString(nil, s))
	if !escape {
		return quoted
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for _, r := range quoted {
		if r >= 0x20 && r <= 0x7e {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(hex[u>>shift&15])
			}
		}
	}
	return b.String()
}

// appendScriptNumber writes a float as ECMAScript does.
func appendScriptNumber(dst []byte, f float64) []byte {
	if abs := math.Abs(f); f == 0 {
		return append(dst, '0')
	} else if abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	digits := strings.TrimLeft(exp[1:], "0")
	return append(dst, mantissa+"e"+exp[:1]+digits...)
}
