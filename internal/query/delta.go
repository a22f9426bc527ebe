package query

import (
	"slices"
	"sync"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// deltaGroups keeps the groups of a simple GROUP up to date row by row: SUM,
// MAX or MIN with BY over one parameter where everything that is read are
// stored properties of that parameter. What a changed row gave before is taken
// back, what it gives now is added.
//
// There is a level of groups for the committed state, and above it one for
// each of the last sessions that changed something.
type deltaGroups struct {
	g       *grouping
	leaves  []leaf
	size    int // lane slots; slot 0 is the parameter
	conds   []laneCond
	by      []lane
	types   []laneType
	operand lane
	t       laneType
	kind    bound.GroupKind

	mu       sync.Mutex
	off      bool // values do not fit into cells
	misses   int  // points computed by other means
	wait     int  // misses before the changes of a session are looked at again
	base     *deltaLevel
	views    []store.View // the committed state that base is of
	sessions []*deltaLevel
	frame    laneFrame
	rows     deltaRows
	stamps   []store.Stamp
}

// leaf is a property of the parameter and the lane slot of its value.
type leaf struct {
	prop *store.Property
	at   int
}

// leafMode makes lanes read properties of the parameter from slots.
type leafMode struct {
	leaves []leaf
}

// deltaLevel is groups in one state. A session's level has only the groups
// that differ from those below.
type deltaLevel struct {
	table  *cellTable
	dirty  map[int]bool // groups whose extreme went away
	below  *deltaLevel
	id     uint64
	stamps []store.Stamp
}

// deltaRows gathers changed rows with the cells that they had.
type deltaRows struct {
	index map[int64]int
	keys  []int64
	old   []int64 // by row and leaf
	known []bool
}

const (
	deltaSessions = 8
	deltaRowsMost = 1 << 16
)

// newDelta compiles the grouping for upkeep, nil when it is not that simple.
func newDelta(g *grouping) *deltaGroups {
	x := g.x
	switch {
	case g.ordered || len(g.corr) > 0 || len(x.Params) != 1 || len(x.By) == 0 || len(x.By) > 4:
		return nil
	case g.m.At != store.Now || g.dep.volatile || g.dep.objects || g.dep.changes || len(g.dep.props) == 0 || len(g.dep.props) > 8:
		return nil
	case x.Kind != bound.GroupSum && x.Kind != bound.GroupMax && x.Kind != bound.GroupMin:
		return nil
	}
	var key laneType
	for i, p := range g.dep.props {
		if p.Arity() != 1 {
			return nil
		}
		t, ok := codecType(p.KeyCodec(0))
		if !ok || t.kind == value.Text || i > 0 && t.kind != key.kind {
			return nil
		}
		key = t
	}
	plan, err := g.variant(0)
	if err != nil || slices.ContainsFunc(plan.top.sources, func(s source) bool { _, ok := s.(*extent); return ok }) {
		return nil
	}
	l := &lanes{e: g.e, size: 1, slots: map[int]laneSlot{x.Params[0]: {at: 0, t: key}}, leaf: &leafMode{}}
	d := &deltaGroups{g: g, kind: x.Kind}
	if !d.compile(l) {
		return nil
	}
	d.leaves, d.size = l.leaf.leaves, l.size
	return d
}

func (d *deltaGroups) compile(l *lanes) bool {
	x, m := d.g.x, d.g.m
	for _, w := range some(x.Where) {
		c, ok := l.cond(w, nil, m)
		if !ok {
			return false
		}
		d.conds = append(d.conds, c)
	}
	for _, by := range x.By {
		fn, t, ok := l.expr(by, nil, m)
		if !ok {
			return false
		}
		d.by, d.types = append(d.by, fn), append(d.types, t)
	}
	var ok bool
	d.operand, d.t, ok = l.expr(x.Operands[0], nil, m)
	return ok && (d.kind != bound.GroupSum || d.t.number()) && len(l.leaf.leaves) > 0
}

// leafRead gives the slot of a property of the parameter.
func (l *lanes) leafRead(x *bound.Call, h *store.Property, sc *laneScope, m Mode) (int, bool) {
	if len(x.Args) != 1 || m.At != store.Now {
		return 0, false
	}
	p, ok := x.Args[0].(*bound.Param)
	if !ok {
		return 0, false
	}
	s := laneSlot{at: -1}
	if sc != nil {
		if p.Slot < len(sc.args) {
			s = sc.args[p.Slot]
		}
	} else if known, ok := l.slots[p.Slot]; ok {
		s = known
	}
	if s.at != 0 {
		return 0, false
	}
	for _, leaf := range l.leaf.leaves {
		if leaf.prop == h {
			return leaf.at, true
		}
	}
	at := l.slot()
	l.leaf.leaves = append(l.leaf.leaves, leaf{h, at})
	return at, true
}

// miss notes that a point was computed by other means.
func (d *deltaGroups) miss() {
	d.mu.Lock()
	d.misses++
	d.mu.Unlock()
}

// point gives the value of a group; ok is false when it is not at hand.
func (d *deltaGroups) point(env *Env, keys []value.Value) (v value.Value, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off || d.base == nil && !d.pays(env) {
		return v, false
	}
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(lanesGiveUp); !is {
				panic(r)
			}
			d.off, d.base, d.sessions, ok = true, nil, nil, false
		}
	}()
	level := d.level(env)
	if level == nil {
		return v, false
	}
	var space [4]int64
	cells := space[:len(keys)]
	for i, k := range keys {
		if cells[i], ok = d.types[i].cell(k); !ok {
			return value.Value{}, true
		}
	}
	return d.read(env, level, cells, keys)
}

