package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
)

// reads is what expressions depend on: stored and local properties and the
// extents of classes.
type reads struct {
	list     []*bound.Property
	set      map[*bound.Property]bool
	classes  map[*bound.Class]bool
	seen     map[*bound.Property]bool
	volatile bool
}

func (r *reads) property(p *bound.Property) {
	if r.set[p] {
		return
	}
	if r.set == nil {
		r.set = map[*bound.Property]bool{}
	}
	r.set[p] = true
	r.list = append(r.list, p)
}

func (r *reads) class(c *bound.Class) {
	if r.classes == nil {
		r.classes = map[*bound.Class]bool{}
	}
	r.classes[c] = true
}

// writes is what an action may change.
type writes struct {
	set     map[*bound.Property]bool
	classes map[*bound.Class]bool // objects made or deleted
}

func (w *writes) property(p *bound.Property) {
	if w.set == nil {
		w.set = map[*bound.Property]bool{}
	}
	w.set[p] = true
}

func (w *writes) class(c *bound.Class) {
	if w.classes == nil {
		w.classes = map[*bound.Class]bool{}
	}
	w.classes[c] = true
}

// analysis walks expressions and actions, called ones included.
type analysis struct {
	inst   *Instance
	reads  *reads
	writes *writes
	calls  map[*bound.Action]bool
	events map[*bound.CalculatedEvent]bool
}

func (a *analysis) expr(x bound.Expr) {
	if a.reads == nil || x == nil {
		return
	}
	query.Walk(x, func(x bound.Expr) bool {
		switch x := x.(type) {
		case *bound.Call:
			a.property(x.Prop)
		case *bound.Is:
			if x.Of != nil {
				a.reads.class(x.Of)
			}
		case *bound.As:
			if x.Of != nil {
				a.reads.class(x.Of)
			}
		case *bound.Native:
			a.reads.volatile = a.reads.volatile || len(x.Args) == 0
		}
		return true
	})
}

func (a *analysis) property(p *bound.Property) {
	r := a.reads
	if r.seen[p] {
		return
	}
	if r.seen == nil {
		r.seen = map[*bound.Property]bool{}
	}
	r.seen[p] = true
	switch p.Kind {
	case bound.Data, bound.Local:
		r.property(p)
	case bound.Abstract:
		for _, im := range p.Implementations {
			a.expr(im.When)
			a.expr(im.Value)
		}
	default:
		a.expr(p.Body)
	}
}

func (a *analysis) exprs(xs ...bound.Expr) {
	for _, x := range xs {
		a.expr(x)
	}
}

// target notes a write to p: to all properties that the write may be routed to.
func (a *analysis) target(p *bound.Property) {
	if a.writes == nil || a.writes.set[p] {
		return
	}
	a.writes.property(p)
	switch p.Kind {
	case bound.Data, bound.Local:
		a.calculated(p)
	case bound.Abstract:
		for _, im := range p.Implementations {
			a.routed(im.Value)
		}
	default:
		a.routed(p.Body)
	}
}

// calculated notes what calculated events write after a write to p.
func (a *analysis) calculated(p *bound.Property) {
	for _, ev := range a.inst.calculatedBy()[p] {
		if a.events[ev] {
			continue
		}
		if a.events == nil {
			a.events = map[*bound.CalculatedEvent]bool{}
		}
		a.events[ev] = true
		a.target(ev.Target)
	}
}

// calculatedBy lists the calculated events by the properties whose changes set
// them off.
func (i *Instance) calculatedBy() map[*bound.Property][]*bound.CalculatedEvent {
	if m := i.calculatedIndex.Load(); m != nil {
		return *m
	}
	m := map[*bound.Property][]*bound.CalculatedEvent{}
	for _, ev := range i.prog.Calculated {
		var r reads
		inner := analysis{inst: i, reads: &r}
		inner.expr(ev.When)
		for _, p := range r.list {
			m[p] = append(m[p], ev)
		}
	}
	i.calculatedIndex.Store(&m)
	return m
}

func (a *analysis) routed(x bound.Expr) {
	if x == nil {
		return
	}
	query.Walk(x, func(x bound.Expr) bool {
		if c, ok := x.(*bound.Call); ok {
			a.target(c.Prop)
			return false
		}
		return true
	})
}

func (a *analysis) targets(list []bound.Target) {
	for _, t := range list {
		a.target(t.Prop)
		a.exprs(t.Args...)
	}
}

func (a *analysis) object(c *bound.Class) {
	if a.writes != nil && c != nil {
		a.writes.class(c)
	}
}

func (a *analysis) action(x *bound.Action) {
	if x == nil || a.calls[x] {
		return
	}
	if a.calls == nil {
		a.calls = map[*bound.Action]bool{}
	}
	a.calls[x] = true
	a.act(x.Body)
	for _, list := range [][]*bound.Implementation{x.Implementations, x.Before, x.After} {
		for _, im := range list {
			a.expr(im.When)
			a.act(im.Action)
		}
	}
}

