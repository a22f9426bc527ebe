package resolve

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// columns resolves the columns, condition and order of a flat export into e.
func (c *context) columns(e *bound.Export, cols []ast.Aliased, where ast.Expr, order []ast.Ordered, limit ast.Limit) {
	mark := c.mark()
	defer c.leave(mark)
	for i := range cols {
		col := bound.Column{X: c.expr(cols[i].Expr, true)}
		if n := cols[i].Name; n != nil {
			col.Name, col.Literal = n.Value, !n.Bare
		}
		e.Columns = append(e.Columns, col)
	}
	e.Where = c.maybe(where, true)
	for i := range order {
		e.Order = append(e.Order, bound.OrderItem{X: c.expr(order[i].Expr, true), Desc: order[i].Desc})
	}
	c.checkZero(limit.Top)
	e.TopX, e.OffsetX = c.maybe(limit.Top, false), c.maybe(limit.Offset, false)
	e.New = c.since(mark)
}

func (c *context) jsonExpr(x *ast.JSONExpr) bound.Expr {
	e := &bound.Export{Format: "JSON", Span: x.Span()}
	c.columns(e, x.Columns, x.Where, x.Order, x.Limit)
	return &bound.JSONOf{Node: at(x, jsonClass(x.AsText)), Export: e}
}

func jsonClass(text bool) value.Class {
	if text {
		return value.Class{Name: value.NameJSONText}
	}
	return value.ClassJSON
}

func (c *context) jsonForm(x *ast.JSONForm) bound.Expr {
	e := &bound.Export{Format: "JSON", Span: x.Span()}
	info := c.formSource(e, &x.Form, x.Filters, &x.Limit)
	if info == nil {
		return invalid(x.Span())
	}
	return &bound.JSONOf{Node: at(x, jsonClass(x.AsText)), Export: e}
}

// formSource resolves form OBJECTS ... FILTERS ... TOP ... of an export.
func (c *context) formSource(e *bound.Export, m *ast.MappedForm, filters []ast.Expr, limit *ast.FormLimit) *formInfo {
	info := c.mappedForm(m)
	if info == nil {
		return nil
	}
	e.Form = info.form
	e.Objects = c.formArgs(info, m)
	c.formFilters(info, filters, e)
	e.TopX, e.OffsetX = c.maybe(limit.Top, false), c.maybe(limit.Offset, false)
	e.Top = c.formLimits(info, limit.TopBy)
	e.Offset = c.formLimits(info, limit.OffsetBy)
	return info
}

func (c *context) formLimits(info *formInfo, list []ast.GroupValue) []bound.FormLimit {
	var out []bound.FormLimit
	for i := range list {
		out = append(out, bound.FormLimit{Group: info.group(c.u, &list[i].Name), X: c.expr(list[i].Expr, false)})
	}
	return out
}

// formFilters resolves FILTERS of SHOW, PRINT and EXPORT: conditions over the
// objects of the form and the parameters of the action.
func (c *context) formFilters(info *formInfo, filters []ast.Expr, e *bound.Export) {
	if len(filters) == 0 {
		return
	}
	mark := c.mark()
	defer c.leave(mark)
	slots := map[*bound.FormObject]int{}
	for _, g := range info.form.Groups {
		for _, o := range g.Objects {
			slots[o] = c.add(o.Ident, o.Class, true)
		}
	}
	for _, f := range filters {
		x := c.expr(f, false)
		if e != nil {
			e.Filters = append(e.Filters, x)
		}
	}
	if e != nil {
		for _, g := range info.form.Groups {
			for _, o := range g.Objects {
				e.FilterSlots = append(e.FilterSlots, slots[o])
			}
		}
	}
}

// format fills the options of a file format.
func (c *context) format(e *bound.Export, f *ast.Format) {
	if f == nil {
		return
	}
	e.Format = f.Name
	e.Root, e.Tag = c.maybe(f.Root, false), c.maybe(f.Tag, false)
	e.Attr = f.Attr
	e.Header, e.Escape = choice(f.Header, "HEADER"), choice(f.Escape, "ESCAPE")
	if f.Separator != nil {
		e.Separator = f.Separator.Value
	}
	if f.Charset != nil {
		e.Charset = f.Charset.Value
	}
	e.Sheet = c.maybe(f.Sheet, false)
	for _, x := range []bound.Expr{e.Root, e.Tag} {
		if x != nil && x.ValueClass().Known() && !x.ValueClass().IsText() {
			c.u.r.errorf(x.Place(), "E2803", "ROOT and TAG are texts, this is %s", c.u.r.className(x.ValueClass()))
		}
	}
}

// choice reads HEADER or NOHEADER; nil when neither is written.
func choice(word, yes string) *bool {
	if word == "" {
		return nil
	}
	v := word == yes
	return &v
}

func (c *context) exportAction(x *ast.Export) bound.Act {
	e := &bound.Export{Span: x.Span()}
	c.columns(e, x.Columns, x.Where, x.Order, x.Limit)
	c.format(e, x.Format)
	e.To = c.fileTarget(x.To)
	return &bound.ExportAct{Step: c.step1(x), Export: e}
}

