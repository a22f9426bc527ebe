// Package dbf reads and writes dBase III files as IMPORT and EXPORT define them.
// Texts are in CP1251 unless another charset is given.
package dbf

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Codec is the RowCodec of DBF.
type Codec struct{}

// DefaultCharset is the charset when no other is given.
const DefaultCharset = "CP1251"

const (
	headSize  = 32 // of the head of a file and of each field's description
	headEnd   = 0x0D
	fileEnd   = 0x1A
	deleted   = '*'
	memoBlock = 512
)

// field is a column of a file.
type field struct {
	name     string
	kind     byte
	offset   int // in a record
	width    int
	decimals int
}

// NewReader reads the records that are not deleted. Columns are found by name
// in any case. Texts lose blanks around them, blank fields are NULL, as are
// numbers of * or ?. opts.Memo is the content of the .dbt or .fpt file.
func (Codec) NewReader(data []byte, columns []format.Column, opts format.ReadOptions) (format.RowReader, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	filter, err := opts.Where.Bind(columns)
	if err != nil {
		return nil, err
	}
	charset, err := findCharset(opts.Charset)
	if err != nil || len(data) == 0 {
		return &reader{}, err
	}
	r := &reader{data: data, columns: columns, filter: filter, limits: opts.Limits, charset: charset, memo: opts.Memo}
	if err := r.head(); err != nil {
		return nil, err
	}
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = f.name
	}
	r.places, err = format.PlaceByNames(columns, names, true)
	return r, err
}

func findCharset(name string) (format.Charset, error) {
	if name == "" {
		name = DefaultCharset
	}
	return format.FindCharset(name)
}

type reader struct {
	data    []byte
	columns []format.Column
	fields  []field
	places  []int
	filter  *format.Filter
	limits  format.Limits
	charset format.Charset
	memo    []byte

	pos     int
	size    int // of a record
	records int // as the head says
	row     int // records read, deleted ones too
	record  []byte
}

func malformed(message string, args ...any) error {
	return value.Errorf(format.CodeSyntax, "the file is no DBF file or is damaged: "+message, args...)
}

// head reads the description of the file.
func (r *reader) head() error {
	if len(r.data) < headSize+1 {
		return malformed("it has %d bytes", len(r.data))
	}
	r.records = int(min(binary.LittleEndian.Uint32(r.data[4:]), math.MaxInt32))
	r.pos = int(binary.LittleEndian.Uint16(r.data[8:]))
	r.size = int(binary.LittleEndian.Uint16(r.data[10:]))
	if r.pos <= headSize || r.pos > len(r.data) || r.size < 1 {
		return malformed("a head of %d bytes and records of %d", r.pos, r.size)
	}
	offset := 1
	for at := headSize; at < r.pos && r.data[at] != headEnd; at += headSize {
		if at+headSize > r.pos {
			return malformed("the description of field %d is cut", len(r.fields)+1)
		}
		d := r.data[at : at+headSize]
		name, _, _ := bytes.Cut(d[:11], []byte{0})
		f := field{name: strings.TrimSpace(r.charset.Decode(name)), kind: d[11], offset: offset, width: int(d[16]), decimals: int(d[17])}
		if f.kind == 'C' {
			f.width += f.decimals << 8
		}
		if offset += f.width; offset > r.size {
			return malformed("field %d does not fit into records of %d bytes", len(r.fields)+1, r.size)
		}
		r.fields = append(r.fields, f)
	}
	return nil
}

// Next reads a record. @ROW counts records from 0, deleted ones too.
func (r *reader) Next(dst []value.Value) (bool, error) {
	for r.row < r.records && r.pos < len(r.data) && r.data[r.pos] != fileEnd {
		if r.pos+r.size > len(r.data) {
			return false, malformed("record %d is cut", r.row+1)
		}
		r.record = r.data[r.pos : r.pos+r.size]
		r.pos += r.size
		r.row++
		if r.record[0] == deleted {
			continue
		}
		if err := r.limits.CheckRow(int64(r.row)); err != nil {
			return false, err
		}
		if keep, err := r.filter.Fill(dst, r.row-1, r.convert); keep || err != nil {
			return keep, err
		}
	}
	return false, nil
}

