package query_test

import (
	"testing"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
)

// BenchmarkUnique checks rows that were all written against each other: the
// time for one of them should not grow with their number.
func BenchmarkUnique(b *testing.B) {
	for _, n := range []int{1000, 4000} {
		b.Run("", func(b *testing.B) {
			w := newWorld(b)
			number := w.data("number", tInt, tInt)
			for i := range n {
				w.set(number, i, i*3)
			}
			count := group(bound.GroupSum, []int{1}, lit(1), []bound.Expr{call(number, slot(1))}, []bound.Expr{call(number, slot(0))})
			cond := and(call(number, slot(0)), cmp(bound.Gt, count, lit(1)))
			p, err := w.e.Plan(query.Query{Cond: change(bound.Set, cond), New: []int{0}, Mode: query.NowMode, FrameSize: 2})
			if err != nil {
				b.Fatal(err)
			}
			fr := w.env.NewFrame(2)
			cpu(b, n, "row", func() {
				if p.Rows(fr).Len() != 0 {
					b.Fatal()
				}
			})
			p.Count(true)
			p.Rows(fr)
			for _, s := range p.Explain(w.s) {
				b.Logf("%d.%d %s %s est %g rows %d", s.Depth, s.Alternative, s.Kind, s.Object, s.Estimated, s.Rows)
			}
		})
	}
}
