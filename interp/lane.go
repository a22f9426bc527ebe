package interp

import (
	"math"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Lanes. A loop whose body only computes whole numbers and truth values of
// properties without parameters runs over registers: the properties are read
// into an array of int64 before the loop and written back after it, by an error
// too. NULL is a number of its own there, which no LONG can be. What a loop
// cannot be compiled to, or values of other classes at run time, leave it to the
// general way.

// nullCell is NULL in a register.
const nullCell = math.MinInt64

// lane is the state of one such loop.
type lane struct {
	r    []int64
	t    *thread
	left int64 // steps until the next look at the context
}

type (
	laneExpr func(l *lane) int64
	laneCond func(l *lane) bool
	laneAct  func(l *lane) signal
)

// laneKind is the class of a register: INTEGER, LONG or BOOLEAN.
type laneKind = value.Kind

// register is one cell of a lane.
type register struct {
	kind    laneKind
	cell    *cell // of a property
	slot    int   // of a parameter of the frame
	written bool
	inside  bool // a parameter of a loop inside the lane
}

// laneCompiler compiles one loop.
type laneCompiler struct {
	c     *compiler
	regs  []register
	props map[*bound.Property]int
	slots map[int]int
	depth int // of inlined properties
	ok    bool
}

// laneLoop compiles a loop to a lane, or gives nil.
func (c *compiler) laneLoop(x *bound.For) func(t *thread, fr *query.Frame) (signal, bool) {
	lc := &laneCompiler{c: c, props: map[*bound.Property]int{}, slots: map[int]int{}, ok: true}
	run := lc.loop(x)
	if !lc.ok {
		return nil
	}
	regs := lc.regs
	return func(t *thread, fr *query.Frame) (signal, bool) {
		l := &lane{r: make([]int64, len(regs)), t: t, left: t.watch - t.steps}
		if !l.load(regs, fr) {
			return done, false
		}
		before := append([]int64(nil), l.r...)
		defer l.store(regs, before)
		return run(l), true
	}
}

// load reads properties and parameters. ok is false when one is of another
// class than the lane was compiled for.
func (l *lane) load(regs []register, fr *query.Frame) bool {
	for i, g := range regs {
		var v value.Value
		switch {
		case g.cell != nil:
			v = l.t.sess.st.Get0(0, g.cell.handle)
		case g.inside:
			continue
		default:
			v = fr.Slots[g.slot]
		}
		switch v.Kind() {
		case value.Null:
			l.r[i] = nullCell
		case g.kind:
			l.r[i] = v.Num()
		default:
			return false
		}
	}
	return true
}

// store writes changed properties back and counts the steps.
func (l *lane) store(regs []register, before []int64) {
	l.t.steps = l.t.watch - l.left
	for i, g := range regs {
		if !g.written || l.r[i] == before[i] {
			continue
		}
		v := value.Value{}
		if l.r[i] != nullCell {
			v = value.Of(g.kind, l.r[i])
		}
		g.cell.put(l.t, nil, v)
	}
}

func (l *lane) tick(span diag.Span) {
	if l.left--; l.left <= 0 {
		l.t.steps = l.t.watch
		l.t.look(span)
		l.left = l.t.watch - l.t.steps
	}
}

func (lc *laneCompiler) fail() { lc.ok = false }

// prop gives the register of a property without parameters.
func (lc *laneCompiler) prop(p *bound.Property, write bool) (int, laneKind) {
	k := p.Class.Kind()
	if p.Kind != bound.Data && p.Kind != bound.Local || len(p.Params) > 0 || lc.c.inst.followed(p) {
		lc.fail()
		return 0, k
	}
	if k != value.Integer && k != value.Long && k != value.Boolean {
		lc.fail()
		return 0, k
	}
	i, ok := lc.props[p]
	if !ok {
		i = len(lc.regs)
		lc.props[p] = i
		lc.regs = append(lc.regs, register{kind: k, cell: lc.c.cell(p, diag.Span{})})
	}
	lc.regs[i].written = lc.regs[i].written || write
	return i, k
}

func (lc *laneCompiler) slot(x *bound.Param) (int, laneKind) {
	if i, ok := lc.slots[x.Slot]; ok {
		return i, lc.regs[i].kind
	}
	k := x.Class.Kind()
	if k != value.Integer && k != value.Long && k != value.Boolean {
		lc.fail()
		return 0, k
	}
	i := len(lc.regs)
	lc.slots[x.Slot] = i
	lc.regs = append(lc.regs, register{kind: k, slot: x.Slot})
	return i, k
}

// act compiles an operator of a body.
func (lc *laneCompiler) act(x bound.Act) laneAct {
	if !lc.ok {
		return nil
	}
	switch x := x.(type) {
	case nil:
		return func(*lane) signal { return done }
	case *bound.Block:
		if len(x.Locals) > 0 {
			break
		}
		return lc.block(x)
	case *bound.Assign:
		return lc.assign(x)
	case *bound.IfAct:
		cond, then, otherwise := lc.cond(x.Cond), lc.act(x.Then), lc.act(x.Else)
		return func(l *lane) signal {
			if cond(l) {
				return then(l)
			}
			return otherwise(l)
		}
	case *bound.For:
		return lc.loop(x)
	case *bound.Break:
		return func(*lane) signal { return broke }
	case *bound.Continue:
		return func(*lane) signal { return continued }
	}
	lc.fail()
	return nil
}

func (lc *laneCompiler) block(x *bound.Block) laneAct {
	items := make([]laneAct, len(x.Items))
	for i, a := range x.Items {
		items[i] = lc.act(a)
	}
	switch len(items) {
	case 1:
		return items[0]
	case 2:
		a, b := items[0], items[1]
		return func(l *lane) signal {
			if s := a(l); s != done {
				return s
			}
			return b(l)
		}
	}
	return func(l *lane) signal {
		for _, a := range items {
			if s := a(l); s != done {
				return s
			}
		}
		return done
	}
}

// assign compiles p() <- x, with p() <- p() + x in one step.
func (lc *laneCompiler) assign(x *bound.Assign) laneAct {
	if len(x.New) > 0 || len(x.Args) > 0 {
		lc.fail()
		return nil
	}
	to, kind := lc.prop(x.Prop, true)
	if !lc.ok {
		return nil
	}
	if c, ok := x.Value.(*bound.Const); ok && c.Value.IsNull() {
		return lc.where(x.Where, func(l *lane) signal {
			l.r[to] = nullCell
			return done
		})
	}
	val, got := lc.expr(x.Value)
	if !lc.ok {
		return nil
	}
	switch {
	case got == kind, kind == value.Long && got == value.Integer:
		if a := lc.increment(x, to, kind); a != nil {
			return lc.where(x.Where, a)
		}
		return lc.where(x.Where, func(l *lane) signal {
			l.r[to] = val(l)
			return done
		})
	case kind == value.Integer && got == value.Long:
		span, class := x.Span, x.Prop.Class
		return lc.where(x.Where, func(l *lane) signal {
			v := val(l)
			if v != nullCell && v != int64(int32(v)) {
				_, err := value.Assign(value.Int64(v), class)
				query.Throw(span, err)
			}
			l.r[to] = v
			return done
		})
	}
	lc.fail()
	return nil
}

// increment is p() <- p() + x for the register of p.
func (lc *laneCompiler) increment(x *bound.Assign, to int, kind laneKind) laneAct {
	a, ok := x.Value.(*bound.Arith)
	if !ok || a.Op != bound.Add {
		return nil
	}
	l, ok := a.L.(*bound.Call)
	if !ok || l.Prop != x.Prop {
		return nil
	}
	by, got := lc.expr(a.R)
	if !lc.ok || kind == value.Integer && got != value.Integer {
		return nil
	}
	span := a.Span
	wide := kind == value.Long
	return func(l *lane) signal {
		p, q := l.r[to], by(l)
		if p == nullCell || q == nullCell {
			l.r[to] = nullCell
			return done
		}
		s := p + q
		if wide && (p^s)&(q^s) < 0 || !wide && s != int64(int32(s)) {
			overflow(span, kind, value.Add, p, q)
		}
		l.r[to] = s
		return done
	}
}

// overflow throws the error that the general way gives.
func overflow(span diag.Span, kind laneKind, op func(a, b value.Value) (value.Value, error), p, q int64) {
	_, err := op(value.Of(kind, p), value.Of(kind, q))
	if err == nil {
		err = value.Errorf(value.CodeOverflow, "the result is out of range")
	}
	query.Throw(span, err)
}

func (lc *laneCompiler) where(where bound.Expr, a laneAct) laneAct {
	if where == nil {
		return a
	}
	cond := lc.cond(where)
	return func(l *lane) signal {
		if cond(l) {
			return a(l)
		}
		return done
	}
}

// loop compiles FOR over a range, and WHILE without parameters.
func (lc *laneCompiler) loop(x *bound.For) laneAct {
	if x.Object != nil && x.Object.Of != nil || x.Else != nil {
		lc.fail()
		return nil
	}
	if x.While && len(x.New) == 0 {
		cond, body := lc.cond(x.Cond), lc.act(x.Body)
		span := x.Span
		return func(l *lane) signal {
			for cond(l) {
				l.tick(span)
				if s := body(l); s == broke {
					break
				}
			}
			return done
		}
	}
	g := lc.c.rangeOf(x)
	if g == nil || x.While {
		lc.fail()
		return nil
	}
	from, fk := lc.expr(g.from)
	to, tk := lc.expr(g.to)
	if !lc.ok || fk == value.Boolean || tk == value.Boolean {
		lc.fail()
		return nil
	}
	kind := g.kind
	if kind == value.Null {
		kind = fk
	}
	if kind != value.Integer && kind != value.Long || kind == value.Integer && (fk != value.Integer || tk != value.Integer) {
		lc.fail()
		return nil
	}
	at := len(lc.regs)
	if _, twice := lc.slots[g.slot]; twice {
		lc.fail()
		return nil
	}
	lc.slots[g.slot] = at
	lc.regs = append(lc.regs, register{kind: kind, slot: g.slot, inside: true})
	body := lc.act(x.Body)
	desc, span := g.desc, x.Span
	return func(l *lane) signal {
		a, b := from(l), to(l)
		if a == nullCell || b == nullCell {
			return done
		}
		b = max(a, b)
		if desc {
			for i := b; ; i-- {
				l.tick(span)
				l.r[at] = i
				if s := body(l); s == broke || i == a {
					return done
				}
			}
		}
		for i := a; ; i++ {
			l.tick(span)
			l.r[at] = i
			if s := body(l); s == broke || i == b {
				return done
			}
		}
	}
}
