package query

import (
	"math"
	"slices"
	"sync"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// CodeEndless is the code of the error that a recursion does not end.
const CodeEndless = "E3203"

// maxNodesReached bounds the rows of one recursion.
const maxNodesReached = 20_000_000

// recursing evaluates one RECURSION in one mode.
//
// Its keys are the correlated slots and then the parameters. Parameters whose
// previous value the step does not use stay the same from step to step; with
// the correlated slots they are the fixed keys, the others move. For given
// fixed keys the rows are the nodes of a graph: the initial condition gives
// the first ones, the step the edges.
type recursing struct {
	e       *Evaluator
	x       *bound.Recursion
	m       Mode
	keys    []int // slots
	moving  []int // indexes into keys
	fixed   []int // indexes into keys
	size    int
	init    Scalar
	step    Scalar
	numeric bool
	dep     *dependency
	cache   *stateCache

	mu       sync.Mutex
	variants map[keyMask]*affectedVariant
	next     *affectedVariant

	backPlans *back
}

func (e *Evaluator) recursing(x *bound.Recursion, m Mode) *recursing {
	type key struct {
		x *bound.Recursion
		m Mode
	}
	if r, ok := e.plans.Load(key{x, m}); ok {
		return r.(*recursing)
	}
	r := &recursing{e: e, x: x, m: m, cache: e.cacheOf(x), size: frameSize(x), dep: e.dependency(x.Init, x.Step)}
	own := introduced(x)
	for _, s := range freeSlots(x.Init, x.Step) {
		if !slices.Contains(own, s) {
			r.fixed = append(r.fixed, len(r.keys))
			r.keys = append(r.keys, s)
		}
	}
	for i, s := range x.Params {
		if x.Previous[i] < 0 {
			r.fixed = append(r.fixed, len(r.keys))
		} else {
			r.moving = append(r.moving, len(r.keys))
		}
		r.keys = append(r.keys, s)
	}
	r.numeric = x.Class.IsNumber() || x.Init.ValueClass().IsNumber()
	r.init, r.step = e.Scalar(x.Init, m), e.Scalar(x.Step, m)
	kept, _ := e.plans.LoadOrStore(key{x, m}, r)
	return kept.(*recursing)
}

func (r *recursing) corr() int { return len(r.keys) - len(r.x.Params) }

// start gives the plan of the initial rows with the given fixed keys.
func (r *recursing) start(given keyMask) (*Plan, error) {
	r.mu.Lock()
	v := r.variants[given]
	r.mu.Unlock()
	if v != nil {
		return v.plan, v.err
	}
	v = &affectedVariant{}
	var slots []int
	for i, s := range r.keys {
		if given&(1<<i) == 0 || slices.Contains(r.moving, i) {
			slots = append(slots, s)
		}
	}
	v.plan, v.err = r.e.Plan(Query{Cond: r.x.Init, New: slots, Mode: r.m, FrameSize: r.size, Span: r.x.Span})
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.variants == nil {
		r.variants = map[keyMask]*affectedVariant{}
	}
	r.variants[given] = v
	return v.plan, v.err
}

// onward gives the plan of the rows one step further.
func (r *recursing) onward() (*Plan, error) {
	r.mu.Lock()
	v := r.next
	r.mu.Unlock()
	if v != nil {
		return v.plan, v.err
	}
	v = &affectedVariant{}
	var slots []int
	for _, i := range r.moving {
		slots = append(slots, r.keys[i])
	}
	v.plan, v.err = r.e.Plan(Query{Cond: r.x.Step, New: slots, Mode: r.m, FrameSize: r.size, Span: r.x.Span})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = v
	return v.plan, v.err
}

// graph is the rows that were reached and the steps between them.
type graph struct {
	nodes rowTable
	first []value.Value // value of the initial row, NULL for others
	edges [][]edge
}

type edge struct {
	to  int
	mul value.Value
}

func (g *graph) node(buf *[]byte, keys []value.Value) int {
	*buf = appendKeys((*buf)[:0], keys)
	if i, ok := g.nodes.index[string(*buf)]; ok {
		return i
	}
	i := len(g.edges)
	g.nodes.index[string(*buf)] = i
	g.nodes.keys = append(g.nodes.keys, slices.Clone(keys))
	g.nodes.vals = append(g.nodes.vals, value.Value{})
	g.first = append(g.first, value.Value{})
	g.edges = append(g.edges, nil)
	return i
}

// table computes all rows with the given fixed keys.
func (r *recursing) table(env *Env, given keyMask, keys []value.Value) *rowTable {
	init, err := r.start(given)
	if err == nil {
		_, err = r.onward()
	}
	if err != nil {
		Throw(r.x.Span, err)
	}
	fr := env.enter(r.size)
	for i, s := range r.keys {
		if given&(1<<i) != 0 {
			fr.Slots[s] = keys[i]
		}
	}
	g := &graph{nodes: *newRowTable()}
	var buf []byte
	row := make([]value.Value, len(r.keys))
	init.Each(fr, func(in *Frame) bool {
		for i, s := range r.keys {
			row[i] = in.Slots[s]
		}
		n := g.node(&buf, row)
		g.first[n] = r.init(in)
		return true
	})
	for n := 0; n < len(g.edges); n++ {
		r.expand(fr, g, n, &buf)
	}
	env.leave()
	if r.numeric {
		r.sum(env, g)
	} else {
		g.spread()
	}
	return &g.nodes
}

// expand finds the rows one step from node n.
func (r *recursing) expand(fr *Frame, g *graph, n int, buf *[]byte) {
	clear(fr.Slots)
	from := g.nodes.keys[n]
	nc := r.corr()
	for i, s := range r.keys {
		if i >= nc && r.x.Previous[i-nc] >= 0 {
			fr.Slots[r.x.Previous[i-nc]] = from[i]
		} else {
			fr.Slots[s] = from[i]
		}
	}
	limit := rowLimit(fr.Env)
	row := slices.Clone(from)
	plan, _ := r.onward()
	plan.Each(fr, func(in *Frame) bool {
		for _, i := range r.moving {
			row[i] = in.Slots[r.keys[i]]
		}
		mul := r.step(in)
		to := g.node(buf, row)
		g.edges[n] = append(g.edges[n], edge{to, mul})
		if len(g.edges) > maxNodesReached || limit > 0 && int64(len(g.edges)) > limit {
			Throw(r.x.Span, value.Errorf(CodeEndless, "the recursion does not end: more than %d rows", len(g.edges)-1))
		}
		return true
	})
}

// spread gives every node of a recursion without numbers a value: that of the
// initial row, or of a step that leads there.
func (g *graph) spread() {
	copy(g.nodes.vals, g.first)
	for _, es := range g.edges {
		for _, e := range es {
			if g.nodes.vals[e.to].IsNull() {
				g.nodes.vals[e.to] = e.mul
			}
		}
	}
}

// sum gives every node the sum over all ways to it of the products of their
// steps.
func (r *recursing) sum(env *Env, g *graph) {
	order, acyclic := g.sorted()
	if !acyclic && r.x.Cycles == bound.CyclesImpossible {
		Throw(r.x.Span, value.Errorf(CodeEndless, "the recursion does not end: its rows form a cycle"))
	}
	if !acyclic {
		r.ways(env, g)
		return
	}
	copy(g.nodes.vals, g.first)
	for _, n := range order {
		v := g.nodes.vals[n]
		if v.IsNull() {
			continue
		}
		for _, e := range g.edges[n] {
			g.nodes.vals[e.to] = r.add(g.nodes.vals[e.to], r.mul(v, e.mul))
		}
	}
}

func (r *recursing) mul(a, b value.Value) value.Value {
	v, err := value.Mul(a, b)
	if err != nil {
		Throw(r.x.Span, err)
	}
	return v
}

func (r *recursing) add(a, b value.Value) value.Value {
	if a.IsNull() {
		return b
	}
	v, err := value.Add(a, b)
	if err != nil {
		Throw(r.x.Span, err)
	}
	return v
}

// sorted orders the nodes so that edges lead forward; false when there is a
// cycle.
func (g *graph) sorted() ([]int, bool) {
	in := make([]int, len(g.edges))
	for _, es := range g.edges {
		for _, e := range es {
			in[e.to]++
		}
	}
	order := make([]int, 0, len(in))
	for n, d := range in {
		if d == 0 {
			order = append(order, n)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, e := range g.edges[order[i]] {
			if in[e.to]--; in[e.to] == 0 {
				order = append(order, e.to)
			}
		}
	}
	return order, len(order) == len(in)
}

// ways walks all ways. One that comes back to a node ends there and adds the
// marker of cycles to it.
func (r *recursing) ways(env *Env, g *graph) {
	marker := cycleMarker(r.x.Class, r.x.Init.ValueClass())
	type place struct {
		node, next int
		v          value.Value
	}
	onWay := make([]bool, len(g.edges))
	for start, v := range g.first {
		if v.IsNull() {
			continue
		}
		stack := []place{{start, 0, v}}
		onWay[start] = true
		g.nodes.vals[start] = r.add(g.nodes.vals[start], v)
		for len(stack) > 0 {
			env.Tick(r.x.Span)
			at := &stack[len(stack)-1]
			if at.next == len(g.edges[at.node]) {
				onWay[at.node] = false
				stack = stack[:len(stack)-1]
				continue
			}
			e := g.edges[at.node][at.next]
			at.next++
			if onWay[e.to] {
				g.nodes.vals[e.to] = r.add(g.nodes.vals[e.to], marker)
				continue
			}
			v := r.mul(at.v, e.mul)
			g.nodes.vals[e.to] = r.add(g.nodes.vals[e.to], v)
			onWay[e.to] = true
			stack = append(stack, place{e.to, 0, v})
		}
	}
}

// cycleMarker is about the square root of the greatest value of the class.
func cycleMarker(classes ...value.Class) value.Value {
	for _, c := range classes {
		switch c.Name {
		case value.NameInteger:
			return value.Int(46341)
		case value.NameLong:
			return value.Int64(3037000500)
		case value.NameDouble:
			return value.Float(math.Sqrt(math.MaxFloat64))
		case value.NameNumeric:
			digits := 18
			if c.Prec > 0 {
				digits = int(c.Prec - c.Scale)
			}
			root := math.Round(math.Sqrt(math.Pow(10, float64(min(digits, 30))) - 1))
			return value.Rescale(value.Decimal(int64(root), 0), int(c.Scale))
		}
	}
	return value.Int64(3037000500)
}

// tableFor gives the rows for the given fixed keys, through the cache.
func (r *recursing) tableFor(env *Env, given keyMask, keys []value.Value) *rowTable {
	if r.dep.volatile {
		return r.table(env, given, keys)
	}
	var space [64]byte
	key := append(space[:0], byte(given), byte(given>>8))
	for i, v := range keys {
		if given&(1<<i) != 0 {
			key = value.AppendKey(key, v)
		}
	}
	entry := r.cache.at(r.dep, env.Session, r.m)
	if t := entry.table(key); t != nil {
		return t
	}
	t := r.table(env, given, keys)
	entry.keepTable(slices.Clone(key), t)
	return t
}

func (r *recursing) fixedMask(bound func(i int) bool) keyMask {
	var m keyMask
	for _, i := range r.fixed {
		if bound(i) {
			m |= 1 << i
		}
	}
	return m
}

// recursion compiles the evaluation of a RECURSION for one row.
func (e *Evaluator) recursion(x *bound.Recursion, m Mode) Scalar {
	args := e.scalars(x.Args, m)
	var r *recursing
	var once sync.Once
	return func(fr *Frame) value.Value {
		once.Do(func() { r = e.recursing(x, m) })
		nc := r.corr()
		in := fr.Env.enter(len(r.keys))
		defer fr.Env.leave()
		for i, s := range r.keys[:nc] {
			in.Slots[i] = fr.Slots[s]
		}
		for i, a := range args {
			if in.Slots[nc+i] = a(fr); in.Slots[nc+i].IsNull() {
				return value.Value{}
			}
		}
		given := r.fixedMask(func(int) bool { return true })
		t := r.tableFor(fr.Env, given, in.Slots)
		var space [64]byte
		return t.get(appendKeys(space[:0], in.Slots))
	}
}

// recursed is a RECURSION as a relation between its keys and its value.
type recursed struct {
	r    *recursing
	keys []int
	val  int
}

func (b *builder) unifyRecursion(c *conj, x *bound.Recursion, sc *scope, m Mode, slot int) {
	r := b.e.recursing(x, m)
	src := &recursed{r: r, val: slot}
	for _, s := range r.keys[:r.corr()] {
		src.keys = append(src.keys, b.term(c, &bound.Param{Slot: s}, sc, m))
	}
	src.keys = append(src.keys, b.terms(c, x.Args, sc, m)...)
	if slot >= 0 {
		b.define(c, slot, src)
	} else {
		b.add(c, src)
	}
}

func (a *recursed) slots() []int {
	if a.val < 0 {
		return a.keys
	}
	return append(slices.Clone(a.keys), a.val)
}

func (a *recursed) estimate(s *store.Session, bound slotSet) (float64, bool) {
	if bound.all(a.keys) {
		return 0.9, true
	}
	if a.walksBack(bound) {
		return guessCount / 50, true
	}
	init, err := a.r.start(a.given(bound))
	if err != nil {
		return 0, false
	}
	return max(guessCount/10, guessSteps*init.estimate(s)), true
}

func (a *recursed) given(bound slotSet) keyMask {
	return a.r.fixedMask(func(i int) bool { return bound.has(a.keys[i]) })
}

func (a *recursed) describe(bound slotSet) (string, string) {
	if bound.all(a.keys) {
		return "recursion value", lineOf(a.r.x.Span)
	}
	if a.walksBack(bound) {
		return "recursion backwards", lineOf(a.r.x.Span)
	}
	return "recursion", lineOf(a.r.x.Span)
}

func (a *recursed) compile(bound slotSet, next proc) proc {
	given := a.given(bound)
	settle := settleValue(a.val, a.keys, bound)
	known := make([]bool, len(a.keys))
	for i, k := range a.keys {
		known[i] = bound.has(k) || slices.Contains(a.keys[:i], k)
	}
	all, backwards := bound.all(a.keys), a.walksBack(bound)
	return func(r *run) bool {
		wanted := make([]value.Value, len(a.keys))
		for i, k := range a.keys {
			wanted[i] = r.fr.Slots[k]
			if bound.has(k) && wanted[i].IsNull() {
				return true
			}
		}
		var t *rowTable
		found := false
		if backwards {
			t, found = a.r.backTableFor(r.fr.Env, given, wanted)
		}
		if !found {
			t = a.r.tableFor(r.fr.Env, given, wanted)
		}
		if all {
			if !settle(r, t.get(appendKeys(nil, wanted))) {
				return true
			}
			return next(r)
		}
		for i, key := range t.keys {
			r.rows++
			r.fr.Env.Tick(a.r.x.Span)
			ok := true
			for j, s := range a.keys {
				if !known[j] {
					r.fr.Slots[s] = key[j]
				} else if !value.Equal(r.fr.Slots[s], key[j]) {
					ok = false
					break
				}
			}
			if ok && settle(r, t.vals[i]) && !next(r) {
				return false
			}
		}
		return true
	}
}
