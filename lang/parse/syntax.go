package parse

import "github.com/golsf/golsf/lang/ast"

// The grammar of declarative statements and sections. Each type is read by its
// tags; the functions after it make the node of the tree.

type headerSyntax struct {
	Module    nodeIdent   `parser:"'MODULE' @@ ';'"`
	Require   []nodeIdent `parser:"( 'REQUIRE' @@ ( ',' @@ )* ';' )?"`
	Priority  []nodeIdent `parser:"( 'PRIORITY' @@ ( ',' @@ )* ';' )?"`
	Namespace *nodeIdent  `parser:"( 'NAMESPACE' @@ ';' )?"`
}

func (p *parser) header() *ast.Header {
	s, loc := productions.header.parse(p)
	return &ast.Header{Loc: loc, Module: s.Module.Ident, Require: identsOf(s.Require), Priority: identsOf(s.Priority),
		Namespace: s.Namespace.get()}
}

type classSyntax struct {
	Extends bool           `parser:"( @'EXTEND' 'CLASS'"`
	Of      *nodeName      `parser:"  @@"`
	Kind    string         `parser:"| 'CLASS' @( 'ABSTRACT' | 'NATIVE' )?"`
	Complex bool           `parser:"  @'COMPLEX'?"`
	Name    *nodeIdent     `parser:"  @@"`
	Caption *nodeCaption   `parser:"  @@?"`
	Image   *imageSyntax   `parser:"  @@? )"`
	Statics []staticSyntax `parser:"(   '{' ( @@ ( ',' @@ )* )? '}'"`
	Parents []nodeClass    `parser:"    ( ':' @@ ( ',' @@ )* ';' )?"`
	Bases   []nodeClass    `parser:"  | ( ':' @@ ( ',' @@ )* )? ';' )"`
}

type staticSyntax struct {
	Name    nodeIdent    `parser:"@@"`
	Caption *nodeCaption `parser:"@@?"`
	Image   *imageSyntax `parser:"@@?"`
}

type imageSyntax struct {
	None  bool      `parser:"(  @'NOIMAGE'"`
	Image bool      `parser:" | @'IMAGE'"`
	File  *nodeText `parser:"   @@? )"`
}

func (s *imageSyntax) get() *ast.ImageOption {
	if s == nil {
		return nil
	}
	return &ast.ImageOption{None: s.None, File: s.File.get()}
}

func (p *parser) classStatement() ast.Statement {
	s, loc := productions.class.parse(p)
	statics := make([]ast.StaticDecl, len(s.Statics))
	for i, d := range s.Statics {
		statics[i] = ast.StaticDecl{Loc: d.Name.Loc, Name: d.Name.Ident, Caption: d.Caption.get(), Image: d.Image.get()}
	}
	parents := make([]ast.ClassRef, 0, len(s.Parents)+len(s.Bases))
	for _, c := range append(s.Parents, s.Bases...) {
		parents = append(parents, c.ClassRef)
	}
	if s.Extends {
		return &ast.ExtendClass{Loc: loc, Name: s.Of.Name, Statics: statics, Parents: parents}
	}
	return &ast.Class{Loc: loc, Kind: s.Kind, Complex: s.Complex, Name: s.Name.Ident, Caption: s.Caption.get(),
		Image: s.Image.get(), Statics: statics, Parents: parents}
}

type groupSyntax struct {
	Native  bool         `parser:"'GROUP' @'NATIVE'?"`
	Name    nodeIdent    `parser:"@@"`
	Caption *nodeCaption `parser:"@@?"`
	ExtID   *nodeText    `parser:"( 'EXTID' @@ )?"`
	Parent  *nodeName    `parser:"( ':' @@ )? ';'"`
}

func (p *parser) groupStatement() ast.Statement {
	s, loc := productions.group.parse(p)
	return &ast.GroupStatement{Loc: loc, Native: s.Native, Name: s.Name.Ident, Caption: s.Caption.get(), ExtID: s.ExtID.get(),
		Parent: s.Parent.get()}
}

