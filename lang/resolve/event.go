package resolve

import (
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// implInfo is an implementation of an abstract property or action; the first
// of a list stands for the declaration itself.
type implInfo struct {
	kind ast.AbstractKind
	impl *bound.Implementation
}

// scope resolves the words of an event.
func (u *unit) scope(e *ast.BaseEvent) bound.EventScope {
	s := bound.EventScope{}
	if e == nil {
		return s
	}
	s.Local = e.Scope == "LOCAL"
	for i := range e.Forms {
		if f := u.formNamed(&e.Forms[i]); f != nil {
			s.Forms = append(s.Forms, f.form)
		}
	}
	for i := range e.After {
		m := u.member(&e.After[i].Ref, anyMember, nil, true, nil)
		if m != nil && m.prop != nil && !m.broken {
			s.GoAfter = append(s.GoAfter, m.prop)
		}
	}
	return s
}

func (u *unit) forbidden(s ast.Statement, what string) bool {
	if u.eval {
		u.r.errorf(s.Span(), "E2620", "%s is not allowed in EVAL", what)
	}
	return u.eval
}

func (u *unit) constraint(s *ast.Constraint) {
	if u.forbidden(s, "CONSTRAINT") {
		return
	}
	c := u.context()
	out := &bound.Constraint{Module: u.mod, Span: s.Span(), Scope: u.scope(&s.Event), CheckedAll: s.Checked && len(s.CheckedBy) == 0}
	out.Condition = c.expr(s.Cond, true)
	out.New = c.since(0)
	for i := range s.CheckedBy {
		if m := u.member(&s.CheckedBy[i], onlyProperty, nil, true, nil); m != nil && !m.broken {
			out.Checked = append(out.Checked, m.prop)
		}
	}
	if s.Message != nil {
		free := u.context()
		out.Message = free.expr(s.Message, false)
	}
	for _, x := range s.Properties {
		column := bound.ConstraintColumn{X: c.expr(x, false)}
		if call, ok := column.X.(*bound.Call); ok {
			column.Caption = call.Prop.Caption
			if column.Caption == "" {
				column.Caption = call.Prop.Ident
			}
		}
		out.Properties = append(out.Properties, column)
	}
	u.checkAlwaysNull(out.Condition, out.Span, "E2611", "the condition of the constraint never holds")
	u.patchParams(c, out.Condition)
	out.Frame = *c.frame
	u.r.prog.Constraints = append(u.r.prog.Constraints, out)
}

// checkAlwaysNull reports a conjunction in which one parameter is asked to be
// of classes that exclude each other.
func (u *unit) checkAlwaysNull(x bound.Expr, span diag.Span, code, text string) {
	and, ok := x.(*bound.And)
	if !ok || anyWrong(x) {
		return
	}
	classes := map[int][]value.Class{}
	for _, item := range and.Items {
		demands(item, classes)
	}
	var slots []int
	for s := range classes {
		slots = append(slots, s)
	}
	slices.Sort(slots)
	for _, s := range slots {
		list := classes[s]
		for i := range list {
			for j := range i {
				if !u.r.overlaps(list[i], list[j]) {
					u.r.errorf(span, code, "%s: no object is of class %s and %s", text, u.r.className(list[j]), u.r.className(list[i]))
					return
				}
			}
		}
	}
}

// demands collects the user classes that parameters must have for x to hold.
func demands(x bound.Expr, classes map[int][]value.Class) {
	note := func(p bound.Expr, k value.Class) {
		if q, ok := p.(*bound.Param); ok && k.IsObject() {
			classes[q.Slot] = append(classes[q.Slot], k)
		}
	}
	switch x := x.(type) {
	case nil:
	case *bound.Is:
		if x.Of != nil {
			note(x.X, x.Of.Value())
		}
	case *bound.Call:
		if x.Prop.Kind == bound.Data || x.Prop.Kind == bound.Local {
			for i, a := range x.Args {
				note(a, x.Prop.Params[i])
			}
		}
	case *bound.Compare:
		demands(x.L, classes)
		demands(x.R, classes)
	case *bound.Arith:
		if x.Op < bound.SumPlus {
			demands(x.L, classes)
			demands(x.R, classes)
		}
	case *bound.And:
		for _, item := range x.Items {
			demands(item, classes)
		}
	}
}

// head resolves p(A a, b) on the left of => and <- WHEN, or of BEFORE.
func (u *unit) head(c *context, h *ast.Mapped, k kind) *member {
	classes := c.parameters(h.Params)
	if c.badParams {
		return nil
	}
	m := u.member(&h.Ref, k, classes, false, nil)
	if m == nil || m.broken {
		return nil
	}
	if len(m.signature) != len(h.Params) {
		u.r.errorf(h.Ref.Name.Span(), "E2403", "'%s' takes %d parameters, not %d", m.name, len(m.signature), len(h.Params))
		return nil
	}
	params := m.signature
	if m.prop != nil {
		params = m.prop.Params
	} else {
		params = m.act.Params
	}
	for i := range c.vars {
		s := &c.frame.Slots[c.vars[i].slot]
		if !s.Class.Known() {
			s.Class = params[i]
		}
	}
	return m
}

// reads makes references to all parameters of the context.
func (c *context) reads(span diag.Span) []bound.Expr {
	args := make([]bound.Expr, len(c.vars))
	for i := range c.vars {
		args[i] = c.read(&c.vars[i], span)
	}
	return args
}

func (u *unit) follows(s *ast.Follows) {
	if u.forbidden(s, "=>") {
		return
	}
	c := u.context()
	m := u.head(c, &s.Head, onlyProperty)
	right := c.expr(s.Body, false)
	if m == nil || anyWrong(right) {
		return
	}
	span := s.Body.Span()
	left := callOf(m.prop, c.reads(span), span)
	out := &bound.Constraint{Module: u.mod, Span: s.Span(), Scope: u.scope(&s.Event), New: c.since(0), Builtin: "follows"}
	not := &bound.Not{Node: bound.Node{Class: value.ClassBoolean, Span: span}, X: right}
	out.Condition = conjunction([]bound.Expr{left, not}, span)
	shownRight := ""
	if call, ok := right.(*bound.Call); ok {
		shownRight = u.shownName(call.Prop)
	}
	out.Text = "Implication " + u.shownName(m.prop) + " => " + shownRight + " violated[" + u.place(span) + "]"
	if s.Left {
		e := u.resolveEvent(c, out, &bound.Change{Node: left.(*bound.Call).Node, Kind: bound.Set, X: clone(left)}, right, true)
		out.Resolve = append(out.Resolve, e)
	}
	if s.Right {
		e := u.resolveEvent(c, out, &bound.Change{Node: left.(*bound.Call).Node, Kind: bound.Dropped, X: clone(right)}, left, false)
		out.Resolve = append(out.Resolve, e)
	}
	out.Frame = *c.frame
	for _, e := range out.Resolve {
		e.Frame = *c.frame
	}
	u.r.prog.Constraints = append(u.r.prog.Constraints, out)
}

// shownName is a property as built-in texts show it, with its own place.
func (u *unit) shownName(p *bound.Property) string {
	span := p.Span
	if body, ok := u.r.bodySpan[p]; ok {
		span = body
	}
	other := u
	if p.Module != nil && p.Module != u.mod {
		other = &unit{r: u.r, mod: p.Module}
	}
	return other.shown(p, span)
}

// resolveEvent repairs a violated rule: when cond happens, x is set or dropped.
func (u *unit) resolveEvent(c *context, rule *bound.Constraint, cond *bound.Change, x bound.Expr, set bool) *bound.Event {
	cond.Class = value.ClassBoolean
	e := &bound.Event{Module: u.mod, Span: rule.Span, Scope: bound.EventScope{Local: rule.Scope.Local}, Condition: cond, New: c.since(0)}
	e.Body = u.force(c, clone(x), set, 0)
	if e.Body == nil {
		u.r.errorf(x.Place(), "E2515", "RESOLVE does not know how to change this")
		e.Body = &bound.Block{}
	}
	return e
}

// force is an action that makes x not NULL, or NULL; nil when there is none.
func (u *unit) force(c *context, x bound.Expr, set bool, depth int) bound.Act {
	span := x.Place()
	step := bound.Step{Span: span}
	switch x := x.(type) {
	case *bound.Call:
		if x.Prop.Kind == bound.Data || x.Prop.Kind == bound.Local || x.Prop.Kind == bound.Abstract {
			v := bound.Expr(constant(value.Value{}, span))
			if set {
				v = defaultValue(x.Prop.Class, span)
			}
			return &bound.Assign{Step: step, Prop: x.Prop, Args: x.Args, Value: v}
		}
		if depth > 50 || x.Prop.Body == nil {
			return nil
		}
		return u.force(c, c.inline(x), set, depth+1)
	case *bound.Is:
		if x.Of == nil {
			return nil
		}
		if !set {
			return &bound.Delete{Step: step, X: x.X}
		}
		return &bound.ChangeClass{Step: step, X: x.X, Of: x.Of}
	case *bound.And:
		b := &bound.Block{Step: step}
		for _, item := range x.Items {
			if a := u.force(c, item, set, depth+1); a != nil {
				b.Items = append(b.Items, a)
				if !set {
					return b
				}
			} else if set {
				return nil
			}
		}
		if len(b.Items) == 0 {
			return nil
		}
		return b
	case *bound.Not:
		return u.force(c, x.X, !set, depth+1)
	case *bound.If:
		if x.Else == nil {
			return u.force(c, x.Then, set, depth+1)
		}
	case *bound.Compare:
		if call, ok := x.L.(*bound.Call); ok && x.Op == bound.Eq && call.Prop.Kind == bound.Data {
			v := x.R
			if !set {
				v = constant(value.Value{}, span)
			}
			return &bound.Assign{Step: step, Prop: call.Prop, Args: call.Args, Value: v}
		}
	case *bound.Group:
		if x.Kind == bound.GroupAggr || x.Kind == bound.GroupNAggr {
			return u.forceObject(c, x, set)
		}
	}
	return nil
}

// forceObject makes the object of GROUP AGGR, or deletes it.
func (u *unit) forceObject(c *context, g *bound.Group, set bool) bound.Act {
	step := bound.Step{Span: g.Place()}
	if !set {
		return &bound.Delete{Step: step, X: g}
	}
	p, ok := g.Operands[0].(*bound.Param)
	of := u.r.class(g.Class)
	if !ok || of == nil {
		return nil
	}
	table := map[int]int{p.Slot: c.slot("", g.Class)}
	b := &bound.Block{Step: step}
	for i, by := range g.By {
		by = clone(by)
		renumber(by, table)
		call, ok := by.(*bound.Call)
		if !ok || call.Prop.Kind == bound.Calculated {
			return nil
		}
		b.Items = append(b.Items, &bound.Assign{Step: step, Prop: call.Prop, Args: call.Args, Value: clone(g.ByArgs[i])})
	}
	return &bound.New{Step: step, Object: bound.NewObject{Slot: table[p.Slot], Of: of, Span: g.Place()}, Body: b}
}

// inline is the body of the called property over the arguments.
func (c *context) inline(x *bound.Call) bound.Expr {
	p := x.Prop
	body := clone(p.Body)
	table := map[int]int{}
	n := len(p.Params)
	for s := n; s < len(p.Frame.Slots); s++ {
		table[s] = c.slot(p.Frame.Slots[s].Name, p.Frame.Slots[s].Class)
	}
	shifted := map[int]int{}
	base := len(c.frame.Slots) + 1<<20
	for s := range n {
		shifted[s] = base + s
	}
	for s, to := range table {
		shifted[s] = to
	}
	renumber(body, shifted)
	return replace(body, func(e bound.Expr) bound.Expr {
		if q, ok := e.(*bound.Param); ok && q.Slot >= base {
			return clone(x.Args[q.Slot-base])
		}
		return e
	})
}

func (u *unit) writeWhen(s *ast.WriteWhen) {
	if u.forbidden(s, "<- … WHEN") {
		return
	}
	c := u.context()
	m := u.head(c, &s.Head, onlyProperty)
	v := c.expr(s.Value, false)
	when := c.expr(s.When, false)
	if m == nil || anyWrong(v, when) {
		return
	}
	if m.prop.Kind != bound.Data && m.prop.Kind != bound.Local {
		u.r.errorf(s.Head.Ref.Name.Span(), "E2510", "'%s' is computed and cannot be written by an event", m.name)
		return
	}
	if a, b := m.prop.Class, v.ValueClass(); a.IsObject() != b.IsObject() && a.Known() && b.Known() || !u.r.overlaps(a, b) {
		u.r.warnf(s.Value.Span(), "W2302", "'%s' is of class %s, the value is of class %s", m.name, u.r.className(a), u.r.className(b))
	}
	out := &bound.CalculatedEvent{Span: s.Span(), Target: m.prop, Args: c.reads(s.Head.Span()), New: c.since(0), Value: v, When: when}
	if s.Do {
		e := &bound.Event{Module: u.mod, Span: s.Span(), Condition: when, New: out.New}
		if !hasChange(when) {
			e.Plain = true
			e.Condition = &bound.Change{Node: bound.Node{Class: value.ClassBoolean, Span: s.When.Span()}, Kind: bound.Set, X: when}
		}
		e.Body = &bound.Assign{Step: bound.Step{Span: s.Span()}, Prop: m.prop, Args: out.Args, Value: v}
		e.Frame = *c.frame
		u.r.prog.Events = append(u.r.prog.Events, e)
		return
	}
	out.Frame = *c.frame
	u.r.prog.Calculated = append(u.r.prog.Calculated, out)
}

// hasChange reports whether x, or a property that it reads, has a change
// operator.
func hasChange(x bound.Expr) bool { return changeWithin(x, map[*bound.Property]bool{}) }

func changeWithin(x bound.Expr, seen map[*bound.Property]bool) bool {
	found := false
	walk(x, func(n bound.Expr) {
		switch n := n.(type) {
		case *bound.Change:
			found = true
		case *bound.Call:
			if n.Prop.Body != nil && !seen[n.Prop] {
				seen[n.Prop] = true
				found = found || changeWithin(n.Prop.Body, seen)
			}
		}
	})
	return found
}

func (u *unit) when(s *ast.When) {
	if u.forbidden(s, "WHEN") {
		return
	}
	c := u.context()
	e := &bound.Event{Module: u.mod, Span: s.Span(), Scope: u.scope(&s.Event)}
	if s.Event.Name != nil {
		e.Ident = s.Event.Name.Name
	}
	e.Condition = c.expr(s.Cond, true)
	e.New = c.since(0)
	if !anyWrong(e.Condition) && !hasChange(e.Condition) {
		e.Plain = true
		if hasPrev(e.Condition) {
			u.r.warnf(s.Cond.Span(), "W2907", "a condition with PREV and without CHANGED, SET or DROPPED never fires")
		}
		e.Condition = &bound.Change{Node: bound.Node{Class: value.ClassBoolean, Span: s.Cond.Span()}, Kind: bound.Set, X: e.Condition}
	}
	if s.Order != nil {
		e.Order, e.Desc = c.exprs(s.Order.Exprs, true), s.Order.Desc
		e.New = c.since(0)
	}
	c.act = &actionState{}
	e.Body = c.action(s.Do)
	u.patchParams(c, e.Condition)
	e.Frame = *c.frame
	u.r.prog.Events = append(u.r.prog.Events, e)
}

func (u *unit) on(s *ast.On) {
	if u.forbidden(s, "ON") {
		return
	}
	c := u.context()
	e := &bound.Event{Module: u.mod, Span: s.Span(), Scope: u.scope(&s.Event)}
	e.Scope.Single = s.Single
	if s.Event.Name != nil {
		e.Ident = s.Event.Name.Name
	}
	c.act = &actionState{}
	e.Body = c.action(s.Do)
	e.Frame = *c.frame
	u.r.prog.Events = append(u.r.prog.Events, e)
}

// aspect resolves BEFORE p(a) DO ... and AFTER.
func (u *unit) aspect(s *ast.Aspect) {
	c := u.context()
	m := u.head(c, &s.Head, onlyAction)
	if m == nil {
		return
	}
	c.act = &actionState{}
	impl := &bound.Implementation{Module: u.mod, Span: s.Span(), Action: c.action(s.Do)}
	impl.Params = make([]value.Class, len(c.vars[:len(s.Head.Params)]))
	for i := range impl.Params {
		impl.Params[i] = c.frame.Slots[i].Class
	}
	impl.Frame = *c.frame
	if s.After {
		m.act.After = append(m.act.After, impl)
	} else {
		m.act.Before = append(m.act.Before, impl)
	}
}

// implement resolves p(A a) += WHEN c THEN x;.
func (u *unit) implement(s *ast.Implement) {
	c := u.context()
	classes := c.parameters(s.Params)
	var m *member
	if !c.badParams {
		m = u.member(&s.Ref, abstractProperty, classes, false, nil)
	}
	when := c.maybe(s.When, false)
	scratch := &bound.Property{Name: bound.Name{Module: u.mod, Namespace: u.mod.Namespace, Span: s.Span()}}
	v := u.body(c, scratch, s.Body, true)
	if m == nil || m.broken || anyWrong(v, when) {
		return
	}
	p := m.prop
	c.inferred(classes)
	if !u.checkImplementation(s.Span(), &s.Ref, m, classes, p.Select, when != nil) {
		return
	}
	if a, b := p.Class, v.ValueClass(); !u.r.overlaps(a, b) || a.IsObject() != b.IsObject() && b.Known() && a.Known() {
		u.r.errorf(s.Body.Span(), "E2604", "'%s' is of class %s, the implementation of class %s", p.Ident, u.r.className(a), u.r.className(b))
		return
	}
	impl := &bound.Implementation{Module: u.mod, Span: s.Ref.Name.Span(), When: when, Value: converted(v, p.Class)}
	impl.Params = implParams(c, classes, p.Params)
	u.patchParams(c, v)
	impl.Frame = *c.frame
	p.Implementations = u.place2(m, p.Implementations, impl)
}

// inferred gives parameters without a class the one that their use shows.
func (c *context) inferred(classes []value.Class) {
	for i := range classes {
		if !classes[i].Known() {
			classes[i] = c.frame.Slots[i].Class
		}
	}
}

// implParams gives the classes of an implementation, those of the abstract
// declaration where none is given.
func implParams(c *context, given, abstract []value.Class) []value.Class {
	out := slices.Clone(given)
	for i := range out {
		if !out[i].Known() && i < len(abstract) {
			out[i] = abstract[i]
			c.frame.Slots[i].Class = abstract[i]
		}
	}
	return out
}

// place2 puts an implementation where the declaration wants it.
func (u *unit) place2(m *member, list []*bound.Implementation, impl *bound.Implementation) []*bound.Implementation {
	info := u.r.implsOf[m]
	kind := info[0].kind
	u.r.implsOf[m] = append(info, &implInfo{impl: impl})
	if kind.Position == "LAST" || kind.Kind == "LIST" && kind.Position != "FIRST" {
		return append(list, impl)
	}
	return slices.Insert(list, 0, impl)
}

func (u *unit) checkImplementation(span diag.Span, ref *ast.PropertyRef, m *member, classes []value.Class, sel bound.Select, when bool) bool {
	r := u.r
	name := ref.Name.Span()
	if len(classes) != len(m.signature) {
		r.errorf(name, "E2604", "'%s' takes %d parameters, the implementation %d", m.name, len(m.signature), len(classes))
		return false
	}
	for i, k := range classes {
		if !k.Known() && m.signature[i].Known() {
			r.errorf(name, "E2604", "the implementation of '%s' must give the classes of its parameters", m.name)
			return false
		}
	}
	switch {
	case sel == bound.SelectCase && !when:
		r.errorf(name, "E2603", "'%s' chooses by condition: its implementation needs WHEN … THEN", m.name)
		return false
	case sel != bound.SelectCase && when:
		r.errorf(name, "E2603", "WHEN … THEN is for ABSTRACT CASE; '%s' is another kind", m.name)
		return false
	}
	return true
}

// extendAction resolves f(A a) + { ... }.
func (u *unit) extendAction(s *ast.ExtendAction) {
	c := u.context()
	classes := c.parameters(s.Params)
	var m *member
	if !c.badParams {
		m = u.member(&s.Ref, abstractAction, classes, false, nil)
	}
	when := c.maybe(s.When, false)
	c.act = &actionState{}
	body := c.action(s.Body)
	if m == nil || m.broken {
		return
	}
	c.inferred(classes)
	if !u.checkImplementation(s.Span(), &s.Ref, m, classes, m.act.Select, when != nil) {
		return
	}
	impl := &bound.Implementation{Module: u.mod, Span: s.Ref.Name.Span(), When: when, Action: body, Optimistic: s.OptimisticAsync}
	impl.Params = implParams(c, classes, m.act.Params)
	impl.Frame = *c.frame
	m.act.Implementations = u.place2(m, m.act.Implementations, impl)
	if len(m.act.Results) == 0 {
		m.act.Results = c.act.results
	}
}

// uniqueConstraint is the rule behind GROUP AGGR: one object for one key.
func (u *unit) uniqueConstraint(c *context, g *bound.Group, x *ast.Group) {
	if len(g.By) == 0 || anyWrong(g) || len(g.ByArgs) != len(g.By) {
		return
	}
	span := x.Span()
	out := &bound.Constraint{Module: u.mod, Span: span, Builtin: "unique"}
	cc := &context{u: u, frame: &bound.Frame{}}
	shift := func(table map[int]int) {
		for _, s := range g.Params {
			table[s] = cc.slot(c.frame.Slots[s].Name, c.frame.Slots[s].Class)
		}
	}
	first, second := map[int]int{}, map[int]int{}
	for _, s := range freeSlots(append(list(g.By), whereOf(g)...)...) {
		if !slices.Contains(g.Params, s) {
			return // depends on a parameter outside: left to the grouping
		}
	}
	shift(first)
	shift(second)
	inner := innerSlots(append(list(g.By), whereOf(g)...))
	for _, s := range inner {
		first[s] = cc.slot("", c.frame.Slots[s].Class)
		second[s] = cc.slot("", c.frame.Slots[s].Class)
	}
	copyOf := func(x bound.Expr, table map[int]int) bound.Expr {
		y := clone(x)
		renumber(y, table)
		return y
	}
	boolean := bound.Node{Class: value.ClassBoolean, Span: span}
	count := &bound.Group{Node: bound.Node{Class: value.ClassInteger, Span: span}, Kind: bound.GroupSum,
		Operands: []bound.Expr{constant(value.Int(1), span)}}
	var items []bound.Expr
	for _, w := range whereOf(g) {
		count.Where = copyOf(w, second)
		items = append(items, copyOf(w, first))
	}
	for _, s := range g.Params {
		count.Params = append(count.Params, second[s])
		out.New = append(out.New, first[s])
	}
	names := ""
	for i, by := range g.By {
		count.By = append(count.By, copyOf(by, second))
		count.ByArgs = append(count.ByArgs, copyOf(by, first))
		items = append(items, copyOf(by, first))
		if call, ok := by.(*bound.Call); ok {
			if i > 0 && names != "" {
				names += ", "
			}
			names += u.shownName(call.Prop)
		}
	}
	one := constant(value.Int(1), span)
	items = append(items, &bound.Compare{Node: boolean, Op: bound.Gt, L: count, R: one})
	out.Condition = conjunction(items, span)
	out.Text = "Violated uniqueness of property " + names + "[" + u.place(span) + "]"
	out.Frame = *cc.frame
	u.r.prog.Constraints = append(u.r.prog.Constraints, out)
}

func whereOf(g *bound.Group) []bound.Expr {
	if g.Where == nil {
		return nil
	}
	return []bound.Expr{g.Where}
}

// innerSlots are the slots that the expressions introduce themselves.
func innerSlots(xs []bound.Expr) []int {
	var out []int
	for _, x := range xs {
		walk(x, func(n bound.Expr) {
			slotLists(n, func(list []int) {
				for _, s := range list {
					if s >= 0 && !slices.Contains(out, s) {
						out = append(out, s)
					}
				}
			})
		})
	}
	return out
}

// cycleConstraint is the rule behind RECURSION ... CYCLES NO: a value that was
// reached twice carries a marker.
func (u *unit) cycleConstraint(c *context, rec *bound.Recursion, x *ast.Recursion) {
	if anyWrong(rec) || !rec.Class.IsNumber() {
		return
	}
	marker := value.Int64(46341)
	if rec.Class.Name == value.NameLong || rec.Class.Name == value.NameNumeric {
		marker = value.Int64(3037000500)
	}
	span := x.Span()
	copied := clone(rec).(*bound.Recursion)
	copied.Cycles = bound.CyclesYes
	out := &bound.Constraint{Module: u.mod, Span: span, Builtin: "cycle"}
	cc := &context{u: u, frame: &bound.Frame{Slots: slices.Clone(c.frame.Slots)}}
	table := map[int]int{}
	for i, a := range copied.Args {
		s := a.(*bound.Param).Slot
		table[s] = cc.slot(c.frame.Slots[s].Name, c.frame.Slots[s].Class)
		copied.Args[i].(*bound.Param).Slot = table[s]
		out.New = append(out.New, table[s])
	}
	out.Condition = &bound.Compare{Node: bound.Node{Class: value.ClassBoolean, Span: span}, Op: bound.Ge, L: copied,
		R: constant(marker, span)}
	out.Text = "Cycle detected in property  for objects :[" + u.place(span) + "]"
	out.Frame = *cc.frame
	u.r.prog.Constraints = append(u.r.prog.Constraints, out)
}

// aggregation resolves AGGR C WHERE condition with the properties it makes.
func (u *unit) aggregation(c *context, m *member, x *ast.AggrExpr, s *ast.Property) {
	p := m.prop
	of := u.userClass(&x.Class, "E2612", "in AGGR")
	if of != nil && of.Abstract {
		u.r.errorf(x.Class.Span(), "E2612", "abstract class '%s' cannot be aggregated", of.Ident)
		of = nil
	}
	cond := c.expr(x.Where, c.open)
	if of == nil || anyWrong(cond) {
		return
	}
	for i := range c.vars {
		v := &c.vars[i]
		if !v.typed && !c.frame.Slots[v.slot].Class.Known() {
			u.r.errorf(s.Decl.Name.Span(), "E2405", "parameter '%s' needs a class", v.name)
			return
		}
		if v.typed {
			continue
		}
		v.class = c.frame.Slots[v.slot].Class
	}
	a := &bound.Aggregation{Span: x.Span(), Class: of, Property: p, Local: x.Event.Scope == "LOCAL" || x.New != nil && x.New.Scope == "LOCAL"}
	n := len(c.vars)
	m.signature = make([]value.Class, n)
	m.paramName = m.paramName[:0]
	m.named = true
	for i, v := range c.vars {
		m.signature[i] = c.frame.Slots[v.slot].Class
		m.paramName = append(m.paramName, v.name)
		back := &bound.Property{Kind: bound.Data, Params: []value.Class{of.Value()}, Class: m.signature[i]}
		back.Name = bound.Name{Namespace: u.mod.Namespace, Module: u.mod, Ident: v.name, Span: x.Span()}
		back.Frame.Slots = []bound.Slot{{Class: of.Value()}}
		u.r.addProperty(back)
		u.declare(&member{name: v.name, mod: u.mod, span: x.Span(), prop: back, signature: back.Params, result: back.Class})
		a.Back = append(a.Back, back)
	}
	c.frame.Slots = slices.Clone(c.frame.Slots)
	u.settle(c, p, cond)
	a.Condition, a.New = cond, c.since(0)
	frame := &bound.Frame{Slots: slices.Clone(c.frame.Slots[:n])}
	a.Frame = bound.Frame{Slots: slices.Clone(c.frame.Slots)}
	slot := len(frame.Slots)
	frame.Slots = append(frame.Slots, bound.Slot{Name: "object", Class: of.Value()})
	node := bound.Node{Class: of.Value(), Span: x.Span()}
	object := func() bound.Expr { return &bound.Param{Node: node, Slot: slot} }
	g := &bound.Group{Node: node, Kind: bound.GroupAggr, Params: []int{slot}, Operands: []bound.Expr{object()}}
	g.Where = &bound.Is{Node: bound.Node{Class: value.ClassBoolean, Span: x.Span()}, X: object(), Of: of}
	for i, back := range a.Back {
		g.By = append(g.By, callOf(back, []bound.Expr{object()}, x.Span()))
		g.ByArgs = append(g.ByArgs, &bound.Param{Node: bound.Node{Class: m.signature[i], Span: x.Span()}, Slot: i})
	}
	p.Kind, p.Body, p.Class, p.Frame, p.Params = bound.Calculated, g, of.Value(), *frame, slices.Clone(m.signature)
	u.r.prog.Aggregations = append(u.r.prog.Aggregations, a)
}
