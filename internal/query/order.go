package query

import (
	"math"
	"math/bits"
	"slices"

	"github.com/golsf/golsf/runtime/store"
)

// A sequence is the ordered steps of one conjunction; the last step may branch
// into alternatives, each of which goes on to the end by itself.
type sequence struct {
	steps []*orderedStep
	alts  []*sequence
	// distinct: the same row can be found more than once.
	distinct bool
}

type orderedStep struct {
	src      source
	filter   *filter
	distinct bool // drops rows that were found before, where that can happen
	before   slotSet
	est      float64
	number   int // index of its row counter
}

// maxSequences bounds the alternatives that one plan is multiplied out into,
// maxEstimates what is spent on finding cheap ones among them.
const (
	maxSequences = 400
	maxEstimates = 200_000
)

// orderer finds the order of the steps: smallest source first, then always the
// one with the least expected rows, filters as early as they can run.
type orderer struct {
	s         *store.Session // nil: only to see whether there is an order
	defs      map[int]source
	target    []int
	filters   []*filter
	sequences int
	estimates int
	steps     int
	missing   int // a slot that nothing enumerates
}

// situation is the state of ordering one branch.
type situation struct {
	sources []source
	choices []*choice
	bound   slotSet
	done    []source
	checked []*filter
}

func (o *orderer) order(st situation) *sequence {
	o.sequences++
	seq := &sequence{}
	for {
		if st.bound.all(o.target) {
			// Rows are made distinct before the last conditions, which then run
			// once for each of them.
			o.settle(seq, &st)
			seq.steps = append(seq.steps, &orderedStep{distinct: true, number: -1})
			o.addFilters(seq, &st)
			return seq
		}
		st.checked = o.addFilters(seq, &st)
		best, rows := o.bestSource(&st)
		ch, chRows := o.bestChoice(&st, best, rows)
		if ch != nil && (best == nil || chRows < rows) {
			if o.branch(seq, &st, ch) {
				return seq
			}
			st.choices = without(st.choices, ch)
			continue
		}
		if best == nil {
			o.missing = o.firstMissing(&st)
			return nil
		}
		o.take(seq, &st, best, rows)
	}
}

func without[T comparable](xs []T, x T) []T {
	out := make([]T, 0, len(xs))
	for _, y := range xs {
		if y != x {
			out = append(out, y)
		}
	}
	return out
}

// firstMissing gives the first slot that is not found, if possible one that is
// not computed from others.
func (o *orderer) firstMissing(st *situation) int {
	for _, s := range o.target {
		if !st.bound.has(s) && o.defs[s] == nil {
			return s
		}
	}
	for _, s := range o.target {
		if !st.bound.has(s) {
			return s
		}
	}
	return -1
}

func (o *orderer) take(seq *sequence, st *situation, src source, rows float64) {
	seq.steps = append(seq.steps, &orderedStep{src: src, before: st.bound, est: rows, number: o.steps})
	o.steps++
	if d, ok := src.(interface{ repeats() bool }); ok && d.repeats() {
		seq.distinct = true
	}
	st.bound = st.bound.with(src.slots()...)
	st.done = append(slices.Clip(st.done), src)
}

// addFilters appends the filters whose slots are bound by now.
func (o *orderer) addFilters(seq *sequence, st *situation) []*filter {
	checked := slices.Clip(st.checked)
	for _, f := range o.filters {
		if slices.Contains(checked, f) || !st.bound.all(f.deps) {
			continue
		}
		checked = append(checked, f)
		if f.exact && covered(f.sources, st.done) {
			continue
		}
		seq.steps = append(seq.steps, &orderedStep{filter: f, before: st.bound, est: 1, number: o.steps})
		o.steps++
	}
	return checked
}

// covered tells that all sources were run; a constant has none.
func covered(sources, done []source) bool {
	for _, s := range sources {
		if !slices.Contains(done, s) {
			return false
		}
	}
	return true
}

// bestSource gives the source with the least expected rows that binds a slot.
func (o *orderer) bestSource(st *situation) (source, float64) {
	var best source
	least := math.Inf(1)
	for _, src := range st.sources {
		if slices.Contains(st.done, src) || st.bound.all(src.slots()) {
			continue
		}
		rows, ok := src.estimate(o.s, st.bound)
		if !ok || rows >= least || !o.useful(src, st) {
			continue
		}
		best, least = src, rows
	}
	return best, least
}

// useful tells whether a slot that src would bind is wanted, or another source
// can go on from it.
func (o *orderer) useful(src source, st *situation) bool {
	after := st.bound.with(src.slots()...)
	for _, s := range src.slots() {
		if st.bound.has(s) {
			continue
		}
		if slices.Contains(o.target, s) {
			return true
		}
		for _, other := range st.sources {
			if other == src || slices.Contains(st.done, other) {
				continue
			}
			slots := other.slots()
			if slices.Contains(slots, s) && !after.all(slots) {
				return true
			}
		}
		for _, ch := range st.choices {
			for _, alt := range ch.alts {
				if usesSlot(alt, s) {
					return true
				}
			}
		}
	}
	return false
}

func usesSlot(c *conj, slot int) bool {
	for _, src := range c.sources {
		if slices.Contains(src.slots(), slot) {
			return true
		}
	}
	return slices.ContainsFunc(c.choices, func(ch *choice) bool {
		return slices.ContainsFunc(ch.alts, func(a *conj) bool { return usesSlot(a, slot) })
	})
}

