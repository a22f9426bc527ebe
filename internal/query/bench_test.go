package query_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// cpu runs the loop of b and reports the processor time of one of its n items:
// wall time is of little use on a shared machine.
func cpu(b *testing.B, n int, unit string, f func()) {
	used := func() int64 {
		var r syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
		return r.Utime.Nano() + r.Stime.Nano()
	}
	start := used()
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(used()-start)/float64(b.N)/float64(n), "cpu-ns/"+unit)
}

const benchLines = 1_000_000

// shop has lines with a document, a quantity and a price, all committed.
type shop struct {
	*world
	doc, qty, price *bound.Property
	sum             *bound.Property
	lines, docs     []int64
}

func newShop(b *testing.B, lines, docs int) *shop {
	w := newWorld(b)
	for n, name := range []string{"Doc", "Line"} {
		if err := w.st.AddClass(store.Class{Number: int32(n + 1), Name: name}); err != nil {
			b.Fatal(err)
		}
	}
	line, doc := value.ObjectClass(2), value.ObjectClass(1)
	s := &shop{world: w, doc: w.data("doc", doc, line), qty: w.data("qty", tInt, line), price: w.data("price", tInt, line)}
	for range docs {
		s.docs = append(s.docs, w.s.NewObject(1))
	}
	for i := range lines {
		l := w.s.NewObject(2)
		s.lines = append(s.lines, l)
		key := []value.Value{value.ObjectOf(l)}
		w.s.Set(w.handles[s.doc], key, value.ObjectOf(s.docs[i*7%docs]))
		w.s.Set(w.handles[s.qty], key, value.Int(int32(1+i%9)))
		w.s.Set(w.handles[s.price], key, value.Int(int32(10+i%91)))
	}
	if err := w.s.Commit(context.Background(), func(*store.ChangeList) error { return nil }); err != nil {
		b.Fatal(err)
	}
	body := group(bound.GroupSum, []int{1}, times(call(s.qty, slot(1)), call(s.price, slot(1))), []bound.Expr{call(s.doc, slot(1))}, []bound.Expr{slot(0)})
	s.sum = calc("sum", body, 2, doc)
	return s
}

func BenchmarkGroupSum(b *testing.B) {
	s := newShop(b, benchLines, 100_000)
	cpu(b, benchLines, "line", func() {
		s.e.Forget()
		max := group(bound.GroupMax, []int{0}, call(s.sum, slot(0)), nil, nil)
		if s.value(max) == "NULL" {
			b.Fatal()
		}
	})
}

func BenchmarkTop(b *testing.B) {
	s := newShop(b, benchLines, 100_000)
	p, err := s.e.Plan(query.Query{Cond: cmp(bound.Gt, call(s.qty, slot(0)), lit(3)), New: []int{0}, Mode: query.NowMode, FrameSize: 1,
		Order: []query.OrderKey{{X: times(call(s.qty, slot(0)), call(s.price, slot(0))), Desc: true}}, Top: lit(100)})
	if err != nil {
		b.Fatal(err)
	}
	fr := s.env.NewFrame(1)
	cpu(b, benchLines, "row", func() {
		if p.Rows(fr).Len() != 100 {
			b.Fatal()
		}
	})
}

func BenchmarkChangeAndRead(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run("", func(b *testing.B) {
			s := newShop(b, n, n/10)
			sum := s.e.Scalar(call(s.sum, slot(0)), query.NowMode)
			fr := s.env.NewFrame(1)
			i := 0
			cpu(b, 1, "change", func() {
				i++
				l := i * 31 % n
				s.s.Set(s.handles[s.qty], []value.Value{value.ObjectOf(s.lines[l])}, value.Int(int32(1+i%7)))
				fr.Slots[0] = value.ObjectOf(s.docs[l*7%len(s.docs)])
				if sum(fr).IsNull() {
					b.Fatal()
				}
			})
		})
	}
}

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
