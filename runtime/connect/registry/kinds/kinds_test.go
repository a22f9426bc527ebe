package kinds_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"go.uber.org/goleak"

	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/kinds"
)

// load makes a registry of configuration text; HOST in it is the address of a
// service, DIR the folder of the file.
func load(t testing.TB, service http.Handler, text string, o registry.Options) *registry.Registry {
	t.Helper()
	dir := t.TempDir()
	host := "127.0.0.1:1"
	if service != nil {
		s := httptest.NewServer(service)
		t.Cleanup(s.Close)
		host = s.Listener.Addr().String()
	}
	text = strings.NewReplacer("HOST", host, "DIR", dir).Replace(text)
	file := filepath.Join(dir, "connectors.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := registry.Load(file, kinds.All(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func call(id, method string, args ...registry.Arg) *registry.Call {
	c := &registry.Call{Connector: id, Args: args}
	c.Class, c.Method = registry.SplitMethod(method)
	return c
}

func arg(name string, v registry.Value) registry.Arg { return registry.Arg{Name: name, Value: v} }

// expect calls and compares the Result document.
func expect(t *testing.T, r *registry.Registry, c *registry.Call, want string) {
	t.Helper()
	v, err := r.Invoke(t.Context(), c)
	if got := string(registry.ResultDocument(v, err)); got != want {
		t.Errorf("%s:%s\n got %s\nwant %s", c.Connector, c.FullMethod(), got, want)
	}
}

// expectCode calls and compares the code of the error.
func expectCode(t *testing.T, r *registry.Registry, c *registry.Call, code string) *registry.Error {
	t.Helper()
	v, err := r.Invoke(t.Context(), c)
	if err == nil || err.Code != code {
		t.Fatalf("%s:%s: got %s %v, want %s", c.Connector, c.FullMethod(), v.JSON(), err, code)
	}
	if err.Connector != c.Connector || err.Method != c.FullMethod() {
		t.Errorf("the error names %s %s", err.Connector, err.Method)
	}
	return err
}

// oneC answers as a web service of 1C does: rows for GetRest, and faults.
var oneC = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch r.URL.EscapedPath() {
	case "/hs/Stock/GetRest":
		c, err := registry.ParseCall(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		item, _ := c.Arg("ITEM")
		fmt.Fprintf(w, `[{"Товар":%s,"Остаток":12.50},{"Товар":"x","Остаток":null}]`, item.JSON())
	case "/hs/Stock/Empty":
	case "/hs/Stock/Broken":
		io.WriteString(w, `{"a":`)
	case "/hs/Stock/Redirect":
		http.Redirect(w, r, "/hs/Stock/GetRest", http.StatusTemporaryRedirect)
	case "/hs/Stock/Echo":
		w.Write(body)
	case "/hs/Stock/Header":
		json.NewEncoder(w).Encode(r.Header.Get("X-Key"))
	case "/hs/Stock/Huge":
		io.Copy(w, io.LimitReader(zeros{}, 1<<20))
	case "/hs/Stock/Slow":
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	case "/hs/a%2Fb/c%3Fd":
		io.WriteString(w, `"escaped"`)
	case "/hs/Stock/Cut":
		conn, _, _ := w.(http.Hijacker).Hijack()
		conn.Close()
	default:
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, strings.Repeat("я", 3000))
	}
})

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestHTTP(t *testing.T) {
	r := load(t, oneC, `[
		{"id":"OneC","type":"http","settings":{"url":"http://HOST/hs/{class}/{method}","headers":{"X-Key":"${KEY}"}}},
		{"id":"Slow","type":"http","timeout":50,"settings":{"url":"http://HOST/hs/Stock/Slow"}},
		{"id":"Gone","type":"http","settings":{"url":"http://127.0.0.1:1/"}}
	]`, registry.Options{MaxResponse: 100_000, Getenv: func(n string) (string, bool) { return "s3cr3t-key", n == "KEY" }})
	expect(t, r, call("onec", "Stock.GetRest", arg("item", registry.TextOf("Чай"))),
		`{"ok":true,"type":"RowCollection","value":[{"Товар":"Чай","Остаток":12.50},{"Товар":"x","Остаток":null}]}`)
	expect(t, r, call("OneC", "Stock.Empty"), `{"ok":true,"type":"Null","value":null}`)
	expect(t, r, call("OneC", "a/b.c?d"), `{"ok":true,"type":"String","value":"escaped"}`)
	expect(t, r, call("OneC", "Stock.Echo", arg("n", registry.NumberOf(5)), arg("b", registry.BytesOf([]byte{1, 2}))),
		`{"ok":true,"type":"Row","value":{"connector":"OneC","class":"Stock","method":"Echo","args":{"items":[{"name":"n","type":"Number","value":5},{"name":"b","type":"Bytes","value":"AQI="}]}}}`)
	expectCode(t, r, call("OneC", "Stock.Broken"), registry.CodeResult)
	expectCode(t, r, call("OneC", "Stock.Huge"), registry.CodeResult)
	expectCode(t, r, call("OneC", "Stock.Redirect"), registry.CodeExternal)
	expectCode(t, r, call("OneC", "Stock.Cut"), registry.CodeExternal)
	expectCode(t, r, call("OneC", ".."), registry.CodeArgs)
	expectCode(t, r, call("OneC", "Stock."), registry.CodeArgs)
	expectCode(t, r, call("OneC", "Stock.Echo", arg("a", registry.Value{}), arg("A", registry.Value{})), registry.CodeArgs)
	expectCode(t, r, call("Slow", "m"), registry.CodeTimeout)
	expectCode(t, r, call("Gone", "m"), registry.CodeOffline)
	expectCode(t, r, call("nobody", "m"), registry.CodeNotFound)
	failed := expectCode(t, r, call("OneC", "Stock.Other"), registry.CodeExternal)
	var details struct {
		Status int
		Body   string
	}
	if err := json.Unmarshal(failed.Details, &details); err != nil || details.Status != 500 || len([]rune(details.Body)) != 2000 {
		t.Errorf("details %d %d %v", details.Status, len([]rune(details.Body)), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := r.Invoke(ctx, call("OneC", "Stock.Slow")); err == nil || err.Code != registry.CodeCancelled {
		t.Errorf("got %v, want cancelled", err)
	}
	if v, err := r.Invoke(t.Context(), call("OneC", "Stock.Header")); err != nil || v.Text != "s3cr3t-key" {
		t.Errorf("the header is %v %v", v, err)
	}
}

func TestReInvoke(t *testing.T) {
	var calls atomic.Int32
	second := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if calls.Add(1)%2 == 1 || strings.HasSuffix(r.URL.Path, "never") {
			<-r.Context().Done()
			return
		}
		io.WriteString(w, "true")
	})
	r := load(t, second, `[
		{"id":"a","type":"http","timeout":80,"timeoutBehavaior":"ReInvoke","settings":{"url":"http://HOST/{method}"}},
		{"id":"b","type":"http","timeout":80,"settings":{"url":"http://HOST/{method}"}}
	]`, registry.Options{})
	expect(t, r, call("a", "m"), `{"ok":true,"type":"Boolean","value":true}`)
	expectCode(t, r, call("a", "never"), registry.CodeTimeout)
	if n := calls.Load(); n != 4 {
		t.Errorf("%d requests, want 4", n)
	}
	expectCode(t, r, call("b", "m"), registry.CodeTimeout)
	if n := calls.Load(); n != 5 {
		t.Errorf("%d requests, want 5", n)
	}
}

