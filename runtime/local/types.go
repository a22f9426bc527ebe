package local

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

// exactDigits is the number of decimal digits that a REAL of SQLite keeps.
const exactDigits = 15

// SQLType is the declared type of a column. Where SQLite would turn a text that
// looks like a number into a float, "blob" in the type keeps it from doing so.
func SQLType(c value.Class) string {
	switch c.Kind() {
	case value.Boolean, value.TBoolean, value.Integer, value.Year, value.Color:
		return "integer"
	case value.Long, value.Object:
		return "bigint"
	case value.Numeric:
		switch {
		case c.Prec == value.Unlimited:
			return "numeric blob"
		case c.Prec > exactDigits:
			return fmt.Sprintf("numeric blob(%d,%d)", c.Prec, c.Scale)
		}
		return fmt.Sprintf("numeric(%d,%d)", c.Prec, c.Scale)
	case value.Double:
		return "double precision"
	case value.Text:
		switch {
		case c.Len == value.Unlimited || c.Len <= 0:
			return "text"
		case c.BlankPadded():
			return fmt.Sprintf("char(%d)", c.Len)
		}
		return fmt.Sprintf("varchar(%d)", c.Len)
	case value.Date:
		return "date"
	case value.Time:
		return "time"
	case value.DateTime:
		return "timestamp"
	case value.ZDateTime:
		return "timestamptz"
	case value.JSON:
		if c.Name == value.NameJSONText {
			return "json blob"
		}
		return "jsonb blob"
	case value.File:
		return "bytea"
	case value.Interval:
		return "numeric blob"
	}
	return "text"
}

const (
	dateForm      = "2006-01-02"
	timeForm      = "15:04:05.999999"
	dateTimeForm  = dateForm + " " + timeForm
	microsPerDay  = 24 * 60 * 60 * 1e6
	secondsPerDay = 24 * 60 * 60
)

// toSQL gives what is bound for v in a column of class c.
func toSQL(c value.Class, v value.Value) any {
	switch v.Kind() {
	case value.Null:
		return nil
	case value.Color:
		return int64(int32(uint32(v.Num()) | 0xFF000000))
	case value.Double:
		return v.Double()
	case value.Numeric:
		return numericToSQL(c, v)
	case value.Text:
		return v.Str()
	case value.Date:
		return time.Unix(v.Num()*secondsPerDay, 0).UTC().Format(dateForm)
	case value.Time:
		return time.UnixMicro(v.Num()).UTC().Format(timeForm)
	case value.DateTime:
		return time.UnixMicro(v.Num()).UTC().Format(dateTimeForm)
	case value.ZDateTime:
		return time.UnixMicro(v.Num()).UTC().Format(dateTimeForm) + "+00"
	case value.JSON:
		return v.JSONString()
	case value.Opaque:
		return v.OpaqueText()
	case value.File:
		return fileToSQL(v)
	case value.Interval:
		from, to := v.IntervalBounds()
		return fmt.Sprintf("%d.%d", from, to)
	case value.Struct:
		return value.TextOf(v)
	}
	return v.Num()
}

func numericToSQL(c value.Class, v value.Value) any {
	if c.Prec == value.Unlimited || c.Prec > exactDigits {
		u, isBig := v.Big()
		if !isBig {
			u = big.NewInt(v.Num())
		}
		if c.Prec == value.Unlimited || len(new(big.Int).Abs(u).String()) > exactDigits {
			return decimalText(u, v.Scale())
		}
	}
	n := v.Num()
	for s := v.Scale(); s > 0; s-- {
		if n%10 != 0 {
			return v.Float64()
		}
		n /= 10
	}
	return n
}

