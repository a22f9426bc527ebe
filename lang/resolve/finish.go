package resolve

import (
	"slices"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// finish checks what can be said only of the whole.
func (r *Resolver) finish(order []*unit) {
	isNew := map[*bound.Module]bool{}
	for _, u := range order {
		isNew[u.mod] = true
	}
	r.checkCanonical(isNew)
	if r.errors() == 0 {
		r.checkRecursiveLocals(r.prog.Actions)
	}
	cycles := map[*bound.Property]uint8{}
	for _, m := range r.abstracts {
		if m.prop != nil && isNew[m.mod] {
			r.checkCycle(m.prop, cycles)
		}
		r.checkExclusive(m)
		if isNew[m.mod] {
			r.checkFull(m)
		}
	}
}

// checkCanonical reports declarations of one namespace and signature in modules
// that do not see each other.
func (r *Resolver) checkCanonical(isNew map[*bound.Module]bool) {
	var names []string
	for name, list := range r.members {
		if len(list) > 1 && !list[len(list)-1].mod.System {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		list := r.members[name]
		for i, m := range list {
			for _, o := range list[:i] {
				if m.mod != o.mod && m.mod.Namespace == o.mod.Namespace && isNew[m.mod] && isNew[o.mod] && m.isAction() == o.isAction() &&
					!m.broken && !o.broken && sameSignature(m.signature, o.signature) {
					r.errorf(m.span, "E2208", "'%s' is declared in module %s of the same namespace too", name, o.mod.Name)
				}
			}
		}
	}
	names = names[:0]
	for name, list := range r.classes {
		if len(list) > 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		list := r.classes[name]
		for i, m := range list {
			for _, o := range list[:i] {
				if m.mod != o.mod && m.mod.Namespace == o.mod.Namespace && isNew[m.mod] && isNew[o.mod] {
					r.errorf(m.span, "E2208", "class '%s' is declared in module %s of the same namespace too", name, o.mod.Name)
				}
			}
		}
	}
}

// Colours of the search for circles.
const (
	onPath uint8 = iota + 1
	checked
)

// checkCycle reports a property that is computed from itself.
func (r *Resolver) checkCycle(p *bound.Property, seen map[*bound.Property]uint8) bool {
	switch seen[p] {
	case checked:
		return false
	case onPath:
		r.errorf(p.Span, "E2614", "'%s' is computed from itself", p.Ident)
		return true
	}
	seen[p] = onPath
	defer func() { seen[p] = checked }()
	xs := []bound.Expr{p.Body}
	for _, impl := range p.Implementations {
		xs = append(xs, impl.When, impl.Value)
	}
	for _, x := range xs {
		if r.cycleIn(x, seen) {
			return true
		}
	}
	return false
}

func (r *Resolver) cycleIn(x bound.Expr, seen map[*bound.Property]uint8) bool {
	switch x := x.(type) {
	case nil, *bound.Prev:
		return false
	case *bound.Call:
		if (x.Prop.Kind == bound.Calculated || x.Prop.Kind == bound.Abstract) && r.checkCycle(x.Prop, seen) {
			return true
		}
	}
	found := false
	parts(x, func(p *bound.Expr) { found = found || r.cycleIn(*p, seen) })
	return found
}

// implementations are those of a member in the order of the text.
func (r *Resolver) implementations(m *member) []*bound.Implementation {
	var out []*bound.Implementation
	for _, i := range r.implsOf[m] {
		if i.impl != nil {
			out = append(out, i.impl)
		}
	}
	return out
}

// checkExclusive reports two implementations for one class of a declaration
// that does not say which of them wins.
func (r *Resolver) checkExclusive(m *member) {
	infos := r.implsOf[m]
	if len(infos) == 0 {
		return
	}
	kind := infos[0].kind
	if kind.Kind != "" && kind.Kind != "MULTI" || kind.Exclusive == "OVERRIDE" {
		return
	}
	list := r.implementations(m)
	for i, a := range list {
		for _, b := range list[:i] {
			if r.collide(r.demanded(a), r.demanded(b)) {
				before := len(r.diags)
				r.errorf(a.Span, "E2605", "'%s' has two implementations for the same classes; say ABSTRACT MULTI OVERRIDE if one is to win", m.name)
				if len(r.diags) > before {
					r.diags[before].Related = append(r.diags[before].Related, related(b, "the other one is here"))
				}
				return
			}
		}
	}
}

// demanded are the classes of an implementation's parameters, narrowed by what
// its value asks of them.
func (r *Resolver) demanded(i *bound.Implementation) []value.Class {
	out := slices.Clone(i.Params)
	classes := map[int][]value.Class{}
	demands(i.Value, classes)
	for s := range out {
		for _, k := range classes[s] {
			a, b := r.class(k), r.class(out[s])
			if a != nil && b != nil && a.Inherits(b) {
				out[s] = k
			}
		}
	}
	return out
}

// collide reports whether some concrete class is in both lists at every place.
func (r *Resolver) collide(a, b []value.Class) bool {
	for i := range a {
		x, y := r.class(a[i]), r.class(b[i])
		switch {
		case x != nil && y != nil:
			if !concreteWithin(x, y) {
				return false
			}
		case !sameSignature(a[i:i+1], b[i:i+1]):
			return false
		}
	}
	return true
}

// concreteWithin reports whether a concrete class is a descendant of both.
func concreteWithin(a, b *bound.Class) bool {
	if !a.Abstract && a.Inherits(b) {
		return true
	}
	for _, c := range a.Children {
		if concreteWithin(c, b) {
			return true
		}
	}
	return false
}

// checkFull reports a FULL declaration of one parameter that lacks an
// implementation for a concrete class.
func (r *Resolver) checkFull(m *member) {
	infos := r.implsOf[m]
	if len(infos) == 0 || !infos[0].kind.Full || infos[0].kind.Kind == "CASE" || infos[0].kind.Kind == "VALUE" {
		return
	}
	list := r.implementations(m)
	if len(list) == 0 {
		r.errorf(m.span, "E2613", "'%s' is FULL and has no implementation", m.name)
		return
	}
	if len(m.signature) != 1 {
		return
	}
	top := r.class(m.signature[0])
	if top == nil {
		return
	}
	if missing := r.uncovered(top, list); missing != nil {
		r.errorf(m.span, "E2613", "'%s' is FULL and has no implementation for class '%s'", m.name, missing.Ident)
	}
}

func (r *Resolver) uncovered(c *bound.Class, list []*bound.Implementation) *bound.Class {
	if !c.Abstract {
		covered := false
		for _, impl := range list {
			if k := r.class(impl.Params[0]); k != nil && c.Inherits(k) && impl.When == nil {
				covered = true
			}
			covered = covered || impl.When != nil
		}
		if !covered {
			return c
		}
	}
	for _, child := range c.Children {
		if missing := r.uncovered(child, list); missing != nil {
			return missing
		}
	}
	return nil
}

func related(i *bound.Implementation, text string) diag.Related {
	return diag.Related{Span: i.Span, Message: text}
}
