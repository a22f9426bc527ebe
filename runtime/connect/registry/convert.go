package registry

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// FromValue makes an argument of a value of the language.
func FromValue(v value.Value, c value.Class) (Value, error) {
	switch v.Kind() {
	case value.Null:
		return Value{Type: Null}, nil
	case value.Boolean, value.TBoolean:
		return BoolOf(v.Num() != 0), nil
	case value.Integer, value.Long, value.Object, value.Year:
		return NumberOf(v.Num()), nil
	case value.Numeric, value.Double:
		text, ok := numberText(value.WireText(v))
		if !ok { // NaN and the infinities are no JSON numbers
			return TextOf(value.WireText(v)), nil
		}
		if v.Kind() == value.Double {
			text = strings.TrimSuffix(text, ".0")
		}
		return Value{Type: Number, Text: text}, nil
	case value.DateTime, value.ZDateTime:
		return Value{Type: DateTime, Text: value.WireText(v)}, nil
	case value.JSON:
		return ParseJSON([]byte(v.JSONString()))
	case value.File:
		f := v.File()
		switch {
		case v.ClassName() == value.NameTableFile || f.Ext == "table":
			return rowsOfTable(f.Bytes)
		case v.ClassName() == value.NameJSONFile:
			return ParseJSON(f.Bytes)
		}
		return BytesOf(f.Bytes), nil
	}
	return TextOf(value.WireText(v)), nil
}

func rowsOfTable(data []byte) (Value, error) {
	t, err := table.Open(data)
	if err != nil {
		return Value{}, err
	}
	columns := t.Columns()
	out := Value{Type: RowCollection}
	row := make([]value.Value, len(columns))
	for {
		ok, err := t.Next(row)
		if err != nil || !ok {
			return out, err
		}
		r := Value{Type: Row, Fields: make([]Field, len(columns))}
		for i, col := range columns {
			v, err := FromValue(row[i], col.Type.ReadClass())
			if err != nil {
				return Value{}, err
			}
			r.Fields[i] = Field{col.Name, v}
		}
		out.Items = append(out.Items, r)
	}
}

// RowsOfTable reads a TABLE file as a RowCollection.
func RowsOfTable(data []byte) (Value, error) { return rowsOfTable(data) }

// ToValue converts a result to the class of a property. Scalars are read as
// texts of an HTTP answer are; rows become JSON or a TABLE.
func ToValue(v Value, c value.Class) (value.Value, error) {
	switch v.Kind() {
	case Null:
		return value.Value{}, nil
	case Row, RowCollection, Array:
		return rowsTo(v, c)
	case Bytes:
		if !c.IsFile() {
			return value.Value{}, fmt.Errorf("Bytes fit file classes only")
		}
		f := &value.FileData{Bytes: v.Bytes}
		switch c.Name {
		case value.NameFile:
			f.Ext = "dat"
		case value.NameNamedFile:
			f.Ext, f.Name = "dat", "file"
		}
		return value.FileOf(c.Name, f), nil
	case Boolean:
		switch c.Kind() {
		case value.Boolean:
			return value.Bool(v.Bool), nil
		case value.TBoolean:
			if v.Bool {
				return value.TTrue, nil
			}
			return value.TFalse, nil
		}
	}
	return scalarTo(v, c)
}

func scalarTo(v Value, c value.Class) (value.Value, error) {
	text := v.Text
	switch v.Type {
	case Boolean:
		text = string(v.JSON())
	case Number:
		if n, ok := value.ParseNumericExp(text); ok && strings.ContainsAny(text, "eE") {
			text = value.TextOf(n)
		}
	}
	switch {
	case c.Name == value.NameTableFile || c.IsFile() && (c.Name == value.NameExcelFile || c.Name == value.NameDBFFile):
		return value.Value{}, fmt.Errorf("a %s is no %s", v.Type, c)
	case c.Name == value.NameJSONFile:
		return value.FileOf(c.Name, &value.FileData{Bytes: v.JSON()}), nil
	case c.IsFile():
		return wire.Item{Bytes: []byte(text), Ext: "txt", Charset: wire.UTF8}.Value(c)
	case c.IsObject():
		n, err := value.ParseText(text, value.ClassLong)
		if err != nil || n.IsNull() {
			return value.Value{}, err
		}
		return value.ObjectOf(n.Num()), nil
	case c.Kind() == value.JSON:
		if text == "" {
			return value.Value{}, nil
		}
		normal := string(v.JSON())
		if v.Type == String && jsonText(text) {
			normal = text
		}
		if c.Name == value.NameJSON {
			var err error
			if normal, err = value.NormalizeJSON(normal); err != nil {
				return value.Value{}, err
			}
		}
		return value.JSONText(c.Name, normal), nil
	case !c.Known():
		return value.String(text), nil
	}
	return wire.Item{URLEncoded: true, Text: text, Charset: wire.UTF8}.Value(c)
}

