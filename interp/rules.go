package interp

import (
	"slices"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// rule is an event handler, a constraint or an aggregation, as one step of the
// work at APPLY (global) or of the local events.
type rule struct {
	kind   ruleKind
	span   diag.Span
	frame  *bound.Frame
	mode   query.Mode
	isNew  []int
	rows   *rowPlan // nil: cond tells, or always
	cond   func(*query.Frame) bool
	body   act
	reads  reads // of the condition
	uses   reads // of the body
	writes writes
	props  []*store.Property // what the condition reads
	always bool              // look even when nothing that is read was touched
	never  bool              // WHEN with PREV and without a change operator (product.md decision 44)

	constraint *bound.Constraint
	message    query.Scalar
	columns    []column
	aggr       *aggregation
}

type ruleKind uint8

const (
	constraintRule ruleKind = iota
	aggregationRule
	eventRule
)

// column is a column of the table of offending objects.
type column struct {
	caption string
	value   query.Scalar
}

// rules are all rules of the program in the order in which they run.
type rules struct {
	local, global []*rule
}

// rules gives the rules, made at first use and again when the program grew.
func (i *Instance) rules() *rules {
	if r := i.ruleSet.Load(); r != nil {
		return r
	}
	i.ruleMu.Lock()
	defer i.ruleMu.Unlock()
	if r := i.ruleSet.Load(); r != nil {
		return r
	}
	r := i.makeRules()
	i.ruleSet.Store(r)
	return r
}

func (i *Instance) makeRules() *rules {
	out := &rules{}
	add := func(local bool, r *rule) {
		if local {
			out.local = append(out.local, r)
		} else {
			out.global = append(out.global, r)
		}
	}
	prog := i.prog
	for _, c := range prog.Constraints {
		add(c.Scope.Local, i.constraintRule(c))
		for _, e := range c.Resolve {
			add(e.Scope.Local, i.eventRule(e))
		}
	}
	for _, a := range prog.Aggregations {
		add(a.Local, i.aggregationRule(a))
	}
	for _, e := range prog.Events {
		add(e.Scope.Local, i.eventRule(e))
	}
	out.local, out.global = inOrder(out.local), inOrder(out.global)
	return out
}

func modeOf(local bool) query.Mode {
	if local {
		return query.Mode{At: store.Now, Since: store.Marked}
	}
	return query.NowMode
}

func (i *Instance) eventRule(e *bound.Event) *rule {
	r := &rule{kind: eventRule, span: e.Span, frame: &e.Frame, mode: modeOf(e.Scope.Local), isNew: e.New}
	c := &compiler{inst: i, frame: &e.Frame, mode: r.mode}
	r.body = c.act(e.Body)
	a := analysis{inst: i, reads: &r.uses, writes: &r.writes}
	a.act(e.Body)
	for _, p := range e.Scope.GoAfter {
		r.reads.property(p)
	}
	r.condition(c, e.Condition, e.Order, e.Desc)
	r.always = r.always || e.Condition == nil
	r.never = e.Plain && hasPrev(e.Condition)
	return r
}

// hasPrev tells whether PREV occurs in a condition.
func hasPrev(x bound.Expr) bool {
	found := false
	query.Walk(x, func(x bound.Expr) bool {
		if _, ok := x.(*bound.Prev); ok {
			found = true
		}
		return !found
	})
	return found
}

// condition prepares the rows for which the rule runs.
func (r *rule) condition(c *compiler, cond bound.Expr, order []bound.Expr, desc bool) {
	if cond == nil {
		return
	}
	a := analysis{inst: c.inst, reads: &r.reads}
	a.expr(cond)
	r.props = c.inst.handles(r.reads.list)
	r.always = r.reads.volatile
	if len(r.isNew) == 0 {
		r.cond = c.cond(cond)
		return
	}
	r.rows = c.rows(r.span, rowQuery{cond: cond, new: r.isNew, order: orderKeys(order, desc)})
}

func (i *Instance) constraintRule(x *bound.Constraint) *rule {
	r := &rule{kind: constraintRule, span: x.Span, frame: &x.Frame, mode: modeOf(x.Scope.Local), isNew: x.New, constraint: x}
	c := &compiler{inst: i, frame: &x.Frame, mode: r.mode}
	r.condition(c, whenSet(x.Condition), nil, false)
	if x.Message != nil {
		r.message = c.scalar(x.Message)
	}
	for _, s := range x.New {
		caption := ""
		if s < len(x.Frame.Slots) {
			caption = i.classCaption(x.Frame.Slots[s].Class)
		}
		r.columns = append(r.columns, column{caption: caption + " (ID)", value: func(fr *query.Frame) value.Value { return fr.Slots[s] }})
	}
	for _, p := range x.Properties {
		r.columns = append(r.columns, column{caption: p.Caption, value: c.scalar(p.X)})
	}
	return r
}

// whenSet is the moment a condition begins to hold, unless it speaks of changes
// itself.
func whenSet(x bound.Expr) bound.Expr {
	changes := false
	query.Walk(x, func(x bound.Expr) bool {
		switch x.(type) {
		case *bound.Change, *bound.Prev:
			changes = true
		}
		return !changes
	})
	if changes {
		return x
	}
	return &bound.Change{Node: bound.Node{Class: value.ClassBoolean, Span: x.Place()}, Kind: bound.Set, X: x}
}

// touched tells whether anything the rule's condition reads was written.
func (r *rule) touched(s *Session) bool {
	if r.never {
		return false
	}
	if r.always || s.st.ObjectsTouched(r.mode.Since) {
		return true
	}
	for _, p := range r.props {
		if s.st.Touched(p, r.mode.Since) {
			return true
		}
	}
	return false
}

// inOrder sorts rules so that what writes data comes before what reads it.
// Among rules that are free to run constraints come first, then aggregations,
// then handlers in the order of the text. A ring is cut first at what only a
// handler's body reads; what then remains begins with its last handler.
func inOrder(list []*rule) []*rule {
	n := len(list)
	strong, weak := links(list)
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	o := &ordering{list: list, strong: strong, weak: weak}
	o.sort(all, true)
	out := make([]*rule, n)
	for i, at := range o.out {
		out[i] = list[at]
	}
	return out
}

// links lists, for each rule, the rules that read what it writes: in their
// conditions (strong), or only in their bodies (weak).
func links(list []*rule) (strong, weak [][]int) {
	strong, weak = make([][]int, len(list)), make([][]int, len(list))
	byRead, byUse := map[*bound.Property][]int{}, map[*bound.Property][]int{}
	classRead, classUse := map[*bound.Class][]int{}, map[*bound.Class][]int{}
	for i, r := range list {
		for p := range r.reads.set {
			byRead[p] = append(byRead[p], i)
		}
		for p := range r.uses.set {
			byUse[p] = append(byUse[p], i)
		}
		for c := range r.reads.classes {
			classRead[c] = append(classRead[c], i)
		}
		for c := range r.uses.classes {
			classUse[c] = append(classUse[c], i)
		}
	}
	related := func(index map[*bound.Class][]int, c *bound.Class, found map[int]bool) {
		for d, at := range index {
			if c.Inherits(d) || d.Inherits(c) {
				for _, j := range at {
					found[j] = true
				}
			}
		}
	}
	for i, r := range list {
		s, w := map[int]bool{}, map[int]bool{}
		for p := range r.writes.set {
			for _, j := range byRead[p] {
				s[j] = true
			}
			for _, j := range byUse[p] {
				w[j] = true
			}
		}
		for c := range r.writes.classes {
			related(classRead, c, s)
			related(classUse, c, w)
		}
		delete(s, i)
		delete(w, i)
		for j := range s {
			strong[i] = append(strong[i], j)
			delete(w, j)
		}
		for j := range w {
			weak[i] = append(weak[i], j)
		}
		slices.Sort(strong[i])
		slices.Sort(weak[i])
	}
	return strong, weak
}

type ordering struct {
	list         []*rule
	strong, weak [][]int
	out          []int
}

// next lists the rules of the set that must come after i.
func (o *ordering) next(i int, set map[int]bool, withWeak bool) []int {
	var out []int
	for _, j := range o.strong[i] {
		if set[j] {
			out = append(out, j)
		}
	}
	if withWeak {
		for _, j := range o.weak[i] {
			if set[j] {
				out = append(out, j)
			}
		}
	}
	return out
}

// sort appends the rules of nodes in order.
func (o *ordering) sort(nodes []int, withWeak bool) {
	set := make(map[int]bool, len(nodes))
	for _, i := range nodes {
		set[i] = true
	}
	groups := o.components(nodes, set, withWeak)
	of := make(map[int]int, len(nodes))
	for g, members := range groups {
		for _, i := range members {
			of[i] = g
		}
	}
	waiting := make([]int, len(groups))
	for _, i := range nodes {
		for _, j := range o.next(i, set, withWeak) {
			if of[i] != of[j] {
				waiting[of[j]]++
			}
		}
	}
	ready := make([]int, 0, len(groups))
	for g := range groups {
		if waiting[g] == 0 {
			ready = append(ready, g)
		}
	}
	for len(ready) > 0 {
		best := 0
		for k := range ready {
			if o.before(groups[ready[k]], groups[ready[best]]) {
				best = k
			}
		}
		g := ready[best]
		ready = slices.Delete(ready, best, best+1)
		o.group(groups[g], withWeak)
		for _, i := range groups[g] {
			for _, j := range o.next(i, set, withWeak) {
				if h := of[j]; h != g {
					if waiting[h]--; waiting[h] == 0 {
						ready = append(ready, h)
					}
				}
			}
		}
	}
}

// before orders two groups that do not depend on one another.
func (o *ordering) before(a, b []int) bool {
	x, y := o.list[a[0]], o.list[b[0]]
	if x.kind != y.kind {
		return x.kind < y.kind
	}
	return a[0] < b[0]
}

// group appends one component: a single rule, or a ring that is cut.
func (o *ordering) group(members []int, withWeak bool) {
	if len(members) == 1 {
		o.out = append(o.out, members[0])
		return
	}
	if withWeak {
		o.sort(members, false)
		return
	}
	last := len(members) - 1
	o.out = append(o.out, members[last])
	o.sort(members[:last], false)
}

// components gives the strongly connected components, each in text order,
// ordered by their first member.
func (o *ordering) components(nodes []int, set map[int]bool, withWeak bool) [][]int {
	t := &tarjan{o: o, set: set, weak: withWeak, index: map[int]int{}, low: map[int]int{}, on: map[int]bool{}}
	for _, i := range nodes {
		if _, seen := t.index[i]; !seen {
			t.visit(i)
		}
	}
	for _, g := range t.groups {
		slices.Sort(g)
	}
	slices.SortFunc(t.groups, func(a, b []int) int { return a[0] - b[0] })
	return t.groups
}

type tarjan struct {
	o      *ordering
	set    map[int]bool
	weak   bool
	index  map[int]int
	low    map[int]int
	on     map[int]bool
	stack  []int
	groups [][]int
}

func (t *tarjan) visit(i int) {
	t.index[i] = len(t.index)
	t.low[i] = t.index[i]
	t.stack = append(t.stack, i)
	t.on[i] = true
	for _, j := range t.o.next(i, t.set, t.weak) {
		if _, seen := t.index[j]; !seen {
			t.visit(j)
			t.low[i] = min(t.low[i], t.low[j])
		} else if t.on[j] {
			t.low[i] = min(t.low[i], t.index[j])
		}
	}
	if t.low[i] != t.index[i] {
		return
	}
	var g []int
	for {
		j := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		t.on[j] = false
		g = append(g, j)
		if j == i {
			break
		}
	}
	t.groups = append(t.groups, g)
}
