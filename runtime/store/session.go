package store

import (
	"slices"

	"github.com/golsf/golsf/runtime/value"
)

// Session holds changes on top of the committed data and the values of local
// properties. It belongs to one goroutine. A property must not be written by
// the callback of a scan of the same session unless the caller can do with the
// state as it was when the scan began.
type Session struct {
	store  *Store
	id     uint64
	parent *Session

	over    []*overlay // by number of the property, nil while it is unchanged
	objects *overlay   // classes of objects made, deleted or changed
	seq     uint64     // writes so far
	marked  bool

	depth int // open savepoints
	undo  []undo
	cells []int64 // of undo

	scratch []int64 // stack of keys handed to callbacks

	stash   map[int64][]stashed // values hidden by ChangeClass, by object
	deleted []int64
	commits uint64 // commits of the store when deleted was begun
}

// overlay has the changes of one property in one session.
type overlay struct {
	p       *Property
	now     table  // key -> new cell, or dropped
	mark    table  // keys written since Mark -> cell at Mark, or dropped
	writes  uint64 // Session.seq at the last write
	atMark  uint64 // writes at Mark
	own     bool   // written since the nested session was made
	order   *order // of now
	indexes []*index
	probes  int
	journal *journal // nil until someone follows

	readers  int  // scans at work on now or mark
	detached bool // pages are no longer shared with these scans
}

// grab gives room for n cells, to be given back by release(at), last first.
func (x *Session) grab(n int) (room []int64, at int) {
	at = len(x.scratch)
	if cap(x.scratch)-at < n {
		x.scratch, at = make([]int64, 0, max(256, n)), 0
	}
	x.scratch = x.scratch[:at+n]
	return x.scratch[at : at : at+n], at
}

func (x *Session) release(at int) { x.scratch = x.scratch[:min(at, len(x.scratch))] }

func newOverlay(s *Store, p *Property) *overlay {
	owner := s.owner()
	return &overlay{p: p, now: newTable(owner, p.arity, p.dense), mark: newTable(owner, p.arity, p.dense)}
}

// NewSession makes a session without changes.
func (s *Store) NewSession() *Session {
	return &Session{store: s, id: s.session.Add(1)}
}

// Store is the store of the session. Parent is the session that Nested was
// called of, or nil.
func (x *Session) Store() *Store    { return x.store }
func (x *Session) Parent() *Session { return x.parent }

// of gives the changes of p, nil when there are none.
func (x *Session) of(p *Property) *overlay {
	if p == x.store.objects {
		return x.objects
	}
	if p.num < len(x.over) {
		return x.over[p.num]
	}
	return nil
}

// setOver replaces the changes of p.
func (x *Session) setOver(p *Property, o *overlay) {
	if p == x.store.objects {
		x.objects = o
		return
	}
	for p.num >= len(x.over) {
		x.over = append(x.over, nil)
	}
	x.over[p.num] = o
	if o != nil {
		o.journal = nil // whoever followed the former changes starts anew
	}
}

func (x *Session) overlay(p *Property) *overlay {
	o := x.of(p)
	if o == nil {
		o = newOverlay(x.store, p)
		x.setOver(p, o)
	}
	return o
}

// overlays yields all changed properties in order of creation, objects first.
func (x *Session) overlays(yield func(o *overlay)) {
	if x.objects != nil {
		yield(x.objects)
	}
	for _, o := range x.over {
		if o != nil {
			yield(o)
		}
	}
}

// put writes one cell; NullCell removes. keys has no NullCell.
func (x *Session) put(p *Property, keys []int64, cell int64) {
	o := x.overlay(p)
	c := cell
	if c == NullCell && p.stored() && p.base.Load().table.get(keys) != NullCell {
		c = dropped
	}
	o.own = true
	x.write(o, keys, c)
}

// write puts an entry of an overlay, with what Marked and savepoints need.
func (x *Session) write(o *overlay, keys []int64, c int64) {
	o.protect(x.store)
	x.seq++
	o.writes = x.seq
	if x.depth == 0 && !x.marked {
		old, at, made := o.now.put(keys, c)
		if old != c {
			if len(o.indexes) > 0 {
				o.p.note(o.indexes, keys, old, c, at, made)
			}
			if o.journal != nil {
				o.note(x.seq, keys[0], old)
			}
		}
		if c == NullCell {
			o.shrink()
		}
		return
	}
	old := o.now.get(keys)
	if old == c {
		return
	}
	mark := o.mark.get(keys)
	if x.depth > 0 {
		x.undo = append(x.undo, undo{p: o.p, at: len(x.cells)})
		x.cells = append(append(x.cells, keys...), old, mark)
	}
	if x.marked && mark == NullCell {
		was := old
		if was == NullCell {
			was = o.p.base.Load().table.get(keys)
		}
		if was == NullCell {
			was = dropped
		}
		o.mark.put(keys, was)
	}
	_, at, made := o.now.put(keys, c)
	o.p.note(o.indexes, keys, old, c, at, made)
	if o.journal != nil {
		o.note(x.seq, keys[0], old)
	}
}

