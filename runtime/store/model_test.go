package store

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/golsf/golsf/runtime/value"
)

// The model keeps the same data in plain maps and is compared with the store
// after random operations.

type modelRow struct {
	keys []value.Value
	v    value.Value // NULL: removed
}

type modelMap map[string]modelRow

type modelSession struct {
	over   []modelMap
	mark   []modelMap
	marked bool
	parent *modelSession
}

type model struct {
	props []*Property
	base  []modelMap
}

func keyText(keys []value.Value) string {
	var b []byte
	for _, k := range keys {
		b = value.AppendKey(b, k)
	}
	return string(b)
}

func copyMaps(ms []modelMap) []modelMap {
	out := make([]modelMap, len(ms))
	for i, m := range ms {
		out[i] = maps.Clone(m)
	}
	return out
}

func newModelSession(n int) *modelSession {
	s := &modelSession{over: make([]modelMap, n), mark: make([]modelMap, n)}
	for i := range s.over {
		s.over[i], s.mark[i] = modelMap{}, modelMap{}
	}
	return s
}

func (m *model) get(s *modelSession, st State, p int, keys []value.Value) value.Value {
	k := keyText(keys)
	over := s.over
	switch {
	case st == Prev || st == Marked && !s.marked:
		return m.base[p][k].v
	case st == Marked:
		over = s.mark
	}
	if r, ok := over[p][k]; ok {
		return r.v
	}
	return m.base[p][k].v
}

func (m *model) set(s *modelSession, p int, keys []value.Value, v value.Value) {
	k := keyText(keys)
	if v.IsNull() && m.base[p][k].v.IsNull() {
		delete(s.over[p], k)
		return
	}
	s.over[p][k] = modelRow{slices.Clone(keys), v}
}

// rows lists the non-NULL rows in key order.
func (m *model) rows(s *modelSession, st State, p int) []modelRow {
	var out []modelRow
	seen := map[string]bool{}
	for _, src := range []modelMap{m.base[p], s.over[p], s.mark[p]} {
		for k, r := range src {
			if seen[k] {
				continue
			}
			seen[k] = true
			if v := m.get(s, st, p, r.keys); !v.IsNull() {
				out = append(out, modelRow{r.keys, v})
			}
		}
	}
	slices.SortFunc(out, func(a, b modelRow) int { return compareValues(a.keys, b.keys) })
	return out
}

func compareValues(a, b []value.Value) int {
	for i := range a {
		if c := value.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

func rowText(keys []value.Value, vs ...value.Value) string {
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, "%s ", value.TextOf(k))
	}
	b.WriteString("=")
	for _, v := range vs {
		if v.IsNull() {
			b.WriteString(" NULL")
		} else {
			fmt.Fprintf(&b, " %s", value.TextOf(v))
		}
	}
	return b.String()
}

var modelSpecs = []Spec{
	{Name: "slot", Value: value.ClassInteger},
	{Name: "int", Keys: []value.Class{value.ClassInteger}, Value: value.ClassInteger},
	{Name: "long", Keys: []value.Class{value.ClassLong}, Value: value.ClassString},
	{Name: "text", Keys: []value.Class{value.ClassString}, Value: value.NumericClass(10, 2)},
	{Name: "two", Keys: []value.Class{value.ClassInteger, value.ClassString}, Value: value.ClassInteger},
	{Name: "three", Keys: []value.Class{value.ClassInteger, value.ClassInteger, value.ClassDate}, Value: value.ClassDouble},
	{Name: "local", Keys: []value.Class{value.ClassInteger}, Value: value.ClassInteger, Scope: Local},
	{Name: "nested", Keys: []value.Class{value.ClassInteger, value.ClassInteger}, Value: value.ClassInteger, Scope: LocalNested},
	{Name: "big", Keys: []value.Class{value.NumericClass(30, 1)}, Value: value.Class{Name: value.NameNumeric, Prec: value.Unlimited}},
}

func randomValue(r *rand.Rand, c value.Class, n int) value.Value {
	switch c.Kind() {
	case value.Integer:
		if r.IntN(20) == 0 {
			return value.Int(int32(r.IntN(5)) * -70000)
		}
		return value.Int(int32(r.IntN(n)))
	case value.Long:
		if r.IntN(3) == 0 {
			return value.Int64(int64(r.IntN(n)) << 40)
		}
		return value.Int64(int64(r.IntN(n)) - 3)
	case value.Text:
		return value.String(fmt.Sprintf("t%d", r.IntN(n)))
	case value.Date:
		return value.Of(value.Date, int64(r.IntN(n)))
	case value.Double:
		return value.Float(float64(r.IntN(n))/4 - 2)
	case value.Numeric:
		if c.Prec == value.Unlimited {
			return value.Decimal(int64(r.IntN(n)), r.IntN(3))
		}
		v := value.Decimal(int64(r.IntN(n)), int(c.Scale))
		if c.Prec > 18 && r.IntN(3) == 0 {
			v, _ = value.Mul(v, value.Int64(1<<61))
		}
		return v
	}
	panic("no value of " + c.String())
}

