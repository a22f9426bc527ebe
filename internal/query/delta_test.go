package query_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// TestKeptGroups changes rows in two sessions in every way there is and
// compares groups that are kept up to date with ones computed anew.
func TestKeptGroups(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		w := newWorld(t)
		exact := value.NumericClass(8, 2)
		g, v, n := w.data("g", tInt, tInt), w.data("v", tInt, tInt), w.data("n", exact, tInt)
		props := []*bound.Property{g, v, n}
		of := func(k bound.GroupKind, x bound.Expr) bound.Expr {
			return group(k, []int{1}, x, []bound.Expr{call(g, slot(1))}, []bound.Expr{slot(0)})
		}
		price := call(n, slot(1))
		product := &bound.Arith{Node: node(exact), Op: bound.Mul, L: call(v, slot(1)), R: price}
		groups := func() []bound.Expr {
			return []bound.Expr{
				of(bound.GroupSum, product), of(bound.GroupMax, call(v, slot(1))), of(bound.GroupMin, price),
				of(bound.GroupSum, when(lit(1), cmp(bound.Gt, call(v, slot(1)), lit(3)))),
			}
		}
		kept := groups()
		other := w.st.NewSession()
		sessions := []*store.Session{w.s, other}
		marks := [][]store.Savepoint{nil, nil}
		for step := range 1500 {
			i := r.IntN(len(sessions))
			w.s = sessions[i]
			w.env.Session = w.s
			switch op := r.IntN(40); {
			case op == 0:
				w.commit()
				marks[i] = nil
			case op == 1:
				w.s.Cancel(false)
				marks[i] = nil
			case op == 2:
				marks[i] = append(marks[i], w.s.Savepoint())
			case op < 5 && len(marks[i]) > 0:
				last := len(marks[i]) - 1
				if op == 3 {
					w.s.Rollback(marks[i][last])
				} else {
					w.s.Release(marks[i][last])
				}
				marks[i] = marks[i][:last]
			case op < 25:
				p := props[r.IntN(3)]
				x := []any{r.IntN(6), r.IntN(6), nil}[r.IntN(3)]
				if k, ok := x.(int); ok && p == n {
					x = value.Decimal(int64(k*25), 2)
				}
				w.set(p, r.IntN(12), x)
			}
			k := r.IntN(len(kept))
			key := value.Int(int32(r.IntN(6)))
			fresh := query.NewEvaluator(&bound.Program{}, w.st, func(p *bound.Property) *store.Property { return w.handles[p] })
			if got, want := w.value(kept[k], key), newOn(w, fresh).value(groups()[k], key); got != want {
				t.Fatalf("seed %d step %d, group %d of %s: got %s, want %s", seed, step, k, value.TextOf(key), got, want)
			}
		}
	}
}

// newOn is w with another evaluator.
func newOn(w *world, e *query.Evaluator) *world {
	other := *w
	other.e = e
	other.env = &query.Env{Ctx: context.Background(), Session: w.s}
	return &other
}
