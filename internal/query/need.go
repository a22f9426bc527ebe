package query

import (
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// A builder turns conditions into conjunctions of sources: what must have a
// value where the condition holds. Sources may promise less than the condition
// (it is then checked as a filter), never more.
//
// Calculated properties are read through: their bodies are taken over a scope
// that maps their slots to slots of the plan or to argument expressions.
// Values of nested expressions get slots of their own behind those of the
// frame ("temps"); defs tells which source computes a temp from other slots.
type builder struct {
	e     *Evaluator
	size  int
	defs  map[int]source
	nodes int
	depth int
	exact bool // so far the sources say the same as the condition
}

const (
	maxNodes = 4000 // visited nodes of one plan, beyond them conditions stay filters
	maxDepth = 60   // properties read through, one inside the other
)

type scope struct {
	args []arg
}

// arg is what stands for a slot: a slot of the plan, or an expression.
type arg struct {
	slot int
	x    bound.Expr
	sc   *scope
	m    Mode
}

// conj is a conjunction: every source and one alternative of every choice hold.
type conj struct {
	sources []source
	choices []*choice
	never   bool
	outer   *conj
	terms   map[termKey]int
}

// choice is a disjunction.
type choice struct {
	alts []*conj
}

type termKey struct {
	x  bound.Expr
	sc *scope
	m  Mode
}

func newConj(outer *conj) *conj { return &conj{outer: outer, terms: map[termKey]int{}} }

func (c *conj) term(k termKey) (int, bool) {
	for ; c != nil; c = c.outer {
		if s, ok := c.terms[k]; ok {
			return s, true
		}
	}
	return 0, false
}

func (b *builder) temp() int {
	b.size++
	return b.size - 1
}

func (b *builder) add(c *conj, s source) { c.sources = append(c.sources, s) }

// define adds a source that gives slot its only possible value.
func (b *builder) define(c *conj, slot int, s source) {
	if b.defs[slot] == nil {
		b.defs[slot] = s
	}
	b.add(c, s)
}

func (b *builder) param(p *bound.Param, sc *scope) arg {
	if sc == nil || p.Slot >= len(sc.args) {
		return arg{slot: p.Slot}
	}
	return sc.args[p.Slot]
}

// term gives the slot that holds the value of x, which is not NULL.
func (b *builder) term(c *conj, x bound.Expr, sc *scope, m Mode) int {
	if p, ok := x.(*bound.Param); ok {
		a := b.param(p, sc)
		if a.x == nil {
			return a.slot
		}
		return b.term(c, a.x, a.sc, a.m)
	}
	k := termKey{x, sc, m}
	if s, ok := c.term(k); ok {
		b.exact = false
		return s
	}
	s := b.temp()
	c.terms[k] = s
	b.unify(c, x, sc, m, s)
	return s
}

func (b *builder) terms(c *conj, xs []bound.Expr, sc *scope, m Mode) []int {
	out := make([]int, len(xs))
	for i, x := range xs {
		out[i] = b.term(c, x, sc, m)
	}
	return out
}

// need adds what holds where x is not NULL.
func (b *builder) need(c *conj, x bound.Expr, sc *scope, m Mode) { b.unify(c, x, sc, m, -1) }

func (b *builder) needAll(c *conj, xs []bound.Expr, sc *scope, m Mode) {
	for _, x := range xs {
		b.need(c, x, sc, m)
	}
}

// compute adds the plain evaluation of x into slot, when there is one.
func (b *builder) compute(c *conj, x bound.Expr, sc *scope, m Mode, slot int) {
	if slot < 0 {
		b.exact = false
		return
	}
	fn, deps := b.scalar(x, sc, m)
	b.define(c, slot, &computed{out: slot, fn: fn, deps: deps, all: slotsOf(deps, slot), origin: origin{x, sc, m}})
}

// unify adds what holds where x is not NULL and, when slot >= 0, equals slot.
func (b *builder) unify(c *conj, x bound.Expr, sc *scope, m Mode, slot int) {
	b.nodes++
	if b.nodes > maxNodes {
		b.compute(c, x, sc, m, slot)
		return
	}
	switch x := x.(type) {
	case *bound.Const:
		if x.Value.IsNull() {
			c.never = true
		} else if slot >= 0 {
			b.compute(c, x, sc, m, slot)
		}
	case *bound.StaticRef:
		if slot >= 0 {
			b.compute(c, x, sc, m, slot)
		}
	case *bound.Param:
		b.unifyParam(c, x, sc, slot)
	case *bound.Call:
		b.unifyCall(c, x, sc, m, slot)
	case *bound.And:
		b.needAll(c, x.Items, sc, m)
		if slot >= 0 {
			b.compute(c, x, sc, m, slot)
		}
	case *bound.If:
		b.unifyIf(c, x, sc, m, slot)
	case *bound.Prev:
		b.unify(c, x.X, sc, Mode{At: store.Prev, Since: m.Since}, slot)
	case *bound.Compare:
		b.compare(c, x, sc, m)
		if slot >= 0 {
			b.compute(c, x, sc, m, slot)
		}
	case *bound.Is:
		b.is(c, x.X, x.Of, sc, m, -1)
		if slot >= 0 {
			b.compute(c, x, sc, m, slot)
		}
	case *bound.As:
		b.is(c, x.X, x.Of, sc, m, slot)
	case *bound.Iterate:
		from, to := b.term(c, x.From, sc, m), b.term(c, x.To, sc, m)
		b.add(c, &span{slot: b.term(c, x.X, sc, m), from: from, to: to, at: x.Span})
		if slot >= 0 {
			b.compute(c, x, sc, m, slot)
		}
	case *bound.Group:
		b.unifyGroup(c, x, sc, m, slot)
	case *bound.Recursion:
		b.unifyRecursion(c, x, sc, m, slot)
	case *bound.Convert:
		if sameFamily(x.X.ValueClass(), x.Class) {
			b.unify(c, x.X, sc, m, slot)
			return
		}
		b.loose(c, x, sc, m, slot)
	default:
		b.loose(c, x, sc, m, slot)
	}
}

// sameFamily tells classes between which a conversion to a common class keeps
// the value.
func sameFamily(a, b value.Class) bool {
	return a.IsNumber() && b.IsNumber() || a.Known() && a.Kind() == b.Kind()
}

func (b *builder) unifyParam(c *conj, x *bound.Param, sc *scope, slot int) {
	a := b.param(x, sc)
	if a.x != nil {
		b.unify(c, a.x, a.sc, a.m, slot)
		return
	}
	if slot < 0 {
		b.exact = false
		return
	}
	if slot != a.slot {
		b.define(c, slot, &same{a: a.slot, b: slot})
	}
}

func (b *builder) unifyIf(c *conj, x *bound.If, sc *scope, m Mode, slot int) {
	if x.Else == nil || isNull(x.Else) {
		b.need(c, x.Cond, sc, m)
		b.unify(c, x.Then, sc, m, slot)
		return
	}
	b.loose(c, x, sc, m, slot)
}

// loose handles the forms whose sources say less than the form itself.
func (b *builder) loose(c *conj, x bound.Expr, sc *scope, m Mode, slot int) {
	b.compute(c, x, sc, m, slot) // before the hints: it is what defines the slot
	exact := b.exact
	b.hints(c, x, sc, m, slot)
	b.exact = exact && slot >= 0
}

func (b *builder) hints(c *conj, x bound.Expr, sc *scope, m Mode, slot int) {
	switch x := x.(type) {
	case *bound.Arith:
		if x.Op == bound.SumPlus || x.Op == bound.SumMinus {
			b.oneOf(c, []bound.Expr{x.L, x.R}, sc, m, -1)
			return
		}
		b.arith(c, x, sc, m, slot)
	case *bound.Negate, *bound.Round, *bound.Cast, *bound.Convert, *bound.Like, *bound.StructOf, *bound.Part:
		b.needAll(c, children(x), sc, m)
	case *bound.Or:
		b.oneOf(c, x.Items, sc, m, -1)
	case *bound.Xor:
		b.oneOf(c, []bound.Expr{x.L, x.R}, sc, m, -1)
	case *bound.Override:
		b.oneOf(c, x.Items, sc, m, slot)
	case *bound.Extreme:
		b.oneOf(c, x.Items, sc, m, slot)
	case *bound.Concat:
		b.oneOf(c, x.Items, sc, m, -1)
	case *bound.If:
		b.choose(c,
			func(c *conj) { b.need(c, x.Cond, sc, m); b.unify(c, x.Then, sc, m, slot) },
			func(c *conj) { b.unify(c, x.Else, sc, m, slot) })
	case *bound.Case:
		alts := make([]func(*conj), 0, len(x.Arms)+1)
		for _, a := range x.Arms {
			alts = append(alts, func(c *conj) { b.need(c, a.When, sc, m); b.unify(c, a.Then, sc, m, slot) })
		}
		if x.Else != nil {
			alts = append(alts, func(c *conj) { b.unify(c, x.Else, sc, m, slot) })
		}
		b.choose(c, alts...)
	case *bound.Native:
		if !x.Nullable {
			b.needAll(c, x.Args, sc, m)
		}
	case *bound.Formula:
		if !x.Nullable {
			b.needAll(c, x.Args, sc, m)
		}
	case *bound.Entries:
		in := b.term(c, x.X, sc, m)
		b.add(c, &entries{in: in, key: b.term(c, x.Key, sc, m), fn: x.Func, at: x.Span})
	case *bound.Change:
		b.change(c, x, sc, m)
	case *bound.Partition:
		b.partitionHints(c, x, sc, m)
	}
}

// choose adds a choice of alternatives.
func (b *builder) choose(c *conj, alts ...func(*conj)) {
	ch := &choice{}
	for _, fill := range alts {
		alt := newConj(c)
		fill(alt)
		if !alt.never {
			ch.alts = append(ch.alts, alt)
		}
	}
	if len(ch.alts) == 0 {
		c.never = true
		return
	}
	c.choices = append(c.choices, ch)
}

func (b *builder) oneOf(c *conj, xs []bound.Expr, sc *scope, m Mode, slot int) {
	alts := make([]func(*conj), len(xs))
	for i, x := range xs {
		alts[i] = func(c *conj) { b.unify(c, x, sc, m, slot) }
	}
	b.choose(c, alts...)
}

// arith adds the operands and, for + and - of whole numbers, the ways to find
// one operand from the result and the other.
func (b *builder) arith(c *conj, x *bound.Arith, sc *scope, m Mode, slot int) {
	whole := func(c value.Class) bool { return c.Name == value.NameInteger || c.Name == value.NameLong }
	if slot < 0 || x.Op != bound.Add && x.Op != bound.Sub || !whole(x.L.ValueClass()) || !whole(x.R.ValueClass()) {
		b.needAll(c, []bound.Expr{x.L, x.R}, sc, m)
		return
	}
	l, r := b.term(c, x.L, sc, m), b.term(c, x.R, sc, m)
	minus := func(a, z int) Scalar {
		return func(fr *Frame) value.Value { return wholeOf(value.Sub(fr.Slots[a], fr.Slots[z])) }
	}
	plus := func(a, z int) Scalar {
		return func(fr *Frame) value.Value { return wholeOf(value.Add(fr.Slots[a], fr.Slots[z])) }
	}
	if x.Op == bound.Add {
		b.add(c, computedHint(l, minus(slot, r), slot, r))
		b.add(c, computedHint(r, minus(slot, l), slot, l))
		return
	}
	b.add(c, computedHint(l, plus(slot, r), slot, r))
	b.add(c, computedHint(r, minus(l, slot), slot, l))
}

func computedHint(out int, fn Scalar, deps ...int) *computed {
	return &computed{out: out, fn: fn, deps: deps, all: slotsOf(deps, out), hint: true}
}

// wholeOf drops results that are no whole number or out of range: no operand
// can have led to them.
func wholeOf(v value.Value, err error) value.Value {
	if err != nil {
		return value.Value{}
	}
	if v.Kind() == value.Numeric && isWhole(v) {
		v = value.Int64(value.Rescale(v, 0).Num())
	}
	if v.Kind() != value.Integer && v.Kind() != value.Long {
		return value.Value{}
	}
	return v
}

func (b *builder) compare(c *conj, x *bound.Compare, sc *scope, m Mode) {
	if x.Op != bound.Eq {
		b.needAll(c, []bound.Expr{x.L, x.R}, sc, m)
		b.exact = false
		return
	}
	if padded(x.L) || padded(x.R) {
		b.comparePadded(c, x, sc, m)
		return
	}
	l, r := x.L, x.R
	if _, ok := r.(*bound.Param); ok {
		l, r = r, l
	}
	b.unify(c, r, sc, m, b.term(c, l, sc, m))
}

// comparePadded is an equality for which trailing spaces do not count: a
// parameter can be had from the other side, without them.
func (b *builder) comparePadded(c *conj, x *bound.Compare, sc *scope, m Mode) {
	l, r := b.term(c, x.L, sc, m), b.term(c, x.R, sc, m)
	side := func(x bound.Expr, out, from int) {
		if _, ok := x.(*bound.Param); ok {
			read := trimmed(func(fr *Frame) value.Value { return fr.Slots[from] })
			b.add(c, &computed{out: out, fn: read, deps: []int{from}, all: slotsOf([]int{from}, out), hint: true})
		}
	}
	side(x.L, l, r)
	side(x.R, r, l)
	b.exact = false
}

func (b *builder) is(c *conj, x bound.Expr, of *bound.Class, sc *scope, m Mode, slot int) {
	if of == nil {
		b.unify(c, x, sc, m, slot)
		b.exact = false
		return
	}
	s := b.term(c, x, sc, m)
	b.add(c, newExtent(s, int32(of.Number), m.At, of.Ident))
	if slot >= 0 && slot != s {
		b.define(c, slot, &same{a: s, b: slot})
	}
}

func (b *builder) unifyCall(c *conj, x *bound.Call, sc *scope, m Mode, slot int) {
	p := x.Prop
	switch {
	case p.Kind == bound.Data || p.Kind == bound.Local:
		keys := b.terms(c, x.Args, sc, m)
		r := &relation{prop: b.e.handle(p), decl: p, at: m.At, keys: keys, val: slot, all: slotsOf(keys, slot), span: x.Span}
		if slot >= 0 {
			b.define(c, slot, r)
		} else {
			b.add(c, r)
		}
	case b.depth > maxDepth:
		b.compute(c, x, sc, m, slot)
	case p.Kind == bound.Abstract:
		b.compute(c, x, sc, m, slot)
		b.abstract(c, x, sc, m, slot)
		b.exact = false
	default:
		b.depth++
		b.unify(c, p.Body, bodyScope(x.Args, sc, m, len(p.Frame.Slots)), m, slot)
		b.depth--
	}
}

// bodyScope is the scope of a property's body called with args.
func bodyScope(args []bound.Expr, sc *scope, m Mode, size int) *scope {
	in := &scope{args: make([]arg, max(size, len(args)))}
	for i := range in.args {
		in.args[i] = arg{slot: -1}
	}
	for i, x := range args {
		in.args[i] = argument(x, sc, m)
	}
	return in
}

// argument is x as an arg, short when x is a parameter.
func argument(x bound.Expr, sc *scope, m Mode) arg {
	if p, ok := x.(*bound.Param); ok {
		if sc == nil || p.Slot >= len(sc.args) {
			return arg{slot: p.Slot}
		}
		return sc.args[p.Slot]
	}
	return arg{slot: -1, x: x, sc: sc, m: m}
}

func (b *builder) abstract(c *conj, x *bound.Call, sc *scope, m Mode, slot int) {
	p := x.Prop
	b.depth++
	defer func() { b.depth-- }()
	alts := make([]func(*conj), 0, len(p.Implementations))
	for _, im := range p.Implementations {
		in := bodyScope(x.Args, sc, m, len(im.Frame.Slots))
		alts = append(alts, func(c *conj) {
			b.implementation(c, p, im, in, m)
			b.unify(c, im.Value, in, m, slot)
		})
	}
	b.choose(c, alts...)
}

// implementation adds the condition under which im is chosen.
func (b *builder) implementation(c *conj, p *bound.Property, im *bound.Implementation, in *scope, m Mode) {
	for i, class := range im.Params {
		if class.IsObject() && class.User != 0 && (i >= len(p.Params) || p.Params[i] != class) {
			s := b.term(c, &bound.Param{Slot: i}, in, m)
			b.add(c, newExtent(s, class.User, m.At, b.e.className(class.User)))
		}
	}
	if im.When != nil {
		b.need(c, im.When, in, m)
	}
}

// scalar compiles x over the plan's frame and tells the slots it reads.
func (b *builder) scalar(x bound.Expr, sc *scope, m Mode) (Scalar, []int) {
	free := freeSlots(x)
	if sc == nil {
		return b.e.Scalar(x, m), free
	}
	if p, ok := x.(*bound.Param); ok {
		a := b.param(p, sc)
		if a.x != nil {
			return b.scalar(a.x, a.sc, a.m)
		}
		slot := a.slot
		return func(fr *Frame) value.Value { return fr.Slots[slot] }, []int{slot}
	}
	type move struct {
		to, from int
		fn       Scalar
	}
	var moves []move
	deps := map[int]bool{}
	for _, s := range free {
		a := b.param(&bound.Param{Slot: s}, sc)
		if a.x == nil {
			moves = append(moves, move{to: s, from: a.slot})
			deps[a.slot] = true
			continue
		}
		fn, ds := b.scalar(a.x, a.sc, a.m)
		moves = append(moves, move{to: s, fn: fn})
		for _, d := range ds {
			deps[d] = true
		}
	}
	body := b.e.Scalar(x, m)
	size := max(frameSize(x), len(sc.args))
	return func(fr *Frame) value.Value {
		inner := fr.Env.enter(size)
		for i := range moves {
			if mv := &moves[i]; mv.fn == nil {
				inner.Slots[mv.to] = fr.Slots[mv.from]
			} else {
				inner.Slots[mv.to] = mv.fn(fr)
			}
		}
		v := body(inner)
		fr.Env.leave()
		return v
	}, sortedKeys(deps)
}

// origin is the expression that a filter or computed slot was made of.
type origin struct {
	x  bound.Expr
	sc *scope
	m  Mode
}

// filter is a condition that is checked as soon as its slots are bound.
type filter struct {
	cond    func(fr *Frame) bool
	deps    []int
	exact   bool // nothing is left to check once all sources were run
	sources []source
	origin
}

// split takes a condition apart into conditions that must all hold, adds their
// sources to c and gives them as filters.
func (b *builder) split(c *conj, x bound.Expr, sc *scope, m Mode, out []*filter) []*filter {
	switch t := x.(type) {
	case *bound.And:
		for _, i := range t.Items {
			out = b.split(c, i, sc, m, out)
		}
		return out
	case *bound.If:
		if t.Else == nil || isNull(t.Else) {
			return b.split(c, t.Then, sc, m, b.split(c, t.Cond, sc, m, out))
		}
	case *bound.Prev:
		return b.split(c, t.X, sc, Mode{At: store.Prev, Since: m.Since}, out)
	case *bound.Call:
		if t.Prop.Kind == bound.Calculated && b.depth < maxDepth && plainArgs(t.Args) && splits(t.Prop.Body) {
			b.depth++
			out = b.split(c, t.Prop.Body, bodyScope(t.Args, sc, m, len(t.Prop.Frame.Slots)), m, out)
			b.depth--
			return out
		}
	}
	b.exact = true
	before, choices := len(c.sources), len(c.choices)
	b.need(c, x, sc, m)
	f := &filter{origin: origin{x, sc, m}, exact: b.exact && choices == len(c.choices), sources: c.sources[before:len(c.sources):len(c.sources)]}
	if sc == nil {
		f.cond, f.deps = b.e.Cond(x, m), freeSlots(x)
	} else {
		fn, deps := b.scalar(x, sc, m)
		f.cond, f.deps = func(fr *Frame) bool { return !fn(fr).IsNull() }, deps
	}
	return append(out, f)
}

func splits(body bound.Expr) bool {
	switch t := body.(type) {
	case *bound.And, *bound.Prev:
		return true
	case *bound.If:
		return t.Else == nil
	case *bound.Call:
		return t.Prop.Kind == bound.Calculated && plainArgs(t.Args) && splits(t.Prop.Body)
	}
	return false
}

func plainArgs(xs []bound.Expr) bool {
	for _, x := range xs {
		switch x.(type) {
		case *bound.Param, *bound.Const:
		default:
			return false
		}
	}
	return true
}
