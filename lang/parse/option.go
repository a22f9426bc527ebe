package parse

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// commonOption reads an option that declarations of properties, declarations of
// actions and properties on forms have in common, or gives false. o has its
// place and first word, which is not taken yet.
func (p *parser) commonOption(o *ast.Option) bool {
	switch o.Name {
	case "IN":
		p.next()
		n := p.name()
		o.ID = &n
	case "PANEL", "GRID", "TOOLBAR", "POPUP", "NOSELECT", "STICKY", "NOSTICKY", "WAIT", "NOWAIT":
		p.next()
	case "CUSTOM":
		p.next()
		p.customView(o)
	case "SELECT":
		p.next()
		if p.is("AUTO") {
			o.Words = []string{p.next().Value}
		} else {
			p.optionText(o)
		}
	case "EXTID", "EVENTID":
		p.next()
		o.Texts = []ast.Text{p.text()}
	default:
		return false
	}
	return true
}

// optionText reads a text if one follows.
func (p *parser) optionText(o *ast.Option) {
	if t := p.optText(); t != nil {
		o.Texts = append(o.Texts, *t)
	}
}

// customView reads CUSTOM 'view' CHANGE 'editor', CUSTOM EDIT class.
func (p *parser) customView(o *ast.Option) {
	if !p.isAny("CHANGE", "EDIT") {
		o.Texts = []ast.Text{p.text()}
	}
	switch word := p.acceptAny("CHANGE", "EDIT"); word {
	case "":
		return
	case "EDIT":
		o.Words = []string{word}
		if !isType(p.tok()) {
			p.unexpected("a built-in class")
		}
		c := p.class()
		o.Class = &c
	default:
		o.Words = []string{word}
	}
	p.optionText(o)
}

// declOption reads an option of a declared property, or of an action, or gives
// nil. Ended tells that it needs no semicolon after it.
func (p *parser) declOption(action bool) (option *ast.Option, ended bool) {
	start := p.tok()
	o := &ast.Option{Name: start.Value}
	switch {
	case start.Type == token.EOF:
		return nil, false
	case start.Value == "ON":
		if !p.triggerFollows() {
			return nil, false
		}
		p.next()
		p.trigger(o)
		ended = true
	case p.commonOption(o), p.keyOption(o):
	case action && p.actionOption(o):
	case !action && p.propertyOption(o):
	default:
		return nil, false
	}
	o.Loc = p.loc(start)
	return o, ended
}

// keyOption reads options of declarations that forms do not have.
func (p *parser) keyOption(o *ast.Option) bool {
	switch o.Name {
	case "CHARWIDTH":
		p.next()
		n := p.number()
		o.Number = &n
		o.Words = p.words("FLEX", "NOFLEX")
	case "CHANGEKEY", "CHANGEMOUSE":
		p.next()
		o.Texts = []ast.Text{p.text()}
		o.Words = p.words("SHOW", "HIDE")
	case "IMAGE":
		p.next()
		p.optionText(o)
	case "NOIMAGE":
		p.next()
	case "@@":
		p.next()
		o.IDs = []ast.Ident{p.ident()}
		if p.accept("(") {
			o.Texts = list(p, (*parser).text)
			p.need(")")
		}
	default:
		return false
	}
	return true
}

func (p *parser) actionOption(o *ast.Option) bool {
	switch o.Name {
	case "ASON":
		p.next()
		p.eventType(o)
		use := p.propertyUse()
		o.Use = &use
	case "CONFIRM":
		p.next()
	default:
		return false
	}
	return true
}

func (p *parser) propertyOption(o *ast.Option) bool {
	switch o.Name {
	case "MATERIALIZED":
		p.next()
		p.optionText(o)
	case "INDEXED":
		p.next()
		p.optionText(o)
		o.Words = p.words("LIKE", "MATCH")
	case "COMPLEX", "NOCOMPLEX", "PREREAD", "HINT", "NOHINT", "AUTOSET", "ECHO", "AGGR":
		p.next()
	case "TABLE":
		p.next()
		n := p.name()
		o.ID = &n
	case "DEFAULTCOMPARE":
		p.next()
		o.Texts = []ast.Text{p.text()}
	case "PATTERN":
		p.next()
		o.Texts = []ast.Text{p.caption()}
	case "REGEXP":
		p.next()
		o.Texts = []ast.Text{p.caption()}
		if t := p.optCaption(); t != nil {
			o.Texts = append(o.Texts, *t)
		}
	case "NONULL":
		p.next()
		e := p.event(false)
		o.Event = &e
		if p.accept("DELETE") {
			d := p.event(false)
			o.Delete = &d
		}
	case "LAZY":
		p.next()
		o.Words = append(p.words("WEAK", "STRONG"), p.words("WAIT", "NOWAIT")...)
	default:
		return false
	}
	return true
}

// trigger reads what follows ON: the event and a block.
func (p *parser) trigger(o *ast.Option) {
	p.eventType(o)
	o.Action = p.block()
}

