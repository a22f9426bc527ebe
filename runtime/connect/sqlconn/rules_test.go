package sqlconn_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/sqlconn"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

func TestErrors(t *testing.T) {
	d := sqlite(t)
	file := param(value.FileOf(value.NameRawFile, &value.FileData{Bytes: []byte("x")}))
	for _, tt := range []struct {
		to, text string
		params   []connect.Param
		want     string
	}{
		{"jdbc:nosuchdb:x", "select 1", nil, "E3508: No suitable driver found for jdbc:nosuchdb:x"},
		{"nonsense", "select 1", nil, "No suitable driver found for nonsense"},
		{"jdbc:postgresql://localhost:1/x?user=a&password=hush", "select 1", nil, "refused"},
		{"jdbc:sqlite:/nosuch/folder/x.db", "select 1", nil, "unable to open database file"},
		{"jdbc:sqlite:$1", "select 1", []connect.Param{file}, "the file $1 cannot stand in a connection string"},
		{"jdbc:sqlite:$2", "select 1", nil, "$2 has no parameter"},
		{"jdbc:mysql://h/d?allowLoadLocalInfile=true", "select 1", nil, "lets the database server read local files"},
		{"", "select 1", nil, "only inside of NEWCONNECTION"},
		{d.to, "select '$1'", []connect.Param{str("x")}, "stands inside the quoted text '$1'"},
		{d.to, `select "$1"`, []connect.Param{str("x")}, "where only a number can be put"},
		{d.to, " -- ", nil, "the command has no statement"},
		{d.to, "select nosuch", nil, "no such column: nosuch"},
		{d.to, "nosuch.sql", nil, "the resource nosuch.sql is not found in"},
		{d.to, "../secret.sql", nil, "the resource ../secret.sql is not found in"},
		{connect.Local, "select 1", nil, "no LOCAL database"},
	} {
		_, err := db{t: t, to: tt.to}.call(nil, tt.text, tt.params...)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s %s: %v", tt.to, tt.text, err)
		}
	}
	for _, c := range []*connect.Call{{Kind: connect.KindSQL, Exec: value.String("x")}, {Kind: connect.KindSQL, Connection: value.String(d.to)}} {
		if _, err := new(sqlconn.Connector).Call(context.Background(), c); err == nil {
			t.Error("NULL was accepted")
		}
	}
}

func TestResource(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "wire.sql"), []byte("\xef\xbb\xbfselect $1 + 1 as a, 'й' as b"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := sqlite(t)
	c := &connect.Call{Kind: connect.KindSQL, Connection: value.String(d.to), Exec: value.String("wire.sql"), Params: []connect.Param{param(value.Int(4))},
		To: []value.Class{value.ClassFile}, Folders: []string{t.TempDir(), folder}}
	r, err := new(sqlconn.Connector).Call(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, r.Results[0]); got != "a INTEGER, b ISTRING\n5|й" {
		t.Error(got)
	}
}

func TestConnectionParams(t *testing.T) {
	folder := t.TempDir()
	d := db{t: t, to: "jdbc:sqlite:" + folder + "/$1.$2"}
	if got := d.show("select $1 as a, $3 as b", str("wire"), str("db"), param(value.Int(5))); got != "a ISTRING, b INTEGER\nwire|5" {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(folder, "wire.db")); err != nil {
		t.Error(err)
	}
}

// A number can stand inside a quoted text, as the digits it is written with.
func TestQuotedNumber(t *testing.T) {
	if got := sqlite(t).show("select 'a?' as a, 'x$1y$2' as b, '$3 $' as c /* $1 */", param(value.Int(15)), numeric("2.50")); got != "a ISTRING, b ISTRING, c ISTRING\na?|x15y2.50|$3 $" {
		t.Error(got)
	}
}

func TestMaxResponse(t *testing.T) {
	d := sqlite(t)
	c := &connect.Call{Kind: connect.KindSQL, Connection: value.String(d.to), To: []value.Class{value.ClassFile}, MaxResponse: 100_000,
		Exec: value.String("with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000) select i from n")}
	_, err := new(sqlconn.Connector).Call(context.Background(), c)
	if e, ok := err.(*value.Error); !ok || e.Code != connect.CodeTooLarge {
		t.Error(err)
	}
}

func TestStopped(t *testing.T) {
	d := sqlite(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := &connect.Call{Kind: connect.KindSQL, Connection: value.String(d.to), Exec: value.String("select 1")}
	_, err := new(sqlconn.Connector).Call(ctx, c)
	if e, ok := err.(*value.Error); !ok || e.Code != connect.CodeTimeout {
		t.Error(err)
	}
}

// store is a database behind a property store.
type store struct {
	conn *sql.Conn
	done []error
}

func (s *store) Conn() *sql.Conn { return s.conn }
func (s *store) Dialect() string { return sqlconn.SQLite }
func (s *store) Done(_ context.Context, err error) error {
	s.done = append(s.done, err)
	return nil
}

func TestLocal(t *testing.T) {
	ctx := context.Background()
	mem, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	conn, err := mem.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := &store{conn: conn}
	q := &sqlconn.Connector{OpenLocal: func(context.Context) (sqlconn.LocalDB, error) { return s, nil }}
	run := func(text string, params ...connect.Param) error {
		_, err := q.Call(ctx, &connect.Call{Kind: connect.KindSQL, Connection: value.String(connect.Local), Exec: value.String(text), Params: params})
		return err
	}
	if err := run("create table shop_item (key0 integer, shop_name_item text); insert into shop_item values (1, $1)", str("x")); err != nil {
		t.Error(err)
	}
	if err := run("insert into shop_item values (2, 'y'); insert into nosuch values (1)"); err == nil {
		t.Error("no error")
	}
	rows := exported(t, []format.Column{{Name: "key", Class: value.ClassInteger}}, []value.Value{value.Int(3)})
	if err := run("insert into shop_item select key, 'z' from $1 t", rows); err != nil {
		t.Error(err)
	}
	var n, tables int
	if err := conn.QueryRowContext(ctx, "select (select count(*) from shop_item), (select count(*) from sqlite_temp_master)").Scan(&n, &tables); err != nil || n != 2 || tables != 0 {
		t.Error(n, tables, err)
	}
	if len(s.done) != 3 || s.done[0] != nil || s.done[1] == nil || s.done[2] != nil {
		t.Error(s.done)
	}
}
