package query

import (
	"strings"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// Cond compiles x as a condition: whether its value is not NULL.
func (e *Evaluator) Cond(x bound.Expr, m Mode) func(fr *Frame) bool {
	switch x := x.(type) {
	case *bound.Const:
		holds := !x.Value.IsNull()
		return func(*Frame) bool { return holds }
	case *bound.Param:
		slot := x.Slot
		return func(fr *Frame) bool { return !fr.Slots[slot].IsNull() }
	case *bound.Compare:
		return e.compare(x, m)
	case *bound.And:
		return allOf(e.conds(x.Items, m))
	case *bound.Or:
		items := e.conds(x.Items, m)
		return func(fr *Frame) bool {
			for _, c := range items {
				if c(fr) {
					return true
				}
			}
			return false
		}
	case *bound.Xor:
		l, r := e.Cond(x.L, m), e.Cond(x.R, m)
		return func(fr *Frame) bool { return l(fr) != r(fr) }
	case *bound.Not:
		c := e.Cond(x.X, m)
		return func(fr *Frame) bool { return !c(fr) }
	case *bound.Is:
		class := x.Builtin
		if x.Of != nil {
			class = x.Of.Value()
		}
		return e.isClass(e.Scalar(x.X, m), class, m)
	case *bound.Iterate:
		return e.iterate(x, m)
	case *bound.If:
		if x.Else == nil {
			c, t := e.Cond(x.Cond, m), e.Cond(x.Then, m)
			return func(fr *Frame) bool { return c(fr) && t(fr) }
		}
		c, t, f := e.Cond(x.Cond, m), e.Cond(x.Then, m), e.Cond(x.Else, m)
		return func(fr *Frame) bool {
			if c(fr) {
				return t(fr)
			}
			return f(fr)
		}
	}
	s := e.Scalar(x, m)
	return func(fr *Frame) bool { return !s(fr).IsNull() }
}

func (e *Evaluator) conds(xs []bound.Expr, m Mode) []func(fr *Frame) bool {
	out := make([]func(fr *Frame) bool, len(xs))
	for i, x := range xs {
		out[i] = e.Cond(x, m)
	}
	return out
}

// compare compiles a comparison; one with NULL does not hold.
func (e *Evaluator) compare(x *bound.Compare, m Mode) func(fr *Frame) bool {
	op := x.Op
	if c, ok := x.R.(*bound.Const); ok && smallInteger(c.Value) {
		return compareConst(op, e.Scalar(x.L, m), c.Value)
	}
	l, r := e.Scalar(x.L, m), e.Scalar(x.R, m)
	if padded(x.L) || padded(x.R) {
		l, r = trimmed(l), trimmed(r)
	}
	return func(fr *Frame) bool {
		a := l(fr)
		if a.IsNull() {
			return false
		}
		b := r(fr)
		if b.IsNull() {
			return false
		}
		if a.Kind() == b.Kind() && a.Kind() != value.Numeric && a.Kind() != value.Double && plain(a.Kind()) {
			return holds(op, cmpInt(a.Num(), b.Num()))
		}
		if op == bound.Eq || op == bound.Ne {
			return value.Equal(a, b) == (op == bound.Eq)
		}
		return holds(op, value.Compare(a, b))
	}
}

// padded tells a class whose trailing spaces do not count.
func padded(x bound.Expr) bool { return x.ValueClass().BlankPadded() }

func trimmed(s Scalar) Scalar {
	return func(fr *Frame) value.Value {
		v := s(fr)
		if v.Kind() == value.Text {
			return value.String(strings.TrimRight(v.Str(), " "))
		}
		return v
	}
}

func smallInteger(v value.Value) bool {
	return v.Kind() == value.Integer || v.Kind() == value.Long
}

func compareConst(op bound.CompareOp, l Scalar, c value.Value) func(fr *Frame) bool {
	n := c.Num()
	return func(fr *Frame) bool {
		a := l(fr)
		switch a.Kind() {
		case value.Integer, value.Long:
			return holds(op, cmpInt(a.Num(), n))
		case value.Null:
			return false
		}
		return holds(op, value.Compare(a, c))
	}
}

// plain tells the kinds whose order is that of Num.
func plain(k value.Kind) bool {
	switch k {
	case value.Boolean, value.TBoolean, value.Integer, value.Long, value.Date, value.Time,
		value.DateTime, value.ZDateTime, value.Year, value.Color, value.Object:
		return true
	}
	return false
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func holds(op bound.CompareOp, c int) bool {
	switch op {
	case bound.Eq:
		return c == 0
	case bound.Ne:
		return c != 0
	case bound.Lt:
		return c < 0
	case bound.Gt:
		return c > 0
	case bound.Le:
		return c <= 0
	}
	return c >= 0
}

// iterate tests membership of a range: from..to, or from alone when to lies
// before it.
func (e *Evaluator) iterate(x *bound.Iterate, m Mode) func(fr *Frame) bool {
	v, from, to := e.Scalar(x.X, m), e.Scalar(x.From, m), e.Scalar(x.To, m)
	return func(fr *Frame) bool {
		a, lo, hi := v(fr), from(fr), to(fr)
		if a.IsNull() || lo.IsNull() || hi.IsNull() {
			return false
		}
		if a.Kind() == value.Numeric && !value.Equal(a, value.Rescale(a, 0)) {
			return false
		}
		return value.Equal(a, lo) || value.Compare(a, lo) > 0 && value.Compare(a, hi) <= 0
	}
}

// like compiles LIKE and MATCH.
func (e *Evaluator) like(x *bound.Like, m Mode) Scalar {
	s, p := e.Scalar(x.X, m), e.Scalar(x.Pattern, m)
	fold, match := x.IgnoreCase, x.Match
	return func(fr *Frame) value.Value {
		a := s(fr)
		if a.IsNull() {
			return a
		}
		b := p(fr)
		if b.IsNull() {
			return b
		}
		text, pattern := value.TextOf(a), value.TextOf(b)
		if match {
			return value.Bool(value.Match(text, pattern))
		}
		return value.Bool(value.Like(text, pattern, '\\', fold))
	}
}
