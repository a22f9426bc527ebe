package local

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

const (
	party = iota + 1
	person
	company
	vip
	color
	good
	ord
	ordLine
	shopStore
)

func obj(n int) value.Class { return value.ObjectClass(n) }

func classOf(text string) value.Class {
	c, ok := value.ParseClass(text)
	if !ok {
		panic(text)
	}
	return c
}

// shop is the program whose tables stand in testdata/tables.txt as the platform
// made them.
func shop() Declarations {
	d := Declarations{
		Classes: []ClassDecl{
			{party, "Shop", "Party", nil, true}, {person, "Shop", "Person", []int32{party}, false},
			{company, "Shop", "Company", []int32{party}, false}, {vip, "Shop", "VIP", []int32{person, company}, false},
			{color, "Shop", "Color", nil, false}, {good, "Shop", "Good", nil, false}, {ord, "Shop", "Ord", nil, false},
			{ordLine, "Shop", "OrdLine", nil, false}, {shopStore, "Shop", "Store", nil, false},
		},
		Tables: []TableDecl{
			{"Shop", "goodStore", []value.Class{obj(good), obj(shopStore)}, false},
			{"Shop", "company", []value.Class{obj(company)}, false},
			{"Shop", "special", []value.Class{obj(good)}, false},
		},
	}
	add := func(name, class string, keys ...value.Class) *PropertyDecl {
		v := value.Class{}
		switch class {
		case "Color":
			v = obj(color)
		case "Party":
			v = obj(party)
		case "Ord":
			v = obj(ord)
		case "Good":
			v = obj(good)
		default:
			v = classOf(class)
		}
		d.Properties = append(d.Properties, PropertyDecl{Namespace: "Shop", Name: name, Keys: keys, Value: v, Table: -1})
		return &d.Properties[len(d.Properties)-1]
	}
	add("name", "STRING[50]", obj(party))
	add("taxId", "STRING[12]", obj(company))
	add("birth", "DATE", obj(person))
	add("discount", "NUMERIC[5,2]", obj(vip))
	for _, f := range []string{"name ISTRING[100]", "code BPSTRING[13]", "color Color", "weight DOUBLE", "note TEXT", "photo IMAGEFILE", "doc FILE",
		"active BOOLEAN", "tri TBOOLEAN", "count INTEGER", "total LONG", "made DATETIME", "at TIME", "stamp ZDATETIME", "extra JSON",
		"extraText JSONTEXT", "any NUMERIC", "paint COLOR", "year YEAR", "period INTERVAL[DATE]",
		"veryLongPropertyNameThatGoesOnAndOnAndOnUntilPostgreSQLWouldCutIt INTEGER", "special INTEGER"} {
		name, class, _ := strings.Cut(f, " ")
		add(name, class, obj(good))
	}
	add("field", "INTEGER", obj(good)).Column = "renamed_field"
	add("customer", "Party", obj(ord))
	add("date", "DATE", obj(ord))
	add("number", "STRING[10]", obj(ord))
	add("sum", "NUMERIC[28,5]", obj(ord))
	add("lines", "INTEGER", obj(ord))
	add("ord", "Ord", obj(ordLine))
	add("good", "Good", obj(ordLine))
	add("qty", "NUMERIC[14,3]", obj(ordLine))
	add("price", "NUMERIC[14,2]", obj(ordLine))
	add("stock", "NUMERIC[14,3]", obj(good), obj(shopStore))
	add("price", "NUMERIC[14,2]", obj(good), value.ClassDate)
	add("rate", "NUMERIC[10,4]", value.StringClass(3), value.ClassDate)
	add("year", "INTEGER")
	add("title", "STRING[30]")
	add("limit", "INTEGER", obj(shopStore), obj(color), value.ClassInteger)
	add("link", "INTEGER", obj(party), obj(party))
	add("stockMin", "NUMERIC[14,3]", obj(good), obj(shopStore))
	add("balance", "NUMERIC[14,3]", obj(good), obj(shopStore))
	add("phone", "STRING[20]", obj(company))
	add("phone2", "STRING[20]", obj(person))
	return d
}

// withStore makes the store of declarations.
func withStore(d Declarations) (*store.Store, Declarations, map[string]*store.Property) {
	s := store.New(store.Options{})
	for _, c := range d.Classes {
		if err := s.AddClass(store.Class{Number: c.Number, Name: c.Name, Parents: c.Parents, Abstract: c.Abstract}); err != nil {
			panic(err)
		}
	}
	by := map[string]*store.Property{}
	d.Properties = slices.Clone(d.Properties)
	for i := range d.Properties {
		p := &d.Properties[i]
		p.Property = s.AddProperty(store.Spec{Name: p.Name, Keys: p.Keys, Value: p.Value})
		name := p.Name
		for by[name] != nil {
			name += "'"
		}
		by[name] = p.Property
	}
	return s, d, by
}

