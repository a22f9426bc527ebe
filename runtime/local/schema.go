// Package local keeps the committed data of a store in a SQL database: in
// memory, where EXTERNAL SQL 'LOCAL' and INTERNAL DB see it, or in a SQLite file
// that makes it durable. Tables and columns have the names that the platform
// gives them, so SQL written for it finds the same things.
package local

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// maxName is the length at which names are cut, that of PostgreSQL.
const maxName = 63

// Schema says which table and column each stored property lies in.
type Schema struct {
	Tables  []Table
	Classes []ClassDecl
}

// Table is one table. Its primary key is all of Keys; a row exists while one of
// its columns is not NULL. A table without keys has the column dumb, which is 0
// in its only row.
type Table struct {
	Name   string
	Keys   []Key
	Fields []Field
	// ClassField is the column with the class of the object, "" when objects of
	// no class have their home here; Classes are the numbers of those that have.
	ClassField string
	Classes    []int32
}

// Key is a key column.
type Key struct {
	Name  string
	Class value.Class
}

// Field is the column of one property; Order[i] is the key of the table that
// its parameter i is.
type Field struct {
	Name     string
	Class    value.Class
	Property *store.Property
	Order    []int
}

// Declarations are what Build makes a schema of.
type Declarations struct {
	Classes    []ClassDecl
	Tables     []TableDecl
	Properties []PropertyDecl
}

// ClassDecl is a user class.
type ClassDecl struct {
	Number          int32
	Namespace, Name string
	Parents         []int32
	Abstract        bool
}

// TableDecl is a TABLE statement.
type TableDecl struct {
	Namespace, Name string
	Keys            []value.Class
	NoDefault       bool // takes only properties that name it
}

// PropertyDecl is a stored property. Column is the name given by MATERIALIZED,
// or ""; Table is an index into Declarations.Tables, or -1.
type PropertyDecl struct {
	Namespace, Name string
	Keys            []value.Class
	Value           value.Class
	Column          string
	Table           int
	Property        *store.Property
}

// Cut shortens a name to the length that databases allow.
func Cut(name string) string {
	if len(name) <= maxName {
		return name
	}
	cut := maxName
	for cut > 0 && name[cut]&0xC0 == 0x80 {
		cut--
	}
	return name[:cut]
}

// TableName is the name of the table of a TABLE statement.
func TableName(namespace, name string) string {
	return Cut(strings.ToLower(namespace + "_" + name))
}

// AutoTableName is the name of the table that properties of these keys lie in
// when no TABLE statement fits. keys are the words of the classes, in any order.
func AutoTableName(keys []string) string {
	sorted := slices.Sorted(slices.Values(keys))
	return Cut(strings.Join(append([]string{"_auto"}, sorted...), "_"))
}

// ColumnName is the column of a property; keys are the words of the classes in
// the order of its parameters.
func ColumnName(namespace, name string, keys []string) string {
	return Cut(strings.ToLower(strings.Join(append([]string{namespace, name}, keys...), "_")))
}

// ClassColumn is the column that has the class of the objects of a table.
func ClassColumn(table string) string { return Cut("system__class_" + table) }

// builder finds the place of properties.
type builder struct {
	decl    Declarations
	classes map[int32]*ClassDecl
	tables  []Table
	auto    map[string]int
	columns map[string]bool // table.column taken
}

// Build lays out all declared properties and classes. Properties with keys or
// values of unknown class have no column.
func Build(d Declarations) Schema {
	b := &builder{decl: d, classes: map[int32]*ClassDecl{}, auto: map[string]int{}, columns: map[string]bool{}}
	for i := range d.Classes {
		b.classes[d.Classes[i].Number] = &d.Classes[i]
	}
	for _, t := range d.Tables {
		table := Table{Name: TableName(t.Namespace, t.Name)}
		for i, k := range t.Keys {
			table.Keys = append(table.Keys, Key{keyName(i), k})
		}
		b.tables = append(b.tables, table)
	}
	for _, p := range d.Properties {
		b.add(p)
	}
	for _, c := range d.Classes {
		if c.Abstract || c.Number == 0 {
			continue
		}
		at, _ := b.place([]value.Class{value.ObjectClass(int(c.Number))}, -1)
		t := &b.tables[at]
		t.ClassField = ClassColumn(t.Name)
		t.Classes = append(t.Classes, c.Number)
	}
	used := b.tables[:0]
	for _, t := range b.tables {
		if len(t.Fields) > 0 || t.ClassField != "" {
			used = append(used, t)
		}
	}
	return Schema{Tables: used, Classes: d.Classes}
}

