package query

import (
	"sort"
	"strings"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// accumulator gathers one group.
type accumulator struct {
	v           value.Value
	rows        []groupRow // of ordered kinds
	top, offset int        // -1: none
	none        bool
}

// groupRow is one row of a group whose order matters.
type groupRow struct {
	order []value.Value // ordering values, then the parameters
	vals  []value.Value
}

// start makes an accumulator; fr is the frame of the first row of the group.
func (g *grouping) start(fr *Frame) *accumulator {
	a := &accumulator{top: -1}
	if g.top != nil {
		n, ok := count(g.top(fr))
		a.top, a.none = n, !ok || n <= 0
	}
	if g.offset != nil {
		if n, ok := count(g.offset(fr)); ok && n > 0 {
			a.offset = n
		}
	}
	return a
}

func (a *accumulator) add(g *grouping, fr *Frame) {
	if a.none {
		return
	}
	if !g.ordered {
		a.fold(g, g.operands[0](fr))
		return
	}
	row := groupRow{order: make([]value.Value, 0, len(g.order)+len(g.x.Params))}
	for _, o := range g.order {
		row.order = append(row.order, o(fr))
	}
	for _, p := range g.x.Params {
		row.order = append(row.order, fr.Slots[p])
	}
	for _, o := range g.operands {
		row.vals = append(row.vals, o(fr))
	}
	if max := rowLimit(fr.Env); max > 0 && int64(len(a.rows)) >= max {
		Throw(g.x.Span, value.Errorf(CodeRows, "more than %d rows in one set", max))
	}
	a.rows = append(a.rows, row)
}

// fold takes one operand into the result of a kind that needs no order.
func (a *accumulator) fold(g *grouping, v value.Value) {
	switch {
	case v.IsNull():
	case a.v.IsNull():
		a.v = v
	case g.x.Kind == bound.GroupSum:
		sum, err := value.Add(a.v, v)
		if err != nil {
			Throw(g.x.Span, err)
		}
		a.v = sum
	case g.x.Kind == bound.GroupMin:
		if value.Compare(v, a.v) < 0 {
			a.v = v
		}
	default: // MAX; EQUAL over different values and AGGR over several objects give the greatest
		if value.Compare(v, a.v) > 0 {
			a.v = v
		}
	}
}

func (a *accumulator) result(g *grouping) value.Value {
	if g.ordered && !a.none {
		a.sorted(g)
	}
	if g.x.Kind == bound.GroupSum && a.v.IsZero() {
		return value.Value{}
	}
	return a.v
}

// sorted folds the rows in their order.
func (a *accumulator) sorted(g *grouping) {
	n := len(g.order)
	sort.SliceStable(a.rows, func(i, j int) bool {
		return compareOrdered(a.rows[i].order, a.rows[j].order, n, g.x.Desc) < 0
	})
	rows := a.rows[min(a.offset, len(a.rows)):]
	if a.top >= 0 {
		rows = rows[:min(a.top, len(rows))]
	}
	switch g.x.Kind {
	case bound.GroupLast:
		if len(rows) > 0 {
			a.v = rows[len(rows)-1].vals[0]
		}
	case bound.GroupConcat:
		a.v = concatRows(rows)
	case bound.GroupCustom:
		a.v = customAggregate(g, rows)
	default:
		for _, r := range rows {
			a.fold(g, r.vals[0])
		}
	}
	a.rows = nil
}

// compareOrdered compares n ordering values, then the rest ascending.
func compareOrdered(a, b []value.Value, n int, desc bool) int {
	for i := range a {
		d := value.Compare(a[i], b[i])
		if d == 0 {
			continue
		}
		if i < n && desc {
			return -d
		}
		return d
	}
	return 0
}

func concatRows(rows []groupRow) value.Value {
	if len(rows) == 0 {
		return value.Value{}
	}
	var text strings.Builder
	for i, r := range rows {
		if i > 0 && len(r.vals) > 1 {
			text.WriteString(value.TextOf(r.vals[1]))
		}
		text.WriteString(value.TextOf(r.vals[0]))
	}
	return value.String(text.String())
}

// customAggregate computes the SQL aggregates that GROUP CUSTOM is used with.
func customAggregate(g *grouping, rows []groupRow) value.Value {
	if len(rows) == 0 {
		return value.Value{}
	}
	name := strings.ToUpper(strings.TrimSpace(g.x.Custom))
	fold := func(f func(a, b value.Value) value.Value) value.Value {
		out := rows[0].vals[0]
		for _, r := range rows[1:] {
			out = f(out, r.vals[0])
		}
		return out
	}
	add := func(a, b value.Value) value.Value {
		v, err := value.Add(a, b)
		if err != nil {
			Throw(g.x.Span, err)
		}
		return v
	}
	switch name {
	case "STRING_AGG":
		return concatRows(rows)
	case "SUM":
		return fold(add)
	case "COUNT":
		return value.Int64(int64(len(rows)))
	case "AVG":
		v, err := value.Div(fold(add), value.Decimal(int64(len(rows)), 0))
		if err != nil {
			Throw(g.x.Span, err)
		}
		return v
	case "MAX", "BOOL_OR":
		return fold(func(a, b value.Value) value.Value {
			if value.Compare(b, a) > 0 {
				return b
			}
			return a
		})
	case "MIN", "BOOL_AND":
		return fold(func(a, b value.Value) value.Value {
			if value.Compare(b, a) < 0 {
				return b
			}
			return a
		})
	}
	Throw(g.x.Span, value.Errorf(CodeCustom, "the aggregate %s is not available outside of a database", g.x.Custom))
	return value.Value{}
}

// CodeCustom is the code of the error that an SQL aggregate is not known.
const CodeCustom = "E3202"
