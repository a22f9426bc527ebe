package excel

import (
	"encoding/binary"
	"io"
	"math"
	"unicode/utf16"
)

const (
	xlsRows    = 1 << 16
	xlsColumns = 1 << 8
	maxRecord  = 8224
	firstStyle = 15 // of cells: those before it are styles of the workbook itself
	firstCode  = 164
)

// xlsSink keeps a sheet as records until it is written.
type xlsSink struct {
	sheet   string
	rows    int
	columns int
	records []byte // of the sheet
	texts   map[string]uint32
	list    []string // the texts by their number
	refs    uint32   // cells with a text
}

func newXLS(sheet string) *xlsSink { return &xlsSink{sheet: sheet, texts: map[string]uint32{}} }

func appendU16(dst []byte, ns ...int) []byte {
	for _, n := range ns {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(n))
	}
	return dst
}

// appendRecord begins a record; its content of size bytes follows.
func appendRecord(dst []byte, id, size int) []byte { return appendU16(dst, id, size) }

// numberFormats are the number formats of cells in the order of their styles
// behind the plain one.
func numberFormats() []string { return []string{dateFormat, timeFormat, dateTimeFormat} }

func styleOf(code string) int {
	for i, f := range numberFormats() {
		if f == code {
			return firstStyle + 1 + i
		}
	}
	return firstStyle
}

func (s *xlsSink) row(cells []cell, codes []string) error {
	if s.rows == xlsRows || len(cells) > xlsColumns {
		return xlsLimit(xlsRows, xlsColumns)
	}
	at := s.rows
	s.rows++
	s.columns = max(s.columns, len(cells))
	b := appendRecord(s.records, recRow, 16)
	b = appendU16(b, at, 0, len(cells), 0xFF, 0, 0, 0x100, firstStyle)
	for i, c := range cells {
		style := styleOf(codes[i])
		switch c.kind {
		case numberCell, dateCell:
			b = appendU16(appendRecord(b, recNumber, 14), at, i, style)
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(c.number))
		case boolCell:
			b = appendU16(appendRecord(b, recBoolErr, 8), at, i, style, int(c.number))
		case textCell:
			b = appendU16(appendRecord(b, recLabelSST, 10), at, i, style)
			b = binary.LittleEndian.AppendUint32(b, s.number(c.text))
		default:
			b = appendU16(appendRecord(b, recBlank, 6), at, i, style)
		}
	}
	s.records = b
	return nil
}

// number is the number of a text in the list of all.
func (s *xlsSink) number(text string) uint32 {
	s.refs++
	n, ok := s.texts[text]
	if !ok {
		n = uint32(len(s.list))
		s.texts[text] = n
		s.list = append(s.list, text)
	}
	return n
}

// wideText is a text as UTF-16 with its length before it.
func wideText(dst []byte, s string, lengthSize int) []byte {
	units := utf16.Encode([]rune(s))
	if lengthSize == 1 {
		dst = append(dst, byte(len(units)), 1)
	} else {
		dst = append(appendU16(dst, len(units)), 1)
	}
	for _, u := range units {
		dst = binary.LittleEndian.AppendUint16(dst, u)
	}
	return dst
}

func beginOfFile(dst []byte, kind int) []byte {
	dst = appendU16(appendRecord(dst, recBOF, 16), 0x0600, kind, 0x10D3, 0x07CC)
	dst = binary.LittleEndian.AppendUint32(dst, 0x41)
	return binary.LittleEndian.AppendUint32(dst, 6)
}

// globals are the records about the whole workbook; at is where the offset of
// the sheet belongs.
func (s *xlsSink) globals() (b []byte, at int) {
	b = beginOfFile(nil, 5)
	b = appendU16(appendRecord(b, recCodePage, 2), 1200)
	b = appendU16(appendRecord(b, 0x003D, 18), 0x168, 0x10E, 0x3A5C, 0x23BE, 0x38, 0, 0, 1, 0x258)
	b = appendU16(appendRecord(b, recDateMode, 2), 0)
	for range 4 {
		b = appendU16(appendRecord(b, 0x0031, 16+len("Arial")), 200, 0, 0x7FFF, 400, 0)
		b = append(b, 0, 0, 0, 0, byte(len("Arial")), 0)
		b = append(b, "Arial"...)
	}
	for i, code := range numberFormats() {
		text := wideText(nil, code, 2)
		b = append(appendU16(appendRecord(b, recFormat, 2+len(text)), firstCode+i), text...)
	}
	style := func(code, parent int, used byte) {
		b = appendU16(appendRecord(b, recXF, 20), 0, code, parent)
		b = append(b, 0x20, 0, 0, used)
		b = appendU16(b, 0, 0, 0, 0, 0x20C0)
	}
	for range firstStyle {
		style(0, 0xFFF5, 0xF4)
	}
	style(0, 1, 0)
	for i := range numberFormats() {
		style(firstCode+i, 1, 4)
	}
	b = append(appendU16(appendRecord(b, 0x0293, 4), 0x8000), 0, 0xFF)
	name := wideText(nil, s.sheet, 1)
	b = appendRecord(b, recSheet, 6+len(name))
	at = len(b)
	b = append(append(b, 0, 0, 0, 0, 0, 0), name...)
	b = s.sharedStrings(b)
	return appendRecord(b, recEOF, 0), at
}

// sharedStrings writes the list of texts. A record that is full is continued:
// never inside the head of a text or a character.
func (s *xlsSink) sharedStrings(b []byte) []byte {
	start := len(b)
	b = appendRecord(b, recSST, 0)
	b = binary.LittleEndian.AppendUint32(b, s.refs)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.list)))
	size := func() int { return len(b) - start - 4 }
	finish := func() { binary.LittleEndian.PutUint16(b[start+2:], uint16(size())) }
	again := func() {
		finish()
		start = len(b)
		b = appendRecord(b, recContinue, 0)
	}
	for _, text := range s.list {
		if size()+5 > maxRecord {
			again()
		}
		units := utf16.Encode([]rune(text))
		b = append(appendU16(b, len(units)), 1)
		for _, u := range units {
			if size()+2 > maxRecord {
				again()
				b = append(b, 1)
			}
			b = binary.LittleEndian.AppendUint16(b, u)
		}
	}
	finish()
	return b
}

func (s *xlsSink) finish(w io.Writer) error {
	b, at := s.globals()
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)))
	b = beginOfFile(b, 16)
	b = appendRecord(b, 0x0200, 14)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(s.rows))
	b = appendU16(b, 0, s.columns, 0)
	b = append(b, s.records...)
	b = appendU16(appendRecord(b, 0x023E, 18), 0x06B6, 0, 0, 0x40, 0, 0, 0, 0, 0)
	b = appendRecord(b, recEOF, 0)
	_, err := w.Write(compoundFile(b))
	return err
}
