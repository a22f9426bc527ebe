package query

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// CodeInfinite is the code of the error that a condition has infinitely many
// rows; CodeRows that a set has more rows than the limit.
const (
	CodeInfinite = "E3201"
	CodeRows     = "E3902"
)

// OrderKey is one ordering expression; NULL comes first, with Desc last.
type OrderKey struct {
	X    bound.Expr
	Desc bool
}

// Query asks for all values of the slots New where Cond is not NULL. All other
// slots that occur are bound by the caller's frame, NULL counting as a value.
// New may be empty: one row or none.
type Query struct {
	Cond  bound.Expr
	New   []int
	Order []OrderKey
	// Top and Offset limit the ordered rows; Top that is NULL or not positive
	// is no limit, unless TopStrict: then there are no rows (decision 30).
	Top, Offset bound.Expr
	TopStrict   bool
	Mode        Mode
	// FrameSize is the number of slots of the caller's frame.
	FrameSize int
	Span      diag.Span
	// Name gives the name of a slot for errors; nil: its number.
	Name func(slot int) string
}

// Plan enumerates the rows of a query. It may be used by several goroutines.
type Plan struct {
	e           *Evaluator
	q           Query
	top         *conj
	filters     []*filter
	defs        map[int]source
	size        int
	bound       slotSet
	order       []Scalar
	desc        []bool
	topN, skip  Scalar
	static      *sequence // the order without sizes
	staticSteps int
	staticCost  float64
	free        []int // slots that are neither bound nor asked for
	repeats     bool  // the caller does not mind rows that come twice
	missing     int   // a new slot that nothing enumerates
	orders      atomic.Pointer[plannedOrder]
	count       counted
	countSteps  atomic.Bool
}

type plannedOrder struct {
	signature []byte
	counted   bool
	seq       *sequence
	cost      float64 // rows that are expected to be looked at
	distinct  bool
	run       proc
	steps     int
	laneOnce  sync.Once
	lanes     *laneRows // nil: rows are made of values
}

// Plan prepares a query. The error is a *value.Error with CodeInfinite when
// nothing enumerates one of the parameters.
func (e *Evaluator) Plan(q Query) (*Plan, error) {
	b := &builder{e: e, defs: map[int]source{}}
	b.size = max(q.FrameSize, frameSize(some(q.Cond, q.Top, q.Offset)...))
	for _, o := range q.Order {
		b.size = max(b.size, frameSize(o.X))
	}
	for _, s := range q.New {
		b.size = max(b.size, s+1)
	}
	p := &Plan{e: e, q: q, top: newConj(nil)}
	if q.Cond != nil {
		p.filters = b.split(p.top, q.Cond, nil, q.Mode, nil)
	}
	declared := map[int]value.Class{}
	paramClasses(q.Cond, declared)
	b.classes(p, declared)
	err := p.finish(b)
	for err != nil && b.lastResort(p, declared) {
		err = p.finish(b)
	}
	if e.trace != nil && err == nil {
		p.Count(true)
		e.trace(p)
	}
	return p, err
}

// lastResort takes the objects of its class for a new parameter that nothing
// else enumerates.
func (b *builder) lastResort(p *Plan, declared map[int]value.Class) bool {
	c := declared[p.missing]
	if !c.IsObject() || c.User == 0 {
		return false
	}
	delete(declared, p.missing)
	b.classFilter(p, p.missing, c, p.q.Mode.At)
	return true
}

func (p *Plan) finish(b *builder) error {
	q := p.q
	p.defs, p.size = b.defs, b.size
	for _, s := range p.outer(b) {
		p.bound = p.bound.with(s)
	}
	p.order, p.desc = nil, nil
	for _, o := range q.Order {
		p.order = append(p.order, p.e.Scalar(o.X, q.Mode))
		p.desc = append(p.desc, o.Desc)
	}
	if q.Top != nil {
		p.topN = p.e.Scalar(q.Top, q.Mode)
	}
	if q.Offset != nil {
		p.skip = p.e.Scalar(q.Offset, q.Mode)
	}
	if p.top.never {
		return nil
	}
	o := &orderer{defs: p.defs, target: q.New, filters: p.filters}
	if p.static = o.order(p.start()); p.static != nil {
		p.staticSteps, p.staticCost = o.steps, p.static.estimate(1)
		return nil
	}
	p.missing = o.missing
	name := paramName(q.Cond, o.missing)
	if q.Name != nil {
		name = q.Name(o.missing)
	}
	if name == "" {
		name = fmt.Sprintf("%d", o.missing)
	}
	return value.Errorf(CodeInfinite, "infinite set: nothing limits parameter '%s' to a finite number of values", name)
}