func (r *reader) convert(i int) (value.Value, error) {
	f := &r.fields[r.places[i]]
	v, err := r.value(f, r.columns[i].Class)
	if err != nil {
		err = format.At(err, "row %d, column %s", r.row, f.name)
	}
	return v, err
}

// value reads a field of the record as class c.
func (r *reader) value(f *field, c value.Class) (value.Value, error) {
	raw := r.record[f.offset : f.offset+f.width]
	switch f.kind {
	case 'L':
		return logical(raw, c)
	case 'I', '+':
		if len(raw) == 4 {
			return format.ParseValue(strconv.Itoa(int(int32(binary.LittleEndian.Uint32(raw)))), c)
		}
	case 'B', 'O':
		if len(raw) == 8 {
			f := math.Float64frombits(binary.LittleEndian.Uint64(raw))
			return number(strconv.FormatFloat(f, 'f', -1, 64), c)
		}
	case 'Y':
		if len(raw) == 8 {
			n := int64(binary.LittleEndian.Uint64(raw))
			return number(value.TextOf(value.Decimal(n, 4)), c)
		}
	case 'M':
		return format.ParseValue(strings.TrimSpace(r.memoText(raw)), c)
	}
	text := strings.TrimSpace(r.charset.Decode(raw))
	if strings.Trim(text, "\x00") == "" {
		return value.Value{}, nil
	}
	switch f.kind {
	case 'N', 'F':
		if text[0] == '*' || text[0] == '?' {
			return value.Value{}, nil
		}
		return number(strings.Replace(text, ",", ".", 1), c)
	case 'D':
		if strings.Trim(text, "0") == "" {
			return value.Value{}, nil
		}
		if c.IsText() && len(text) == 8 {
			text = text[:4] + "-" + text[4:6] + "-" + text[6:]
		}
	}
	return format.ParseValue(text, c)
}

func logical(raw []byte, c value.Class) (value.Value, error) {
	text := ""
	if len(raw) == 1 {
		switch raw[0] {
		case 't', 'T':
			text = "true"
		case 'f', 'F':
			text = "false"
		}
	}
	return format.ParseValue(text, c)
}

// number reads a number; whole classes take one with zeros after the point.
func number(text string, c value.Class) (value.Value, error) {
	switch c.Kind() {
	case value.Integer, value.Long, value.Year:
		if whole, frac, ok := strings.Cut(text, "."); ok && strings.Trim(frac, "0") == "" {
			text = whole
		}
	}
	return format.ParseValue(text, c)
}

// memoText is the text that a memo field refers to by the number of its block.
func (r *reader) memoText(raw []byte) string {
	block := 0
	if len(raw) == 4 {
		block = int(binary.LittleEndian.Uint32(raw))
	} else if n, err := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil {
		block = n
	}
	if block <= 0 || len(r.memo) < memoBlock {
		return ""
	}
	if r.data[0] == 0xF5 || r.data[0] == 0x30 { // FoxPro: big-endian kind and length before the text
		size := int(binary.BigEndian.Uint16(r.memo[6:]))
		at := block * max(size, 1)
		if at+8 > len(r.memo) || at < 0 {
			return ""
		}
		n := int(binary.BigEndian.Uint32(r.memo[at+4:]))
		return r.charset.Decode(r.memo[at+8 : min(at+8+n, len(r.memo))])
	}
	at := block * memoBlock
	if at >= len(r.memo) || at < 0 {
		return ""
	}
	text := r.memo[at:]
	if bytes.HasPrefix(text, []byte{0xFF, 0xFF, 8, 0}) && len(text) >= 8 { // dBase IV: length with the 8 bytes before the text
		n := int(binary.LittleEndian.Uint32(text[4:]))
		return r.charset.Decode(text[8:min(max(n, 8), len(text))])
	}
	text, _, _ = bytes.Cut(text, []byte{fileEnd})
	return r.charset.Decode(text)
}
