package query

import (
	"slices"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// laneProc is a step over cells; it returns false to stop the run.
type laneProc func(f *laneFrame) bool

// lanePlan is a plan whose steps all work on cells.
type lanePlan struct {
	lanes *lanes
	first func(emit laneProc) laneProc
}

// laneStep makes the proc of a step from that of the steps after it.
type laneStep func(next laneProc) laneProc

// lanePlan compiles a sequence without branches. sorted asks for the rows of
// the first step in key order.
// Conditions among skip are left to the caller.
func (p *Plan) lanePlan(seq *sequence, sorted bool, skip ...bound.Expr) *lanePlan {
	if seq.alts != nil || seq.distinct {
		return nil
	}
	l := &lanes{e: p.e, slots: map[int]laneSlot{}, bound: p.bound, captured: map[rowKey]int{}, probes: 1}
	var steps []laneStep
	for i, st := range seq.steps {
		if st.distinct {
			continue
		}
		var step laneStep
		ok := false
		if st.filter != nil {
			if st.filter.sc == nil && slices.Contains(skip, st.filter.x) {
				continue
			}
			step, ok = l.filter(st.filter)
		} else {
			l.probes *= max(st.est, 0.01) // now the rows after the step
			step, ok = l.source(st.src, st.before, sorted || i > 0)
		}
		if !ok {
			return nil
		}
		steps = append(steps, step)
	}
	return &lanePlan{lanes: l, first: func(emit laneProc) laneProc {
		next := emit
		for i := len(steps) - 1; i >= 0; i-- {
			next = steps[i](next)
		}
		return next
	}}
}

// run executes a proc of the plan; it reports false when lanes cannot do it.
func (lp *lanePlan) run(fr *Frame, proc laneProc) (f *laneFrame, ok bool) {
	l := lp.lanes
	f = &laneFrame{slots: make([]int64, l.size), views: make([]store.View, len(l.views)), s: fr.Env.Session, env: fr.Env, outer: fr,
		reverses: make([]*reverse, l.reverses), noReverse: make([]bool, l.reverses)}
	for i, v := range l.views {
		f.views[i] = f.s.View(v.at, v.prop)
	}
	for _, o := range l.outer {
		if o.slot >= len(fr.Slots) {
			f.slots[o.at] = null
		} else if !o.fill(f, fr.Slots[o.slot]) {
			return f, false
		}
	}
	depth := f.env.depth
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(lanesGiveUp); !is {
				panic(r)
			}
			f.env.depth, ok = depth, false
		}
	}()
	proc(f)
	return f, true
}

func (o outerLane) fill(f *laneFrame, v value.Value) bool {
	switch {
	case v.IsNull():
		f.slots[o.at] = null
	case o.key:
		c, ok := o.t.codec.Find(v)
		if !ok {
			c = null
		}
		f.slots[o.at] = c
	case v.Kind() != o.t.kind:
		return false
	default:
		f.slots[o.at] = v.Num()
	}
	return true
}

// scopeOf is a plan's scope over lanes; expressions as arguments have none.
func (l *lanes) scopeOf(sc *scope) *laneScope {
	if sc == nil {
		return nil
	}
	out := &laneScope{args: make([]laneSlot, len(sc.args))}
	for i, a := range sc.args {
		out.args[i].at = -1
		if a.x == nil && a.slot >= 0 {
			if s, ok := l.slots[a.slot]; ok {
				out.args[i] = s
			}
		}
	}
	return out
}

func (l *lanes) filter(f *filter) (laneStep, bool) {
	if f.x == nil || f.cond == nil {
		return nil, false
	}
	if len(f.sources) == 1 && f.exact {
		if ext, ok := f.sources[0].(*extent); ok {
			return l.classTest(ext)
		}
	}
	c, ok := l.cond(f.x, l.scopeOf(f.sc), f.m)
	return func(next laneProc) laneProc {
		return func(f *laneFrame) bool { return !c(f) || next(f) }
	}, ok
}

// known gives the lane of a slot of the plan.
func (l *lanes) known(slot int) (laneSlot, bool) {
	s, ok := l.slots[slot]
	return s, ok && s.at >= 0
}

// bind makes the lane of a slot that a step sets.
func (l *lanes) bind(slot int, t laneType) int {
	s := laneSlot{at: l.slot(), t: t}
	l.slots[slot] = s
	return s.at
}

func (l *lanes) source(src source, before slotSet, sorted bool) (laneStep, bool) {
	switch src := src.(type) {
	case *relation:
		return l.relation(src, before, sorted)
	case *extent:
		if before.has(src.slot) {
			return l.classTest(src)
		}
		return l.objects(src)
	case *computed:
		return l.computed(src, before)
	case *same:
		return l.same(src, before)
	case *span:
		return l.span(src, before)
	}
	return nil, false
}

