package resolve

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

var groupKinds = [...]struct {
	word string
	kind bound.GroupKind
}{
	{"SUM", bound.GroupSum}, {"MAX", bound.GroupMax}, {"MIN", bound.GroupMin}, {"LAST", bound.GroupLast},
	{"CONCAT", bound.GroupConcat}, {"AGGR", bound.GroupAggr}, {"NAGGR", bound.GroupNAggr},
	{"EQUAL", bound.GroupEqual}, {"CUSTOM", bound.GroupCustom},
}

func groupKind(word string) bound.GroupKind {
	for _, k := range groupKinds {
		if k.word == word {
			return k.kind
		}
	}
	return bound.GroupCustom
}

// group resolves GROUP without giving ByArgs; the second result has the
// expressions of BY.
func (c *context) group(x *ast.Group) (bound.Expr, []bound.Expr) {
	r := c.u.r
	mark := c.mark()
	defer c.leave(mark)
	loose := c.loose
	c.loose = 0
	defer func() { c.loose = loose }()
	g := &bound.Group{Kind: groupKind(x.Kind)}
	g.Operands = c.exprs(x.Operands, true)
	if x.Order != nil {
		g.Order, g.Desc = c.exprs(x.Order.Exprs, true), x.Order.Desc
	}
	c.checkZero(x.Limit.Top)
	g.Top = c.maybe(x.Limit.Top, true)
	g.Offset = c.maybe(x.Limit.Offset, true)
	g.Where = c.maybe(x.Where, true)
	switch g.Kind {
	case bound.GroupSum, bound.GroupMax, bound.GroupMin, bound.GroupEqual:
		if x.Where != nil {
			r.errorf(x.Where.Span(), "E2516", "GROUP %s takes no WHERE; write the condition with IF", x.Kind)
		}
	}
	g.By = c.exprs(x.By, true)
	g.Params = c.since(mark)
	limit := 1
	if g.Kind == bound.GroupConcat {
		limit = 2
	}
	if g.Kind != bound.GroupCustom && len(g.Operands) > limit {
		r.errorf(x.Operands[limit].Span(), "E2507", "GROUP %s takes %d expressions, not %d", x.Kind, limit, len(g.Operands))
	}
	g.Node = at(x, c.groupClass(x, g))
	return g, g.By
}

func (c *context) groupClass(x *ast.Group, g *bound.Group) value.Class {
	if x.Custom != nil {
		g.Custom = x.Custom.Name.Value
		if x.Custom.Class != nil {
			class, _ := c.u.classOf(x.Custom.Class)
			return class
		}
	}
	if len(g.Operands) == 0 {
		return unknown
	}
	class := g.Operands[0].ValueClass()
	switch g.Kind {
	case bound.GroupSum:
		if class.Known() && !class.IsNumber() {
			c.u.r.errorf(g.Operands[0].Place(), "E2306", "GROUP SUM adds numbers, this is %s", c.u.r.className(class))
		}
		return value.SumClass(class)
	case bound.GroupConcat:
		if !class.IsText() {
			return value.ClassString
		}
		class.Len = value.Unlimited
	}
	return class
}

// fillBy gives the parameters of a property whose body is GROUP ... BY: the
// expressions of BY stand for the declared parameters that the group does not
// use itself, in their order; without a list they make the parameters.
func (c *context) fillBy(x *ast.Group, g *bound.Group, listed bool) {
	if !listed {
		for _, by := range g.By {
			slot := c.add("", by.ValueClass(), false)
			c.vars[len(c.vars)-1].class = by.ValueClass()
			g.ByArgs = append(g.ByArgs, &bound.Param{Node: bound.Node{Class: by.ValueClass(), Span: by.Place()}, Slot: slot})
		}
		return
	}
	used := map[int]bool{}
	for _, s := range freeSlots(g) {
		used[s] = true
	}
	next := 0
	for i := range c.vars {
		v := &c.vars[i]
		if used[v.slot] || next == len(g.By) {
			continue
		}
		by := g.By[next]
		next++
		s := &c.frame.Slots[v.slot]
		if !v.typed {
			v.class, s.Class = by.ValueClass(), by.ValueClass()
		} else if !c.u.r.overlaps(v.class, by.ValueClass()) {
			c.u.r.errorf(by.Place(), "E2308", "parameter '%s' is of class %s, this is of class %s",
				v.name, c.u.r.className(v.class), c.u.r.className(by.ValueClass()))
		}
		g.ByArgs = append(g.ByArgs, &bound.Param{Node: bound.Node{Class: s.Class, Span: by.Place()}, Slot: v.slot})
	}
	if n := len(c.vars); next == len(g.By) && len(used)+next < n && n > 0 && !anyWrong(g) {
		c.u.r.errorf(x.Span(), "E2404", "the declaration has %d parameters, the grouping %d", n, len(used)+next)
	}
	if next < len(g.By) {
		c.u.r.errorf(x.By[next].Span(), "E2404", "%d parameters expected: the declaration has %d and BY gives %d", len(used)+len(g.By), len(c.vars), len(g.By))
		g.By = g.By[:next]
	}
}

