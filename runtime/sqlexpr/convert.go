package sqlexpr

import (
	"encoding/hex"
	"math"
	"strings"

	"github.com/golsf/golsf/runtime/value"
)

// sqlType is the target of a cast; length and scale are -1 when not written.
type sqlType struct {
	name   string // one of the names that typeOf gives
	length int
	scale  int
	array  bool
}

// typeOf knows the one-word types.
func typeOf(word string) (sqlType, bool) {
	t := sqlType{length: -1, scale: -1}
	switch word {
	case "int", "integer", "int4", "smallint", "int2":
		t.name = "integer"
	case "bigint", "int8":
		t.name = "bigint"
	case "numeric", "decimal":
		t.name = "numeric"
	case "float8", "double", "real", "float4", "float":
		t.name = "double"
	case "text", "varchar", "cstring", "name", "regconfig", "uuid":
		t.name = "text"
	case "char", "character", "bpchar":
		t.name = "char"
	case "date", "time", "timestamp", "timestamptz", "interval", "json", "jsonb", "bytea":
		t.name = word
	case "boolean", "bool":
		t.name = "boolean"
	default:
		return t, false
	}
	return t, true
}

// typeName reads the type of a cast.
func (p *parser) typeName() (sqlType, error) {
	t := p.next()
	typ, ok := typeOf(t.text)
	if t.kind == tokQuoted {
		typ, ok = sqlType{name: "text", length: -1, scale: -1}, t.text == "char"
	}
	if !ok {
		return typ, problem(p.text, t.pos, "the type '%s' is not known", t.text)
	}
	switch t.text {
	case "double":
		p.take("precision")
	case "character", "char":
		if p.take("varying") {
			typ.name = "text"
		} else {
			typ.length = 1
		}
	}
	if p.take("(") {
		args, err := p.list(")")
		if err != nil {
			return typ, err
		}
		for i, a := range args {
			l, ok := a.(*literal)
			if !ok || l.d.Kind() != value.Integer || l.d.Num() < 0 || i > 1 {
				return typ, problem(p.text, t.pos, "the parameters of the type '%s' are numbers", t.text)
			}
			if i == 0 {
				typ.length = int(l.d.Num())
				typ.scale = 0
			} else {
				typ.scale = min(int(l.d.Num()), value.MaxScale)
			}
		}
	}
	if typ.name == "timestamp" || typ.name == "time" {
		if p.take("with") {
			if typ.name == "timestamp" {
				typ.name = "timestamptz"
			}
			p.take("time")
			p.take("zone")
		} else if p.take("without") {
			p.take("time")
			p.take("zone")
		}
	}
	for p.take("[") {
		typ.array = true
		if err := p.expect("]"); err != nil {
			return typ, err
		}
	}
	return typ, nil
}

func cannot(d datum, typ sqlType) error {
	return errorf("%s cannot be converted to %s", typeWord(d), typ.name)
}

// convert is CAST(d AS typ) of a d that is not NULL.
func convert(f *frame, d datum, typ sqlType) (datum, error) {
	if typ.array {
		return convertArray(f, d, typ)
	}
	if d.isArray && typ.name != "text" {
		return datum{}, cannot(d, typ)
	}
	switch typ.name {
	case "text", "char":
		s := textOf(d)
		if typ.length >= 0 {
			s = value.CutText(s, typ.length)
		}
		if typ.name == "char" {
			s = strings.TrimRight(s, " ")
		}
		return text(s), nil
	case "integer", "bigint":
		return toWhole(d, typ)
	case "numeric":
		return toNumeric(d, typ)
	case "double":
		return toDouble(d, typ)
	case "boolean":
		return toBoolean(d, typ)
	case "date", "time", "timestamp", "timestamptz":
		return toMoment(f, d, typ)
	case "interval":
		return toSpan(d, typ)
	case "json", "jsonb":
		return toJSON(d, typ)
	case "bytea":
		switch d.Kind() {
		case value.File:
			return some(rawFile(d.File().Bytes)), nil
		case value.Text:
			return some(rawFile(byteaOf(d.Str()))), nil
		}
	}
	return datum{}, cannot(d, typ)
}

func rawFile(b []byte) value.Value {
	return value.FileOf(value.NameRawFile, &value.FileData{Bytes: b})
}

// byteaOf reads \x hex, else takes the bytes of the text.
func byteaOf(s string) []byte {
	if strings.HasPrefix(s, "\\x") {
		if b, err := hex.DecodeString(s[2:]); err == nil {
			return b
		}
	}
	return []byte(s)
}

func convertArray(f *frame, d datum, typ sqlType) (datum, error) {
	items := d.array
	if !d.isArray {
		if !isText(d) {
			return datum{}, cannot(d, typ)
		}
		var err error
		if items, err = parseArray(d.Str()); err != nil {
			return datum{}, err
		}
	}
	element := typ
	element.array = false
	out := make([]datum, len(items))
	for i, it := range items {
		if it.isNull() {
			continue
		}
		var err error
		if out[i], err = convert(f, it, element); err != nil {
			return datum{}, err
		}
	}
	return arrayOf(out), nil
}

func badInput(s string, typ sqlType) error {
	return value.Errorf(value.CodeFormat, "%q is not a value of type %s", value.CutText(s, 60), typ.name)
}

