package query

import (
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// cond compiles x as a condition.
func (l *lanes) cond(x bound.Expr, sc *laneScope, m Mode) (laneCond, bool) {
	if c, ok := l.condOverCells(x, sc, m); ok {
		return c, true
	}
	return l.bridgeCond(x, sc, m)
}

func (l *lanes) condOverCells(x bound.Expr, sc *laneScope, m Mode) (laneCond, bool) {
	switch x := x.(type) {
	case *bound.And:
		return l.conds(x.Items, sc, m, true)
	case *bound.Or:
		return l.conds(x.Items, sc, m, false)
	case *bound.Not:
		c, ok := l.cond(x.X, sc, m)
		return func(f *laneFrame) bool { return !c(f) }, ok
	case *bound.Xor:
		a, ok1 := l.cond(x.L, sc, m)
		b, ok2 := l.cond(x.R, sc, m)
		return func(f *laneFrame) bool { return a(f) != b(f) }, ok1 && ok2
	case *bound.Compare:
		return l.compare(x, sc, m)
	case *bound.Is:
		return l.is(x, sc, m)
	}
	fn, _, ok := l.expr(x, sc, m)
	return func(f *laneFrame) bool { return fn(f) != null }, ok
}

func (l *lanes) conds(xs []bound.Expr, sc *laneScope, m Mode, all bool) (laneCond, bool) {
	items := make([]laneCond, len(xs))
	for i, x := range xs {
		var ok bool
		if items[i], ok = l.cond(x, sc, m); !ok {
			return nil, false
		}
	}
	return func(f *laneFrame) bool {
		for _, c := range items {
			if c(f) != all {
				return !all
			}
		}
		return all
	}, true
}

func (l *lanes) is(x *bound.Is, sc *laneScope, m Mode) (laneCond, bool) {
	a, t, ok := l.expr(x.X, sc, m)
	if !ok || x.Of == nil || t.kind != value.Object || l.leaf != nil {
		return nil, false
	}
	class, at := int32(x.Of.Number), m.At
	return func(f *laneFrame) bool {
		c := a(f)
		return c != null && f.s.Is(at, c, class)
	}, true
}

func (l *lanes) compare(x *bound.Compare, sc *laneScope, m Mode) (laneCond, bool) {
	if padded(x.L) || padded(x.R) {
		return nil, false
	}
	a, at, ok1 := l.expr(x.L, sc, m)
	b, bt, ok2 := l.expr(x.R, sc, m)
	equality := x.Op == bound.Eq || x.Op == bound.Ne
	if ok1 != ok2 && equality {
		// A text from outside is looked for among those of the store.
		switch {
		case ok1 && at.kind == value.Text:
			b, ok2 = l.key(x.R, sc, m, at.codec)
			bt = at
		case ok2 && bt.kind == value.Text:
			a, ok1 = l.key(x.L, sc, m, bt.codec)
			at = bt
		}
		if x.Op == bound.Ne {
			return nil, false // a text that is not found differs from all
		}
	}
	if !ok1 || !ok2 {
		return nil, false
	}
	switch {
	case at.number() && bt.number():
		scale := max(at.scale, bt.scale)
		a, b = rescaled(a, scale-at.scale), rescaled(b, scale-bt.scale)
	case at.kind != bt.kind || at.kind == value.Text && !equality:
		return nil, false
	}
	return compareLane(x.Op, a, b), true
}

func compareLane(op bound.CompareOp, a, b lane) laneCond {
	switch op {
	case bound.Eq:
		return func(f *laneFrame) bool { p := a(f); return p != null && p == b(f) }
	case bound.Lt:
		return func(f *laneFrame) bool { p, q := a(f), b(f); return p != null && p < q }
	case bound.Gt:
		return func(f *laneFrame) bool { p, q := a(f), b(f); return q != null && p > q }
	}
	return func(f *laneFrame) bool {
		p, q := a(f), b(f)
		return p != null && q != null && holds(op, cmpInt(p, q))
	}
}
