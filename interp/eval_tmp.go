package interp

import (
	"github.com/golsf/golsf/lang/bound"
)

// temporary: until EVAL is written
func (c *compiler) evalAct(x *bound.Eval) act { return unsupported(x.Span, "EVAL") }
func (t *thread) serveEval(r *Request, res *Result) {}
