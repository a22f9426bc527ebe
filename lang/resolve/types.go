package resolve

import (
	"fmt"
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/runtime/value"
)

func (u *unit) classStatement(s *ast.Class) {
	r := u.r
	if u.eval {
		r.errorf(s.Span(), "E2620", "CLASS is not allowed in EVAL")
		return
	}
	if s.Kind == "NATIVE" && u.system && s.Name.Name == "Object" {
		r.prog.Classes[0].Name = u.name(&s.Name, s.Caption)
		r.classes["Object"] = append(r.classes["Object"], entry[*bound.Class]{u.mod, s.Name.Span(), r.prog.Classes[0]})
		return
	}
	for _, e := range r.classes[s.Name.Name] {
		if e.mod.Namespace == u.mod.Namespace && (u.visible[e.mod] || e.mod == u.mod) {
			u.twice(s.Name.Span(), "E2202", "class", s.Name.Name, e.span)
			return
		}
	}
	k := &bound.Class{Name: u.name(&s.Name, s.Caption), Abstract: s.Kind == "ABSTRACT"}
	r.addClass(k)
	if len(s.Statics) > 0 && k.Abstract {
		r.errorf(lastOf(s.Span()), "E2602", "abstract class '%s' cannot have static objects", k.Ident)
	}
	u.parents(k, s.Parents)
	if len(s.Statics) > 0 {
		if parent := r.staticRoot(); parent != nil && !k.Inherits(parent) {
			k.Parents = append(k.Parents, parent)
		}
	}
	if len(k.Parents) == 0 {
		k.Parents = []*bound.Class{r.prog.Classes[0]}
	}
	for _, p := range k.Parents {
		p.Children = append(p.Children, k)
	}
	r.classes[k.Ident] = append(r.classes[k.Ident], entry[*bound.Class]{u.mod, k.Span, k})
	u.statics(k, s.Statics)
}

// lastOf is the last character of a span.
func lastOf(s diag.Span) diag.Span {
	end := s.End
	end.Offset, end.Col = max(end.Offset-1, 0), max(end.Col-1, 1)
	return diag.Span{Start: end, End: s.End}
}

// staticRoot is System.StaticObject.
func (r *Resolver) staticRoot() *bound.Class {
	for _, e := range r.classes["StaticObject"] {
		if e.mod.Name == "System" {
			return e.item
		}
	}
	return nil
}

func (u *unit) parents(k *bound.Class, refs []ast.ClassRef) {
	for i := range refs {
		ref := &refs[i]
		if ref.IsBuiltin() {
			u.r.errorf(ref.Span(), "E2601", "built-in class %s cannot be a parent", ref.Word)
			continue
		}
		c, ok := u.classOf(ref)
		if !ok {
			continue
		}
		p := u.r.class(c)
		switch {
		case p == k || p.Number != 0 && p.Inherits(k):
			u.r.errorf(ref.Span(), "E2609", "classes '%s' and '%s' would be parents of each other", k.Ident, p.Ident)
		case slices.Contains(k.Parents, p):
			u.r.errorf(ref.Span(), "E2205", "class '%s' is a parent of '%s' already", p.Ident, k.Ident)
		default:
			k.Parents = append(k.Parents, p)
		}
	}
}

func (u *unit) statics(k *bound.Class, list []ast.StaticDecl) {
	for i := range list {
		d := &list[i]
		o := &bound.StaticObject{Class: k, Ident: d.Name.Name, Span: d.Name.Span()}
		if d.Caption != nil {
			o.Caption = d.Caption.Value
		}
		for _, other := range k.Static {
			if other.Ident == o.Ident {
				u.twice(o.Span, "E2204", "static object", o.Ident, other.Span)
			}
		}
		k.Static = append(k.Static, o)
	}
}

