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
	return out
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
	_, ok := lr.plan.run(fr, lr.plan.first(c.add))
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
	if c.worst != nil && c.compare(c.buf, c.worst) > 0 {
		return true
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
	return true
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
