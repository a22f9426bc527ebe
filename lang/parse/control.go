package parse

import "github.com/golsf/golsf/lang/ast"

// The grammar of the actions that hold others.

type forSyntax struct {
	Kind     string           `parser:"@( 'FOR' | 'WHILE' )"`
	Cond     ast.Expr         `parser:"@@"`
	Desc     bool             `parser:"( 'ORDER' @'DESC'?"`
	Order    []ast.Expr       `parser:"  @@ ( ',' @@ )* )?"`
	Top      ast.Expr         `parser:"( 'TOP' @@ )?"`
	Offset   ast.Expr         `parser:"( 'OFFSET' @@ )?"`
	NoInline bool             `parser:"( @'NOINLINE'"`
	Params   *nodeParamExprs  `parser:"  @@? )?"`
	Inline   bool             `parser:"@'INLINE'?"`
	New      *newObjectSyntax `parser:"@@?"`
	Do       ast.Action       `parser:"'DO' @@"`
	Else     ast.Action       `parser:"( 'ELSE' @@ )?"`
}

func (p *parser) forLoop() ast.Action {
	s, loc := productions.forLoop.parse(p)
	f := &ast.For{Loc: loc, While: s.Kind == "WHILE", Cond: s.Cond, Limit: ast.Limit{Top: s.Top, Offset: s.Offset},
		Inline: ast.Inline{NoInline: s.NoInline, Params: s.Params.get(), Inline: s.Inline}, Do: s.Do, Else: s.Else}
	if s.Order != nil {
		f.Order = &ast.Order{Desc: s.Desc, Exprs: s.Order}
	}
	if s.New != nil {
		n := s.New.get()
		f.New = &n
	}
	return f
}

// newObjectSyntax is NEW a = A AUTOSET. A class is a name too, so that only
// the sign after it tells.
type newObjectSyntax struct {
	located
	Name    *nodeIdent `parser:"'NEW' ( (?= Ident '=' ) @@ '=' )?"`
	Class   nodeClass  `parser:"@@"`
	AutoSet bool       `parser:"@'AUTOSET'?"`
}

func (s *newObjectSyntax) get() ast.NewObject {
	return ast.NewObject{Loc: s.loc(), Name: s.Name.get(), Class: s.Class.ClassRef, AutoSet: s.AutoSet}
}

type newSyntax struct {
	Object newObjectSyntax `parser:"@@"`
	Do     ast.Action      `parser:"@@"`
}

func (p *parser) newAction() ast.Action {
	s, loc := productions.newAction.parse(p)
	return &ast.New{Loc: loc, Object: s.Object.get(), Do: s.Do}
}

type ifSyntax struct {
	Cond ast.Expr   `parser:"'IF' @@"`
	Then ast.Action `parser:"'THEN' @@"`
	Else ast.Action `parser:"( 'ELSE' @@ )?"`
}

func (p *parser) ifAction() ast.Action {
	s, loc := productions.ifAction.parse(p)
	return &ast.If{Loc: loc, Cond: s.Cond, Then: s.Then, Else: s.Else}
}

type caseSyntax struct {
	Exclusive string         `parser:"'CASE' @( 'OVERRIDE' | 'EXCLUSIVE' )?"`
	Branches  []branchSyntax `parser:"@@+"`
	Else      ast.Action     `parser:"( 'ELSE' @@ )?"`
}

type branchSyntax struct {
	located
	When ast.Expr   `parser:"'WHEN' @@"`
	Then ast.Action `parser:"'THEN' @@"`
}

func (p *parser) caseAction() ast.Action {
	s, loc := productions.caseAction.parse(p)
	a := &ast.Case{Loc: loc, Exclusive: s.Exclusive, Else: s.Else}
	for _, b := range s.Branches {
		a.Branches = append(a.Branches, ast.ActionBranch{Loc: b.loc(), When: b.When, Then: b.Then})
	}
	return a
}

type multiSyntax struct {
	Exclusive string       `parser:"'MULTI' @( 'OVERRIDE' | 'EXCLUSIVE' )?"`
	Actions   []ast.Action `parser:"@@ ( ',' @@ )*"`
}

func (p *parser) multiAction() ast.Action {
	s, loc := productions.multi.parse(p)
	return &ast.MultiAction{Loc: loc, Exclusive: s.Exclusive, Actions: s.Actions}
}

type trySyntax struct {
	Do      ast.Action `parser:"'TRY' @@"`
	Catch   ast.Action `parser:"( 'CATCH' @@ )?"`
	Finally ast.Action `parser:"( 'FINALLY' @@ )?"`
}

func (p *parser) try() ast.Action {
	s, loc := productions.try.parse(p)
	return &ast.Try{Loc: loc, Do: s.Do, Catch: s.Catch, Finally: s.Finally}
}

type requestSyntax struct {
	Ask  ast.Action `parser:"'REQUEST' @@"`
	Do   ast.Action `parser:"'DO' @@"`
	Else ast.Action `parser:"( 'ELSE' @@ )?"`
}

func (p *parser) request() ast.Action {
	s, loc := productions.request.parse(p)
	return &ast.Request{Loc: loc, Ask: s.Ask, Do: s.Do, Else: s.Else}
}

