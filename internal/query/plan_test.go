package query_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// world is a small program made by hand: properties over a store.
type world struct {
	t       testing.TB
	st      *store.Store
	handles map[*bound.Property]*store.Property
	e       *query.Evaluator
	s       *store.Session
	env     *query.Env
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, st: store.New(store.Options{}), handles: map[*bound.Property]*store.Property{}}
	w.e = query.NewEvaluator(&bound.Program{}, w.st, func(p *bound.Property) *store.Property { return w.handles[p] })
	w.s = w.st.NewSession()
	w.env = &query.Env{Ctx: context.Background(), Session: w.s}
	return w
}

func (w *world) data(name string, class value.Class, params ...value.Class) *bound.Property {
	p := &bound.Property{Name: bound.Name{Ident: name}, Kind: bound.Data, Params: params, Class: class}
	for _, c := range params {
		p.Frame.Slots = append(p.Frame.Slots, bound.Slot{Class: c})
	}
	w.handles[p] = w.st.AddProperty(store.Spec{Name: name, Keys: params, Value: class})
	return p
}

func calc(name string, body bound.Expr, slots int, params ...value.Class) *bound.Property {
	p := &bound.Property{Name: bound.Name{Ident: name}, Kind: bound.Calculated, Params: params, Class: body.ValueClass(), Body: body}
	p.Frame.Slots = make([]bound.Slot, slots)
	return p
}

