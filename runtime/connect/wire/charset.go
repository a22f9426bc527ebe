package wire

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// UTF8 is the charset of everything that names none.
const UTF8 = "UTF-8"

// lookupCharset finds an encoding by any usual name; nil is UTF-8.
func lookupCharset(name string) (encoding.Encoding, error) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return nil, nil
	case "iso-8859-1", "iso8859-1", "iso8859_1", "latin1", "us-ascii", "ascii":
		return charmap.ISO8859_1, nil
	}
	if e, err := htmlindex.Get(name); err == nil {
		return e, nil
	}
	if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
		return e, nil
	}
	return nil, value.Errorf(connect.CodeAnswer, "unknown charset %s", name)
}

// EncodeText gives text in a charset; letters that it lacks become "?".
func EncodeText(text, charset string) ([]byte, error) {
	e, err := lookupCharset(charset)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return []byte(text), nil
	}
	enc := e.NewEncoder()
	if b, err := enc.Bytes([]byte(text)); err == nil {
		return b, nil
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if b, err := enc.Bytes(utf8.AppendRune(nil, r)); err == nil {
			out = append(out, b...)
		} else {
			out = append(out, '?')
		}
	}
	return out, nil
}

// DecodeText reads bytes in a charset; wrong bytes become U+FFFD, a byte order
// mark stays.
func DecodeText(b []byte, charset string) (string, error) {
	e, err := lookupCharset(charset)
	if err != nil {
		return "", err
	}
	if e == nil {
		if utf8.Valid(b) {
			return string(b), nil
		}
		return string([]rune(string(b))), nil
	}
	text, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return "", value.Errorf(connect.CodeAnswer, "the text cannot be read as %s: %s", charset, err.Error())
	}
	return string(text), nil
}
