package parse

import (
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
	"github.com/golsf/golsf/runtime/value"
)

func isIdent(t *lexer.Token) bool { return t.Type == token.Ident }
func isText(t *lexer.Token) bool  { return t.Type == token.String || t.Type == token.RawString }
func isTextOrIdent(t *lexer.Token) bool {
	return isText(t) || t.Type == token.Ident
}

// isType reports whether t is a built-in class.
func isType(t *lexer.Token) bool  { return t.Type == token.Type }
func isClass(t *lexer.Token) bool { return t.Type == token.Ident || t.Type == token.Type }

func (p *parser) ident() ast.Ident {
	t := p.tok()
	if t.Type != token.Ident {
		p.unexpected("a name")
	}
	p.next()
	return ast.Ident{Loc: locOf(t, t), Name: t.Value}
}

func (p *parser) optIdent() *ast.Ident {
	if !isIdent(p.tok()) {
		return nil
	}
	id := p.ident()
	return &id
}

// name reads id or id.id.
func (p *parser) name() ast.Name {
	start := p.tok()
	n := ast.Name{Name: p.ident().Name}
	if p.is(".") {
		p.next()
		n.Namespace, n.Name = n.Name, p.ident().Name
	}
	n.Loc = p.loc(start)
	return n
}

// class reads a class: a name or a built-in one.
func (p *parser) class() ast.ClassRef {
	t := p.tok()
	if t.Type == token.Type {
		p.next()
		if p.is("[") && p.lengthFollows(t) {
			p.failAt(p.peek(1), "E1104", "wrong length of class "+t.Value, lengthHint(t.Value))
		}
		return ast.ClassRef{Loc: locOf(t, t), Word: t.Value, Builtin: p.builtin(t)}
	}
	if t.Type != token.Ident {
		p.unexpected("a class")
	}
	n := p.name()
	return ast.ClassRef{Loc: n.Loc, Name: n}
}

// lengthFollows reports whether a bracket after t can only be a length that
// does not fit the class.
func (p *parser) lengthFollows(t *lexer.Token) bool {
	bracket := p.tok()
	return bracket.Pos.Offset == t.Pos.Offset+len(t.Value) && lengthHint(t.Value) != ""
}

func lengthHint(word string) string {
	switch word {
	case "STRING", "ISTRING", "BPSTRING", "BPISTRING":
		return "The length is a number, as in " + word + "[10]."
	case "NUMERIC":
		return "The length has two numbers, as in NUMERIC[10,2]."
	case "TIME", "DATETIME", "ZDATETIME":
		return "The precision is a digit from 0 to 6, as in " + word + "[3]."
	}
	return ""
}

func (p *parser) signatureClass() ast.ClassRef {
	if t := p.tok(); t.Value == "?" {
		p.next()
		return ast.ClassRef{Loc: locOf(t, t), Unknown: true}
	}
	return p.class()
}

// builtin finds the class that a token of kind Type names.
func (p *parser) builtin(t *lexer.Token) value.Class {
	c, ok := value.ParseClass(t.Value)
	if inner, found := strings.CutPrefix(t.Value, "NUMERIC["); found && !ok {
		prec, scale, _ := strings.Cut(strings.TrimSuffix(inner, "]"), ",")
		n, err := strconv.Atoi(prec)
		m, err2 := strconv.Atoi(scale)
		if ok = err == nil && err2 == nil && m <= n && n <= 1000; ok {
			c = value.NumericClass(n, m)
		}
	}
	if !ok {
		p.failAt(t, "E1201", "wrong class "+t.Value)
	}
	return c
}

// param reads a parameter with a class before it or not.
func (p *parser) param() ast.Param {
	start := p.tok()
	if start.Type == token.Ident {
		if after := p.peek(1); after.Type != token.Ident && after.Value != "." {
			p.next()
			return ast.Param{Loc: locOf(start, start), Name: start.Value}
		}
	}
	c := p.class()
	name := p.ident().Name
	return ast.Param{Loc: p.loc(start), Class: &c, Name: name}
}

