package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

func doNothing(*thread, *query.Frame) signal { return done }

func (c *compiler) block(x *bound.Block) act {
	items := make([]act, 0, len(x.Items))
	for _, i := range x.Items {
		items = append(items, c.act(i))
	}
	body := sequence(items)
	if len(x.Locals) == 0 {
		return body
	}
	locals := make([]*store.Property, len(x.Locals))
	for i, p := range x.Locals {
		locals[i] = c.inst.handle(p)
	}
	return func(t *thread, fr *query.Frame) signal {
		sess := t.sess
		defer func() {
			for _, p := range locals {
				sess.st.Clear(p)
			}
		}()
		return body(t, fr)
	}
}

func sequence(items []act) act {
	switch len(items) {
	case 0:
		return doNothing
	case 1:
		return items[0]
	case 2:
		a, b := items[0], items[1]
		return func(t *thread, fr *query.Frame) signal {
			if s := a(t, fr); s != done {
				return s
			}
			return b(t, fr)
		}
	}
	return func(t *thread, fr *query.Frame) signal {
		for _, a := range items {
			if s := a(t, fr); s != done {
				return s
			}
		}
		return done
	}
}

func (c *compiler) ifAct(x *bound.IfAct) act {
	cond, then, otherwise := c.cond(x.Cond), c.act(x.Then), c.act(x.Else)
	return func(t *thread, fr *query.Frame) signal {
		if cond(fr) {
			return then(t, fr)
		}
		return otherwise(t, fr)
	}
}

func (c *compiler) caseAct(x *bound.CaseAct) act {
	conds := make([]func(*query.Frame) bool, len(x.Arms))
	acts := make([]act, len(x.Arms))
	for i, a := range x.Arms {
		conds[i], acts[i] = c.cond(a.When), c.act(a.Do)
	}
	otherwise := c.act(x.Else)
	return func(t *thread, fr *query.Frame) signal {
		for i, cond := range conds {
			if cond(fr) {
				return acts[i](t, fr)
			}
		}
		return otherwise(t, fr)
	}
}

// forAct is FOR and WHILE. The set is fixed before the first round; rounds of
// WHILE ask for it again until it is empty.
func (c *compiler) forAct(x *bound.For) act {
	general := c.generalFor(x)
	fast := c.laneLoop(x)
	if fast == nil {
		return general
	}
	return func(t *thread, fr *query.Frame) signal {
		if s, ok := fast(t, fr); ok {
			return s
		}
		return general(t, fr)
	}
}

func (c *compiler) generalFor(x *bound.For) act {
	body, otherwise := c.act(x.Body), c.act(x.Else)
	if x.Object != nil && x.Object.Of != nil {
		body = c.withObject(x.Object, body)
	}
	span := x.Span
	if len(x.New) == 0 {
		return c.forCondition(x, body, otherwise)
	}
	if !x.While {
		if a := c.forRange(x, body, otherwise); a != nil {
			return a
		}
	}
	rows := c.rows(span, rowQuery{cond: x.Cond, new: x.New, order: orderKeys(x.Order, x.Desc), top: x.Top, offset: x.Offset})
	round := func(t *thread, fr *query.Frame) (n int, s signal) {
		set := rows.get(fr)
		n = set.Len()
		for i := 0; i < n; i++ {
			t.tick(span)
			set.Bind(i, fr)
			if s := body(t, fr); s == broke || s == returned {
				return n, s
			}
		}
		return n, done
	}
	if x.While {
		return func(t *thread, fr *query.Frame) signal {
			for {
				n, s := round(t, fr)
				switch {
				case s == returned:
					return s
				case n == 0 || s == broke:
					return done
				}
			}
		}
	}
	return func(t *thread, fr *query.Frame) signal {
		n, s := round(t, fr)
		switch {
		case s == returned:
			return s
		case n == 0:
			return otherwise(t, fr)
		}
		return done
	}
}

