package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/golsf/golsf/runtime/value"
)

const (
	classAnimal = iota + 1
	classDog
	classCat
	classHouse
)

type zoo struct {
	s                       *Store
	name, home, dogs, lives *Property
	friend                  *Property
	pet                     *Property // local
}

func newZoo(t *testing.T) zoo {
	t.Helper()
	s := New(Options{})
	for _, c := range []Class{
		{Number: classDog, Name: "Dog", Parents: []int32{classAnimal}},
		{Number: classAnimal, Name: "Animal", Abstract: true},
		{Number: classCat, Name: "Cat", Parents: []int32{classAnimal}},
		{Number: classHouse, Name: "House"},
	} {
		if err := s.AddClass(c); err != nil {
			t.Fatal(err)
		}
	}
	animal, house := value.ObjectClass(classAnimal), value.ObjectClass(classHouse)
	return zoo{
		s:      s,
		name:   s.AddProperty(Spec{Name: "name", Keys: []value.Class{animal}, Value: value.ClassString}),
		home:   s.AddProperty(Spec{Name: "home", Keys: []value.Class{animal}, Value: house}),
		dogs:   s.AddProperty(Spec{Name: "tricks", Keys: []value.Class{value.ObjectClass(classDog)}, Value: value.ClassInteger}),
		lives:  s.AddProperty(Spec{Name: "lives", Keys: []value.Class{house, value.ClassInteger}, Value: value.ClassInteger}),
		friend: s.AddProperty(Spec{Name: "friend", Keys: []value.Class{animal, animal}, Value: value.ClassBoolean}),
		pet:    s.AddProperty(Spec{Name: "pet", Value: animal, Scope: Local}),
	}
}

func objects(x *Session, st State, class int32) []int64 {
	var ids []int64
	x.Objects(st, class, func(id int64) bool { ids = append(ids, id); return true })
	return ids
}