func (l *lanes) classTest(a *extent) (laneStep, bool) {
	s, ok := l.known(a.slot)
	if !ok || s.t.kind != value.Object {
		return nil, false
	}
	return func(next laneProc) laneProc {
		return func(f *laneFrame) bool {
			c := f.slots[s.at]
			return c == null || !f.s.Is(a.at, c, a.class) || next(f)
		}
	}, true
}

func (l *lanes) objects(a *extent) (laneStep, bool) {
	at := l.bind(a.slot, laneType{kind: value.Object})
	return func(next laneProc) laneProc {
		return func(f *laneFrame) bool {
			ok := true
			f.s.Objects(a.at, a.class, func(id int64) bool {
				f.row(diag.Span{})
				f.slots[at] = id
				ok = next(f)
				return ok
			})
			return ok
		}
	}, true
}

func (f *laneFrame) row(at diag.Span) {
	f.rows++
	if f.rows&1023 == 0 {
		f.env.work(1024, at)
	}
}

func (l *lanes) computed(a *computed, before slotSet) (laneStep, bool) {
	if a.x == nil {
		return nil, false
	}
	known := before.has(a.out)
	var s laneSlot
	if known {
		var ok bool
		if s, ok = l.known(a.out); !ok {
			return nil, false
		}
	}
	fn, t, ok := l.expr(a.x, l.scopeOf(a.sc), a.m)
	if !ok && known && s.t.kind == value.Text {
		fn, ok = l.key(a.x, l.scopeOf(a.sc), a.m, s.t.codec)
		t = s.t
	}
	if !ok || known && !t.alike(s.t) {
		return nil, false
	}
	if known {
		return func(next laneProc) laneProc {
			return func(f *laneFrame) bool {
				c := fn(f)
				return c == null || c != f.slots[s.at] || next(f)
			}
		}, true
	}
	at := l.bind(a.out, t)
	return func(next laneProc) laneProc {
		return func(f *laneFrame) bool {
			c := fn(f)
			f.slots[at] = c
			return c == null || next(f)
		}
	}, true
}

func (l *lanes) same(a *same, before slotSet) (laneStep, bool) {
	from, to := a.a, a.b
	if !before.has(from) {
		from, to = to, from
	}
	s, ok := l.known(from)
	if !ok {
		return nil, false
	}
	if before.has(to) {
		t, ok := l.known(to)
		return func(next laneProc) laneProc {
			return func(f *laneFrame) bool {
				c := f.slots[s.at]
				return c == null || c != f.slots[t.at] || next(f)
			}
		}, ok && s.t.alike(t.t)
	}
	at := l.bind(to, s.t)
	return func(next laneProc) laneProc {
		return func(f *laneFrame) bool {
			c := f.slots[s.at]
			f.slots[at] = c
			return c == null || next(f)
		}
	}, true
}

func (l *lanes) span(a *span, before slotSet) (laneStep, bool) {
	from, ok1 := l.known(a.from)
	to, ok2 := l.known(a.to)
	if !ok1 || !ok2 || from.t.kind != to.t.kind || from.t.kind == value.Numeric || from.t.kind == value.Text || before.has(a.slot) {
		return nil, false
	}
	at := l.bind(a.slot, from.t)
	return func(next laneProc) laneProc {
		return func(f *laneFrame) bool {
			n, end := f.slots[from.at], f.slots[to.at]
			if n == null || end == null {
				return true
			}
			for ; ; n++ {
				f.row(a.at)
				f.slots[at] = n
				if !next(f) {
					return false
				}
				if n >= end {
					return true
				}
			}
		}
	}, true
}

