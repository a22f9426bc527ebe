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

func addScalar(x *bound.Arith, l, r Scalar) Scalar {
	span := x.Span
	return func(fr *Frame) value.Value {
		a := l(fr)
		if a.IsNull() {
			return a
		}
		b := r(fr)
		if b.IsNull() {
			return b
		}
		if a.Kind() == value.Integer && b.Kind() == value.Integer {
			if n := a.Num() + b.Num(); fits32(n) {
				return value.Of(value.Integer, n)
			}
		}
		v, err := value.Add(a, b)
		if err != nil {
			Throw(span, err)
		}
		return v
	}
}

func subScalar(x *bound.Arith, l, r Scalar) Scalar {
	span := x.Span
	return func(fr *Frame) value.Value {
		a := l(fr)
		if a.IsNull() {
			return a
		}
		b := r(fr)
		if b.IsNull() {
			return b
		}
		if a.Kind() == value.Integer && b.Kind() == value.Integer {
			if n := a.Num() - b.Num(); fits32(n) {
				return value.Of(value.Integer, n)
			}
		}
		v, err := value.Sub(a, b)
		if err != nil {
			Throw(span, err)
		}
		return v
	}
}

func mulScalar(x *bound.Arith, l, r Scalar) Scalar {
	span := x.Span
	return func(fr *Frame) value.Value {
		a := l(fr)
		if a.IsNull() {
			return a
		}
		b := r(fr)
		if b.IsNull() {
			return b
		}
		if a.Kind() == value.Integer && b.Kind() == value.Integer {
			if n := a.Num() * b.Num(); fits32(n) {
				return value.Of(value.Integer, n)
			}
		}
		v, err := value.Mul(a, b)
		if err != nil {
			Throw(span, err)
		}
		return v
	}
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
