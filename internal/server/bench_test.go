package server_test

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/server"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/connect/registry/kinds"
)

const measured = `MODULE Bench;
REQUIRE System;
own() { }
through() { EXTERNAL CONNECTOR 'M' EXEC 'm' PARAMS n = 1; }
trivial() { RETURN 1; }
calls(INTEGER n) { LOCAL i = INTEGER (); i() <- 0; WHILE i() < n DO { i() <- i() + 1; own(); } }
connectorCalls(INTEGER n) { LOCAL i = INTEGER (); i() <- 0; WHILE i() < n DO { i() <- i() + 1; through(); } }
`

// BenchmarkConnectorCall tells how much longer a call of a connector of kind
// mock takes than a call of an action of the program. Goal: 20 µs.
func BenchmarkConnectorCall(b *testing.B) {
	file := filepath.Join(b.TempDir(), "connectors.json")
	config := `{ "id": "M", "type": "mock", "settings": { "methods": { "m": { "value": true } } } }`
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		b.Fatal(err)
	}
	reg, err := registry.Load(file, kinds.All(), registry.Options{})
	if err != nil {
		b.Fatal(err)
	}
	p, list, err := assembly.Load(b.Context(), []interp.Source{{Name: "bench.lsf", Text: []byte(measured)}}, assembly.Config{Connectors: reg})
	if p == nil {
		b.Fatal(list, err)
	}
	defer p.Close()
	for _, action := range []string{"calls", "connectorCalls"} {
		b.Run(action, func(b *testing.B) {
			b.ReportAllocs()
			_, err := p.Instance.Call(b.Context(), interp.Request{Action: action, Args: []interp.Argument{{Text: fmt.Sprint(b.N)}}})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}

// load sends the same request over some connections for a while and counts the
// answers; an answer other than 200 is a failure.
func load(t testing.TB, address, path string, clients int, during time.Duration) int64 {
	var answers atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(during)
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, address)
	for range clients {
		wg.Go(func() {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			r := bufio.NewReader(conn)
			for time.Now().Before(end) {
				if _, err := conn.Write(request); err != nil {
					t.Error(err)
					return
				}
				resp, err := http.ReadResponse(r, nil)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Errorf("%v %v", resp, err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
					return
				}
				answers.Add(1)
			}
		})
	}
	wg.Wait()
	return answers.Load()
}

// bare serves a fixed answer with nothing but net/http.
func bare(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		io.WriteString(w, "1")
	})}
	go h.Serve(l)
	t.Cleanup(func() { h.Close() })
	return l.Addr().String()
}

// BenchmarkExec compares /exec of a trivial action with a bare net/http handler
// in the same run. Goal: half of its requests per second.
func BenchmarkExec(b *testing.B) {
	s := serve(b, measured, server.Config{MaxConcurrent: 512, Timeout: time.Minute, MaxBody: 1 << 20})
	other := bare(b)
	var exec, handler int64
	for b.Loop() {
		for range 2 {
			handler += load(b, other, "/", 16, 500*time.Millisecond)
			exec += load(b, s.address, "/exec/trivial", 16, 500*time.Millisecond)
		}
	}
	b.ReportMetric(float64(exec)/float64(b.N), "exec/s")
	b.ReportMetric(float64(handler)/float64(b.N), "bare/s")
	b.ReportMetric(float64(exec)/float64(handler), "ratio")
}

var long = flag.Bool("long", false, "TestManyClients goes on for half a minute")

// TestManyClients: a hundred clients at once get right answers only.
func TestManyClients(t *testing.T) {
	during := time.Second
	switch {
	case *long:
		during = 30 * time.Second
	case testing.Short():
		during = 100 * time.Millisecond
	}
	s := serve(t, measured, server.Config{MaxConcurrent: 512, Timeout: time.Minute})
	if n := load(t, s.address, "/exec/trivial", 100, during); n < 100 {
		t.Errorf("only %d answers", n)
	}
}
