// Package dbfconn is the connector of EXTERNAL DBF: it writes the rows of a
// TABLE file into a dBase file, a new one or behind the records of one that is
// there.
//
// Source: EXTERNAL_operator.
package dbfconn

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/wire"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/format/dbf"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// maxName is how many characters the name of a field has.
const maxName = 10

// Connector does calls of kind DBF.
type Connector struct {
	// Dir is the folder of relative paths, "" the working directory.
	Dir string
}

// opened is what NEWCONNECTION keeps of a file: its path. Each call leaves the
// file complete.
type opened struct{}

func (opened) Close() error { return nil }

// Call appends the rows of the one parameter to the file of the connection
// string. A file that is missing or empty gets a field for each column; one that
// has fields takes the columns of their names, in any case. NULL writes nothing.
func (d *Connector) Call(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	if len(c.Params) != 1 {
		return nil, value.Errorf(connect.CodeCall, "EXTERNAL DBF takes one parameter, a TABLE file, not %d", len(c.Params))
	}
	path, err := d.path(c)
	if err != nil {
		return nil, err
	}
	if c.Params[0].Value.IsNull() {
		return &connect.Reply{}, nil
	}
	f := c.Params[0].Value.File()
	if f == nil {
		return nil, value.Errorf(connect.CodeCall, "EXTERNAL DBF takes a TABLE file, not a value of class %s", value.ClassOfValue(c.Params[0].Value))
	}
	src, err := table.Open(f.Bytes)
	if err != nil {
		return nil, err
	}
	charset := c.Charset
	if charset == "" {
		charset = wire.UTF8
	}
	if err := write(ctx, path, charset, src); err != nil {
		var own *value.Error
		if errors.As(err, &own) {
			return nil, own
		}
		return nil, value.Errorf(connect.CodeFile, "%s cannot be written: %s", path, err.Error())
	}
	return &connect.Reply{}, nil
}

// path substitutes $N and resolves the empty string to the block's only file.
func (d *Connector) path(c *connect.Call) (string, error) {
	if c.Connection.IsNull() {
		return "", value.Errorf(connect.CodeCall, "connectionString not specified")
	}
	path, err := wire.Expand(value.TextOf(c.Connection), make([]bool, len(c.Params)), wire.Plain, func(n int) (string, error) {
		return "", value.Errorf(connect.CodeCall, "the file $%d cannot stand in a connection string", n)
	})
	if err != nil {
		return "", err
	}
	if path == "" {
		ok := false
		if c.Connections != nil {
			path, ok = c.Connections.Only(connect.KindDBF)
		}
		if !ok {
			return "", value.Errorf(connect.CodeCall, "Empty connectionString is supported only inside of NEWCONNECTION operator with one open file")
		}
	} else if c.Connections != nil {
		if _, ok := c.Connections.Get(connect.KindDBF, path); !ok {
			if err := c.Connections.Put(connect.KindDBF, path, opened{}); err != nil {
				return "", value.Errorf(connect.CodeCall, "%s", err.Error())
			}
		}
	}
	if d.Dir != "" && !filepath.IsAbs(path) {
		path = filepath.Join(d.Dir, path)
	}
	return path, nil
}

// target is a field to write: its column of the TABLE file, or -1.
type target struct {
	format.Column
	source int
}

func write(ctx context.Context, path, charset string, src *table.Reader) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var fields []target
	if len(old) > 0 {
		fields, err = matching(old, src.Columns())
	} else {
		fields, err = newFields(src.Columns())
	}
	if err != nil {
		return err
	}
	now := time.Now()
	made, err := encode(ctx, fields, charset, src, value.DayOf(now.Year(), int(now.Month()), now.Day()))
	if err != nil {
		return err
	}
	if len(old) == 0 {
		return os.WriteFile(path, made, 0o666)
	}
	return extend(path, old, made)
}

// newFields names a field after each column, cut to ten characters.
func newFields(columns []table.Column) ([]target, error) {
	var out []target
	seen := make(map[string]bool)
	for i, c := range columns {
		name := cut(c.Name)
		if seen[name] {
			return nil, value.Errorf(format.CodeWrite, "Export Error: duplicate field '%s'. Fields should be unique!", name)
		}
		seen[name] = true
		class := c.Type.ReadClass()
		if class.IsFile() || class.IsText() && class.Len <= 0 {
			class = value.StringClass(253)
		}
		out = append(out, target{format.Column{Name: name, Class: class}, i})
	}
	return out, nil
}

