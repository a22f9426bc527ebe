package json

import (
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// convert reads a token as a value of class c: numbers from JSON numbers only
// (a fraction is cut for whole classes, rounded for NUMERIC), texts from any
// value, BOOLEAN from everything that is neither null nor false, dates from
// strings, files from base64. null is NULL.
func convert(t token, c value.Class) (value.Value, error) {
	if t.kind == format.Absent {
		return value.Value{}, nil
	}
	switch c.Kind() {
	case value.Text:
		return convertText(t, c)
	case value.Boolean:
		return value.Bool(t.kind != format.Bool || t.text == "true"), nil
	case value.TBoolean:
		if t.text == "true" && t.kind == format.Bool || t.text == "1" && t.kind == format.Number {
			return value.TTrue, nil
		}
		return value.TFalse, nil
	case value.Integer, value.Long, value.Year, value.Numeric, value.Double:
		return convertNumber(t, c)
	case value.JSON:
		return convertJSON(t, c)
	case value.Date, value.Time, value.DateTime, value.ZDateTime, value.Interval:
		if t.kind != format.Text {
			return value.Value{}, misread(t, c)
		}
		if strings.TrimSpace(t.text) == "" {
			return value.Value{}, nil
		}
		return format.ParseValue(t.text, c)
	case value.Opaque:
		return value.ParseText(tokenText(t), c)
	case value.File:
		if t.kind != format.Text {
			return value.Value{}, misread(t, c)
		}
		v, err := value.ParseText(t.text, c)
		if err != nil {
			err = misread(t, c)
		}
		return v, err
	}
	return format.ParseValue(tokenText(t), c)
}

func misread(t token, c value.Class) error {
	what := ""
	switch t.kind {
	case format.Group:
		what = "an object"
	case format.List:
		what = "an array"
	case format.Text:
		what = format.Quoted(t.text)
	default:
		what = t.text
	}
	if c.IsNumber() || c.Kind() == value.Year {
		return value.Errorf(format.CodeValue, "a number is required for %s, not %s", c, what)
	}
	return value.Errorf(format.CodeValue, "%s is no %s", what, c)
}

func convertText(t token, c value.Class) (value.Value, error) {
	s := tokenText(t)
	if s == "" {
		return value.String(""), nil
	}
	return format.ParseValue(s, c)
}

// tokenText is the text that a token has as a STRING.
func tokenText(t token) string {
	if t.kind == format.Group || t.kind == format.List {
		n, err := parse(t.text, len(t.text))
		if err == nil {
			return string(appendCompact(nil, &n))
		}
	}
	return t.text
}

func convertNumber(t token, c value.Class) (value.Value, error) {
	if t.kind == format.Text {
		switch t.text {
		case "NaN", "-NaN", "Infinity", "-Infinity":
			return value.Value{}, nil
		}
	}
	if t.kind != format.Number {
		return value.Value{}, misread(t, c)
	}
	switch c.Kind() {
	case value.Double:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return value.Value{}, misread(t, c)
		}
		return value.Float(f), nil
	case value.Numeric:
		return format.ParseValue(t.text, c)
	}
	bits := 32
	if c.Kind() == value.Long {
		bits = 64
	}
	s := t.text
	if c.Name == value.NameInteger {
		if v, err := format.ParseValue(s, c); err == nil {
			return v, nil
		}
	}
	if strings.ContainsAny(s, ".E") {
		v, err := value.ParseText(s, value.Class{Name: value.NameNumeric, Prec: value.Unlimited})
		if err != nil {
			return value.Value{}, misread(t, c)
		}
		s, _, _ = strings.Cut(value.TextOf(v), ".")
		if s == "-0" {
			s = "0"
		}
	}
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		return value.Value{}, value.Errorf(format.CodeValue, "%s is out of the range of %s", t.text, c)
	}
	return value.Of(c.Kind(), n), nil
}

func convertJSON(t token, c value.Class) (value.Value, error) {
	s := tokenText(t)
	if c.Name == value.NameJSON {
		normal, err := value.NormalizeJSON(s)
		if err != nil {
			normal = string(value.AppendJSONString(nil, s))
		}
		s = normal
	}
	return value.JSONText(c.Name, s), nil
}
