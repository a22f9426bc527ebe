package ext

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// DefaultWait is how long asynchronous items are waited for at the end.
const DefaultWait = 30 * time.Second

// Caller runs an action of the program: an *interp.Instance from outside, the
// *interp.Host from within a running action.
type Caller interface {
	Call(ctx context.Context, r interp.Request) (*interp.Result, error)
}

// Connectors calls the methods of named connectors.
type Connectors interface {
	Invoke(ctx context.Context, c *registry.Call) (registry.Value, *registry.Error)
}

// Options of a Runner.
type Options struct {
	Folder     *Folder    // nil: no extensions
	Connectors Connectors // nil: none
	// Stdout gets what executables write, Stderr their errors and how
	// asynchronous items end that nobody waits for. They are written to by
	// several goroutines. nil drops it.
	Stdout, Stderr io.Writer
	// MaxOutput bounds the output of an executable, in bytes; 0 is no bound.
	MaxOutput int64
	// Wait is how long Wait and Close wait for asynchronous items; 0 means
	// DefaultWait.
	Wait time.Duration
	// OnError gets the errors of scripts that Run waits for, with their places,
	// before the entry is finished; nil drops them.
	OnError func(err error)
}

// Runner fires extension points. It is safe for use by several goroutines once
// it is bound; close it when nothing more will be fired.
type Runner struct {
	options Options
	program *interp.Instance
	targets map[*Manifest]target

	base   context.Context // of asynchronous items
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	wait   sync.WaitGroup
	under  map[*asyncRun]struct{}
}

// target is the action of a script, or why there is none.
type target struct {
	action  *bound.Action
	failure *Failure
}

// NewRunner makes a runner; Bind gives it the program.
func NewRunner(o Options) *Runner {
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	if o.Wait <= 0 {
		o.Wait = DefaultWait
	}
	r := &Runner{options: o, targets: map[*Manifest]target{}, under: map[*asyncRun]struct{}{}}
	r.base, r.cancel = context.WithCancelCause(context.Background())
	return r
}

// Bind looks up the actions of the scripts in the loaded program. broken says
// of scripts, by path, why they are not part of it.
func (r *Runner) Bind(program *interp.Instance, broken map[string]*Failure) {
	r.program = program
	if r.options.Folder == nil {
		return
	}
	for _, m := range r.options.Folder.Manifests {
		if m.Action == nil || m.Action.Script == "" {
			continue
		}
		if f := broken[m.Action.Script]; f != nil {
			r.targets[m] = target{failure: f}
			continue
		}
		r.targets[m] = r.find(m.Action)
	}
}

func (r *Runner) find(a *Action) target {
	var found []*bound.Action
	if r.program != nil {
		for _, m := range r.program.Program().Modules {
			if SamePath(m.File, a.Script) {
				found = r.program.ActionsIn(m.File, a.Run)
				break
			}
		}
	}
	switch len(found) {
	case 0:
		return target{failure: &Failure{Code: CodeScript, Message: fmt.Sprintf("the script %s has no action %s", a.Script, a.Run)}}
	case 1:
		return target{action: found[0]}
	}
	return target{failure: &Failure{Code: CodeScript, Message: fmt.Sprintf("the script %s has several actions %s", a.Script, a.Run)}}
}

// Unbound lists the manifests whose script has an error or lacks the action.
func (r *Runner) Unbound() []Problem {
	var out []Problem
	if r.options.Folder == nil {
		return nil
	}
	for _, m := range r.options.Folder.Manifests {
		if t := r.targets[m]; t.failure != nil {
			out = append(out, Problem{m.File, "$.action.script", t.failure.Message})
		}
	}
	return out
}

// Run fires a point: all that carries exactly this URI, in path order. each, if
// not nil, gets the entries as they end. Failures are in the report; after the
// end of ctx nothing more is called. Wait completes the report.
func (r *Runner) Run(ctx context.Context, uri string, params []Param, each func(*Entry)) *Report {
	f := &firing{r: r, caller: r.program, params: params, each: each, awaited: true}
	return f.run(ctx, uri)
}

// firing is one point being fired.
type firing struct {
	r       *Runner
	caller  Caller
	params  []Param
	each    func(*Entry)
	awaited bool // somebody will wait for asynchronous items
	depth   int
	report  *Report
}

func (f *firing) run(ctx context.Context, uri string) *Report {
	f.report = &Report{URI: uri, Status: StatusSuccess, Items: []*Entry{}}
	carried := false
	if folder := f.r.options.Folder; folder != nil {
		for _, m := range folder.Manifests {
			if m.URI != uri {
				continue
			}
			carried = true
			success := true
			if m.Type == TypeUnion {
				success = f.union(ctx, m)
			} else {
				e := &Entry{URI: uri, Condition: None}
				success = f.call(ctx, e, []*Manifest{m}, previous{}) != bad
				f.add(e)
			}
			if !success {
				f.report.Status = StatusFailed
			}
		}
	}
	if !carried {
		f.add(&Entry{URI: uri, Condition: None, Status: StatusMissing})
	}
	return f.report
}

