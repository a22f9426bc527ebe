package store

import (
	"math/bits"

	"github.com/golsf/golsf/runtime/value"
)

// A View reads one property in one state cell by cell. It is good until the
// session writes the property, is marked, committed or cancelled; committed
// data stays as it was when the view was made.
type View struct {
	p    *Property
	x    *Session
	st   State
	b    *base
	now  *table // changes above the base, nil without
	mark *table // above now, for Marked
}

// View makes a view of p.
func (x *Session) View(st State, p *Property) View {
	v := View{p: p, x: x, st: st, b: p.base.Load()}
	if st == Prev {
		return v
	}
	if o := x.of(p); o != nil {
		switch {
		case st == Now:
			v.now = &o.now
		case x.marked:
			v.now, v.mark = &o.now, &o.mark
		}
	}
	return v
}

// Property is the property of the view.
func (v *View) Property() *Property { return v.p }

// At0, At1, At2 and At read the cell for that many keys, NullCell for none.
func (v *View) At0() int64 { return v.At(nil) }

func (v *View) At1(k int64) int64 {
	if v.mark != nil {
		if c := v.mark.find1(k); c != NullCell {
			return undrop(c)
		}
	}
	if v.now != nil {
		if c := v.now.find1(k); c != NullCell {
			return undrop(c)
		}
	}
	return v.b.table.get1(k)
}

func (v *View) At2(a, b int64) int64 {
	if v.mark != nil && v.mark.rows.n > 0 {
		if c := v.mark.rows.get2(a, b); c != NullCell {
			return undrop(c)
		}
	}
	if v.now != nil && v.now.rows.n > 0 {
		if c := v.now.rows.get2(a, b); c != NullCell {
			return undrop(c)
		}
	}
	if v.b.table.rows.n == 0 {
		return NullCell
	}
	return v.b.table.rows.get2(a, b)
}

func (v *View) At(keys []int64) int64 {
	if v.mark != nil {
		if c := v.mark.get(keys); c != NullCell {
			return undrop(c)
		}
	}
	if v.now != nil {
		if c := v.now.get(keys); c != NullCell {
			return undrop(c)
		}
	}
	return v.b.table.get(keys)
}

func undrop(c int64) int64 {
	if c == dropped {
		return NullCell
	}
	return c
}

// shadowed reports whether the changes say anything of a key of the base.
func (v *View) shadowed(keys []int64) bool {
	return v.now != nil && v.now.get(keys) != NullCell || v.mark != nil && v.mark.get(keys) != NullCell
}

// reading keeps the changes as they are while f scans them.
func (v *View) reading(f func(now, mark *table)) {
	if v.now == nil {
		f(nil, nil)
		return
	}
	o := v.x.of(v.p)
	if o == nil {
		f(v.now, v.mark)
		return
	}
	o.readers++
	o.detached = false
	defer func() { o.readers-- }()
	now := *v.now
	now.rows = v.now.rows.clone()
	if v.mark == nil {
		f(&now, nil)
		return
	}
	mark := *v.mark
	mark.rows = v.mark.rows.clone()
	f(&now, &mark)
}

// Scan yields all rows in key order.
func (v *View) Scan(yield CellRowFunc) {
	p := v.p
	if v.now == nil && v.b.table.rows.n == 0 {
		v.b.table.each(yield)
		return
	}
	v.reading(func(now, mark *table) {
		if now != nil && mark == nil && v.b.table.rows.n == 0 && now.rows.n == 0 {
			mergePages(&v.b.table.vec, &now.vec, yield)
			return
		}
		var cs []*cursor
		if mark != nil && mark.len() > 0 {
			cs = append(cs, p.cursor(mark, p.ordered(mark, nil)))
		}
		if now != nil && now.len() > 0 {
			o := v.x.of(p)
			o.order = p.ordered(now, o.order)
			cs = append(cs, p.cursor(now, o.order))
		}
		cs = append(cs, p.cursor(&v.b.table, v.b.sorted(p)))
		p.merge(cs, yield)
	})
}

// mergePages yields the entries of pages with changes on top, in key order.
func mergePages(base, now *paged[int64], yield CellRowFunc) {
	keys := make([]int64, 1)
	for pg := 0; pg < max(len(base.dir), len(now.dir)); pg++ {
		b, n := base.page(pg), now.page(pg)
		if b == nil && n == nil {
			continue
		}
		for i := 0; i < pageSize; i++ {
			c := int64(NullCell)
			if n != nil {
				c = n.a[i]
			}
			if c == NullCell && b != nil {
				c = b.a[i]
			}
			if c == NullCell || c == dropped {
				continue
			}
			keys[0] = int64(pg<<pageBits | i)
			if !yield(keys, c) {
				return
			}
		}
	}
}

