package store

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// classes knows the user classes; lookups go to a table made from them when
// the first one comes after a declaration.
type classes struct {
	mu       sync.Mutex
	byNumber map[int32]*Class
	table    atomic.Pointer[classTable]
}

// classTable is immutable but for the cache of refs.
type classTable struct {
	list     []*Class   // by number, nil where there is none
	ancestor [][]uint64 // by number: bits of the class itself and its ancestors
	below    [][]int32  // by number: the class itself and its descendants, ascending
	roots    []int32
	refs     sync.Map // refsKey -> []refPlace
}

type refsKey struct {
	class int32
	props int // properties there were
}

// AddClass declares a class, or declares it again with other parents. A parent
// may be declared later but before objects of the class are made. The error is
// a number that is 0 or negative.
func (s *Store) AddClass(c Class) error {
	if c.Number <= 0 {
		return fmt.Errorf("class %s: number %d", c.Name, c.Number)
	}
	c.Parents = slices.Clone(c.Parents)
	s.classes.mu.Lock()
	defer s.classes.mu.Unlock()
	s.classes.byNumber[c.Number] = &c
	s.classes.table.Store(nil)
	return nil
}

// ClassByNumber gives a declared class.
func (s *Store) ClassByNumber(number int32) (Class, bool) {
	t := s.classes.load()
	if number <= 0 || int(number) >= len(t.list) || t.list[number] == nil {
		return Class{}, false
	}
	return *t.list[number], true
}

// Classes lists the declared classes by number.
func (s *Store) Classes() []Class {
	var out []Class
	for _, c := range s.classes.load().list {
		if c != nil {
			out = append(out, *c)
		}
	}
	return out
}

// Inherits reports whether class is base or a descendant of it. OBJECT, 0, is
// the ancestor of all.
func (s *Store) Inherits(class, base int32) bool { return s.classes.load().inherits(class, base) }

func (cs *classes) load() *classTable {
	if t := cs.table.Load(); t != nil {
		return t
	}
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if t := cs.table.Load(); t != nil {
		return t
	}
	top := int32(0)
	for n := range cs.byNumber {
		top = max(top, n)
	}
	t := &classTable{list: make([]*Class, top+1), ancestor: make([][]uint64, top+1), below: make([][]int32, top+1), roots: make([]int32, top+1)}
	for n, c := range cs.byNumber {
		t.list[n] = c
	}
	for n := range t.list {
		if t.list[n] != nil {
			t.close(int32(n))
		}
	}
	for n := range t.list {
		for w, word := range t.ancestor[n] {
			for ; word != 0; word &= word - 1 {
				a := w*64 + bits.TrailingZeros64(word)
				t.below[a] = append(t.below[a], int32(n))
			}
		}
	}
	cs.table.Store(t)
	return t
}

// close computes the ancestors of a class; a class that is its own ancestor
// is cut off there.
func (t *classTable) close(n int32) []uint64 {
	if t.ancestor[n] != nil {
		return t.ancestor[n]
	}
	set := make([]uint64, len(t.list)/64+1)
	t.ancestor[n] = set
	set[n>>6] |= 1 << (n & 63)
	t.roots[n] = n
	for i, p := range t.list[n].Parents {
		if p <= 0 || int(p) >= len(t.list) || t.list[p] == nil {
			continue
		}
		for w, word := range t.close(p) {
			set[w] |= word
		}
		if i == 0 {
			t.roots[n] = t.roots[p]
		}
	}
	return set
}

func (t *classTable) inherits(class, base int32) bool {
	if base == 0 {
		return class != 0
	}
	if class <= 0 || base < 0 || int(class) >= len(t.list) || t.list[class] == nil || int(base) >= len(t.list) {
		return class == base && class > 0
	}
	return t.ancestor[class][base>>6]>>(base&63)&1 != 0
}

func (t *classTable) root(class int32) int32 {
	if class > 0 && int(class) < len(t.roots) {
		return t.roots[class]
	}
	return class
}

