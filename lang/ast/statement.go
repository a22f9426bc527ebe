package ast

type (
	// EmptyStatement is a ; alone.
	EmptyStatement struct {
		Loc
	}

	// Property is name 'caption' (A a) = expression options;.
	Property struct {
		Loc
		Decl    Declaration
		Body    Expr
		Options []Option
	}

	// ActionDecl is name 'caption' (A a) { ... } options, with ACTION before
	// it or not.
	ActionDecl struct {
		Loc
		Keyword bool
		Decl    Declaration
		Body    Action // *Block, *Internal or *AbstractAction
		Options []Option
	}

	// Implement is p(A a) += WHEN c THEN x;.
	Implement struct {
		Loc
		Ref    PropertyRef
		Params []Param
		When   Expr
		Body   Expr
	}

	// ExtendAction is ACTION p(A a) + WHEN c THEN { ... } OPTIMISTICASYNC.
	ExtendAction struct {
		Loc
		Keyword         bool
		Ref             PropertyRef
		Params          []Param
		When            Expr
		Body            Action
		OptimisticAsync bool
	}

	// Constraint is CONSTRAINT event x CHECKED BY p MESSAGE m PROPERTIES a, b;.
	Constraint struct {
		Loc
		Event      BaseEvent
		Cond       Expr
		Checked    bool
		CheckedBy  []PropertyRef
		Message    Expr
		Properties []Expr
	}

	// Follows is p(A a) => event x RESOLVE LEFT RIGHT;.
	Follows struct {
		Loc
		Head    Mapped
		Event   BaseEvent
		Body    Expr
		Resolve bool
		Left    bool
		Right   bool
	}

	// WriteWhen is p(A a) <- x WHEN [DO] c;.
	WriteWhen struct {
		Loc
		Head  Mapped
		Value Expr
		Do    bool
		When  Expr
	}

	// When is WHEN event c ORDER o DO action.
	When struct {
		Loc
		Event  BaseEvent
		Cond   Expr
		Order  *Order
		Inline Inline
		Do     Action
	}

	// On is ON event [SINGLE] action.
	On struct {
		Loc
		Event  BaseEvent
		Single bool
		Do     Action
	}

	// Aspect is BEFORE p(a) DO action, or AFTER.
	Aspect struct {
		Loc
		After bool
		Head  Mapped
		Do    Action
	}

	// IndexStatement is INDEX 'name' LIKE p(a), b;. A bare parameter has no
	// Ref.
	IndexStatement struct {
		Loc
		Name *Text
		Kind string // LIKE, MATCH or ""
		Keys []IndexKey
	}

	// IndexKey is p(a, b), or a parameter.
	IndexKey struct {
		Loc
		Ref    *PropertyRef
		Params []Expr // ParamExpr
	}

	// Meta is META name(a, b) ... END. The body is kept as tokens, which are
	// read only where the code is used.
	Meta struct {
		Loc
		Name   Ident
		Params []Ident
		Body   MetaBody
	}

	// MetaCall is @ns.name(a, b) { ... };. Expansion sets Body.
	MetaCall struct {
		Loc
		Name Name
		Args []MetaArg
		// Body is what the call stands for, nil before expansion and when it
		// failed. Places in it are those of the text of the metacode, calls
		// in it are MetaCalls with a Body of their own; Def is the metacode.
		Body []Statement
		Def  *Meta
	}

	// MetaArg is the text of an argument, "" for none.
	MetaArg struct {
		Loc
		Text string
	}

	// MetaBody is the text between the head of a metacode and its END.
	MetaBody struct {
		Loc
		Source string
	}
)

type (
	// Class is CLASS [ABSTRACT|NATIVE] name 'caption' { a, b } : P, Q;.
	Class struct {
		Loc
		Kind    string
		Complex bool
		Name    Ident
		Caption *Text
		Image   *ImageOption
		Statics []StaticDecl
		Parents []ClassRef
	}

	// ExtendClass is EXTEND CLASS name { a, b } : P;.
	ExtendClass struct {
		Loc
		Name    Name
		Statics []StaticDecl
		Parents []ClassRef
	}

	// StaticDecl is a static object of a class.
	StaticDecl struct {
		Loc
		Name    Ident
		Caption *Text
		Image   *ImageOption
	}

	// ImageOption is IMAGE 'file' or NOIMAGE.
	ImageOption struct {
		Loc
		None bool
		File *Text
	}

	// GroupStatement is GROUP name 'caption' : parent;, a group of properties.
	GroupStatement struct {
		Loc
		Native  bool
		Name    Ident
		Caption *Text
		ExtID   *Text
		Parent  *Name
	}

	// Table is TABLE name 'db name' (A, B) FULL|NODEFAULT;.
	Table struct {
		Loc
		Name    Ident
		DBName  *Text
		Classes []ClassRef
		Kind    string
	}
)

func (*EmptyStatement) statement() {}
func (*Property) statement()       {}
func (*ActionDecl) statement()     {}
func (*Implement) statement()      {}
func (*ExtendAction) statement()   {}
func (*Constraint) statement()     {}
func (*Follows) statement()        {}
func (*WriteWhen) statement()      {}
func (*When) statement()           {}
func (*On) statement()             {}
func (*Aspect) statement()         {}
func (*IndexStatement) statement() {}
func (*Meta) statement()           {}
func (*MetaCall) statement()       {}
func (*Class) statement()          {}
func (*ExtendClass) statement()    {}
func (*GroupStatement) statement() {}
func (*Table) statement()          {}
