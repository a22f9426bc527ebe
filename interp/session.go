package interp

import (
	"strings"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// sessionKind tells what APPLY of a session does.
type sessionKind uint8

const (
	ownSession    sessionKind = iota // saves to the store
	nestedSession                    // NESTEDSESSION: hands its changes to the outer one
	withinSession                    // NEWSESSION inside APPLY { }: likewise, but with locals of its own
)

// Session is a session of changes that lives on between calls: the prompt and
// the server's `session=` keep one. A Session belongs to one goroutine at a
// time; close it when it is no longer needed.
type Session struct {
	inst *Instance
	st   *store.Session
	kind sessionKind

	applying *applying
	canceled bool
	message  value.Value // of applyMessage()
	// unlooked is the message of a cancelled APPLY as long as the program has
	// read neither canceled() nor applyMessage().
	unlooked *string
	call     *callState // of the call from outside that uses the session

	explicit map[*bound.Property]map[string]struct{} // written by the program itself
	computed map[*calculated]map[string][]value.Value
	dirty    bool
	settling bool
}

// applying is an APPLY under way.
type applying struct {
	messages  []string
	cancelled bool
	reason    string // text of the constraint, "" for CANCEL
	later     []func(t *thread)
	start     store.Savepoint
}

// NewSession opens a session without changes.
func (i *Instance) NewSession() *Session {
	return &Session{inst: i, st: i.store.NewSession()}
}

// Close drops the session's changes. An APPLY that was cancelled without the
// program looking is reported now (product.md decision 12).
func (s *Session) Close() {
	s.report()
	s.st.Cancel(false)
}

// HasChanges reports whether there are changes that were not applied.
func (s *Session) HasChanges() bool { return s.st.HasChanges() }

// Changes counts the values of stored properties that were not applied.
func (s *Session) Changes() int {
	n := 0
	for _, p := range s.st.TouchedProperties(store.Prev) {
		if p.Spec().Scope == store.Stored {
			s.st.CellChanges(p, store.Prev, func([]int64, int64, int64) bool { n++; return true })
		}
	}
	return n
}

// report tells about a cancelled APPLY that nobody looked at.
func (s *Session) report() {
	if s.unlooked == nil {
		return
	}
	text := *s.unlooked
	s.unlooked = nil
	s.inst.unlooked(s.call, text)
}

// looked notes that the program has read canceled() or applyMessage().
func (s *Session) looked() { s.unlooked = nil }

// say notes a message of the APPLY under way.
func (s *Session) say(text string) {
	if s.applying != nil {
		s.applying.messages = append(s.applying.messages, text)
	}
}

func (s *Session) applyMessage() value.Value {
	if s.applying != nil {
		return joined(s.applying.messages)
	}
	return s.message
}

func joined(messages []string) value.Value {
	if len(messages) == 0 {
		return value.Value{}
	}
	return value.String(strings.Join(messages, "\n"))
}

// reset begins a new life after APPLY or CANCEL.
func (s *Session) reset() {
	s.explicit, s.computed, s.dirty = nil, nil, false
}

func (i *Instance) handles(list []*bound.Property) []*store.Property {
	out := make([]*store.Property, len(list))
	for n, p := range list {
		out[n] = i.handle(p)
	}
	return out
}

// keeping runs f, which empties locals of s, and keeps the named ones.
func (s *Session) keeping(all bool, props []*store.Property, f func()) {
	if !all && len(props) == 0 {
		f()
		return
	}
	kept := s.inst.store.NewSession()
	kept.ShareNested(s.st, all, props)
	f()
	s.st.ShareNested(kept, all, props)
}

// cancel compiles CANCEL.
func (c *compiler) cancel(x *bound.Cancel) act {
	all, props := x.NestedAll, c.inst.handles(x.Nested)
	return func(t *thread, fr *query.Frame) signal {
		s := t.sess
		if a := s.applying; a != nil {
			s.st.Rollback(a.start)
			a.start = s.st.Savepoint()
			a.cancelled = true
			return done
		}
		s.report()
		s.canceled, s.message = false, value.Value{}
		s.keeping(all, props, func() { s.st.Cancel(true) })
		s.reset()
		return done
	}
}

// newSession compiles NEWSESSION and NESTEDSESSION.
func (c *compiler) newSession(x *bound.NewSession) act {
	body := c.act(x.Body)
	all, props := x.NestedAll, c.inst.handles(x.Nested)
	if x.Inner {
		return func(t *thread, fr *query.Frame) signal {
			outer := t.sess
			t.localEvents()
			inner := &Session{inst: t.inst, st: outer.st.Nested(), kind: nestedSession, call: outer.call}
			sig := t.inside(inner, fr, body)
			outer.st.ShareNested(inner.st, all, props)
			return sig
		}
	}
	classes := x.Classes
	size := 0
	if c.frame != nil {
		size = len(c.frame.Slots)
	}
	return func(t *thread, fr *query.Frame) signal {
		outer := t.sess
		if t.handler && outer.applying != nil {
			later := t.ownFrame(max(size, len(fr.Slots)))
			copy(later.Slots, fr.Slots)
			outer.applying.later = append(outer.applying.later, func(t *thread) {
				later.Env = &t.env
				t.apart(later, body, all, props, classes)
			})
			return done
		}
		return t.apart(fr, body, all, props, classes)
	}
}

// apart runs body in a session of its own.
func (t *thread) apart(fr *query.Frame, body act, all bool, props []*store.Property, classes bool) signal {
	outer := t.sess
	s := &Session{inst: t.inst, call: outer.call}
	if outer.applying != nil {
		s.kind, s.st = withinSession, outer.st.Nested()
		s.dropLocals()
	} else {
		s.st = t.inst.store.NewSession()
		s.st.ShareNested(outer.st, all, props)
		if classes {
			s.adopt(outer.st)
		}
	}
	sig := t.inside(s, fr, body)
	if s.kind == ownSession {
		outer.st.ShareNested(s.st, all, props)
	}
	return sig
}

// adopt gives the session the objects that outer has made or changed the class
// of.
func (s *Session) adopt(outer *store.Session) {
	outer.ObjectChanges(0, store.Prev, func(id int64, _, is bool) bool {
		if is {
			s.st.AdoptObject(outer.ClassOf(store.Now, id), id)
		}
		return true
	})
}

// dropLocals empties the plain locals that a nested overlay sees of the outer
// session.
func (s *Session) dropLocals() {
	for _, p := range s.st.TouchedProperties(store.Prev) {
		if p.Spec().Scope == store.Local {
			s.st.Clear(p)
		}
	}
}

// inside runs body with s as the current session.
func (t *thread) inside(s *Session, fr *query.Frame, body act) signal {
	outer, handler := t.sess, t.handler
	t.use(s)
	t.handler = false
	defer func() {
		s.report()
		t.use(outer)
		t.handler = handler
	}()
	return body(t, fr)
}

// apply compiles APPLY.
func (c *compiler) apply(x *bound.Apply) act {
	body := c.act(x.Body)
	has := x.Body != nil
	all, props := x.NestedAll, c.inst.handles(x.Nested)
	span := x.Span
	return func(t *thread, fr *query.Frame) signal {
		s := t.sess
		if s.applying != nil {
			return body(t, fr)
		}
		t.tick(span)
		s.report()
		s.canceled, s.message = false, value.Value{}
		if s.kind != ownSession {
			return t.applyInner(s, fr, body)
		}
		t.localEvents()
		return t.applyOwn(s, fr, ownApply{body: body, has: has, all: all, props: props, span: span})
	}
}

// ownApply is what applyOwn needs of the operator.
type ownApply struct {
	body  act
	has   bool
	all   bool
	props []*store.Property
	span  diag.Span
}

// applyInner is APPLY of a session inside another one: neither global handlers
// nor constraints run, they wait for the outer APPLY.
func (t *thread) applyInner(s *Session, fr *query.Frame, body act) signal {
	t.localEvents()
	sig := body(t, fr)
	if s.kind == withinSession {
		outer := s.st.Parent()
		s.st.ShareNested(outer, true, nil)
	}
	s.st.PushToParent()
	if s.kind == nestedSession {
		s.st.Parent().Mark() // its local handlers have run
	}
	s.reset()
	return sig
}

// applyOwn is APPLY of a session that saves to the store.
func (t *thread) applyOwn(s *Session, fr *query.Frame, x ownApply) (sig signal) {
	unlock := t.lockApply(x.span)
	a := &applying{start: s.st.Savepoint()}
	s.applying = a
	finished := false
	defer func() {
		if !finished { // an error: the applied action's changes are undone
			s.st.Rollback(a.start)
			s.applying = nil
			unlock()
		}
	}()
	if x.has {
		sig = x.body(t, fr)
	}
	if !a.cancelled {
		t.globalEvents()
	}
	if a.cancelled {
		s.st.Rollback(a.start)
		finished = true
		t.refused(s, a)
		unlock()
		return sig
	}
	s.keeping(x.all, x.props, func() { t.commit(s, x.span) })
	finished = true
	s.applying = nil
	s.message = joined(a.messages)
	s.reset()
	unlock()
	for _, f := range a.later {
		f(t)
	}
	return sig
}

// refused ends a cancelled APPLY.
func (t *thread) refused(s *Session, a *applying) {
	s.applying = nil
	s.canceled = true
	s.message = joined(a.messages)
	text := a.reason
	if text == "" {
		text = "APPLY was cancelled by CANCEL"
	}
	s.unlooked = &text
	s.dirty = true
}

// commit saves the session's changes.
func (t *thread) commit(s *Session, span diag.Span) {
	if err := s.st.Commit(t.ctx(), t.inst.persist()); err != nil {
		query.Throw(span, err)
	}
}