// relation reads, scans or matches a stored property.
func (l *lanes) relation(a *relation, before slotSet, sorted bool) (laneStep, bool) {
	mask, byValue, all := a.mask(before)
	keys := make([]lane, len(a.keys))
	for i, slot := range a.keys {
		if mask&(1<<i) == 0 {
			continue
		}
		var ok bool
		if keys[i], ok = l.key(&bound.Param{Slot: slot}, nil, Mode{}, a.prop.KeyCodec(i)); !ok {
			return nil, false
		}
	}
	vt, ok := codecType(a.prop.ValueCodec())
	if a.val >= 0 && !ok {
		return nil, false
	}
	var want lane
	if byValue {
		if want, ok = l.key(&bound.Param{Slot: a.val}, nil, Mode{}, a.prop.ValueCodec()); !ok {
			return nil, false
		}
	}
	binds, twins, ok := l.binds(a, mask)
	if !ok {
		return nil, false
	}
	settle, ok := l.settle(a, vt, byValue, want)
	if !ok {
		return nil, false
	}
	settle = l.capture(a, vt, settle)
	v, id, found := l.view(a.prop, a.at), l.joinable(a, mask, byValue), l.probes
	if all {
		get := readLane(v, keys)
		return func(next laneProc) laneProc {
			return func(f *laneFrame) bool {
				c := get(f)
				return c == null || !settle(f, c) || next(f)
			}
		}, true
	}
	return func(next laneProc) laneProc {
		row := func(f *laneFrame, cells []int64, c int64) bool {
			f.row(a.span)
			for _, b := range binds {
				f.slots[b.at] = cells[b.key]
			}
			for _, t := range twins {
				if f.slots[t.at] != cells[t.key] {
					return true
				}
			}
			return !settle(f, c) || next(f)
		}
		if mask == 0 && !byValue {
			return scanLane(v, sorted, row)
		}
		match := matchLane(v, mask, keys, want, row)
		if id >= 0 {
			return joinLane(a, id, v, found, want, match, row)
		}
		return match
	}, true
}

type laneBind struct{ key, at int }

func (l *lanes) binds(a *relation, mask uint32) (binds, twins []laneBind, ok bool) {
	fresh := map[int]int{}
	for i, slot := range a.keys {
		if mask&(1<<i) != 0 {
			continue
		}
		if at, twice := fresh[slot]; twice {
			twins = append(twins, laneBind{i, at})
			continue
		}
		t, ok := codecType(a.prop.KeyCodec(i))
		if !ok {
			return nil, nil, false
		}
		at := l.bind(slot, t)
		fresh[slot] = at
		binds = append(binds, laneBind{i, at})
	}
	return binds, twins, true
}

func (l *lanes) settle(a *relation, vt laneType, byValue bool, want lane) (func(f *laneFrame, c int64) bool, bool) {
	number := func(c int64) int64 {
		if vt.kind == value.Numeric && c >= scaledLimit {
			panic(lanesGiveUp{})
		}
		return c
	}
	switch {
	case a.val < 0:
		return func(*laneFrame, int64) bool { return true }, true
	case byValue:
		return func(f *laneFrame, c int64) bool { return c == want(f) }, true
	}
	if s, known := l.known(a.val); known && slices.Contains(a.keys, a.val) {
		return func(f *laneFrame, c int64) bool { return f.slots[s.at] == number(c) }, s.t.alike(vt)
	}
	at := l.bind(a.val, vt)
	return func(f *laneFrame, c int64) bool {
		f.slots[at] = number(c)
		return true
	}, true
}

// capture keeps the value that a step reads for the expressions that follow.
func (l *lanes) capture(a *relation, vt laneType, settle func(*laneFrame, int64) bool) func(*laneFrame, int64) bool {
	k := rowKey{prop: a.prop, at: a.at, n: len(a.keys)}
	if k.n == 0 || k.n > len(k.keys) || vt.kind == value.Null {
		return settle
	}
	for i, slot := range a.keys {
		s, ok := l.known(slot)
		if !ok {
			return settle
		}
		k.keys[i] = s.at
	}
	at := l.slot()
	l.captured[k] = at
	numeric, plain := vt.kind == value.Numeric, a.val < 0
	return func(f *laneFrame, c int64) bool {
		if numeric && c >= scaledLimit {
			panic(lanesGiveUp{})
		}
		f.slots[at] = c
		return plain || settle(f, c)
	}
}

func scanLane(v int, sorted bool, row func(f *laneFrame, cells []int64, c int64) bool) laneProc {
	return func(f *laneFrame) bool {
		ok := true
		each := func(cells []int64, c int64) bool {
			ok = row(f, cells, c)
			return ok
		}
		if sorted {
			f.views[v].Scan(each)
		} else {
			f.views[v].Each(each)
		}
		return ok
	}
}

func matchLane(v int, mask uint32, keys []lane, want lane, row func(f *laneFrame, cells []int64, c int64) bool) laneProc {
	return func(f *laneFrame) bool {
		var space [8]int64
		bound := append(space[:0], make([]int64, len(keys))...)
		for i, k := range keys {
			if k == nil {
				continue
			}
			if bound[i] = k(f); bound[i] == null {
				return true
			}
		}
		var wanted int64
		if want != nil {
			if wanted = want(f); wanted == null {
				return true
			}
		}
		ok := true
		f.views[v].Match(mask, bound, want != nil, wanted, func(cells []int64, c int64) bool {
			ok = row(f, cells, c)
			return ok
		})
		return ok
	}
}
