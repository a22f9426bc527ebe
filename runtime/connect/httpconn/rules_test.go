package httpconn_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/httpconn"
	"github.com/golsf/golsf/runtime/value"
)

func serve(t *testing.T, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func call(c *connect.Call) (*connect.Reply, error) {
	h := &httpconn.Connector{Client: httpconn.Client{RetryDelay: time.Millisecond}}
	return h.Call(context.Background(), c)
}

func TestBodyURLUsesTheRest(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.URL.RawQuery, r.Header.Get("Content-Type"), b)
	})
	c := with(post(url+"/exec?action=doSomething&someprm=$1", param(value.Int(1)), param(value.Int(2)), text("3")),
		connect.HTTPOptions{BodyURL: value.String("otherprm=$2&andonemore=$3")})
	c.To = []value.Class{value.ClassString}
	r, err := call(c)
	if d := results("action=doSomething&someprm=1 application/x-www-form-urlencoded; charset=UTF-8 otherprm=2&andonemore=3")(r, err); d != "" {
		t.Error(d)
	}
}

// Decision 60: HEADERS and COOKIES stay with their host and port.
func TestRedirectToAnotherHost(t *testing.T) {
	seen := func(r *http.Request) string {
		return fmt.Sprintf("[%s|%s|%s]", r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("Content-Type"))
	}
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, seen(r)) })
	here := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other+"/", http.StatusTemporaryRedirect)
		case "/home":
			http.Redirect(w, r, "http://"+r.Host+"/end", http.StatusTemporaryRedirect)
		default:
			io.WriteString(w, seen(r))
		}
	})
	o := connect.HTTPOptions{Headers: headers("Authorization", "Bearer tok-1"), Cookies: headers("sid", "s3cr")}
	for path, want := range map[string]string{"/away": "[||text/plain; charset=UTF-8]", "/home": "[Bearer tok-1|sid=s3cr|text/plain; charset=UTF-8]"} {
		c := with(post(here+path, text("x")), o)
		c.To = []value.Class{value.ClassString}
		r, err := call(c)
		if d := results(want)(r, err); d != "" {
			t.Error(path, d)
		}
	}
}

// Decision 59: no secret in an error.
func TestErrorsHideSecrets(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(401)
		fmt.Fprintf(w, "no: %s %s %s", r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.URL.RawQuery)
	})
	c := with(get(url+"/x?token=abcdef123"), connect.HTTPOptions{Headers: headers("Authorization", "Bearer hush-hush"), Cookies: headers("sid", "cookie-value")})
	_, err := call(c)
	if err == nil {
		t.Fatal("no error")
	}
	for _, secret := range []string{"hush-hush", "cookie-value", "abcdef123"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is shown in %q", secret, err)
		}
	}
	if !strings.Contains(err.Error(), "401 Unauthorized\nno: ***") {
		t.Errorf("unexpected text: %q", err)
	}
}

func TestMaxResponse(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, strings.Repeat("0", 1<<20))
			z.Close()
			return
		}
		io.WriteString(w, strings.Repeat("x", 2000))
	})
	for _, path := range []string{"/plain", "/bomb"} {
		c := get(url+path, value.ClassString)
		c.MaxResponse = 1000
		_, err := call(c)
		if e, ok := err.(*value.Error); !ok || e.Code != connect.CodeTooLarge {
			t.Errorf("%s: %v", path, err)
		}
		c.MaxResponse = 2 << 20
		if _, err := call(c); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestHeaderInjectionIsRefused(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	for _, h := range [][]connect.Pair{headers("X", "a\r\nEvil: 1"), headers("X y", "a"), headers("", "a")} {
		if _, err := call(with(get(url), connect.HTTPOptions{Headers: h})); err == nil {
			t.Errorf("%v was sent", h)
		}
	}
	c := with(post(url, text("1"), text("2")), connect.HTTPOptions{BodyParamNames: names("a\r\nEvil: 1")})
	if _, err := call(c); err == nil {
		t.Error("a part name with a line break was sent")
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	if _, err := call(get(s.URL)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
	r, err := call(with(get(s.URL, value.ClassString), connect.HTTPOptions{Insecure: true}))
	if d := results("ok")(r, err); d != "" {
		t.Error(d)
	}
}

func TestStoppedCall(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := (&httpconn.Connector{}).Call(ctx, get(url))
	if e, ok := err.(*value.Error); !ok || e.Code != connect.CodeTimeout {
		t.Errorf("got %v", err)
	}
}
