package registry

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/value"
)

// Type is the type of a value in the documents Call and Result.
type Type string

// The types of values.
const (
	Null          Type = "Null"
	Boolean       Type = "Boolean"
	Number        Type = "Number"
	String        Type = "String"
	DateTime      Type = "DateTime"
	Bytes         Type = "Bytes"
	Row           Type = "Row"
	RowCollection Type = "RowCollection"
	Array         Type = "Array"
)

// Value is an argument or a result of a connector. The zero Value is Null. It
// is not changed after it was handed over.
type Value struct {
	Type   Type
	Bool   bool    // of Boolean
	Text   string  // of String; the decimal text of Number; RFC 3339 of DateTime, without zone for a local one
	Bytes  []byte  // of Bytes
	Fields []Field // of Row, in order
	Items  []Value // of RowCollection, all Row, and of Array
}

// Field is a column of a Row.
type Field struct {
	Name  string
	Value Value
}

// Constructors of values.
func TextOf(s string) Value       { return Value{Type: String, Text: s} }
func NumberOf(n int64) Value      { return Value{Type: Number, Text: strconv.FormatInt(n, 10)} }
func BoolOf(b bool) Value         { return Value{Type: Boolean, Bool: b} }
func BytesOf(b []byte) Value      { return Value{Type: Bytes, Bytes: b} }
func RowOf(f ...Field) Value      { return Value{Type: Row, Fields: f} }
func RowsOf(rows ...Value) Value  { return Value{Type: RowCollection, Items: rows} }
func ArrayOf(list ...Value) Value { return Value{Type: Array, Items: list} }

// Kind is the value's type; that of the zero Value is Null.
func (v Value) Kind() Type {
	if v.Type == "" {
		return Null
	}
	return v.Type
}

// Field finds a column of a Row, whatever the case of its name.
func (v Value) Field(name string) (Value, bool) {
	for _, f := range v.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return Value{}, false
}

// JSON is the value as a JSON text; columns keep their order.
func (v Value) JSON() []byte { return v.AppendJSON(nil) }

// AppendJSON appends the value as a JSON text.
func (v Value) AppendJSON(dst []byte) []byte {
	switch v.Type {
	case Boolean:
		return strconv.AppendBool(dst, v.Bool)
	case Number:
		return append(dst, v.Text...)
	case String, DateTime:
		return value.AppendJSONString(dst, v.Text)
	case Bytes:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v.Bytes)
		return append(dst, '"')
	case Row:
		dst = append(dst, '{')
		for i, f := range v.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(value.AppendJSONString(dst, f.Name), ':')
			dst = f.Value.AppendJSON(dst)
		}
		return append(dst, '}')
	case RowCollection, Array:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.AppendJSON(dst)
		}
		return append(dst, ']')
	}
	return append(dst, "null"...)
}

// maxDepth bounds the nesting of JSON documents.
const maxDepth = 200

// ParseJSON reads a JSON text as a value: an object is a Row, an array of
// objects and an empty one a RowCollection, any other an Array.
func ParseJSON(text []byte) (Value, error) {
	if !utf8.Valid(text) {
		return Value{}, errors.New("the text is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := readJSON(d, 0)
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return Value{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Value{}, fmt.Errorf("text after the JSON document at byte %d", d.InputOffset())
	}
	return v, nil
}

func readJSON(d *json.Decoder, depth int) (Value, error) {
	t, err := d.Token()
	if err != nil {
		return Value{}, err
	}
	if depth > maxDepth {
		return Value{}, fmt.Errorf("the JSON document is nested more than %d deep", maxDepth)
	}
	switch t := t.(type) {
	case nil:
		return Value{Type: Null}, nil
	case bool:
		return BoolOf(t), nil
	case string:
		return TextOf(t), nil
	case json.Number:
		return Value{Type: Number, Text: t.String()}, nil
	}
	v := Value{Type: RowCollection}
	if t == json.Delim('{') {
		v.Type = Row
	}
	for d.More() {
		name := ""
		if v.Type == Row {
			key, err := d.Token()
			if err != nil {
				return Value{}, err
			}
			name = key.(string)
		}
		item, err := readJSON(d, depth+1)
		if err != nil {
			return Value{}, err
		}
		if v.Type == Row {
			v.Fields = append(v.Fields, Field{name, item})
			continue
		}
		if item.Kind() != Row {
			v.Type = Array
		}
		v.Items = append(v.Items, item)
	}
	_, err = d.Token()
	return v, err
}

// typed gives a value read from JSON the type that its document names; "" keeps
// its own.
func typed(v Value, t Type) (Value, error) {
	have := v.Kind()
	if t == "" || t == have {
		return v, nil
	}
	if have == Null {
		return Value{Type: Null}, nil
	}
	misfit := func() (Value, error) { return Value{}, fmt.Errorf("a JSON %s is no %s", have, t) }
	switch t {
	case Number:
		if have != String {
			return misfit()
		}
		text, ok := numberText(v.Text)
		if !ok {
			return Value{}, fmt.Errorf("%q is no Number", v.Text)
		}
		return Value{Type: Number, Text: text}, nil
	case DateTime:
		if have != String {
			return misfit()
		}
		if !validDateTime(v.Text) {
			return Value{}, fmt.Errorf("%q is no DateTime (RFC 3339)", v.Text)
		}
		return Value{Type: DateTime, Text: v.Text}, nil
	case Bytes:
		if have != String {
			return misfit()
		}
		b, err := base64.StdEncoding.DecodeString(v.Text)
		if err != nil {
			return Value{}, errors.New("the text of Bytes is no base64")
		}
		return BytesOf(b), nil
	case Array:
		if have != RowCollection {
			return misfit()
		}
		v.Type = Array
		return v, nil
	case Null, Boolean, String, Row, RowCollection:
		return misfit()
	}
	return Value{}, fmt.Errorf("unknown type %q", t)
}

// numberText is the JSON form of a decimal text.
func numberText(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if _, ok := value.ParseNumericExp(s); !ok {
		return "", false
	}
	if json.Valid([]byte(s)) {
		return s, true
	}
	n, _ := value.ParseNumericExp(s)
	return value.TextOf(n), true
}

// localDateTime is RFC 3339 without a zone.
const localDateTime = "2006-01-02T15:04:05.999999999"

func validDateTime(s string) bool {
	if _, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return true
	}
	_, err := time.Parse(localDateTime, s)
	return err == nil
}