func TestSQL(t *testing.T) {
	r := load(t, nil, `{"id":"Base","type":"sql","settings":{"url":"jdbc:sqlite:stock.db","methods":{
		"Stock.Add":{"sql":"insert into stock (name, rest, note) values (:name, :rest, ':name $x')","result":"none"},
		"Rest":{"sql":"select name, rest from stock where rest >= :least order by name"},
		"Count":{"sql":"select count(*) from stock where name = :n or :n is null","result":"value"},
		"Bad":{"sql":"select * from nowhere"},
		"Slow":{"sql":"with recursive r(n) as (select 1 union all select n + 1 from r limit 400000000) select max(n) from r","result":"value"}
	}},"timeout":3000}`, registry.Options{})
	e, _ := r.Find("base")
	db, err := sql.Open("sqlite3", filepath.Join(filepath.Dir(e.File), "stock.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("create table stock (name text, rest numeric, note text)"); err != nil {
		t.Fatal(err)
	}
	evil := `x'); drop table stock; --`
	expect(t, r, call("Base", "Stock.Add", arg("NAME", registry.TextOf(evil)), arg("rest", registry.Value{Type: registry.Number, Text: "1.5"}), arg("unused", registry.Value{})),
		`{"ok":true,"type":"Null","value":null}`)
	expect(t, r, call("Base", "Stock.Add", arg("name", registry.TextOf("tea")), arg("rest", registry.NumberOf(7))), `{"ok":true,"type":"Null","value":null}`)
	expect(t, r, call("Base", "Any.Rest", arg("least", registry.NumberOf(2))), `{"ok":true,"type":"RowCollection","value":[{"name":"tea","rest":7.0}]}`)
	expect(t, r, call("Base", "Rest", arg("least", registry.NumberOf(100))), `{"ok":true,"type":"RowCollection","value":[]}`)
	expect(t, r, call("Base", "Count", arg("n", registry.TextOf(evil))), `{"ok":true,"type":"Number","value":1}`)
	expect(t, r, call("Base", "Count", arg("n", registry.Value{})), `{"ok":true,"type":"Number","value":2}`)
	expectCode(t, r, call("Base", "Count"), registry.CodeArgs)
	expectCode(t, r, call("Base", "Add"), registry.CodeMethod)
	expectCode(t, r, call("Base", "Bad"), registry.CodeExternal)
	var note string
	if err := db.QueryRow("select note from stock where name = 'tea'").Scan(&note); err != nil || note != ":name $x" {
		t.Errorf("the quoted text is %q %v", note, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Invoke(ctx, call("Base", "Slow")); err == nil || err.Code != registry.CodeCancelled {
		t.Errorf("got %v, want cancelled", err)
	}
}

func TestExec(t *testing.T) {
	log := &safeBuffer{}
	r := load(t, nil, `[
		{"id":"Ok","type":"exec","settings":{"command":["sh","-c","read doc; echo note with $SECRET >&2; printf '{\"protocol\":1,\"ok\":true,\"type\":\"Array\",\"value\":[%s,\"%s\",\"%s\",\"%s\"]}' \"$doc\" \"$PWD\" \"$OWN\" \"$GOLSF_TEST_HIDDEN\""],"env":{"OWN":"own value","SECRET":"${PASSWORD}"}}},
		{"id":"Fails","type":"exec","settings":{"command":["sh","-c","echo went wrong: hunter2-long >&2; exit 3"]}},
		{"id":"Killed","type":"exec","settings":{"command":["sh","-c","kill -9 $$"]}},
		{"id":"Error","type":"exec","settings":{"command":["echo","{\"protocol\":1,\"ok\":false,\"error\":{\"code\":\"out_of_stock\",\"message\":\"none left\",\"details\":{\"n\":1}}}"]}},
		{"id":"Old","type":"exec","settings":{"command":["echo","{\"ok\":true,\"type\":\"Null\",\"value\":null}"]}},
		{"id":"Text","type":"exec","settings":{"command":["echo","hello"]}},
		{"id":"Huge","type":"exec","settings":{"command":["sh","-c","cat /dev/zero"]}},
		{"id":"Slow","type":"exec","timeout":100,"settings":{"command":["sh","-c","sleep 100 & echo $! > DIR/child; sleep 100"]}},
		{"id":"None","type":"exec","settings":{"command":["/no/such/program"]}}
	]`, registry.Options{MaxResponse: 100_000, Log: log, Getenv: func(n string) (string, bool) { return "hunter2-long", n == "PASSWORD" }})
	t.Setenv("GOLSF_TEST_HIDDEN", "must not be seen")
	e, _ := r.Find("ok")
	dir := filepath.Dir(e.File)
	expect(t, r, call("Ok", "m", arg("a", registry.BoolOf(false))),
		`{"ok":true,"type":"Array","value":[{"protocol":1,"connector":"Ok","class":"","method":"m","args":{"items":[{"name":"a","type":"Boolean","value":false}]}},"`+dir+`","own value",""]}`)
	if got := log.String(); got != "golsf: connector Ok: note with ***\n" {
		t.Errorf("the log is %q", got)
	}
	failed := expectCode(t, r, call("Fails", "m"), registry.CodeExternal)
	if got := string(failed.Details); got != `{"stderr":"went wrong: ***"}` {
		t.Errorf("details %s", got)
	}
	expectCode(t, r, call("Killed", "m"), registry.CodeExternal)
	failed = expectCode(t, r, call("Error", "m"), "out_of_stock")
	if failed.Message != "none left" || string(failed.Details) != `{"n":1}` {
		t.Errorf("the error is %+v", failed)
	}
	for _, id := range []string{"Old", "Text", "Huge"} {
		expectCode(t, r, call(id, "m"), registry.CodeResult)
	}
	expectCode(t, r, call("None", "m"), registry.CodeExternal)
	began := time.Now()
	expectCode(t, r, call("Slow", "m"), registry.CodeTimeout)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the timeout took %s", took)
	}
	pid, err := os.ReadFile(filepath.Join(dir, "child"))
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the child's child to end", func() bool { return !running(strings.TrimSpace(string(pid))) })
}

// running tells whether a process lives; zombies do not.
func running(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

func waitFor(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited too long for", what)
		}
	}
}

func TestLSF(t *testing.T) {
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Query().Get("action") {
		case "Shop.echo":
			w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
			fmt.Fprintf(w, "%s %s", strings.Split(r.Header.Get("Content-Type"), ";")[0], body)
		case "Shop.rows":
			w.Header().Set("Content-Type", "application/json; charset=UTF-8")
			io.WriteString(w, `[{"b":1,"a":2}]`)
		case "Shop.nothing":
			w.Header().Set("Content-Type", "application/null; charset=UTF-8")
		case "Shop.fails":
			http.Error(w, "no such order", http.StatusInternalServerError)
		default:
			http.NotFound(w, r)
		}
	})
	r := load(t, server, `[{"id":"L","type":"lsf","settings":{"url":"http://HOST"}},{"id":"G","type":"lsf","settings":{"url":"http://127.0.0.1:1"}}]`, registry.Options{})
	expect(t, r, call("L", "Shop.echo", arg("x", registry.TextOf("й"))), `{"ok":true,"type":"String","value":"text/plain й"}`)
	expect(t, r, call("L", "Shop.rows"), `{"ok":true,"type":"RowCollection","value":[{"b":1,"a":2}]}`)
	expect(t, r, call("L", "Shop.nothing"), `{"ok":true,"type":"Null","value":null}`)
	expectCode(t, r, call("L", "Shop.fails"), registry.CodeExternal)
	expectCode(t, r, call("L", "Shop.unknown"), registry.CodeMethod)
	expectCode(t, r, call("G", "Shop.rows"), registry.CodeOffline)
}

