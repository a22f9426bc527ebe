package interp

import (
	"context"

	"github.com/golsf/golsf/runtime/value"
)

// Call runs another action of the program while the calling one waits, in a
// session of its own unless r has one. Inside an APPLY what it applies becomes
// part of that APPLY, as with NEWSESSION there. r must not ask for Eval.
func (h *Host) Call(ctx context.Context, r Request) (*Result, error) {
	outer := h.t.sess
	r.within = h.t
	if r.Session != nil || !h.t.holdsApply {
		return h.t.inst.call(ctx, r)
	}
	r.Session = &Session{inst: h.t.inst, st: outer.st.Nested(), kind: withinSession}
	r.Session.dropLocals()
	return h.t.inst.call(ctx, r)
}

// Canceled tells whether the last APPLY of the session was cancelled, with the
// text of applyMessage(). The program is not taken to have looked.
func (h *Host) Canceled() (canceled bool, message string) {
	s := h.t.sess
	if !s.canceled {
		return false, ""
	}
	if m := s.applyMessage(); !m.IsNull() {
		message = value.TextOf(m)
	}
	return true, message
}
