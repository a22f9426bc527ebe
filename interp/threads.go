package interp

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// threads are the goroutines that one call from outside has started; the call
// ends when all of them have.
type threads struct {
	wg     sync.WaitGroup
	mu     sync.Mutex
	errors []*RunError
}

func (s *threads) failed(err *RunError) {
	s.mu.Lock()
	s.errors = append(s.errors, err)
	s.mu.Unlock()
}

// executor runs the threads of a NEWEXECUTOR, a fixed number at a time, in the
// order in which they were started.
type executor struct {
	tasks   []func()
	results []func(t *thread)
	errors  []*RunError
	lock    chan struct{} // of APPLY, when the one who waits is inside an APPLY itself
	mu      sync.Mutex
}

// lockApply makes APPLYs of different sessions run one after another, so that
// constraints hold for what is saved together.
func (t *thread) lockApply(span diag.Span) (unlock func()) {
	if t.holdsApply {
		return func() {}
	}
	lock := t.applyLock
	select {
	case lock <- struct{}{}:
	case <-t.ctx().Done():
		t.look(span)
	}
	t.holdsApply = true
	return func() {
		t.holdsApply = false
		<-lock
	}
}

type holdsApply struct{}

// outerContext is the context of a call to the outside world: what comes back
// in through it, as changes that SQL made, does not wait for an APPLY of the
// caller.
func (t *thread) outerContext() context.Context {
	if t.holdsApply {
		return context.WithValue(t.ctx(), holdsApply{}, true)
	}
	return t.ctx()
}

// spawn prepares a thread with a session of its own that has copies of the
// caller's locals, and a copy of its frame.
func (t *thread) spawn(fr *query.Frame, ctx context.Context) (*thread, *query.Frame) {
	s := t.inst.NewSession()
	s.call = t.sess.call
	s.st.ShareNested(t.sess.st, true, nil)
	child := t.inst.newThread(ctx, s)
	child.request, child.threads = t.request, t.threads
	if t.executor != nil && t.executor.lock != nil {
		child.applyLock = t.executor.lock
	}
	child.stack = slices.Clone(t.stack)
	copied := child.ownFrame(len(fr.Slots))
	copy(copied.Slots, fr.Slots)
	return child, copied
}

// newThread compiles NEWTHREAD.
func (c *compiler) newThread(x *bound.NewThread) act {
	body := c.act(x.Body)
	var to *target
	if x.To != nil {
		to = c.target(*x.To)
	}
	period, delay := c.optional(x.Period), c.optional(x.Delay)
	return func(t *thread, fr *query.Frame) signal {
		every, wait := milliseconds(period, fr), milliseconds(delay, fr)
		child, copied := t.spawn(fr, t.ctx())
		ex := t.executor
		run := func() {
			if !sleep(child.ctx(), wait) {
				return
			}
			for {
				err := child.guard(func() { body(child, copied) })
				if err != nil {
					if ex != nil {
						ex.mu.Lock()
						ex.errors = append(ex.errors, err)
						ex.mu.Unlock()
					} else {
						child.threads.failed(err)
					}
				}
				if every <= 0 || !sleep(child.ctx(), every) {
					break
				}
			}
			child.sess.Close()
		}
		if ex == nil {
			t.threads.wg.Go(run)
			return done
		}
		ex.tasks = append(ex.tasks, run)
		if to != nil {
			ex.results = append(ex.results, func(t *thread) {
				to.set(t, copied, nil, child.result.first())
			})
		}
		return done
	}
}

func milliseconds(x query.Scalar, fr *query.Frame) time.Duration {
	if x == nil {
		return 0
	}
	v, err := value.Cast(x(fr), value.ClassLong)
	if err != nil || v.IsNull() {
		return 0
	}
	return time.Duration(v.Num()) * time.Millisecond
}

// sleep waits unless ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// newExecutor compiles NEWEXECUTOR: the threads that the body starts are run by
// a number of goroutines; with WAIT the action goes on when all have ended.
func (c *compiler) newExecutor(x *bound.NewExecutor) act {
	body := c.act(x.Body)
	count := c.optional(x.Threads)
	wait, span := x.Sync, x.Span
	return func(t *thread, fr *query.Frame) signal {
		n := 1
		if count != nil {
			if v := count(fr); v.Kind() == value.Integer || v.Kind() == value.Long {
				n = max(1, int(v.Num()))
			}
		}
		ex := &executor{}
		if wait && t.holdsApply {
			ex.lock = make(chan struct{}, 1)
		}
		outer := t.executor
		t.executor = ex
		sig := func() signal {
			defer func() { t.executor = outer }()
			return body(t, fr)
		}()
		var wg sync.WaitGroup
		next := make(chan func(), len(ex.tasks))
		for _, task := range ex.tasks {
			next <- task
		}
		close(next)
		for range min(n, len(ex.tasks)) {
			wg.Go(func() {
				for task := range next {
					task()
				}
			})
		}
		if !wait {
			t.threads.wg.Go(func() {
				wg.Wait()
				for _, err := range ex.errors {
					t.threads.failed(err)
				}
			})
			return sig
		}
		wg.Wait()
		if len(ex.errors) > 0 {
			raise(span, ex.errors[0])
		}
		for _, r := range ex.results {
			r(t)
		}
		return sig
	}
}

// newConnection compiles NEWCONNECTION: what is connected inside stays open
// until the block is left.
func (c *compiler) newConnection(x *bound.NewConnection) act {
	body := c.act(x.Body)
	span := x.Span
	return func(t *thread, fr *query.Frame) signal {
		outer := t.connections
		scope := &connect.Connections{}
		t.connections = scope
		sig := done
		failed := t.guard(func() { sig = body(t, fr) })
		t.connections = outer
		err := scope.Close()
		if failed != nil {
			raise(span, failed)
		}
		if err != nil {
			query.Throw(span, err)
		}
		return sig
	}
}
