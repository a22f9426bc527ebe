package parse

import (
	"github.com/golsf/golsf/lang/ast"
)

// dotted reads a form's name and the dot after it, leaving what follows.
func (p *parser) dotted() ast.Name {
	start := p.tok()
	n := ast.Name{Name: p.ident().Name}
	n.Loc = p.loc(start)
	p.need(".")
	if isIdent(p.tok()) && p.peek(1).Value == "." {
		n.Namespace, n.Name = n.Name, p.ident().Name
		n.Loc = p.loc(start)
		p.next()
	}
	return n
}

// formPath reads form.element or namespace.form.element.
func (p *parser) formPath() ast.FormPath {
	start := p.tok()
	path := ast.FormPath{Form: p.dotted()}
	path.Element = p.ident()
	path.Loc = p.loc(start)
	return path
}

func (p *parser) drawPath() ast.DrawPath {
	start := p.tok()
	path := ast.DrawPath{Form: p.dotted()}
	path.Draw = p.drawRef()
	path.Loc = p.loc(start)
	return path
}

func (p *parser) componentPath() ast.ComponentPath {
	start := p.tok()
	path := ast.ComponentPath{Form: p.dotted()}
	path.Component = p.component()
	path.Loc = p.loc(start)
	return path
}

// predefinedNames are the words that name a built-in action or property of a
// form.
var predefinedNames = []string{"NEW", "NEWEDIT", "EDIT", "VALUE", "INTERVAL", "DELETE"}

// drawName reads the name of a property on a form, or a predefined one.
func (p *parser) drawName() ast.DrawRef {
	start := p.tok()
	d := ast.DrawRef{Name: p.acceptAny(predefinedNames...)}
	switch d.Name {
	case "":
		d.Name = p.ident().Name
	case "NEW", "NEWEDIT", "EDIT":
		if p.accept("[") {
			n := p.name()
			d.Class = &n
			p.need("]")
		}
	}
	d.Loc = p.loc(start)
	return d
}

// drawRef reads a property on a form: its name, or p(a, b).
func (p *parser) drawRef() ast.DrawRef {
	start := p.tok()
	d := p.drawName()
	if p.is("(") {
		d.Args, d.Listed = p.idList(), true
	} else if isOneOf(d.Name, predefinedNames...) {
		p.unexpected("'('")
	}
	d.Loc = p.loc(start)
	return d
}

// component reads the name of a component of a design.
func (p *parser) component() ast.Component {
	start := p.tok()
	c := ast.Component{}
	switch start.Value {
	case "PARENT":
		p.next()
		p.need("(")
		parent := p.component()
		c.Word, c.Parent = start.Value, &parent
		p.need(")")
	case "PROPERTY", "FILTER":
		p.next()
		p.need("(")
		d := p.drawRef()
		c.Word, c.Draw = start.Value, &d
		p.need(")")
	case "GROUP":
		p.next()
		c.Word = start.Value
		p.componentGroup(&c)
	case "BOX", "OBJECTS", "TOOLBARBOX", "TOOLBARLEFT", "TOOLBARRIGHT", "TOOLBAR", "POPUP", "PANEL":
		p.next()
		c.Word = start.Value
		if p.accept("(") {
			if c.IsForm = p.accept("FORM"); c.IsForm {
				id := p.ident()
				c.Object = &id
			} else {
				p.componentObject(&c)
			}
			p.need(")")
		}
	case "TOOLBARSYSTEM", "FILTERGROUPS", "CLASSCHOOSER", "GRID", "FILTERBOX", "FILTERS", "FILTERCONTROLS", "FILTERGROUP":
		p.next()
		c.Word = start.Value
		p.need("(")
		p.componentObject(&c)
		p.need(")")
	default:
		if !isIdent(start) {
			p.unexpected("a component")
		}
		c.Name = p.next().Value
	}
	c.Loc = p.loc(start)
	return c
}

