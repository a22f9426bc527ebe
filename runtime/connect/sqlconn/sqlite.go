package sqlconn

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// sqliteStatement runs a statement and asks it whether it has columns. Query
// takes its first step, which is all of a statement without any.
func (s *session) sqliteStatement(ctx context.Context, st *statement, q query, k sink) ([]result, error) {
	rows, err := s.conn.QueryContext(ctx, q.text, q.args...)
	if err != nil {
		return nil, err
	}
	types, err := rows.ColumnTypes()
	if err != nil || len(types) == 0 {
		err = errors.Join(err, rows.Close())
		r := result{}
		if err == nil && st.counts() {
			err = s.conn.QueryRowContext(ctx, "SELECT changes()").Scan(&r.count)
		}
		return []result{r}, err
	}
	src := newSQLiteRows(rows, types)
	if text, ok := src.untyped(st, q.text); ok {
		rows.Close()
		if rows, err = s.conn.QueryContext(ctx, text, q.args...); err != nil {
			return nil, err
		}
		src.rows = rows
	}
	defer rows.Close()
	r, err := k.collect(src)
	return []result{r}, err
}

// sqliteRows types columns by their declaration, and those without one by the
// first row.
type sqliteRows struct {
	rows     *sql.Rows
	cols     []table.Column
	declared []string // in lower case, without parameters
	typed    []bool
	cells    []any
	pointers []any
	begun    bool // the first row was read
}

func newSQLiteRows(rows *sql.Rows, types []*sql.ColumnType) *sqliteRows {
	r := &sqliteRows{rows: rows, declared: make([]string, len(types)), cols: make([]table.Column, len(types)),
		typed: make([]bool, len(types)), cells: make([]any, len(types)), pointers: make([]any, len(types))}
	for i, t := range types {
		r.pointers[i] = &r.cells[i]
		r.cols[i].Name = columnName(t.Name(), i)
		r.declared[i], r.cols[i].Type, r.typed[i] = sqliteType(t.DatabaseTypeName())
	}
	return r
}

// columnName is the label of a column; one without is named by its place.
func columnName(label string, i int) string {
	if label == "" {
		return "zxcvb" + strconv.Itoa(i+1)
	}
	return label
}

// sqliteType reads a declared type such as "varchar(10)".
func sqliteType(declared string) (word string, t table.Type, ok bool) {
	word, params, _ := strings.Cut(strings.ToLower(strings.TrimSpace(declared)), "(")
	word = strings.TrimSpace(word)
	prec, scale := 0, 0
	fmt.Sscanf(strings.ReplaceAll(params, " ", ""), "%d,%d", &prec, &scale)
	ok = true
	switch word {
	case "int", "integer", "smallint", "mediumint", "tinyint", "int2", "int4":
		t.Class = value.ClassInteger
	case "bigint", "int8":
		t.Class = value.ClassLong
	case "real", "double", "double precision", "float":
		t.Class = value.ClassDouble
	case "numeric", "decimal":
		t.Class = numericType(prec, scale)
	case "boolean", "bit", "bool":
		t.Class = value.ClassBoolean
	case "char", "nchar", "character":
		t.Class = value.Class{Name: value.NameBPString, Len: textLength(prec)}
	case "varchar", "nvarchar", "character varying":
		t.Class = value.StringClass(int(textLength(prec)))
	case "text", "clob":
		t.Class = unlimitedText
	case "blob":
		t.Bytes = true
	case "date":
		t.Class = value.ClassDate
	case "datetime", "timestamp":
		t.Class = value.ClassDateTime
	case "time":
		t.Class = value.Class{Name: value.NameTime}
	default:
		return word, t, false
	}
	return word, t, true
}

// unlimitedText is the class that text columns without a length have.
var unlimitedText = value.Class{Name: value.NameIString, Len: value.Unlimited}

// numericType is the class of a column with so many digits and so many of them
// after the point: the platform adds the two.
func numericType(prec, scale int) value.Class {
	if scale > 0 && scale <= value.MaxScale && prec > 0 {
		return value.NumericClass(prec+scale, scale)
	}
	return value.Class{Name: value.NameNumeric, Prec: value.Unlimited}
}

func textLength(n int) int32 {
	if n <= 0 {
		return value.Unlimited
	}
	return int32(n)
}

// untyped gives a form of the query without declared types if a column has one
// of those whose values the driver replaces by times, losing what is no time.
func (r *sqliteRows) untyped(st *statement, text string) (string, bool) {
	found := false
	for _, d := range r.declared {
		found = found || d == "date" || d == "datetime" || d == "timestamp"
	}
	if w := st.word(0); !found || w != "SELECT" && w != "VALUES" && w != "WITH" || st.changes() {
		return "", false
	}
	names, values := make([]string, len(r.cols)), make([]string, len(r.cols))
	for i := range r.cols {
		names[i] = "c" + strconv.Itoa(i)
		values[i] = "+" + names[i]
	}
	return "WITH \"result\"(" + strings.Join(names, ",") + ") AS (" + text + "\n) SELECT " + strings.Join(values, ",") + " FROM \"result\"", true
}

