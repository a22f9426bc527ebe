package parse

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// order reads ORDER [DESC] a, b, or gives nil.
func (p *parser) order() *ast.Order {
	if !p.accept("ORDER") {
		return nil
	}
	desc := p.accept("DESC")
	return &ast.Order{Desc: desc, Exprs: p.exprList()}
}

// limit reads TOP n OFFSET m.
func (p *parser) limit() ast.Limit {
	var l ast.Limit
	if p.accept("TOP") {
		l.Top = p.expr()
	}
	if p.accept("OFFSET") {
		l.Offset = p.expr()
	}
	return l
}

func (p *parser) where() ast.Expr { return p.optAfter("WHERE") }

// optAfter reads an expression if word comes before it.
func (p *parser) optAfter(word string) ast.Expr {
	if !p.accept(word) {
		return nil
	}
	return p.expr()
}

func (p *parser) by() []ast.Expr {
	if !p.accept("BY") {
		return nil
	}
	return p.exprList()
}

func (p *parser) group() ast.Expr {
	start := p.need("GROUP")
	g := &ast.Group{}
	switch kind := p.tok().Value; kind {
	case "SUM", "MAX", "MIN", "AGGR", "NAGGR", "EQUAL":
		p.next()
		g.Kind, g.Operands = kind, p.exprList()
		g.Order = p.order()
	case "CONCAT", "LAST":
		p.next()
		g.Kind, g.Operands = kind, p.exprList()
		if !p.is("ORDER") {
			p.unexpected("','", "'ORDER'")
		}
		g.Order = p.order()
	case "CUSTOM":
		g.Kind, g.Custom = kind, p.customAggregate()
		if !p.isAny("WITHIN", "ORDER") {
			g.Operands = p.exprList()
		}
		g.Within = p.accept("WITHIN")
		if g.Order = p.order(); g.Order == nil && (g.Within || g.Operands == nil) {
			p.unexpected("'ORDER'")
		}
	default:
		p.unexpected(quoteAll([]string{"SUM", "MAX", "MIN", "LAST", "CONCAT", "AGGR", "NAGGR", "EQUAL", "CUSTOM"})...)
	}
	g.Limit = p.limit()
	g.Where = p.where()
	g.By = p.by()
	g.Loc = p.loc(start)
	return g
}

func (p *parser) customAggregate() *ast.CustomAggregate {
	start := p.need("CUSTOM")
	c := &ast.CustomAggregate{Null: p.accept("NULL")}
	if p.tok().Type == token.Type {
		class := p.class()
		c.Class = &class
	}
	c.Name = p.text()
	c.Loc = p.loc(start)
	return c
}

func (p *parser) partition() ast.Expr {
	start := p.need("PARTITION")
	x := &ast.Partition{}
	switch kind := p.tok().Value; kind {
	case "SUM", "PREV", "LAST":
		p.next()
		x.Kind, x.Operands = kind, []ast.Expr{p.expr()}
	case "UNGROUP":
		x.Kind, x.Ungroup = kind, p.ungroup()
		x.Operands = []ast.Expr{p.expr()}
	case "CUSTOM":
		x.Kind, x.Custom = kind, p.customAggregate()
		if !p.is("ORDER") {
			x.Operands = p.exprList()
		}
	default:
		p.unexpected(quoteAll([]string{"SUM", "PREV", "LAST", "UNGROUP", "CUSTOM"})...)
	}
	x.Order = p.order()
	x.Limit = p.limit()
	x.By = p.by()
	x.Loc = p.loc(start)
	return x
}

func (p *parser) ungroup() *ast.Ungroup {
	start := p.need("UNGROUP")
	u := &ast.Ungroup{Ref: p.propertyRef()}
	if u.Proportion = p.needAny("PROPORTION", "LIMIT") == "PROPORTION"; u.Proportion {
		u.Strict = p.accept("STRICT")
		p.need("ROUND")
		p.need("(")
		u.Round = p.number().Value
		p.need(")")
	} else {
		u.Strict = p.accept("STRICT")
	}
	u.Loc = p.loc(start)
	return u
}

func (p *parser) jsonForm() ast.Expr {
	start := p.next()
	p.need("(")
	x := &ast.JSONForm{AsText: start.Value == "JSONTEXT", Form: p.mappedForm()}
	x.Filters = p.contextFilters()
	x.Limit = p.formLimit()
	p.need(")")
	x.Loc = p.loc(start)
	return x
}