// detach gives the free parameters of the parts slots of their own, so that
// they stand for rows; outer are references to the former ones.
func (c *context) detach(span ast.Node, items ...*[]bound.Expr) (slots []int, outer []bound.Expr) {
	var all []bound.Expr
	for _, list := range items {
		all = append(all, *list...)
	}
	table := map[int]int{}
	for _, s := range freeSlots(all...) {
		slot := c.frame.Slots[s]
		to := c.slot(slot.Name, slot.Class)
		table[s] = to
		slots = append(slots, to)
		outer = append(outer, &bound.Param{Node: bound.Node{Class: slot.Class, Span: span.Span()}, Slot: s})
	}
	for _, x := range all {
		renumber(x, table)
	}
	return slots, outer
}

func (c *context) partition(x *ast.Partition, fresh bool) bound.Expr {
	kinds := map[string]bound.PartitionKind{"SUM": bound.PartitionSum, "PREV": bound.PartitionPrev, "LAST": bound.PartitionLast,
		"UNGROUP": bound.PartitionUngroup, "CUSTOM": bound.PartitionCustom}
	p := &bound.Partition{Kind: kinds[x.Kind]}
	p.Operands = c.exprs(x.Operands, fresh || x.Custom != nil)
	if x.Order != nil {
		p.Order, p.Desc = c.exprs(x.Order.Exprs, fresh), x.Order.Desc
	}
	p.Top, p.Offset = c.maybe(x.Limit.Top, fresh), c.maybe(x.Limit.Offset, fresh)
	p.By = c.exprs(x.By, fresh)
	class := unknown
	if len(p.Operands) > 0 {
		class = p.Operands[0].ValueClass()
	}
	if x.Custom != nil {
		p.Custom = x.Custom.Name.Value
		if x.Custom.Class != nil {
			class, _ = c.u.classOf(x.Custom.Class)
		}
	}
	if p.Kind == bound.PartitionSum && class.Known() && !class.IsNumber() {
		c.u.r.errorf(p.Operands[0].Place(), "E2306", "PARTITION SUM adds numbers, this is %s", c.u.r.className(class))
	}
	if u := x.Ungroup; u != nil {
		total := c.u.member(&u.Ref, onlyProperty, c.searchClasses(p.By), false, c.locals)
		p.Limit, p.Strict = !u.Proportion, u.Strict
		if u.Proportion {
			p.Digits = constant(value.Int(int32(u.Round)), x.Span())
		}
		if total != nil && !total.broken {
			args := make([]bound.Expr, len(p.By))
			for i, by := range p.By {
				args[i] = clone(by)
			}
			p.Total = callOf(total.prop, args, u.Span())
			class = total.prop.Class
		}
	}
	total := []bound.Expr{}
	if p.Total != nil {
		total = append(total, p.Total)
	}
	p.Params, p.Args = c.detach(x, &p.Operands, &p.Order, &p.By, &total)
	p.Node = at(x, class)
	return p
}

func (c *context) recursion(x *ast.Recursion, fresh bool) bound.Expr {
	if c.step != nil {
		c.u.r.errorf(x.Span(), "E2508", "RECURSION cannot stand inside another one")
		return invalid(x.Span())
	}
	rec := &bound.Recursion{Cycles: bound.CyclesNo}
	switch x.Cycles {
	case "YES":
		rec.Cycles = bound.CyclesYes
	case "IMPOSSIBLE":
		rec.Cycles = bound.CyclesImpossible
	}
	rec.Init = c.expr(x.First, fresh)
	step := &recursionStep{previous: map[string]int{}}
	c.step = step
	rec.Step = c.expr(x.Step, fresh)
	c.step = nil
	class := rec.Init.ValueClass()
	if !class.Known() {
		class = rec.Step.ValueClass()
	} else if j, ok := c.u.r.common(class, rec.Step.ValueClass()); ok {
		class = j
	} else if rec.Step.ValueClass().Kind() == value.Boolean || class.Kind() == value.Boolean {
		if class.Kind() == value.Boolean {
			class = rec.Step.ValueClass()
		}
	} else if rec.Step.ValueClass().Known() {
		c.u.r.errorf(x.Step.Span(), "E2303", "the classes of RECURSION do not fit: %s, %s", c.u.r.className(class), c.u.r.className(rec.Step.ValueClass()))
	}
	rec.Node = at(x, class)
	previousOf := map[int]int{} // slot of a parameter -> slot of its $
	for _, name := range sortedKeys(step.previous) {
		if v := c.look(name); v != nil {
			previousOf[v.slot] = step.previous[name]
		}
	}
	isPrevious := map[int]bool{}
	for _, s := range previousOf {
		isPrevious[s] = true
	}
	table := map[int]int{}
	for _, s := range freeSlots(rec.Init, rec.Step) {
		if isPrevious[s] {
			continue
		}
		slot := c.frame.Slots[s]
		to := c.slot(slot.Name, slot.Class)
		table[s] = to
		rec.Params = append(rec.Params, to)
		rec.Args = append(rec.Args, &bound.Param{Node: at(x, slot.Class), Slot: s})
		prev := -1
		if p, ok := previousOf[s]; ok {
			prev = p
			c.frame.Slots[p].Class = slot.Class
		}
		rec.Previous = append(rec.Previous, prev)
	}
	renumber(rec.Init, table)
	renumber(rec.Step, table)
	if rec.Cycles == bound.CyclesNo {
		c.u.cycleConstraint(c, rec, x)
	}
	return rec
}

