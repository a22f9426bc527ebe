package query

import (
	"slices"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// laneGroups evaluates a GROUP over cells.
type laneGroups struct {
	plan    *lanePlan
	keys    []lane // nil: given
	types   []laneType
	operand lane
	t       laneType
	fold    func(a, v int64) int64
	zero    bool // a result of 0 is NULL

	vec        *vecPlan // the same over batches, nil without
	vecKeys    []vec
	vecOperand vec
}

// laneGroups compiles the grouping over an ordered plan; nil when it cannot.
func (g *grouping) laneGroups(p *Plan, seq *sequence, given keyMask) *laneGroups {
	if g.ordered {
		return nil
	}
	// Keys and the operand are computed for every row anyway; rows where one
	// is NULL are left out then.
	skip := slices.Clone(g.x.Operands)
	for i, by := range g.x.By {
		if given&(1<<(len(g.corr)+i)) == 0 {
			skip = append(skip, by)
		}
	}
	lp := p.lanePlan(seq, false, skip...)
	if lp == nil {
		return nil
	}
	l := lp.lanes
	out := &laneGroups{plan: lp, keys: make([]lane, g.keys()), types: make([]laneType, g.keys())}
	for i := range out.keys {
		if given&(1<<i) != 0 {
			continue
		}
		var x bound.Expr
		if i < len(g.corr) {
			x = &bound.Param{Slot: g.corr[i]}
		} else {
			x = g.x.By[i-len(g.corr)]
		}
		fn, t, ok := l.expr(x, nil, g.m)
		if !ok {
			return nil
		}
		out.keys[i], out.types[i] = fn, t
	}
	var ok bool
	if out.operand, out.t, ok = l.expr(g.x.Operands[0], nil, g.m); !ok {
		return nil
	}
	out.fold, ok = foldCells(g.x.Kind, out.t)
	out.zero = g.x.Kind == bound.GroupSum
	if !ok {
		return nil
	}
	out.batches(g, p, seq, given, skip)
	return out
}

// batches compiles the grouping over batches as well, where that can be done.
func (lg *laneGroups) batches(g *grouping, p *Plan, seq *sequence, given keyMask, skip []bound.Expr) {
	if given != 0 || len(g.corr) > 0 {
		return
	}
	vp := p.vecPlan(seq, skip...)
	if vp == nil {
		return
	}
	for i, by := range g.x.By {
		c, ok := vp.v.expr(by, nil, g.m)
		if !ok || !c.t.alike(lg.types[i]) {
			return
		}
		lg.vecKeys = append(lg.vecKeys, c.fn)
	}
	c, ok := vp.v.expr(g.x.Operands[0], nil, g.m)
	if !ok || c.t.kind != lg.t.kind || c.t.scale != lg.t.scale {
		return
	}
	lg.vec, lg.vecOperand = vp, c.fn
}

// batchTable computes all groups over batches.
func (lg *laneGroups) batchTable(env *Env, at diag.Span) (t *cellTable, rows int64, ok bool) {
	t = newCellTable(lg.types, lg.t)
	w := len(lg.vecKeys)
	cols := make([][]int64, w)
	buf := make([]int64, w)
	rows, ok = lg.vec.run(env, at, func(f *vecFrame) {
		for i, k := range lg.vecKeys {
			cols[i] = k(f)
		}
		vals := lg.vecOperand(f)
		if w == 1 && lg.zero {
			t.sumDense(cols[0], vals)
			return
		}
	next:
		for i, v := range vals {
			if v == null {
				continue
			}
			for j, c := range cols {
				if buf[j] = c[i]; buf[j] == null {
					continue next
				}
			}
			r := t.row(buf)
			switch a := t.vals[r]; {
			case a == null:
				t.vals[r] = v
			case lg.zero:
				t.vals[r] = checked(a+v, lg.t)
			default:
				t.vals[r] = lg.fold(a, v)
			}
		}
	})
	return t, rows, ok
}

// sumDense adds vals to the groups of one key.
func (t *cellTable) sumDense(keys, vals []int64) {
	one := make([]int64, 1)
	keys = keys[:len(vals)]
	for i, v := range vals {
		k := keys[i]
		if v == null || k == null {
			continue
		}
		r := 0
		if pg := uint64(k) / densePage; pg < uint64(len(t.dense)) && t.dense[pg] != nil && t.dense[pg][k%densePage] != 0 {
			r = int(t.dense[pg][k%densePage]) - 1
		} else {
			one[0] = k
			r = t.row(one)
		}
		if a := t.vals[r]; a == null {
			t.vals[r] = v
		} else {
			t.vals[r] = checked(a+v, t.t)
		}
	}
}

func foldCells(k bound.GroupKind, t laneType) (func(a, v int64) int64, bool) {
	switch k {
	case bound.GroupSum:
		return func(a, v int64) int64 { return checked(a+v, t) }, t.number()
	case bound.GroupMin:
		return func(a, v int64) int64 {
			if t.compare(v, a) < 0 {
				return v
			}
			return a
		}, true
	case bound.GroupMax, bound.GroupEqual, bound.GroupAggr, bound.GroupNAggr:
		return func(a, v int64) int64 {
			if t.compare(v, a) > 0 {
				return v
			}
			return a
		}, true
	}
	return nil, false
}

// table computes all groups; ok is false when values are needed.
func (lg *laneGroups) table(fr *Frame, at diag.Span) (t *cellTable, rows int64, ok bool) {
	if lg.vec != nil {
		if t, rows, ok = lg.batchTable(fr.Env, at); ok {
			lg.finish(t)
			return t, rows, ok
		}
	}
	t = newCellTable(lg.types, lg.t)
	buf := make([]int64, len(lg.keys))
	sum := lg.zero
	proc := lg.plan.first(func(f *laneFrame) bool {
		for i, k := range lg.keys {
			if buf[i] = k(f); buf[i] == null {
				return true
			}
		}
		v := lg.operand(f)
		if v == null {
			return true
		}
		at := t.row(buf)
		if a := t.vals[at]; a == null {
			t.vals[at] = v
		} else if sum {
			t.vals[at] = checked(a+v, lg.t)
		} else {
			t.vals[at] = lg.fold(a, v)
		}
		return true
	})
	f, ok := lg.plan.run(fr, proc)
	lg.finish(t)
	return t, f.rows, ok
}

// finish makes sums of 0 NULL.
func (lg *laneGroups) finish(t *cellTable) {
	if !lg.zero {
		return
	}
	for i, v := range t.vals {
		if v == 0 {
			t.vals[i] = null
		}
	}
}

// single computes the one group of which all keys are given.
func (lg *laneGroups) single(fr *Frame) (v value.Value, rows int64, ok bool) {
	acc := int64(null)
	proc := lg.plan.first(func(f *laneFrame) bool {
		switch v := lg.operand(f); {
		case v == null:
		case acc == null:
			acc = v
		default:
			acc = lg.fold(acc, v)
		}
		return true
	})
	f, ok := lg.plan.run(fr, proc)
	if acc == 0 && lg.zero {
		acc = null
	}
	return lg.t.value(acc), f.rows, ok
}

// cellTable is a relation of cells: keys, each with a value.
type cellTable struct {
	types []laneType
	t     laneType
	keys  []int64 // row by row
	vals  []int64
	dense []*[densePage]int32 // one key that is a small number: row + 1
	slots []int32             // else open addressing: row + 1
}

const (
	densePage = 1024
	denseMax  = 1 << 26
)

func newCellTable(types []laneType, t laneType) *cellTable {
	return &cellTable{types: types, t: t}
}

// row gives the row of a key, which is made when it is new.
func (t *cellTable) row(key []int64) int {
	if len(key) == 1 && key[0] >= 0 && key[0] < denseMax {
		return t.denseRow(key[0])
	}
	if len(t.slots) < 2*(len(t.vals)+1) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := hashCells(key) & mask; ; i = (i + 1) & mask {
		r := t.slots[i]
		if r == 0 {
			t.slots[i] = int32(t.add(key)) + 1
			return int(t.slots[i]) - 1
		}
		if t.equal(int(r)-1, key) {
			return int(r) - 1
		}
	}
}

func (t *cellTable) denseRow(k int64) int {
	pg := int(k / densePage)
	for pg >= len(t.dense) {
		t.dense = append(t.dense, nil)
	}
	page := t.dense[pg]
	if page == nil {
		page = new([densePage]int32)
		t.dense[pg] = page
	}
	at := &page[k%densePage]
	if *at == 0 {
		*at = int32(t.add([]int64{k})) + 1
	}
	return int(*at) - 1
}

func (t *cellTable) add(key []int64) int {
	t.keys = append(t.keys, key...)
	t.vals = append(t.vals, null)
	return len(t.vals) - 1
}

func (t *cellTable) equal(row int, key []int64) bool {
	w := len(key)
	for i, c := range t.keys[row*w : row*w+w] {
		if c != key[i] {
			return false
		}
	}
	return true
}

func (t *cellTable) grow() {
	n := max(64, 4*len(t.slots))
	t.slots = make([]int32, n)
	mask := uint64(n - 1)
	w := len(t.types)
	for r := range t.vals {
		key := t.keys[r*w : r*w+w]
		if w == 1 && key[0] >= 0 && key[0] < denseMax {
			continue
		}
		i := hashCells(key) & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = int32(r) + 1
	}
}

func hashCells(key []int64) uint64 {
	h := uint64(len(key))
	for _, c := range key {
		h = (h ^ uint64(c)) * 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return h
}

// find gives the row of a key, -1 when there is none.
func (t *cellTable) find(key []int64) int {
	if len(key) == 1 && key[0] >= 0 && key[0] < denseMax {
		if pg := int(key[0] / densePage); pg < len(t.dense) && t.dense[pg] != nil {
			return int(t.dense[pg][key[0]%densePage]) - 1
		}
		return -1
	}
	if len(t.slots) == 0 {
		return -1
	}
	mask := uint64(len(t.slots) - 1)
	for i := hashCells(key) & mask; ; i = (i + 1) & mask {
		r := t.slots[i]
		if r == 0 || t.equal(int(r)-1, key) {
			return int(r) - 1
		}
	}
}

// get looks values up.
func (t *cellTable) get(keys []value.Value) value.Value {
	var space [8]int64
	cells := space[:0]
	for i, v := range keys {
		c, ok := t.types[i].cell(v)
		if !ok {
			return value.Value{}
		}
		cells = append(cells, c)
	}
	r := t.find(cells)
	if r < 0 {
		return value.Value{}
	}
	return t.t.value(t.vals[r])
}

// cell gives the cell of v; ok is false when no cell can be equal to it.
func (t laneType) cell(v value.Value) (int64, bool) {
	k := v.Kind()
	switch {
	case k == value.Null:
		return 0, false
	case t.kind == value.Text:
		return t.codec.Find(v)
	case k == t.kind && k != value.Numeric:
		return v.Num(), true
	case !t.number() || k < value.Integer || k > value.Double:
		return 0, false
	}
	r := value.Rescale(v, t.scale)
	if _, big := r.Big(); big || r.IsNull() || !value.Equal(r, v) {
		return 0, false
	}
	return r.Num(), true
}
