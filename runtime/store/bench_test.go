package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/value"
)

// The benchmarks time the store and a Go map in turns in one process and report
// the ratio of CPU times (medians of the rounds) as "x-map". Run them with
// -benchtime 1x; docs/performance.md has the goals.

const (
	benchRows   = 1_000_000
	benchRounds = 5
)

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// compete runs the candidates in turns and gives the median CPU time of each.
func compete(rounds int, candidates ...func()) []time.Duration {
	times := make([][]time.Duration, len(candidates))
	for r := 0; r < rounds; r++ {
		for i, f := range candidates {
			runtime.GC()
			start := cpu()
			f()
			times[i] = append(times[i], cpu()-start)
		}
	}
	out := make([]time.Duration, len(candidates))
	for i, ts := range times {
		slices.Sort(ts)
		out[i] = ts[len(ts)/2]
	}
	return out
}

func report(b *testing.B, rows int, anchor time.Duration, names []string, times []time.Duration) {
	for i, t := range times {
		b.ReportMetric(float64(t)/float64(anchor), names[i]+"-x-map")
		b.ReportMetric(float64(t)/float64(rows), names[i]+"-ns/row")
	}
	b.ReportMetric(float64(anchor)/float64(rows), "map-ns/row")
	b.ReportMetric(0, "ns/op")
}

func benchSession(b *testing.B, class value.Class) (*Session, *Property, []int64) {
	b.Helper()
	s := New(Options{})
	if err := s.AddClass(Class{Number: 1, Name: "Article"}); err != nil {
		b.Fatal(err)
	}
	p := s.AddProperty(Spec{Name: "price", Keys: []value.Class{value.ObjectClass(1)}, Value: class})
	x := s.NewSession()
	ids := make([]int64, benchRows)
	for i := range ids {
		ids[i] = x.NewObject(1)
	}
	return x, p, ids
}

var sink int64

