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
	"result-xlsx":    "the bytes of a workbook differ",
}

// exchanges that golsf answers otherwise, by capture and number, and why.
var differing = map[string]string{}

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
			s := serve(t, program, server.Config{Timeout: 20 * time.Second})
			for i, e := range c.Exchanges {
				key := name + " " + strconv.Itoa(i+1)
				got := s.exchange(t, e.Request)
				want := parseAnswer(t, e.Response, "")
				if reason := differing[key]; reason != "" {
					if got.same(want) {
						t.Errorf("%s is answered as recorded, although golsf differs: %s", key, reason)
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
	return a.String() == b.String()
}

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

