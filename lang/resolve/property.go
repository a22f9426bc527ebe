package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// property resolves a declaration: name (A a) = body options.
func (u *unit) property(s *ast.Property) {
	r := u.r
	before := r.errors()
	c := u.context()
	c.open = !s.Decl.Listed
	p := &bound.Property{Name: u.name(&s.Decl.Name, s.Decl.Caption), Kind: bound.Calculated}
	m := &member{name: p.Ident, mod: u.mod, span: p.Span, prop: p, named: s.Decl.Listed}
	m.signature = c.parameters(s.Decl.Params)
	for i := range s.Decl.Params {
		m.paramName = append(m.paramName, s.Decl.Params[i].Name)
	}
	switch body := s.Body.(type) {
	case *ast.DataExpr:
		u.data(c, m, body)
	case *ast.AbstractExpr:
		u.abstractProperty(c, m, body)
	case *ast.AggrExpr:
		u.aggregation(c, m, body, s)
	default:
		x := u.body(c, p, s.Body, s.Decl.Listed)
		r.checkNull(x)
		u.settle(c, p, x)
		m.signature = make([]value.Class, len(c.vars))
		m.paramName = m.paramName[:0]
		for i, v := range c.vars {
			m.signature[i] = v.class
			m.paramName = append(m.paramName, v.name)
		}
		m.named = true
		if f, ok := s.Body.(*ast.FormulaExpr); ok && !s.Decl.Listed && f.Params == nil {
			m.named = false
		}
	}
	m.result = p.Class
	if r.errors() > before {
		m.anyParams = !s.Decl.Listed && !isData(s.Body)
		u.breakName(m)
		return
	}
	r.addProperty(p)
	r.bodySpan[p] = s.Body.Span()
	u.declare(m)
	u.propertyOptions(c, m, s.Options, s.Body.Span())
}

func isData(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.DataExpr:
		return x.Listed
	case *ast.AbstractExpr:
		return x.Listed
	}
	return false
}

