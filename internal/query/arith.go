package query

import (
	"math"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// arith compiles + - * / (+) (-). Two INTEGERs, the common case, do not leave
// the closure.
func (e *Evaluator) arith(x *bound.Arith, m Mode) Scalar {
	l, r, span := e.Scalar(x.L, m), e.Scalar(x.R, m), x.Span
	var op func(a, b value.Value) (value.Value, error)
	switch x.Op {
	case bound.Add:
		return addScalar(x, l, r)
	case bound.Sub:
		return subScalar(x, l, r)
	case bound.Mul:
		return mulScalar(x, l, r)
	case bound.Div:
		op = value.Div
	case bound.SumPlus:
		op = value.SumPlus
	case bound.SumMinus:
		op = value.SumMinus
	}
	nullable := x.Op == bound.SumPlus || x.Op == bound.SumMinus
	return func(fr *Frame) value.Value {
		a := l(fr)
		if a.IsNull() && !nullable {
			return a
		}
		b := r(fr)
		if b.IsNull() && !nullable {
			return b
		}
		v, err := op(a, b)
		if err != nil {
			Throw(span, err)
		}
		return v
	}
}

func fits32(n int64) bool { return n >= math.MinInt32 && n <= math.MaxInt32 }

// whole reports whether both are INTEGER or LONG, and the class of their sum.
func whole(a, b value.Kind) (k value.Kind, ok bool) {
	if a == value.Integer && b == value.Integer {
		return value.Integer, true
	}
	return value.Long, (a == value.Integer || a == value.Long) && (b == value.Integer || b == value.Long)
}

func addScalar(x *bound.Arith, l, r Scalar) Scalar {
	if p, ok := x.R.(*bound.Param); ok {
		slot := p.Slot
		return func(fr *Frame) value.Value { return add(fr.Env, x, l(fr), fr.Slots[slot]) }
	}
	return func(fr *Frame) value.Value { return add(fr.Env, x, l(fr), r(fr)) }
}

func add(env *Env, x *bound.Arith, a, b value.Value) value.Value {
	if k, ok := whole(a.Kind(), b.Kind()); ok {
		m, n := a.Num(), b.Num()
		if s := m + n; (m^s)&(n^s) >= 0 && (k == value.Long || fits32(s)) {
			return value.Of(k, s)
		}
	}
	if a.IsNull() || b.IsNull() {
		return value.Value{}
	}
	v, err := value.Add(a, b)
	if err != nil {
		Throw(x.Span, err)
	}
	env.made(v, x.Span)
	return v
}

func subScalar(x *bound.Arith, l, r Scalar) Scalar {
	return func(fr *Frame) value.Value {
		a, b := l(fr), r(fr)
		if k, ok := whole(a.Kind(), b.Kind()); ok {
			m, n := a.Num(), b.Num()
			if s := m - n; (m^n)&(m^s) >= 0 && (k == value.Long || fits32(s)) {
				return value.Of(k, s)
			}
		}
		if a.IsNull() || b.IsNull() {
			return value.Value{}
		}
		v, err := value.Sub(a, b)
		if err != nil {
			Throw(x.Span, err)
		}
		return v
	}
}

func mulScalar(x *bound.Arith, l, r Scalar) Scalar {
	if p, ok := x.L.(*bound.Param); ok {
		if q, ok := x.R.(*bound.Param); ok {
			i, j := p.Slot, q.Slot
			return func(fr *Frame) value.Value { return mul(x, fr.Slots[i], fr.Slots[j]) }
		}
	}
	return func(fr *Frame) value.Value { return mul(x, l(fr), r(fr)) }
}

func mul(x *bound.Arith, a, b value.Value) value.Value {
	if a.Kind() == value.Integer && b.Kind() == value.Integer {
		if n := a.Num() * b.Num(); fits32(n) {
			return value.Of(value.Integer, n)
		}
	}
	if a.IsNull() || b.IsNull() {
		return value.Value{}
	}
	v, err := value.Mul(a, b)
	if err != nil {
		Throw(x.Span, err)
	}
	return v
}

func (e *Evaluator) negate(x *bound.Negate, m Mode) Scalar {
	s, span := e.Scalar(x.X, m), x.Span
	return func(fr *Frame) value.Value {
		v := s(fr)
		if v.IsNull() {
			return v
		}
		n, err := value.Neg(v)
		if err != nil {
			Throw(span, err)
		}
		return n
	}
}

func (e *Evaluator) round(x *bound.Round, m Mode) Scalar {
	s, span := e.Scalar(x.X, m), x.Span
	digits := constant(value.Int(0))
	if x.Digits != nil {
		digits = e.Scalar(x.Digits, m)
	}
	return func(fr *Frame) value.Value {
		v, d := s(fr), digits(fr)
		if v.IsNull() || d.IsNull() {
			return value.Value{}
		}
		n, err := value.Round(v, int(d.Num()))
		if err != nil {
			Throw(span, err)
		}
		return n
	}
}
