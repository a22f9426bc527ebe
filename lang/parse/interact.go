package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
)

// show reads SHOW and DIALOG.
func (p *parser) show() ast.Action {
	start := p.next()
	a := &ast.Show{Dialog: start.Value == "DIALOG"}
	if !a.Dialog && isTextOrIdent(p.tok()) && p.peek(1).Value == "=" {
		id := p.text()
		p.next()
		a.ID = &id
	}
	a.Form = p.mappedForm()
	for {
		switch t := p.tok(); t.Value {
		case "FILTERS":
			a.Filters = p.contextFilters()
			continue
		case "IN":
			p.next()
			path := p.componentPath()
			a.In = &path
			continue
		case "FLOAT", "DOCKED", "EMBEDDED", "POPUP", "MANAGESESSION", "NOMANAGESESSION", "CANCEL", "NOCANCEL",
			"NEWSESSION", "NESTEDSESSION", "THISSESSION", "READONLY", "CHECK":
			a.Words = append(a.Words, p.next().Value)
			continue
		case "WAIT", "NOWAIT":
			if !a.Dialog {
				a.Words = append(a.Words, p.next().Value)
				continue
			}
		}
		break
	}
	if p.is("{") {
		a.Init = p.block()
	}
	if a.Dialog {
		a.Do, a.Else = p.doElse()
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) print() ast.Action {
	start := p.need("PRINT")
	a := &ast.Print{Client: p.acceptAny("CLIENT", "SERVER")}
	a.Form = p.mappedForm()
	a.Filters = p.contextFilters()
	if a.Message = p.accept("MESSAGE"); a.Message {
		a.Words = p.words("WAIT", "NOWAIT", "LOG", "INFO", "SUCCESS", "WARN", "ERROR", "DEFAULT")
		a.Limit = p.formLimit()
		a.Loc = p.loc(start)
		return a
	}
	a.Format = p.acceptAny("XLS", "XLSX", "PDF", "DOC", "DOCX", "RTF", "HTML")
	if a.Format != "" {
		if a.Format == "XLS" || a.Format == "XLSX" {
			a.Sheet = p.optAfter("SHEET")
			a.Password = p.optAfter("PASSWORD")
		}
		a.To = p.optTo()
	}
	a.Words = append(p.words("PREVIEW", "NOPREVIEW"), p.words("WAIT", "NOWAIT")...)
	a.Printer = p.optAfter("TO")
	a.Loc = p.loc(start)
	return a
}

// input reads INPUT a = CLASS ..., or INPUT a = x ....
func (p *parser) input() ast.Action {
	start := p.need("INPUT")
	a := &ast.Input{Multi: p.accept("MULTI")}
	if isIdent(p.tok()) {
		id := p.ident()
		a.Name = &id
		if !p.is("=") {
			p.unexpected("'='")
		}
	}
	equals := p.accept("=")
	if t := p.tok(); isType(t) && p.peek(1).Value != "(" {
		c := p.class()
		a.Class = &c
	} else if equals {
		a.Value = p.expr()
	} else {
		p.unexpected("a built-in class", "'='")
	}
	p.inputOptions(a)
	a.Do, a.Else = p.doElse()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) inputOptions(a *ast.Input) {
	if a.IsChange = p.accept("CHANGE"); a.IsChange {
		if p.accept("=") {
			a.Change = p.expr()
		}
		a.NoConstraint = p.accept("NOCONSTRAINTFILTER")
		a.NoChange = p.accept("NOCHANGE")
	}
	if p.accept("CUSTOM") {
		t := p.text()
		a.Custom = &t
	}
	if p.accept("LIST") {
		if p.is("{") {
			a.ListAction = p.block()
		} else {
			a.List = p.expr()
		}
	}
	a.Where = p.where()
	if p.accept("ACTIONS") {
		a.Actions = list(p, (*parser).contextAction)
	}
	a.Scope = p.acceptAny("NEWSESSION", "NESTEDSESSION", "THISSESSION")
	a.To = p.optTo()
}

func (p *parser) contextAction() ast.ContextAction {
	start := p.tok()
	c := ast.ContextAction{Image: p.text()}
	if p.accept("KEYPRESS") {
		key := p.text()
		c.KeyPress = &key
	}
	if c.Toolbar = p.accept("TOOLBAR"); c.Toolbar {
		c.Quick = p.words("ALL", "SELECTED", "FOCUSED", "HOVER")
	}
	c.Do = p.block()
	c.Loc = p.loc(start)
	return c
}

func (p *parser) email() ast.Action {
	start := p.need("EMAIL")
	a := &ast.Email{From: p.optAfter("FROM")}
	a.Subject = p.optAfter("SUBJECT")
	for len(a.Recipients) == 0 || p.isAny("TO", "CC", "BCC") {
		kind := p.needAny("TO", "CC", "BCC")
		a.Recipients = append(a.Recipients, ast.Recipient{Kind: kind, Expr: p.expr()})
	}
	a.Body = p.optAfter("BODY")
	for p.is("ATTACH") {
		a.Attachments = append(a.Attachments, p.attachment())
	}
	a.Wait = p.acceptAny("WAIT", "NOWAIT")
	a.Loc = p.loc(start)
	return a
}

func (p *parser) attachment() ast.Attachment {
	start := p.need("ATTACH")
	var a ast.Attachment
	if p.accept("LIST") {
		file := p.propertyRef()
		a.ListFile = &file
		if p.accept("NAME") {
			name := p.propertyRef()
			a.ListName = &name
		}
	} else {
		a.File = p.expr()
		a.Name = p.optAfter("NAME")
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) showDep() ast.Action {
	start := p.next()
	a := &ast.ShowDep{Kind: start.Value}
	if a.Kind == "SHOWDEP" {
		if scope := p.acceptAny("GLOBAL", "LOCAL"); scope != "" {
			a.Kind += " " + scope
		}
	}
	if isIdent(p.tok()) || p.is("ACTION") {
		a.Uses = list(p, (*parser).propertyUse)
	}
	a.Loc = p.loc(start)
	return a
}

// formAction reads an action on an open form, or gives nil.
func (p *parser) formAction(start *lexer.Token) ast.Action {
	a := &ast.FormAction{Kind: start.Value}
	switch start.Value {
	case "ACTIVE":
		p.next()
		p.need("FORM")
		a.Kind = "ACTIVE FORM"
		n := p.name()
		a.Name = &n
	case "ACTIVATE", "SEEK":
		p.next()
		p.activate(a)
	case "CLOSE":
		p.next()
		p.need("FORM")
		a.Kind = "CLOSE FORM"
		t := p.text()
		a.Text = &t
	case "EXPAND", "COLLAPSE":
		p.next()
		p.expand(a)
	case "ORDER", "FILTER", "FILTERGROUP", "ORDERS", "FILTERS", "FILTERGROUPS":
		p.next()
		p.filterOrder(a)
	case "ASYNCUPDATE":
		p.next()
		a.Value = p.expr()
	case "SCREENSHOT":
		p.next()
		if p.accept("HTML") {
			a.Kind += " HTML"
		}
		if p.accept("FORM") {
			a.Kind += " FORM"
		} else if isIdent(p.tok()) {
			t := p.text()
			a.Text = &t
		}
		a.To = p.optTo()
	default:
		return nil
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) activate(a *ast.FormAction) {
	if a.Kind == "ACTIVATE" {
		switch {
		case p.accept("FORM"):
			n := p.name()
			a.Kind, a.Name = "ACTIVATE FORM", &n
			return
		case p.accept("TAB"):
			path := p.componentPath()
			a.Kind, a.Component = "ACTIVATE TAB", &path
			return
		case p.accept("PROPERTY"):
			path := p.drawPath()
			a.Kind, a.Draw = "ACTIVATE PROPERTY", &path
			return
		}
	}
	if at := p.acceptAny("FIRST", "LAST", "NULL"); at != "" {
		a.Kind += " " + at
	}
	path := p.formPath()
	a.Path = &path
	if p.accept("=") {
		a.Value = p.expr()
	} else if p.accept("OBJECTS") {
		a.Objects = list(p, (*parser).groupValue)
	}
}

func (p *parser) expand(a *ast.FormAction) {
	if p.accept("CONTAINER") {
		path := p.componentPath()
		a.Component = &path
		a.Kind += " CONTAINER"
		return
	}
	switch word := p.acceptAny("DOWN", "UP", "ALL"); word {
	case "":
	case "ALL":
		a.Kind += " ALL"
		if p.accept("TOP") {
			a.Kind += " TOP"
		}
	default:
		a.Kind += " " + word
	}
	path := p.formPath()
	a.Path = &path
	if p.accept("OBJECTS") {
		a.Objects = list(p, (*parser).groupValue)
	}
}

// filterOrder reads ORDER g FROM x and ORDERS g TO p, and the same of filters
// and filter groups.
func (p *parser) filterOrder(a *ast.FormAction) {
	writes := isOneOf(a.Kind, "ORDER", "FILTER", "FILTERGROUP")
	if isOneOf(a.Kind, "FILTER", "FILTERS") && p.accept("PROPERTY") {
		path := p.drawPath()
		a.Kind, a.Draw = a.Kind+" PROPERTY", &path
	} else {
		path := p.formPath()
		a.Path = &path
	}
	if writes {
		a.Value = p.optAfter("FROM")
	} else {
		a.To = p.optTo()
	}
}
