package parse

import (
	"github.com/golsf/golsf/lang/ast"
)

// importData reads IMPORT [format] FROM x with FIELDS or TO. A semicolon after
// TO may be missing.
func (p *parser) importData() ast.Action {
	start := p.need("IMPORT")
	a := &ast.Import{}
	if !p.is("FROM") {
		a.Format = p.format(importFormats)
	}
	p.need("FROM")
	a.From = p.expr()
	if p.needAny("FIELDS", "TO") == "FIELDS" {
		a.IsFields = true
		if p.is("(") {
			a.Params, a.Listed = p.params(), true
		}
		a.Fields = list(p, (*parser).importField)
		a.Do, a.Else = p.doElse()
		a.Loc = p.loc(start)
		return a
	}
	a.Classes, a.Listed = p.optClassList()
	a.To = list(p, (*parser).importTarget)
	if p.accept("WHERE") {
		ref := p.propertyRef()
		a.Where = &ref
	}
	p.accept(";")
	a.Loc = p.loc(start)
	return a
}

func (p *parser) importField() ast.ImportField {
	start := p.tok()
	if !isType(start) {
		p.unexpected("a built-in class")
	}
	f := ast.ImportField{Class: p.class()}
	if isIdent(p.tok()) && p.peek(1).Value == "=" {
		id := p.ident()
		p.next()
		f.Name = &id
	}
	f.Column = p.text()
	f.Null = p.accept("NULL")
	f.Loc = p.loc(start)
	return f
}

func (p *parser) importTarget() ast.ImportTarget {
	start := p.tok()
	t := ast.ImportTarget{Ref: p.propertyRef()}
	if p.accept("=") {
		column := p.text()
		t.Column = &column
	}
	t.Loc = p.loc(start)
	return t
}

func (p *parser) importForm() ast.Action {
	start := p.need("IMPORT")
	a := &ast.ImportForm{Form: p.name()}
	if !p.isAny("FROM", ";") {
		a.Format = p.format(importFormats)
	}
	if p.accept("FROM") {
		a.From = list(p, (*parser).aliased)
	}
	a.Loc = p.loc(start)
	return a
}

// Formats and the options that each knows, in their order.
type formatOptions struct {
	name    string
	options []string
}

var importFormats = []formatOptions{
	{"CSV", []string{"separator", "HEADER", "ESCAPE", "WHERE", "CHARSET"}},
	{"DBF", []string{"MEMO", "WHERE", "CHARSET"}},
	{"XLS", []string{"HEADER", "SHEETS", "WHERE"}},
	{"JSON", []string{"ROOT", "WHERE", "CHARSET"}},
	{"XML", []string{"ROOT", "ATTR", "WHERE", "CHARSET"}},
	{"TABLE", []string{"WHERE"}},
}

var exportFormats = []formatOptions{
	{"CSV", []string{"separator", "HEADER", "ESCAPE", "CHARSET"}},
	{"DBF", []string{"CHARSET"}},
	{"XLS", []string{"SHEET", "HEADER"}},
	{"XLSX", []string{"SHEET", "HEADER"}},
	{"JSON", []string{"CHARSET"}},
	{"XML", []string{"HEADER", "ROOT", "TAG", "ATTR", "CHARSET"}},
	{"TABLE", nil},
}

func (p *parser) format(formats []formatOptions) *ast.Format {
	start := p.tok()
	var names []string
	for _, known := range formats {
		if known.name != start.Value {
			names = append(names, known.name)
			continue
		}
		p.next()
		f := &ast.Format{Name: known.name}
		for _, option := range known.options {
			p.formatOption(f, option)
		}
		f.Loc = p.loc(start)
		return f
	}
	p.unexpected(quoteAll(append(names, "FROM"))...)
	return nil
}

func (p *parser) formatOption(f *ast.Format, option string) {
	switch option {
	case "separator":
		f.Separator = p.optText()
	case "HEADER":
		f.Header = p.acceptAny("HEADER", "NOHEADER")
	case "ESCAPE":
		f.Escape = p.acceptAny("ESCAPE", "NOESCAPE")
	case "CHARSET":
		if p.accept("CHARSET") {
			t := p.text()
			f.Charset = &t
		}
	case "SHEET":
		f.Sheet = p.optAfter("SHEET")
	case "SHEETS":
		if p.accept("SHEET") {
			if f.AllSheets = p.accept("ALL"); !f.AllSheets {
				f.Sheet = p.expr()
			}
		}
	case "ROOT":
		f.Root = p.optAfter("ROOT")
	case "TAG":
		f.Tag = p.optAfter("TAG")
	case "ATTR":
		f.Attr = p.accept("ATTR")
	case "MEMO":
		f.Memo = p.optAfter("MEMO")
	case "WHERE":
		f.Where = p.where()
	}
}

