package sqlconn

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// genericRows reads rows of MySQL and of the databases that have no code of
// their own here, by the type names that their drivers give.
type genericRows struct {
	rows     *sql.Rows
	cols     []table.Column
	cells    []any
	pointers []any
}

func newGenericRows(rows *sql.Rows, types []*sql.ColumnType, d *dialect) *genericRows {
	r := &genericRows{rows: rows, cols: make([]table.Column, len(types)), cells: make([]any, len(types)), pointers: make([]any, len(types))}
	for i, t := range types {
		r.pointers[i] = &r.cells[i]
		r.cols[i] = table.Column{Name: columnName(t.Name(), i), Type: genericType(t, d)}
	}
	return r
}

// textBytes are the characters of MySQL's text types in utf8mb4.
var textBytes = map[string]int{"TINYTEXT": 63, "TEXT": 16383, "MEDIUMTEXT": 4194303, "LONGTEXT": 536870911, "JSON": 536870911}

func genericType(t *sql.ColumnType, d *dialect) table.Type {
	name := strings.ToUpper(t.DatabaseTypeName())
	name = strings.TrimSuffix(strings.TrimPrefix(name, "NULLABLE("), ")")
	word, _, _ := strings.Cut(name, "(")
	unsigned := strings.HasPrefix(word, "UNSIGNED ") || strings.HasPrefix(word, "UINT")
	word = strings.TrimPrefix(word, "UNSIGNED ")
	length, hasLength := t.Length()
	prec, scale, hasScale := t.DecimalSize()
	sized := func(name value.Name) table.Type {
		if n, ok := textBytes[word]; ok && d.name == MySQL {
			return table.Type{Class: value.Class{Name: name, Len: int32(n)}}
		}
		if hasLength && length > 0 && length < maxText {
			return table.Type{Class: value.Class{Name: name, Len: int32(length)}}
		}
		if name == value.NameBPString {
			return table.Type{Class: value.Class{Name: name, Len: value.Unlimited}}
		}
		return table.Type{Class: unlimitedText}
	}
	switch word {
	case "BIT", "BOOL", "BOOLEAN":
		return table.Type{Class: value.ClassBoolean}
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT2", "YEAR", "INT8", "INT16", "UINT8", "UINT16":
		return table.Type{Class: value.ClassInteger}
	case "INT", "INTEGER", "INT4", "INT32", "UINT32":
		if unsigned {
			return table.Type{Class: value.ClassLong}
		}
		return table.Type{Class: value.ClassInteger}
	case "BIGINT", "INT64", "UINT64":
		return table.Type{Class: value.ClassLong}
	case "FLOAT", "REAL", "DOUBLE", "FLOAT32", "FLOAT64", "IBFLOAT", "IBDOUBLE", "BINARY_DOUBLE", "BINARY_FLOAT":
		return table.Type{Class: value.ClassDouble}
	case "DECIMAL", "NUMERIC", "NUMBER", "MONEY", "SMALLMONEY", "DECIMAL32", "DECIMAL64", "DECIMAL128", "DECIMAL256":
		if hasScale {
			return table.Type{Class: numericType(int(prec), int(scale))}
		}
		return table.Type{Class: numericType(0, 0)}
	case "CHAR", "NCHAR", "ENUM", "SET", "FIXEDSTRING":
		return sized(value.NameBPString)
	case "DATE", "DATE32":
		if d.name == Oracle {
			return table.Type{Class: value.ClassDateTime}
		}
		return table.Type{Class: value.ClassDate}
	case "TIME":
		return table.Type{Class: value.Class{Name: value.NameTime}}
	case "DATETIME", "DATETIME2", "SMALLDATETIME", "TIMESTAMP", "TIMESTAMPDTY", "TIMESTAMPTZ_DTY", "DATETIMEOFFSET", "DATETIME64":
		return table.Type{Class: value.ClassDateTime}
	case "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY", "VARBINARY", "IMAGE", "RAW", "LONGRAW", "OCIBLOBLOCATOR", "GEOMETRY":
		return table.Type{Bytes: true}
	}
	return sized(value.NameString)
}

func (r *genericRows) columns() []table.Column { return r.cols }
func (r *genericRows) width() int              { return len(r.cols) }

func (r *genericRows) next(dst []value.Value) (bool, error) {
	if !r.rows.Next() {
		return false, r.rows.Err()
	}
	if err := r.rows.Scan(r.pointers...); err != nil {
		return false, err
	}
	for i, c := range r.cells {
		dst[i] = genericValue(c, r.cols[i].Type)
	}
	return true, nil
}

// genericValue converts a cell to its column's class; what does not fit is the
// cell's own text.
func genericValue(cell any, t table.Type) value.Value {
	if b, ok := cell.([]byte); ok {
		if t.Bytes {
			return value.FileOf(value.NameRawFile, &value.FileData{Bytes: b})
		}
		if t.Class.Kind() == value.Boolean {
			return value.Bool(strings.Trim(string(b), "\x000") != "" && string(b) != "false")
		}
		cell = string(b)
	}
	switch c := cell.(type) {
	case nil:
		return value.Value{}
	case time.Time:
		return genericTime(c, t.Class)
	case bool:
		cell = int64(0)
		if c {
			cell = int64(1)
		}
	}
	text, ok := cell.(string)
	if !ok {
		text = numberText(cell)
	}
	switch t.Class.Kind() {
	case value.Boolean:
		return value.Bool(text != "0" && text != "")
	case value.Text:
		if t.Class.BlankPadded() {
			text = strings.TrimRight(text, " ")
		}
		return value.String(text)
	case value.Numeric:
		if v, ok := value.ParseNumeric(text); ok {
			return v
		}
		return value.String(text)
	}
	if t.Bytes {
		return value.FileOf(value.NameRawFile, &value.FileData{Bytes: []byte(text)})
	}
	v, err := value.ParseText(text, t.Class)
	if err != nil && t.Class.Kind() == value.Long {
		if n, ok := value.ParseNumeric(text); ok {
			return n
		}
	}
	if err != nil {
		return value.String(text)
	}
	return v
}

func numberText(cell any) string {
	switch c := cell.(type) {
	case int64:
		return strconv.FormatInt(c, 10)
	case float64:
		return strconv.FormatFloat(c, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(c), 'g', -1, 32)
	}
	return fmt.Sprint(cell)
}

// genericTime gives a time by its clock, as the database shows it.
func genericTime(t time.Time, c value.Class) value.Value {
	_, offset := t.Zone()
	micros := t.UnixMicro() + int64(offset)*1_000_000
	const day = 86_400_000_000
	days := micros / day
	if micros%day < 0 {
		days--
	}
	switch c.Kind() {
	case value.Date:
		return value.Of(value.Date, days)
	case value.Time:
		return value.Of(value.Time, micros-days*day)
	case value.Text:
		return value.String(value.TextOf(value.Of(value.DateTime, micros)))
	}
	return value.Of(value.DateTime, micros)
}
