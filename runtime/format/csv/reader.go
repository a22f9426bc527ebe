// Package csv reads and writes CSV files as IMPORT and EXPORT define them: the
// separator is a semicolon, rows end with CR LF when written, fields are quoted
// only where they must be.
package csv

import (
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// DefaultSeparator stands between fields when no other is given.
const DefaultSeparator = ";"

// Codec is the RowCodec of CSV.
type Codec struct{}

// NewReader reads the rows of a CSV file. Fields without quotes inside share
// the memory of data. With a header a row that is too short or a field that is
// no value of its class is an error with its row and column; without one it is
// NULL. Blank lines are skipped.
func (Codec) NewReader(data []byte, columns []format.Column, opts format.ReadOptions) (format.RowReader, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	r := &reader{
		Scanner: *NewScanner(charset.Decode(data), opts.Separator, opts.NoEscape),
		columns: columns, header: opts.Header, limits: opts.Limits,
	}
	r.convertField = r.convert
	if r.filter, err = opts.Where.Bind(columns); err != nil {
		return nil, err
	}
	if !opts.Header {
		r.places, err = format.PlaceByLetters(columns)
		return r, err
	}
	fields, err := r.Scan()
	if err != nil {
		return nil, err
	}
	r.places, err = format.PlaceByNames(columns, format.HeaderNames(fields), false)
	return r, err
}

type reader struct {
	Scanner
	columns      []format.Column
	places       []int
	header       bool
	limits       format.Limits
	filter       *format.Filter
	fields       []string
	convertField func(int) (value.Value, error)
}

// Next reads a row.
func (r *reader) Next(dst []value.Value) (bool, error) {
	for {
		fields, err := r.Scan()
		if fields == nil || err != nil {
			return false, err
		}
		if err := r.limits.CheckRow(int64(r.record)); err != nil {
			return false, err
		}
		r.fields = fields
		if r.filter == nil {
			for i := range dst {
				if dst[i], err = r.convert(i); err != nil {
					return false, err
				}
			}
			return true, nil
		}
		if keep, err := r.filter.Fill(dst, r.record-1, r.convertField); keep || err != nil {
			return keep, err
		}
	}
}

func (r *reader) convert(i int) (value.Value, error) {
	at := r.places[i]
	if at >= len(r.fields) {
		if r.header {
			return value.Value{}, value.Errorf(format.CodeColumn, "row %d has no column %d", r.record, at+1)
		}
		return value.Value{}, nil
	}
	v, err := format.ParseValue(r.fields[at], r.columns[i].Class)
	if err != nil {
		if r.header {
			return v, format.At(err, "row %d, column %d", r.record, at+1)
		}
		return value.Value{}, nil
	}
	return v, nil
}

// Scanner splits a text into records of fields. Fields are parts of the text
// except those with doubled quotes.
type Scanner struct {
	text   string
	pos    int
	sep    string
	quotes bool
	fields []string
	record int
}

// NewScanner makes a scanner; an empty separator is DefaultSeparator. With
// noEscape quotes have no meaning.
func NewScanner(text, separator string, noEscape bool) *Scanner {
	if separator == "" {
		separator = DefaultSeparator
	}
	return &Scanner{text: text, sep: separator, quotes: !noEscape}
}

// Record is the number of the record read last, from 1.
func (s *Scanner) Record() int { return s.record }

// Scan gives the fields of the next record that is not a blank line, nil at the
// end. The slice is valid until the next call.
func (s *Scanner) Scan() ([]string, error) {
	text, pos := s.text, s.pos
	for pos < len(text) && (text[pos] == '\n' || text[pos] == '\r') {
		pos++
	}
	if pos == len(text) {
		s.pos = pos
		return nil, nil
	}
	s.record++
	fields := s.fields[:0]
	sep0, single := s.sep[0], len(s.sep) == 1
	for {
		if s.quotes && pos < len(text) && text[pos] == '"' && sep0 != '"' {
			field, end, err := s.quoted(pos)
			if err != nil {
				return nil, err
			}
			fields, pos = append(fields, field), end
		} else {
			start := pos
			for pos < len(text) {
				c := text[pos]
				if c == sep0 && (single || strings.HasPrefix(text[pos:], s.sep)) || c == '\n' || c == '\r' {
					break
				}
				pos++
			}
			fields = append(fields, text[start:pos])
		}
		if pos == len(text) {
			break
		}
		if c := text[pos]; c == '\n' || c == '\r' {
			pos++
			if c == '\r' && pos < len(text) && text[pos] == '\n' {
				pos++
			}
			break
		}
		pos += len(s.sep)
	}
	s.pos, s.fields = pos, fields
	return fields, nil
}

// quoted reads a field whose opening quote is at pos and gives the offset of
// the separator, line end or end of file behind it.
func (s *Scanner) quoted(pos int) (field string, end int, err error) {
	text, start := s.text, pos+1
	next := start
	var joined []byte
	for {
		i := strings.IndexByte(text[next:], '"')
		if i < 0 {
			line, column := format.Place(text, pos)
			return "", 0, value.Errorf(format.CodeSyntax, "the quote at line %d, column %d is never closed (row %d)", line, column, s.record)
		}
		next += i + 1
		if next < len(text) && text[next] == '"' {
			joined = append(joined, text[start:next]...)
			next++
			start = next
			continue
		}
		break
	}
	field = text[start : next-1]
	if joined != nil {
		field = string(append(joined, field...))
	}
	if next < len(text) && text[next] != '\n' && text[next] != '\r' && !strings.HasPrefix(text[next:], s.sep) {
		line, column := format.Place(text, next)
		return "", 0, value.Errorf(format.CodeSyntax, "text after a closing quote at line %d, column %d (row %d)", line, column, s.record)
	}
	return field, next, nil
}
