package store

import "math/bits"

// table maps the keys of one property to cells. NullCell stands for "no
// entry". A single key that is a small whole number (an object, an INTEGER) is
// an index into pages where pages are filled well enough; every other key is in
// rows. If the page of a key exists, the key is in the page and not in rows.
type table struct {
	owner uint64
	dense bool // one key that may be an index
	vec   paged[int64]
	pages int // pages of vec
	inVec int // entries in vec
	rows  rows
}

const (
	maxPage   = 1 << 21 // keys up to 2^30 may be indexes
	sparsity  = 16      // a page may be made when entries*sparsity fill the pages
	freePages = 1       // pages that may be made whatever the filling
)

func newTable(owner uint64, arity int, dense bool) table {
	return table{owner: owner, dense: dense, rows: rows{arity: arity}}
}

func (t *table) clone(owner uint64) table {
	c := *t
	c.rows = t.rows.clone()
	c.owner = owner
	return c
}

func (t *table) len() int { return t.inVec + t.rows.live }

func (t *table) get1(k int64) int64 {
	if pg := uint64(k) >> pageBits; pg < uint64(len(t.vec.dir)) && t.vec.dir[pg] != nil {
		return t.vec.dir[pg].a[k&pageMask]
	}
	return t.rows.get1(k)
}

// find1 is get1 for tables that have few of the keys asked for: whether a key is
// there is seen without touching the values.
func (t *table) find1(k int64) int64 {
	if pg := uint64(k) >> pageBits; pg < uint64(len(t.vec.dir)) && t.vec.dir[pg] != nil {
		p := t.vec.dir[pg]
		i := k & pageMask
		if p.used[i>>6]>>(i&63)&1 == 0 {
			return NullCell
		}
		return p.a[i]
	}
	return t.rows.get1(k)
}

func (t *table) get(keys []int64) int64 {
	if len(keys) == 1 {
		return t.get1(keys[0])
	}
	if t.rows.n == 0 {
		return NullCell
	}
	return t.rows.get(keys)
}

// ref identifies an entry for an index: the key itself, or the row of several keys.
type ref = int64

// put writes cell, NullCell to remove, and tells what was there, the ref of the
// entry and whether that ref is new.
func (t *table) put(keys []int64, cell int64) (old int64, at ref, made bool) {
	if t.dense {
		k := keys[0]
		old = t.put1(k, cell)
		return old, k, old == NullCell
	}
	old, row, made := t.rows.put(t.owner, keys, cell)
	if len(keys) == 1 {
		return old, keys[0], old == NullCell
	}
	return old, int64(row), made
}

func (t *table) put1(k, cell int64) (old int64) {
	pg := uint64(k) >> pageBits
	if pg < uint64(len(t.vec.dir)) {
		if p := t.vec.dir[pg]; p != nil {
			old = p.a[k&pageMask]
			if old == cell {
				return old
			}
			if p.owner != t.owner {
				p, _ = t.vec.writable(t.owner, int(pg))
			}
			putCell(p, k&pageMask, cell)
			if old == NullCell {
				t.inVec++
			} else if cell == NullCell {
				t.inVec--
			}
			return old
		}
	}
	if cell != NullCell && t.rows.live == 0 && pg < maxPage && t.roomFor(pg, 1, 1) {
		putCell(t.newPage(int(pg)), k&pageMask, cell)
		t.inVec++
		return NullCell
	}
	keys := [1]int64{k}
	old, _, made := t.rows.put(t.owner, keys[:], cell)
	if made && t.rows.n >= smallRows && t.rows.n&(t.rows.n-1) == 0 {
		t.spread()
	}
	return old
}

// roomFor reports whether more pages up to page pg with that many entries keep
// the pages filled well enough.
func (t *table) roomFor(pg uint64, pages, entries int) bool {
	n := t.inVec + entries
	return (t.pages+pages-freePages)*pageSize <= n*sparsity && pg <= uint64(n)+1024
}

func (t *table) newPage(pg int) *page[int64] {
	p, fresh := t.vec.writable(t.owner, pg)
	if fresh {
		fillPage(p, NullCell)
		t.pages++
	}
	return p
}

// spread moves rows into pages if these would be filled well enough.
func (t *table) spread() {
	pages := map[uint64]int{}
	entries, top := 0, uint64(0)
	for r := 0; r < t.rows.n; r++ {
		pg := uint64(t.rows.key(r, 0)) >> pageBits
		if t.rows.cell(r) != NullCell && pg < maxPage {
			pages[pg]++
			entries++
			top = max(top, pg)
		}
	}
	if entries == 0 || !t.roomFor(0, len(pages), entries) || top > uint64(entries+t.inVec)*4+1024 {
		return
	}
	old := t.rows
	t.rows = rows{arity: 1, gen: old.gen + 1}
	for r := 0; r < old.n; r++ {
		k, v := old.key(r, 0), old.cell(r)
		if v == NullCell {
			continue
		}
		if pg := uint64(k) >> pageBits; pg < maxPage {
			putCell(t.newPage(int(pg)), k&pageMask, v)
			t.inVec++
		} else {
			keys := [1]int64{k}
			t.rows.add(t.owner, keys[:], v)
		}
	}
}

// each yields all entries: pages in the order of keys, then rows as they were
// made. keys is reused. It reports whether it came to the end.
func (t *table) each(yield CellRowFunc) bool {
	var buf [8]int64
	keys := buf[:max(t.rows.arity, 1)]
	if t.rows.arity > len(buf) {
		keys = make([]int64, t.rows.arity)
	}
	for pg, p := range t.vec.dir {
		if p == nil {
			continue
		}
		for w, word := range &p.used {
			for ; word != 0; word &= word - 1 {
				i := w<<6 | bits.TrailingZeros64(word)
				keys[0] = int64(pg<<pageBits | i)
				if !yield(keys, p.a[i]) {
					return false
				}
			}
		}
	}
	keys = keys[:t.rows.arity]
	for r := 0; r < t.rows.n; r++ {
		c := t.rows.cell(r)
		if c == NullCell {
			continue
		}
		for i := range keys {
			keys[i] = t.rows.key(r, i)
		}
		if !yield(keys, c) {
			return false
		}
	}
	return true
}

// entry reads the entry of a ref; cell is NullCell when it is gone.
func (t *table) entry(at ref, dst []int64) (keys []int64, cell int64) {
	if t.rows.arity == 1 {
		return append(dst, at), t.get1(at)
	}
	return t.rows.keysOf(int(at), dst), t.rows.cell(int(at))
}
