package ast

// Actions that show something to a person or act on an open form.
type (
	// Show is SHOW ['id' =] form OBJECTS ... with its options; Dialog tells
	// DIALOG, which may have DO and ELSE.
	Show struct {
		Loc
		Dialog   bool
		ID       *Text
		Form     MappedForm
		Filters  []Expr
		Words    []string // WAIT NOWAIT FLOAT DOCKED EMBEDDED POPUP MANAGESESSION NOCANCEL NEWSESSION READONLY CHECK ...
		In       *ComponentPath
		Init     *Block // { } before DO
		Do, Else Action
	}

	// MappedForm is form OBJECTS a = x, ... or LIST C, EDIT C = x.
	MappedForm struct {
		Loc
		Kind    string // "", LIST or EDIT
		Form    Name
		Class   *ClassRef // of LIST and EDIT
		Objects []FormObjectArg
	}

	// FormObjectArg gives an object of a form its value, or asks for it. Of
	// LIST and EDIT, Object is empty.
	FormObjectArg struct {
		Loc
		Object           Ident
		Value            Expr
		ValueNull        bool
		Mode             string // INPUT, CHANGE or ""
		Change           Expr   // CHANGE = x
		NoConstraint     bool   // NOCONSTRAINTFILTER
		NoChange         bool
		Name             *Ident // the parameter that takes the chosen object
		Null             bool
		To               *PropertyRef
		ConstraintFilter bool
		Constraint       Expr // CONSTRAINTFILTER = x
		List             Expr
	}

	// FormLimit is TOP and OFFSET of a form: for all groups, or by group.
	FormLimit struct {
		Limit
		TopBy, OffsetBy []GroupValue
	}

	// GroupValue is name = x NULL.
	GroupValue struct {
		Name Ident
		Expr Expr
		Null bool
	}

	// Print is PRINT form ....
	Print struct {
		Loc
		Client   string // CLIENT, SERVER or ""
		Form     MappedForm
		Filters  []Expr
		Message  bool
		Words    []string // WAIT, NOWAIT, PREVIEW, NOPREVIEW, LOG, ...
		Limit    FormLimit
		Format   string // XLS XLSX PDF DOC DOCX RTF HTML or ""
		Sheet    Expr
		Password Expr
		To       *PropertyRef // of the format
		Printer  Expr         // the TO at the end
	}

	// Input is INPUT a = CLASS, or INPUT a = x, with its options.
	Input struct {
		Loc
		Multi        bool
		Name         *Ident
		Class        *ClassRef
		Value        Expr
		IsChange     bool
		Change       Expr
		NoConstraint bool
		NoChange     bool
		Custom       *Text
		List         Expr
		ListAction   *Block
		Where        Expr
		Actions      []ContextAction
		Scope        string
		To           *PropertyRef
		Do, Else     Action // Do is nil when not written
	}

	// ContextAction is an entry of ACTIONS: 'icon' KEYPRESS 'key' TOOLBAR ... { }.
	ContextAction struct {
		Loc
		Image    Text
		KeyPress *Text
		Toolbar  bool
		Quick    []string
		Do       *Block
	}

	// Email is EMAIL FROM x SUBJECT y TO z BODY b ATTACH f NAME n.
	Email struct {
		Loc
		From, Subject, Body Expr
		Recipients          []Recipient
		Attachments         []Attachment
		Wait                string
	}

	// Recipient is TO, CC or BCC with its expression.
	Recipient struct {
		Kind string
		Expr Expr
	}

	// Attachment is ATTACH x NAME y, or ATTACH LIST p NAME q.
	Attachment struct {
		Loc
		File, Name         Expr
		ListFile, ListName *PropertyRef
	}

	// FormAction is an action on an open form that is read and kept but means
	// something on a screen only: Kind is its words, as "SEEK FIRST",
	// "EXPAND ALL TOP", "ACTIVATE FORM", "CLOSE FORM", "SCREENSHOT HTML",
	// "ASYNCUPDATE", "ACTIVE FORM".
	FormAction struct {
		Loc
		Kind      string
		Name      *Name          // a form
		Path      *FormPath      // a group object, object or filter group
		Draw      *DrawPath      // a property on a form
		Component *ComponentPath // a tab or container
		Text      *Text
		Value     Expr // x = value, FROM x
		Objects   []GroupValue
		To        *PropertyRef
	}

	// ShowDep is SHOWREC or SHOWDEP [GLOBAL|LOCAL] p, q.
	ShowDep struct {
		Loc
		Kind string
		Uses []PropertyUse
	}

	// FormPath is namespace.form.element or form.element.
	FormPath struct {
		Loc
		Form    Name
		Element Ident
	}

	// DrawPath is form.property or form.property(a, b).
	DrawPath struct {
		Loc
		Form Name
		Draw DrawRef
	}

	// ComponentPath is form.component.
	ComponentPath struct {
		Loc
		Form      Name
		Component Component
	}
)

func (*Show) action()       {}
func (*Print) action()      {}
func (*Input) action()      {}
func (*Email) action()      {}
func (*FormAction) action() {}
func (*ShowDep) action()    {}