func (u *unit) extendClass(s *ast.ExtendClass) {
	if u.eval {
		u.r.errorf(s.Span(), "E2620", "EXTEND CLASS is not allowed in EVAL")
		return
	}
	ref := ast.ClassRef{Loc: s.Name.Loc, Name: s.Name}
	c, ok := u.classOf(&ref)
	if !ok {
		return
	}
	k := u.r.class(c)
	if k.Abstract && len(s.Statics) > 0 {
		u.r.errorf(s.Statics[0].Span(), "E2602", "abstract class '%s' cannot have static objects", k.Ident)
	}
	before := len(k.Parents)
	u.parents(k, s.Parents)
	added := k.Parents[before:]
	if len(s.Statics) > 0 {
		if parent := u.r.staticRoot(); parent != nil && !k.Inherits(parent) {
			k.Parents = append(k.Parents, parent)
			added = k.Parents[before:]
		}
	}
	for _, p := range added {
		p.Children = append(p.Children, k)
	}
	if len(k.Parents) > 1 {
		root := u.r.prog.Classes[0]
		if i := slices.Index(k.Parents, root); i >= 0 && len(added) > 0 {
			k.Parents = slices.Delete(slices.Clone(k.Parents), i, i+1)
			if j := slices.Index(root.Children, k); j >= 0 {
				root.Children = slices.Delete(root.Children, j, j+1)
			}
		}
	}
	u.statics(k, s.Statics)
}

func (u *unit) tableStatement(s *ast.Table) {
	t := &bound.Table{Name: u.name(&s.Name, nil), NoDefault: s.Kind == "NODEFAULT"}
	var ok bool
	t.Keys, ok = u.classesOf(s.Classes)
	for _, e := range u.r.tables[t.Ident] {
		if e.mod == u.mod && u.system {
			return
		}
	}
	if !ok {
		u.r.broken["table "+t.Ident] = true
		return
	}
	if u.r.tables[t.Ident] != nil && slices.ContainsFunc(u.r.tables[t.Ident], func(e entry[*bound.Table]) bool { return e.mod.Namespace == u.mod.Namespace }) {
		u.r.warnf(t.Span, "W2201", "table '%s' is declared twice", t.Ident)
		return
	}
	u.r.prog.Tables = append(u.r.prog.Tables, t)
	u.r.tables[t.Ident] = append(u.r.tables[t.Ident], entry[*bound.Table]{u.mod, t.Span, t})
}

func (u *unit) groupStatement(s *ast.GroupStatement) {
	g := &bound.PropertyGroup{Name: u.name(&s.Name, s.Caption), Native: s.Native}
	if s.ExtID != nil {
		g.ExtID = s.ExtID.Value
	}
	for _, e := range u.r.groups[g.Ident] {
		if e.mod.Namespace == u.mod.Namespace && u.visible[e.mod] {
			u.twice(g.Span, "E2203", "property group", g.Ident, e.span)
			return
		}
	}
	if s.Parent != nil {
		g.Parent, _ = lookup(u, u.r.groups, s.Parent, "property group", "E2006")
	}
	u.r.prog.Groups = append(u.r.prog.Groups, g)
	u.r.groups[g.Ident] = append(u.r.groups[g.Ident], entry[*bound.PropertyGroup]{u.mod, g.Span, g})
}

// metaStatement adds a metacode; two of one name and number of parameters are
// one too many.
func (u *unit) metaStatement(s *ast.Meta) {
	for _, e := range u.r.metas[s.Name.Name] {
		if e.mod.Namespace == u.mod.Namespace && u.visible[e.mod] && len(e.item.Params) == len(s.Params) {
			u.twice(s.Name.Span(), "E2207", "metacode", fmt.Sprintf("%s(%d)", s.Name.Name, len(s.Params)), e.span)
			return
		}
	}
	u.r.metas[s.Name.Name] = append(u.r.metas[s.Name.Name], entry[*ast.Meta]{u.mod, s.Name.Span(), s})
}

// metaCall unfolds a call and takes its statements in.
func (u *unit) metaCall(call *ast.MetaCall) {
	if call.Body == nil && len(u.r.chain) > 0 {
		return // its expansion failed together with the one around it
	}
	if call.Body == nil {
		errs := parse.Expand(call, u.findMeta)
		for _, d := range errs {
			u.r.add(d)
		}
	}
	outer := u.r.chain
	u.r.chain = append(outer[:len(outer):len(outer)], call)
	u.declareTypes(call.Body)
	u.r.chain = outer
}

