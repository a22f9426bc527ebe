package interp

import (
	"context"
	"time"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/files"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

var nowMode = query.NowMode

// NativeAction is an action of the standard library that is written in Go. Its
// result is written to the TO property of the call; without one it is NULL.
type NativeAction func(ctx context.Context, h *Host, args []value.Value) (value.Value, error)

// Host is what a native action sees of the running program. It is good for the
// duration of the call.
type Host struct{ t *thread }

// Get reads a property without calculation by name ("readFile",
// "Utils.fileName"); NULL when the program does not have it.
func (h *Host) Get(name string, keys ...value.Value) value.Value {
	p := h.property(name)
	if p == nil || len(p.Params) != len(keys) {
		return value.Value{}
	}
	return h.t.sess.st.Get(store.Now, h.t.inst.handle(p), keys...)
}

// Set writes a property by name; a program without it is left as it is.
func (h *Host) Set(name string, v value.Value, keys ...value.Value) error {
	p := h.property(name)
	if p == nil || len(p.Params) != len(keys) {
		return nil
	}
	w := &cell{inst: h.t.inst, prop: p, handle: h.t.inst.handle(p), class: p.Class, keys: p.Params}
	if !w.keysOf(keys) {
		return nil
	}
	if err := h.t.guard(func() { w.put(h.t, keys, v) }); err != nil {
		return err
	}
	return nil
}

// Clear empties all values of a property.
func (h *Host) Clear(name string) {
	p := h.property(name)
	if p == nil {
		return
	}
	handle := h.t.inst.handle(p)
	var rows [][]value.Value
	h.t.sess.st.Scan(store.Now, handle, func(keys []value.Value, _ value.Value) bool {
		rows = append(rows, append([]value.Value(nil), keys...))
		return true
	})
	for _, r := range rows {
		_ = h.t.sess.st.Set(handle, r, value.Value{})
	}
}

// Rows gives the rows of a stored or local property in key order.
func (h *Host) Rows(name string, yield func(keys []value.Value, v value.Value) bool) {
	if p := h.property(name); p != nil {
		h.t.sess.st.Scan(store.Now, h.t.inst.handle(p), yield)
	}
}

// Has tells whether the program has such a property.
func (h *Host) Has(name string) bool { return h.property(name) != nil }

func (h *Host) property(name string) *bound.Property {
	p := h.t.inst.dataProperty(name)
	if p == nil || p.Kind != bound.Data && p.Kind != bound.Local {
		return nil
	}
	return p
}

// dataProperty finds a property by "name" (of System) or "Namespace.name".
func (i *Instance) dataProperty(name string) *bound.Property {
	space, ident := "System", name
	for n := len(name) - 1; n >= 0; n-- {
		if name[n] == '.' {
			space, ident = name[:n], name[n+1:]
			break
		}
	}
	if space == "System" {
		return i.systemProperty(ident)
	}
	if p, ok := i.system.Load(name); ok {
		return p.(*bound.Property)
	}
	for _, p := range i.prog.Properties {
		if p.Ident == ident && p.Namespace == space {
			i.system.Store(name, p)
			return p
		}
	}
	return nil
}

// Connect calls an external system inside the current NEWCONNECTION block.
func (h *Host) Connect(ctx context.Context, c *connect.Call) (*connect.Reply, error) {
	if h.t.inst.options.Connector == nil {
		return nil, value.Errorf(connect.CodeKind, "EXTERNAL %s is not available here", c.Kind)
	}
	c.Connections = h.t.connections
	return h.t.inst.options.Connector.Call(ctx, c)
}

// Files are the files of the program; nil when it has none.
func (h *Host) Files() Files { return h.t.inst.options.Files }

// Resource reads a file from the folders of the program and of Include; a path
// that leads out of them is not found.
func (h *Host) Resource(path string) ([]byte, bool) {
	text, ok := h.t.inst.resource(path)
	return []byte(text), ok
}

// Now is the time.
func (h *Host) Now() time.Time { return h.t.inst.options.Clock() }

// Print writes a line to the program's output, Warn to its error output.
func (h *Host) Print(line string) { h.t.inst.print(line) }
func (h *Host) Warn(line string)  { h.t.inst.warn(line) }

// LocalEvents runs the local handlers for what changed since the last time.
func (h *Host) LocalEvents() { h.t.localEvents() }

// Files are the file system as READ, WRITE and the actions of Utils see it.
type Files interface {
	// Read gives the content of a path or URL.
	Read(ctx context.Context, path string) (*value.FileData, error)
	// Write stores a file, adding its extension to a path without one, and
	// gives the path written; add appends to a text or CSV file.
	Write(path string, v value.Value, add bool) (string, error)
	AppendText(path, text, charset string) error
	Exists(path string) (bool, error)
	Mkdir(path string) error
	Delete(path string) error
	Copy(ctx context.Context, from, to string) error
	Move(ctx context.Context, from, to string) error
	List(path string, recursive bool) ([]files.Entry, error)
}

// nativeAct is a call of a Go action inside a body.
func (c *compiler) nativeAct(x *bound.NativeAct) act {
	args := c.scalars(x.Args)
	return c.goAction(x.Func, x.Span, func(fr *query.Frame) []value.Value {
		vals := make([]value.Value, len(args))
		for i, a := range args {
			vals[i] = a(fr)
		}
		return vals
	})
}

// nativeBody is the body of an action declared in the standard library.
func (c *compiler) nativeBody(a *bound.Action) act {
	n := len(a.Params)
	return c.goAction(a.Native, a.Span, func(fr *query.Frame) []value.Value {
		return append([]value.Value(nil), fr.Slots[:n]...)
	})
}

func (c *compiler) goAction(name string, span diag.Span, args func(*query.Frame) []value.Value) act {
	switch name {
	case "System.executeLocalEvents":
		return func(t *thread, fr *query.Frame) signal {
			t.localEvents()
			return done
		}
	case "Utils.throwException", "System.throwException":
		return func(t *thread, fr *query.Frame) signal {
			text := ""
			if a := args(fr); len(a) > 0 {
				text = value.TextOf(a[0])
			}
			query.Throw(callPlace(t, span), &value.Error{Code: CodeThrown, Message: text})
			return done
		}
	}
	find := c.inst.options.Action
	return func(t *thread, fr *query.Frame) signal {
		var f NativeAction
		ok := false
		if find != nil {
			f, ok = find(name)
		}
		if !ok {
			fail(callPlace(t, span), CodeUnsupported, "the action '%s' is not available in golsf", name)
		}
		v, err := f(t.ctx(), &Host{t: t}, args(fr))
		if err != nil {
			raise(callPlace(t, span), err)
		}
		if !v.IsNull() {
			t.result = &result{classes: []value.Class{value.ClassOfValue(v)}, rows: [][]value.Value{{v}}}
		}
		t.sess.settle(t)
		return done
	}
}

// callPlace is the place of the call of the native action: more use to a
// reader than its declaration in the standard library.
func callPlace(t *thread, span diag.Span) diag.Span {
	if n := len(t.stack); n > 0 && t.stack[n-1].Span.Start.IsValid() {
		return t.stack[n-1].Span
	}
	return span
}