type tableSyntax struct {
	Name    nodeIdent   `parser:"'TABLE' @@"`
	DBName  *nodeText   `parser:"@@?"`
	Classes []nodeClass `parser:"'(' ( @@ ( ',' @@ )* )? ')'"`
	Kind    string      `parser:"@( 'FULL' | 'NODEFAULT' )? ';'"`
}

func (p *parser) table() ast.Statement {
	s, loc := productions.table.parse(p)
	t := &ast.Table{Loc: loc, Name: s.Name.Ident, DBName: s.DBName.get(), Kind: s.Kind}
	for _, c := range s.Classes {
		t.Classes = append(t.Classes, c.ClassRef)
	}
	return t
}

type formSyntax struct {
	Extends bool           `parser:"( @'EXTEND' 'FORM'"`
	Of      *nodeName      `parser:"  @@"`
	Name    *nodeIdent     `parser:"| 'FORM' @@"`
	Caption *nodeCaption   `parser:"  @@?"`
	Image   *imageSyntax   `parser:"  @@? )"`
	Items   []ast.FormItem `parser:"@@* ';'"`
}

func (p *parser) form() ast.Statement {
	s, loc := productions.form.parse(p)
	if s.Extends {
		return &ast.ExtendForm{Loc: loc, Name: s.Of.Name, Items: s.Items}
	}
	return &ast.Form{Loc: loc, Name: s.Name.Ident, Caption: s.Caption.get(), Image: s.Image.get(), Items: s.Items}
}

type filtersSyntax struct {
	Filters []filterSyntax `parser:"'FILTERS' @@ ( ',' @@ )*"`
}

type filterSyntax struct {
	Expr ast.Expr `parser:"@@"`
	Kind string   `parser:"@( 'USER' | 'FIXED' )?"`
}

func (p *parser) formFilters() ast.FormItem {
	s, loc := productions.filters.parse(p)
	f := &ast.FormFilters{Loc: loc}
	for _, x := range s.Filters {
		f.Filters = append(f.Filters, ast.FormFilter(x))
	}
	return f
}

type ordersSyntax struct {
	First  bool          `parser:"'ORDERS' @'FIRST'?"`
	Orders []orderSyntax `parser:"@@ ( ',' @@ )*"`
}

type orderSyntax struct {
	Expr ast.Expr `parser:"@@"`
	Kind string   `parser:"@( 'USER' | 'FIXED' )?"`
	Desc bool     `parser:"@'DESC'?"`
}

func (p *parser) formOrders() ast.FormItem {
	s, loc := productions.orders.parse(p)
	f := &ast.FormOrders{Loc: loc, First: s.First}
	for _, x := range s.Orders {
		f.Orders = append(f.Orders, ast.FormOrder(x))
	}
	return f
}

type hintsSyntax struct {
	Kind string    `parser:"@( 'HINTNOUPDATE' | 'HINTTABLE' ) 'LIST'"`
	Refs []nodeRef `parser:"@@ ( ',' @@ )*"`
}

func (p *parser) formHints() ast.FormItem {
	s, loc := productions.hints.parse(p)
	f := &ast.FormHints{Loc: loc, Kind: s.Kind}
	for _, r := range s.Refs {
		f.Refs = append(f.Refs, r.PropertyRef)
	}
	return f
}

type filterGroupSyntax struct {
	Extend  bool                  `parser:"@'EXTEND'? 'FILTERGROUP'"`
	Name    nodeIdent             `parser:"@@"`
	Null    string                `parser:"@( 'NULL' | 'NONULL' )?"`
	Filters []regularFilterSyntax `parser:"@@*"`
}

