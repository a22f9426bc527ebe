package parse

import (
	"github.com/golsf/golsf/lang/ast"
)

// formItem reads one section of a form, or gives nil where none begins.
func (p *parser) formItem() ast.FormItem {
	t := p.tok()
	word := t.Value
	if word == "EXTEND" {
		word = "EXTEND " + p.peek(1).Value
	}
	switch word {
	case "OBJECTS":
		return p.formObjects()
	case "PROPERTIES":
		return p.formProperties()
	case "FORMS", "EXTEND FORMS":
		return p.formIncludes()
	case "TREE":
		return p.formTree()
	case "FILTERS":
		return p.formFilters()
	case "ORDERS":
		return p.formOrders()
	case "HINTNOUPDATE", "HINTTABLE":
		return p.formHints()
	case "EVENTS", "ON":
		return p.formEvents()
	case "FILTERGROUP", "EXTEND FILTERGROUP":
		return p.filterGroup()
	case "USERFILTERS":
		return p.userFilters()
	case "PIVOT":
		return p.formPivot()
	case "LIST", "EDIT":
		return p.formEdit()
	case "REPORTS", "REPORTFILES":
		return p.formReports()
	case "REPORT", "FORMEXTID", "LOCALASYNC":
		return p.formSetting()
	case "CUSTOMS":
		return p.formCustoms()
	case "EXTEND OBJECTS":
		return p.extendObjects()
	case "EXTEND TREE":
		return p.extendTree()
	case "EXTEND PROPERTIES":
		return p.extendProperties()
	}
	return nil
}

func (p *parser) formObjects() ast.FormItem {
	start := p.need("OBJECTS")
	f := &ast.FormObjects{Groups: list(p, (*parser).groupObject)}
	f.Loc = p.loc(start)
	return f
}

func (p *parser) formIncludes() ast.FormItem {
	start := p.tok()
	f := &ast.FormIncludes{Extend: p.accept("EXTEND")}
	p.need("FORMS")
	f.Forms = list(p, (*parser).formInclude)
	f.Loc = p.loc(start)
	return f
}

func (p *parser) formCustoms() ast.FormItem {
	start := p.need("CUSTOMS")
	f := &ast.FormCustoms{Items: list(p, (*parser).formCustom)}
	f.Loc = p.loc(start)
	return f
}

func (p *parser) formEvents() ast.FormItem {
	start := p.tok()
	p.accept("EVENTS")
	f := &ast.FormEvents{Events: list(p, (*parser).formEvent)}
	f.Loc = p.loc(start)
	return f
}

// formInclude reads name = form (OBJECTS a = b PROPERTIES c = d).
func (p *parser) formInclude() ast.FormInclude {
	start := p.tok()
	var f ast.FormInclude
	if isIdent(start) && p.peek(1).Value == "=" {
		f.Alias = p.optIdent()
		p.next()
	}
	f.Form = p.name()
	if p.accept("(") {
		for !p.accept(")") {
			m := ast.FormMapping{Kind: p.needAny("OBJECTS", "PROPERTIES", "FILTERGROUPS", "DESIGN", ")")}
			if isIdent(p.tok()) {
				m.Pairs = list(p, (*parser).namePair)
			}
			f.Mappings = append(f.Mappings, m)
		}
	}
	f.Loc = p.loc(start)
	return f
}

func (p *parser) namePair() ast.NamePair {
	left := p.ident()
	p.need("=")
	return ast.NamePair{Left: left, Right: p.ident()}
}

// groupObject reads name = (a = A, b = B) options, or one object.
func (p *parser) groupObject() ast.GroupObject {
	start := p.tok()
	g := p.groupObjectHead()
	g.Options = p.groupOptions()
	g.Loc = p.loc(start)
	return g
}

func (p *parser) groupObjectHead() ast.GroupObject {
	var g ast.GroupObject
	switch {
	case p.is("("):
	case isIdent(p.tok()) && p.peek(1).Value == "=" && p.peek(2).Value == "(":
		g.Name = p.optIdent()
		p.next()
	default:
		g.Objects = []ast.FormObject{p.formObject()}
		return g
	}
	p.need("(")
	g.Objects = listTo(p, ")", (*parser).formObject)
	return g
}

// formObject reads name 'caption' = Class options.
func (p *parser) formObject() ast.FormObject {
	start := p.tok()
	var o ast.FormObject
	if isTextOrIdent(start) {
		switch {
		case isText(start):
			o.Caption = p.optCaption()
			p.need("=")
		case p.peek(1).Value == "=":
			o.Name = p.optIdent()
			p.next()
		case isTextOrIdent(p.peek(1)) && p.peek(2).Value == "=":
			o.Name = p.optIdent()
			o.Caption = p.optCaption()
			p.next()
		}
	} else if p.is("=") {
		p.next()
	}
	o.Class = p.class()
	o.Options = p.objectOptions()
	o.Loc = p.loc(start)
	return o
}

