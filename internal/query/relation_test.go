package query_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// TestUngroup distributes totals over rows 1, 2, ... of one part.
func TestUngroup(t *testing.T) {
	tests := []struct{ total, weights, strict, proportion, limitStrict, limit string }{
		{"100", "1 1 1", "33.34 33.33 33.33", "33.33 33.33 33.33", "1.00 1.00 98.00", "1.00 1.00 1.00"},
		{"100", "0 60 70 5", "0.01 44.44 51.85 3.70", "0.00 44.44 51.85 3.70", "NULL 60.00 40.00 NULL", "NULL 60.00 40.00 NULL"},
		{"100", "- 10 20 0", "NULL 33.33 66.67 0.00", "NULL 33.33 66.67 0.00", "NULL 10.00 20.00 70.00", "NULL 10.00 20.00 NULL"},
		{"100", "0 0", "100.00 0.00", "NULL NULL", "NULL 100.00", "NULL NULL"},
		{"100", "-10 20 5", "-66.66 133.33 33.33", "-66.67 133.33 33.33", "NULL 20.00 80.00", "NULL 20.00 5.00"},
		{"-", "10", "NULL", "NULL", "NULL", "NULL"},
		{"0", "10 20", "0.00 0.00", "0.00 0.00", "NULL NULL", "NULL NULL"},
		{"-10", "3 20", "-1.30 -8.70", "-1.30 -8.70", "NULL -10.00", "NULL NULL"},
		{"500", "100 300", "125.00 375.00", "125.00 375.00", "100.00 400.00", "100.00 300.00"},
		{"10", "10 5", "6.67 3.33", "6.67 3.33", "10.00 NULL", "10.00 NULL"},
	}
	num := value.NumericClass(10, 2)
	decimal := func(s string) value.Value {
		if s == "-" {
			return value.Value{}
		}
		v, _ := value.ParseNumeric(s)
		return value.Rescale(v, 2)
	}
	for _, tt := range tests {
		w := newWorld(t)
		v, total := w.data("v", num, tInt), w.data("total", num)
		if tt.total != "-" {
			w.set(total, decimal(tt.total))
		}
		weights := strings.Fields(tt.weights)
		for i, s := range weights {
			if s != "-" {
				w.set(v, i+1, decimal(s))
			}
		}
		kind := func(limit, strict bool) string {
			p := &bound.Partition{Node: node(num), Kind: bound.PartitionUngroup, Params: []int{1}, Args: []bound.Expr{slot(0)}, Operands: []bound.Expr{call(v, slot(1))},
				Order: []bound.Expr{slot(1)}, Total: call(total), Limit: limit, Strict: strict}
			if !limit {
				p.Digits = lit(2)
			}
			var out []string
			for i := range weights {
				out = append(out, w.value(p, value.Int(int32(i+1))))
			}
			return strings.Join(out, " ")
		}
		w.want(kind(false, true), tt.strict)
		w.want(kind(false, false), tt.proportion)
		w.want(kind(true, true), tt.limitStrict)
		w.want(kind(true, false), tt.limit)
	}
}

func TestPartition(t *testing.T) {
	w := newWorld(t)
	v, o, g := w.data("v", tInt, tInt), w.data("o", tInt, tInt), w.data("g", tInt, tInt)
	for i, x := range [][3]any{{10, 5, 1}, {20, nil, 1}, {30, 1, 1}, {40, 7, nil}, {nil, 6, 1}, {60, 8, 1}} {
		w.set(v, i+1, x[0])
		w.set(o, i+1, x[1])
		w.set(g, i+1, x[2])
	}
	values := func(p *bound.Partition) string {
		p.Node, p.Params, p.Args = node(tInt), []int{1}, []bound.Expr{slot(0)}
		p.Operands, p.By = []bound.Expr{call(v, slot(1))}, []bound.Expr{call(g, slot(1))}
		var out []string
		for i := range 6 {
			out = append(out, w.value(p, value.Int(int32(i+1))))
		}
		return strings.Join(out, " ")
	}
	order := []bound.Expr{call(o, slot(1)), slot(1)}
	w.want(values(&bound.Partition{Kind: bound.PartitionSum, Order: order}), "60 20 50 NULL NULL 120")
	w.want(values(&bound.Partition{Kind: bound.PartitionSum, Order: order, Desc: true}), "70 120 100 NULL NULL 60")
	w.want(values(&bound.Partition{Kind: bound.PartitionPrev, Order: order}), "30 NULL 20 NULL NULL 10")
	w.want(values(&bound.Partition{Kind: bound.PartitionSum}), "120 120 120 NULL NULL 120")
	w.want(values(&bound.Partition{Kind: bound.PartitionSum, Order: order, Offset: lit(1), Top: lit(2)}), "60 NULL 50 NULL NULL NULL")
	p := &bound.Partition{Node: node(tInt), Kind: bound.PartitionSum, Params: []int{1}, Args: []bound.Expr{slot(0)}, Operands: []bound.Expr{call(v, slot(1))}}
	w.want(w.rows(query.Query{Cond: cmp(bound.Gt, p, lit(0)), New: []int{0}}), "1 2 3 4 6")
}

