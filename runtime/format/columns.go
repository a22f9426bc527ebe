package format

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// MaxLetterColumns is how many columns letters can name: A to IV.
const MaxLetterColumns = 256

// LetterColumn is the position, from 0, of a column named by letters (A, B …
// Z, AA …) in a file without header.
func LetterColumn(name string) (index int, ok bool) {
	if name == "" || len(name) > 2 {
		return 0, false
	}
	for i := 0; i < len(name); i++ {
		if name[i] < 'A' || name[i] > 'Z' {
			return 0, false
		}
		index = index*26 + int(name[i]-'A') + 1
	}
	index--
	return index, index < MaxLetterColumns
}

// PlaceColumns gives each column asked its position in a file. find is the
// position of a name, if the file has it; a name not found takes the position
// after the previous one, the first 0. A position not below count is an error.
func PlaceColumns(columns []Column, count int, find func(name string) (int, bool)) ([]int, error) {
	places := make([]int, len(columns))
	next := 0
	for i, c := range columns {
		if at, ok := find(c.Name); ok {
			next = at
		} else if next >= count {
			return nil, value.Errorf(CodeColumn, "the file has no column %q, and none after the columns read before it", c.Name)
		}
		places[i] = next
		next++
	}
	return places, nil
}

// PlaceByNames is PlaceColumns for a file with names of columns.
func PlaceByNames(columns []Column, names []string, ignoreCase bool) ([]int, error) {
	return PlaceColumns(columns, len(names), func(name string) (int, bool) {
		for i, n := range names {
			if n == name || ignoreCase && strings.EqualFold(n, name) {
				return i, true
			}
		}
		return 0, false
	})
}

// PlaceByLetters is PlaceColumns for a file without names.
func PlaceByLetters(columns []Column) ([]int, error) {
	return PlaceColumns(columns, MaxLetterColumns, LetterColumn)
}

// WriteOrder gives for each position of a row to be written the column there, -1
// for none: with a header the columns as they are, without one by letters.
func WriteOrder(columns []Column, header bool) ([]int, error) {
	order := make([]int, 0, len(columns))
	if header {
		for i := range columns {
			order = append(order, i)
		}
		return order, nil
	}
	places, err := PlaceByLetters(columns)
	if err != nil {
		return nil, err
	}
	for i, at := range places {
		for len(order) <= at {
			order = append(order, -1)
		}
		if order[at] >= 0 {
			return nil, value.Errorf(CodeWrite, "the columns %q and %q have the same position in the file", columns[order[at]].Name, columns[i].Name)
		}
		order[at] = i
	}
	return order, nil
}

// HeaderNames makes the names of a header row distinct: an empty or repeated
// one is replaced.
func HeaderNames(cells []string) []string {
	names := make([]string, len(cells))
	seen := make(map[string]bool, len(cells))
	for i, n := range cells {
		if n == "" || seen[n] {
			n = "_gecnshfljr" + strconv.Itoa(i)
		}
		seen[n] = true
		names[i] = n
	}
	return names
}

// UniqueNames are the names of columns to be written, repeated ones with _1,
// _2 … added.
func UniqueNames(columns []Column) []string {
	names := make([]string, len(columns))
	seen := make(map[string]bool, len(columns))
	for i, c := range columns {
		n := c.Name
		for k := 1; seen[n]; k++ {
			n = c.Name + "_" + strconv.Itoa(k)
		}
		seen[n] = true
		names[i] = n
	}
	return names
}

// Filter is a Where bound to the columns of a flat file. It is for one reader.
type Filter struct {
	where   *Where
	columns []int         // by term: the column compared, -1 for the row number
	consts  []value.Value // by term: the value compared with, NULL to compare texts
	row     []value.Value // the row at hand
	filled  []bool
	buf     []byte
}

// Bind gives w its columns: fields are names of columns asked. DATE, TIME,
// DATETIME and NUMERIC compare as values, all else as text. It is nil for nil.
func (w *Where) Bind(columns []Column) (*Filter, error) {
	if w == nil {
		return nil, nil
	}
	f := &Filter{where: w, columns: make([]int, len(w.Terms)), consts: make([]value.Value, len(w.Terms)), filled: make([]bool, len(columns))}
	for i := range w.Terms {
		t := &w.Terms[i]
		f.columns[i] = -1
		if t.IsRow() {
			continue
		}
		for j, c := range columns {
			if c.Name == t.Field {
				f.columns[i] = j
			}
		}
		if f.columns[i] < 0 {
			return nil, value.Errorf(CodeWhere, "the WHERE of the IMPORT names %q, which is none of the columns read", t.Field)
		}
		c := columns[f.columns[i]].Class
		switch c.Kind() {
		case value.Date, value.Time, value.DateTime, value.Numeric:
			if t.Op == OpIN {
				return nil, value.Errorf(CodeWhere, "the WHERE of the IMPORT uses IN on %q, which is of class %s", t.Field, c)
			}
			v, err := value.ParseText(t.Values[0], c)
			if err != nil {
				return nil, value.Errorf(CodeWhere, "the WHERE of the IMPORT compares %q with %s, which is no %s", t.Field, Quoted(t.Values[0]), c)
			}
			f.consts[i] = v
		}
	}
	return f, nil
}

// Fill reads a row into dst with convert, which gives the value of a column,
// and tells whether the row is kept. Columns of the condition are read first;
// the others only if the row is kept. f may be nil.
func (f *Filter) Fill(dst []value.Value, row int, convert func(column int) (value.Value, error)) (bool, error) {
	if f != nil {
		clear(f.filled)
		for _, c := range f.columns {
			if c < 0 || f.filled[c] {
				continue
			}
			v, err := convert(c)
			if err != nil {
				return false, err
			}
			dst[c], f.filled[c] = v, true
		}
		f.row = dst
		if keep, err := f.where.Match(row, f.test); err != nil || !keep {
			return false, err
		}
	}
	for i := range dst {
		if f != nil && f.filled[i] {
			continue
		}
		v, err := convert(i)
		if err != nil {
			return false, err
		}
		dst[i] = v
	}
	return true, nil
}

func (f *Filter) test(t *WhereTerm) (isNull, holds bool, err error) {
	i := 0
	for &f.where.Terms[i] != t {
		i++
	}
	v := f.row[f.columns[i]]
	if v.IsNull() {
		return true, false, nil
	}
	if c := f.consts[i]; !c.IsNull() {
		return false, t.Holds(value.Compare(v, c)), nil
	}
	f.buf = AppendValue(f.buf[:0], v)
	return false, t.CompareText(string(f.buf)), nil
}