// Each yields all rows in any order; it is cheaper than Scan for several keys
// and for texts.
func (v *View) Each(yield CellRowFunc) {
	if v.now == nil {
		v.b.table.each(yield)
		return
	}
	v.reading(func(now, mark *table) {
		s := View{p: v.p, x: v.x, st: v.st, b: v.b, now: now, mark: mark}
		if mark == nil && v.b.table.rows.n == 0 && now.rows.n == 0 {
			mergePages(&v.b.table.vec, &now.vec, yield)
			return
		}
		if mark != nil {
			more := mark.each(func(keys []int64, c int64) bool { return c == dropped || yield(keys, c) })
			if !more {
				return
			}
		}
		more := now.each(func(keys []int64, c int64) bool {
			return c == dropped || mark != nil && mark.get(keys) != NullCell || yield(keys, c)
		})
		if more {
			v.b.table.each(func(keys []int64, c int64) bool { return s.shadowed(keys) || yield(keys, c) })
		}
	})
}

// batch is the number of rows Batches gives at once.
const batch = 1024

// Batches yields all rows in any order as columns of up to 1024 rows; the
// columns are reused.
func (v *View) Batches(yield func(keys [][]int64, cells []int64) bool) {
	if v.now == nil && v.p.arity == 1 && v.b.table.rows.n == 0 {
		batches(&v.b.table.vec, yield)
		return
	}
	keys := make([][]int64, v.p.arity)
	for i := range keys {
		keys[i] = make([]int64, 0, batch)
	}
	cells := make([]int64, 0, batch)
	more := true
	v.Each(func(row []int64, c int64) bool {
		for i, k := range row {
			keys[i] = append(keys[i], k)
		}
		cells = append(cells, c)
		if len(cells) < batch {
			return true
		}
		more = yield(keys, cells)
		cells = cells[:0]
		for i := range keys {
			keys[i] = keys[i][:0]
		}
		return more
	})
	if more && len(cells) > 0 {
		yield(keys, cells)
	}
}

// Match yields, in key order, the rows whose keys equal bound where mask has a
// bit and, with byValue, whose cell equals want. It uses an index when there is
// one and makes one when probes of that kind keep coming.
func (v *View) Match(mask uint32, bound []int64, byValue bool, want int64, yield CellRowFunc) {
	if byValue {
		want = v.p.val.canon(want)
	}
	v.match(&probe{mask: mask, bound: bound, byValue: byValue, want: want}, yield)
}

func (v *View) match(q *probe, yield CellRowFunc) {
	p := v.p
	if q.mask == 1<<p.arity-1 {
		if c := v.At(q.bound); p.matches(q, q.bound, c) {
			yield(q.bound, c)
		}
		return
	}
	if q.mask == 0 && !q.byValue {
		v.Scan(yield)
		return
	}
	ix := p.baseIndex(v.b, q.mask, q.byValue, false)
	if ix != nil && (v.now == nil || v.now.len() == 0) && v.matchOne(ix, q, yield) {
		return
	}
	v.matchMany(ix, q, yield)
}

// matchOne yields the only entry of a group; false when there may be more.
func (v *View) matchOne(ix *index, q *probe, yield CellRowFunc) bool {
	e := ix.probe(q)
	if e < 0 {
		return true
	}
	if ix.next.at(e) >= 0 {
		return false
	}
	room, at := v.x.grab(v.p.arity)
	keys, c := v.b.table.entry(ix.at.at(e), room)
	if v.p.matches(q, keys, c) {
		yield(keys, c)
	}
	v.x.release(at)
	return true
}

func (v *View) matchMany(ix *index, q *probe, yield CellRowFunc) {
	p := v.p
	var buf [64]int64
	found := buf[:0]
	found = p.collect(&v.b.table, ix, q, found)
	repeated := ix != nil && ix.stale
	if v.now != nil && v.now.len() > 0 {
		found = v.unshadowed(found)
		o := v.x.of(p)
		nix := o.index(q.mask, q.byValue)
		from := len(found)
		found = p.collect(v.now, nix, q, found)
		repeated = true
		if v.mark != nil && v.mark.len() > 0 {
			upper := View{p: p, now: v.mark}
			found = append(found[:from], upper.unshadowed(found[from:])...)
			found = p.collect(v.mark, nil, q, found)
		}
	}
	stride := p.arity + 1
	if repeated || len(found) > stride {
		found = p.sortEntries(found)
	}
	for ; len(found) > 0; found = found[stride:] {
		if !yield(found[:p.arity:p.arity], found[p.arity]) {
			return
		}
	}
}

