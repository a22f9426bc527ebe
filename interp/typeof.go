package interp

import (
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/runtime/value"
)

// TypeOf tells the class of an expression's value and of the parameters that it
// leaves free, without computing it.
func (i *Instance) TypeOf(text string) (class string, params []string, list diag.List) {
	x, errs := parse.Expr(promptName, text)
	if errs.Errors() || x == nil {
		return "", nil, errs
	}
	i.growMu.RLock()
	defer i.growMu.RUnlock()
	e, errs := i.resolveExpr(x)
	if errs.Errors() {
		return "", nil, errs
	}
	for slot := range e.Params {
		s := e.Frame.Slots[slot]
		params = append(params, s.Name+" "+i.classText(s.Class))
	}
	return i.classText(e.Body.ValueClass()), params, nil
}

// classText is a class as a program writes it, lengths included.
func (i *Instance) classText(c value.Class) string {
	if c.IsObject() || !c.Known() {
		return i.className(c)
	}
	return c.String()
}