func (a *analysis) act(x bound.Act) {
	switch x := x.(type) {
	case nil:
	case *bound.Block:
		for _, i := range x.Items {
			a.act(i)
		}
	case *bound.Assign:
		a.target(x.Prop)
		a.exprs(x.Value, x.Where)
		a.exprs(x.Args...)
	case *bound.CallAct:
		a.exprs(x.Args...)
		a.targets(x.To)
		a.action(x.Action)
	case *bound.IfAct:
		a.expr(x.Cond)
		a.act(x.Then)
		a.act(x.Else)
	case *bound.CaseAct:
		for _, arm := range x.Arms {
			a.expr(arm.When)
			a.act(arm.Do)
		}
		a.act(x.Else)
	case *bound.For:
		a.exprs(x.Cond, x.Top, x.Offset)
		a.exprs(x.Order...)
		if x.Object != nil {
			a.object(x.Object.Of)
		}
		a.act(x.Body)
		a.act(x.Else)
	case *bound.New:
		a.object(x.Object.Of)
		a.act(x.Body)
	case *bound.NewWhere:
		a.object(x.Of)
		a.expr(x.Where)
		if x.To != nil {
			a.targets([]bound.Target{*x.To})
		}
	case *bound.Delete:
		a.exprs(x.X, x.Where)
		a.deleted(x.X)
	case *bound.ChangeClass:
		a.exprs(x.X, x.Where)
		a.deleted(x.X)
		a.object(x.Of)
	case *bound.Try:
		a.act(x.Body)
		a.act(x.Catch)
		a.act(x.Finally)
	case *bound.Apply:
		a.act(x.Body)
	case *bound.NewSession:
		if x.Inner {
			a.act(x.Body)
		}
	default:
		a.outside(x)
	}
}

// deleted notes that an object goes away, and with it the values of the
// properties that take it or refer to it.
func (a *analysis) deleted(x bound.Expr) {
	if a.writes == nil {
		return
	}
	c := x.ValueClass()
	if !c.IsObject() {
		return
	}
	of := a.inst.class(int(c.User))
	if of == nil {
		return
	}
	a.object(of)
	for _, p := range a.inst.prog.Properties {
		if p.Kind != bound.Data {
			continue
		}
		for _, k := range append(p.Params[:len(p.Params):len(p.Params)], p.Class) {
			if !k.IsObject() || k.User == 0 {
				continue
			}
			if d := a.inst.class(int(k.User)); d != nil && (of.Inherits(d) || d.Inherits(of)) {
				a.writes.property(p)
			}
		}
	}
}

func (a *analysis) outside(x bound.Act) {
	switch x := x.(type) {
	case *bound.Message:
		a.exprs(x.X, x.Header)
	case *bound.Return:
		a.exprs(x.Values...)
		a.expr(x.Where)
	case *bound.Input:
		if x.To != nil {
			a.targets([]bound.Target{*x.To})
		}
		a.act(x.Do)
		a.act(x.Else)
	case *bound.Ask:
		if x.To != nil {
			a.targets([]bound.Target{*x.To})
		}
		a.act(x.Yes)
		a.act(x.No)
	case *bound.External:
		for _, p := range x.Params {
			a.expr(p.X)
		}
		a.targets(x.To)
	case *bound.InternalDB:
		for _, p := range x.Params {
			a.expr(p.X)
		}
		a.targets(x.To)
	case *bound.ExportAct:
		a.export(x.Export)
	case *bound.ImportAct:
		a.importing(x.Import)
	case *bound.Read:
		a.targets([]bound.Target{x.To})
	case *bound.NewThread:
		a.act(x.Body)
	case *bound.NewExecutor:
		a.act(x.Body)
	case *bound.NewConnection:
		a.act(x.Body)
	}
}

func (a *analysis) export(x *bound.Export) {
	for _, c := range x.Columns {
		a.expr(c.X)
	}
	a.expr(x.Where)
	if x.To != nil {
		a.targets([]bound.Target{*x.To})
	}
	for _, g := range x.ToGroups {
		a.targets([]bound.Target{g.To})
	}
	if x.Form == nil {
		return
	}
	for _, p := range x.Form.Properties {
		a.expr(p.X)
	}
}

func (a *analysis) importing(x *bound.Import) {
	for _, c := range x.Columns {
		if c.Prop != nil {
			a.target(c.Prop)
		}
	}
	if x.Form != nil {
		for _, p := range x.Form.Properties {
			if p.Prop != nil {
				a.target(p.Prop)
			}
		}
	}
	a.object(x.KeyClass)
	a.act(x.Do)
	a.act(x.Else)
}