func TestMockAndRemote(t *testing.T) {
	far := load(t, nil, `[
		{"id":"M","type":"mock","settings":{"methods":{
			"A.m":{"value":[{"z":1,"a":0.10}]},"m":{"value":false},"e":{"error":{"code":"bad","message":"no"}},"slow":{"value":1,"delayMs":10000}}}},
		{"id":"Off","type":"mock","enabled":false}
	]`, registry.Options{})
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer the-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body, _ := io.ReadAll(r.Body)
		c, err := registry.ParseCall(body)
		if err != nil {
			t.Error(err)
			return
		}
		v, failed := far.Invoke(r.Context(), c)
		if failed != nil {
			w.WriteHeader(failed.Status())
		}
		w.Write(registry.ResultDocument(v, failed))
	})
	near := load(t, serve, `[{"id":"M","type":"remote","settings":{"url":"http://HOST/","token":"the-token"}},{"id":"Off","type":"remote","settings":{"url":"http://HOST","token":"the-token"}},
		{"id":"Stranger","type":"remote","settings":{"url":"http://HOST"}}]`, registry.Options{})
	for _, r := range []*registry.Registry{far, near} {
		expect(t, r, call("M", "A.m"), `{"ok":true,"type":"RowCollection","value":[{"z":1,"a":0.10}]}`)
		expect(t, r, call("M", "B.m"), `{"ok":true,"type":"Boolean","value":false}`)
		expectCode(t, r, call("M", "e"), "bad")
		expectCode(t, r, call("M", "nothing"), registry.CodeMethod)
		expectCode(t, r, call("Off", "m"), registry.CodeDisabled)
	}
	expectCode(t, near, call("Stranger", "m"), registry.CodeExternal)
}