func (p *parser) objectOptions() []ast.ObjectOption {
	var options []ast.ObjectOption
	for p.is("EXTID") || p.is("PARENT") || p.is("ON") && p.peek(1).Value == "CHANGE" && p.triggerFollows() {
		options = append(options, p.objectOption())
	}
	return options
}

func (p *parser) objectOption() ast.ObjectOption {
	start := p.tok()
	var o ast.ObjectOption
	switch {
	case p.accept("EXTID"):
		t := p.text()
		o.ExtID = &t
	case p.accept("PARENT"):
		o.Parent = p.expr()
	default:
		p.need("ON")
		p.need("CHANGE")
		r := p.actionRef()
		o.OnChange = &r
	}
	o.Loc = p.loc(start)
	return o
}

// groupOptions reads the options of a group of objects.
func (p *parser) groupOptions() []ast.GroupOption {
	var options []ast.GroupOption
	for {
		start := p.tok()
		o := ast.GroupOption{Kind: start.Value}
		if !p.groupOption(&o) {
			return options
		}
		o.Loc = p.loc(start)
		options = append(options, o)
	}
}

func (p *parser) groupOption(o *ast.GroupOption) bool {
	switch o.Kind {
	case "PANEL", "TOOLBAR", "POPUP", "GRID", "CALENDAR", "FIRST", "LAST", "DEFAULT", "PREV", "NULL", "EXTKEY":
		p.next()
	case "MAP":
		p.next()
		o.Text = p.optText()
	case "CUSTOM", "EXTID":
		p.next()
		t := p.text()
		o.Text = &t
	case "PIVOT":
		if p.pivotSection() {
			return false
		}
		p.next()
		for isTextOrIdent(p.tok()) || p.isAny("SUM", "MAX", "MIN", "SETTINGS", "NOSETTINGS", "CONFIG") {
			o.Pivot = append(o.Pivot, p.pivotSetting())
		}
	case "OPTIONS", "HEADER", "BACKGROUND", "FOREGROUND":
		p.next()
		o.Expr = p.expr()
	case "PAGESIZE":
		p.next()
		n := p.number()
		o.Number = &n
	case "AFTER", "BEFORE":
		p.next()
		id := p.ident()
		o.Group = &id
	case "IN":
		p.next()
		n := p.name()
		o.ID = &n
	case "SUBREPORT":
		p.next()
		if startsExpr(p.tok()) {
			o.Expr = p.expr()
		}
	default:
		return false
	}
	return true
}

// pivotSection tells the section PIVOT of a form from the view of a group.
func (p *parser) pivotSection() bool {
	t := p.peek(1)
	if isOneOf(t.Value, "COLUMNS", "ROWS", "MEASURES") {
		return true
	}
	return isIdent(t) && (isTextOrIdent(p.peek(2)) || isOneOf(p.peek(2).Value, "SUM", "MAX", "MIN", "SETTINGS", "NOSETTINGS", "CONFIG",
		"COLUMNS", "ROWS", "MEASURES"))
}

func (p *parser) pivotSetting() ast.PivotOption {
	o := ast.PivotOption{Word: p.acceptAny("SUM", "MAX", "MIN", "SETTINGS", "NOSETTINGS", "CONFIG")}
	if o.Word == "" || o.Word == "CONFIG" {
		t := p.text()
		o.Text = &t
	}
	return o
}

func (p *parser) formTree() ast.FormItem {
	start := p.need("TREE")
	t := &ast.FormTree{}
	if isIdent(p.tok()) && (isTextOrIdent(p.peek(1)) || p.peek(1).Value == "(") {
		t.Name = p.optIdent()
	}
	t.Groups = list(p, (*parser).groupObject)
	t.Options = p.groupOptions()
	t.Loc = p.loc(start)
	return t
}

func (p *parser) extendTree() ast.FormItem {
	start := p.need("EXTEND")
	p.need("TREE")
	t := &ast.ExtendTree{Name: p.ident()}
	t.Options = p.groupOptions()
	t.Loc = p.loc(start)
	return t
}

func (p *parser) extendObjects() ast.FormItem {
	start := p.need("EXTEND")
	p.need("OBJECTS")
	x := &ast.ExtendObjects{Objects: list(p, (*parser).extendObject)}
	x.Loc = p.loc(start)
	return x
}

func (p *parser) extendObject() ast.ExtendObject {
	start := p.tok()
	var o ast.ExtendObject
	if p.peek(1).Value == "=" {
		o.Caption = p.optCaption()
		p.next()
	}
	o.Name = p.ident()
	o.Options = p.objectOptions()
	o.GroupOptions = p.groupOptions()
	o.Loc = p.loc(start)
	return o
}

