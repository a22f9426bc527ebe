package query

import (
	"math"

	"github.com/golsf/golsf/runtime/value"
)

// reverse finds the keys of a property with one key by its value: the keys in
// order of the values, in key order within one value. It is made for one run
// when so many probes are expected that an index would cost more.
type reverse struct {
	min   int64
	start []int32 // by value - min: where its keys begin; one more at the end
	keys  []int64
}

// reverseMost is how far apart the values may lie, for each row.
const reverseMost = 8

// newReverse reads all rows of a view; nil when the values lie too far apart.
func newReverse(f *laneFrame, view int) *reverse {
	lo, hi, n := int64(math.MaxInt64), int64(math.MinInt64), 0
	v := &f.views[view]
	v.Each(func(_ []int64, c int64) bool {
		lo, hi, n = min(lo, c), max(hi, c), n+1
		return true
	})
	r := &reverse{min: lo}
	if n == 0 {
		return r
	}
	if width := uint64(hi) - uint64(lo); width > uint64(reverseMost*n+1024) || n > math.MaxInt32/2 {
		return nil
	}
	r.start = make([]int32, hi-lo+2)
	v.Each(func(_ []int64, c int64) bool {
		r.start[c-lo+1]++
		return true
	})
	for i := 1; i < len(r.start); i++ {
		r.start[i] += r.start[i-1]
	}
	next := make([]int32, len(r.start))
	copy(next, r.start)
	r.keys = make([]int64, n)
	v.Scan(func(keys []int64, c int64) bool {
		r.keys[next[c-lo]] = keys[0]
		next[c-lo]++
		return true
	})
	return r
}

func (r *reverse) find(c int64) []int64 {
	at := uint64(c) - uint64(r.min)
	if c == null || len(r.keys) == 0 || at >= uint64(len(r.start)-1) {
		return nil
	}
	return r.keys[r.start[at]:r.start[at+1]]
}

// joinable gives the relation a place for a reverse in runs; -1 when it cannot
// have one.
func (l *lanes) joinable(a *relation, mask uint32, byValue bool) int {
	t, ok := codecType(a.prop.ValueCodec())
	if mask != 0 || !byValue || !ok || t.kind == value.Numeric || len(a.keys) != 1 {
		return -1
	}
	l.reverses++
	return l.reverses - 1
}

// joinLane finds the rows by value in a reverse, or by an index where there
// cannot be one. found is the number of rows that all probes are expected to find:
// one found by an index costs as much as eight of a scan.
func joinLane(a *relation, id, v int, found float64, want lane, byIndex laneProc, row func(f *laneFrame, cells []int64, c int64) bool) laneProc {
	return func(f *laneFrame) bool {
		r := f.reverses[id]
		if r == nil {
			if f.noReverse[id] || found*8 < float64(f.s.Count(a.at, a.prop)) {
				f.noReverse[id] = true
				return byIndex(f)
			}
			if r = newReverse(f, v); r == nil {
				f.noReverse[id] = true
				return byIndex(f)
			}
			f.reverses[id] = r
		}
		c := want(f)
		keys := r.find(c)
		for i := range keys {
			if !row(f, keys[i:i+1], c) {
				return false
			}
		}
		return true
	}
}
