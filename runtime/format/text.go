package format

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// AppendValue appends the text of v that CSV, XML and other text formats hold:
// numbers with their scale, DOUBLE as 1.0E7, true, dates in ISO form, COLOR as
// a signed ARGB number, files in base64. NULL is nothing.
func AppendValue(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.Null:
		return dst
	case value.Text:
		return append(dst, v.Str()...)
	case value.JSON:
		return append(dst, v.JSONString()...)
	case value.Integer, value.Long, value.Year, value.Object:
		return strconv.AppendInt(dst, v.Num(), 10)
	case value.Boolean:
		return append(dst, "true"...)
	case value.Date:
		if y, m, d := value.CivilOf(v.Num()); y >= 1000 && y <= 9999 {
			return append(dst, '0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10), '-',
				'0'+byte(m/10), '0'+byte(m%10), '-', '0'+byte(d/10), '0'+byte(d%10))
		}
		return value.AppendText(dst, v)
	case value.Time, value.Double:
		return value.AppendText(dst, v)
	case value.Numeric:
		if v.Scale() <= 6 {
			return value.AppendText(dst, v)
		}
	case value.Color:
		return strconv.AppendInt(dst, ARGB(v), 10)
	}
	return append(dst, value.WireText(v)...)
}

// ValueText is the text that AppendValue appends.
func ValueText(v value.Value) string {
	if v.Kind() == value.Text {
		return v.Str()
	}
	var buf [64]byte
	return string(AppendValue(buf[:0], v))
}

// ARGB is the signed number that stands for an opaque colour outside.
func ARGB(v value.Value) int64 { return int64(int32(uint32(v.Num()) | 0xFF000000)) }

// ParseValue reads a text of a file as a value of class c: an empty one is NULL,
// numbers are trimmed and may have a comma, dates come in many forms, files are
// base64. A text is cut to the length of c and shares the memory of s. Objects
// of user classes cannot be read.
func ParseValue(s string, c value.Class) (value.Value, error) {
	switch c.Name {
	case value.NameString, value.NameIString, value.NameText:
		if s == "" {
			return value.Value{}, nil
		}
		if strings.IndexByte(s, 0) < 0 {
			return value.String(value.CutText(s, textLen(c))), nil
		}
	case value.NameInteger:
		if n, ok := smallInt(s); ok {
			return value.Int(n), nil
		}
	case value.NameNumeric:
		if n, ok := plainDecimal(s, int(c.Prec), int(c.Scale)); ok {
			return value.Decimal(n, int(c.Scale)), nil
		}
	case value.NameDate:
		if day, ok := isoDay(s); ok {
			return value.Of(value.Date, day), nil
		}
	case value.NameObject:
		if s == "" {
			return value.Value{}, nil
		}
		return value.Value{}, value.Errorf(CodeValue, "an object of a user class cannot be read from a file")
	}
	if s == "" {
		return value.Value{}, nil
	}
	v, err := value.ParseText(s, c)
	if err != nil {
		return value.Value{}, Misread(s, c)
	}
	return v, nil
}

// textLen is the limit of a class of texts; the zero class and TEXT have none.
func textLen(c value.Class) int {
	if c.Len <= 0 {
		return value.Unlimited
	}
	return int(c.Len)
}

// smallInt reads up to nine digits with a sign.
func smallInt(s string) (int32, bool) {
	i, neg := 0, false
	if len(s) > 1 && s[0] == '-' {
		i, neg = 1, true
	}
	if len(s) == i || len(s)-i > 9 {
		return 0, false
	}
	n := int32(0)
	for ; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int32(d)
	}
	if neg {
		n = -n
	}
	return n, true
}

// plainDecimal reads digits with at most one point that fit NUMERIC[prec,scale]
// without rounding, as a number of units of the scale.
func plainDecimal(s string, prec, scale int) (int64, bool) {
	i, neg := 0, false
	if len(s) > 1 && s[0] == '-' {
		i, neg = 1, true
	}
	if len(s)-i > 16 || prec <= 0 {
		return 0, false
	}
	start, point := i, -1
	n := int64(0)
	for ; i < len(s); i++ {
		if d := s[i] - '0'; d <= 9 {
			n = n*10 + int64(d)
		} else if s[i] == '.' && point < 0 {
			point = i
		} else {
			return 0, false
		}
	}
	whole, frac := len(s)-start, 0
	if point >= 0 {
		whole, frac = point-start, len(s)-point-1
	}
	if whole == 0 || whole > prec-scale || frac > scale || whole+scale > 18 {
		return 0, false
	}
	for ; frac < scale; frac++ {
		n *= 10
	}
	if neg {
		n = -n
	}
	return n, true
}

// isoDay reads yyyy-MM-dd up to the 28th, which every month has.
func isoDay(s string) (int64, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	digits := [8]byte{s[0], s[1], s[2], s[3], s[5], s[6], s[8], s[9]}
	for i := range digits {
		if digits[i] -= '0'; digits[i] > 9 {
			return 0, false
		}
	}
	y := int(digits[0])*1000 + int(digits[1])*100 + int(digits[2])*10 + int(digits[3])
	m, d := int(digits[4])*10+int(digits[5]), int(digits[6])*10+int(digits[7])
	if y < 1 || m < 1 || m > 12 || d < 1 || d > 28 {
		return 0, false
	}
	return value.DayOf(y, m, d), true
}

// Misread is the error of a text that is no value of class c.
func Misread(s string, c value.Class) error {
	return value.Errorf(CodeValue, "%s is no %s", Quoted(s), c)
}

// Quoted is s in quotes for a message, shortened.
func Quoted(s string) string {
	const most = 40
	if len(s) > most {
		s = value.CutText(s, most) + "…"
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD"))
}

// At adds a place to the message of an error of a codec.
func At(err error, format string, args ...any) error {
	var e *value.Error
	if !errors.As(err, &e) {
		return err
	}
	return &value.Error{Code: e.Code, Message: e.Message + " (" + fmt.Sprintf(format, args...) + ")"}
}

// Place is the line and the column in characters, both from 1, of an offset.
func Place(text string, offset int) (line, column int) {
	head := text[:min(max(offset, 0), len(text))]
	line = 1 + strings.Count(head, "\n")
	last := head[strings.LastIndexByte(head, '\n')+1:]
	for range last {
		column++
	}
	return line, column + 1
}

// CheckSize is an error when data is larger than the limit.
func (l Limits) CheckSize(size int) error {
	if l.Bytes > 0 && int64(size) > l.Bytes {
		return value.Errorf(CodeLimit, "the file has %d bytes, more than the limit of %d", size, l.Bytes)
	}
	return nil
}

// CheckRow is an error when row, counted from 1, is beyond the limit.
func (l Limits) CheckRow(row int64) error {
	if l.Rows > 0 && row > l.Rows {
		return value.Errorf(CodeLimit, "the file has more rows than the limit of %d", l.Rows)
	}
	return nil
}

// DefaultDepth bounds the nesting of JSON and XML when Limits.Depth is 0.
const DefaultDepth = 512

// MaxDepth is the nesting allowed.
func (l Limits) MaxDepth() int {
	if l.Depth > 0 {
		return l.Depth
	}
	return DefaultDepth
}
