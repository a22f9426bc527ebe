package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// startsStatement reports whether a reserved word can begin a statement.
func startsStatement(word string) bool {
	switch word {
	case "CLASS", "EXTEND", "GROUP", "FORM", "DESIGN", "WINDOW", "HIDE", "NAVIGATOR", "META", "@", "CONSTRAINT", "WHEN", "ON",
		"BEFORE", "AFTER", "TABLE", "INDEX", "ACTION":
		return true
	}
	return false
}

// statement reads one statement. src is the text of the tokens, nil inside an
// expansion.
func (p *parser) statement(src *string) ast.Statement {
	t := p.tok()
	switch t.Value {
	case ";":
		p.next()
		return &ast.EmptyStatement{Loc: locOf(t, t)}
	case "CLASS":
		return p.classStatement()
	case "EXTEND":
		return p.extend()
	case "GROUP":
		return p.groupStatement()
	case "FORM":
		return p.form()
	case "DESIGN":
		return p.design()
	case "WINDOW":
		return p.window()
	case "HIDE":
		return p.hideWindow()
	case "NAVIGATOR":
		return p.navigator()
	case "TABLE":
		return p.table()
	case "META":
		return p.meta(src)
	case "@":
		return p.metaCall()
	case "CONSTRAINT":
		return p.constraint()
	case "WHEN":
		return p.when()
	case "ON":
		return p.on()
	case "BEFORE", "AFTER":
		return p.aspect()
	case "INDEX":
		return p.index()
	case "ACTION":
		return p.declared()
	}
	if t.Type == token.Ident {
		return p.declared()
	}
	p.unexpected("a statement")
	return nil
}

func (p *parser) extend() ast.Statement {
	switch p.peek(1).Value {
	case "CLASS":
		return p.classStatement()
	case "FORM":
		return p.form()
	case "WINDOW":
		return p.extendWindow()
	}
	p.next()
	p.unexpected("'CLASS'", "'FORM'", "'WINDOW'")
	return nil
}

// declared reads a statement that begins with the name of a property or action.
func (p *parser) declared() ast.Statement {
	start := p.tok()
	keyword := p.accept("ACTION")
	first := p.tok()
	ref := p.propertyRef()
	head := ast.Declaration{Name: ast.Ident{Loc: ref.Name.Loc, Name: ref.Name.Name}}
	plain := ref.Name.Namespace == "" && !ref.Signed
	if plain {
		head.Caption = p.optCaption()
	}
	if p.is("(") {
		head.Params, head.Listed = p.params(), true
	}
	head.Loc = p.loc(first)
	if plain {
		switch {
		case p.is("=") && !keyword:
			return p.property(start, head)
		case p.isAny("{", "INTERNAL", "ABSTRACT"):
			return p.actionDecl(start, keyword, head)
		}
	}
	if head.Listed && head.Caption == nil {
		mapped := ast.Mapped{Loc: head.Loc, Ref: ref, Params: head.Params}
		switch {
		case p.is("+"):
			return p.extendAction(start, keyword, mapped)
		case keyword:
		case p.is("+="):
			return p.implement(start, mapped)
		case p.is("=>"):
			return p.follows(start, mapped)
		case p.is("<-"):
			return p.writeWhen(start, mapped)
		}
	}
	p.unexpectedAfterHead(head, keyword, plain)
	return nil
}

func (p *parser) unexpectedAfterHead(head ast.Declaration, keyword, plain bool) {
	switch {
	case keyword && plain:
		p.unexpected("'{'", "'+'")
	case keyword:
		p.unexpected("'+'")
	case !plain && !head.Listed:
		p.unexpected("'('")
	case !plain:
		p.unexpected("'+='", "'+'", "'=>'", "'<-'")
	case head.Listed:
		p.unexpected("'='", "'{'")
	}
	p.unexpected("'='", "'('", "'{'")
}

func (p *parser) property(start *lexer.Token, head ast.Declaration) ast.Statement {
	p.need("=")
	s := &ast.Property{Decl: head, Body: p.definition()}
	s.Options = p.options(false, false)
	s.Loc = p.loc(start)
	return s
}

// options reads options up to their end. Ended tells that no semicolon is
// needed when there are none.
func (p *parser) options(action, ended bool) []ast.Option {
	var options []ast.Option
	for {
		o, e := p.declOption(action)
		if o == nil {
			break
		}
		options, ended = append(options, *o), e
	}
	if !ended && !p.accept(";") {
		p.unexpected("';'")
	}
	return options
}

func (p *parser) actionDecl(start *lexer.Token, keyword bool, head ast.Declaration) ast.Statement {
	s := &ast.ActionDecl{Keyword: keyword, Decl: head}
	switch t := p.tok(); t.Value {
	case "{":
		s.Body = p.block()
	case "INTERNAL":
		s.Body = p.internal()
	default:
		p.next()
		a := &ast.AbstractAction{Kind: p.abstractKind("CASE", "MULTI", "LIST")}
		a.Params, a.Listed = p.optClassList()
		if isClass(p.tok()) {
			c := p.class()
			a.Result = &c
			a.ResultParams, _ = p.optClassList()
		}
		a.Loc = p.loc(t)
		s.Body = a
	}
	_, block := s.Body.(*ast.Block)
	s.Options = p.options(true, block)
	s.Loc = p.loc(start)
	return s
}

