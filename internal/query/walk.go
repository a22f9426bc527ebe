package query

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// children gives the direct sub-expressions of x that are read over x's own
// frame, whether or not x introduces some of the slots they use.
func children(x bound.Expr) []bound.Expr {
	switch x := x.(type) {
	case *bound.Call:
		return x.Args
	case *bound.Native:
		return x.Args
	case *bound.Iterate:
		return some(x.X, x.From, x.To)
	case *bound.Entries:
		return some(x.X, x.Key)
	case *bound.Formula:
		return x.Args
	case *bound.Arith:
		return some(x.L, x.R)
	case *bound.Negate:
		return some(x.X)
	case *bound.Round:
		return some(x.X, x.Digits)
	case *bound.Compare:
		return some(x.L, x.R)
	case *bound.Like:
		return some(x.X, x.Pattern)
	case *bound.And:
		return x.Items
	case *bound.Or:
		return x.Items
	case *bound.Xor:
		return some(x.L, x.R)
	case *bound.Not:
		return some(x.X)
	case *bound.If:
		return some(x.Cond, x.Then, x.Else)
	case *bound.Case:
		out := make([]bound.Expr, 0, 2*len(x.Arms)+1)
		for _, a := range x.Arms {
			out = append(out, some(a.When, a.Then)...)
		}
		return append(out, some(x.Else)...)
	case *bound.Override:
		return x.Items
	case *bound.Extreme:
		return x.Items
	case *bound.Concat:
		return append(some(x.Sep), x.Items...)
	case *bound.Is:
		return some(x.X)
	case *bound.As:
		return some(x.X)
	case *bound.Cast:
		return some(x.X)
	case *bound.Convert:
		return some(x.X)
	case *bound.StructOf:
		return x.Parts
	case *bound.Part:
		return some(x.X)
	case *bound.Prev:
		return some(x.X)
	case *bound.Change:
		return some(x.X)
	case *bound.Group:
		return slices.Concat(x.Operands, some(x.Where), x.By, x.ByArgs, x.Order, some(x.Top, x.Offset))
	case *bound.Partition:
		return slices.Concat(x.Args, x.Operands, x.Order, x.By, some(x.Top, x.Offset, x.Where, x.Total, x.Digits))
	case *bound.Recursion:
		return append(some(x.Init, x.Step), x.Args...)
	case *bound.JSONOf:
		return exportParts(x.Export)
	}
	return nil
}

func exportParts(x *bound.Export) []bound.Expr {
	if x == nil {
		return nil
	}
	var out []bound.Expr
	for _, c := range x.Columns {
		out = append(out, some(c.X)...)
	}
	for _, o := range x.Order {
		out = append(out, some(o.X)...)
	}
	for _, o := range x.Objects {
		out = append(out, some(o.X)...)
	}
	for _, l := range slices.Concat(x.Top, x.Offset) {
		out = append(out, some(l.X)...)
	}
	return append(out, some(x.Where, x.TopX, x.OffsetX, x.Root, x.Tag, x.Sheet)...)
}

// some drops the nil ones.
func some(xs ...bound.Expr) []bound.Expr {
	out := make([]bound.Expr, 0, len(xs))
	for _, x := range xs {
		if x != nil {
			out = append(out, x)
		}
	}
	return out
}

// introduced gives the slots that x brings in for its own sub-expressions.
func introduced(x bound.Expr) []int {
	switch x := x.(type) {
	case *bound.Group:
		return x.Params
	case *bound.Partition:
		return x.Params
	case *bound.Recursion:
		return slices.Concat(x.Params, x.Previous)
	case *bound.JSONOf:
		if x.Export != nil {
			return x.Export.New
		}
	}
	return nil
}

// outerArgs are the sub-expressions of x that are read over the outer slots
// alone: an introduced slot there is an outer one of the same number.
func outerArgs(x bound.Expr) []bound.Expr {
	switch x := x.(type) {
	case *bound.Group:
		return x.ByArgs
	case *bound.Partition:
		return x.Args
	case *bound.Recursion:
		return x.Args
	}
	return nil
}

func freeSlots(xs ...bound.Expr) []int {
	found := map[int]bool{}
	for _, x := range xs {
		collectFree(x, found)
	}
	return sortedKeys(found)
}

