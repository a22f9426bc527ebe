package store

import (
	"slices"
)

// stashed is a value that ChangeClass hid.
type stashed struct {
	place refPlace
	keys  []int64
	cell  int64
}

// NewObject makes an object of a class in the session. Its id is never used
// again, whatever becomes of the session.
func (x *Session) NewObject(class int32) int64 {
	id := x.store.newID(class)
	x.put(x.store.objects, []int64{id}, int64(class))
	return id
}

// AdoptObject makes an object with an id that it had elsewhere (in a database).
func (x *Session) AdoptObject(class int32, id int64) {
	x.store.reserve(class, id)
	x.put(x.store.objects, []int64{id}, int64(class))
}

// Delete removes an object and every value and key of a property that refers
// to it, in this session.
func (x *Session) Delete(id int64) {
	class := x.ClassOf(Now, id)
	if class == 0 {
		return
	}
	if len(x.deleted) == 0 {
		x.commits = x.store.commits.Load()
	}
	x.deleted = append(x.deleted, id)
	for _, place := range x.store.refsTo(class) {
		x.clearPlace(place, id, false)
	}
	x.put(x.store.objects, []int64{id}, NullCell)
}

// clearPlace empties the values of a property that have object id in a place.
func (x *Session) clearPlace(place refPlace, id int64, keep bool) {
	p := place.p
	v := x.View(Now, p)
	q := probe{bound: make([]int64, p.arity)}
	if place.key < 0 {
		q.byValue, q.want = true, id
	} else {
		q.mask = 1 << place.key
		q.bound[place.key] = id
	}
	var found []int64
	v.match(&q, func(keys []int64, c int64) bool {
		found = append(append(found, keys...), c)
		return true
	})
	stride := p.arity + 1
	for ; len(found) > 0; found = found[stride:] {
		keys := found[:p.arity:p.arity]
		if keep {
			if x.stash == nil {
				x.stash = map[int64][]stashed{}
			}
			x.stash[id] = append(x.stash[id], stashed{place, slices.Clone(keys), found[p.arity]})
		}
		x.put(p, keys, NullCell)
	}
}

// ChangeClass gives an object another class. Values in places where the new
// class may not stand become NULL; they come back when a later ChangeClass in
// this session allows it and nothing else was written there.
func (x *Session) ChangeClass(id int64, class int32) {
	old := x.ClassOf(Now, id)
	if old == 0 || old == class {
		return
	}
	if class == 0 {
		x.Delete(id)
		return
	}
	t := x.store.classes.load()
	for _, place := range x.store.refsTo(old) {
		if !t.inherits(class, place.need) {
			x.clearPlace(place, id, true)
		}
	}
	x.put(x.store.objects, []int64{id}, int64(class))
	kept := x.stash[id]
	if len(kept) == 0 {
		return
	}
	var rest []stashed
	for _, s := range kept {
		if !t.inherits(class, s.place.need) {
			rest = append(rest, s)
		} else if x.cellAt(Now, s.place.p, s.keys) == NullCell {
			x.put(s.place.p, s.keys, s.cell)
		}
	}
	x.stash[id] = rest
}

// ClassOf gives the class of an object, 0 when there is no such object.
func (x *Session) ClassOf(st State, id int64) int32 {
	v := x.View(st, x.store.objects)
	if c := v.At1(id); c != NullCell {
		return int32(c)
	}
	return 0
}

// Is reports whether the object is of the class or a descendant of it.
func (x *Session) Is(st State, id int64, class int32) bool {
	c := x.ClassOf(st, id)
	return c == class && c != 0 || c != 0 && x.store.classes.load().inherits(c, class)
}

// Objects yields the objects of a class and its descendants in id order.
func (x *Session) Objects(st State, class int32, yield func(id int64) bool) {
	v := x.View(st, x.store.objects)
	t := x.store.classes.load()
	if class == 0 {
		v.Scan(func(keys []int64, c int64) bool { return yield(keys[0]) })
		return
	}
	below := t.descendants(class)
	if v.now == nil || v.now.len() == 0 && (v.mark == nil || v.mark.len() == 0) {
		v.b.extents.each(below, yield)
		return
	}
	v.reading(func(now, mark *table) {
		p := v.p
		s := View{p: p, now: now, mark: mark}
		var cs []*cursor
		if mark != nil && mark.len() > 0 {
			cs = append(cs, p.cursor(mark, p.ordered(mark, nil)))
		}
		cs = append(cs, p.cursor(now, p.ordered(now, nil)))
		over := make([]int64, 0, now.len())
		p.merge(cs, func(keys []int64, c int64) bool {
			if t.inherits(int32(c), class) {
				over = append(over, keys[0])
			}
			return true
		})
		more := v.b.extents.each(below, func(id int64) bool {
			for len(over) > 0 && over[0] < id {
				if !yield(over[0]) {
					return false
				}
				over = over[1:]
			}
			key := [1]int64{id}
			return s.shadowed(key[:]) || yield(id)
		})
		for ; more && len(over) > 0; over = over[1:] {
			more = yield(over[0])
		}
	})
}

// CountObjects gives the number of objects that Objects yields, or a little
// more when the session made or deleted some.
func (x *Session) CountObjects(st State, class int32) int {
	v := x.View(st, x.store.objects)
	n := 0
	if class == 0 {
		n = v.b.table.len()
	} else {
		for _, c := range x.store.classes.load().descendants(class) {
			if e := v.b.extents.of(c); e != nil {
				n += e.n
			}
		}
	}
	if v.now != nil {
		n += v.now.len()
	}
	return n
}

// ObjectChanges yields the objects that entered or left a class (descendants
// count) since a state, Prev or Marked, in id order.
func (x *Session) ObjectChanges(class int32, since State, yield func(id int64, was, is bool) bool) {
	t := x.store.classes.load()
	x.CellChanges(x.store.objects, since, func(keys []int64, old, new int64) bool {
		was := old != NullCell && t.inherits(int32(old), class)
		is := new != NullCell && t.inherits(int32(new), class)
		return was == is || yield(keys[0], was, is)
	})
}

// ObjectStamp is Stamp for the existence and class of all objects.
func (x *Session) ObjectStamp(st State) Stamp { return x.Stamp(st, x.store.objects) }

// ObjectsTouched is Touched for the existence and class of all objects.
func (x *Session) ObjectsTouched(since State) bool { return x.Touched(x.store.objects, since) }
