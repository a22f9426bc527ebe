package resolve

import (
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// mappedForm finds the form that is shown, exported or printed; of LIST and
// EDIT of a class there may be none, which is no error.
func (c *context) mappedForm(m *ast.MappedForm) *formInfo {
	if m.Class != nil {
		k, ok := c.u.classOf(m.Class)
		if ok && !k.IsObject() {
			c.u.r.errorf(m.Class.Span(), "E2701", "%s needs a user class", m.Kind)
		}
		return nil
	}
	return c.u.formNamed(&m.Form)
}

// formArgs resolves OBJECTS a = x of a form's call.
func (c *context) formArgs(info *formInfo, m *ast.MappedForm) []bound.FormArg {
	var out []bound.FormArg
	for i := range m.Objects {
		a := &m.Objects[i]
		arg := bound.FormArg{Null: a.ValueNull}
		if info != nil && a.Object.Name != "" {
			arg.Object = info.object(c.u, &a.Object)
		}
		arg.X = c.maybe(a.Value, false)
		if arg.X != nil && arg.Object != nil {
			if k := arg.X.ValueClass(); k.Known() && arg.Object.Class.Known() && k.IsObject() != arg.Object.Class.IsObject() {
				c.u.r.errorf(a.Value.Span(), "E2307", "object '%s' is of class %s, the value is of class %s", a.Object.Name,
					c.u.r.className(arg.Object.Class), c.u.r.className(k))
			}
		}
		c.maybe(a.Change, false)
		c.overForm(info, a.Constraint, a.List)
		if a.To != nil {
			c.target(a.To, nil, false)
		}
		if arg.X != nil && arg.Object != nil {
			out = append(out, arg)
		}
	}
	return out
}

// overForm checks expressions over the objects of a form.
func (c *context) overForm(info *formInfo, xs ...ast.Expr) {
	mark := c.mark()
	defer c.leave(mark)
	if info != nil {
		for _, g := range info.form.Groups {
			for _, o := range g.Objects {
				c.add(o.Ident, o.Class, true)
			}
		}
	}
	for _, x := range xs {
		if x != nil {
			c.expr(x, true)
		}
	}
}

func (c *context) show(x *ast.Show) bound.Act {
	info := c.mappedForm(&x.Form)
	out := &bound.Show{Step: c.step1(x), Dialog: x.Dialog}
	out.Objects = c.formArgs(info, &x.Form)
	if info != nil {
		out.Form = info.form
		c.formFilters(info, x.Filters, nil)
		if x.Init != nil {
			c.u.formBlock(info, x.Init)
		}
	}
	if x.In != nil {
		c.componentPath(x.In)
	}
	mark := c.mark()
	for i := range x.Form.Objects {
		a := &x.Form.Objects[i]
		if a.Mode == "" && a.Name == nil {
			continue
		}
		class := unknown
		if info != nil && a.Object.Name != "" {
			if o := info.object(c.u, &a.Object); o != nil {
				class = o.Class
			}
		} else if x.Form.Class != nil {
			class, _ = c.u.classOf(x.Form.Class)
		}
		name := a.Object.Name
		if a.Name != nil {
			name = a.Name.Name
		}
		out.Slots = append(out.Slots, c.add(name, class, class.Known()))
	}
	if x.Do != nil {
		out.Do = c.scoped(x.Do)
	}
	c.leave(mark)
	if x.Else != nil {
		out.Else = c.scoped(x.Else)
	}
	return out
}

func (c *context) print(x *ast.Print) bound.Act {
	info := c.mappedForm(&x.Form)
	out := &bound.Show{Step: c.step1(x), Print: true, Format: x.Format}
	out.Objects = c.formArgs(info, &x.Form)
	if info != nil {
		out.Form = info.form
		c.formFilters(info, x.Filters, nil)
		c.formLimits(info, x.Limit.TopBy)
		c.formLimits(info, x.Limit.OffsetBy)
	}
	c.maybe(x.Limit.Top, false)
	c.maybe(x.Limit.Offset, false)
	c.maybe(x.Sheet, false)
	c.maybe(x.Password, false)
	c.maybe(x.Printer, false)
	out.To = c.target(x.To, nil, false)
	return out
}

// formAction resolves an action that only changes what an open form shows.
func (c *context) formAction(x *ast.FormAction) bound.Act {
	out := &bound.Inert{Step: c.step1(x), What: x.Kind}
	if x.Name != nil {
		c.u.formNamed(x.Name)
	}
	if x.Path != nil {
		c.elementPath(x.Path)
	}
	if x.Draw != nil {
		c.drawPath(x.Draw)
	}
	if x.Component != nil {
		c.componentPath(x.Component)
	}
	c.maybe(x.Value, false)
	for i := range x.Objects {
		o := &x.Objects[i]
		if x.Path != nil {
			if info := c.pathForm(&x.Path.Form); info != nil {
				info.object(c.u, &o.Name)
			}
		}
		c.maybe(o.Expr, false)
	}
	if x.To != nil {
		c.target(x.To, nil, true)
	}
	return out
}

// pathForm finds the form of a path without saying twice that there is none.
func (c *context) pathForm(n *ast.Name) *formInfo {
	for _, e := range seek(c.u, c.u.r.forms, n) {
		return e.item
	}
	return nil
}

// elementPath checks form.group or form.object.
func (c *context) elementPath(p *ast.FormPath) {
	info := c.u.formNamed(&p.Form)
	if info == nil || info.has(p.Element.Name) || info.filters[p.Element.Name] || info.trees[p.Element.Name] {
		return
	}
	info.group(c.u, &p.Element)
}

func (c *context) groupPath(p *ast.FormPath) {
	if info := c.u.formNamed(&p.Form); info != nil {
		info.group(c.u, &p.Element)
	}
}

// groupObject resolves FILTER f.g and relatives, properties of the objects of
// a group.
func (c *context) groupObject(x *ast.GroupObjectExpr, listed bool) bound.Expr {
	info := c.u.formNamed(&x.Group.Form)
	if info == nil {
		return invalid(x.Span())
	}
	g := info.group(c.u, &x.Group.Element)
	if g == nil {
		return invalid(x.Span())
	}
	class := value.ClassBoolean
	switch x.Kind {
	case "ORDER":
		class = value.ClassInteger
	case "VIEWTYPE":
		class = c.u.listView()
	}
	for _, o := range g.Objects {
		if (x.Kind == "FILTER" || x.Kind == "ORDER" || x.Kind == "SELECT" || x.Kind == "VIEW") && !listed {
			c.add(o.Ident, o.Class, true)
		}
	}
	return &bound.Unsupported{Node: at(x, class), What: x.Kind + " of a form"}
}

// listView is System.ListViewType.
func (u *unit) listView() value.Class {
	for _, e := range u.r.classes["ListViewType"] {
		if e.mod.Name == "System" {
			return e.item.Value()
		}
	}
	return unknown
}

func (c *context) objectPath(p *ast.FormPath) value.Class {
	info := c.u.formNamed(&p.Form)
	if info == nil {
		return unknown
	}
	if o := info.object(c.u, &p.Element); o != nil {
		return o.Class
	}
	return unknown
}

func (c *context) drawPath(p *ast.DrawPath) {
	if info := c.u.formNamed(&p.Form); info != nil {
		c.u.drawRef(info, &p.Draw)
	}
}

func (c *context) componentPath(p *ast.ComponentPath) {
	if info := c.u.formNamed(&p.Form); info != nil {
		c.u.component(info, &p.Component)
	}
}

func (c *context) checkActive(x *ast.ActiveExpr) {
	if x.Component != nil {
		c.componentPath(x.Component)
	}
	if x.Draw != nil {
		c.drawPath(x.Draw)
	}
}
