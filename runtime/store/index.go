package store

import "slices"

// An index finds the entries of a table by some of their keys (the bits of
// mask), by their value, or both. Entries are only ever added: whoever looks
// something up checks what he finds against the table. Entries of one group
// stay in the order in which they were added.
type index struct {
	mask    uint32
	byValue bool
	stale   bool // values were overwritten: an entry may be found twice
	gen     uint32
	owner   uint64
	groups  table // projected keys -> first and last entry
	at      paged[ref]
	next    paged[int32]
	n       int
}

func newIndex(owner uint64, mask uint32, byValue bool, arity int) *index {
	cols := 0
	if byValue {
		cols++
	}
	for i := 0; i < arity; i++ {
		if mask>>i&1 != 0 {
			cols++
		}
	}
	return &index{mask: mask, byValue: byValue, owner: owner, groups: newTable(owner, cols, cols == 1)}
}

func (ix *index) clone(owner uint64) *index {
	c := *ix
	c.owner = owner
	c.groups = ix.groups.clone(owner)
	return &c
}

// project appends the cells by which ix groups; cell is canonical.
func (ix *index) project(dst, keys []int64, cell int64) []int64 {
	for i, k := range keys {
		if ix.mask>>i&1 != 0 {
			dst = append(dst, k)
		}
	}
	if ix.byValue {
		dst = append(dst, cell)
	}
	return dst
}

func (ix *index) add(keys []int64, cell int64, at ref) {
	var buf [8]int64
	group := ix.project(buf[:0], keys, cell)
	e := ix.n
	ix.n++
	ix.at.set(ix.owner, e, at)
	ix.next.set(ix.owner, e, -1)
	packed := ix.groups.get(group)
	if packed == NullCell {
		ix.groups.put(group, int64(e)<<32|int64(e))
		return
	}
	last := int(uint32(packed))
	ix.next.set(ix.owner, last, int32(e))
	ix.groups.put(group, packed>>32<<32|int64(e))
}

// first gives the first entry of a group, -1 when there is none.
func (ix *index) first(group []int64) int {
	packed := ix.groups.get(group)
	if packed == NullCell {
		return -1
	}
	return int(packed >> 32)
}

// probe gives the first entry of the group that q looks for, or -1.
func (ix *index) probe(q *probe) int {
	if ix.byValue && ix.mask == 0 {
		packed := ix.groups.get1(q.want)
		if packed == NullCell {
			return -1
		}
		return int(packed >> 32)
	}
	var buf [8]int64
	return ix.first(ix.project(buf[:0], q.bound, q.want))
}

// note tells the indexes of a table that put made or changed an entry.
func (p *Property) note(indexes []*index, keys []int64, old, cell int64, at ref, made bool) {
	for _, ix := range indexes {
		switch {
		case ix.byValue:
			if old != NullCell && old != dropped {
				ix.stale = true
			}
			if cell != NullCell && cell != dropped {
				ix.add(keys, p.val.canon(cell), at)
			}
		case made:
			ix.add(keys, 0, at)
		}
	}
}

// buildIndex makes an index of what t holds.
func (p *Property) buildIndex(t *table, owner uint64, mask uint32, byValue bool) *index {
	ix := newIndex(owner, mask, byValue, p.arity)
	ix.gen = t.rows.gen
	if p.arity == 1 {
		t.each(func(keys []int64, c int64) bool {
			if c != dropped {
				ix.add(keys, p.val.canon(c), keys[0])
			}
			return true
		})
		return ix
	}
	keys := make([]int64, 0, p.arity)
	for r := 0; r < t.rows.n; r++ {
		c := t.rows.cell(r)
		if byValue && (c == NullCell || c == dropped) {
			continue
		}
		keys = t.rows.keysOf(r, keys[:0])
		ix.add(keys, p.val.canon(c), int64(r))
	}
	return ix
}

func findIndex(indexes []*index, mask uint32, byValue bool) *index {
	for _, ix := range indexes {
		if ix.mask == mask && ix.byValue == byValue {
			return ix
		}
	}
	return nil
}

// probe says what entries Match looks for.
type probe struct {
	mask    uint32
	bound   []int64 // by key; only those of mask count
	byValue bool
	want    int64 // canonical cell
}

func (p *Property) matches(q *probe, keys []int64, cell int64) bool {
	if cell == dropped || cell == NullCell {
		return false
	}
	for i, k := range keys {
		if q.mask>>i&1 != 0 && k != q.bound[i] {
			return false
		}
	}
	return !q.byValue || p.val.canon(cell) == q.want
}

// collect appends keys and cell of each entry of t that q looks for.
func (p *Property) collect(t *table, ix *index, q *probe, out []int64) []int64 {
	if ix == nil {
		t.each(func(keys []int64, c int64) bool {
			if p.matches(q, keys, c) {
				out = append(append(out, keys...), c)
			}
			return true
		})
		return out
	}
	var kbuf [8]int64
	for e := ix.probe(q); e >= 0; e = int(ix.next.at(e)) {
		keys, c := t.entry(ix.at.at(e), kbuf[:0])
		if p.matches(q, keys, c) {
			out = append(append(out, keys...), c)
		}
	}
	return out
}

func (p *Property) compareKeys(a, b []int64) int {
	for i := range p.keys {
		if c := p.keys[i].compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

// sortEntries sorts entries (keys and cell after each other) by key and drops
// repeated ones. scratch is used when they were not sorted.
func (p *Property) sortEntries(flat []int64) []int64 {
	stride := p.arity + 1
	n := len(flat) / stride
	sorted := true
	for i := 1; i < n && sorted; i++ {
		sorted = p.compareKeys(flat[(i-1)*stride:], flat[i*stride:]) < 0
	}
	if sorted {
		return flat
	}
	perm := make([]int32, n)
	for i := range perm {
		perm[i] = int32(i)
	}
	slices.SortFunc(perm, func(a, b int32) int {
		return p.compareKeys(flat[int(a)*stride:], flat[int(b)*stride:])
	})
	out := make([]int64, 0, len(flat))
	for i, r := range perm {
		row := flat[int(r)*stride : (int(r)+1)*stride]
		if i > 0 && p.compareKeys(out[len(out)-stride:], row) == 0 {
			continue
		}
		out = append(out, row...)
	}
	return out
}
