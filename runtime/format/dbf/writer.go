package dbf

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

const (
	maxName   = 10
	maxText   = 253
	maxDigits = 20
	maxFields = 255
)

// NewWriter writes a file with a field for each column: numbers right-aligned
// without zeros at the end of a fraction, dates without their time, everything
// without a type of its own as text. The number of records stands before them,
// so they are kept until Close. opts.Today is the date in the head.
func (Codec) NewWriter(w io.Writer, columns []format.Column, opts format.WriteOptions) (format.RowWriter, error) {
	charset, err := findCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	out := &writer{w: w, today: opts.Today}
	if out.encode, err = charset.Writer(&out.text); err != nil {
		return nil, err
	}
	out.text.Reset()
	if len(columns) > maxFields {
		return nil, value.Errorf(format.CodeWrite, "a DBF file has at most %d columns, not %d", maxFields, len(columns))
	}
	offset := 1
	for i, name := range format.UniqueNames(columns) {
		if utf8.RuneCountInString(name) > maxName {
			return nil, value.Errorf(format.CodeWrite, "the name %q of a column is longer than the %d characters of a DBF file", name, maxName)
		}
		f := fieldOf(columns[i].Class)
		f.name, f.offset = name, offset
		offset += f.width
		out.fields = append(out.fields, f)
	}
	if len(columns) == 0 {
		out.fields = append(out.fields, field{name: "dumb", kind: 'C', offset: 1, width: 1})
		offset++
	}
	if offset > math.MaxUint16 {
		return nil, value.Errorf(format.CodeWrite, "a record of %d bytes is too long for a DBF file", offset)
	}
	out.size = offset
	return out, nil
}

// fieldOf gives the type of the field for a class.
func fieldOf(c value.Class) field {
	switch c.Kind() {
	case value.Integer, value.Year:
		return field{kind: 'N', width: 11}
	case value.Long, value.Object:
		return field{kind: 'N', width: maxDigits}
	case value.Numeric:
		if c.Prec == value.Unlimited {
			return field{kind: 'N', width: maxDigits, decimals: maxDigits - 1}
		}
		width := min(int(c.Prec)+1, maxDigits)
		return field{kind: 'N', width: width, decimals: min(int(c.Scale), width-1)}
	case value.Double:
		return field{kind: 'F', width: 13, decimals: 3}
	case value.Boolean, value.TBoolean:
		return field{kind: 'L', width: 1}
	case value.Date, value.DateTime, value.ZDateTime:
		return field{kind: 'D', width: 8}
	case value.Time:
		return field{kind: 'C', width: 8}
	case value.Text:
		if c.Len > 0 {
			return field{kind: 'C', width: min(int(c.Len), maxText)}
		}
	}
	return field{kind: 'C', width: maxText}
}

type writer struct {
	w       io.Writer
	encode  io.Writer    // into text
	text    bytes.Buffer // a text in the charset of the file
	today   int64
	fields  []field
	size    int // of a record
	buf     []byte
	records uint32
}

// Write adds a record. A value that does not fit its field is an error.
func (w *writer) Write(row []value.Value) error {
	if w.records == math.MaxInt32 {
		return value.Errorf(format.CodeWrite, "a DBF file holds at most %d records", math.MaxInt32)
	}
	w.records++
	start := len(w.buf)
	for range w.size {
		w.buf = append(w.buf, ' ')
	}
	record := w.buf[start:]
	for i, v := range row {
		if v.IsNull() {
			continue
		}
		f := &w.fields[i]
		s := w.valueText(f, v)
		if len(s) > f.width {
			return value.Errorf(format.CodeWrite, "the value %s does not fit the column %s of a DBF file, which has %d characters (row %d)",
				format.Quoted(format.ValueText(v)), f.name, f.width, w.records)
		}
		at := f.offset
		if f.kind == 'N' || f.kind == 'F' {
			at += f.width - len(s)
		}
		copy(record[at:], s)
	}
	return nil
}

const microsPerDay = 24 * 3600 * 1_000_000

// valueText is the content of a field, in the charset of the file.
func (w *writer) valueText(f *field, v value.Value) string {
	switch f.kind {
	case 'N', 'F':
		return numberText(v, f.decimals)
	case 'L':
		if v.Num() != 0 {
			return "T"
		}
		return "F"
	case 'D':
		day := v.Num()
		if v.Kind() != value.Date {
			if day %= microsPerDay; day < 0 {
				day += microsPerDay
			}
			day = (v.Num() - day) / microsPerDay
		}
		return strings.ReplaceAll(value.TextOf(value.Of(value.Date, day)), "-", "")
	}
	s := format.ValueText(v)
	if v.Kind() == value.Time {
		s, _, _ = strings.Cut(s, ".")
	}
	w.text.Reset()
	w.encode.Write([]byte(s)) // a bytes.Buffer takes everything
	return w.text.String()
}

// numberText writes a number with at most that many decimals, rounded, without
// zeros at the end.
func numberText(v value.Value, decimals int) string {
	s := ""
	switch v.Kind() {
	case value.Double:
		s = strconv.FormatFloat(v.Double(), 'f', decimals, 64)
	case value.Numeric:
		if v.Scale() > decimals {
			v = value.Rescale(v, decimals)
		}
		s = value.TextOf(v)
	default:
		return strconv.FormatInt(v.Num(), 10)
	}
	if strings.IndexByte(s, '.') >= 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Close writes the file.
func (w *writer) Close() error {
	head := make([]byte, headSize, headSize*(len(w.fields)+1)+1)
	y, m, d := value.CivilOf(w.today)
	head[0], head[1], head[2], head[3] = 3, byte(y-1900), byte(m), byte(d)
	binary.LittleEndian.PutUint32(head[4:], w.records)
	binary.LittleEndian.PutUint16(head[8:], uint16(headSize*(len(w.fields)+1)+1))
	binary.LittleEndian.PutUint16(head[10:], uint16(w.size))
	for _, f := range w.fields {
		var d [headSize]byte
		w.text.Reset()
		w.encode.Write([]byte(f.name)) // a bytes.Buffer takes everything
		copy(d[:maxName], w.text.Bytes())
		d[11], d[16], d[17] = f.kind, byte(f.width), byte(f.decimals)
		head = append(head, d[:]...)
	}
	head = append(head, headEnd)
	for _, part := range [][]byte{head, w.buf, {fileEnd}} {
		if _, err := w.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
