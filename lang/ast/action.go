package ast

type (
	// Empty is a ; without an action.
	Empty struct {
		Loc
	}

	// Block is { a; b; }.
	Block struct {
		Loc
		Actions []Action
	}

	// Local is LOCAL [NESTED] a, b = C (A, B); inside a block.
	Local struct {
		Loc
		Nested *Nested
		Names  []Ident
		Class  ClassRef
		Params []ClassRef
	}

	// CallAction is p(a, b) or EXEC p(a, b), with TO p.
	CallAction struct {
		Loc
		Ref  PropertyRef
		Args []Expr
		To   *PropertyRef
	}

	// Assign is p(a, b) <- x WHERE w, or CHANGE p(a) <- x.
	Assign struct {
		Loc
		Ref   PropertyRef
		Args  []Expr
		Value Expr
		Where Expr
	}

	// For is FOR c ORDER o TOP n OFFSET m NEW a = A DO x ELSE y, or WHILE.
	For struct {
		Loc
		While    bool
		Cond     Expr
		Order    *Order
		Limit    Limit
		Inline   Inline
		New      *NewObject
		Do, Else Action
	}

	// NewObject is NEW a = A AUTOSET. Name is nil when not written.
	NewObject struct {
		Loc
		Name    *Ident
		Class   ClassRef
		AutoSet bool
	}

	// If is IF c THEN a ELSE b.
	If struct {
		Loc
		Cond       Expr
		Then, Else Action
	}

	// Case is CASE [OVERRIDE|EXCLUSIVE] WHEN c THEN a ... ELSE b.
	Case struct {
		Loc
		Exclusive string
		Branches  []ActionBranch
		Else      Action
	}

	// ActionBranch is WHEN c THEN a.
	ActionBranch struct {
		Loc
		When Expr
		Then Action
	}

	// MultiAction is MULTI [OVERRIDE|EXCLUSIVE] a, b.
	MultiAction struct {
		Loc
		Exclusive string
		Actions   []Action
	}

	// New is NEW a = A action.
	New struct {
		Loc
		Object NewObject
		Do     Action
	}

	// NewWhere is NEW A WHERE c TO p(x).
	NewWhere struct {
		Loc
		Class  ClassRef
		Where  Expr
		To     *PropertyRef
		Params []Expr // ParamExpr
	}

	// Delete is DELETE x WHERE w.
	Delete struct {
		Loc
		Object Expr
		Where  Expr
	}

	// ChangeClass is CHANGECLASS x TO C WHERE w.
	ChangeClass struct {
		Loc
		Object Expr
		Class  ClassRef
		Where  Expr
	}

	// Recalculate is RECALCULATE [CLASSES|NOCLASSES] p(a) WHERE w.
	Recalculate struct {
		Loc
		Mode  string
		Ref   PropertyRef
		Args  []Expr
		Where Expr
	}

	// Apply is APPLY [NESTED ...] [SINGLE] [SERIALIZABLE] action. Do is Empty
	// for a bare APPLY.
	Apply struct {
		Loc
		Nested       *Nested
		Single       bool
		Serializable bool
		Do           Action
	}

	// Cancel is CANCEL [NESTED ...].
	Cancel struct {
		Loc
		Nested *Nested
	}

	// Nested says which local properties an inner session shares.
	Nested struct {
		Loc
		Local   bool          // NESTED LOCAL: all of them
		Refs    []PropertyRef // NESTED (a, b)
		Classes bool          // CLASSES
		Session string        // MANAGESESSION, NOMANAGESESSION of a LOCAL, or ""
	}

	// NewSession is NEWSESSION or NESTEDSESSION.
	NewSession struct {
		Loc
		IsNested bool // NESTEDSESSION
		NewSQL   bool
		Forms    []Name
		Nested   *Nested
		Single   bool
		Do       Action
	}

	// NewThread is NEWTHREAD action with what follows it.
	NewThread struct {
		Loc
		Do         Action
		Connection Expr
		Schedule   bool
		Period     Expr
		Delay      Expr
		Client     *PropertyRef
		To         *PropertyRef
	}

	// NewExecutor is NEWEXECUTOR action THREADS n WAIT|NOWAIT.
	NewExecutor struct {
		Loc
		Do      Action
		Threads Expr
		Client  Expr
		Wait    string // WAIT, NOWAIT or ""
		Timeout Expr   // after WAIT
	}

	// NewConnection is NEWCONNECTION action.
	NewConnection struct {
		Loc
		Do Action
	}

	// Try is TRY a CATCH b FINALLY c.
	Try struct {
		Loc
		Do, Catch, Finally Action
	}

	// Request is REQUEST a DO b ELSE c.
	Request struct {
		Loc
		Ask, Do, Else Action
	}

	// Return is RETURN or RETURN x.
	Return struct {
		Loc
		Value Expr
	}

	// Break is BREAK.
	Break struct {
		Loc
	}

	// Continue is CONTINUE.
	Continue struct {
		Loc
	}

	// Eval is EVAL [ACTION] x PARAMS a, b.
	Eval struct {
		Loc
		Action bool
		Text   Expr
		Params []Expr
	}

	// Message is MESSAGE x HEADER h WAIT|NOWAIT LOG|INFO|....
	Message struct {
		Loc
		Text   Expr
		Header Expr
		Words  []string
	}

	// Ask is ASK x HEADER h [[a =] YESNO] DO a ELSE b.
	Ask struct {
		Loc
		Text     Expr
		Header   Expr
		Name     *Ident
		YesNo    bool
		Do, Else Action // Do is nil when not written
	}

	// Read is READ [CLIENT [DIALOG]] x TO p.
	Read struct {
		Loc
		Client, Dialog bool
		From           Expr
		To             *PropertyRef
	}

	// Write is WRITE [CLIENT [DIALOG]] x TO y [APPEND].
	Write struct {
		Loc
		Client, Dialog bool
		Value          Expr
		To             Expr
		Append         bool
	}

	// Internal is INTERNAL 'Class' (A, B) NULL or INTERNAL <{ code }>, the
	// whole body of an action.
	Internal struct {
		Loc
		Client bool
		Wait   string
		Name   *Text
		Code   string // between <{ and }>
		Params []ClassRef
		Listed bool
		Null   bool
	}

	// InternalCall is INTERNAL DB x or INTERNAL CLIENT x, PARAMS and TO.
	InternalCall struct {
		Loc
		DB     bool // else CLIENT
		Wait   string
		Text   Expr
		Params []Expr
		To     []PropertyRef
	}

	// AbstractAction is ABSTRACT [CASE|MULTI|LIST ...] [FULL] (A, B) C, the
	// whole body of an action.
	AbstractAction struct {
		Loc
		Kind         AbstractKind
		Params       []ClassRef
		Listed       bool
		Result       *ClassRef
		ResultParams []ClassRef
	}
)

func (*Empty) action()          {}
func (*Block) action()          {}
func (*Local) action()          {}
func (*CallAction) action()     {}
func (*Assign) action()         {}
func (*For) action()            {}
func (*If) action()             {}
func (*Case) action()           {}
func (*MultiAction) action()    {}
func (*New) action()            {}
func (*NewWhere) action()       {}
func (*Delete) action()         {}
func (*ChangeClass) action()    {}
func (*Recalculate) action()    {}
func (*Apply) action()          {}
func (*Cancel) action()         {}
func (*NewSession) action()     {}
func (*NewThread) action()      {}
func (*NewExecutor) action()    {}
func (*NewConnection) action()  {}
func (*Try) action()            {}
func (*Request) action()        {}
func (*Return) action()         {}
func (*Break) action()          {}
func (*Continue) action()       {}
func (*Eval) action()           {}
func (*Message) action()        {}
func (*Ask) action()            {}
func (*Read) action()           {}
func (*Write) action()          {}
func (*Internal) action()       {}
func (*InternalCall) action()   {}
func (*AbstractAction) action() {}

// Inline is NOINLINE (a, b) and INLINE of FOR and WHEN.
type Inline struct {
	NoInline bool
	Params   []Expr // ParamExpr
	Inline   bool
}
