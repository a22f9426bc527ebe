package resolve

import "github.com/golsf/golsf/lang/bound"

// parts calls f with every direct operand of x, so that f can replace it.
// Operands that are not there are skipped.
func parts(x bound.Expr, f func(*bound.Expr)) {
	one := func(p *bound.Expr) {
		if *p != nil {
			f(p)
		}
	}
	all := func(xs []bound.Expr) {
		for i := range xs {
			one(&xs[i])
		}
	}
	switch x := x.(type) {
	case *bound.Call:
		all(x.Args)
	case *bound.Native:
		all(x.Args)
	case *bound.Iterate:
		one(&x.X)
		one(&x.From)
		one(&x.To)
	case *bound.Entries:
		one(&x.X)
		one(&x.Key)
	case *bound.Formula:
		all(x.Args)
	case *bound.Arith:
		one(&x.L)
		one(&x.R)
	case *bound.Negate:
		one(&x.X)
	case *bound.Round:
		one(&x.X)
		one(&x.Digits)
	case *bound.Compare:
		one(&x.L)
		one(&x.R)
	case *bound.Like:
		one(&x.X)
		one(&x.Pattern)
	case *bound.And:
		all(x.Items)
	case *bound.Or:
		all(x.Items)
	case *bound.Xor:
		one(&x.L)
		one(&x.R)
	case *bound.Not:
		one(&x.X)
	case *bound.If:
		one(&x.Cond)
		one(&x.Then)
		one(&x.Else)
	case *bound.Case:
		for i := range x.Arms {
			one(&x.Arms[i].When)
			one(&x.Arms[i].Then)
		}
		one(&x.Else)
	case *bound.Override:
		all(x.Items)
	case *bound.Extreme:
		all(x.Items)
	case *bound.Concat:
		one(&x.Sep)
		all(x.Items)
	case *bound.Is:
		one(&x.X)
	case *bound.As:
		one(&x.X)
	case *bound.Cast:
		one(&x.X)
	case *bound.Convert:
		one(&x.X)
	case *bound.StructOf:
		all(x.Parts)
	case *bound.Part:
		one(&x.X)
	case *bound.Prev:
		one(&x.X)
	case *bound.Change:
		one(&x.X)
	case *bound.Group:
		all(x.Operands)
		one(&x.Where)
		all(x.By)
		all(x.ByArgs)
		all(x.Order)
		one(&x.Top)
		one(&x.Offset)
	case *bound.Partition:
		all(x.Args)
		all(x.Operands)
		all(x.Order)
		all(x.By)
		one(&x.Top)
		one(&x.Offset)
		one(&x.Where)
		one(&x.Total)
		one(&x.Digits)
	case *bound.Recursion:
		all(x.Args)
		one(&x.Init)
		one(&x.Step)
	case *bound.JSONOf:
		exportParts(x.Export, one)
	}
}

func exportParts(e *bound.Export, one func(*bound.Expr)) {
	for i := range e.Columns {
		one(&e.Columns[i].X)
	}
	for i := range e.Objects {
		one(&e.Objects[i].X)
	}
	for i := range e.Order {
		one(&e.Order[i].X)
	}
	for i := range e.Top {
		one(&e.Top[i].X)
	}
	for i := range e.Offset {
		one(&e.Offset[i].X)
	}
	one(&e.Where)
	one(&e.TopX)
	one(&e.OffsetX)
}

// slotLists calls f with every list of slots that x introduces.
func slotLists(x bound.Expr, f func([]int)) {
	switch x := x.(type) {
	case *bound.Group:
		f(x.Params)
	case *bound.Partition:
		f(x.Params)
	case *bound.Recursion:
		f(x.Params)
		f(x.Previous)
	case *bound.JSONOf:
		f(x.Export.New)
	}
}

// walk calls f with x and everything in it, outer ones first.
func walk(x bound.Expr, f func(bound.Expr)) {
	if x == nil {
		return
	}
	f(x)
	parts(x, func(p *bound.Expr) { walk(*p, f) })
}

// replace puts f's answer in the place of every node of x, inner ones first.
func replace(x bound.Expr, f func(bound.Expr) bound.Expr) bound.Expr {
	if x == nil {
		return nil
	}
	parts(x, func(p *bound.Expr) { *p = replace(*p, f) })
	return f(x)
}

