package ast

type (
	// Form is FORM name 'caption' items;.
	Form struct {
		Loc
		Name    Ident
		Caption *Text
		Image   *ImageOption
		Items   []FormItem
	}

	// ExtendForm is EXTEND FORM name items;.
	ExtendForm struct {
		Loc
		Name  Name
		Items []FormItem
	}

	// FormItem is one section of a form.
	FormItem interface {
		Node
		formItem()
	}

	// FormIncludes is [EXTEND] FORMS name = form (OBJECTS a = b ...), ....
	FormIncludes struct {
		Loc
		Extend bool
		Forms  []FormInclude
	}

	// FormInclude takes another form in.
	FormInclude struct {
		Loc
		Alias    *Ident // nil when not written
		Form     Name
		Mappings []FormMapping
	}

	// FormMapping is OBJECTS, PROPERTIES, FILTERGROUPS or DESIGN a = b, c = d.
	FormMapping struct {
		Kind  string
		Pairs []NamePair
	}

	// NamePair is a = b.
	NamePair struct {
		Left  Ident
		Right Ident
	}

	// FormObjects is OBJECTS g = (a = A, b = B) options, c = C.
	FormObjects struct {
		Loc
		Groups []GroupObject
	}

	// FormTree is TREE name groups options.
	FormTree struct {
		Loc
		Name    *Ident // nil when not written
		Groups  []GroupObject
		Options []GroupOption
	}

	// GroupObject is a group of objects: one object without a name of its own,
	// or name = (a = A, b = B).
	GroupObject struct {
		Loc
		Name    *Ident
		Objects []FormObject
		Options []GroupOption
	}

	// FormObject is name 'caption' = Class options.
	FormObject struct {
		Loc
		Name    *Ident
		Caption *Text
		Class   ClassRef
		Options []ObjectOption
	}

	// ObjectOption is ON CHANGE action, EXTID 'x' or PARENT x.
	ObjectOption struct {
		Loc
		OnChange *ActionRef
		ExtID    *Text
		Parent   Expr
	}

	// GroupOption is an option of a group object. Kind is its first word; of
	// the others those that it has are set.
	GroupOption struct {
		Loc
		Kind   string // PANEL GRID PIVOT MAP CUSTOM CALENDAR PAGESIZE FIRST LAST PREV NULL DEFAULT AFTER BEFORE IN EXTID EXTKEY SUBREPORT BACKGROUND FOREGROUND OPTIONS HEADER
		Text   *Text
		Number *Number
		ID     *Name
		Group  *Ident
		Expr   Expr
		Pivot  []PivotOption
	}

	// PivotOption is 'type', SUM, SETTINGS, CONFIG 'x'.
	PivotOption struct {
		Word string
		Text *Text
	}

	// ExtendObjects is EXTEND OBJECTS 'caption' = a options, ....
	ExtendObjects struct {
		Loc
		Objects []ExtendObject
	}

	// ExtendObject changes an object of the extended form.
	ExtendObject struct {
		Loc
		Caption      *Text
		Name         Ident
		Options      []ObjectOption
		GroupOptions []GroupOption
	}

	// ExtendTree is EXTEND TREE name options.
	ExtendTree struct {
		Loc
		Name    Ident
		Options []GroupOption
	}

	// FormProperties is PROPERTIES (a, b) options p, q or PROPERTIES options
	// p(a), x = q(b).
	FormProperties struct {
		Loc
		Listed  bool
		Args    []Ident
		Options []Option
		Items   []FormProperty
	}

	// FormProperty is a property or action shown on a form. Exactly one of
	// Ref, Predefined, Expr and Action is set.
	FormProperty struct {
		Loc
		Alias      *Ident
		Caption    *Text
		HasAlias   bool // = was written
		Action     *Block
		Use        *PropertyUse
		Predefined *DrawRef // VALUE(a), NEW(a), DELETE(a), without arguments when Listed
		Args       []Ident
		Expr       Expr // x = expression
		Options    []Option
	}

	// ExtendProperties is EXTEND PROPERTIES options 'caption' = p(a) options.
	ExtendProperties struct {
		Loc
		Options []Option
		Items   []ExtendProperty
	}

	// ExtendProperty changes a property of the extended form.
	ExtendProperty struct {
		Loc
		Caption *Text
		Draw    DrawRef
		Options []Option
	}

	// FormFilters is FILTERS x, y.
	FormFilters struct {
		Loc
		Filters []FormFilter
	}

	// FormFilter is a condition, or the name of a property on the form.
	FormFilter struct {
		Expr Expr
		Kind string
	}

	// FormOrders is ORDERS [FIRST] x DESC, y.
	FormOrders struct {
		Loc
		First  bool
		Orders []FormOrder
	}

	// FormOrder is one order of a form.
	FormOrder struct {
		Expr Expr
		Kind string
		Desc bool
	}

	// FormHints is HINTNOUPDATE LIST p, q or HINTTABLE LIST p, q.
	FormHints struct {
		Loc
		Kind string
		Refs []PropertyRef
	}

	// FormEvents is [EVENTS] ON OK ..., ON CHANGE a ....
	FormEvents struct {
		Loc
		Events []FormEvent
	}

	// FormEvent is ON kind action. Words are all words of the kind.
	FormEvent struct {
		Loc
		Words     []string // OK BEFORE, CHANGE, CHANGE OBJECT, SCHEDULE PERIOD FIXED, ...
		Object    *Ident
		Draw      *DrawRef
		Component *Component
		Period    *Number
		Replace   string // REPLACE, NOREPLACE or ""
		Do        ActionRef
	}

	// FilterGroup is [EXTEND] FILTERGROUP name FILTER 'caption' x ....
	FilterGroup struct {
		Loc
		Extend  bool
		Name    Ident
		Null    string
		Filters []RegularFilter
	}

	// RegularFilter is FILTER 'caption' x KEY 'F5' DEFAULT.
	RegularFilter struct {
		Loc
		Caption Text
		Expr    Expr
		Keys    []FilterKey
		Default bool
	}

	// FilterKey is KEY 'F5' SHOW, or MOUSE 'x'.
	FilterKey struct {
		Kind string
		Text Text
		Show string
	}

	// UserFilters is USERFILTERS p, q(a).
	UserFilters struct {
		Loc
		Draws []DrawRef
	}

	// FormPivot is PIVOT with its parts.
	FormPivot struct {
		Loc
		Parts []PivotPart
	}

	// PivotPart is group options, COLUMNS p, (q, r), ROWS ... or MEASURES ....
	PivotPart struct {
		Kind     string
		Lists    []PivotDraws
		Measures []DrawRef
		Group    *Ident
		Options  []PivotOption
	}

	// PivotDraws is p, or (p, q).
	PivotDraws struct {
		One  *PivotDraw
		Many []PivotDraw
	}

	// PivotDraw is a property on the form, or MEASURES(group).
	PivotDraw struct {
		Group *Ident
		Draw  *DrawRef
	}

	// FormEdit is LIST C OBJECT a or EDIT C OBJECT a: the form chooses or
	// edits objects of C.
	FormEdit struct {
		Loc
		Kind   string
		Class  ClassRef
		Object Ident
	}

	// FormReports is REPORTS TOP x, group y, or REPORTFILES ....
	FormReports struct {
		Loc
		Reports []FormReport
	}

	// FormReport is TOP x, or group x.
	FormReport struct {
		Top   bool
		Group *Ident
		Path  Expr
	}

	// FormSetting is REPORT x, FORMEXTID 'x' or LOCALASYNC.
	FormSetting struct {
		Loc
		Report     Expr
		ExtID      *Text
		LocalAsync bool
	}

	// FormCustoms is CUSTOMS a = p, q.
	FormCustoms struct {
		Loc
		Items []FormCustom
	}

	// FormCustom is name = p.
	FormCustom struct {
		Loc
		Name *Ident
		Use  PropertyUse
	}
)

func (*Form) statement()       {}
func (*ExtendForm) statement() {}

func (*FormIncludes) formItem()     {}
func (*FormObjects) formItem()      {}
func (*FormTree) formItem()         {}
func (*ExtendObjects) formItem()    {}
func (*ExtendTree) formItem()       {}
func (*FormProperties) formItem()   {}
func (*ExtendProperties) formItem() {}
func (*FormFilters) formItem()      {}
func (*FormOrders) formItem()       {}
func (*FormHints) formItem()        {}
func (*FormEvents) formItem()       {}
func (*FilterGroup) formItem()      {}
func (*UserFilters) formItem()      {}
func (*FormPivot) formItem()        {}
func (*FormEdit) formItem()         {}
func (*FormReports) formItem()      {}
func (*FormSetting) formItem()      {}
func (*FormCustoms) formItem()      {}
