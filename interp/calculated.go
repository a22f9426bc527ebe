package interp

import (
	"slices"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// calculated is a calculated event, `p(x) <- v WHEN e`: as long as e holds in
// the session p has the value v, unless the program wrote p itself.
// Source: Calculated_events.
type calculated struct {
	cell  *cell
	frame *bound.Frame
	isNew []int
	rows  *rowPlan
	cond  func(*query.Frame) bool
	args  []query.Scalar
	value query.Scalar
	reads map[*bound.Property]bool
	props []*store.Property
}

// calculatedSet is all calculated events and the properties they concern.
type calculatedSet struct {
	events  []*calculated
	targets map[*bound.Property]bool
	reads   map[*bound.Property]bool
}

func (i *Instance) hasCalculated() bool { return len(i.prog.Calculated) > 0 }

// followed tells whether writes to p concern a calculated event.
func (i *Instance) followed(p *bound.Property) bool {
	if !i.hasCalculated() {
		return false
	}
	set := i.calculatedEvents()
	return set.targets[p] || set.reads[p]
}

func (i *Instance) calculatedEvents() *calculatedSet {
	if s := i.calculatedSet.Load(); s != nil {
		return s
	}
	i.calculatedMu.Lock()
	defer i.calculatedMu.Unlock()
	if s := i.calculatedSet.Load(); s != nil {
		return s
	}
	set := &calculatedSet{targets: map[*bound.Property]bool{}, reads: map[*bound.Property]bool{}}
	for _, x := range i.prog.Calculated {
		c := &compiler{inst: i, frame: &x.Frame, mode: query.NowMode}
		e := &calculated{
			cell:  &cell{inst: i, prop: x.Target, handle: i.handle(x.Target), class: x.Target.Class, keys: x.Target.Params, span: x.Span},
			frame: &x.Frame, isNew: x.New, args: c.scalars(x.Args), value: c.scalar(x.Value),
		}
		var r reads
		a := analysis{inst: i, reads: &r}
		a.exprs(x.When, x.Value)
		e.reads = r.set
		e.props = i.handles(r.list)
		for p := range r.set {
			set.reads[p] = true
		}
		if len(x.New) > 0 {
			e.rows = c.rows(x.Span, rowQuery{cond: x.When, new: x.New})
		} else {
			e.cond = c.cond(x.When)
		}
		set.targets[x.Target] = true
		set.events = append(set.events, e)
	}
	i.calculatedSet.Store(set)
	return set
}

// wrote notes a write by the program to a property that concerns a calculated
// event.
func (s *Session) wrote(p *bound.Property, keys []value.Value) {
	if s.settling {
		return
	}
	set := s.inst.calculatedEvents()
	if set.reads[p] {
		s.dirty = true
	}
	if !set.targets[p] {
		return
	}
	if s.explicit == nil {
		s.explicit = map[*bound.Property]map[string]struct{}{}
	}
	if s.explicit[p] == nil {
		s.explicit[p] = map[string]struct{}{}
	}
	s.explicit[p][keyText(keys)] = struct{}{}
}

func keyText(keys []value.Value) string {
	var b []byte
	for _, k := range keys {
		b = value.AppendKey(b, k)
	}
	return string(b)
}

// maxSettle bounds how often calculated events that set off one another are
// computed after one write.
const maxSettle = 50

// settle brings the values of calculated events up to date.
func (s *Session) settle(t *thread) {
	if !s.dirty || s.settling || t.sess != s {
		return
	}
	s.settling = true
	defer func() { s.settling = false }()
	s.dirty = false
	for range maxSettle {
		changed := false
		for _, e := range s.inst.calculatedEvents().events {
			if e.touched(s) || len(s.computed[e]) > 0 {
				changed = s.compute(t, e) || changed
			}
		}
		if !changed {
			return
		}
	}
}

func (e *calculated) touched(s *Session) bool {
	if s.st.ObjectsTouched(store.Prev) {
		return true
	}
	for _, p := range e.props {
		if s.st.Touched(p, store.Prev) {
			return true
		}
	}
	return false
}

// compute writes the values of one event and takes back those whose condition
// holds no longer. It reports whether anything changed.
func (s *Session) compute(t *thread, e *calculated) bool {
	fr := t.enter(len(e.frame.Slots))
	defer t.leave()
	now := map[string][]value.Value{}
	var keys [][]value.Value
	var vals []value.Value
	row := func() {
		tuple := make([]value.Value, len(e.args))
		for i, a := range e.args {
			tuple[i] = a(fr)
		}
		if !e.cell.keysOf(tuple) {
			return
		}
		text := keyText(tuple)
		if _, own := s.explicit[e.cell.prop][text]; own {
			return
		}
		now[text] = tuple
		keys, vals = append(keys, tuple), append(vals, e.value(fr))
	}
	if e.rows != nil {
		set := e.rows.get(fr)
		for i := range set.Len() {
			set.Bind(i, fr)
			row()
		}
	} else if e.cond(fr) {
		row()
	}
	changed := false
	put := func(tuple []value.Value, v value.Value) {
		before := s.st.Get(store.Now, e.cell.handle, tuple...)
		e.cell.put(t, tuple, v)
		after := s.st.Get(store.Now, e.cell.handle, tuple...)
		changed = changed || before.IsNull() != after.IsNull() || !before.IsNull() && !value.Equal(before, after)
	}
	for i, tuple := range keys {
		put(tuple, vals[i])
	}
	for _, text := range sortedKeys(s.computed[e]) {
		if _, still := now[text]; still {
			continue
		}
		if _, own := s.explicit[e.cell.prop][text]; own {
			continue
		}
		tuple := s.computed[e][text]
		put(tuple, s.st.Get(store.Prev, e.cell.handle, tuple...))
	}
	if s.computed == nil {
		s.computed = map[*calculated]map[string][]value.Value{}
	}
	s.computed[e] = now
	return changed
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