// triggerFollows tells ON of a property from ON of a form and from the
// statement ON.
func (p *parser) triggerFollows() bool {
	switch p.peek(1).Value {
	case "CHANGE":
		t := p.peek(2)
		if !isIdent(t) {
			return isOneOf(t.Value, "{", "BEFORE", "AFTER")
		}
		return isOneOf(p.peek(3).Value, "(", "[", ".")
	case "CHANGEWYS", "EDIT", "GROUPCHANGE", "CONTEXTMENU", "KEYPRESS":
		return true
	}
	return false
}

func (p *parser) eventType(o *ast.Option) {
	word := p.needAny("CHANGE", "CHANGEWYS", "EDIT", "GROUPCHANGE", "CONTEXTMENU", "KEYPRESS")
	o.Words = []string{word}
	switch word {
	case "CHANGE":
		o.Words = append(o.Words, p.words("BEFORE", "AFTER")...)
	case "CONTEXTMENU":
		if isText(p.tok()) {
			o.Texts = append(o.Texts, p.caption())
		}
	case "KEYPRESS":
		o.Texts = append(o.Texts, p.text())
	}
}

// formOptions reads the options of a property on a form.
func (p *parser) formOptions() []ast.Option {
	var options []ast.Option
	for {
		start := p.tok()
		if start.Type != token.Keyword {
			return options
		}
		o := ast.Option{Name: start.Value}
		if !p.commonOption(&o) && !p.formOption(&o) {
			return options
		}
		o.Loc = p.loc(start)
		options = append(options, o)
	}
}

func (p *parser) formOption(o *ast.Option) bool {
	switch o.Name {
	case "CHANGEABLE", "READONLY", "DISABLE", "SELECTOR", "HINTNOUPDATE", "HINTTABLE", "NEWSESSION", "NESTEDSESSION",
		"THISSESSION", "APPLY", "OPTIMISTICASYNC", "NOIMAGE", "FIRST", "LAST", "DEFAULT", "ATTR", "LSF", "NOEXTID", "EXTNULL",
		"COLUMN", "ROW", "MEASURE":
		p.next()
	case "SHOWIF", "DISABLEIF", "READONLYIF", "CLASS", "BACKGROUND", "FOREGROUND", "HEADER", "FOOTER", "OPTIONS":
		p.next()
		o.Expr = p.expr()
	case "IMAGE":
		p.next()
		if p.is("AUTO") {
			o.Words = p.words("AUTO")
		} else if startsExpr(p.tok()) {
			o.Expr = p.expr()
		}
	case "COLUMNS":
		p.next()
		p.optionText(o)
		o.IDs = p.idList()
	case "DRAW":
		p.next()
		o.IDs = []ast.Ident{p.ident()}
	case "AFTER", "BEFORE", "QUICKFILTER":
		p.next()
		o.Draws = []ast.DrawRef{p.drawRef()}
	case "PIVOT":
		if !isOneOf(p.peek(1).Value, "SUM", "MAX", "MIN", "LAST", "FORMULA") {
			return false
		}
		p.next()
		p.pivotOption(o)
	case "ON":
		if !p.triggerFollows() {
			return false
		}
		p.next()
		p.eventType(o)
		ref := p.actionRef()
		o.Action = refAction(ref)
	case "ORDER":
		p.next()
		o.Words = append(p.words("USER", "FIXED"), p.words("DESC")...)
	case "FILTER":
		p.next()
		o.Words = p.words("USER", "FIXED")
	default:
		return false
	}
	return true
}

// refAction is a reference in the place of an action: a call with parameters
// as arguments.
func refAction(r ast.ActionRef) ast.Action {
	if r.Block != nil {
		return r.Block
	}
	call := &ast.CallAction{Loc: r.Loc, Ref: *r.Ref}
	for _, id := range r.Args {
		call.Args = append(call.Args, &ast.ParamExpr{Loc: id.Loc, Name: id.Name})
	}
	return call
}

func (p *parser) pivotOption(o *ast.Option) {
	word := p.needAny("SUM", "MAX", "MIN", "LAST", "FORMULA")
	o.Words = []string{word}
	switch word {
	case "LAST":
		o.Words = append(o.Words, p.words("DESC")...)
		p.need("(")
		o.Exprs = p.exprList()
		p.need(")")
	case "FORMULA":
		o.Texts = []ast.Text{p.text()}
		p.need("(")
		o.Draws = listTo(p, ")", (*parser).drawRef)
	}
}

// actionRef reads p(a, b), or a block.
func (p *parser) actionRef() ast.ActionRef {
	start := p.tok()
	var r ast.ActionRef
	if p.is("{") {
		r.Block = p.block()
	} else {
		ref := p.propertyRef()
		r.Ref = &ref
		r.Args = p.idList()
	}
	r.Loc = p.loc(start)
	return r
}