// fileTarget is a property for a file.
func (c *context) fileTarget(ref *ast.PropertyRef) *bound.Target {
	t := c.target(ref, nil, false)
	if t != nil {
		if k := t.Prop.Class; k.Known() && !k.IsFile() && k.Kind() != value.JSON && !k.IsText() {
			c.u.r.errorf(ref.Span(), "E2309", "'%s' is of class %s, a file is written", ref.Name.Name, c.u.r.className(k))
		}
	}
	return t
}

func isFlat(format string) bool {
	switch format {
	case "CSV", "XLS", "XLSX", "DBF", "TABLE":
		return true
	}
	return false
}

func (c *context) exportForm(x *ast.ExportForm) bound.Act {
	e := &bound.Export{Span: x.Span()}
	info := c.formSource(e, &x.Form, x.Filters, &x.Limit)
	c.format(e, x.Format)
	r := c.u.r
	switch {
	case isFlat(e.Format) && len(x.Targets) == 0 && x.To != nil && info != nil && len(info.form.Groups) > 0:
		r.errorf(x.Form.Span(), "E2801", "EXPORT of a form as %s makes a file for each group of objects: TO group = property, …", e.Format)
	case !isFlat(e.Format) && len(x.Targets) > 0:
		r.errorf(x.Targets[0].Group.Span(), "E2802", "EXPORT of a form as %s makes one file", formatName(e.Format))
	case e.Attr:
		r.errorf(x.Format.Span(), "E2803", "EXPORT of a form takes no ATTR; it is an option of the form's properties")
	}
	e.To = c.fileTarget(x.To)
	for i := range x.Targets {
		g := bound.GroupTarget{}
		if info != nil {
			g.Group = info.group(c.u, &x.Targets[i].Group)
		}
		if t := c.fileTarget(&x.Targets[i].Ref); t != nil {
			g.To = *t
		}
		e.ToGroups = append(e.ToGroups, g)
	}
	if info == nil {
		return &bound.Block{Step: c.step1(x)}
	}
	return &bound.ExportAct{Step: c.step1(x), Export: e}
}

func formatName(f string) string {
	if f == "" {
		return "JSON"
	}
	return f
}

// importFormat fills the options of a file format.
func (c *context) importFormat(m *bound.Import, f *ast.Format) {
	if f == nil {
		return
	}
	m.Format = f.Name
	m.Root = c.maybe(f.Root, false)
	m.Attr = f.Attr
	m.Header, m.Escape = choice(f.Header, "HEADER"), choice(f.Escape, "ESCAPE")
	if f.Separator != nil {
		m.Separator = f.Separator.Value
	}
	if f.Charset != nil {
		m.Charset = f.Charset.Value
	}
	m.Sheet, m.SheetAll = c.maybe(f.Sheet, false), f.AllSheets
	m.Filter, m.Memo = c.maybe(f.Where, false), c.maybe(f.Memo, false)
}

// checkFile reports a source that is no file.
func (c *context) checkFile(x bound.Expr) {
	if x == nil {
		return
	}
	if k := x.ValueClass(); k.Known() && !k.IsFile() && k.Kind() != value.JSON && k.Kind() != value.Opaque {
		c.u.r.errorf(x.Place(), "E2309", "a file is read here, this is of class %s", c.u.r.className(k))
	}
}

func (c *context) importAction(x *ast.Import) bound.Act {
	m := &bound.Import{Span: x.Span()}
	m.From = c.maybe(x.From, false)
	c.checkFile(m.From)
	c.importFormat(m, x.Format)
	mark := c.mark()
	defer c.leave(mark)
	out := &bound.ImportAct{Step: c.step1(x), Import: m}
	if x.IsFields {
		c.importFields(m, x)
		return out
	}
	keys := []value.Class{value.ClassInteger}
	if x.Listed {
		keys, _ = c.u.classesOf(x.Classes)
		if len(keys) > 1 {
			c.u.r.errorf(x.Classes[1].Span(), "E2804", "IMPORT takes one class of objects at most")
			keys = keys[:1]
		}
	}
	if len(keys) == 1 {
		m.Key = &keys[0]
		m.KeyClass = c.u.r.class(keys[0])
	}
	for i := range x.To {
		t := &x.To[i]
		col := bound.ImportColumn{Slot: -1, Span: t.Span()}
		if t.Column != nil {
			col.Name, col.Literal = t.Column.Value, !t.Column.Bare
		}
		if p := c.target(&t.Ref, keys, false); p != nil {
			col.Prop, col.Class = p.Prop, p.Prop.Class
		}
		m.Columns = append(m.Columns, col)
	}
	if x.Where != nil {
		m.Where = c.target(x.Where, keys, false)
	}
	return out
}