func decimalText(u *big.Int, scale int) string {
	s := new(big.Int).Abs(u).String()
	if scale > 0 {
		if len(s) <= scale {
			s = strings.Repeat("0", scale+1-len(s)) + s
		}
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if u.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// fileToSQL keeps the extension (and name) of the classes that have one of
// their own in front of the content, each after its length in one byte.
func fileToSQL(v value.Value) []byte {
	f := v.File()
	var out []byte
	head := func(s string) {
		s = s[:min(len(s), 255)]
		out = append(append(out, byte(len(s))), s...)
	}
	switch v.ClassName() {
	case value.NameNamedFile:
		head(f.Name)
		head(f.Ext)
	case value.NameFile:
		head(f.Ext)
	default:
		return append([]byte{}, f.Bytes...)
	}
	return append(out, f.Bytes...)
}

func fileFromSQL(class value.Name, b []byte) (value.Value, bool) {
	f := &value.FileData{Ext: class.Extension()}
	head := func() (string, bool) {
		if len(b) == 0 || len(b) <= int(b[0]) {
			return "", false
		}
		s := string(b[1 : 1+int(b[0])])
		b = b[1+int(b[0]):]
		return s, true
	}
	ok := true
	if class == value.NameNamedFile {
		f.Name, ok = head()
	}
	if ok && (class == value.NameNamedFile || class == value.NameFile) {
		f.Ext, ok = head()
	} else if class != value.NameFile && class != value.NameNamedFile {
		f.Ext = value.SniffExtension(f.Ext, b)
	}
	f.Bytes = b
	return value.FileOf(class, f), ok
}

// fromSQL reads what a column of class c holds; x may be of any type that SQL
// can put there. The error is a *value.Error.
func fromSQL(c value.Class, x any) (value.Value, error) {
	var v value.Value
	ok := true
	switch x := x.(type) {
	case nil:
		return value.Value{}, nil
	case int64:
		v, ok = fromInt(c, x)
	case float64:
		v, ok = fromFloat(c, x)
	case string:
		v, ok = fromText(c, x)
	case []byte:
		if c.IsFile() {
			v, ok = fileFromSQL(c.Name, append([]byte{}, x...))
		} else {
			v, ok = fromText(c, string(x))
		}
	case time.Time:
		v, ok = fromText(c, x.UTC().Format(dateTimeForm))
	default:
		ok = false
	}
	if !ok {
		return v, value.Errorf(value.CodeFormat, "%v in the database is not a %s", x, c)
	}
	return v, nil
}

func fromInt(c value.Class, n int64) (value.Value, bool) {
	switch c.Kind() {
	case value.Boolean:
		return value.Bool(n != 0), true
	case value.TBoolean:
		if n == 0 {
			return value.TFalse, true
		}
		return value.TTrue, true
	case value.Integer:
		return value.Int(int32(n)), n == int64(int32(n))
	case value.Color:
		return value.Of(value.Color, n&0xFFFFFF), true
	case value.Long, value.Object, value.Year:
		return value.Of(c.Kind(), n), true
	case value.Double:
		return value.Float(float64(n)), true
	case value.Numeric:
		if c.Prec == value.Unlimited {
			return value.Decimal(n, 0), true
		}
		v := value.Rescale(value.Int64(n), int(c.Scale))
		return v, !v.IsNull()
	}
	return fromText(c, strconv.FormatInt(n, 10))
}

func fromFloat(c value.Class, f float64) (value.Value, bool) {
	switch c.Kind() {
	case value.Double:
		return value.Float(f), true
	case value.Numeric:
		v := value.Float(f)
		if c.Prec == value.Unlimited {
			return fromText(c, strconv.FormatFloat(f, 'f', -1, 64))
		}
		v = value.Rescale(v, int(c.Scale))
		return v, !v.IsNull()
	}
	if n := int64(f); float64(n) == f {
		return fromInt(c, n)
	}
	return fromText(c, strconv.FormatFloat(f, 'f', -1, 64))
}

func fromText(c value.Class, s string) (value.Value, bool) {
	switch c.Kind() {
	case value.Text:
		v, err := value.Assign(value.String(s), c)
		return v, err == nil
	case value.JSON:
		if c.Name == value.NameJSONText {
			return value.JSONText(c.Name, s), true
		}
		n, err := value.NormalizeJSON(s)
		return value.JSONText(c.Name, n), err == nil
	case value.Numeric:
		v, ok := value.ParseNumeric(strings.TrimSpace(s))
		if ok && c.Prec != value.Unlimited {
			v = value.Rescale(v, int(c.Scale))
		}
		return v, ok
	case value.Interval:
		a, b, ok := strings.Cut(s, ".")
		from, err1 := strconv.ParseInt(a, 10, 64)
		to, err2 := strconv.ParseInt(b, 10, 64)
		return value.IntervalOf(c.Name, from, to), ok && err1 == nil && err2 == nil
	case value.Opaque:
		return value.OpaqueOf(c.Name, s), true
	case value.File:
		return fileFromSQL(c.Name, []byte(s))
	case value.Object, value.Boolean, value.TBoolean, value.Integer, value.Long, value.Year, value.Color:
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return value.Value{}, false
		}
		return fromInt(c, n)
	case value.Double:
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		return value.Float(f), err == nil
	}
	return fromMoment(c.Kind(), strings.TrimSpace(s))
}

func fromMoment(k value.Kind, s string) (value.Value, bool) {
	if k == value.Time {
		for _, form := range []string{timeForm, "15:04"} {
			if t, err := time.Parse(form, s); err == nil {
				return value.Of(k, (t.UnixMicro()%microsPerDay+microsPerDay)%microsPerDay), true
			}
		}
	}
	s = strings.Replace(s, "T", " ", 1)
	for _, form := range []string{dateForm, dateTimeForm, dateTimeForm + "Z07:00", dateTimeForm + "Z07", "2006-01-02 15:04"} {
		t, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		micros := t.UnixMicro()
		switch k {
		case value.Date:
			days := micros / microsPerDay
			if micros < 0 && micros%microsPerDay != 0 {
				days--
			}
			return value.Of(k, days), true
		case value.Time:
			return value.Of(k, (micros%microsPerDay+microsPerDay)%microsPerDay), true
		case value.DateTime, value.ZDateTime:
			return value.Of(k, micros), true
		}
	}
	return value.Value{}, false
}
