// Package server answers HTTP calls as an lsFusion server does: /exec runs an
// action of the program, /eval and /eval/action run a text, /connectors calls a
// registered connector.
//
// A server on a loopback address is open to the programs of its machine and
// closed to everybody else: names of other hosts, pages of other sites and
// requests that came through a proxy are refused before anything runs. On other
// addresses it needs a token (product.md decisions 9, 22, 52-64).
//
// Source: Access_from_an_external_system.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// Config says what a server serves and to whom. Zero limits are none, except
// where a default is named.
type Config struct {
	Instance *interp.Instance
	// Connectors are called by /connectors; nil has none.
	Connectors *registry.Registry
	// Secrets are masked in everything that is answered or logged; may be nil.
	Secrets *connect.Secrets
	// Log gets one line for each failed call and expired session; nil drops
	// them.
	Log io.Writer

	// Hosts are further names under which the server is called.
	Hosts []string
	// Origins are the sites that pages may call from (--cors).
	Origins []string
	// Token must come with requests as Authorization: Bearer; "" asks for none
	// and is refused off loopback.
	Token string
	// AllowEval lets /eval answer off loopback.
	AllowEval bool
	// Secret verifies signatures of requests; empty takes a random one.
	Secret []byte

	MaxBody       int64         // bytes of a request body
	MaxHeader     int           // bytes of a request's header; 0: 64 KiB
	MaxConcurrent int           // requests at the same time
	Timeout       time.Duration // of one call
	ReadTimeout   time.Duration // for reading a request; 0: 30 s
	Grace         time.Duration // for running calls when the server stops
	MaxSessions   int           // sessions of session=
	SessionIdle   time.Duration // after which a session expires
}

// Server answers calls. It is safe for use by several goroutines.
type Server struct {
	config   Config
	gate     gate
	slots    chan struct{}
	sessions *sessions
	modules  map[*bound.Module]bool // whose actions /exec finds
	reads    sync.Map               // *bound.Action -> map[string]bool, see readsOf

	base     context.Context // ends when running calls must stop
	stop     context.CancelCauseFunc
	running  sync.WaitGroup
	stopping atomic.Bool
}

// Why calls are stopped.
var (
	errTimeout  = errors.New("the time limit of a call has passed")
	errShutdown = errors.New("the server stops")
)

const (
	defaultHeader      = 64 << 10
	defaultReadTimeout = 30 * time.Second
	headerTimeout      = 10 * time.Second
	idleTimeout        = 2 * time.Minute
	writeTimeout       = time.Minute
	// longestCall bounds calls without a limit of their own. With it net/http
	// gives each request on a connection a deadline of its own, so that the one
	// of a large answer does not stay.
	longestCall = 24 * time.Hour
)

// New makes a server for the address that it will listen on. Off loopback a
// token is needed.
func New(c Config, address net.Addr) (*Server, error) {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return nil, err
	}
	ip := net.ParseIP(host)
	loopback := ip != nil && ip.IsLoopback()
	if !loopback && c.Token == "" {
		return nil, fmt.Errorf("%s can be reached from other machines: a token is needed (--token or GOLSF_TOKEN)", address)
	}
	if len(c.Secret) == 0 {
		c.Secret = make([]byte, 32)
		rand.Read(c.Secret)
	}
	if c.MaxHeader == 0 {
		c.MaxHeader = defaultHeader
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = defaultReadTimeout
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	if c.Secrets == nil {
		c.Secrets = &connect.Secrets{}
	}
	c.Secrets.Add(c.Token)
	s := &Server{config: c, gate: newGate(c, loopback, host, port)}
	if c.MaxConcurrent > 0 {
		s.slots = make(chan struct{}, c.MaxConcurrent)
	}
	s.sessions = &sessions{inst: c.Instance, max: c.MaxSessions, idle: c.SessionIdle, log: s.logf, open: map[sessionKey]*session{}}
	s.base, s.stop = context.WithCancelCause(context.Background())
	s.modules = map[*bound.Module]bool{}
	for _, m := range c.Instance.Program().Modules {
		s.modules[m] = true
	}
	// The first text adds the modules that texts see, for which it would have to
	// wait for all running calls: do it before there are any.
	if _, err := c.Instance.Call(s.base, interp.Request{Eval: "RETURN 1;", EvalAction: true}); err != nil {
		return nil, err
	}
	return s, nil
}

// Serve answers requests of l until ctx ends; then it refuses new calls, waits
// for running ones as long as Grace says, and stops what still runs. Sessions
// are closed. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{
		Handler:           s,
		MaxHeaderBytes:    s.config.MaxHeader,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       s.config.ReadTimeout,
		WriteTimeout:      longestCall,
		IdleTimeout:       idleTimeout,
		ErrorLog:          log.New(s.config.Log, "golsf: ", 0),
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(l) }()
	select {
	case err := <-served:
		s.close()
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Grace)
	defer cancel()
	if err := h.Shutdown(grace); err != nil {
		s.stop(errShutdown)
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
		defer cancel()
		h.Shutdown(last)
		h.Close()
	}
	<-served
	s.close()
	return nil
}

// close ends what is left behind.
func (s *Server) close() {
	s.stopping.Store(true)
	s.stop(errShutdown)
	s.running.Wait()
	s.sessions.close()
}

func (s *Server) logf(format string, args ...any) {
	fmt.Fprintln(s.config.Log, "golsf:", s.config.Secrets.Redact(fmt.Sprintf(format, args...)))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1)
	defer s.running.Done()
	if refused := s.gate.check(r); refused != nil {
		s.refuse(w, r, refused)
		return
	}
	s.gate.allowOrigin(w, r)
	if s.gate.preflight(w, r) {
		return
	}
	if s.stopping.Load() {
		w.Header().Set("Connection", "close")
		s.refuse(w, r, &refusal{status: http.StatusServiceUnavailable, text: "the server stops"})
		return
	}
	if s.slots != nil {
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		default:
			w.Header().Set("Retry-After", "1")
			s.refuse(w, r, &refusal{status: http.StatusServiceUnavailable, text: "more than " + strconv.Itoa(s.config.MaxConcurrent) + " requests at the same time"})
			return
		}
	}
	if id, class, method, ok := connectorPath(r.URL); ok {
		s.connector(w, r, id, class, method)
		return
	}
	answer, failed := s.call(w, r)
	if failed != nil {
		s.refuse(w, r, failed)
		return
	}
	answer.write(w, r)
}

// limited gives the context of one call.
func (s *Server) limited() (context.Context, context.CancelFunc) {
	if s.config.Timeout <= 0 {
		return s.base, func() {}
	}
	return context.WithTimeoutCause(s.base, s.config.Timeout, errTimeout)
}

// body reads the body of a request within its limits.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	src := io.Reader(r.Body)
	if limit := s.config.MaxBody; limit > 0 {
		src = http.MaxBytesReader(w, r.Body, limit)
	}
	b, err := io.ReadAll(src)
	var large *http.MaxBytesError
	var network net.Error
	switch {
	case err == nil:
		return b, nil
	case errors.As(err, &large):
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf("the body is larger than %d bytes", large.Limit)}
	case errors.As(err, &network) && network.Timeout():
		w.Header().Set("Connection", "close")
		return nil, &refusal{status: http.StatusRequestTimeout, text: fmt.Sprintf("the request did not come within %s", s.config.ReadTimeout)}
	}
	w.Header().Set("Connection", "close")
	return nil, &refusal{status: http.StatusBadRequest, text: "the body cannot be read: " + err.Error()}
}
