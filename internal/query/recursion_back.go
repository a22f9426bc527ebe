package query

import (
	"slices"

	"github.com/golsf/golsf/runtime/value"
)

// back finds the rows of a RECURSION for given moving keys by walking its steps
// backwards: the groups below a group, instead of all groups with all that
// stand above them. The steps must not depend on the fixed parameters.
type back struct {
	step *Plan // from the moving keys to the previous ones
	err  error
	init map[keyMask]*affectedVariant // from the moving keys to the fixed ones
}

// backward prepares walking back; nil when the recursion does not allow it.
func (r *recursing) backward() *back {
	r.mu.Lock()
	b := r.backPlans
	r.mu.Unlock()
	if b != nil {
		return b
	}
	b = &back{init: map[keyMask]*affectedVariant{}}
	nc := r.corr()
	var previous []int
	for _, i := range r.moving {
		previous = append(previous, r.x.Previous[i-nc])
	}
	step := freeSlots(r.x.Step)
	fixed := slices.ContainsFunc(r.fixed, func(i int) bool { return i >= nc && slices.Contains(step, r.keys[i]) })
	if fixed || len(previous) == 0 {
		b.err = value.Errorf(CodeInfinite, "the steps depend on parameters that stay the same")
	} else {
		b.step, b.err = r.e.Plan(Query{Cond: r.x.Step, New: previous, Mode: r.m, FrameSize: r.size, Span: r.x.Span})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.backPlans == nil {
		r.backPlans = b
	}
	return r.backPlans
}

// backInit gives the plan from the moving keys to the fixed ones that are not
// given.
func (r *recursing) backInit(given keyMask) (*Plan, error) {
	b := r.backward()
	if b.err != nil {
		return nil, b.err
	}
	r.mu.Lock()
	v := b.init[given]
	r.mu.Unlock()
	if v != nil {
		return v.plan, v.err
	}
	v = &affectedVariant{}
	var slots []int
	for _, i := range r.fixed {
		if given&(1<<i) == 0 {
			slots = append(slots, r.keys[i])
		}
	}
	v.plan, v.err = r.e.Plan(Query{Cond: r.x.Init, New: slots, Mode: r.m, FrameSize: r.size, Span: r.x.Span})
	r.mu.Lock()
	defer r.mu.Unlock()
	b.init[given] = v
	return v.plan, v.err
}

// backTableFor gives the rows with the moving keys and the given fixed ones,
// through the cache; ok is false when they form a cycle whose ways matter.
func (r *recursing) backTableFor(env *Env, given keyMask, keys []value.Value) (t *rowTable, ok bool) {
	if r.dep.volatile {
		return r.backTable(env, given, keys)
	}
	var space [64]byte
	key := append(space[:0], 'b', byte(given), byte(given>>8))
	for i, v := range keys {
		if given&(1<<i) != 0 || slices.Contains(r.moving, i) {
			key = value.AppendKey(key, v)
		}
	}
	entry := r.cache.at(r.dep, env.Session, r.m)
	if t := entry.table(key); t != nil {
		return t, t.index != nil
	}
	t, ok = r.backTable(env, given, keys)
	if !ok {
		t = &rowTable{} // a mark that there is none
	}
	entry.keepTable(slices.Clone(key), t)
	return t, ok
}

func (r *recursing) backTable(env *Env, given keyMask, keys []value.Value) (*rowTable, bool) {
	init, err := r.backInit(given)
	if err != nil {
		return nil, false
	}
	fr := env.enter(r.size)
	defer env.leave()
	g := &graph{nodes: *newRowTable()}
	var buf []byte
	start := make([]value.Value, len(r.moving))
	for n, i := range r.moving {
		start[n] = keys[i]
	}
	g.node(&buf, start)
	for n := 0; n < len(g.edges); n++ {
		r.expandBack(fr, g, n, given, keys, &buf)
	}
	order, acyclic := g.sorted()
	if !acyclic && r.numeric {
		return nil, false
	}
	if !acyclic {
		order = order[:0]
		for n := range g.edges {
			order = append(order, n)
		}
	}
	return r.collectBack(fr, init, g, order, given, keys), true
}

// expandBack finds the nodes one step before node n.
func (r *recursing) expandBack(fr *Frame, g *graph, n int, given keyMask, keys []value.Value, buf *[]byte) {
	r.setBack(fr, g, n, given, keys)
	nc := r.corr()
	row := make([]value.Value, len(r.moving))
	limit := rowLimit(fr.Env)
	r.backward().step.Each(fr, func(in *Frame) bool {
		for j, i := range r.moving {
			row[j] = in.Slots[r.x.Previous[i-nc]]
		}
		mul := r.step(in)
		to := g.node(buf, row)
		g.edges[n] = append(g.edges[n], edge{to, mul})
		if limit > 0 && int64(len(g.edges)) > limit || len(g.edges) > maxNodesReached {
			Throw(r.x.Span, value.Errorf(CodeEndless, "the recursion does not end: more than %d rows", len(g.edges)-1))
		}
		return true
	})
}

// setBack sets the moving keys of node n and the given fixed keys.
func (r *recursing) setBack(fr *Frame, g *graph, n int, given keyMask, keys []value.Value) {
	clear(fr.Slots)
	for j, i := range r.moving {
		fr.Slots[r.keys[i]] = g.nodes.keys[n][j]
	}
	for _, i := range r.fixed {
		if given&(1<<i) != 0 {
			fr.Slots[r.keys[i]] = keys[i]
		}
	}
}

// collectBack finds the initial rows at all nodes. The value of a node is the
// sum over the ways from it to the start of the products of their steps; NULL
// stands for 1 at the start itself.
func (r *recursing) collectBack(fr *Frame, init *Plan, g *graph, order []int, given keyMask, keys []value.Value) *rowTable {
	out := newRowTable()
	var buf []byte
	row := slices.Clone(keys)
	for _, n := range order {
		weight := g.nodes.vals[n]
		for _, e := range g.edges[n] {
			v := e.mul
			if r.numeric && !weight.IsNull() {
				v = r.mul(weight, e.mul)
			}
			switch {
			case r.numeric:
				g.nodes.vals[e.to] = r.add(g.nodes.vals[e.to], v)
			case e.to != 0 && g.nodes.vals[e.to].IsNull():
				g.nodes.vals[e.to] = v
			}
		}
		r.setBack(fr, g, n, given, keys)
		init.Each(fr, func(in *Frame) bool {
			for _, i := range r.fixed {
				row[i] = in.Slots[r.keys[i]]
			}
			v := r.init(in)
			if !weight.IsNull() {
				if r.numeric {
					v = r.mul(v, weight)
				} else {
					v = weight
				}
			}
			buf = appendKeys(buf[:0], row)
			if at, ok := out.index[string(buf)]; !ok {
				out.index[string(buf)] = len(out.keys)
				out.keys = append(out.keys, slices.Clone(row))
				out.vals = append(out.vals, v)
			} else if r.numeric {
				out.vals[at] = r.add(out.vals[at], v)
			}
			return true
		})
	}
	return out
}

// walksBack tells that rows for bound moving keys can be found backwards, where
// some fixed key is not bound.
func (a *recursed) walksBack(bound slotSet) bool {
	for i, k := range a.keys {
		if !bound.has(k) && (i < a.r.corr() || slices.Contains(a.r.moving, i)) {
			return false
		}
	}
	if a.r.fixedMask(func(i int) bool { return bound.has(a.keys[i]) }) == a.r.fixedMask(func(int) bool { return true }) {
		return false
	}
	_, err := a.r.backInit(a.given(bound))
	return err == nil
}