func (w *world) set(p *bound.Property, args ...any) {
	vs := make([]value.Value, len(args))
	for i, a := range args {
		vs[i] = val(a)
	}
	if err := w.s.Set(w.handles[p], vs[:len(vs)-1], vs[len(vs)-1]); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) commit() {
	if err := w.s.Commit(context.Background(), func(*store.ChangeList) error { return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func val(a any) value.Value {
	switch a := a.(type) {
	case int:
		return value.Int(int32(a))
	case int64:
		return value.ObjectOf(a)
	case string:
		return value.String(a)
	case bool:
		return value.Bool(a)
	case nil:
		return value.Value{}
	case value.Value:
		return a
	}
	panic(fmt.Sprint(a))
}

var (
	tInt  = value.ClassInteger
	tText = value.StringClass(20)
	tBool = value.ClassBoolean
)

func node(c value.Class) bound.Node { return bound.Node{Class: c} }
func lit(a any) bound.Expr {
	v := val(a)
	return &bound.Const{Node: node(value.ClassOfValue(v)), Value: v}
}
func slot(i int) bound.Expr           { return &bound.Param{Node: node(tInt), Slot: i} }
func and(xs ...bound.Expr) bound.Expr { return &bound.And{Node: node(tBool), Items: xs} }
func or(xs ...bound.Expr) bound.Expr  { return &bound.Or{Node: node(tBool), Items: xs} }
func not(x bound.Expr) bound.Expr     { return &bound.Not{Node: node(tBool), X: x} }
func when(v, c bound.Expr) bound.Expr {
	return &bound.If{Node: node(v.ValueClass()), Cond: c, Then: v, Postfix: true}
}
func call(p *bound.Property, args ...bound.Expr) bound.Expr {
	return &bound.Call{Node: node(p.Class), Prop: p, Args: args}
}
func cmp(op bound.CompareOp, l, r bound.Expr) bound.Expr {
	return &bound.Compare{Node: node(tBool), Op: op, L: l, R: r}
}
func eq(l, r bound.Expr) bound.Expr { return cmp(bound.Eq, l, r) }
func plus(l, r bound.Expr) bound.Expr {
	return &bound.Arith{Node: node(tInt), Op: bound.Add, L: l, R: r}
}
func times(l, r bound.Expr) bound.Expr {
	return &bound.Arith{Node: node(tInt), Op: bound.Mul, L: l, R: r}
}
func prev(x bound.Expr) bound.Expr { return &bound.Prev{Node: node(x.ValueClass()), X: x} }
func change(k bound.ChangeKind, x bound.Expr) bound.Expr {
	return &bound.Change{Node: node(tBool), Kind: k, X: x}
}

// sum is GROUP SUM x BY by over the slots params, called with args.
func group(k bound.GroupKind, params []int, x bound.Expr, by, args []bound.Expr) *bound.Group {
	return &bound.Group{Node: node(x.ValueClass()), Kind: k, Params: params, Operands: []bound.Expr{x}, By: by, ByArgs: args}
}

// rows gives the rows of a condition as text: values by commas, rows by spaces.
func (w *world) rows(q query.Query, slots ...value.Value) string {
	w.t.Helper()
	q.FrameSize = max(q.FrameSize, 12)
	if q.Mode == (query.Mode{}) {
		q.Mode = query.NowMode
	}
	p, err := w.e.Plan(q)
	if err != nil {
		return err.Error()
	}
	fr := w.env.NewFrame(q.FrameSize)
	copy(fr.Slots, slots)
	var out []string
	err = w.env.Guard(func() {
		set := p.Rows(fr)
		for i := range set.Len() {
			set.Bind(i, fr)
			var row []string
			for _, s := range q.New {
				row = append(row, value.TextOf(fr.Slots[s]))
			}
			out = append(out, strings.Join(row, ","))
		}
	})
	if err != nil {
		return err.Error()
	}
	return strings.Join(out, " ")
}

func (w *world) value(x bound.Expr, slots ...value.Value) string {
	w.t.Helper()
	s := w.e.Scalar(x, query.NowMode)
	fr := w.env.NewFrame(12)
	copy(fr.Slots, slots)
	var v value.Value
	if err := w.env.Guard(func() { v = s(fr) }); err != nil {
		return err.Error()
	}
	if v.IsNull() {
		return "NULL"
	}
	return value.TextOf(v)
}

func (w *world) want(got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestConditions(t *testing.T) {
	w := newWorld(t)
	v := w.data("v", tInt, tInt)
	name := w.data("name", tText, tInt)
	link := w.data("link", tInt, tInt, tInt)
	for i, n := range []string{"a", "b", "c", "a"} {
		w.set(name, i+1, n)
		w.set(v, i+1, 10*(i+1))
	}
	w.set(v, 9, 90)
	w.set(link, 1, 2, 7)
	w.set(link, 1, 3, 7)
	w.set(link, 2, 3, 8)
	one := []int{0}
	tests := []struct {
		name string
		cond bound.Expr
		new  []int
		want string
	}{
		{"scan", call(v, slot(0)), one, "1 2 3 4 9"},
		{"by value", eq(call(name, slot(0)), lit("a")), one, "1 4"},
		{"filter", cmp(bound.Gt, call(v, slot(0)), lit(20)), one, "3 4 9"},
		{"not", and(call(v, slot(0)), not(call(name, slot(0)))), one, "9"},
		{"or without twins", or(call(v, slot(0)), call(name, slot(0)), eq(slot(0), lit(77))), one, "1 2 3 4 9 77"},
		{"join", and(call(link, slot(0), slot(1)), eq(call(name, slot(1)), lit("c"))), []int{0, 1}, "1,3 2,3"},
		{"join by values", eq(call(name, slot(0)), call(name, slot(1))), []int{0, 1}, "1,1 1,4 2,2 3,3 4,1 4,4"},
		{"bind", eq(slot(0), plus(call(v, lit(1)), lit(1))), one, "11"},
		{"nested argument", eq(call(v, plus(slot(0), lit(1))), lit(30)), one, "2"},
		{"chain", call(name, call(link, slot(0), slot(1))), []int{0, 1}, ""},
		{"range", &bound.Iterate{Node: node(tBool), X: slot(0), From: lit(3), To: lit(5)}, one, "3 4 5"},
		{"range backwards", &bound.Iterate{Node: node(tBool), X: slot(0), From: lit(3), To: lit(1)}, one, "3"},
		{"no parameter", call(v, lit(1)), nil, ""},
		{"contradiction", and(call(v, slot(0)), lit(nil)), one, ""},
		{"override", &bound.Override{Node: node(tInt), Items: []bound.Expr{call(v, slot(0)), call(link, slot(0), lit(3))}}, one, "1 2 3 4 9"},
		{"infinite", cmp(bound.Gt, slot(0), lit(1)), one, "E3201: infinite set: nothing limits parameter '0' to a finite number of values"},
		{"infinite not", not(call(v, slot(0))), one, "E3201: infinite set: nothing limits parameter '0' to a finite number of values"},
		{"twin keys", call(link, slot(0), slot(0)), one, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.t = t
			w.want(w.rows(query.Query{Cond: tt.cond, New: tt.new}), tt.want)
		})
	}
}

func TestOrder(t *testing.T) {
	w := newWorld(t)
	v, o := w.data("v", tInt, tInt), w.data("o", tInt, tInt)
	for i, x := range []any{5, nil, 1, 5} {
		w.set(v, i+1, 1)
		w.set(o, i+1, x)
	}
	base := query.Query{Cond: call(v, slot(0)), New: []int{0}}
	order := func(desc bool, top, offset bound.Expr) query.Query {
		q := base
		q.Order, q.Top, q.Offset = []query.OrderKey{{X: call(o, slot(0)), Desc: desc}}, top, offset
		return q
	}
	w.want(w.rows(order(false, nil, nil)), "2 3 1 4")
	w.want(w.rows(order(true, nil, nil)), "1 4 3 2")
	w.want(w.rows(order(false, lit(2), lit(1))), "3 1")
	w.want(w.rows(order(false, lit(0), nil)), "2 3 1 4")
	strict := order(false, lit(nil), nil)
	strict.TopStrict = true
	w.want(w.rows(strict), "")
}

func TestGroup(t *testing.T) {
	w := newWorld(t)
	doc, qty, price := w.data("doc", tInt, tInt), w.data("qty", tInt, tInt), w.data("price", tInt, tInt)
	for i := 1; i <= 6; i++ {
		w.set(doc, i, i%3)
		w.set(qty, i, i)
		w.set(price, i, 10)
	}
	w.set(qty, 6, -3)
	// sum(d) = GROUP SUM qty(l) * price(l) BY doc(l)
	body := group(bound.GroupSum, []int{1}, times(call(qty, slot(1)), call(price, slot(1))), []bound.Expr{call(doc, slot(1))}, []bound.Expr{slot(0)})
	sum := calc("sum", body, 2, tInt)
	check := func(want string) {
		t.Helper()
		for i := range 200 { // enough points to make the table of all groups pay
			w.value(call(sum, lit(i%4)))
		}
		var all []string
		for i := range 4 {
			all = append(all, w.value(call(sum, lit(i))))
		}
		w.want(strings.Join(all, " "), want)
	}
	check("NULL 50 70 NULL")
	w.want(w.rows(query.Query{Cond: call(sum, slot(0)), New: []int{0}}), "1 2")
	w.want(w.rows(query.Query{Cond: eq(call(sum, slot(0)), lit(70)), New: []int{0}}), "2")
	w.commit()
	w.set(doc, 1, 0)
	check("10 40 70 NULL")
	w.want(w.rows(query.Query{Cond: change(bound.Changed, call(sum, slot(0))), New: []int{0}}), "0 1")
	w.want(w.rows(query.Query{Cond: change(bound.Set, call(sum, slot(0))), New: []int{0}}), "0")
	w.want(w.rows(query.Query{Cond: and(change(bound.Changed, call(sum, slot(0))), eq(slot(1), prev(call(sum, slot(0))))), New: []int{0, 1}}), "1,50")
	max := group(bound.GroupMax, []int{0}, call(sum, slot(0)), nil, nil)
	w.want(w.value(max), "70")
	last := group(bound.GroupLast, []int{1}, slot(1), nil, nil)
	last.Where, last.Order, last.Desc = call(qty, slot(1)), []bound.Expr{call(qty, slot(1))}, true
	w.want(w.value(last), "6")
	concat := group(bound.GroupConcat, []int{1}, call(qty, slot(1)), nil, nil)
	concat.Operands = append(concat.Operands, lit(","))
	concat.Order = []bound.Expr{call(qty, slot(1))}
	w.want(w.value(concat), "-3,1,2,3,4,5")
	concat.Top, concat.Offset = lit(2), lit(1)
	w2 := *concat
	w.want(w.value(&w2), "1,2")
	// Outer slot used inside: count of lines with a smaller quantity.
	less := group(bound.GroupSum, []int{1}, when(lit(1), cmp(bound.Lt, call(qty, slot(1)), call(qty, slot(0)))), nil, nil)
	w.want(w.value(less, value.Int(5)), "5")
	w.want(w.rows(query.Query{Cond: eq(less, lit(5)), New: []int{0}}), "5")
}
