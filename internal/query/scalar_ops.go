package query

import (
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/sqlexpr"
	"github.com/golsf/golsf/runtime/value"
)

// choice compiles the operators that choose among their operands.
func (e *Evaluator) choice(x bound.Expr, m Mode) Scalar {
	switch x := x.(type) {
	case *bound.If:
		c, t, f := e.Cond(x.Cond, m), e.Scalar(x.Then, m), e.Scalar(x.Else, m)
		return func(fr *Frame) value.Value {
			if c(fr) {
				return t(fr)
			}
			return f(fr)
		}
	case *bound.Case:
		return e.caseOf(x, m)
	case *bound.Override:
		items := e.scalars(x.Items, m)
		return func(fr *Frame) value.Value {
			for _, s := range items {
				if v := s(fr); !v.IsNull() {
					return v
				}
			}
			return value.Value{}
		}
	case *bound.Extreme:
		items := e.scalars(x.Items, m)
		sign := -1
		if x.Max {
			sign = 1
		}
		return func(fr *Frame) value.Value {
			var best value.Value
			for _, s := range items {
				v := s(fr)
				if v.IsNull() {
					continue
				}
				if best.IsNull() || value.Compare(v, best)*sign > 0 {
					best = v
				}
			}
			return best
		}
	case *bound.Concat:
		return e.concat(x, m)
	}
	panic("query: not a choice")
}

func (e *Evaluator) caseOf(x *bound.Case, m Mode) Scalar {
	whens := make([]func(*Frame) bool, len(x.Arms))
	thens := make([]Scalar, len(x.Arms))
	for i, a := range x.Arms {
		whens[i], thens[i] = e.Cond(a.When, m), e.Scalar(a.Then, m)
	}
	otherwise := e.Scalar(x.Else, m)
	return func(fr *Frame) value.Value {
		for i, w := range whens {
			if w(fr) {
				return thens[i](fr)
			}
		}
		return otherwise(fr)
	}
}

// concat joins the items that are not NULL by the separator; NULL when all are.
func (e *Evaluator) concat(x *bound.Concat, m Mode) Scalar {
	sep, items := e.Scalar(x.Sep, m), e.scalars(x.Items, m)
	return func(fr *Frame) value.Value {
		var buf []byte
		any := false
		var between string
		for _, s := range items {
			v := s(fr)
			if v.IsNull() {
				continue
			}
			if any {
				buf = append(buf, between...)
			} else {
				between = value.TextOf(sep(fr))
			}
			any = true
			if v.Kind() == value.Text {
				buf = append(buf, v.Str()...)
			} else {
				buf = append(buf, value.TextOf(v)...)
			}
		}
		if !any {
			return value.Value{}
		}
		if len(buf) > value.MaxText {
			Throw(x.Span, value.Errorf(value.CodeOverflow, "a text of %d bytes is too long", len(buf)))
		}
		v := value.String(string(buf))
		fr.Env.made(v, x.Span)
		return v
	}
}

func (e *Evaluator) as(x *bound.As, m Mode) Scalar {
	class := x.Builtin
	if x.Of != nil {
		class = x.Of.Value()
	}
	s := e.Scalar(x.X, m)
	is := e.isClass(func(fr *Frame) value.Value { return fr.Slots[0] }, class, m)
	return func(fr *Frame) value.Value {
		v := s(fr)
		inner := fr.Env.enter(1)
		inner.Slots[0] = v
		ok := is(inner)
		fr.Env.leave()
		if !ok {
			return value.Value{}
		}
		return v
	}
}

func (e *Evaluator) cast(x *bound.Cast, m Mode) Scalar {
	s, class, span := e.Scalar(x.X, m), x.Class, x.Span
	return func(fr *Frame) value.Value {
		v := s(fr)
		if v.IsNull() {
			return v
		}
		c, err := value.Cast(v, class)
		if err != nil {
			Throw(span, err)
		}
		return c
	}
}