// changes is true of WITH … INSERT and the like.
func (st *statement) changes() bool {
	for _, p := range st.pieces {
		if containsWord(p.text, "RETURNING") {
			return true
		}
	}
	return false
}

func (r *sqliteRows) width() int { return len(r.cols) }

// columns gives the columns; those that no value has typed are NUMERIC.
func (r *sqliteRows) columns() []table.Column {
	for i := range r.cols {
		if !r.typed[i] {
			r.cols[i].Type.Class, r.typed[i] = numericType(0, 0), true
		}
	}
	return r.cols
}

func (r *sqliteRows) next(dst []value.Value) (bool, error) {
	if !r.rows.Next() {
		return false, r.rows.Err()
	}
	if err := r.rows.Scan(r.pointers...); err != nil {
		return false, err
	}
	for i, c := range r.cells {
		dst[i] = r.value(i, c)
	}
	r.begun = true
	return true, nil
}

// value converts a cell to its column's class if it can, else keeps its own
// kind. The first row types a column without a type, and one of dates whose
// value is none.
func (r *sqliteRows) value(i int, cell any) value.Value {
	v := sqliteValue(cell)
	if v.IsNull() {
		return v
	}
	if r.typed[i] {
		if fit, ok := fitCell(v, r.cols[i].Type); ok {
			return fit
		}
		if r.begun || !isTemporalClass(r.cols[i].Type.Class) {
			return v
		}
	}
	r.cols[i].Type, r.typed[i] = typeOf(v), true
	return v
}

func isTemporalClass(c value.Class) bool {
	k := c.Kind()
	return k >= value.Date && k <= value.ZDateTime
}

// sqliteValue is a cell by its own kind.
func sqliteValue(cell any) value.Value {
	switch c := cell.(type) {
	case int64:
		if c >= math.MinInt32 && c <= math.MaxInt32 {
			return value.Int(int32(c))
		}
		return value.Int64(c)
	case float64:
		return value.Float(c)
	case string:
		return value.String(c)
	case []byte:
		return value.FileOf(value.NameRawFile, &value.FileData{Bytes: c})
	case bool:
		if c {
			return value.Int(1)
		}
		return value.Int(0)
	case time.Time:
		return value.Of(value.DateTime, c.UnixMicro())
	}
	return value.Value{}
}

// typeOf is the column type that a first value gives.
func typeOf(v value.Value) table.Type {
	switch v.Kind() {
	case value.Text:
		return table.Type{Class: unlimitedText}
	case value.File:
		return table.Type{Bytes: true}
	}
	return table.Type{Class: value.ClassOfValue(v)}
}

// fitCell converts a value to the class of its column; ok is false when it is
// of another kind, which it then keeps.
func fitCell(v value.Value, t table.Type) (value.Value, bool) {
	if t.Bytes {
		return v, v.Kind() == value.File
	}
	number := v.Kind() == value.Integer || v.Kind() == value.Long || v.Kind() == value.Double
	switch t.Class.Kind() {
	case value.Boolean:
		if !number {
			return v, false
		}
		return value.Bool(!v.IsZero()), true
	case value.Integer:
		return v, v.Kind() == value.Integer
	case value.Long:
		if v.Kind() == value.Integer {
			return value.Int64(v.Num()), true
		}
		return v, v.Kind() == value.Long
	case value.Double:
		if !number {
			return v, false
		}
		return value.Float(v.Float64()), true
	case value.Numeric:
		return fitNumeric(v, t.Class, number)
	case value.Text:
		if v.Kind() != value.Text {
			return v, false
		}
		if t.Class.BlankPadded() {
			return value.String(strings.TrimRight(v.Str(), " ")), true
		}
		return v, true
	case value.Date, value.Time, value.DateTime:
		if v.Kind() != value.Text {
			return v, v.Kind() == t.Class.Kind()
		}
		d, err := value.ParseText(strings.TrimSuffix(v.Str(), "Z"), t.Class)
		return d, err == nil && !d.IsNull()
	}
	return v, false
}

func fitNumeric(v value.Value, c value.Class, number bool) (value.Value, bool) {
	if v.Kind() == value.Text {
		n, ok := value.ParseNumeric(v.Str())
		if !ok {
			return v, false
		}
		v, number = n, true
	}
	if !number {
		return v, false
	}
	if c.Prec != value.Unlimited {
		n := value.Rescale(v, int(c.Scale))
		return n, !n.IsNull()
	}
	if k := v.Kind(); (k == value.Integer || k == value.Long) && v.Num() < 1<<53 && v.Num() > -1<<53 {
		return value.Decimal(v.Num()*10, 1), true // a number without a type is read as a real one
	}
	if v.Kind() == value.Double {
		return value.ParseNumeric(strconv.FormatFloat(v.Double(), 'f', -1, 64))
	}
	n, err := value.Cast(v, c)
	return n, err == nil && !n.IsNull()
}
