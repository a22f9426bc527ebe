package table

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 24 * 3600 * microsPerSecond
	millisPerDay    = 24 * 3600 * 1000
)

// decoder takes bytes from the front of a file.
type decoder struct {
	data []byte
	pos  int
}

func (d *decoder) fail(format_ string, args ...any) error {
	return value.Errorf(format.CodeSyntax, "the TABLE file is malformed at byte %d: %s", d.pos, fmt.Sprintf(format_, args...))
}

func (d *decoder) orFail(err error, format_ string, args ...any) error {
	if err != nil {
		return err
	}
	return d.fail(format_, args...)
}

func (d *decoder) orNil(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

func (d *decoder) take(n int) ([]byte, error) {
	if n < 0 || n > len(d.data)-d.pos {
		return nil, d.fail("the file ends early")
	}
	b := d.data[d.pos : d.pos+n]
	d.pos += n
	return b, nil
}

func (d *decoder) byte() (byte, error) {
	b, err := d.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

func (d *decoder) int32() (int32, error) {
	b, err := d.take(4)
	if err != nil {
		return 0, err
	}
	return int32(binary.BigEndian.Uint32(b)), nil
}

func (d *decoder) int64() (int64, error) {
	b, err := d.take(8)
	if err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}

// ints reads n numbers of 32 bits.
func (d *decoder) ints(dst []int) error {
	b, err := d.take(4 * len(dst))
	if err != nil {
		return err
	}
	for i := range dst {
		dst[i] = int(int32(binary.BigEndian.Uint32(b[4*i:])))
	}
	return nil
}

// blob reads bytes with their length in front.
func (d *decoder) blob() ([]byte, error) {
	n, err := d.int32()
	if err != nil {
		return nil, err
	}
	return d.take(int(n))
}

// utf reads a piece of text of at most 65535 bytes in Java's modified UTF-8.
func (d *decoder) utf() (string, error) {
	n, err := d.take(2)
	if err != nil {
		return "", err
	}
	b, err := d.take(int(binary.BigEndian.Uint16(n)))
	if err != nil {
		return "", err
	}
	if utf8.Valid(b) {
		return string(b), nil
	}
	return d.modifiedUTF(b)
}

// modifiedUTF decodes pieces with U+0000 in two bytes or surrogates in three each.
func (d *decoder) modifiedUTF(b []byte) (string, error) {
	units := make([]uint16, 0, len(b))
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c < 0x80:
			units = append(units, uint16(c))
			i++
		case c>>5 == 6 && i+1 < len(b):
			units = append(units, uint16(c&0x1F)<<6|uint16(b[i+1]&0x3F))
			i += 2
		case c>>4 == 14 && i+2 < len(b):
			units = append(units, uint16(c&0x0F)<<12|uint16(b[i+1]&0x3F)<<6|uint16(b[i+2]&0x3F))
			i += 3
		default:
			return "", d.fail("a malformed text")
		}
	}
	return string(utf16.Decode(units)), nil
}

// text reads a text of any length; ok is false for the null text.
func (d *decoder) text() (s string, ok bool, err error) {
	n, err := d.int32()
	if err != nil || n == -1 {
		return "", false, err
	}
	if n == 1 {
		s, err = d.utf()
		return s, true, err
	}
	if n < 0 || int(n) > (len(d.data)-d.pos)/2 {
		return "", false, d.fail("a text of %d pieces", n)
	}
	var b strings.Builder
	for range n {
		s, err := d.utf()
		if err != nil {
			return "", false, err
		}
		b.WriteString(s)
	}
	return b.String(), true, nil
}

// Reader gives the rows of a TABLE file with the values as they are in it. It
// is for one goroutine.
type Reader struct {
	decoder
	columns []Column
	fixed   bool
	left    int32 // rows left when fixed
	single  bool
	done    bool
}

// Open reads the head of a TABLE file. data must not change while the reader or
// file values it gave are in use.
func Open(data []byte) (*Reader, error) {
	r := &Reader{decoder: decoder{data: data}}
	single, err := r.byte()
	if err != nil {
		return nil, err
	}
	r.single = single != 0
	n, err := r.int32()
	if err != nil || n < 0 || n > maxColumns {
		return nil, r.orFail(err, "%d columns", n)
	}
	r.columns = make([]Column, n)
	for i := range r.columns {
		if r.columns[i].Name, _, err = r.text(); err != nil {
			return nil, err
		}
		if r.columns[i].Type, err = r.readType(0); err != nil {
			return nil, err
		}
	}
	fixed, err := r.byte()
	if err != nil {
		return nil, err
	}
	if r.fixed = fixed != 0; r.fixed {
		if r.left, err = r.int32(); err != nil || r.left < 0 || n == 0 && r.left > 1 {
			return nil, r.orFail(err, "%d rows of %d columns", r.left, n)
		}
	}
	return r, nil
}

// Columns are the columns of the file; the caller must not change them.
func (r *Reader) Columns() []Column { return r.columns }

