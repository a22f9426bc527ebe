package excel

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf16"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Numbers of the records of an XLS stream that are looked at.
const (
	recFormula  = 0x0006
	recEOF      = 0x000A
	recDateMode = 0x0022
	recFilePass = 0x002F
	recContinue = 0x003C
	recCodePage = 0x0042
	recSheet    = 0x0085
	recMulRK    = 0x00BD
	recMulBlank = 0x00BE
	recXF       = 0x00E0
	recSST      = 0x00FC
	recLabelSST = 0x00FD
	recBlank    = 0x0201
	recNumber   = 0x0203
	recLabel    = 0x0204
	recBoolErr  = 0x0205
	recString   = 0x0207
	recRow      = 0x0208
	recRK       = 0x027E
	recFormat   = 0x041E
	recBOF      = 0x0809
)

// xls is an open XLS workbook.
type xls struct {
	stream   []byte
	old      bool // BIFF5: texts are bytes in a code page
	charset  format.Charset
	offsets  []int // of the sheets
	strings  []string
	formats  map[int]string
	styles   []int // number format by cell style
	from1904 bool
}

// record is a record with the parts that continue it.
type record struct {
	id    int
	parts [][]byte
}

// body is the first part, or nothing when it is shorter than size.
func (r record) body(size int) []byte {
	if len(r.parts[0]) < size {
		return nil
	}
	return r.parts[0]
}

// readRecord reads the record at pos and those that continue it.
func readRecord(stream []byte, pos int) (r record, next int, ok bool) {
	for {
		if pos+4 > len(stream) {
			return r, pos, len(r.parts) > 0
		}
		id, size := u16(stream, pos), u16(stream, pos+2)
		if len(r.parts) > 0 && id != recContinue {
			return r, pos, true
		}
		if pos+4+size > len(stream) {
			return r, pos, len(r.parts) > 0
		}
		if len(r.parts) == 0 {
			r.id = id
		}
		r.parts = append(r.parts, stream[pos+4:pos+4+size])
		pos += 4 + size
	}
}

func openXLS(data []byte) (*xls, error) {
	stream, err := workbookStream(data)
	if err != nil {
		return nil, err
	}
	b := &xls{stream: stream, formats: map[int]string{}}
	b.charset, _ = format.FindCharset("CP1252")
	for pos := 0; ; {
		r, next, ok := readRecord(stream, pos)
		if !ok {
			return nil, malformed("it ends early")
		}
		if pos == 0 && (r.id != recBOF || r.body(4) == nil) {
			return nil, malformed("it does not begin with a workbook")
		}
		pos = next
		if r.id == recEOF {
			return b, nil
		}
		if err := b.global(r); err != nil {
			return nil, err
		}
	}
}

// global takes a record of the part about the whole workbook.
func (b *xls) global(r record) error {
	switch r.id {
	case recBOF:
		b.old = u16(r.parts[0], 0) < 0x0600
	case recFilePass:
		return malformed("it is encrypted")
	case recDateMode:
		d := r.body(2)
		b.from1904 = d != nil && d[0] == 1
	case recCodePage:
		if d := r.body(2); d != nil && b.old {
			if c, err := format.FindCharset("CP" + numberText(float64(u16(d, 0)))); err == nil {
				b.charset = c
			}
		}
	case recSheet:
		if d := r.body(7); d != nil && d[5] == 0 {
			b.offsets = append(b.offsets, u32(d, 0))
		}
	case recFormat:
		if d := r.body(3); d != nil {
			t := texts{parts: [][]byte{d[2:]}}
			if b.old {
				b.formats[u16(d, 0)] = b.charset.Decode(d[3:min(3+int(d[2]), len(d))])
			} else if code, ok := t.unicode(2); ok {
				b.formats[u16(d, 0)] = code
			}
		}
	case recXF:
		if d := r.body(4); d != nil {
			b.styles = append(b.styles, u16(d, 2))
		}
	case recSST:
		return b.sharedStrings(r)
	}
	return nil
}