// protect keeps scans at work from seeing the next write.
func (o *overlay) protect(s *Store) {
	if o.readers > 0 && !o.detached {
		o.detached = true
		o.now.owner, o.mark.owner = s.owner(), s.owner()
	}
}

// shrink forgets removed rows of a local property that is written and emptied
// again and again.
func (o *overlay) shrink() {
	if r := &o.now.rows; r.n >= 64 && r.live*4 < r.n && o.readers == 0 {
		gen := r.gen
		if r.compact(o.now.owner); r.gen != gen {
			o.indexes, o.order = nil, nil
		}
	}
}

// cellAt reads one cell in a state.
func (x *Session) cellAt(st State, p *Property, keys []int64) int64 {
	if st != Prev {
		if o := x.of(p); o != nil {
			if c := o.cell(x, st, keys); c != NullCell {
				if c == dropped {
					return NullCell
				}
				return c
			}
		}
	}
	return p.base.Load().table.get(keys)
}

// cell gives what o says of a key in a state other than Prev; NullCell: nothing.
func (o *overlay) cell(x *Session, st State, keys []int64) int64 {
	if st == Marked {
		if !x.marked {
			return NullCell
		}
		if c := o.mark.get(keys); c != NullCell {
			return c
		}
	}
	return o.now.get(keys)
}

// Get reads a value. A NULL key, and one that is not of its class, gives NULL.
// The number of keys must be that of the property.
func (x *Session) Get(st State, p *Property, keys ...value.Value) value.Value {
	switch len(keys) {
	case 0:
		return x.Get0(st, p)
	case 1:
		return x.Get1(st, p, keys[0])
	case 2:
		return x.Get2(st, p, keys[0], keys[1])
	}
	var buf [8]int64
	cells := buf[:0]
	for i, k := range keys {
		c, ok := p.keys[i].encode(k, false)
		if !ok || c == NullCell {
			return value.Value{}
		}
		cells = append(cells, c)
	}
	return p.val.value(x.cellAt(st, p, cells))
}

// Get0, Get1 and Get2 are Get for that many keys.
func (x *Session) Get0(st State, p *Property) value.Value {
	if st == Now && p.num < len(x.over) {
		if o := x.over[p.num]; o != nil && len(o.now.rows.small) == 1 {
			if c := o.now.rows.small[0]; c > dropped && p.val.mode == modeInt {
				return value.Of(p.val.kind, c)
			}
		}
	}
	return p.val.value(x.cellAt(st, p, nil))
}

// Set0 is Set of a property without parameters.
func (x *Session) Set0(p *Property, v value.Value) error {
	c, ok := p.val.encode(v, true)
	if !ok {
		return misfit(p, v, p.spec.Value)
	}
	if x.depth == 0 && !x.marked && c > dropped && p.num < len(x.over) {
		// A value that the session has written already is changed in place.
		if o := x.over[p.num]; o != nil && o.own && o.readers == 0 && o.journal == nil && len(o.indexes) == 0 {
			if r := &o.now.rows; len(r.small) == 1 && r.smallOwner == o.now.owner && r.small[0] > dropped {
				x.seq++
				o.writes = x.seq
				r.small[0] = c
				return nil
			}
		}
	}
	x.put(p, nil, c)
	return nil
}

func (x *Session) Get1(st State, p *Property, k value.Value) value.Value {
	codec := &p.keys[0]
	c := k.Num()
	if k.Kind() != codec.kind || codec.mode != modeInt {
		var ok bool
		if c, ok = codec.encode(k, false); !ok || c == NullCell {
			return value.Value{}
		}
	}
	if st == Now && (p.num >= len(x.over) || x.over[p.num] == nil) {
		c = p.base.Load().table.get1(c)
	} else {
		c = x.Cell1(st, p, c)
	}
	if c != NullCell && p.val.mode == modeInt {
		return value.Of(p.val.kind, c)
	}
	return p.val.value(c)
}

func (x *Session) Get2(st State, p *Property, a, b value.Value) value.Value {
	ca, ok := p.keys[0].encode(a, false)
	cb, ok2 := p.keys[1].encode(b, false)
	if !ok || !ok2 || ca == NullCell || cb == NullCell {
		return value.Value{}
	}
	v := x.View(st, p)
	return p.val.value(v.At2(ca, cb))
}

// Cell1 reads the cell of a property with one key.
func (x *Session) Cell1(st State, p *Property, k int64) int64 {
	if st != Now || p.num < 0 {
		v := x.View(st, p)
		return v.At1(k)
	}
	if p.num < len(x.over) {
		if o := x.over[p.num]; o != nil {
			if c := o.now.find1(k); c != NullCell {
				return undrop(c)
			}
		}
	}
	return p.base.Load().table.get1(k)
}

