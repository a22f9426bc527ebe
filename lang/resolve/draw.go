package resolve

import (
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

func (u *unit) formProperty(f *formInfo, list *ast.FormProperties, x *ast.FormProperty, first bool) {
	p := &bound.FormProperty{Span: x.Span()}
	d := &draw{item: p, mod: u.mod}
	if x.Caption != nil {
		p.Caption = x.Caption.Value
	}
	switch {
	case x.Use != nil:
		ids := x.Args
		if list.Listed {
			ids = list.Args
		}
		u.formUse(f, p, d, x.Use, ids)
	case x.Predefined != nil:
		ids := x.Args
		if list.Listed {
			ids = list.Args
		}
		u.formPredefined(f, p, d, x.Predefined, ids)
	case x.Action != nil:
		p.Action = u.formBlock(f, x.Action)
	case x.Expr != nil:
		u.formExpr(f, p, d, x.Expr)
	}
	p.Ident = d.name
	if x.Alias != nil {
		p.Ident, d.alias = x.Alias.Name, x.Alias.Name
		taken := slices.ContainsFunc(f.draws, func(o *draw) bool { return o.alias == d.alias })
		if f.declaredBefore(u, "property", d.alias, taken) {
			u.r.errorf(x.Alias.Span(), "E2702", "property '%s' is declared in form '%s' already", d.alias, f.form.Ident)
			return
		}
	}
	if p.Prop != nil {
		p.Group = p.Prop.Group
		if p.Prop.ExtID != "" {
			p.ExtID, p.HasExtID = p.Prop.ExtID, true
		}
	}
	if p.ToGroup == nil && p.X != nil {
		p.ToGroup = f.lastGroup(freeSlots(p.X))
	}
	f.anchor = nil
	u.drawOptions(f, p, list.Options)
	u.drawOptions(f, p, x.Options)
	for _, word := range []string{"PANEL", "TOOLBAR", "POPUP", "COLUMNS", "DRAW"} {
		d.panel = d.panel || hasOption(list.Options, word) || hasOption(x.Options, word)
	}
	f.form.Properties = append(f.form.Properties, p)
	f.draws = append(f.draws, d)
	f.move(p, first)
}

// move puts the last property where AFTER or BEFORE wants it; those of one
// list stay in their order.
func (f *formInfo) move(p *bound.FormProperty, first bool) {
	if f.anchor == nil {
		return
	}
	target := f.anchor
	if f.after && !first && f.placed != nil {
		target = f.placed
	}
	props := f.form.Properties[:len(f.form.Properties)-1]
	i := slices.Index(props, target)
	if i < 0 {
		return
	}
	if f.after {
		i++
	}
	f.form.Properties = slices.Insert(props, i, p)
	f.placed = p
}

// lastGroup is the last group that has one of the slots.
func (f *formInfo) lastGroup(slots []int) *bound.FormGroup { return f.lastGroupBut(nil, slots) }

// lastGroupBut is lastGroup without the groups that are columns.
func (f *formInfo) lastGroupBut(columns map[*bound.FormGroup]bool, slots []int) *bound.FormGroup {
	var last *bound.FormGroup
	for _, g := range f.form.Groups {
		if columns[g] {
			continue
		}
		for _, o := range g.Objects {
			for _, s := range slots {
				if o.Slot == s {
					last = g
				}
			}
		}
	}
	return last
}

func (u *unit) formUse(f *formInfo, p *bound.FormProperty, d *draw, use *ast.PropertyUse, ids []ast.Ident) {
	d.name = use.Ref.Name.Name
	for i := range ids {
		d.args = append(d.args, ids[i].Name)
	}
	objects, classes, ok := u.objectArgs(f, ids)
	if !ok {
		return
	}
	k := anyMember
	if use.Action {
		k = onlyAction
	}
	m := u.member(&use.Ref, k, classes, false, nil)
	if m == nil || m.broken {
		return
	}
	var slots []int
	for _, o := range objects {
		slots = append(slots, o.Slot)
	}
	if len(objects) != len(m.signature) {
		u.r.errorf(use.Ref.Name.Span(), "E2403", "'%s' takes %d parameters, not %d", m.name, len(m.signature), len(objects))
		return
	}
	p.Args = slots
	if m.isAction() {
		p.Action = m.act
		p.ToGroup = f.lastGroup(slots)
		return
	}
	p.Prop = m.prop
	args := make([]bound.Expr, len(objects))
	for i, o := range objects {
		args[i] = &bound.Param{Node: bound.Node{Class: o.Class, Span: use.Span()}, Slot: o.Slot}
	}
	p.X = callOf(m.prop, args, use.Span())
}

func (u *unit) formPredefined(f *formInfo, p *bound.FormProperty, d *draw, ref *ast.DrawRef, ids []ast.Ident) {
	d.name = ref.Name
	for i := range ids {
		d.args = append(d.args, ids[i].Name)
	}
	if ref.Class != nil {
		lookup(u, u.r.classes, ref.Class, "class", "E2001")
	}
	objects, classes, ok := u.objectArgs(f, ids)
	if !ok {
		return
	}
	switch ref.Name {
	case "NEW", "EDIT", "DELETE", "NEWEDIT":
		if len(objects) != 1 {
			u.r.errorf(ref.Span(), "E2709", "%s takes one object, not %d", ref.Name, len(objects))
			return
		}
	case "INTERVAL":
		for _, k := range classes {
			if kind := k.Kind(); k.Known() && kind != value.Date && kind != value.Time && kind != value.DateTime && kind != value.ZDateTime {
				u.r.errorf(ref.Span(), "E2701", "INTERVAL takes dates or times, not %s", u.r.className(k))
				return
			}
		}
	}
	if len(objects) == 1 {
		o := objects[0]
		if !o.Class.IsObject() && o.Class.Known() && ref.Name != "VALUE" {
			u.r.errorf(ref.Span(), "E2701", "%s needs an object of a user class", ref.Name)
			return
		}
		if ref.Name == "VALUE" {
			p.X = &bound.Param{Node: bound.Node{Class: o.Class, Span: ref.Span()}, Slot: o.Slot}
			p.Args = []int{o.Slot}
			d.name = "VALUE"
			return
		}
	}
	if p.X == nil {
		p.Inert = true
	}
}

func (u *unit) formExpr(f *formInfo, p *bound.FormProperty, d *draw, x ast.Expr) {
	call, ok := x.(*ast.Call)
	if !ok {
		p.X = f.ctx.expr(x, false)
		return
	}
	d.name = call.Ref.Name.Name
	for _, a := range call.Args {
		if q, ok := a.(*ast.ParamExpr); ok {
			d.args = append(d.args, q.Name)
		}
	}
	args := f.ctx.exprs(call.Args, false)
	m := u.member(&call.Ref, anyMember, f.ctx.searchClasses(args), false, nil)
	if m == nil || m.broken {
		p.X = invalid(x.Span())
		return
	}
	if m.isAction() {
		p.Action = m.act
		for _, a := range args {
			p.Args = append(p.Args, freeSlots(a)...)
		}
		p.ToGroup = f.lastGroup(p.Args)
		return
	}
	p.X = f.ctx.callMember(m, args, &call.Ref, x.Span())
	if c, ok := p.X.(*bound.Call); ok {
		plain := true
		var slots []int
		for _, a := range c.Args {
			q, is := a.(*bound.Param)
			if plain = plain && is; !plain {
				break
			}
			slots = append(slots, q.Slot)
		}
		if plain {
			p.Prop, p.Args = c.Prop, slots
		}
	}
}

func (u *unit) drawOptions(f *formInfo, p *bound.FormProperty, options []ast.Option) {
	for i := range options {
		o := &options[i]
		switch o.Name {
		case "EXTID":
			if len(o.Texts) > 0 {
				p.ExtID, p.HasExtID = o.Texts[0].Value, true
			}
		case "ATTR":
			p.Attr = true
		case "EXTNULL":
			p.ExtNull = true
		case "SHOWIF":
			if o.Expr != nil {
				p.ShowIf = f.ctx.expr(o.Expr, false)
			}
		case "HIDE":
			p.Hidden = true
		case "DRAW":
			if len(o.IDs) > 0 {
				if g := f.group(u, &o.IDs[0]); g != nil {
					p.ToGroup = g
				}
			}
		case "IN":
			if o.ID != nil {
				if g, ok := lookup(u, u.r.groups, o.ID, "property group", "E2006"); ok {
					p.Group = g
				}
			}
		case "COLUMNS":
			columns := map[*bound.FormGroup]bool{}
			for j := range o.IDs {
				if g := f.group(u, &o.IDs[j]); g != nil {
					columns[g] = true
				}
			}
			if p.X != nil {
				p.ToGroup = f.lastGroupBut(columns, freeSlots(p.X))
			}
		case "AFTER", "BEFORE", "QUICKFILTER":
			for j := range o.Draws {
				d := u.drawRef(f, &o.Draws[j])
				if d != nil && o.Name != "QUICKFILTER" {
					f.anchor, f.after = d.item, o.Name == "AFTER"
				}
				if d != nil && o.Name != "QUICKFILTER" && d.item.ToGroup != p.ToGroup && d.item.X != nil && p.X != nil {
					u.r.errorf(o.Draws[j].Span(), "E2710", "'%s' and '%s' belong to different groups of objects", p.Ident, d.item.Ident)
				}
			}
		case "ON":
			if b, ok := o.Action.(*ast.Block); ok && b != nil {
				u.formBlock(f, b)
			} else if call, ok := o.Action.(*ast.CallAction); ok && call != nil {
				c := *f.ctx
				c.act = &actionState{}
				c.action(call)
			}
		default:
			for _, x := range append(o.Exprs[:len(o.Exprs):len(o.Exprs)], o.Expr) {
				if x != nil {
					f.ctx.expr(x, false)
				}
			}
		}
	}
}

// drawRef finds a property on the form.
func (u *unit) drawRef(f *formInfo, ref *ast.DrawRef) *draw {
	if d := f.draw(u, ref); d != nil {
		return d
	}
	var names []string
	for _, d := range f.draws {
		names = append(names, d.alias, d.name)
	}
	if standardButton(ref.Name) {
		return nil
	}
	if !f.broken {
		u.r.errorHint(ref.Span(), "E2002", nearest(ref.Name, names), "property '%s' is not found in form '%s'", ref.Name, f.form.Ident)
	}
	return nil
}

// standardButton is true of the actions that every form has.
func standardButton(name string) bool {
	switch name {
	case "formApply", "formCancel", "formRefresh", "formOk", "formClose", "formDrop", "formEditReport", "formShare", "formCustomize",
		"logMessage", "manageSession":
		return true
	}
	return false
}

// draw finds a property by its own name, or by the property and its objects;
// one that u sees comes first.
func (f *formInfo) draw(u *unit, ref *ast.DrawRef) *draw {
	var found [4]*draw
	for _, d := range f.draws {
		rank := 1
		switch {
		case !ref.Listed && d.alias == ref.Name:
			rank = 0
		case !d.matches(ref):
			continue
		}
		if !u.visible[d.mod] {
			rank += 2
		}
		if found[rank] == nil {
			found[rank] = d
		}
	}
	for _, d := range found {
		if d != nil {
			return d
		}
	}
	return nil
}

func (d *draw) matches(ref *ast.DrawRef) bool {
	if !ref.Listed {
		return d.alias == ref.Name || d.name == ref.Name && d.alias == ""
	}
	if d.name != ref.Name && d.alias != ref.Name || len(d.args) != len(ref.Args) {
		return d.name == ref.Name && len(d.args) == 0 && len(ref.Args) > 0 && d.item.Action == nil && d.item.X == nil
	}
	for i, a := range d.args {
		if a != ref.Args[i].Name {
			return false
		}
	}
	return true
}

func (u *unit) formFilter(f *formInfo, x *ast.FormFilter) {
	if p, ok := x.Expr.(*ast.ParamExpr); ok && p.Class == nil && f.ctx.look(p.Name) == nil {
		ref := ast.DrawRef{Loc: p.Loc, Name: p.Name}
		if d := u.drawRef(f, &ref); d != nil && d.item.X != nil {
			f.form.Filters = append(f.form.Filters, bound.FormFilter{X: d.item.X})
		}
		return
	}
	f.form.Filters = append(f.form.Filters, bound.FormFilter{X: f.ctx.expr(x.Expr, false)})
}

func (u *unit) formOrder(f *formInfo, x *ast.FormOrder) {
	out := bound.FormOrder{Desc: x.Desc}
	switch e := x.Expr.(type) {
	case *ast.ParamExpr:
		if f.ctx.look(e.Name) != nil {
			out.X = f.ctx.expr(e, false)
			break
		}
		ref := ast.DrawRef{Loc: e.Loc, Name: e.Name}
		d := u.drawRef(f, &ref)
		if d == nil {
			return
		}
		out.Prop, out.X = d.item, d.item.X
	case *ast.Call:
		out.X = f.ctx.expr(e, false)
		for _, d := range f.draws {
			if c, ok := out.X.(*bound.Call); ok && d.item.Prop == c.Prop && d.item.Prop != nil && sameSlots(d.item.Args, c.Args) {
				out.Prop = d.item
			}
		}
	default:
		out.X = f.ctx.expr(e, false)
	}
	if x.Kind == "USER" && out.Prop == nil && !isWrong(out.X) {
		u.r.errorf(x.Expr.Span(), "E2711", "ORDERS … USER takes a property of the form")
		return
	}
	f.form.Orders = append(f.form.Orders, out)
}

func sameSlots(slots []int, args []bound.Expr) bool {
	if len(slots) != len(args) {
		return false
	}
	for i, a := range args {
		p, ok := a.(*bound.Param)
		if !ok || p.Slot != slots[i] {
			return false
		}
	}
	return true
}
