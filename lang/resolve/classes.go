package resolve

import (
	"strings"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// class is the user class behind c, nil for a built-in or unknown one.
func (r *Resolver) class(c value.Class) *bound.Class {
	if !c.IsObject() || int(c.User) >= len(r.prog.Classes) {
		return nil
	}
	return r.prog.Classes[c.User]
}

// className is c as a message names it.
func (r *Resolver) className(c value.Class) string {
	if k := r.class(c); k != nil {
		return k.Ident
	}
	if !c.Known() {
		return "?"
	}
	return c.String()
}

// canonicalClass is c as it stands in a canonical name.
func (r *Resolver) canonicalClass(c value.Class) string {
	if k := r.class(c); k != nil {
		return k.Namespace + "." + k.Ident
	}
	switch {
	case !c.Known():
		return "?"
	case c.IsText():
		return "STRING"
	case c.IsNumber() && c.Name == value.NameNumeric:
		return "NUMERIC"
	}
	return c.String()
}

// canonicalName is namespace.name[classes].
func (r *Resolver) canonicalName(n *bound.Name, params []value.Class) string {
	var b strings.Builder
	b.WriteString(n.Namespace)
	b.WriteByte('.')
	b.WriteString(n.Ident)
	b.WriteByte('[')
	for i, c := range params {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(r.canonicalClass(c))
	}
	b.WriteByte(']')
	return b.String()
}

// classList is classes as a message shows them: "Sku, INTEGER".
func (r *Resolver) classList(classes []value.Class) string {
	words := make([]string, len(classes))
	for i, c := range classes {
		words[i] = r.className(c)
	}
	return strings.Join(words, ", ")
}

// fits reports whether an argument of class arg may stand for a parameter of
// class param: it is that class or a descendant, or a built-in class that
// converts. An unknown class fits everything.
func (r *Resolver) fits(arg, param value.Class) bool {
	if !arg.Known() || !param.Known() || arg == param {
		return true
	}
	a, p := r.class(arg), r.class(param)
	if a != nil && p != nil {
		return a.Inherits(p)
	}
	if a != nil || p != nil {
		return false
	}
	_, ok := value.Common(arg, param)
	return ok
}

// narrower reports whether a's parameters are all within b's.
func (r *Resolver) narrower(a, b []value.Class) bool {
	for i := range a {
		if !b[i].Known() {
			continue
		}
		if !a[i].Known() || !r.fits(a[i], b[i]) {
			return false
		}
	}
	return true
}

// overlaps reports whether a value can be of both classes.
func (r *Resolver) overlaps(a, b value.Class) bool {
	if !a.Known() || !b.Known() || a == b {
		return true
	}
	x, y := r.class(a), r.class(b)
	if x != nil && y != nil {
		return commonDescendant(x, y)
	}
	if x != nil || y != nil {
		return false
	}
	_, ok := value.Common(a, b)
	return ok
}

func commonDescendant(a, b *bound.Class) bool {
	if a.Inherits(b) || b.Inherits(a) {
		return true
	}
	for _, c := range a.Children {
		if commonDescendant(c, b) {
			return true
		}
	}
	return false
}

// common is the class that holds values of both; for user classes the nearest
// common ancestor.
func (r *Resolver) common(a, b value.Class) (value.Class, bool) {
	x, y := r.class(a), r.class(b)
	if x == nil || y == nil {
		return value.Common(a, b)
	}
	return r.ancestor(x, y).Value(), true
}

func (r *Resolver) ancestor(a, b *bound.Class) *bound.Class {
	level := []*bound.Class{a}
	for len(level) > 0 {
		var next []*bound.Class
		for _, c := range level {
			if b.Inherits(c) {
				return c
			}
			next = append(next, c.Parents...)
		}
		level = next
	}
	return r.prog.Classes[0]
}

// sameSignature reports whether two declarations collide: pairwise the same
// class, where all numbers count as one and all strings count as one.
func sameSignature(a, b []value.Class) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if signatureClass(a[i]) != signatureClass(b[i]) || a[i].Name == value.NameLink {
			return false // the LINK classes are told apart by programs, not here
		}
	}
	return true
}

func signatureClass(c value.Class) value.Class {
	switch {
	case c.IsNumber():
		return value.ClassInteger
	case c.Name >= value.NameString && c.Name <= value.NameText:
		return value.ClassString
	}
	return c
}

// joinClass is the class of the one result of several branches, unknown ones
// left out; ok is false when two of them have nothing in common.
func (r *Resolver) joinClass(xs []bound.Expr) (c value.Class, ok bool) {
	ok = true
	for _, x := range xs {
		if x == nil {
			continue
		}
		k := x.ValueClass()
		if !k.Known() {
			continue
		}
		if !c.Known() {
			c = k
			continue
		}
		j, fit := r.common(c, k)
		if !fit {
			return c, false
		}
		c = j
	}
	return c, ok
}

// converted is x brought to class c, where that changes the value's form.
func converted(x bound.Expr, c value.Class) bound.Expr {
	if x == nil {
		return nil
	}
	k := x.ValueClass()
	if !k.Known() || !c.Known() || k == c || c.IsObject() || k.IsText() && c.IsText() && k.BlankPadded() == c.BlankPadded() {
		return x
	}
	return &bound.Convert{Node: bound.Node{Class: c, Span: x.Place()}, X: x}
}
