package resolve

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
)

// steps calls f with every action directly inside a.
func steps(a bound.Act, f func(bound.Act)) {
	some := func(list ...bound.Act) {
		for _, x := range list {
			if x != nil {
				f(x)
			}
		}
	}
	switch a := a.(type) {
	case *bound.Block:
		some(a.Items...)
	case *bound.IfAct:
		some(a.Then, a.Else)
	case *bound.CaseAct:
		for _, arm := range a.Arms {
			some(arm.Do)
		}
		some(a.Else)
	case *bound.For:
		some(a.Body, a.Else)
	case *bound.New:
		some(a.Body)
	case *bound.Apply:
		some(a.Body)
	case *bound.NewSession:
		some(a.Body)
	case *bound.NewThread:
		some(a.Body)
	case *bound.NewExecutor:
		some(a.Body)
	case *bound.NewConnection:
		some(a.Body)
	case *bound.Try:
		some(a.Body, a.Catch, a.Finally)
	case *bound.Ask:
		some(a.Yes, a.No)
	case *bound.Input:
		some(a.Do, a.Else)
	case *bound.ImportAct:
		some(a.Import.Do, a.Import.Else)
	case *bound.Show:
		some(a.Do, a.Else)
	}
}

// bodies are everything that may run when an action is called.
func bodies(a *bound.Action) []bound.Act {
	out := []bound.Act{a.Body}
	for _, list := range [][]*bound.Implementation{a.Before, a.Implementations, a.After} {
		for _, i := range list {
			out = append(out, i.Action)
		}
	}
	return out
}

// calls collects the actions that a calls, itself left out.
func calls(a bound.Act, found map[*bound.Action]bool) {
	if a == nil {
		return
	}
	if c, ok := a.(*bound.CallAct); ok {
		found[c.Action] = true
	}
	steps(a, func(x bound.Act) { calls(x, found) })
}

// locals finds the first LOCAL of an action that has a name.
func locals(a bound.Act) *bound.Property {
	if b, ok := a.(*bound.Block); ok {
		for _, p := range b.Locals {
			if p.Ident != "" {
				return p
			}
		}
	}
	var first *bound.Property
	if a != nil {
		steps(a, func(x bound.Act) {
			if first == nil {
				first = locals(x)
			}
		})
	}
	return first
}

// checkRecursiveLocals warns of a LOCAL in an action that can reach itself: it
// is one cell for all of its calls (product.md decision 34).
func (r *Resolver) checkRecursiveLocals(actions []*bound.Action) {
	calledBy := map[*bound.Action]map[*bound.Action]bool{}
	called := func(a *bound.Action) map[*bound.Action]bool {
		if found, ok := calledBy[a]; ok {
			return found
		}
		found := map[*bound.Action]bool{}
		for _, b := range bodies(a) {
			calls(b, found)
		}
		calledBy[a] = found
		return found
	}
	for _, a := range actions {
		if a.Module == nil || a.Module.System || len(called(a)) == 0 {
			continue
		}
		local := (*bound.Property)(nil)
		for _, b := range bodies(a) {
			if local == nil && b != nil {
				local = locals(b)
			}
		}
		if local == nil {
			continue
		}
		seen := map[*bound.Action]bool{}
		var reach func(x *bound.Action) bool
		reach = func(x *bound.Action) bool {
			for y := range called(x) {
				if y == a {
					return true
				}
				if !seen[y] {
					seen[y] = true
					if reach(y) {
						return true
					}
				}
			}
			return false
		}
		if reach(a) {
			r.warnf(local.Span, "W2903", "'%s' can call itself: local '%s' is one cell for all of its calls", a.Ident, local.Ident)
		}
	}
}

// checkUnreachable warns of statements behind one that ends the block.
func (c *context) checkUnreachable(b *bound.Block) {
	for i, a := range b.Items {
		switch a.(type) {
		case *bound.Return, *bound.Break, *bound.Continue:
			if i+1 < len(b.Items) {
				c.u.r.warnf(b.Items[i+1].Place(), "W2904", "this is never reached")
			}
			return
		}
	}
}

// checkZero warns of TOP 0, which does not mean "no rows" everywhere.
func (c *context) checkZero(top ast.Expr) {
	if l, ok := top.(*ast.Literal); ok && l.Kind == ast.IntegerLiteral && l.Int == 0 {
		c.u.r.warnf(l.Span(), "W2905", "TOP 0: in FOR and EXPORT it is no limit, in GROUP and JSON no rows")
	}
}

// hasPrev reports whether PREV is anywhere in x.
func hasPrev(x bound.Expr) bool {
	found := false
	walk(x, func(n bound.Expr) {
		if _, ok := n.(*bound.Prev); ok {
			found = true
		}
	})
	return found
}