// Single reports whether the file was written as one record and not as rows.
func (r *Reader) Single() bool { return r.single }

// Next reads a row into dst, which has as many elements as the file has
// columns: values of ReadClass of each column. BOOLEAN false is NULL.
func (r *Reader) Next(dst []value.Value) (bool, error) {
	if r.done {
		return false, nil
	}
	more := r.left > 0
	if r.left--; !r.fixed {
		b, err := r.byte()
		if err != nil {
			return false, err
		}
		more = b != 0
	}
	if !more {
		r.done = true
		return false, nil
	}
	for i := range r.columns {
		v, err := r.value(r.columns[i].Type.ReadClass())
		if err != nil {
			r.done = true
			return false, err
		}
		dst[i] = v
	}
	return true, nil
}

// value reads an object of a column of class c.
func (d *decoder) value(c value.Class) (v value.Value, err error) {
	tag, err := d.byte()
	if err != nil {
		return v, err
	}
	switch tag {
	case 0:
		return v, nil
	case 1:
		n, err := d.int32()
		if c.Kind() == value.Year {
			return value.Of(value.Year, int64(n)), err
		}
		return value.Int(n), err
	case 2, 17:
		s, ok, err := d.text()
		if err != nil || !ok {
			return v, err
		}
		return textValue(s, c), nil
	case 3:
		n, err := d.int64()
		return value.Float(math.Float64frombits(uint64(n))), err
	case 4:
		n, err := d.int64()
		if c.IsObject() {
			return value.ObjectOf(n), err
		}
		return value.Int64(n), err
	case 5:
		b, err := d.byte()
		if c.Kind() == value.TBoolean {
			return value.Of(value.TBoolean, int64(b&1)), err
		}
		return value.Bool(b != 0), err
	case 6, 7, 14:
		return d.file(tag, c)
	case 8:
		n, err := d.int32()
		return value.Of(value.Color, int64(n&0xFFFFFF)), err
	case 9:
		return d.numeric()
	case 10, 11, 12:
		return d.calendar(tag)
	case 13:
		n, err := d.int64()
		if n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			return v, d.orFail(err, "a moment out of range")
		}
		return value.Of(value.ZDateTime, n*1000), err
	case 21:
		return d.interval(c)
	}
	d.pos--
	return v, d.fail("the value tag %d is unknown", tag)
}

// textValue is a text as a value of class c, a text if c has other values.
func textValue(s string, c value.Class) value.Value {
	switch c.Kind() {
	case value.JSON:
		if c.Name == value.NameJSON {
			if n, err := value.NormalizeJSON(s); err == nil {
				s = n
			}
		}
		return value.JSONText(c.Name, s)
	case value.Opaque:
		return value.OpaqueOf(c.Name, s)
	}
	return value.String(s)
}

func (d *decoder) file(tag byte, c value.Class) (value.Value, error) {
	b, err := d.blob()
	if err != nil {
		return value.Value{}, err
	}
	f := &value.FileData{}
	short := func() (string, bool) {
		if len(b) == 0 || len(b)-1 < int(b[0]) {
			return "", false
		}
		s := string(b[1 : 1+b[0]])
		b = b[1+len(s):]
		return s, true
	}
	name, ok := value.NameRawFile, true
	if c.IsFile() && tag == 6 {
		name = c.Name
	}
	if tag == 14 {
		name = value.NameNamedFile
		f.Name, ok = short()
	}
	if tag != 6 && ok {
		if tag == 7 {
			name = value.NameFile
		}
		f.Ext, ok = short()
	}
	if !ok {
		return value.Value{}, d.fail("a malformed file")
	}
	f.Bytes = b
	return value.FileOf(name, f), nil
}

func (d *decoder) numeric() (v value.Value, err error) {
	b, err := d.blob()
	if err != nil {
		return v, err
	}
	scale, err := d.int32()
	if err != nil || len(b) == 0 || len(b) > 1<<16 || scale < -1<<12 || scale > 1<<12 {
		return v, d.orFail(err, "a number of %d bytes with scale %d", len(b), scale)
	}
	u := new(big.Int).SetBytes(b)
	if b[0] >= 0x80 {
		u.Sub(u, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if scale < 0 {
		u.Mul(u, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-scale)), nil))
		scale = 0
	}
	if scale > value.MaxScale {
		return v, d.fail("a number with %d digits after the point", scale)
	}
	return value.BigDecimal(u, int(scale)), nil
}

func (d *decoder) calendar(tag byte) (v value.Value, err error) {
	var f [7]int
	part := f[:]
	switch tag {
	case 10:
		part = f[:3]
	case 11:
		part = f[3:]
	}
	if err := d.ints(part); err != nil {
		return v, err
	}
	ok := true
	var date, clock value.Value
	if tag != 11 {
		date, ok = value.NewDate(f[0], f[1], f[2])
	}
	if ok && tag != 10 {
		if f[6] < 0 || f[6] >= 1_000_000_000 {
			return v, d.fail("a time out of range")
		}
		clock, ok = value.NewTime(f[3], f[4], f[5], f[6]/1000)
	}
	if !ok {
		return v, d.fail("a date or time out of range")
	}
	switch tag {
	case 10:
		return date, nil
	case 11:
		return clock, nil
	}
	return value.NewDateTime(date, clock), nil
}

