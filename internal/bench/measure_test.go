package bench

import (
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

// cpu is the CPU time that the process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// candidate is one way to do the measured work. prepare runs before each round
// and is not measured.
type candidate struct {
	name    string
	prepare func()
	run     func()
}

// rounds interleaves the candidates and returns the median CPU time of each.
func rounds(b *testing.B, n int, cs ...candidate) []time.Duration {
	b.Helper()
	times := make([][]time.Duration, len(cs))
	for range n {
		for i, c := range cs {
			if c.prepare != nil {
				c.prepare()
			}
			runtime.GC()
			began := cpu()
			c.run()
			times[i] = append(times[i], cpu()-began)
		}
	}
	out := make([]time.Duration, len(cs))
	for i, t := range times {
		slices.Sort(t)
		out[i] = t[len(t)/2]
	}
	return out
}

// report prints nanoseconds for each candidate and how many times faster the
// first one is than each of the others.
func report(b *testing.B, units int, cs []candidate, times []time.Duration) {
	b.Helper()
	b.ReportMetric(0, "ns/op")
	for i, c := range cs {
		b.ReportMetric(float64(times[i].Nanoseconds())/float64(units), "ns/"+c.name)
		if i > 0 {
			b.ReportMetric(float64(times[i])/float64(times[0]), "x-faster-than-"+c.name)
		}
	}
}

// compare measures the candidates, the first of which is golsf. Short runs
// (-benchtime 1x in CI) take one round.
func compare(b *testing.B, units int, cs ...candidate) {
	b.Helper()
	for b.Loop() {
		n := 5
		if testing.Short() {
			n = 1
		}
		report(b, units, cs, rounds(b, n, cs...))
	}
}
