package query

import (
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// Bridges let lanes and vectors evaluate by values what has no form over cells:
// functions, texts, formulas. The slots that the expression reads are turned
// into values, and the result, if it has to be a cell, back.

// bridged tells the lane of values of a class; ok is false when values of the
// class need not fit into cells of one lane.
func bridged(c value.Class) (t laneType, ok bool) {
	switch k := c.Kind(); k {
	case value.Boolean, value.Integer, value.Long, value.Date, value.Time, value.DateTime, value.ZDateTime, value.Year, value.Color, value.Object:
		return laneType{kind: k}, true
	case value.Numeric:
		return laneType{kind: k, scale: int(c.Scale)}, c.Prec != value.Unlimited
	}
	return laneType{}, false
}

// bridgeCell is v as a cell of that lane.
func (t laneType) bridgeCell(v value.Value) int64 {
	if v.IsNull() {
		return null
	}
	if v.Kind() != t.kind {
		panic(lanesGiveUp{})
	}
	if t.kind == value.Numeric {
		if _, big := v.Big(); big || v.Scale() != t.scale || v.Num() >= scaledLimit || v.Num() <= -scaledLimit {
			panic(lanesGiveUp{})
		}
	}
	return v.Num()
}

// bridgeable leaves out what reads more than slots.
func bridgeable(x bound.Expr) bool {
	ok := true
	Walk(x, func(x bound.Expr) bool {
		if _, json := x.(*bound.JSONOf); json {
			ok = false
		}
		return ok
	})
	return ok
}

// bridge evaluates x by values.
func (l *lanes) bridge(x bound.Expr, sc *laneScope, m Mode) (func(f *laneFrame) value.Value, bool) {
	if l.leaf != nil || !bridgeable(x) {
		return nil, false
	}
	type move struct {
		to, at int
		t      laneType
		outer  bool
	}
	var moves []move
	size := frameSize(x)
	for _, s := range freeSlots(x) {
		size = max(size, s+1)
		arg := laneSlot{at: -1}
		if sc == nil {
			if known, ok := l.slots[s]; ok {
				arg = known
			}
		} else if s < len(sc.args) {
			arg = sc.args[s]
		}
		switch {
		case arg.at >= 0:
			moves = append(moves, move{to: s, at: arg.at, t: arg.t})
		case sc == nil && l.bound.has(s):
			moves = append(moves, move{to: s, outer: true})
		default:
			return nil, false
		}
	}
	fn := l.e.Scalar(x, m)
	return func(f *laneFrame) value.Value {
		in := f.env.enter(size)
		for i := range moves {
			if mv := &moves[i]; !mv.outer {
				in.Slots[mv.to] = mv.t.value(f.slots[mv.at])
			} else if mv.to < len(f.outer.Slots) {
				in.Slots[mv.to] = f.outer.Slots[mv.to]
			}
		}
		v := fn(in)
		f.env.leave()
		return v
	}, true
}

func (l *lanes) bridgeExpr(x bound.Expr, sc *laneScope, m Mode) (lane, laneType, bool) {
	t, ok := bridged(x.ValueClass())
	if !ok {
		return l.fail()
	}
	fn, ok := l.bridge(x, sc, m)
	return func(f *laneFrame) int64 { return t.bridgeCell(fn(f)) }, t, ok
}

func (l *lanes) bridgeCond(x bound.Expr, sc *laneScope, m Mode) (laneCond, bool) {
	fn, ok := l.bridge(x, sc, m)
	return func(f *laneFrame) bool { return !fn(f).IsNull() }, ok
}

// bridge evaluates x by values for every row of a batch.
func (v *vecs) bridge(x bound.Expr, sc *vecScope, m Mode) (func(f *vecFrame, row func(i int, v value.Value)), bool) {
	if !bridgeable(x) {
		return nil, false
	}
	type column struct {
		to int
		c  typedVec
	}
	var columns []column
	size := frameSize(x)
	for _, s := range freeSlots(x) {
		size = max(size, s+1)
		c, ok := v.param(&bound.Param{Slot: s}, sc)
		if !ok {
			return nil, false
		}
		columns = append(columns, column{s, c})
	}
	fn := v.e.Scalar(x, m)
	return func(f *vecFrame, row func(i int, v value.Value)) {
		// Columns are computed for rows that would not have needed them: whether
		// an error counts is found out row by row.
		defer func() {
			if r := recover(); r != nil {
				if _, thrown := r.(*Thrown); thrown {
					r = lanesGiveUp{}
				}
				panic(r)
			}
		}()
		cells := make([][]int64, len(columns))
		for i, c := range columns {
			cells[i] = c.c.fn(f)
		}
		for i := range f.n {
			in := f.env.enter(size)
			for j, c := range columns {
				in.Slots[c.to] = c.c.t.value(cells[j][i])
			}
			row(i, fn(in))
			f.env.leave()
		}
	}, true
}

func (v *vecs) bridgeExpr(x bound.Expr, sc *vecScope, m Mode) (typedVec, bool) {
	t, ok := bridged(x.ValueClass())
	if !ok {
		return noVec, false
	}
	each, ok := v.bridge(x, sc, m)
	return v.column(t, func(f *vecFrame, out []int64) {
		each(f, func(i int, v value.Value) { out[i] = t.bridgeCell(v) })
	}), ok
}

func (v *vecs) bridgeCond(x bound.Expr, sc *vecScope, m Mode) (vecMask, bool) {
	each, ok := v.bridge(x, sc, m)
	return v.newMask(func(f *vecFrame, out []bool) {
		each(f, func(i int, v value.Value) { out[i] = !v.IsNull() })
	}), ok
}
