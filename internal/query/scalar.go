package query

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Mode says which state an expression reads, and which state CHANGED and its
// relatives compare it with: {Now, Prev} in actions and global events, {Now,
// Marked} in local events.
type Mode struct {
	At, Since store.State
}

// NowMode reads what the session sees and compares with its start.
var NowMode = Mode{At: store.Now, Since: store.Prev}

// Function computes a function of the standard library. It keeps no part of
// args.
type Function func(ctx context.Context, args []value.Value) (value.Value, error)

// Evaluator compiles and evaluates the expressions of a program over a store.
type Evaluator struct {
	prog   *bound.Program
	store  *store.Store
	handle func(*bound.Property) *store.Property

	// Functions finds a function of the standard library by its id and number of
	// parameters ("Utils.substr", 3); those that it does not know are computed by
	// Env.Call. Set it before the first use of the evaluator.
	Functions func(name string, params int) (Function, bool)

	properties sync.Map // propertyKey -> *compiledProperty
	plans      sync.Map // owned by plan.go
	trace      func(*Plan)
}

type propertyKey struct {
	prop *bound.Property
	mode Mode
}

// compiledProperty is the body of a calculated property in one mode. fn is nil
// until it is compiled; ready is closed then.
type compiledProperty struct {
	fn    atomic.Pointer[Scalar]
	ready chan struct{}
}

// NewEvaluator makes an evaluator. handle gives the stored property behind a
// Data or Local property of the program.
func NewEvaluator(prog *bound.Program, st *store.Store, handle func(*bound.Property) *store.Property) *Evaluator {
	return &Evaluator{prog: prog, store: st, handle: handle}
}

// Forget drops what was compiled, after a declaration was changed at a prompt.
func (e *Evaluator) Forget() {
	e.properties.Clear()
	e.plans.Clear()
}

// Scalar compiles x. The result expects every slot that x reads to be bound
// (NULL counts as a value) and may throw.
func (e *Evaluator) Scalar(x bound.Expr, m Mode) Scalar {
	switch x := x.(type) {
	case nil:
		return constant(value.Value{})
	case *bound.Const:
		return constant(x.Value)
	case *bound.StaticRef:
		return constant(e.Static(x.Object))
	case *bound.Param:
		slot := x.Slot
		return func(fr *Frame) value.Value { return fr.Slots[slot] }
	case *bound.Call:
		return e.call(x, m)
	case *bound.Native:
		return e.native(x, m)
	case *bound.Entries:
		return e.entries(x, m)
	case *bound.Formula:
		return e.formula(x, m)
	case *bound.Arith:
		return e.arith(x, m)
	case *bound.Negate:
		return e.negate(x, m)
	case *bound.Round:
		return e.round(x, m)
	case *bound.Like:
		return e.like(x, m)
	case *bound.Compare, *bound.And, *bound.Or, *bound.Xor, *bound.Not, *bound.Is, *bound.Iterate:
		cond := e.Cond(x, m)
		return func(fr *Frame) value.Value {
			if cond(fr) {
				return value.True
			}
			return value.Value{}
		}
	case *bound.If, *bound.Case, *bound.Override, *bound.Extreme, *bound.Concat:
		return e.choice(x, m)
	case *bound.As:
		return e.as(x, m)
	case *bound.Cast:
		return e.cast(x, m)
	case *bound.Convert:
		return e.convert(x, m)
	case *bound.StructOf:
		return e.structOf(x, m)
	case *bound.Part:
		return e.part(x, m)
	case *bound.Prev:
		return e.Scalar(x.X, Mode{At: store.Prev, Since: m.Since})
	case *bound.Change:
		return e.change(x, m)
	case *bound.Group:
		return e.group(x, m)
	case *bound.Partition:
		return e.partition(x, m)
	case *bound.Recursion:
		return e.recursion(x, m)
	case *bound.JSONOf:
		return e.jsonOf(x)
	case *bound.Unsupported:
		return constant(value.Value{})
	}
	panic("query: no evaluation for this kind of expression")
}

// Static gives the id of a static object.
func (e *Evaluator) Static(o *bound.StaticObject) value.Value {
	return value.ObjectOf(e.store.Static(int32(o.Class.Number), o.Ident))
}

