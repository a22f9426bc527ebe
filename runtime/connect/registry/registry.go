// Package registry holds the named connectors that EXTERNAL CONNECTOR and the
// server's /connectors call by id, class and method. A connector is one of the
// kinds of the packages below, set up by a configuration file, or Go code that
// an embedding program registers:
//
//	reg := registry.New(registry.Options{})
//	err := reg.Register("Clock", registry.Func(func(ctx context.Context, c *registry.Call) (registry.Value, error) {
//		return registry.TextOf(time.Now().Format(time.Kitchen)), nil
//	}))
//
// Errors of calls are *Error with one of the codes of this package, secrets
// masked.
//
// Source: seed 000.
package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golsf/golsf/runtime/connect"
)

// Connector calls the methods of one outside system. Implementations are safe
// for use by several goroutines, stop when ctx ends, and keep no part of the
// call. An error that is no *Error becomes external_error; a method that the
// connector does not have is an *Error with CodeMethod. NULL and FALSE are
// results, not errors. A Connector that is an io.Closer is closed with its
// registry.
type Connector interface {
	Invoke(ctx context.Context, c *Call) (Value, error)
}

// Func makes a Connector of a function.
type Func func(ctx context.Context, c *Call) (Value, error)

// Invoke calls f.
func (f Func) Invoke(ctx context.Context, c *Call) (Value, error) { return f(ctx, c) }

// Options hold for all connectors of a registry.
type Options struct {
	// MaxResponse bounds what a connector may answer, in bytes; 0 is no bound.
	MaxResponse int64
	// Log gets what child processes write to stderr; nil drops it.
	Log io.Writer
	// Getenv looks up ${NAME}; nil finds nothing.
	Getenv func(name string) (string, bool)
	// Trace is told of every call; nil of none.
	Trace connect.Trace
}

// Timeout behaviours.
const (
	ThrowException = "ThrowException"
	ReInvoke       = "ReInvoke"
)

// Entry is what is known of a registered connector besides its code.
type Entry struct {
	ID      string
	Kind    string // "" for Go code
	Enabled bool
	// Timeout is the connector's own limit for one attempt; 0 is none.
	Timeout time.Duration
	// ReInvoke repeats a call that ran out of time once.
	ReInvoke bool
	// API lets callers from other machines use the connector.
	API bool
	// File is the configuration file that has it.
	File string
}

type entry struct {
	Entry
	connector Connector
}

// Registry finds connectors by id, whatever the case. It is safe for use by
// several goroutines.
type Registry struct {
	options Options
	secrets connect.Secrets

	mu      sync.RWMutex
	entries map[string]*entry
	all     Connector // takes every id (--server)

	base   context.Context // ends with Close
	cancel context.CancelFunc
	late   late
}

// New makes a registry without connectors.
func New(o Options) *Registry {
	r := &Registry{options: o, entries: map[string]*entry{}}
	r.base, r.cancel = context.WithCancel(context.Background())
	return r
}

// NewRemote makes a registry that hands every call, whatever its id, to c.
func NewRemote(o Options, c Connector) *Registry {
	r := New(o)
	r.all = c
	return r
}

// Register adds a connector that is Go code, enabled, without a limit of time.
func (r *Registry) Register(id string, c Connector) error {
	return r.Add(Entry{ID: id, Enabled: true, API: true}, c)
}

// Add adds a connector. An empty id, one with a colon, and one that is taken
// are errors.
func (r *Registry) Add(e Entry, c Connector) error {
	if e.ID == "" || strings.Contains(e.ID, ":") {
		return fmt.Errorf("%q is no id of a connector: it must not be empty or contain a colon", e.ID)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := strings.ToLower(e.ID)
	if other := r.entries[key]; other != nil {
		return &DuplicateError{ID: e.ID, File: e.File, Other: other.File}
	}
	r.entries[key] = &entry{Entry: e, connector: c}
	return nil
}

// DuplicateError says that two connectors have one id.
type DuplicateError struct{ ID, File, Other string }

func (e *DuplicateError) Error() string {
	if e.File == e.Other {
		return fmt.Sprintf("%s: id: %q is registered twice", e.File, e.ID)
	}
	return fmt.Sprintf("%s: id: %q is registered in %s too", e.File, e.ID, e.Other)
}

// List gives the connectors in the order of their ids.
func (r *Registry) List() []Entry {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Entry
	for _, e := range r.entries {
		out = append(out, e.Entry)
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)) })
	return out
}

// Find gives what is known of a connector.
func (r *Registry) Find(id string) (Entry, bool) {
	if e := r.find(id); e != nil {
		return e.Entry, true
	}
	return Entry{}, false
}

func (r *Registry) find(id string) *entry {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e := r.entries[id]; e != nil {
		return e
	}
	return r.entries[strings.ToLower(id)]
}

// Secrets are the texts of the configuration that must not be shown.
func (r *Registry) Secrets() *connect.Secrets { return &r.secrets }

// Close cancels the calls whose callers no longer wait, waits for them a moment,
// and closes the connectors. There must be no other calls under way.
func (r *Registry) Close() {
	r.cancel()
	r.late.wait()
	closeOf(r.all)
	for _, e := range r.List() {
		closeOf(r.find(e.ID).connector)
	}
}

func closeOf(c Connector) {
	if closer, ok := c.(io.Closer); ok {
		_ = closer.Close() // nothing is written any more
	}
}

