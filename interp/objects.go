package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// newObject makes an object in the current session.
func (t *thread) newObject(of *bound.Class) value.Value {
	return value.ObjectOf(t.sess.st.NewObject(int32(of.Number)))
}

// changedObjects computes the calculated events that a change of objects sets off.
func (t *thread) changedObjects() {
	if t.inst.hasCalculated() {
		t.sess.dirty = true
		t.sess.settle(t)
	}
}

// withObject makes an object before each run of body.
func (c *compiler) withObject(o *bound.NewObject, body act) act {
	slot, of, span := o.Slot, o.Of, o.Span
	return func(t *thread, fr *query.Frame) signal {
		if of.Abstract {
			fail(span, CodeUnsupported, "an object of the abstract class '%s' cannot be made", of.Ident)
		}
		v := t.newObject(of)
		if slot >= 0 {
			fr.Slots[slot] = v
		}
		t.changedObjects()
		return body(t, fr)
	}
}

// newWhere makes an object for each row of a condition.
func (c *compiler) newWhere(x *bound.NewWhere) act {
	var to *target
	if x.To != nil {
		to = c.target(*x.To)
	}
	span, of := x.Span, x.Of
	one := func(t *thread, fr *query.Frame) {
		t.tick(span)
		v := t.newObject(of)
		if to != nil {
			to.set(t, fr, nil, v)
		}
	}
	if len(x.New) == 0 {
		cond := func(*query.Frame) bool { return true }
		if x.Where != nil {
			cond = c.cond(x.Where)
		}
		return func(t *thread, fr *query.Frame) signal {
			if cond(fr) {
				one(t, fr)
				t.changedObjects()
			}
			return done
		}
	}
	rows := c.rows(span, rowQuery{cond: x.Where, new: x.New})
	return func(t *thread, fr *query.Frame) signal {
		set := rows.get(fr)
		for i := range set.Len() {
			set.Bind(i, fr)
			one(t, fr)
		}
		t.changedObjects()
		return done
	}
}

// eachObject compiles an operator on an object, or on all objects of a set.
func (c *compiler) eachObject(x bound.Expr, isNew []int, where bound.Expr, step *bound.Step, do func(t *thread, id int64)) act {
	obj := c.scalar(x)
	if len(isNew) == 0 {
		return c.conditional(where, func(t *thread, fr *query.Frame) signal {
			if v := obj(fr); v.Kind() == value.Object {
				do(t, v.Num())
				t.changedObjects()
			}
			return done
		})
	}
	if where == nil {
		where = c.extent(x, isNew)
	}
	rows := c.rows(step.Span, rowQuery{cond: where, new: isNew})
	return func(t *thread, fr *query.Frame) signal {
		set := rows.get(fr)
		ids := make([]int64, 0, set.Len())
		for i := range set.Len() {
			set.Bind(i, fr)
			if v := obj(fr); v.Kind() == value.Object {
				ids = append(ids, v.Num())
			}
		}
		for _, id := range ids {
			do(t, id)
		}
		t.changedObjects()
		return done
	}
}

// extent is the condition that the new parameters are objects of their classes.
func (c *compiler) extent(x bound.Expr, isNew []int) bound.Expr {
	return c.classConditions(&bound.Assign{Step: bound.Step{Span: x.Place()}, New: isNew}, bound.Node{Class: value.ClassBoolean, Span: x.Place()})
}

func (c *compiler) remove(x *bound.Delete) act {
	return c.eachObject(x.X, x.New, x.Where, &x.Step, func(t *thread, id int64) { t.sess.st.Delete(id) })
}

func (c *compiler) changeClass(x *bound.ChangeClass) act {
	number := int32(x.Of.Number)
	return c.eachObject(x.X, x.New, x.Where, &x.Step, func(t *thread, id int64) {
		t.dropValues(id, number)
		t.sess.st.ChangeClass(id, number)
	})
}

// dropValues takes back what the session wrote to properties that an object
// loses with its class; applied values come back with the class.
func (t *thread) dropValues(id int64, class int32) {
	s := t.sess.st
	object := value.ObjectOf(id)
	for _, p := range s.TouchedProperties(store.Prev) {
		for i, k := range p.Spec().Keys {
			if !k.IsObject() || t.inst.store.Inherits(class, k.User) {
				continue
			}
			var rows [][]value.Value
			s.Changes(p, store.Prev, func(keys []value.Value, _, _ value.Value) bool {
				if value.Equal(keys[i], object) {
					rows = append(rows, append([]value.Value(nil), keys...))
				}
				return true
			})
			for _, keys := range rows {
				_ = s.Set(p, keys, s.Get(store.Prev, p, keys...))
			}
		}
	}
}