func constant(v value.Value) Scalar { return func(*Frame) value.Value { return v } }

// enter gives a cleared frame for a nested body; leave must follow.
func (e *Env) enter(size int) *Frame {
	if e.depth == len(e.frames) {
		e.frames = append(e.frames, &Frame{Env: e})
	}
	f := e.frames[e.depth]
	e.depth++
	if cap(f.Slots) < size {
		f.Slots = make([]value.Value, size, size+4)
	}
	f.Slots = f.Slots[:size]
	clear(f.Slots)
	return f
}

func (e *Env) leave() { e.depth-- }

// NewFrame makes a frame of its own with size empty slots.
func (e *Env) NewFrame(size int) *Frame {
	return &Frame{Slots: make([]value.Value, size), Env: e}
}

// Guard runs f and returns what it threw; nested calls that it left open are
// closed.
func (e *Env) Guard(f func()) error {
	depth := e.depth
	err := Guard(f)
	e.depth = depth
	return err
}

// call reads a property.
func (e *Evaluator) call(x *bound.Call, m Mode) Scalar {
	p := x.Prop
	switch p.Kind {
	case bound.Data, bound.Local:
		return e.read(x, m)
	}
	body := e.body(p, m)
	args := e.scalars(x.Args, m)
	size := max(len(p.Frame.Slots), len(args))
	span := x.Span
	inProgram := span.Start.IsValid() && !inLibrary(span)
	return func(fr *Frame) value.Value {
		env := fr.Env
		if inProgram {
			env.caller = &span
		}
		if env.Limits != nil && env.Limits.Depth > 0 && env.depth >= env.Limits.Depth {
			Throw(span, value.Errorf("E3903", "more than %d nested calls", env.Limits.Depth))
		}
		inner := env.enter(size)
		for i, a := range args {
			inner.Slots[i] = a(fr)
		}
		v := body.get()(inner)
		env.leave()
		return v
	}
}

func (c *compiledProperty) get() Scalar {
	if fn := c.fn.Load(); fn != nil {
		return *fn
	}
	<-c.ready
	return *c.fn.Load()
}

// body compiles a calculated or abstract property once per mode.
func (e *Evaluator) body(p *bound.Property, m Mode) *compiledProperty {
	key := propertyKey{p, m}
	if c, ok := e.properties.Load(key); ok {
		return c.(*compiledProperty)
	}
	c := &compiledProperty{ready: make(chan struct{})}
	if old, ok := e.properties.LoadOrStore(key, c); ok {
		return old.(*compiledProperty)
	}
	var fn Scalar
	if p.Kind == bound.Abstract {
		fn = e.abstract(p, m)
	} else {
		fn = e.Scalar(p.Body, m)
	}
	c.fn.Store(&fn)
	close(c.ready)
	return c
}

func (e *Evaluator) scalars(xs []bound.Expr, m Mode) []Scalar {
	out := make([]Scalar, len(xs))
	for i, x := range xs {
		out[i] = e.Scalar(x, m)
	}
	return out
}

// read compiles the read of a stored or local property.
func (e *Evaluator) read(x *bound.Call, m Mode) Scalar {
	h := e.handle(x.Prop)
	at := m.At
	classes := x.Prop.Params
	keys := make([]Scalar, len(x.Args))
	for i, a := range x.Args {
		keys[i] = keyScalar(e.Scalar(a, m), a, classes[i])
	}
	switch len(keys) {
	case 0:
		return func(fr *Frame) value.Value { return fr.Env.Session.Get0(at, h) }
	case 1:
		k0 := keys[0]
		return func(fr *Frame) value.Value {
			k := k0(fr)
			if k.IsNull() {
				return value.Value{}
			}
			return fr.Env.Session.Get1(at, h, k)
		}
	case 2:
		k0, k1 := keys[0], keys[1]
		return func(fr *Frame) value.Value {
			a := k0(fr)
			if a.IsNull() {
				return value.Value{}
			}
			b := k1(fr)
			if b.IsNull() {
				return value.Value{}
			}
			return fr.Env.Session.Get2(at, h, a, b)
		}
	}
	return func(fr *Frame) value.Value {
		env := fr.Env
		inner := env.enter(len(keys))
		defer env.leave()
		for i, k := range keys {
			v := k(fr)
			if v.IsNull() {
				return value.Value{}
			}
			inner.Slots[i] = v
		}
		return env.Session.Get(at, h, inner.Slots...)
	}
}