// numberOf reads a text as a number; ok is false when it is none.
func numberOf(s string) (value.Value, bool) {
	s = strings.TrimSpace(s)
	v, ok := value.ParseNumericExp(s)
	return v, ok
}

func toWhole(d datum, typ sqlType) (datum, error) {
	v := d.Value
	switch {
	case isText(d):
		n, ok := numberOf(d.Str())
		if !ok || n.Scale() > 0 || strings.ContainsAny(d.Str(), ".eE") {
			return datum{}, badInput(d.Str(), typ)
		}
		v = n
	case isNumber(d):
	case d.Kind() == value.TBoolean:
		return integer(d.Num()), nil
	case d.Kind() == value.Color:
	default:
		return datum{}, cannot(d, typ)
	}
	c := value.ClassInteger
	if typ.name == "bigint" {
		c = value.ClassLong
	}
	n, err := value.Cast(v, c)
	if err == nil && n.IsNull() {
		err = value.Errorf(value.CodeOverflow, "the number %s is out of the range of %s", textOf(d), typ.name)
	}
	return some(n), err
}

func toNumeric(d datum, typ sqlType) (datum, error) {
	v := d.Value
	switch {
	case isText(d):
		n, ok := numberOf(d.Str())
		if !ok {
			return datum{}, badInput(d.Str(), typ)
		}
		v = n
	case d.Kind() == value.Interval:
		return some(d.Value), nil // an INTERVAL class is a number there
	case !isNumber(d):
		return datum{}, cannot(d, typ)
	}
	c := value.Class{Name: value.NameNumeric, Prec: value.Unlimited}
	if typ.length >= 0 {
		c = value.NumericClass(min(typ.length, value.MaxPrecision), typ.scale)
	}
	n, err := value.Cast(v, c)
	if err == nil && n.IsNull() {
		err = value.Errorf(value.CodeOverflow, "the number %s is out of the range of %s", textOf(d), c)
	}
	return some(n), err
}

func toDouble(d datum, typ sqlType) (datum, error) {
	switch {
	case isNumber(d):
		return float(d.Float64()), nil
	case isText(d):
		v, err := value.ParseText(strings.TrimSpace(d.Str()), value.ClassDouble)
		if err != nil || v.IsNull() || strings.Contains(d.Str(), ",") {
			return datum{}, badInput(d.Str(), typ)
		}
		return some(v), nil
	}
	return datum{}, cannot(d, typ)
}

func toBoolean(d datum, typ sqlType) (datum, error) {
	switch {
	case d.Kind() == value.TBoolean:
		return d, nil
	case isWhole(d):
		return truth(d.Num() != 0), nil
	case isText(d):
		switch strings.ToLower(strings.TrimSpace(d.Str())) {
		case "t", "true", "y", "yes", "on", "1":
			return truth(true), nil
		case "f", "false", "n", "no", "off", "0":
			return truth(false), nil
		}
		return datum{}, badInput(d.Str(), typ)
	case d.Kind() == value.JSON:
		return toBoolean(text(d.JSONString()), typ)
	}
	return datum{}, cannot(d, typ)
}

func toMoment(f *frame, d datum, typ sqlType) (datum, error) {
	var c value.Class
	switch typ.name {
	case "date":
		c = value.ClassDate
	case "time":
		c = value.ClassTime
	case "timestamp":
		c = value.ClassDateTime
	default:
		c = value.Class{Name: value.NameZDateTime}
	}
	if isText(d) {
		switch s := strings.ToLower(strings.TrimSpace(d.Str())); s {
		case "now", "today":
			d = some(value.ZDateTimeOf(f.env.now()))
			if s == "today" {
				d.Value, _ = value.Cast(d.Value, value.ClassDate)
			}
		case "epoch":
			d = some(value.Of(value.DateTime, 0))
		}
	}
	if d.span != nil && typ.name == "time" {
		m := d.span.micros % microsPerDay
		if m < 0 {
			m += microsPerDay
		}
		return some(value.Of(value.Time, m)), nil
	}
	if !isText(d) && !isTime(d) {
		return datum{}, cannot(d, typ)
	}
	v, err := value.Cast(d.Value, c)
	if err == nil && typ.length >= 0 && typ.length < 6 && c != value.ClassDate {
		unit := int64(math.Pow10(6 - typ.length))
		v = value.Of(v.Kind(), (v.Num()+unit/2)/unit*unit)
	}
	return some(v), err
}

func toSpan(d datum, typ sqlType) (datum, error) {
	switch {
	case d.span != nil:
		return d, nil
	case isText(d):
		s, err := parseSpan(d.Str())
		return datum{span: &s}, err
	case d.Kind() == value.Time:
		return datum{span: &span{micros: d.Num()}}, nil
	}
	return datum{}, cannot(d, typ)
}

func toJSON(d datum, typ sqlType) (datum, error) {
	c := value.ClassJSON
	if typ.name == "json" {
		c = value.Class{Name: value.NameJSONText}
	}
	if isText(d) || d.Kind() == value.JSON || d.Kind() == value.File {
		v, err := value.Cast(d.Value, c)
		return some(v), err
	}
	return datum{}, cannot(d, typ)
}
