package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
)

type showSyntax struct {
	ID      *nodeText          `parser:"'SHOW' ( (?= ( Ident | String | RawString ) '=' ) @@ '=' )?"`
	Form    nodeMappedForm     `parser:"@@"`
	Options []showOptionSyntax `parser:"@@*"`
	Init    *nodeBlock         `parser:"@@?"`
}

type showOptionSyntax struct {
	Wait string         `parser:"( @( 'WAIT' | 'NOWAIT' )"`
	Open *openingSyntax `parser:"| @@ )"`
}

// openingSyntax is an option of SHOW and DIALOG.
type openingSyntax struct {
	Filters []ast.Expr         `parser:"(  'FILTERS' @@ ( ',' @@ )*"`
	In      *nodeComponentPath `parser:" | 'IN' @@"`
	Word    string             `parser:" | @( 'FLOAT' | 'DOCKED' | 'EMBEDDED' | 'POPUP' | 'MANAGESESSION' | 'NOMANAGESESSION' | 'NEWSESSION' | 'NESTEDSESSION' | 'THISSESSION' | 'CANCEL' | 'NOCANCEL' | 'READONLY' | 'CHECK' ) )"`
}

type dialogSyntax struct {
	Form    nodeMappedForm  `parser:"'DIALOG' @@"`
	Options []openingSyntax `parser:"@@*"`
	Init    *nodeBlock      `parser:"@@?"`
	Do      ast.Action      `parser:"( 'DO' @@"`
	Else    ast.Action      `parser:"  ( 'ELSE' @@ )? | ';' )"`
}

func (p *parser) show() ast.Action {
	s, loc := productions.show.parse(p)
	a := &ast.Show{Loc: loc, ID: s.ID.get(), Form: s.Form.MappedForm, Init: s.Init.get()}
	for _, o := range s.Options {
		if o.Open != nil {
			o.Open.set(a)
		} else {
			a.Words = append(a.Words, o.Wait)
		}
	}
	return a
}

func (p *parser) dialog() ast.Action {
	s, loc := productions.dialog.parse(p)
	a := &ast.Show{Loc: loc, Dialog: true, Form: s.Form.MappedForm, Init: s.Init.get(), Do: s.Do, Else: s.Else}
	for _, o := range s.Options {
		o.set(a)
	}
	return a
}

// set adds the option to a; the last one counts when it is written twice.
func (s *openingSyntax) set(a *ast.Show) {
	switch {
	case s.Filters != nil:
		a.Filters = s.Filters
	case s.In != nil:
		a.In = &s.In.ComponentPath
	default:
		a.Words = append(a.Words, s.Word)
	}
}

// print is read by hand: what follows the form may be nothing at all, which
// participle does not accept of one of several alternatives.
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

type askSyntax struct {
	Text   ast.Expr   `parser:"'ASK' @@"`
	Header ast.Expr   `parser:"( 'HEADER' @@ )?"`
	Name   *nodeIdent `parser:"( @@ '=' 'YESNO'"`
	YesNo  bool       `parser:"| @'YESNO' )?"`
	Do     ast.Action `parser:"( 'DO' @@"`
	Else   ast.Action `parser:"  ( 'ELSE' @@ )? | ';' )"`
}

func (p *parser) ask() ast.Action {
	s, loc := productions.ask.parse(p)
	return &ast.Ask{Loc: loc, Text: s.Text, Header: s.Header, Name: s.Name.get(), YesNo: s.YesNo || s.Name != nil, Do: s.Do, Else: s.Else}
}

// inputSyntax is INPUT a = CLASS ..., or INPUT a = x ....
type inputSyntax struct {
	Multi        bool                  `parser:"'INPUT' @'MULTI'?"`
	Name         *nodeIdent            `parser:"( ( @@ '=' | '=' )"`
	Class        *nodeInputClass       `parser:"  ( @@"`
	Value        ast.Expr              `parser:"  | @@ )"`
	Only         *nodeInputClass       `parser:"| @@ )"`
	IsChange     bool                  `parser:"( @'CHANGE'"`
	Change       ast.Expr              `parser:"  ( '=' @@ )?"`
	NoConstraint bool                  `parser:"  @'NOCONSTRAINTFILTER'?"`
	NoChange     bool                  `parser:"  @'NOCHANGE'? )?"`
	Custom       *nodeText             `parser:"( 'CUSTOM' @@ )?"`
	ListAction   *nodeBlock            `parser:"( 'LIST' ( @@"`
	List         ast.Expr              `parser:"  | @@ ) )?"`
	Where        ast.Expr              `parser:"( 'WHERE' @@ )?"`
	Actions      []contextActionSyntax `parser:"( 'ACTIONS' @@ ( ',' @@ )* )?"`
	Scope        string                `parser:"@( 'NEWSESSION' | 'NESTEDSESSION' | 'THISSESSION' )?"`
	To           *nodeRef              `parser:"( 'TO' @@ )?"`
	Do           ast.Action            `parser:"( 'DO' @@"`
	Else         ast.Action            `parser:"  ( 'ELSE' @@ )? | ';' )"`
}

type contextActionSyntax struct {
	located
	Image    nodeText  `parser:"@@"`
	KeyPress *nodeText `parser:"( 'KEYPRESS' @@ )?"`
	Toolbar  bool      `parser:"( @'TOOLBAR'"`
	Quick    []string  `parser:"  @( 'ALL' | 'SELECTED' | 'FOCUSED' | 'HOVER' )* )?"`
	Do       nodeBlock `parser:"@@"`
}

func (p *parser) input() ast.Action {
	s, loc := productions.input.parse(p)
	a := &ast.Input{Loc: loc, Multi: s.Multi, Name: s.Name.get(), Value: s.Value, IsChange: s.IsChange, Change: s.Change,
		NoConstraint: s.NoConstraint, NoChange: s.NoChange, Custom: s.Custom.get(), List: s.List, ListAction: s.ListAction.get(), Where: s.Where,
		Scope: s.Scope, To: s.To.get(), Do: s.Do, Else: s.Else}
	for _, c := range []*nodeInputClass{s.Class, s.Only} {
		if c != nil {
			a.Class = &c.ClassRef
		}
	}
	for _, c := range s.Actions {
		a.Actions = append(a.Actions, ast.ContextAction{Loc: c.loc(), Image: c.Image.Text, KeyPress: c.KeyPress.get(),
			Toolbar: c.Toolbar, Quick: c.Quick, Do: c.Do.Block})
	}
	return a
}

type showDepSyntax struct {
	Kind  string    `parser:"(  @'SHOWREC'"`
	Dep   bool      `parser:" | @'SHOWDEP'"`
	Scope string    `parser:"   @( 'GLOBAL' | 'LOCAL' )? )"`
	Uses  []nodeUse `parser:"( @@ ( ',' @@ )* )?"`
}

func (p *parser) showDep() ast.Action {
	s, loc := productions.showDep.parse(p)
	a := &ast.ShowDep{Loc: loc, Kind: s.Kind}
	if s.Dep {
		a.Kind = "SHOWDEP"
		if s.Scope != "" {
			a.Kind += " " + s.Scope
		}
	}
	for _, u := range s.Uses {
		a.Uses = append(a.Uses, u.PropertyUse)
	}
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
