package query

import (
	"math"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Vectors evaluate expressions for batches of up to 1024 rows of a set that is
// the keys of one property or the objects of one class, perhaps filtered. Each
// node works on whole columns of cells. Like lanes they give up by a panic
// with lanesGiveUp.

const batchRows = 1024

// vecFrame is one run over batches.
type vecFrame struct {
	n     int     // rows of the batch
	epoch int     // grows whenever the rows change
	keys  []int64 // the scanned key
	tmp   [][]int64
	masks [][]bool
	seen  []int // epoch in which a memo was filled
	views []store.View
	s     *store.Session
	env   *Env
}

// vec computes a column; it belongs to the node and is good until the rows
// change.
type vec func(f *vecFrame) []int64

// vecMask computes a condition for every row.
type vecMask func(f *vecFrame) []bool

// vecs compiles expressions to vectors.
type vecs struct {
	e     *Evaluator
	slot  int // the scanned key
	key   laneType
	vals  map[int]typedVec // slots with a column
	reads map[viewKey]typedVec
	views []viewKey
	tmps  int
	masks int
	memos int
	nodes int
}

type typedVec struct {
	fn vec
	t  laneType
}

type vecScope struct{ args []typedVec } // fn nil: not known

func (v *vecs) tmp() int { v.tmps++; return v.tmps - 1 }

func (v *vecs) mask() int { v.masks++; return v.masks - 1 }

func (v *vecs) view(p *store.Property, at store.State) int {
	for i, k := range v.views {
		if k == (viewKey{p, at}) {
			return i
		}
	}
	v.views = append(v.views, viewKey{p, at})
	return len(v.views) - 1
}

// memo computes a column once for the rows at hand.
func (v *vecs) memo(fn vec) vec {
	id := v.memos
	v.memos++
	at := v.tmp()
	return func(f *vecFrame) []int64 {
		if f.seen[id] != f.epoch {
			f.tmp[at] = append(f.tmp[at][:0], fn(f)...)
			f.seen[id] = f.epoch
		}
		return f.tmp[at][:f.n]
	}
}

var noVec = typedVec{}

// expr compiles x; ok is false when it cannot be done.
func (v *vecs) expr(x bound.Expr, sc *vecScope, m Mode) (typedVec, bool) {
	if v.nodes++; v.nodes > 500 {
		return noVec, false
	}
	if c, ok := v.overCells(x, sc, m); ok {
		return c, true
	}
	return v.bridgeExpr(x, sc, m)
}

func (v *vecs) overCells(x bound.Expr, sc *vecScope, m Mode) (typedVec, bool) {
	switch x := x.(type) {
	case *bound.Const:
		return v.constant(x.Value)
	case *bound.StaticRef:
		return v.constant(v.e.Static(x.Object))
	case *bound.Param:
		return v.param(x, sc)
	case *bound.Call:
		return v.call(x, sc, m)
	case *bound.Arith:
		return v.arith(x, sc, m)
	case *bound.Round:
		return v.round(x, sc, m)
	case *bound.If:
		return v.choice(x, sc, m)
	case *bound.Override:
		return v.override(x, sc, m)
	case *bound.Convert:
		return v.convert(x, sc, m)
	case *bound.Prev:
		return v.expr(x.X, sc, Mode{At: store.Prev, Since: m.Since})
	case *bound.And, *bound.Or, *bound.Not, *bound.Compare, *bound.Is:
		c, ok := v.cond(x, sc, m)
		if !ok {
			return noVec, false
		}
		return v.column(laneType{kind: value.Boolean}, func(f *vecFrame, out []int64) {
			for i, holds := range c(f) {
				if out[i] = null; holds {
					out[i] = 1
				}
			}
		}), true
	}
	return noVec, false
}

// column makes a vector with a column of its own.
func (v *vecs) column(t laneType, fill func(f *vecFrame, out []int64)) typedVec {
	at := v.tmp()
	return typedVec{func(f *vecFrame) []int64 {
		out := f.tmp[at][:f.n]
		fill(f, out)
		return out
	}, t}
}

func (v *vecs) constant(c value.Value) (typedVec, bool) {
	l := lanes{}
	fn, t, ok := l.constant(c)
	if !ok {
		return noVec, false
	}
	n := fn(nil)
	return v.column(t, func(_ *vecFrame, out []int64) {
		for i := range out {
			out[i] = n
		}
	}), true
}

func (v *vecs) param(x *bound.Param, sc *vecScope) (typedVec, bool) {
	if sc != nil {
		if x.Slot < len(sc.args) && sc.args[x.Slot].fn != nil {
			return sc.args[x.Slot], true
		}
		return noVec, false
	}
	if x.Slot == v.slot {
		return typedVec{func(f *vecFrame) []int64 { return f.keys[:f.n] }, v.key}, true
	}
	c, ok := v.vals[x.Slot]
	return c, ok
}

func (v *vecs) call(x *bound.Call, sc *vecScope, m Mode) (typedVec, bool) {
	p := x.Prop
	switch {
	case p.Kind == bound.Data || p.Kind == bound.Local:
		return v.read(x, sc, m)
	case p.Kind == bound.Abstract:
		return noVec, false
	}
	in := &vecScope{args: make([]typedVec, max(len(p.Frame.Slots), len(x.Args)))}
	for i, a := range x.Args {
		c, ok := v.expr(a, sc, m)
		if !ok {
			continue
		}
		if _, plain := a.(*bound.Param); !plain {
			c.fn = v.memo(c.fn)
		}
		in.args[i] = c
	}
	return v.expr(p.Body, in, m)
}

// read gathers the values of a stored property with one key.
func (v *vecs) read(x *bound.Call, sc *vecScope, m Mode) (typedVec, bool) {
	h := v.e.handle(x.Prop)
	t, ok := codecType(h.ValueCodec())
	if !ok || len(x.Args) != 1 {
		return noVec, false
	}
	kt, ok1 := codecType(h.KeyCodec(0))
	k, ok2 := v.expr(x.Args[0], sc, m)
	if !ok1 || !ok2 || !k.t.alike(kt) || kt.kind == value.Text {
		return noVec, false
	}
	own := false
	if p, isParam := x.Args[0].(*bound.Param); isParam && sc == nil && p.Slot == v.slot {
		own = true
		if c, known := v.reads[viewKey{h, m.At}]; known {
			return c, true
		}
	}
	at := v.view(h, m.At)
	numeric := t.kind == value.Numeric
	c := v.column(t, func(f *vecFrame, out []int64) {
		f.views[at].Gather(k.fn(f), out)
		if numeric {
			for _, c := range out {
				if c >= scaledLimit {
					panic(lanesGiveUp{})
				}
			}
		}
	})
	if own {
		c.fn = v.memo(c.fn)
		v.reads[viewKey{h, m.At}] = c
	}
	return c, true
}

func (v *vecs) arith(x *bound.Arith, sc *vecScope, m Mode) (typedVec, bool) {
	a, ok1 := v.expr(x.L, sc, m)
	b, ok2 := v.expr(x.R, sc, m)
	if !ok1 || !ok2 || !a.t.number() || !b.t.number() {
		return noVec, false
	}
	t := wholeResult(a.t, b.t)
	exact := a.t.kind == value.Numeric || b.t.kind == value.Numeric
	if x.Op == bound.Mul {
		if exact {
			t = laneType{kind: value.Numeric, scale: a.t.scale + b.t.scale}
		}
		if t.scale > value.MaxScale {
			return noVec, false
		}
		return v.product(a.fn, b.fn, t), true
	}
	if x.Op != bound.Add && x.Op != bound.Sub {
		return noVec, false
	}
	if exact {
		t = laneType{kind: value.Numeric, scale: max(a.t.scale, b.t.scale)}
		var ok bool
		if a, ok = v.rescaled(a, t.scale); !ok {
			return noVec, false
		}
		if b, ok = v.rescaled(b, t.scale); !ok {
			return noVec, false
		}
	}
	minus := x.Op == bound.Sub
	return v.column(t, func(f *vecFrame, out []int64) {
		p, q := a.fn(f), b.fn(f)
		for i := range out {
			switch {
			case p[i] == null || q[i] == null:
				out[i] = null
			case minus:
				out[i] = checked(p[i]-q[i], t)
			default:
				out[i] = checked(p[i]+q[i], t)
			}
		}
	}), true
}

func (v *vecs) product(a, b vec, t laneType) typedVec {
	integer := t.kind == value.Integer
	return v.column(t, func(f *vecFrame, out []int64) {
		p, q := a(f), b(f)
		_, _ = p[:len(out)], q[:len(out)]
		for i := range out {
			x, y := p[i], q[i]
			if x == int64(int32(x)) && y == int64(int32(y)) {
				n := x * y
				if integer && n != int64(int32(n)) {
					panic(lanesGiveUp{})
				}
				out[i] = n
				continue
			}
			if x == null || y == null {
				out[i] = null
			} else {
				out[i] = checked(mulCells(x, y), t)
			}
		}
	})
}

func (v *vecs) rescaled(a typedVec, scale int) (typedVec, bool) {
	digits := scale - a.t.scale
	if digits == 0 {
		a.t = laneType{kind: value.Numeric, scale: scale}
		return a, true
	}
	if digits < 0 || digits > 18 {
		return noVec, false
	}
	by := int64(math.Pow10(digits))
	return v.column(laneType{kind: value.Numeric, scale: scale}, func(f *vecFrame, out []int64) {
		for i, c := range a.fn(f) {
			if out[i] = c; c != null {
				out[i] = mulCells(c, by)
			}
		}
	}), true
}

func (v *vecs) round(x *bound.Round, sc *vecScope, m Mode) (typedVec, bool) {
	a, ok := v.expr(x.X, sc, m)
	digits, by, ok2 := roundLane(x, a.t)
	if !ok || !ok2 {
		return noVec, false
	}
	half := by / 2
	return v.column(laneType{kind: value.Numeric, scale: digits}, func(f *vecFrame, out []int64) {
		for i, c := range a.fn(f) {
			switch {
			case c == null:
				out[i] = c
			case c < 0:
				out[i] = (c - half) / by
			default:
				out[i] = (c + half) / by
			}
		}
	}), true
}

func (v *vecs) choice(x *bound.If, sc *vecScope, m Mode) (typedVec, bool) {
	c, ok := v.cond(x.Cond, sc, m)
	a, ok2 := v.expr(x.Then, sc, m)
	if !ok || !ok2 {
		return noVec, false
	}
	if x.Else == nil || isNull(x.Else) {
		return v.column(a.t, func(f *vecFrame, out []int64) {
			p := a.fn(f)
			for i, holds := range c(f) {
				if out[i] = null; holds {
					out[i] = p[i]
				}
			}
		}), true
	}
	b, ok := v.expr(x.Else, sc, m)
	if !ok || b.t.kind != a.t.kind || b.t.scale != a.t.scale {
		return noVec, false
	}
	return v.column(a.t, func(f *vecFrame, out []int64) {
		p, q := a.fn(f), b.fn(f)
		for i, holds := range c(f) {
			if out[i] = q[i]; holds {
				out[i] = p[i]
			}
		}
	}), true
}

func (v *vecs) override(x *bound.Override, sc *vecScope, m Mode) (typedVec, bool) {
	var items []typedVec
	for _, item := range x.Items {
		c, ok := v.expr(item, sc, m)
		if !ok || len(items) > 0 && (c.t.kind != items[0].t.kind || c.t.scale != items[0].t.scale) {
			return noVec, false
		}
		items = append(items, c)
	}
	return v.column(items[0].t, func(f *vecFrame, out []int64) {
		copy(out, items[0].fn(f))
		for _, item := range items[1:] {
			for i, c := range item.fn(f) {
				if out[i] == null {
					out[i] = c
				}
			}
		}
	}), true
}

func (v *vecs) convert(x *bound.Convert, sc *vecScope, m Mode) (typedVec, bool) {
	a, ok := v.expr(x.X, sc, m)
	class := x.Class
	switch {
	case !ok:
		return noVec, false
	case !class.IsNumber() || a.t.kind == class.Kind() && class.Kind() != value.Numeric:
		return a, true
	case class.Kind() == value.Long && a.t.kind == value.Integer:
		return typedVec{a.fn, laneType{kind: value.Long}}, true
	case class.Kind() == value.Numeric && a.t.number():
		if class.Prec == value.Unlimited || a.t.kind == value.Numeric && a.t.scale >= int(class.Scale) {
			return a, true
		}
		return v.rescaled(a, int(class.Scale))
	}
	return noVec, false
}

// newMask makes a condition with a mask of its own.
func (v *vecs) newMask(fill func(f *vecFrame, out []bool)) vecMask {
	at := v.mask()
	return func(f *vecFrame) []bool {
		out := f.masks[at][:f.n]
		fill(f, out)
		return out
	}
}

// cond compiles x as a condition.
func (v *vecs) cond(x bound.Expr, sc *vecScope, m Mode) (vecMask, bool) {
	if c, ok := v.condOverCells(x, sc, m); ok {
		return c, true
	}
	return v.bridgeCond(x, sc, m)
}

func (v *vecs) condOverCells(x bound.Expr, sc *vecScope, m Mode) (vecMask, bool) {
	switch x := x.(type) {
	case *bound.And:
		return v.conds(x.Items, sc, m, true)
	case *bound.Or:
		return v.conds(x.Items, sc, m, false)
	case *bound.Not:
		c, ok := v.cond(x.X, sc, m)
		return v.newMask(func(f *vecFrame, out []bool) {
			for i, holds := range c(f) {
				out[i] = !holds
			}
		}), ok
	case *bound.Compare:
		return v.compare(x, sc, m)
	case *bound.Is:
		a, ok := v.expr(x.X, sc, m)
		if !ok || x.Of == nil || a.t.kind != value.Object {
			return nil, false
		}
		class, at := int32(x.Of.Number), m.At
		return v.newMask(func(f *vecFrame, out []bool) {
			for i, c := range a.fn(f) {
				out[i] = c != null && f.s.Is(at, c, class)
			}
		}), true
	}
	a, ok := v.expr(x, sc, m)
	return v.newMask(func(f *vecFrame, out []bool) {
		for i, c := range a.fn(f) {
			out[i] = c != null
		}
	}), ok
}

func (v *vecs) conds(xs []bound.Expr, sc *vecScope, m Mode, all bool) (vecMask, bool) {
	items := make([]vecMask, len(xs))
	for i, x := range xs {
		var ok bool
		if items[i], ok = v.cond(x, sc, m); !ok {
			return nil, false
		}
	}
	if len(items) == 0 {
		return nil, false
	}
	return v.newMask(func(f *vecFrame, out []bool) {
		copy(out, items[0](f))
		for _, item := range items[1:] {
			for i, holds := range item(f) {
				if holds != all {
					out[i] = !all
				}
			}
		}
	}), true
}

func (v *vecs) compare(x *bound.Compare, sc *vecScope, m Mode) (vecMask, bool) {
	if padded(x.L) || padded(x.R) {
		return nil, false
	}
	a, ok1 := v.expr(x.L, sc, m)
	b, ok2 := v.expr(x.R, sc, m)
	if !ok1 || !ok2 {
		return nil, false
	}
	switch {
	case a.t.number() && b.t.number():
		scale := max(a.t.scale, b.t.scale)
		if a.t.kind == value.Numeric || b.t.kind == value.Numeric {
			if a, ok1 = v.rescaled(a, scale); !ok1 {
				return nil, false
			}
			if b, ok2 = v.rescaled(b, scale); !ok2 {
				return nil, false
			}
		}
	case a.t.kind != b.t.kind || a.t.kind == value.Text && x.Op != bound.Eq:
		return nil, false
	}
	op := x.Op
	return v.newMask(func(f *vecFrame, out []bool) {
		p, q := a.fn(f), b.fn(f)
		switch op {
		case bound.Eq:
			for i := range out {
				out[i] = p[i] == q[i] && p[i] != null
			}
		case bound.Lt:
			for i := range out {
				out[i] = p[i] < q[i] && p[i] != null
			}
		case bound.Gt:
			for i := range out {
				out[i] = p[i] > q[i] && q[i] != null
			}
		default:
			for i := range out {
				out[i] = p[i] != null && q[i] != null && holds(op, cmpInt(p[i], q[i]))
			}
		}
	}), true
}
