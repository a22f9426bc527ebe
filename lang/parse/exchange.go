package parse

import "github.com/golsf/golsf/lang/ast"

// The grammar of the actions that exchange data with files and other systems.

type importSyntax struct {
	Format *nodeImportFormat   `parser:"'IMPORT' ( @@ 'FROM' | 'FROM' )"`
	From   ast.Expr            `parser:"@@"`
	Fields *importFieldsSyntax `parser:"( 'FIELDS' @@"`
	To     *importToSyntax     `parser:"| 'TO' @@ )"`
}

type importFieldsSyntax struct {
	Params *nodeParams         `parser:"@@?"`
	Fields []importFieldSyntax `parser:"@@ ( ',' @@ )*"`
	Do     ast.Action          `parser:"( 'DO' @@"`
	Else   ast.Action          `parser:"  ( 'ELSE' @@ )? | ';' )"`
}

type importFieldSyntax struct {
	located
	Class nodeBuiltin `parser:"@@"`
	Text  *nodeString `parser:"( @@"`
	Name  *nodeText   `parser:"| @@"`
	Named *nodeText   `parser:"  ( '=' @@ )? )"`
	Null  bool        `parser:"@'NULL'?"`
}

// importToSyntax is a list of properties; its semicolon may be missing.
type importToSyntax struct {
	Classes *nodeClasses         `parser:"@@?"`
	To      []importTargetSyntax `parser:"@@ ( ',' @@ )*"`
	Where   *nodeRef             `parser:"( 'WHERE' @@ )? ';'?"`
}

type importTargetSyntax struct {
	located
	Ref    nodeRef   `parser:"@@"`
	Column *nodeText `parser:"( '=' @@ )?"`
}

func (p *parser) importData() ast.Action {
	s, loc := productions.importData.parse(p)
	a := &ast.Import{Loc: loc, Format: s.Format.get(), From: s.From}
	if s.Fields != nil {
		a.IsFields, a.Listed = true, s.Fields.Params != nil
		if a.Listed {
			a.Params = s.Fields.Params.all
		}
		a.Do, a.Else = s.Fields.Do, s.Fields.Else
		for _, f := range s.Fields.Fields {
			a.Fields = append(a.Fields, f.get())
		}
		return a
	}
	a.Listed = s.To.Classes != nil
	if a.Listed {
		a.Classes = s.To.Classes.all
	}
	for _, t := range s.To.To {
		a.To = append(a.To, ast.ImportTarget{Loc: t.loc(), Ref: t.Ref.PropertyRef, Column: t.Column.get()})
	}
	a.Where = s.To.Where.get()
	return a
}

func (s *importFieldSyntax) get() ast.ImportField {
	f := ast.ImportField{Loc: s.loc(), Class: s.Class.ClassRef, Null: s.Null}
	switch {
	case s.Text != nil:
		f.Column = s.Text.Text
	case s.Named != nil:
		f.Name = &ast.Ident{Loc: s.Name.Loc, Name: s.Name.Value}
		f.Column = s.Named.Text
	default:
		f.Column = s.Name.Text
	}
	return f
}

type importFormSyntax struct {
	Form   nodeName          `parser:"'IMPORT' @@"`
	Format *nodeImportFormat `parser:"@@?"`
	From   []aliasedSyntax   `parser:"( 'FROM' @@ ( ',' @@ )* )?"`
}

func (p *parser) importForm() ast.Action {
	s, loc := productions.importForm.parse(p)
	return &ast.ImportForm{Loc: loc, Form: s.Form.Name, Format: s.Format.get(), From: aliasedOf(s.From)}
}

type importFormatSyntax struct {
	CSV     *csvSyntax       `parser:"(  (  'CSV' @@"`
	DBF     *importDBFSyntax `parser:"    | 'DBF' @@"`
	JSON    *rootSyntax      `parser:"    | 'JSON' @@"`
	XML     *importXMLSyntax `parser:"    | 'XML' @@ )"`
	Where   ast.Expr         `parser:"   ( 'WHERE' @@ )?"`
	Charset *nodeText        `parser:"   ( 'CHARSET' @@ )?"`
	XLS     *importXLSSyntax `parser:" | (  'XLS' @@"`
	Table   bool             `parser:"    | @'TABLE' )"`
	Rows    ast.Expr         `parser:"   ( 'WHERE' @@ )? )"`
}

