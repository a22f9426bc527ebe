package bench

import (
	"context"
	"strconv"
	"testing"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
)

// client calls actions of a loaded program in one session.
type client struct {
	program *assembly.Program
	kept    *interp.Session
}

// load makes a program of one module that requires the standard library.
func load(b *testing.B, text string) *client {
	b.Helper()
	text = "MODULE bench;\nREQUIRE System, Utils, Time;\n" + text
	p, list, err := assembly.Load(context.Background(), []interp.Source{{Name: "bench.lsf", Text: []byte(text)}}, assembly.Config{})
	if err != nil {
		b.Fatal(err)
	}
	if p == nil {
		b.Fatal(list)
	}
	b.Cleanup(func() { p.Close() })
	return &client{program: p, kept: p.Instance.NewSession()}
}

// session opens another session on the same data.
func (c *client) session(b *testing.B) *client {
	return &client{program: c.program, kept: c.program.Instance.NewSession()}
}

// call runs an action in the client's session and gives its result as text.
func (c *client) call(b *testing.B, action string, args ...value.Value) string {
	b.Helper()
	return c.do(b, action, c.kept, args...)
}

// fresh runs an action in a session of its own.
func (c *client) fresh(b *testing.B, action string) string {
	b.Helper()
	return c.do(b, action, nil)
}

func (c *client) do(b *testing.B, action string, s *interp.Session, args ...value.Value) string {
	r := interp.Request{Action: action, Session: s}
	for _, v := range args {
		r.Args = append(r.Args, interp.Argument{Value: v, Typed: true})
	}
	res, err := c.program.Instance.Call(context.Background(), r)
	if err != nil {
		b.Fatal(err)
	}
	if len(res.Values) == 0 || res.Values[0].Value.IsNull() {
		return ""
	}
	return value.TextOf(res.Values[0].Value)
}

func itoa(n int) string { return strconv.Itoa(n) }
