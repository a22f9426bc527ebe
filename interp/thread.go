package interp

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// signal tells how an action ended.
type signal uint8

const (
	done signal = iota
	broke
	continued
	returned
)

// act is a compiled action operator. It runs on one thread and one frame;
// errors travel as query.Thrown.
type act func(t *thread, fr *query.Frame) signal

// thread is one line of execution: a goroutine's frames, call stack and current
// session.
type thread struct {
	inst  *Instance
	sess  *Session
	env   query.Env
	inner []*query.Frame // frames of nested calls, depth of them in use
	depth int
	stack []Call
	steps int64
	watch int64 // steps at which to look at the context and the limits

	result      *result // of the last RETURN
	caught      *RunError
	request     *Request
	connections *connect.Connections
	executor    *executor
	handler     bool // inside a global event handler
	threads     *threads
	holdsApply  bool // inside an APPLY that saves
	applyLock   chan struct{}
}

// watchEvery is how many steps pass between two looks at the context.
const watchEvery = 1024

func (i *Instance) newThread(ctx context.Context, s *Session) *thread {
	t := &thread{inst: i, sess: s, watch: watchEvery, applyLock: i.applyLock}
	t.holdsApply = ctx.Value(holdsApply{}) != nil
	limits := i.options.Limits
	t.env = query.Env{Ctx: ctx, Session: s.st, Limits: &limits}
	t.env.Call = t.native
	t.env.JSON = t.jsonOperator
	if limits.Steps > 0 {
		t.watch = min(t.watch, limits.Steps)
	}
	return t
}

func (t *thread) ctx() context.Context { return t.env.Ctx }

// tick counts one step.
func (t *thread) tick(span diag.Span) {
	t.steps++
	if t.steps >= t.watch {
		t.look(span)
	}
}

func (t *thread) look(span diag.Span) {
	if err := context.Cause(t.env.Ctx); err != nil {
		query.Throw(span, &query.Thrown{
			Err: value.Errorf(CodeStopped, "the run was stopped: %s", err), Span: span, Cause: err,
		})
	}
	t.watch = t.steps + watchEvery
	t.env.Weigh(span)
	if limit := t.env.Limits.Steps; limit > 0 {
		if t.steps > limit {
			fail(span, CodeSteps, "more than %d steps", limit)
		}
		t.watch = min(t.watch, limit+1)
	}
}

// enter gives a cleared frame for a nested body; leave must follow.
func (t *thread) enter(size int) *query.Frame {
	if t.depth == len(t.inner) {
		t.inner = append(t.inner, &query.Frame{Env: &t.env})
	}
	f := t.inner[t.depth]
	t.depth++
	if cap(f.Slots) < size {
		f.Slots = make([]value.Value, size, size+4)
	}
	f.Slots = f.Slots[:size]
	clear(f.Slots)
	return f
}

func (t *thread) leave() { t.depth-- }

// ownFrame makes a frame that lives on after the caller.
func (t *thread) ownFrame(size int) *query.Frame {
	return &query.Frame{Slots: make([]value.Value, size), Env: &t.env}
}

// guard runs f; what f threw comes back as a *RunError, and frames, calls and
// session are as they were.
func (t *thread) guard(f func()) *RunError {
	depth, calls, sess, handler, conns := t.depth, len(t.stack), t.sess, t.handler, t.connections
	err := t.env.Guard(func() { t.catchBugs(f) })
	if err == nil {
		return nil
	}
	run := t.runError(err)
	t.depth, t.stack, t.handler, t.connections = depth, t.stack[:calls], handler, conns
	t.use(sess)
	return run
}

// catchBugs runs f and turns a Go panic, which is a fault of golsf itself, into
// an error that names the place in the user's program.
func (t *thread) catchBugs(f func()) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *query.Thrown:
			panic(r)
		default:
			at := diag.Span{}
			if n := len(t.stack); n > 0 {
				at = t.stack[n-1].Span
			}
			cause := fmt.Errorf("%v\n%s", r, debug.Stack())
			panic(&query.Thrown{Err: value.Errorf(CodeInternal, "internal error, please report it: %v", r), Span: at, Cause: cause})
		}
	}()
	f()
}

// use makes s the current session.
func (t *thread) use(s *Session) {
	t.sess = s
	t.env.Session = s.st
}

// push opens an action call.
func (t *thread) push(name string, span diag.Span) {
	if limit := t.env.Limits.Depth; limit > 0 && len(t.stack) >= limit {
		fail(span, CodeDepth, "more than %d nested calls", limit)
	}
	t.stack = append(t.stack, Call{Action: name, Span: span})
}

func (t *thread) pop() { t.stack = t.stack[:len(t.stack)-1] }