func sortedKeys(set map[int]bool) []int {
	out := make([]int, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func collectFree(x bound.Expr, found map[int]bool) {
	if x == nil {
		return
	}
	if p, ok := x.(*bound.Param); ok {
		found[p.Slot] = true
		return
	}
	own := introduced(x)
	if len(own) == 0 {
		for _, c := range children(x) {
			collectFree(c, found)
		}
		return
	}
	outer := outerArgs(x)
	inner := map[int]bool{}
	for _, c := range children(x) {
		if !slices.Contains(outer, c) {
			collectFree(c, inner)
		}
	}
	for s := range inner {
		if !slices.Contains(own, s) {
			found[s] = true
		}
	}
	for _, c := range outer {
		collectFree(c, found)
	}
}

// frameSize is the number of slots a frame needs for xs.
func frameSize(xs ...bound.Expr) int {
	size := 0
	for _, x := range xs {
		if x == nil {
			continue
		}
		if p, ok := x.(*bound.Param); ok {
			size = max(size, p.Slot+1)
		}
		for _, s := range introduced(x) {
			size = max(size, s+1)
		}
		size = max(size, frameSize(children(x)...))
	}
	return size
}

// Reads is what the value of an expression depends on besides its slots.
type Reads struct {
	// Properties are the stored and local properties, in order of first use.
	Properties []*bound.Property
	// Objects: the classes of objects matter.
	Objects bool
	// Changes: a change operator or PREV occurs, so that the state the session
	// started from matters too.
	Changes bool
	// Volatile: a function may give another value at the next call.
	Volatile bool
}

// Reads lists what x reads, through calculated and abstract properties.
func (e *Evaluator) Reads(xs ...bound.Expr) *Reads {
	r := &Reads{}
	seen := map[*bound.Property]bool{}
	for _, x := range xs {
		r.add(x, seen)
	}
	return r
}

func (r *Reads) add(x bound.Expr, seen map[*bound.Property]bool) {
	if x == nil {
		return
	}
	switch x := x.(type) {
	case *bound.Call:
		r.property(x.Prop, seen)
		for i, a := range x.Args {
			// A parameter of a narrower class is a test of the class.
			p, ok := a.(*bound.Param)
			if ok && p.Class.IsObject() && i < len(x.Prop.Params) && p.Class != x.Prop.Params[i] {
				r.Objects = true
			}
		}
	case *bound.Is, *bound.As:
		r.Objects = true
	case *bound.Prev, *bound.Change:
		r.Changes = true
	case *bound.Native:
		r.Volatile = r.Volatile || volatileFunc(x)
	case *bound.Formula:
		r.Volatile = r.Volatile || volatileText(x.Text)
	case *bound.JSONOf:
		r.Volatile = r.Volatile || x.Export == nil || x.Export.Form != nil
	}
	for _, c := range children(x) {
		r.add(c, seen)
	}
}

func (r *Reads) property(p *bound.Property, seen map[*bound.Property]bool) {
	if seen[p] {
		return
	}
	seen[p] = true
	switch p.Kind {
	case bound.Data, bound.Local:
		r.Properties = append(r.Properties, p)
	case bound.Abstract:
		r.Objects = true
		for _, im := range p.Implementations {
			r.add(im.When, seen)
			r.add(im.Value, seen)
		}
	default:
		r.add(p.Body, seen)
	}
}

// volatileFunc tells functions of the clock, of chance and of the surroundings:
// those without arguments, and those whose names say so.
func volatileFunc(x *bound.Native) bool {
	if len(x.Args) == 0 {
		return true
	}
	name := strings.ToLower(x.Func)
	for _, word := range []string{"current", "rand", "uuid", "generate", "next", "file", "read"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func volatileText(sql string) bool {
	sql = strings.ToLower(sql)
	for _, word := range []string{"random", "now(", "clock_", "current_", "uuid", "nextval", "localtime", "statement_timestamp"} {
		if strings.Contains(sql, word) {
			return true
		}
	}
	return false
}

// dependency is Reads with handles of the store, for stamps.
type dependency struct {
	props    []*store.Property
	objects  bool
	changes  bool
	volatile bool
}

func (e *Evaluator) dependency(xs ...bound.Expr) *dependency {
	r := e.Reads(xs...)
	d := &dependency{objects: r.Objects, changes: r.Changes, volatile: r.Volatile}
	for _, p := range r.Properties {
		d.props = append(d.props, e.handle(p))
	}
	return d
}

// stamps appends what identifies the state of everything that is read.
func (d *dependency) stamps(dst []store.Stamp, s *store.Session, m Mode) []store.Stamp {
	for _, p := range d.props {
		dst = append(dst, s.Stamp(m.At, p))
		if d.changes {
			dst = append(dst, s.Stamp(m.Since, p), s.Stamp(store.Prev, p))
		}
	}
	if d.objects {
		dst = append(dst, s.ObjectStamp(m.At))
		if d.changes {
			dst = append(dst, s.ObjectStamp(m.Since), s.ObjectStamp(store.Prev))
		}
	}
	return dst
}

// size is the logarithm of the number of rows of everything that is read.
func (d *dependency) size(s *store.Session, m Mode) byte {
	n := 0
	for _, p := range d.props {
		n += s.Count(m.At, p)
	}
	if d.objects {
		n += s.CountObjects(m.At, 0)
	}
	return byte(bits.Len(uint(n)))
}

// touched tells whether anything that is read was written since then.
func (d *dependency) touched(s *store.Session, since store.State) bool {
	if d.volatile || d.objects && s.ObjectsTouched(since) {
		return true
	}
	for _, p := range d.props {
		if s.Touched(p, since) {
			return true
		}
	}
	return false
}

// slotSet is a set of slots.
type slotSet []uint64

func (s slotSet) has(i int) bool { return i>>6 < len(s) && s[i>>6]&(1<<(i&63)) != 0 }

func (s slotSet) all(slots []int) bool {
	for _, i := range slots {
		if !s.has(i) {
			return false
		}
	}
	return true
}

// with gives a copy of s that has the slots too.
func (s slotSet) with(slots ...int) slotSet {
	out := slices.Clone(s)
	for _, i := range slots {
		for i>>6 >= len(out) {
			out = append(out, 0)
		}
		out[i>>6] |= 1 << (i & 63)
	}
	return out
}

// isNull tells whether x is the literal NULL.
func isNull(x bound.Expr) bool {
	c, ok := x.(*bound.Const)
	return ok && c.Value.Kind() == value.Null
}
