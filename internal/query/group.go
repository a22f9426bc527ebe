package query

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// grouping evaluates one GROUP in one mode. Its keys are the correlated slots
// (outer slots that are used inside) followed by the By expressions.
type grouping struct {
	e        *Evaluator
	x        *bound.Group
	m        Mode
	corr     []int
	by       []Scalar
	keySlots []int // slot for the wanted value of each By
	size     int
	operands []Scalar
	value    int // slot in which the plan leaves the one operand, -1: it is computed
	order    []Scalar
	top      Scalar
	offset   Scalar
	ordered  bool
	dep      *dependency
	cache    *stateCache
	variants sync.Map // keyMask -> *groupVariant

	deltaOnce sync.Once
	delta     *deltaGroups // nil: not kept up to date row by row
}

// keyMask tells which keys of a grouping are given: bit i for key i.
type keyMask uint64

type groupVariant struct {
	once  sync.Once
	plan  *Plan
	err   error
	lanes atomic.Pointer[laneVariant]
}

// laneVariant is the way over cells for one order of the steps.
type laneVariant struct {
	order  *plannedOrder
	groups *laneGroups // nil: there is none
}

type groupingKey struct {
	x *bound.Group
	m Mode
}

type groupCacheKey struct{ x bound.Expr }

// cacheOf is shared by the modes: equal stamps mean equal values.
func (e *Evaluator) cacheOf(x bound.Expr) *stateCache {
	c, _ := e.plans.LoadOrStore(groupCacheKey{x}, &stateCache{})
	return c.(*stateCache)
}

func (e *Evaluator) grouping(x *bound.Group, m Mode) *grouping {
	if g, ok := e.plans.Load(groupingKey{x, m}); ok {
		return g.(*grouping)
	}
	g := &grouping{e: e, x: x, m: m, cache: e.cacheOf(x)}
	inner := slices.Concat(x.Operands, some(x.Where), x.By, x.Order, some(x.Top, x.Offset))
	for _, s := range freeSlots(inner...) {
		if !slices.Contains(x.Params, s) {
			g.corr = append(g.corr, s)
		}
	}
	g.size = frameSize(x)
	for range x.By {
		g.keySlots = append(g.keySlots, g.size)
		g.size++
	}
	g.by, g.operands, g.order = e.scalars(x.By, m), e.scalars(x.Operands, m), e.scalars(x.Order, m)
	g.value = -1
	if derived(x) {
		slot := g.size
		g.value, g.operands = slot, []Scalar{func(fr *Frame) value.Value { return fr.Slots[slot] }}
		g.size++
	}
	if x.Top != nil {
		g.top = e.Scalar(x.Top, m)
	}
	if x.Offset != nil {
		g.offset = e.Scalar(x.Offset, m)
	}
	g.ordered = x.Kind == bound.GroupLast || x.Kind == bound.GroupConcat || x.Kind == bound.GroupCustom || x.Top != nil || x.Offset != nil
	g.dep = e.dependency(inner...)
	kept, _ := e.plans.LoadOrStore(groupingKey{x, m}, g)
	return kept.(*grouping)
}

// derived is true of an aggregate over the values of another one: these come
// with its groups, so the plan binds them and none is looked up.
func derived(x *bound.Group) bool {
	if x.Kind != bound.GroupSum && x.Kind != bound.GroupMax && x.Kind != bound.GroupMin || len(x.Operands) != 1 {
		return false
	}
	call, ok := x.Operands[0].(*bound.Call)
	if !ok || call.Prop.Kind != bound.Calculated {
		return false
	}
	_, ok = call.Prop.Body.(*bound.Group)
	return ok
}

func (g *grouping) keys() int { return len(g.corr) + len(g.x.By) }

func (g *grouping) all() keyMask { return 1<<g.keys() - 1 }

// condition is what the rows have to fulfil, with the given keys compared.
func (g *grouping) condition(given keyMask) bound.Expr {
	x := g.x
	var items []bound.Expr
	items = append(items, some(x.Where)...)
	if x.Kind != bound.GroupLast || x.Where == nil {
		items = append(items, g.valued()...)
	}
	for i, by := range x.By {
		if given&(1<<(len(g.corr)+i)) == 0 {
			items = append(items, by)
			continue
		}
		node := bound.Node{Class: by.ValueClass(), Span: by.Place()}
		key := &bound.Param{Node: node, Slot: g.keySlots[i]}
		items = append(items, &bound.Compare{Node: bound.Node{Class: value.ClassBoolean, Span: by.Place()}, Op: bound.Eq, L: by, R: key})
	}
	return &bound.And{Node: bound.Node{Class: value.ClassBoolean, Span: x.Span}, Items: items}
}

