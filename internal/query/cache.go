package query

import (
	"slices"
	"sync"

	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// A stateCache keeps what was computed from the data, for a few states of the
// data: the committed one and those of sessions. Stamps tell the states apart.
type stateCache struct {
	mu      sync.Mutex
	entries []*cacheEntry // the one used last comes first
}

// cacheEntry is what is known in one state of the data.
type cacheEntry struct {
	mu     sync.Mutex
	stamps []store.Stamp
	full   *groupTable
	points map[string]value.Value
	tables map[string]*rowTable
	cost   float64 // spent on points so far
}

const (
	cacheStates = 4
	cachePoints = 200_000
	cacheTables = 4096
)

// at gives the entry for the state that d has in the session.
func (c *stateCache) at(d *dependency, s *store.Session, m Mode) *cacheEntry {
	var space [16]store.Stamp
	stamps := d.stamps(space[:0], s, m)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, e := range c.entries {
		if slices.Equal(e.stamps, stamps) {
			if i > 0 {
				copy(c.entries[1:i+1], c.entries[:i])
				c.entries[0] = e
			}
			return e
		}
	}
	e := &cacheEntry{stamps: slices.Clone(stamps)}
	if len(c.entries) < cacheStates {
		c.entries = append(c.entries, nil)
	}
	copy(c.entries[1:], c.entries)
	c.entries[0] = e
	return e
}

func (e *cacheEntry) point(key []byte) (v value.Value, full *groupTable, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.full != nil {
		return v, e.full, true
	}
	v, ok = e.points[string(key)]
	return v, nil, ok
}

func (e *cacheEntry) keepPoint(key []byte, v value.Value, cost float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.points == nil || len(e.points) >= cachePoints {
		e.points = map[string]value.Value{}
	}
	e.points[string(key)] = v
	e.cost += cost
}

func (e *cacheEntry) keepFull(t *groupTable) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.full, e.points = t, nil
}

func (e *cacheEntry) spend(cost float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cost += cost
}

func (e *cacheEntry) spent() float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.cost
}

func (e *cacheEntry) table(key []byte) *rowTable {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.tables[string(key)]
}

func (e *cacheEntry) keepTable(key []byte, t *rowTable) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tables == nil || len(e.tables) >= cacheTables {
		e.tables = map[string]*rowTable{}
	}
	e.tables[string(key)] = t
}

// rowTable is a computed relation: key tuples with a value each. It is not
// changed after it was filled.
type rowTable struct {
	index map[string]int
	keys  [][]value.Value
	vals  []value.Value
}

func newRowTable() *rowTable { return &rowTable{index: map[string]int{}} }

func (t *rowTable) get(key []byte) value.Value {
	if i, ok := t.index[string(key)]; ok {
		return t.vals[i]
	}
	return value.Value{}
}

// appendKeys appends the canonical form of a tuple.
func appendKeys(dst []byte, vs []value.Value) []byte {
	for _, v := range vs {
		dst = value.AppendKey(dst, v)
	}
	return dst
}
