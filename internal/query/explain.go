package query

import (
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
)

// Step is one line of an explained plan. Depth counts the branches around it;
// Alternative numbers them from 1 (0: not in one).
type Step struct {
	Depth, Alternative int
	Kind               string // "scan", "by value", "filter", ...
	Object             string // the property or class, "" for none
	Span               diag.Span
	Estimated          float64 // rows for one row of the step before
	Rows               int64   // of the last counted run, -1: none
}

// Count makes the runs that follow count the rows of each step, for Explain.
func (p *Plan) Count(on bool) {
	p.countSteps.Store(on)
	p.orders.Store(nil)
}

// Explain gives the steps in the order in which they run for the data that the
// session sees.
func (p *Plan) Explain(s *store.Session) []Step {
	if p.top.never {
		return []Step{{Kind: "nothing", Rows: -1}}
	}
	var real []int64
	if l := p.last.Load(); l != nil {
		real = *l
	}
	return p.ordered(s).seq.explain(nil, 0, 0, real)
}

func (q *sequence) explain(out []Step, depth, alternative int, real []int64) []Step {
	for _, st := range q.steps {
		if st.distinct {
			continue
		}
		line := Step{Depth: depth, Alternative: alternative, Estimated: st.est, Rows: -1}
		if st.filter != nil {
			line.Kind, line.Span = "filter", st.filter.x.Place()
		} else {
			line.Kind, line.Object = st.src.describe(st.before)
		}
		if st.number < len(real) {
			line.Rows = real[st.number]
		}
		out = append(out, line)
	}
	for i, a := range q.alts {
		out = a.explain(out, depth+1, i+1, real)
	}
	return out
}