type csvSyntax struct {
	Separator *nodeText `parser:"@@?"`
	Header    string    `parser:"@( 'HEADER' | 'NOHEADER' )?"`
	Escape    string    `parser:"@( 'ESCAPE' | 'NOESCAPE' )?"`
}

type importDBFSyntax struct {
	Memo ast.Expr `parser:"( 'MEMO' @@ )?"`
}

type rootSyntax struct {
	Root ast.Expr `parser:"( 'ROOT' @@ )?"`
}

type importXMLSyntax struct {
	Root ast.Expr `parser:"( 'ROOT' @@ )?"`
	Attr bool     `parser:"@'ATTR'?"`
}

type importXLSSyntax struct {
	Header    string   `parser:"@( 'HEADER' | 'NOHEADER' )?"`
	AllSheets bool     `parser:"( 'SHEET' ( @'ALL'"`
	Sheet     ast.Expr `parser:"  | @@ ) )?"`
}

func importFormats() []string { return []string{"CSV", "DBF", "XLS", "JSON", "XML", "TABLE", "FROM"} }

func (p *parser) importFormat() *ast.Format {
	p.check(importFormats()...)
	s, loc := productions.importFormat.parse(p)
	f := &ast.Format{Loc: loc, Where: s.Where, Charset: s.Charset.get()}
	switch {
	case s.CSV != nil:
		f.Name = "CSV"
		s.CSV.set(f)
	case s.DBF != nil:
		f.Name, f.Memo = "DBF", s.DBF.Memo
	case s.JSON != nil:
		f.Name, f.Root = "JSON", s.JSON.Root
	case s.XML != nil:
		f.Name, f.Root, f.Attr = "XML", s.XML.Root, s.XML.Attr
	case s.XLS != nil:
		f.Name, f.Header, f.AllSheets, f.Sheet, f.Where = "XLS", s.XLS.Header, s.XLS.AllSheets, s.XLS.Sheet, s.Rows
	default:
		f.Name, f.Where = "TABLE", s.Rows
	}
	return f
}

func (s *csvSyntax) set(f *ast.Format) {
	f.Separator, f.Header, f.Escape = s.Separator.get(), s.Header, s.Escape
}

type exportSyntax struct {
	Format *nodeExportFormat `parser:"'EXPORT' ( @@ 'FROM' | 'FROM' )"`
	Rows   columnsSyntax     `parser:"@@"`
	To     *nodeRef          `parser:"( 'TO' @@ )?"`
}

// columnsSyntax is what EXPORT and JSON have in common.
type columnsSyntax struct {
	Columns []aliasedSyntax `parser:"@@ ( ',' @@ )*"`
	Where   ast.Expr        `parser:"( 'WHERE' @@ )?"`
	Order   []orderedSyntax `parser:"( 'ORDER' @@ ( ',' @@ )* )?"`
	Top     ast.Expr        `parser:"( 'TOP' @@ )?"`
	Offset  ast.Expr        `parser:"( 'OFFSET' @@ )?"`
}

// aliasedSyntax is x or name = x. An expression may begin with a name too, so
// that only the sign after it tells.
type aliasedSyntax struct {
	located
	Name *nodeText `parser:"( (?= ( Ident | String | RawString ) '=' ) @@ '=' )?"`
	Expr ast.Expr  `parser:"@@"`
}

func aliasedOf(nodes []aliasedSyntax) []ast.Aliased {
	var all []ast.Aliased
	for _, n := range nodes {
		all = append(all, ast.Aliased{Loc: n.loc(), Name: n.Name.get(), Expr: n.Expr})
	}
	return all
}

type orderedSyntax struct {
	Expr ast.Expr `parser:"@@"`
	Desc bool     `parser:"@'DESC'?"`
}

