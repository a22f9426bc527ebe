package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// cell is a stored or local property that writes go to.
type cell struct {
	inst    *Instance
	prop    *bound.Property
	handle  *store.Property
	class   value.Class
	keys    []value.Class
	span    diag.Span
	follows bool // a calculated event reads or writes it
	plain   bool // values of the class are written as they are
}

func (c *compiler) cell(p *bound.Property, span diag.Span) *cell {
	return &cell{inst: c.inst, prop: p, handle: c.inst.handle(p), class: p.Class, keys: p.Params, span: span, follows: c.inst.followed(p), plain: plainClass(p.Class)}
}

// put writes one value; a NULL key writes nothing.
func (w *cell) put(t *thread, keys []value.Value, v value.Value) {
	if !v.IsNull() && w.class.Known() {
		a, err := value.Assign(v, w.class)
		if err != nil {
			query.Throw(w.span, err)
		}
		v = a
	}
	if err := t.sess.st.Set(w.handle, keys, v); err != nil {
		query.Throw(w.span, err)
	}
	if w.follows {
		t.sess.wrote(w.prop, keys)
	}
}

// plainClass is true of the classes whose values need no work when written.
func plainClass(c value.Class) bool {
	switch c.Kind() {
	case value.Boolean, value.TBoolean, value.Integer, value.Long, value.Date, value.Object:
		return true
	}
	return false
}

// put0 is put of a property without parameters.
func (w *cell) put0(t *thread, v value.Value) {
	if w.follows || !w.plain || v.Kind() != w.class.Kind() {
		w.put(t, nil, v)
		return
	}
	if err := t.sess.st.Set0(w.handle, v); err != nil {
		query.Throw(w.span, err)
	}
}

// key brings v to the class of key i; ok is false when nothing can be there.
func (w *cell) key(i int, v value.Value) (value.Value, bool) {
	if v.IsNull() {
		return v, false
	}
	if i < len(w.keys) && w.keys[i].Known() {
		c := w.keys[i]
		if k := c.Kind(); k != value.Object {
			if v.Kind() != k || k == value.Text || k == value.Numeric {
				assigned, err := value.Assign(v, c)
				if err != nil {
					query.Throw(w.span, err)
				}
				v = assigned
			}
		} else if v.Kind() != value.Object {
			return v, false
		}
	}
	return v, !v.IsNull()
}

// keysOf brings a whole tuple to the classes of the keys, in place.
func (w *cell) keysOf(keys []value.Value) bool {
	for i, k := range keys {
		v, ok := w.key(i, k)
		if !ok {
			return false
		}
		keys[i] = v
	}
	return true
}

// pending collects writes so that all are computed before any is done.
type pending struct {
	cells []*cell
	keys  []value.Value
	ends  []int // end of the keys of write i
	vals  []value.Value
}

func (p *pending) add(w *cell, keys []value.Value, v value.Value) {
	p.cells = append(p.cells, w)
	p.keys = append(p.keys, keys...)
	p.ends = append(p.ends, len(p.keys))
	p.vals = append(p.vals, v)
}

func (p *pending) flush(t *thread) {
	from := 0
	for i, w := range p.cells {
		w.put(t, p.keys[from:p.ends[i]], p.vals[i])
		from = p.ends[i]
	}
}

// assign compiles p(args) <- value WHERE cond.
func (c *compiler) assign(x *bound.Assign) act {
	if len(x.New) > 0 {
		return c.after(x.Prop, c.assignSet(x))
	}
	direct := x.Prop.Kind == bound.Data || x.Prop.Kind == bound.Local
	if !direct {
		return c.assignRouted(x)
	}
	w := c.cell(x.Prop, x.Span)
	val := c.scalar(x.Value)
	var a act
	switch len(x.Args) {
	case 0:
		a = func(t *thread, fr *query.Frame) signal {
			w.put0(t, val(fr))
			return done
		}
	case 1:
		k0 := c.scalar(x.Args[0])
		a = func(t *thread, fr *query.Frame) signal {
			k, ok := w.key(0, k0(fr))
			v := val(fr)
			if ok {
				inner := t.enter(1)
				inner.Slots[0] = k
				w.put(t, inner.Slots, v)
				t.leave()
			}
			return done
		}
	default:
		args := c.scalars(x.Args)
		a = func(t *thread, fr *query.Frame) signal {
			inner := t.enter(len(args))
			for i, k := range args {
				inner.Slots[i] = k(fr)
			}
			v := val(fr)
			if w.keysOf(inner.Slots) {
				w.put(t, inner.Slots, v)
			}
			t.leave()
			return done
		}
	}
	return c.after(x.Prop, c.conditional(x.Where, a))
}

