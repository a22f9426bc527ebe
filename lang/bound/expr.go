package bound

import (
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Expr is a bound expression. Class is the static class of its value (unknown
// for NULL and for parameters without a class); the value at run time may be
// narrower (product.md decision 66). Place is for errors.
type Expr interface {
	ValueClass() value.Class
	Place() diag.Span
}

// Node is embedded in every expression.
type Node struct {
	Class value.Class
	Span  diag.Span
}

func (n *Node) ValueClass() value.Class { return n.Class }
func (n *Node) Place() diag.Span        { return n.Span }

type (
	// Const is a literal; NULL is a Const too.
	Const struct {
		Node
		Value value.Value
	}

	// StaticRef is Class.object.
	StaticRef struct {
		Node
		Object *StaticObject
	}

	// Param reads a slot of the frame. In a condition a slot that is not bound
	// yet is a free parameter. Name is the one in the text, "" for none.
	Param struct {
		Node
		Slot int
		Name string
	}

	// Call reads a property.
	Call struct {
		Node
		Prop *Property
		Args []Expr
	}

	// Native calls a Go function of the standard library: "Utils.substr". NULL
	// arguments make the result NULL unless Nullable.
	Native struct {
		Node
		Func     string
		Args     []Expr
		Nullable bool
	}

	// Iterate is Utils.iterate / Time.iterate (i, from, to): holds when i is in
	// the range, and can enumerate i. `to` before `from` gives from alone.
	Iterate struct {
		Node
		X, From, To Expr
	}

	// Entries enumerates parts of a JSON value or text: JSON array / map and
	// their Text forms: value of Key in X; Key may be free.
	Entries struct {
		Node
		Func string // "Utils.array", "Utils.mapText", ...
		X    Expr
		Key  Expr
	}

	// Formula is FORMULA: an SQL scalar expression over $1.. . Texts is by
	// database syntax, "" the default; golsf evaluates PG or the default.
	Formula struct {
		Node
		Text     string
		Args     []Expr
		Nullable bool // FORMULA NULL: is computed for NULL parameters too
	}

	// Arith is + - * / and (+) (-).
	Arith struct {
		Node
		Op   ArithOp
		L, R Expr
	}
	Negate struct {
		Node
		X Expr
	}
	Round struct {
		Node
		X, Digits Expr // Digits nil: 0
	}

	// Compare is = == != < > <= >=.
	Compare struct {
		Node
		Op   CompareOp
		L, R Expr
	}
	// Like is LIKE or MATCH.
	Like struct {
		Node
		X, Pattern Expr
		Match      bool
		IgnoreCase bool
	}

	And struct {
		Node
		Items []Expr
	}
	Or struct {
		Node
		Items []Expr
	}
	Xor struct {
		Node
		L, R Expr
	}
	Not struct {
		Node
		X Expr
	}

	// If is IF c THEN t ELSE e and `t IF c` (Else nil is NULL).
	If struct {
		Node
		Cond, Then, Else Expr
		Postfix          bool
	}
	// Case is CASE, MULTI of expressions, and the value of an abstract property
	// where the choice is by condition. Exclusive: at most one arm holds.
	Case struct {
		Node
		Arms      []Arm
		Else      Expr // nil: NULL
		Exclusive bool
	}
	// Override gives the first item that is not NULL.
	Override struct {
		Node
		Items     []Expr
		Exclusive bool
	}
	// Extreme is MAX a, b or MIN a, b; NULL operands do not count.
	Extreme struct {
		Node
		Max   bool
		Items []Expr
	}
	// Concat is CONCAT sep, a, b: NULL items are left out.
	Concat struct {
		Node
		Sep   Expr
		Items []Expr
	}

	// Is tests the class of an object or value; Of nil stands for a built-in
	// class given by Class of Of.. (Builtin known).
	Is struct {
		Node
		X       Expr
		Of      *Class
		Builtin value.Class
	}
	// As is X where it is of that class, else NULL.
	As struct {
		Node
		X       Expr
		Of      *Class
		Builtin value.Class
	}
	// Cast is an explicit conversion TYPE(x) to Node.Class.
	Cast struct {
		Node
		X Expr
	}
	// Convert brings a branch of IF, CASE, OVERRIDE, MAX ... to the common class
	// Node.Class (product.md decision 48).
	Convert struct {
		Node
		X Expr
	}

	// StructOf is STRUCT(a, b); Part is x[i], Index from 0.
	StructOf struct {
		Node
		Parts []Expr
	}
	Part struct {
		Node
		X     Expr
		Index int
	}

	// Prev is PREV(x): the value at the start of the session.
	Prev struct {
		Node
		X Expr
	}
	// Change is CHANGED(x), SET(x) and relatives: TRUE where it holds.
	Change struct {
		Node
		Kind ChangeKind
		X    Expr
	}

	// Group is GROUP kind ... BY ...: over all values of Params for which Where
	// (when given) and the operands are not NULL and By equals ByArgs.
	// ByArgs are over the outer slots; other outer slots may be used anywhere
	// inside. Aggr and NAggr: Operands[0] is the object, Where the condition.
	Group struct {
		Node
		Kind       GroupKind
		Params     []int
		Operands   []Expr // one; CONCAT: text and separator
		Where      Expr
		By, ByArgs []Expr
		Order      []Expr
		Desc       bool
		Top        Expr
		Offset     Expr
		Custom     string // GROUP CUSTOM: SQL aggregate
	}

	// Partition is PARTITION: for the row Params = Args, over all rows of Params
	// that have the same By.
	Partition struct {
		Node
		Kind        PartitionKind
		Params      []int
		Args        []Expr
		Operands    []Expr // SUM, PREV, LAST, ...: one; CUSTOM: several
		Order       []Expr
		Desc        bool
		By          []Expr
		Top, Offset Expr
		Where       Expr
		// Ungroup.
		Total  Expr // value to distribute, by By
		Limit  bool // LIMIT, else PROPORTION
		Strict bool
		Digits Expr // ROUND(n)
		Custom string
	}

	// Recursion is RECURSION Init STEP Step. Params are the slots of the rows of
	// the result, Previous[i] is the slot of $param i in Step (0 <= i <
	// len(Params); -1 when Step does not use it).
	Recursion struct {
		Node
		Params   []int
		Previous []int
		Args     []Expr
		Init     Expr
		Step     Expr
		Cycles   Cycles
	}

	// JSONOf is the JSON operator: JSON FROM columns or of a form.
	JSONOf struct {
		Node
		Export *Export // no format options, result JSON or JSONTEXT by Node.Class
	}

	// ActionResult and other forms that have no value without a screen.
	Unsupported struct {
		Node
		What string // "ACTIVE TAB", "DRAWN ROWS"...
	}
)

// Arm is WHEN a THEN b.
type Arm struct{ When, Then Expr }

type ArithOp uint8

const (
	Add ArithOp = iota
	Sub
	Mul
	Div
	SumPlus  // (+): NULL is nothing, 0 is NULL
	SumMinus // (-)
)

type CompareOp uint8

const (
	Eq CompareOp = iota
	Ne
	Lt
	Gt
	Le
	Ge
)

type ChangeKind uint8

const (
	Changed ChangeKind = iota
	Set
	Dropped
	SetChanged     // SET or changed to another value
	DroppedChanged // DROPPED or changed
	SetDropped     // SET or DROPPED
)

type GroupKind uint8

const (
	GroupSum GroupKind = iota
	GroupMax
	GroupMin
	GroupLast
	GroupConcat
	GroupAggr
	GroupNAggr
	GroupEqual
	GroupCustom
)

type PartitionKind uint8

const (
	PartitionSum PartitionKind = iota
	PartitionPrev
	PartitionLast
	PartitionSelect
	PartitionMax
	PartitionMin
	PartitionUngroup
	PartitionCustom
)

type Cycles uint8

const (
	CyclesNo Cycles = iota
	CyclesYes
	CyclesImpossible
)
