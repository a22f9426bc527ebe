package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
)

// SystemReads lists the stored and local properties of module System that an
// action and those it calls read. ok is false when they may run code that is
// not known beforehand or not looked through: EVAL, actions in Go, events,
// calls of other systems, forms, sessions, threads.
func (i *Instance) SystemReads(a *bound.Action) (names map[string]bool, ok bool) {
	i.growMu.RLock()
	defer i.growMu.RUnlock()
	var r reads
	p := plainActs{analysis: analysis{inst: i, reads: &r}, called: map[*bound.Action]bool{}}
	p.quiet = len(i.prog.Events) == 0 && len(i.prog.Calculated) == 0
	if !p.action(a) {
		return nil, false
	}
	names = map[string]bool{}
	for _, p := range r.list {
		if p.Namespace == "System" {
			names[p.Ident] = true
		}
	}
	return names, true
}

// plainActs looks through actions that do nothing but read, write locals and
// call each other.
type plainActs struct {
	analysis
	called map[*bound.Action]bool
	quiet  bool // nothing reacts to writes
}

func (p *plainActs) action(a *bound.Action) bool {
	if p.called[a] {
		return true
	}
	p.called[a] = true
	if a.Abstract || a.Native != "" || len(a.Before) > 0 || len(a.After) > 0 || len(a.Implementations) > 0 {
		return false
	}
	return p.act(a.Body)
}

func (p *plainActs) act(x bound.Act) bool {
	switch x := x.(type) {
	case nil, *bound.Break, *bound.Continue:
		return true
	case *bound.Block:
		for _, item := range x.Items {
			if !p.act(item) {
				return false
			}
		}
		return true
	case *bound.IfAct:
		return p.exprs(x.Cond) && p.act(x.Then) && p.act(x.Else)
	case *bound.For:
		return x.Object == nil && p.exprs(x.Cond, x.Top, x.Offset) && p.exprs(x.Order...) && p.act(x.Body) && p.act(x.Else)
	case *bound.Return:
		return p.exprs(x.Values...) && p.exprs(x.Where)
	case *bound.Message:
		return p.exprs(x.X, x.Header)
	case *bound.Assign:
		return p.quiet && p.exprs(x.Value, x.Where) && p.exprs(x.Args...)
	case *bound.CallAct:
		return len(x.To) == 0 && p.exprs(x.Args...) && p.action(x.Action)
	case *bound.ExportAct:
		return p.quiet && x.Export.Form == nil && p.exprs(&bound.JSONOf{Export: x.Export})
	}
	return false
}

// exprs notes what expressions read; false when one of them has a form.
func (p *plainActs) exprs(xs ...bound.Expr) bool {
	plain := true
	for _, x := range xs {
		if x == nil {
			continue
		}
		query.Walk(x, func(x bound.Expr) bool {
			if j, ok := x.(*bound.JSONOf); ok && (j.Export == nil || j.Export.Form != nil) {
				plain = false
			}
			return plain
		})
		p.expr(x)
	}
	return plain
}