func keyName(i int) string { return fmt.Sprintf("key%d", i) }

func (b *builder) add(p PropertyDecl) {
	if !p.Value.Known() || slices.ContainsFunc(p.Keys, func(c value.Class) bool { return !c.Known() }) {
		return
	}
	at, order := b.place(p.Keys, p.Table)
	name := p.Column
	if name == "" {
		keys := make([]string, len(p.Keys))
		for i, k := range p.Keys {
			keys[i] = b.columnKey(k)
		}
		name = ColumnName(p.Namespace, p.Name, keys)
	}
	t := &b.tables[at]
	for n, plain := 1, name; b.columns[t.Name+"."+name]; n++ {
		suffix := fmt.Sprintf("_%d", n)
		name = plain[:min(len(plain), maxName-len(suffix))] + suffix
	}
	b.columns[t.Name+"."+name] = true
	t.Fields = append(t.Fields, Field{Name: name, Class: p.Value, Property: p.Property, Order: order})
}

// autoKey is how a key's class is called in the name of a table.
func (b *builder) autoKey(c value.Class) string {
	if c.IsObject() {
		if d := b.classes[c.User]; d != nil {
			return strings.ToLower(d.Namespace + "_" + d.Name)
		}
		return "object"
	}
	return strings.ToLower(strings.NewReplacer("[", "_", ",", "_", "]", "").Replace(c.String()))
}

// columnKey is how a parameter's class is called in the name of a column.
func (b *builder) columnKey(c value.Class) string {
	if c.IsObject() {
		if d := b.classes[c.User]; d != nil {
			return d.Name
		}
		return "object"
	}
	word, _, _ := strings.Cut(c.String(), "[")
	return word
}

// place finds or makes the table for keys; table is the one named, or -1.
func (b *builder) place(keys []value.Class, table int) (at int, order []int) {
	best := -1
	for i := range b.decl.Tables {
		if table >= 0 && i != table || table < 0 && b.decl.Tables[i].NoDefault {
			continue
		}
		if o, far, ok := b.fit(keys, b.decl.Tables[i].Keys); ok && (best < 0 || far < best) {
			at, order, best = i, o, far
		}
	}
	if best >= 0 {
		return at, order
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = b.autoKey(k)
	}
	name := AutoTableName(names)
	perm := make([]int, len(keys))
	for i := range perm {
		perm[i] = i
	}
	slices.SortStableFunc(perm, func(x, y int) int { return cmp.Compare(names[x], names[y]) })
	order = make([]int, len(keys))
	for pos, i := range perm {
		order[i] = pos
	}
	at, ok := b.auto[name]
	if !ok {
		t := Table{Name: name}
		for pos, i := range perm {
			t.Keys = append(t.Keys, Key{keyName(pos), keys[i]})
		}
		at = len(b.tables)
		b.tables = append(b.tables, t)
		b.auto[name] = at
	}
	return at, order
}

// fit matches keys with the keys of a table: the first assignment, in the
// table's order, in which every key is of the class of its column or a
// descendant. far is the number of steps between the classes.
func (b *builder) fit(keys, columns []value.Class) (order []int, far int, ok bool) {
	if len(keys) != len(columns) {
		return nil, 0, false
	}
	order = make([]int, len(keys))
	taken := make([]bool, len(columns))
	best := -1
	current := make([]int, len(keys))
	var try func(i, sum int)
	try = func(i, sum int) {
		if best >= 0 && sum >= best {
			return
		}
		if i == len(keys) {
			best = sum
			copy(order, current)
			return
		}
		for c := range columns {
			if d := b.distance(keys[i], columns[c]); d >= 0 && !taken[c] {
				taken[c], current[i] = true, c
				try(i+1, sum+d)
				taken[c] = false
			}
		}
	}
	try(0, 0)
	return order, best, best >= 0
}

// distance is the number of steps from a class up to base, -1 if there is none.
func (b *builder) distance(class, base value.Class) int {
	if !class.IsObject() || !base.IsObject() {
		if class.Name == base.Name {
			return 0
		}
		return -1
	}
	level := []int32{class.User}
	seen := map[int32]bool{}
	for steps := 0; len(level) > 0; steps++ {
		var up []int32
		for _, c := range level {
			if c == base.User {
				return steps
			}
			if d := b.classes[c]; d != nil && !seen[c] {
				seen[c] = true
				up = append(up, d.Parents...)
			}
		}
		level = up
	}
	if base.User == 0 {
		return 1 << 16
	}
	return -1
}
