package store

import (
	"context"

	"github.com/golsf/golsf/runtime/value"
)

type Options struct{}
type Store struct{}
type Property struct{}
type Session struct{}
type ChangeList struct{}
type View struct{}
type Codec struct{}

// NullCell is the cell of NULL.
const NullCell = -1 << 63

func New(o Options) *Store { return nil }

// AddClass registers a class; parents first. Error: number taken or unknown parent.
func (s *Store) AddClass(c Class) error          { return nil }
func (s *Store) AddProperty(spec Spec) *Property { return nil }

// Inherits reports whether class is base or a descendant.
func (s *Store) Inherits(class, base int32) bool       { return false }
func (s *Store) Static(class int32, name string) int64 { return 0 }
func (s *Store) StaticName(id int64) (string, bool)    { return "", false }
func (s *Store) NewSession() *Session                  { return nil }
func (s *Store) Properties() []*Property               { return nil }

// Watch calls f inside each Commit, before the changes become visible; f must not use a Session. stop ends it.
func (s *Store) Watch(f func(*ChangeList)) (stop func()) { return nil }

func (p *Property) Spec() Spec           { return Spec{} }
func (p *Property) Name() string         { return "" }
func (p *Property) Number() int          { return 0 } // order of creation
func (p *Property) Arity() int           { return 0 }
func (p *Property) ValueCodec() Codec    { return Codec{} }
func (p *Property) KeyCodec(i int) Codec { return Codec{} }

// A Codec turns values of one class into cells and back.
// Direct: the cell is Value.Num() of the value (INTEGER, LONG, DATE.., objects, BOOLEAN 1, TBOOLEAN 0/1).
func (c Codec) Direct() bool { return false }

// Scaled: NUMERIC[p,s]: cell is the unscaled number at that scale when -1<<62 <= cell < 1<<62; other cells are handles (use Value).
func (c Codec) Scaled() (scale int, ok bool) { return 0, false }

// Float: cell is math.Float64bits.
func (c Codec) Float() bool { return false }

// Interned: equal values have equal cells but order is not that of cells (texts, JSON, files ...).
func (c Codec) Interned() bool { return false }

// Cell of v; ok is false when no cell can be equal to v (a key of that value cannot be there). NULL gives NullCell.
func (c Codec) Cell(v value.Value) (cell int64, ok bool) { return 0, false }

// Find is Cell without interning: ok false when the store has never seen the text.
func (c Codec) Find(v value.Value) (cell int64, ok bool) { return 0, false }
func (c Codec) Value(cell int64) value.Value             { return value.Value{} }

// Compare orders two cells as the values compare.
func (c Codec) Compare(a, b int64) int { return 0 }

// A View reads one property in one state cell by cell (fast lane). Good until the session next writes, marks, commits...
func (x *Session) View(st State, p *Property) View { return View{} }
func (v *View) At0() int64                         { return 0 }
func (v *View) At1(k int64) int64                  { return 0 }
func (v *View) At2(a, b int64) int64               { return 0 }
func (v *View) At(keys []int64) int64              { return 0 }

// Scan yields in key order; Each in any order (cheaper when there are several keys or texts).
func (v *View) Scan(yield CellRowFunc) {}
func (v *View) Each(yield CellRowFunc) {}

// Batches yields columns of up to 1024 rows, no particular order; slices are reused.
func (v *View) Batches(yield func(keys [][]int64, cells []int64) bool) {}

// Match: mask bit i: key i equals bound[i]; byValue: cell equals want. Key order.
func (v *View) Match(mask uint32, bound []int64, byValue bool, want int64, yield CellRowFunc) {}

// Get with wrong number of keys panics; a NULL key gives NULL.
func (x *Session) Get(st State, p *Property, keys ...value.Value) value.Value { return value.Value{} }
func (x *Session) Get0(st State, p *Property) value.Value                     { return value.Value{} }
func (x *Session) Get1(st State, p *Property, k value.Value) value.Value      { return value.Value{} }
func (x *Session) Get2(st State, p *Property, a, b value.Value) value.Value   { return value.Value{} }

// Set: the error is a *value.Error (LONG out of the store's range: -2^63 and -2^63+1; a value or key not of its class).
func (x *Session) Set(p *Property, keys []value.Value, v value.Value) error { return nil }

// SetCells is Set for cells of the property's codecs.
func (x *Session) SetCells(p *Property, keys []int64, cell int64)                                 {}
func (x *Session) Scan(st State, p *Property, yield RowFunc)                                      {}
func (x *Session) Match(st State, p *Property, bound []value.Value, v value.Value, yield RowFunc) {}
func (x *Session) Count(st State, p *Property) int                                                { return 0 }
func (x *Session) Fanout(st State, p *Property, boundMask uint32, byValue bool) float64           { return 0 }
func (x *Session) Stamp(st State, p *Property) Stamp                                              { return Stamp{} }
func (x *Session) Touched(p *Property, since State) bool                                          { return false }
func (x *Session) Changes(p *Property, since State, yield ChangeFunc)                             {}
func (x *Session) CellChanges(p *Property, since State, yield func(keys []int64, old, new int64) bool) {
}
func (x *Session) TouchedProperties(since State) []*Property { return nil }

func (x *Session) NewObject(class int32) int64 { return 0 }

// AdoptObject makes the object id exist (loading from a database).
func (x *Session) AdoptObject(class int32, id int64)                                               {}
func (x *Session) Delete(id int64)                                                                 {}
func (x *Session) ChangeClass(id int64, class int32)                                               {}
func (x *Session) ClassOf(st State, id int64) int32                                                { return 0 }
func (x *Session) Is(st State, id int64, class int32) bool                                         { return false }
func (x *Session) Objects(st State, class int32, yield func(id int64) bool)                        {}
func (x *Session) CountObjects(st State, class int32) int                                          { return 0 }
func (x *Session) ObjectChanges(class int32, since State, yield func(id int64, was, is bool) bool) {}

// ObjectStamp changes whenever any object appears, disappears or changes its class.
func (x *Session) ObjectStamp(st State) Stamp      { return Stamp{} }
func (x *Session) ObjectsTouched(since State) bool { return false }

func (x *Session) Store() *Store                                     { return nil }
func (x *Session) HasChanges() bool                                  { return false }
func (x *Session) Mark()                                             {}
func (x *Session) Cancel(keepNested bool)                            {}
func (x *Session) Clear(p *Property)                                 {}
func (x *Session) Savepoint() Savepoint                              { return Savepoint{} }
func (x *Session) Rollback(sp Savepoint)                             {}
func (x *Session) Release(sp Savepoint)                              {}
func (x *Session) Commit(ctx context.Context, persist Persist) error { return nil }

// Nested: its Marked state is the state of x now, its Prev the committed one. x must not be written while it is in use.
func (x *Session) Nested() *Session { return nil }
func (x *Session) Parent() *Session { return nil }
func (x *Session) PushToParent()    {}

// ShareNested copies the LocalNested properties (all: every local one; and props) from another session, replacing x's.
func (x *Session) ShareNested(from *Session, all bool, props []*Property) {}

func (c *ChangeList) Properties() []*Property                                          { return nil }
func (c *ChangeList) Each(p *Property, yield ChangeFunc)                               {}
func (c *ChangeList) Cells(p *Property, yield func(keys []int64, old, new int64) bool) {}

// Objects yields objects that were made (was 0), deleted (is 0) or changed class, in id order.
func (c *ChangeList) Objects(yield func(id int64, was, is int32) bool) {}