// unshadowed keeps the entries of which the changes say nothing.
func (v *View) unshadowed(found []int64) []int64 {
	stride := v.p.arity + 1
	out := found[:0]
	for ; len(found) > 0; found = found[stride:] {
		if !v.shadowed(found[:v.p.arity]) {
			out = append(out, found[:stride]...)
		}
	}
	return out
}

// index gives an index of the changes, nil for scanning them.
func (o *overlay) index(mask uint32, byValue bool) *index {
	if ix := findIndex(o.indexes, mask, byValue); ix != nil {
		return ix
	}
	if o.now.len() < indexFrom {
		return nil
	}
	if o.probes++; o.probes < 4 {
		return nil
	}
	ix := o.p.buildIndex(&o.now, o.now.owner, mask, byValue)
	o.indexes = append(o.indexes, ix)
	return ix
}

// Prepare makes the index for probes of that kind now, for a caller who knows
// that many will come.
func (x *Session) Prepare(p *Property, mask uint32, byValue bool) {
	if mask == 1<<p.arity-1 || mask == 0 && !byValue {
		return
	}
	p.baseIndex(p.base.Load(), mask, byValue, true)
}

// Scan yields the rows of p in key order.
func (x *Session) Scan(st State, p *Property, yield RowFunc) {
	v := x.View(st, p)
	keys := make([]value.Value, p.arity)
	v.Scan(func(cells []int64, c int64) bool {
		p.decodeKeys(keys, cells)
		return yield(keys, p.val.value(c))
	})
}

// Match yields, in key order, the rows whose keys equal the non-NULL ones of
// bound and, if v is not NULL, whose value equals v.
func (x *Session) Match(st State, p *Property, bound []value.Value, v value.Value, yield RowFunc) {
	q := probe{bound: make([]int64, p.arity)}
	for i, b := range bound {
		if b.IsNull() {
			continue
		}
		c, ok := p.keys[i].encode(b, false)
		if !ok {
			return
		}
		q.mask |= 1 << i
		q.bound[i] = c
	}
	if !v.IsNull() {
		c, ok := p.val.findCanon(v)
		if !ok {
			return
		}
		q.byValue, q.want = true, c
	}
	view := x.View(st, p)
	keys := make([]value.Value, p.arity)
	view.match(&q, func(cells []int64, c int64) bool {
		p.decodeKeys(keys, cells)
		return yield(keys, p.val.value(c))
	})
}

// Count gives the number of rows of p, or a little more when the session has
// changed it.
func (x *Session) Count(st State, p *Property) int {
	v := x.View(st, p)
	n := v.b.table.len()
	if v.now != nil {
		n += v.now.len()
	}
	if v.mark != nil {
		n += v.mark.len()
	}
	return n
}

// Fanout estimates how many rows a Match with these keys bound (bits of
// boundMask), and with the value if byValue, yields.
func (x *Session) Fanout(st State, p *Property, boundMask uint32, byValue bool) float64 {
	n := x.Count(st, p)
	if n == 0 {
		return 0
	}
	if bits.OnesCount32(boundMask) == p.arity {
		return 1
	}
	if boundMask == 0 && !byValue {
		return float64(n)
	}
	b := p.base.Load()
	if ix := findIndex(b.indexList(), boundMask, byValue); ix != nil && ix.groups.len() > 0 {
		return max(1, float64(b.table.len())/float64(ix.groups.len()))
	}
	kind := uint64(boundMask)<<1 | 1
	if !byValue {
		kind--
	}
	if b.table.len()*2 >= n {
		return p.baseFanout(b, kind)
	}
	o := x.of(p)
	return p.estimate(&o.now, boundMask, byValue)
}

// baseFanout keeps estimates until the number of rows has changed by a quarter.
func (p *Property) baseFanout(b *base, kind uint64) float64 {
	n := b.table.len()
	p.fanMu.Lock()
	defer p.fanMu.Unlock()
	if f, ok := p.fan[kind]; ok && n*4 <= f.n*5 && f.n*4 <= n*5 {
		return f.rows
	}
	rows := p.estimate(&b.table, uint32(kind>>1), kind&1 != 0)
	if p.fan == nil {
		p.fan = map[uint64]fanout{}
	}
	p.fan[kind] = fanout{n, rows}
	return rows
}