// Set writes a value that is already of the property's class; NULL removes it,
// a NULL key is ignored. The error is a *value.Error: a key or value that is
// not of its class, or one of the two smallest LONG values, which the store
// cannot hold.
func (x *Session) Set(p *Property, keys []value.Value, v value.Value) error {
	var buf [8]int64
	cells := buf[:0]
	for i, k := range keys {
		c, ok := p.keys[i].encode(k, true)
		if !ok {
			return misfit(p, k, p.keys[i].class)
		}
		if c == NullCell {
			return nil
		}
		cells = append(cells, c)
	}
	c, ok := p.val.encode(v, true)
	if !ok {
		return misfit(p, v, p.spec.Value)
	}
	x.put(p, cells, c)
	return nil
}

func misfit(p *Property, v value.Value, class value.Class) error {
	if v.Kind() == value.Long && class.Kind() == value.Long {
		return value.Errorf(value.CodeRange, "LONG %d of %s is out of the range that can be kept", v.Num(), p.spec.Name)
	}
	return value.Errorf(value.CodeRange, "a value written with %s is not a %s", p.spec.Name, class)
}

// SetCells is Set with cells of the property's codecs; NullCell removes.
func (x *Session) SetCells(p *Property, keys []int64, cell int64) {
	if slices.Contains(keys, NullCell) {
		return
	}
	x.put(p, keys, cell)
}

// Stamp tells states of p apart, see the type.
func (x *Session) Stamp(st State, p *Property) Stamp {
	s := Stamp{Base: p.base.Load().version}
	o := x.of(p)
	if o == nil || st == Prev {
		return s
	}
	switch {
	case st == Now && (o.now.len() > 0 || o.writes > 0):
		s.Session, s.Writes = x.id, o.writes
	case st == Marked && x.marked && o.atMark > 0:
		s.Session, s.Writes = x.id, o.atMark
	}
	return s
}

// Touched reports, at little cost, whether the session may have changed p since
// a state (Prev or Marked).
func (x *Session) Touched(p *Property, since State) bool {
	o := x.of(p)
	return o != nil && o.touched(x, since)
}

func (o *overlay) touched(x *Session, since State) bool {
	if since == Marked && x.marked {
		return o.mark.len() > 0
	}
	return o.now.len() > 0
}

// TouchedProperties lists the properties for which Touched holds, in order of
// creation.
func (x *Session) TouchedProperties(since State) []*Property {
	var list []*Property
	for _, o := range x.over {
		if o != nil && o.touched(x, since) {
			list = append(list, o.p)
		}
	}
	return list
}

// CellChanges yields the rows of p that differ between a state (Prev or Marked)
// and now, in key order. The cost is that of the rows written since. keys is
// reused.
func (x *Session) CellChanges(p *Property, since State, yield func(keys []int64, old, new int64) bool) {
	o := x.of(p)
	if o == nil || !o.touched(x, since) {
		return
	}
	b := p.base.Load()
	o.readers++
	o.detached = false
	defer func() { o.readers-- }()
	if since == Marked && x.marked {
		for c := p.cursor(&o.mark, p.ordered(&o.mark, nil)); c.ok; c.next() {
			old, now := c.cell, o.now.get(c.keys)
			if now == NullCell {
				now = b.table.get(c.keys)
			}
			if old == dropped {
				old = NullCell
			}
			if now == dropped {
				now = NullCell
			}
			if old != now && !yield(c.keys, old, now) {
				return
			}
		}
		return
	}
	o.order = p.ordered(&o.now, o.order)
	for c := p.cursor(&o.now, o.order); c.ok; c.next() {
		old, now := b.table.get(c.keys), c.cell
		if now == dropped {
			now = NullCell
		}
		if old != now && !yield(c.keys, old, now) {
			return
		}
	}
}

// Changes is CellChanges with values.
func (x *Session) Changes(p *Property, since State, yield ChangeFunc) {
	keys := make([]value.Value, p.arity)
	x.CellChanges(p, since, func(cells []int64, old, new int64) bool {
		p.decodeKeys(keys, cells)
		return yield(keys, p.val.value(old), p.val.value(new))
	})
}

func (p *Property) decodeKeys(dst []value.Value, cells []int64) {
	for i, c := range cells {
		dst[i] = p.keys[i].value(c)
	}
}

// HasChanges reports whether stored properties or objects differ from the
// committed state.
func (x *Session) HasChanges() bool {
	found := false
	x.overlays(func(o *overlay) {
		if found || !o.p.stored() {
			return
		}
		x.CellChanges(o.p, Prev, func([]int64, int64, int64) bool {
			found = true
			return false
		})
	})
	return found
}
