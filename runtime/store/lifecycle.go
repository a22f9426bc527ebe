package store

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// undo is one step back: the cell of a key, or whatever restore does.
type undo struct {
	p       *Property
	at      int // in Session.cells: keys, cell, cell at Mark
	restore func()
}

// Savepoint begins to note what the session does, so that Rollback can take it
// back. Savepoints nest; each is ended by Rollback or Release.
func (x *Session) Savepoint() Savepoint {
	if len(x.stash) > 0 {
		kept := maps.Clone(x.stash)
		x.later(func() { x.stash = kept })
	}
	x.depth++
	return Savepoint{depth: x.depth, at: len(x.undo)}
}

// later notes a restore step if there is a savepoint.
func (x *Session) later(restore func()) {
	if x.depth > 0 {
		x.undo = append(x.undo, undo{restore: restore})
	}
}

// Rollback takes back everything since the savepoint and ends it with all that
// began later. After a Commit it does nothing.
func (x *Session) Rollback(sp Savepoint) {
	if sp.depth > x.depth {
		return
	}
	for len(x.undo) > sp.at {
		u := x.undo[len(x.undo)-1]
		x.undo = x.undo[:len(x.undo)-1]
		if u.restore != nil {
			u.restore()
			continue
		}
		row := x.cells[u.at:]
		x.restoreCell(x.overlay(u.p), row[:u.p.arity], row[u.p.arity], row[u.p.arity+1])
		x.cells = x.cells[:u.at]
	}
	x.depth = sp.depth - 1
}

func (x *Session) restoreCell(o *overlay, keys []int64, cell, mark int64) {
	o.protect(x.store)
	x.seq++
	o.writes = x.seq
	old, at, made := o.now.put(keys, cell)
	if old != cell {
		o.p.note(o.indexes, keys, old, cell, at, made)
		if o.journal != nil {
			o.note(x.seq, keys[0], old)
		}
	}
	o.mark.put(keys, mark)
}

// Release ends a savepoint and keeps what was done.
func (x *Session) Release(sp Savepoint) {
	if sp.depth > x.depth {
		return
	}
	x.depth = sp.depth - 1
	if x.depth == 0 {
		x.undo, x.cells = nil, nil
	}
}

// Mark makes the state Marked that of now.
func (x *Session) Mark() {
	was := x.marked
	x.later(func() { x.marked = was })
	x.marked = true
	x.overlays(func(o *overlay) {
		mark, atMark := o.mark, o.atMark
		x.later(func() { o.mark, o.atMark = mark, atMark })
		if o.mark.len() > 0 {
			o.mark = newTable(x.store.owner(), o.p.arity, o.p.dense)
		}
		o.atMark = o.writes
	})
}

// replace puts another overlay, nil for none, in the place of the changes of p.
func (x *Session) replace(p *Property, o *overlay) {
	old := x.of(p)
	if old == nil && o == nil {
		return
	}
	x.later(func() { x.setOver(p, old) })
	if o == nil && x.parent != nil && old != nil {
		o = newOverlay(x.store, p) // so that PushToParent sees it
	}
	if o != nil {
		x.seq++
		o.own, o.writes = true, x.seq
	}
	x.setOver(p, o)
}

// Clear empties a local property; the changes of a stored one are dropped.
func (x *Session) Clear(p *Property) { x.replace(p, nil) }

// Cancel drops the changes of the session and its local properties; with
// keepNested those of scope LocalNested stay. A nested session goes back to
// what its parent has.
func (x *Session) Cancel(keepNested bool) {
	marked := x.marked
	x.later(func() { x.marked = marked })
	x.marked = x.parent != nil
	x.stash, x.deleted = nil, nil
	drop := func(p *Property) {
		if x.parent == nil {
			x.replace(p, nil)
			return
		}
		var o *overlay
		if from := x.parent.of(p); from != nil {
			o = from.clone()
		}
		x.replace(p, o)
	}
	drop(x.store.objects)
	for i := 0; i < max(len(x.over), x.parentLen()); i++ {
		if p := x.store.Properties()[i]; !keepNested || p.spec.Scope != LocalNested {
			drop(p)
		} else if o := x.of(p); o != nil {
			mark, atMark := o.mark, o.atMark
			x.later(func() { o.mark, o.atMark = mark, atMark })
			o.mark, o.atMark = newTable(x.store.owner(), p.arity, p.dense), 0
		}
	}
}

func (x *Session) parentLen() int {
	if x.parent == nil {
		return 0
	}
	return len(x.parent.over)
}

// clone shares the pages of o with a copy; what either writes is its own.
func (o *overlay) clone() *overlay {
	s := o.p.store
	c := &overlay{p: o.p, now: o.now.clone(s.owner()), mark: newTable(s.owner(), o.p.arity, o.p.dense), writes: o.writes, order: o.order}
	o.now.owner = s.owner()
	return c
}

// Nested makes a session on top of x that sees its changes and locals. Its
// Prev is the committed state, its Marked what x has now. x must not be
// written while the nested session is in use.
func (x *Session) Nested() *Session {
	n := x.store.NewSession()
	n.parent, n.marked, n.seq = x, true, x.seq
	n.stash = maps.Clone(x.stash)
	n.deleted, n.commits = slices.Clone(x.deleted), x.commits
	x.overlays(func(o *overlay) {
		c := o.clone()
		c.atMark = c.writes
		n.setOver(o.p, c)
	})
	return n
}