func (s *columnsSyntax) order() []ast.Ordered {
	var all []ast.Ordered
	for _, o := range s.Order {
		all = append(all, ast.Ordered(o))
	}
	return all
}

// export reads EXPORT of columns, or of a form.
func (p *parser) export() ast.Action {
	if t := p.peek(1); isIdent(t) || isOneOf(t.Value, "LIST", "EDIT") {
		return p.exportForm()
	}
	s, loc := productions.export.parse(p)
	return &ast.Export{Loc: loc, Format: s.Format.get(), Columns: aliasedOf(s.Rows.Columns), Where: s.Rows.Where,
		Order: s.Rows.order(), Limit: ast.Limit{Top: s.Rows.Top, Offset: s.Rows.Offset}, To: s.To.get()}
}

type jsonSyntax struct {
	Kind string        `parser:"@( 'JSON' | 'JSONTEXT' ) 'FROM'"`
	Rows columnsSyntax `parser:"@@"`
}

func (p *parser) jsonFrom() ast.Expr {
	s, loc := productions.json.parse(p)
	return &ast.JSONExpr{Loc: loc, AsText: s.Kind == "JSONTEXT", Columns: aliasedOf(s.Rows.Columns), Where: s.Rows.Where,
		Order: s.Rows.order(), Limit: ast.Limit{Top: s.Rows.Top, Offset: s.Rows.Offset}}
}

type exportFormSyntax struct {
	Form    nodeMappedForm      `parser:"'EXPORT' @@"`
	Filters []ast.Expr          `parser:"( 'FILTERS' @@ ( ',' @@ )* )?"`
	Format  *nodeExportFormat   `parser:"@@?"`
	Top     *formCountSyntax    `parser:"( 'TOP' @@ )?"`
	Offset  *formCountSyntax    `parser:"( 'OFFSET' @@ )?"`
	To      *nodeRef            `parser:"( 'TO' ( (?! Ident '=' ) @@"`
	Targets []groupTargetSyntax `parser:"       | @@ ( ',' @@ )* ) )?"`
}

// formCountSyntax is one number for all groups, or one for each.
type formCountSyntax struct {
	All    ast.Expr           `parser:"( (?! Ident '=' ) @@"`
	Groups []groupValueSyntax `parser:"| @@ ( ',' @@ )* )"`
}

type groupValueSyntax struct {
	Name nodeIdent `parser:"@@ '='"`
	Expr ast.Expr  `parser:"@@"`
	Null bool      `parser:"@'NULL'?"`
}

type groupTargetSyntax struct {
	Group nodeIdent `parser:"@@ '='"`
	Ref   nodeRef   `parser:"@@"`
}

func (s *formCountSyntax) get() (ast.Expr, []ast.GroupValue) {
	if s == nil {
		return nil, nil
	}
	var groups []ast.GroupValue
	for _, g := range s.Groups {
		groups = append(groups, ast.GroupValue{Name: g.Name.Ident, Expr: g.Expr, Null: g.Null})
	}
	return s.All, groups
}

// exportForm does not count the word EXPORT to the place of its node.
func (p *parser) exportForm() ast.Action {
	form := p.peek(1)
	s, _ := productions.exportForm.parse(p)
	a := &ast.ExportForm{Loc: p.loc(form), Form: s.Form.MappedForm, Filters: s.Filters, Format: s.Format.get(), To: s.To.get()}
	a.Limit.Top, a.Limit.TopBy = s.Top.get()
	a.Limit.Offset, a.Limit.OffsetBy = s.Offset.get()
	for _, t := range s.Targets {
		a.Targets = append(a.Targets, ast.GroupTarget{Group: t.Group.Ident, Ref: t.Ref.PropertyRef})
	}
	return a
}

type exportFormatSyntax struct {
	CSV     *csvSyntax       `parser:"(  (  'CSV' @@"`
	Plain   string           `parser:"    | @( 'DBF' | 'JSON' )"`
	XML     *exportXMLSyntax `parser:"    | 'XML' @@ )"`
	Charset *nodeText        `parser:"   ( 'CHARSET' @@ )?"`
	Sheets  string           `parser:" | @( 'XLS' | 'XLSX' )"`
	Sheet   ast.Expr         `parser:"   ( 'SHEET' @@ )?"`
	Header  string           `parser:"   @( 'HEADER' | 'NOHEADER' )?"`
	Table   bool             `parser:" | @'TABLE' )"`
}