// forCondition is WHILE without parameters, and FOR NEW without a condition.
func (c *compiler) forCondition(x *bound.For, body, otherwise act) act {
	span := x.Span
	cond := func(*query.Frame) bool { return true }
	if x.Cond != nil {
		cond = c.cond(x.Cond)
	}
	if !x.While {
		return func(t *thread, fr *query.Frame) signal {
			if !cond(fr) {
				return otherwise(t, fr)
			}
			if s := body(t, fr); s == returned {
				return s
			}
			return done
		}
	}
	return func(t *thread, fr *query.Frame) signal {
		for cond(fr) {
			t.tick(span)
			switch body(t, fr) {
			case broke:
				return done
			case returned:
				return returned
			}
		}
		return done
	}
}

// rangeLoop is what FOR over iterate(i, from, to) alone counts through.
type rangeLoop struct {
	slot     int
	kind     value.Kind // Null: that of from
	from, to bound.Expr
	desc     bool
}

// rangeOf gives the range of a loop over iterate alone, nil for other loops.
func (c *compiler) rangeOf(x *bound.For) *rangeLoop {
	it := iterateOf(x.Cond)
	if it == nil || len(x.New) != 1 || x.Top != nil || x.Offset != nil || len(x.Order) > 1 {
		return nil
	}
	p, ok := it.X.(*bound.Param)
	if !ok || p.Slot != x.New[0] {
		return nil
	}
	if len(x.Order) == 1 {
		if o, ok := x.Order[0].(*bound.Param); !ok || o.Slot != p.Slot {
			return nil
		}
	}
	if usesSlot(it.From, p.Slot) || usesSlot(it.To, p.Slot) {
		return nil
	}
	return &rangeLoop{slot: p.Slot, kind: p.Class.Kind(), from: it.From, to: it.To, desc: x.Desc && len(x.Order) == 1}
}

// iterateOf sees through the property of the standard library.
func iterateOf(x bound.Expr) *bound.Iterate {
	switch x := x.(type) {
	case *bound.Iterate:
		return x
	case *bound.Call:
		it, ok := x.Prop.Body.(*bound.Iterate)
		if !ok || x.Prop.Kind != bound.Calculated {
			return nil
		}
		out := &bound.Iterate{Node: it.Node}
		for _, part := range []struct {
			to   *bound.Expr
			from bound.Expr
		}{{&out.X, it.X}, {&out.From, it.From}, {&out.To, it.To}} {
			p, ok := part.from.(*bound.Param)
			if !ok || p.Slot >= len(x.Args) {
				return nil
			}
			*part.to = x.Args[p.Slot]
		}
		return out
	}
	return nil
}

// forRange is FOR over iterate(i, from, to) alone: the numbers are counted
// without keeping them. nil when x is another loop.
func (c *compiler) forRange(x *bound.For, body, otherwise act) act {
	g := c.rangeOf(x)
	if g == nil {
		return nil
	}
	from, to := c.scalar(g.from), c.scalar(g.to)
	slot, span, desc, kind := g.slot, x.Span, g.desc, g.kind
	return func(t *thread, fr *query.Frame) signal {
		lo, hi := from(fr), to(fr)
		if lo.IsNull() || hi.IsNull() {
			return otherwise(t, fr)
		}
		k := kind
		if k == value.Null {
			k = lo.Kind()
		}
		a, okA := wholeNumber(lo)
		b, okB := wholeNumber(hi)
		if !okA || !okB {
			fail(span, value.CodeArgument, "iterate needs whole numbers or dates")
		}
		b = max(a, b)
		i, step := a, int64(1)
		if desc {
			i, step = b, -1
		}
		for n := b - a; n >= 0; n-- {
			t.tick(span)
			fr.Slots[slot] = value.Of(k, i)
			if s := body(t, fr); s == broke {
				break
			} else if s == returned {
				return s
			}
			i += step
		}
		return done
	}
}

