package wire

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

const hexDigits = "0123456789ABCDEF"

func appendHex(dst []byte, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

// encodeRunes writes text with every letter that keep refuses as %XX in charset.
func encodeRunes(text, charset string, keep func(r rune) bool, plus bool) (string, error) {
	dst := make([]byte, 0, len(text)+16)
	for i, r := range text {
		switch {
		case r < utf8.RuneSelf && keep(r):
			dst = append(dst, byte(r))
		case r == ' ' && plus:
			dst = append(dst, '+')
		default:
			size := utf8.RuneLen(r)
			if r == utf8.RuneError {
				_, size = utf8.DecodeRuneInString(text[i:])
			}
			b, err := EncodeText(text[i:i+size], charset)
			if err != nil {
				return "", err
			}
			dst = appendHex(dst, b)
		}
	}
	return string(dst), nil
}

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// EncodeForm writes text in the form encoding: a space as "+", letters, digits
// and ".-*_" as they are, the rest as %XX in charset ("" is UTF-8).
func EncodeForm(text, charset string) (string, error) {
	return encodeRunes(text, charset, func(r rune) bool {
		return isAlnum(r) || strings.ContainsRune(".-*_", r)
	}, true)
}

// EncodeLiteral writes the literal text of an URL: letters, digits and
// "!$&'()*+,-./:;=?@_~" as they are, the rest, "%" and "#" too, as %XX.
func EncodeLiteral(text, charset string) (string, error) {
	return encodeRunes(text, charset, func(r rune) bool {
		return isAlnum(r) || strings.ContainsRune("!$&'()*+,-./:;=?@_~", r)
	}, false)
}

// DecodeForm reads form-encoded text; a "%" that begins no byte stays.
func DecodeForm(text, charset string) (string, error) {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '+':
			b = append(b, ' ')
		case c == '%' && i+2 < len(text):
			n, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
			if err != nil {
				b = append(b, c)
				continue
			}
			b = append(b, byte(n))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return DecodeText(b, charset)
}

// ParamText is a parameter as text, before encoding: its wire form, the content
// of a file read in charset, "" for NULL.
func ParamText(v value.Value, charset string) (string, error) {
	if f := v.File(); f != nil {
		return DecodeText(f.Bytes, charset)
	}
	return value.WireText(v), nil
}

// Expand replaces each $N of a template by parameter(N) and passes the text
// between through literal. "$" without digits is literal text. An index outside
// 1..count is an error. used[N-1] is set for every N met.
func Expand(template string, used []bool, literal func(string) (string, error), parameter func(n int) (string, error)) (string, error) {
	var out strings.Builder
	rest := template
	for rest != "" {
		i := strings.IndexByte(rest, '$')
		for i >= 0 && (i+1 >= len(rest) || rest[i+1] < '0' || rest[i+1] > '9') {
			next := strings.IndexByte(rest[i+1:], '$')
			if next < 0 {
				i = -1
				break
			}
			i += 1 + next
		}
		if i < 0 {
			i = len(rest)
		}
		text, err := literal(rest[:i])
		if err != nil {
			return "", err
		}
		out.WriteString(text)
		if rest = rest[i:]; rest == "" {
			break
		}
		end := 1
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(rest[1:end])
		if err != nil || n < 1 || n > len(used) {
			return "", value.Errorf(connect.CodeCall, "%s has no parameter: PARAMS has %d", rest[:end], len(used))
		}
		used[n-1] = true
		if text, err = parameter(n); err != nil {
			return "", err
		}
		out.WriteString(text)
		rest = rest[end:]
	}
	return out.String(), nil
}

// Plain passes literal text through as it is.
func Plain(text string) (string, error) { return text, nil }
