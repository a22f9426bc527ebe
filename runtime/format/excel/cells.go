// Package excel reads and writes workbooks, both XLSX and the older XLS, as
// IMPORT and EXPORT define them. A reader goes by the bytes of the file, whatever
// its extension or the format asked for.
package excel

import (
	"math"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// cellKind tells what a cell holds.
type cellKind uint8

const (
	noCell cellKind = iota // empty, or an error such as #N/A
	textCell
	numberCell
	dateCell // a number shown as a date or time
	boolCell
)

// cell is a cell as read.
type cell struct {
	kind   cellKind
	text   string
	number float64 // 1 or 0 of a boolCell
}

// sheetRow is a row of a sheet.
type sheetRow struct {
	index int // from 0
	cells []cell
}

// rowSource gives the rows of a sheet that the file has, in order.
type rowSource interface {
	next() (*sheetRow, error) // nil at the end
}

// book is a workbook that is open.
type book interface {
	sheets() int
	sheet(i int) (rowSource, error)
	is1904() bool
}

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 24 * 3600 * microsPerSecond
	epochSerial     = 25569 // of 1970-01-01
	offset1904      = 1462
)

// moment gives the days from 1970-01-01 and the microseconds of a day of a date
// cell; ok is false for numbers that are no date.
func moment(serial float64, from1904 bool) (day, micros int64, ok bool) {
	if from1904 {
		serial += offset1904
	} else if serial < 60 && serial >= 1 {
		serial++ // there, 1900 had a 29th of February
	}
	if !(serial >= 0 && serial < 2_958_466) {
		return 0, 0, false
	}
	whole := math.Floor(serial)
	// Serials carry seconds well, and milliseconds just so.
	micros = int64(math.Round((serial-whole)*24*3600*1000)) * 1000
	day = int64(whole) - epochSerial
	if micros >= microsPerDay {
		day, micros = day+1, micros-microsPerDay
	}
	return day, micros, true
}