func (u *unit) findMeta(call *ast.MetaCall) (*ast.Meta, *diag.Diagnostic) {
	var best []entry[*ast.Meta]
	order := 1 << 30
	n := &call.Name
	if n.Namespace != "" && !u.spaces[n.Namespace] {
		return nil, &diag.Diagnostic{Code: "E1305", Span: n.Span(), Message: "namespace '" + n.Namespace + "' was not found in the required modules"}
	}
	var arities []string
	for _, e := range u.r.metas[n.Name] {
		if !u.visible[e.mod] || n.Namespace != "" && n.Namespace != e.mod.Namespace {
			continue
		}
		arities = append(arities, fmt.Sprint(len(e.item.Params)))
		if len(e.item.Params) != len(call.Args) && !(len(call.Args) == 1 && call.Args[0].Text == "" && len(e.item.Params) == 0) {
			continue
		}
		o := u.spaceOrder(e.mod.Namespace)
		if o < order {
			best, order = nil, o
		}
		if o == order {
			best = append(best, e)
		}
	}
	switch len(best) {
	case 1:
		return best[0].item, nil
	case 0:
		d := &diag.Diagnostic{Code: "E2013", Span: n.Span(), Message: fmt.Sprintf("metacode '%s' with %d parameters is not found", n.Name, len(call.Args))}
		if len(arities) > 0 {
			d.Hints = []string{fmt.Sprintf("there is one with %s", arities[0])}
		} else if meant := nearest(n.Name, visibleNames(u, u.r.metas)); meant != "" {
			d.Hints = []string{"did you mean '" + meant + "'?"}
		}
		return nil, d
	}
	return nil, &diag.Diagnostic{Code: "E2101", Span: n.Span(), Message: fmt.Sprintf("ambiguous metacode '%s'", n.Name)}
}

// index resolves INDEX p(a), q(a);.
func (u *unit) index(s *ast.IndexStatement) {
	c := u.context()
	c.open = true
	out := &bound.Index{Span: s.Span()}
	if s.Name != nil {
		out.Name = s.Name.Value
	}
	props := 0
	params := -1
	var first *bound.Property
	for i := range s.Keys {
		k := &s.Keys[i]
		args := c.exprs(k.Params, true)
		if k.Ref == nil {
			out.Items = append(out.Items, args...)
			continue
		}
		props++
		m := u.member(k.Ref, onlyProperty, c.searchClasses(args), false, nil)
		if m == nil || m.broken {
			return
		}
		if len(args) != len(m.signature) {
			u.r.errorf(k.Span(), "E2403", "'%s' takes %d parameters, not %d", m.name, len(m.signature), len(args))
			return
		}
		for j, a := range args {
			c.infer(a, m.signature[j])
		}
		if m.prop.Kind == bound.Local || m.prop.Kind == bound.Abstract && !m.prop.Materialized || m.prop.Kind == bound.Calculated && !m.prop.Materialized {
			u.r.errorf(k.Span(), "E2903", "only a stored property can be indexed; '%s' is not materialized", m.name)
			return
		}
		if first != nil && params >= 0 && params != len(args) {
			u.r.errorf(k.Span(), "E2902", "properties of an index take the same parameters; '%s' takes %d, '%s' takes %d", first.Ident, params, m.name, len(args))
			return
		}
		if first != nil && !u.sameTable(first, m.prop) {
			u.r.errorf(k.Span(), "E2904", "'%s' and '%s' are in different tables", first.Ident, m.name)
			return
		}
		if first == nil {
			first, params = m.prop, len(args)
		}
		out.Items = append(out.Items, callOf(m.prop, args, k.Span()))
	}
	if props > 0 && len(c.vars) > params {
		u.r.errorf(s.Span(), "E2902", "every parameter of an index belongs to its properties")
		return
	}
	if props == 0 {
		u.r.errorf(s.Span(), "E2901", "an index needs at least one property")
		return
	}
	out.Frame = *c.frame
	u.r.prog.Indexes = append(u.r.prog.Indexes, out)
}

func (u *unit) sameTable(a, b *bound.Property) bool {
	if a.Table != nil && b.Table != nil {
		return a.Table == b.Table
	}
	for i := range a.Params {
		if !u.r.overlaps(a.Params[i], b.Params[i]) {
			return false
		}
	}
	return true
}

// defaultValue is what "not NULL" writes to a property of class c.
func defaultValue(c value.Class, span diag.Span) bound.Expr {
	return constant(value.Default(c), span)
}