func wholeNumber(v value.Value) (int64, bool) {
	switch v.Kind() {
	case value.Integer, value.Long, value.Date:
		return v.Num(), true
	}
	return 0, false
}

func (c *compiler) try(x *bound.Try) act {
	body := c.act(x.Body)
	if x.Catch == nil && x.Finally == nil {
		return c.trySilent(body)
	}
	catch, finally := act(nil), act(nil)
	if x.Catch != nil {
		catch = c.act(x.Catch)
	}
	if x.Finally != nil {
		finally = c.act(x.Finally)
	}
	span := x.Span
	return func(t *thread, fr *query.Frame) signal {
		s := done
		failed := t.guard(func() { s = body(t, fr) })
		if failed != nil && catch != nil && !failed.Stopped() {
			t.caught = failed
			failed = t.guard(func() { s = catch(t, fr) })
		}
		if finally != nil && (failed == nil || !failed.Stopped()) {
			if f := finally(t, fr); f != done {
				return f
			}
		}
		if failed != nil {
			raise(span, failed)
		}
		return s
	}
}

// trySilent is TRY alone: the error is forgotten.
func (c *compiler) trySilent(body act) act {
	return func(t *thread, fr *query.Frame) signal {
		s := done
		failed := t.guard(func() { s = body(t, fr) })
		if failed != nil {
			if failed.Stopped() {
				raise(failed.Span, failed)
			}
			return done
		}
		return s
	}
}

// result is what RETURN gave: one row, or with keys one for each value of the
// parameters that RETURN introduced.
type result struct {
	classes []value.Class
	keys    int
	set     bool
	rows    [][]value.Value // keys, then values
}

// first is the value of a result without keys.
func (r *result) first() value.Value {
	if r == nil || len(r.rows) == 0 || len(r.rows[0]) <= r.keys {
		return value.Value{}
	}
	return r.rows[0][r.keys]
}

func (c *compiler) returnAct(x *bound.Return) act {
	if len(x.Values) == 0 {
		return func(*thread, *query.Frame) signal { return returned }
	}
	values := c.scalars(x.Values)
	classes := make([]value.Class, len(x.Values))
	for i, v := range x.Values {
		classes[i] = v.ValueClass()
	}
	if len(x.New) == 0 {
		return func(t *thread, fr *query.Frame) signal {
			row := make([]value.Value, len(values))
			for i, v := range values {
				row[i] = v(fr)
			}
			t.result = &result{classes: classes, rows: [][]value.Value{row}}
			return returned
		}
	}
	where := x.Where
	if where == nil {
		where = anyOf(x.Values)
	}
	rows := c.rows(x.Span, rowQuery{cond: where, new: x.New})
	slots := x.New
	return func(t *thread, fr *query.Frame) signal {
		set := rows.get(fr)
		r := &result{classes: classes, keys: len(slots), set: true}
		for i := range set.Len() {
			set.Bind(i, fr)
			row := make([]value.Value, 0, len(slots)+len(values))
			for _, s := range slots {
				row = append(row, fr.Slots[s])
			}
			for _, v := range values {
				row = append(row, v(fr))
			}
			r.rows = append(r.rows, row)
		}
		t.result = r
		return returned
	}
}

// call is a call of an action, with the results written to its TO properties.
func (c *compiler) call(x *bound.CallAct) act {
	code := c.inst.code(x.Action)
	args := c.scalars(x.Args)
	targets := c.targets(x.To)
	size := max(len(x.Action.Frame.Slots), len(args))
	span, name := x.Span, actionName(x.Action)
	return func(t *thread, fr *query.Frame) signal {
		t.tick(span)
		t.push(name, span)
		inner := t.enter(size)
		for i, a := range args {
			inner.Slots[i] = a(fr)
		}
		before := t.result
		t.result = nil
		code.run(t, inner)
		got := t.result
		t.result = before
		t.leave()
		t.pop()
		if targets != nil {
			targets.write(t, fr, got)
		}
		return done
	}
}