// bestChoice gives the choice whose alternatives together promise the fewest
// rows, where each of them can bind something.
//
// Where a source promises few rows anyway, or too much was tried already, there
// is no looking for better.
func (o *orderer) bestChoice(st *situation, src source, rows float64) (*choice, float64) {
	var best *choice
	least := math.Inf(1)
	if o.sequences > maxSequences || src != nil && (rows <= 2 || o.estimates > maxEstimates) {
		return nil, least
	}
	for _, ch := range st.choices {
		if rows := o.choiceRows(ch, st.bound, 0); rows < least {
			best, least = ch, rows
		}
	}
	return best, least
}

func (o *orderer) choiceRows(ch *choice, bound slotSet, depth int) float64 {
	sum := 0.0
	for _, alt := range ch.alts {
		sum += o.altRows(alt, bound, depth)
		if math.IsInf(sum, 1) {
			break
		}
	}
	return sum
}

func (o *orderer) altRows(alt *conj, bound slotSet, depth int) float64 {
	least := math.Inf(1)
	o.estimates += len(alt.sources)
	for _, src := range alt.sources {
		if bound.all(src.slots()) {
			continue
		}
		if rows, ok := src.estimate(o.s, bound); ok {
			least = min(least, rows)
		}
	}
	if depth < 8 {
		for _, ch := range alt.choices {
			least = min(least, o.choiceRows(ch, bound, depth+1))
		}
	}
	return least
}

// branch ends seq with one sequence for each alternative of ch.
func (o *orderer) branch(seq *sequence, st *situation, ch *choice) bool {
	var alts []*sequence
	for _, alt := range ch.alts {
		if o.s != nil && alt.idle(o.s) {
			continue
		}
		sub := situation{
			sources: slices.Concat(st.sources, alt.sources),
			choices: slices.Concat(without(st.choices, ch), alt.choices),
			bound:   st.bound, done: st.done, checked: st.checked,
		}
		s := o.order(sub)
		if s == nil {
			return false
		}
		alts = append(alts, s)
	}
	seq.alts, seq.distinct = alts, true
	if seq.alts == nil {
		seq.alts = []*sequence{}
	}
	return true
}

// idler is a source that has no rows while nothing was touched.
type idler interface {
	idle(s *store.Session) bool
}

// idle tells that an alternative has no rows in this session, for sure.
func (c *conj) idle(s *store.Session) bool {
	return slices.ContainsFunc(c.sources, func(src source) bool {
		i, ok := src.(idler)
		return ok && i.idle(s)
	})
}

// settle checks temps that were enumerated against the values that they stand
// for, so that each row is found once.
func (o *orderer) settle(seq *sequence, st *situation) {
	for range 1000 {
		again := false
		for _, src := range st.sources {
			for _, s := range src.slots() {
				if slices.Contains(o.target, s) || !st.bound.has(s) {
					continue
				}
				if d := o.defs[s]; d != nil && !slices.Contains(st.done, d) {
					o.ensure(seq, st, s, 0)
					again = true
				}
			}
		}
		if !again {
			break
		}
	}
}

// ensure runs the definition of a temp, after those of the temps it needs.
func (o *orderer) ensure(seq *sequence, st *situation, slot, depth int) {
	d := o.defs[slot]
	if d == nil || slices.Contains(st.done, d) {
		return
	}
	if depth < 100 {
		for _, in := range d.slots() {
			if in != slot && !st.bound.has(in) {
				o.ensure(seq, st, in, depth+1)
			}
		}
	}
	if _, ok := d.estimate(o.s, st.bound); !ok {
		st.done = append(slices.Clip(st.done), d)
		return
	}
	o.take(seq, st, d, 1)
}

// signature sums up the sizes of all sources, so that an order is found anew
// when they have changed much.
func signature(dst []byte, s *store.Session, c *conj) []byte {
	for _, src := range c.sources {
		switch src := src.(type) {
		case *relation:
			dst = append(dst, byte(bits.Len(uint(s.Count(src.at, src.prop)))))
		case *extent:
			dst = append(dst, byte(bits.Len(uint(s.CountObjects(src.at, src.class)))))
		case *grouped:
			dst = append(dst, src.g.dep.size(s, src.g.m))
		case *recursed:
			dst = append(dst, src.r.dep.size(s, src.r.m))
		case idler:
			if src.idle(s) {
				dst = append(dst, 0)
			} else {
				dst = append(dst, 1)
			}
		}
	}
	for _, ch := range c.choices {
		for _, alt := range ch.alts {
			dst = signature(dst, s, alt)
		}
	}
	return dst
}

// chain turns a sequence into a proc. distinct makes a step that lets each row
// through once, nil when there is no need; count tells whether to count rows.
func (q *sequence) chain(last proc, distinct func(next proc) proc, count bool) proc {
	next := last
	if q.alts != nil {
		procs := make([]proc, len(q.alts))
		for i, a := range q.alts {
			procs[i] = a.chain(last, distinct, count)
		}
		next = func(r *run) bool {
			for _, p := range procs {
				if !p(r) {
					return false
				}
			}
			return true
		}
	}
	for i := len(q.steps) - 1; i >= 0; i-- {
		step := q.steps[i]
		if step.distinct {
			if distinct != nil {
				next = distinct(next)
			}
			continue
		}
		after := next
		if count {
			n, inner := step.number, next
			after = func(r *run) bool {
				r.real[n]++
				return inner(r)
			}
		}
		if f := step.filter; f != nil {
			cond := f.cond
			next = func(r *run) bool {
				if !cond(r.fr) {
					return true
				}
				return after(r)
			}
			continue
		}
		next = step.src.compile(step.before, after)
	}
	return next
}

func (q *sequence) repeats() bool {
	if q.distinct {
		return true
	}
	return slices.ContainsFunc(q.alts, (*sequence).repeats)
}