func (d *decoder) interval(c value.Class) (v value.Value, err error) {
	from, err := d.int64()
	if err != nil {
		return v, err
	}
	to, err := d.int64()
	if err != nil {
		return v, err
	}
	if c.Kind() != value.Interval {
		return v, d.fail("an interval in a column of class %s", c)
	}
	const most = math.MaxInt64 / 1000
	if from > most || from < -most || to > most || to < -most {
		return v, d.fail("an interval out of range")
	}
	if c.Name == value.NameIntervalDate {
		return value.IntervalOf(c.Name, floorDiv(from, millisPerDay), floorDiv(to, millisPerDay)), nil
	}
	return value.IntervalOf(c.Name, from*1000, to*1000), nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Codec is the RowCodec of TABLE.
type Codec struct{}

// NewReader reads the rows of a TABLE file. Values are taken as they are or
// converted between classes of numbers, texts or files; texts are never parsed.
func (Codec) NewReader(data []byte, columns []format.Column, opts format.ReadOptions) (format.RowReader, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	filter, err := opts.Where.Bind(columns)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return &rowReader{file: &Reader{done: true}}, nil
	}
	file, err := Open(data)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(file.columns))
	for i, c := range file.columns {
		names[i] = c.Name
	}
	places, err := format.PlaceByNames(columns, names, false)
	if err != nil {
		return nil, err
	}
	return &rowReader{file: file, columns: columns, places: places, filter: filter, limits: opts.Limits, cells: make([]value.Value, len(names))}, nil
}

type rowReader struct {
	file    *Reader
	columns []format.Column
	places  []int
	filter  *format.Filter
	limits  format.Limits
	cells   []value.Value
	row     int // rows read
}

// Next reads a row. @ROW counts from 1.
func (r *rowReader) Next(dst []value.Value) (bool, error) {
	for {
		ok, err := r.file.Next(r.cells)
		if !ok || err != nil {
			return false, err
		}
		r.row++
		if err := r.limits.CheckRow(int64(r.row)); err != nil {
			return false, err
		}
		if keep, err := r.filter.Fill(dst, r.row, r.convert); keep || err != nil {
			return keep, err
		}
	}
}

func (r *rowReader) convert(i int) (value.Value, error) {
	v, err := convert(r.cells[r.places[i]], r.columns[i].Class)
	if err != nil {
		return v, format.At(err, "row %d, column %s", r.row, format.Quoted(r.columns[i].Name))
	}
	return v, nil
}

// convert turns a value of a file into one of class c.
func convert(v value.Value, c value.Class) (value.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	from, to := v.Kind(), c.Kind()
	isNumber := func(k value.Kind) bool { return k >= value.Integer && k <= value.Double || k == value.Year }
	isText := func(k value.Kind) bool { return k == value.Text || k == value.JSON || k == value.Opaque }
	switch {
	case c.IsObject():
	case to == value.Boolean:
		return value.True, nil
	case from == value.DateTime && to == value.DateTime, from == value.Date && to == value.Date, from == value.Time && to == value.Time:
		return v, nil
	case from == value.Date && to == value.DateTime:
		return value.Value{}, nil
	case isNumber(from) && isNumber(to):
		return convertNumber(v, c)
	case isText(from) && isText(to):
		return format.ParseValue(value.TextOf(v), c)
	case from == value.Boolean && to == value.TBoolean:
		return value.TTrue, nil
	case from == value.File && to == value.File:
		return value.Cast(v, c)
	case from == value.Interval && to == value.Interval && v.ClassName() != c.Name:
	case from == to:
		return v, nil
	}
	return value.Value{}, value.Errorf(format.CodeValue, "a value of class %s cannot be read as %s", value.ClassOfValue(v), c)
}

func convertNumber(v value.Value, c value.Class) (value.Value, error) {
	bits := 0
	switch c.Kind() {
	case value.Integer, value.Year:
		bits = 32
	case value.Long:
		bits = 64
	default:
		return value.Cast(v, c)
	}
	whole := ""
	if v.Kind() == value.Double {
		whole = strconv.FormatFloat(math.Trunc(v.Double()), 'f', 0, 64)
	} else {
		whole, _, _ = strings.Cut(value.TextOf(v), ".")
	}
	n, err := strconv.ParseInt(whole, 10, bits)
	if err != nil {
		return value.Value{}, value.Errorf(format.CodeValue, "%s is out of the range of %s", value.TextOf(v), c)
	}
	return value.Of(c.Kind(), n), nil
}
