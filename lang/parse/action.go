package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// block reads { actions }, which may hold locals.
func (p *parser) block() *ast.Block {
	start := p.need("{")
	b := &ast.Block{}
	for !p.is("}") {
		if p.tok().EOF() {
			p.unexpected("'}'")
		}
		if p.is("LOCAL") {
			b.Actions = append(b.Actions, p.local())
		} else {
			b.Actions = append(b.Actions, p.action())
		}
	}
	p.next()
	b.Loc = p.loc(start)
	return b
}

func (p *parser) local() ast.Action {
	start := p.need("LOCAL")
	l := &ast.Local{Nested: p.nestedLocal()}
	l.Names = list(p, (*parser).ident)
	p.need("=")
	l.Class = p.class()
	l.Params = p.classList()
	p.need(";")
	l.Loc = p.loc(start)
	return l
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
		p.next()
		do := p.action()
		return &ast.NewConnection{Loc: p.loc(t), Do: do}
	case "REQUEST":
		return p.request()
	case "DIALOG":
		return p.show()
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
		p.next()
		a := &ast.ChangeClass{Object: p.expr()}
		p.need("TO")
		a.Class = p.class()
		a.Where = p.where()
		a.Loc = p.loc(t)
		return a
	case "DELETE":
		p.next()
		a := &ast.Delete{Object: p.expr()}
		a.Where = p.where()
		a.Loc = p.loc(t)
		return a
	case "NEW":
		return p.newWhere()
	case "RETURN":
		p.next()
		a := &ast.Return{}
		if startsExpr(p.tok()) {
			a.Value = p.expr()
		}
		a.Loc = p.loc(t)
		return a
	case "BREAK":
		p.next()
		return &ast.Break{Loc: locOf(t, t)}
	case "CONTINUE":
		p.next()
		return &ast.Continue{Loc: locOf(t, t)}
	case "CANCEL":
		p.next()
		a := &ast.Cancel{Nested: p.nested()}
		a.Loc = p.loc(t)
		return a
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

func (p *parser) forLoop() ast.Action {
	start := p.next()
	f := &ast.For{While: start.Value == "WHILE", Cond: p.expr()}
	f.Order = p.order()
	f.Limit = p.limit()
	f.Inline = p.inline()
	if p.is("NEW") {
		n := p.newObject()
		f.New = &n
	}
	p.need("DO")
	f.Do = p.action()
	if p.accept("ELSE") {
		f.Else = p.action()
	}
	f.Loc = p.loc(start)
	return f
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

// newObject reads NEW a = A AUTOSET.
func (p *parser) newObject() ast.NewObject {
	start := p.need("NEW")
	var n ast.NewObject
	if isIdent(p.tok()) && p.peek(1).Value == "=" {
		id := p.ident()
		p.next()
		n.Name = &id
	}
	n.Class = p.class()
	n.AutoSet = p.accept("AUTOSET")
	n.Loc = p.loc(start)
	return n
}

// newWhereFollows tells NEW A WHERE c from NEW a = A { }.
func (p *parser) newWhereFollows() bool {
	if p.peek(2).Value == "." {
		return p.peek(4).Value == "WHERE"
	}
	return p.peek(2).Value == "WHERE"
}

func (p *parser) newWhere() ast.Action {
	start := p.need("NEW")
	a := &ast.NewWhere{Class: p.class()}
	p.need("WHERE")
	a.Where = p.expr()
	if a.To = p.optTo(); a.To != nil {
		p.need("(")
		a.Params = listTo(p, ")", (*parser).paramExpr)
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) newAction() ast.Action {
	start := p.tok()
	a := &ast.New{Object: p.newObject()}
	a.Do = p.action()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) ifAction() ast.Action {
	start := p.need("IF")
	a := &ast.If{Cond: p.expr()}
	p.need("THEN")
	a.Then = p.action()
	if p.accept("ELSE") {
		a.Else = p.action()
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) caseAction() ast.Action {
	start := p.need("CASE")
	a := &ast.Case{Exclusive: p.acceptAny("OVERRIDE", "EXCLUSIVE")}
	for first := true; first || p.is("WHEN"); first = false {
		when := p.need("WHEN")
		b := ast.ActionBranch{When: p.expr()}
		p.need("THEN")
		b.Then = p.action()
		b.Loc = p.loc(when)
		a.Branches = append(a.Branches, b)
	}
	if p.accept("ELSE") {
		a.Else = p.action()
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) multiAction() ast.Action {
	start := p.need("MULTI")
	a := &ast.MultiAction{Exclusive: p.acceptAny("OVERRIDE", "EXCLUSIVE")}
	a.Actions = list(p, (*parser).action)
	a.Loc = p.loc(start)
	return a
}

func (p *parser) try() ast.Action {
	start := p.need("TRY")
	a := &ast.Try{Do: p.action()}
	if p.accept("CATCH") {
		a.Catch = p.action()
	}
	if p.accept("FINALLY") {
		a.Finally = p.action()
	}
	a.Loc = p.loc(start)
	return a
}

// nested reads NESTED LOCAL CLASSES, or NESTED (a, b).
func (p *parser) nested() *ast.Nested {
	start := p.tok()
	if !p.accept("NESTED") {
		return nil
	}
	n := &ast.Nested{Local: p.accept("LOCAL")}
	if !n.Local && p.accept("(") {
		n.Refs = listTo(p, ")", (*parser).propertyRef)
	}
	n.Classes = p.accept("CLASSES")
	n.Loc = p.loc(start)
	return n
}

func (p *parser) apply() ast.Action {
	start := p.need("APPLY")
	a := &ast.Apply{Nested: p.nested()}
	a.Single = p.accept("SINGLE")
	a.Serializable = p.accept("SERIALIZABLE")
	a.Do = p.action()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) newSession() ast.Action {
	start := p.next()
	a := &ast.NewSession{IsNested: start.Value == "NESTEDSESSION"}
	if !a.IsNested {
		a.NewSQL = p.accept("NEWSQL")
		if p.accept("FORMS") {
			a.Forms = list(p, (*parser).name)
		}
		a.Nested = p.nested()
	}
	a.Single = p.accept("SINGLE")
	a.Do = p.action()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) newThread() ast.Action {
	start := p.need("NEWTHREAD")
	a := &ast.NewThread{Do: p.action()}
	switch {
	case p.accept("CONNECTION"):
		a.Connection = p.expr()
	case p.accept("SCHEDULE"):
		a.Schedule = true
		a.Period = p.optAfter("PERIOD")
		a.Delay = p.optAfter("DELAY")
		a.To = p.optTo()
	case p.accept("CLIENT"):
		ref := p.propertyRef()
		a.Client, a.To = &ref, p.optTo()
	case p.is("TO"):
		a.To = p.optTo()
	default:
		a.Loc = p.loc(start)
		return a
	}
	p.need(";")
	a.Loc = p.loc(start)
	return a
}

func (p *parser) newExecutor() ast.Action {
	start := p.need("NEWEXECUTOR")
	a := &ast.NewExecutor{Do: p.action()}
	if p.needAny("THREADS", "CLIENT") == "THREADS" {
		a.Threads = p.expr()
	} else {
		a.Client = p.expr()
	}
	if a.Wait = p.acceptAny("WAIT", "NOWAIT"); a.Wait == "WAIT" && startsExpr(p.tok()) {
		a.Timeout = p.expr()
	}
	p.need(";")
	a.Loc = p.loc(start)
	return a
}

func (p *parser) request() ast.Action {
	start := p.need("REQUEST")
	a := &ast.Request{Ask: p.action()}
	p.need("DO")
	a.Do = p.action()
	if p.accept("ELSE") {
		a.Else = p.action()
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) recalculate() ast.Action {
	start := p.need("RECALCULATE")
	a := &ast.Recalculate{Mode: p.acceptAny("CLASSES", "NOCLASSES")}
	a.Ref = p.propertyRef()
	a.Args = p.args()
	a.Where = p.where()
	p.accept(";")
	a.Loc = p.loc(start)
	return a
}

// doElse reads DO a ELSE b, or a semicolon.
func (p *parser) doElse() (do, otherwise ast.Action) {
	if !p.accept("DO") {
		if !p.accept(";") {
			p.unexpected("'DO'", "';'")
		}
		return nil, nil
	}
	do = p.action()
	if p.accept("ELSE") {
		otherwise = p.action()
	}
	return do, otherwise
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

func (p *parser) ask() ast.Action {
	start := p.need("ASK")
	a := &ast.Ask{Text: p.expr()}
	a.Header = p.optAfter("HEADER")
	if isIdent(p.tok()) {
		id := p.ident()
		a.Name = &id
		p.need("=")
		p.need("YESNO")
		a.YesNo = true
	} else {
		a.YesNo = p.accept("YESNO")
	}
	a.Do, a.Else = p.doElse()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) message() ast.Action {
	start := p.need("MESSAGE")
	a := &ast.Message{Text: p.expr()}
	a.Header = p.optAfter("HEADER")
	a.Words = p.words("WAIT", "NOWAIT", "LOG", "INFO", "SUCCESS", "WARN", "ERROR", "DEFAULT")
	a.Loc = p.loc(start)
	return a
}

func (p *parser) eval() ast.Action {
	start := p.need("EVAL")
	a := &ast.Eval{Action: p.accept("ACTION"), Text: p.expr()}
	if p.accept("PARAMS") && startsExpr(p.tok()) {
		a.Params = p.exprList()
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) read() ast.Action {
	start := p.need("READ")
	a := &ast.Read{Client: p.accept("CLIENT")}
	a.Dialog = a.Client && p.accept("DIALOG")
	a.From = p.expr()
	a.To = p.optTo()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) write() ast.Action {
	start := p.need("WRITE")
	a := &ast.Write{Client: p.accept("CLIENT")}
	a.Dialog = a.Client && p.accept("DIALOG")
	a.Value = p.expr()
	p.need("TO")
	a.To = p.expr()
	a.Append = p.accept("APPEND")
	a.Loc = p.loc(start)
	return a
}
