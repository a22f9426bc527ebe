package parse

import "github.com/golsf/golsf/lang/ast"

// The grammar of the actions that change data, run texts, read and write files.

type newWhereSyntax struct {
	Class  nodeClass       `parser:"'NEW' @@"`
	Where  ast.Expr        `parser:"'WHERE' @@"`
	To     *nodeRef        `parser:"( 'TO' @@"`
	Params *nodeParamExprs `parser:"  @@ )?"`
}

func (p *parser) newWhere() ast.Action {
	s, loc := productions.newWhere.parse(p)
	return &ast.NewWhere{Loc: loc, Class: s.Class.ClassRef, Where: s.Where, To: s.To.get(), Params: s.Params.get()}
}

type deleteSyntax struct {
	Object ast.Expr `parser:"'DELETE' @@"`
	Where  ast.Expr `parser:"( 'WHERE' @@ )?"`
}

func (p *parser) delete() ast.Action {
	s, loc := productions.delete.parse(p)
	return &ast.Delete{Loc: loc, Object: s.Object, Where: s.Where}
}

type changeClassSyntax struct {
	Object ast.Expr  `parser:"'CHANGECLASS' @@"`
	Class  nodeClass `parser:"'TO' @@"`
	Where  ast.Expr  `parser:"( 'WHERE' @@ )?"`
}

func (p *parser) changeClass() ast.Action {
	s, loc := productions.changeClass.parse(p)
	return &ast.ChangeClass{Loc: loc, Object: s.Object, Class: s.Class.ClassRef, Where: s.Where}
}

type recalculateSyntax struct {
	Mode  string   `parser:"'RECALCULATE' @( 'CLASSES' | 'NOCLASSES' )?"`
	Ref   nodeRef  `parser:"@@"`
	Args  nodeArgs `parser:"@@"`
	Where ast.Expr `parser:"( 'WHERE' @@ )? ';'?"`
}

func (p *parser) recalculate() ast.Action {
	s, loc := productions.recalculate.parse(p)
	return &ast.Recalculate{Loc: loc, Mode: s.Mode, Ref: s.Ref.PropertyRef, Args: s.Args.all, Where: s.Where}
}

type returnSyntax struct {
	Value ast.Expr `parser:"'RETURN' @@?"`
}

func (p *parser) returnAction() ast.Action {
	s, loc := productions.returnAction.parse(p)
	return &ast.Return{Loc: loc, Value: s.Value}
}

type messageSyntax struct {
	Text   ast.Expr `parser:"'MESSAGE' @@"`
	Header ast.Expr `parser:"( 'HEADER' @@ )?"`
	Words  []string `parser:"@( 'WAIT' | 'NOWAIT' | 'LOG' | 'INFO' | 'SUCCESS' | 'WARN' | 'ERROR' | 'DEFAULT' )*"`
}

func (p *parser) message() ast.Action {
	s, loc := productions.message.parse(p)
	return &ast.Message{Loc: loc, Text: s.Text, Header: s.Header, Words: s.Words}
}

type evalSyntax struct {
	Action bool       `parser:"'EVAL' @'ACTION'?"`
	Text   ast.Expr   `parser:"@@"`
	Params []ast.Expr `parser:"( 'PARAMS' ( @@ ( ',' @@ )* )? )?"`
}

func (p *parser) eval() ast.Action {
	s, loc := productions.eval.parse(p)
	return &ast.Eval{Loc: loc, Action: s.Action, Text: s.Text, Params: s.Params}
}

type readSyntax struct {
	Client bool     `parser:"'READ' ( @'CLIENT'"`
	Dialog bool     `parser:"  @'DIALOG'? )?"`
	From   ast.Expr `parser:"@@"`
	To     *nodeRef `parser:"( 'TO' @@ )?"`
}

func (p *parser) read() ast.Action {
	s, loc := productions.read.parse(p)
	return &ast.Read{Loc: loc, Client: s.Client, Dialog: s.Dialog, From: s.From, To: s.To.get()}
}

type writeSyntax struct {
	Client bool     `parser:"'WRITE' ( @'CLIENT'"`
	Dialog bool     `parser:"  @'DIALOG'? )?"`
	Value  ast.Expr `parser:"@@"`
	To     ast.Expr `parser:"'TO' @@"`
	Append bool     `parser:"@'APPEND'?"`
}

func (p *parser) write() ast.Action {
	s, loc := productions.write.parse(p)
	return &ast.Write{Loc: loc, Client: s.Client, Dialog: s.Dialog, Value: s.Value, To: s.To, Append: s.Append}
}

type emailSyntax struct {
	From        ast.Expr           `parser:"'EMAIL' ( 'FROM' @@ )?"`
	Subject     ast.Expr           `parser:"( 'SUBJECT' @@ )?"`
	Recipients  []recipientSyntax  `parser:"@@+"`
	Body        ast.Expr           `parser:"( 'BODY' @@ )?"`
	Attachments []attachmentSyntax `parser:"@@*"`
	Wait        string             `parser:"@( 'WAIT' | 'NOWAIT' )?"`
}

type recipientSyntax struct {
	Kind string   `parser:"@( 'TO' | 'CC' | 'BCC' )"`
	Expr ast.Expr `parser:"@@"`
}

type attachmentSyntax struct {
	located
	ListFile *nodeRef `parser:"'ATTACH' ( 'LIST' @@"`
	ListName *nodeRef `parser:"  ( 'NAME' @@ )?"`
	File     ast.Expr `parser:"| @@"`
	Name     ast.Expr `parser:"  ( 'NAME' @@ )? )"`
}

func (p *parser) email() ast.Action {
	s, loc := productions.email.parse(p)
	a := &ast.Email{Loc: loc, From: s.From, Subject: s.Subject, Body: s.Body, Wait: s.Wait}
	for _, r := range s.Recipients {
		a.Recipients = append(a.Recipients, ast.Recipient(r))
	}
	for _, f := range s.Attachments {
		a.Attachments = append(a.Attachments, ast.Attachment{Loc: f.loc(), File: f.File, Name: f.Name,
			ListFile: f.ListFile.get(), ListName: f.ListName.get()})
	}
	return a
}
