package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// block reads { actions }, which may hold locals.
func (p *parser) block() *ast.Block {
	start := p.need("{")
	b := &ast.Block{Actions: p.actions(true)}
	p.next()
	b.Loc = p.loc(start)
	return b
}

// action reads one action with its semicolon, if it has one.
func (p *parser) action() ast.Action {
	p.enter()
	defer p.leave()
	t := p.tok()
	if a := p.compound(t); a != nil {
		return a
	}
	a := p.leaf(t)
	if p.openEnd() && p.tok().EOF() {
		return a
	}
	if !p.is(";") {
		p.unexpected(afterLeaf(a)...)
	}
	p.next()
	return a
}

// afterLeaf tells what may follow an action without an end.
func afterLeaf(a ast.Action) []string {
	if c, ok := a.(*ast.CallAction); ok && c.To == nil {
		return []string{"';'", "'<-'"}
	}
	return []string{"';'"}
}

// compound reads an action that holds others and so needs no semicolon, or
// gives nil.
func (p *parser) compound(t *lexer.Token) ast.Action {
	switch t.Value {
	case "{":
		return p.block()
	case "FOR", "WHILE":
		return p.forLoop()
	case "IF":
		return p.ifAction()
	case "CASE":
		return p.caseAction()
	case "MULTI":
		return p.multiAction()
	case "NEW":
		if !p.newWhereFollows() {
			return p.newAction()
		}
	case "TRY":
		return p.try()
	case "APPLY":
		return p.apply()
	case "NEWSESSION", "NESTEDSESSION":
		return p.newSession()
	case "NEWTHREAD":
		return p.newThread()
	case "NEWEXECUTOR":
		return p.newExecutor()
	case "NEWCONNECTION":
		return p.newConnection()
	case "REQUEST":
		return p.request()
	case "DIALOG":
		return p.dialog()
	case "INPUT":
		return p.input()
	case "ASK":
		return p.ask()
	case "IMPORT":
		if !isIdent(p.peek(1)) {
			return p.importData()
		}
	case "RECALCULATE":
		return p.recalculate()
	}
	return nil
}

// leaf reads an action up to its semicolon.
func (p *parser) leaf(t *lexer.Token) ast.Action {
	switch t.Value {
	case ";":
		return &ast.Empty{Loc: locOf(t, t)}
	case "CHANGE", "EXEC":
		return p.change()
	case "CHANGECLASS":
		return p.changeClass()
	case "DELETE":
		return p.delete()
	case "NEW":
		return p.newWhere()
	case "RETURN":
		return p.returnAction()
	case "BREAK":
		p.next()
		return &ast.Break{Loc: locOf(t, t)}
	case "CONTINUE":
		p.next()
		return &ast.Continue{Loc: locOf(t, t)}
	case "CANCEL":
		return p.cancel()
	case "MESSAGE":
		return p.message()
	case "EVAL":
		return p.eval()
	case "READ":
		return p.read()
	case "WRITE":
		return p.write()
	case "EXPORT":
		return p.export()
	case "IMPORT":
		return p.importForm()
	case "EXTERNAL":
		return p.external()
	case "INTERNAL":
		return p.internalCall()
	case "EMAIL":
		return p.email()
	case "SHOW":
		return p.show()
	case "PRINT":
		return p.print()
	case "SHOWREC", "SHOWDEP":
		return p.showDep()
	}
	if a := p.formAction(t); a != nil {
		return a
	}
	if t.Type == token.Ident {
		return p.change()
	}
	p.unexpected("an action")
	return nil
}

// change reads p(a) <- x WHERE w, or the call p(a) TO q.
func (p *parser) change() ast.Action {
	start := p.tok()
	p.acceptAny("CHANGE", "EXEC")
	ref := p.propertyRef()
	if !p.is("(") {
		p.unexpected("'('")
	}
	args := p.args()
	if p.accept("<-") {
		a := &ast.Assign{Ref: ref, Args: args, Value: p.expr()}
		a.Where = p.where()
		a.Loc = p.loc(start)
		return a
	}
	a := &ast.CallAction{Ref: ref, Args: args, To: p.optTo()}
	a.Loc = p.loc(start)
	return a
}

// inline reads NOINLINE (a, b) INLINE.
func (p *parser) inline() ast.Inline {
	var in ast.Inline
	if in.NoInline = p.accept("NOINLINE"); in.NoInline && p.accept("(") {
		in.Params = listTo(p, ")", (*parser).paramExpr)
	}
	in.Inline = p.accept("INLINE")
	return in
}

// newWhereFollows tells NEW A WHERE c from NEW a = A { }.
func (p *parser) newWhereFollows() bool {
	if p.peek(2).Value == "." {
		return p.peek(4).Value == "WHERE"
	}
	return p.peek(2).Value == "WHERE"
}

// words takes all tokens in a row that are among those.
func (p *parser) words(among ...string) []string {
	var taken []string
	for {
		w := p.acceptAny(among...)
		if w == "" {
			return taken
		}
		taken = append(taken, w)
	}
}
