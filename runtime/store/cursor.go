package store

import (
	"math/bits"
	"slices"
)

// order lists the rows of a table sorted by key, as far as it was made.
type order struct {
	perm []int32
	n    int // rows in perm
	gen  uint32
}

// ordered gives the sorted rows of t, starting from what was sorted before.
func (p *Property) ordered(t *table, have *order) *order {
	if have != nil && have.gen == t.rows.gen && have.n == t.rows.n {
		return have
	}
	if have == nil || have.gen != t.rows.gen {
		have = &order{gen: t.rows.gen}
	}
	compare := func(a, b int32) int {
		for i := range p.keys {
			if c := p.keys[i].compare(t.rows.key(int(a), i), t.rows.key(int(b), i)); c != 0 {
				return c
			}
		}
		return 0
	}
	more := make([]int32, t.rows.n-have.n)
	for i := range more {
		more[i] = int32(have.n + i)
	}
	slices.SortFunc(more, compare)
	if have.n == 0 {
		return &order{perm: more, n: t.rows.n, gen: t.rows.gen}
	}
	perm := make([]int32, 0, t.rows.n)
	old := have.perm
	for len(old) > 0 && len(more) > 0 {
		if compare(old[0], more[0]) < 0 {
			perm, old = append(perm, old[0]), old[1:]
		} else {
			perm, more = append(perm, more[0]), more[1:]
		}
	}
	perm = append(append(perm, old...), more...)
	return &order{perm: perm, n: t.rows.n, gen: t.rows.gen}
}

// cursor walks over a table in key order. The table must not change meanwhile.
type cursor struct {
	p     *Property
	t     table
	perm  []int32
	pg, i int // next place in pages
	r     int // next place in perm
	row   int // the row at hand, -1 for one of a page

	ok   bool
	keys []int64
	cell int64

	pageKey  int64 // the next entry in pages
	pageCell int64
	pageOK   bool
}

func (p *Property) cursor(t *table, o *order) *cursor {
	c := &cursor{p: p, t: *t, keys: make([]int64, p.arity)}
	c.t.rows = t.rows.clone()
	if o != nil {
		c.perm = o.perm
	}
	c.advancePage()
	c.next()
	return c
}

func (c *cursor) advancePage() {
	for ; c.pg < len(c.t.vec.dir); c.pg, c.i = c.pg+1, 0 {
		pg := c.t.vec.dir[c.pg]
		if pg == nil {
			continue
		}
		for c.i < pageSize {
			word := pg.used[c.i>>6] >> (c.i & 63)
			if word == 0 {
				c.i = (c.i | 63) + 1
				continue
			}
			c.i += bits.TrailingZeros64(word)
			c.pageKey, c.pageCell, c.pageOK = int64(c.pg<<pageBits|c.i), pg.a[c.i], true
			c.i++
			return
		}
	}
	c.pageOK = false
}

// next goes to the next entry; ok tells whether there is one.
func (c *cursor) next() {
	for c.r < len(c.perm) {
		row := int(c.perm[c.r])
		v := c.t.rows.cell(row)
		if v == NullCell {
			c.r++
			continue
		}
		if c.pageOK && c.pageKey < c.t.rows.key(row, 0) {
			break
		}
		for i := range c.keys {
			c.keys[i] = c.t.rows.key(row, i)
		}
		c.cell, c.ok = v, true
		c.r++
		return
	}
	if c.ok = c.pageOK; c.ok {
		c.keys[0], c.cell = c.pageKey, c.pageCell
		c.advancePage()
	}
}

// merge walks over cursors together in key order; of equal keys the entry of
// the first cursor counts. Entries marked as dropped are left out.
func (p *Property) merge(cs []*cursor, yield CellRowFunc) {
	for {
		var best *cursor
		for _, c := range cs {
			if c.ok && (best == nil || p.compareKeys(c.keys, best.keys) < 0) {
				best = c
			}
		}
		if best == nil {
			return
		}
		if best.cell != dropped && !yield(best.keys, best.cell) {
			return
		}
		for _, c := range cs {
			if c != best && c.ok && p.compareKeys(c.keys, best.keys) == 0 {
				c.next()
			}
		}
		best.next()
	}
}
