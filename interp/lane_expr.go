package interp

import (
	"math/bits"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// expr compiles an expression whose value is INTEGER, LONG or BOOLEAN.
func (lc *laneCompiler) expr(x bound.Expr) (laneExpr, laneKind) {
	if !lc.ok {
		return nil, value.Null
	}
	switch x := x.(type) {
	case *bound.Const:
		switch k := x.Value.Kind(); k {
		case value.Integer, value.Long, value.Boolean:
			n := x.Value.Num()
			return func(*lane) int64 { return n }, k
		}
	case *bound.Param:
		i, k := lc.slot(x)
		return func(l *lane) int64 { return l.r[i] }, k
	case *bound.Call:
		if len(x.Args) == 0 {
			if x.Prop.Kind != bound.Calculated {
				i, k := lc.prop(x.Prop, false)
				return func(l *lane) int64 { return l.r[i] }, k
			}
		}
		return lc.inline(x)
	case *bound.Native:
		return lc.native(x)
	case *bound.Arith:
		return lc.arith(x)
	case *bound.Negate:
		v, k := lc.expr(x.X)
		if lc.ok && k != value.Boolean {
			span := x.Span
			return func(l *lane) int64 {
				n := v(l)
				if n == nullCell {
					return n
				}
				if k == value.Integer && n == -1<<31 {
					overflow(span, k, value.Sub, 0, n)
				}
				return -n
			}, k
		}
	case *bound.If:
		if x.Else == nil {
			cond := lc.cond(x.Cond)
			v, k := lc.expr(x.Then)
			return func(l *lane) int64 {
				if cond(l) {
					return v(l)
				}
				return nullCell
			}, k
		}
	case *bound.Compare, *bound.And, *bound.Or, *bound.Not:
		cond := lc.cond(x)
		return func(l *lane) int64 {
			if cond(l) {
				return 1
			}
			return nullCell
		}, value.Boolean
	}
	lc.fail()
	return nil, value.Null
}

// inline compiles the body of a calculated property in place of its call, with
// registers of its own for the parameters.
func (lc *laneCompiler) inline(x *bound.Call) (laneExpr, laneKind) {
	p := x.Prop
	if p.Kind != bound.Calculated || p.Body == nil || len(p.Frame.Slots) != len(x.Args) || lc.depth > maxInline {
		lc.fail()
		return nil, value.Null
	}
	args := make([]laneExpr, len(x.Args))
	kinds := make([]laneKind, len(x.Args))
	for i, a := range x.Args {
		if args[i], kinds[i] = lc.expr(a); !lc.ok {
			return nil, value.Null
		}
	}
	inner := map[int]int{}
	regs := make([]int, len(args))
	for i, k := range kinds {
		regs[i] = len(lc.regs)
		inner[i] = regs[i]
		lc.regs = append(lc.regs, register{kind: k, inside: true})
	}
	outer := lc.slots
	lc.slots = inner
	lc.depth++
	body, k := lc.expr(p.Body)
	lc.depth--
	lc.slots = outer
	if !lc.ok {
		return nil, value.Null
	}
	return func(l *lane) int64 {
		for i, a := range args {
			l.r[regs[i]] = a(l)
		}
		return body(l)
	}, k
}

// maxInline bounds calls inside calls.
const maxInline = 8

// native compiles the functions of the standard library that occur in loops.
func (lc *laneCompiler) native(x *bound.Native) (laneExpr, laneKind) {
	if x.Func != "Utils.mod" || len(x.Args) != 2 {
		lc.fail()
		return nil, value.Null
	}
	a, ak := lc.expr(x.Args[0])
	b, bk := lc.expr(x.Args[1])
	if !lc.ok || ak == value.Boolean || bk == value.Boolean {
		lc.fail()
		return nil, value.Null
	}
	k, span := wider(ak, bk), x.Span
	return func(l *lane) int64 {
		p, q := a(l), b(l)
		if p == nullCell || q == nullCell {
			return nullCell
		}
		if q == 0 {
			v, err := l.t.native(x.Func, []value.Value{value.Of(ak, p), value.Of(bk, q)})
			if err != nil {
				query.Throw(span, err)
			}
			if v.IsNull() {
				return nullCell
			}
			return v.Num()
		}
		return p % q
	}, k
}

func wider(a, b laneKind) laneKind {
	if a == value.Long || b == value.Long {
		return value.Long
	}
	return value.Integer
}

func (lc *laneCompiler) arith(x *bound.Arith) (laneExpr, laneKind) {
	a, ak := lc.expr(x.L)
	b, bk := lc.expr(x.R)
	if !lc.ok || ak == value.Boolean || bk == value.Boolean {
		lc.fail()
		return nil, value.Null
	}
	k, span := wider(ak, bk), x.Span
	switch x.Op {
	case bound.Add:
		return laneAdd(a, b, k, span), k
	case bound.Sub:
		return laneSub(a, b, k, span), k
	case bound.Mul:
		return laneMul(a, b, k, span), k
	}
	lc.fail()
	return nil, value.Null
}

func laneAdd(a, b laneExpr, k laneKind, span diag.Span) laneExpr {
	wide := k == value.Long
	return func(l *lane) int64 {
		p, q := a(l), b(l)
		if p == nullCell || q == nullCell {
			return nullCell
		}
		s := p + q
		if wide && (p^s)&(q^s) < 0 || !wide && s != int64(int32(s)) {
			overflow(span, k, value.Add, p, q)
		}
		return s
	}
}

func laneSub(a, b laneExpr, k laneKind, span diag.Span) laneExpr {
	wide := k == value.Long
	return func(l *lane) int64 {
		p, q := a(l), b(l)
		if p == nullCell || q == nullCell {
			return nullCell
		}
		s := p - q
		if wide && (p^q)&(p^s) < 0 || !wide && s != int64(int32(s)) {
			overflow(span, k, value.Sub, p, q)
		}
		return s
	}
}

func laneMul(a, b laneExpr, k laneKind, span diag.Span) laneExpr {
	wide := k == value.Long
	return func(l *lane) int64 {
		p, q := a(l), b(l)
		if p == nullCell || q == nullCell {
			return nullCell
		}
		s := p * q
		if !wide && s != int64(int32(s)) || wide && mulOverflows(p, q) {
			overflow(span, k, value.Mul, p, q)
		}
		return s
	}
}

func mulOverflows(p, q int64) bool {
	if int64(int32(p)) == p && int64(int32(q)) == q {
		return false
	}
	hi, lo := bits.Mul64(uint64(magnitude(p)), uint64(magnitude(q)))
	return hi != 0 || lo > 1<<63-1
}

func magnitude(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// cond compiles a condition: a value that is not NULL.
func (lc *laneCompiler) cond(x bound.Expr) laneCond {
	if !lc.ok {
		return nil
	}
	switch x := x.(type) {
	case *bound.Compare:
		return lc.compare(x)
	case *bound.And:
		return lc.both(x.Items, true)
	case *bound.Or:
		return lc.both(x.Items, false)
	case *bound.Not:
		c := lc.cond(x.X)
		return func(l *lane) bool { return !c(l) }
	}
	v, _ := lc.expr(x)
	return func(l *lane) bool { return v(l) != nullCell }
}

func (lc *laneCompiler) both(items []bound.Expr, all bool) laneCond {
	conds := make([]laneCond, len(items))
	for i, x := range items {
		conds[i] = lc.cond(x)
	}
	return func(l *lane) bool {
		for _, c := range conds {
			if c(l) != all {
				return !all
			}
		}
		return all
	}
}

func (lc *laneCompiler) compare(x *bound.Compare) laneCond {
	a, ak := lc.expr(x.L)
	b, bk := lc.expr(x.R)
	if !lc.ok || (ak == value.Boolean) != (bk == value.Boolean) {
		lc.fail()
		return nil
	}
	switch x.Op {
	case bound.Eq:
		return func(l *lane) bool { p := a(l); return p != nullCell && p == b(l) }
	case bound.Ne:
		return func(l *lane) bool { p, q := a(l), b(l); return p != nullCell && q != nullCell && p != q }
	case bound.Lt:
		return func(l *lane) bool { p, q := a(l), b(l); return p != nullCell && p < q }
	case bound.Gt:
		return func(l *lane) bool { p, q := a(l), b(l); return q != nullCell && p > q }
	case bound.Le:
		return func(l *lane) bool { p, q := a(l), b(l); return p != nullCell && p <= q }
	case bound.Ge:
		return func(l *lane) bool { p, q := a(l), b(l); return q != nullCell && p >= q }
	}
	lc.fail()
	return nil
}
