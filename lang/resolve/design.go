package resolve

import (
	"github.com/golsf/golsf/lang/ast"
)

// windowInfo and elementInfo stand for a window and an element of the
// navigator: golsf has no screen, their names are checked only.
type windowInfo struct{ native bool }

type elementInfo struct {
	name   string
	parent *elementInfo
}

// component is a container that a DESIGN made.
type component struct {
	parent *component
}

func (u *unit) window(s *ast.Window) {
	for _, e := range u.r.windows[s.Name.Name] {
		if e.mod.Namespace == u.mod.Namespace && u.visible[e.mod] {
			u.twice(s.Name.Span(), "E2203", "window", s.Name.Name, e.span)
			return
		}
	}
	border, dock := false, false
	for i := range s.Options {
		o := &s.Options[i]
		switch o.Word {
		case "LEFT", "RIGHT", "TOP", "BOTTOM":
			border = true
		}
		dock = dock || len(o.Dock) > 0
		if o.Class != nil {
			u.context().expr(o.Class, false)
		}
		if o.Custom != nil {
			u.context().expr(o.Custom, false)
		}
	}
	if border && dock {
		u.r.errorf(s.Span(), "E2707", "a window is at a border or at a position, not both")
	}
	u.r.windows[s.Name.Name] = append(u.r.windows[s.Name.Name], entry[*windowInfo]{u.mod, s.Name.Span(), &windowInfo{native: s.Native}})
}

func (u *unit) namedWindow(n *ast.Name) {
	lookup(u, u.r.windows, n, "window", "E2009")
}

func (u *unit) navigator(items []ast.NavigatorItem, inside *elementInfo) {
	for i := range items {
		u.navigatorItem(&items[i], inside)
	}
}

func (u *unit) navigatorItem(x *ast.NavigatorItem, inside *elementInfo) {
	var element *elementInfo
	switch x.Kind {
	case "NEW":
		element = u.newElement(x)
		if element != nil {
			element.parent = inside
		}
	case "MOVE", "":
		if x.Target == nil {
			break
		}
		element = u.element(x.Target)
		if x.Kind != "MOVE" || element == nil {
			break
		}
		for p := inside; p != nil; p = p.parent {
			if p == element {
				u.r.errorf(x.Target.Span(), "E2703", "element '%s' cannot be moved into itself", element.name)
				return
			}
		}
		element.parent = inside
	case "SCHEDULE":
		if x.Do != nil {
			c := u.context()
			c.act = &actionState{}
			c.action(x.Do)
		}
	}
	for i := range x.Options {
		o := &x.Options[i]
		if o.Window != nil {
			if w, ok := lookup(u, u.r.windows, o.Window, "window", "E2009"); ok && w.native {
				u.r.errorf(o.Window.Span(), "E2706", "elements cannot be put into the system window '%s'", o.Window.Name)
			}
		}
		if o.Element != nil {
			u.element(o.Element)
		}
		for _, e := range []ast.Expr{o.Image, o.Class, o.Header, o.ShowIf} {
			if e != nil {
				u.context().expr(e, false)
			}
		}
	}
	if x.Body != nil {
		u.navigator(x.Body.Items, element)
	}
}

func (u *unit) element(n *ast.Name) *elementInfo {
	e, _ := lookup(u, u.r.elements, n, "navigator element", "E2010")
	return e
}

func (u *unit) newElement(x *ast.NavigatorItem) *elementInfo {
	name, span := "", x.Span()
	if x.Name != nil {
		name, span = x.Name.Name, x.Name.Span()
	}
	switch {
	case x.Element == "FOLDER":
	case x.Element == "FORM" && x.Target != nil:
		u.formNamed(x.Target)
		if name == "" {
			name, span = x.Target.Name, x.Target.Span()
		}
	case x.Ref != nil:
		if name == "" {
			name, span = x.Ref.Name.Name, x.Ref.Span()
		}
		if x.Element == "" && len(seek(u, u.r.forms, &x.Ref.Name)) > 0 {
			break
		}
		if x.Element == "ACTION" {
			u.member(x.Ref, onlyAction, nil, false, nil)
		} else if m := u.members(x.Ref); !m {
			u.r.errorHint(x.Ref.Span(), "E2005", nearest(x.Ref.Name.Name, append(visibleNames(u, u.r.forms), u.memberNames(onlyAction, nil)...)),
				"form or action '%s' is not found", x.Ref.Name.Name)
		}
	case x.Target != nil:
		u.formNamed(x.Target)
		if name == "" {
			name, span = x.Target.Name, x.Target.Span()
		}
	}
	if name == "" {
		return nil
	}
	for _, e := range u.r.elements[name] {
		if e.mod.Namespace == u.mod.Namespace && u.visible[e.mod] {
			u.twice(span, "E2203", "navigator element", name, e.span)
			return nil
		}
	}
	info := &elementInfo{name: name}
	u.r.elements[name] = append(u.r.elements[name], entry[*elementInfo]{u.mod, span, info})
	return info
}

// members reports whether an action without parameters has that name.
func (u *unit) members(ref *ast.PropertyRef) bool {
	s := search{u: u, kind: onlyAction}
	m, many := s.find(&ref.Name)
	return m != nil || many != nil
}