func (d *deltaGroups) read(env *Env, level *deltaLevel, cells []int64, keys []value.Value) (value.Value, bool) {
	at := level
	r := at.table.find(cells)
	if r < 0 && at.below != nil {
		at = at.below
		r = at.table.find(cells)
	}
	if r < 0 {
		return value.Value{}, true
	}
	if at.dirty[r] {
		v, _ := d.g.compute(env, keys)
		c, ok := d.t.cell(v)
		if !ok {
			c = null
		}
		r = level.row(cells)
		level.table.vals[r] = c
		delete(level.dirty, r)
		return v, true
	}
	c := at.table.vals[r]
	if d.kind == bound.GroupSum {
		if c == 0 {
			c = null
		} else if c != null && d.t.kind == value.Integer && c != int64(int32(c)) {
			return value.Value{}, false
		}
	}
	return d.t.value(c), true
}

// pays tells whether so many points were computed that all groups would have
// cost less.
func (d *deltaGroups) pays(env *Env) bool {
	if d.misses < 64 {
		return false
	}
	full, err := d.g.variant(0)
	if err != nil {
		return false
	}
	one, err := d.g.variant(d.g.all())
	if err != nil {
		return true
	}
	// Rows of a scan cost about a sixteenth of rows found one by one.
	return float64(d.misses)*one.estimate(env.Session)*16 > full.estimate(env.Session)
}

// level gives the groups of the state that the session sees, nil when they
// cannot be had cheaply.
func (d *deltaGroups) level(env *Env) *deltaLevel {
	s := env.Session
	if d.base == nil || !d.catchUp(s) {
		if !d.build(env) {
			return nil
		}
	}
	d.stamps = d.stamps[:0]
	var id uint64
	for _, l := range d.leaves {
		st := s.Stamp(store.Now, l.prop)
		id = max(id, st.Session)
		d.stamps = append(d.stamps, st)
	}
	if id == 0 {
		return d.base
	}
	for i, l := range d.sessions {
		if l.id != id {
			continue
		}
		if slices.Equal(l.stamps, d.stamps) || d.follow(s, l) {
			return l
		}
		d.sessions = slices.Delete(d.sessions, i, i+1)
		break
	}
	return d.open(s, id)
}

// build computes the groups of the committed state.
func (d *deltaGroups) build(env *Env) bool {
	d.base, d.sessions = nil, nil
	committed := Mode{At: store.Prev, Since: store.Prev}
	t, _ := d.g.e.grouping(d.g.x, committed).table(env, 0, nil)
	if t.cells == nil || !slices.EqualFunc(t.cells.types, d.types, laneType.alike) || t.cells.t.kind != d.t.kind || t.cells.t.scale != d.t.scale {
		d.off = true
		return false
	}
	d.base = &deltaLevel{table: t.cells, dirty: map[int]bool{}}
	d.views = d.views[:0]
	for _, l := range d.leaves {
		d.views = append(d.views, env.Session.View(store.Prev, l.prop))
		d.base.stamps = append(d.base.stamps, env.Session.Stamp(store.Prev, l.prop))
	}
	return true
}

// catchUp takes the commits since into the base; sessions begin anew then.
func (d *deltaGroups) catchUp(s *store.Session) bool {
	same := true
	for i, l := range d.leaves {
		same = same && s.Stamp(store.Prev, l.prop) == d.base.stamps[i]
	}
	if same {
		return true
	}
	d.rows.reset()
	views := make([]store.View, len(d.leaves))
	for i, l := range d.leaves {
		views[i] = s.View(store.Prev, l.prop)
		ok := views[i].Since(&d.views[i], func(key, old, _ int64) { d.rows.add(len(d.leaves), i, key, old) })
		if !ok || len(d.rows.keys) > deltaRowsMost {
			return false
		}
	}
	d.apply(d.base, views)
	d.views, d.sessions = views, nil
	for i, l := range d.leaves {
		d.base.stamps[i] = s.Stamp(store.Prev, l.prop)
	}
	return true
}

// follow takes the writes of the session since into its level.
func (d *deltaGroups) follow(s *store.Session, level *deltaLevel) bool {
	d.rows.reset()
	for i, l := range d.leaves {
		if !s.Rewritten(l.prop, level.stamps[i], func(key, old int64) { d.rows.add(len(d.leaves), i, key, old) }) {
			return false
		}
	}
	d.apply(level, d.now(s))
	copy(level.stamps, d.stamps)
	return true
}