// componentGroup reads (group, object), each of which may be missing.
func (p *parser) componentGroup(c *ast.Component) {
	p.need("(")
	if isIdent(p.tok()) {
		n := p.name()
		c.Group = &n
	}
	if p.accept(",") {
		p.componentObject(c)
	}
	p.need(")")
}

func (p *parser) componentObject(c *ast.Component) {
	c.Tree = p.accept("TREE")
	id := p.ident()
	c.Object = &id
}

// startsComponent lists the words with which a component can begin.
func startsComponent(word string) bool {
	switch word {
	case "PARENT", "PROPERTY", "FILTER", "GROUP", "BOX", "OBJECTS", "TOOLBARBOX", "TOOLBARLEFT", "TOOLBARRIGHT", "TOOLBAR",
		"POPUP", "PANEL", "TOOLBARSYSTEM", "FILTERGROUPS", "CLASSCHOOSER", "GRID", "FILTERBOX", "FILTERS", "FILTERCONTROLS", "FILTERGROUP":
		return true
	}
	return false
}

// mappedForm reads form OBJECTS a = x, LIST C or EDIT C = x.
func (p *parser) mappedForm() ast.MappedForm {
	start := p.tok()
	m := ast.MappedForm{Kind: p.acceptAny("LIST", "EDIT")}
	if m.Kind != "" {
		c := p.class()
		m.Class = &c
		at := p.tok()
		arg := ast.FormObjectArg{}
		p.objectArg(&arg)
		arg.Loc = p.loc(at)
		m.Objects = []ast.FormObjectArg{arg}
	} else {
		m.Form = p.name()
		if p.accept("OBJECTS") {
			m.Objects = list(p, func(p *parser) ast.FormObjectArg {
				at := p.tok()
				arg := ast.FormObjectArg{Object: p.ident()}
				p.objectArg(&arg)
				arg.Loc = p.loc(at)
				return arg
			})
		}
	}
	m.Loc = p.loc(start)
	return m
}

// objectArg reads what a form's object is given, and how it is asked for.
func (p *parser) objectArg(a *ast.FormObjectArg) {
	if p.accept("=") {
		a.Value = p.expr()
		a.ValueNull = p.accept("NULL")
	}
	a.Mode = p.acceptAny("INPUT", "CHANGE")
	if a.Mode == "" {
		return
	}
	if a.Mode == "CHANGE" {
		if p.accept("=") {
			a.Change = p.expr()
		}
		a.NoConstraint = p.accept("NOCONSTRAINTFILTER")
		a.NoChange = p.accept("NOCHANGE")
	}
	a.Name = p.optIdent()
	a.Null = p.accept("NULL")
	a.To = p.optTo()
	if a.ConstraintFilter = p.accept("CONSTRAINTFILTER"); a.ConstraintFilter && p.accept("=") {
		a.Constraint = p.expr()
	}
	a.List = p.optAfter("LIST")
}

func (p *parser) contextFilters() []ast.Expr {
	if !p.accept("FILTERS") {
		return nil
	}
	return p.exprList()
}

// formLimit reads TOP and OFFSET of a form: one for all, or by group.
func (p *parser) formLimit() ast.FormLimit {
	var l ast.FormLimit
	if p.accept("TOP") {
		l.Top, l.TopBy = p.formCount()
	}
	if p.accept("OFFSET") {
		l.Offset, l.OffsetBy = p.formCount()
	}
	return l
}

func (p *parser) formCount() (ast.Expr, []ast.GroupValue) {
	if isIdent(p.tok()) && p.peek(1).Value == "=" {
		return nil, list(p, (*parser).groupValue)
	}
	return p.expr(), nil
}

// groupValue reads name = x [NULL].
func (p *parser) groupValue() ast.GroupValue {
	v := ast.GroupValue{Name: p.ident()}
	p.need("=")
	v.Expr = p.expr()
	v.Null = p.accept("NULL")
	return v
}