// TestStoppedServer: a server that went away is offline, at once.
func TestStoppedServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	r := load(t, nil, `{"id":"R","type":"remote","settings":{"url":"http://`+address+`"}}`, registry.Options{})
	began := time.Now()
	expectCode(t, r, call("R", "m"), registry.CodeOffline)
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestManyCalls makes 10,000 calls at once and looks for what they leave behind.
func TestManyCalls(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	before := openFiles()
	service := httptest.NewServer(oneC)
	dir := t.TempDir()
	text := strings.ReplaceAll(`[
		{"id":"m","type":"mock","settings":{"methods":{"m":{"value":1,"delayMs":5}}}},
		{"id":"w","type":"http","timeout":60000,"settings":{"url":"http://HOST/hs/Stock/Echo"}},
		{"id":"s","type":"sql","settings":{"url":"jdbc:sqlite::memory:","methods":{"m":{"sql":"select :a as a","result":"value"}}}},
		{"id":"x","type":"exec","settings":{"command":["true"]}},
		{"id":"t","type":"mock","timeout":1,"timeoutBehavior":"ReInvoke","settings":{"methods":{"m":{"value":1,"delayMs":60000}}}}
	]`, "HOST", service.Listener.Addr().String())
	file := filepath.Join(dir, "c.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := registry.Load(file, kinds.All(), registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"m": "", "w": "", "s": "", "x": registry.CodeResult, "t": registry.CodeTimeout}
	var wg sync.WaitGroup
	limit := make(chan struct{}, 400) // the descriptors that the service's side of a connection takes
	for i := range 10_000 {
		id := string("mmmmmmmmmmmmttttww"[i%18])
		switch i % 100 {
		case 7:
			id = "s"
		case 8:
			id = "x"
		}
		wg.Go(func() {
			if id == "w" {
				limit <- struct{}{}
				defer func() { <-limit }()
			}
			_, err := r.Invoke(t.Context(), call(id, "m", arg("a", registry.NumberOf(int64(i)))))
			got := ""
			if err != nil {
				got = err.Code
			}
			if got != want[id] {
				t.Errorf("%s: %v, want %q", id, err, want[id])
			}
		})
	}
	wg.Wait()
	r.Close()
	service.Close()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, ignore)
	waitFor(t, "descriptors to be closed", func() bool { return openFiles() <= before+2 })
	if list := children(); len(list) > 0 {
		t.Errorf("child processes are left: %v", list)
	}
}

func openFiles() int {
	list, _ := os.ReadDir("/proc/self/fd")
	return len(list)
}

// children are the child processes of this one, zombies too.
func children() []string {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	return strings.Fields(string(data))
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
