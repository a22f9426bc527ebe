package bound

import (
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Act is a bound action operator.
type Act interface {
	Place() diag.Span
}

// Step is embedded in every action operator.
type Step struct {
	Span diag.Span
}

func (s *Step) Place() diag.Span { return s.Span }

type (
	// Block runs its items one after the other; Locals are emptied when it is
	// left (product.md decision 34).
	Block struct {
		Step
		Locals []*Property
		Items  []Act
	}

	// Assign is p(args) <- value WHERE cond for all values of New, or one write
	// when New is empty. Prop may be calculated: the write is then routed.
	Assign struct {
		Step
		Prop  *Property
		Args  []Expr
		Value Expr
		Where Expr
		New   []int
	}

	// CallAct calls an action. Results are TO properties of the call.
	CallAct struct {
		Step
		Action *Action
		Args   []Expr
		To     []Target
	}

	IfAct struct {
		Step
		Cond       Expr
		Then, Else Act
	}
	// CaseAct runs the first arm that holds (MULTI, CASE).
	CaseAct struct {
		Step
		Arms []ActArm
		Else Act
	}

	// For is FOR and WHILE. Object, when its Class is set, is made for each row.
	For struct {
		Step
		While       bool
		New         []int
		Cond        Expr // nil only with Object in WHILE-less FOR NEW
		Order       []Expr
		Desc        bool
		Top, Offset Expr
		Object      *NewObject
		Body        Act
		Else        Act
	}

	// New is NEW a = Class { body }.
	New struct {
		Step
		Object NewObject
		Body   Act
	}
	// NewWhere is NEW Class WHERE cond TO p(args).
	NewWhere struct {
		Step
		Of    *Class
		New   []int
		Where Expr
		To    *Target
	}
	// Delete and ChangeClass: the object X; with New and Where all of them.
	Delete struct {
		Step
		X     Expr
		New   []int
		Where Expr
	}
	ChangeClass struct {
		Step
		X     Expr
		Of    *Class
		New   []int
		Where Expr
	}

	// Apply is APPLY; Keep NESTED lists; Serializable etc. are without meaning.
	Apply struct {
		Step
		Body      Act
		Single    bool
		NestedAll bool
		Nested    []*Property
	}
	Cancel struct {
		Step
		NestedAll bool
		Nested    []*Property
	}
	// NewSession is NEWSESSION; Inner is NESTEDSESSION.
	NewSession struct {
		Step
		Inner     bool
		NestedAll bool
		Nested    []*Property
		NewSQL    bool
		Single    bool
		Classes   bool // CLASSES: objects made in the outer session are there too
		Body      Act
	}
	NewThread struct {
		Step
		Body       Act
		Period     Expr // SCHEDULE PERIOD
		Delay      Expr
		Connection Expr
		To         *Target
	}
	NewExecutor struct {
		Step
		Threads Expr
		Sync    bool
		Body    Act
	}
	NewConnection struct {
		Step
		Body Act
	}

	Try struct {
		Step
		Body, Catch, Finally Act
	}
	// Return ends the action. Values are over New when it gives a set.
	Return struct {
		Step
		Values []Expr
		New    []int
		Where  Expr
	}
	Break    struct{ Step }
	Continue struct{ Step }

	Message struct {
		Step
		X      Expr
		Header Expr
		Type   string // LOG, INFO, SUCCESS, WARN, ERROR, ...
	}
	Ask struct {
		Step
		X       Expr
		Slot    int // of the answer, -1
		To      *Target
		Yes, No Act
		Alias   string
	}
	// Input takes its value by Alias from the command line, or from a terminal.
	Input struct {
		Step
		Alias string
		Class value.Class
		Init  Expr
		Slot  int
		To    *Target
		Do    Act
		Else  Act
	}

	ExportAct struct {
		Step
		Export *Export
	}
	ImportAct struct {
		Step
		Import *Import
	}

	External struct {
		Step
		Kind        string // "HTTP", "SQL", "LSF", "TCP", "UDP", "DBF", "CONNECTOR"
		Method      string // HTTP: GET, POST ...; LSF: EXEC, EVAL, EVAL ACTION
		Connection  Expr
		Exec        Expr // SQL command, action name, connector's Class.Method, DBF
		Charset     string
		ClientSide  bool
		NoEncode    bool
		BodyURL     Expr
		BodyNames   []Expr
		BodyHeaders []*Property
		Headers     *Property
		Cookies     *Property
		HeadersTo   *Property
		CookiesTo   *Property
		EvalAction  bool
		Params      []NamedExpr
		To          []Target
	}

	// InternalDB is INTERNAL DB 'sql' PARAMS ... TO ...
	InternalDB struct {
		Step
		Exec   Expr
		Params []NamedExpr
		To     []Target
	}
	// Internal is INTERNAL of Java code (an error when executed that names Class)
	// or INTERNAL CLIENT.
	Internal struct {
		Step
		Java string
		Args []Expr
	}
	// NativeAct calls a Go action of the standard library.
	NativeAct struct {
		Step
		Func string
		Args []Expr
	}

	Eval struct {
		Step
		Action bool // EVAL ACTION
		X      Expr
		Params []Expr
	}

	Read struct {
		Step
		From           Expr
		To             Target
		Client, Dialog bool
	}
	Write struct {
		Step
		X, To          Expr
		Append         bool
		Client, Dialog bool
	}

	// Show prints the form as text tables; Print likewise makes a file.
	Show struct {
		Step
		Form     *Form
		Objects  []FormArg
		Dialog   bool // DIALOG: counts as cancelled with a warning
		Do, Else Act
		Slots    []int
		To       *Target
		Print    bool
		Format   string
	}
	Email struct {
		Step
		From, Subject Expr
		Recipients    []Expr
		Body          []Expr
		Attachments   []NamedExpr
	}

	// Recalculate is RECALCULATE p(args) WHERE.
	Recalculate struct {
		Step
		Prop *Property
	}
	// Inert is an operator that only concerns a screen (SEEK, EXPAND, ACTIVATE
	// ...): it does nothing, or fails with What when Fails.
	Inert struct {
		Step
		What  string
		Fails bool
	}
)

// ActArm is WHEN a THEN action.
type ActArm struct {
	When Expr
	Do   Act
}

// NewObject is the object of NEW and FOR ... NEW. Slot -1: no name.
type NewObject struct {
	Slot int
	Of   *Class
	Span diag.Span
}

// NamedExpr is a parameter or column with an optional name.
type NamedExpr struct {
	Name string
	X    Expr
	// ByValue..: names given by expressions (BODYPARAMNAMES) live elsewhere.
}

// Target is where a result is written: a property with arguments. Args shorter
// than the property's parameters (a bare `TO p`) are free: the result has one
// value for each row.
type Target struct {
	Prop *Property
	Args []Expr
	Span diag.Span
}

// FormArg gives an object of a form a value (OBJECTS a = x()).
type FormArg struct {
	Object *FormObject
	X      Expr
	Null   bool
}

// Column is one exported or imported expression.
type Column struct {
	Name    string // as written, "" when none
	Literal bool   // the name was a string
	X       Expr
}

// Export is EXPORT (and the JSON operator): flat columns or a form.
type Export struct {
	Format      string // "JSON", "XML", "CSV", "XLS", "XLSX", "DBF", "TABLE"; "" chosen by default
	Form        *Form
	Objects     []FormArg
	Top, Offset []FormLimit
	// Filters are conditions beside those of the form; FilterSlots are the
	// slots of the caller's frame that stand for the form's objects in them,
	// in the order of the form's groups and objects.
	Filters     []Expr
	FilterSlots []int

	New           []int // parameters of the flat form
	Columns       []Column
	Where         Expr
	Order         []OrderItem
	TopX, OffsetX Expr

	Root, Tag Expr
	Attr      bool
	Header    *bool // HEADER / NOHEADER
	Separator string
	Escape    *bool // ESCAPE / NOESCAPE
	Charset   string
	Sheet     Expr
	To        *Target // nil: System.exportFile
	ToGroups  []GroupTarget
	Span      diag.Span
}

// FormLimit is TOP or OFFSET of one group (Group nil: of the root group).
type FormLimit struct {
	Group *FormGroup
	X     Expr
}

// GroupTarget is TO group = property of a form's EXPORT into several files.
type GroupTarget struct {
	Group *FormGroup // nil: root
	To    Target
}

// OrderItem is one ORDER expression with its own direction.
type OrderItem struct {
	X    Expr
	Desc bool
}

// Import is IMPORT: of a flat file into columns, or of a form.
type Import struct {
	Format string
	From   Expr // nil: System.importFile / the caller's file
	Form   *Form
	// FromGroups gives one file for each group of a form.
	FromGroups []GroupSource

	// Flat: TO properties or FIELDS.
	Columns  []ImportColumn
	Key      *value.Class // TO (CLASS): class of the row number or object; nil INTEGER
	KeyClass *Class
	Single   bool    // FIELDS () or TO (): no row parameter, one record
	Where    *Target // WHERE p: marks imported rows; nil: System.imported
	// FIELDS ... DO: slots and body.
	New  []int
	Do   Act
	Else Act

	Root      Expr
	Attr      bool
	Header    *bool
	Separator string
	Escape    *bool
	Charset   string
	Sheet     Expr
	SheetAll  bool
	Filter    Expr // WHERE text of CSV/DBF... conditions
	Memo      Expr
	Span      diag.Span
}

// GroupSource is FROM group = expr.
type GroupSource struct {
	Group *FormGroup
	X     Expr
}

// ImportColumn is one column: written to Prop by row, or bound to Slot.
type ImportColumn struct {
	Name       string
	Literal    bool
	Prop       *Property // nil with FIELDS without property
	Slot       int       // -1 without FIELDS
	Class      value.Class
	NullOption bool // NULL: the column may miss values
	Span       diag.Span
}