// importFields resolves FIELDS (row) CLASS a = 'column' ... DO.
func (c *context) importFields(m *bound.Import, x *ast.Import) {
	if len(x.Params) > 0 {
		p := &x.Params[0]
		k, _ := c.u.classOf(p.Class)
		if !k.Known() {
			k = value.ClassInteger
		}
		m.Key, m.KeyClass = &k, c.u.r.class(k)
		m.New = append(m.New, c.add(p.Name, k, true))
		if len(x.Params) > 1 {
			c.u.r.errorf(x.Params[1].Span(), "E2804", "IMPORT takes one class of objects at most")
		}
	} else {
		m.Single = x.Listed
		m.New = append(m.New, c.add("row", value.ClassInteger, true))
	}
	for i := range x.Fields {
		f := &x.Fields[i]
		k, _ := c.u.classOf(&f.Class)
		col := bound.ImportColumn{Name: f.Column.Value, Literal: !f.Column.Bare, Class: k, NullOption: f.Null, Span: f.Span()}
		name := f.Column.Value
		if f.Name != nil {
			name = f.Name.Name
		}
		col.Slot = c.add(name, k, true)
		m.New = append(m.New, col.Slot)
		m.Columns = append(m.Columns, col)
	}
	if x.Do != nil {
		m.Do = c.scoped(x.Do)
	}
	if x.Else != nil {
		m.Else = c.scoped(x.Else)
	}
}

func (c *context) importForm(x *ast.ImportForm) bound.Act {
	m := &bound.Import{Span: x.Span()}
	info := c.u.formNamed(&x.Form)
	c.importFormat(m, x.Format)
	for i := range x.From {
		f := &x.From[i]
		v := c.expr(f.Expr, false)
		c.checkFile(v)
		if f.Name == nil {
			m.From = v
			continue
		}
		src := bound.GroupSource{X: v}
		if info != nil {
			id := ast.Ident{Loc: f.Name.Loc, Name: f.Name.Value}
			src.Group = info.group(c.u, &id)
		}
		m.FromGroups = append(m.FromGroups, src)
	}
	switch {
	case isFlat(m.Format) && m.From != nil && len(m.FromGroups) == 0 && m.Format != "TABLE":
		c.u.r.errorf(x.Form.Span(), "E2801", "IMPORT of a form from %s takes a file for each group of objects: FROM group = file, …", m.Format)
	case m.Format != "" && !isFlat(m.Format) && len(m.FromGroups) > 0:
		c.u.r.errorf(x.Form.Span(), "E2802", "IMPORT of a form from %s takes one file", m.Format)
	}
	if info == nil {
		return &bound.Block{Step: c.step1(x)}
	}
	m.Form = info.form
	return &bound.ImportAct{Step: c.step1(x), Import: m}
}

func (c *context) external(x *ast.External) bound.Act {
	t := &x.Target
	out := &bound.External{Step: c.step1(x), Kind: t.Kind, ClientSide: t.Client, EvalAction: t.EvalAction}
	out.Connection, out.Exec = c.maybe(t.Address, false), c.maybe(t.Exec, false)
	for _, e := range []bound.Expr{out.Connection, out.Exec} {
		if e == nil {
			continue
		}
		if k := e.ValueClass(); k.Known() && !k.IsText() && !k.IsFile() && k.Kind() != value.Opaque {
			c.u.r.errorf(e.Place(), "E2805", "a text is expected here, this is of class %s", c.u.r.className(k))
		}
	}
	if t.Charset != nil {
		out.Charset = t.Charset.Value
	}
	if t.Kind == "LSF" {
		out.Method = "EXEC"
		if t.EvalAction {
			out.Method = "EVAL ACTION"
		} else if t.Eval {
			out.Method = "EVAL"
		}
	}
	if h := t.HTTP; h != nil {
		c.httpTarget(out, h)
	}
	for i := range x.Params {
		p := bound.NamedExpr{X: c.expr(x.Params[i].Expr, false)}
		if x.Params[i].Name != nil {
			p.Name = x.Params[i].Name.Name
		}
		out.Params = append(out.Params, p)
	}
	out.To = c.manyTargets(x.To)
	return out
}

func (c *context) httpTarget(out *bound.External, h *ast.HTTPTarget) {
	out.Method = h.Method
	out.NoEncode = h.NoEncode
	out.BodyURL = c.maybe(h.BodyURL, false)
	out.BodyNames = c.exprs(h.BodyParamNames, false)
	text := []value.Class{value.ClassString}
	one := func(ref *ast.PropertyRef) *bound.Property {
		if t := c.target(ref, text, false); t != nil {
			return t.Prop
		}
		return nil
	}
	for i := range h.BodyParamHeaders {
		if p := one(&h.BodyParamHeaders[i]); p != nil {
			out.BodyHeaders = append(out.BodyHeaders, p)
		}
	}
	if h.Headers != nil {
		out.Headers = one(h.Headers)
	}
	if h.Cookies != nil {
		out.Cookies = one(h.Cookies)
	}
	if h.HeadersTo != nil {
		out.HeadersTo = one(h.HeadersTo)
	}
	if h.CookiesTo != nil {
		out.CookiesTo = one(h.CookiesTo)
	}
}
