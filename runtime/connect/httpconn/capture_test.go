package httpconn_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/golsf/golsf/internal/capture"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/httpconn"
	"github.com/golsf/golsf/runtime/value"
)

// step is one EXTERNAL of a captured program and the lines it should show.
type step struct {
	call *connect.Call
	show func(r *connect.Reply, err error) string // nil: the call must succeed
}

func class(name value.Name) value.Class {
	c, _ := value.ClassOf(name)
	return c
}

func text(s string) connect.Param {
	return connect.Param{Value: value.String(s), Class: value.ClassString}
}

func param(v value.Value) connect.Param {
	return connect.Param{Value: v, Class: value.ClassOfValue(v)}
}

func null(c value.Class) connect.Param { return connect.Param{Class: c} }

func file(name value.Name, content, ext, fileName string) connect.Param {
	return param(value.FileOf(name, &value.FileData{Bytes: []byte(content), Ext: ext, Name: fileName}))
}

func get(url string, to ...value.Class) *connect.Call {
	return &connect.Call{Kind: connect.KindHTTP, Method: "GET", Connection: value.String(url), To: to}
}

func post(url string, params ...connect.Param) *connect.Call {
	return &connect.Call{Kind: connect.KindHTTP, Connection: value.String(url), Params: params}
}

func with(c *connect.Call, o connect.HTTPOptions) *connect.Call {
	c.HTTP = &o
	return c
}

func headers(pairs ...string) []connect.Pair {
	var out []connect.Pair
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, connect.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	return out
}

func names(texts ...string) []value.Value {
	var out []value.Value
	for _, t := range texts {
		out = append(out, value.String(t))
	}
	return out
}

// errorEnds wants an error that ends in text, once HOST is put in.
func errorEnds(suffix string) func(*connect.Reply, error) string {
	return func(_ *connect.Reply, err error) string {
		if err == nil || !strings.HasSuffix(err.Error(), suffix) {
			return fmt.Sprintf("error %v, want one that ends in %q", err, suffix)
		}
		return ""
	}
}

// results wants these wire texts of the results ("NULL" for NULL, ".ext" for a
// file's extension in front).
func results(want ...string) func(*connect.Reply, error) string {
	return func(r *connect.Reply, err error) string {
		if err != nil {
			return err.Error()
		}
		return cmp.Diff(want, show(r))
	}
}

func show(r *connect.Reply) []string {
	var got []string
	for _, v := range r.Results {
		switch f := v.File(); {
		case v.IsNull():
			got = append(got, "NULL")
		case f != nil:
			got = append(got, strings.TrimSpace(f.Name+"."+f.Ext)+" "+string(f.Bytes))
		default:
			got = append(got, value.WireText(v))
		}
	}
	return got
}

// status wants an error that ends in text together with the results.
func status(suffix string, want ...string) func(*connect.Reply, error) string {
	return func(r *connect.Reply, err error) string {
		if d := errorEnds(suffix)(r, err); d != "" {
			return d
		}
		return cmp.Diff(want, show(r))
	}
}

func cookies(want ...string) func(*connect.Reply, error) string {
	return func(r *connect.Reply, err error) string {
		if err != nil {
			return err.Error()
		}
		return cmp.Diff(headers(want...), r.Cookies)
	}
}

// replace is what golsf sends where it differs from the capture: per request,
// pairs of old and new text.
type conversation struct {
	steps   func(h string) []step
	replace map[int][]string
	skip    map[int]bool // requests of the capture that are not sent
	silent  bool
}

// TestCaptures sends the requests of the captures and compares their bytes.
func TestCaptures(t *testing.T) {
	for name, conv := range conversations() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := capture.Load("http", name)
			if err != nil {
				t.Fatal(err)
			}
			kept := c.Exchanges[:0:0]
			for i, e := range c.Exchanges {
				if !conv.skip[i+1] {
					kept = append(kept, e)
				}
			}
			sent := *c
			sent.Exchanges, sent.Silent = kept, conv.silent
			s, err := sent.Serve()
			if err != nil {
				t.Fatal(err)
			}
			conn := &httpconn.Connector{Client: httpconn.Client{RetryDelay: time.Millisecond}}
			for i, st := range conv.steps("http://" + s.Host()) {
				r, err := conn.Call(context.Background(), st.call)
				if st.show == nil {
					if err != nil {
						t.Errorf("call %d: %v", i+1, err)
					}
				} else if d := st.show(r, err); d != "" {
					t.Errorf("call %d: %s", i+1, strings.ReplaceAll(d, s.Host(), "HOST"))
				}
			}
			s.Close()
			compareRequests(t, c, conv, s)
		})
	}
}

func compareRequests(t *testing.T, c *capture.Capture, conv conversation, s *capture.Server) {
	var want []string
	for i, e := range c.Exchanges {
		if conv.skip[i+1] {
			continue
		}
		w := capture.Normalize(e.Request, "")
		pairs := append(conv.replace[0][:len(conv.replace[0]):len(conv.replace[0])], conv.replace[i+1]...)
		for k := 0; k+1 < len(pairs); k += 2 {
			if conv.replace[i+1] != nil && k >= len(conv.replace[0]) && !strings.Contains(w, pairs[k]) {
				t.Errorf("request %d has no %q to replace", i+1, pairs[k])
			}
			w = strings.ReplaceAll(w, pairs[k], pairs[k+1])
		}
		want = append(want, w)
	}
	var got []string
	for _, r := range s.Requests() {
		got = append(got, capture.Normalize(r, s.Host()))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
}