// open makes the level of a session from all its changes, when there are few
// compared to the points that were asked for.
func (d *deltaGroups) open(s *store.Session, id uint64) *deltaLevel {
	if d.misses < d.wait {
		return nil
	}
	d.rows.reset()
	most := 64 + 4*d.misses
	for i, l := range d.leaves {
		s.CellChanges(l.prop, store.Prev, func(keys []int64, old, _ int64) bool {
			d.rows.add(len(d.leaves), i, keys[0], old)
			return len(d.rows.keys) <= most
		})
	}
	if len(d.rows.keys) > most {
		d.wait = 2*d.misses + 64
		return nil
	}
	d.misses, d.wait = 0, 0
	level := &deltaLevel{table: newCellTable(d.types, d.t), dirty: map[int]bool{}, below: d.base, id: id, stamps: slices.Clone(d.stamps)}
	d.apply(level, d.now(s))
	for _, l := range d.leaves {
		s.Follow(l.prop)
	}
	if len(d.sessions) >= deltaSessions {
		d.sessions = slices.Delete(d.sessions, 0, 1)
	}
	d.sessions = append(d.sessions, level)
	return level
}

func (d *deltaGroups) now(s *store.Session) []store.View {
	d.frame.views = d.frame.views[:0]
	for _, l := range d.leaves {
		d.frame.views = append(d.frame.views, s.View(store.Now, l.prop))
	}
	return d.frame.views
}

// apply brings a level to the state of the views.
func (d *deltaGroups) apply(level *deltaLevel, views []store.View) {
	f := &d.frame
	if len(f.slots) < d.size {
		f.slots = make([]int64, d.size)
	}
	n := len(d.leaves)
	var before, after [4]int64
	for r, key := range d.rows.keys {
		f.slots[0] = key
		for i, l := range d.leaves {
			f.slots[l.at] = views[i].At1(key)
		}
		is, v := d.gives(f, after[:len(d.by)])
		for i, l := range d.leaves {
			if d.rows.known[r*n+i] {
				f.slots[l.at] = d.rows.old[r*n+i]
			}
		}
		was, old := d.gives(f, before[:len(d.by)])
		if was == is && old == v && before == after {
			continue
		}
		if was {
			d.remove(level, before[:len(d.by)], old)
		}
		if is {
			d.insert(level, after[:len(d.by)], v)
		}
	}
}

// gives computes the group and the operand of the row in the frame.
func (d *deltaGroups) gives(f *laneFrame, key []int64) (bool, int64) {
	clear(key)
	for i, l := range d.leaves {
		if f.slots[l.at] >= scaledLimit && d.leaves[i].prop.Spec().Value.Kind() == value.Numeric {
			panic(lanesGiveUp{})
		}
	}
	for _, c := range d.conds {
		if !c(f) {
			return false, 0
		}
	}
	v := d.operand(f)
	if v == null {
		return false, 0
	}
	for i, by := range d.by {
		if key[i] = by(f); key[i] == null {
			clear(key)
			return false, 0
		}
	}
	return true, v
}

// row gives the row of a group, taken over from the level below.
func (l *deltaLevel) row(key []int64) int {
	if r := l.table.find(key); r >= 0 {
		return r
	}
	r := l.table.row(key)
	if l.below != nil {
		if under := l.below.table.find(key); under >= 0 {
			l.table.vals[r] = l.below.table.vals[under]
			if l.below.dirty[under] {
				l.dirty[r] = true
			}
		}
	}
	return r
}

func (d *deltaGroups) remove(level *deltaLevel, key []int64, v int64) {
	r := level.row(key)
	val := &level.table.vals[r]
	if d.kind != bound.GroupSum {
		if *val == v {
			level.dirty[r] = true
		}
		return
	}
	if *val == null {
		*val = 0
	}
	*val = wide(*val - v)
}

func (d *deltaGroups) insert(level *deltaLevel, key []int64, v int64) {
	r := level.row(key)
	val := &level.table.vals[r]
	switch {
	case *val == null && !level.dirty[r]:
		*val = v
	case d.kind == bound.GroupSum:
		*val = wide(*val + v)
	case !level.dirty[r]:
		if c := d.t.compare(v, *val); c > 0 == (d.kind == bound.GroupMax) && c != 0 {
			*val = v
		}
	}
}

// wide gives up on sums that no cell can hold.
func wide(n int64) int64 {
	if n >= scaledLimit || n <= -scaledLimit {
		panic(lanesGiveUp{})
	}
	return n
}

func (r *deltaRows) reset() {
	if r.index == nil || len(r.keys) > 64 {
		r.index = map[int64]int{}
	} else {
		clear(r.index)
	}
	r.keys, r.old, r.known = r.keys[:0], r.old[:0], r.known[:0]
}

// add notes that leaf i of n had the cell old in the row; the first one counts.
func (r *deltaRows) add(n, i int, key, old int64) {
	at, ok := r.index[key]
	if !ok {
		at = len(r.keys)
		r.index[key] = at
		r.keys = append(r.keys, key)
		for range n {
			r.old, r.known = append(r.old, null), append(r.known, false)
		}
	}
	if !r.known[at*n+i] {
		r.known[at*n+i], r.old[at*n+i] = true, old
	}
}