// definition reads the right side of a property declaration.
func (p *parser) definition() ast.Expr {
	p.enter()
	defer p.leave()
	start := p.tok()
	switch start.Value {
	case "DATA":
		return p.data()
	case "ABSTRACT":
		p.next()
		x := &ast.AbstractExpr{Kind: p.abstractKind("CASE", "MULTI", "VALUE")}
		x.Class = p.class()
		x.Params, x.Listed = p.optClassList()
		x.Loc = p.loc(start)
		return x
	case "FORMULA":
		return p.formula()
	case "AGGR":
		return p.aggr()
	case "FILTER", "ORDER", "VIEW", "VIEWTYPE", "SELECT":
		return p.groupObjectExpr()
	case "REFLECTION":
		p.next()
		kind := p.need("CANONICALNAME").Value
		use := p.propertyUse()
		return &ast.ReflectionExpr{Loc: p.loc(start), Kind: kind, Use: use}
	case "NATIVE":
		p.next()
		c := p.class()
		params := p.classList()
		return &ast.NativeExpr{Loc: p.loc(start), Class: c, Params: params}
	}
	if !startsExpr(start) {
		p.unexpected("an expression")
	}
	return p.expr()
}

func (p *parser) data() ast.Expr {
	start := p.need("DATA")
	x := &ast.DataExpr{Local: p.accept("LOCAL")}
	if x.Local {
		x.Nested = p.nestedLocal()
	}
	x.Class = p.class()
	x.Params, x.Listed = p.optClassList()
	x.Loc = p.loc(start)
	return x
}

// nestedLocal reads NESTED [MANAGESESSION|NOMANAGESESSION] of a local.
func (p *parser) nestedLocal() *ast.Nested {
	start := p.tok()
	if !p.accept("NESTED") {
		return nil
	}
	n := &ast.Nested{Session: p.acceptAny("MANAGESESSION", "NOMANAGESESSION")}
	n.Loc = p.loc(start)
	return n
}

// abstractKind reads how implementations are chosen, after ABSTRACT.
func (p *parser) abstractKind(kinds ...string) ast.AbstractKind {
	k := ast.AbstractKind{Kind: p.acceptAny(kinds...)}
	switch k.Kind {
	case "CASE", "MULTI", "VALUE":
		if k.Exclusive = p.acceptAny("OVERRIDE", "EXCLUSIVE"); k.Exclusive == "OVERRIDE" {
			k.Position = p.acceptAny("FIRST", "LAST")
		}
	case "LIST":
		k.Position = p.acceptAny("FIRST", "LAST")
	}
	k.Full = p.accept("FULL")
	return k
}

func (p *parser) formula() ast.Expr {
	start := p.need("FORMULA")
	x := &ast.FormulaExpr{NullGives: p.accept("NULL")}
	if t := p.tok(); t.Type == token.Type || t.Type == token.Ident && (isClass(p.peek(1)) || isText(p.peek(1)) || isOneOf(p.peek(1).Value, ".", "PG", "MS")) {
		x.Result = &ast.FormulaParam{Class: p.class()}
		if p.formulaNameFollows() {
			name := p.text()
			x.Result.Name = &name
		}
		x.Result.Loc = p.loc(t)
	}
	x.Texts = list(p, func(p *parser) ast.FormulaText {
		at := p.tok()
		t := ast.FormulaText{Syntax: p.acceptAny("PG", "MS")}
		t.Text = p.text()
		t.Loc = p.loc(at)
		return t
	})
	if p.accept("(") {
		x.Listed = true
		x.Params = listTo(p, ")", (*parser).formulaParam)
	}
	x.NullArgs = p.accept("NULL")
	x.Loc = p.loc(start)
	return x
}

// formulaNameFollows tells the name of the result from the text of a formula:
// after a name there is a text, or the kind of server.
func (p *parser) formulaNameFollows() bool {
	return isTextOrIdent(p.tok()) && (isTextOrIdent(p.peek(1)) || isOneOf(p.peek(1).Value, "PG", "MS"))
}

func (p *parser) formulaParam() ast.FormulaParam {
	start := p.tok()
	f := ast.FormulaParam{Class: p.class()}
	f.Name = p.optText()
	f.Loc = p.loc(start)
	return f
}

func (p *parser) aggr() ast.Expr {
	start := p.need("AGGR")
	x := &ast.AggrExpr{Event: p.event(true)}
	x.Class = p.class()
	p.need("WHERE")
	x.Where = p.expr()
	if p.accept("NEW") {
		e := p.event(false)
		x.New = &e
	}
	if p.accept("DELETE") {
		e := p.event(false)
		x.Delete = &e
	}
	x.Loc = p.loc(start)
	return x
}

func (p *parser) groupObjectExpr() ast.Expr {
	start := p.next()
	kind := start.Value
	if kind == "SELECT" {
		if p.accept("PROPERTY") {
			path := p.drawPath()
			return &ast.DrawExpr{Loc: p.loc(start), Draw: path}
		}
		if p.accept("ACTIVE") {
			kind = "SELECT ACTIVE"
		}
	}
	path := p.formPath()
	return &ast.GroupObjectExpr{Loc: p.loc(start), Kind: kind, Group: path}
}
