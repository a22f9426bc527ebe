package functions

import (
	"context"

	"github.com/golsf/golsf/runtime/sqlexpr"
	"github.com/golsf/golsf/runtime/value"
)

// chain computes step after step; an error or NULL ends it.
type chain struct {
	ctx context.Context
	env *Env
	err error
}

func (c *chain) sql(name string, args ...value.Value) value.Value {
	if c.err != nil {
		return value.Value{}
	}
	for _, a := range args {
		if a.IsNull() {
			return a
		}
	}
	var v value.Value
	v, c.err = sqlexpr.Call(c.ctx, c.env, name, args...)
	return v
}

func (c *chain) op(f func(a, b value.Value) (value.Value, error), a, b value.Value) value.Value {
	if c.err != nil {
		return value.Value{}
	}
	var v value.Value
	v, c.err = f(a, b)
	return v
}

// steps makes a call of a chain.
func steps(f func(c *chain, a []value.Value) value.Value) call {
	return func(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
		c := &chain{ctx: ctx, env: env}
		v := f(c, args)
		return v, c.err
	}
}

// toStep rounds a down or up to a multiple of b; NULL when b is zero.
func toStep(name string) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		q := c.op(sqlexpr.Quotient, a[0], c.sql("notzero", a[1]))
		return c.op(value.Mul, c.sql(name, q), a[1])
	})
}

// exact is a DOUBLE as the NUMERIC that its text means.
func exact(v value.Value) value.Value {
	if v.Kind() == value.Double {
		if d, err := value.Cast(v, value.Class{Name: value.NameNumeric, Prec: value.Unlimited}); err == nil {
			return d
		}
	}
	return v
}

// extreme is min and max of two numbers.
func extreme(sign int) call {
	return pure(func(a []value.Value) (value.Value, error) {
		if value.Compare(a[0], a[1])*sign > 0 {
			return a[0], nil
		}
		return a[1], nil
	})
}

// remainder is mod; small whole numbers take no detour.
func remainder(ctx context.Context, env *Env, args []value.Value) (value.Value, error) {
	if args[0].Kind() == value.Integer && args[1].Kind() == value.Integer && args[1].Num() != 0 {
		return value.Int(int32(args[0].Num() % args[1].Num())), nil
	}
	return sqlexpr.Call(ctx, env, "mod", args...)
}

func numberFunctions() []Func {
	return []Func{
		fn("Utils.floor", anyClass, "the greatest whole number not above", sql("floor"), anyClass),
		fn("Utils.ceil", anyClass, "the smallest whole number not below", sql("ceil"), anyClass),
		maybe(fn("Utils.floor", anyClass, "the greatest multiple of the second not above the first", toStep("floor"), anyClass, anyClass)),
		maybe(fn("Utils.ceil", anyClass, "the smallest multiple of the second not below the first", toStep("ceil"), anyClass, anyClass)),
		fn("Utils.min", anyClass, "the smaller of two numbers", extreme(-1), anyClass, anyClass),
		fn("Utils.max", anyClass, "the greater of two numbers", extreme(1), anyClass, anyClass),
		fn("Utils.trunc", anyClass, "cut to that many digits after the point", sql("trunc"), anyClass, anyClass),
		fn("Utils.sqrt", anyClass, "the square root", sql("sqrt"), anyClass),
		fn("Utils.power", double, "the first to the power of the second", sql("power"), anyClass, anyClass),
		fn("Utils.exp", anyClass, "e to that power", sql("exp"), anyClass),
		fn("Utils.ln", double, "the natural logarithm", sql("ln"), anyClass),
		fn("Utils.percent", anyClass, "that many hundredths of the first", steps(func(c *chain, a []value.Value) value.Value {
			return c.op(sqlexpr.Quotient, c.op(value.Mul, a[0], a[1]), value.Int(100))
		}), anyClass, anyClass),
		fn("Utils.share", anyClass, "how many hundredths of the second the first is", steps(func(c *chain, a []value.Value) value.Value {
			return c.op(sqlexpr.Quotient, c.op(value.Mul, a[0], value.Int(100)), a[1])
		}), anyClass, anyClass),
		fn("Utils.abs", anyClass, "the absolute value", sql("abs"), anyClass),
		fn("Utils.delta", anyClass, "the absolute value of the difference", steps(func(c *chain, a []value.Value) value.Value {
			return c.sql("abs", c.op(value.Sub, a[0], a[1]))
		}), anyClass, anyClass),
		fn("Utils.divideIntegerNeg", integer, "the quotient of whole numbers, a negative dividend one step further", steps(divideNegative), anyClass, anyClass),
		fn("Utils.divideIntegerRnd", integer, "the quotient rounded to a whole number", steps(func(c *chain, a []value.Value) value.Value {
			return c.sql("round", c.op(sqlexpr.Quotient, a[0], a[1]), value.Int(0))
		}), anyClass, anyClass),
		fn("Utils.mod", anyClass, "the remainder, with the sign of the dividend", remainder, anyClass, anyClass),
		fn("Utils.bitwiseAnd", integer, "the bits set in both", bits(func(a, b int64) int64 { return a & b }), anyClass, anyClass),
		fn("Utils.bitwiseOr", integer, "the bits set in either", bits(func(a, b int64) int64 { return a | b }), anyClass, anyClass),
		fn("Utils.bitwiseNot", integer, "the bits not set", bits(func(a, _ int64) int64 { return ^a }), anyClass),
		rounds(fn("Utils.round", anyClass, "rounded half away from zero to that many digits", steps(func(c *chain, a []value.Value) value.Value {
			n := c.whole(a[1])
			if c.err != nil || n.IsNull() {
				return value.Value{}
			}
			v, err := value.Round(exact(a[0]), int(max(min(n.Num(), 100), -200)))
			c.err = err
			return v
		}), anyClass, anyClass)),
	}
}

// whole is INTEGER(v).
func (c *chain) whole(v value.Value) value.Value {
	if c.err != nil {
		return value.Value{}
	}
	r, err := value.Cast(v, integer)
	c.err = err
	return r
}

func divideNegative(c *chain, a []value.Value) value.Value {
	x, y := c.whole(a[0]), c.whole(a[1])
	if c.err != nil || x.IsNull() || y.IsNull() {
		return value.Value{}
	}
	if y.Num() == 0 {
		c.err = badArgument("division by zero")
		return value.Value{}
	}
	if x.Num() < 0 {
		return value.Int64(-((-x.Num() - 1) / y.Num()))
	}
	return value.Int64(x.Num() / y.Num())
}

func bits(f func(a, b int64) int64) call {
	return steps(func(c *chain, a []value.Value) value.Value {
		x, y := c.whole(a[0]), value.Int(0)
		if len(a) == 2 {
			y = c.whole(a[1])
		}
		if c.err != nil || x.IsNull() || y.IsNull() {
			return value.Value{}
		}
		return value.Int(int32(f(x.Num(), y.Num())))
	})
}
