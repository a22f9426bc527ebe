package value

import (
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxJSONDepth bounds the nesting of a JSON text.
const maxJSONDepth = 5000

// NormalizeJSON checks a JSON text (strictly: RFC 8259) and gives the form of
// class JSON: the keys of an object sorted by their length in bytes, then by
// bytes, the last of equal keys, ": " and ", " as separators, numbers in plain
// notation with their scale (decision 40). A text that is not JSON is an *Error
// with CodeJSON that names the place.
func NormalizeJSON(text string) (string, error) {
	r := jsonReader{text: text}
	dst, err := r.value(make([]byte, 0, len(text)+len(text)/8), 0)
	if err != nil {
		return "", err
	}
	r.space()
	if r.pos < len(text) {
		return "", r.fail("text after the end of the JSON value")
	}
	return string(dst), nil
}

type jsonReader struct {
	text string
	pos  int
}

func (r *jsonReader) fail(what string) error {
	line := 1 + strings.Count(r.text[:r.pos], "\n")
	col := utf8.RuneCountInString(r.text[strings.LastIndexByte(r.text[:r.pos], '\n')+1:r.pos]) + 1
	return Errorf(CodeJSON, "not a JSON text: %s at line %d, character %d", what, line, col)
}

func (r *jsonReader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

func (r *jsonReader) take(b byte) bool {
	r.space()
	if r.pos < len(r.text) && r.text[r.pos] == b {
		r.pos++
		return true
	}
	return false
}

func (r *jsonReader) value(dst []byte, depth int) ([]byte, error) {
	r.space()
	if depth > maxJSONDepth {
		return nil, r.fail("nesting too deep")
	}
	if r.pos == len(r.text) {
		return nil, r.fail("a value is missing")
	}
	switch c := r.text[r.pos]; {
	case c == '{':
		return r.object(dst, depth)
	case c == '[':
		return r.array(dst, depth)
	case c == '"':
		s, err := r.string()
		if err != nil {
			return nil, err
		}
		return AppendJSONString(dst, s), nil
	case c == '-' || c >= '0' && c <= '9':
		return r.number(dst)
	}
	for _, word := range [...]string{"null", "true", "false"} {
		if strings.HasPrefix(r.text[r.pos:], word) {
			r.pos += len(word)
			if r.pos < len(r.text) && isWordByte(r.text[r.pos]) {
				break
			}
			return append(dst, word...), nil
		}
	}
	return nil, r.fail("a value is expected")
}

func isWordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b >= 0x80
}

func (r *jsonReader) object(dst []byte, depth int) ([]byte, error) {
	type member struct {
		key   string
		value []byte
	}
	r.pos++
	var members []member
	if !r.take('}') {
		at := map[string]int{}
		for {
			r.space()
			if r.pos == len(r.text) || r.text[r.pos] != '"' {
				return nil, r.fail("a key in quotes is expected")
			}
			key, err := r.string()
			if err != nil {
				return nil, err
			}
			if !r.take(':') {
				return nil, r.fail("':' is expected")
			}
			v, err := r.value(nil, depth+1)
			if err != nil {
				return nil, err
			}
			if i, seen := at[key]; seen {
				members[i].value = v
			} else {
				at[key] = len(members)
				members = append(members, member{key, v})
			}
			if r.take('}') {
				break
			}
			if !r.take(',') {
				return nil, r.fail("',' or '}' is expected")
			}
		}
	}
	sort.Slice(members, func(i, j int) bool {
		a, b := members[i].key, members[j].key
		if len(a) != len(b) {
			return len(a) < len(b)
		}
		return a < b
	})
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(append(AppendJSONString(dst, m.key), ": "...), m.value...)
	}
	return append(dst, '}'), nil
}

func (r *jsonReader) array(dst []byte, depth int) ([]byte, error) {
	r.pos++
	dst = append(dst, '[')
	if r.take(']') {
		return append(dst, ']'), nil
	}
	for {
		var err error
		if dst, err = r.value(dst, depth+1); err != nil {
			return nil, err
		}
		if r.take(']') {
			return append(dst, ']'), nil
		}
		if !r.take(',') {
			return nil, r.fail("',' or ']' is expected")
		}
		dst = append(dst, ", "...)
	}
}

