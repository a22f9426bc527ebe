package query

import (
	"math"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// run is one execution of a plan.
type run struct {
	fr   *Frame
	s    *store.Session
	emit func() bool
	seen *seenRows
	rows int64 // visited rows of all sources
	real []int64
}

// proc does one step for the current frame and then the steps after it; it
// returns false when the whole run is to stop.
type proc func(r *run) bool

// source relates slots: given some it finds the others.
type source interface {
	// slots are all slots that it relates; afterwards all of them are bound.
	slots() []int
	// estimate is the expected number of rows for one probe; ok is false where
	// it cannot run with those slots bound. s is nil before the first run.
	estimate(s *store.Session, bound slotSet) (rows float64, ok bool)
	compile(bound slotSet, next proc) proc
	// describe names the way it works for explain.
	describe(bound slotSet) (kind, object string)
}

// Estimates used before there is a session.
const (
	guessCount   = 1000
	guessChanges = 16
	guessRange   = 50
	guessSteps   = 4 // of a recursion
)

// relation is the rows of a stored property.
type relation struct {
	prop *store.Property
	decl *bound.Property
	at   store.State
	keys []int
	val  int // -1: any value
	all  []int
	span diag.Span
}

func (a *relation) slots() []int { return a.all }

// slotsOf is keys and, unless it is -1, val.
func slotsOf(keys []int, val int) []int {
	if val < 0 {
		return keys
	}
	return append(append(make([]int, 0, len(keys)+1), keys...), val)
}

func (a *relation) mask(bound slotSet) (mask uint32, byValue, all bool) {
	all = true
	for i, k := range a.keys {
		if bound.has(k) {
			mask |= 1 << i
		} else {
			all = false
		}
	}
	return mask, a.val >= 0 && bound.has(a.val), all
}

func (a *relation) estimate(s *store.Session, bound slotSet) (float64, bool) {
	mask, byValue, all := a.mask(bound)
	switch {
	case all:
		return 0.9, true
	case s == nil:
		return guessCount, true
	case mask == 0 && !byValue:
		return float64(s.Count(a.at, a.prop)), true
	}
	return s.Fanout(a.at, a.prop, mask, byValue), true
}

func (a *relation) describe(bound slotSet) (string, string) {
	mask, byValue, all := a.mask(bound)
	state := ""
	if a.at == store.Prev {
		state = "PREV "
	}
	name := state + a.decl.Ident
	switch {
	case all:
		return "read", name
	case byValue && mask == 0:
		return "by value", name
	case byValue:
		return "by keys and value", name
	case mask != 0:
		return "by keys", name
	}
	return "scan", name
}

func (a *relation) compile(bound slotSet, next proc) proc {
	mask, byValue, all := a.mask(bound)
	switch {
	case all && len(a.keys) == 1:
		return a.read1(byValue, next)
	case all:
		return a.readAll(byValue, next)
	case mask == 0 && !byValue:
		return a.scan(next)
	}
	return a.match(mask, byValue, next)
}

// settle puts a read value where it belongs.
func (a *relation) settle(known bool) func(r *run, v value.Value) bool {
	val := a.val
	switch {
	case val < 0:
		return func(r *run, v value.Value) bool { return !v.IsNull() }
	case known:
		return func(r *run, v value.Value) bool { return !v.IsNull() && value.Equal(r.fr.Slots[val], v) }
	}
	return func(r *run, v value.Value) bool {
		r.fr.Slots[val] = v
		return !v.IsNull()
	}
}

func (a *relation) keyClass(i int) (value.Class, value.Kind) {
	c := a.prop.Spec().Keys[i]
	return c, c.Kind()
}

// keyOf gives the bound key i, NULL when no row can have it.
func keyOf(v value.Value, class value.Class, kind value.Kind) value.Value {
	if kind == value.Object && v.Kind() == value.Object || !class.Known() {
		return v
	}
	return Key(v, class, kind)
}

func (a *relation) read1(byValue bool, next proc) proc {
	class, kind := a.keyClass(0)
	slot, prop, at := a.keys[0], a.prop, a.at
	settle := a.settle(byValue)
	return func(r *run) bool {
		k := keyOf(r.fr.Slots[slot], class, kind)
		if k.IsNull() || !settle(r, r.s.Get1(at, prop, k)) {
			return true
		}
		return next(r)
	}
}

func (a *relation) readAll(byValue bool, next proc) proc {
	settle := a.settle(byValue)
	return func(r *run) bool {
		in := r.fr.Env.enter(len(a.keys))
		for i, slot := range a.keys {
			class, kind := a.keyClass(i)
			k := keyOf(r.fr.Slots[slot], class, kind)
			if k.IsNull() {
				r.fr.Env.leave()
				return true
			}
			in.Slots[i] = k
		}
		v := r.s.Get(a.at, a.prop, in.Slots...)
		r.fr.Env.leave()
		if !settle(r, v) {
			return true
		}
		return next(r)
	}
}

// row binds the unbound keys from a row; a slot that stands for two keys must
// have the same value in both.
func (a *relation) row(mask uint32, byValue bool, next proc) func(r *run, keys []value.Value, v value.Value) bool {
	type bind struct{ key, slot int }
	var binds []bind
	var twins []bind
	seen := map[int]bool{}
	for i, slot := range a.keys {
		if mask&(1<<i) != 0 {
			continue
		}
		if seen[slot] {
			twins = append(twins, bind{i, slot})
		} else {
			binds = append(binds, bind{i, slot})
			seen[slot] = true
		}
	}
	// A value slot that is also a key is bound by now.
	settle := a.settle(byValue || a.val >= 0 && seen[a.val])
	span := a.span
	return func(r *run, keys []value.Value, v value.Value) bool {
		r.rows++
		r.fr.Env.Tick(span)
		for _, b := range binds {
			r.fr.Slots[b.slot] = keys[b.key]
		}
		for _, t := range twins {
			if !value.Equal(r.fr.Slots[t.slot], keys[t.key]) {
				return true
			}
		}
		if !settle(r, v) {
			return true
		}
		return next(r)
	}
}

func (a *relation) scan(next proc) proc {
	row := a.row(0, false, next)
	return func(r *run) bool {
		ok := true
		r.s.Scan(a.at, a.prop, func(keys []value.Value, v value.Value) bool {
			ok = row(r, keys, v)
			return ok
		})
		return ok
	}
}

func (a *relation) match(mask uint32, byValue bool, next proc) proc {
	row := a.row(mask, byValue, next)
	valueClass := a.prop.Spec().Value
	return func(r *run) bool {
		bound := make([]value.Value, len(a.keys))
		for i, slot := range a.keys {
			if mask&(1<<i) == 0 {
				continue
			}
			class, kind := a.keyClass(i)
			k := keyOf(r.fr.Slots[slot], class, kind)
			if k.IsNull() {
				return true
			}
			bound[i] = k
		}
		var want value.Value
		if byValue {
			want = keyOf(r.fr.Slots[a.val], valueClass, valueClass.Kind())
			if want.IsNull() || !value.Equal(want, r.fr.Slots[a.val]) {
				return true
			}
		}
		ok := true
		r.s.Match(a.at, a.prop, bound, want, func(keys []value.Value, v value.Value) bool {
			ok = row(r, keys, v)
			return ok
		})
		return ok
	}
}

// extent is the objects of a class.
type extent struct {
	slot  int
	one   [1]int
	class int32
	at    store.State
	name  string
}

func newExtent(slot int, class int32, at store.State, name string) *extent {
	return &extent{slot: slot, one: [1]int{slot}, class: class, at: at, name: name}
}

func (a *extent) slots() []int { return a.one[:] }

func (a *extent) estimate(s *store.Session, bound slotSet) (float64, bool) {
	switch {
	case bound.has(a.slot):
		return 0.5, true
	case s == nil:
		return guessCount, true
	}
	return float64(s.CountObjects(a.at, a.class)), true
}

func (a *extent) describe(bound slotSet) (string, string) {
	if bound.has(a.slot) {
		return "check class", a.name
	}
	return "objects of", a.name
}

func (a *extent) compile(bound slotSet, next proc) proc {
	if bound.has(a.slot) {
		return func(r *run) bool {
			v := r.fr.Slots[a.slot]
			if v.Kind() != value.Object || !r.s.Is(a.at, v.Num(), a.class) {
				return true
			}
			return next(r)
		}
	}
	return func(r *run) bool {
		ok := true
		r.s.Objects(a.at, a.class, func(id int64) bool {
			r.rows++
			r.fr.Env.Tick(diag.Span{})
			r.fr.Slots[a.slot] = value.ObjectOf(id)
			ok = next(r)
			return ok
		})
		return ok
	}
}

// computed is out = fn(deps).
type computed struct {
	out  int
	fn   Scalar
	deps []int
	all  []int
	hint bool // one of several ways round
	origin
}

func (a *computed) slots() []int { return a.all }

func (a *computed) estimate(_ *store.Session, bound slotSet) (float64, bool) {
	return 1, bound.all(a.deps)
}

func (a *computed) describe(bound slotSet) (string, string) {
	if bound.has(a.out) {
		return "compare", ""
	}
	return "compute", ""
}

func (a *computed) compile(bound slotSet, next proc) proc {
	out, fn := a.out, a.fn
	if bound.has(out) {
		return func(r *run) bool {
			v := fn(r.fr)
			if v.IsNull() || !value.Equal(v, r.fr.Slots[out]) {
				return true
			}
			return next(r)
		}
	}
	return func(r *run) bool {
		v := fn(r.fr)
		if v.IsNull() {
			return true
		}
		r.fr.Slots[out] = v
		return next(r)
	}
}

// same is the equality of two slots.
type same struct{ a, b int }

func (a *same) slots() []int { return []int{a.a, a.b} }

func (a *same) estimate(_ *store.Session, bound slotSet) (float64, bool) {
	return 1, bound.has(a.a) || bound.has(a.b)
}

func (a *same) describe(slotSet) (string, string) { return "equal", "" }

func (a *same) compile(bound slotSet, next proc) proc {
	from, to := a.a, a.b
	if bound.has(from) && bound.has(to) {
		return func(r *run) bool {
			v := r.fr.Slots[from]
			if v.IsNull() || !value.Equal(v, r.fr.Slots[to]) {
				return true
			}
			return next(r)
		}
	}
	if bound.has(to) {
		from, to = to, from
	}
	return func(r *run) bool {
		v := r.fr.Slots[from]
		if v.IsNull() {
			return true
		}
		r.fr.Slots[to] = v
		return next(r)
	}
}

// span is the whole numbers or days from one value to another; the first one
// belongs to it even when the second lies before it.
type span struct {
	slot, from, to int
	at             diag.Span
}

func (a *span) slots() []int { return []int{a.from, a.to, a.slot} }

func (a *span) estimate(_ *store.Session, bound slotSet) (float64, bool) {
	if !bound.has(a.from) || !bound.has(a.to) {
		return 0, false
	}
	if bound.has(a.slot) {
		return 0.5, true
	}
	return guessRange, true
}

func (a *span) describe(bound slotSet) (string, string) {
	if bound.has(a.slot) {
		return "check range", ""
	}
	return "range", ""
}

func (a *span) compile(bound slotSet, next proc) proc {
	if bound.has(a.slot) {
		return func(r *run) bool {
			v, from, to := r.fr.Slots[a.slot], r.fr.Slots[a.from], r.fr.Slots[a.to]
			if v.IsNull() || from.IsNull() || to.IsNull() {
				return true
			}
			if value.Equal(v, from) || value.Compare(v, from) > 0 && value.Compare(v, to) <= 0 && isWhole(v) {
				return next(r)
			}
			return true
		}
	}
	return func(r *run) bool {
		from, to := r.fr.Slots[a.from], r.fr.Slots[a.to]
		if from.IsNull() || to.IsNull() {
			return true
		}
		lo, hi, ok := wholeBounds(from, to)
		if !ok {
			return true
		}
		kind := from.Kind()
		if kind == value.Numeric || kind == value.Double {
			kind = value.Integer
		}
		for n := lo; ; n++ {
			r.rows++
			r.fr.Env.Tick(a.at)
			r.fr.Slots[a.slot] = value.Of(kind, n)
			if !next(r) {
				return false
			}
			if n >= hi || n == math.MaxInt64 {
				return true
			}
		}
	}
}

func isWhole(v value.Value) bool {
	return v.Kind() != value.Numeric && v.Kind() != value.Double || value.Equal(v, value.Rescale(v, 0))
}

// wholeBounds are the ends of a range; an upper end with a fraction is cut.
func wholeBounds(from, to value.Value) (lo, hi int64, ok bool) {
	cut := func(v value.Value) (int64, bool) {
		switch v.Kind() {
		case value.Integer, value.Long, value.Date, value.Time, value.DateTime, value.ZDateTime, value.Year:
			return v.Num(), true
		case value.Numeric, value.Double:
			f := math.Floor(v.Float64())
			if math.Abs(f) < 1<<53 {
				return int64(f), true
			}
		}
		return 0, false
	}
	lo, ok1 := cut(from)
	hi, ok2 := cut(to)
	return lo, hi, ok1 && ok2
}

// changed is the rows of a property that differ between the mode's states.
type changed struct {
	prop  *store.Property
	decl  *bound.Property
	since store.State
	keys  []int
	span  diag.Span
}

func (a *changed) slots() []int { return a.keys }

func (a *changed) idle(s *store.Session) bool { return !s.Touched(a.prop, a.since) }

func (a *changed) estimate(s *store.Session, _ slotSet) (float64, bool) {
	if s != nil && a.idle(s) {
		return 0, true
	}
	return guessChanges, true
}

func (a *changed) describe(slotSet) (string, string) { return "changes of", a.decl.Ident }

func (a *changed) compile(bound slotSet, next proc) proc {
	rel := &relation{prop: a.prop, decl: a.decl, keys: a.keys, val: -1, span: a.span}
	var checks []int
	for i, k := range a.keys {
		if bound.has(k) {
			checks = append(checks, i)
		}
	}
	mask, _, _ := rel.mask(bound)
	row := rel.row(mask, false, next)
	return func(r *run) bool {
		ok := true
		r.s.Changes(a.prop, a.since, func(keys []value.Value, _, _ value.Value) bool {
			for _, i := range checks {
				if !value.Equal(keys[i], r.fr.Slots[a.keys[i]]) {
					return true
				}
			}
			ok = row(r, keys, value.True)
			return ok
		})
		return ok
	}
}

// changedObjects is the objects that entered or left a class.
type changedObjects struct {
	slot  int
	class int32
	since store.State
	name  string
}

func (a *changedObjects) slots() []int { return []int{a.slot} }

func (a *changedObjects) idle(s *store.Session) bool { return !s.ObjectsTouched(a.since) }

func (a *changedObjects) estimate(s *store.Session, _ slotSet) (float64, bool) {
	if s != nil && a.idle(s) {
		return 0, true
	}
	return guessChanges, true
}

func (a *changedObjects) describe(slotSet) (string, string) { return "class changes of", a.name }

func (a *changedObjects) compile(bound slotSet, next proc) proc {
	known := bound.has(a.slot)
	return func(r *run) bool {
		ok := true
		r.s.ObjectChanges(a.class, a.since, func(id int64, was, is bool) bool {
			if was == is {
				return true
			}
			v := value.ObjectOf(id)
			if known {
				if !value.Equal(r.fr.Slots[a.slot], v) {
					return true
				}
			} else {
				r.fr.Slots[a.slot] = v
			}
			r.rows++
			r.fr.Env.Tick(diag.Span{})
			ok = next(r)
			return ok
		})
		return ok
	}
}