func randomKeys(r *rand.Rand, p *Property, n int) []value.Value {
	keys := make([]value.Value, p.Arity())
	for i, c := range p.Spec().Keys {
		keys[i] = randomValue(r, c, n)
	}
	return keys
}

func compareRows(t *testing.T, what string, want []modelRow, scan func(RowFunc)) {
	t.Helper()
	i := 0
	scan(func(keys []value.Value, v value.Value) bool {
		if i >= len(want) || rowText(keys, v) != rowText(want[i].keys, want[i].v) {
			w := "nothing more"
			if i < len(want) {
				w = rowText(want[i].keys, want[i].v)
			}
			t.Fatalf("%s: row %d is %s, want %s", what, i, rowText(keys, v), w)
		}
		i++
		return true
	})
	if i != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, i, len(want))
	}
}

func checkProperty(t *testing.T, r *rand.Rand, m *model, x *Session, s *modelSession, i, domain int) {
	t.Helper()
	p := m.props[i]
	for _, st := range []State{Now, Prev, Marked} {
		rows := m.rows(s, st, i)
		what := fmt.Sprintf("%s in state %d", p.Name(), st)
		compareRows(t, "scan of "+what, rows, func(y RowFunc) { x.Scan(st, p, y) })
		if n := x.Count(st, p); n < len(rows) {
			t.Fatalf("count of %s: %d, there are %d", what, n, len(rows))
		}
		seen := map[string]bool{}
		v := x.View(st, p)
		v.Batches(func(keys [][]int64, cells []int64) bool {
			for j := range cells {
				row := make([]value.Value, len(keys))
				for k := range keys {
					row[k] = p.KeyCodec(k).Value(keys[k][j])
				}
				text := rowText(row, p.ValueCodec().Value(cells[j]))
				if seen[text] {
					t.Fatalf("%s: batches give %s twice", what, text)
				}
				seen[text] = true
			}
			return true
		})
		if len(seen) != len(rows) {
			t.Fatalf("%s: batches give %d rows, want %d", what, len(seen), len(rows))
		}
		keys := randomKeys(r, p, domain)
		if got, want := x.Get(st, p, keys...), m.get(s, st, i, keys); rowText(keys, got) != rowText(keys, want) {
			t.Fatalf("get of %s: %s, want %s", what, rowText(keys, got), rowText(keys, want))
		}
		bound := randomKeys(r, p, domain)
		mask := uint32(0)
		for k := range bound {
			if r.IntN(2) == 0 {
				bound[k] = value.Value{}
			} else {
				mask |= 1 << k
			}
		}
		var want value.Value
		if r.IntN(2) == 0 {
			want = randomValue(r, p.Spec().Value, domain)
		}
		var match []modelRow
		for _, row := range rows {
			ok := want.IsNull() || value.Equal(row.v, want)
			for k, b := range bound {
				ok = ok && (b.IsNull() || value.Equal(b, row.keys[k]))
			}
			if ok {
				match = append(match, row)
			}
		}
		compareRows(t, fmt.Sprintf("match of %s by %s", what, rowText(bound, want)), match,
			func(y RowFunc) { x.Match(st, p, bound, want, y) })
		if f := x.Fanout(st, p, mask, !want.IsNull()); f < 0 || len(rows) > 0 && f == 0 {
			t.Fatalf("fanout of %s is %v", what, f)
		}
	}
	for _, since := range []State{Prev, Marked} {
		var want []string
		seen := map[string]bool{}
		var all []modelRow
		for _, src := range []modelMap{m.base[i], s.over[i], s.mark[i]} {
			for k, row := range src {
				if !seen[k] {
					seen[k] = true
					all = append(all, row)
				}
			}
		}
		slices.SortFunc(all, func(a, b modelRow) int { return compareValues(a.keys, b.keys) })
		for _, row := range all {
			if old, now := m.get(s, since, i, row.keys), m.get(s, Now, i, row.keys); rowText(nil, old) != rowText(nil, now) {
				want = append(want, rowText(row.keys, old, now))
			}
		}
		var got []string
		x.Changes(p, since, func(keys []value.Value, old, new value.Value) bool {
			got = append(got, rowText(keys, old, new))
			return true
		})
		if !slices.Equal(got, want) {
			t.Fatalf("changes of %s since %d:\n%q, want\n%q", p.Name(), since, got, want)
		}
		if len(want) > 0 && !x.Touched(p, since) {
			t.Fatalf("%s changed and is not touched", p.Name())
		}
	}
}

