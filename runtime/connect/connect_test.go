package connect_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

type closer struct {
	name   string
	closed *[]string
	err    error
}

func (c closer) Close() error {
	*c.closed = append(*c.closed, c.name)
	return c.err
}

func TestConnections(t *testing.T) {
	var closed []string
	s := new(connect.Connections)
	bad := errors.New("bad")
	for _, c := range []closer{{"a", &closed, nil}, {"b", &closed, bad}} {
		if _, ok := s.Get("SQL", c.name); ok {
			t.Errorf("%s is open already", c.name)
		}
		if err := s.Put("SQL", c.name, c); err != nil {
			t.Error(err)
		}
		_, ok := s.Get("SQL", "")
		if key, only := s.Only("SQL"); only != (c.name == "a") || ok != only || only && key != "a" {
			t.Errorf("after %s: only %q %v, by the empty string %v", c.name, key, only, ok)
		}
	}
	if err := s.Put("TCP", "a", closer{"tcp", &closed, nil}); err != nil {
		t.Error(err)
	}
	if c, ok := s.Get("SQL", "a"); !ok || c.(closer).name != "a" {
		t.Error(c, ok)
	}
	if err := s.Close(); !errors.Is(err, bad) || !slices.Equal(closed, []string{"tcp", "b", "a"}) {
		t.Error(err, closed)
	}
	if err := s.Put("SQL", "c", closer{"c", &closed, nil}); err == nil {
		t.Error("a closed scope takes connections")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestRegistryAndMiddleware(t *testing.T) {
	var trace []string
	step := func(name string) connect.Middleware {
		return func(next connect.Connector) connect.Connector {
			return connect.Func(func(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
				trace = append(trace, name)
				return next.Call(ctx, c)
			})
		}
	}
	var r connect.Registry
	r.Register("X", connect.Wrap(connect.Func(func(context.Context, *connect.Call) (*connect.Reply, error) {
		trace = append(trace, "call")
		return &connect.Reply{Status: 7}, nil
	}), step("outer"), step("inner")))
	reply, err := r.Call(context.Background(), &connect.Call{Kind: "X"})
	if err != nil || reply.Status != 7 || !slices.Equal(trace, []string{"outer", "inner", "call"}) {
		t.Error(reply, err, trace)
	}
	var e *value.Error
	if _, err := r.Call(context.Background(), &connect.Call{Kind: "JAVA"}); !errors.As(err, &e) || e.Code != connect.CodeKind {
		t.Error(err)
	}
}

func TestRedact(t *testing.T) {
	s := new(connect.Secrets)
	s.AddURL("jdbc:postgresql://me:p%40ss@h/db?user=u&password=pg")
	s.AddHeaders([]connect.Pair{{Name: "authorization", Value: "Bearer abc.def"}, {Name: "Cookie", Value: "sid=s1d; x=long value"}, {Name: "X-Plain", Value: "visible"}})
	s.Add("", "ключ я", "longer secret", "secret")
	for text, want := range map[string]string{
		"http://u:pw@h/?token=t1&a=1":            "http://u:***@h/?token=***&a=1",
		"failed for p@ss and p%40ss":             "failed for *** and ***",
		"pg: no page":                            "***: no page",
		"Bearer abc.def, abc.def":                "***, ***",
		"sid=s1d, long value, visible":           "sid=***, ***, visible",
		"longer secret":                          "***",
		"%D0%BA%D0%BB%D1%8E%D1%87+%D1%8F ключ я": "*** ***",
	} {
		if got := s.Redact(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	var none *connect.Secrets
	if got := none.Redact("x?password=y"); strings.Contains(got, "y") {
		t.Error(got)
	}
}
