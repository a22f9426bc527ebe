package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/capture"
	"github.com/golsf/golsf/internal/server"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/lsfconn"
)

// served is a server for a program on a free port of 127.0.0.1.
type served struct {
	address string
	program *assembly.Program
	log     *lockedBuffer
	stop    func()
}

// serve starts a server; it stops with the test.
func serve(t testing.TB, program string, c server.Config) *served {
	t.Helper()
	return serveAt(t, program, c, "127.0.0.1:0", assembly.Config{})
}

func serveAt(t testing.TB, program string, c server.Config, address string, a assembly.Config) *served {
	t.Helper()
	out := &lockedBuffer{}
	if len(c.Secret) == 0 {
		c.Secret = []byte("the secret of the tests")
	}
	a.Stdout, a.Stderr = out, out
	if a.Register == nil {
		a.Register = map[string]connect.Connector{}
	}
	a.Register[connect.KindLSF] = &lsfconn.Connector{Secret: c.Secret}
	p, list, err := assembly.Load(t.Context(), []interp.Source{{Name: "main.lsf", Text: []byte(program)}}, a)
	if err != nil || p == nil {
		t.Fatalf("the program does not load: %v %v", err, list)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.Instance, c.Log = p.Instance, out
	s, err := server.New(c, l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the server does not stop")
		}
		p.Close()
	}
	t.Cleanup(stop)
	return &served{address: l.Addr().String(), program: p, log: out, stop: stop}
}

// captured are the captures that cannot be replayed as they are, and why.
var captured = map[string]string{
	"gate-default":   "users and enableAPI: golsf has a token (decision 55), see TestGate",
	"gate-token":     "users and enableAPI: golsf has a token (decision 55), see TestGate",
	"gate-signature": "the signature has another form, see TestSignature",
	"auth":           "users: golsf has a token (decision 55)",
}

// differing are the exchanges that golsf answers otherwise: its status and
// body ("" for an error, whose words are its own), and why.
var differing = map[string]struct {
	status int
	body   string
	why    string
}{
	"answer-own 1":           {203, "taken", "header values are UTF-8 (wire.md 9.29)"},
	"answer-type 1":          {200, `{"й":1}`, "UTF-8 under a forced type (decision 5)"},
	"error-screen 1":         {200, "no", "ASK counts as cancelled"},
	"error-screen 2":         {200, "shown", "SHOW prints the form"},
	"error-screen 3":         {200, "no choice", "DIALOG counts as cancelled"},
	"eval-action 1":          {200, "ab$1", "the whole text (wire.md 9.24)"},
	"eval-action 6":          {200, "a", "a parameter has the class of its value"},
	"eval-action 8":          {200, "json", "a parameter has the class of its value"},
	"eval-action 9":          {200, "yz", "a parameter has the class of its value"},
	"eval-locals 2":          {500, "", "EXTEND CLASS would change the program for everybody"},
	"eval-script 3":          {200, "k is 15", "the whole text (wire.md 9.24)"},
	"exec-methods 5":         {403, "", "pages of other sites are refused (decision 22)"},
	"exec-methods 6":         {403, "", "pages of other sites are refused (decision 22)"},
	"export-order 2":         {200, `[{"name":"a"},{"name":"b"}]`, "as documented (decision 41)"},
	"export-order 5":         {200, `[{"i":1,"name":"a"},{"i":2,"name":"b"}]`, "as documented (decision 41)"},
	"params-binding 10":      {200, "NULL[1]NULL", "a name without = is NULL (wire.md 9.31)"},
	"params-classes 9":       {200, "-65536", "COLOR reads what it writes (decision 7)"},
	"result-export-kinds 20": {200, "", "there are no users"},
	"result-text-classes 16": {200, "", "there are no users"},
	"return-bodyurl 1":       {200, "remark=n+is+6&amount=6", "as documented (wire.md 9.7)"},
	"return-cut 1":           {200, "xabcdefghijkl", "the whole text (wire.md 9.24)"},
	"return-cut 2":           {200, "xabcdefghijkly5", "the whole text (wire.md 9.24)"},
	"return-cut 3":           {200, "hello abcdefghijkl x3", "the whole text (wire.md 9.24)"},
	"return-cut 4":           {200, "abcdefghijkl5", "the whole text (wire.md 9.24)"},
	"return-cut 5":           {200, "xabcdefghijkl5", "the whole text (wire.md 9.24)"},
}

// around is what a capture relies on besides its own program: text before its
// first constraint, text at its end, and a script that runs first.
var around = map[string]struct{ before, after, first string }{
	"error-runtime": {before: "qty = DATA INTEGER (Thing);\n"},
	"return-many":   {after: "idle() { }\n"},
	"return-one":    {after: "idle() { }\n"},
	"session": {
		after: "fail() { throwException('out of <paper>'); }\n",
		first: "NEW t = WError.Thing { WError.qty(t) <- 1; } APPLY;",
	},
}

