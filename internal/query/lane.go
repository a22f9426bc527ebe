package query

import (
	"math"
	"math/bits"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Lanes evaluate expressions over cells of the store, int64 numbers without
// boxing, where the kinds of all values are known beforehand. NULL is
// store.NullCell. What a lane cannot hold (an overflow, a number of more than
// 18 digits) ends the run by a panic with lanesGiveUp; the caller then does
// the same work by values.

// lanesGiveUp is what a lane panics with.
type lanesGiveUp struct{}

const null = store.NullCell

// scaledLimit parts numbers from handles in cells of NUMERIC.
const scaledLimit = 1 << 62

// laneType is how the cells of a lane are read.
type laneType struct {
	kind  value.Kind
	scale int         // of Numeric
	codec store.Codec // of Text: which pool the handles belong to
}

func (t laneType) whole() bool { return t.kind == value.Integer || t.kind == value.Long }

func (t laneType) number() bool { return t.whole() || t.kind == value.Numeric }

// alike tells that equal values have equal cells in both lanes.
func (t laneType) alike(o laneType) bool {
	if t.whole() && o.whole() {
		return true
	}
	return t.kind == o.kind && t.scale == o.scale
}

// value turns a cell into a value.
func (t laneType) value(c int64) value.Value {
	switch {
	case c == null:
		return value.Value{}
	case t.kind == value.Numeric:
		return value.Decimal(c, t.scale)
	case t.kind == value.Text:
		return t.codec.Value(c)
	}
	return value.Of(t.kind, c)
}

// compare orders two cells; NULL comes first.
func (t laneType) compare(a, b int64) int {
	if t.kind == value.Text {
		return t.codec.Compare(a, b)
	}
	return cmpInt(a, b)
}

// codecType gives the lane of a codec; ok is false when there is none.
func codecType(c store.Codec) (laneType, bool) {
	class := c.Class()
	switch {
	case c.Direct():
		return laneType{kind: class.Kind()}, true
	case c.Interned() && class.IsText() && !class.BlankPadded():
		return laneType{kind: value.Text, codec: c}, true
	}
	if scale, ok := c.Scaled(); ok {
		return laneType{kind: value.Numeric, scale: scale}, true
	}
	return laneType{}, false
}

// laneFrame holds the cells of one run.
type laneFrame struct {
	slots []int64
	views []store.View
	s     *store.Session
	env   *Env
	outer *Frame // of the caller
	rows  int64

	reverses  []*reverse
	noReverse []bool
}

type lane func(f *laneFrame) int64

type laneCond func(f *laneFrame) bool

// laneSlot is a slot whose cells are known.
type laneSlot struct {
	at int // in laneFrame.slots; -1: not known
	t  laneType
}

// outerLane fills a lane slot from a slot of the caller's frame.
type outerLane struct {
	slot, at int
	t        laneType
	key      bool // only looked up: what is not found is NULL
}

// lanes compiles expressions to lanes for one plan.
type lanes struct {
	e     *Evaluator
	slots map[int]laneSlot // of the plan
	size  int
	outer []outerLane
	bound slotSet
	views []viewKey
	nodes int
	// captured has the lane slots of values that steps have read already.
	captured map[rowKey]int
	leaf     *leafMode // properties of one parameter are in slots
	reverses int
	probes   float64 // expected rows after the step that is compiled
}

// rowKey is a row of a property whose keys are lane slots.
type rowKey struct {
	prop *store.Property
	at   store.State
	n    int
	keys [3]int
}

type viewKey struct {
	prop *store.Property
	at   store.State
}

func (l *lanes) fail() (lane, laneType, bool) { return nil, laneType{}, false }

func (l *lanes) slot() int {
	l.size++
	return l.size - 1
}

func (l *lanes) view(p *store.Property, at store.State) int {
	k := viewKey{p, at}
	for i, v := range l.views {
		if v == k {
			return i
		}
	}
	l.views = append(l.views, k)
	return len(l.views) - 1
}

// laneScope maps slots of a property's body to lanes.
type laneScope struct {
	args []laneSlot
}

// expr compiles x; ok is false when it cannot be done.
func (l *lanes) expr(x bound.Expr, sc *laneScope, m Mode) (lane, laneType, bool) {
	if l.nodes++; l.nodes > 2000 {
		return l.fail()
	}
	if fn, t, ok := l.overCells(x, sc, m); ok {
		return fn, t, true
	}
	return l.bridgeExpr(x, sc, m)
}

func (l *lanes) overCells(x bound.Expr, sc *laneScope, m Mode) (lane, laneType, bool) {
	switch x := x.(type) {
	case *bound.Const:
		return l.constant(x.Value)
	case *bound.StaticRef:
		return l.constant(l.e.Static(x.Object))
	case *bound.Param:
		return l.param(x, sc)
	case *bound.Call:
		return l.call(x, sc, m)
	case *bound.Arith:
		return l.arith(x, sc, m)
	case *bound.Negate:
		return l.negate(x, sc, m)
	case *bound.Round:
		return l.round(x, sc, m)
	case *bound.If:
		return l.choice(x, sc, m)
	case *bound.Override:
		return l.override(x, sc, m)
	case *bound.Convert:
		return l.convert(x, sc, m)
	case *bound.Prev:
		if l.leaf != nil {
			return l.fail()
		}
		return l.expr(x.X, sc, Mode{At: store.Prev, Since: m.Since})
	case *bound.And, *bound.Or, *bound.Not, *bound.Compare, *bound.Is, *bound.Xor:
		c, ok := l.cond(x, sc, m)
		if !ok {
			return l.fail()
		}
		return func(f *laneFrame) int64 {
			if c(f) {
				return 1
			}
			return null
		}, laneType{kind: value.Boolean}, true
	}
	return l.fail()
}

func (l *lanes) constant(v value.Value) (lane, laneType, bool) {
	var t laneType
	switch k := v.Kind(); k {
	case value.Boolean, value.Integer, value.Long, value.Date, value.Time, value.DateTime, value.ZDateTime, value.Year, value.Color, value.Object:
		t.kind = k
	case value.Numeric:
		if _, big := v.Big(); big || v.Num() >= scaledLimit || v.Num() <= -scaledLimit {
			return l.fail()
		}
		t.kind, t.scale = k, v.Scale()
	default:
		return l.fail()
	}
	n := v.Num()
	return func(*laneFrame) int64 { return n }, t, true
}

func (l *lanes) param(x *bound.Param, sc *laneScope) (lane, laneType, bool) {
	s := laneSlot{at: -1}
	if sc != nil {
		if x.Slot < len(sc.args) {
			s = sc.args[x.Slot]
		}
	} else if known, ok := l.slots[x.Slot]; ok {
		s = known
	} else if l.bound.has(x.Slot) {
		s = l.outerSlot(x)
	}
	if s.at < 0 {
		return l.fail()
	}
	at := s.at
	return func(f *laneFrame) int64 { return f.slots[at] }, s.t, true
}

// outerSlot makes a lane of a slot of the caller's frame by its static class;
// a value of another kind makes the run give up.
func (l *lanes) outerSlot(x *bound.Param) laneSlot {
	k := x.Class.Kind()
	switch k {
	case value.Boolean, value.Integer, value.Long, value.Date, value.Time, value.DateTime, value.ZDateTime, value.Year, value.Color, value.Object:
	default:
		return laneSlot{at: -1}
	}
	s := laneSlot{at: l.slot(), t: laneType{kind: k}}
	l.slots[x.Slot] = s
	l.outer = append(l.outer, outerLane{slot: x.Slot, at: s.at, t: s.t})
	return s
}

// key compiles x as a key of a property: cells of its codec, NULL for what no
// row can have.
func (l *lanes) key(x bound.Expr, sc *laneScope, m Mode, c store.Codec) (lane, bool) {
	want, ok := codecType(c)
	if !ok {
		return nil, false
	}
	if p, isParam := x.(*bound.Param); isParam && sc == nil && l.bound.has(p.Slot) {
		at := l.keySlot(p.Slot, want, c)
		return func(f *laneFrame) int64 { return f.slots[at] }, true
	}
	if k, isConst := x.(*bound.Const); isConst && want.kind == value.Text && k.Value.Kind() == value.Text {
		v := k.Value
		return func(*laneFrame) int64 {
			n, ok := c.Find(v)
			if !ok {
				return null
			}
			return n
		}, true
	}
	fn, t, ok := l.expr(x, sc, m)
	if !ok || !t.alike(want) {
		return nil, false
	}
	return fn, true
}

// keySlot gives the lane slot for a slot of the caller's frame as a key.
func (l *lanes) keySlot(slot int, t laneType, c store.Codec) int {
	t.codec = c
	for _, o := range l.outer {
		if o.slot == slot && o.key && o.t == t {
			return o.at
		}
	}
	at := l.slot()
	l.outer = append(l.outer, outerLane{slot: slot, at: at, t: t, key: true})
	return at
}

func (l *lanes) call(x *bound.Call, sc *laneScope, m Mode) (lane, laneType, bool) {
	p := x.Prop
	switch p.Kind {
	case bound.Data, bound.Local:
		return l.read(x, sc, m)
	case bound.Abstract:
		return l.fail()
	}
	in := &laneScope{args: make([]laneSlot, max(len(p.Frame.Slots), len(x.Args)))}
	for i := range in.args {
		in.args[i].at = -1
	}
	type move struct {
		to int
		fn lane
	}
	var moves []move
	for i, a := range x.Args {
		fn, t, ok := l.expr(a, sc, m)
		if !ok {
			continue // may not be needed
		}
		if p, ok := a.(*bound.Param); ok {
			in.args[i] = l.place(p, sc, t)
			continue
		}
		at := l.slot()
		moves = append(moves, move{at, fn})
		in.args[i] = laneSlot{at: at, t: t}
	}
	body, t, ok := l.expr(p.Body, in, m)
	if !ok || len(moves) == 0 {
		return body, t, ok
	}
	return func(f *laneFrame) int64 {
		for i := range moves {
			f.slots[moves[i].to] = moves[i].fn(f)
		}
		return body(f)
	}, t, true
}

// place gives the slot that a parameter stands for.
func (l *lanes) place(p *bound.Param, sc *laneScope, t laneType) laneSlot {
	if sc != nil {
		return sc.args[p.Slot]
	}
	return l.slots[p.Slot]
}

func (l *lanes) read(x *bound.Call, sc *laneScope, m Mode) (lane, laneType, bool) {
	h := l.e.handle(x.Prop)
	t, ok := codecType(h.ValueCodec())
	if !ok {
		return l.fail()
	}
	if l.leaf != nil {
		at, ok := l.leafRead(x, h, sc, m)
		return func(f *laneFrame) int64 { return f.slots[at] }, t, ok
	}
	if at, ok := l.capturedRow(x, h, sc, m); ok {
		return func(f *laneFrame) int64 { return f.slots[at] }, t, true
	}
	keys := make([]lane, len(x.Args))
	for i, a := range x.Args {
		if keys[i], ok = l.key(a, sc, m, h.KeyCodec(i)); !ok {
			return l.fail()
		}
	}
	v := l.view(h, m.At)
	get := readLane(v, keys)
	if t.kind != value.Numeric {
		return get, t, true
	}
	return func(f *laneFrame) int64 {
		c := get(f)
		if c >= scaledLimit {
			panic(lanesGiveUp{})
		}
		return c
	}, t, true
}

// capturedRow gives the lane slot of a read that a step has done.
func (l *lanes) capturedRow(x *bound.Call, h *store.Property, sc *laneScope, m Mode) (int, bool) {
	k := rowKey{prop: h, at: m.At, n: len(x.Args)}
	if k.n > len(k.keys) {
		return 0, false
	}
	for i, a := range x.Args {
		p, ok := a.(*bound.Param)
		if !ok {
			return 0, false
		}
		s := laneSlot{at: -1}
		if sc == nil {
			if known, ok := l.slots[p.Slot]; ok {
				s = known
			}
		} else if p.Slot < len(sc.args) {
			s = sc.args[p.Slot]
		}
		if s.at < 0 {
			return 0, false
		}
		k.keys[i] = s.at
	}
	at, ok := l.captured[k]
	return at, ok
}

func readLane(v int, keys []lane) lane {
	switch len(keys) {
	case 0:
		return func(f *laneFrame) int64 { return f.views[v].At0() }
	case 1:
		k0 := keys[0]
		return func(f *laneFrame) int64 {
			k := k0(f)
			if k == null {
				return null
			}
			return f.views[v].At1(k)
		}
	case 2:
		k0, k1 := keys[0], keys[1]
		return func(f *laneFrame) int64 {
			a, b := k0(f), k1(f)
			if a == null || b == null {
				return null
			}
			return f.views[v].At2(a, b)
		}
	}
	return func(f *laneFrame) int64 {
		var space [8]int64
		cells := space[:0]
		for _, k := range keys {
			c := k(f)
			if c == null {
				return null
			}
			cells = append(cells, c)
		}
		return f.views[v].At(cells)
	}
}

// wholeResult is the lane type of + - * over whole numbers.
func wholeResult(a, b laneType) laneType {
	if a.kind == value.Long || b.kind == value.Long {
		return laneType{kind: value.Long}
	}
	return laneType{kind: value.Integer}
}

func checked(n int64, t laneType) int64 {
	if t.kind == value.Integer && n != int64(int32(n)) || n >= scaledLimit || n <= -scaledLimit {
		panic(lanesGiveUp{})
	}
	return n
}

func (l *lanes) arith(x *bound.Arith, sc *laneScope, m Mode) (lane, laneType, bool) {
	a, at, ok1 := l.expr(x.L, sc, m)
	b, bt, ok2 := l.expr(x.R, sc, m)
	if !ok1 || !ok2 || !at.number() || !bt.number() {
		return l.fail()
	}
	t := wholeResult(at, bt)
	exact := at.kind == value.Numeric || bt.kind == value.Numeric
	switch x.Op {
	case bound.Div:
		if exact {
			return l.fail()
		}
		return func(f *laneFrame) int64 {
			p, q := a(f), b(f)
			if p == null || q == null || q == 0 {
				return null
			}
			return checked(p/q, t)
		}, t, true
	case bound.Mul:
		if exact {
			t = laneType{kind: value.Numeric, scale: at.scale + bt.scale}
			if t.scale > value.MaxScale {
				return l.fail()
			}
		}
		return func(f *laneFrame) int64 {
			p, q := a(f), b(f)
			if p == null || q == null {
				return null
			}
			return checked(mulCells(p, q), t)
		}, t, true
	}
	if exact {
		t = laneType{kind: value.Numeric, scale: max(at.scale, bt.scale)}
		a, b = rescaled(a, t.scale-at.scale), rescaled(b, t.scale-bt.scale)
	}
	return sumLane(x.Op, a, b, t), t, true
}

func sumLane(op bound.ArithOp, a, b lane, t laneType) lane {
	switch op {
	case bound.Add:
		return func(f *laneFrame) int64 {
			p, q := a(f), b(f)
			if p == null || q == null {
				return null
			}
			return checked(p+q, t)
		}
	case bound.Sub:
		return func(f *laneFrame) int64 {
			p, q := a(f), b(f)
			if p == null || q == null {
				return null
			}
			return checked(p-q, t)
		}
	}
	minus := op == bound.SumMinus
	return func(f *laneFrame) int64 {
		p, q := a(f), b(f)
		if p == null {
			p = 0
		}
		if q == null {
			q = 0
		}
		if minus {
			q = -q
		}
		if p += q; p == 0 {
			return null
		}
		return checked(p, t)
	}
}

func mulCells(p, q int64) int64 {
	if p == int64(int32(p)) && q == int64(int32(q)) {
		return p * q
	}
	neg := (p < 0) != (q < 0)
	hi, lo := bits.Mul64(abs64(p), abs64(q))
	if hi != 0 || lo >= scaledLimit {
		panic(lanesGiveUp{})
	}
	if neg {
		return -int64(lo)
	}
	return int64(lo)
}

func abs64(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

// rescaled multiplies by a power of ten.
func rescaled(a lane, digits int) lane {
	if digits <= 0 {
		return a
	}
	if digits > 18 {
		return func(f *laneFrame) int64 {
			if c := a(f); c == null || c == 0 {
				return c
			}
			panic(lanesGiveUp{})
		}
	}
	by := int64(math.Pow10(digits))
	return func(f *laneFrame) int64 {
		c := a(f)
		if c == null {
			return c
		}
		return mulCells(c, by)
	}
}

func (l *lanes) negate(x *bound.Negate, sc *laneScope, m Mode) (lane, laneType, bool) {
	a, t, ok := l.expr(x.X, sc, m)
	if !ok || !t.number() {
		return l.fail()
	}
	return func(f *laneFrame) int64 {
		c := a(f)
		if c == null {
			return c
		}
		return checked(-c, t)
	}, t, true
}

// roundLane is ROUND with a literal number of digits of a NUMERIC that has
// more: the digits that stay and the power of ten to divide by.
func roundLane(x *bound.Round, t laneType) (digits int, by int64, ok bool) {
	c, isConst := x.Digits.(*bound.Const)
	if !isConst || t.kind != value.Numeric || c.Value.Kind() != value.Integer {
		return 0, 0, false
	}
	digits = int(c.Value.Num())
	cut := t.scale - digits
	if digits < 0 || cut <= 0 || cut > 18 {
		return 0, 0, false
	}
	sample, err := value.Round(value.Decimal(1, t.scale), digits)
	return digits, int64(math.Pow10(cut)), err == nil && sample.Scale() == digits
}

func (l *lanes) round(x *bound.Round, sc *laneScope, m Mode) (lane, laneType, bool) {
	a, t, ok := l.expr(x.X, sc, m)
	digits, by, ok2 := roundLane(x, t)
	if !ok || !ok2 {
		return l.fail()
	}
	half := by / 2
	return func(f *laneFrame) int64 {
		n := a(f)
		switch {
		case n == null:
			return n
		case n < 0:
			return (n - half) / by
		}
		return (n + half) / by
	}, laneType{kind: value.Numeric, scale: digits}, true
}

func (l *lanes) choice(x *bound.If, sc *laneScope, m Mode) (lane, laneType, bool) {
	c, ok := l.cond(x.Cond, sc, m)
	a, t, ok2 := l.expr(x.Then, sc, m)
	if !ok || !ok2 {
		return l.fail()
	}
	if x.Else == nil || isNull(x.Else) {
		return func(f *laneFrame) int64 {
			if c(f) {
				return a(f)
			}
			return null
		}, t, true
	}
	b, bt, ok := l.expr(x.Else, sc, m)
	if !ok || bt.kind != t.kind || bt.scale != t.scale {
		return l.fail()
	}
	return func(f *laneFrame) int64 {
		if c(f) {
			return a(f)
		}
		return b(f)
	}, t, true
}

func (l *lanes) override(x *bound.Override, sc *laneScope, m Mode) (lane, laneType, bool) {
	var items []lane
	var t laneType
	for i, item := range x.Items {
		fn, it, ok := l.expr(item, sc, m)
		if !ok || i > 0 && (it.kind != t.kind || it.scale != t.scale) {
			return l.fail()
		}
		t = it
		items = append(items, fn)
	}
	return func(f *laneFrame) int64 {
		for _, fn := range items {
			if c := fn(f); c != null {
				return c
			}
		}
		return null
	}, t, true
}

func (l *lanes) convert(x *bound.Convert, sc *laneScope, m Mode) (lane, laneType, bool) {
	a, t, ok := l.expr(x.X, sc, m)
	if !ok {
		return l.fail()
	}
	class := x.Class
	switch {
	case !class.IsNumber() || t.kind == class.Kind() && class.Kind() != value.Numeric:
		return a, t, true
	case class.Kind() == value.Long && t.kind == value.Integer:
		return a, laneType{kind: value.Long}, true
	case class.Kind() == value.Numeric && t.number():
		if class.Prec == value.Unlimited || t.kind == value.Numeric && t.scale >= int(class.Scale) {
			return a, t, true
		}
		return rescaled(a, int(class.Scale)-t.scale), laneType{kind: value.Numeric, scale: int(class.Scale)}, true
	}
	return l.fail()
}
