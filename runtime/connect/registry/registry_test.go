package registry_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parse(t testing.TB, text string) registry.Value {
	t.Helper()
	v, err := registry.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestResultDocuments(t *testing.T) {
	for _, c := range []struct{ text, value, code string }{
		{`{"ok":true,"type":"Null","value":null}`, `null`, ""},
		{`{"ok":true,"type":"Null"}`, `null`, ""},
		{`{"ok":true,"type":"Number","value":"12345678901234567890.10"}`, `12345678901234567890.10`, ""},
		{`{"ok":true,"type":"Number","value":1e3}`, `1e3`, ""},
		{`{"ok":true,"type":"DateTime","value":"2024-01-31T10:00:00+03:00"}`, `"2024-01-31T10:00:00+03:00"`, ""},
		{`{"ok":true,"type":"DateTime","value":"2024-01-31T10:00:00"}`, `"2024-01-31T10:00:00"`, ""},
		{`{"ok":true,"type":"Bytes","value":"AQID"}`, `"AQID"`, ""},
		{`{"ok":true,"type":"Row","value":{"b":1,"a":{"c":[]}}}`, `{"b":1,"a":{"c":[]}}`, ""},
		{`{"ok":true,"type":"RowCollection","value":[]}`, `[]`, ""},
		{`{"ok":true,"type":"Array","value":[]}`, `[]`, ""},
		{`{"ok":true,"type":"Array","value":[{},1]}`, `[{},1]`, ""},
		{`{"ok":true,"value":false}`, `false`, ""},
		{`{"ok":false,"error":{"code":"my_code","message":"m"}}`, "", "my_code"},
		{`{"ok":false,"error":{"code":"my_code"},"value":null}`, "", "my_code"},
		{`{"ok":true,"type":"RowCollection","value":[1]}`, "", registry.CodeResult},
		{`{"ok":true,"type":"String","value":1}`, "", registry.CodeResult},
		{`{"ok":true,"type":"Number","value":"x"}`, "", registry.CodeResult},
		{`{"ok":true,"type":"DateTime","value":"yesterday"}`, "", registry.CodeResult},
		{`{"ok":true,"type":"Bytes","value":"?"}`, "", registry.CodeResult},
		{`{"ok":true,"type":"Money","value":1}`, "", registry.CodeResult},
		{`{"ok":true,"type":"Null","value":null,"error":{"code":"x"}}`, "", registry.CodeResult},
		{`{"ok":true}`, "", registry.CodeResult},
		{`{"ok":false}`, "", registry.CodeResult},
		{`{"ok":"yes"}`, "", registry.CodeResult},
		{`[]`, "", registry.CodeResult},
		{`{"ok":true,"type":"Null"} x`, "", registry.CodeResult},
		{``, "", registry.CodeResult},
	} {
		v, err := registry.ParseResult([]byte(c.text), 0)
		switch {
		case c.code == "" && (err != nil || string(v.JSON()) != c.value):
			t.Errorf("%s: %s %v", c.text, v.JSON(), err)
		case c.code != "" && (err == nil || err.Code != c.code):
			t.Errorf("%s: %s %v, want %s", c.text, v.JSON(), err, c.code)
		}
	}
}

func TestCallDocuments(t *testing.T) {
	c, err := registry.ParseCall([]byte(`{"method":"m","args":{"items":[{"value":1},{"name":"B","type":"Bytes","value":"AQ=="},{"name":"n","type":"Number","value":"1.50"}]},"session":{"id":"s1","x":[1]}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"connector":"","class":"","method":"m","args":{"items":[{"name":"p1","type":"Number","value":1},{"name":"B","type":"Bytes","value":"AQ=="},{"name":"n","type":"Number","value":1.50}]},"session":{"id":"s1","x":[1]}}`
	if got := string(c.Document()); got != want {
		t.Errorf("got %s", got)
	}
	for _, bad := range []string{``, `1`, `{"method":5}`, `{"session":1}`, `{"args":[]}`, `{"args":{"items":5}}`, `{"args":{"items":[1]}}`, `{"args":{"items":[{"name":1}]}}`, `{"args":{"items":[{"name":"a","type":"Row","value":1}]}}`, "{\"method\":\"\xff\"}"} {
		var own *registry.Error
		if _, err := registry.ParseCall([]byte(bad)); !errors.As(err, &own) || own.Code != registry.CodeArgs {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzDocuments(f *testing.F) {
	f.Add([]byte(`{"ok":true,"type":"RowCollection","value":[{"a":"x","b":[1,{"c":null}]}]}`))
	f.Add([]byte(`{"method":"m","args":{"items":[{"name":"a","type":"DateTime","value":"2024-01-31T10:00:00Z"}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := registry.ParseCall(text); err == nil {
			again, err := registry.ParseCall(c.Document())
			if err != nil || string(again.Document()) != string(c.Document()) {
				t.Errorf("%s is read back as %v %v", c.Document(), again, err)
			}
		}
		v, failed := registry.ParseResult(text, 0)
		doc := registry.ResultDocument(v, failed)
		if w, again := registry.ParseResult(doc, 0); (failed == nil) != (again == nil) || string(registry.ResultDocument(w, again)) != string(doc) {
			t.Errorf("%s is read back as %s", doc, registry.ResultDocument(w, again))
		}
	})
}

func TestResultsByClass(t *testing.T) {
	class := func(n value.Name) value.Class { return value.Class{Name: n} }
	dateTime := registry.Value{Type: registry.DateTime, Text: "2024-01-31T10:00:00"}
	for _, c := range []struct {
		v    registry.Value
		to   value.Class
		want string // text of the value; "error"
	}{
		{registry.TextOf("12"), value.ClassInteger, "12"},
		{registry.TextOf("x"), value.ClassInteger, "error"},
		{parse(t, `12.5`), value.NumericClass(10, 2), "12.50"},
		{parse(t, `1e3`), value.ClassInteger, "1000"},
		{parse(t, `99999999999`), value.ClassInteger, "error"},
		{parse(t, `12345678901234567890`), value.NumericClass(30, 0), "12345678901234567890"},
		{parse(t, `5`), value.ClassString, "5"},
		{parse(t, `true`), value.ClassBoolean, "true"},
		{parse(t, `false`), value.ClassBoolean, ""},
		{parse(t, `false`), value.ClassTBoolean, "false"},
		{parse(t, `false`), value.ClassString, "false"},
		{parse(t, `false`), value.ClassInteger, "error"},
		{parse(t, `null`), value.ClassInteger, ""},
		{dateTime, value.ClassDateTime, "2024-01-31T10:00:00"},
		{dateTime, value.ClassString, "2024-01-31T10:00:00"},
		{dateTime, value.ClassDate, "2024-01-31"},
		{parse(t, `[{"b":1,"a":2}]`), value.ClassString, `[{"b":1,"a":2}]`},
		{parse(t, `[{"b":1,"a":2}]`), value.ClassJSON, `[{"a": 2, "b": 1}]`},
		{parse(t, `[1,2]`), class(value.NameJSONText), `[1,2]`},
		{parse(t, `{"a":1}`), class(value.NameJSONFile), `{"a":1}`},
		{parse(t, `{"a":1}`), value.ClassFile, `{"a":1}`},
		{parse(t, `{"a":1}`), value.ClassInteger, "error"},
		{parse(t, `[{}]`), class(value.NameExcelFile), "error"},
		{registry.BytesOf([]byte("abc")), value.ClassFile, "abc"},
		{registry.BytesOf([]byte("abc")), class(value.NameExcelFile), "abc"},
		{registry.BytesOf([]byte("abc")), value.ClassString, "error"},
		{registry.TextOf("abc"), class(value.NameTableFile), "error"},
		{registry.TextOf(`{"a":1}`), value.ClassJSON, `{"a": 1}`},
		{registry.TextOf(`word`), value.ClassJSON, `"word"`},
	} {
		v, err := registry.ToValue(c.v, c.to)
		got := value.WireText(v)
		switch {
		case err != nil:
			got = "error"
		case v.File() != nil:
			got = string(v.File().Bytes)
		case v.Kind() == value.JSON:
			got = v.JSONString()
		}
		if got != c.want {
			t.Errorf("%s %s into %s: %q %v, want %q", c.v.Kind(), c.v.JSON(), c.to, got, err, c.want)
		}
	}
}

func TestRowsIntoTable(t *testing.T) {
	v := parse(t, `[{"n":1.5,"s":"x","b":true,"m":1,"z":null},{"N":20,"late":{"k":1},"m":"two"},{"d":null,"n":null}]`)
	v.Items[0].Fields = append(v.Items[0].Fields, registry.Field{Name: "d", Value: registry.Value{Type: registry.DateTime, Text: "2024-01-31T10:00:00"}})
	file, err := registry.ToValue(v, value.Class{Name: value.NameTableFile})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := table.Open(file.File().Bytes)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range tab.Columns() {
		got = append(got, c.Name+" "+c.Type.String())
	}
	row := make([]value.Value, len(tab.Columns()))
	for {
		ok, err := tab.Next(row)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		var cells []string
		for _, v := range row {
			cells = append(cells, value.WireText(v))
		}
		got = append(got, strings.Join(cells, "|"))
	}
	want := "n NUMERIC[3,1]; s STRING; b BOOLEAN; m STRING; z STRING; d DATETIME; late STRING; 1.5|x|true|1||2024-01-31T10:00:00|; 20.0|||two|||{\"k\":1}; ||||||"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("\n got %s\nwant %s", text, want)
	}
	back, err := registry.FromValue(file, value.Class{Name: value.NameTableFile})
	if err != nil || len(back.Items) != 3 || string(back.Items[0].JSON()) != `{"n":1.5,"s":"x","b":true,"m":"1","z":null,"d":"2024-01-31T10:00:00","late":null}` {
		t.Errorf("read back as %s %v", back.JSON(), err)
	}
}

// slow answers after its delay whatever its context says, and counts.
func slow(delay time.Duration, ended *atomic.Int32) registry.Func {
	return func(ctx context.Context, c *registry.Call) (registry.Value, error) {
		time.Sleep(delay)
		ended.Add(1)
		return registry.TextOf("late"), nil
	}
}

func external(id, method string) *connect.Call {
	return &connect.Call{Kind: connect.KindConnector, Connection: value.String(id), Exec: value.String(method), To: []value.Class{value.ClassString}}
}

// TestWaitingTime: the caller goes on, the call too, and its result is dropped.
func TestWaitingTime(t *testing.T) {
	var ended atomic.Int32
	r := registry.New(registry.Options{})
	defer r.Close()
	if err := r.Register("Slow", slow(150*time.Millisecond, &ended)); err != nil {
		t.Fatal(err)
	}
	if err := r.Register("sLOW", slow(0, &ended)); err == nil {
		t.Error("an id is taken twice")
	}
	c := external("slow", "m")
	c.Waiting = 20 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	reply, err := registry.Language{Registry: r}.Call(ctx, c)
	if err == nil || reply == nil || reply.Failure == nil || reply.Failure.Code != registry.CodeWaitingTime || len(reply.Results) > 0 {
		t.Fatalf("got %+v %v", reply, err)
	}
	cancel() // the end of the caller does not end a call that is late
	if ended.Load() != 0 {
		t.Error("the caller waited for the call")
	}
	for end := time.Now().Add(5 * time.Second); ended.Load() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the call did not go on")
		}
	}
	c.Waiting = 5 * time.Second
	if reply, err := (registry.Language{Registry: r}).Call(t.Context(), c); err != nil || reply.Results[0].Str() != "late" {
		t.Errorf("in time: %+v %v", reply, err)
	}
}

// TestStubbornConnector: the limit holds for code that ignores its context.
func TestStubbornConnector(t *testing.T) {
	var ended atomic.Int32
	r := registry.New(registry.Options{})
	defer r.Close()
	if err := r.Add(registry.Entry{ID: "s", Enabled: true, Timeout: 10 * time.Millisecond}, slow(700*time.Millisecond, &ended)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Invoke(t.Context(), &registry.Call{Connector: "s", Method: "m"}); err == nil || err.Code != registry.CodeTimeout {
		t.Errorf("got %v", err)
	}
	for ended.Load() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
}

func TestPanicAndPlainErrors(t *testing.T) {
	r := registry.New(registry.Options{})
	defer r.Close()
	r.Register("p", registry.Func(func(context.Context, *registry.Call) (registry.Value, error) { panic("oh") }))
	r.Register("e", registry.Func(func(context.Context, *registry.Call) (registry.Value, error) {
		return registry.Value{}, errors.New("plain")
	}))
	for _, id := range []string{"p", "e"} {
		if _, err := r.Invoke(t.Context(), &registry.Call{Connector: id, Method: "m"}); err == nil || err.Code != registry.CodeExternal {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestArguments: what a program hands over, by class.
func TestArguments(t *testing.T) {
	var got string
	r := registry.New(registry.Options{})
	defer r.Close()
	r.Register("a", registry.Func(func(_ context.Context, c *registry.Call) (registry.Value, error) {
		got = string(c.Document())
		return registry.Value{}, nil
	}))
	c := external("A", "Ns.Sub.m")
	moment, _ := value.ParseText("2024-01-31T10:00:00", value.ClassDateTime)
	c.Params = []connect.Param{
		{Name: "n", Value: value.Decimal(1250, 2)}, {Value: value.TFalse}, {Value: value.Value{}}, {Value: moment},
		{Value: value.JSONText(value.NameJSON, `{"b": 1}`)}, {Value: value.FileOf(value.NameFile, &value.FileData{Bytes: []byte{1}})},
		{Value: value.ObjectOf(77)}, {Value: value.String("x")},
	}
	if _, err := (registry.Language{Registry: r}).Call(registry.WithSession(t.Context(), "s1"), c); err != nil {
		t.Fatal(err)
	}
	want := `{"connector":"A","class":"Ns.Sub","method":"m","args":{"items":[{"name":"n","type":"Number","value":12.50},{"name":"p2","type":"Boolean","value":false},{"name":"p3","type":"Null","value":null},{"name":"p4","type":"DateTime","value":"2024-01-31T10:00:00"},{"name":"p5","type":"Row","value":{"b":1}},{"name":"p6","type":"Bytes","value":"AQ=="},{"name":"p7","type":"Number","value":77},{"name":"p8","type":"String","value":"x"}]},"session":{"id":"s1"}}`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if reply, err := (registry.Language{Registry: r}).Call(t.Context(), external("A", "")); err == nil || reply.Failure.Code != registry.CodeArgs {
		t.Errorf("an empty method: %v", err)
	}
}
