package dbfconn_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/dbfconn"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/format/dbf"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

func tableFile(t *testing.T, columns []format.Column, rows ...[]value.Value) connect.Param {
	var b bytes.Buffer
	w, err := table.Codec{}.NewWriter(&b, columns, format.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	v := value.FileOf(value.NameTableFile, &value.FileData{Bytes: b.Bytes()})
	return connect.Param{Value: v, Class: value.ClassOfValue(v)}
}

func TestAppend(t *testing.T) {
	dir := t.TempDir()
	d := &dbfconn.Connector{Dir: dir}
	name, qty := format.Column{Name: "name", Class: value.StringClass(10)}, format.Column{Name: "quantityOfGoods", Class: value.NumericClass(8, 2)}
	day, flag := format.Column{Name: "day", Class: value.ClassDate}, format.Column{Name: "flag", Class: value.ClassBoolean}
	scope := new(connect.Connections)
	for i, p := range []connect.Param{
		tableFile(t, []format.Column{name, qty, day, flag}, []value.Value{value.String("стол"), value.Decimal(150, 2), value.Of(value.Date, 19849), value.True}),
		tableFile(t, []format.Column{{Name: "DAY", Class: value.ClassDateTime}, {Name: "other", Class: value.ClassInteger}, {Name: "quantityOf", Class: value.ClassInteger}},
			[]value.Value{value.Of(value.DateTime, 19850*86_400_000_000), value.Int(9), value.Int(7)}, []value.Value{{}, {}, value.Int(-7)}),
		{Class: value.ClassFile},
		tableFile(t, []format.Column{name}, []value.Value{value.String("end")}),
	} {
		c := &connect.Call{Kind: connect.KindDBF, Connection: value.String("goods.dbf"), Params: []connect.Param{p}, Connections: scope}
		if i == 3 {
			c.Connection = value.String("")
		}
		if _, err := d.Call(context.Background(), c); err != nil {
			t.Fatal(i, err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "goods.dbf"))
	if err != nil {
		t.Fatal(err)
	}
	qty.Name = "quantityOf"
	r, err := dbf.Codec{}.NewReader(data, []format.Column{name, qty, day, flag}, format.ReadOptions{Charset: "UTF-8"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	row := make([]value.Value, 4)
	for {
		more, err := r.Next(row)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		var cells []string
		for _, v := range row {
			cells = append(cells, value.TextOf(v))
		}
		got = append(got, strings.Join(cells, "|"))
	}
	if diff := cmp.Diff([]string{"стол|1.50|2024-05-06|1", "|7.00|2024-05-07|", "|-7.00||", "end|||"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "no.dbf"), []byte("text"), 0o600)
	column := func(names ...string) []format.Column {
		var out []format.Column
		for _, n := range names {
			out = append(out, format.Column{Name: n, Class: value.ClassInteger})
		}
		return out
	}
	for want, c := range map[string]*connect.Call{
		"no DBF file":                  {Connection: value.String("no.dbf"), Params: []connect.Param{tableFile(t, column("a"))}},
		"duplicate field 'abcdefghij'": {Connection: value.String("x.dbf"), Params: []connect.Param{tableFile(t, column("abcdefghijK", "abcdefghijL"))}},
		"takes one parameter":          {Connection: value.String("x.dbf")},
		"inside of NEWCONNECTION":      {Connection: value.String(""), Params: []connect.Param{tableFile(t, column("a"))}},
		"takes a TABLE file":           {Connection: value.String("x.dbf"), Params: []connect.Param{{Value: value.Int(1)}}},
		"cannot be written":            {Connection: value.String("no/x.dbf"), Params: []connect.Param{tableFile(t, column("a"))}},
	} {
		_, err := (&dbfconn.Connector{Dir: dir}).Call(context.Background(), c)
		if err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
