package resolve

import (
	"slices"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// formInfo is a form while it can still be extended.
type formInfo struct {
	form    *bound.Form
	ctx     *context // its objects as parameters
	mod     *bound.Module
	draws   []*draw
	filters map[string]bool // filter groups
	trees   map[string]bool
	parts   map[string]*component // of its design
	broken  bool
	parent  map[*bound.FormGroup]string         // tree of a group
	where   map[string]*bound.Module            // of its elements
	panels  map[*bound.FormGroup]bool           // groups that are no grids
	from    map[*bound.FormObject]*bound.Module // who declared an object
	anchor  *bound.FormProperty                 // of AFTER or BEFORE of the property being added
	placed  *bound.FormProperty                 // by the anchor before
	after   bool
}

// draw is a property on a form by the names that refer to it.
type draw struct {
	alias string
	name  string
	args  []string
	item  *bound.FormProperty
	mod   *bound.Module
	panel bool
}

// object finds an object of the form and reports when there is none.
func (f *formInfo) object(u *unit, id *ast.Ident) *bound.FormObject {
	var names []string
	var hidden *bound.FormObject
	for _, g := range f.form.Groups {
		for _, o := range g.Objects {
			if o.Ident == id.Name {
				if m := f.from[o]; m == nil || u.visible[m] {
					return o
				}
				hidden = o
			}
			names = append(names, o.Ident)
		}
	}
	if hidden != nil {
		return hidden
	}
	if !f.broken {
		u.r.errorHint(id.Span(), "E2007", nearest(id.Name, names), "object '%s' is not found in form '%s'", id.Name, f.form.Ident)
	}
	return nil
}

// group finds a group of objects; nil for the root group, or after an error.
func (f *formInfo) group(u *unit, id *ast.Ident) *bound.FormGroup {
	if id.Name == "root" {
		return nil
	}
	var names []string
	for _, g := range f.form.Groups {
		if g.Ident == id.Name {
			return g
		}
		names = append(names, g.Ident)
	}
	if !f.broken {
		u.r.errorHint(id.Span(), "E2008", nearest(id.Name, names), "object group '%s' is not found in form '%s'", id.Name, f.form.Ident)
	}
	return nil
}

// formNamed finds a form and reports when there is none.
func (u *unit) formNamed(n *ast.Name) *formInfo {
	f, ok := lookup(u, u.r.forms, n, "form", "E2005")
	if !ok {
		return nil
	}
	return f
}

func (u *unit) form(s *ast.Form) {
	r := u.r
	f := &bound.Form{Name: u.name(&s.Name, s.Caption)}
	for _, e := range r.forms[f.Ident] {
		if e.mod.Namespace == u.mod.Namespace && u.visible[e.mod] && !u.again {
			u.twice(f.Span, "E2203", "form", f.Ident, e.span)
			return
		}
	}
	info := &formInfo{form: f, mod: u.mod, ctx: &context{u: u, frame: &f.Frame}, filters: map[string]bool{}, trees: map[string]bool{},
		parts: map[string]*component{}, parent: map[*bound.FormGroup]string{}, where: map[string]*bound.Module{}, panels: map[*bound.FormGroup]bool{}, from: map[*bound.FormObject]*bound.Module{}}
	info.ctx.form = info
	r.prog.Forms = append(r.prog.Forms, f)
	if u.again {
		r.forms[f.Ident] = slices.DeleteFunc(slices.Clone(r.forms[f.Ident]), func(e entry[*formInfo]) bool { return e.mod.Namespace == u.mod.Namespace })
	}
	r.forms[f.Ident] = append(r.forms[f.Ident], entry[*formInfo]{u.mod, f.Span, info})
	before := r.errors()
	u.formItems(info, s.Items)
	info.broken = info.broken || r.errors() > before
}

// declaredBefore notes an element of the form and reports whether a module
// that u sees has declared one of that name; exists tells that there is one.
func (f *formInfo) declaredBefore(u *unit, what, name string, exists bool) bool {
	key := what + " " + name
	m := f.where[key]
	if exists && m != nil && !u.visible[m] {
		return false
	}
	if !exists {
		f.where[key] = u.mod
	}
	return exists
}

func (u *unit) extendForm(s *ast.ExtendForm) {
	info := u.formNamed(&s.Name)
	if info == nil {
		return
	}
	was := info.ctx.u
	info.ctx.u = u
	before := u.r.errors()
	u.formItems(info, s.Items)
	info.broken = info.broken || u.r.errors() > before
	info.ctx.u = was
}

func (u *unit) formItems(f *formInfo, items []ast.FormItem) {
	defer func() { u.unsure = false }()
	for _, item := range items {
		u.unsure = f.broken
		switch item := item.(type) {
		case *ast.FormObjects:
			for i := range item.Groups {
				u.groupObject(f, &item.Groups[i], "")
			}
		case *ast.FormTree:
			name := ""
			if item.Name != nil {
				name = item.Name.Name
			} else if len(item.Groups) > 0 {
				name = "tree"
			}
			f.trees[name] = true
			for i := range item.Groups {
				u.groupObject(f, &item.Groups[i], name)
			}
		case *ast.FormProperties:
			for i := range item.Items {
				u.formProperty(f, item, &item.Items[i], i == 0)
			}
		case *ast.FormFilters:
			for i := range item.Filters {
				u.formFilter(f, &item.Filters[i])
			}
		case *ast.FormOrders:
			for i := range item.Orders {
				u.formOrder(f, &item.Orders[i])
			}
		case *ast.FormSetting:
			if item.ExtID != nil {
				f.form.ExtID = item.ExtID.Value
			}
			if item.Report != nil {
				f.ctx.expr(item.Report, false)
			}
		case *ast.FormIncludes:
			u.formIncludes(f, item)
		default:
			u.formRest(f, item)
		}
	}
}

// formRest checks the sections that only a screen needs.
func (u *unit) formRest(f *formInfo, item ast.FormItem) {
	switch item := item.(type) {
	case *ast.ExtendObjects:
		for i := range item.Objects {
			o := &item.Objects[i]
			if f.object(u, &o.Name) != nil {
				u.objectOptions(f, nil, o.Options)
			}
		}
	case *ast.ExtendTree:
		if !f.trees[item.Name.Name] && !f.broken {
			u.r.errorf(item.Name.Span(), "E2008", "tree '%s' is not found in form '%s'", item.Name.Name, f.form.Ident)
		}
	case *ast.ExtendProperties:
		for i := range item.Items {
			d := u.drawRef(f, &item.Items[i].Draw)
			if d != nil {
				u.drawOptions(f, d.item, item.Items[i].Options)
			}
		}
	case *ast.FormEvents:
		for i := range item.Events {
			u.formEvent(f, &item.Events[i])
		}
	case *ast.FilterGroup:
		u.filterGroup(f, item)
	case *ast.UserFilters:
		for i := range item.Draws {
			u.drawRef(f, &item.Draws[i])
		}
	case *ast.FormEdit:
		if c, ok := u.classOf(&item.Class); ok && !c.IsObject() {
			u.r.errorf(item.Class.Span(), "E2701", "%s needs a user class", item.Kind)
		}
		f.object(u, &item.Object)
	case *ast.FormHints:
		for i := range item.Refs {
			u.member(&item.Refs[i], onlyProperty, nil, true, nil)
		}
	case *ast.FormReports:
		for i := range item.Reports {
			f.ctx.expr(item.Reports[i].Path, false)
			if g := item.Reports[i].Group; g != nil {
				f.group(u, g)
			}
		}
	case *ast.FormPivot:
		u.pivot(f, item)
	}
}

func (u *unit) groupObject(f *formInfo, g *ast.GroupObject, tree string) {
	r := u.r
	out := &bound.FormGroup{Span: g.Span()}
	for i := range g.Objects {
		o := &g.Objects[i]
		class, ok := u.classOf(&o.Class)
		f.broken = f.broken || !ok
		obj := &bound.FormObject{Class: class}
		switch {
		case o.Name != nil:
			obj.Ident = o.Name.Name
		case o.Class.IsBuiltin():
			obj.Ident = o.Class.Word
		default:
			obj.Ident = o.Class.Name.Name
		}
		if o.Caption != nil {
			obj.Caption = o.Caption.Value
		}
		within := slices.ContainsFunc(out.Objects, func(o *bound.FormObject) bool { return o.Ident == obj.Ident })
		if within || f.declaredBefore(u, "object", obj.Ident, f.has(obj.Ident)) {
			r.errorf(o.Span(), "E2702", "object '%s' is declared in form '%s' already", obj.Ident, f.form.Ident)
			continue
		}
		obj.Slot = f.ctx.add(obj.Ident, class, class.Known())
		out.Objects = append(out.Objects, obj)
		f.from[obj] = u.mod
		u.objectOptions(f, obj, o.Options)
	}
	if g.Name != nil {
		out.Ident = g.Name.Name
	} else if len(out.Objects) > 0 {
		out.Ident = out.Objects[0].Ident
	}
	if len(out.Objects) == 0 {
		return
	}
	for _, other := range f.form.Groups {
		if other.Ident == out.Ident {
			r.errorf(g.Span(), "E2702", "object group '%s' is declared in form '%s' already", out.Ident, f.form.Ident)
			return
		}
	}
	f.form.Groups = append(f.form.Groups, out)
	if tree != "" {
		f.parent[out] = tree
	}
	u.groupOptions(f, out, g.Options)
}

func (f *formInfo) has(object string) bool {
	for _, g := range f.form.Groups {
		for _, o := range g.Objects {
			if o.Ident == object {
				return true
			}
		}
	}
	return false
}

func (u *unit) objectOptions(f *formInfo, obj *bound.FormObject, options []ast.ObjectOption) {
	for i := range options {
		o := &options[i]
		switch {
		case o.ExtID != nil && obj != nil:
			obj.ExtID = o.ExtID.Value
		case o.OnChange != nil:
			u.formAction(f, o.OnChange)
		case o.Parent != nil:
			f.ctx.expr(o.Parent, false)
		}
	}
}

func (u *unit) groupOptions(f *formInfo, g *bound.FormGroup, options []ast.GroupOption) {
	for i := range options {
		o := &options[i]
		switch o.Kind {
		case "EXTID", "EXTKEY":
			if o.Text != nil {
				g.ExtID = o.Text.Value
				g.ExtKey = g.ExtKey || o.Kind == "EXTKEY"
			} else {
				g.ExtKey = g.ExtKey || o.Kind == "EXTKEY"
			}
		case "PANEL", "CUSTOM", "PIVOT", "CALENDAR":
			f.panels[g] = true
		case "MAP":
			f.panels[g] = true
			if o.Text != nil && !slices.Contains([]string{"openStreetMap", "google", "yandex", "twoGis"}, o.Text.Value) {
				u.r.errorf(o.Text.Span(), "E2712", "there is no map '%s'; the maps are openStreetMap, google, yandex, twoGis", o.Text.Value)
			}
		case "IN":
			if o.ID != nil {
				g.InGroup, _ = lookup(u, u.r.groups, o.ID, "property group", "E2006")
			}
		case "AFTER", "BEFORE":
			if o.Group == nil {
				break
			}
			if target := f.group(u, o.Group); target != nil && target != g {
				groups := slices.DeleteFunc(f.form.Groups, func(x *bound.FormGroup) bool { return x == g })
				at := slices.Index(groups, target)
				if o.Kind == "AFTER" {
					at++
				}
				f.form.Groups = slices.Insert(groups, at, g)
			}
		}
		if o.Expr != nil {
			f.ctx.expr(o.Expr, false)
		}
	}
}

// formAction resolves what an event of a form does.
func (u *unit) formAction(f *formInfo, ref *ast.ActionRef) {
	if ref.Block != nil {
		u.formBlock(f, ref.Block)
		return
	}
	if ref.Ref == nil {
		return
	}
	_, classes, ok := u.objectArgs(f, ref.Args)
	if ok {
		u.member(ref.Ref, onlyAction, classes, false, nil)
	}
}

// formBlock resolves a block whose parameters are the objects of the form.
func (u *unit) formBlock(f *formInfo, b *ast.Block) *bound.Action {
	c := u.context()
	for _, g := range f.form.Groups {
		for _, o := range g.Objects {
			c.add(o.Ident, o.Class, true)
		}
	}
	c.form = f
	a := &bound.Action{Name: bound.Name{Namespace: u.mod.Namespace, Module: u.mod, Span: b.Span()}}
	for i := range c.vars {
		a.Params = append(a.Params, c.vars[i].class)
	}
	u.actionBody(c, a, b)
	u.r.addAction(a)
	return a
}

// objectArgs finds objects by their names.
func (u *unit) objectArgs(f *formInfo, ids []ast.Ident) (objects []*bound.FormObject, classes []value.Class, ok bool) {
	ok = true
	for i := range ids {
		o := f.object(u, &ids[i])
		if o == nil {
			ok = false
			continue
		}
		objects, classes = append(objects, o), append(classes, o.Class)
	}
	return objects, classes, ok
}

func (u *unit) formEvent(f *formInfo, e *ast.FormEvent) {
	if e.Object != nil {
		f.object(u, e.Object)
	}
	if e.Draw != nil {
		u.drawRef(f, e.Draw)
	}
	u.formAction(f, &e.Do)
}

func (u *unit) filterGroup(f *formInfo, x *ast.FilterGroup) {
	if x.Extend {
		if !f.filters[x.Name.Name] && !f.broken {
			u.r.errorf(x.Name.Span(), "E2011", "filter group '%s' is not found in form '%s'", x.Name.Name, f.form.Ident)
		}
	} else if f.declaredBefore(u, "filter group", x.Name.Name, f.filters[x.Name.Name]) {
		u.r.errorf(x.Name.Span(), "E2702", "filter group '%s' is declared in form '%s' already", x.Name.Name, f.form.Ident)
	}
	f.filters[x.Name.Name] = true
	for i := range x.Filters {
		f.ctx.expr(x.Filters[i].Expr, false)
	}
}

func (u *unit) pivot(f *formInfo, x *ast.FormPivot) {
	one := func(d *ast.PivotDraw) {
		switch {
		case d.Draw != nil:
			u.drawRef(f, d.Draw)
		case d.Group != nil:
			f.group(u, d.Group)
		}
	}
	for i := range x.Parts {
		p := &x.Parts[i]
		if p.Group != nil {
			f.group(u, p.Group)
		}
		for j := range p.Measures {
			u.drawRef(f, &p.Measures[j])
		}
		for j := range p.Lists {
			if p.Lists[j].One != nil {
				one(p.Lists[j].One)
			}
			for k := range p.Lists[j].Many {
				one(&p.Lists[j].Many[k])
			}
		}
	}
}

// formIncludes takes the objects and properties of other forms in.
func (u *unit) formIncludes(f *formInfo, x *ast.FormIncludes) {
	for i := range x.Forms {
		in := u.formNamed(&x.Forms[i].Form)
		if in == nil {
			f.broken = true
			continue
		}
		prefix := ""
		if x.Forms[i].Alias != nil {
			prefix = strings.TrimSpace(x.Forms[i].Alias.Name)
		}
		f.broken = f.broken || prefix != "" || in.broken
	}
}
