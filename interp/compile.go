package interp

import (
	"sync"
	"sync/atomic"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// compiler turns the actions of one frame into closures.
type compiler struct {
	inst  *Instance
	frame *bound.Frame
	mode  query.Mode
}

func (c *compiler) scalar(x bound.Expr) query.Scalar {
	return c.inst.eval.Scalar(x, c.mode)
}

func (c *compiler) scalars(xs []bound.Expr) []query.Scalar {
	out := make([]query.Scalar, len(xs))
	for i, x := range xs {
		out[i] = c.scalar(x)
	}
	return out
}

// optional compiles x, or gives nil when there is none.
func (c *compiler) optional(x bound.Expr) query.Scalar {
	if x == nil {
		return nil
	}
	return c.scalar(x)
}

func (c *compiler) cond(x bound.Expr) func(*query.Frame) bool {
	return c.inst.eval.Cond(x, c.mode)
}

// act compiles an operator; nil does nothing.
func (c *compiler) act(x bound.Act) act {
	switch x := x.(type) {
	case nil:
		return doNothing
	case *bound.Block:
		return c.block(x)
	case *bound.Assign:
		return c.assign(x)
	case *bound.CallAct:
		return c.call(x)
	case *bound.IfAct:
		return c.ifAct(x)
	case *bound.CaseAct:
		return c.caseAct(x)
	case *bound.For:
		return c.forAct(x)
	case *bound.New:
		return c.withObject(&x.Object, c.act(x.Body))
	case *bound.NewWhere:
		return c.newWhere(x)
	case *bound.Delete:
		return c.remove(x)
	case *bound.ChangeClass:
		return c.changeClass(x)
	case *bound.Apply:
		return c.apply(x)
	case *bound.Cancel:
		return c.cancel(x)
	case *bound.NewSession:
		return c.newSession(x)
	case *bound.Try:
		return c.try(x)
	case *bound.Return:
		return c.returnAct(x)
	case *bound.Break:
		return func(*thread, *query.Frame) signal { return broke }
	case *bound.Continue:
		return func(*thread, *query.Frame) signal { return continued }
	}
	return c.outside(x)
}

// outside compiles the operators that reach beyond the program's own data.
func (c *compiler) outside(x bound.Act) act {
	switch x := x.(type) {
	case *bound.Message:
		return c.message(x)
	case *bound.Ask:
		return c.ask(x)
	case *bound.Input:
		return c.input(x)
	case *bound.Show:
		return c.show(x)
	case *bound.NewThread:
		return c.newThread(x)
	case *bound.NewExecutor:
		return c.newExecutor(x)
	case *bound.NewConnection:
		return c.newConnection(x)
	case *bound.External:
		return c.external(x)
	case *bound.InternalDB:
		return c.internalDB(x)
	case *bound.Internal:
		return unsupported(x.Span, "the Java action '"+x.Java+"'")
	case *bound.NativeAct:
		return c.nativeAct(x)
	case *bound.Eval:
		return c.evalAct(x)
	case *bound.Read:
		return c.read(x)
	case *bound.Write:
		return c.write(x)
	case *bound.ExportAct:
		return c.exportAct(x)
	case *bound.ImportAct:
		return c.importAct(x)
	case *bound.Email:
		return unsupported(x.Span, "EMAIL")
	case *bound.Recalculate:
		return doNothing
	case *bound.Inert:
		if x.Fails {
			return unsupported(x.Span, x.What)
		}
		return doNothing
	}
	return unsupported(x.Place(), "this operator")
}

func unsupported(span diag.Span, what string) act {
	return func(*thread, *query.Frame) signal {
		fail(span, CodeUnsupported, "%s is not available in golsf", what)
		return done
	}
}

// rowQuery is a condition with new parameters.
type rowQuery struct {
	cond        bound.Expr
	new         []int
	order       []query.OrderKey
	top, offset bound.Expr
	strict      bool
}

// rowPlan is a plan that is made when it is first needed, so that what cannot
// be enumerated is an error only where it runs.
type rowPlan struct {
	c    compiler
	q    rowQuery
	span diag.Span
	once sync.Once
	plan *query.Plan
	err  error
}

func (c *compiler) rows(span diag.Span, q rowQuery) *rowPlan {
	return &rowPlan{c: *c, q: q, span: span}
}

func (p *rowPlan) prepare() {
	frame := p.c.frame
	q := query.Query{
		Cond: p.q.cond, New: p.q.new, Order: p.q.order, Top: p.q.top, Offset: p.q.offset, TopStrict: p.q.strict,
		Mode: p.c.mode, Span: p.span,
	}
	if frame != nil {
		q.FrameSize = len(frame.Slots)
		q.Name = func(slot int) string {
			if slot < len(frame.Slots) {
				return frame.Slots[slot].Name
			}
			return ""
		}
	}
	p.plan, p.err = p.c.inst.eval.Plan(q)
}

// get reads the whole set.
func (p *rowPlan) get(fr *query.Frame) *query.RowSet {
	return p.ready().Rows(fr)
}

func (p *rowPlan) ready() *query.Plan {
	p.once.Do(p.prepare)
	if p.err != nil {
		query.Throw(p.span, p.err)
	}
	return p.plan
}

func orderKeys(xs []bound.Expr, desc bool) []query.OrderKey {
	out := make([]query.OrderKey, len(xs))
	for i, x := range xs {
		out[i] = query.OrderKey{X: x, Desc: desc}
	}
	return out
}

// anyOf is the condition that one of xs has a value.
func anyOf(xs []bound.Expr) bound.Expr {
	if len(xs) == 1 {
		return xs[0]
	}
	return &bound.Or{Node: bound.Node{Class: value.ClassBoolean, Span: xs[0].Place()}, Items: xs}
}

func usesSlot(x bound.Expr, slot int) bool {
	p, ok := x.(*bound.Param)
	if ok {
		return p.Slot == slot
	}
	_, isConst := x.(*bound.Const)
	return !isConst && x != nil && slot >= 0 && query.Uses(x, slot)
}

// code is an action ready to run. It is compiled at its first call.
type code struct {
	action *bound.Action
	inst   *Instance
	fn     atomic.Pointer[act]
	mu     sync.Mutex
}

func actionName(a *bound.Action) string {
	if a.Ident == "" {
		return "<action>"
	}
	if a.Namespace == "" {
		return a.Ident
	}
	return a.Namespace + "." + a.Ident
}

// code gives the code of an action.
func (i *Instance) code(a *bound.Action) *code {
	if c, ok := i.codes.Load(a); ok {
		return c.(*code)
	}
	c, _ := i.codes.LoadOrStore(a, &code{action: a, inst: i})
	return c.(*code)
}

// run executes the action on a frame whose first slots are the arguments.
// RETURN leaves its value in t.result.
func (c *code) run(t *thread, fr *query.Frame) {
	fn := c.fn.Load()
	if fn == nil {
		fn = c.compile()
	}
	(*fn)(t, fr)
}

func (c *code) compile() *act {
	c.mu.Lock()
	defer c.mu.Unlock()
	if fn := c.fn.Load(); fn != nil {
		return fn
	}
	fn := c.build()
	c.fn.Store(&fn)
	return &fn
}

func (c *code) build() act {
	a := c.action
	comp := &compiler{inst: c.inst, frame: &a.Frame, mode: query.NowMode}
	var body act
	switch {
	case a.Abstract:
		body = c.abstract(comp)
	case a.Native != "":
		body = comp.nativeBody(a)
	default:
		body = comp.act(a.Body)
	}
	if len(a.Before) == 0 && len(a.After) == 0 {
		return body
	}
	before, after := c.aspects(comp, a.Before), c.aspects(comp, a.After)
	return func(t *thread, fr *query.Frame) signal {
		for _, b := range before {
			if s := b.run(t, fr); s == returned {
				return s
			}
		}
		s := body(t, fr)
		for _, b := range after {
			if r := b.run(t, fr); r == returned {
				return r
			}
		}
		return s
	}
}

// branch is an implementation or an aspect of an action with its own frame.
type branch struct {
	fits func(*query.Frame) bool
	body act
	size int
	n    int // parameters
}

func (b *branch) run(t *thread, fr *query.Frame) signal {
	inner := b.open(t, fr)
	s := done
	if b.fits(inner) {
		s = b.body(t, inner)
	}
	t.leave()
	return s
}

func (b *branch) open(t *thread, fr *query.Frame) *query.Frame {
	inner := t.enter(b.size)
	copy(inner.Slots, fr.Slots[:min(b.n, len(fr.Slots))])
	return inner
}

func (c *code) aspects(comp *compiler, list []*bound.Implementation) []*branch {
	out := make([]*branch, len(list))
	for i, im := range list {
		inner := &compiler{inst: c.inst, frame: &im.Frame, mode: comp.mode}
		out[i] = &branch{
			fits: c.inst.eval.Fits(c.action.Params, im, comp.mode),
			body: inner.act(im.Action),
			size: max(len(im.Frame.Slots), len(c.action.Params)),
			n:    len(c.action.Params),
		}
	}
	return out
}

// abstract runs all implementations (LIST) or the first that fits.
func (c *code) abstract(comp *compiler) act {
	arms := c.aspects(comp, c.action.Implementations)
	if c.action.Select == bound.SelectList {
		return func(t *thread, fr *query.Frame) signal {
			for _, a := range arms {
				if s := a.run(t, fr); s == returned {
					return s
				}
			}
			return done
		}
	}
	return func(t *thread, fr *query.Frame) signal {
		for _, a := range arms {
			inner := a.open(t, fr)
			if !a.fits(inner) {
				t.leave()
				continue
			}
			s := a.body(t, inner)
			t.leave()
			return s
		}
		return done
	}
}