var platformTypes = strings.NewReplacer("character varying", "varchar", "character(", "char(", "timestamp without time zone", "timestamp",
	"timestamp with time zone", "timestamptz", "time without time zone", "time", " not null", "")

func TestTablesAsThePlatformMakesThem(t *testing.T) {
	f, err := os.Open("testdata/tables.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := map[string][]string{}
	table := ""
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := sc.Text()
		if name, ok := strings.CutPrefix(line, "table "); ok {
			table = name
			want[table] = nil
		} else if line != "" && !strings.HasPrefix(line, "  index ") && !strings.HasPrefix(line, "  row ") && table != "" {
			want[table] = append(want[table], platformTypes.Replace(strings.TrimSpace(line)))
		}
	}
	got := map[string][]string{}
	for _, tb := range Build(shop()).Tables {
		var cols []string
		if len(tb.Keys) == 0 {
			cols = append(cols, "dumb integer")
		}
		for _, k := range tb.Keys {
			cols = append(cols, k.Name+" "+SQLType(k.Class))
		}
		if tb.ClassField != "" {
			cols = append(cols, tb.ClassField+" bigint")
		}
		for _, f := range tb.Fields {
			cols = append(cols, f.Name+" "+strings.Replace(SQLType(f.Class), " blob", "", 1))
		}
		got[tb.Name] = cols
	}
	for name, cols := range want {
		slices.Sort(cols)
		slices.Sort(got[name])
		if !slices.Equal(cols, got[name]) {
			t.Errorf("table %s:\n%q, want\n%q", name, got[name], cols)
		}
	}
	for name := range got {
		if want[name] == nil {
			t.Errorf("table %s is not one of the platform's", name)
		}
	}
}

func set(t *testing.T, x *store.Session, p *store.Property, v value.Value, keys ...value.Value) {
	t.Helper()
	if err := x.Set(p, keys, v); err != nil {
		t.Fatal(err)
	}
}

func fillShop(t *testing.T, x *store.Session, by map[string]*store.Property) (g, st, c value.Value) {
	t.Helper()
	red := x.Store().Static(color, "red")
	g, st, c = value.ObjectOf(x.NewObject(good)), value.ObjectOf(x.NewObject(shopStore)), value.ObjectOf(x.NewObject(vip))
	set(t, x, by["name"], value.String("Ann"), c)
	set(t, x, by["discount"], value.Decimal(250, 2), c)
	big200, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	for name, v := range map[string]value.Value{
		"name'": value.String("1.10"), "code": value.String("77"), "color": value.ObjectOf(red), "weight": value.Float(0.1), "note": value.String("007"),
		"photo":  value.FileOf(value.NameImageFile, &value.FileData{Bytes: []byte{1, 2}, Ext: "jpg"}),
		"doc":    value.FileOf(value.NameFile, &value.FileData{Bytes: []byte("text"), Ext: "txt"}),
		"active": value.True, "tri": value.TFalse, "count": value.Int(5), "total": value.Int64(1 << 60),
		"made": value.Of(value.DateTime, 1704164645123456), "at": value.Of(value.Time, 3723000000), "stamp": value.Of(value.ZDateTime, -1),
		"extra": value.JSONText(value.NameJSON, "1.10"), "extraText": value.JSONText(value.NameJSONText, `{"b":1}`),
		"any": value.BigDecimal(big200, 4), "paint": value.Of(value.Color, 0x010203), "year": value.Of(value.Year, 2024),
		"period": value.IntervalOf(value.NameIntervalDate, 19724, 19730), "field": value.Int(10),
	} {
		set(t, x, by[name], v, g)
	}
	set(t, x, by["stock"], value.Decimal(3500, 3), g, st)
	set(t, x, by["price'"], value.Decimal(99999999999999, 2), g, value.Of(value.Date, 19723))
	set(t, x, by["rate"], value.Decimal(11000, 4), value.String("EUR"), value.Of(value.Date, -1))
	set(t, x, by["limit"], value.Int(8), st, value.ObjectOf(red), value.Int(7))
	set(t, x, by["sum"], value.Decimal(1234567890123456789, 5), value.ObjectOf(x.NewObject(ord)))
	set(t, x, by["title"], value.String("T"))
	return g, st, c
}

