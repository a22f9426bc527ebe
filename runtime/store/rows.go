package store

import "slices"

// rows maps tuples of cells to cells: columns in pages, found through a hash of
// row numbers. Few rows are one flat list without a hash. A removed row keeps
// its number until compact; row numbers then change and gen grows.
type rows struct {
	arity int
	n     int // rows, removed ones too
	live  int
	gen   uint32

	small      []int64 // while n <= smallRows: keys and cell of each row in turn
	smallOwner uint64

	keys  []paged[int64]
	vals  paged[int64]
	slots paged[int32] // row+1, 0 for none
	mask  uint64       // number of slots - 1; 0 while small
}

const smallRows = 16

func (t *rows) clone() rows {
	c := *t
	c.keys = slices.Clone(t.keys)
	return c
}

const (
	hashMul1 = 0x9E3779B97F4A7C15
	hashMul2 = 0xC2B2AE3D27D4EB4F
)

func hash1(k int64) uint64 {
	h := uint64(k) * hashMul1
	return h ^ h>>32
}

func hash2(a, b int64) uint64 {
	h := uint64(a)*hashMul1 ^ uint64(b)*hashMul2
	h ^= h >> 29
	h *= hashMul1
	return h ^ h>>32
}

func hashKeys(keys []int64) uint64 {
	switch len(keys) {
	case 0:
		return 0
	case 1:
		return hash1(keys[0])
	case 2:
		return hash2(keys[0], keys[1])
	}
	h := hash2(keys[0], keys[1])
	for _, k := range keys[2:] {
		h = hash2(int64(h), k)
	}
	return h
}

// key and cell read row r; cell is NullCell for a removed row.
func (t *rows) key(r, i int) int64 {
	if t.mask == 0 {
		return t.small[r*(t.arity+1)+i]
	}
	return t.keys[i].at(r)
}

func (t *rows) cell(r int) int64 {
	if t.mask == 0 {
		return t.small[r*(t.arity+1)+t.arity]
	}
	return t.vals.at(r)
}

func (t *rows) keysOf(r int, dst []int64) []int64 {
	for i := 0; i < t.arity; i++ {
		dst = append(dst, t.key(r, i))
	}
	return dst
}

// find gives the row of keys, a removed one too, or -1.
func (t *rows) find(keys []int64) int {
	if t.mask == 0 {
		return t.findSmall(keys)
	}
	return t.findHashed(keys, hashKeys(keys))
}

func (t *rows) findHashed(keys []int64, h uint64) int {
	first := &t.keys[0]
	for i := h & t.mask; ; i = (i + 1) & t.mask {
		r := int(t.slots.at(int(i))) - 1
		if r < 0 {
			return -1
		}
		if first.at(r) == keys[0] && t.same(r, keys) {
			return r
		}
	}
}

func (t *rows) same(r int, keys []int64) bool {
	for i := 1; i < len(keys); i++ {
		if t.keys[i].at(r) != keys[i] {
			return false
		}
	}
	return true
}

func (t *rows) findSmall(keys []int64) int {
	stride := t.arity + 1
next:
	for r := 0; r < t.n; r++ {
		row := t.small[r*stride:]
		for i, k := range keys {
			if row[i] != k {
				continue next
			}
		}
		return r
	}
	return -1
}

func (t *rows) get1(k int64) int64 {
	if t.mask == 0 {
		if t.n == 0 {
			return NullCell
		}
		for i := 0; i < len(t.small); i += 2 {
			if t.small[i] == k {
				return t.small[i+1]
			}
		}
		return NullCell
	}
	for i := hash1(k) & t.mask; ; i = (i + 1) & t.mask {
		r := int(t.slots.at(int(i))) - 1
		if r < 0 {
			return NullCell
		}
		if t.keys[0].at(r) == k {
			return t.vals.at(r)
		}
	}
}

func (t *rows) get2(a, b int64) int64 {
	if t.mask == 0 {
		for i := 0; i < len(t.small); i += 3 {
			if t.small[i] == a && t.small[i+1] == b {
				return t.small[i+2]
			}
		}
		return NullCell
	}
	for i := hash2(a, b) & t.mask; ; i = (i + 1) & t.mask {
		r := int(t.slots.at(int(i))) - 1
		if r < 0 {
			return NullCell
		}
		if t.keys[0].at(r) == a && t.keys[1].at(r) == b {
			return t.vals.at(r)
		}
	}
}

