package ast

// Op is an operator of an expression.
type Op uint8

const (
	NoOp Op = iota
	Or
	Xor
	And
	Not
	Equal    // = or ==
	NotEqual // !=
	Less
	Greater
	LessOrEqual
	GreaterOrEqual
	Like
	Match
	NullAdd // (+)
	NullSub // (-)
	Add
	Sub
	Mul
	Div
	Negate
)

// String gives the operator as programs write it.
func (o Op) String() string {
	return [...]string{"", "OR", "XOR", "AND", "NOT", "=", "!=", "<", ">", "<=", ">=", "LIKE", "MATCH",
		"(+)", "(-)", "+", "-", "*", "/", "-"}[o]
}

// LiteralKind tells what a Literal is.
type LiteralKind uint8

const (
	NullLiteral LiteralKind = iota
	BooleanLiteral
	TBooleanLiteral
	IntegerLiteral
	LongLiteral
	NumericLiteral
	DoubleLiteral
	DateLiteral
	TimeLiteral
	DateTimeLiteral
	ColorLiteral
)

type (
	// ParamExpr is a parameter: a, A a, or $a inside RECURSION.
	ParamExpr struct {
		Loc
		Class     *ClassRef
		Name      string // without $
		Recursive bool
	}

	// Literal is a constant that is not a text. Int holds TRUE and TTRUE as
	// 1, FALSE and TFALSE as 0, integers, days since 1970-01-01, microseconds
	// (of the day, or since 1970-01-01T00:00), and colors as 0xRRGGBB. NUMERIC
	// and DOUBLE have their digits in Text, without the letter.
	Literal struct {
		Loc
		Kind LiteralKind
		Text string
		Int  int64
	}

	// TextLiteral is a text. With one part of kind PlainText, or none, it is
	// a constant.
	TextLiteral struct {
		Loc
		Parts []TextPart
		Raw   bool // r'...'
	}

	// StaticObject is Class.name or namespace.Class.name. Where a name of a
	// form may stand (INPUT x = f.o, FILTERS), it is that name.
	StaticObject struct {
		Loc
		Class  Name
		Object Ident
	}

	// Call is p(a, b), ns.p[A, B](a, b), or JOIN p(a). As a column of EXPORT,
	// JSON or a form it may name an action.
	Call struct {
		Loc
		Ref  PropertyRef
		Args []Expr
	}

	// InlineCall is [ expression ](a, b).
	InlineCall struct {
		Loc
		Inline Expr
		Args   []Expr
	}

	// Paren is an expression in parentheses.
	Paren struct {
		Loc
		X Expr
	}

	// Unary is NOT x or -x.
	Unary struct {
		Loc
		Op Op
		X  Expr
	}

	// Binary is x op y.
	Binary struct {
		Loc
		Op   Op
		X, Y Expr
	}

	// IfPostfix is x IF condition.
	IfPostfix struct {
		Loc
		X, Cond Expr
	}

	// IfThenElse is IF c THEN a ELSE b; Else may be nil.
	IfThenElse struct {
		Loc
		Cond, Then, Else Expr
	}

	// CaseExpr is CASE [OVERRIDE|EXCLUSIVE] WHEN c THEN x ... ELSE y.
	CaseExpr struct {
		Loc
		Exclusive string // "OVERRIDE", "EXCLUSIVE" or ""
		Branches  []CaseBranch
		Else      Expr
	}

	// CaseBranch is WHEN c THEN x.
	CaseBranch struct {
		Loc
		When, Then Expr
	}

	// Choice is MULTI, OVERRIDE or EXCLUSIVE over a list.
	Choice struct {
		Loc
		Kind      ChoiceKind
		Exclusive string // of MULTI: "OVERRIDE", "EXCLUSIVE" or ""
		Operands  []Expr
	}

	// Extreme is MAX a, b or MIN a, b.
	Extreme struct {
		Loc
		Max      bool
		Operands []Expr
	}

	// Concat is CONCAT sep, a, b.
	Concat struct {
		Loc
		Separator Expr
		Operands  []Expr
	}

	// Group is GROUP kind a, b ORDER c TOP n OFFSET m WHERE w BY d, e.
	Group struct {
		Loc
		Kind     string // SUM MAX MIN AGGR NAGGR EQUAL CONCAT LAST CUSTOM
		Custom   *CustomAggregate
		Operands []Expr
		Order    *Order
		Within   bool // WITHIN ORDER of CUSTOM
		Limit    Limit
		Where    Expr
		By       []Expr
	}

	// CustomAggregate is CUSTOM [NULL] [class] 'function'.
	CustomAggregate struct {
		Loc
		Null  bool
		Class *ClassRef
		Name  Text
	}

	// Partition is PARTITION kind x ORDER c TOP n OFFSET m BY d.
	Partition struct {
		Loc
		Kind     string // SUM PREV LAST UNGROUP CUSTOM
		Ungroup  *Ungroup
		Custom   *CustomAggregate
		Operands []Expr
		Order    *Order
		Limit    Limit
		By       []Expr
	}

	// Ungroup is UNGROUP p PROPORTION [STRICT] ROUND(n) or LIMIT [STRICT].
	Ungroup struct {
		Loc
		Ref        PropertyRef
		Proportion bool // else LIMIT
		Strict     bool
		Round      int64
	}

	// Recursion is RECURSION first STEP step CYCLES YES|NO|IMPOSSIBLE.
	Recursion struct {
		Loc
		First, Step Expr
		Cycles      string // "" when not written
	}

	// StructExpr is STRUCT(a, b).
	StructExpr struct {
		Loc
		Operands []Expr
	}

	// Index is x[n], n from 1.
	Index struct {
		Loc
		X Expr
		N int64
	}

	// ClassTest is x IS C, or x AS C.
	ClassTest struct {
		Loc
		X     Expr
		As    bool
		Class ClassRef
	}

	// IsClass is ISCLASS(x).
	IsClass struct {
		Loc
		X Expr
	}

	// Cast is CLASS(x) of a built-in class.
	Cast struct {
		Loc
		Class ClassRef
		X     Expr
	}

	// SessionExpr is PREV, CHANGED, SET, DROPPED, SETCHANGED, DROPCHANGED or
	// SETDROPPED of x.
	SessionExpr struct {
		Loc
		Kind string
		X    Expr
	}

	// Round is ROUND(x, n); Digits is nil when not written.
	Round struct {
		Loc
		X, Digits Expr
	}

	// JSONExpr is JSON FROM a = x, ... WHERE w ORDER o TOP n.
	JSONExpr struct {
		Loc
		AsText  bool // JSONTEXT
		Columns []Aliased
		Where   Expr
		Order   []Ordered
		Limit   Limit
	}

	// JSONForm is JSON(form OBJECTS o = x FILTERS f TOP n).
	JSONForm struct {
		Loc
		AsText  bool
		Form    MappedForm
		Filters []Expr
		Limit   FormLimit
	}

	// ActiveExpr is ACTIVE TAB f.c, ACTIVE PROPERTY f.p.
	ActiveExpr struct {
		Loc
		Component *ComponentPath // TAB
		Draw      *DrawPath      // PROPERTY
	}

	// ObjectExpr is VALUE f.o or ACTIVE f.o.
	ObjectExpr struct {
		Loc
		Kind   string // VALUE, ACTIVE
		Object FormPath
	}
)