// dump lists everything a store holds.
func dump(s *store.Store) []string {
	x := s.NewSession()
	var out []string
	for _, p := range s.Properties() {
		x.Scan(store.Prev, p, func(keys []value.Value, v value.Value) bool {
			line := p.Name()
			for _, k := range keys {
				line += " " + value.TextOf(k)
			}
			text := value.TextOf(v)
			if f := v.File(); f != nil {
				text = fmt.Sprintf("%q %s", f.Bytes, f.Ext)
			}
			out = append(out, line+" = "+text)
			return true
		})
	}
	x.Objects(store.Prev, 0, func(id int64) bool {
		n, _ := s.StaticName(id)
		out = append(out, fmt.Sprintf("object %d of %d %s", id, x.ClassOf(store.Prev, id), n))
		return true
	})
	return out
}

func open(t *testing.T, dsn string, d Declarations) *DB {
	t.Helper()
	db, err := Open(context.Background(), dsn, Build(d))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestDurable(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "a ?#%.sqlite")
	s, d, by := withStore(shop())
	db := open(t, file, d)
	if err := db.Load(ctx, s); err != nil {
		t.Fatal(err)
	}
	x := s.NewSession()
	g, st, c := fillShop(t, x, by)
	if err := x.Commit(ctx, db.Persist); err != nil {
		t.Fatal(err)
	}
	set(t, x, by["stock"], value.Value{}, g, st)
	set(t, x, by["note"], value.Value{}, g)
	x.ChangeClass(c.Num(), person)
	if err := x.Commit(ctx, db.Persist); err != nil {
		t.Fatal(err)
	}
	want := dump(s)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// Another run with one more property.
	more := shop()
	more.Properties = append(more.Properties, PropertyDecl{Namespace: "Shop", Name: "extra2", Keys: []value.Class{obj(good)}, Value: value.ClassInteger, Table: -1})
	s2, d2, _ := withStore(more)
	db2 := open(t, file, d2)
	defer db2.Close()
	if err := db2.Load(ctx, s2); err != nil {
		t.Fatal(err)
	}
	if got := dump(s2); !slices.Equal(got, want) {
		t.Errorf("loaded\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s2.Static(color, "red") != s.Static(color, "red") {
		t.Error("the static object is another one")
	}
	if id := s2.NewSession().NewObject(good); id <= g.Num() {
		t.Errorf("id %d was used before", id)
	}
	empty := 0
	err := db2.conn.QueryRowContext(ctx, `SELECT count(*) FROM shop_goodstore`).Scan(&empty)
	if err != nil || empty != 0 {
		t.Errorf("%d empty rows, error %v", empty, err)
	}
}

// A program that grows after the database was opened.
func TestExtend(t *testing.T) {
	ctx := context.Background()
	d := shop()
	late := d.Properties[len(d.Properties)-1]
	d.Properties = d.Properties[:len(d.Properties)-1]
	s, d, _ := withStore(d)
	db := open(t, "", d)
	defer db.Close()
	if err := db.Mirror(ctx, s); err != nil {
		t.Fatal(err)
	}
	late.Property = s.AddProperty(store.Spec{Name: late.Name, Keys: late.Keys, Value: late.Value})
	d.Properties = append(d.Properties, late)
	x := s.NewSession()
	set(t, x, late.Property, value.String("12"), value.ObjectOf(x.NewObject(person)))
	if err := x.Commit(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := db.Extend(ctx, Build(d)); err != nil {
		t.Fatal(err)
	}
	text := ""
	if _, err := db.Use(ctx, func(conn *sql.Conn) error {
		return conn.QueryRowContext(ctx, "SELECT shop_phone2_person FROM _auto_shop_person").Scan(&text)
	}); err != nil || text != "12" {
		t.Errorf("read %q, error %v", text, err)
	}
}

func TestPersistErrorKeepsSession(t *testing.T) {
	ctx := context.Background()
	s, d, by := withStore(shop())
	db := open(t, "", d)
	defer db.Close()
	x := s.NewSession()
	fillShop(t, x, by)
	if err := db.exec(ctx, `DROP TABLE _auto_date_shop_good`); err != nil {
		t.Fatal(err)
	}
	if err := x.Commit(ctx, db.Persist); err == nil {
		t.Fatal("no error")
	}
	if !x.HasChanges() || len(dump(s)) != 1 {
		t.Error("the changes are lost")
	}
	n := 0
	if err := db.conn.QueryRowContext(ctx, `SELECT count(*) FROM shop_special`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows of a failed commit, error %v", n, err)
	}
}

func TestMirrorAndSQLChanges(t *testing.T) {
	ctx := context.Background()
	s, d, by := withStore(shop())
	x := s.NewSession()
	g, _, c := fillShop(t, x, by)
	if err := x.Commit(ctx, nil); err != nil {
		t.Fatal(err)
	}
	db := open(t, "", d)
	defer db.Close()
	if err := db.Mirror(ctx, s); err != nil {
		t.Fatal(err)
	}
	set(t, x, by["count"], value.Int(6), g)
	if err := x.Commit(ctx, nil); err != nil {
		t.Fatal(err)
	}
	text := ""
	changes, err := db.Use(ctx, func(conn *sql.Conn) error {
		row := conn.QueryRowContext(ctx, `SELECT shop_name_good || '/' || shop_count_good || '/' || shop_paint_good || '/' || shop_period_good || '/' || shop_at_good FROM shop_special`)
		return row.Scan(&text)
	})
	if want := "1.10/6/-16711165/19724.19730/01:02:03"; text != want || err != nil || !changes.Empty() {
		t.Errorf("read %q, want %q, error %v, %d changes", text, want, err, len(changes.Values))
	}
	changes, err = db.Use(ctx, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `
			UPDATE shop_special SET shop_count_good = shop_count_good + 1, shop_name_good = 'New';
			INSERT INTO _auto_date_string_3 VALUES ('2024-02-03', 'USD', 1.25);
			DELETE FROM _auto_date_string_3 WHERE key1 = 'EUR';
			UPDATE _auto SET shop_title = NULL;
			INSERT INTO shop_company (key0, shop_phone_company) VALUES (?, '5') ON CONFLICT DO UPDATE SET shop_phone_company = '5', system__class_shop_company = NULL`, c.Num())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ch := range changes.Values {
		line := ch.Property.Name()
		for _, k := range ch.Keys {
			line += " " + value.TextOf(k)
		}
		got = append(got, line+" = "+value.TextOf(ch.Value))
	}
	slices.Sort(got)
	want := []string{fmt.Sprintf("count %d = 7", g.Num()), fmt.Sprintf("name %d = New", g.Num()), fmt.Sprintf("phone %d = 5", c.Num()),
		"rate EUR 1969-12-31 = ", "rate USD 2024-02-03 = 1.2500", "title = "}
	if !slices.Equal(got, want) {
		t.Errorf("changes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(changes.Objects) != 1 || changes.Objects[0] != (ObjectChange{c.Num(), 0}) {
		t.Errorf("changes of objects %v", changes.Objects)
	}
	if err := db.Revert(ctx, changes); err != nil {
		t.Fatal(err)
	}
	y := s.NewSession()
	if err := (&Changes{Objects: []ObjectChange{{99 << 20, ord}}}).Apply(y); err != nil || !y.Is(store.Now, 99<<20, ord) {
		t.Errorf("an object made by SQL is not made, error %v", err)
	}
	again, err := db.Use(ctx, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "UPDATE shop_special SET key0 = key0; UPDATE _auto_date_string_3 SET key0 = key0; UPDATE _auto SET dumb = 0; UPDATE shop_company SET key0 = key0")
		return err
	})
	if err != nil || !again.Empty() {
		t.Errorf("after Revert: %v, %v, error %v", again.Values, again.Objects, err)
	}
	_, err = db.Use(ctx, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "UPDATE shop_special SET shop_count_good = 'many'")
		return err
	})
	var e *value.Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "shop_count_good") {
		t.Errorf("error %v", err)
	}
}