type regularFilterSyntax struct {
	Caption nodeCaption       `parser:"'FILTER' @@"`
	Expr    ast.Expr          `parser:"@@"`
	Keys    []filterKeySyntax `parser:"@@*"`
	Default bool              `parser:"@'DEFAULT'?"`
}

type filterKeySyntax struct {
	Kind string   `parser:"(  @( 'KEY' | 'MOUSE' )"`
	Text nodeText `parser:"   @@"`
	Bare nodeText `parser:" | @@ )"`
	Show string   `parser:"@( 'SHOW' | 'HIDE' )?"`
}

func (p *parser) filterGroup() ast.FormItem {
	s, loc := productions.filterGroup.parse(p)
	g := &ast.FilterGroup{Loc: loc, Extend: s.Extend, Name: s.Name.Ident, Null: s.Null}
	for _, x := range s.Filters {
		f := ast.RegularFilter{Loc: x.Caption.Loc, Caption: x.Caption.Text, Expr: x.Expr, Default: x.Default}
		for _, k := range x.Keys {
			key := ast.FilterKey{Kind: k.Kind, Text: k.Text.Text, Show: k.Show}
			if k.Kind == "" {
				key.Text = k.Bare.Text
			}
			f.Keys = append(f.Keys, key)
		}
		g.Filters = append(g.Filters, f)
	}
	return g
}

type userFiltersSyntax struct {
	Draws []nodeDraw `parser:"'USERFILTERS' @@ ( ',' @@ )*"`
}

func (p *parser) userFilters() ast.FormItem {
	s, loc := productions.userFilters.parse(p)
	return &ast.UserFilters{Loc: loc, Draws: drawsOf(s.Draws)}
}

type pivotSyntax struct {
	Parts []pivotPartSyntax `parser:"'PIVOT' @@+"`
}

type pivotPartSyntax struct {
	Kind     string              `parser:"(  @( 'COLUMNS' | 'ROWS' )"`
	Lists    []pivotDrawsSyntax  `parser:"   @@ ( ',' @@ )*"`
	Measures []nodeDraw          `parser:" | 'MEASURES' @@ ( ',' @@ )*"`
	Group    *nodeIdent          `parser:" | @@"`
	Options  []pivotOptionSyntax `parser:"   @@* )"`
}

type pivotOptionSyntax struct {
	Config *nodeText `parser:"(  'CONFIG' @@"`
	Word   string    `parser:" | @( 'SUM' | 'MAX' | 'MIN' | 'SETTINGS' | 'NOSETTINGS' )"`
	Text   *nodeText `parser:" | @@ )"`
}

type pivotDrawsSyntax struct {
	Many []pivotDrawSyntax `parser:"( '(' @@ ( ',' @@ )* ')'"`
	One  *pivotDrawSyntax  `parser:"| @@ )"`
}

type pivotDrawSyntax struct {
	Group *nodeIdent `parser:"(  'MEASURES' '(' @@ ')'"`
	Draw  *nodeDraw  `parser:" | @@ )"`
}

func (s pivotDrawSyntax) get() ast.PivotDraw {
	d := ast.PivotDraw{Group: s.Group.get()}
	if s.Draw != nil {
		d.Draw = &s.Draw.DrawRef
	}
	return d
}

func (p *parser) formPivot() ast.FormItem {
	s, loc := productions.pivot.parse(p)
	f := &ast.FormPivot{Loc: loc}
	for _, x := range s.Parts {
		part := ast.PivotPart{Kind: x.Kind, Measures: drawsOf(x.Measures), Group: x.Group.get()}
		for _, l := range x.Lists {
			var draws ast.PivotDraws
			if l.One != nil {
				one := l.One.get()
				draws.One = &one
			}
			for _, d := range l.Many {
				draws.Many = append(draws.Many, d.get())
			}
			part.Lists = append(part.Lists, draws)
		}
		for _, o := range x.Options {
			option := ast.PivotOption{Word: o.Word, Text: o.Text.get()}
			if o.Config != nil {
				option = ast.PivotOption{Word: "CONFIG", Text: &o.Config.Text}
			}
			part.Options = append(part.Options, option)
		}
		f.Parts = append(f.Parts, part)
	}
	return f
}