// ChoiceKind tells the forms of Choice apart.
type ChoiceKind uint8

const (
	Multi ChoiceKind = iota
	Override
	Exclusive
)

// Forms that may stand only on the right of a property declaration.
type (
	// DataExpr is DATA [LOCAL [NESTED ...]] C (A, B).
	DataExpr struct {
		Loc
		Local  bool
		Nested *Nested
		Class  ClassRef
		Params []ClassRef
		Listed bool
	}

	// AbstractExpr is ABSTRACT [CASE|MULTI|VALUE ...] [FULL] C (A, B).
	AbstractExpr struct {
		Loc
		Kind   AbstractKind
		Class  ClassRef
		Params []ClassRef
		Listed bool
	}

	// FormulaExpr is FORMULA [NULL] [class [name]] 'text' (A a, B b) [NULL].
	FormulaExpr struct {
		Loc
		NullGives bool // NULL before: the result may be NULL
		NullArgs  bool // NULL after: the formula takes NULL parameters
		Result    *FormulaParam
		Texts     []FormulaText
		Params    []FormulaParam
		Listed    bool
	}

	// FormulaText is a text of FORMULA with the kind of server it is for.
	FormulaText struct {
		Loc
		Syntax string // "PG", "MS" or ""
		Text   Text
	}

	// FormulaParam is a class with a name or without.
	FormulaParam struct {
		Loc
		Class ClassRef
		Name  *Text
	}

	// AggrExpr is AGGR event C WHERE x NEW event DELETE event.
	AggrExpr struct {
		Loc
		Event  BaseEvent
		Class  ClassRef
		Where  Expr
		New    *BaseEvent
		Delete *BaseEvent
	}

	// GroupObjectExpr is FILTER, ORDER, SELECT, VIEW, VIEWTYPE or SELECT
	// ACTIVE of a group of a form.
	GroupObjectExpr struct {
		Loc
		Kind  string // "FILTER", ..., "SELECT ACTIVE"
		Group FormPath
	}

	// DrawExpr is SELECT PROPERTY f.p.
	DrawExpr struct {
		Loc
		Draw DrawPath
	}

	// ReflectionExpr is REFLECTION CANONICALNAME p.
	ReflectionExpr struct {
		Loc
		Kind string
		Use  PropertyUse
	}

	// NativeExpr is NATIVE C (A, B).
	NativeExpr struct {
		Loc
		Class  ClassRef
		Params []ClassRef
	}
)

