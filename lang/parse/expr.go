package parse

import (
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// Levels of binding, from the loosest.
const (
	levelIf = iota + 1
	levelOr
	levelXor
	levelAnd
	levelNot
	levelEqual
	levelRelation
	levelLike
	levelNullAdd
	levelAdd
	levelMul
)

// operator tells the level of a token that stands between two expressions, 0
// for any other.
func operator(t *lexer.Token) (ast.Op, int) {
	switch t.Value {
	case "IF":
		return ast.NoOp, levelIf
	case "OR":
		return ast.Or, levelOr
	case "XOR":
		return ast.Xor, levelXor
	case "AND":
		return ast.And, levelAnd
	case "=", "==":
		return ast.Equal, levelEqual
	case "!=":
		return ast.NotEqual, levelEqual
	case "<":
		return ast.Less, levelRelation
	case ">":
		return ast.Greater, levelRelation
	case "<=":
		return ast.LessOrEqual, levelRelation
	case ">=":
		return ast.GreaterOrEqual, levelRelation
	case "LIKE":
		return ast.Like, levelLike
	case "MATCH":
		return ast.Match, levelLike
	case "(+)":
		return ast.NullAdd, levelNullAdd
	case "(-)":
		return ast.NullSub, levelNullAdd
	case "+":
		return ast.Add, levelAdd
	case "-":
		return ast.Sub, levelAdd
	case "*":
		return ast.Mul, levelMul
	case "/":
		return ast.Div, levelMul
	}
	return ast.NoOp, 0
}

// expr reads an expression.
func (p *parser) expr() ast.Expr { return p.binary(levelIf) }

// binary reads an expression whose operators bind at least as tightly as
// level. After an operator that does not chain (=, <, LIKE, NOT) only looser
// ones may follow.
func (p *parser) binary(level int) ast.Expr {
	p.enter()
	defer p.leave()
	start := p.tok()
	limit := levelMul + 1
	var x ast.Expr
	if start.Value == "NOT" && level <= levelNot {
		p.next()
		x = &ast.Unary{Op: ast.Not, X: p.binary(levelNot)}
		x.(*ast.Unary).Loc = p.loc(start)
		limit = levelNot
	} else {
		x = p.unary()
	}
	for {
		t := p.tok()
		op, at := operator(t)
		if at == 0 || at < level || at >= limit {
			return x
		}
		p.next()
		y := p.binary(at + 1)
		if at == levelIf {
			x = &ast.IfPostfix{Loc: p.loc(start), X: x, Cond: y}
		} else {
			x = &ast.Binary{Loc: p.loc(start), Op: op, X: x, Y: y}
		}
		if at == levelEqual || at == levelRelation || at == levelLike {
			limit = at
		}
	}
}

// unary reads -x, or a primary with what may follow it: [n], IS C, AS C.
func (p *parser) unary() ast.Expr {
	start := p.tok()
	if start.Value == "-" {
		p.next()
		p.enter()
		defer p.leave()
		x := p.unary()
		return &ast.Unary{Loc: p.loc(start), Op: ast.Negate, X: x}
	}
	x := p.primary()
	switch t := p.tok(); t.Value {
	case "[":
		p.next()
		n := p.uint()
		p.need("]")
		return &ast.Index{Loc: p.loc(start), X: x, N: n}
	case "IS", "AS":
		p.next()
		c := p.class()
		return &ast.ClassTest{Loc: p.loc(start), X: x, As: t.Value == "AS", Class: c}
	}
	return x
}

func (p *parser) uint() int64 {
	t := p.tok()
	if t.Type != token.Int {
		p.unexpected("a number")
	}
	n, err := strconv.ParseInt(t.Value, 10, 32)
	if err != nil {
		p.failAt(t, "E1202", "number "+t.Value+" is out of the range of INTEGER")
	}
	p.next()
	return n
}

func (p *parser) exprList() []ast.Expr { return list(p, (*parser).expr) }

// args reads (a, b).
func (p *parser) args() []ast.Expr {
	p.need("(")
	return listTo(p, ")", (*parser).expr)
}

func (p *parser) primary() ast.Expr {
	t := p.tok()
	switch t.Type {
	case token.Ident:
		return p.named()
	case token.String, token.RawString:
		return p.textLiteral()
	case token.RecParam:
		return p.paramExpr()
	case token.Type:
		return p.typed()
	case token.Keyword, token.Punct:
		if x := p.keywordExpr(t); x != nil {
			return x
		}
	default:
		if lit := p.literal(); lit != nil {
			return lit
		}
	}
	p.unexpected("an expression")
	return nil
}

// startsExpr reports whether an expression can begin with t.
func startsExpr(t *lexer.Token) bool {
	switch t.Type {
	case token.Punct:
		return isOneOf(t.Value, "(", "[", "-")
	case token.Keyword:
		switch t.Value {
		case "NOT", "JOIN", "MULTI", "OVERRIDE", "EXCLUSIVE", "IF", "MAX", "MIN", "CASE", "PARTITION", "GROUP", "RECURSION",
			"STRUCT", "CONCAT", "PREV", "CHANGED", "SET", "DROPPED", "SETCHANGED", "DROPCHANGED", "SETDROPPED", "ISCLASS",
			"ACTIVE", "ROUND", "RGB", "VALUE":
			return true
		}
		return false
	case token.EOF, token.Illegal, token.Code:
		return false
	}
	return true
}

// named reads what begins with a name: a parameter, a call, a static object.
func (p *parser) named() ast.Expr {
	start := p.tok()
	name := p.name()
	t := p.tok()
	switch {
	case t.Value == "(", t.Value == "[" && p.peek(1).Type != token.Int:
		ref := ast.PropertyRef{Name: name}
		if p.accept("[") {
			ref.Signature, ref.Signed = listTo(p, "]", (*parser).signatureClass), true
		}
		ref.Loc = p.loc(start)
		args := p.args()
		return &ast.Call{Loc: p.loc(start), Ref: ref, Args: args}
	case t.Type == token.Ident:
		p.next()
		c := ast.ClassRef{Loc: name.Loc, Name: name}
		return &ast.ParamExpr{Loc: p.loc(start), Class: &c, Name: t.Value}
	case name.Namespace == "":
		return &ast.ParamExpr{Loc: name.Loc, Name: name.Name}
	}
	return p.staticObject(start, name)
}

func (p *parser) staticObject(start *lexer.Token, name ast.Name) ast.Expr {
	at := p.lex.RawCursor()
	last := &p.lex.Range(at-1, at)[0]
	s := &ast.StaticObject{Object: ast.Ident{Loc: locOf(last, last), Name: name.Name}}
	s.Class = ast.Name{Loc: locOf(start, start), Name: name.Namespace}
	if p.accept(".") {
		s.Class.Namespace, s.Class.Name = name.Namespace, name.Name
		s.Class.Loc = locOf(start, last)
		s.Object = p.ident()
	}
	s.Loc = p.loc(start)
	return s
}

// typed reads what begins with a built-in class: a parameter, a conversion, or
// the operator JSON.
func (p *parser) typed() ast.Expr {
	start := p.tok()
	after := p.peek(1)
	if start.Value == "JSON" || start.Value == "JSONTEXT" {
		if after.Value == "FROM" {
			return p.jsonFrom()
		}
		if after.Value == "(" && p.formInJSON() {
			return p.jsonForm()
		}
	}
	c := p.class()
	if isIdent(p.tok()) {
		name := p.next().Value
		return &ast.ParamExpr{Loc: p.loc(start), Class: &c, Name: name}
	}
	if !p.is("(") {
		p.unexpected("'('", "the name of a parameter")
	}
	p.next()
	x := p.expr()
	p.need(")")
	return &ast.Cast{Loc: p.loc(start), Class: c, X: x}
}

// formInJSON reports whether a form stands in the parentheses that follow.
func (p *parser) formInJSON() bool {
	t := p.peek(2)
	if isOneOf(t.Value, "LIST", "EDIT") {
		return true
	}
	if t.Type != token.Ident {
		return false
	}
	n := 3
	if p.peek(3).Value == "." {
		n = 5
	}
	return isOneOf(p.peek(n).Value, ")", "OBJECTS", "FILTERS", "TOP", "OFFSET")
}

// keywordExpr reads what begins with a reserved word or sign, or gives nil.
func (p *parser) keywordExpr(t *lexer.Token) ast.Expr {
	switch t.Value {
	case "(":
		p.next()
		x := p.expr()
		p.need(")")
		return &ast.Paren{Loc: p.loc(t), X: x}
	case "[":
		return p.inlineCall()
	case "JOIN":
		p.next()
		if p.is("[") {
			return p.inlineCall()
		}
		ref := p.propertyRef()
		args := p.args()
		return &ast.Call{Loc: p.loc(t), Ref: ref, Args: args}
	case "MULTI", "OVERRIDE", "EXCLUSIVE":
		return p.choice()
	case "MAX", "MIN":
		p.next()
		operands := p.exprList()
		return &ast.Extreme{Loc: p.loc(t), Max: t.Value == "MAX", Operands: operands}
	case "IF":
		return p.ifThenElse()
	case "CASE":
		return p.caseExpr()
	case "PARTITION":
		return p.partition()
	case "GROUP":
		return p.group()
	case "RECURSION":
		return p.recursion()
	case "STRUCT":
		p.next()
		p.need("(")
		operands := p.exprList()
		p.need(")")
		return &ast.StructExpr{Loc: p.loc(t), Operands: operands}
	case "CONCAT":
		p.next()
		sep := p.expr()
		p.need(",")
		operands := p.exprList()
		return &ast.Concat{Loc: p.loc(t), Separator: sep, Operands: operands}
	case "PREV", "CHANGED", "SET", "DROPPED", "SETCHANGED", "DROPCHANGED", "SETDROPPED":
		p.next()
		x := p.inParens()
		return &ast.SessionExpr{Loc: p.loc(t), Kind: t.Value, X: x}
	case "ISCLASS":
		p.next()
		x := p.inParens()
		return &ast.IsClass{Loc: p.loc(t), X: x}
	case "ACTIVE":
		return p.activeExpr()
	case "VALUE":
		p.next()
		path := p.formPath()
		return &ast.ObjectExpr{Loc: p.loc(t), Kind: "VALUE", Object: path}
	case "ROUND":
		return p.round()
	case "RGB":
		return p.rgb()
	}
	return nil
}

func (p *parser) inParens() ast.Expr {
	p.need("(")
	x := p.expr()
	p.need(")")
	return x
}

func (p *parser) inlineCall() ast.Expr {
	start := p.need("[")
	x := p.definition()
	p.need("]")
	args := p.args()
	return &ast.InlineCall{Loc: p.loc(start), Inline: x, Args: args}
}

func (p *parser) choice() ast.Expr {
	start := p.next()
	c := &ast.Choice{Operands: p.exprList()}
	switch start.Value {
	case "MULTI":
		c.Exclusive = p.acceptAny("OVERRIDE", "EXCLUSIVE")
	case "OVERRIDE":
		c.Kind = ast.Override
	case "EXCLUSIVE":
		c.Kind = ast.Exclusive
	}
	c.Loc = p.loc(start)
	return c
}

func (p *parser) ifThenElse() ast.Expr {
	start := p.need("IF")
	x := &ast.IfThenElse{Cond: p.expr()}
	p.need("THEN")
	x.Then = p.expr()
	if p.accept("ELSE") {
		x.Else = p.expr()
	}
	x.Loc = p.loc(start)
	return x
}

func (p *parser) caseExpr() ast.Expr {
	start := p.need("CASE")
	x := &ast.CaseExpr{Exclusive: p.acceptAny("OVERRIDE", "EXCLUSIVE")}
	for first := true; first || p.is("WHEN"); first = false {
		when := p.need("WHEN")
		b := ast.CaseBranch{When: p.expr()}
		p.need("THEN")
		b.Then = p.expr()
		b.Loc = p.loc(when)
		x.Branches = append(x.Branches, b)
	}
	if p.accept("ELSE") {
		x.Else = p.expr()
	}
	x.Loc = p.loc(start)
	return x
}

func (p *parser) recursion() ast.Expr {
	start := p.need("RECURSION")
	x := &ast.Recursion{First: p.expr()}
	p.need("STEP")
	x.Step = p.expr()
	if p.accept("CYCLES") {
		x.Cycles = p.needAny("YES", "NO", "IMPOSSIBLE")
	}
	x.Loc = p.loc(start)
	return x
}

func (p *parser) round() ast.Expr {
	start := p.need("ROUND")
	p.need("(")
	x := &ast.Round{X: p.expr()}
	if p.accept(",") {
		x.Digits = p.expr()
	}
	p.need(")")
	x.Loc = p.loc(start)
	return x
}

// activeExpr reads ACTIVE TAB f.c, ACTIVE PROPERTY f.p, ACTIVE f.o.
func (p *parser) activeExpr() ast.Expr {
	start := p.need("ACTIVE")
	switch {
	case p.accept("TAB"):
		path := p.componentPath()
		return &ast.ActiveExpr{Loc: p.loc(start), Component: &path}
	case p.accept("PROPERTY"):
		path := p.drawPath()
		return &ast.ActiveExpr{Loc: p.loc(start), Draw: &path}
	}
	path := p.formPath()
	return &ast.ObjectExpr{Loc: p.loc(start), Kind: "ACTIVE", Object: path}
}