// outer gives the slots of the caller's frame that are not new.
//
// A caller's slot that is equal to an expression keeps no definition: it is
// compared.
func (p *Plan) outer(b *builder) []int {
	var out []int
	limit := max(p.q.FrameSize, frameSize(some(p.q.Cond)...))
	for s := range limit {
		if !slices.Contains(p.q.New, s) && !slices.Contains(p.free, s) {
			delete(b.defs, s)
			out = append(out, s)
		}
	}
	return out
}

func (p *Plan) start() situation {
	return situation{sources: p.top.sources, choices: p.top.choices, bound: p.bound}
}

// classes adds the class of a new parameter as a condition where it is
// narrower than what the properties it goes through take.
func (b *builder) classes(p *Plan, declared map[int]value.Class) {
	for _, slot := range p.q.New {
		c := declared[slot]
		if !c.IsObject() || c.User == 0 {
			continue
		}
		if at, ok := b.wider(p.top, slot, c.User); ok {
			b.classFilter(p, slot, c, at)
		}
	}
}

// classFilter adds the objects of a class as a source and a condition.
func (b *builder) classFilter(p *Plan, slot int, c value.Class, at store.State) {
	ext := newExtent(slot, c.User, at, b.e.className(c.User))
	b.add(p.top, ext)
	test := b.e.isClass(func(fr *Frame) value.Value { return fr.Slots[slot] }, c, Mode{At: at, Since: p.q.Mode.Since})
	p.filters = append(p.filters, &filter{cond: test, deps: []int{slot}, exact: true, sources: []source{ext}, origin: origin{x: p.q.Cond}})
}

func (e *Evaluator) className(number int32) string {
	if int(number) < len(e.prog.Classes) {
		return e.prog.Classes[number].Ident
	}
	return ""
}

func paramClasses(x bound.Expr, found map[int]value.Class) {
	if x == nil {
		return
	}
	if p, ok := x.(*bound.Param); ok {
		if p.Class.Known() {
			found[p.Slot] = p.Class
		}
		return
	}
	for _, c := range children(x) {
		paramClasses(c, found)
	}
}

// paramName is the name by which x reads a slot, "" when it does not.
func paramName(x bound.Expr, slot int) string {
	if x == nil {
		return ""
	}
	if p, ok := x.(*bound.Param); ok {
		if p.Slot == slot {
			return p.Name
		}
		return ""
	}
	for _, c := range children(x) {
		if name := paramName(c, slot); name != "" {
			return name
		}
	}
	return ""
}

// wider finds a stored property that takes slot as a key of a wider class.
func (b *builder) wider(c *conj, slot int, class int32) (store.State, bool) {
	for _, src := range c.sources {
		r, ok := src.(*relation)
		if !ok {
			continue
		}
		for i, k := range r.keys {
			key := r.decl.Params[i]
			if k == slot && key.IsObject() && key.User != class && b.e.store.Inherits(class, key.User) {
				return r.at, true
			}
		}
	}
	for _, ch := range c.choices {
		for _, alt := range ch.alts {
			if at, ok := b.wider(alt, slot, class); ok {
				return at, true
			}
		}
	}
	return 0, false
}

// ordered gives the order of the steps for the sizes the session sees.
func (p *Plan) ordered(s *store.Session) *plannedOrder {
	sig := signature(nil, s, p.top)
	count := p.countSteps.Load()
	if o := p.orders.Load(); o != nil && o.counted == count && bytes.Equal(o.signature, sig) {
		return o
	}
	od := &orderer{s: s, defs: p.defs, target: p.q.New, filters: p.filters}
	seq := od.order(p.start())
	if seq == nil { // the sizes led astray: take the order that was found without them
		seq, od.steps = p.static, p.staticSteps
	}
	o := &plannedOrder{signature: sig, counted: count, seq: seq, cost: seq.estimate(1), distinct: seq.repeats() && !p.repeats, steps: od.steps}
	var distinct func(proc) proc
	if o.distinct {
		distinct = p.once
	}
	o.run = seq.chain(func(r *run) bool { return r.emit() }, distinct, count)
	p.orders.Store(o)
	return o
}