// keyScalar brings an argument to the class of a key.
func keyScalar(s Scalar, x bound.Expr, class value.Class) Scalar {
	if p := x.ValueClass(); p == class && p.Kind() == value.Object {
		return s
	}
	want := class.Kind()
	if !class.Known() || want == value.Object {
		return s
	}
	return func(fr *Frame) value.Value { return Key(s(fr), class, want) }
}

// Key gives v as a key of that class, or NULL when no key of the class equals
// it (2.5 is no INTEGER key).
func Key(v value.Value, class value.Class, want value.Kind) value.Value {
	k := v.Kind()
	if k == value.Null {
		return v
	}
	if k == want && k != value.Numeric && !(k == value.Text && class.BlankPadded()) {
		return v
	}
	if k == value.Object {
		return value.Value{}
	}
	c, err := value.Assign(v, class)
	if err != nil {
		return value.Value{}
	}
	if k != value.Text && !value.Equal(c, v) {
		return value.Value{}
	}
	return c
}

// abstract chooses among the implementations of an abstract property.
func (e *Evaluator) abstract(p *bound.Property, m Mode) Scalar {
	type arm struct {
		fits func(fr *Frame) bool
		val  Scalar
		size int
	}
	arms := make([]arm, 0, len(p.Implementations))
	for _, im := range p.Implementations {
		arms = append(arms, arm{fits: e.fits(p.Params, im, m), val: e.Scalar(im.Value, m), size: len(im.Frame.Slots)})
	}
	byValue := p.Select == bound.SelectValue
	n := len(p.Params)
	return func(fr *Frame) value.Value {
		env := fr.Env
		for i := range arms {
			a := &arms[i]
			inner := env.enter(max(a.size, n))
			copy(inner.Slots, fr.Slots[:n])
			if !a.fits(inner) {
				env.leave()
				continue
			}
			v := a.val(inner)
			env.leave()
			if !byValue || !v.IsNull() {
				return v
			}
		}
		return value.Value{}
	}
}

// fits tells whether an implementation is for the arguments in the first slots.
func (e *Evaluator) fits(declared []value.Class, im *bound.Implementation, m Mode) func(fr *Frame) bool {
	var conds []func(fr *Frame) bool
	for i, c := range im.Params {
		if !c.Known() || i < len(declared) && declared[i] == c && !c.IsObject() {
			continue
		}
		conds = append(conds, e.isClass(func(fr *Frame) value.Value { return fr.Slots[i] }, c, m))
	}
	if im.When != nil {
		conds = append(conds, e.Cond(im.When, m))
	}
	return allOf(conds)
}

func allOf(conds []func(fr *Frame) bool) func(fr *Frame) bool {
	switch len(conds) {
	case 0:
		return func(*Frame) bool { return true }
	case 1:
		return conds[0]
	case 2:
		a, b := conds[0], conds[1]
		return func(fr *Frame) bool { return a(fr) && b(fr) }
	}
	return func(fr *Frame) bool {
		for _, c := range conds {
			if !c(fr) {
				return false
			}
		}
		return true
	}
}

// isClass tests whether a value is of a class: an object by its class in the
// state of m, another value by its kind.
func (e *Evaluator) isClass(s Scalar, c value.Class, m Mode) func(fr *Frame) bool {
	at := m.At
	if c.IsObject() {
		return func(fr *Frame) bool {
			v := s(fr)
			return v.Kind() == value.Object && fr.Env.Session.Is(at, v.Num(), c.User)
		}
	}
	want := c.Kind()
	return func(fr *Frame) bool {
		v := s(fr)
		k := v.Kind()
		if k == want {
			return want != value.File || c.Name == value.NameFile || v.ClassName() == c.Name
		}
		return c.IsNumber() && k >= value.Integer && k <= value.Double
	}
}