type localSyntax struct {
	Nested *nodeNestedLocal `parser:"'LOCAL' @@?"`
	Names  []nodeIdent      `parser:"@@ ( ',' @@ )*"`
	Class  nodeClass        `parser:"'=' @@"`
	Params nodeClasses      `parser:"@@ ';'"`
}

func (p *parser) local() ast.Action {
	s, loc := productions.local.parse(p)
	l := &ast.Local{Loc: loc, Names: identsOf(s.Names), Class: s.Class.ClassRef, Params: s.Params.all}
	if s.Nested != nil {
		l.Nested = s.Nested.Nested
	}
	return l
}

// nestedSyntax is NESTED LOCAL CLASSES, or NESTED (a, b).
type nestedSyntax struct {
	located
	Local   bool      `parser:"'NESTED' ( @'LOCAL'"`
	Refs    *nodeRefs `parser:"  | @@ )?"`
	Classes bool      `parser:"@'CLASSES'?"`
}

func (s *nestedSyntax) get() *ast.Nested {
	if s == nil {
		return nil
	}
	n := &ast.Nested{Loc: s.loc(), Local: s.Local, Classes: s.Classes}
	if s.Refs != nil {
		n.Refs = s.Refs.all
	}
	return n
}

type applySyntax struct {
	Nested       *nestedSyntax `parser:"'APPLY' @@?"`
	Single       bool          `parser:"@'SINGLE'?"`
	Serializable bool          `parser:"@'SERIALIZABLE'?"`
	Do           ast.Action    `parser:"@@"`
}

func (p *parser) apply() ast.Action {
	s, loc := productions.apply.parse(p)
	return &ast.Apply{Loc: loc, Nested: s.Nested.get(), Single: s.Single, Serializable: s.Serializable, Do: s.Do}
}

type cancelSyntax struct {
	Nested *nestedSyntax `parser:"'CANCEL' @@?"`
}

func (p *parser) cancel() ast.Action {
	s, loc := productions.cancel.parse(p)
	return &ast.Cancel{Loc: loc, Nested: s.Nested.get()}
}

type newSessionSyntax struct {
	IsNested bool          `parser:"( @'NESTEDSESSION'"`
	NewSQL   bool          `parser:"| 'NEWSESSION' @'NEWSQL'?"`
	Forms    []nodeName    `parser:"  ( 'FORMS' @@ ( ',' @@ )* )?"`
	Nested   *nestedSyntax `parser:"  @@? )"`
	Single   bool          `parser:"@'SINGLE'?"`
	Do       ast.Action    `parser:"@@"`
}

func (p *parser) newSession() ast.Action {
	s, loc := productions.newSession.parse(p)
	a := &ast.NewSession{Loc: loc, IsNested: s.IsNested, NewSQL: s.NewSQL, Nested: s.Nested.get(), Single: s.Single, Do: s.Do}
	for _, n := range s.Forms {
		a.Forms = append(a.Forms, n.Name)
	}
	return a
}

type newThreadSyntax struct {
	Do         ast.Action `parser:"'NEWTHREAD' @@"`
	Connection ast.Expr   `parser:"( ( 'CONNECTION' @@"`
	Schedule   bool       `parser:"  | ( @'SCHEDULE'"`
	Period     ast.Expr   `parser:"      ( 'PERIOD' @@ )?"`
	Delay      ast.Expr   `parser:"      ( 'DELAY' @@ )?"`
	Client     *nodeRef   `parser:"    | 'CLIENT' @@ )"`
	Result     *nodeRef   `parser:"    ( 'TO' @@ )?"`
	To         *nodeRef   `parser:"  | 'TO' @@ ) ';' )?"`
}

func (p *parser) newThread() ast.Action {
	s, loc := productions.newThread.parse(p)
	a := &ast.NewThread{Loc: loc, Do: s.Do, Connection: s.Connection, Schedule: s.Schedule, Period: s.Period, Delay: s.Delay,
		Client: s.Client.get(), To: s.To.get()}
	if s.Result != nil {
		a.To = s.Result.get()
	}
	return a
}

type newExecutorSyntax struct {
	Do      ast.Action `parser:"'NEWEXECUTOR' @@"`
	Threads ast.Expr   `parser:"( 'THREADS' @@"`
	Client  ast.Expr   `parser:"| 'CLIENT' @@ )"`
	Wait    string     `parser:"( @'WAIT'"`
	Timeout ast.Expr   `parser:"  @@?"`
	NoWait  string     `parser:"| @'NOWAIT' )? ';'"`
}

func (p *parser) newExecutor() ast.Action {
	s, loc := productions.newExecutor.parse(p)
	return &ast.NewExecutor{Loc: loc, Do: s.Do, Threads: s.Threads, Client: s.Client, Wait: s.Wait + s.NoWait, Timeout: s.Timeout}
}

type newConnectionSyntax struct {
	Do ast.Action `parser:"'NEWCONNECTION' @@"`
}

func (p *parser) newConnection() ast.Action {
	s, loc := productions.newConnection.parse(p)
	return &ast.NewConnection{Loc: loc, Do: s.Do}
}