// convert brings a branch to the common class. Only numbers change: texts,
// files and objects are what they are.
func (e *Evaluator) convert(x *bound.Convert, m Mode) Scalar {
	s, class, span := e.Scalar(x.X, m), x.Class, x.Span
	if !class.IsNumber() {
		return s
	}
	want := class.Kind()
	return func(fr *Frame) value.Value {
		v := s(fr)
		k := v.Kind()
		if k == value.Null || k == want && want != value.Numeric {
			return v
		}
		if want == value.Numeric {
			if class.Prec == value.Unlimited || k == value.Numeric && v.Scale() >= int(class.Scale) {
				return v
			}
			return value.Rescale(v, int(class.Scale))
		}
		c, err := value.Assign(v, class)
		if err != nil {
			Throw(span, err)
		}
		return c
	}
}

func (e *Evaluator) structOf(x *bound.StructOf, m Mode) Scalar {
	parts := e.scalars(x.Parts, m)
	return func(fr *Frame) value.Value {
		vs := make([]value.Value, len(parts))
		for i, p := range parts {
			vs[i] = p(fr)
			if vs[i].IsNull() {
				return value.Value{}
			}
		}
		return value.StructOf(vs)
	}
}

func (e *Evaluator) part(x *bound.Part, m Mode) Scalar {
	s, i := e.Scalar(x.X, m), x.Index
	return func(fr *Frame) value.Value {
		parts := s(fr).Parts()
		if i < 0 || i >= len(parts) {
			return value.Value{}
		}
		return parts[i]
	}
}

// native calls a Go function of the standard library.
func (e *Evaluator) native(x *bound.Native, m Mode) Scalar {
	args, name, span, nullable := e.scalars(x.Args, m), x.Func, x.Span, x.Nullable
	var known Function
	if e.Functions != nil {
		known, _ = e.Functions(name, len(args))
	}
	return func(fr *Frame) value.Value {
		env := fr.Env
		inner := env.enter(len(args))
		for i, a := range args {
			v := a(fr)
			if v.IsNull() && !nullable {
				env.leave()
				return v
			}
			inner.Slots[i] = v
		}
		var v value.Value
		var err error
		if known != nil {
			v, err = known(env.Ctx, inner.Slots)
		} else {
			v, err = env.Call(name, inner.Slots)
		}
		env.leave()
		if err != nil {
			Throw(span, err)
		}
		return v
	}
}

func (e *Evaluator) entries(x *bound.Entries, m Mode) Scalar {
	return e.native(&bound.Native{Node: x.Node, Func: x.Func, Args: []bound.Expr{x.X, x.Key}}, m)
}

// formula evaluates an SQL scalar expression.
func (e *Evaluator) formula(x *bound.Formula, m Mode) Scalar {
	args, span := e.scalars(x.Args, m), x.Span
	class, nullable := x.Class, x.Nullable
	compiled, err := sqlexpr.Compile(x.Text)
	if err != nil {
		return func(*Frame) value.Value {
			Throw(span, err)
			return value.Value{}
		}
	}
	return func(fr *Frame) value.Value {
		env := fr.Env
		inner := env.enter(len(args))
		for i, a := range args {
			v := a(fr)
			if v.IsNull() && !nullable {
				env.leave()
				return v
			}
			inner.Slots[i] = v
		}
		v, err := compiled.Eval(env.Ctx, nil, inner.Slots)
		env.leave()
		if err != nil {
			Throw(span, err)
		}
		if v, err = sqlexpr.Result(v, class); err != nil {
			Throw(span, err)
		}
		return v
	}
}

func (e *Evaluator) jsonOf(x *bound.JSONOf) Scalar {
	return func(fr *Frame) value.Value {
		v, err := fr.Env.JSON(x, fr)
		if err != nil {
			Throw(x.Span, err)
		}
		return v
	}
}
