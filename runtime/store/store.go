// Package store keeps the values of properties in memory: committed data and,
// on top of it, the changes of sessions, which nobody else sees until Commit.
//
// A value is a cell, one int64 without pointers (see Codec). Properties of one
// key that is an object or a small number are arrays in pages, others are
// columns of rows found through a hash. Commit publishes new pages and shares
// those that did not change, so committed data may be read at any time without
// locks; what a reader has begun to scan stays as it was. Indexes are made when
// probes ask for them and follow every commit.
//
// Rows come out in key order: numbers ascending, texts by code point, objects
// by id, several keys lexicographically.
package store

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/golsf/golsf/runtime/value"
)

// Options of a store.
type Options struct{}

// Store is a set of classes, objects and properties. Its methods may be called
// from any goroutine.
type Store struct {
	pool    *pool
	owners  atomic.Uint64
	session atomic.Uint64
	commits atomic.Uint64

	mu       sync.Mutex // commits, declarations
	props    atomic.Pointer[[]*Property]
	objects  *Property // class of each object
	watchers []*func(*ChangeList)

	classes classes
	ids     ids
	statics statics
}

// New makes an empty store.
func New(o Options) *Store {
	s := &Store{pool: newPool()}
	s.props.Store(&[]*Property{})
	s.objects = newProperty(s, -1, Spec{Name: "class", Keys: []value.Class{value.ObjectClass(0)}, Value: value.ClassInteger})
	s.ids.next = map[int32]int64{}
	s.statics.ids = map[staticKey]int64{}
	s.statics.names = map[int64]staticKey{}
	s.classes.byNumber = map[int32]*Class{}
	return s
}

// owner makes a new owner of pages.
func (s *Store) owner() uint64 { return s.owners.Add(1) }

// AddProperty adds a property. Properties may be added at any time.
func (s *Store) AddProperty(spec Spec) *Property {
	s.mu.Lock()
	defer s.mu.Unlock()
	spec.Keys = slices.Clone(spec.Keys)
	list := *s.props.Load()
	p := newProperty(s, len(list), spec)
	list = append(list, p)
	s.props.Store(&list)
	return p
}

// Properties lists all properties in order of creation; the caller must not
// change the list.
func (s *Store) Properties() []*Property { return *s.props.Load() }

// Watch has f called in each Commit after the changes were persisted and
// before they become visible. f must neither use a session nor keep the list.
func (s *Store) Watch(f func(*ChangeList)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watch(f)
}

func (s *Store) watch(f func(*ChangeList)) (stop func()) {
	w := &f
	s.watchers = append(slices.Clone(s.watchers), w)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.watchers = slices.DeleteFunc(slices.Clone(s.watchers), func(x *func(*ChangeList)) bool { return x == w })
	}
}

// ids hands out object ids. Classes with a common root take them from the same
// block, so that their objects are in order of creation and properties of
// either are dense.
type ids struct {
	mu   sync.Mutex
	next map[int32]int64 // by root class: the next id of its block
	top  int64           // blocks below are taken
}

const idBlock = 1024

func (s *Store) newID(class int32) int64 {
	root := s.classes.load().root(class)
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	id := s.ids.next[root]
	if id%idBlock == 0 {
		s.ids.top++
		id = s.ids.top * idBlock
	}
	s.ids.next[root] = id + 1
	return id
}

// reserve keeps id from being handed out.
func (s *Store) reserve(class int32, id int64) {
	root := s.classes.load().root(class)
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	if block := id / idBlock; block >= s.ids.top {
		s.ids.top = block
		s.ids.next[root] = id + 1
	} else if n := s.ids.next[root]; n/idBlock == block && id >= n {
		s.ids.next[root] = id + 1
	}
	for r, n := range s.ids.next {
		if r != root && n/idBlock == id/idBlock && n <= id {
			s.ids.next[r] = 0 // the block now belongs to another root
		}
	}
}

type staticKey struct {
	class int32
	name  string
}

// statics is written with Store.mu held too.
type statics struct {
	mu    sync.Mutex
	ids   map[staticKey]int64
	names map[int64]staticKey
}

// Static gives the id of a static object of a class, which is made and
// committed at its first use.
func (s *Store) Static(class int32, name string) int64 {
	key := staticKey{class, name}
	s.statics.mu.Lock()
	id, ok := s.statics.ids[key]
	s.statics.mu.Unlock()
	if ok {
		return id
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.statics.ids[key]; ok {
		return id
	}
	id = s.newID(class)
	s.addStatic(key, id)
	return id
}

// AdoptStatic gives a static object the id it had when it was kept in a
// database. It must come before the first Static of that object.
func (s *Store) AdoptStatic(class int32, name string, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserve(class, id)
	s.addStatic(staticKey{class, name}, id)
}

// addStatic is called with s.mu held.
func (s *Store) addStatic(key staticKey, id int64) {
	s.statics.mu.Lock()
	s.statics.ids[key] = id
	s.statics.names[id] = key
	s.statics.mu.Unlock()
	o := newOverlay(s, s.objects)
	o.now.put([]int64{id}, int64(key.class))
	s.commitObjects(o)
}

// StaticName gives the name of a static object.
func (s *Store) StaticName(id int64) (string, bool) {
	s.statics.mu.Lock()
	defer s.statics.mu.Unlock()
	key, ok := s.statics.names[id]
	return key.name, ok
}

// EachStatic yields the static objects known so far, by id.
func (s *Store) EachStatic(yield func(class int32, name string, id int64) bool) {
	s.statics.mu.Lock()
	list := make([]int64, 0, len(s.statics.names))
	for id := range s.statics.names {
		list = append(list, id)
	}
	keys := make([]staticKey, len(list))
	slices.Sort(list)
	for i, id := range list {
		keys[i] = s.statics.names[id]
	}
	s.statics.mu.Unlock()
	for i, id := range list {
		if !yield(keys[i].class, keys[i].name, id) {
			return
		}
	}
}

// Attach calls start with a session that reads the committed data, while no
// commit happens, and from then on follow as Watch does. An error of start is
// returned, and follow is not called.
func (s *Store) Attach(start func(x *Session) error, follow func(*ChangeList)) (stop func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := start(s.NewSession()); err != nil {
		return nil, err
	}
	return s.watch(follow), nil
}