// valued says that the operands have a value, which is bound where it is kept.
func (g *grouping) valued() []bound.Expr {
	if g.value < 0 {
		return g.x.Operands
	}
	x := g.x.Operands[0]
	slot := &bound.Param{Node: bound.Node{Class: x.ValueClass(), Span: x.Place()}, Slot: g.value}
	return []bound.Expr{&bound.Compare{Node: bound.Node{Class: value.ClassBoolean, Span: x.Place()}, Op: bound.Eq, L: slot, R: x}}
}

// variant gives the plan for a set of given keys.
func (g *grouping) variant(given keyMask) (*Plan, error) {
	v := g.prepared(given)
	return v.plan, v.err
}

func (g *grouping) prepared(given keyMask) *groupVariant {
	entry, _ := g.variants.LoadOrStore(given, &groupVariant{})
	v := entry.(*groupVariant)
	v.once.Do(func() {
		slots := slices.Clone(g.x.Params)
		for i, s := range g.corr {
			if given&(1<<i) == 0 {
				slots = append(slots, s)
			}
		}
		if g.value >= 0 {
			slots = append(slots, g.value)
		}
		v.plan, v.err = g.e.Plan(Query{Cond: g.condition(given), New: slots, Mode: g.m, FrameSize: g.size, Span: g.x.Span})
	})
	return v
}

// overCells gives the way over cells for the sizes that the session sees.
func (v *groupVariant) overCells(g *grouping, given keyMask, s *store.Session) *laneGroups {
	if v.plan.top.never {
		return nil
	}
	order := v.plan.ordered(s)
	if l := v.lanes.Load(); l != nil && l.order == order {
		return l.groups
	}
	l := &laneVariant{order: order, groups: g.laneGroups(v.plan, order.seq, given)}
	v.lanes.Store(l)
	return l.groups
}

// groupTable is the groups with their keys and values, as values or as cells.
type groupTable struct {
	rowTable
	cells *cellTable
}

func (t *groupTable) find(key []byte, keys []value.Value) value.Value {
	if t.cells != nil {
		return t.cells.get(keys)
	}
	return t.rowTable.get(key)
}

func (t *groupTable) len() int {
	if t.cells != nil {
		return len(t.cells.vals)
	}
	return len(t.vals)
}

// row gives a group; buf is used for its keys when they are cells.
func (t *groupTable) row(i int, buf []value.Value) ([]value.Value, value.Value) {
	if t.cells == nil {
		return t.keys[i], t.vals[i]
	}
	w := len(t.cells.types)
	for j, ty := range t.cells.types {
		buf[j] = ty.value(t.cells.keys[i*w+j])
	}
	return buf, t.cells.t.value(t.cells.vals[i])
}

// table computes all groups with the given keys; keys holds a value for each
// given key. It returns the number of rows that were looked at.
func (g *grouping) table(env *Env, given keyMask, keys []value.Value) (*groupTable, int64) {
	v := g.prepared(given)
	if v.err != nil {
		Throw(g.x.Span, v.err)
	}
	nc := len(g.corr)
	fr := g.frame(env, given, keys)
	if given != g.all() || len(keys) == 0 {
		if lg := v.overCells(g, given, env.Session); lg != nil && !g.mixed(given) {
			if t, rows, ok := lg.table(fr, g.x.Span); ok {
				env.leave()
				return &groupTable{cells: t}, rows
			}
		}
	}
	t := &groupTable{rowTable: *newRowTable()}
	var groups []*accumulator
	var buf []byte
	row := make([]value.Value, g.keys())
	rows := v.plan.Each(fr, func(in *Frame) bool {
		for i, s := range g.corr {
			row[i] = in.Slots[s]
		}
		for i, by := range g.by {
			if given&(1<<(nc+i)) != 0 {
				row[nc+i] = keys[nc+i]
			} else {
				row[nc+i] = by(in)
			}
		}
		buf = appendKeys(buf[:0], row)
		at, ok := t.index[string(buf)]
		if !ok {
			at = len(groups)
			t.index[string(buf)] = at
			t.keys = append(t.keys, slices.Clone(row))
			groups = append(groups, g.start(in))
		}
		groups[at].add(g, in)
		return true
	})
	env.leave()
	t.vals = make([]value.Value, len(groups))
	for i, a := range groups {
		t.vals[i] = a.result(g)
	}
	return t, rows
}

// mixed tells that some keys are given and some are not: the way over cells
// has columns for the latter only.
func (g *grouping) mixed(given keyMask) bool { return given != 0 && given != g.all() }