// paramExpr reads a parameter where an expression could stand: a, A a, $a.
func (p *parser) paramExpr() ast.Expr {
	t := p.tok()
	if t.Type == token.RecParam {
		p.next()
		return &ast.ParamExpr{Loc: locOf(t, t), Name: t.Value[1:], Recursive: true}
	}
	prm := p.param()
	return &ast.ParamExpr{Loc: prm.Loc, Class: prm.Class, Name: prm.Name}
}

func (p *parser) params() []ast.Param {
	p.need("(")
	return listTo(p, ")", (*parser).param)
}

func (p *parser) classList() []ast.ClassRef {
	p.need("(")
	return listTo(p, ")", (*parser).class)
}

func (p *parser) optClassList() ([]ast.ClassRef, bool) {
	if !p.is("(") {
		return nil, false
	}
	return p.classList(), true
}

// idList reads (a, b).
func (p *parser) idList() []ast.Ident {
	p.need("(")
	return listTo(p, ")", (*parser).ident)
}

// propertyRef reads p, ns.p, p[A, B].
func (p *parser) propertyRef() ast.PropertyRef {
	start := p.tok()
	if start.Type != token.Ident {
		p.unexpected("the name of a property or action")
	}
	ref := ast.PropertyRef{Name: p.name()}
	if p.accept("[") {
		ref.Signature, ref.Signed = listTo(p, "]", (*parser).signatureClass), true
	}
	ref.Loc = p.loc(start)
	return ref
}

func (p *parser) optTo() *ast.PropertyRef {
	if !p.accept("TO") {
		return nil
	}
	ref := p.propertyRef()
	return &ref
}

// propertyUse reads a property, or ACTION and an action.
func (p *parser) propertyUse() ast.PropertyUse {
	start := p.tok()
	u := ast.PropertyUse{Action: p.accept("ACTION")}
	u.Ref = p.propertyRef()
	u.Loc = p.loc(start)
	return u
}

// mapped reads p(A a, b).
func (p *parser) mapped() ast.Mapped {
	start := p.tok()
	m := ast.Mapped{Ref: p.propertyRef()}
	m.Params = p.params()
	m.Loc = p.loc(start)
	return m
}

// number reads an integer with a sign or without.
func (p *parser) number() ast.Number {
	start := p.tok()
	neg := p.accept("-")
	t := p.tok()
	if t.Type != token.Int {
		p.unexpected("a number")
	}
	p.next()
	n, err := strconv.ParseInt(t.Value, 10, 32)
	if err != nil {
		p.failAt(t, "E1202", "number "+t.Value+" is out of the range of INTEGER")
	}
	if neg {
		n = -n
	}
	return ast.Number{Loc: p.loc(start), Value: n}
}

// event reads the base of an event. Before an expression the name is followed
// by =, elsewhere it comes first.
func (p *parser) event(beforeExpr bool) ast.BaseEvent {
	start := p.tok()
	var e ast.BaseEvent
	if !beforeExpr && isIdent(start) && !isOneOf(p.peek(1).Value, "(", "[", ".", "<-") {
		id := p.ident()
		e.Name = &id
	}
	e.Scope = p.acceptAny("GLOBAL", "LOCAL")
	if p.accept("FORMS") {
		e.Forms = list(p, (*parser).name)
	}
	if word := p.acceptAny("GOAFTER", "AFTER"); word != "" {
		e.GoAfter = word == "GOAFTER"
		e.After = list(p, (*parser).propertyUse)
	}
	if beforeExpr && isIdent(p.tok()) && p.peek(1).Value == "=" {
		id := p.ident()
		p.next()
		e.Name = &id
	}
	e.Loc = p.loc(start)
	return e
}

func isOneOf(v string, values ...string) bool {
	for _, value := range values {
		if v == value {
			return true
		}
	}
	return false
}