// renumber changes every slot of x by the table; slots it lacks stay.
func renumber(x bound.Expr, table map[int]int) {
	walk(x, func(n bound.Expr) {
		if p, ok := n.(*bound.Param); ok {
			if to, ok := table[p.Slot]; ok {
				p.Slot = to
			}
			return
		}
		slotLists(n, func(list []int) {
			for i, s := range list {
				if to, ok := table[s]; ok {
					list[i] = to
				}
			}
		})
	})
}

// freeSlots are the slots that x reads and does not introduce itself, in the
// order of their first use.
func freeSlots(xs ...bound.Expr) []int {
	inner := map[int]bool{}
	var order []int
	seen := map[int]bool{}
	for _, x := range xs {
		walk(x, func(n bound.Expr) {
			slotLists(n, func(list []int) {
				for _, s := range list {
					inner[s] = true
				}
			})
			if p, ok := n.(*bound.Param); ok && !seen[p.Slot] {
				seen[p.Slot] = true
				order = append(order, p.Slot)
			}
		})
	}
	free := order[:0]
	for _, s := range order {
		if !inner[s] {
			free = append(free, s)
		}
	}
	return free
}

// clone copies x deeply; properties, classes and exported columns' targets
// stay shared.
func clone(x bound.Expr) bound.Expr {
	if x == nil {
		return nil
	}
	copied := shallow(x)
	parts(copied, func(p *bound.Expr) { *p = clone(*p) })
	return copied
}

func list(xs []bound.Expr) []bound.Expr { return append([]bound.Expr(nil), xs...) }
func ints(xs []int) []int               { return append([]int(nil), xs...) }

func shallow(x bound.Expr) bound.Expr {
	switch x := x.(type) {
	case *bound.Const:
		c := *x
		return &c
	case *bound.StaticRef:
		c := *x
		return &c
	case *bound.Param:
		c := *x
		return &c
	case *bound.Call:
		c := *x
		c.Args = list(x.Args)
		return &c
	case *bound.Native:
		c := *x
		c.Args = list(x.Args)
		return &c
	case *bound.Iterate:
		c := *x
		return &c
	case *bound.Entries:
		c := *x
		return &c
	case *bound.Formula:
		c := *x
		c.Args = list(x.Args)
		return &c
	case *bound.Arith:
		c := *x
		return &c
	case *bound.Negate:
		c := *x
		return &c
	case *bound.Round:
		c := *x
		return &c
	case *bound.Compare:
		c := *x
		return &c
	case *bound.Like:
		c := *x
		return &c
	case *bound.And:
		c := *x
		c.Items = list(x.Items)
		return &c
	case *bound.Or:
		c := *x
		c.Items = list(x.Items)
		return &c
	case *bound.Xor:
		c := *x
		return &c
	case *bound.Not:
		c := *x
		return &c
	case *bound.If:
		c := *x
		return &c
	case *bound.Case:
		c := *x
		c.Arms = append([]bound.Arm(nil), x.Arms...)
		return &c
	case *bound.Override:
		c := *x
		c.Items = list(x.Items)
		return &c
	case *bound.Extreme:
		c := *x
		c.Items = list(x.Items)
		return &c
	case *bound.Concat:
		c := *x
		c.Items = list(x.Items)
		return &c
	}
	return shallowRest(x)
}

func shallowRest(x bound.Expr) bound.Expr {
	switch x := x.(type) {
	case *bound.Is:
		c := *x
		return &c
	case *bound.As:
		c := *x
		return &c
	case *bound.Cast:
		c := *x
		return &c
	case *bound.Convert:
		c := *x
		return &c
	case *bound.StructOf:
		c := *x
		c.Parts = list(x.Parts)
		return &c
	case *bound.Part:
		c := *x
		return &c
	case *bound.Prev:
		c := *x
		return &c
	case *bound.Change:
		c := *x
		return &c
	case *bound.Group:
		c := *x
		c.Params, c.Operands, c.By, c.ByArgs, c.Order = ints(x.Params), list(x.Operands), list(x.By), list(x.ByArgs), list(x.Order)
		return &c
	case *bound.Partition:
		c := *x
		c.Params, c.Args, c.Operands, c.Order, c.By = ints(x.Params), list(x.Args), list(x.Operands), list(x.Order), list(x.By)
		return &c
	case *bound.Recursion:
		c := *x
		c.Params, c.Previous, c.Args = ints(x.Params), ints(x.Previous), list(x.Args)
		return &c
	case *bound.JSONOf:
		c := *x
		e := *x.Export
		e.New = ints(e.New)
		e.Columns = append([]bound.Column(nil), e.Columns...)
		e.Order = append([]bound.OrderItem(nil), e.Order...)
		c.Export = &e
		return &c
	}
	return x
}