// errors counts the errors reported so far.
func (r *Resolver) errors() int {
	n := 0
	for _, d := range r.diags {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

// body resolves the right side of a declaration or of [ ]. GROUP ... BY,
// FORMULA and NATIVE may stand there only.
func (u *unit) body(c *context, p *bound.Property, x ast.Expr, listed bool) bound.Expr {
	inner := x
	for {
		paren, ok := inner.(*ast.Paren)
		if !ok {
			break
		}
		inner = paren.X
	}
	switch x := inner.(type) {
	case *ast.Group:
		g, by := c.group(x)
		if group, ok := g.(*bound.Group); ok && len(by) > 0 {
			c.fillBy(x, group, listed)
		}
		if group, ok := g.(*bound.Group); ok && group.Kind == bound.GroupAggr {
			u.uniqueConstraint(c, group, x)
		}
		return g
	case *ast.FormulaExpr:
		return u.formula(c, p, x, listed)
	case *ast.GroupObjectExpr:
		return c.groupObject(x, listed)
	case *ast.NativeExpr:
		return u.native(c, p, x)
	}
	v := c.expr(x, !listed)
	if _, bare := v.(*bound.Param); bare && !listed {
		// A bare parameter is a property of one parameter; nothing to do.
		return v
	}
	return v
}

// data completes DATA.
func (u *unit) data(c *context, m *member, x *ast.DataExpr) {
	p := m.prop
	p.Kind = bound.Data
	if x.Local || u.eval {
		p.Kind = bound.Local
		p.Nested = nestedKind(x.Nested)
	}
	p.Class, _ = u.classOf(&x.Class)
	u.listedParams(c, m, x.Params, x.Listed)
}

func nestedKind(n *ast.Nested) bound.Nested {
	switch {
	case n == nil:
		return bound.NotNested
	case n.Session == "MANAGESESSION":
		return bound.NestedManage
	}
	return bound.NestedAll
}

// listedParams takes the classes of DATA C (A, B), or those of the parameters.
func (u *unit) listedParams(c *context, m *member, list []ast.ClassRef, listed bool) {
	p := m.prop
	if listed {
		classes, _ := u.classesOf(list)
		if m.named && len(classes) != len(m.signature) {
			u.r.errorf(m.span, "E2404", "%d parameters are named, %d classes are given", len(m.signature), len(classes))
		}
		for i := range classes {
			if i < len(c.vars) {
				c.frame.Slots[i].Class = classes[i]
			} else {
				c.slot("", classes[i])
			}
		}
		m.signature = classes
	} else {
		for i, v := range c.vars {
			if !v.typed && !c.badParams {
				u.r.errorf(m.span, "E2405", "parameter '%s' needs a class", v.name)
			}
			_ = i
		}
	}
	p.Params = slices.Clone(m.signature)
	p.Frame = *c.frame
}

func (u *unit) abstractProperty(c *context, m *member, x *ast.AbstractExpr) {
	p := m.prop
	p.Kind = bound.Abstract
	p.Class, _ = u.classOf(&x.Class)
	m.abstract = true
	p.FullAbstract = x.Kind.Full
	switch x.Kind.Kind {
	case "CASE":
		p.Select = bound.SelectCase
	case "VALUE":
		p.Select = bound.SelectValue
	}
	u.r.implsOf[m] = []*implInfo{{kind: x.Kind}}
	u.listedParams(c, m, x.Params, x.Listed)
}

// formula resolves FORMULA; in the standard library its text is the name of a
// Go function.
func (u *unit) formula(c *context, p *bound.Property, x *ast.FormulaExpr, listed bool) bound.Expr {
	text, ok := u.formulaText(x)
	if !ok {
		return invalid(x.Span())
	}
	class := unknown
	if x.Result != nil {
		class, _ = u.classOf(&x.Result.Class)
	}
	switch {
	case x.Listed:
		for i := range x.Params {
			k, _ := u.classOf(&x.Params[i].Class)
			name := ""
			if x.Params[i].Name != nil {
				name = x.Params[i].Name.Value
			}
			if i < len(c.vars) && listed {
				c.frame.Slots[i].Class, c.vars[i].class = k, k
			} else {
				c.add(name, k, true)
			}
		}
	case !listed:
		for i := range highestParam(text) {
			c.add("$"+strconv.Itoa(i+1), unknown, false)
		}
	}
	n := len(c.vars)
	if !u.system && listed && highestParam(text) > n {
		u.r.errorf(x.Texts[0].Span(), "E2511", "the formula uses parameter $%d, the property has %d", highestParam(text), n)
		return invalid(x.Span())
	}
	args := make([]bound.Expr, 0, len(c.vars))
	if class.IsObject() && !u.system {
		u.r.errorf(x.Result.Class.Span(), "E2517", "a formula gives a built-in class, not '%s'", u.r.className(class))
		return invalid(x.Span())
	}
	for i := range c.vars {
		args = append(args, c.read(&c.vars[i], x.Span()))
		text = strings.ReplaceAll(text, "$"+c.vars[i].name, "$"+strconv.Itoa(i+1))
	}
	if u.system {
		return natively(text, at(x, class), args, x.NullArgs)
	}
	return &bound.Formula{Node: at(x, class), Text: text, Args: args, Nullable: x.NullArgs}
}

// natively makes the body of a standard property.
func natively(id string, n bound.Node, args []bound.Expr, nullable bool) bound.Expr {
	switch id {
	case "iterate":
		return &bound.Iterate{Node: n, X: args[0], From: args[1], To: args[2]}
	case "Utils.array", "Utils.arrayText", "Utils.map", "Utils.mapText":
		if len(args) == 2 {
			return &bound.Entries{Node: n, Func: id, X: args[0], Key: args[1]}
		}
	}
	return &bound.Native{Node: n, Func: id, Args: args, Nullable: nullable}
}

// formulaText picks the text for PostgreSQL, or the one for all databases.
func (u *unit) formulaText(x *ast.FormulaExpr) (string, bool) {
	text, found := "", false
	seen := map[string]bool{}
	for i := range x.Texts {
		t := &x.Texts[i]
		if seen[t.Syntax] {
			u.r.errorf(t.Span(), "E2512", "the formula has two texts for the same database")
			return "", false
		}
		seen[t.Syntax] = true
		if n := highestParam(t.Text.Value); i > 0 && n != highestParam(x.Texts[0].Text.Value) {
			u.r.errorf(t.Span(), "E2512", "the texts of the formula have different numbers of parameters")
			return "", false
		}
		if t.Syntax == "PG" || t.Syntax == "" && !found {
			text, found = t.Text.Value, true
		}
	}
	if !found && len(x.Texts) > 0 {
		text, found = x.Texts[0].Text.Value, true
	}
	if strings.Contains(text, `\`) {
		text = strings.NewReplacer(`\{`, "{", `\}`, "}").Replace(text)
	}
	return text, found
}

// highestParam is the greatest n of $n in a formula.
func highestParam(text string) int {
	most := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		n, j := 0, i+1
		for ; j < len(text) && text[j] >= '0' && text[j] <= '9' && n < 1000; j++ {
			n = n*10 + int(text[j]-'0')
		}
		most = max(most, n)
	}
	return most
}

// native resolves NATIVE C (A, B): a property of the standard library that
// the interpreter computes under its own name.
func (u *unit) native(c *context, p *bound.Property, x *ast.NativeExpr) bound.Expr {
	if !u.system {
		u.r.errorf(x.Span(), "E2513", "NATIVE is for the standard library only")
		class, _ := u.classOf(&x.Class)
		return &wrong{at(x, class)}
	}
	class, _ := u.classOf(&x.Class)
	classes, _ := u.classesOf(x.Params)
	var args []bound.Expr
	for _, k := range classes {
		c.add("", k, true)
		args = append(args, c.read(&c.vars[len(c.vars)-1], x.Span()))
	}
	return natively(u.mod.Name+"."+p.Ident, at(x, class), args, false)
}

// propertyOptions applies the options of a declaration.
func (u *unit) propertyOptions(c *context, m *member, options []ast.Option, body diag.Span) {
	p := m.prop
	for i := range options {
		o := &options[i]
		switch o.Name {
		case "IN":
			if g, ok := lookup(u, u.r.groups, o.ID, "property group", "E2006"); ok {
				p.Group = g
			}
		case "TABLE":
			u.tableOption(p, o)
		case "MATERIALIZED":
			p.Materialized = true
			if len(o.Texts) > 0 {
				p.Field = o.Texts[0].Value
			}
		case "INDEXED":
			p.Indexed = true
			if p.Kind == bound.Calculated && !p.Materialized && !hasOption(options, "MATERIALIZED") {
				u.r.errorf(o.Span(), "E2903", "only a stored property can be indexed; '%s' is not materialized", p.Ident)
			}
		case "COMPLEX":
			p.Complex = true
		case "NONULL":
			u.nonNull(m, o, body)
		case "EXTID":
			if len(o.Texts) > 0 {
				p.ExtID = o.Texts[0].Value
			}
		case "ON":
			u.handler(m, o)
		case "ASON":
			if o.Use != nil {
				u.asOn(o.Use)
			}
		case "@@":
			p.Annotations = append(p.Annotations, annotation(o))
			p.API = p.API || annotation(o) == "api"
		default:
			u.optionExprs(m, o)
		}
	}
}

func hasOption(options []ast.Option, name string) bool {
	return slices.ContainsFunc(options, func(o ast.Option) bool { return o.Name == name })
}

func annotation(o *ast.Option) string {
	if len(o.IDs) > 0 {
		return o.IDs[0].Name
	}
	return ""
}

// optionExprs checks the expressions of options that only a screen needs.
func (u *unit) optionExprs(m *member, o *ast.Option) {
	if o.Class != nil {
		u.classOf(o.Class)
	}
	for _, x := range append(slices.Clone(o.Exprs), o.Expr) {
		if x != nil {
			u.memberContext(m).expr(x, false)
		}
	}
}

// memberContext has the parameters of a declaration by their names.
func (u *unit) memberContext(m *member) *context {
	c := u.context()
	for i, k := range m.signature {
		name := ""
		if m.named && i < len(m.paramName) {
			name = m.paramName[i]
		}
		class := k
		if m.prop != nil && i < len(m.prop.Params) && !class.Known() {
			class = m.prop.Params[i]
		}
		c.add(name, k, k.Known())
		c.frame.Slots[i].Class = class
	}
	return c
}

func (u *unit) tableOption(p *bound.Property, o *ast.Option) {
	t, ok := lookup(u, u.r.tables, o.ID, "table", "E2012")
	if !ok {
		return
	}
	p.Table = t
	if len(p.Params) == len(t.Keys) {
		for i, k := range t.Keys {
			if !u.r.overlaps(p.Params[i], k) {
				u.r.errorf(o.Span(), "E2310", "property '%s' cannot be in table '%s': the classes of the parameters differ", p.Ident, t.Ident)
				return
			}
		}
		return
	}
	u.r.warnf(o.Span(), "W2902", "property '%s' has %d parameters, table '%s' has %d keys", p.Ident, len(p.Params), t.Ident, len(t.Keys))
}

// shown is a property as the texts of built-in constraints name it.
func (u *unit) shown(p *bound.Property, body diag.Span) string {
	caption := p.Caption
	if caption == "" && p.Ident != "" {
		caption = strings.ToUpper(p.Ident[:1]) + p.Ident[1:]
	}
	return caption + "(" + u.r.canonicalName(&p.Name, p.Params) + " [" + u.place(body) + "])"
}

// nonNull makes the constraint of NONULL.
func (u *unit) nonNull(m *member, o *ast.Option, body diag.Span) {
	p := m.prop
	p.NonNull = &bound.NonNull{Span: o.Span(), Delete: o.Delete != nil, Event: u.scope(o.Event)}
	c := u.memberContext(m)
	args := make([]bound.Expr, len(c.vars))
	var items []bound.Expr
	news := make([]int, len(c.vars))
	for i := range c.vars {
		args[i] = c.read(&c.vars[i], o.Span())
		news[i] = c.vars[i].slot
		if k := p.Params[i]; k.IsObject() {
			items = append(items, &bound.Is{Node: bound.Node{Class: value.ClassBoolean, Span: o.Span()}, X: clone(args[i]), Of: u.r.class(k)})
		}
	}
	call := callOf(p, args, o.Span())
	items = append(items, &bound.Not{Node: bound.Node{Class: value.ClassBoolean, Span: o.Span()}, X: call})
	con := &bound.Constraint{Module: u.mod, Span: o.Span(), Scope: p.NonNull.Event, Frame: *c.frame, New: news, Builtin: "nonnull"}
	con.Condition = conjunction(items, o.Span())
	con.Text = "Property " + u.shown(p, body) + " is not set[" + u.place(o.Span()) + "]"
	p.NonNull.Condition = con.Condition
	if o.Delete != nil && len(args) > 0 {
		e := &bound.Event{Module: u.mod, Span: o.Delete.Span(), Scope: u.scope(o.Delete), Frame: *c.frame, New: news}
		dropped := &bound.Change{Node: bound.Node{Class: value.ClassBoolean, Span: o.Span()}, Kind: bound.Dropped, X: clone(call)}
		e.Condition = dropped
		e.Body = &bound.Delete{Step: bound.Step{Span: o.Span()}, X: clone(args[0])}
		u.r.prog.Events = append(u.r.prog.Events, e)
	}
	u.r.prog.Constraints = append(u.r.prog.Constraints, con)
}

// conjunction is AND of items.
func conjunction(items []bound.Expr, span diag.Span) bound.Expr {
	if len(items) == 1 {
		return items[0]
	}
	return &bound.And{Node: bound.Node{Class: value.ClassBoolean, Span: span}, Items: items}
}

// handler resolves ON CHANGE { ... } of a property.
func (u *unit) handler(m *member, o *ast.Option) {
	if o.Action == nil {
		return
	}
	c := u.memberContext(m)
	a := &bound.Action{Name: bound.Name{Namespace: u.mod.Namespace, Module: u.mod, Span: o.Span()}}
	u.actionBody(c, a, o.Action)
	a.Params = slices.Clone(m.prop.Params)
	u.r.addAction(a)
	word := "CHANGE"
	if len(o.Words) > 0 {
		word = strings.Join(o.Words, " ")
	}
	if m.prop.Handlers == nil {
		m.prop.Handlers = map[string]*bound.Action{}
	}
	m.prop.Handlers[word] = a
}

// asOn checks that the property of ASON CHANGE p exists.
func (u *unit) asOn(use *ast.PropertyUse) {
	u.member(&use.Ref, anyMember, nil, true, nil)
}
