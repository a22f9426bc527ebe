package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/server"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/lsfconn"
	"github.com/golsf/golsf/runtime/connect/registry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shop = `MODULE Shop;
REQUIRE System, Utils, Connectors, Time;
CLASS Thing;
qty = DATA INTEGER (Thing);
CONSTRAINT qty(Thing t) < 0 MESSAGE 'Below zero';
mark = DATA INTEGER ();
heap = DATA LOCAL INTEGER ();
plain() { RETURN 'plain'; }
open() { RETURN 'open'; } @@api;
free() { RETURN 'free'; } @@noauth;
count() { RETURN (OVERRIDE (GROUP SUM 1 IF t IS Thing), 0); }
save() { NEW t = Thing { qty(t) <- 1; } APPLY; }
keep() { NEW t = Thing { qty(t) <- 1; } }
more(INTEGER n) { heap() <- heap() (+) n; RETURN heap(); }
set(INTEGER n) { mark() <- n; APPLY; }
get() { RETURN mark(); }
endless() { NEW t = Thing { qty(t) <- 1; } LOCAL n = INTEGER (); n() <- 0; WHILE n() >= 0 DO n() <- n() + 1; }
slow() { sleep(300); RETURN 'slow'; }
sum(INTEGER a, INTEGER b) { RETURN a + b; }
page() { throwException('<script>alert(1)</script>'); }
size(RAWFILE f) { RETURN length(f); }
sign() { LOCAL s = STRING (); EXTERNAL LSF '' EXEC 'Shop.sum' PARAMS 5, 7 TO s; exportString() <- s(); } @@noauth;
`

// get sends a request with headers "Name: value" and gives status and body.
func (s *served) send(t testing.TB, method, path, body string, headers ...string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, v, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = v
			continue
		}
		req.Header.Add(name, v)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header
}

// TestGate: who may call what, on loopback and off it (decisions 9, 22, 52-58).
func TestGate(t *testing.T) {
	open := serve(t, shop, server.Config{Hosts: []string{"Shop.Local"}, Origins: []string{"https://app.example"}})
	_, port, _ := net.SplitHostPort(open.address)
	guarded := serve(t, shop, server.Config{Token: "the-token"})
	public := serveAt(t, shop, server.Config{Token: "the-token"}, "0.0.0.0:0", assembly.Config{})
	publicEval := serveAt(t, shop, server.Config{Token: "the-token", AllowEval: true}, "0.0.0.0:0", assembly.Config{})
	const bearer = "Authorization: Bearer the-token"
	for _, c := range []struct {
		s            *served
		method, path string
		headers      []string
		status       int
	}{
		{open, "GET", "/exec/plain", nil, 200},
		{open, "GET", "/exec/plain", []string{"Host: localhost:" + port}, 200},
		{open, "GET", "/exec/plain", []string{"Host: shop.local"}, 200},
		{open, "GET", "/exec/plain", []string{"Host: evil.example"}, 403},
		{open, "GET", "/exec/plain", []string{"Host: 127.0.0.1.evil.example:" + port}, 403},
		{open, "GET", "/exec/plain", []string{"Origin: http://127.0.0.1:" + port}, 200},
		{open, "GET", "/exec/plain", []string{"Origin: http://127.0.0.1:1"}, 403},
		{open, "GET", "/exec/plain", []string{"Origin: null"}, 403},
		{open, "GET", "/exec/plain", []string{"Origin: http://127.0.0.1:" + port, "Origin: http://evil.example"}, 403},
		{open, "GET", "/exec/plain", []string{"Origin: https://app.example"}, 200},
		{open, "OPTIONS", "/exec/plain", []string{"Origin: https://app.example", "Access-Control-Request-Method: POST", "Sec-Fetch-Site: cross-site"}, 204},
		{open, "OPTIONS", "/exec/plain", []string{"Origin: https://other.example", "Access-Control-Request-Method: POST"}, 403},
		{open, "GET", "/exec/plain", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{open, "GET", "/exec/plain", []string{"Sec-Fetch-Site: same-site"}, 403},
		{open, "GET", "/exec/plain", []string{"Sec-Fetch-Site: same-origin"}, 200},
		{open, "GET", "/exec/plain", []string{"Sec-Fetch-Site: none"}, 200},
		{open, "POST", "/connectors/a/-/m", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{open, "POST", "/connectors/a/-/m", []string{"Host: evil.example"}, 403},
		{open, "GET", "/exec/plain", []string{"X-Forwarded-For: 1.2.3.4"}, 403},
		{open, "GET", "/exec/plain", []string{"Forwarded: for=1.2.3.4"}, 403},
		{open, "GET", "/exec/plain", []string{"Via: 1.1 proxy"}, 403},
		{open, "GET", "/other", nil, 500},

		{guarded, "GET", "/exec/plain", []string{bearer, "X-Forwarded-For: 1.2.3.4"}, 200},
		{guarded, "GET", "/exec/plain", []string{"Authorization: bearer the-token"}, 200},
		{guarded, "GET", "/exec/plain", nil, 401},
		{guarded, "GET", "/exec/plain", []string{"Authorization: Bearer the-tokem"}, 401},
		{guarded, "GET", "/exec/plain", []string{"Authorization: Basic dGhlLXRva2Vu"}, 401},
		{guarded, "GET", "/exec/nosuch", nil, 401},
		{guarded, "GET", "/exec/free", nil, 200},
		{guarded, "POST", "/eval/action", nil, 401},
		{guarded, "GET", "/eval/action?script=RETURN%201;", []string{bearer}, 200},
		{guarded, "POST", "/connectors/a/-/m", nil, 401},
		{guarded, "POST", "/connectors/a/-/m", []string{bearer}, 404},
		{guarded, "GET", "/other", nil, 401},

		{public, "GET", "/exec/Shop.open", nil, 401},
		{public, "GET", "/exec/Shop.open", []string{bearer}, 200},
		{public, "GET", "/exec/plain", []string{bearer}, 403},
		{public, "GET", "/exec/plain", nil, 401},
		{public, "GET", "/exec/nosuch", nil, 401},
		{public, "GET", "/exec/nosuch", []string{bearer}, 404},
		{public, "GET", "/exec/free", nil, 200},
		{public, "GET", "/exec/free", []string{"Authorization: Bearer wrong"}, 200},
		{public, "GET", "/exec/Shop.open", []string{bearer, "Origin: http://evil.example"}, 403},
		{public, "GET", "/eval/action?script=RETURN%201;", []string{bearer}, 403},
		{public, "GET", "/eval/action?script=RETURN%201;", nil, 401},
		{publicEval, "GET", "/eval/action?script=RETURN%201;", []string{bearer}, 200},
		{publicEval, "GET", "/eval/action?script=RETURN%201;", nil, 401},
	} {
		at := *c.s
		_, p, _ := net.SplitHostPort(at.address)
		at.address = "127.0.0.1:" + p
		status, body, h := at.send(t, c.method, c.path, "", c.headers...)
		if status != c.status {
			t.Errorf("%s %s %q: %d %s, want %d", c.method, c.path, c.headers, status, body, c.status)
		}
		if status >= 400 && (h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "sandbox") {
			t.Errorf("%s %s: an error without its headers: %v", c.method, c.path, h)
		}
	}
	_, _, h := open.send(t, "GET", "/exec/plain", "", "Origin: https://app.example")
	if h.Get("Access-Control-Allow-Origin") != "https://app.example" {
		t.Errorf("the allowed origin is told %v", h)
	}
	if _, _, h := open.send(t, "GET", "/exec/plain", ""); h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("every origin is told %v", h)
	}
}

func TestNoTokenOffLoopback(t *testing.T) {
	p, _, err := assembly.Load(t.Context(), nil, assembly.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := server.New(server.Config{Instance: p.Instance}, &net.TCPAddr{IP: net.IPv4zero, Port: 80}); err == nil {
		t.Error("a server without token listens to everybody")
	}
}

// TestSignature: a signed request runs without a token, and only as signed
// (decision 42).
func TestSignature(t *testing.T) {
	s := serve(t, shop, server.Config{Token: "the-token", Secret: []byte("k")})
	_, signed, _ := s.send(t, "GET", "/exec/sign", "")
	if !strings.HasPrefix(signed, "/exec?action=Shop.sum&p=5&p=7&signature=") {
		t.Fatalf("the signed request is %s", signed)
	}

	for path, want := range map[string]int{
		signed:                                   200,
		strings.Replace(signed, "p=5", "p=6", 1): 401,
		signed + "&x=1":                          401,
		signed + "&a=6":                          401,
		strings.Replace(signed, "p=5&p=7", "p=7&p=5", 1):     401,
		strings.Replace(signed, "Shop.sum", "Shop.plain", 1): 401,
		"/exec?action=Shop.sum&p=5&p=7":                      401,
	} {
		if status, body, _ := s.send(t, "GET", path, ""); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
	if status, body, _ := s.send(t, "GET", signed, ""); body != "12" {
		t.Errorf("%d %s", status, body)
	}

	twice := "/exec?action=Shop.sum&p=5&a=6&signature=" + sign("Shop.sum", "p", "5", "a", "6")
	if status, body, _ := s.send(t, "GET", twice, ""); status != 500 || !strings.Contains(body, "twice") {
		t.Errorf("%s: %d %s", twice, status, body)
	}
	named := "/exec?action=Shop.sum&b=6&p=5&signature=" + sign("Shop.sum", "b", "6", "p", "5")
	if status, body, _ := s.send(t, "GET", named, ""); body != "11" {
		t.Errorf("%s: %d %s", named, status, body)
	}
}

func sign(action string, pairs ...string) string {
	var list []connect.Pair
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, connect.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	return url.QueryEscape(lsfconn.Sign([]byte("k"), false, action, list))
}

func TestEscapedErrors(t *testing.T) {
	s := serve(t, shop, server.Config{})
	_, body, _ := s.send(t, "GET", "/exec/page", "")
	if strings.Contains(body, "<script>") || !strings.Contains(body, "&lt;script&gt;") {
		t.Errorf("the page is %s", body)
	}
	if _, body, _ := s.send(t, "GET", "/exec/%3Cb%3E", ""); strings.Contains(body, "<b>") {
		t.Errorf("the page is %s", body)
	}
}

// TestLimits: 413, 431, 503, 408 and what is left behind (decision 64).
func TestLimits(t *testing.T) {
	s := serve(t, shop, server.Config{MaxBody: 1000, MaxHeader: 4096, MaxConcurrent: 2, Timeout: 100 * time.Millisecond, ReadTimeout: 200 * time.Millisecond, MaxSessions: 2})
	if status, body, _ := s.send(t, "POST", "/exec/size", strings.Repeat("x", 1001), "Content-Type: application/octet-stream"); status != 413 {
		t.Errorf("a large body: %d %s", status, body)
	}
	echo := registry.New(registry.Options{})
	echo.Register("a", registry.Func(func(context.Context, *registry.Call) (registry.Value, error) { return registry.Value{}, nil }))
	named := serveAt(t, shop, server.Config{MaxBody: 1000, Connectors: echo}, "127.0.0.1:0", assembly.Config{Connectors: echo})
	if status, body, _ := named.send(t, "POST", "/connectors/a/-/m", strings.Repeat(" ", 1001)); status != 413 || !strings.Contains(body, `"bad_args"`) {
		t.Errorf("a large document: %d %s", status, body)
	}
	if status, _, _ := s.send(t, "GET", "/exec/plain", "", "X-Large: "+strings.Repeat("x", 20_000)); status != 431 {
		t.Errorf("a large header: %d", status)
	}
	if status, body, _ := s.send(t, "GET", "/exec/endless", ""); status != 503 || !strings.Contains(body, "time limit") {
		t.Errorf("an endless call: %d %s", status, body)
	}
	if status, body, _ := s.send(t, "GET", "/exec/count", ""); body != "0" {
		t.Errorf("the stopped call left %d %s", status, body)
	}
	for _, id := range []string{"a", "b"} {
		s.send(t, "GET", "/exec/more?p=1&session="+id, "")
	}
	if status, body, _ := s.send(t, "GET", "/exec/more?p=1&session=c", ""); status != 503 {
		t.Errorf("a third session: %d %s", status, body)
	}
	// A stopped call takes its session with it, which makes room.
	s.send(t, "GET", "/exec/keep?session=a", "")
	if status, body, _ := s.send(t, "GET", "/exec/endless?session=a", ""); status != 503 {
		t.Errorf("an endless call in a session: %d %s", status, body)
	}
	if _, body, _ := s.send(t, "GET", "/exec/count?session=a", ""); body != "0" {
		t.Errorf("the stopped session has %s objects", body)
	}
	// Two bodies that do not come hold both places until they are given up.
	var slow []net.Conn
	for range 2 {
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /exec/size HTTP/1.1\r\nHost: %s\r\nContent-Length: 10\r\n\r\nabc", s.address)
		slow = append(slow, conn)
	}
	time.Sleep(50 * time.Millisecond)
	status, _, h := s.send(t, "GET", "/exec/plain", "")
	if status != 503 || h.Get("Retry-After") == "" {
		t.Errorf("a third request: %d %v", status, h)
	}
	for _, conn := range slow {
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != 408 {
			t.Errorf("a slow body: %v %v", resp, err)
		}
	}
	if status, body, _ := s.send(t, "GET", "/exec/plain", ""); status != 200 {
		t.Errorf("afterwards: %d %s", status, body)
	}
}

// TestMalformed: bytes that are no request, or not quite one.
func TestMalformed(t *testing.T) {
	s := serve(t, shop, server.Config{MaxBody: 1 << 20})
	for request, want := range map[string]int{
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n": 400,
		"GET\r\n\r\n":                                                                                                                     400,
		"GET /exec/plain HTTP/1.1\r\n\r\n":                                                                                                400,
		"GET /exec/plain HTTP/9.9\r\nHost: SERVER\r\n\r\n":                                                                                505,
		"GET /exec/pl%zzain HTTP/1.1\r\nHost: SERVER\r\n\r\n":                                                                             400,
		"GET /exec/plain?x=%zz HTTP/1.1\r\nHost: SERVER\r\n\r\n":                                                                          400,
		"GET /exec/plain HTTP/1.1\r\nHost: SERVER\r\nHost: SERVER\r\n\r\n":                                                                400,
		"GET /exec/plain HTTP/1.1\r\nHost: SERVER\r\nBad Header: x\r\n\r\n":                                                               400,
		"POST /exec/plain HTTP/1.1\r\nHost: SERVER\r\nContent-Length: -5\r\n\r\n":                                                         400,
		"POST /exec/plain HTTP/1.1\r\nHost: SERVER\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd":                                 400,
		"POST /exec/plain HTTP/1.1\r\nHost: SERVER\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n":                                           400,
		"POST /exec/plain HTTP/1.1\r\nHost: SERVER\r\nContent-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\nab":                   500,
		"POST /exec/plain HTTP/1.1\r\nHost: SERVER\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 6\r\n\r\n--B\r\nx": 500,
		"POST /connectors/a/-/m HTTP/1.1\r\nHost: SERVER\r\nContent-Length: 5\r\n\r\n{\"a\":":                                             404,
		"GET /connectors/a/-/m HTTP/1.1\r\nHost: SERVER\r\n\r\n":                                                                          405,
		"POST /connectors/a/m HTTP/1.1\r\nHost: SERVER\r\nContent-Length: 0\r\n\r\n":                                                      404,
		"GET /exec/plain HTTP/1.0\r\n\r\n":                                                                                                403,
	} {
		if got := s.exchange(t, []byte(request)); got.status != want {
			t.Errorf("%q: %s, want %d", request, got, want)
		}
	}
	if status, _, _ := s.send(t, "GET", "/exec/plain", ""); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}

// TestHalfClosed: a client that has sent everything and closed its side gets
// its answer, and its change is made.
func TestHalfClosed(t *testing.T) {
	s := serve(t, shop, server.Config{})
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /exec/slow HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", s.address)
	conn.(*net.TCPConn).CloseWrite()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || !bytes.HasSuffix(answer, []byte("\r\n\r\nslow")) {
		t.Errorf("%q %v", answer, err)
	}
}

// TestKeptConnection: a call may take longer than the reading of a request, and
// the connection goes on.
func TestKeptConnection(t *testing.T) {
	s := serve(t, shop, server.Config{ReadTimeout: 100 * time.Millisecond})
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for range 3 {
		fmt.Fprintf(conn, "POST /exec/slow HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\n\r\nx", s.address)
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "slow" {
			t.Fatalf("%q %v", b, err)
		}
	}
}

// TestSessions: calls of one session run one after another, others beside them,
// and an idle session expires.
func TestSessions(t *testing.T) {
	s := serve(t, shop, server.Config{SessionIdle: 150 * time.Millisecond})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { s.send(t, "GET", "/exec/more?p=1&session=one", "") })
	}
	wg.Wait()
	if _, body, _ := s.send(t, "GET", "/exec/more?p=0&session=one", ""); body != "50" {
		t.Errorf("50 calls gave %s", body)
	}
	s.send(t, "GET", "/exec/keep?session=one", "")
	for end := time.Now().Add(5 * time.Second); !strings.Contains(s.log.String(), "the session 'one' has expired"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the session does not expire")
		}
	}
	if log := s.log.String(); !strings.Contains(log, "1 changes were dropped") {
		t.Errorf("the log is %s", log)
	}
	if _, body, _ := s.send(t, "GET", "/exec/more?p=2&session=one", ""); body != "2" {
		t.Errorf("a new session begins with %s", body)
	}
}

// TestAtOnce: calls that save and texts that are resolved, many at a time.
func TestAtOnce(t *testing.T) {
	s := serve(t, shop, server.Config{})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if status, body, _ := s.send(t, "GET", "/exec/save", ""); status != 200 {
				t.Errorf("%d %s", status, body)
			}
			text := fmt.Sprintf("f%d(INTEGER a) = a * 2; run(INTEGER a) { RETURN f%d(a) + %d; }", i, i, i)
			if status, body, _ := s.send(t, "POST", "/eval?p=5", text, "Content-Type: text/plain"); body != strconv.Itoa(10+i) {
				t.Errorf("%d %s", status, body)
			}
			if status, body, _ := s.send(t, "POST", "/eval/action?p=5", fmt.Sprintf("RETURN INTEGER($1) + %d;", i), "Content-Type: text/plain"); body != strconv.Itoa(5+i) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	wg.Wait()
	if _, body, _ := s.send(t, "GET", "/exec/Shop.count", ""); body != "40" {
		t.Errorf("%s objects were saved", body)
	}
}

// TestShutdown: a running call ends, new ones are refused, what takes too long
// is stopped.
func TestShutdown(t *testing.T) {
	s := serve(t, shop, server.Config{Grace: 5 * time.Second})
	answered := make(chan string, 1)
	go func() {
		_, body, _ := s.send(t, "GET", "/exec/slow", "")
		answered <- body
	}()
	time.Sleep(100 * time.Millisecond)
	s.stop()
	if body := <-answered; body != "slow" {
		t.Errorf("the running call answers %s", body)
	}
	if conn, err := net.Dial("tcp", s.address); err == nil {
		conn.Close()
		t.Error("the server still listens")
	}
	s = serve(t, shop, server.Config{Grace: 50 * time.Millisecond})
	status := make(chan int, 1)
	go func() {
		code, _, _ := s.send(t, "GET", "/exec/endless", "")
		status <- code
	}()
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	s.stop()
	if code := <-status; code != 503 {
		t.Errorf("the endless call answers %d", code)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %s", took)
	}
}

// TestConnectors: the endpoint answers Result documents with their statuses.
func TestConnectors(t *testing.T) {
	reg := registry.New(registry.Options{})
	var session string
	for id, f := range map[string]registry.Func{
		"Echo": func(_ context.Context, c *registry.Call) (registry.Value, error) {
			session = string(c.Session)
			v, _ := c.Arg("X")
			return registry.ArrayOf(registry.TextOf(c.Class), registry.TextOf(c.Method), v), nil
		},
		"Fails": func(_ context.Context, c *registry.Call) (registry.Value, error) {
			return registry.Value{}, registry.Errorf(c.Method, "because")
		},
	} {
		if err := reg.Register(id, f); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []registry.Entry{{ID: "Off"}, {ID: "Hidden", Enabled: true}} {
		if err := reg.Add(e, registry.Func(func(context.Context, *registry.Call) (registry.Value, error) { return registry.BoolOf(true), nil })); err != nil {
			t.Fatal(err)
		}
	}
	local := serveAt(t, shop, server.Config{Connectors: reg}, "127.0.0.1:0", assembly.Config{Connectors: reg})
	public := serveAt(t, shop, server.Config{Connectors: reg, Token: "the-token"}, "0.0.0.0:0", assembly.Config{})
	_, port, _ := net.SplitHostPort(public.address)
	public.address = "127.0.0.1:" + port
	const ok = `{"ok":true,"type":"Array","value":["","m",5]}`
	for _, c := range []struct {
		s            *served
		method, path string
		body         string
		status       int
		want         string
	}{
		{local, "POST", "/connectors/echo/-/m", `{"connector":"other","args":{"items":[{"name":"x","type":"Number","value":"5"}]},"session":{"id":"s","more":[1]}}`, 200, ok},
		{local, "POST", "/connectors/Echo/a%2Fb/%D0%BC", ``, 200, `{"ok":true,"type":"Array","value":["a/b","м",null]}`},
		{local, "POST", "/connectors/Fails/-/connector_not_found", `{}`, 404, `"code":"connector_not_found"`},
		{local, "POST", "/connectors/Fails/-/method_not_found", `{}`, 404, `"connector":"Fails","method":"method_not_found"`},
		{local, "POST", "/connectors/Fails/-/bad_args", `{}`, 400, `"because"`},
		{local, "POST", "/connectors/Off/-/m", `{}`, 403, `"connector_disabled"`},
		{local, "POST", "/connectors/Fails/-/external_error", `{}`, 502, `"external_error"`},
		{local, "POST", "/connectors/Fails/-/bad_result", `{}`, 502, `"bad_result"`},
		{local, "POST", "/connectors/Fails/-/offline", `{}`, 503, `"offline"`},
		{local, "POST", "/connectors/Fails/-/cancelled", `{}`, 503, `"cancelled"`},
		{local, "POST", "/connectors/Fails/-/timeout", `{}`, 504, `"timeout"`},
		{local, "POST", "/connectors/nobody/-/m", `{}`, 404, `"connector_not_found"`},
		{local, "POST", "/connectors/echo/-/m", `{"args":{"items":[{"name":"a"},{"name":"A"}]}}`, 400, `"bad_args"`},
		{local, "POST", "/connectors/echo/-/m", `{"args"`, 400, `"bad_args"`},
		{local, "POST", "/connectors/echo/-/..", `{}`, 400, `"bad_args"`},
		{local, "GET", "/connectors/echo/-/m", ``, 405, `"bad_args"`},
		{local, "POST", "/connectors", `{}`, 404, `"connector_not_found"`},
		{public, "POST", "/connectors/hidden/-/m", `{}`, 403, `"connector_disabled"`},
		{public, "POST", "/connectors/echo/-/m", `{"args":{"items":[{"name":"x","value":5}]}}`, 200, ok},
	} {
		status, body, _ := c.s.send(t, c.method, c.path, c.body, "Authorization: Bearer the-token", "Content-Type: application/json")
		if status != c.status || !strings.Contains(body, c.want) || !strings.HasPrefix(body, `{"ok":`) {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.method, c.path, c.body, status, body, c.status, c.want)
		}
		if strings.Contains(c.body, "more") && session != `{"id":"s","more":[1]}` {
			t.Errorf("the session is %s", session)
		}
	}
}

// TestSessionOfConnectors: a connector that a served action calls gets the id of
// session=.
func TestSessionOfConnectors(t *testing.T) {
	reg := registry.New(registry.Options{})
	var got string
	reg.Register("C", registry.Func(func(_ context.Context, c *registry.Call) (registry.Value, error) {
		got = string(c.Session)
		return registry.Value{}, nil
	}))
	s := serveAt(t, "MODULE A; REQUIRE System; ask() { EXTERNAL CONNECTOR 'C' EXEC 'm'; }", server.Config{}, "127.0.0.1:0", assembly.Config{Connectors: reg})
	for path, want := range map[string]string{"/exec/ask": "", "/exec/ask?session=s%207": `{"id":"s 7"}`} {
		if status, body, _ := s.send(t, "GET", path, ""); status != 200 || got != want {
			t.Errorf("%s: %d %s, the session is %s, want %s", path, status, body, got, want)
		}
	}
}

// TestRequestProperties: what tells about the request is there for whoever reads
// it: the action, what it calls, a text, a handler of an event.
func TestRequestProperties(t *testing.T) {
	s := serve(t, `MODULE A;
REQUIRE System, Utils;
via() = headers('X-via') + params('q');
seen = DATA STRING ();
direct() { RETURN via(); }
inner() { exportString() <- via(); }
outer() { inner(); }
indirect() { IF method() = 'GET' THEN outer(); }
evaluated() { EVAL ACTION 'exportString() <- via();'; }
returned() { }
late() { seen() <- 'x'; APPLY; RETURN seen(); }
WHEN CHANGED(seen()) DO seen() <- via();
`, server.Config{})
	for _, path := range []string{"/exec/direct?q=1", "/exec/indirect?q=1", "/exec/evaluated?q=1", "/exec/returned?q=1&return=via", "/exec/late?q=1", "/eval/action?q=1&script=RETURN%20via();"} {
		if status, body, _ := s.send(t, "GET", path, "", "X-Via: a"); body != "a1" {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
}

// TestNames: modules that the program did not ask for make no name ambiguous
// (decision 56), also after a text has brought them in.
func TestNames(t *testing.T) {
	s := serve(t, "MODULE A; REQUIRE System, Connectors, Extensions; fire(STRING uri) { RETURN 'own ' + uri; } ping() { RETURN 'pong'; }", server.Config{})
	s.send(t, "GET", "/eval/action?script=RETURN%201;", "")
	for path, want := range map[string]string{"/exec/fire?p=x": "own x", "/exec/ping": "pong"} {
		if status, body, _ := s.send(t, "GET", path, ""); body != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