// Invoke makes one call and waits for its end, that of ctx, or the connector's
// own limit of time.
func (r *Registry) Invoke(ctx context.Context, c *Call) (Value, *Error) {
	began := time.Now()
	v, err := r.invoke(ctx, c)
	if err == nil {
		r.trace(c, began, nil)
		return v, nil
	}
	out := *err
	if out.Connector == "" {
		out.Connector = c.Connector
	}
	if out.Method == "" {
		out.Method = c.FullMethod()
	}
	out.Message = r.secrets.Redact(out.Message)
	if len(out.Details) > 0 {
		out.Details = r.redactJSON(out.Details)
	}
	r.trace(c, began, &out)
	return Value{}, &out
}

func (r *Registry) trace(c *Call, began time.Time, failed *Error) {
	if r.options.Trace == nil {
		return
	}
	var err error
	if failed != nil {
		err = failed
	}
	r.options.Trace.Done("CONNECTOR "+c.Connector+":"+c.FullMethod(), "done", began, err)
}

// redactJSON masks secrets in the texts of a document.
func (r *Registry) redactJSON(doc json.RawMessage) json.RawMessage {
	v, err := ParseJSON(doc)
	if err != nil {
		return nil
	}
	return mapText(v, r.secrets.Redact).JSON()
}

// mapText applies f to every text of a value.
func mapText(v Value, f func(string) string) Value {
	switch v.Kind() {
	case String:
		v.Text = f(v.Text)
	case Row:
		fields := make([]Field, len(v.Fields))
		for i, x := range v.Fields {
			fields[i] = Field{x.Name, mapText(x.Value, f)}
		}
		v.Fields = fields
	case RowCollection, Array:
		items := make([]Value, len(v.Items))
		for i, x := range v.Items {
			items[i] = mapText(x, f)
		}
		v.Items = items
	}
	return v
}

func (r *Registry) invoke(ctx context.Context, c *Call) (Value, *Error) {
	e := r.find(c.Connector)
	switch {
	case e == nil && r.all != nil:
		e = &entry{Entry: Entry{ID: c.Connector, Enabled: true}, connector: r.all}
	case e == nil:
		return Value{}, Errorf(CodeNotFound, "there is no connector %q", c.Connector)
	case !e.Enabled:
		return Value{}, Errorf(CodeDisabled, "the connector %s is disabled", e.ID)
	}
	if c.Method == "" || c.Method == "." || c.Method == ".." || c.Class == "." || c.Class == ".." {
		return Value{}, Errorf(CodeArgs, "%q is no method", c.FullMethod())
	}
	for i, a := range c.Args {
		for _, b := range c.Args[:i] {
			if equalFold(a.Name, b.Name) {
				return Value{}, Errorf(CodeArgs, "the argument %q is given twice", a.Name)
			}
		}
	}
	v, err, ranOut := e.attempt(ctx, c)
	if ranOut && e.ReInvoke {
		v, err, ranOut = e.attempt(ctx, c)
	}
	if ranOut {
		return Value{}, Errorf(CodeTimeout, "no answer within %s", e.Timeout)
	}
	return v, err
}

// grace is how long an attempt that has run out of time may take to notice.
const grace = 250 * time.Millisecond

type outcome struct {
	value Value
	err   error
}

// attempt calls once. ranOut tells that the connector's own limit has passed.
func (e *entry) attempt(ctx context.Context, c *Call) (v Value, failed *Error, ranOut bool) {
	if e.Timeout <= 0 {
		v, err := guarded(ctx, e.connector, c)
		failed, _ = wordError(ctx, err)
		return v, failed, false
	}
	limited, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	ended := make(chan outcome, 1)
	go func() {
		v, err := guarded(limited, e.connector, c)
		ended <- outcome{v, err}
	}()
	var out outcome
	select {
	case out = <-ended:
	case <-limited.Done():
		// Code that does not look at its context is left behind.
		wait := time.NewTimer(grace)
		defer wait.Stop()
		select {
		case out = <-ended:
			if out.err == nil {
				return out.value, nil, false
			}
		case <-wait.C:
			out.err = limited.Err()
		}
	}
	if out.err == nil {
		return out.value, nil, false
	}
	failed, stopped := wordError(limited, out.err)
	return Value{}, failed, stopped && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded)
}

// guarded turns a panic of a connector into an error.
func guarded(ctx context.Context, connector Connector, c *Call) (v Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Errorf(CodeExternal, "the connector has failed: %v", p)
		}
	}()
	if ctx.Err() != nil {
		return Value{}, ctx.Err()
	}
	return connector.Invoke(ctx, c)
}

// wordError gives an error of a connector its code; stopped tells that the
// context has ended.
func wordError(ctx context.Context, err error) (failed *Error, stopped bool) {
	if err == nil {
		return nil, false
	}
	stopped = ctx.Err() != nil
	var own *Error
	switch {
	case stopped:
		return Errorf(CodeCancelled, "the call was cancelled: %s", context.Cause(ctx)), true
	case errors.As(err, &own):
		return own, false
	}
	return Errorf(CodeExternal, "%s", err), false
}

func equalFold(a, b string) bool { return len(a) == len(b) && a == b || strings.EqualFold(a, b) }

// positionalName is the name of the argument at a position, from 0.
func positionalName(i int) string { return "p" + strconv.Itoa(i+1) }

// maxLate bounds the calls that go on after their callers have stopped waiting.
const maxLate = 1000

// late counts the calls whose callers no longer wait.
type late struct {
	mu    sync.Mutex
	count int
	group sync.WaitGroup
}

// enter notes a late call; false when there are too many.
func (l *late) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count >= maxLate {
		return false
	}
	l.count++
	return true
}

func (l *late) leave() {
	l.mu.Lock()
	l.count--
	l.mu.Unlock()
}

// wait waits for the calls to notice that they are cancelled.
func (l *late) wait() {
	ended := make(chan struct{})
	go func() {
		l.group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(4 * grace):
	}
}