func (t *rows) get(keys []int64) int64 {
	if r := t.find(keys); r >= 0 {
		return t.cell(r)
	}
	return NullCell
}

// put writes cell, NullCell to remove. It tells the old cell, the row (-1 when
// there is none) and whether the row was made now.
func (t *rows) put(owner uint64, keys []int64, cell int64) (old int64, row int, made bool) {
	var h uint64
	if t.mask == 0 {
		row = t.findSmall(keys)
	} else {
		h = hashKeys(keys)
		row = t.findHashed(keys, h)
	}
	if row < 0 {
		if cell == NullCell {
			return NullCell, -1, false
		}
		if t.mask == 0 {
			h = hashKeys(keys)
		}
		return NullCell, t.addHashed(owner, keys, cell, h), true
	}
	old = t.cell(row)
	if old != cell {
		t.setCell(owner, row, old, cell)
	}
	return old, row, false
}

func (t *rows) setCell(owner uint64, row int, old, cell int64) {
	if t.mask == 0 {
		if t.smallOwner != owner {
			t.small, t.smallOwner = slices.Clone(t.small), owner
		}
		t.small[row*(t.arity+1)+t.arity] = cell
	} else {
		t.vals.set(owner, row, cell)
	}
	if old == NullCell {
		t.live++
	} else if cell == NullCell {
		t.live--
	}
}

func (t *rows) add(owner uint64, keys []int64, cell int64) int {
	return t.addHashed(owner, keys, cell, hashKeys(keys))
}

func (t *rows) addHashed(owner uint64, keys []int64, cell int64, h uint64) int {
	if t.mask == 0 && t.n < smallRows {
		if t.smallOwner != owner {
			t.small, t.smallOwner = slices.Clone(t.small), owner
		}
		t.small = append(append(t.small, keys...), cell)
		t.n++
		t.live++
		return t.n - 1
	}
	if t.mask == 0 {
		t.unflatten(owner)
	} else if uint64(t.n)*3 > (t.mask+1)*2 {
		t.rehash(owner, (t.mask+1)*2)
	}
	r := t.n
	for i, k := range keys {
		t.keys[i].set(owner, r, k)
	}
	t.vals.set(owner, r, cell)
	t.link(owner, r, h)
	t.n++
	t.live++
	return r
}

func (t *rows) unflatten(owner uint64) {
	t.keys = make([]paged[int64], t.arity)
	for r := 0; r < t.n; r++ {
		row := t.small[r*(t.arity+1):]
		for i := range t.keys {
			t.keys[i].set(owner, r, row[i])
		}
		t.vals.set(owner, r, row[t.arity])
	}
	t.small = nil
	t.rehash(owner, pageSize)
}

func (t *rows) link(owner uint64, r int, h uint64) {
	for i := h & t.mask; ; i = (i + 1) & t.mask {
		if t.slots.at(int(i)) == 0 {
			t.slots.set(owner, int(i), int32(r+1))
			return
		}
	}
}

func (t *rows) rehash(owner, size uint64) {
	t.slots = paged[int32]{owner: owner, dir: make([]*page[int32], size>>pageBits)}
	for i := range t.slots.dir {
		t.slots.dir[i] = &page[int32]{owner: owner}
	}
	t.mask = size - 1
	var buf [8]int64
	for r := 0; r < t.n; r++ {
		t.link(owner, r, hashKeys(t.keysOf(r, buf[:0])))
	}
}

// compact drops removed rows when they are the greater part.
func (t *rows) compact(owner uint64) {
	if t.n < 64 || t.live*2 > t.n {
		return
	}
	c := rows{arity: t.arity, gen: t.gen + 1}
	var buf [8]int64
	for r := 0; r < t.n; r++ {
		if v := t.cell(r); v != NullCell {
			c.add(owner, t.keysOf(r, buf[:0]), v)
		}
	}
	*t = c
}