// jsonText reports whether a text is a JSON document of its own.
func jsonText(s string) bool {
	_, err := ParseJSON([]byte(s))
	return err == nil
}

func rowsTo(v Value, c value.Class) (value.Value, error) {
	text := v.JSON()
	switch {
	case c.Name == value.NameTableFile:
		data, err := tableOf(v)
		return value.FileOf(c.Name, &value.FileData{Bytes: data}), err
	case c.Name == value.NameFile:
		return value.FileOf(c.Name, &value.FileData{Bytes: text, Ext: "json"}), nil
	case c.Name == value.NameNamedFile:
		return value.FileOf(c.Name, &value.FileData{Bytes: text, Ext: "json", Name: "file"}), nil
	case c.Name == value.NameJSONFile:
		return value.FileOf(c.Name, &value.FileData{Bytes: text}), nil
	case c.Kind() == value.JSON:
		normal := string(text)
		if c.Name == value.NameJSON {
			var err error
			if normal, err = value.NormalizeJSON(normal); err != nil {
				return value.Value{}, err
			}
		}
		return value.JSONText(c.Name, normal), nil
	case c.IsText() || !c.Known():
		return value.ParseText(string(text), orString(c))
	}
	return value.Value{}, fmt.Errorf("a %s fits JSON, file and text classes only", v.Type)
}

func orString(c value.Class) value.Class {
	if !c.Known() {
		return value.ClassString
	}
	return c
}

// tableOf writes rows as a TABLE: all columns in the order in which they first
// appear, each of the class that fits all its values.
func tableOf(v Value) ([]byte, error) {
	rows := v.Items
	if v.Type == Row {
		rows = []Value{v}
	}
	if v.Type == Array {
		rows = make([]Value, len(v.Items))
		for i, item := range v.Items {
			rows[i] = item
			if item.Kind() != Row {
				rows[i] = RowOf(Field{"value", item})
			}
		}
	}
	var columns []table.Column
	at := map[string]int{}
	var kinds []Type
	for _, r := range rows {
		for _, f := range r.Fields {
			key := strings.ToLower(f.Name)
			n, ok := at[key]
			if !ok {
				n = len(columns)
				at[key] = n
				columns = append(columns, table.Column{Name: f.Name})
				kinds = append(kinds, Null)
			}
			kinds[n] = common(kinds[n], f.Value.Kind())
		}
	}
	for i, k := range kinds {
		columns[i].Type.Class = columnClass(k, rows, columns[i].Name)
	}
	var out bytes.Buffer
	w, err := table.NewStream(&out, columns)
	if err != nil {
		return nil, err
	}
	cells := make([]value.Value, len(columns))
	for _, r := range rows {
		clear(cells)
		for _, f := range r.Fields {
			n := at[strings.ToLower(f.Name)]
			if cells[n], err = cell(f.Value, columns[n].Type.Class); err != nil {
				return nil, err
			}
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func common(a, b Type) Type {
	switch {
	case b == Null:
		return a
	case a == Null || a == b:
		return b
	}
	return String
}

// columnClass is the class of a column whose values have a common type.
func columnClass(k Type, rows []Value, name string) value.Class {
	switch k {
	case Boolean:
		return value.ClassBoolean
	case DateTime:
		return value.ClassDateTime
	case Number:
		whole, scale := 1, 0
		for _, r := range rows {
			if f, ok := r.Field(name); ok && f.Kind() == Number {
				n, ok := value.ParseNumericExp(f.Text)
				if !ok {
					return value.ClassString
				}
				scale = max(scale, n.Scale())
				whole = max(whole, len(strings.TrimLeft(value.TextOf(n), "-"))-n.Scale())
			}
		}
		return value.NumericClass(whole+scale, scale)
	}
	return value.ClassString
}

// cell converts a value to the class of its column.
func cell(v Value, c value.Class) (value.Value, error) {
	switch v.Kind() {
	case Null:
		return value.Value{}, nil
	case Boolean:
		if c.Name == value.NameBoolean {
			return value.Bool(v.Bool), nil
		}
		return value.String(string(v.JSON())), nil
	case Number, DateTime:
		return value.ParseText(v.Text, c)
	case String:
		return value.String(v.Text), nil
	case Bytes:
		return value.String(base64.StdEncoding.EncodeToString(v.Bytes)), nil
	}
	return value.String(string(v.JSON())), nil
}
