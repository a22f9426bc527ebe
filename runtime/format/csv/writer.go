package csv

import (
	"io"
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// flushSize is how many bytes are gathered before they are written.
const flushSize = 32 << 10

// NewWriter writes a CSV file. Without a header a column named by letters goes
// to that position and the columns after it follow; positions between are empty
// fields. A field is quoted if it holds the first character of the separator, a
// quote or a line break.
func (Codec) NewWriter(w io.Writer, columns []format.Column, opts format.WriteOptions) (format.RowWriter, error) {
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	sep := opts.Separator
	if sep == "" {
		sep = DefaultSeparator
	}
	out := &writer{sep: sep, quote: !opts.NoEscape}
	out.special = [256]bool{'"': true, '\n': true, '\r': true}
	out.special[sep[0]] = true
	out.letters = strings.IndexByte(";,|\t", sep[0]) < 0
	if out.w, err = charset.Writer(w); err != nil {
		return nil, err
	}
	if out.order, err = format.WriteOrder(columns, opts.Header); err != nil || !opts.Header {
		return out, err
	}
	for i, name := range format.UniqueNames(columns) {
		if i > 0 {
			out.buf = append(out.buf, sep...)
		}
		out.buf = out.appendText(out.buf, name)
	}
	out.buf = append(out.buf, '\r', '\n')
	return out, nil
}

type writer struct {
	w       io.Writer
	sep     string
	quote   bool
	special [256]bool // bytes for which a field is quoted
	letters bool      // the separator may occur in a number, date or true
	order   []int
	buf     []byte
}

// Write adds a row.
func (w *writer) Write(row []value.Value) error {
	buf := w.buf
	for i, column := range w.order {
		if i > 0 {
			buf = append(buf, w.sep...)
		}
		if column < 0 {
			continue
		}
		switch v := row[column]; v.Kind() {
		case value.Null:
		case value.Text:
			buf = w.appendText(buf, v.Str())
		case value.Integer, value.Long, value.Numeric, value.Double, value.Date, value.Time, value.DateTime, value.Boolean:
			start := len(buf)
			buf = format.AppendValue(buf, v)
			if w.letters {
				buf = w.requote(buf, start)
			}
		default:
			start := len(buf)
			buf = w.requote(format.AppendValue(buf, v), start)
		}
	}
	w.buf = append(buf, '\r', '\n')
	if len(w.buf) >= flushSize {
		return w.flush()
	}
	return nil
}

// Close writes what is left.
func (w *writer) Close() error { return w.flush() }

func (w *writer) flush() error {
	_, err := w.w.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *writer) appendText(buf []byte, s string) []byte {
	if w.quote {
		for i := 0; i < len(s); i++ {
			if w.special[s[i]] {
				return appendQuoted(buf, s)
			}
		}
	}
	return append(buf, s...)
}

func appendQuoted(buf []byte, s string) []byte {
	buf = append(buf, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		buf = append(append(buf, s[:i+1]...), '"')
		s = s[i+1:]
	}
	return append(append(buf, s...), '"')
}

// requote quotes the field that begins at start of buf, if it must be.
func (w *writer) requote(buf []byte, start int) []byte {
	if !w.quote {
		return buf
	}
	for _, c := range buf[start:] {
		if w.special[c] {
			return appendQuoted(buf[:start], string(buf[start:]))
		}
	}
	return buf
}