// formProperties reads PROPERTIES (a, b) p, q, or PROPERTIES p(a), x = q(b).
func (p *parser) formProperties() ast.FormItem {
	start := p.need("PROPERTIES")
	f := &ast.FormProperties{}
	if p.is("(") {
		f.Args, f.Listed = p.idList(), true
	}
	f.Options = p.formOptions()
	f.Items = list(p, func(p *parser) ast.FormProperty { return p.formProperty(f.Listed) })
	f.Loc = p.loc(start)
	return f
}

// formProperty reads one property of a form. When the objects are listed for
// all properties it has no arguments.
func (p *parser) formProperty(listed bool) ast.FormProperty {
	start := p.tok()
	var f ast.FormProperty
	if p.aliasFollows() {
		if isIdent(start) {
			f.Alias = p.optIdent()
		}
		f.Caption = p.optCaption()
		f.HasAlias = true
		p.need("=")
	}
	switch {
	case p.is("{"):
		f.Action = p.block()
	case p.isAny("NEW", "NEWEDIT", "EDIT", "VALUE", "INTERVAL", "DELETE") && p.predefinedFollows():
		d := p.drawName()
		f.Predefined = &d
		if !listed {
			f.Args = p.idList()
		}
	case p.is("ACTION"), listed:
		use := p.propertyUse()
		f.Use = &use
		if !listed {
			f.Args = p.idList()
		}
	case f.HasAlias:
		f.Expr = p.expr()
	default:
		use := p.propertyUse()
		f.Use = &use
		f.Args = p.idList()
	}
	f.Options = p.formOptions()
	f.Loc = p.loc(start)
	return f
}

// aliasFollows reports whether a name or caption with = comes before the
// property.
func (p *parser) aliasFollows() bool {
	t := p.tok()
	if t.Value == "=" {
		return true
	}
	if !isTextOrIdent(t) {
		return false
	}
	return p.peek(1).Value == "=" || isIdent(t) && isTextOrIdent(p.peek(1)) && p.peek(2).Value == "="
}

// predefinedFollows tells VALUE(a) and its like from VALUE f.o.
func (p *parser) predefinedFollows() bool {
	return !p.is("VALUE") || !isIdent(p.peek(1))
}

func (p *parser) extendProperties() ast.FormItem {
	start := p.need("EXTEND")
	p.need("PROPERTIES")
	x := &ast.ExtendProperties{Options: p.formOptions()}
	x.Items = list(p, (*parser).extendProperty)
	x.Loc = p.loc(start)
	return x
}

func (p *parser) extendProperty() ast.ExtendProperty {
	start := p.tok()
	var e ast.ExtendProperty
	if isTextOrIdent(start) && p.peek(1).Value == "=" {
		e.Caption = p.optCaption()
		p.next()
	}
	e.Draw = p.drawRef()
	e.Options = p.formOptions()
	e.Loc = p.loc(start)
	return e
}

func (p *parser) formCustom() ast.FormCustom {
	start := p.tok()
	var c ast.FormCustom
	if isIdent(start) && p.peek(1).Value == "=" {
		c.Name = p.optIdent()
		p.next()
	}
	c.Use = p.propertyUse()
	c.Loc = p.loc(start)
	return c
}

// formEvent reads ON kind REPLACE action.
func (p *parser) formEvent() ast.FormEvent {
	start := p.need("ON")
	var e ast.FormEvent
	word := p.tok().Value
	switch word {
	case "OK", "APPLY":
		e.Words = append([]string{p.next().Value}, p.words("BEFORE", "AFTER")...)
	case "CLOSE", "INIT", "CANCEL", "DROP", "QUERYOK", "QUERYCLOSE":
		e.Words = []string{p.next().Value}
	case "COLLAPSE", "EXPAND", "TAB":
		e.Words = []string{p.next().Value}
		c := p.component()
		e.Component = &c
	case "SCHEDULE":
		p.next()
		p.need("PERIOD")
		n := p.number()
		e.Period = &n
		e.Words = append([]string{"SCHEDULE"}, p.words("FIXED")...)
	default:
		p.changeEvent(&e)
	}
	e.Replace = p.acceptAny("REPLACE", "NOREPLACE")
	e.Do = p.actionRef()
	e.Loc = p.loc(start)
	return e
}

func (p *parser) changeEvent(e *ast.FormEvent) {
	if p.accept("CHANGE") {
		e.Words = []string{"CHANGE"}
		if isIdent(p.tok()) {
			e.Object = p.optIdent()
			return
		}
	}
	word := p.needAny("OBJECT", "FILTER", "ORDER", "SELECT", "FILTERS", "ORDERS", "PROPERTY", "FILTERGROUPS")
	e.Words = append(e.Words, word)
	if word == "PROPERTY" || (word == "FILTERS" || word == "SELECT") && p.accept("PROPERTY") {
		if word != "PROPERTY" {
			e.Words = append(e.Words, "PROPERTY")
		}
		e.Words = append(e.Words, p.words("BEFORE", "AFTER")...)
		d := p.drawRef()
		e.Draw = &d
		return
	}
	id := p.ident()
	e.Object = &id
}
