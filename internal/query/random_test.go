package query_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// maker makes random conditions over the slots 0 and 1.
type maker struct {
	r     *rand.Rand
	props []*bound.Property
	text  *bound.Property
	next  int // next free slot
}

func (m *maker) slots(own []int) bound.Expr { return slot(own[m.r.IntN(len(own))]) }

func (m *maker) number(own []int, depth int) bound.Expr {
	switch n := m.r.IntN(12); {
	case depth <= 0 || n < 3:
		if m.r.IntN(4) == 0 {
			return lit(m.r.IntN(5))
		}
		return m.slots(own)
	case n < 8:
		p := m.props[m.r.IntN(len(m.props))]
		args := make([]bound.Expr, len(p.Params))
		for i := range args {
			args[i] = m.number(own, depth-2)
		}
		return call(p, args...)
	case n == 8 && m.r.IntN(2) == 0: // has no form over cells
		x := &bound.Cast{Node: node(tInt), X: &bound.Concat{Node: node(tText), Sep: lit(""), Items: []bound.Expr{m.number(own, depth-1), lit("1")}}}
		return when(x, m.number(own, depth-1))
	case n == 8:
		return plus(m.number(own, depth-1), m.number(own, depth-1))
	case n == 9:
		return &bound.Override{Node: node(tInt), Items: []bound.Expr{m.number(own, depth-1), m.number(own, depth-1)}}
	case n == 10:
		return &bound.If{Node: node(tInt), Cond: m.cond(own, depth-1), Then: m.number(own, depth-1), Else: m.number(own, depth-1)}
	}
	s := m.next
	m.next++
	inner := append([]int{s}, own...)
	g := group(bound.GroupKind(m.r.IntN(3)), []int{s}, when(m.number(inner, depth-1), call(m.props[0], slot(s))), nil, nil)
	if m.r.IntN(2) == 0 {
		g.By, g.ByArgs = []bound.Expr{m.number(inner, depth-2)}, []bound.Expr{m.number(own, depth-2)}
	}
	return g
}

func (m *maker) cond(own []int, depth int) bound.Expr {
	if depth <= 0 {
		return m.number(own, 1)
	}
	switch m.r.IntN(11) {
	case 10:
		other := []bound.Expr{lit("a"), lit("zz"), call(m.text, m.number(own, depth-2))}[m.r.IntN(3)]
		return cmp(bound.CompareOp(m.r.IntN(4)), call(m.text, m.number(own, depth-2)), other)
	case 0, 1, 2:
		return and(m.cond(own, depth-1), m.cond(own, depth-1))
	case 3:
		return or(m.cond(own, depth-1), m.cond(own, depth-1))
	case 4:
		return not(m.cond(own, depth-1))
	case 5, 6:
		return cmp(bound.CompareOp(m.r.IntN(6)), m.number(own, depth-1), m.number(own, depth-1))
	case 7:
		return change(bound.ChangeKind(m.r.IntN(6)), m.number(own, depth-1))
	case 8:
		return prev(m.cond(own, depth-1))
	}
	return m.number(own, depth)
}

