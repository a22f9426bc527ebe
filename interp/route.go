package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// route passes a write to a calculated property on to the properties that it
// is made of. fr is a frame of the property's body. A nil route writes nothing.
type route func(t *thread, fr *query.Frame, v value.Value, p *pending)

// route finds where a write to p goes; nil when it cannot be written.
// Source: Property_change_CHANGE, product.md decision 29.
func (i *Instance) route(p *bound.Property, span diag.Span) route {
	return (&router{inst: i, span: span}).property(p)
}

type router struct {
	inst  *Instance
	span  diag.Span
	depth int
}

// maxRoute bounds how far a write is followed through calculated properties.
const maxRoute = 100

func (r *router) property(p *bound.Property) route {
	if r.depth > maxRoute {
		return nil
	}
	r.depth++
	defer func() { r.depth-- }()
	switch p.Kind {
	case bound.Data, bound.Local:
		return r.stored(p)
	case bound.Abstract:
		return r.abstract(p)
	}
	return r.expr(p.Body)
}

// stored writes to p with the first slots of the frame as keys.
func (r *router) stored(p *bound.Property) route {
	c := &compiler{inst: r.inst, mode: query.NowMode}
	w := c.cell(p, r.span)
	n := len(p.Params)
	return func(t *thread, fr *query.Frame, v value.Value, out *pending) {
		inner := t.enter(n)
		copy(inner.Slots, fr.Slots[:n])
		if w.keysOf(inner.Slots) {
			out.add(w, inner.Slots, v)
		}
		t.leave()
	}
}

func (r *router) expr(x bound.Expr) route {
	switch x := x.(type) {
	case *bound.Call:
		return r.call(x)
	case *bound.Override:
		return r.first(x.Items)
	case *bound.Or:
		return r.first(x.Items)
	case *bound.And:
		return r.all(x.Items)
	case *bound.If:
		return r.ifExpr(x)
	case *bound.Case:
		return r.caseExpr(x)
	case *bound.Convert:
		return r.expr(x.X)
	case *bound.As:
		return r.expr(x.X)
	case *bound.Cast:
		return r.expr(x.X)
	}
	return nil
}

func (r *router) first(items []bound.Expr) route {
	for _, x := range items {
		if to := r.expr(x); to != nil {
			return to
		}
	}
	return nil
}

func (r *router) all(items []bound.Expr) route {
	var all []route
	for _, x := range items {
		if to := r.expr(x); to != nil {
			all = append(all, to)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return func(t *thread, fr *query.Frame, v value.Value, out *pending) {
		for _, to := range all {
			to(t, fr, v, out)
		}
	}
}

func (r *router) ifExpr(x *bound.If) route {
	then := r.expr(x.Then)
	if x.Else == nil {
		return then
	}
	otherwise := r.expr(x.Else)
	if then == nil && otherwise == nil {
		return nil
	}
	cond := r.inst.eval.Cond(x.Cond, query.NowMode)
	return func(t *thread, fr *query.Frame, v value.Value, out *pending) {
		to := otherwise
		if cond(fr) {
			to = then
		}
		if to != nil {
			to(t, fr, v, out)
		}
	}
}

func (r *router) caseExpr(x *bound.Case) route {
	conds := make([]func(*query.Frame) bool, len(x.Arms))
	routes := make([]route, len(x.Arms)+1)
	some := false
	for i, a := range x.Arms {
		conds[i] = r.inst.eval.Cond(a.When, query.NowMode)
		routes[i] = r.expr(a.Then)
		some = some || routes[i] != nil
	}
	if x.Else != nil {
		routes[len(x.Arms)] = r.expr(x.Else)
		some = some || routes[len(x.Arms)] != nil
	}
	if !some {
		return nil
	}
	return func(t *thread, fr *query.Frame, v value.Value, out *pending) {
		to := routes[len(conds)]
		for i, cond := range conds {
			if cond(fr) {
				to = routes[i]
				break
			}
		}
		if to != nil {
			to(t, fr, v, out)
		}
	}
}

// call passes the write on when the arguments are plain parameters; a declared
// composition takes nothing.
func (r *router) call(x *bound.Call) route {
	slots := make([]int, len(x.Args))
	for i, a := range x.Args {
		p, ok := a.(*bound.Param)
		if !ok {
			return nil
		}
		slots[i] = p.Slot
	}
	to := r.property(x.Prop)
	if to == nil {
		return nil
	}
	size := max(len(x.Prop.Frame.Slots), len(slots))
	return func(t *thread, fr *query.Frame, v value.Value, out *pending) {
		inner := t.enter(size)
		for i, s := range slots {
			inner.Slots[i] = fr.Slots[s]
		}
		to(t, inner, v, out)
		t.leave()
	}
}

// abstract passes the write to the implementation for the arguments.
func (r *router) abstract(p *bound.Property) route {
	type arm struct {
		fits func(*query.Frame) bool
		to   route
		size int
	}
	var arms []arm
	for _, im := range p.Implementations {
		arms = append(arms, arm{
			fits: r.inst.eval.Fits(p.Params, im, query.NowMode),
			to:   r.expr(im.Value),
			size: max(len(im.Frame.Slots), len(p.Params)),
		})
	}
	n := len(p.Params)
	byValue := p.Select == bound.SelectValue
	return func(t *thread, fr *query.Frame, v value.Value, out *pending) {
		for _, a := range arms {
			inner := t.enter(a.size)
			copy(inner.Slots, fr.Slots[:n])
			fits := a.fits(inner) && !(byValue && a.to == nil)
			if fits && a.to != nil {
				a.to(t, inner, v, out)
			}
			t.leave()
			if fits {
				return
			}
		}
	}
}