func (f *firing) add(e *Entry) {
	f.report.Items = append(f.report.Items, e)
	if f.each != nil {
		f.each(e)
	}
}

// previous is what an action may know of the item that ran before it.
type previous struct {
	uri    string
	status Status // "" before the first
}

// union runs the list of m.
func (f *firing) union(ctx context.Context, m *Manifest) bool {
	list := m.Union.List
	var before previous
	entry := &Entry{}
	has := func(i int) bool {
		entry = &Entry{URI: list[i].URI, Condition: list[i].Condition}
		actions, unions := f.r.options.Folder.carried(list[i].URI)
		return len(actions) > 0 || list[i].URI != m.URI && len(unions) > 0
	}
	call := func(i int) step {
		actions, _ := f.r.options.Folder.carried(list[i].URI)
		s := bad
		if len(actions) == 0 {
			entry.Error = &Failure{Code: CodeNotUnitable, Message: "the extension is a union: only actions can be united"}
			entry.Status = StatusFailed
		} else {
			s = f.call(ctx, entry, actions, before)
		}
		if s != started {
			before = previous{entry.URI, entry.Status}
		}
		return s
	}
	return chain(list, startIsSuccess, has, call, func(_ int, s Status) {
		entry.Status = s
		f.add(entry)
	})
}

// call runs all actions of one item and fills its entry.
func (f *firing) call(ctx context.Context, e *Entry, actions []*Manifest, before previous) step {
	began := time.Now()
	out := started
	for _, m := range actions {
		c := call{uri: e.URI, params: f.params, before: before}
		if f.awaited {
			c.onError = f.r.options.OnError
		}
		if ctx.Err() != nil {
			out = bad
			e.fail(stopped(ctx))
			break
		}
		if m.Action.Async {
			c.onError = nil
			e.runs = append(e.runs, f.r.start(c, m, f.depth, f.awaited))
			continue
		}
		failure := f.r.invoke(ctx, f.caller, c, m)
		switch {
		case failure != nil:
			out = bad
			e.fail(failure)
		case out == started:
			out = ok
		}
	}
	e.Ms = time.Since(began).Milliseconds()
	e.Status = out.status()
	return out
}

// fail keeps the first failure of an item.
func (e *Entry) fail(f *Failure) {
	if e.Error == nil {
		e.Error = f
	}
}

// asyncRun is an asynchronous action under way. Its result may be read when
// ended is closed.
type asyncRun struct {
	uri     string
	awaited bool
	ended   chan struct{}
	failure *Failure
	took    time.Duration
}

// start runs an action beside its caller, in a session of its own.
func (r *Runner) start(c call, m *Manifest, depth int, awaited bool) *asyncRun {
	run := &asyncRun{uri: c.uri, awaited: awaited, ended: make(chan struct{})}
	r.mu.Lock()
	r.under[run] = struct{}{}
	r.mu.Unlock()
	r.wait.Go(func() {
		began := time.Now()
		run.failure = r.invoke(withDepth(r.base, depth), r.program, c, m)
		run.took = time.Since(began)
		r.mu.Lock()
		delete(r.under, run)
		r.mu.Unlock()
		if run.failure != nil && !awaited {
			r.log(run.uri, run.failure.line())
		}
		close(run.ended)
	})
	return run
}

func (r *Runner) log(uri, text string) {
	fmt.Fprintf(r.options.Stderr, "extension %s: %s\n", uri, text)
}

// Wait waits for the asynchronous items of a report, no longer than
// Options.Wait, and gives them their outcome. It changes the report.
func (r *Runner) Wait(ctx context.Context, rep *Report) {
	ctx, cancel := context.WithTimeout(ctx, r.options.Wait)
	defer cancel()
	for _, e := range rep.Items {
		if len(e.runs) == 0 {
			continue
		}
		e.Outcome = StatusSuccess
		for _, run := range e.runs {
			select {
			case <-run.ended: // ended ones count even when the time is over
			default:
				select {
				case <-run.ended:
				case <-ctx.Done():
					e.Outcome = StatusUnfinished
					continue
				}
			}
			if e.Status == StatusAsync {
				e.Ms = max(e.Ms, run.took.Milliseconds())
			}
			if run.failure != nil {
				e.fail(run.failure)
				if e.Outcome == StatusSuccess {
					e.Outcome = StatusFailed
				}
			}
		}
		e.runs = nil
	}
}

var errClosed = errors.New("the program has ended")

// Close waits for the asynchronous items that are under way, no longer than
// Options.Wait or the end of ctx, and stops those that have not ended by then.
func (r *Runner) Close(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		r.wait.Wait()
		close(ended)
	}()
	r.mu.Lock()
	waits := false
	for run := range r.under {
		waits = waits || !run.awaited
	}
	r.mu.Unlock()
	if waits {
		limit := time.NewTimer(r.options.Wait)
		defer limit.Stop()
		select {
		case <-ended:
		case <-limit.C:
		case <-ctx.Done():
		}
	}
	r.cancel(errClosed)
	last := time.NewTimer(5 * time.Second)
	defer last.Stop()
	select {
	case <-ended:
	case <-last.C:
	}
}