// numberText is a number as plain decimal text.
func numberText(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// dateText is the text of a date cell.
func dateText(c cell, from1904 bool) string {
	day, micros, ok := moment(c.number, from1904)
	switch {
	case !ok:
		return numberText(c.number)
	case micros == 0:
		return format.ValueText(value.Of(value.Date, day))
	case c.number < 1 || day == 0:
		return format.ValueText(value.Of(value.Time, micros))
	}
	return format.ValueText(value.Of(value.DateTime, day*microsPerDay+micros))
}

// convert reads a cell as class c: a number is cut to a whole one, at the bounds
// of its class when it is beyond; texts are read as in CSV; a boolean cell is no
// number.
func convert(c cell, class value.Class, from1904 bool) (value.Value, error) {
	switch c.kind {
	case noCell:
		return value.Value{}, nil
	case textCell:
		return format.ParseValue(c.text, class)
	case boolCell:
		return convertBool(c, class)
	}
	switch class.Kind() {
	case value.Integer, value.Year:
		return value.Of(class.Kind(), int64(max(math.MinInt32, min(math.MaxInt32, math.Trunc(c.number))))), nil
	case value.Long:
		switch f := math.Trunc(c.number); {
		case f >= math.MaxInt64:
			return value.Int64(math.MaxInt64), nil
		case f <= math.MinInt64:
			return value.Int64(math.MinInt64), nil
		default:
			return value.Int64(int64(f)), nil
		}
	case value.Double:
		return value.Float(c.number), nil
	case value.Boolean, value.TBoolean:
		return value.Value{}, nil
	case value.Date, value.Time, value.DateTime, value.ZDateTime:
		day, micros, ok := moment(c.number, from1904)
		if !ok {
			return value.Value{}, format.Misread(numberText(c.number), class)
		}
		switch class.Kind() {
		case value.Date:
			return value.Of(value.Date, day), nil
		case value.Time:
			return value.Of(value.Time, micros), nil
		}
		return value.Of(class.Kind(), day*microsPerDay+micros), nil
	}
	if c.kind == dateCell && !class.IsNumber() {
		return format.ParseValue(dateText(c, from1904), class)
	}
	return format.ParseValue(numberText(c.number), class)
}

func convertBool(c cell, class value.Class) (value.Value, error) {
	text := "FALSE"
	if c.number != 0 {
		text = "TRUE"
	}
	return format.ParseValue(text, class)
}

// Codec is the RowCodec of XLSX and, with Old, of XLS. Both read either kind.
type Codec struct {
	Old bool // write XLS
}

// NewReader reads the rows of a sheet, or of all. Without a header columns are
// found by letters and what is no value of its class is NULL; with one the first
// row of every sheet holds the names, and such a cell is an error. @ROW counts
// from 0: the rows of the sheet, with a header those behind it.
func (Codec) NewReader(data []byte, columns []format.Column, opts format.ReadOptions) (format.RowReader, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	filter, err := opts.Where.Bind(columns)
	if err != nil {
		return nil, err
	}
	r := &reader{columns: columns, opts: opts, filter: filter}
	if len(data) == 0 {
		return r, nil
	}
	if data[0] == 'P' {
		r.book, err = openXLSX(data, opts.Limits)
	} else {
		r.book, err = openXLS(data)
	}
	if err != nil {
		return nil, err
	}
	r.last = r.book.sheets()
	if opts.Sheet != format.SheetAll {
		r.nextSheet = max(opts.Sheet-1, 0)
		if r.nextSheet >= r.last {
			return nil, value.Errorf(format.CodeColumn, "the workbook has %d sheets, no sheet %d", r.last, opts.Sheet)
		}
		r.last = r.nextSheet + 1
	}
	if !opts.Header {
		r.places, err = format.PlaceByLetters(columns)
	} else {
		err = r.openSheet()
	}
	return r, err
}

type reader struct {
	book      book
	columns   []format.Column
	opts      format.ReadOptions
	filter    *format.Filter
	places    []int
	nextSheet int // the sheet to be opened when rows is at its end
	last      int // where to stop
	rows      rowSource
	row       *sheetRow
	data      int   // rows of the sheet read behind the header
	total     int64 // rows read
}

// openSheet goes to the next sheet and reads its header.
func (r *reader) openSheet() (err error) {
	if r.rows, err = r.book.sheet(r.nextSheet); err != nil {
		return err
	}
	r.nextSheet++
	r.data = 0
	if !r.opts.Header {
		return nil
	}
	head, err := r.rows.next()
	if err != nil {
		return err
	}
	if r.places != nil {
		return nil
	}
	var names []string
	if head != nil {
		for _, c := range head.cells {
			v, _ := convert(c, value.ClassText, r.book.is1904())
			names = append(names, v.Str())
		}
	}
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	r.places, err = format.PlaceByNames(r.columns, format.HeaderNames(names), false)
	return err
}

// Next reads a row.
func (r *reader) Next(dst []value.Value) (bool, error) {
	for {
		if r.rows == nil {
			if r.nextSheet >= r.last {
				return false, nil
			}
			if err := r.openSheet(); err != nil {
				return false, err
			}
		}
		row, err := r.rows.next()
		if err != nil {
			return false, err
		}
		if row == nil {
			r.rows = nil
			continue
		}
		r.row = row
		number := row.index
		if r.opts.Header {
			number = r.data
		}
		r.data++
		if r.total++; r.opts.Limits.Rows > 0 {
			if err := r.opts.Limits.CheckRow(r.total); err != nil {
				return false, err
			}
		}
		if keep, err := r.filter.Fill(dst, number, r.convert); keep || err != nil {
			return keep, err
		}
	}
}

func (r *reader) convert(i int) (value.Value, error) {
	at := r.places[i]
	if at >= len(r.row.cells) {
		return value.Value{}, nil
	}
	v, err := convert(r.row.cells[at], r.columns[i].Class, r.book.is1904())
	if err == nil {
		return v, nil
	}
	if r.opts.Header {
		return value.Value{}, format.At(err, "row %d, column %d", r.row.index+1, at+1)
	}
	return value.Value{}, nil
}

func malformed(what string) error {
	return value.Errorf(format.CodeSyntax, "the workbook cannot be read: %s", what)
}

// isDateFormat tells whether a number format shows a date or time.
func isDateFormat(id int, code string) bool {
	if code == "" {
		return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
	}
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			if inner := strings.ToLower(code[i+1 : i+end]); inner != "" && strings.Trim(inner, "hms") == "" {
				return true
			}
			i += end
		case ';':
			return false
		default:
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				return false
			}
			if c == 'd' || c == 'y' || c == 'h' || c == 's' || c == 'm' {
				return true
			}
		}
	}
	return false
}