func TestCaptures(t *testing.T) {
	replayed := 0
	for _, name := range capture.Names("server") {
		if captured[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c, err := capture.Load("server", name)
			if err != nil {
				t.Fatal(err)
			}
			program := c.Sections["main.lsf"]
			if program == "" {
				program = "MODULE Main; REQUIRE System, Utils, Time;"
			}
			more := around[name]
			program = strings.Replace(program, "CONSTRAINT", more.before+"CONSTRAINT", 1) + more.after
			s := serve(t, program, server.Config{Timeout: 20 * time.Second})
			if more.first != "" {
				if _, err := s.program.Instance.Call(t.Context(), interp.Request{Eval: more.first, EvalAction: true}); err != nil {
					t.Fatal(err)
				}
			}
			for i, e := range c.Exchanges {
				key := name + " " + strconv.Itoa(i+1)
				got := s.exchange(t, e.Request)
				want := parseAnswer(t, e.Response, "")
				if d, ok := differing[key]; ok {
					if got.status != d.status || d.body != "" && got.body != d.body {
						t.Errorf("%s: %d %s, want %d %s: %s", key, got.status, got.body, d.status, d.body, d.why)
					}
					continue
				}
				if !got.same(want) {
					t.Errorf("%s\n%s\n--- got\n%s\n--- want\n%s", key, e.Request, got, want)
				}
				replayed++
			}
		})
	}
	if replayed < 200 {
		t.Errorf("only %d exchanges were replayed", replayed)
	}
}

// wireAnswer is an answer without what no program can rely on.
type wireAnswer struct {
	status  int
	headers []string
	body    string
}

func (a wireAnswer) String() string {
	return fmt.Sprintf("%d\n%s\n\n%s", a.status, strings.Join(a.headers, "\n"), a.body)
}

// same compares answers; of errors only the status, since the words are golsf's
// own.
func (a wireAnswer) same(b wireAnswer) bool {
	if b.status >= 400 {
		return a.status == b.status
	}
	a.body, b.body = objectID.ReplaceAllString(a.body, "ID"), objectID.ReplaceAllString(b.body, "ID")
	return a.String() == b.String()
}

// objectID is the id of an object in the table of a constraint.
var objectID = regexp.MustCompile(`(?m) +\d+\|$`)

// exchange sends raw bytes and reads the answer.
func (s *served) exchange(t testing.TB, request []byte) wireAnswer {
	t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	request = bytes.ReplaceAll(request, []byte("SERVER"), []byte(s.address))
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(string(request), " ")
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return normal(resp, body, s.address)
}

func parseAnswer(t testing.TB, raw []byte, host string) wireAnswer {
	t.Helper()
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(append(withoutLength(head), "\r\n\r\n"...))), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	if bytes.Contains(bytes.ToLower(head), []byte("chunked")) {
		body = nil
	}
	return normal(resp, body, host)
}

func withoutLength(head []byte) []byte {
	var kept [][]byte
	for _, line := range bytes.Split(head, []byte("\r\n")) {
		lower := bytes.ToLower(line)
		if !bytes.HasPrefix(lower, []byte("content-length:")) && !bytes.HasPrefix(lower, []byte("transfer-encoding:")) {
			kept = append(kept, line)
		}
	}
	return bytes.Join(kept, []byte("\r\n"))
}

var boundary = regexp.MustCompile(`boundary=([-_0-9A-Za-z]{30,40}|BOUNDARY)`)

func normal(resp *http.Response, body []byte, host string) wireAnswer {
	a := wireAnswer{status: resp.StatusCode, body: string(body)}
	generated := ""
	if m := boundary.FindStringSubmatch(resp.Header.Get("Content-Type")); m != nil {
		generated = m[1]
	}
	for name, values := range resp.Header {
		switch name {
		case "Date", "Content-Length", "Access-Control-Allow-Origin", "Connection":
			continue
		}
		if name == "Content-Type" {
			values = values[:1]
		}
		for _, v := range values {
			a.headers = append(a.headers, name+": "+v)
		}
	}
	sort.Strings(a.headers)
	if generated != "" {
		for i := range a.headers {
			a.headers[i] = strings.ReplaceAll(a.headers[i], generated, "BOUNDARY")
		}
		a.body = strings.ReplaceAll(a.body, generated, "BOUNDARY")
	}
	if host != "" {
		_, port, _ := net.SplitHostPort(host)
		a.body = strings.ReplaceAll(a.body, host, "SERVER")
		a.body = strings.ReplaceAll(a.body, `"webPort":`+port, `"webPort":PORT`)
	}
	return a
}
