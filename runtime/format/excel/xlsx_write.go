package excel

import (
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

const (
	defaultSheet = "Sheet0"
	maxSheetName = 31
	maxCellText  = 32767
)

// Number formats of dates and times.
const (
	dateFormat     = "M/d/yy"
	timeFormat     = "h:mm:ss a"
	dateTimeFormat = "M/d/yy, h:mm:ss a"
)

// sheetName is the name of the sheet for the option SHEET.
func sheetName(name string) string {
	if name == "" {
		return defaultSheet
	}
	return value.CutText(name, maxSheetName)
}

// cellOf is the content of the cell of a value and the number format of its
// class; NULL is an empty cell.
func cellOf(v value.Value, c value.Class) (out cell, code string) {
	k := v.Kind()
	if k == value.Null {
		k = c.Kind()
	}
	switch k {
	case value.Date:
		code = dateFormat
	case value.Time:
		code = timeFormat
	case value.DateTime, value.ZDateTime:
		code = dateTimeFormat
	}
	switch v.Kind() {
	case value.Null:
		return cell{}, code
	case value.Boolean, value.TBoolean:
		return cell{kind: boolCell, number: float64(v.Num())}, code
	case value.Integer, value.Long, value.Year, value.Object:
		return cell{kind: numberCell, number: float64(v.Num())}, code
	case value.Numeric:
		return cell{kind: numberCell, number: v.Float64()}, code
	case value.Double:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return cell{kind: numberCell, number: f}, code
		}
	case value.Date:
		return cell{kind: dateCell, number: float64(v.Num() + epochSerial)}, code
	case value.Time, value.DateTime, value.ZDateTime:
		rest := v.Num() % microsPerDay
		if rest < 0 {
			rest += microsPerDay
		}
		day := (v.Num() - rest) / microsPerDay
		return cell{kind: dateCell, number: float64(day+epochSerial) + float64(rest)/microsPerDay}, code
	}
	return cell{kind: textCell, text: format.ValueText(v)}, code
}

// checkText is an error for a text that no cell can hold.
func checkText(s string) error {
	if len(s) > maxCellText && utf8.RuneCountInString(s) > maxCellText {
		return value.Errorf(format.CodeWrite, "a text of %d characters is longer than the %d that a cell can hold", utf8.RuneCountInString(s), maxCellText)
	}
	return nil
}

// NewWriter writes a workbook of one sheet: numbers, dates and booleans in cells
// of their own kind, everything else as text. Rows are streamed to a temporary
// file when they are many; XLS is kept in memory until Close.
func (c Codec) NewWriter(w io.Writer, columns []format.Column, opts format.WriteOptions) (format.RowWriter, error) {
	order, err := format.WriteOrder(columns, opts.Header)
	if err != nil {
		return nil, err
	}
	var sink sheetSink
	if c.Old {
		sink = newXLS(sheetName(opts.Sheet))
	} else if sink, err = newXLSX(sheetName(opts.Sheet)); err != nil {
		return nil, err
	}
	out := &writer{w: w, sink: sink, columns: columns, order: order, cells: make([]cell, len(order)), codes: make([]string, len(order))}
	if opts.Header {
		for i, name := range format.UniqueNames(columns) {
			out.cells[i] = cell{kind: textCell, text: name}
		}
		return out, sink.row(out.cells, out.codes)
	}
	return out, nil
}

// sheetSink takes the rows of a sheet and writes the workbook at the end.
type sheetSink interface {
	row(cells []cell, codes []string) error
	finish(w io.Writer) error
}

type writer struct {
	w       io.Writer
	sink    sheetSink
	columns []format.Column
	order   []int
	cells   []cell
	codes   []string // number formats, "" for none
}

// Write adds a row.
func (w *writer) Write(row []value.Value) error {
	for i, column := range w.order {
		if column < 0 {
			continue
		}
		w.cells[i], w.codes[i] = cellOf(row[column], w.columns[column].Class)
		if w.cells[i].kind == textCell {
			if err := checkText(w.cells[i].text); err != nil {
				return err
			}
		}
	}
	return w.sink.row(w.cells, w.codes)
}

// Close writes the workbook.
func (w *writer) Close() error { return w.sink.finish(w.w) }

// xlsxSink streams an XLSX sheet.
type xlsxSink struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	styles map[string]int // by number format
	rows   int
	cells  []any
}

func newXLSX(sheet string) (*xlsxSink, error) {
	s := &xlsxSink{file: excelize.NewFile(), styles: map[string]int{}}
	if err := s.file.SetSheetName("Sheet1", sheet); err != nil {
		return nil, unwritable(err)
	}
	for _, code := range [...]string{dateFormat, timeFormat, dateTimeFormat} {
		style, err := s.file.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			return nil, unwritable(err)
		}
		s.styles[code] = style
	}
	var err error
	if s.stream, err = s.file.NewStreamWriter(sheet); err != nil {
		return nil, unwritable(err)
	}
	return s, nil
}

func unwritable(err error) error {
	return value.Errorf(format.CodeWrite, "the workbook cannot be written: %s", err)
}

func (s *xlsxSink) row(cells []cell, codes []string) error {
	if s.rows++; s.rows > maxRows {
		return value.Errorf(format.CodeWrite, "an XLSX sheet holds at most %d rows", maxRows)
	}
	s.cells = s.cells[:0]
	for i, c := range cells {
		x := excelize.Cell{StyleID: s.styles[codes[i]]}
		switch c.kind {
		case textCell:
			x.Value = c.text
		case boolCell:
			x.Value = c.number != 0
		case numberCell, dateCell:
			x.Value = c.number
		default:
			if codes[i] == "" {
				s.cells = append(s.cells, nil)
				continue
			}
		}
		s.cells = append(s.cells, x)
	}
	if err := s.stream.SetRow("A"+strconv.Itoa(s.rows), s.cells); err != nil {
		return unwritable(err)
	}
	return nil
}

func (s *xlsxSink) finish(w io.Writer) error {
	if err := s.stream.Flush(); err != nil {
		return unwritable(err)
	}
	if _, err := s.file.WriteTo(w); err != nil {
		return err
	}
	return s.file.Close()
}
