package resolve

import (
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

func isNull(x bound.Expr) bool {
	k, ok := x.(*bound.Const)
	return ok && k.Value.IsNull()
}

// target finds a property that a result is written to; classes are those of
// its parameters (none for a single value), anyParams when the name decides.
func (c *context) target(ref *ast.PropertyRef, classes []value.Class, anyParams bool) *bound.Target {
	if ref == nil {
		return nil
	}
	if anyParams && !ref.Signed {
		// Of several properties of that name the one without parameters is meant.
		s := search{u: c.u, kind: onlyProperty, locals: c.locals}
		if m, _ := s.find(&ref.Name); m != nil {
			anyParams = false
		}
	}
	m := c.u.member(ref, onlyProperty, classes, anyParams, c.locals)
	if m == nil || m.broken {
		return nil
	}
	return &bound.Target{Prop: m.prop, Span: ref.Span()}
}

// systemTarget is a property of module System.
func (c *context) systemTarget(name string, x ast.Node) *bound.Target {
	p := c.u.systemProperty(name)
	if p == nil {
		return nil
	}
	return &bound.Target{Prop: p, Span: x.Span()}
}

func (u *unit) systemProperty(name string) *bound.Property {
	for _, m := range u.r.members[name] {
		if m.prop != nil && m.mod.Name == "System" {
			return m.prop
		}
	}
	return nil
}

func (c *context) assign(x *ast.Assign) bound.Act {
	mark := c.mark()
	defer c.leave(mark)
	args := c.exprs(x.Args, true)
	news := c.since(mark)
	m := c.u.member(&x.Ref, onlyProperty, c.searchClasses(args), false, c.locals)
	if m != nil && !m.broken && len(m.signature) == len(args) {
		for i, a := range args {
			c.infer(a, m.signature[i])
		}
	}
	v := c.expr(x.Value, false)
	where := c.maybe(x.Where, false)
	if m == nil || m.broken {
		return &bound.Block{Step: c.step1(x)}
	}
	if len(m.signature) != len(args) {
		c.u.r.errorf(x.Ref.Name.Span(), "E2403", "'%s' takes %d parameters, not %d", x.Ref.Name.Name, len(m.signature), len(args))
		return &bound.Block{Step: c.step1(x)}
	}
	c.u.checkWritable(m.prop, &x.Ref)
	if a, b := m.prop.Class, v.ValueClass(); a.Known() && b.Known() && a.IsObject() != b.IsObject() || !a.IsObject() && !c.u.r.overlaps(a, b) {
		c.u.r.errorf(x.Value.Span(), "E2307", "'%s' is of class %s, the value is of class %s", x.Ref.Name.Name, c.u.r.className(a), c.u.r.className(b))
	} else if a.IsObject() && !c.u.r.overlaps(a, b) {
		c.u.r.warnf(x.Value.Span(), "W2302", "'%s' is of class %s, the value is of the unrelated class %s", x.Ref.Name.Name, c.u.r.className(a), c.u.r.className(b))
	}
	return &bound.Assign{Step: c.step1(x), Prop: m.prop, Args: args, Value: v, Where: where, New: news}
}

// checkWritable reports a write to a property that can take none.
func (u *unit) checkWritable(p *bound.Property, ref *ast.PropertyRef) {
	if p.Kind != bound.Calculated {
		return
	}
	switch body := p.Body.(type) {
	case *bound.Group:
		if body.Kind == bound.GroupAggr {
			return
		}
		u.r.errorf(ref.Name.Span(), "E2510", "'%s' is a grouping and cannot be written", p.Ident)
	case *bound.Partition:
		u.r.errorf(ref.Name.Span(), "E2510", "'%s' is a partition and cannot be written", p.Ident)
	case *bound.Extreme:
		u.r.errorf(ref.Name.Span(), "E2510", "'%s' is a maximum or minimum and cannot be written", p.Ident)
	case *bound.Recursion:
		u.r.errorf(ref.Name.Span(), "E2510", "'%s' is a recursion and cannot be written", p.Ident)
	case *bound.Const, *bound.Arith, *bound.Concat:
		u.r.warnf(ref.Name.Span(), "W2901", "'%s' is computed; writing it does nothing", p.Ident)
	case *bound.Call:
		for _, a := range body.Args {
			if _, plain := a.(*bound.Param); !plain {
				u.r.warnf(ref.Name.Span(), "W2901", "'%s' is a composition of properties; writing it does nothing", p.Ident)
				return
			}
		}
	}
}

func (c *context) forAction(x *ast.For) bound.Act {
	mark, locals := c.mark(), len(c.locals)
	f := &bound.For{Step: c.step1(x), While: x.While}
	f.Cond = c.maybe(x.Cond, true)
	if x.Order != nil {
		f.Order, f.Desc = c.exprs(x.Order.Exprs, true), x.Order.Desc
	}
	c.checkZero(x.Limit.Top)
	f.Top, f.Offset = c.maybe(x.Limit.Top, false), c.maybe(x.Limit.Offset, false)
	f.New = c.since(mark)
	if len(f.New) == 0 && !x.While && x.New == nil {
		c.u.r.errorf(x.Cond.Span(), "E2406", "FOR must introduce a parameter; IF or WHILE is meant")
	}
	if x.New != nil {
		o := c.object(x.New)
		f.Object = &o
	}
	f.Body = c.action(x.Do)
	c.leave(mark)
	c.locals = c.locals[:locals]
	if x.Else != nil {
		f.Else = c.scoped(x.Else)
	}
	return f
}

// object resolves a = Class of NEW and introduces its name.
func (c *context) object(x *ast.NewObject) bound.NewObject {
	o := bound.NewObject{Slot: -1, Span: x.Span()}
	o.Of = c.u.userClass(&x.Class, "E2606", "in NEW")
	if o.Of != nil && o.Of.Abstract {
		c.u.r.warnf(x.Class.Span(), "W2601", "class '%s' is abstract: NEW fails when it is executed", o.Of.Ident)
	}
	name := ""
	switch {
	case x.Name != nil:
		name = x.Name.Name
		if c.look(name) != nil {
			c.u.r.errorf(x.Name.Span(), "E2206", "parameter '%s' is declared already", name)
		}
	default:
		name = "added"
	}
	class := unknown
	if o.Of != nil {
		class = o.Of.Value()
	}
	o.Slot = c.add(name, class, o.Of != nil)
	return o
}

func (c *context) newAction(x *ast.New) bound.Act {
	mark, locals := c.mark(), len(c.locals)
	out := &bound.New{Step: c.step1(x), Object: c.object(&x.Object)}
	if x.Do != nil {
		out.Body = c.action(x.Do)
	}
	c.leave(mark)
	c.locals = c.locals[:locals]
	return out
}

func (c *context) newWhere(x *ast.NewWhere) bound.Act {
	mark := c.mark()
	defer c.leave(mark)
	of := c.u.userClass(&x.Class, "E2606", "in NEW")
	where := c.expr(x.Where, true)
	out := &bound.NewWhere{Step: c.step1(x), Of: of, New: c.since(mark), Where: where}
	if x.To == nil {
		if of != nil {
			if t := c.systemTarget("addedObject", x); t != nil {
				out.To = t
			}
		}
		return out
	}
	args := c.exprs(x.Params, false)
	for i, a := range args {
		if p, ok := a.(*bound.Param); ok && !slices.Contains(out.New, p.Slot) {
			c.u.r.errorf(x.Params[i].Span(), "E2411", "TO takes the parameters that WHERE introduces")
		}
	}
	t := c.target(x.To, c.searchClasses(args), false)
	if t != nil {
		t.Args = args
	}
	out.To = t
	return out
}

// objectSet resolves the object of DELETE and CHANGECLASS with its WHERE: an
// object that is there, or a new parameter over which the action goes.
func (c *context) objectSet(x, cond ast.Expr, span diag.Span, of *bound.Class) (obj bound.Expr, news []int, where bound.Expr) {
	mark := c.mark()
	defer c.leave(mark)
	p, bare := x.(*ast.ParamExpr)
	isNew := bare && c.look(p.Name) == nil
	obj = c.expr(x, isNew)
	if isNew && cond == nil {
		c.u.r.errorf(x.Span(), "E2409", "parameter '%s' is new here and must be used in WHERE", p.Name)
	}
	where = c.maybe(cond, false)
	news = c.since(mark)
	if isNew && where != nil && !isWrong(obj) && !anyWrong(where) && !slices.Contains(freeSlots(where), obj.(*bound.Param).Slot) {
		c.u.r.errorf(x.Span(), "E2409", "parameter '%s' is new here and must be used in WHERE", p.Name)
	}
	if k := obj.ValueClass(); k.Known() && !k.IsObject() {
		c.u.r.errorf(x.Span(), "E2607", "an object is expected, this is %s", c.u.r.className(k))
	}
	return obj, news, where
}

func (c *context) changeClass(x *ast.ChangeClass) bound.Act {
	of := c.u.userClass(&x.Class, "E2608", "in CHANGECLASS")
	if of != nil && of.Abstract {
		c.u.r.errorf(x.Class.Span(), "E2608", "the class cannot be changed to '%s', which is abstract", of.Ident)
	}
	obj, news, where := c.objectSet(x.Object, x.Where, x.Span(), of)
	return &bound.ChangeClass{Step: c.step1(x), X: obj, Of: of, New: news, Where: where}
}

// actionClass is the condition that the arguments of a call are of the
// classes of its action.
func (c *context) actionClass(a bound.Act, span diag.Span) bound.Expr {
	call, ok := a.(*bound.CallAct)
	if !ok {
		return constant(value.True, span)
	}
	var items []bound.Expr
	for i, arg := range call.Args {
		k := call.Action.Params[i]
		if !k.Known() {
			continue
		}
		is := &bound.Is{Node: bound.Node{Class: value.ClassBoolean, Span: span}, X: clone(arg), Of: c.u.r.class(k)}
		if is.Of == nil {
			is.Builtin = k
		}
		items = append(items, is)
	}
	if len(items) == 0 {
		return constant(value.True, span)
	}
	return conjunction(items, span)
}

func (c *context) recalculate(x *ast.Recalculate) bound.Act {
	mark := c.mark()
	defer c.leave(mark)
	args := c.exprs(x.Args, true)
	c.maybe(x.Where, false)
	m := c.u.member(&x.Ref, onlyProperty, c.searchClasses(args), false, c.locals)
	if m == nil || m.broken {
		return &bound.Block{Step: c.step1(x)}
	}
	return &bound.Recalculate{Step: c.step1(x), Prop: m.prop}
}

// nested resolves NESTED LOCAL and NESTED (a, b).
func (c *context) nested(n *ast.Nested) (bool, []*bound.Property) {
	if n == nil {
		return false, nil
	}
	var props []*bound.Property
	for i := range n.Refs {
		m := c.u.member(&n.Refs[i], onlyProperty, nil, true, c.locals)
		if m == nil || m.broken {
			continue
		}
		if m.mod.System && m.prop.Kind == bound.Calculated {
			continue // what the interpreter keeps for every session
		}
		if m.prop.Kind != bound.Local {
			c.u.r.errorf(n.Refs[i].Name.Span(), "E2514", "'%s' is not a local property", m.name)
			continue
		}
		props = append(props, m.prop)
	}
	return n.Local, props
}