func (p *parser) internal() ast.Action {
	start := p.need("INTERNAL")
	a := &ast.Internal{Client: p.accept("CLIENT")}
	a.Wait = p.acceptAny("WAIT", "NOWAIT")
	if t := p.tok(); t.Type == token.Code {
		a.Code = t.Value[2 : len(t.Value)-2]
		p.next()
	} else {
		name := p.text()
		a.Name = &name
		a.Params, a.Listed = p.optClassList()
	}
	a.Null = p.accept("NULL")
	a.Loc = p.loc(start)
	return a
}

// whenThen reads WHEN c THEN.
func (p *parser) whenThen() ast.Expr {
	if !p.accept("WHEN") {
		return nil
	}
	cond := p.expr()
	p.need("THEN")
	return cond
}

func (p *parser) implement(start *lexer.Token, head ast.Mapped) ast.Statement {
	p.need("+=")
	s := &ast.Implement{Ref: head.Ref, Params: head.Params, When: p.whenThen()}
	s.Body = p.expr()
	p.need(";")
	s.Loc = p.loc(start)
	return s
}

func (p *parser) extendAction(start *lexer.Token, keyword bool, head ast.Mapped) ast.Statement {
	p.need("+")
	s := &ast.ExtendAction{Keyword: keyword, Ref: head.Ref, Params: head.Params, When: p.whenThen()}
	s.Body = p.block()
	s.OptimisticAsync = p.accept("OPTIMISTICASYNC")
	s.Loc = p.loc(start)
	return s
}

func (p *parser) follows(start *lexer.Token, head ast.Mapped) ast.Statement {
	p.need("=>")
	s := &ast.Follows{Head: head, Event: p.event(true)}
	s.Body = p.expr()
	if s.Resolve = p.accept("RESOLVE"); s.Resolve {
		s.Left = p.accept("LEFT")
		s.Right = p.accept("RIGHT")
	}
	p.need(";")
	s.Loc = p.loc(start)
	return s
}

func (p *parser) writeWhen(start *lexer.Token, head ast.Mapped) ast.Statement {
	p.need("<-")
	s := &ast.WriteWhen{Head: head, Value: p.expr()}
	p.need("WHEN")
	s.Do = p.accept("DO")
	s.When = p.expr()
	p.need(";")
	s.Loc = p.loc(start)
	return s
}

func (p *parser) constraint() ast.Statement {
	start := p.need("CONSTRAINT")
	s := &ast.Constraint{Event: p.event(true)}
	s.Cond = p.expr()
	if s.Checked = p.accept("CHECKED"); s.Checked && p.accept("BY") {
		s.CheckedBy = list(p, (*parser).propertyRef)
	}
	p.need("MESSAGE")
	s.Message = p.expr()
	if p.accept("PROPERTIES") {
		s.Properties = p.exprList()
	}
	p.need(";")
	s.Loc = p.loc(start)
	return s
}

func (p *parser) when() ast.Statement {
	start := p.need("WHEN")
	s := &ast.When{Event: p.event(true)}
	s.Cond = p.expr()
	s.Order = p.order()
	s.Inline = p.inline()
	p.need("DO")
	s.Do = p.action()
	s.Loc = p.loc(start)
	return s
}

func (p *parser) on() ast.Statement {
	start := p.need("ON")
	s := &ast.On{Event: p.event(false)}
	s.Single = p.accept("SINGLE")
	s.Do = p.action()
	s.Loc = p.loc(start)
	return s
}

func (p *parser) aspect() ast.Statement {
	start := p.next()
	s := &ast.Aspect{After: start.Value == "AFTER", Head: p.mapped()}
	p.need("DO")
	s.Do = p.action()
	s.Loc = p.loc(start)
	return s
}

func (p *parser) index() ast.Statement {
	start := p.need("INDEX")
	s := &ast.IndexStatement{Name: p.optPlainText()}
	s.Kind = p.acceptAny("LIKE", "MATCH")
	s.Keys = list(p, (*parser).indexKey)
	p.need(";")
	s.Loc = p.loc(start)
	return s
}

// indexKey reads p(a, b), or a parameter.
func (p *parser) indexKey() ast.IndexKey {
	start := p.tok()
	var k ast.IndexKey
	n := 1
	if p.peek(1).Value == "." {
		n = 3
	}
	if isIdent(start) && isOneOf(p.peek(n).Value, "(", "[") {
		ref := p.propertyRef()
		k.Ref = &ref
		p.need("(")
		k.Params = listTo(p, ")", (*parser).paramExpr)
	} else {
		k.Params = []ast.Expr{p.paramExpr()}
	}
	k.Loc = p.loc(start)
	return k
}
