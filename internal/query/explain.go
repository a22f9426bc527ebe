package query

import (
	"fmt"
	"sync"

	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
)

// Step is one line of an explained plan. Depth counts the branches around it;
// Alternative numbers them from 1 (0: not in one).
type Step struct {
	Depth, Alternative int
	Kind               string    // "scan", "by value", "filter", ...
	Object             string    // the property or class, "" for none
	Span               diag.Span // of a filter: the condition
	Estimated          float64   // rows for one row of the step before
	Rows               int64     // of all counted runs together, -1: none
}

// counted sums up the runs of a plan that counts.
type counted struct {
	mu          sync.Mutex
	seq         *sequence
	rows        []int64
	runs, found int64
}

func (c *counted) add(seq *sequence, rows []int64, found int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seq != seq {
		c.seq, c.rows = seq, make([]int64, len(rows))
	}
	for i, n := range rows {
		c.rows[i] += n
	}
	c.runs++
	c.found += found
}

// Trace has f called with every plan that is made from now on; these plans
// count their rows. It is to be called before the evaluator is in use; f may be
// called by several goroutines at once.
func (e *Evaluator) Trace(f func(*Plan)) { e.trace = f }

// Count makes the runs that follow count the rows of each step, for Explain.
func (p *Plan) Count(on bool) {
	p.countSteps.Store(on)
	p.orders.Store(nil)
}

// Span is the place of the operator that the plan is of.
func (p *Plan) Span() diag.Span { return p.q.Span }

// Runs is how often the plan ran while it counted, and how many rows it found
// in all.
func (p *Plan) Runs() (runs, found int64) {
	p.count.mu.Lock()
	defer p.count.mu.Unlock()
	return p.count.runs, p.count.found
}

// Explain gives the steps in the order in which they ran last while the plan
// counted, otherwise in that for the data that the session sees.
func (p *Plan) Explain(s *store.Session) []Step {
	if p.top.never {
		return []Step{{Kind: "nothing", Rows: -1}}
	}
	p.count.mu.Lock()
	seq, rows := p.count.seq, p.count.rows
	p.count.mu.Unlock()
	if seq == nil {
		if s == nil {
			return nil
		}
		seq = p.ordered(s).seq
	}
	return seq.explain(nil, 0, 0, rows)
}

// lineOf is a place as line:column.
func lineOf(s diag.Span) string { return fmt.Sprintf("%d:%d", s.Start.Line, s.Start.Col) }

func (q *sequence) explain(out []Step, depth, alternative int, rows []int64) []Step {
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
		if st.number < len(rows) {
			line.Rows = rows[st.number]
		}
		out = append(out, line)
	}
	for i, a := range q.alts {
		out = a.explain(out, depth+1, i+1, rows)
	}
	return out
}
