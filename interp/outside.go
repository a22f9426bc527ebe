package interp

import (
	"context"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// CodeRefused is the error of changes from outside that a constraint or an
// event refuses.
const CodeRefused = "E3007"

// Handle gives the property of the store behind a stored or local property.
func (i *Instance) Handle(p *bound.Property) *store.Property { return i.handle(p) }

// ApplyOutside applies changes that did not come from an action, as SQL on
// LOCAL makes them: write puts them into a session of their own, which is then
// applied with events and constraints. A refusal is an error with CodeRefused.
func (i *Instance) ApplyOutside(ctx context.Context, write func(x *store.Session) error) error {
	s := i.NewSession()
	defer s.Close()
	t := i.newThread(ctx, s)
	t.threads = &threads{}
	failed := t.guard(func() {
		if err := write(s.st); err != nil {
			raise(diag.Span{}, err)
		}
		t.applyOwn(s, t.ownFrame(0), ownApply{body: func(*thread, *query.Frame) signal { return done }})
	})
	t.threads.wg.Wait()
	if failed != nil {
		return failed
	}
	if s.canceled {
		reason := *s.unlooked
		s.looked()
		return value.Errorf(CodeRefused, "%s", reason)
	}
	return nil
}