// once lets each row through one time.
func (p *Plan) once(next proc) proc {
	return func(r *run) bool { return !r.seen.add(r.fr) || next(r) }
}

// Each calls yield for every row with the slots New of the frame it is given
// set, in no particular order, until yield returns false. The frame belongs to
// the plan and must not be kept. It gives the number of rows that were looked
// at, and may throw.
func (p *Plan) Each(fr *Frame, yield func(fr *Frame) bool) int64 {
	if p.top.never {
		return 0
	}
	p.enters(fr.Env)
	o := p.ordered(fr.Env.Session)
	in := fr.Env.enter(p.size)
	copy(in.Slots, fr.Slots[:min(len(fr.Slots), p.size)])
	r := &run{fr: in, s: fr.Env.Session}
	r.emit = func() bool { return yield(in) }
	if o.distinct {
		r.seen = &seenRows{slots: p.q.New}
	}
	if !o.counted {
		o.run(r)
		fr.Env.leave()
		return r.rows
	}
	found := int64(0)
	r.real = make([]int64, o.steps)
	r.emit = func() bool {
		found++
		return yield(in)
	}
	o.run(r)
	p.count.add(o.seq, r.real, found)
	fr.Env.leave()
	return r.rows
}

// enters notes where the program asked for the set.
func (p *Plan) enters(env *Env) {
	if p.q.Span.Start.IsValid() && !inLibrary(p.q.Span) {
		env.caller = &p.q.Span
	}
}

// Holds reports whether there is a row.
func (p *Plan) Holds(fr *Frame) bool {
	found := false
	p.Each(fr, func(*Frame) bool {
		found = true
		return false
	})
	return found
}

// RowSet is the rows of a query, in order. It does not change any more.
type RowSet struct {
	slots  []int
	values []value.Value // row by row
	cells  []int64       // or as cells, when types is set
	types  []laneType
	rows   int
}

// Len is the number of rows.
func (s *RowSet) Len() int { return s.rows }

// Bind sets the new slots of fr to row i.
func (s *RowSet) Bind(i int, fr *Frame) {
	w := len(s.slots)
	if s.types != nil {
		for j, slot := range s.slots {
			fr.Slots[slot] = s.types[j].value(s.cells[i*w+j])
		}
		return
	}
	for j, slot := range s.slots {
		fr.Slots[slot] = s.values[i*w+j]
	}
}

// Row gives the values of row i in the order of New; they must not be changed.
func (s *RowSet) Row(i int) []value.Value {
	w := len(s.slots)
	if s.types == nil {
		return s.values[i*w : (i+1)*w]
	}
	out := make([]value.Value, w)
	for j := range out {
		out[j] = s.types[j].value(s.cells[i*w+j])
	}
	return out
}

// Rows reads the whole set: in the order asked for, then by the values of New,
// NULL first. It throws a *Thrown when there are more rows than the limit, when
// the context ended or when an expression failed.
func (p *Plan) Rows(fr *Frame) *RowSet {
	set := &RowSet{slots: p.q.New}
	limit, skip, none := p.limits(fr)
	if none {
		return set
	}
	keep := -1
	if limit >= 0 {
		keep = limit + skip
	}
	p.enters(fr.Env)
	if lr := p.laneRows(fr); lr != nil {
		if cells, ok := lr.rows(p, fr, keep, skip); ok {
			return cells
		}
	}
	c := &collector{plan: p, width: len(p.q.New), keep: keep, env: fr.Env}
	p.Each(fr, func(in *Frame) bool {
		c.add(in)
		return true
	})
	set.values, set.rows = c.finish(skip)
	return set
}

// laneRows gives the way to read the set over cells, nil when there is none.
func (p *Plan) laneRows(fr *Frame) *laneRows {
	if p.top.never {
		return nil
	}
	o := p.ordered(fr.Env.Session)
	if o.counted {
		return nil
	}
	o.laneOnce.Do(func() { o.lanes = p.compileRows(o.seq) })
	return o.lanes
}

// estimate is the expected number of rows that a run looks at.
func (p *Plan) estimate(s *store.Session) float64 {
	if p.top.never {
		return 0
	}
	if s != nil {
		return p.ordered(s).cost
	}
	return p.staticCost
}