func (b *xls) sharedStrings(r record) error {
	d := r.body(8)
	if d == nil {
		return malformed("its list of texts is damaged")
	}
	count := u32(d, 4)
	t := texts{parts: r.parts, at: 8}
	for range count {
		s, ok := t.unicode(2)
		if !ok {
			return malformed("its list of texts is damaged")
		}
		b.strings = append(b.strings, s)
	}
	return nil
}

// texts reads texts that may run over the parts of a record.
type texts struct {
	parts [][]byte
	part  int
	at    int
}

// take gives n bytes that lie in one part, skipping to the next at its end.
func (t *texts) take(n int) ([]byte, bool) {
	for t.part < len(t.parts) && t.at >= len(t.parts[t.part]) {
		t.part++
		t.at = 0
	}
	if t.part >= len(t.parts) || t.at+n > len(t.parts[t.part]) {
		return nil, false
	}
	b := t.parts[t.part][t.at : t.at+n]
	t.at += n
	return b, true
}

// skip passes over n bytes of any parts.
func (t *texts) skip(n int) bool {
	for n > 0 {
		if t.part >= len(t.parts) {
			return false
		}
		step := min(n, len(t.parts[t.part])-t.at)
		t.at += step
		if n -= step; n > 0 {
			t.part++
			t.at = 0
		}
	}
	return true
}

// unicode reads a text whose length has lengthSize bytes. Where its characters
// go over into another part, that part says anew whether they have one byte.
func (t *texts) unicode(lengthSize int) (string, bool) {
	head, ok := t.take(lengthSize + 1)
	if !ok {
		return "", false
	}
	n := int(head[0])
	if lengthSize == 2 {
		n = u16(head, 0)
	}
	flags := head[lengthSize]
	runs, extra := 0, 0
	if flags&8 != 0 {
		b, ok := t.take(2)
		if !ok {
			return "", false
		}
		runs = u16(b, 0)
	}
	if flags&4 != 0 {
		b, ok := t.take(4)
		if !ok {
			return "", false
		}
		extra = u32(b, 0)
	}
	wide := flags&1 != 0
	units := make([]uint16, 0, min(n, 1024))
	for len(units) < n {
		if t.at >= len(t.parts[t.part]) {
			t.part++
			t.at = 0
			b, ok := t.take(1)
			if !ok {
				return "", false
			}
			wide = b[0]&1 != 0
		}
		rest := t.parts[t.part][t.at:]
		if wide {
			k := min(n-len(units), len(rest)/2)
			if k == 0 && len(units) < n {
				return "", false
			}
			for i := range k {
				units = append(units, uint16(u16(rest, 2*i)))
			}
			t.at += 2 * k
		} else {
			k := min(n-len(units), len(rest))
			for _, c := range rest[:k] {
				units = append(units, uint16(c))
			}
			t.at += k
		}
	}
	return string(utf16.Decode(units)), t.skip(4*runs + extra)
}

func (b *xls) sheets() int  { return len(b.offsets) }
func (b *xls) is1904() bool { return b.from1904 }

// sheet reads all rows of a sheet: their records need not be in order.
func (b *xls) sheet(i int) (rowSource, error) {
	s := &xlsSheet{book: b, rows: map[int]*sheetRow{}}
	for pos, nest := b.offsets[i], 0; ; {
		r, next, ok := readRecord(b.stream, pos)
		if !ok {
			return nil, malformed("a sheet ends early")
		}
		pos = next
		switch r.id {
		case recBOF:
			nest++ // charts stand inside
		case recEOF:
			if nest--; nest <= 0 {
				for n := range s.rows {
					s.order = append(s.order, n)
				}
				slices.Sort(s.order)
				return s, nil
			}
		default:
			if nest == 1 {
				s.take(r)
			}
		}
	}
}

type xlsSheet struct {
	book  *xls
	rows  map[int]*sheetRow
	order []int

	textRow, textColumn int // of the formula whose text follows
}

func (s *xlsSheet) next() (*sheetRow, error) {
	if len(s.order) == 0 {
		return nil, nil
	}
	row := s.rows[s.order[0]]
	s.order = s.order[1:]
	return row, nil
}