type exportXMLSyntax struct {
	Header string   `parser:"@( 'HEADER' | 'NOHEADER' )?"`
	Root   ast.Expr `parser:"( 'ROOT' @@ )?"`
	Tag    ast.Expr `parser:"( 'TAG' @@ )?"`
	Attr   bool     `parser:"@'ATTR'?"`
}

func exportFormats() []string {
	return []string{"CSV", "DBF", "XLS", "XLSX", "JSON", "XML", "TABLE", "FROM"}
}

func (p *parser) exportFormat() *ast.Format {
	p.check(exportFormats()...)
	s, loc := productions.exportFormat.parse(p)
	f := &ast.Format{Loc: loc, Name: s.Plain + s.Sheets, Charset: s.Charset.get(), Sheet: s.Sheet, Header: s.Header}
	switch {
	case s.CSV != nil:
		f.Name = "CSV"
		s.CSV.set(f)
	case s.XML != nil:
		f.Name, f.Header, f.Root, f.Tag, f.Attr = "XML", s.XML.Header, s.XML.Root, s.XML.Tag, s.XML.Attr
	case s.Table:
		f.Name = "TABLE"
	}
	return f
}

type externalSyntax struct {
	Connector *connectorSyntax  `parser:"'EXTERNAL' (  @@"`
	Named     []namedExprSyntax `parser:"   ( 'PARAMS' ( @@ ( ',' @@ )* )? )?"`
	Target    *externalTarget   `parser:" | @@"`
	Params    []ast.Expr        `parser:"   ( 'PARAMS' ( @@ ( ',' @@ )* )? )? )"`
	To        []nodeRef         `parser:"( 'TO' @@ ( ',' @@ )* )?"`
}

type connectorSyntax struct {
	located
	Address ast.Expr `parser:"'CONNECTOR' @@"`
	Command ast.Expr `parser:"'EXEC' @@"`
}

type namedExprSyntax struct {
	Name *nodeIdent `parser:"( (?= Ident '=' ) @@ '=' )?"`
	Expr ast.Expr   `parser:"@@"`
}

type externalTarget struct {
	located
	HTTP   *httpSyntax        `parser:"(  'HTTP' @@"`
	SQL    *sqlSyntax         `parser:" | 'SQL' @@"`
	LSF    *externalLSFSyntax `parser:" | 'LSF' @@"`
	Socket *socketSyntax      `parser:" | @@"`
	DBF    *externalDBFSyntax `parser:" | 'DBF' @@"`
	Java   ast.Expr           `parser:" | 'JAVA' @@ )"`
}

type sqlSyntax struct {
	Address ast.Expr `parser:"@@"`
	Command ast.Expr `parser:"'EXEC' @@"`
}

type externalLSFSyntax struct {
	Address ast.Expr `parser:"@@"`
	Eval    bool     `parser:"( 'EXEC' | @'EVAL'"`
	Action  bool     `parser:"  @'ACTION'? )"`
	Text    ast.Expr `parser:"@@"`
}

type socketSyntax struct {
	Kind    string   `parser:"@( 'TCP' | 'UDP' )"`
	Client  bool     `parser:"@'CLIENT'?"`
	Address ast.Expr `parser:"@@"`
}

type externalDBFSyntax struct {
	Address ast.Expr  `parser:"@@ 'APPEND'"`
	Charset *nodeText `parser:"( 'CHARSET' @@ )?"`
}

type httpSyntax struct {
	Client  bool               `parser:"@'CLIENT'?"`
	Method  string             `parser:"@( 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT' )?"`
	Address ast.Expr           `parser:"@@"`
	Options []httpOptionSyntax `parser:"@@*"`
}

