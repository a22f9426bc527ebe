// Package ast holds the tree of program text: statements, actions and
// expressions as they were written, with their places. Names are not bound
// here; package resolve does that.
//
// A tree is not changed after parsing, except that expansion fills
// MetaCall.Body; it may be read by several goroutines.
package ast

import (
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Node is anything with a place in the text.
type Node interface {
	Span() diag.Span
}

// Loc is the text range of a node. Its zero value means "no place".
type Loc struct {
	File              string
	Offset, EndOffset int32
	Line, Col         int32
	EndLine, EndCol   int32
}

// Span gives l in the form of diagnostics.
func (l *Loc) Span() diag.Span {
	return diag.Span{
		Start: diag.Pos{File: l.File, Offset: int(l.Offset), Line: int(l.Line), Col: int(l.Col)},
		End:   diag.Pos{File: l.File, Offset: int(l.EndOffset), Line: int(l.EndLine), Col: int(l.EndCol)},
	}
}

// Statement is one declaration of a module.
type Statement interface {
	Node
	statement()
}

// Action is one step of an action body.
type Action interface {
	Node
	action()
}

// Expr is an expression, or one of the forms that may stand only on the right
// of a property declaration (DATA, ABSTRACT, FORMULA, AGGR, ...).
type Expr interface {
	Node
	expr()
}

// Script is one file. Header is nil when the file does not begin with MODULE.
type Script struct {
	File       string
	Header     *Header
	Statements []Statement
	Comments   []Comment
}

// Comment is a comment with its signs, in the order of the text.
type Comment struct {
	Loc
	Text string
}

// Header is the head of a module.
type Header struct {
	Loc
	Module    Ident
	Require   []Ident
	Priority  []Ident
	Namespace *Ident
}

// Ident is a name without a namespace.
type Ident struct {
	Loc
	Name string
}

// Name is a name with or without a namespace.
type Name struct {
	Loc
	Namespace string // "" when not written
	Name      string
}

// String gives the name as written.
func (n *Name) String() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "." + n.Name
}

// Text is a literal text, or an identifier where the language lets one stand
// for a text.
type Text struct {
	Loc
	Value string // with escapes taken out; resource keys are kept as {key}
	Bare  bool   // an identifier
	// Keys is true when Value has resource keys. A brace of the text itself
	// is then written \{ or \} in Value.
	Keys bool
}

// Number is an integer that is part of a declaration.
type Number struct {
	Loc
	Value int64
}

// ClassRef names a class. One of Builtin and Name is set, or Unknown for the
// ? of a signature.
type ClassRef struct {
	Loc
	Name    Name
	Builtin value.Class
	Word    string // a built-in class as written, "NUMERIC[10,2]"
	Unknown bool
}

// IsBuiltin reports whether the class is written as a built-in one.
func (c *ClassRef) IsBuiltin() bool { return c.Builtin.Known() }

// Param is a parameter with the class that stands before it, if any.
type Param struct {
	Loc
	Class *ClassRef
	Name  string
}

// PropertyRef names a property or action, with the classes of its parameters
// where the text has [A, B].
type PropertyRef struct {
	Loc
	Name      Name
	Signature []ClassRef
	Signed    bool // [ ] was written, perhaps empty
}

// PropertyUse is a PropertyRef with ACTION before it when an action is meant.
type PropertyUse struct {
	Loc
	Action bool
	Ref    PropertyRef
}

// Mapped is a property or action with its parameters as names: p(A a, b).
type Mapped struct {
	Loc
	Ref    PropertyRef
	Params []Param
}

// Declaration is the head of a property or action: name 'caption' (A a, b).
type Declaration struct {
	Loc
	Name    Ident
	Caption *Text
	Params  []Param
	Listed  bool // parentheses were written
}

// BaseEvent says when a handler runs: its name, its scope, its forms, and
// what it comes after.
type BaseEvent struct {
	Loc
	Name    *Ident
	Scope   string // "GLOBAL", "LOCAL" or ""
	Forms   []Name
	After   []PropertyUse
	GoAfter bool // GOAFTER was written instead of AFTER
}

// Ordered is an expression with DESC after it or not.
type Ordered struct {
	Expr Expr
	Desc bool
}

// Limit is TOP and OFFSET; each may be nil.
type Limit struct {
	Top, Offset Expr
}

// Order is ORDER [DESC] a, b. Desc holds for all of them.
type Order struct {
	Desc  bool
	Exprs []Expr
}

// Aliased is a column of EXPORT or JSON: name = expression.
type Aliased struct {
	Loc
	Name *Text // nil when not written
	Expr Expr
}
