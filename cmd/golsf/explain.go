package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/diag"
)

type explainCommand struct {
	Files  []string `arg:"" name:"file" help:"lsFusion files; arguments of the action follow after --."`
	Action string   `default:"run" placeholder:"NAME" help:"The action to run."`
	callFlags
}

func (e *explainCommand) Help() string {
	return "Example: golsf explain shop.lsf --action recount\n\n" +
		"The action really runs; what it writes goes to stderr. For every set (FOR, WHERE, GROUP, events ...) of the given\n" +
		"files the steps are listed in the order in which they ran: how rows are found, how many were expected for one row\n" +
		"of the step before, and how many there were."
}

func (e *explainCommand) Run(ctx context.Context, c console) error {
	srcs, err := sources(e.Files)
	if err != nil {
		return err
	}
	var t traced
	e.loaded = func(p *assembly.Program) { p.Instance.Evaluator().Trace(t.add) }
	quiet := c
	quiet.out = c.err
	err = e.call(ctx, quiet, srcs, interp.Request{Action: e.Action})
	t.show(c.out, srcs)
	return err
}

// traced gathers the plans of a run.
type traced struct {
	mu    sync.Mutex
	plans []*query.Plan
}

func (t *traced) add(p *query.Plan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.plans = append(t.plans, p)
}

// show lists the plans of the files that ran, in the order of the text.
func (t *traced) show(w io.Writer, srcs []interp.Source) {
	given := func(s diag.Span) bool {
		return slices.ContainsFunc(srcs, func(src interp.Source) bool { return src.Name == s.Start.File })
	}
	slices.SortStableFunc(t.plans, func(a, b *query.Plan) int {
		x, y := a.Span().Start, b.Span().Start
		if x.File != y.File {
			return strings.Compare(x.File, y.File)
		}
		return x.Offset - y.Offset
	})
	for _, p := range t.plans {
		runs, found := p.Runs()
		if runs == 0 || !given(p.Span()) {
			continue
		}
		fmt.Fprintf(w, "%s: %d rows", p.Span().Start, found)
		if runs > 1 {
			fmt.Fprintf(w, " in %d runs", runs)
		}
		fmt.Fprintln(w)
		for _, s := range p.Explain(nil) {
			showStep(w, s)
		}
	}
}

func showStep(w io.Writer, s query.Step) {
	what := s.Kind
	if s.Object != "" {
		what += " " + s.Object
	}
	if s.Span.Start.IsValid() {
		what += fmt.Sprintf(" %d:%d", s.Span.Start.Line, s.Span.Start.Col)
	}
	if s.Alternative > 0 {
		what = fmt.Sprintf("or %d: %s", s.Alternative, what)
	}
	expected, rows := "", "-"
	if s.Kind != "filter" {
		expected = fmt.Sprintf("~%.3g", s.Estimated)
	}
	if s.Rows >= 0 {
		rows = fmt.Sprint(s.Rows)
	}
	fmt.Fprintf(w, "  %-50s %8s %10s\n", strings.Repeat("  ", s.Depth)+what, expected, rows)
}