// AbstractKind is how implementations of an ABSTRACT are chosen.
type AbstractKind struct {
	Kind      string // CASE, MULTI, VALUE, LIST or ""
	Exclusive string // OVERRIDE, EXCLUSIVE or ""
	Position  string // FIRST, LAST or ""
	Full      bool
}

// PartKind tells the parts of a text apart.
type PartKind uint8

const (
	PlainText    PartKind = iota
	Interpolated          // ${expression}
	ResourceKey           // {key}
	InlineText            // $I{file}: a text file, read when the text is loaded
	InlineFile            // $R{file}
	InlineImage           // $M{name}
)

// TextPart is one part of a text literal. Text is the plain text, the key,
// or the file.
type TextPart struct {
	Kind PartKind
	Text string
	Expr Expr
}

func (*ParamExpr) expr()       {}
func (*Literal) expr()         {}
func (*TextLiteral) expr()     {}
func (*StaticObject) expr()    {}
func (*Call) expr()            {}
func (*InlineCall) expr()      {}
func (*Paren) expr()           {}
func (*Unary) expr()           {}
func (*Binary) expr()          {}
func (*IfPostfix) expr()       {}
func (*IfThenElse) expr()      {}
func (*CaseExpr) expr()        {}
func (*Choice) expr()          {}
func (*Extreme) expr()         {}
func (*Concat) expr()          {}
func (*Group) expr()           {}
func (*Partition) expr()       {}
func (*Recursion) expr()       {}
func (*StructExpr) expr()      {}
func (*Index) expr()           {}
func (*ClassTest) expr()       {}
func (*IsClass) expr()         {}
func (*Cast) expr()            {}
func (*SessionExpr) expr()     {}
func (*Round) expr()           {}
func (*JSONExpr) expr()        {}
func (*JSONForm) expr()        {}
func (*ActiveExpr) expr()      {}
func (*ObjectExpr) expr()      {}
func (*DataExpr) expr()        {}
func (*AbstractExpr) expr()    {}
func (*FormulaExpr) expr()     {}
func (*AggrExpr) expr()        {}
func (*GroupObjectExpr) expr() {}
func (*DrawExpr) expr()        {}
func (*ReflectionExpr) expr()  {}
func (*NativeExpr) expr()      {}