type httpOptionSyntax struct {
	BodyURL          ast.Expr   `parser:"(  'BODYURL' @@"`
	BodyParamNames   []ast.Expr `parser:" | 'BODYPARAMNAMES' @@ ( ',' @@ )*"`
	BodyParamHeaders []nodeRef  `parser:" | 'BODYPARAMHEADERS' @@ ( ',' @@ )*"`
	Headers          *nodeRef   `parser:" | 'HEADERS' @@"`
	Cookies          *nodeRef   `parser:" | 'COOKIES' @@"`
	HeadersTo        *nodeRef   `parser:" | 'HEADERSTO' @@"`
	CookiesTo        *nodeRef   `parser:" | 'COOKIESTO' @@"`
	NoEncode         bool       `parser:" | @'NOENCODE' )"`
}

func (p *parser) external() ast.Action {
	s, loc := productions.external.parse(p)
	a := &ast.External{Loc: loc, To: refsOf(s.To)}
	if s.Connector != nil {
		a.Target = ast.ExternalTarget{Loc: s.Connector.loc(), Kind: "CONNECTOR", Address: s.Connector.Address, Exec: s.Connector.Command}
		for _, n := range s.Named {
			a.Params = append(a.Params, ast.NamedExpr{Name: n.Name.get(), Expr: n.Expr})
		}
		return a
	}
	a.Target = s.Target.get()
	for _, x := range s.Params {
		a.Params = append(a.Params, ast.NamedExpr{Expr: x})
	}
	return a
}

func (s *externalTarget) get() ast.ExternalTarget {
	t := ast.ExternalTarget{Loc: s.loc(), Kind: s.Tokens[0].Value}
	switch {
	case s.HTTP != nil:
		t.Client, t.Address, t.HTTP = s.HTTP.Client, s.HTTP.Address, s.HTTP.get()
	case s.SQL != nil:
		t.Address, t.Exec = s.SQL.Address, s.SQL.Command
	case s.LSF != nil:
		t.Address, t.Eval, t.EvalAction, t.Exec = s.LSF.Address, s.LSF.Eval, s.LSF.Action, s.LSF.Text
	case s.Socket != nil:
		t.Client, t.Address = s.Socket.Client, s.Socket.Address
	case s.DBF != nil:
		t.Address, t.Charset = s.DBF.Address, s.DBF.Charset.get()
	default:
		t.Address = s.Java
	}
	return t
}

// get takes the last of options that are written twice.
func (s *httpSyntax) get() *ast.HTTPTarget {
	h := &ast.HTTPTarget{Method: s.Method}
	for _, o := range s.Options {
		switch {
		case o.BodyURL != nil:
			h.BodyURL = o.BodyURL
		case o.BodyParamNames != nil:
			h.BodyParamNames = o.BodyParamNames
		case o.BodyParamHeaders != nil:
			h.BodyParamHeaders = refsOf(o.BodyParamHeaders)
		case o.Headers != nil:
			h.Headers = o.Headers.get()
		case o.Cookies != nil:
			h.Cookies = o.Cookies.get()
		case o.HeadersTo != nil:
			h.HeadersTo = o.HeadersTo.get()
		case o.CookiesTo != nil:
			h.CookiesTo = o.CookiesTo.get()
		case o.NoEncode:
			h.NoEncode = true
		}
	}
	return h
}

// internalCallSyntax is INTERNAL DB x and INTERNAL CLIENT x as actions.
type internalCallSyntax struct {
	DB     bool       `parser:"'INTERNAL' ( @'DB' | 'CLIENT'"`
	Wait   string     `parser:"  @( 'WAIT' | 'NOWAIT' )? )"`
	Text   ast.Expr   `parser:"@@"`
	Params []ast.Expr `parser:"( 'PARAMS' ( @@ ( ',' @@ )* )? )?"`
	To     []nodeRef  `parser:"( 'TO' @@ ( ',' @@ )* )?"`
}

func (p *parser) internalCall() ast.Action {
	s, loc := productions.internalCall.parse(p)
	return &ast.InternalCall{Loc: loc, DB: s.DB, Wait: s.Wait, Text: s.Text, Params: s.Params, To: refsOf(s.To)}
}