// descendants lists class and the classes below it.
func (t *classTable) descendants(class int32) []int32 {
	if class > 0 && int(class) < len(t.below) && t.below[class] != nil {
		return t.below[class]
	}
	return []int32{class}
}

// refPlace is a place where an object may stand: a key of a property, or its
// value (key < 0).
type refPlace struct {
	p    *Property
	key  int
	need int32 // class that the object must have there
}

// refsTo lists the places where objects of class may stand.
func (s *Store) refsTo(class int32) []refPlace {
	t := s.classes.load()
	props := s.Properties()
	key := refsKey{class, len(props)}
	if l, ok := t.refs.Load(key); ok {
		return l.([]refPlace)
	}
	var list []refPlace
	for _, p := range props {
		for i, k := range p.spec.Keys {
			if k.IsObject() && t.inherits(class, k.User) {
				list = append(list, refPlace{p, i, k.User})
			}
		}
		if v := p.spec.Value; v.IsObject() && t.inherits(class, v.User) {
			list = append(list, refPlace{p, -1, v.User})
		}
	}
	t.refs.Store(key, list)
	return list
}

// extents has the committed objects of each class as bits.
type extents struct {
	byClass []extent
}

type extent struct {
	bits paged[uint64]
	n    int
}

func (e *extents) clone() *extents {
	if e == nil {
		return &extents{}
	}
	return &extents{byClass: slices.Clone(e.byClass)}
}

func (e *extents) put(owner uint64, class int32, id int64, in bool) {
	for int(class) >= len(e.byClass) {
		e.byClass = append(e.byClass, extent{})
	}
	x := &e.byClass[class]
	w := int(id >> 6)
	p, _ := x.bits.writable(owner, w>>pageBits)
	word := &p.a[w&pageMask]
	bit := uint64(1) << (id & 63)
	if in == (*word&bit != 0) {
		return
	}
	*word ^= bit
	if in {
		x.n++
	} else {
		x.n--
	}
}

func (e *extents) of(class int32) *extent {
	if e == nil || int(class) >= len(e.byClass) {
		return nil
	}
	return &e.byClass[class]
}

// each yields the objects of any of the classes in id order.
func (e *extents) each(classes []int32, yield func(id int64) bool) bool {
	var list []*extent
	pages := 0
	for _, c := range classes {
		if x := e.of(c); x != nil && x.n > 0 {
			list = append(list, x)
			pages = max(pages, len(x.bits.dir))
		}
	}
	here := make([]*page[uint64], 0, len(list))
	for pg := 0; pg < pages; pg++ {
		here = here[:0]
		for _, x := range list {
			if p := x.bits.page(pg); p != nil {
				here = append(here, p)
			}
		}
		if len(here) == 0 {
			continue
		}
		for w := 0; w < pageSize; w++ {
			var word uint64
			for _, p := range here {
				word |= p.a[w]
			}
			for ; word != 0; word &= word - 1 {
				if !yield(int64(pg<<pageBits|w)<<6 | int64(bits.TrailingZeros64(word))) {
					return false
				}
			}
		}
	}
	return true
}

// commitObjects publishes the objects of o; the caller holds s.mu.
func (s *Store) commitObjects(o *overlay) {
	b := s.objects.base.Load()
	nb := s.objects.commit(o)
	if nb == nil {
		return
	}
	owner := nb.table.owner
	nb.extents = b.extents.clone()
	o.now.each(func(keys []int64, c int64) bool {
		old := b.table.get1(keys[0])
		if c == dropped {
			c = NullCell
		}
		if old == c {
			return true
		}
		if old != NullCell {
			nb.extents.put(owner, int32(old), keys[0], false)
		}
		if c != NullCell {
			nb.extents.put(owner, int32(c), keys[0], true)
		}
		return true
	})
	s.objects.base.Store(nb)
}
