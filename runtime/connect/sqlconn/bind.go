package sqlconn

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// query is a statement ready to run.
type query struct {
	text string
	args []any
}

// bind writes the parameters of a statement as the dialect takes them: numbers
// as digits, the rest as bound values with a cast to their type, TABLE files by
// the name of their temporary table. Inside quotes only digits can stand.
func (d *dialect) bind(s *statement, params []connect.Param, tables []string) (query, error) {
	var b strings.Builder
	var q query
	for _, p := range s.pieces {
		if p.param == 0 {
			b.WriteString(p.text)
			continue
		}
		if p.quoted {
			digits, ok := digitsOf(params[p.param-1].Value)
			if !ok {
				return q, value.Errorf(connect.CodeCall, "the parameter $%d stands inside the quoted text %s, where only a number can be put", p.param, shorten(p.text))
			}
			b.WriteString(digits)
			continue
		}
		if name := tables[p.param-1]; name != "" {
			b.WriteString(name)
			continue
		}
		text, arg, bound := d.literal(params[p.param-1])
		if bound {
			q.args = append(q.args, arg)
			text = strings.Replace(text, "?", d.placeholder(len(q.args)), 1)
		}
		b.WriteString(text)
	}
	q.text = b.String()
	return q, nil
}

// digitsOf is a number as it can stand inside a quoted text.
func digitsOf(v value.Value) (string, bool) {
	switch v.Kind() {
	case value.Boolean, value.TBoolean, value.Integer, value.Year, value.Long, value.Object:
		return signed(strconv.FormatInt(v.Num(), 10)), true
	case value.Numeric:
		return signed(value.TextOf(v)), true
	case value.Double:
		f := v.Double()
		return signed(value.WireText(v)), !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return "", false
}

// literal is the SQL text of a value; with bound, "?" in it stands for arg.
func (d *dialect) literal(p connect.Param) (text string, arg any, bound bool) {
	v := p.Value
	switch v.Kind() {
	case value.Null:
		return "NULL", nil, false
	case value.Boolean, value.TBoolean, value.Integer, value.Year:
		return signed(strconv.FormatInt(v.Num(), 10)), nil, false
	case value.Color:
		return "?", int64(argb(v)), true
	case value.Long, value.Object:
		return d.longLiteral(v.Num()), nil, false
	case value.Double:
		return d.doubleLiteral(v.Double())
	case value.Numeric:
		return d.numericLiteral(v)
	case value.Interval:
		return "?", d.intervalArg(v), true
	case value.File:
		return "?", fileBytes(v), true
	case value.JSON:
		typ := "json"
		if v.ClassName() == value.NameJSON {
			typ = "jsonb"
		}
		return d.textLiteral(v.JSONString(), typ)
	case value.Opaque:
		if v.ClassName() == value.NameXML {
			return d.textLiteral(v.OpaqueText(), "xml")
		}
		return d.textLiteral(v.OpaqueText(), "text")
	case value.Date, value.Time, value.DateTime, value.ZDateTime:
		return d.temporalLiteral(v)
	}
	s := value.TextOf(v)
	return d.textLiteral(s, textType(s, p.Class))
}

// textType is PostgreSQL's type of a text: by the length of its class, by its own
// where the class has none, or text for TEXT.
func textType(s string, c value.Class) string {
	n := max(utf8.RuneCountInString(s), 1)
	if c.IsText() {
		n = max(n, int(c.Len))
	}
	switch {
	case c.IsText() && c.Name >= value.NameText:
		return "text"
	case c.BlankPadded() && c.Len > 0:
		return "char(" + strconv.Itoa(n) + ")"
	}
	return "varchar(" + strconv.Itoa(n) + ")"
}

// textLiteral is a text with a cast to its type for PostgreSQL, which would else
// guess it; there a text without quotes and backslashes is written in place. The
// other drivers send the type with the bound value.
func (d *dialect) textLiteral(s, postgresType string) (string, any, bool) {
	if d.name != PostgreSQL {
		return "?", s, true
	}
	if strings.ContainsAny(s, "'\\?\x00\ue000") {
		return "CAST(? AS " + postgresType + ")", s, true
	}
	return "CAST('" + s + "' AS " + postgresType + ")", nil, false
}

// intervalArg is an interval as the number from.to.
func (d *dialect) intervalArg(v value.Value) any {
	text := intervalText(v)
	if d.name == PostgreSQL {
		var n pgtype.Numeric
		if n.Scan(text) == nil {
			return n
		}
	}
	return text
}

// signed puts negative numbers in parentheses, so that "a-$1" stays a subtraction.
func signed(digits string) string {
	if strings.HasPrefix(digits, "-") {
		return "(" + digits + ")"
	}
	return digits
}

func (d *dialect) longLiteral(n int64) string {
	text := strconv.FormatInt(n, 10)
	if d.name == PostgreSQL {
		return "CAST(" + text + " AS int8)"
	}
	return signed(text)
}

func (d *dialect) doubleLiteral(f float64) (string, any, bool) {
	if d.name == SQLite {
		return "?", f, true
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		if d.name == PostgreSQL {
			return "CAST('" + value.WireText(value.Float(f)) + "' AS float8)", nil, false
		}
		return "NULL", nil, false
	}
	return signed(value.WireText(value.Float(f))), nil, false
}

// maxExact is how many digits a number may have to be a REAL of SQLite.
const maxExact = 15

func (d *dialect) numericLiteral(v value.Value) (string, any, bool) {
	if d.name != SQLite {
		return signed(value.TextOf(v)), nil, false
	}
	return "?", sqliteNumber(v), true
}

// sqliteNumber is a NUMERIC for SQLite: an integer, a REAL when it has no more
// than 15 digits, else its text (product decision 69).
func sqliteNumber(v value.Value) any {
	_, big := v.Big()
	switch n := v.Num(); {
	case !big && v.Scale() == 0:
		return n
	case !big && n > -1e15 && n < 1e15:
		return v.Float64()
	}
	text := value.TextOf(v)
	if digits := strings.Trim(strings.Replace(text, ".", "", 1), "-0"); len(digits) <= maxExact {
		return v.Float64()
	}
	return text
}

// temporalText is a date or time as SQL writes it.
func temporalText(v value.Value) string {
	if v.Kind() == value.ZDateTime {
		return value.TextOf(value.Of(value.DateTime, v.Num())) + "+00:00"
	}
	return value.TextOf(v)
}

func (d *dialect) temporalLiteral(v value.Value) (string, any, bool) {
	text := temporalText(v)
	var typ string
	switch d.name {
	case PostgreSQL:
		typ = [...]string{"date", "time", "timestamp", "timestamptz"}[v.Kind()-value.Date]
	case MySQL:
		typ = [...]string{"date", "time(6)", "datetime(6)", "datetime(6)"}[v.Kind()-value.Date]
		text = strings.TrimSuffix(text, "+00:00")
		if v.Num()%1_000_000 == 0 || v.Kind() == value.Date {
			typ = strings.TrimSuffix(typ, "(6)")
		}
	case SQLServer:
		typ = [...]string{"date", "time", "datetime2", "datetimeoffset"}[v.Kind()-value.Date]
	case Oracle:
		switch v.Kind() {
		case value.Date:
			return "TO_DATE(?, 'YYYY-MM-DD')", text, true
		case value.DateTime:
			return "TO_TIMESTAMP(?, 'YYYY-MM-DD HH24:MI:SS.FF6')", text, true
		case value.ZDateTime:
			return "TO_TIMESTAMP_TZ(?, 'YYYY-MM-DD HH24:MI:SS.FF6TZH:TZM')", text, true
		}
		return "?", text, true
	case ClickHouse:
		switch v.Kind() {
		case value.Date:
			return "toDate32(?)", text, true
		case value.DateTime, value.ZDateTime:
			return "toDateTime64(?, 6)", strings.TrimSuffix(text, "+00:00"), true
		}
		return "?", text, true
	default:
		return "?", strings.Replace(text, "+00:00", "Z", 1), true
	}
	return "CAST(? AS " + typ + ")", text, true
}

// argb is a colour as databases hold it: with full opacity, signed.
func argb(v value.Value) int32 { return int32(uint32(v.Num()) | 0xFF000000) }

// intervalText is from.to in milliseconds.
func intervalText(v value.Value) string {
	from, to := v.IntervalBounds()
	unit := func(n int64) string {
		if v.ClassName() == value.NameIntervalDate {
			return strconv.FormatInt(n*86_400_000, 10)
		}
		return strconv.FormatInt(n/1000, 10)
	}
	return unit(from) + "." + unit(to)
}

// fileBytes is a file as a database holds it: FILE has its extension in front,
// NAMEDFILE its name before that, each with a byte for the length.
func fileBytes(v value.Value) []byte {
	f := v.File()
	prefix := func(b []byte, s string) []byte {
		s = s[:min(len(s), 255)]
		return append(append(b, byte(len(s))), s...)
	}
	var out []byte
	switch v.ClassName() {
	case value.NameNamedFile:
		out = prefix(prefix(nil, f.Name), f.Ext)
	case value.NameFile:
		out = prefix(nil, f.Ext)
	}
	return append(out, f.Bytes...)
}

// cell is a value of a TABLE file as an argument for its column.
func (d *dialect) cell(v value.Value) any {
	switch v.Kind() {
	case value.Null:
		return nil
	case value.Boolean, value.TBoolean, value.Integer, value.Year, value.Long, value.Object:
		return v.Num()
	case value.Color:
		return int64(argb(v))
	case value.Double:
		return v.Double()
	case value.Numeric:
		if d.name == SQLite {
			return sqliteNumber(v)
		}
		return value.TextOf(v)
	case value.File:
		return fileBytes(v)
	case value.Interval:
		return intervalText(v)
	case value.ZDateTime:
		if d.name == MySQL || d.name == ClickHouse {
			return strings.TrimSuffix(temporalText(v), "+00:00")
		}
		return temporalText(v)
	}
	return temporalText(v)
}