type formEditSyntax struct {
	Kind   string    `parser:"@( 'LIST' | 'EDIT' )"`
	Class  nodeClass `parser:"@@ 'OBJECT'"`
	Object nodeIdent `parser:"@@"`
}

func (p *parser) formEdit() ast.FormItem {
	s, loc := productions.formEdit.parse(p)
	return &ast.FormEdit{Loc: loc, Kind: s.Kind, Class: s.Class.ClassRef, Object: s.Object.Ident}
}

type reportsSyntax struct {
	Reports []reportSyntax `parser:"( 'REPORTS' | 'REPORTFILES' ) @@ ( ',' @@ )*"`
}

type reportSyntax struct {
	Top   bool       `parser:"( @'TOP'"`
	Group *nodeIdent `parser:"| @@ )"`
	Path  ast.Expr   `parser:"@@"`
}

func (p *parser) formReports() ast.FormItem {
	s, loc := productions.reports.parse(p)
	f := &ast.FormReports{Loc: loc}
	for _, r := range s.Reports {
		f.Reports = append(f.Reports, ast.FormReport{Top: r.Top, Group: r.Group.get(), Path: r.Path})
	}
	return f
}

type formSettingSyntax struct {
	Report     ast.Expr  `parser:"(  'REPORT' @@"`
	ExtID      *nodeText `parser:" | 'FORMEXTID' @@"`
	LocalAsync bool      `parser:" | @'LOCALASYNC' )"`
}

func (p *parser) formSetting() ast.FormItem {
	s, loc := productions.formSetting.parse(p)
	return &ast.FormSetting{Loc: loc, Report: s.Report, ExtID: s.ExtID.get(), LocalAsync: s.LocalAsync}
}

type designPositionSyntax struct {
	Kind      string         `parser:"(  @( 'AFTER' | 'BEFORE' )"`
	Component *nodeComponent `parser:"   @@"`
	Fixed     string         `parser:" | @( 'FIRST' | 'LAST' | 'DEFAULT' ) )"`
}

func (p *parser) designPosition() *ast.DesignPosition {
	s, loc := productions.designPosition.parse(p)
	d := &ast.DesignPosition{Loc: loc, Kind: s.Kind, Fixed: s.Fixed}
	if s.Component != nil {
		d.Component = &s.Component.Component
	}
	return d
}

type scheduleSyntax struct {
	Period nodeNumber `parser:"'SCHEDULE' 'PERIOD' @@"`
	Fixed  bool       `parser:"@'FIXED'?"`
}

func (p *parser) schedule() *ast.Schedule {
	s, loc := productions.schedule.parse(p)
	return &ast.Schedule{Loc: loc, Period: s.Period.Number, Fixed: s.Fixed}
}

type navigatorOptionSyntax struct {
	Window   *nodeName `parser:"(  'WINDOW' @@"`
	Parent   bool      `parser:"   @'PARENT'?"`
	Position string    `parser:" | @( 'AFTER' | 'BEFORE' )"`
	Element  *nodeName `parser:"   @@"`
	Word     string    `parser:" | @( 'FIRST' | 'LAST' | 'DEFAULT' | 'NOIMAGE' | 'LSF' )"`
	HasImage bool      `parser:" | @'IMAGE'"`
	Image    ast.Expr  `parser:"   @@?"`
	Class    ast.Expr  `parser:" | 'CLASS' @@"`
	Header   ast.Expr  `parser:" | 'HEADER' @@"`
	ShowIf   ast.Expr  `parser:" | 'SHOWIF' @@"`
	Key      string    `parser:" | @( 'CHANGEKEY' | 'CHANGEMOUSE' )"`
	KeyText  *nodeText `parser:"   @@"`
	KeyShow  string    `parser:"   @( 'SHOW' | 'HIDE' )? )"`
}

