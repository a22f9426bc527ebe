package ext

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Kind is what stands behind an item of a random union.
type Kind int

const (
	gone Kind = iota
	good
	wrong
	async
)

// Model is the rule of unions told in the plainest way: it keeps all that ran
// and looks back at the last of them.
func Model(list []Item, kinds []Kind, startIsSuccess bool) (statuses []Status, success bool) {
	var ran []bool
	for i, item := range list {
		none := len(ran) == 0
		run := item.Condition == None ||
			item.Condition == PrevSuccess && (none && startIsSuccess || !none && ran[len(ran)-1]) ||
			item.Condition == PrevFailed && !none && !ran[len(ran)-1]
		switch {
		case kinds[i] == gone:
			statuses = append(statuses, StatusMissing)
		case !run:
			statuses = append(statuses, StatusSkipped)
		case kinds[i] == async:
			statuses = append(statuses, StatusAsync)
		default:
			ran = append(ran, kinds[i] == good)
			statuses = append(statuses, map[Kind]Status{good: StatusSuccess, wrong: StatusFailed}[kinds[i]])
		}
	}
	return statuses, len(ran) == 0 || ran[len(ran)-1]
}

func TestChainAgainstModel(t *testing.T) {
	conditions := []Condition{None, PrevSuccess, PrevFailed}
	random := rand.New(rand.NewPCG(4, 13))
	seen := map[string]bool{}
	for range 20000 {
		n := random.IntN(9)
		list, kinds := make([]Item, n), make([]Kind, n)
		for i := range n {
			list[i] = Item{URI: fmt.Sprint(i), Condition: conditions[random.IntN(3)]}
			kinds[i] = Kind(random.IntN(4))
		}
		start := random.IntN(2) == 0
		want, wantSuccess := Model(list, kinds, start)
		var got []Status
		var called []int
		success := chain(list, start, func(i int) bool { return kinds[i] != gone }, func(i int) step {
			called = append(called, i)
			return map[Kind]step{good: ok, wrong: bad, async: started}[kinds[i]]
		}, func(i int, s Status) {
			if i != len(got) {
				t.Fatalf("item %d ends after %d others", i, len(got))
			}
			got = append(got, s)
		})
		if !slices.Equal(got, want) || success != wantSuccess || !slices.IsSorted(called) {
			t.Fatalf("%v of %v, start %v: got %v %v, called %v; want %v %v", list, kinds, start, got, success, called, want, wantSuccess)
		}
		for _, s := range got {
			seen[string(s)] = true
		}
	}
	if len(seen) != 5 {
		t.Errorf("the unions give the statuses %v only", seen)
	}
}

// What a condition does before anything has run is one constant; both readings
// of the source work.
func TestStart(t *testing.T) {
	for _, test := range []struct {
		condition      Condition
		startIsSuccess bool
		want           Status
	}{
		{None, true, StatusSuccess}, {None, false, StatusSuccess},
		{PrevSuccess, true, StatusSuccess}, {PrevSuccess, false, StatusSkipped},
		{PrevFailed, true, StatusSkipped}, {PrevFailed, false, StatusSkipped},
	} {
		var got Status
		yes := func(int) bool { return true }
		chain([]Item{{"a", test.condition}}, test.startIsSuccess, yes, func(int) step { return ok }, func(_ int, s Status) { got = s })
		if got != test.want {
			t.Errorf("%s, start as success %v: got %s, want %s", test.condition, test.startIsSuccess, got, test.want)
		}
	}
	if !startIsSuccess {
		t.Error("the documented choice is that a first prev_success runs")
	}
}
