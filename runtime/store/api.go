package store

import (
	"github.com/golsf/golsf/runtime/value"
)

// State chooses which state of the data a read sees.
type State uint8

const (
	Now    State = iota // what the session sees
	Prev                // the committed state, as at the start of the session
	Marked              // at the session's last Mark; Prev when it was never marked
)

// Scope tells where the values of a property live.
type Scope uint8

const (
	Stored      Scope = iota // committed by Commit
	Local                    // in the session; emptied by Commit and Cancel
	LocalNested              // in the session; survives Commit and Cancel
)

// Spec describes a property. Name is only shown and used in the order of
// persistent names; two properties may share it.
type Spec struct {
	Name  string
	Keys  []value.Class
	Value value.Class
	Scope Scope
}

// Class is a user class. Number 0 is OBJECT, the ancestor of all, and need
// not be added.
type Class struct {
	Number   int32
	Name     string
	Parents  []int32
	Abstract bool
}

// Stamp tells states of one property apart: as long as the stamp is the same,
// so are all values. Stamps of different sessions are comparable.
type Stamp struct {
	Base    uint64 // grows with each commit that wrote the property
	Session uint64 // 0 while the session has not written it
	Writes  uint64
}

// Savepoint names a moment of a session, see Session.Savepoint.
type Savepoint struct{ depth, at int }

// RowFunc gets one row of a property; keys is reused between calls. It
// returns false to stop.
type RowFunc func(keys []value.Value, v value.Value) bool

// ChangeFunc gets one changed row; old or new may be NULL. keys is reused.
type ChangeFunc func(keys []value.Value, old, new value.Value) bool

// CellRowFunc gets one row as cells; keys is reused between calls.
type CellRowFunc func(keys []int64, cell int64) bool

// Persist is called by Commit with all changes before they become visible; an
// error keeps the session as it was.
type Persist func(*ChangeList) error
