package table

import (
	"encoding/binary"
	"io"
	"math"
	"math/big"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// maxPiece is the number of UTF-16 units in a piece of a text.
const maxPiece = 21845

// flushSize is how many bytes a stream gathers before they are written.
const flushSize = 32 << 10

func appendInt32(dst []byte, n int32) []byte { return binary.BigEndian.AppendUint32(dst, uint32(n)) }
func appendInt64(dst []byte, n int64) []byte { return binary.BigEndian.AppendUint64(dst, uint64(n)) }

// appendUTF writes a text of less than 64 KB with its length.
func appendUTF(dst []byte, s string) ([]byte, error) {
	start := len(dst)
	dst = appendModified(append(dst, 0, 0), s)
	n := len(dst) - start - 2
	if n > math.MaxUint16 {
		return dst[:start], value.Errorf(format.CodeWrite, "a name of %d bytes is too long for a TABLE file", n)
	}
	binary.BigEndian.PutUint16(dst[start:], uint16(n))
	return dst, nil
}

// appendModified writes Java's modified UTF-8.
func appendModified(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == 0:
			dst = append(dst, 0xC0, 0x80)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			for _, u := range [...]rune{hi, lo} {
				dst = append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0xBF, 0x80|byte(u)&0xBF)
			}
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// appendText writes a text of any length in pieces.
func appendText(dst []byte, s string) []byte {
	if s == "" {
		return appendInt32(dst, 0)
	}
	at := len(dst)
	dst = appendInt32(dst, 0)
	pieces := int32(0)
	for s != "" {
		units, end := 0, len(s)
		if len(s) > maxPiece {
			for i, r := range s {
				n := utf16.RuneLen(r)
				if units+n > maxPiece {
					end = i
					break
				}
				units += n
			}
		}
		start := len(dst)
		dst = appendModified(append(dst, 0, 0), s[:end])
		binary.BigEndian.PutUint16(dst[start:], uint16(len(dst)-start-2))
		s = s[end:]
		pieces++
	}
	binary.BigEndian.PutUint32(dst[at:], uint32(pieces))
	return dst
}

// appendValue writes a value with its tag. array marks the text of an SQL array.
func appendValue(dst []byte, v value.Value, array bool) ([]byte, error) {
	switch v.Kind() {
	case value.Null:
		return append(dst, 0), nil
	case value.Integer, value.Year:
		return appendInt32(append(dst, 1), int32(v.Num())), nil
	case value.Text, value.JSON, value.Opaque:
		tag := byte(2)
		if array {
			tag = 17
		}
		return appendText(append(dst, tag), value.TextOf(v)), nil
	case value.Double:
		return appendInt64(append(dst, 3), int64(math.Float64bits(v.Double()))), nil
	case value.Long, value.Object:
		return appendInt64(append(dst, 4), v.Num()), nil
	case value.Boolean, value.TBoolean:
		return append(dst, 5, flag(v.Num() != 0)), nil
	case value.File:
		return appendFile(dst, v)
	case value.Color:
		return appendInt32(append(dst, 8), int32(format.ARGB(v))), nil
	case value.Numeric:
		return appendNumeric(append(dst, 9), v), nil
	case value.Date:
		return appendDate(append(dst, 10), v.Num()), nil
	case value.Time:
		return appendClock(append(dst, 11), v.Num()), nil
	case value.DateTime:
		day := floorDiv(v.Num(), microsPerDay)
		return appendClock(appendDate(append(dst, 12), day), v.Num()-day*microsPerDay), nil
	case value.ZDateTime:
		return appendInt64(append(dst, 13), floorDiv(v.Num(), 1000)), nil
	case value.Interval:
		from, to := v.IntervalBounds()
		if v.ClassName() == value.NameIntervalDate {
			from, to = from*millisPerDay, to*millisPerDay
		} else {
			from, to = floorDiv(from, 1000), floorDiv(to, 1000)
		}
		return appendInt64(appendInt64(append(dst, 21), from), to), nil
	}
	return dst, value.Errorf(format.CodeWrite, "a TABLE file cannot hold a value of class %s", value.ClassOfValue(v))
}

func appendFile(dst []byte, v value.Value) ([]byte, error) {
	f := v.File()
	if len(f.Bytes) > math.MaxInt32-512 {
		return dst, value.Errorf(format.CodeWrite, "a file of %d bytes is too large for a TABLE file", len(f.Bytes))
	}
	tag, head := byte(6), []byte(nil)
	short := func(s string) {
		if len(s) > 255 {
			s = s[:255]
		}
		head = append(append(head, byte(len(s))), s...)
	}
	switch v.ClassName() {
	case value.NameNamedFile:
		tag = 14
		short(f.Name)
		short(f.Ext)
	case value.NameFile:
		tag = 7
		short(f.Ext)
	}
	dst = appendInt32(append(dst, tag), int32(len(head)+len(f.Bytes)))
	return append(append(dst, head...), f.Bytes...), nil
}

// appendNumeric writes the unscaled number in the fewest bytes of two's
// complement, and the scale.
func appendNumeric(dst []byte, v value.Value) []byte {
	if u, big := v.Big(); big {
		b := twosComplement(u)
		dst = append(appendInt32(dst, int32(len(b))), b...)
	} else {
		n, size := v.Num(), 8
		for size > 1 && n>>(8*size-9) == n>>63 {
			size--
		}
		dst = appendInt32(dst, int32(size))
		for i := size - 1; i >= 0; i-- {
			dst = append(dst, byte(n>>(8*i)))
		}
	}
	return appendInt32(dst, int32(v.Scale()))
}

func twosComplement(u *big.Int) []byte {
	if u.Sign() >= 0 {
		b := u.Bytes()
		if len(b) == 0 || b[0] >= 0x80 {
			b = append([]byte{0}, b...)
		}
		return b
	}
	size := new(big.Int).Not(u).BitLen()/8 + 1
	return new(big.Int).Add(u, new(big.Int).Lsh(big.NewInt(1), uint(8*size))).FillBytes(make([]byte, size))
}

func appendDate(dst []byte, day int64) []byte {
	y, m, d := value.CivilOf(day)
	return appendInt32(appendInt32(appendInt32(dst, int32(y)), int32(m)), int32(d))
}

func appendClock(dst []byte, micros int64) []byte {
	s := micros / microsPerSecond
	dst = appendInt32(appendInt32(dst, int32(s/3600)), int32(s/60%60))
	return appendInt32(appendInt32(dst, int32(s%60)), int32(micros%microsPerSecond*1000))
}

// appendHead writes what stands before the rows.
func appendHead(dst []byte, columns []Column, single bool) (_ []byte, err error) {
	dst = appendInt32(append(dst, flag(single)), int32(len(columns)))
	for _, c := range columns {
		if dst, err = appendType(appendText(dst, c.Name), c.Type); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// Stream writes a TABLE file row by row, without knowing their number: the form
// of SQL results. It is for one goroutine.
type Stream struct {
	w       io.Writer
	columns []Column
	buf     []byte
}

// NewStream begins a file. Values written must be of their column's ReadClass
// or NULL.
func NewStream(w io.Writer, columns []Column) (*Stream, error) {
	head, err := appendHead(nil, columns, false)
	if err != nil {
		return nil, err
	}
	return &Stream{w: w, columns: columns, buf: append(head, 0)}, nil
}

// Write adds a row.
func (s *Stream) Write(row []value.Value) (err error) {
	s.buf = append(s.buf, 1)
	for i, v := range row {
		if s.buf, err = appendValue(s.buf, v, s.columns[i].Type.JDBCType == jdbcArray); err != nil {
			return err
		}
	}
	if len(s.buf) >= flushSize {
		_, err = s.w.Write(s.buf)
		s.buf = s.buf[:0]
	}
	return err
}

// Close ends the file; it does not close the writer beneath.
func (s *Stream) Close() error {
	_, err := s.w.Write(append(s.buf, 0))
	s.buf = nil
	return err
}

// NewWriter writes the file of EXPORT TABLE. The number of rows stands before
// them, so they are kept until Close.
func (Codec) NewWriter(w io.Writer, columns []format.Column, opts format.WriteOptions) (format.RowWriter, error) {
	out := &rowWriter{w: w}
	cs := make([]Column, len(columns))
	for i, name := range format.UniqueNames(columns) {
		cs[i] = Column{Name: name, Type: Type{Class: columns[i].Class}}
	}
	head, err := appendHead(nil, cs, opts.Single)
	out.head = append(head, 1)
	return out, err
}

type rowWriter struct {
	w    io.Writer
	head []byte
	buf  []byte
	rows int32
}

// Write adds a row.
func (w *rowWriter) Write(row []value.Value) (err error) {
	if w.rows == math.MaxInt32 {
		return value.Errorf(format.CodeWrite, "a TABLE file holds at most %d rows", math.MaxInt32)
	}
	w.rows++
	for _, v := range row {
		if w.buf, err = appendValue(w.buf, v, false); err != nil {
			return err
		}
	}
	return nil
}

// Close writes the file.
func (w *rowWriter) Close() error {
	if _, err := w.w.Write(appendInt32(w.head, w.rows)); err != nil {
		return err
	}
	_, err := w.w.Write(w.buf)
	return err
}
