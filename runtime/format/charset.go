package format

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/golsf/golsf/runtime/value"
)

// UTF8BOM is the charset name for UTF-8 with a byte order mark in front.
const UTF8BOM = "UTF-8-BOM"

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// Charset is a charset by one of its names. The zero value is UTF-8.
type Charset struct {
	enc   encoding.Encoding // nil for UTF-8 and ASCII
	table *charmap.Charmap  // of single-byte charsets
	ascii bool
	bom   bool
}

// FindCharset looks a name up as Java does: IANA names and aliases, CP1251,
// Cp866, windows-1251, in any case. "" is UTF-8. An unknown name is an error
// with CodeCharset.
func FindCharset(name string) (Charset, error) {
	upper := strings.ToUpper(strings.TrimSpace(name))
	switch upper {
	case "", "UTF-8", "UTF8", "CP65001":
		return Charset{}, nil
	case UTF8BOM:
		return Charset{bom: true}, nil
	case "US-ASCII", "ASCII", "ISO646-US":
		return Charset{ascii: true}, nil
	case "UTF-16":
		return Charset{enc: unicode.UTF16(unicode.BigEndian, unicode.UseBOM)}, nil
	case "UTF-16BE", "UNICODEBIGUNMARKED":
		return Charset{enc: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)}, nil
	case "UTF-16LE", "UNICODELITTLEUNMARKED":
		return Charset{enc: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)}, nil
	case "UTF-32", "UTF-32BE":
		return Charset{enc: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)}, nil
	case "UTF-32LE":
		return Charset{enc: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)}, nil
	case "ISO8859_1", "ISO8859-1", "8859_1", "LATIN1":
		return Charset{enc: charmap.ISO8859_1, table: charmap.ISO8859_1}, nil
	}
	if digits := strings.TrimLeft(strings.TrimPrefix(upper, "CP"), "-_"); digits != upper && digits != "" {
		if len(digits) == 4 && strings.HasPrefix(digits, "125") {
			upper = "WINDOWS-" + digits
		} else {
			upper = "IBM" + digits
		}
	}
	enc, err := ianaindex.IANA.Encoding(upper)
	if err != nil || enc == nil {
		return Charset{}, value.Errorf(CodeCharset, "there is no charset %q", name)
	}
	table, _ := enc.(*charmap.Charmap)
	return Charset{enc: enc, table: table}, nil
}

// IsUTF8 reports whether texts need no conversion.
func (c Charset) IsUTF8() bool { return c.enc == nil && !c.ascii }

// Decode gives the text of data. A byte order mark is left out, bytes that mean
// nothing become U+FFFD. Valid UTF-8 is not copied: data must not change while
// the text is in use.
func (c Charset) Decode(data []byte) string {
	if c.enc == nil {
		data = bytes.TrimPrefix(data, byteOrderMark)
		if c.ascii {
			return strings.Map(func(r rune) rune {
				if r >= utf8.RuneSelf {
					return utf8.RuneError
				}
				return r
			}, string(data))
		}
		if !utf8.Valid(data) {
			return strings.ToValidUTF8(string(data), "\uFFFD")
		}
		return unsafe.String(unsafe.SliceData(data), len(data))
	}
	out, err := c.enc.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	return strings.TrimPrefix(string(out), "\uFEFF")
}

// CanEncode reports whether the charset has a form for r.
func (c Charset) CanEncode(r rune) bool {
	switch {
	case c.IsUTF8():
		return true
	case r < utf8.RuneSelf:
		return true
	case c.ascii:
		return false
	case c.table != nil:
		_, ok := c.table.EncodeRune(r)
		return ok
	}
	_, err := c.enc.NewEncoder().String(string(r))
	return err == nil
}

// Writer gives a writer that takes UTF-8 and passes it on to w in the charset;
// a character without a form there becomes a question mark. Each Write must end
// at the end of a character. For UTF-8 it is w itself. A byte order mark, where
// the charset has one, is written at once.
func (c Charset) Writer(w io.Writer) (io.Writer, error) {
	if c.bom {
		_, err := w.Write(byteOrderMark)
		return w, err
	}
	if c.IsUTF8() {
		return w, nil
	}
	e := &encodingWriter{w: w, c: c}
	if c.enc != nil && c.table == nil {
		e.enc = c.enc.NewEncoder()
		if c.enc == unicode.UTF16(unicode.BigEndian, unicode.UseBOM) {
			if _, err := w.Write([]byte{0xFE, 0xFF}); err != nil {
				return nil, err
			}
			e.enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
		}
	}
	return e, nil
}

type encodingWriter struct {
	w   io.Writer
	c   Charset
	enc *encoding.Encoder
	buf []byte
}

func (e *encodingWriter) Write(p []byte) (int, error) {
	e.buf = e.buf[:0]
	for rest := p; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		piece := rest[:size]
		rest = rest[size:]
		switch {
		case e.enc != nil:
			out, err := e.enc.Bytes(piece)
			if err != nil {
				out, _ = e.enc.Bytes([]byte{'?'})
			}
			e.buf = append(e.buf, out...)
		case e.c.table != nil:
			b, ok := e.c.table.EncodeRune(r)
			if !ok {
				b = '?'
			}
			e.buf = append(e.buf, b)
		case r < utf8.RuneSelf:
			e.buf = append(e.buf, byte(r))
		default:
			e.buf = append(e.buf, '?')
		}
	}
	if _, err := e.w.Write(e.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}
