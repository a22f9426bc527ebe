package query

import (
	"slices"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// laneRows reads the set of a plan over cells.
type laneRows struct {
	plan  *lanePlan
	cols  []lane // ordering columns, then the new slots
	types []laneType
	desc  []bool

	vec     *vecPlan // the same over batches, nil without
	vecCols []vec
}

func (p *Plan) compileRows(seq *sequence) *laneRows {
	lp := p.lanePlan(seq, true)
	if lp == nil {
		return nil
	}
	out := &laneRows{plan: lp, desc: p.desc}
	add := func(x bound.Expr) bool {
		fn, t, ok := lp.lanes.expr(x, nil, p.q.Mode)
		out.cols, out.types = append(out.cols, fn), append(out.types, t)
		return ok
	}
	for _, o := range p.q.Order {
		if !add(o.X) {
			return nil
		}
	}
	for _, s := range p.q.New {
		if !add(&bound.Param{Slot: s}) {
			return nil
		}
	}
	out.batches(p, seq)
	return out
}

// batches compiles the columns over batches as well, where that can be done.
func (lr *laneRows) batches(p *Plan, seq *sequence) {
	vp := p.vecPlan(seq)
	if vp == nil {
		return
	}
	add := func(x bound.Expr) bool {
		c, ok := vp.v.expr(x, nil, p.q.Mode)
		at := len(lr.vecCols)
		lr.vecCols = append(lr.vecCols, c.fn)
		return ok && c.t.kind == lr.types[at].kind && c.t.scale == lr.types[at].scale
	}
	for _, o := range p.q.Order {
		if !add(o.X) {
			return
		}
	}
	for _, s := range p.q.New {
		if !add(&bound.Param{Slot: s}) {
			return
		}
	}
	lr.vec = vp
}

// cellRows gathers rows as cells and keeps the first keep of them.
type cellRows struct {
	lr     *laneRows
	keep   int // -1: all
	limit  int64
	at     *Plan
	cells  []int64
	n      int
	sorted bool
	worst  []int64 // the last row that is kept for now
	buf    []int64
}

func (lr *laneRows) rows(p *Plan, fr *Frame, keep, skip int) (*RowSet, bool) {
	c := &cellRows{lr: lr, keep: keep, limit: rowLimit(fr.Env), at: p, sorted: true, buf: make([]int64, len(lr.cols))}
	ok := false
	if lr.vec != nil {
		_, ok = lr.vec.run(fr.Env, p.q.Span, c.addBatch)
	} else {
		_, ok = lr.plan.run(fr, lr.plan.first(c.add))
	}
	if !ok {
		return nil, false
	}
	c.sort()
	if keep >= 0 {
		c.cut(keep)
	}
	skip = min(skip, c.n)
	w, o := len(lr.cols), len(lr.desc)
	set := &RowSet{slots: p.q.New, types: lr.types[o:], rows: c.n - skip}
	if o == 0 {
		set.cells = c.cells[skip*w:]
		return set, true
	}
	set.cells = make([]int64, 0, set.rows*(w-o))
	for i := skip; i < c.n; i++ {
		set.cells = append(set.cells, c.cells[i*w+o:(i+1)*w]...)
	}
	return set, true
}

func (c *cellRows) add(f *laneFrame) bool {
	lr := c.lr
	o := len(lr.desc)
	for i := range o {
		c.buf[i] = lr.cols[i](f)
	}
	if c.worst != nil && o > 0 && c.compareOrder(c.buf, c.worst) > 0 {
		return true
	}
	for i := o; i < len(lr.cols); i++ {
		c.buf[i] = lr.cols[i](f)
	}
	c.push()
	return true
}

// addBatch adds the rows of a batch.
func (c *cellRows) addBatch(f *vecFrame) {
	cols := make([][]int64, len(c.lr.vecCols))
	for i, fn := range c.lr.vecCols {
		cols[i] = fn(f)
	}
	plain := c.worst != nil && len(c.lr.desc) > 0 && c.lr.types[0].kind != value.Text
	for i := range f.n {
		if plain { // most rows are out by the first column
			v, w := cols[0][i], c.worst[0]
			if v != w && (v > w) != c.lr.desc[0] {
				continue
			}
		}
		for j, col := range cols {
			c.buf[j] = col[i]
		}
		c.push()
		plain = c.worst != nil && len(c.lr.desc) > 0 && c.lr.types[0].kind != value.Text
	}
}

// push adds the row in buf, unless it is known to be out.
func (c *cellRows) push() {
	if c.worst != nil && c.compare(c.buf, c.worst) > 0 {
		return
	}
	w := len(c.buf)
	c.sorted = c.sorted && (c.n == 0 || c.compare(c.cells[(c.n-1)*w:c.n*w], c.buf) <= 0)
	c.cells = append(c.cells, c.buf...)
	c.n++
	if c.limit > 0 && int64(c.n) > c.limit {
		Throw(c.at.q.Span, value.Errorf(CodeRows, "more than %d rows in one set", c.limit))
	}
	if c.keep >= 0 && c.n >= 2*c.keep+64 {
		c.sort()
		c.cut(c.keep)
		if c.n > 0 {
			c.worst = append(c.worst[:0], c.cells[(c.n-1)*w:c.n*w]...)
		}
	}
}

func (c *cellRows) cut(n int) {
	if c.n > n {
		c.n = n
		c.cells = c.cells[:n*len(c.buf)]
	}
}

// compareOrder compares the ordering columns.
func (c *cellRows) compareOrder(a, b []int64) int {
	for i, desc := range c.lr.desc {
		d := c.lr.types[i].compare(a[i], b[i])
		if d == 0 {
			continue
		}
		if desc {
			return -d
		}
		return d
	}
	return 0
}

func (c *cellRows) compare(a, b []int64) int {
	if d := c.compareOrder(a, b); d != 0 {
		return d
	}
	for i := len(c.lr.desc); i < len(a); i++ {
		if d := c.lr.types[i].compare(a[i], b[i]); d != 0 {
			return d
		}
	}
	return 0
}

func (c *cellRows) sort() {
	if c.sorted {
		return
	}
	c.sorted = true
	w := len(c.buf)
	if w == 1 && len(c.lr.desc) == 0 && c.lr.types[0].kind != value.Text {
		slices.Sort(c.cells)
		return
	}
	perm := make([]int32, c.n)
	for i := range perm {
		perm[i] = int32(i)
	}
	slices.SortFunc(perm, func(i, j int32) int {
		a, b := int(i)*w, int(j)*w
		return c.compare(c.cells[a:a+w], c.cells[b:b+w])
	})
	out := make([]int64, 0, len(c.cells))
	for _, i := range perm {
		out = append(out, c.cells[int(i)*w:int(i+1)*w]...)
	}
	c.cells = out
}
