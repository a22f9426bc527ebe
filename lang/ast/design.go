package ast

type (
	// Design is DESIGN form 'caption' CUSTOM { ... }.
	Design struct {
		Loc
		Form    Name
		Caption *Text
		Custom  bool
		Body    DesignBody
	}

	// DesignBody is { items }, or ;.
	DesignBody struct {
		Loc
		Items []DesignItem
	}

	// DesignItem is a component with what it holds, or the setting of one of
	// its attributes.
	DesignItem struct {
		Loc
		Kind      string    // "", NEW, MOVE, REMOVE or SET
		Component Component // of NEW and SET only its Name
		Position  *DesignPosition
		Body      *DesignBody
		Value     *DesignValue // of SET
	}

	// DesignPosition is AFTER c, BEFORE c, FIRST, LAST or DEFAULT.
	DesignPosition struct {
		Loc
		Kind      string
		Component *Component
		Fixed     string
	}

	// DesignValue is the value of an attribute: numbers in parentheses, a word
	// (START CENTER END STRETCH), or an expression.
	DesignValue struct {
		Loc
		Tuple []string // "1", "-2", "0.5"
		Word  string
		Expr  Expr
	}

	// Component names a component of a form's design: a name, or a word with
	// arguments, as BOX(a), PROPERTY(p(a)), GROUP(g, a), PARENT(c).
	Component struct {
		Loc
		Word   string // "" for a plain name
		Name   string // plain name
		Tree   bool   // BOX(TREE t)
		Group  *Name  // GROUP(g, ...)
		Object *Ident // BOX(a), OBJECTS(FORM f)
		IsForm bool   // (FORM f)
		Draw   *DrawRef
		Parent *Component
	}

	// Navigator is NAVIGATOR { ... }.
	Navigator struct {
		Loc
		Body NavigatorBody
	}

	// NavigatorBody is { items }, or ;.
	NavigatorBody struct {
		Loc
		Items []NavigatorItem
	}

	// NavigatorItem is an element with what it holds, or a schedule.
	NavigatorItem struct {
		Loc
		Kind     string // "", NEW, MOVE or SCHEDULE
		Element  string // of NEW: FOLDER, FORM, ACTION or ""
		Name     *Ident
		Caption  *Text
		Target   *Name        // of FORM, "" and MOVE
		Ref      *PropertyRef // of ACTION, and of NEW without a word
		Options  []NavigatorOption
		Body     *NavigatorBody
		Schedule *Schedule
		Do       Action
	}

	// Schedule is SCHEDULE PERIOD n FIXED.
	Schedule struct {
		Loc
		Period Number
		Fixed  bool
	}

	// NavigatorOption is an option of an element of the navigator.
	NavigatorOption struct {
		Loc
		Window   *Name
		Parent   bool
		Position string
		Element  *Name
		Word     string
		HasImage bool
		Image    Expr
		Class    Expr
		Header   Expr
		ShowIf   Expr
		Key      string
		KeyText  *Text
		KeyShow  string
	}

	// Window is WINDOW name 'caption' NATIVE TOOLBAR options;.
	Window struct {
		Loc
		Name    Ident
		Caption *Text
		Native  bool
		Toolbar bool
		Options []WindowOption
	}

	// WindowOption is an option of a window.
	WindowOption struct {
		Loc
		Word   string
		Dock   []Number
		Align  string
		At     string
		Class  Expr
		Custom Expr
	}

	// ExtendWindow is EXTEND WINDOW name CUSTOM x;.
	ExtendWindow struct {
		Loc
		Name   Name
		Custom Expr
	}

	// HideWindow is HIDE WINDOW name;.
	HideWindow struct {
		Loc
		Name Name
	}
)

func (*Design) statement()       {}
func (*Navigator) statement()    {}
func (*Window) statement()       {}
func (*ExtendWindow) statement() {}
func (*HideWindow) statement()   {}
