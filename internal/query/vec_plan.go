package query

import (
	"slices"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// vecPlan is a plan over batches: one scan and conditions.
type vecPlan struct {
	v       *vecs
	scan    *relation // or
	objects *extent
	filters []vecMask
}

// vecPlan compiles a sequence that is a scan of one key with conditions; nil
// when it is something else. Conditions among skip are left to the caller.
func (p *Plan) vecPlan(seq *sequence, skip ...bound.Expr) *vecPlan {
	if seq.alts != nil || seq.distinct || len(seq.steps) == 0 || seq.steps[0].src == nil {
		return nil
	}
	v := &vecs{e: p.e, vals: map[int]typedVec{}, reads: map[viewKey]typedVec{}}
	out := &vecPlan{v: v}
	if !out.first(p, seq.steps[0]) {
		return nil
	}
	for _, st := range seq.steps[1:] {
		if st.distinct {
			continue
		}
		if st.filter != nil && st.filter.sc == nil && slices.Contains(skip, st.filter.x) {
			continue
		}
		mask, ok := out.step(st)
		if !ok {
			return nil
		}
		if mask != nil {
			out.filters = append(out.filters, mask)
		}
	}
	return out
}

// first takes the scan.
func (vp *vecPlan) first(p *Plan, st *orderedStep) bool {
	switch src := st.src.(type) {
	case *relation:
		if len(src.keys) != 1 || p.bound.has(src.keys[0]) || src.val >= 0 && (p.bound.has(src.val) || src.val == src.keys[0]) {
			return false
		}
		t, ok := codecType(src.prop.KeyCodec(0))
		if !ok || t.kind == value.Text {
			return false
		}
		vp.scan, vp.v.slot, vp.v.key = src, src.keys[0], t
		if src.val >= 0 {
			return vp.bind(src)
		}
		return true
	case *extent:
		vp.objects, vp.v.slot, vp.v.key = src, src.slot, laneType{kind: value.Object}
		return true
	}
	return false
}

// bind makes the value of a relation over the scanned key a column.
func (vp *vecPlan) bind(src *relation) bool {
	call := &bound.Call{Prop: src.decl, Args: []bound.Expr{&bound.Param{Slot: vp.v.slot}}}
	c, ok := vp.v.read(call, nil, Mode{At: src.at})
	vp.v.vals[src.val] = c
	return ok
}

func (vp *vecPlan) step(st *orderedStep) (vecMask, bool) {
	v := vp.v
	if f := st.filter; f != nil {
		if f.sc != nil || f.x == nil {
			return nil, false
		}
		if len(f.sources) == 1 && f.exact {
			if ext, ok := f.sources[0].(*extent); ok {
				return vp.class(ext)
			}
		}
		return v.cond(f.x, nil, f.m)
	}
	switch src := st.src.(type) {
	case *extent:
		return vp.class(src)
	case *relation:
		if len(src.keys) != 1 || src.keys[0] != v.slot || src.val >= 0 && st.before.has(src.val) {
			return nil, false
		}
		if src.val >= 0 && !vp.bind(src) {
			return nil, false
		}
		call := &bound.Call{Prop: src.decl, Args: []bound.Expr{&bound.Param{Slot: v.slot}}}
		return v.cond(call, nil, Mode{At: src.at})
	case *computed:
		if st.before.has(src.out) || src.sc != nil || src.x == nil {
			return nil, false
		}
		c, ok := v.expr(src.x, nil, src.m)
		if !ok {
			return nil, false
		}
		c.fn = v.memo(c.fn)
		v.vals[src.out] = c
		return v.newMask(func(f *vecFrame, out []bool) {
			for i, c := range c.fn(f) {
				out[i] = c != null
			}
		}), true
	}
	return nil, false
}

func (vp *vecPlan) class(a *extent) (vecMask, bool) {
	if a.slot != vp.v.slot || vp.v.key.kind != value.Object {
		return nil, false
	}
	return vp.v.newMask(func(f *vecFrame, out []bool) {
		for i, c := range f.keys[:f.n] {
			out[i] = f.s.Is(a.at, c, a.class)
		}
	}), true
}

// run calls each for every batch that has rows left; ok is false when columns
// cannot do it. It gives the number of rows that were looked at.
func (vp *vecPlan) run(env *Env, at diag.Span, each func(f *vecFrame)) (rows int64, ok bool) {
	v := vp.v
	f := &vecFrame{s: env.Session, env: env, tmp: make([][]int64, v.tmps), masks: make([][]bool, v.masks), seen: make([]int, v.memos), views: make([]store.View, len(v.views))}
	for i := range f.tmp {
		f.tmp[i] = make([]int64, batchRows)
	}
	for i := range f.masks {
		f.masks[i] = make([]bool, batchRows)
	}
	for i, k := range v.views {
		f.views[i] = f.s.View(k.at, k.prop)
	}
	depth := env.depth
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(lanesGiveUp); !is {
				panic(r)
			}
			env.depth, ok = depth, false
		}
	}()
	batch := func(keys []int64) {
		rows += int64(len(keys))
		env.work(len(keys), at)
		f.keys, f.n = keys, len(keys)
		f.epoch++
		for _, c := range vp.filters {
			f.keep(c(f))
			if f.n == 0 {
				return
			}
		}
		each(f)
	}
	if vp.scan != nil {
		view := f.s.View(vp.scan.at, vp.scan.prop)
		view.Batches(func(keys [][]int64, _ []int64) bool {
			batch(keys[0])
			return true
		})
		return rows, true
	}
	ids := make([]int64, 0, batchRows)
	f.s.Objects(vp.objects.at, vp.objects.class, func(id int64) bool {
		if ids = append(ids, id); len(ids) == batchRows {
			batch(ids)
			ids = ids[:0]
		}
		return true
	})
	if len(ids) > 0 {
		batch(ids)
	}
	return rows, true
}

// keep drops the rows for which the mask is false.
func (f *vecFrame) keep(mask []bool) {
	n := 0
	for i, holds := range mask {
		f.keys[n] = f.keys[i]
		if holds {
			n++
		}
	}
	if n < f.n {
		f.n = n
		f.epoch++
	}
}