// TestKilled kills a process that commits and looks for what it said it saved.
func TestKilled(t *testing.T) {
	ctx := context.Background()
	if file := os.Getenv("GOLSF_KILLED_DB"); file != "" {
		s, d, by := withStore(shop())
		db := open(t, file, d)
		if err := db.Load(ctx, s); err != nil {
			t.Fatal(err)
		}
		x := s.NewSession()
		for n := 1; ; n++ {
			set(t, x, by["year'"], value.Int(int32(n)))
			set(t, x, by["rate"], value.Decimal(int64(n), 4), value.String("EUR"), value.Of(value.Date, int64(n)))
			if err := x.Commit(ctx, db.Persist); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("saved %d\n", n)
		}
	}
	file := filepath.Join(t.TempDir(), "killed.sqlite")
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilled$")
	cmd.Env = append(os.Environ(), "GOLSF_KILLED_DB="+file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	said := 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, err := fmt.Sscanf(lines.Text(), "saved %d", &said); err == nil && said == 25 {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait()
	if said < 25 {
		t.Fatalf("only %d commits", said)
	}
	s, d, by := withStore(shop())
	db := open(t, file, d)
	defer db.Close()
	if err := db.Load(ctx, s); err != nil {
		t.Fatal(err)
	}
	x := s.NewSession()
	if n := x.Get(store.Now, by["year'"]).Num(); n < int64(said) || x.Count(store.Now, by["rate"]) != int(n) {
		t.Errorf("%d commits were reported, %d are there with %d rows", said, n, x.Count(store.Now, by["rate"]))
	}
}
