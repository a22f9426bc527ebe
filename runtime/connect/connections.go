package connect

import (
	"errors"
	"io"
	"sync"
)

// Connections are the connections opened inside one NEWCONNECTION block, by
// kind and connection string after substitution. The block's owner makes it and
// closes it when the block is left, by an error too. The zero value is ready;
// it is safe for use by several goroutines, what it holds need not be.
type Connections struct {
	mu     sync.Mutex
	open   []openConnection
	closed bool
}

type openConnection struct {
	kind, key string
	c         io.Closer
}

// Get gives the open connection of that kind and string. An empty key means the
// only open one of the kind; ok is false when there is none or, for the empty
// key, more than one.
func (s *Connections) Get(kind, key string) (c io.Closer, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.open {
		if o.kind != kind || key != "" && o.key != key {
			continue
		}
		c, n = o.c, n+1
	}
	if n != 1 {
		return nil, false
	}
	return c, true
}

// Only gives the string of the block's only open connection of a kind.
func (s *Connections) Only(kind string) (key string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.open {
		if o.kind == kind {
			key, n = o.key, n+1
		}
	}
	return key, n == 1
}

// Put keeps c open until Close. It fails after Close; c is the caller's then.
func (s *Connections) Put(kind, key string, c io.Closer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("the NEWCONNECTION block is closed")
	}
	s.open = append(s.open, openConnection{kind, key, c})
	return nil
}

// Close closes all connections, the last opened first, and joins their errors.
// A second Close does nothing.
func (s *Connections) Close() error {
	s.mu.Lock()
	open := s.open
	s.open, s.closed = nil, true
	s.mu.Unlock()
	var errs []error
	for i := len(open) - 1; i >= 0; i-- {
		errs = append(errs, open[i].c.Close())
	}
	return errors.Join(errs...)
}