// frame gives a frame with the given keys set; the caller leaves it.
func (g *grouping) frame(env *Env, given keyMask, keys []value.Value) *Frame {
	fr := env.enter(g.size)
	nc := len(g.corr)
	for i := range keys {
		switch {
		case given&(1<<i) == 0:
		case i < nc:
			fr.Slots[g.corr[i]] = keys[i]
		default:
			fr.Slots[g.keySlots[i-nc]] = keys[i]
		}
	}
	return fr
}

// point computes the value for all keys given, through the cache.
func (g *grouping) point(env *Env, keys []value.Value) value.Value {
	nc := len(g.corr)
	for _, k := range keys[nc:] {
		if k.IsNull() {
			return k
		}
	}
	if g.dep.volatile {
		v, _ := g.compute(env, keys)
		return v
	}
	g.deltaOnce.Do(func() { g.delta = newDelta(g) })
	if g.delta != nil {
		if v, ok := g.delta.point(env, keys); ok {
			return v
		}
	}
	var space [64]byte
	key := appendKeys(space[:0], keys)
	entry := g.cache.at(g.dep, env.Session, g.m)
	v, full, ok := entry.point(key)
	if full != nil && !slices.ContainsFunc(keys[:nc], value.Value.IsNull) {
		return full.find(key, keys)
	}
	if ok && full == nil {
		return v
	}
	if full == nil && len(keys) > 0 && g.payFull(env, entry) && !slices.ContainsFunc(keys[:nc], value.Value.IsNull) {
		t, _ := g.table(env, 0, nil)
		entry.keepFull(t)
		return t.find(key, keys)
	}
	v, rows := g.compute(env, keys)
	if g.delta != nil {
		g.delta.miss()
	}
	if full == nil {
		entry.keepPoint(key, v, float64(rows)+4)
	}
	return v
}

// compute computes the value for all keys given.
func (g *grouping) compute(env *Env, keys []value.Value) (value.Value, int64) {
	if _, err := g.variant(g.all()); err != nil {
		if _, full := g.variant(0); full == nil {
			t, rows := g.table(env, 0, nil)
			return t.find(appendKeys(nil, keys), keys), rows
		}
	}
	if v := g.prepared(g.all()); v.err == nil {
		if lg := v.overCells(g, g.all(), env.Session); lg != nil {
			fr := g.frame(env, g.all(), keys)
			out, rows, ok := lg.single(fr)
			env.leave()
			if ok {
				return out, rows
			}
		}
	}
	t, rows := g.table(env, g.all(), keys)
	if t.len() == 0 {
		return value.Value{}, rows
	}
	_, out := t.row(0, make([]value.Value, len(keys)))
	return out, rows
}

// payFull tells that single points have cost as much as all groups would.
func (g *grouping) payFull(env *Env, entry *cacheEntry) bool {
	full, err := g.variant(0)
	if err != nil {
		return false
	}
	if _, err := g.variant(g.all()); err != nil {
		return true
	}
	spent := entry.spent()
	return spent > 64 && spent > full.estimate(env.Session)
}

// group compiles the evaluation of a GROUP for one row.
func (e *Evaluator) group(x *bound.Group, m Mode) Scalar {
	args := e.scalars(x.ByArgs, m)
	var g *grouping
	var once sync.Once
	inProgram := x.Span.Start.IsValid() && !inLibrary(x.Span)
	return func(fr *Frame) value.Value {
		if inProgram {
			fr.Env.caller = &x.Span
		}
		once.Do(func() { g = e.grouping(x, m) })
		nc := len(g.corr)
		in := fr.Env.enter(nc + len(args))
		for i, s := range g.corr {
			in.Slots[i] = fr.Slots[s]
		}
		for i, a := range args {
			in.Slots[nc+i] = a(fr)
		}
		v := g.point(fr.Env, in.Slots)
		fr.Env.leave()
		return v
	}
}

// grouped is a GROUP as a relation between its keys and its value.
type grouped struct {
	g    *grouping
	keys []int // slots of the plan
	val  int
	all  []int
}

