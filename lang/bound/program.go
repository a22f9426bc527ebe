// Package bound is a program after names were resolved: every name points at
// its declaration, every parameter is a slot of a frame, every expression has
// a class. It is plain data made by package resolve and read by packages query
// and interp; it holds no behaviour beyond accessors.
//
// Slots. A property body, an action and an event each own one frame: an array
// of values. Parameters have the slots 0..n-1, every parameter introduced later
// (by FOR, GROUP, NEW, ...) has a slot of its own in the same frame, so no two
// live parameters share one.
package bound

import (
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Program is a set of modules that were resolved together. Slices are in the
// order of loading (REQUIRE order, then text order). A prompt or EVAL extends a
// Program; nothing is ever removed except by redeclaration at the prompt.
type Program struct {
	Modules      []*Module
	Classes      []*Class // Classes[i].Number == i; 0 is OBJECT
	Properties   []*Property
	Actions      []*Action
	Forms        []*Form
	Groups       []*PropertyGroup
	Events       []*Event
	Constraints  []*Constraint
	Aggregations []*Aggregation
	Tables       []*Table
	Indexes      []*Index
	Calculated   []*CalculatedEvent
}

// Module is one source file or a part of the standard library.
type Module struct {
	Name      string
	Namespace string
	File      string
	Requires  []*Module
	Priority  []string
	System    bool // part of the embedded standard library
}

// Name is how a declaration is known.
type Name struct {
	Namespace string
	Module    *Module
	Ident     string // "" for an anonymous one
	Caption   string
	Span      diag.Span // the name in its declaration
}

// Class is a user class. Static objects are listed in order of declaration.
type Class struct {
	Name
	Number   int
	Parents  []*Class
	Children []*Class
	Abstract bool
	Static   []*StaticObject
}

// Value is c as a value class.
func (c *Class) Value() value.Class { return value.ObjectClass(c.Number) }

// Inherits reports whether c is base or a descendant of it. OBJECT is the
// ancestor of all.
func (c *Class) Inherits(base *Class) bool {
	if c == base || base.Number == 0 {
		return true
	}
	for _, p := range c.Parents {
		if p.Inherits(base) {
			return true
		}
	}
	return false
}

// StaticObject is an object declared in a CLASS statement.
type StaticObject struct {
	Class   *Class
	Ident   string
	Caption string
	Span    diag.Span
}

// Slot describes one parameter of a frame.
type Slot struct {
	Name  string
	Class value.Class // unknown for a parameter without a class
}

// Frame lists the slots of a property body, action or event; a frame at run
// time is a []value.Value of this length.
type Frame struct {
	Slots []Slot
}

// PropertyKind tells where a property's values come from.
type PropertyKind uint8

const (
	Data       PropertyKind = iota // stored
	Local                          // DATA LOCAL or LOCAL: lives in the session
	Calculated                     // Body
	Abstract                       // Implementations
)

// Nested tells how a Local travels between sessions (NESTED options).
type Nested uint8

const (
	NotNested Nested = iota
	NestedAll        // LOCAL NESTED: into and out of every inner session
	NestedManage
)

// Property is a declared or anonymous property. Params are slots 0..n-1 of Frame.
type Property struct {
	Name
	Number int // index in Program.Properties, stable for the life of the program
	Kind   PropertyKind
	Nested Nested
	Frame  Frame
	Params []value.Class // declared or inferred; one per parameter
	Class  value.Class   // of the value
	Body   Expr          // Calculated

	// Abstract.
	Select          Select
	Implementations []*Implementation // in the order in which they are to be tried
	FullAbstract    bool

	// Data and options.
	Group        *PropertyGroup
	Materialized bool
	Indexed      bool
	Table        *Table
	Field        string // MATERIALIZED 'name': column name
	NonNull      *NonNull
	Complex      bool
	Echo         bool
	Hint         string
	ExtID        string   // EXTID / integration name
	API          bool     // @@api
	Annotations  []string // @@x
	// OnChange is ON CHANGE action by its event word ("CHANGE", ...).
	Handlers map[string]*Action
}

// NonNull is option NONULL: the property must have a value where its
// parameters exist, or (Delete) the object goes away.
type NonNull struct {
	Delete    bool
	Span      diag.Span
	Event     EventScope
	Condition Expr // nil: all parameters are objects of their classes
}

// Select is how an abstract property or action chooses an implementation.
type Select uint8

const (
	SelectMulti Select = iota // by the classes of the arguments
	SelectCase                // by WHEN, the first that holds
	SelectValue               // OVERRIDE: the first value that is not NULL
	SelectList                // actions: all, one after the other
)

// Implementation is one += of an abstract property or action. Its Frame holds
// the parameters in slots 0..n-1, classes as written there.
type Implementation struct {
	Module     *Module
	Span       diag.Span
	Frame      Frame
	Params     []value.Class
	When       Expr // nil: the arguments are of Params' classes
	Value      Expr // property
	Action     Act  // action
	Optimistic bool
}

// Action is a declared or anonymous action.
type Action struct {
	Name
	Number  int
	Frame   Frame
	Params  []value.Class
	Body    Act           // nil while Abstract
	Results []value.Class // of RETURN, when known
	// ResultParams are the classes of the parameters that RETURN introduces: the
	// result then is a set of rows.
	ResultParams []value.Class

	Abstract        bool
	Select          Select
	Reverse         bool // LIST LAST / CASE FIRST order was applied by resolve already
	Implementations []*Implementation

	Before, After []*Implementation // BEFORE / AFTER aspects, in text order; Action set
	API, NoAuth   bool
	ExtID         string
	Annotations   []string
	Native        string // id of a Go action, "Utils.fileToString" ("" for none)
}

// Table is a TABLE statement or an automatic table.
type Table struct {
	Name
	Keys      []value.Class
	NoDefault bool
}

// Index is an INDEX statement.
type Index struct {
	Name  string
	Items []Expr
	Frame Frame
	Span  diag.Span
}

// PropertyGroup is GROUP in the sense of a folder of properties.
type PropertyGroup struct {
	Name
	Parent *PropertyGroup
	ExtID  string
	Native bool
}

// EventScope tells when an event happens.
type EventScope struct {
	Local   bool    // LOCAL: in the session, before APPLY
	Single  bool    // SINGLE
	Forms   []*Form // FORMS a, b
	GoAfter []*Property
}

// Event is ON or WHEN ... DO. Condition is nil for ON. New are the slots that
// Condition introduces.
type Event struct {
	Module    *Module
	Ident     string
	Span      diag.Span
	Scope     EventScope
	Frame     Frame
	Condition Expr
	New       []int
	Order     []Expr
	Desc      bool
	Body      Act
	// Plain is true when Condition had no change operator, so that it was
	// wrapped into SET (and PREV inside it never fires, product.md 44).
	Plain bool
}

// Constraint is a CONSTRAINT, or a rule that stands for one (NONULL, =>,
// GROUP AGGR uniqueness, CYCLES NO).
type Constraint struct {
	Module     *Module
	Span       diag.Span
	Scope      EventScope
	Frame      Frame
	Condition  Expr // the APPLY is refused where it holds
	New        []int
	Checked    []*Property // CHECKED BY
	CheckedAll bool
	// Message is the text: an expression without parameters of Condition.
	// Nil for a built-in rule, whose fixed text is Text.
	Message Expr
	Text    string
	// Properties are columns shown beside the objects (MESSAGE ... PROPERTIES).
	Properties []ConstraintColumn
	// Resolve repairs instead of refusing (=> RESOLVE), nil for none.
	Resolve []*Event
	Builtin string // "", "nonnull", "follows", "unique", "cycle"
}

// ConstraintColumn is one PROPERTIES column of a constraint's message.
type ConstraintColumn struct {
	Caption string
	X       Expr
}

// Aggregation is AGGR C WHERE condition: an object of Class for each row of
// Condition. Property gives that object; Back[i] gives the i-th parameter of an
// object.
type Aggregation struct {
	Span      diag.Span
	Class     *Class
	Frame     Frame
	New       []int // slots of the parameters
	Condition Expr
	Property  *Property
	Back      []*Property
	Local     bool
}

// CalculatedEvent is `p(x) <- v WHEN e`. Target is a data property.
type CalculatedEvent struct {
	Span   diag.Span
	Target *Property
	Frame  Frame
	Args   []Expr // arguments of Target
	New    []int
	Value  Expr
	When   Expr
}

// Form is a FORM statement with its extensions, as far as structured export
// and import and SHOW in a terminal need it.
type Form struct {
	Name
	Frame      Frame
	Groups     []*FormGroup
	Properties []*FormProperty
	Filters    []FormFilter
	Orders     []FormOrder
	ExtID      string // FORMEXTID
	// Params: the objects that callers give by OBJECTS, all by name.
}

// FormGroup is a group of objects of a form.
type FormGroup struct {
	Ident   string
	Objects []*FormObject
	Parent  *FormGroup // SUBREPORT / structure: set by resolve from the filters? no: computed by interp
	ExtID   string
	ExtKey  bool // EXTKEY: records by key
	InGroup *PropertyGroup
	Span    diag.Span
}

// FormObject is one object of a form, a slot of the form's frame.
type FormObject struct {
	Ident   string
	Caption string
	Slot    int
	Class   value.Class
	ExtID   string
	Value   *Property // EXTID VALUE etc: import of the object itself
	Options map[string]string
}

// FormProperty is one property (or action) drawn on a form.
type FormProperty struct {
	Ident    string
	Caption  string
	ExtID    string
	HasExtID bool
	X        Expr       // over the form's frame
	Prop     *Property  // when X is a plain call of a property with objects as arguments
	Args     []int      // slots of those arguments
	Action   *Action    // an action on the form; X is nil
	ToGroup  *FormGroup // TO group, or the last group among Args; nil: without objects
	Group    *PropertyGroup
	Attr     bool
	ExtNull  bool
	ShowIf   Expr
	Hidden   bool
	Inert    bool // NEW, EDIT, DELETE and other buttons of a screen
	Span     diag.Span
}

// FormFilter and FormOrder are FILTERS and ORDERS of a form.
type FormFilter struct {
	X Expr
}
type FormOrder struct {
	X    Expr
	Desc bool
	Prop *FormProperty
}
