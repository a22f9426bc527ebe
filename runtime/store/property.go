package store

import (
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// Property is a property of a store: a map from keys to values, with committed
// data (stored ones) and changes in sessions.
type Property struct {
	store *Store
	num   int
	spec  Spec
	arity int
	dense bool
	keys  []Codec
	val   Codec

	base   atomic.Pointer[base]
	probes [16]atomic.Int32 // scans that an index would have saved, by kind of probe
	fanMu  sync.Mutex
	fan    map[uint64]fanout
}

// base is one committed state; it never changes once it is published, but
// caches are filled in.
type base struct {
	table   table
	version uint64
	order   atomic.Pointer[order]
	indexes atomic.Pointer[[]*index]
	extents *extents // of the classes of objects
}

func (b *base) indexList() []*index {
	if l := b.indexes.Load(); l != nil {
		return *l
	}
	return nil
}

func (b *base) sorted(p *Property) *order {
	if b.table.rows.n == 0 {
		return nil
	}
	have := b.order.Load()
	o := p.ordered(&b.table, have)
	if o != have {
		b.order.Store(o)
	}
	return o
}

// Spec gives what the property was made with; Name, Number (order of creation,
// from 0) and Arity parts of it.
func (p *Property) Spec() Spec   { return p.spec }
func (p *Property) Name() string { return p.spec.Name }
func (p *Property) Number() int  { return p.num }
func (p *Property) Arity() int   { return p.arity }

// ValueCodec and KeyCodec turn values and keys into cells and back.
func (p *Property) ValueCodec() Codec    { return p.val }
func (p *Property) KeyCodec(i int) Codec { return p.keys[i] }

func newProperty(s *Store, num int, spec Spec) *Property {
	p := &Property{store: s, num: num, spec: spec, arity: len(spec.Keys), val: newCodec(s.pool, spec.Value, false)}
	for _, k := range spec.Keys {
		p.keys = append(p.keys, newCodec(s.pool, k, true))
	}
	p.dense = p.arity == 1 && p.keys[0].mode == modeInt
	p.base.Store(&base{table: newTable(s.owner(), p.arity, p.dense)})
	return p
}

func (p *Property) stored() bool { return p.spec.Scope == Stored }

// baseIndex gives the index of the committed data for a probe, building it when
// enough probes came by; nil means: scan.
func (p *Property) baseIndex(b *base, mask uint32, byValue bool, now bool) *index {
	if ix := findIndex(b.indexList(), mask, byValue); ix != nil {
		return ix
	}
	if b.table.len() < indexFrom {
		return nil
	}
	kind := mask << 1
	limit := int32(scansBeforeIndex)
	if byValue {
		kind |= 1
		if p.spec.Value.IsObject() {
			limit = 2
		}
	}
	if !now && p.probes[kind&15].Add(1) < limit {
		return nil
	}
	ix := p.buildIndex(&b.table, p.store.owner(), mask, byValue)
	for {
		old := b.indexes.Load()
		list := []*index{ix}
		if old != nil {
			if other := findIndex(*old, mask, byValue); other != nil {
				return other
			}
			list = append(append([]*index{}, *old...), ix)
		}
		if b.indexes.CompareAndSwap(old, &list) {
			return ix
		}
	}
}

const (
	indexFrom        = 48 // entries from which an index is worth having
	scansBeforeIndex = 12
)

// commit makes the next committed state out of the changes of o; nil when
// nothing is different.
func (p *Property) commit(o *overlay) *base {
	b := p.base.Load()
	owner := p.store.owner()
	nb := &base{version: b.version + 1, extents: b.extents, table: b.table.clone(owner)}
	indexes := make([]*index, len(b.indexList()))
	for i, ix := range b.indexList() {
		indexes[i] = ix.clone(owner)
	}
	if b.table.len() == 0 && len(indexes) == 0 && o.readers == 0 && o.keepsOnly() {
		nb.table = o.now
		nb.table.owner = owner
		return nb
	}
	w := writer{p: p, t: &nb.table, indexes: indexes}
	from := 0
	if p.dense && len(indexes) == 0 && b.table.rows.live == 0 {
		w.pages(&o.now.vec)
		from = len(o.now.vec.dir)
	}
	rest := o.now
	rest.vec.dir = rest.vec.dir[from:]
	rest.each(func(keys []int64, c int64) bool {
		w.put(keys, c)
		return true
	})
	if !w.changed {
		return nil
	}
	if p.arity > 1 || !p.dense {
		nb.table.rows.compact(owner)
	}
	if nb.table.rows.gen == b.table.rows.gen || p.arity == 1 {
		nb.indexes.Store(&indexes)
	}
	if nb.table.rows.gen == b.table.rows.gen {
		nb.order.Store(b.order.Load())
	}
	return nb
}

// keepsOnly reports whether o has values and removes none, so that its table
// can become the committed one where there was nothing.
func (o *overlay) keepsOnly() bool {
	if o.now.len() == 0 || o.now.rows.live*2 < o.now.rows.n {
		return false
	}
	return o.now.each(func(_ []int64, c int64) bool { return c != dropped })
}

type writer struct {
	p       *Property
	t       *table
	indexes []*index
	changed bool
}

func (w *writer) put(keys []int64, c int64) {
	if c == dropped {
		c = NullCell
	}
	old, at, made := w.t.put(keys, c)
	if old != c {
		w.changed = true
		w.p.note(w.indexes, keys, old, c, at, made)
	}
}

// pages writes pages of changes; a page where nothing was before is taken over.
func (w *writer) pages(v *paged[int64]) {
	for pg, from := range v.dir {
		if from == nil {
			continue
		}
		n := 0
		for _, word := range &from.used {
			n += bits.OnesCount64(word)
		}
		if n == 0 {
			continue
		}
		drops := slices.Contains(from.a[:], dropped)
		if to := w.t.vec.page(pg); to != nil || drops || w.t.rows.live > 0 {
			w.page(pg, from)
			continue
		}
		w.t.vec.adopt(w.t.owner, pg, from)
		w.t.pages++
		w.t.inVec += n
		w.changed = true
	}
}

func (w *writer) page(pg int, from *page[int64]) {
	for i, word := range &from.used {
		for ; word != 0; word &= word - 1 {
			at := i<<6 | bits.TrailingZeros64(word)
			keys := [1]int64{int64(pg<<pageBits | at)}
			w.put(keys[:], from.a[at])
		}
	}
}

type fanout struct {
	n    int
	rows float64
}

// estimate guesses how many entries of t one probe finds, from a sample.
func (p *Property) estimate(t *table, mask uint32, byValue bool) float64 {
	n := t.len()
	if n == 0 {
		return 0
	}
	const sample = 512
	ix := index{mask: mask, byValue: byValue}
	seen := map[[4]int64]int{}
	taken, pairs := 0, 0
	take := func(keys []int64, c int64) {
		if c == NullCell || c == dropped {
			return
		}
		var g [4]int64
		buf := ix.project(make([]int64, 0, 8), keys, c)
		copy(g[:], buf)
		taken++
		pairs += seen[g]
		seen[g]++
	}
	var kbuf [8]int64
	if n <= sample*2 {
		t.each(func(keys []int64, c int64) bool { take(keys, c); return true })
		return float64(n) / float64(max(len(seen), 1))
	}
	rnd := uint64(n)*hashMul1 | 1
	for try := 0; try < sample*4 && taken < sample; try++ {
		rnd ^= rnd << 13
		rnd ^= rnd >> 7
		rnd ^= rnd << 17
		if d := len(t.vec.dir); t.inVec > 0 && int(rnd>>32)%n < t.inVec {
			if pg := t.vec.dir[rnd%uint64(d)]; pg != nil {
				i := int(rnd >> 40 & pageMask)
				kbuf[0] = int64(int(rnd%uint64(d))<<pageBits | i)
				take(kbuf[:1], pg.a[i])
			}
		} else if t.rows.n > 0 {
			r := int(rnd % uint64(t.rows.n))
			take(t.rows.keysOf(r, kbuf[:0]), t.rows.cell(r))
		}
	}
	if pairs == 0 || taken < 2 {
		return 1
	}
	// Two of the sample fall together once in as many pairs as there are groups.
	groups := float64(taken) * float64(taken-1) / 2 / float64(pairs)
	return max(1, float64(n)/groups)
}