func TestRecursion(t *testing.T) {
	w := newWorld(t)
	e, n := w.data("e", tBool, tInt, tInt), w.data("n", tBool, tInt)
	for _, p := range [][2]int{{1, 2}, {2, 3}, {1, 3}, {3, 1}} {
		w.set(e, p[0], p[1], true)
	}
	w.set(n, 1, true)
	// r(a, b) = RECURSION 1 IF n(a) AND b == a STEP 1 IF e($b, b): slots a 0, b 1, $b 2
	rec := func(one, step any, c bound.Cycles) *bound.Recursion {
		return &bound.Recursion{Node: node(value.ClassOfValue(val(one))), Params: []int{3, 4}, Previous: []int{-1, 5}, Args: []bound.Expr{slot(0), slot(1)},
			Init: when(lit(one), and(call(n, slot(3)), eq(slot(4), slot(3)))), Step: when(lit(step), call(e, slot(5), slot(4))), Cycles: c}
	}
	values := func(x bound.Expr) string {
		return w.rows(query.Query{Cond: eq(slot(2), x), New: []int{1, 2}}, value.Int(1))
	}
	w.want(values(rec(1, 1, bound.CyclesYes)), "1,92683 2,1 3,2")
	w.want(values(rec(value.Int64(2), value.Int64(3), bound.CyclesYes)), "1,6074001002 2,6 3,24")
	w.want(values(rec(1, 1, bound.CyclesImpossible)), "E3203: the recursion does not end: its rows form a cycle")
	w.want(values(rec(true, true, bound.CyclesYes)), "1,1 2,1 3,1")
	w.set(e, 3, 1, nil)
	w.want(values(rec(1, 1, bound.CyclesImpossible)), "1,1 2,1 3,2")
	w.want(w.rows(query.Query{Cond: rec(1, 1, bound.CyclesNo), New: []int{0, 1}}), "1,1 1,2 1,3")
	w.want(w.value(rec(1, 1, bound.CyclesNo), value.Int(1), value.Int(3)), "2")
}

// TestRecursionBackwards compares rows found from their end with all rows.
func TestRecursionBackwards(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(t)
		e, n := w.data("e", tInt, tInt, tInt), w.data("n", tInt, tInt)
		for range 4 + r.IntN(10) {
			from := r.IntN(6)
			to := from + 1 + r.IntN(3)
			if seed%4 == 0 {
				to = r.IntN(8) // cycles
			}
			w.set(e, from, to, 1+r.IntN(3))
		}
		for i := range 8 {
			w.set(n, i, []any{1, 2, nil}[r.IntN(3)])
		}
		rec := func() bound.Expr {
			return &bound.Recursion{Node: node(tInt), Params: []int{3, 4}, Previous: []int{-1, 5}, Args: []bound.Expr{slot(0), slot(1)},
				Init: when(call(n, slot(3)), eq(slot(4), slot(3))), Step: call(e, slot(5), slot(4)), Cycles: bound.CyclesYes}
		}
		all := strings.Fields(w.rows(query.Query{Cond: eq(slot(2), rec()), New: []int{1, 0, 2}}))
		for to := range 9 {
			end := strconv.Itoa(to) + ","
			var want []string
			for _, row := range all {
				if rest, ok := strings.CutPrefix(row, end); ok {
					want = append(want, rest)
				}
			}
			got := w.rows(query.Query{Cond: eq(slot(2), rec()), New: []int{0, 2}}, value.Value{}, value.Int(int32(to)))
			w.want(got, strings.Join(want, " "))
		}
	}
}

// TestRecursionChanges compares the rows that a change operator finds with its
// value for every row.
func TestRecursionChanges(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 4))
		w := newWorld(t)
		e, n := w.data("e", tInt, tInt, tInt), w.data("n", tInt, tInt)
		write := func(times int) {
			for range times {
				from := r.IntN(6)
				w.set(e, from, from+1+r.IntN(3), []any{1, 2, nil}[r.IntN(3)])
			}
			w.set(n, r.IntN(8), []any{1, nil}[r.IntN(2)])
		}
		for i := range 8 {
			w.set(n, i, []any{1, nil}[r.IntN(2)])
		}
		write(10)
		w.commit()
		write(r.IntN(4))
		rec := &bound.Recursion{Node: node(tInt), Params: []int{3, 4}, Previous: []int{-1, 5}, Args: []bound.Expr{slot(0), slot(1)},
			Init: when(call(n, slot(3)), eq(slot(4), slot(3))), Step: call(e, slot(5), slot(4)), Cycles: bound.CyclesYes}
		cond := change(bound.ChangeKind(seed%6), rec)
		var want []string
		for a := range 9 {
			for b := range 9 {
				if w.value(cond, val(a), val(b)) != "NULL" {
					want = append(want, strconv.Itoa(a)+","+strconv.Itoa(b))
				}
			}
		}
		w.want(w.rows(query.Query{Cond: cond, New: []int{0, 1}}), strings.Join(want, " "))
	}
}