func (s *xlsSheet) row(n int) *sheetRow {
	row := s.rows[n]
	if row == nil {
		row = &sheetRow{index: n}
		s.rows[n] = row
	}
	return row
}

func (s *xlsSheet) set(row, column int, c cell) {
	r := s.row(row)
	for len(r.cells) <= column {
		r.cells = append(r.cells, cell{})
	}
	r.cells[column] = c
}

func (s *xlsSheet) number(row, column, style int, f float64) {
	kind := numberCell
	if style < len(s.book.styles) {
		if id := s.book.styles[style]; isDateFormat(id, s.book.formats[id]) {
			kind = dateCell
		}
	}
	s.set(row, column, cell{kind: kind, number: f})
}

// rk is a number of 32 bits.
func rk(n uint32) float64 {
	var f float64
	if n&2 != 0 {
		f = float64(int32(n) >> 2)
	} else {
		f = math.Float64frombits(uint64(n&^3) << 32)
	}
	if n&1 != 0 {
		f /= 100
	}
	return f
}

// take takes a record of a sheet; those too short are left out.
func (s *xlsSheet) take(r record) {
	d := r.parts[0]
	if len(d) < 6 {
		if r.id == recString && len(d) >= 3 {
			s.formulaText(r)
		}
		return
	}
	row, column, style := u16(d, 0), u16(d, 2), u16(d, 4)
	switch r.id {
	case recRow:
		s.row(row)
	case recBlank:
		s.set(row, column, cell{})
	case recMulBlank:
		s.row(row)
	case recNumber:
		if len(d) >= 14 {
			s.number(row, column, style, math.Float64frombits(binary.LittleEndian.Uint64(d[6:])))
		}
	case recRK:
		if len(d) >= 10 {
			s.number(row, column, style, rk(uint32(u32(d, 6))))
		}
	case recMulRK:
		for at := 4; at+6 <= len(d)-2; at, column = at+6, column+1 {
			s.number(row, column, u16(d, at), rk(uint32(u32(d, at+2))))
		}
	case recLabelSST:
		if len(d) >= 10 && u32(d, 6) < len(s.book.strings) {
			s.set(row, column, cell{kind: textCell, text: s.book.strings[u32(d, 6)]})
		}
	case recLabel:
		if text, ok := s.text(r, 6); ok {
			s.set(row, column, cell{kind: textCell, text: text})
		}
	case recBoolErr:
		if len(d) >= 8 && d[7] == 0 {
			s.set(row, column, cell{kind: boolCell, number: float64(d[6])})
		}
	case recFormula:
		s.formula(d, row, column, style)
	case recString:
		s.formulaText(r)
	}
}

// text reads a text at an offset of a record.
func (s *xlsSheet) text(r record, at int) (string, bool) {
	if s.book.old {
		d := r.parts[0]
		if len(d) < at+2 {
			return "", false
		}
		return s.book.charset.Decode(d[at+2 : min(at+2+u16(d, at), len(d))]), true
	}
	t := texts{parts: r.parts, at: at}
	return t.unicode(2)
}

// formula takes the value that a formula had when the file was saved.
func (s *xlsSheet) formula(d []byte, row, column, style int) {
	if len(d) < 14 {
		return
	}
	if u16(d, 12) != 0xFFFF {
		s.number(row, column, style, math.Float64frombits(binary.LittleEndian.Uint64(d[6:])))
		return
	}
	s.set(row, column, cell{})
	switch d[6] {
	case 0:
		s.textRow, s.textColumn = row, column
	case 1:
		s.set(row, column, cell{kind: boolCell, number: float64(d[8])})
	}
}

func (s *xlsSheet) formulaText(r record) {
	if text, ok := s.text(r, 0); ok {
		s.set(s.textRow, s.textColumn, cell{kind: textCell, text: text})
	}
}

// xlsLimit is the error of a sheet that is too large for XLS.
func xlsLimit(rows, columns int) error {
	return value.Errorf(format.CodeWrite, "an XLS sheet holds at most %d rows and %d columns", rows, columns)
}
