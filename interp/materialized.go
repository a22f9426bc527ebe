package interp

import (
	"context"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// materialized is a calculated property with MATERIALIZED and the stored
// property that keeps its values for SQL: the interpreter itself never reads
// them, it computes.
type materialized struct {
	prop   *bound.Property
	stored *store.Property
	rows   *rowPlan // nil without parameters
	value  func(t *thread, args []value.Value) value.Value
}

// Materialized gives the calculated properties that have a column in the
// database behind the store, each with the stored property of that column.
func (i *Instance) Materialized() map[*bound.Property]*store.Property {
	out := map[*bound.Property]*store.Property{}
	for _, m := range i.materializedList() {
		out[m.prop] = m.stored
	}
	return out
}

func (i *Instance) materializedList() []*materialized {
	i.shadowMu.Lock()
	defer i.shadowMu.Unlock()
	var out []*materialized
	for _, p := range i.prog.Properties {
		if !p.Materialized || p.Kind != bound.Calculated || p.Ident == "" || !p.Class.Known() {
			continue
		}
		m, ok := i.shadows[p]
		if !ok {
			m = i.materialize(p)
			i.shadows[p] = m
		}
		if m != nil {
			out = append(out, m)
		}
	}
	return out
}

// materialize prepares one property; nil when its rows cannot be enumerated.
func (i *Instance) materialize(p *bound.Property) *materialized {
	frame := &bound.Frame{Slots: make([]bound.Slot, len(p.Params))}
	call := &bound.Call{Node: bound.Node{Class: p.Class, Span: p.Span}, Prop: p}
	var slots []int
	for n, c := range p.Params {
		frame.Slots[n].Class = c
		call.Args = append(call.Args, &bound.Param{Node: bound.Node{Class: c, Span: p.Span}, Slot: n})
		slots = append(slots, n)
	}
	c := &compiler{inst: i, frame: frame, mode: nowMode}
	m := &materialized{prop: p}
	if len(slots) > 0 {
		m.rows = c.rows(p.Span, rowQuery{cond: call, new: slots})
		if m.rows.once.Do(m.rows.prepare); m.rows.err != nil {
			return nil
		}
	}
	val := c.scalar(call)
	m.value = func(t *thread, args []value.Value) value.Value {
		fr := t.ownFrame(len(args))
		copy(fr.Slots, args)
		return val(fr)
	}
	m.stored = i.store.AddProperty(store.Spec{Name: p.Namespace + "." + p.Ident, Keys: p.Params, Value: p.Class, Scope: store.Stored})
	return m
}

// RefreshMaterialized brings the stored values of materialized properties up to
// date with what is committed.
func (i *Instance) RefreshMaterialized(ctx context.Context) error {
	list := i.materializedList()
	if len(list) == 0 {
		return nil
	}
	s := i.NewSession()
	defer s.Close()
	t := i.newThread(ctx, s)
	failed := t.guard(func() {
		for _, m := range list {
			m.refresh(t)
		}
		t.commit(s, list[0].prop.Span)
	})
	if failed != nil {
		return failed
	}
	return nil
}

func (m *materialized) refresh(t *thread) {
	x := t.sess.st
	put := func(keys []value.Value, v value.Value) {
		if a, err := value.Assign(v, m.prop.Class); err == nil {
			v = a
		}
		if old := x.Get(store.Now, m.stored, keys...); value.Equal(old, v) {
			return
		}
		if err := x.Set(m.stored, keys, v); err != nil {
			raise(m.prop.Span, err)
		}
	}
	if m.rows == nil {
		put(nil, m.value(t, nil))
		return
	}
	var gone [][]value.Value
	seen := map[string]bool{}
	set := m.rows.get(t.ownFrame(len(m.prop.Params)))
	for n := range set.Len() {
		t.tick(m.prop.Span)
		keys := append([]value.Value(nil), set.Row(n)...)
		seen[keyText(keys)] = true
		put(keys, m.value(t, keys))
	}
	x.Scan(store.Now, m.stored, func(keys []value.Value, _ value.Value) bool {
		if !seen[keyText(keys)] {
			gone = append(gone, append([]value.Value(nil), keys...))
		}
		return true
	})
	for _, keys := range gone {
		put(keys, value.Value{})
	}
}
