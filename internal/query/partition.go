package query

import (
	"slices"
	"sort"
	"sync"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// partitioning evaluates one PARTITION in one mode: single parts, or all at once
// when many of them were asked for. Both are kept for the state of the data.
type partitioning struct {
	e           *Evaluator
	x           *bound.Partition
	m           Mode
	corr        []int
	size        int
	operands    []Scalar
	order       []Scalar
	by          []Scalar
	total       Scalar
	digits      Scalar
	top, offset Scalar
	dep         *dependency
	cache       *stateCache

	keySlots []int // slots for the wanted value of each By
	once     sync.Once
	all, one partitionPlan // of all rows, of the rows of one part
}

type partitionPlan struct {
	plan *Plan
	err  error
}

func (e *Evaluator) partitioning(x *bound.Partition, m Mode) *partitioning {
	type key struct {
		x *bound.Partition
		m Mode
	}
	if p, ok := e.plans.Load(key{x, m}); ok {
		return p.(*partitioning)
	}
	inner := slices.Concat(x.Operands, x.Order, x.By, some(x.Top, x.Offset, x.Where, x.Total, x.Digits))
	p := &partitioning{e: e, x: x, m: m, cache: e.cacheOf(x), size: frameSize(x), dep: e.dependency(inner...)}
	for _, s := range freeSlots(inner...) {
		if !slices.Contains(x.Params, s) {
			p.corr = append(p.corr, s)
		}
	}
	for range x.By {
		p.keySlots = append(p.keySlots, p.size)
		p.size++
	}
	p.operands, p.order, p.by = e.scalars(x.Operands, m), e.scalars(x.Order, m), e.scalars(x.By, m)
	optional := func(x bound.Expr) Scalar {
		if x == nil {
			return nil
		}
		return e.Scalar(x, m)
	}
	p.total, p.digits, p.top, p.offset = optional(x.Total), optional(x.Digits), optional(x.Top), optional(x.Offset)
	kept, _ := e.plans.LoadOrStore(key{x, m}, p)
	return kept.(*partitioning)
}

// prepare makes both plans.
func (p *partitioning) prepare() {
	p.once.Do(func() {
		x := p.x
		boolean := bound.Node{Class: value.ClassBoolean, Span: x.Span}
		rows := slices.Concat(some(x.Where), x.Operands)
		p.all = p.planFor(&bound.And{Node: boolean, Items: slices.Concat(rows, x.By)})
		for i, by := range x.By {
			key := &bound.Param{Node: bound.Node{Class: by.ValueClass(), Span: by.Place()}, Slot: p.keySlots[i]}
			rows = append(rows, &bound.Compare{Node: boolean, Op: bound.Eq, L: by, R: key})
		}
		p.one = p.planFor(&bound.And{Node: boolean, Items: rows})
	})
}

func (p *partitioning) planFor(cond bound.Expr) (out partitionPlan) {
	out.plan, out.err = p.e.Plan(Query{Cond: cond, New: p.x.Params, Mode: p.m, FrameSize: p.size, Span: p.x.Span})
	return out
}

// partRow is one row of a part.
type partRow struct {
	order []value.Value // ordering values, then the parameters
	vals  []value.Value
	total value.Value
	at    int // index in the result
}

// part is the rows with equal By.
type part struct {
	rows        []partRow
	digits      int
	top, offset int // top -1: none
	none        bool
}

// table computes the rows of a plan for the values of the correlated slots, and
// of the wanted By, in fr. It gives the number of rows that were looked at too.
func (p *partitioning) table(fr *Frame, pp partitionPlan) (*rowTable, int64) {
	if pp.err != nil {
		Throw(p.x.Span, pp.err)
	}
	t := newRowTable()
	index := map[string]int{}
	var parts []*part
	var buf []byte
	params := make([]value.Value, len(p.x.Params))
	seen := pp.plan.Each(fr, func(in *Frame) bool {
		buf = buf[:0]
		for _, by := range p.by {
			buf = value.AppendKey(buf, by(in))
		}
		i, ok := index[string(buf)]
		if !ok {
			i = len(parts)
			index[string(buf)] = i
			parts = append(parts, p.start(in))
		}
		for j, s := range p.x.Params {
			params[j] = in.Slots[s]
		}
		row := partRow{at: len(t.keys)}
		for _, o := range p.order {
			row.order = append(row.order, o(in))
		}
		row.order = append(row.order, params...)
		for _, o := range p.operands {
			row.vals = append(row.vals, o(in))
		}
		if p.total != nil {
			row.total = p.total(in)
		}
		if max := rowLimit(in.Env); max > 0 && int64(len(t.keys)) >= max {
			Throw(p.x.Span, value.Errorf(CodeRows, "more than %d rows in one set", max))
		}
		parts[i].rows = append(parts[i].rows, row)
		t.index[string(appendKeys(buf[:0], params))] = row.at
		t.keys = append(t.keys, slices.Clone(params))
		return true
	})
	t.vals = make([]value.Value, len(t.keys))
	for _, part := range parts {
		sort.SliceStable(part.rows, func(i, j int) bool {
			return compareOrdered(part.rows[i].order, part.rows[j].order, len(p.order), p.x.Desc) < 0
		})
		p.fill(part, t.vals)
		part.window(t.vals)
	}
	return t, seen
}

func (p *partitioning) start(fr *Frame) *part {
	out := &part{top: -1}
	if p.digits != nil {
		out.digits, _ = count(p.digits(fr))
	}
	if p.top != nil {
		n, ok := count(p.top(fr))
		out.top, out.none = n, !ok || n <= 0
	}
	if p.offset != nil {
		if n, ok := count(p.offset(fr)); ok && n > 0 {
			out.offset = n
		}
	}
	return out
}

// window empties the rows outside of TOP and OFFSET.
func (q *part) window(vals []value.Value) {
	for i, r := range q.rows {
		if q.none || i < q.offset || q.top >= 0 && i >= q.offset+q.top {
			vals[r.at] = value.Value{}
		}
	}
}

// peers tells whether rows i and j stand at the same place of the order.
func (p *partitioning) peers(q *part, i, j int) bool {
	n := len(p.order)
	return compareOrdered(q.rows[i].order[:n], q.rows[j].order[:n], n, false) == 0
}

// fill computes the values of one part, whose rows are in order.
func (p *partitioning) fill(q *part, vals []value.Value) {
	switch p.x.Kind {
	case bound.PartitionSum, bound.PartitionMax, bound.PartitionMin, bound.PartitionCustom:
		p.running(q, vals)
	case bound.PartitionPrev:
		for i := 1; i < len(q.rows); i++ {
			vals[q.rows[i].at] = q.rows[i-1].vals[0]
		}
	case bound.PartitionLast, bound.PartitionSelect:
		for _, r := range q.rows {
			vals[r.at] = r.vals[0]
		}
	case bound.PartitionUngroup:
		p.ungroup(q, vals)
	}
}

// running folds from the first row up to each row and its peers.
func (p *partitioning) running(q *part, vals []value.Value) {
	var sum value.Value
	kind := bound.GroupSum
	switch {
	case p.x.Kind == bound.PartitionMax:
		kind = bound.GroupMax
	case p.x.Kind == bound.PartitionMin:
		kind = bound.GroupMin
	case p.x.Kind == bound.PartitionCustom:
		Throw(p.x.Span, value.Errorf(CodeCustom, "the window function %s is not available outside of a database", p.x.Custom))
	}
	g := &grouping{x: &bound.Group{Node: bound.Node{Span: p.x.Span}, Kind: kind}}
	acc := &accumulator{}
	for i := 0; i < len(q.rows); {
		j := i
		for j < len(q.rows) && p.peers(q, i, j) {
			acc.fold(g, q.rows[j].vals[0])
			j++
		}
		sum = acc.v // unlike that of GROUP, a sum of 0 is 0
		for ; i < j; i++ {
			vals[q.rows[i].at] = sum
		}
	}
}

// partition compiles the evaluation of a PARTITION for one row.
func (e *Evaluator) partition(x *bound.Partition, m Mode) Scalar {
	args := e.scalars(x.Args, m)
	var p *partitioning
	var once sync.Once
	return func(fr *Frame) value.Value {
		once.Do(func() {
			p = e.partitioning(x, m)
			p.prepare()
		})
		in := fr.Env.enter(p.size)
		defer fr.Env.leave()
		for _, s := range p.corr {
			in.Slots[s] = fr.Slots[s]
		}
		var space [64]byte
		key := space[:0]
		for i, a := range args {
			v := a(fr)
			if v.IsNull() {
				return v
			}
			key = value.AppendKey(key, v)
			in.Slots[x.Params[i]] = v
		}
		return p.point(in, key)
	}
}

// point gives the value of the row whose correlated slots and parameters are
// set in fr; key is the canonical form of the parameters.
func (p *partitioning) point(fr *Frame, key []byte) value.Value {
	if p.dep.volatile {
		t, _ := p.table(fr, p.all)
		return t.get(key)
	}
	var space [64]byte
	part := append(space[:0], 0)
	for _, s := range p.corr {
		part = value.AppendKey(part, fr.Slots[s])
	}
	entry := p.cache.at(p.dep, fr.Env.Session, p.m)
	if t := entry.table(part); t != nil {
		return t.get(key)
	}
	whole := slices.Clone(part)
	part[0] = 1
	for i, by := range p.by {
		v := by(fr)
		if v.IsNull() {
			return v
		}
		part = value.AppendKey(part, v)
		fr.Slots[p.keySlots[i]] = v
	}
	if t := entry.table(part); t != nil {
		return t.get(key)
	}
	if len(p.by) == 0 || p.one.err != nil || p.all.err == nil && entry.spent() > p.all.plan.estimate(fr.Env.Session) {
		t, _ := p.table(fr, p.all)
		entry.keepTable(whole, t)
		return t.get(key)
	}
	t, rows := p.table(fr, p.one)
	entry.keepTable(slices.Clone(part), t)
	entry.spend(float64(rows) + 4)
	return t.get(key)
}

// partitionHints adds what the row itself must have: operands, By, condition.
func (b *builder) partitionHints(c *conj, x *bound.Partition, sc *scope, m Mode) {
	size := frameSize(x)
	in := &scope{args: make([]arg, size)}
	for i := range in.args {
		if sc == nil {
			in.args[i] = arg{slot: i}
		} else if i < len(sc.args) {
			in.args[i] = sc.args[i]
		} else {
			in.args[i] = arg{slot: -1}
		}
	}
	for i, p := range x.Params {
		in.args[p] = argument(x.Args[i], sc, m)
	}
	b.needAll(c, slices.Concat(some(x.Where), x.Operands, x.By), in, m)
}