func set(t *testing.T, x *Session, p *Property, v value.Value, keys ...value.Value) {
	t.Helper()
	if err := x.Set(p, keys, v); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, x *Session) {
	t.Helper()
	if err := x.Commit(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
}

func TestObjects(t *testing.T) {
	z := newZoo(t)
	x := z.s.NewSession()
	rex, tom, hut := x.NewObject(classDog), x.NewObject(classCat), x.NewObject(classHouse)
	if rex >= tom {
		t.Errorf("objects of one family are not in order of creation: %d, %d", rex, tom)
	}
	if got := objects(x, Now, classAnimal); !slices.Equal(got, []int64{rex, tom}) {
		t.Errorf("animals are %v", got)
	}
	if got := objects(x, Prev, classAnimal); got != nil {
		t.Errorf("animals before are %v", got)
	}
	if !x.Is(Now, rex, classAnimal) || x.Is(Now, rex, classCat) || x.Is(Prev, rex, classDog) || !x.Is(Now, hut, 0) {
		t.Error("wrong class")
	}
	o := value.ObjectOf
	set(t, x, z.name, value.String("Rex"), o(rex))
	set(t, x, z.home, o(hut), o(rex))
	set(t, x, z.home, o(hut), o(tom))
	set(t, x, z.dogs, value.Int(3), o(rex))
	set(t, x, z.lives, value.Int(2), o(hut), value.Int(7))
	set(t, x, z.friend, value.True, o(rex), o(tom))
	commit(t, x)

	set(t, x, z.pet, o(tom))
	x.Delete(tom)
	x.Delete(hut)
	for _, p := range []*Property{z.home, z.lives, z.friend, z.pet} {
		if n := 0; true {
			x.Scan(Now, p, func([]value.Value, value.Value) bool { n++; return true })
			if n != 0 {
				t.Errorf("%s has %d rows of deleted objects", p.Name(), n)
			}
		}
	}
	if v := x.Get(Prev, z.home, o(tom)); v.Num() != hut {
		t.Error("PREV of a value of a deleted object is gone")
	}
	var changes []string
	x.ObjectChanges(classAnimal, Prev, func(id int64, was, is bool) bool {
		changes = append(changes, fmt.Sprint(id == tom, was, is))
		return true
	})
	if strings.Join(changes, ",") != "true true false" {
		t.Errorf("changes of animals: %v", changes)
	}
	x.Cancel(true)
	if got := objects(x, Now, classAnimal); len(got) != 2 {
		t.Errorf("after Cancel there are %d animals", len(got))
	}
	x.Delete(hut)
	commit(t, x)
	if x.ClassOf(Now, hut) != 0 || !x.Get(Now, z.home, o(rex)).IsNull() || len(objects(x, Now, 0)) != 2 {
		t.Error("the house is still there")
	}
}

func TestChangeClass(t *testing.T) {
	z := newZoo(t)
	x := z.s.NewSession()
	rex := x.NewObject(classDog)
	o := value.ObjectOf(rex)
	set(t, x, z.name, value.String("Rex"), o)
	set(t, x, z.dogs, value.Int(3), o)
	commit(t, x)
	x.ChangeClass(rex, classCat)
	if x.Get(Now, z.name, o).Str() != "Rex" || !x.Get(Now, z.dogs, o).IsNull() || !x.Is(Now, rex, classCat) {
		t.Error("values of the new class are wrong")
	}
	x.ChangeClass(rex, classDog)
	if x.Get(Now, z.dogs, o).Num() != 3 || x.HasChanges() {
		t.Error("the value did not come back")
	}
	x.ChangeClass(rex, classCat)
	commit(t, x)
	x.ChangeClass(rex, classDog)
	if !x.Get(Now, z.dogs, o).IsNull() {
		t.Error("the value came back after Commit")
	}
}

func TestMadeAndDeletedLeavesNothing(t *testing.T) {
	z := newZoo(t)
	x := z.s.NewSession()
	id := x.NewObject(classDog)
	set(t, x, z.name, value.String("x"), value.ObjectOf(id))
	x.Delete(id)
	if x.HasChanges() || x.Touched(z.name, Prev) || x.ObjectsTouched(Prev) {
		t.Error("something is left")
	}
}

func TestDeleteMeetsOtherCommit(t *testing.T) {
	z := newZoo(t)
	x, y := z.s.NewSession(), z.s.NewSession()
	hut, rex := x.NewObject(classHouse), x.NewObject(classDog)
	commit(t, x)
	x.Delete(hut)
	set(t, y, z.home, value.ObjectOf(hut), value.ObjectOf(rex))
	commit(t, y)
	commit(t, x)
	if !x.Get(Now, z.home, value.ObjectOf(rex)).IsNull() {
		t.Error("a deleted object is referred to")
	}
}

func TestStatic(t *testing.T) {
	z := newZoo(t)
	red := z.s.Static(classHouse, "red")
	x := z.s.NewSession()
	if z.s.Static(classHouse, "red") != red || !x.Is(Prev, red, classHouse) {
		t.Error("a static object is not stable")
	}
	if n, ok := z.s.StaticName(red); !ok || n != "red" {
		t.Errorf("its name is %q", n)
	}
	z.s.AdoptStatic(classHouse, "blue", 99*1024+5)
	if id := x.NewObject(classHouse); id <= 99*1024+5 {
		t.Errorf("id %d may be taken", id)
	}
}

func TestCommitFails(t *testing.T) {
	z := newZoo(t)
	x := z.s.NewSession()
	id := x.NewObject(classDog)
	set(t, x, z.name, value.String("Rex"), value.ObjectOf(id))
	var seen []string
	stop := z.s.Watch(func(l *ChangeList) {
		for _, p := range l.Properties() {
			l.Each(p, func(keys []value.Value, old, new value.Value) bool {
				seen = append(seen, p.Name()+" "+new.Str())
				return true
			})
		}
		l.Objects(func(id int64, was, is int32) bool {
			seen = append(seen, fmt.Sprint(was, " ", is))
			return true
		})
	})
	full := errors.New("disk full")
	if err := x.Commit(context.Background(), func(*ChangeList) error { return full }); err != full {
		t.Errorf("error %v", err)
	}
	if !x.HasChanges() || z.s.NewSession().ClassOf(Now, id) != 0 || len(seen) != 0 {
		t.Error("a failed commit did something")
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if err := x.Commit(stopped, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	commit(t, x)
	stop()
	if fmt.Sprint(seen) != "[name Rex 0 2]" {
		t.Errorf("watched %v", seen)
	}
	set(t, x, z.name, value.String("Max"), value.ObjectOf(id))
	commit(t, x)
	if len(seen) != 2 {
		t.Error("watched after stop")
	}
}

func TestSmallestLongs(t *testing.T) {
	s := New(Options{})
	p := s.AddProperty(Spec{Name: "n", Value: value.Class{Name: value.NameLong}})
	x := s.NewSession()
	for n := int64(math.MinInt64); n <= math.MinInt64+1; n++ {
		var e *value.Error
		if err := x.Set(p, nil, value.Int64(n)); !errors.As(err, &e) || e.Code != value.CodeRange {
			t.Errorf("%d: error %v", n, err)
		}
	}
	set(t, x, p, value.Int64(math.MinInt64+2))
	if x.Get0(Now, p).Num() != math.MinInt64+2 {
		t.Error("wrong value")
	}
}

// Values of every kind must come back as they were.
func TestRoundTrip(t *testing.T) {
	big, err := value.Mul(value.Decimal(math.MaxInt64, 3), value.Int64(1000))
	if err != nil {
		t.Fatal(err)
	}
	numeric := value.Class{Name: value.NameNumeric, Prec: value.Unlimited}
	for _, v := range []struct {
		class value.Class
		v     value.Value
	}{
		{value.ClassBoolean, value.True}, {value.ClassTBoolean, value.TFalse}, {value.ClassInteger, value.Int(-1)},
		{value.ClassDouble, value.Float(0)}, {value.ClassDouble, value.Float(math.Inf(-1))}, {value.ClassDouble, value.Float(-2.5)},
		{value.NumericClass(30, 3), big}, {value.NumericClass(10, 2), value.Decimal(-105, 2)},
		{numeric, value.Decimal(1500, 3)}, {numeric, big},
		{value.ClassString, value.String("")}, {value.ClassString, value.String(strings.Repeat("long ", 1<<16))},
		{value.ClassDateTime, value.Of(value.DateTime, -5)}, {value.Class{Name: value.NameColor}, value.Of(value.Color, 0xFFFFFF)},
		{value.ClassJSON, value.JSONText(value.NameJSON, `{"a": 1}`)}, {value.Class{Name: value.NameJSONText}, value.JSONText(value.NameJSONText, `{"a":1}`)},
		{value.ClassFile, value.FileOf(value.NameFile, &value.FileData{Bytes: []byte{0, 1}, Ext: "bin", Name: "n"})},
		{value.Class{Name: value.NameIntervalDate}, value.IntervalOf(value.NameIntervalDate, -3, 9)},
		{value.Class{Name: value.NameStruct}, value.StructOf([]value.Value{value.Int(1), value.String("x")})},
		{value.Class{}, value.Int(5)}, {value.Class{}, value.String("any")},
	} {
		s := New(Options{})
		p := s.AddProperty(Spec{Name: "p", Keys: []value.Class{v.class}, Value: v.class})
		x := s.NewSession()
		set(t, x, p, v.v, v.v)
		commit(t, x)
		got := x.Get(Now, p, v.v)
		if value.Compare(got, v.v) != 0 || got.Kind() != v.v.Kind() || got.Scale() != v.v.Scale() || got.ClassName() != v.v.ClassName() || value.TextOf(got) != value.TextOf(v.v) {
			t.Errorf("%s: %s came back as %s", v.class, value.TextOf(v.v), value.TextOf(got))
		}
		rows := 0
		x.Match(Now, p, []value.Value{{}}, v.v, func(keys []value.Value, _ value.Value) bool {
			rows++
			return value.Compare(keys[0], v.v) == 0
		})
		if rows != 1 {
			t.Errorf("%s: %d matches", v.class, rows)
		}
	}
}

func TestKeysOfOtherClasses(t *testing.T) {
	s := New(Options{})
	n := s.AddProperty(Spec{Name: "n", Keys: []value.Class{value.NumericClass(8, 2)}, Value: value.ClassInteger})
	i := s.AddProperty(Spec{Name: "i", Keys: []value.Class{value.ClassInteger}, Value: value.ClassInteger})
	x := s.NewSession()
	set(t, x, n, value.Int(1), value.Int(5))
	set(t, x, i, value.Int(2), value.Int64(5))
	for _, k := range []value.Value{value.Int(5), value.Decimal(50, 1), value.Float(5)} {
		if x.Get(Now, n, k).Num() != 1 || x.Get(Now, i, k).Num() != 2 {
			t.Errorf("key %s is not found", value.TextOf(k))
		}
	}
	if v := x.Get(Now, i, value.Decimal(55, 1)); !v.IsNull() {
		t.Error("5.5 was found")
	}
	if v := x.Get(Now, n, value.Decimal(5001, 3)); !v.IsNull() {
		t.Error("5.001 was found")
	}
}

func TestWriteWhileScanning(t *testing.T) {
	s := New(Options{})
	for _, keys := range [][]value.Class{{value.ClassInteger}, {value.ClassString}, {value.ClassInteger, value.ClassInteger}} {
		p := s.AddProperty(Spec{Name: "p", Keys: keys, Value: value.ClassInteger})
		x := s.NewSession()
		row := func(n int) []value.Value {
			k := []value.Value{value.Int(int32(n)), value.Int(0)}[:len(keys)]
			if keys[0].IsText() {
				k[0] = value.String(fmt.Sprintf("%05d", n))
			}
			return k
		}
		for n := 0; n < 700; n++ {
			set(t, x, p, value.Int(int32(n)), row(n)...)
		}
		seen := 0
		x.Scan(Now, p, func(k []value.Value, v value.Value) bool {
			if v.Num() != int64(seen) {
				t.Fatalf("row %d is %d", seen, v.Num())
			}
			set(t, x, p, value.Value{}, row(seen+1)...)
			set(t, x, p, value.Int(-1), row(seen+2000)...)
			seen++
			return true
		})
		if seen != 700 {
			t.Errorf("%d rows", seen)
		}
	}
}

// Sessions of several goroutines read what others commit.
func TestConcurrentSessions(t *testing.T) {
	z := newZoo(t)
	var wg sync.WaitGroup
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			x := z.s.NewSession()
			for i := 0; i < 60; i++ {
				id := x.NewObject(classDog)
				_ = x.Set(z.name, []value.Value{value.ObjectOf(id)}, value.String(fmt.Sprintf("dog %d", i%7)))
				_ = x.Set(z.friend, []value.Value{value.ObjectOf(id), value.ObjectOf(id)}, value.True)
				if i%9 == 8 {
					x.Delete(id)
				}
				if err := x.Commit(context.Background(), nil); err != nil {
					t.Error(err)
				}
				n := 0
				x.Match(Now, z.name, []value.Value{{}}, value.String("dog 3"), func([]value.Value, value.Value) bool { n++; return true })
				x.Scan(Now, z.friend, func([]value.Value, value.Value) bool { n++; return true })
				x.Objects(Now, classAnimal, func(int64) bool { n++; return true })
				z.s.Static(classCat, fmt.Sprint("cat ", i))
				z.s.AddProperty(Spec{Name: "more"})
			}
		}()
	}
	wg.Wait()
	x := z.s.NewSession()
	if got, want := len(objects(x, Now, classDog)), 4*(60-6); got != want {
		t.Errorf("%d dogs, want %d", got, want)
	}
	if n := x.Count(Now, z.friend); n != 4*(60-6) {
		t.Errorf("%d rows", n)
	}
}

func TestTwoSessions(t *testing.T) {
	z := newZoo(t)
	x, y := z.s.NewSession(), z.s.NewSession()
	k := []value.Value{value.ObjectOf(x.NewObject(classDog))}
	set(t, x, z.dogs, value.Int(1), k...)
	commit(t, x)
	set(t, y, z.dogs, value.Int(5), k...)
	before := x.Stamp(Now, z.dogs)
	commit(t, y)
	if x.Get(Now, z.dogs, k...).Num() != 5 || x.Get(Prev, z.dogs, k...).Num() != 5 || x.Stamp(Now, z.dogs) == before {
		t.Error("a commit of another session is not seen")
	}
	set(t, x, z.dogs, value.Int(6), k...)
	set(t, y, z.dogs, value.Int(9), k...)
	commit(t, y)
	if x.Get(Now, z.dogs, k...).Num() != 6 || x.Get(Prev, z.dogs, k...).Num() != 9 {
		t.Error("wrong values after both have written")
	}
}

func TestShareClasses(t *testing.T) {
	z := newZoo(t)
	x, y := z.s.NewSession(), z.s.NewSession()
	rex := x.NewObject(classDog)
	set(t, x, z.name, value.String("Rex"), value.ObjectOf(rex))
	y.ShareClasses(x)
	if !y.Is(Now, rex, classDog) || y.Is(Prev, rex, classDog) || !y.Get(Now, z.name, value.ObjectOf(rex)).IsNull() {
		t.Error("the object is not there, or more than it")
	}
	y.Delete(rex)
	if !x.Is(Now, rex, classDog) {
		t.Error("the other session has lost its object")
	}
}
