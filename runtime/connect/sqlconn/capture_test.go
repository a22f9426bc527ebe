package sqlconn_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/golsf/golsf/internal/capture"
	"github.com/golsf/golsf/internal/dbtest"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/sqlconn"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

func param(v value.Value) connect.Param {
	return connect.Param{Value: v, Class: value.ClassOfValue(v)}
}

func str(s string) connect.Param { return param(value.String(s)) }

var null = connect.Param{Class: value.ClassInteger}

// db runs texts on one connection string.
type db struct {
	t     testing.TB
	to    string
	conns *connect.Connections
}

func (d db) call(to []value.Class, text string, params ...connect.Param) (*connect.Reply, error) {
	c := &connect.Call{Kind: connect.KindSQL, Connection: value.String(d.to), Exec: value.String(text), Params: params, To: to, Connections: d.conns}
	return new(sqlconn.Connector).Call(context.Background(), c)
}

func (d db) exec(text string, params ...connect.Param) {
	d.t.Helper()
	if _, err := d.call(nil, text, params...); err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
}

// file gives the TABLE file of a query.
func (d db) file(text string, params ...connect.Param) value.Value {
	d.t.Helper()
	r, err := d.call([]value.Class{value.ClassFile}, text, params...)
	if err != nil {
		d.t.Fatalf("%s: %v", text, err)
	}
	return r.Results[0]
}

// read shows a TABLE file as lines: the columns with their classes, then rows.
func read(t testing.TB, file value.Value) string {
	t.Helper()
	r, err := table.Open(file.File().Bytes)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, c := range r.Columns() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Name + " " + c.Type.String())
	}
	row := make([]value.Value, len(r.Columns()))
	for {
		more, err := r.Next(row)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return b.String()
		}
		b.WriteString("\n")
		for i, v := range row {
			if i > 0 {
				b.WriteString("|")
			}
			if v.IsNull() {
				b.WriteString("NULL")
			} else if f := v.File(); f != nil {
				b.WriteString(hex.EncodeToString(f.Bytes))
			} else {
				b.WriteString(value.TextOf(v))
			}
		}
	}
}

func (d db) show(text string, params ...connect.Param) string {
	d.t.Helper()
	return read(d.t, d.file(text, params...))
}

func sqlite(t testing.TB) db {
	return db{t: t, to: "jdbc:sqlite:" + filepath.Join(t.TempDir(), "wire.db")}
}

func numeric(text string) connect.Param {
	v, ok := value.ParseNumeric(text)
	if !ok {
		panic(text)
	}
	return param(v)
}

const (
	day    = int64(19849) // 2024-05-06
	clock  = int64(7*3600+8*60+9) * 1_000_000
	moment = day*86_400_000_000 + clock
)

func scalars() []connect.Param {
	return []connect.Param{param(value.Int(5)), param(value.Int(-7)), param(value.Int64(5000000000)), numeric("12.50"), param(value.Float(1.5)), param(value.True),
		str("text"), str(`d'Art \ "x"`), {Value: value.String("long"), Class: value.ClassText}, null}
}

func times() []connect.Param {
	return []connect.Param{param(value.Of(value.Date, day)), param(value.Of(value.Time, clock)), param(value.Of(value.DateTime, moment))}
}

const selectScalars = "select $1 as i, $2 as neg, $3 as l, $4 as n, $5 as d, $6 as b, $7 as s, $8 as q, $9 as tx, $10 as nul, $1 + $2 as sum"

// sameBytes compares the TABLE file with that of a capture.
func sameBytes(t *testing.T, name string, got value.Value) {
	t.Helper()
	c, err := capture.Load("sql", name)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(c.Sections["table.hex"])
	if h := hex.EncodeToString(got.File().Bytes); h != want {
		t.Errorf("%s: got\n%s\nwant the capture's\n%s\n%s", name, h, want, c.Sections["table"])
		t.Log(read(t, got))
	}
}

// setup gives the commands that a capture's database was made with.
func setup(t *testing.T, name string) string {
	t.Helper()
	c, err := capture.Load("sql", name)
	if err != nil {
		t.Fatal(err)
	}
	return c.Sections["setup.sql"]
}