func (c *compiler) conditional(where bound.Expr, a act) act {
	if where == nil {
		return a
	}
	cond := c.cond(where)
	return func(t *thread, fr *query.Frame) signal {
		if !cond(fr) {
			return done
		}
		return a(t, fr)
	}
}

// after computes the calculated events that a write to p can set off.
func (c *compiler) after(p *bound.Property, a act) act {
	if !c.inst.hasCalculated() {
		return a
	}
	return func(t *thread, fr *query.Frame) signal {
		s := a(t, fr)
		t.sess.settle(t)
		return s
	}
}

func (c *compiler) assignRouted(x *bound.Assign) act {
	route := c.inst.route(x.Prop, x.Span)
	args := c.scalars(x.Args)
	val := c.scalar(x.Value)
	size := max(len(x.Prop.Frame.Slots), len(args))
	if route == nil {
		return doNothing
	}
	return c.after(x.Prop, c.conditional(x.Where, func(t *thread, fr *query.Frame) signal {
		var p pending
		inner := t.enter(size)
		for i, a := range args {
			inner.Slots[i] = a(fr)
		}
		route(t, inner, val(fr), &p)
		t.leave()
		p.flush(t)
		return done
	}))
}

// assignSet writes for all values of the new parameters. Without WHERE these
// are the rows where the value or the property itself is not NULL, so that what
// the source lacks becomes NULL.
func (c *compiler) assignSet(x *bound.Assign) act {
	where := x.Where
	if where == nil {
		where = c.defaultWhere(x)
	} else if stored := x.Prop.Kind == bound.Data || x.Prop.Kind == bound.Local; stored && constNull(x.Value) {
		// Only rows that have a value can lose it.
		node := bound.Node{Class: value.ClassBoolean, Span: x.Span}
		where = &bound.And{Node: node, Items: []bound.Expr{where, c.defaultWhere(x)}}
	}
	rows := c.rows(x.Span, rowQuery{cond: where, new: x.New})
	args, val := c.scalars(x.Args), c.scalar(x.Value)
	span := x.Span
	if x.Prop.Kind != bound.Data && x.Prop.Kind != bound.Local {
		route := c.inst.route(x.Prop, x.Span)
		if route == nil {
			return doNothing
		}
		size := max(len(x.Prop.Frame.Slots), len(args))
		return func(t *thread, fr *query.Frame) signal {
			var p pending
			set := rows.get(fr)
			for i := range set.Len() {
				t.tick(span)
				set.Bind(i, fr)
				inner := t.enter(size)
				for j, a := range args {
					inner.Slots[j] = a(fr)
				}
				route(t, inner, val(fr), &p)
				t.leave()
			}
			p.flush(t)
			return done
		}
	}
	w := c.cell(x.Prop, x.Span)
	width := len(args)
	return func(t *thread, fr *query.Frame) signal {
		set := rows.get(fr)
		n := set.Len()
		keys := make([]value.Value, 0, n*width)
		vals := make([]value.Value, 0, n)
		for i := range n {
			t.tick(span)
			set.Bind(i, fr)
			at := len(keys)
			for _, a := range args {
				keys = append(keys, a(fr))
			}
			v := val(fr)
			if !w.keysOf(keys[at:]) {
				keys = keys[:at]
				continue
			}
			vals = append(vals, v)
		}
		for i, v := range vals {
			w.put(t, keys[i*width:(i+1)*width], v)
		}
		return done
	}
}

// defaultWhere is the condition of a write without WHERE.
func (c *compiler) defaultWhere(x *bound.Assign) bound.Expr {
	node := bound.Node{Class: value.ClassBoolean, Span: x.Span}
	self := &bound.Call{Node: bound.Node{Class: x.Prop.Class, Span: x.Span}, Prop: x.Prop, Args: x.Args}
	if k, ok := x.Value.(*bound.Const); ok {
		if k.Value.IsNull() {
			return self
		}
		return c.classConditions(x, node)
	}
	return &bound.Or{Node: node, Items: []bound.Expr{x.Value, self}}
}