// export reads EXPORT of columns, or of a form.
func (p *parser) export() ast.Action {
	start := p.need("EXPORT")
	if isIdent(p.tok()) || p.isAny("LIST", "EDIT") {
		return p.exportForm()
	}
	a := &ast.Export{}
	if !p.is("FROM") {
		a.Format = p.format(exportFormats)
	}
	p.need("FROM")
	a.Columns, a.Where, a.Order, a.Limit = p.columns()
	a.To = p.optTo()
	a.Loc = p.loc(start)
	return a
}

func (p *parser) exportForm() ast.Action {
	start := p.tok()
	a := &ast.ExportForm{Form: p.mappedForm()}
	a.Filters = p.contextFilters()
	if !p.isAny("TOP", "OFFSET", "TO", ";") {
		a.Format = p.format(exportFormats)
	}
	a.Limit = p.formLimit()
	if p.is("TO") {
		if p.peek(2).Value == "=" {
			p.next()
			a.Targets = list(p, func(p *parser) ast.GroupTarget {
				t := ast.GroupTarget{Group: p.ident()}
				p.need("=")
				t.Ref = p.propertyRef()
				return t
			})
		} else {
			a.To = p.optTo()
		}
	}
	a.Loc = p.loc(start)
	return a
}

// external reads EXTERNAL of every kind.
func (p *parser) external() ast.Action {
	start := p.need("EXTERNAL")
	a := &ast.External{Target: p.externalTarget()}
	if p.accept("PARAMS") && startsExpr(p.tok()) {
		connector := a.Target.Kind == "CONNECTOR"
		a.Params = list(p, func(p *parser) ast.NamedExpr {
			var n ast.NamedExpr
			if connector && isIdent(p.tok()) && p.peek(1).Value == "=" {
				n.Name = p.optIdent()
				p.next()
			}
			n.Expr = p.expr()
			return n
		})
	}
	if p.accept("TO") {
		a.To = list(p, (*parser).propertyRef)
	}
	a.Loc = p.loc(start)
	return a
}

func (p *parser) externalTarget() ast.ExternalTarget {
	start := p.tok()
	t := ast.ExternalTarget{Kind: start.Value}
	switch t.Kind {
	case "SQL", "CONNECTOR":
		p.next()
		t.Address = p.expr()
		p.need("EXEC")
		t.Exec = p.expr()
	case "TCP", "UDP":
		p.next()
		t.Client = p.accept("CLIENT")
		t.Address = p.expr()
	case "HTTP":
		p.next()
		t.Client = p.accept("CLIENT")
		t.HTTP = &ast.HTTPTarget{Method: p.acceptAny("DELETE", "GET", "PATCH", "POST", "PUT")}
		t.Address = p.expr()
		p.httpOptions(t.HTTP)
	case "DBF":
		p.next()
		t.Address = p.expr()
		p.need("APPEND")
		if p.accept("CHARSET") {
			charset := p.text()
			t.Charset = &charset
		}
	case "LSF":
		p.next()
		t.Address = p.expr()
		if t.Eval = p.needAny("EXEC", "EVAL") == "EVAL"; t.Eval {
			t.EvalAction = p.accept("ACTION")
		}
		t.Exec = p.expr()
	case "JAVA":
		p.next()
		t.Address = p.expr()
	default:
		p.unexpected(quoteAll([]string{"HTTP", "SQL", "LSF", "CONNECTOR", "TCP", "UDP", "DBF", "JAVA"})...)
	}
	t.Loc = p.loc(start)
	return t
}

func (p *parser) httpOptions(h *ast.HTTPTarget) {
	ref := func() *ast.PropertyRef {
		r := p.propertyRef()
		return &r
	}
	for {
		switch {
		case p.accept("BODYURL"):
			h.BodyURL = p.expr()
		case p.accept("BODYPARAMNAMES"):
			h.BodyParamNames = p.exprList()
		case p.accept("BODYPARAMHEADERS"):
			h.BodyParamHeaders = list(p, (*parser).propertyRef)
		case p.accept("HEADERS"):
			h.Headers = ref()
		case p.accept("COOKIES"):
			h.Cookies = ref()
		case p.accept("HEADERSTO"):
			h.HeadersTo = ref()
		case p.accept("COOKIESTO"):
			h.CookiesTo = ref()
		case p.accept("NOENCODE"):
			h.NoEncode = true
		default:
			return
		}
	}
}

// internalCall reads INTERNAL DB x and INTERNAL CLIENT x as actions.
func (p *parser) internalCall() ast.Action {
	start := p.need("INTERNAL")
	a := &ast.InternalCall{DB: p.needAny("DB", "CLIENT") == "DB"}
	if !a.DB {
		a.Wait = p.acceptAny("WAIT", "NOWAIT")
	}
	a.Text = p.expr()
	if p.accept("PARAMS") && startsExpr(p.tok()) {
		a.Params = p.exprList()
	}
	if p.accept("TO") {
		a.To = list(p, (*parser).propertyRef)
	}
	a.Loc = p.loc(start)
	return a
}