func (q *sequence) estimate(rows float64) float64 {
	sum := 0.0
	for _, st := range q.steps {
		if st.src != nil {
			sum += rows
			rows *= max(st.est, 0.1)
		}
	}
	sum += rows
	for _, a := range q.alts {
		sum += a.estimate(rows)
	}
	return sum
}

// limits gives TOP (-1: none), OFFSET and whether there are no rows at all.
func (p *Plan) limits(fr *Frame) (limit, skip int, none bool) {
	limit = -1
	if p.topN != nil {
		n, ok := count(p.topN(fr))
		if ok && n > 0 {
			limit = n
		} else if p.q.TopStrict {
			return 0, 0, true
		}
	}
	if p.skip != nil {
		if n, ok := count(p.skip(fr)); ok && n > 0 {
			skip = n
		}
	}
	return limit, skip, false
}

// count is v as a number of rows.
func count(v value.Value) (int, bool) {
	switch v.Kind() {
	case value.Integer, value.Long:
		return int(min(v.Num(), 1<<40)), true
	case value.Numeric, value.Double:
		return int(min(v.Float64(), 1<<40)), true
	}
	return 0, false
}

// collector gathers rows as flat tuples of order values and new slots, and
// keeps the first keep of them when there is a limit.
type collector struct {
	plan   *Plan
	env    *Env
	width  int
	keep   int
	rows   []value.Value // stride: len(plan.order)+width
	n      int
	sorted bool
	seen   bool
}

func (c *collector) stride() int { return len(c.plan.order) + c.width }

func (c *collector) add(fr *Frame) {
	if !c.seen {
		c.seen, c.sorted = true, true
	}
	for _, o := range c.plan.order {
		c.rows = append(c.rows, o(fr))
	}
	for _, s := range c.plan.q.New {
		c.rows = append(c.rows, fr.Slots[s])
	}
	c.n++
	if c.sorted && c.n > 1 && c.less(c.n-1, c.n-2) {
		c.sorted = false
	}
	if max := rowLimit(c.env); max > 0 && int64(c.n) > max {
		Throw(c.plan.q.Span, value.Errorf(CodeRows, "more than %d rows in one set", max))
	}
	// Cut back now and then: cheaper than keeping a heap in order, and as small.
	if c.keep >= 0 && c.n >= 2*c.keep+64 {
		c.sort()
		c.cut(c.keep)
	}
}

func rowLimit(env *Env) int64 {
	if env.Limits == nil {
		return 0
	}
	return env.Limits.Rows
}

func (c *collector) cut(n int) {
	if c.n > n {
		c.n = n
		c.rows = c.rows[:n*c.stride()]
	}
}

func (c *collector) less(i, j int) bool { return c.compare(i, j) < 0 }

func (c *collector) compare(i, j int) int {
	w := c.stride()
	a, b := c.rows[i*w:(i+1)*w], c.rows[j*w:(j+1)*w]
	for k := range c.plan.order {
		d := value.Compare(a[k], b[k])
		if d != 0 {
			if c.plan.desc[k] {
				return -d
			}
			return d
		}
	}
	for k := len(c.plan.order); k < w; k++ {
		if d := value.Compare(a[k], b[k]); d != 0 {
			return d
		}
	}
	return 0
}

// Len, Less and Swap make a collector a sort.Interface.
func (c *collector) Len() int           { return c.n }
func (c *collector) Less(i, j int) bool { return c.less(i, j) }
func (c *collector) Swap(i, j int) {
	w := c.stride()
	for k := range w {
		c.rows[i*w+k], c.rows[j*w+k] = c.rows[j*w+k], c.rows[i*w+k]
	}
}

func (c *collector) sort() {
	if !c.sorted && c.n > 1 {
		sort.Sort(c)
		c.sorted = true
	}
}

func (c *collector) finish(skip int) ([]value.Value, int) {
	c.sort()
	if c.keep >= 0 {
		c.cut(c.keep)
	}
	skip = min(skip, c.n)
	w, o := c.stride(), len(c.plan.order)
	n := c.n - skip
	if o == 0 {
		return c.rows[skip*w:], n
	}
	out := make([]value.Value, 0, n*c.width)
	for i := skip; i < c.n; i++ {
		out = append(out, c.rows[i*w+o:(i+1)*w]...)
	}
	return out, n
}