// P3: point reads in a session.
func BenchmarkRead(b *testing.B) {
	x, p, ids := benchSession(b, value.ClassLong)
	m := map[int64]int64{}
	for i, id := range ids {
		x.SetCells(p, []int64{id}, int64(i))
		m[id] = int64(i)
	}
	if err := x.Commit(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	y := x.Store().NewSession()
	for _, id := range ids {
		if id%10 == 0 {
			y.SetCells(p, []int64{id}, 1)
		}
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(benchRows)
	probes := make([]int64, benchRows)
	for i, o := range order {
		probes[i] = ids[o]
	}
	const passes = 3
	pass := func(read func(id int64) int64) func() {
		return func() {
			for range passes {
				for _, id := range probes {
					sink += read(id)
				}
			}
		}
	}
	for b.Loop() {
		v := x.View(Now, p)
		t := compete(benchRounds,
			pass(func(id int64) int64 { return m[id] }),
			pass(func(id int64) int64 { return x.Get1(Now, p, value.ObjectOf(id)).Num() }),
			pass(func(id int64) int64 { return y.Get1(Now, p, value.ObjectOf(id)).Num() }),
			pass(func(id int64) int64 { return v.At1(id) }))
		report(b, benchRows*passes, t[0], []string{"get", "changed10%", "view"}, t[1:])
	}
}

// P4: a million writes and Commit.
func BenchmarkWrite(b *testing.B) {
	for b.Loop() {
		t := compete(benchRounds, func() {
			m := map[int64]int64{}
			for i := int64(0); i < benchRows; i++ {
				m[i] = i
			}
			sink += int64(len(m))
		}, func() {
			s := New(Options{})
			p := s.AddProperty(Spec{Keys: []value.Class{value.ClassInteger}, Value: value.ClassLong})
			x := s.NewSession()
			keys := make([]value.Value, 1)
			for i := int64(0); i < benchRows; i++ {
				keys[0] = value.Int(int32(i))
				if err := x.Set(p, keys, value.Int64(i)); err != nil {
					b.Fatal(err)
				}
			}
			if err := x.Commit(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
		}, func() {
			s := New(Options{})
			p := s.AddProperty(Spec{Keys: []value.Class{value.ClassInteger, value.ClassInteger}, Value: value.ClassLong})
			x := s.NewSession()
			keys := make([]int64, 2)
			for i := int64(0); i < benchRows; i++ {
				keys[0], keys[1] = i/1000, i%1000
				x.SetCells(p, keys, i)
			}
			if err := x.Commit(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
		}, func() {
			m := map[[2]int64]int64{}
			for i := int64(0); i < benchRows; i++ {
				m[[2]int64{i / 1000, i % 1000}] = i
			}
			sink += int64(len(m))
		})
		report(b, benchRows, t[0], []string{"write", "write2"}, t[1:3])
		b.ReportMetric(float64(t[2])/float64(t[3]), "write2-x-map2")
	}
}

// P5: memory of values and of entries with two keys, and the cost of a
// collection.
func BenchmarkMemory(b *testing.B) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		x, p, ids := benchSession(b, value.ClassLong)
		more := x.Store().AddProperty(Spec{Name: "two", Keys: []value.Class{value.ClassInteger, value.ClassInteger}, Value: value.ClassLong})
		if err := x.Commit(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
		empty := heap()
		for i := 0; i < 10; i++ {
			q := x.Store().AddProperty(p.Spec())
			for j, id := range ids {
				x.SetCells(q, []int64{id}, int64(j))
			}
		}
		if err := x.Commit(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
		one := heap()
		start := cpu()
		runtime.GC()
		gc := cpu() - start
		for j := int64(0); j < benchRows; j++ {
			x.SetCells(more, []int64{j / 1000, j % 1000}, j)
		}
		if err := x.Commit(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
		two := heap()
		b.ReportMetric(float64(one-empty)/10/benchRows, "B/value")
		b.ReportMetric(float64(two-one)/benchRows, "B/two-key-entry")
		b.ReportMetric(float64(gc.Microseconds())/1000, "gc-ms")
		b.ReportMetric(float64(empty-before)/benchRows, "B/object")
		b.ReportMetric(0, "ns/op")
		runtime.KeepAlive(x)
	}
}

// P7: `FOR barcode(Article a) = barcode(i) DO price(a) <- price(i)`, the part of
// the store: probes by text and writes.
func BenchmarkJoinByText(b *testing.B) {
	const articles = 100_000
	x, price, _ := benchSession(b, value.ClassLong)
	s := x.Store()
	barcode := s.AddProperty(Spec{Name: "barcode", Keys: []value.Class{value.ObjectClass(1)}, Value: value.ClassString})
	bc := s.AddProperty(Spec{Name: "bc", Keys: []value.Class{value.ClassInteger}, Value: value.ClassString, Scope: Local})
	m := map[string]int64{}
	var texts []string
	for i := 0; i < articles; i++ {
		text := fmt.Sprintf("46000%08d", i)
		id := x.NewObject(1)
		m[text] = id
		texts = append(texts, text)
		if err := x.Set(barcode, []value.Value{value.ObjectOf(id)}, value.String(text)); err != nil {
			b.Fatal(err)
		}
	}
	if err := x.Commit(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < benchRows; i++ {
		if err := x.Set(bc, []value.Value{value.Int(int32(i))}, value.String(texts[i*7919%articles])); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		t := compete(benchRounds, func() {
			prices := map[int64]int64{}
			for i := int64(0); i < benchRows; i++ {
				prices[m[texts[i*7919%articles]]] = i
			}
			sink += int64(len(prices))
		}, func() {
			y := s.NewSession()
			byText := y.View(Now, barcode)
			view := x.View(Now, bc)
			keys := make([]int64, 1)
			view.Scan(func(row []int64, c int64) bool {
				byText.Match(0, nil, true, c, func(article []int64, _ int64) bool {
					keys[0] = article[0]
					y.SetCells(price, keys, row[0])
					return true
				})
				return true
			})
		})
		report(b, benchRows, t[0], []string{"join"}, t[1:])
	}
}

// A commit of few rows must not cost more in a big store.
func BenchmarkSmallCommit(b *testing.B) {
	for _, rows := range []int{10_000, benchRows} {
		b.Run(fmt.Sprint(rows, " rows"), func(b *testing.B) {
			x, p, ids := benchSession(b, value.ClassLong)
			two := x.Store().AddProperty(Spec{Name: "two", Keys: []value.Class{value.ObjectClass(1), value.ClassInteger}, Value: value.ClassLong})
			for _, id := range ids[:rows] {
				x.SetCells(p, []int64{id}, 1)
				x.SetCells(two, []int64{id, 1}, 1)
			}
			if err := x.Commit(context.Background(), nil); err != nil {
				b.Fatal(err)
			}
			x.Prepare(p, 0, true)
			n := int64(0)
			for b.Loop() {
				for i := 0; i < 100; i++ {
					n++
					id := ids[int(n*7919)%rows]
					x.SetCells(p, []int64{id}, n)
					x.SetCells(two, []int64{id, 1}, n)
				}
				if err := x.Commit(context.Background(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScan(b *testing.B) {
	x, p, ids := benchSession(b, value.ClassLong)
	for i, id := range ids {
		x.SetCells(p, []int64{id}, int64(i))
	}
	if err := x.Commit(context.Background(), nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		v := x.View(Now, p)
		v.Batches(func(_ [][]int64, cells []int64) bool {
			for _, c := range cells {
				sink += c
			}
			return true
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}