func TestSQLiteCaptures(t *testing.T) {
	d := sqlite(t)
	sameBytes(t, "sqlite-scalars", d.file(selectScalars, scalars()...))
	params := []connect.Param{str("uno"), str("cost $2 or $1")}
	for i := 3; i <= 10; i++ {
		params = append(params, param(value.Int(int32(i))))
	}
	sameBytes(t, "command-expression", d.file("select $10 as a, $1 as b, '$' as c, $2 as d -- $1", params...))
	for _, name := range []string{"sqlite-types-empty", "sqlite-types-null-first"} {
		c, err := capture.Load("sql", name)
		if err != nil {
			t.Fatal(err)
		}
		own := sqlite(t)
		if s := c.Sections["setup.sql"]; s != "" {
			own.exec(s)
		}
		_, text, _ := strings.Cut(c.Sections["main.lsf"], "EXEC '")
		text, _, _ = strings.Cut(text, "' TO")
		sameBytes(t, name, own.file(strings.ReplaceAll(text, `\'`, "'")))
	}
}

// Where the platform fails or loses data the answers are our own.
func TestSQLiteTypes(t *testing.T) {
	for name, want := range map[string]string{
		"sqlite-types-plain": "i INTEGER, t ISTRING, r DOUBLE, n NUMERIC[12,2], vc STRING[5], b RAWFILE, bo BOOLEAN, big LONG, c BPSTRING[3], d DOUBLE\n" +
			"1|x|1.5|2.25|long text|00ff|1|5000000000|ab|2.0\n2|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
		"sqlite-types-date":          "d LONG, dt LONG, ts LONG\n1714953600000|1714979289000|1714979289000",
		"sqlite-types-date-text":     "d DATE\n2024-05-06",
		"sqlite-types-datetime-text": "d DATETIME\n2024-05-06 07:08:09",
	} {
		d := sqlite(t)
		d.exec(setup(t, name))
		query := "select * from v"
		if name == "sqlite-types-plain" {
			query += " order by i"
		}
		if diff := cmp.Diff(want, d.show(query)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	got := sqlite(t).show("select column1 as a, column1 * 2 as b, column1 || 'x' as c, count(*) over () as n from (values (1), (null), (2.5), ('z'))")
	want := "a INTEGER, b INTEGER, c ISTRING, n INTEGER\n1|2|1x|4\nNULL|NULL|NULL|4\n2.5|5.0|2.5x|4\nz|0|zx|4"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSQLiteValues(t *testing.T) {
	d := sqlite(t)
	d.exec("create table v (id integer, s text)")
	file := value.FileOf(value.NameFile, &value.FileData{Bytes: []byte("ab"), Ext: "csv"})
	named := value.FileOf(value.NameNamedFile, &value.FileData{Bytes: []byte("ab"), Ext: "csv", Name: "nm"})
	values := append(times(),
		param(value.Int(5)), str(`d'Art; -- \ $1 ? "w" щ`), null, param(value.Of(value.ZDateTime, moment)), param(value.True), param(value.TFalse),
		param(value.Of(value.Color, 0xFF0000)), param(value.JSONText(value.NameJSONText, `{"a":1}`)), str(""), param(value.ObjectOf(77)),
		param(value.IntervalOf(value.NameIntervalDate, 19723, 19753)), numeric("0.0000000001"), numeric("12345678901234567.89"), param(file), param(named))
	for i, p := range values {
		d.exec("insert into v values ($1, $2)", param(value.Int(int32(i))), p)
	}
	want := strings.Join([]string{"2024-05-06", "07:08:09", "2024-05-06 07:08:09", "5", `d'Art; -- \ $1 ? "w" щ`, "NULL", "2024-05-06 07:08:09Z", "1", "0",
		"-65536", `{"a":1}`, "", "77", "1704067200000.1706659200000", "1.0e-10", "12345678901234567.89", "036373766162", "026E6D036373766162"}, "\n")
	_, got, _ := strings.Cut(d.show("select case typeof(s) when 'blob' then hex(s) else s end as s from v order by id"), "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// counts are the captures …-counts of each database.
func counts(t *testing.T, d db) {
	in, file := value.ClassInteger, value.ClassFile
	d.exec("create table v (id integer, s text)")
	for _, step := range []struct {
		text string
		to   []value.Class
		want string
	}{
		{"insert into v values (1, 'a'), (2, 'b')", []value.Class{in}, "2"},
		{"update v set s = 'x' where id > 5", []value.Class{in}, "0"},
		{"create table w (id integer)", []value.Class{in}, "0"},
		{"insert into v values (3, 'c'); delete from v where id < 3; select id, s from v order by id", []value.Class{in, in, file, in}, "1 2 table"},
		{"select 1 as a", []value.Class{in}, "error a result set cannot be written to a property of class INTEGER"},
		{"update v set s = 'y'", []value.Class{file}, "error the number of changed rows cannot be written to a property of class FILE"},
		{"update v set s = 'y'", []value.Class{value.ClassString}, "error the number of changed rows cannot be written to a property of class STRING"},
		{"select id from v", []value.Class{{Name: value.NameTableFile}, in}, "table"},
	} {
		r, err := d.call(step.to, step.text)
		var got []string
		for i := 0; r != nil && i < len(r.Results); i++ {
			if r.Results[i].File() != nil {
				got = append(got, "table")
			} else {
				got = append(got, value.TextOf(r.Results[i]))
			}
		}
		if err != nil {
			got = []string{"error " + err.(*value.Error).Message}
		}
		if diff := cmp.Diff(step.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", step.text, diff)
		}
	}
	if got := d.show("select id, s from v order by id"); !strings.HasSuffix(got, "\n3|y") {
		t.Error(got)
	}
}

// newConnection is the capture …-newconnection of each database.
func newConnection(t *testing.T, d db) {
	rows := func(d db) string {
		r, err := d.call([]value.Class{value.ClassFile}, "select k from scratch order by k")
		if err != nil {
			return "absent"
		}
		_, lines, _ := strings.Cut(read(t, r.Results[0]), "\n")
		return strings.ReplaceAll(lines, "\n", " ")
	}
	block := d
	block.conns = new(connect.Connections)
	block.exec("create temporary table scratch (k integer)")
	created := rows(block)
	block.exec("insert into scratch values ($1), ($2)", param(value.Int(11)), param(value.Int(12)))
	only := block
	only.to = ""
	only.exec("insert into scratch values (13)")
	filled := rows(block)
	if err := block.conns.Close(); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprintf("%q %q %q", created, filled, rows(d)); got != `"" "11 12 13" "absent"` {
		t.Error(got)
	}
	only.conns = nil
	if _, err := only.call(nil, "select 1"); err == nil || !strings.Contains(err.Error(), "only inside of NEWCONNECTION") {
		t.Error(err)
	}
}

// autocommit is the capture of that name.
func autocommit(t *testing.T, d db) {
	q := new(sqlconn.Connector)
	d.exec("create table a (i integer)")
	for i, last := range []string{"", "commit", "rollback"} {
		block := d
		block.conns = new(connect.Connections)
		off := &connect.Call{Kind: connect.KindSQL, Method: connect.MethodAutoCommit, Connection: value.String(d.to), Connections: block.conns}
		if _, err := q.Call(context.Background(), off); err != nil {
			t.Fatal(err)
		}
		block.exec("insert into a values ($1)", param(value.Int(int32(i))))
		if last != "" {
			block.exec(last)
		}
		block.conns.Close()
	}
	d.exec("insert into a values (3)")
	if got := d.show("select i from a order by i"); !strings.HasSuffix(got, "INTEGER\n1\n3") {
		t.Error(got)
	}
}

// transactions: several statements are one, decision 51.
func transactions(t *testing.T, d db) {
	d.exec("create table x (i integer)")
	if _, err := d.call(nil, "insert into x values (1); insert into nosuch values (1)"); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Error(err)
	}
	if _, err := d.call(nil, "begin; insert into x values (2); commit; insert into x values (3); insert into nosuch values (1)"); err == nil {
		t.Error("no error")
	}
	if got := d.show("select i from x order by i"); !strings.HasSuffix(got, "INTEGER\n2\n3") {
		t.Error(got)
	}
}

// exported makes the TABLE file of EXPORT TABLE.
func exported(t testing.TB, columns []format.Column, rows ...[]value.Value) connect.Param {
	var b strings.Builder
	w, err := table.Codec{}.NewWriter(&b, columns, format.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return param(value.FileOf(value.NameFile, &value.FileData{Bytes: []byte(b.String()), Ext: "table"}))
}

// tables: TABLE parameters, one and several, with and without rows.
func tables(t *testing.T, d db) {
	var none value.Value
	columns := []format.Column{{Name: "code", Class: value.StringClass(10)}, {Name: "qty", Class: value.ClassInteger}, {Name: "day", Class: value.ClassDate},
		{Name: "price", Class: value.NumericClass(10, 2)}, {Name: "Order By", Class: value.ClassText}, {Name: "big", Class: value.ClassLong}}
	first := exported(t, columns,
		[]value.Value{value.String("a"), value.Int(5), value.Of(value.Date, day), none, value.String("t\ta\nb\\"), value.Int64(5000000000)},
		[]value.Value{value.String("O'x"), none, none, value.Decimal(150, 2), none, none},
		[]value.Value{value.String("й"), value.Int(7), none, none, value.String(""), none})
	second := exported(t, []format.Column{{Name: "code", Class: value.StringClass(10)}, {Name: "name", Class: value.ClassString}},
		[]value.Value{value.String("a"), value.String("apple")}, []value.Value{value.String("й"), value.String("short i")})
	quote := `"Order By"`
	if strings.Contains(d.to, "mysql") {
		quote = "`Order By`"
	}
	got := d.show("select x.row as r, x.code, qty, day, price, "+quote+" as o, big from $1 x order by 1", first)
	_, got, _ = strings.Cut(got, "\n")
	if diff := cmp.Diff("0|a|5|2024-05-06|NULL|t\ta\nb\\|5000000000\n1|O'x|NULL|NULL|1.50|NULL|NULL\n2|й|7|NULL|NULL||NULL", got); diff != "" {
		t.Error(diff)
	}
	got = d.show("select x.qty, y.name, z.code from $1 x join $2 y on x.code = y.code left join $3 z on z.code = x.code order by 1", first, second, exported(t, columns))
	_, got, _ = strings.Cut(got, "\n")
	if diff := cmp.Diff("5|apple|NULL\n7|short i|NULL", got); diff != "" {
		t.Error(diff)
	}
	block := d
	block.conns = new(connect.Connections)
	defer block.conns.Close()
	for range 2 { // the name is free again
		if got := block.show("select count(*) as n from $1 x", second); !strings.HasSuffix(got, "\n2") {
			t.Error(got)
		}
	}
	if _, err := d.call(nil, "select * from $1", param(value.FileOf(value.NameTableFile, &value.FileData{Bytes: []byte{0, 0, 0}}))); err == nil {
		t.Error("a broken TABLE file was uploaded")
	}
}

func TestSQLite(t *testing.T) {
	for name, f := range map[string]func(*testing.T, db){"counts": counts, "newConnection": newConnection, "autocommit": autocommit, "transactions": transactions, "tables": tables} {
		t.Run(name, func(t *testing.T) { f(t, sqlite(t)) })
	}
}

func TestPostgres(t *testing.T) {
	s := dbtest.Postgres(t)
	admin := db{t: t, to: s.JDBC("postgresql", "postgres")}
	n := 0
	fresh := func(t *testing.T) db {
		n++
		name := fmt.Sprintf("wire%d", n)
		admin.exec("create database " + name)
		return db{t: t, to: s.JDBC("postgresql", name)}
	}
	for name, f := range map[string]func(*testing.T, db){"counts": counts, "newConnection": newConnection, "autocommit": autocommit, "transactions": transactions, "tables": tables} {
		t.Run(name, func(t *testing.T) { f(t, fresh(t)) })
	}
	t.Run("captures", func(t *testing.T) {
		d := fresh(t)
		sameBytes(t, "pg-scalars", d.file(selectScalars, scalars()...))
		sameBytes(t, "pg-times", d.file("select $1 as d, $2 as t, $3 as dt", times()...))
		for _, name := range []string{"pg-types", "pg-types-2", "pg-types-array"} {
			c, err := capture.Load("sql", name)
			if err != nil {
				t.Fatal(err)
			}
			_, text, _ := strings.Cut(c.Sections["main.lsf"], "EXEC '")
			text, _, _ = strings.Cut(text, "' TO")
			sameBytes(t, name, d.file(strings.NewReplacer(`\'`, "'", `\\`, `\`, `\{`, "{", `\}`, "}").Replace(text)))
		}
		got := d.show("select '6c2f1a30-0000-4000-8000-000000000001'::uuid as u, 'x'::name as n, '10:00:00+03'::timetz as tz")
		if !strings.HasPrefix(got, "u STRING[2147483647], n STRING[63], tz TIME\n6c2f1a30-0000-4000-8000-000000000001|x|10:00:00") {
			t.Error(got)
		}
	})
	t.Run("values", func(t *testing.T) {
		d := fresh(t)
		d.exec("create table v (id integer, s text)")
		values := append(times(), param(value.Int(5)), str(`d'Art; -- \ $1 ? "w" щ`), null, param(value.Of(value.ZDateTime, moment)), param(value.True),
			param(value.TFalse), param(value.Of(value.Color, 0xFF0000)), param(value.JSONText(value.NameJSONText, `{"a":1}`)), str(""), param(value.ObjectOf(77)),
			param(value.IntervalOf(value.NameIntervalDate, 19723, 19753)), connect.Param{Value: value.String("ab"), Class: value.Class{Name: value.NameBPString, Len: 5}},
			numeric("0.0000000001"), numeric("-5"))
		for i, p := range values {
			d.exec("insert into v values ($1, $2)", param(value.Int(int32(i))), p)
		}
		want := strings.Join([]string{"2024-05-06", "07:08:09", "2024-05-06 07:08:09", "5", `d'Art; -- \ $1 ? "w" щ`, "NULL", "2024-05-06 07:08:09+00", "1", "0",
			"-65536", `{"a":1}`, "", "77", "1704067200000.1706659200000", "ab", "0.0000000001", "-5"}, "\n")
		_, got, _ := strings.Cut(d.show("select s from v order by id"), "\n")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		d.exec("create table f (id integer, b bytea)")
		d.exec("insert into f values (1, $1)", param(value.FileOf(value.NameNamedFile, &value.FileData{Bytes: []byte("ab"), Ext: "csv", Name: "nm"})))
		if got := d.show("select b from f"); got != "b RAWFILE\n026e6d036373766162" {
			t.Error(got)
		}
	})
	t.Run("errors", func(t *testing.T) {
		d := fresh(t)
		if _, err := d.call(nil, "select * from nosuch"); err == nil || err.Error() != `E3507: ERROR: relation "nosuch" does not exist` {
			t.Error(err)
		}
		bad := db{t: t, to: "jdbc:postgresql://" + s.Host + "/nodb?user=golsf&password=hush-hush"}
		if _, err := bad.call(nil, "select 1"); err == nil || strings.Contains(err.Error(), "hush") {
			t.Error(err)
		}
	})
}

func TestMariaDB(t *testing.T) {
	s := dbtest.MariaDB(t)
	admin := db{t: t, to: s.JDBC("mysql", "test")}
	n := 0
	for name, f := range map[string]func(*testing.T, db){"counts": counts, "newConnection": newConnection, "autocommit": autocommit, "transactions": transactions, "tables": tables} {
		t.Run(name, func(t *testing.T) {
			n++
			database := fmt.Sprintf("wire%d", n)
			admin.exec("create database " + database)
			f(t, db{t: t, to: s.JDBC("mysql", database)})
		})
	}
}