// PushToParent writes the changes and locals of a nested session into its
// parent. The nested session keeps them too.
func (x *Session) PushToParent() {
	up := x.parent
	if up == nil {
		return
	}
	up.deleted = slices.Clone(x.deleted)
	up.commits = x.commits
	up.stash = maps.Clone(x.stash)
	x.overlays(func(o *overlay) {
		if !o.own {
			return
		}
		to := up.overlay(o.p)
		to.own = true
		o.now.each(func(keys []int64, c int64) bool {
			if to.now.get(keys) != c {
				up.write(to, keys, c)
			}
			return true
		})
		var gone []int64
		to.now.each(func(keys []int64, c int64) bool {
			if o.now.get(keys) == NullCell {
				gone = append(gone, keys...)
			}
			return true
		})
		if n := o.p.arity; n == 0 {
			if o.now.len() == 0 && to.now.len() > 0 {
				up.write(to, nil, NullCell)
			}
		} else {
			for ; len(gone) > 0; gone = gone[n:] {
				up.write(to, gone[:n], NullCell)
			}
		}
	})
}

// ShareNested copies local properties from another session and replaces those
// of x: the LocalNested ones, with all every local one, and props.
func (x *Session) ShareNested(from *Session, all bool, props []*Property) {
	list := x.store.Properties()
	for i := 0; i < max(len(x.over), len(from.over)); i++ {
		p := list[i]
		scope := p.spec.Scope
		if scope != LocalNested && !(all && scope == Local) && !slices.Contains(props, p) {
			continue
		}
		o := from.of(p)
		if o == nil || o.now.len() == 0 {
			if have := x.of(p); have != nil && have.now.len() > 0 {
				x.replace(p, nil)
			}
			continue
		}
		x.replace(p, o.clone())
	}
}

// ErrNested is returned by Commit of a nested session.
var ErrNested = errors.New("a nested session is not committed but pushed to its parent")

// Commit makes the changes of the session the committed state: persist is
// called first with all of them, then they become visible to every session.
// The session is then as new, but for local properties of scope LocalNested. On
// an error of persist or ctx nothing has happened. Open savepoints end.
func (x *Session) Commit(ctx context.Context, persist Persist) error {
	if x.parent != nil {
		return ErrNested
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	s := x.store
	s.mu.Lock()
	defer s.mu.Unlock()
	x.clearDeletedAgain()
	list := &ChangeList{x: x}
	if persist != nil {
		if err := persist(list); err != nil {
			return err
		}
	}
	for _, w := range s.watchers {
		(*w)(list)
	}
	x.publish()
	s.commits.Add(1)
	x.reset()
	return nil
}

func (x *Session) publish() {
	type next struct {
		p *Property
		b *base
	}
	var states []next
	for _, o := range x.over {
		if o != nil && o.p.stored() && o.now.len() > 0 {
			if b := o.p.commit(o); b != nil {
				states = append(states, next{o.p, b})
			}
		}
	}
	if x.objects != nil {
		x.store.commitObjects(x.objects)
	}
	for _, n := range states {
		n.p.base.Store(n.b)
	}
}

// clearDeletedAgain removes references to deleted objects that other sessions
// committed after they were deleted here.
func (x *Session) clearDeletedAgain() {
	if len(x.deleted) == 0 || x.commits == x.store.commits.Load() {
		return
	}
	for _, id := range x.deleted {
		if x.ClassOf(Now, id) != 0 {
			continue
		}
		for _, place := range x.store.refsTo(x.ClassOf(Prev, id)) {
			x.clearPlace(place, id, false)
		}
	}
}

func (x *Session) reset() {
	x.objects = nil
	for i, o := range x.over {
		switch {
		case o == nil:
		case o.p.spec.Scope == LocalNested:
			o.mark, o.atMark = newTable(x.store.owner(), o.p.arity, o.p.dense), 0
		default:
			x.over[i] = nil
		}
	}
	x.marked, x.depth = false, 0
	x.undo, x.cells, x.stash, x.deleted = nil, nil, nil, nil
}

// ChangeList has the changes of a session to stored properties and objects
// while it is being committed.
type ChangeList struct{ x *Session }

// Properties lists the stored properties that may have changed, in order of
// creation.
func (c *ChangeList) Properties() []*Property {
	return slices.DeleteFunc(c.x.TouchedProperties(Prev), func(p *Property) bool { return !p.stored() })
}

// Each yields the changed rows of p in key order; Cells does as cells.
func (c *ChangeList) Each(p *Property, yield ChangeFunc) { c.x.Changes(p, Prev, yield) }

func (c *ChangeList) Cells(p *Property, yield func(keys []int64, old, new int64) bool) {
	c.x.CellChanges(p, Prev, yield)
}

// Objects yields the objects that were made (was is 0), deleted (is is 0) or
// changed their class, in id order.
func (c *ChangeList) Objects(yield func(id int64, was, is int32) bool) {
	c.x.CellChanges(c.x.store.objects, Prev, func(keys []int64, old, new int64) bool {
		return yield(keys[0], classNumber(old), classNumber(new))
	})
}

func classNumber(c int64) int32 {
	if c == NullCell {
		return 0
	}
	return int32(c)
}

// ShareClasses makes the objects that another session has made, deleted or
// changed the class of such in x too, in place of what x did to objects itself
// (NEWSESSION … CLASSES).
func (x *Session) ShareClasses(from *Session) {
	if from.objects != nil {
		x.replace(x.store.objects, from.objects.clone())
	}
}