func (s *modelSession) copy() *modelSession {
	return &modelSession{over: copyMaps(s.over), mark: copyMaps(s.mark), marked: s.marked, parent: s.parent}
}

func (m *model) reset(s *modelSession, keepNested bool) {
	s.marked = s.parent != nil
	for i, p := range m.props {
		switch {
		case keepNested && p.Spec().Scope == LocalNested:
			if s.parent == nil {
				s.mark[i] = modelMap{}
			} else {
				s.mark[i] = maps.Clone(s.over[i])
			}
		case s.parent != nil:
			s.over[i], s.mark[i] = maps.Clone(s.parent.over[i]), nil
		default:
			s.over[i], s.mark[i] = modelMap{}, modelMap{}
		}
	}
}

func (m *model) commit(s *modelSession) {
	for i, p := range m.props {
		if p.Spec().Scope != Stored {
			continue
		}
		for k, r := range s.over[i] {
			if r.v.IsNull() {
				delete(m.base[i], k)
			} else {
				m.base[i][k] = r
			}
		}
	}
	m.reset(s, true)
}

func runModel(t *testing.T, seed uint64, steps, domain int) {
	r := rand.New(rand.NewPCG(seed, 1))
	st := New(Options{})
	m := &model{}
	for _, spec := range modelSpecs {
		m.props = append(m.props, st.AddProperty(spec))
		m.base = append(m.base, modelMap{})
	}
	x, s := st.NewSession(), newModelSession(len(m.props))
	type save struct {
		sp Savepoint
		m  *modelSession
	}
	var saves []save
	for step := 0; step < steps; step++ {
		switch op := r.IntN(100); {
		case op < 70:
			i := r.IntN(len(m.props))
			for n := r.IntN(domain); n >= 0; n-- {
				keys := randomKeys(r, m.props[i], domain)
				var v value.Value
				if r.IntN(4) > 0 {
					v = randomValue(r, m.props[i].Spec().Value, domain)
				}
				if err := x.Set(m.props[i], keys, v); err != nil {
					t.Fatal(err)
				}
				m.set(s, i, keys, v)
			}
		case op < 75:
			x.Mark()
			s.marked, s.mark = true, copyMaps(s.over)
		case op < 79:
			saves = append(saves, save{x.Savepoint(), s.copy()})
		case op < 83 && len(saves) > 0:
			i := r.IntN(len(saves))
			if r.IntN(3) == 0 {
				x.Release(saves[i].sp)
			} else {
				x.Rollback(saves[i].sp)
				*s = *saves[i].m
			}
			saves = saves[:i]
		case op < 85:
			i := r.IntN(len(m.props))
			if m.props[i].Spec().Scope != Stored {
				x.Clear(m.props[i])
				s.over[i] = modelMap{}
				if s.parent == nil {
					s.mark[i] = modelMap{}
				}
				x.Mark()
				s.marked, s.mark = true, copyMaps(s.over)
			}
		case op < 88 && s.parent == nil:
			if err := x.Commit(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			m.commit(s)
			saves = nil
		case op < 90:
			x.Cancel(true)
			m.reset(s, true)
			x.Mark()
			s.marked, s.mark = true, copyMaps(s.over)
		case op < 93 && len(saves) == 0:
			n := newModelSession(len(m.props))
			n.parent, n.marked = s, true
			n.over, n.mark = copyMaps(s.over), copyMaps(s.over)
			s, x = n, x.Nested()
		case op < 97 && s.parent != nil && len(saves) == 0:
			if r.IntN(2) == 0 {
				x.PushToParent()
				s.parent.over = copyMaps(s.over)
			}
			x.Parent().ShareNested(x, r.IntN(3) == 0, nil)
			up := s.parent
			for i, p := range m.props {
				if p.Spec().Scope == LocalNested {
					up.over[i] = maps.Clone(s.over[i])
				}
			}
			_ = up
			x.Parent().Mark()
			for i, p := range m.props { // what "all" may have shared
				if p.Spec().Scope != Local {
					continue
				}
				up.over[i] = modelMap{}
				x.Parent().Scan(Now, p, func(keys []value.Value, v value.Value) bool {
					up.over[i][keyText(keys)] = modelRow{slices.Clone(keys), v}
					return true
				})
			}
			x, s = x.Parent(), up
			s.marked, s.mark = true, copyMaps(s.over)
		}
		if step%3 == 0 {
			checkProperty(t, r, m, x, s, r.IntN(len(m.props)), domain)
		}
	}
	for i := range m.props {
		checkProperty(t, r, m, x, s, i, domain)
	}
}

func TestAgainstModel(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	for seed := uint64(1); seed <= seeds; seed++ {
		for _, domain := range []int{4, 30, 300} {
			t.Run(fmt.Sprintf("seed %d domain %d", seed, domain), func(t *testing.T) {
				runModel(t, seed, 300, domain)
			})
		}
	}
}