// TestRandomConditions compares plans with the evaluation of the condition for
// every row of a small domain.
func TestRandomConditions(t *testing.T) {
	planned := 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t)
		f, g, h := w.data("f", tInt, tInt), w.data("g", tInt, tInt), w.data("h", tInt, tInt, tInt)
		text, exact := w.data("text", tText, tInt), w.data("exact", value.NumericClass(6, 2), tInt)
		write := func(n int) {
			for range n {
				w.set([]*bound.Property{f, g}[r.IntN(2)], r.IntN(4), []any{r.IntN(4), nil}[r.IntN(2)])
				w.set(text, r.IntN(4), []any{"a", "b", nil}[r.IntN(3)])
				w.set(exact, r.IntN(4), []any{value.Decimal(int64(r.IntN(4)*50), 2), nil}[r.IntN(2)])
				w.set(h, r.IntN(3), r.IntN(3), []any{r.IntN(4), nil}[r.IntN(2)])
			}
		}
		m := &maker{r: r, props: []*bound.Property{f, g, h, exact}, text: text, next: 2}
		m.props = append(m.props, calc("k", m.number([]int{0}, 3), 40, tInt))
		write(8)
		w.commit()
		write(3)
		m.next = 2
		cond := m.cond([]int{0, 1}, 3)
		plan, err := w.e.Plan(query.Query{Cond: cond, New: []int{0, 1}, Mode: query.NowMode, FrameSize: m.next})
		if err != nil {
			continue
		}
		planned++
		got, want := map[string]bool{}, map[string]bool{}
		fr := w.env.NewFrame(m.next)
		holds := w.e.Scalar(cond, query.NowMode)
		key := func() string { // 1 and 1.00 are the same row
			return fmt.Sprint(fr.Slots[0].Float64(), ",", fr.Slots[1].Float64())
		}
		var problems []string
		err = w.env.Guard(func() {
			set := plan.Rows(fr)
			for i := range set.Len() {
				set.Bind(i, fr)
				if got[key()] {
					problems = append(problems, "twice "+key())
				}
				got[key()] = true
				if holds(fr).IsNull() {
					problems = append(problems, "wrong "+key())
				}
			}
			for a := -3; a < 12; a++ {
				for b := -3; b < 12; b++ {
					fr.Slots[0], fr.Slots[1] = val(a), val(b)
					if !holds(fr).IsNull() {
						want[key()] = true
						if !got[key()] {
							problems = append(problems, "missing "+key())
						}
					}
				}
			}
		})
		if err != nil {
			problems = append(problems, err.Error())
		}
		if len(problems) > 0 {
			var steps []string
			for _, s := range plan.Explain(w.s) {
				steps = append(steps, fmt.Sprintf("%d.%d %s %s", s.Depth, s.Alternative, s.Kind, s.Object))
			}
			t.Fatalf("seed %d: %s\ncondition %s\nk = %s\n%s", seed, strings.Join(problems[:min(6, len(problems))], "; "), show(cond), show(m.props[4].Body), strings.Join(steps, "\n"))
		}
	}
	if planned < 500 {
		t.Errorf("only %d conditions had a plan", planned)
	}
}

// show writes an expression for failures.
func show(x bound.Expr) string {
	list := func(xs []bound.Expr) string {
		var out []string
		for _, x := range xs {
			out = append(out, show(x))
		}
		return strings.Join(out, ", ")
	}
	switch x := x.(type) {
	case nil:
		return "-"
	case *bound.Const:
		return value.TextOf(x.Value)
	case *bound.Param:
		return fmt.Sprintf("$%d", x.Slot)
	case *bound.Call:
		return x.Prop.Ident + "(" + list(x.Args) + ")"
	case *bound.And:
		return "AND(" + list(x.Items) + ")"
	case *bound.Or:
		return "OR(" + list(x.Items) + ")"
	case *bound.Not:
		return "NOT(" + show(x.X) + ")"
	case *bound.Compare:
		return show(x.L) + []string{"=", "!=", "<", ">", "<=", ">="}[x.Op] + show(x.R)
	case *bound.Arith:
		return "(" + show(x.L) + " + " + show(x.R) + ")"
	case *bound.Override:
		return "OVERRIDE(" + list(x.Items) + ")"
	case *bound.If:
		return "IF(" + show(x.Cond) + ", " + show(x.Then) + ", " + show(x.Else) + ")"
	case *bound.Prev:
		return "PREV(" + show(x.X) + ")"
	case *bound.Change:
		return fmt.Sprintf("CHANGE%d(%s)", x.Kind, show(x.X))
	case *bound.Group:
		return fmt.Sprintf("GROUP%d%v(%s BY %s | %s)", x.Kind, x.Params, list(x.Operands), list(x.By), list(x.ByArgs))
	}
	return fmt.Sprintf("%T", x)
}