func (r *jsonReader) number(dst []byte) ([]byte, error) {
	start := r.pos
	digits := func() bool {
		from := r.pos
		for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
			r.pos++
		}
		return r.pos > from
	}
	if r.text[r.pos] == '-' {
		r.pos++
	}
	whole := r.pos
	ok := digits()
	if ok && r.text[whole] == '0' && r.pos > whole+1 {
		ok = false
	}
	plain := true
	if ok && r.pos < len(r.text) && r.text[r.pos] == '.' {
		r.pos++
		ok = digits()
	}
	if ok && r.pos < len(r.text) && (r.text[r.pos] == 'e' || r.text[r.pos] == 'E') {
		plain = false
		r.pos++
		if r.pos < len(r.text) && (r.text[r.pos] == '+' || r.text[r.pos] == '-') {
			r.pos++
		}
		ok = digits()
	}
	if !ok || r.pos < len(r.text) && isWordByte(r.text[r.pos]) {
		return nil, r.fail("a malformed number")
	}
	text := r.text[start:r.pos]
	if text[0] == '-' && strings.Trim(text, "-0.") == "" {
		text = text[1:]
	}
	if plain {
		return append(dst, text...), nil
	}
	expanded, ok := plainNumber(text)
	if !ok {
		return nil, r.fail("a number with too large an exponent")
	}
	return append(dst, expanded...), nil
}

// plainNumber writes a JSON number with an exponent without it.
func plainNumber(s string) (string, bool) {
	s = strings.ToLower(s)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	mantissa, exp, _ := strings.Cut(s, "e")
	e, neg := 0, strings.HasPrefix(exp, "-")
	for _, c := range strings.TrimLeft(exp, "+-") {
		if e = e*10 + int(c-'0'); e > 4000 {
			return "", false
		}
	}
	if neg {
		e = -e
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := whole + frac
	point := len(whole) + e
	if point <= 0 {
		digits = strings.Repeat("0", 1-point) + digits
		point = 1
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	head := strings.TrimLeft(digits[:point], "0")
	if head == "" {
		head = "0"
	}
	if strings.Trim(digits, "0") == "" {
		sign = ""
	}
	if point < len(digits) {
		return sign + head + "." + digits[point:], true
	}
	return sign + head, true
}

// string reads a string in quotes.
func (r *jsonReader) string() (string, error) {
	r.pos++
	start := r.pos
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == '"':
			s := r.text[start:r.pos]
			r.pos++
			return s, nil
		case c == '\\':
			return r.escapedString(start)
		case c < 0x20:
			return "", r.fail("a control character in a string")
		}
		r.pos++
	}
	return "", r.fail("a string without end")
}

func (r *jsonReader) escapedString(start int) (string, error) {
	out := []byte(r.text[start:r.pos])
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		r.pos++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			r.pos--
			return "", r.fail("a control character in a string")
		case c != '\\':
			out = append(out, c)
			continue
		}
		if r.pos == len(r.text) {
			break
		}
		c = r.text[r.pos]
		r.pos++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			u, ok := r.hex4()
			if ok && utf16.IsSurrogate(u) {
				var low rune
				if ok = strings.HasPrefix(r.text[r.pos:], "\\u"); ok {
					r.pos += 2
					low, ok = r.hex4()
					u = utf16.DecodeRune(u, low)
					ok = ok && u != utf8.RuneError
				}
			}
			if !ok || u == 0 {
				return "", r.fail("a malformed \\u escape")
			}
			out = utf8.AppendRune(out, u)
		default:
			return "", r.fail("an unknown escape")
		}
	}
	return "", r.fail("a string without end")
}

func (r *jsonReader) hex4() (rune, bool) {
	if r.pos+4 > len(r.text) {
		return 0, false
	}
	var n rune
	for _, c := range []byte(r.text[r.pos : r.pos+4]) {
		n <<= 4
		switch {
		case c >= '0' && c <= '9':
			n |= rune(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n |= rune(c|0x20-'a') + 10
		default:
			return 0, false
		}
	}
	r.pos += 4
	return n, true
}

// AppendJSONString appends s in quotes as class JSON writes strings: only
// quotes, backslashes and control characters are escaped.
func AppendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// JSONUnquote reads a JSON string literal with its quotes.
func JSONUnquote(literal string) (string, error) {
	r := jsonReader{text: literal}
	if literal == "" || literal[0] != '"' {
		return "", r.fail("a string is expected")
	}
	s, err := r.string()
	if err == nil && r.pos != len(literal) {
		err = r.fail("text after the end of the string")
	}
	return s, err
}
