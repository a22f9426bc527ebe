package store

import "slices"

// Pages are written in place by the owner that made them and copied by
// everybody else, so a structure made of pages is copied by copying its
// directories. An owner is a number that is never used twice.
const (
	pageBits = 9
	pageSize = 1 << pageBits
	pageMask = pageSize - 1
)

type page[T any] struct {
	owner uint64
	used  [pageSize / 64]uint64 // entries of a table's page: bits of a that are not NullCell
	a     [pageSize]T
}

// paged is an array in pages. A nil page holds nothing. The zero value is empty.
type paged[T any] struct {
	dir   []*page[T]
	owner uint64 // of dir
}

func (v *paged[T]) at(i int) T { return v.dir[i>>pageBits].a[i&pageMask] }

// page is the page of index i, nil when there is none.
func (v *paged[T]) page(pg int) *page[T] {
	if uint(pg) < uint(len(v.dir)) {
		return v.dir[pg]
	}
	return nil
}

// writable gives page pg for writing by owner; fresh tells that it was made now.
func (v *paged[T]) writable(owner uint64, pg int) (p *page[T], fresh bool) {
	if pg < len(v.dir) {
		if p = v.dir[pg]; p != nil && p.owner == owner {
			return p, false
		}
	}
	if v.owner != owner {
		v.dir = slices.Clone(v.dir)
		v.owner = owner
	}
	for len(v.dir) <= pg {
		v.dir = append(v.dir, nil)
	}
	old := v.dir[pg]
	p = new(page[T])
	if old != nil {
		*p = *old
	} else {
		fresh = true
	}
	p.owner = owner
	v.dir[pg] = p
	return p, fresh
}

func (v *paged[T]) set(owner uint64, i int, x T) {
	if pg := i >> pageBits; pg < len(v.dir) {
		if p := v.dir[pg]; p != nil && p.owner == owner {
			p.a[i&pageMask] = x
			return
		}
	}
	v.setSlow(owner, i, x)
}

func (v *paged[T]) setSlow(owner uint64, i int, x T) {
	p, _ := v.writable(owner, i>>pageBits)
	p.a[i&pageMask] = x
}

func fillPage(p *page[int64], x int64) {
	for i := range p.a {
		p.a[i] = x
	}
}

// putCell writes an entry of a table's page.
func putCell(p *page[int64], i int64, cell int64) {
	p.a[i] = cell
	bit := uint64(1) << (i & 63)
	if cell == NullCell {
		p.used[i>>6] &^= bit
	} else {
		p.used[i>>6] |= bit
	}
}

// adopt makes from page pg, which was empty.
func (v *paged[T]) adopt(owner uint64, pg int, from *page[T]) {
	if v.owner != owner {
		v.dir, v.owner = slices.Clone(v.dir), owner
	}
	for len(v.dir) <= pg {
		v.dir = append(v.dir, nil)
	}
	v.dir[pg] = from
}
