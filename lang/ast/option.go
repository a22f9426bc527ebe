package ast

// Option is an option of a property, an action, or a property on a form, in
// the order of the text. Name is its first word ("IN", "CHARWIDTH", "ON"), or
// "@@" for an annotation; what else is set depends on it:
//
//	IN, TABLE                    ID
//	PANEL GRID TOOLBAR POPUP and other bare words   nothing
//	CUSTOM, SELECT, CHANGEKEY, INDEXED, LAZY, ...    Words, Texts
//	CHARWIDTH                    Number, Words
//	SHOWIF, HEADER, BACKGROUND, ...                  Expr
//	ON                           Words (CHANGE BEFORE), Texts, Action
//	ASON                         Words, Texts, Use
//	NONULL                       Event, Delete
//	AFTER, BEFORE, QUICKFILTER   Draws
//	PIVOT                        Words, Texts, Draws, Exprs
//	DRAW, COLUMNS                IDs
//	@@                           IDs[0] the name, Texts its arguments
type Option struct {
	Loc
	Name   string
	Words  []string
	Texts  []Text
	IDs    []Ident
	ID     *Name
	Number *Number
	Class  *ClassRef // CUSTOM ... EDIT class
	Expr   Expr
	Exprs  []Expr
	Event  *BaseEvent
	Delete *BaseEvent
	Use    *PropertyUse
	Draws  []DrawRef
	Action Action
}

// DrawRef names a property on a form: by its name, or p(a, b). Name is an
// identifier, or one of NEW, NEWEDIT, EDIT, VALUE, INTERVAL, DELETE.
type DrawRef struct {
	Loc
	Name   string
	Class  *Name // NEW[Class]
	Args   []Ident
	Listed bool
}

// ActionRef is what an event of a form does: p(a, b), or a block.
type ActionRef struct {
	Loc
	Ref   *PropertyRef
	Args  []Ident
	Block *Block
}
