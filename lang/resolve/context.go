package resolve

import (
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// context is where an expression or action stands: its frame, the parameters
// that can be seen, the local properties of the blocks around it.
type context struct {
	u     *unit
	frame *bound.Frame
	vars  []variable
	// open allows new parameters wherever an expression stands: bodies of
	// declarations without a list of parameters.
	open bool
	// outer is the context around an inline property; parameters of it that
	// are used become parameters of the inline property.
	outer  *context
	taken  []taken
	above  []variable // the parameters of taken
	step   *recursionStep
	locals []*member
	act    *actionState
	form   *formInfo
	loose  int // inside OR and the like, where a class does not narrow

	badParams bool
}

// variable is a parameter that can be seen. Class is the one it was given, and
// unknown when its class was only inferred: such a one fits every overload.
type variable struct {
	name  string
	slot  int
	class value.Class
	typed bool
}

// taken is a parameter that an inline property takes from outside.
type taken struct {
	slot  int
	outer bound.Expr
}

type recursionStep struct {
	previous map[string]int // slot of $name
	limit    int            // parameters known before STEP
}

func (u *unit) context() *context {
	return &context{u: u, frame: &bound.Frame{}}
}

// slot adds a slot to the frame.
func (c *context) slot(name string, class value.Class) int {
	c.frame.Slots = append(c.frame.Slots, bound.Slot{Name: name, Class: class})
	return len(c.frame.Slots) - 1
}

// add introduces a parameter.
func (c *context) add(name string, class value.Class, typed bool) int {
	s := c.slot(name, class)
	c.vars = append(c.vars, variable{name: name, slot: s, class: class, typed: typed})
	return s
}

func (c *context) mark() int { return len(c.vars) }

// since gives the slots introduced after mark.
func (c *context) since(mark int) []int {
	var slots []int
	for _, v := range c.vars[mark:] {
		if !slices.Contains(slots, v.slot) {
			slots = append(slots, v.slot)
		}
	}
	return slots
}

func (c *context) leave(mark int) { c.vars = c.vars[:mark] }

func (c *context) look(name string) *variable {
	for i := len(c.vars) - 1; i >= 0; i-- {
		if c.vars[i].name == name {
			return &c.vars[i]
		}
	}
	for i := range c.above {
		if c.above[i].name == name {
			return &c.above[i]
		}
	}
	return nil
}

// parameters adds the parameters of a declaration and gives their classes;
// those of an unknown class are taken as without one.
func (c *context) parameters(params []ast.Param) []value.Class {
	classes := make([]value.Class, len(params))
	for i := range params {
		p := &params[i]
		k, ok := c.u.classOf(p.Class)
		if !ok {
			c.badParams = true
		}
		if c.look(p.Name) != nil {
			c.u.r.errorf(p.Span(), "E2206", "parameter '%s' is declared twice", p.Name)
		}
		classes[i] = k
		c.add(p.Name, k, p.Class != nil && ok)
	}
	return classes
}

// read makes a reference to the parameter.
func (c *context) read(v *variable, span diag.Span) *bound.Param {
	return &bound.Param{Node: bound.Node{Class: c.frame.Slots[v.slot].Class, Span: span}, Slot: v.slot, Name: c.frame.Slots[v.slot].Name}
}

// param resolves a parameter; fresh says whether it may be a new one here.
func (c *context) param(p *ast.ParamExpr, fresh bool) bound.Expr {
	r, span := c.u.r, p.Span()
	name := p.Name
	if p.Recursive {
		name = "$" + name
	}
	if v := c.look(name); v != nil {
		if p.Class != nil {
			if v.typed {
				r.errorf(span, "E2401", "the class of parameter '%s' was given before", p.Name)
			} else {
				r.errorf(span, "E2402", "the class of parameter '%s' must be given where it is used first", p.Name)
			}
		}
		return c.read(v, span)
	}
	if p.Recursive {
		return c.previous(p)
	}
	if c.outer != nil {
		if x := c.take(p); x != nil {
			return x
		}
	}
	class, ok := c.u.classOf(p.Class)
	if !fresh && !c.open {
		if ok {
			r.errorHint(span, "E2004", nearest(p.Name, c.names()), "parameter '%s' is not found", p.Name)
		}
		return invalid(span)
	}
	slot := c.add(p.Name, class, p.Class != nil && ok)
	return &bound.Param{Node: bound.Node{Class: class, Span: span}, Slot: slot, Name: p.Name}
}

func (c *context) names() []string {
	var names []string
	for x := c; x != nil; x = x.outer {
		for _, v := range x.vars {
			names = append(names, v.name)
		}
	}
	return names
}

// take makes a parameter of the context outside one of this inline property.
func (c *context) take(p *ast.ParamExpr) bound.Expr {
	o := c.outer
	v := o.look(p.Name)
	if v == nil {
		if o.outer == nil {
			return nil
		}
		if x := o.take(p); x == nil {
			return nil
		}
		v = o.look(p.Name)
	}
	if p.Class != nil {
		c.u.r.errorf(p.Span(), "E2401", "the class of parameter '%s' was given before", p.Name)
	}
	slot := c.slot(p.Name, o.frame.Slots[v.slot].Class)
	c.above = append(c.above, variable{name: p.Name, slot: slot, class: v.class, typed: v.typed})
	c.taken = append(c.taken, taken{slot: slot, outer: o.read(v, p.Span())})
	return c.read(&c.above[len(c.above)-1], p.Span())
}

// previous resolves $a inside STEP of RECURSION.
func (c *context) previous(p *ast.ParamExpr) bound.Expr {
	span := p.Span()
	if c.step == nil {
		c.u.r.errorf(span, "E2407", "'$%s' stands outside STEP of RECURSION", p.Name)
		return invalid(span)
	}
	v := c.look(p.Name)
	if v == nil {
		c.u.r.errorf(span, "E2408", "there is no parameter '%s' in RECURSION", p.Name)
		return invalid(span)
	}
	slot, ok := c.step.previous[p.Name]
	if !ok {
		slot = c.slot("$"+p.Name, c.frame.Slots[v.slot].Class)
		c.step.previous[p.Name] = slot
	}
	return &bound.Param{Node: bound.Node{Class: c.frame.Slots[v.slot].Class, Span: span}, Slot: slot}
}

// infer notes that a parameter without a class is used as one of class k.
func (c *context) infer(x bound.Expr, k value.Class) {
	p, ok := x.(*bound.Param)
	if !ok || !k.Known() || p.Slot >= len(c.frame.Slots) {
		return
	}
	s := &c.frame.Slots[p.Slot]
	switch {
	case !s.Class.Known():
		s.Class = k
	case s.Class == k || c.declared(p.Slot):
		return
	case c.loose > 0:
		if j, ok := c.u.r.common(s.Class, k); ok {
			s.Class = j
		}
	default:
		a, b := c.u.r.class(k), c.u.r.class(s.Class)
		if a != nil && b != nil && a.Inherits(b) {
			s.Class = k
		}
	}
	p.Class = s.Class
}

// declared reports whether the class of a slot was given in the text.
func (c *context) declared(slot int) bool {
	for i := range c.vars {
		if c.vars[i].slot == slot {
			return c.vars[i].typed
		}
	}
	for i := range c.above {
		if c.above[i].slot == slot {
			return c.above[i].typed
		}
	}
	return false
}

// searchClass is the class by which an argument chooses an overload.
func (c *context) searchClass(x bound.Expr) value.Class {
	if p, ok := x.(*bound.Param); ok && !c.declared(p.Slot) {
		for i := range c.vars {
			if c.vars[i].slot == p.Slot {
				return c.vars[i].class
			}
		}
		for i := range c.above {
			if c.above[i].slot == p.Slot {
				return c.above[i].class
			}
		}
		if c.step != nil {
			for name, slot := range c.step.previous {
				if v := c.look(name); slot == p.Slot && v != nil {
					return v.class
				}
			}
		}
		return unknown
	}
	return x.ValueClass()
}

func (c *context) searchClasses(xs []bound.Expr) []value.Class {
	classes := make([]value.Class, len(xs))
	for i, x := range xs {
		classes[i] = c.searchClass(x)
	}
	return classes
}

// wrong stands for an expression with an error, which was reported.
type wrong struct{ bound.Node }

func invalid(span diag.Span) bound.Expr { return &wrong{bound.Node{Span: span}} }

func isWrong(x bound.Expr) bool {
	_, ok := x.(*wrong)
	return ok
}

// anyWrong reports whether an error is anywhere in the expressions.
func anyWrong(xs ...bound.Expr) bool {
	found := false
	for _, x := range xs {
		walk(x, func(n bound.Expr) { found = found || isWrong(n) })
	}
	return found
}

func at(n ast.Node, class value.Class) bound.Node {
	return bound.Node{Class: class, Span: n.Span()}
}
