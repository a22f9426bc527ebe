package query

import (
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// Fits compiles the test whether an implementation of an abstract property or
// action is for the arguments in the first slots of a frame.
func (e *Evaluator) Fits(declared []value.Class, im *bound.Implementation, m Mode) func(fr *Frame) bool {
	return e.fits(declared, im, m)
}

// IsClass compiles the test whether the value of a slot is of a class.
func (e *Evaluator) IsClass(slot int, c value.Class, m Mode) func(fr *Frame) bool {
	return e.isClass(func(fr *Frame) value.Value { return fr.Slots[slot] }, c, m)
}

// Uses reports whether x reads the slot of its own frame.
func Uses(x bound.Expr, slot int) bool {
	found := map[int]bool{}
	collectFree(x, found)
	return found[slot]
}

// Walk calls visit for x and all expressions inside it that belong to the same
// text; bodies of properties are not entered. visit returns false to leave out
// what is below.
func Walk(x bound.Expr, visit func(bound.Expr) bool) {
	if x == nil || !visit(x) {
		return
	}
	for _, c := range children(x) {
		Walk(c, visit)
	}
}