func (p *parser) navigatorOption() ast.NavigatorOption {
	s, loc := productions.navigatorOption.parse(p)
	return ast.NavigatorOption{Loc: loc, Window: s.Window.get(), Parent: s.Parent, Position: s.Position, Element: s.Element.get(),
		Word: s.Word, HasImage: s.HasImage, Image: s.Image, Class: s.Class, Header: s.Header, ShowIf: s.ShowIf,
		Key: s.Key, KeyText: s.KeyText.get(), KeyShow: s.KeyShow}
}

type windowSyntax struct {
	Name    nodeIdent            `parser:"'WINDOW' @@"`
	Caption *nodeCaption         `parser:"@@?"`
	Native  bool                 `parser:"@'NATIVE'?"`
	Toolbar bool                 `parser:"@'TOOLBAR'?"`
	Options []windowOptionSyntax `parser:"@@* ';'"`
}

type windowOptionSyntax struct {
	Word   string       `parser:"(  @( 'HIDETITLE' | 'HIDESCROLLBARS' | 'VERTICAL' | 'HORIZONTAL' | 'LEFT' | 'RIGHT' | 'TOP' | 'BOTTOM' )"`
	Dock   []nodeNumber `parser:" | 'POSITION' '(' @@ ',' @@ ',' @@ ',' @@ ')'"`
	Align  string       `parser:" | @( 'HALIGN' | 'VALIGN' | 'TEXTHALIGN' | 'TEXTVALIGN' )"`
	At     string       `parser:"   '(' @( 'START' | 'CENTER' | 'END' | 'STRETCH' ) ')'"`
	Class  ast.Expr     `parser:" | 'CLASS' @@"`
	Custom ast.Expr     `parser:" | 'CUSTOM' @@ )"`
}

func (p *parser) window() ast.Statement {
	s, loc := productions.window.parse(p)
	w := &ast.Window{Loc: loc, Name: s.Name.Ident, Caption: s.Caption.get(), Native: s.Native, Toolbar: s.Toolbar}
	for _, o := range s.Options {
		option := ast.WindowOption{Loc: s.Name.Loc, Word: o.Word, Align: o.Align, At: o.At, Class: o.Class, Custom: o.Custom}
		for _, n := range o.Dock {
			option.Dock = append(option.Dock, n.Number)
		}
		w.Options = append(w.Options, option)
	}
	return w
}

type extendWindowSyntax struct {
	Name   nodeName `parser:"'EXTEND' 'WINDOW' @@"`
	Custom ast.Expr `parser:"'CUSTOM' @@ ';'"`
}

func (p *parser) extendWindow() ast.Statement {
	s, loc := productions.extendWindow.parse(p)
	return &ast.ExtendWindow{Loc: loc, Name: s.Name.Name, Custom: s.Custom}
}

type hideWindowSyntax struct {
	Name nodeName `parser:"'HIDE' 'WINDOW' @@ ';'"`
}

func (p *parser) hideWindow() ast.Statement {
	s, loc := productions.hideWindow.parse(p)
	return &ast.HideWindow{Loc: loc, Name: s.Name.Name}
}

func identsOf(nodes []nodeIdent) []ast.Ident {
	all := make([]ast.Ident, len(nodes))
	for i, n := range nodes {
		all[i] = n.Ident
	}
	return all
}

func drawsOf(nodes []nodeDraw) []ast.DrawRef {
	var all []ast.DrawRef
	for _, n := range nodes {
		all = append(all, n.DrawRef)
	}
	return all
}

func refsOf(nodes []nodeRef) []ast.PropertyRef {
	var all []ast.PropertyRef
	for _, n := range nodes {
		all = append(all, n.PropertyRef)
	}
	return all
}
