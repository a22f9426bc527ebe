package query

import (
	"slices"
	"sync"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// change compiles CHANGED, SET and relatives for one row.
func (e *Evaluator) change(x *bound.Change, m Mode) Scalar {
	if m.At == m.Since {
		return constant(value.Value{})
	}
	now, before := e.Scalar(x.X, m), e.Scalar(x.X, Mode{At: m.Since, Since: m.Since})
	dep, since := e.dependency(x.X), m.Since
	holds := changeHolds(x.Kind)
	return func(fr *Frame) value.Value {
		if !dep.touched(fr.Env.Session, since) {
			return value.Value{}
		}
		return value.Bool(holds(before(fr), now(fr)))
	}
}

func changeHolds(k bound.ChangeKind) func(old, new value.Value) bool {
	differ := func(a, b value.Value) bool { return a.IsNull() != b.IsNull() || !value.Equal(a, b) }
	switch k {
	case bound.Set:
		return func(a, b value.Value) bool { return a.IsNull() && !b.IsNull() }
	case bound.Dropped:
		return func(a, b value.Value) bool { return !a.IsNull() && b.IsNull() }
	case bound.SetChanged:
		return func(a, b value.Value) bool { return !b.IsNull() && differ(a, b) }
	case bound.DroppedChanged:
		return func(a, b value.Value) bool { return !a.IsNull() && differ(a, b) }
	case bound.SetDropped:
		return func(a, b value.Value) bool { return a.IsNull() != b.IsNull() }
	}
	return differ
}

// change adds where a change operator can hold: the rows that a change of
// something x reads leads to, and where x has a value in the state that the
// operator asks for.
func (b *builder) change(c *conj, x *bound.Change, sc *scope, m Mode) {
	if m.At == m.Since {
		c.never = true
		return
	}
	switch x.Kind {
	case bound.Set, bound.SetChanged:
		b.need(c, x.X, sc, m)
	case bound.Dropped, bound.DroppedChanged:
		b.need(c, x.X, sc, Mode{At: m.Since, Since: m.Since})
	}
	b.choose(c, b.affected(x.X, sc, m)...)
}

// affected gives alternatives, one of which holds for every row for which x
// may differ between the two states of m.
//
// Where x differs, its evaluation meets a first property whose row was
// changed while its arguments are the same in both states. So for each place
// where a property is read there is one alternative: a changed row whose keys
// are the arguments.
func (b *builder) affected(x bound.Expr, sc *scope, m Mode) []func(*conj) {
	b.nodes++
	if b.nodes > maxNodes || b.depth > maxDepth {
		return []func(*conj){func(*conj) {}}
	}
	switch x := x.(type) {
	case *bound.Param:
		if a := b.param(x, sc); a.x != nil {
			return b.affected(a.x, a.sc, a.m)
		}
		return nil
	case *bound.Prev:
		return nil
	case *bound.Change: // never holds in the earlier state
		return b.affected(x.X, sc, m)
	case *bound.Is:
		return b.affectedClass(x.X, x.Of, sc, m)
	case *bound.As:
		return b.affectedClass(x.X, x.Of, sc, m)
	case *bound.Call:
		return b.affectedCall(x, sc, m)
	case *bound.Group:
		return b.affectedGroup(x, sc, m)
	case *bound.Recursion:
		return b.affectedRecursion(x, sc, m)
	case *bound.Partition:
		return b.affectedWhole(x, sc, m)
	}
	return b.affectedAll(children(x), sc, m)
}

func (b *builder) affectedAll(xs []bound.Expr, sc *scope, m Mode) []func(*conj) {
	var out []func(*conj)
	for _, x := range xs {
		out = append(out, b.affected(x, sc, m)...)
	}
	return out
}

func (b *builder) affectedClass(x bound.Expr, of *bound.Class, sc *scope, m Mode) []func(*conj) {
	out := b.affected(x, sc, m)
	if of == nil {
		return out
	}
	return append(out, func(c *conj) {
		b.add(c, &changedObjects{slot: b.term(c, x, sc, m), class: int32(of.Number), since: m.Since, name: of.Ident})
	})
}

func (b *builder) affectedCall(x *bound.Call, sc *scope, m Mode) []func(*conj) {
	p := x.Prop
	switch p.Kind {
	case bound.Data, bound.Local:
		return append(b.affectedAll(x.Args, sc, m), func(c *conj) {
			keys := b.terms(c, x.Args, sc, m)
			b.add(c, &changed{prop: b.e.handle(p), decl: p, since: m.Since, keys: keys, span: x.Span})
		})
	}
	b.depth++
	defer func() { b.depth-- }()
	if p.Kind != bound.Abstract {
		return b.affected(p.Body, bodyScope(x.Args, sc, m, len(p.Frame.Slots)), m)
	}
	out := b.affectedAll(x.Args, sc, m)
	for _, im := range p.Implementations {
		in := bodyScope(x.Args, sc, m, len(im.Frame.Slots))
		for i, class := range im.Params {
			if class.IsObject() && class.User != 0 {
				out = append(out, func(c *conj) {
					s := b.term(c, &bound.Param{Slot: i}, in, m)
					b.add(c, &changedObjects{slot: s, class: class.User, since: m.Since})
				})
			}
		}
		out = append(out, b.affectedAll(some(im.When, im.Value), in, m)...)
	}
	return out
}

// affectedWhole is for relations whose values depend on far rows: everything
// that has a value in one of the states, when anything was touched.
func (b *builder) affectedWhole(x bound.Expr, sc *scope, m Mode) []func(*conj) {
	dep := b.e.dependency(x)
	guard := func(c *conj) { b.add(c, &affected{dep: dep, since: m.Since}) }
	return []func(*conj){
		func(c *conj) { guard(c); b.need(c, x, sc, m) },
		func(c *conj) { guard(c); b.need(c, x, sc, Mode{At: m.Since, Since: m.Since}) },
	}
}

// affected holds when something of what is read was touched. With a group it
// also enumerates the keys of the groups that may differ.
type affected struct {
	dep   *dependency
	since store.State
	g     *affectedGroups
	keys  []int
}

func (a *affected) slots() []int { return a.keys }

func (a *affected) repeats() bool { return a.g != nil }

func (a *affected) idle(s *store.Session) bool { return !a.dep.touched(s, a.since) }

func (a *affected) estimate(s *store.Session, bound slotSet) (float64, bool) {
	if a.g == nil {
		return 1, true
	}
	plan, err := a.g.variant(a.given(bound))
	if err != nil {
		return 0, false
	}
	return plan.estimate(s), true
}

func (a *affected) given(bound slotSet) keyMask {
	var m keyMask
	for i, k := range a.keys {
		if i < len(a.g.corr) && bound.has(k) {
			m |= 1 << i
		}
	}
	return m
}

func (a *affected) describe(slotSet) (string, string) {
	if a.g != nil {
		return "changed groups of", lineOf(a.g.span)
	}
	return "when changed", ""
}

func (a *affected) compile(bound slotSet, next proc) proc {
	if a.g == nil {
		return func(r *run) bool {
			if !a.dep.touched(r.s, a.since) {
				return true
			}
			return next(r)
		}
	}
	given := a.given(bound)
	known := make([]bool, len(a.keys))
	for i, k := range a.keys {
		known[i] = bound.has(k) || slices.Contains(a.keys[:i], k)
	}
	return func(r *run) bool {
		if !a.dep.touched(r.s, a.since) {
			return true
		}
		plan, err := a.g.variant(given)
		if err != nil {
			Throw(a.g.span, err)
		}
		fr := r.fr.Env.enter(plan.size)
		for i, s := range a.g.corr {
			if given&(1<<i) != 0 {
				fr.Slots[s] = r.fr.Slots[a.keys[i]]
			}
		}
		inner := a.g.inner
		seen := &seenRows{slots: inner}
		ok := true
		r.rows += plan.Each(fr, func(in *Frame) bool {
			if !seen.add(in) {
				return true
			}
			for i, k := range a.keys {
				v := in.Slots[inner[i]]
				if !known[i] {
					r.fr.Slots[k] = v
				} else if !value.Equal(r.fr.Slots[k], v) {
					return true
				}
			}
			ok = next(r)
			return ok
		})
		r.fr.Env.leave()
		return ok
	}
}

// affectedGroups enumerates the keys of the groups of a GROUP that may differ:
// those that a touched row belongs to in one of the states; or the fixed keys of
// a RECURSION whose ways may.
type affectedGroups struct {
	e     *Evaluator
	span  diag.Span
	m     Mode
	corr  []int
	inner []int // slots of the plan's frame that hold the keys
	size  int
	// choices gives what leads to a key, one of which holds; params are the
	// slots that must be found besides the keys.
	choices func(b *builder) []func(*conj)
	params  []int
	free    []int // slots that may be found on the way

	mu       sync.Mutex
	variants map[keyMask]*affectedVariant
}

type affectedVariant struct {
	plan *Plan
	err  error
}

func (b *builder) affectedGroup(x *bound.Group, sc *scope, m Mode) []func(*conj) {
	g := b.e.grouping(x, m)
	ag := &affectedGroups{e: b.e, span: x.Span, m: m, corr: g.corr, size: g.size, params: x.Params}
	ag.inner = append(slices.Clone(g.corr), g.keySlots...)
	ag.choices = func(b *builder) []func(*conj) { return b.changedGroups(x, g.keySlots, m) }
	out := b.affectedAll(x.ByArgs, sc, m)
	for _, s := range g.corr {
		out = append(out, b.affected(&bound.Param{Slot: s}, sc, m)...)
	}
	return append(out, func(c *conj) {
		src := &affected{dep: g.dep, since: m.Since, g: ag}
		for _, s := range g.corr {
			src.keys = append(src.keys, b.term(c, &bound.Param{Slot: s}, sc, m))
		}
		src.keys = append(src.keys, b.terms(c, x.ByArgs, sc, m)...)
		b.add(c, src)
	})
}

// variant gives the plan with the given correlated slots bound.
func (g *affectedGroups) variant(given keyMask) (*Plan, error) {
	g.mu.Lock()
	v := g.variants[given]
	g.mu.Unlock()
	if v != nil {
		return v.plan, v.err
	}
	v = &affectedVariant{}
	v.plan, v.err = g.plan(given)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.variants == nil {
		g.variants = map[keyMask]*affectedVariant{}
	}
	g.variants[given] = v
	return v.plan, v.err
}

func (g *affectedGroups) plan(given keyMask) (*Plan, error) {
	var slots []int
	for i, s := range g.inner {
		if i >= len(g.corr) || given&(1<<i) == 0 {
			slots = append(slots, s)
		}
	}
	slots = append(slots, g.params...)
	b := &builder{e: g.e, defs: map[int]source{}, size: g.size}
	p := &Plan{e: g.e, q: Query{New: slots, Mode: g.m, FrameSize: g.size, Span: g.span}, top: newConj(nil), repeats: true, free: g.free}
	b.choose(p.top, g.choices(b)...)
	return p, p.finish(b)
}

// states are the two states that a change operator compares.
func (m Mode) states() []Mode {
	return []Mode{{At: m.At, Since: m.Since}, {At: m.Since, Since: m.Since}}
}

// changedGroups gives the ways from a changed row to the keys of its group.
func (b *builder) changedGroups(x *bound.Group, keySlots []int, m Mode) []func(*conj) {
	parts := slices.Concat(x.Operands, some(x.Where), x.By, x.Order, some(x.Top, x.Offset))
	rows := slices.Clone(some(x.Where))
	if x.Kind != bound.GroupLast || x.Where == nil {
		rows = append(rows, x.Operands...)
	}
	var alts []func(*conj)
	for _, state := range m.states() {
		for _, leaf := range b.affectedAll(parts, nil, m) {
			alts = append(alts, func(c *conj) {
				leaf(c)
				b.needAll(c, rows, nil, state)
				for i, by := range x.By {
					b.unify(c, by, nil, state, keySlots[i])
				}
			})
		}
	}
	return alts
}

// affectedRecursion is for the rows of all fixed keys with a way on which an
// initial row or a step changed.
func (b *builder) affectedRecursion(x *bound.Recursion, sc *scope, m Mode) []func(*conj) {
	r := b.e.recursing(x, m)
	ag := &affectedGroups{e: b.e, span: x.Span, m: m, size: r.size}
	var args []bound.Expr
	for _, i := range r.fixed {
		if i >= r.corr() {
			ag.inner = append(ag.inner, r.keys[i])
			args = append(args, x.Args[i-r.corr()])
		}
	}
	for i, s := range x.Params {
		if x.Previous[i] >= 0 {
			ag.free = append(ag.free, s, x.Previous[i])
		}
	}
	ag.choices = func(b *builder) []func(*conj) { return b.changedWays(x, m) }
	if r.corr() > 0 {
		return b.affectedWhole(x, sc, m)
	}
	if _, err := ag.variant(0); err != nil {
		return b.affectedWhole(x, sc, m)
	}
	dep := b.e.dependency(x)
	out := b.affectedAll(x.Args, sc, m)
	for _, state := range m.states() {
		out = append(out, func(c *conj) {
			b.add(c, &affected{dep: dep, since: m.Since, g: ag, keys: b.terms(c, args, sc, m)})
			b.need(c, x, sc, state)
		})
	}
	return out
}

// changedWays gives the ways from a change of an initial row or of a step to
// the fixed keys. Up to its first changed step a way is the same in both states.
func (b *builder) changedWays(x *bound.Recursion, m Mode) []func(*conj) {
	var alts []func(*conj)
	for _, state := range m.states() {
		for _, leaf := range b.affected(x.Init, nil, m) {
			alts = append(alts, func(c *conj) { leaf(c); b.need(c, x.Init, nil, state) })
		}
		r := b.e.recursing(x, state)
		before := &recursed{r: r, val: -1}
		for i, s := range x.Params {
			if x.Previous[i] >= 0 {
				s = x.Previous[i]
			}
			before.keys = append(before.keys, s)
		}
		for _, leaf := range b.affected(x.Step, nil, m) {
			alts = append(alts, func(c *conj) {
				leaf(c)
				b.need(c, x.Step, nil, state)
				b.add(c, before)
			})
		}
	}
	return alts
}