func (b *builder) unifyGroup(c *conj, x *bound.Group, sc *scope, m Mode, slot int) {
	g := b.e.grouping(x, m)
	src := &grouped{g: g, val: slot}
	for _, s := range g.corr {
		p := &bound.Param{Slot: s}
		a := b.param(p, sc)
		if a.x == nil {
			src.keys = append(src.keys, a.slot)
			continue
		}
		fn, deps := b.scalar(a.x, a.sc, a.m)
		if len(deps) > 0 {
			src.keys = append(src.keys, b.term(c, a.x, a.sc, a.m))
			continue
		}
		// A constant argument may be NULL, which a term may not.
		t := b.temp()
		b.define(c, t, &computedNull{computed{out: t, fn: fn, all: []int{t}}})
		src.keys = append(src.keys, t)
	}
	src.keys = append(src.keys, b.terms(c, x.ByArgs, sc, m)...)
	src.all = slotsOf(src.keys, slot)
	if slot >= 0 {
		b.define(c, slot, src)
	} else {
		b.add(c, src)
	}
}

// computedNull is computed whose value may be NULL.
type computedNull struct{ computed }

func (a *computedNull) compile(bound slotSet, next proc) proc {
	if bound.has(a.out) {
		return next
	}
	return func(r *run) bool {
		r.fr.Slots[a.out] = a.fn(r.fr)
		return next(r)
	}
}

func (a *grouped) slots() []int { return a.all }

func (a *grouped) given(bound slotSet) keyMask {
	var m keyMask
	for i, k := range a.keys {
		if bound.has(k) {
			m |= 1 << i
		}
	}
	return m
}

func (a *grouped) estimate(s *store.Session, bound slotSet) (float64, bool) {
	given := a.given(bound)
	if given == a.g.all() {
		return 0.9, true
	}
	plan, err := a.g.variant(given)
	if err != nil {
		if plan, err = a.g.variant(0); err != nil {
			return 0, false
		}
	}
	return plan.estimate(s), true
}

func (a *grouped) describe(bound slotSet) (string, string) {
	if a.given(bound) == a.g.all() {
		return "group value", lineOf(a.g.x.Span)
	}
	return "groups of", lineOf(a.g.x.Span)
}

func (a *grouped) compile(bound slotSet, next proc) proc {
	given := a.given(bound)
	settle := settleValue(a.val, a.keys, bound)
	if given == a.g.all() {
		return func(r *run) bool {
			in := r.fr.Env.enter(len(a.keys))
			for i, k := range a.keys {
				in.Slots[i] = r.fr.Slots[k]
			}
			v := a.g.point(r.fr.Env, in.Slots)
			r.fr.Env.leave()
			if !settle(r, v) {
				return true
			}
			return next(r)
		}
	}
	return func(r *run) bool {
		pushed := given
		if _, err := a.g.variant(given); err != nil {
			pushed = 0
		}
		wanted := make([]value.Value, len(a.keys))
		for i, k := range a.keys {
			wanted[i] = r.fr.Slots[k]
		}
		t := a.g.tableFor(r, pushed, wanted)
		return a.g.eachGroup(r, t, a.keys, given, pushed, wanted, settle, next)
	}
}

// tableFor gives the table of the groups with the pushed keys, from the cache
// when nothing is pushed.
func (g *grouping) tableFor(r *run, pushed keyMask, wanted []value.Value) *groupTable {
	if pushed != 0 || g.dep.volatile {
		t, rows := g.table(r.fr.Env, pushed, wanted)
		r.rows += rows
		return t
	}
	entry := g.cache.at(g.dep, r.s, g.m)
	if _, full, _ := entry.point(nil); full != nil {
		return full
	}
	t, rows := g.table(r.fr.Env, 0, nil)
	r.rows += rows
	entry.keepFull(t)
	return t
}

// eachGroup goes on with every group of t; slots hold the keys.
func (g *grouping) eachGroup(r *run, t *groupTable, slots []int, given, pushed keyMask, wanted []value.Value, settle func(*run, value.Value) bool, next proc) bool {
	buf := make([]value.Value, len(slots))
	for i := range t.len() {
		key, v := t.row(i, buf)
		if v.IsNull() {
			continue
		}
		r.rows++
		r.fr.Env.Tick(g.x.Span)
		ok := true
		for j, s := range slots {
			switch {
			case given&(1<<j) != 0:
				ok = ok && (pushed&(1<<j) != 0 || value.Equal(key[j], wanted[j]))
			case slices.Contains(slots[:j], s):
				ok = ok && value.Equal(r.fr.Slots[s], key[j])
			default:
				r.fr.Slots[s] = key[j]
			}
		}
		if ok && settle(r, v) && !next(r) {
			return false
		}
	}
	return true
}

// settleValue puts a value into its slot, or compares it when the slot is
// bound or one of the keys.
func settleValue(val int, keys []int, bound slotSet) func(r *run, v value.Value) bool {
	rel := &relation{val: val}
	return rel.settle(val >= 0 && (bound.has(val) || slices.Contains(keys, val)))
}
