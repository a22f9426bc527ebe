package parse

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/token"
)

// design reads DESIGN form 'caption' CUSTOM { items }.
func (p *parser) design() ast.Statement {
	start := p.need("DESIGN")
	d := &ast.Design{Form: p.name()}
	d.Caption = p.optCaption()
	d.Custom = p.accept("CUSTOM")
	d.Body = *p.designItems()
	d.Loc = p.loc(start)
	return d
}

// designItems reads { items }, or a semicolon.
func (p *parser) designItems() *ast.DesignBody {
	start := p.tok()
	b := &ast.DesignBody{}
	p.items(func() { b.Items = append(b.Items, p.designItem()) })
	b.Loc = p.loc(start)
	return b
}

// items reads { items } with semicolons among them, or a semicolon alone.
func (p *parser) items(read func()) {
	p.enter()
	defer p.leave()
	if p.needAny("{", ";") == ";" {
		return
	}
	for !p.accept("}") {
		if p.tok().EOF() {
			p.unexpected("'}'")
		}
		if !p.accept(";") {
			read()
		}
	}
}

// designItem reads a component with its body, or the setting of an attribute.
func (p *parser) designItem() ast.DesignItem {
	start := p.tok()
	var d ast.DesignItem
	switch start.Value {
	case "NEW":
		p.next()
		id := p.ident()
		d.Kind, d.Component = "NEW", ast.Component{Loc: id.Loc, Name: id.Name}
		p.designRest(&d)
	case "MOVE":
		p.next()
		d.Kind, d.Component = "MOVE", p.component()
		p.designRest(&d)
	case "REMOVE":
		p.next()
		d.Kind, d.Component = "REMOVE", p.component()
		p.need(";")
	default:
		d.Component = p.component()
		if d.Component.Word == "" && p.accept("=") {
			v := p.designValue()
			d.Kind, d.Value = "SET", &v
			p.need(";")
		} else {
			p.designBody(&d)
		}
	}
	d.Loc = p.loc(start)
	return d
}

func (p *parser) designRest(d *ast.DesignItem) {
	if p.isAny("AFTER", "BEFORE", "FIRST", "LAST", "DEFAULT") {
		d.Position = p.designPosition()
	}
	p.designBody(d)
}

func (p *parser) designBody(d *ast.DesignItem) {
	if !p.isAny("{", ";") {
		if d.Component.Word == "" && d.Kind == "" {
			p.unexpected("'='", "'{'", "';'")
		}
		p.unexpected("'{'", "';'")
	}
	d.Body = p.designItems()
}

func (p *parser) designValue() ast.DesignValue {
	start := p.tok()
	var v ast.DesignValue
	switch {
	case p.is(";"):
	case p.isAny("START", "CENTER", "END", "STRETCH"):
		v.Word = p.next().Value
	case start.Type == token.Bool:
		v.Word = p.next().Value
	case p.tupleFollows():
		p.next()
		v.Tuple = listTo(p, ")", (*parser).signed)
		if n := len(v.Tuple); n != 2 && n != 4 {
			p.failAt(start, "E1105", "two or four numbers are needed here")
		}
	default:
		v.Expr = p.expr()
	}
	v.Loc = p.loc(start)
	return v
}

// tupleFollows tells (1, 2) from an expression in parentheses.
func (p *parser) tupleFollows() bool {
	if !p.is("(") {
		return false
	}
	n := 1
	if p.peek(1).Value == "-" {
		n = 2
	}
	t := p.peek(n)
	return (t.Type == token.Int || t.Type == token.Numeric) && p.peek(n+1).Value == ","
}

func (p *parser) signed() string {
	sign := ""
	if p.accept("-") {
		sign = "-"
	}
	t := p.tok()
	if t.Type != token.Int && t.Type != token.Numeric {
		p.unexpected("a number")
	}
	p.next()
	return sign + t.Value
}

// navigator reads NAVIGATOR { items }.
func (p *parser) navigator() ast.Statement {
	start := p.need("NAVIGATOR")
	n := &ast.Navigator{Body: *p.navigatorItems()}
	n.Loc = p.loc(start)
	return n
}

// navigatorItems reads { items }, or a semicolon.
func (p *parser) navigatorItems() *ast.NavigatorBody {
	start := p.tok()
	b := &ast.NavigatorBody{}
	p.items(func() { b.Items = append(b.Items, p.navigatorItem()) })
	b.Loc = p.loc(start)
	return b
}

// navigatorItem reads an element of the navigator with its body, or a
// schedule.
func (p *parser) navigatorItem() ast.NavigatorItem {
	start := p.tok()
	var n ast.NavigatorItem
	switch start.Value {
	case "SCHEDULE":
		n.Kind, n.Schedule = "SCHEDULE", p.schedule()
		n.Do = p.action()
		n.Loc = p.loc(start)
		return n
	case "NEW":
		p.next()
		n.Kind = "NEW"
		p.newElement(&n)
	default:
		if p.accept("MOVE") {
			n.Kind = "MOVE"
		}
		target := p.name()
		n.Target = &target
		n.Caption = p.optCaption()
	}
	for p.isAny("WINDOW", "AFTER", "BEFORE", "FIRST", "LAST", "DEFAULT", "NOIMAGE", "LSF", "IMAGE", "CLASS", "HEADER", "SHOWIF",
		"CHANGEKEY", "CHANGEMOUSE") {
		n.Options = append(n.Options, p.navigatorOption())
	}
	if !p.isAny("{", ";") {
		p.unexpected("'{'", "';'")
	}
	n.Body = p.navigatorItems()
	n.Loc = p.loc(start)
	return n
}

// newElement reads what follows NEW in the navigator.
func (p *parser) newElement(n *ast.NavigatorItem) {
	n.Element = p.acceptAny("FOLDER", "FORM", "ACTION")
	if n.Element == "FOLDER" {
		id := p.ident()
		n.Name = &id
		n.Caption = p.optCaption()
		return
	}
	if p.aliasFollows() {
		n.Name = p.optIdent()
		n.Caption = p.optCaption()
		p.need("=")
	}
	if n.Element == "FORM" {
		target := p.name()
		n.Target = &target
		return
	}
	ref := p.propertyRef()
	n.Ref = &ref
}
