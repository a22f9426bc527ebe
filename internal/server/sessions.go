package server

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/golsf/golsf/interp"
)

// sessionKey names a session: callers with the token and without it never share
// one.
type sessionKey struct {
	id      string
	trusted bool
}

// session is a session that lives between calls. Calls that use it run one
// after another.
type session struct {
	turn  chan struct{} // holds a token while a call uses the session
	state *interp.Session
	timer *time.Timer
	users int // calls that use it or wait for it; guarded by sessions.mu
	gone  bool
}

// sessions are the sessions of session=.
type sessions struct {
	inst *interp.Instance
	max  int
	idle time.Duration
	log  func(format string, args ...any)

	mu     sync.Mutex
	open   map[sessionKey]*session
	closed bool
}

// use gives the session of a key, for one call at a time; release must follow.
func (p *sessions) use(ctx context.Context, key sessionKey) (*session, *refusal) {
	for {
		s, refused := p.find(key)
		if refused != nil {
			return nil, refused
		}
		select {
		case s.turn <- struct{}{}:
		case <-ctx.Done():
			p.mu.Lock()
			s.users--
			p.mu.Unlock()
			return nil, &refusal{status: http.StatusServiceUnavailable, text: "another call uses the session '" + key.id + "'"}
		}
		if !s.gone {
			return s, nil
		}
		<-s.turn // closed by the call before: begin a new one
	}
}

func (p *sessions) find(key sessionKey) (*session, *refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, &refusal{status: http.StatusServiceUnavailable, text: "the server stops"}
	}
	s := p.open[key]
	if s == nil {
		if p.max > 0 && len(p.open) >= p.max {
			return nil, &refusal{status: http.StatusServiceUnavailable, text: "more than " + strconv.Itoa(p.max) + " sessions are open"}
		}
		s = &session{turn: make(chan struct{}, 1), state: p.inst.NewSession()}
		p.open[key] = s
	}
	s.users++
	if s.timer != nil {
		s.timer.Stop()
	}
	return s, nil
}

// release ends a call's use; with drop the session ends too.
func (p *sessions) release(key sessionKey, s *session, drop bool) {
	p.mu.Lock()
	s.users--
	if drop {
		p.remove(key, s)
	} else if s.users == 0 && p.idle > 0 && !p.closed {
		s.timer = time.AfterFunc(p.idle, func() { p.expire(key, s) })
	}
	p.mu.Unlock()
	<-s.turn
}

// remove closes a session that no call runs in; p.mu is held.
func (p *sessions) remove(key sessionKey, s *session) {
	if s.gone {
		return
	}
	s.gone = true
	if p.open[key] == s {
		delete(p.open, key)
	}
	s.state.Close()
}

func (p *sessions) expire(key sessionKey, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.users > 0 || s.gone {
		return
	}
	p.log("the session '%s' has expired after %s, %d changes were dropped", key.id, p.idle, s.state.Changes())
	p.remove(key, s)
}

// close ends all sessions; no call is running any more.
func (p *sessions) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for key, s := range p.open {
		if s.timer != nil {
			s.timer.Stop()
		}
		p.remove(key, s)
	}
}