func cut(name string) string {
	if utf8.RuneCountInString(name) > maxName {
		return string([]rune(name)[:maxName])
	}
	return name
}

const (
	headSize = 32
	headEnd  = 0x0D
	fileEnd  = 0x1A
)

// matching reads the fields of a file and finds their columns. Each field is
// given the class whose field has its width, so that records made for the
// classes have the layout of the file.
func matching(data []byte, columns []table.Column) ([]target, error) {
	if len(data) <= headSize || int(binary.LittleEndian.Uint16(data[8:])) > len(data) {
		return nil, value.Errorf(format.CodeSyntax, "the file is no DBF file")
	}
	var out []target
	for at := headSize; at+headSize <= int(binary.LittleEndian.Uint16(data[8:])) && data[at] != headEnd; at += headSize {
		d := data[at : at+headSize]
		raw, _, _ := bytes.Cut(d[:11], []byte{0})
		t := target{Column: format.Column{Name: strings.TrimSpace(string(raw))}, source: -1}
		width, decimals := int(d[16]), int(d[17])
		switch d[11] {
		case 'N', 'F':
			if width > 20 {
				return nil, value.Errorf(format.CodeWrite, "the field %s has %d digits, more than can be written", t.Name, width)
			}
			t.Class = value.NumericClass(max(width-1, 1), decimals)
		case 'L':
			t.Class = value.ClassBoolean
		case 'D':
			t.Class = value.ClassDate
		case 'C':
			if width += decimals << 8; width > 253 {
				return nil, value.Errorf(format.CodeWrite, "the field %s has %d characters, more than can be written", t.Name, width)
			}
			t.Class = value.StringClass(width)
		default:
			return nil, value.Errorf(format.CodeWrite, "fields of type %q such as %s cannot be written", d[11], t.Name)
		}
		for i, c := range columns {
			if strings.EqualFold(cut(c.Name), t.Name) {
				t.source = i
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// encode makes a whole DBF file of the rows.
func encode(ctx context.Context, fields []target, charset string, src *table.Reader, today int64) ([]byte, error) {
	columns := make([]format.Column, len(fields))
	for i, f := range fields {
		columns[i] = f.Column
	}
	var buf bytes.Buffer
	w, err := dbf.Codec{}.NewWriter(&buf, columns, format.WriteOptions{Charset: charset, Today: today})
	if err != nil {
		return nil, err
	}
	in, out := make([]value.Value, len(src.Columns())), make([]value.Value, len(fields))
	for {
		if err := ctx.Err(); err != nil {
			return nil, value.Errorf(connect.CodeTimeout, "the call was stopped: %s", err.Error())
		}
		more, err := src.Next(in)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		for i, f := range fields {
			out[i] = value.Value{}
			if f.source >= 0 {
				if out[i], err = fit(in[f.source], f.Class); err != nil {
					return nil, err
				}
			}
		}
		if err := w.Write(out); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// fit converts a value to the class of its field.
func fit(v value.Value, c value.Class) (value.Value, error) {
	switch {
	case v.IsNull() || v.Kind() == c.Kind():
		return v, nil
	case c.IsText():
		return value.String(value.WireText(v)), nil
	case v.Kind() == value.TBoolean && c.Kind() == value.Boolean, v.Kind() == value.DateTime && c.Kind() == value.Date, c.IsNumber() && value.ClassOfValue(v).IsNumber():
		return v, nil
	}
	return value.Cast(v, c)
}

// extend adds the records of the file made behind those of old, and its count
// and date to the head.
func extend(path string, old, made []byte) error {
	head, size := int(binary.LittleEndian.Uint16(old[8:])), int(binary.LittleEndian.Uint16(old[10:]))
	count := binary.LittleEndian.Uint32(old[4:])
	end := head + int(count)*size
	if made := int(binary.LittleEndian.Uint16(made[10:])); made != size {
		return value.Errorf(format.CodeWrite, "records of %d bytes cannot be added to a file with records of %d", made, size)
	}
	if end > len(old) {
		return value.Errorf(format.CodeSyntax, "the DBF file is damaged: %d records are said to be in %d bytes", count, len(old))
	}
	records := bytes.TrimSuffix(made[binary.LittleEndian.Uint16(made[8:]):], []byte{fileEnd})
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(records[:len(records):len(records)], fileEnd), int64(end))
	if err == nil {
		info := append([]byte(nil), made[1:4]...)
		info = binary.LittleEndian.AppendUint32(info, count+binary.LittleEndian.Uint32(made[4:]))
		_, err = f.WriteAt(info, 1)
	}
	return errors.Join(err, f.Close())
}