func constNull(x bound.Expr) bool {
	k, ok := x.(*bound.Const)
	return ok && k.Value.IsNull()
}

// classConditions says that every new parameter is an object of its class: a
// constant is written for all of them.
func (c *compiler) classConditions(x *bound.Assign, node bound.Node) bound.Expr {
	var items []bound.Expr
	for _, slot := range x.New {
		var class value.Class
		if slot < len(c.frame.Slots) {
			class = c.frame.Slots[slot].Class
		}
		p := &bound.Param{Node: bound.Node{Class: class, Span: x.Span}, Slot: slot}
		is := &bound.Is{Node: node, X: p, Builtin: class}
		if class.IsObject() {
			is.Of, is.Builtin = c.inst.class(int(class.User)), value.Class{}
		}
		items = append(items, is)
	}
	return &bound.And{Node: node, Items: items}
}

// targets are the TO properties of a call.
type targets struct {
	list []*target
}

// target is one TO property. free counts the parameters that TO does not give:
// they come from the rows of the result.
type target struct {
	cell  *cell
	route route
	args  []query.Scalar
	free  int
	size  int
	span  diag.Span
	class value.Class
}

func (c *compiler) targets(list []bound.Target) *targets {
	if len(list) == 0 {
		return nil
	}
	out := &targets{}
	for _, x := range list {
		out.list = append(out.list, c.target(x))
	}
	return out
}

func (c *compiler) target(x bound.Target) *target {
	t := &target{args: c.scalars(x.Args), free: len(x.Prop.Params) - len(x.Args), span: x.Span, class: x.Prop.Class}
	if x.Prop.Kind == bound.Data || x.Prop.Kind == bound.Local {
		t.cell = c.cell(x.Prop, x.Span)
	} else {
		t.route = c.inst.route(x.Prop, x.Span)
	}
	t.size = max(len(x.Prop.Frame.Slots), len(x.Prop.Params))
	return t
}

// set writes v for the arguments of the target followed by keys.
func (g *target) set(t *thread, fr *query.Frame, keys []value.Value, v value.Value) {
	inner := t.enter(g.size)
	for i, a := range g.args {
		inner.Slots[i] = a(fr)
	}
	copy(inner.Slots[len(g.args):], keys)
	if g.cell != nil {
		tuple := inner.Slots[:len(g.args)+g.free]
		if g.cell.keysOf(tuple) {
			g.cell.put(t, tuple, v)
		}
	} else if g.route != nil {
		var p pending
		g.route(t, inner, v, &p)
		p.flush(t)
	}
	t.leave()
}

// clear empties the values of all rows of a target with free parameters.
func (g *target) clear(t *thread, fr *query.Frame) {
	if g.cell == nil {
		return
	}
	bound := make([]value.Value, len(g.args)+g.free)
	for i, a := range g.args {
		bound[i] = a(fr)
	}
	var keys []value.Value
	t.sess.st.Match(store.Now, g.cell.handle, bound, value.Value{}, func(k []value.Value, _ value.Value) bool {
		keys = append(keys, k...)
		return true
	})
	for w := len(bound); w > 0 && len(keys) >= w; keys = keys[w:] {
		g.cell.put(t, keys[:w], value.Value{})
	}
}

// write gives the results of a call to its targets, in order; a target beyond
// the results gets NULL.
func (ts *targets) write(t *thread, fr *query.Frame, r *result) {
	for i, g := range ts.list {
		if g.free > 0 {
			g.clear(t, fr)
			if r == nil || !r.set {
				continue
			}
			for _, row := range r.rows {
				if v := r.keys + i; v < len(row) {
					g.set(t, fr, row[:min(r.keys, g.free)], row[v])
				}
			}
			continue
		}
		v := value.Value{}
		if r != nil && len(r.rows) > 0 && r.keys+i < len(r.rows[0]) {
			v = r.rows[0][r.keys+i]
		}
		g.set(t, fr, nil, v)
	}
	t.sess.settle(t)
}