// inlineCall resolves [ expression ](arguments): a property without a name.
func (c *context) inlineCall(x *ast.InlineCall, fresh bool) bound.Expr {
	if d, ok := x.Inline.(*ast.DrawExpr); ok {
		// Its parameters are the columns of the form's property.
		c.exprs(x.Args, fresh)
		return c.expr(d, false)
	}
	in := &context{u: c.u, frame: &bound.Frame{}, open: true, outer: c, locals: c.locals, form: c.form}
	p := &bound.Property{Kind: bound.Calculated, Name: bound.Name{Module: c.u.mod, Namespace: c.u.mod.Namespace, Span: x.Span()}}
	body := c.u.body(in, p, x.Inline, false)
	args := c.exprs(x.Args, fresh)
	if body == nil || isWrong(body) {
		return invalid(x.Span())
	}
	own := len(in.vars)
	if len(args) != own {
		c.u.r.errorf(x.Span(), "E2403", "the expression in [ ] takes %d parameters, not %d", own, len(args))
		return invalid(x.Span())
	}
	outer := c.u.settle(in, p, body)
	for i, a := range args {
		c.infer(a, p.Params[len(outer)+i])
	}
	c.u.r.addProperty(p)
	return callOf(p, append(outer, args...), x.Span())
}

// settle puts the parameters of a body into the slots 0..n-1, those taken from
// outside first, and completes p. The result are the arguments for the latter.
func (u *unit) settle(c *context, p *bound.Property, body bound.Expr) []bound.Expr {
	var order []int
	var outer []bound.Expr
	for _, t := range c.taken {
		order = append(order, t.slot)
		outer = append(outer, t.outer)
	}
	for _, v := range c.vars {
		order = append(order, v.slot)
	}
	table, moved := map[int]int{}, false
	slots := make([]bound.Slot, 0, len(c.frame.Slots))
	for i, s := range order {
		table[s] = i
		moved = moved || s != i
		slots = append(slots, c.frame.Slots[s])
	}
	for s, slot := range c.frame.Slots {
		if _, ok := table[s]; !ok {
			table[s] = len(slots)
			moved = moved || s != table[s]
			slots = append(slots, slot)
		}
	}
	if moved {
		renumber(body, table)
		for i := range c.vars {
			c.vars[i].slot = table[c.vars[i].slot]
		}
		for i := range c.above {
			c.above[i].slot = table[c.above[i].slot]
		}
		c.frame.Slots = slots
	}
	u.patchParams(c, body)
	p.Frame, p.Body, p.Class = *c.frame, body, body.ValueClass()
	p.Params = make([]value.Class, len(order))
	for i := range order {
		p.Params[i] = c.frame.Slots[i].Class
	}
	return outer
}

// patchParams gives references the classes that their parameters got later.
func (u *unit) patchParams(c *context, x bound.Expr) {
	walk(x, func(n bound.Expr) {
		if p, ok := n.(*bound.Param); ok && !p.Class.Known() && p.Slot < len(c.frame.Slots) {
			p.Class = c.frame.Slots[p.Slot].Class
		}
	})
}

func (r *Resolver) addProperty(p *bound.Property) {
	p.Number = len(r.prog.Properties)
	r.prog.Properties = append(r.prog.Properties, p)
}

func (r *Resolver) addAction(a *bound.Action) {
	a.Number = len(r.prog.Actions)
	r.prog.Actions = append(r.prog.Actions, a)
}