func (u *unit) design(s *ast.Design) {
	info := u.formNamed(&s.Form)
	if info == nil {
		return
	}
	was := info.ctx.u
	info.ctx.u = u
	defer func() { info.ctx.u = was }()
	d := &designer{u: u, form: info}
	d.items(s.Body.Items, nil)
}

// designer goes through a DESIGN.
type designer struct {
	u    *unit
	form *formInfo
}

func (d *designer) items(items []ast.DesignItem, inside *component) {
	for i := range items {
		x := &items[i]
		switch x.Kind {
		case "NEW":
			c := &component{parent: inside}
			name := x.Component.Name
			if d.form.declaredBefore(d.u, "component", name, d.form.parts[name] != nil) {
				d.u.r.errorf(x.Component.Span(), "E2702", "component '%s' is in the design of form '%s' already", name, d.form.form.Ident)
			}
			d.form.parts[name] = c
			d.body(x, c)
		case "SET":
			if x.Value != nil && x.Value.Expr != nil {
				v := d.form.ctx.expr(x.Value.Expr, false)
				if k := v.ValueClass(); numericAttribute(x.Component.Name) && k.Known() && !k.IsNumber() {
					d.u.r.errorf(x.Value.Span(), "E2713", "attribute '%s' is a number, this is %s", x.Component.Name, d.u.r.className(k))
				}
			}
		default:
			if x.Component.Draw != nil && x.Kind == "" && x.Body != nil {
				for j := range x.Body.Items {
					if k := x.Body.Items[j].Kind; k == "NEW" || k == "MOVE" {
						d.u.r.errorf(x.Body.Items[j].Span(), "E2708", "a property is no container")
					}
				}
			}
			if x.Component.Draw != nil && x.Kind == "MOVE" {
				d.moveDraw(x, inside)
			}
			c := d.u.component(d.form, &x.Component)
			if x.Kind == "REMOVE" && c == nil && x.Component.Word == "BOX" && x.Component.Object == nil {
				d.u.r.errorf(x.Component.Span(), "E2704", "the main container cannot be removed")
			}
			if x.Kind == "MOVE" && c != nil {
				for p := inside; p != nil; p = p.parent {
					if p == c {
						d.u.r.errorf(x.Component.Span(), "E2703", "component '%s' cannot be moved into itself", x.Component.Name)
						break
					}
				}
			}
			d.body(x, c)
		}
	}
}

// numericAttribute is true of attributes of a design that take a number.
func numericAttribute(name string) bool {
	switch name {
	case "fill", "flex", "lines", "fontSize", "captionLineHeight":
		return true
	}
	return false
}

// moveDraw reports a column of a grid that is moved out of it.
func (d *designer) moveDraw(x *ast.DesignItem, inside *component) {
	p := d.form.draw(d.u, x.Component.Draw)
	if p == nil || inside == nil || p.item.X == nil || p.panel {
		return
	}
	if g := p.item.ToGroup; g != nil && !d.form.panels[g] {
		d.u.r.errorf(x.Component.Span(), "E2705", "'%s' is a column of a grid and cannot be moved; make it PANEL", p.name)
	}
}

func (d *designer) body(x *ast.DesignItem, c *component) {
	if x.Position != nil && x.Position.Component != nil {
		d.u.component(d.form, x.Position.Component)
	}
	if x.Body != nil {
		d.items(x.Body.Items, c)
	}
}

// standardParts are the names of components that every form has.
func standardPart(name string) bool {
	switch name {
	case "main", "box", "commons", "pane", "panel", "toolbar", "popup", "grid", "objects", "left", "right":
		return true
	}
	return false
}

// component finds a component of a form's design.
func (u *unit) component(f *formInfo, x *ast.Component) *component {
	if x.Parent != nil {
		return u.component(f, x.Parent)
	}
	if x.Draw != nil {
		u.drawRef(f, x.Draw)
		return nil
	}
	if x.Word != "" {
		if x.Object != nil && !x.IsForm && !f.broken && !f.hasElement(x.Object.Name) {
			u.r.errorf(x.Span(), "E2008", "component '%s(%s)' is not found in form '%s'", x.Word, x.Object.Name, f.form.Ident)
		}
		return nil
	}
	if c := f.parts[x.Name]; c != nil {
		return c
	}
	if !f.broken && !standardPart(x.Name) && !f.hasElement(x.Name) && x.Name != "" {
		u.r.errorHint(x.Span(), "E2008", nearest(x.Name, sortedKeys(f.parts)), "component '%s' is not found in form '%s'", x.Name, f.form.Ident)
	}
	return nil
}

// hasElement reports whether a form has a group, object, tree, filter group or
// property of that name.
func (f *formInfo) hasElement(name string) bool {
	if f.has(name) || f.trees[name] || f.filters[name] || name == "tree" {
		return true
	}
	for _, g := range f.form.Groups {
		if g.Ident == name {
			return true
		}
	}
	for _, d := range f.draws {
		if d.alias == name || d.name == name {
			return true
		}
	}
	return false
}
