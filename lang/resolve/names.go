package resolve

import (
	"slices"
	"strings"

	"github.com/golsf/golsf/internal/spell"
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// entry is a declaration of an index by simple names.
type entry[T any] struct {
	mod  *bound.Module
	span diag.Span
	item T
}

// member is a property or an action by its name. Signature has an unknown
// class where any fits.
type member struct {
	name      string
	mod       *bound.Module
	span      diag.Span
	prop      *bound.Property
	act       *bound.Action
	signature []value.Class
	anyParams bool // a broken declaration without a list of parameters
	abstract  bool
	broken    bool // its declaration has errors
	named     bool // its parameters have names
	paramName []string
	result    value.Class
	used      bool
}

func (m *member) isAction() bool { return m.act != nil }

// kind says what a name may stand for.
type kind uint8

const (
	anyMember kind = iota
	onlyProperty
	onlyAction
	abstractProperty
	abstractAction
)

func (k kind) takes(m *member) bool {
	switch k {
	case onlyProperty:
		return m.prop != nil
	case onlyAction:
		return m.act != nil
	case abstractProperty:
		return m.prop != nil && m.abstract
	case abstractAction:
		return m.act != nil && m.abstract
	}
	return true
}

func (k kind) word() string {
	switch k {
	case onlyProperty, abstractProperty:
		return "property"
	case onlyAction, abstractAction:
		return "action"
	}
	return "property or action"
}

func (k kind) code() string {
	switch k {
	case onlyProperty, abstractProperty:
		return "E2002"
	case onlyAction, abstractAction:
		return "E2003"
	}
	return "E2002"
}

// maxHints is how many errors may look for a name that was probably meant: the
// search goes through all names.
const maxHints = 100

func nearest(word string, names []string) string { return spell.Nearest(word, names) }

// spaceOrder is the place of a namespace in u's search: its own, those of
// PRIORITY, the others together, last the modules that golsf adds to every
// served program, so that they never make a name ambiguous.
func (u *unit) spaceOrder(space string) int {
	if space == u.mod.Namespace {
		return 0
	}
	if i := slices.Index(u.mod.Priority, space); i >= 0 {
		return i + 1
	}
	if space == "Connectors" || space == "Extensions" {
		return len(u.mod.Priority) + 2
	}
	return len(u.mod.Priority) + 1
}

// checkSpace reports a qualifier that is no namespace of a required module.
func (u *unit) checkSpace(n *ast.Name) bool {
	if n.Namespace == "" || u.spaces[n.Namespace] {
		return true
	}
	u.r.errorHint(n.Span(), "E1305", nearest(n.Namespace, u.spaceNames()), "namespace '%s' was not found in the required modules", n.Namespace)
	return false
}

// lookup finds the one declaration of an index that a name means. what names
// its kind in messages. ok is false after an error.
func lookup[T any](u *unit, index map[string][]entry[T], n *ast.Name, what, code string) (item T, ok bool) {
	var zero T
	if n.Name == "" {
		return zero, false
	}
	if !u.checkSpace(n) {
		return zero, false
	}
	best := seek(u, index, n)
	switch len(best) {
	case 1:
		return best[0].item, true
	case 0:
		if u.r.broken[what+" "+n.Name] {
			return zero, false
		}
		var names []string
		if len(u.r.diags) < maxHints {
			names = visibleNames(u, index)
		}
		u.r.notFound(n.Span(), code, what, n.Name, names, laterSpan(index[n.Name]))
		return zero, false
	}
	var mods []string
	for _, e := range best {
		mods = append(mods, e.mod.Name)
	}
	slices.Sort(mods)
	u.r.errorf(n.Span(), "E2101", "ambiguous %s '%s': it is declared in modules %s", what, n.Name, strings.Join(mods, ", "))
	return zero, false
}

// seek gives the declarations of the first namespace that has any.
func seek[T any](u *unit, index map[string][]entry[T], n *ast.Name) []entry[T] {
	var best []entry[T]
	order := 1 << 30
	for _, e := range index[n.Name] {
		if e.mod == nil || !u.visible[e.mod] || n.Namespace != "" && n.Namespace != e.mod.Namespace {
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
	return best
}

func laterSpan[T any](list []entry[T]) diag.Span {
	for _, e := range list {
		return e.span
	}
	return diag.Span{}
}

func visibleNames[T any](u *unit, index map[string][]entry[T]) []string {
	var names []string
	for name, list := range index {
		for _, e := range list {
			if u.visible[e.mod] {
				names = append(names, name)
				break
			}
		}
	}
	return names
}

// notFound reports an unknown name with what was probably meant, or where it
// is declared when the module cannot see it.
func (r *Resolver) notFound(span diag.Span, code, what, name string, names []string, elsewhere diag.Span) {
	meant := nearest(name, names)
	before := len(r.diags)
	r.errorHint(span, code, meant, "%s '%s' is not found", what, name)
	if len(r.diags) > before && elsewhere.Start.IsValid() {
		r.diags[before].Related = append(r.diags[before].Related, diag.Related{Span: elsewhere, Message: "'" + name + "' is declared here"})
	}
}

// classOf finds the class that a reference names. ok is false after an error.
func (u *unit) classOf(c *ast.ClassRef) (value.Class, bool) {
	if c == nil || c.Unknown {
		return unknown, true
	}
	if c.IsBuiltin() {
		return c.Builtin, true
	}
	if c.Name.Name == "Object" || c.Name.Name == "OBJECT" {
		if c.Name.Namespace == "" || c.Name.Namespace == "System" {
			return value.ObjectClass(0), true
		}
	}
	k, ok := lookup(u, u.r.classes, &c.Name, "class", "E2001")
	if !ok {
		return unknown, false
	}
	return k.Value(), true
}

// userClass finds a class that must not be a built-in one.
func (u *unit) userClass(c *ast.ClassRef, code, what string) *bound.Class {
	k, ok := u.classOf(c)
	if !ok {
		return nil
	}
	if !k.IsObject() {
		u.r.errorf(c.Span(), code, "built-in class %s cannot be used %s", k, what)
		return nil
	}
	return u.r.class(k)
}

func (u *unit) classesOf(list []ast.ClassRef) ([]value.Class, bool) {
	all := true
	out := make([]value.Class, len(list))
	for i := range list {
		c, ok := u.classOf(&list[i])
		out[i], all = c, all && ok
	}
	return out, all
}

// search is one look-up of a property or action.
type search struct {
	u       *unit
	kind    kind
	locals  []*member
	args    []value.Class
	anyArgs bool // the name alone decides
	exact   bool // several fits are told apart by equal classes
}

// find gives the member that a name means, nil when there is none or, with
// several, the list of them. Where both may stand, an action is meant only if
// no property fits.
func (s *search) find(n *ast.Name) (*member, []*member) {
	if s.kind == anyMember {
		s.kind = onlyProperty
		m, many := s.find(n)
		if m == nil && many == nil {
			s.kind = onlyAction
			m, many = s.find(n)
		}
		s.kind = anyMember
		return m, many
	}
	if n.Namespace == "" && len(s.locals) > 0 {
		var fit []*member
		for _, m := range s.locals {
			if m.name == n.Name && s.kind.takes(m) {
				fit = append(fit, m)
			}
		}
		if m, many := s.choose([][]*member{fit}); m != nil || many != nil {
			return m, many
		}
	}
	return s.choose(s.candidates(n))
}

// candidates are the visible members of that name, by the order of their
// namespaces.
func (s *search) candidates(n *ast.Name) [][]*member {
	all := s.u.r.members[n.Name]
	if len(all) == 0 {
		return nil
	}
	groups := make([][]*member, len(s.u.mod.Priority)+3)
	for _, m := range all {
		if !s.u.visible[m.mod] || !s.kind.takes(m) || n.Namespace != "" && n.Namespace != m.mod.Namespace {
			continue
		}
		o := s.u.spaceOrder(m.mod.Namespace)
		groups[o] = append(groups[o], m)
	}
	return groups
}

func (s *search) choose(groups [][]*member) (*member, []*member) {
	for _, group := range groups {
		if fit := s.specific(s.direct(group)); len(fit) == 1 {
			return fit[0], nil
		} else if len(fit) > 1 {
			return nil, fit
		}
	}
	for _, group := range groups {
		var fit []*member
		for _, m := range group {
			if s.softly(m) {
				fit = append(fit, m)
			}
		}
		if len(fit) == 1 {
			return fit[0], nil
		} else if len(fit) > 1 {
			return nil, fit
		}
	}
	return nil, nil
}

func (s *search) direct(group []*member) []*member {
	var fit []*member
	for _, m := range group {
		if s.anyArgs || m.anyParams || len(m.signature) == len(s.args) && s.accepts(m) {
			fit = append(fit, m)
		}
	}
	if s.exact || s.kind != abstractProperty && s.kind != abstractAction {
		return fit
	}
	// An implementation with the very classes of one abstract declaration
	// belongs to a wider one, if there is any.
	var wider []*member
	for _, m := range fit {
		if !slices.Equal(m.signature, s.args) {
			wider = append(wider, m)
		}
	}
	if len(wider) > 0 {
		return wider
	}
	return fit
}

func (s *search) accepts(m *member) bool {
	for i, p := range m.signature {
		if !s.u.r.fits(s.args[i], p) {
			return false
		}
	}
	return true
}

func (s *search) softly(m *member) bool {
	if len(m.signature) != len(s.args) {
		return false
	}
	for i, p := range m.signature {
		if !s.u.r.overlaps(s.args[i], p) {
			return false
		}
	}
	return true
}

// specific drops members that another one is more exact than.
func (s *search) specific(fit []*member) []*member {
	if len(fit) < 2 {
		return fit
	}
	var best []*member
	for _, m := range fit {
		wider := false
		for _, o := range fit {
			if o == m || len(o.signature) != len(m.signature) {
				continue
			}
			if s.u.r.narrower(o.signature, m.signature) && !s.u.r.narrower(m.signature, o.signature) {
				wider = true
				break
			}
		}
		if !wider {
			best = append(best, m)
		}
	}
	if len(best) < 2 {
		return best
	}
	if s.exact {
		for _, m := range best {
			if sameSignature(m.signature, s.args) {
				return []*member{m}
			}
		}
	}
	return best
}

// memberNames are all names that u can see, for hints.
func (u *unit) memberNames(k kind, locals []*member) []string {
	var names []string
	for name, list := range u.r.members {
		for _, m := range list {
			if u.visible[m.mod] && k.takes(m) {
				names = append(names, name)
				break
			}
		}
	}
	for _, m := range locals {
		names = append(names, m.name)
	}
	return names
}

// member finds what a reference with arguments of these classes means and
// reports when nothing or too much fits.
func (u *unit) member(ref *ast.PropertyRef, k kind, args []value.Class, anyArgs bool, locals []*member) *member {
	if !u.checkSpace(&ref.Name) {
		return nil
	}
	s := search{u: u, kind: k, locals: locals, args: args, anyArgs: anyArgs}
	if ref.Signed {
		classes, ok := u.classesOf(ref.Signature)
		if !ok {
			return nil
		}
		s.args, s.anyArgs, s.exact = classes, false, true
	}
	m, many := s.find(&ref.Name)
	switch {
	case m != nil:
		m.used = true
		return m
	case many != nil:
		if !u.unsure {
			u.ambiguous(ref, k, many)
		}
		return nil
	}
	u.memberNotFound(ref, &s)
	return nil
}

func (u *unit) ambiguous(ref *ast.PropertyRef, k kind, many []*member) {
	before := len(u.r.diags)
	u.r.errorf(ref.Name.Span(), "E2102", "ambiguous name '%s': several declarations fit", ref.Name.Name)
	if len(u.r.diags) == before {
		return
	}
	d := u.r.diags[before]
	for _, m := range many {
		d.Related = append(d.Related, diag.Related{Span: m.span, Message: u.describe(m)})
	}
}

// describe shows a member with its classes.
func (u *unit) describe(m *member) string {
	word := "property "
	if m.isAction() {
		word = "action "
	}
	return word + m.name + "[" + u.r.classList(m.signature) + "] of module " + m.mod.Name
}

func (u *unit) memberNotFound(ref *ast.PropertyRef, s *search) {
	r, name := u.r, ref.Name.Name
	if r.broken["member "+name] {
		return
	}
	shown := name
	if !s.anyArgs {
		shown += "[" + r.classList(s.args) + "]"
	}
	var near []*member
	later := false
	for _, m := range append(slices.Clone(s.locals), r.members[name]...) {
		if m.name == name {
			near = append(near, m)
		}
	}
	before := len(r.diags)
	meant := ""
	if len(near) == 0 && before < maxHints {
		meant = nearest(name, u.memberNames(s.kind, s.locals))
		later = true
	}
	r.errorHint(ref.Name.Span(), s.kind.code(), meant, "%s '%s' is not found", s.kind.word(), shown)
	if len(r.diags) == before {
		return
	}
	d := r.diags[before]
	for _, m := range near {
		switch {
		case !u.visible[m.mod]:
			d.Related = append(d.Related, diag.Related{Span: m.span, Message: "it is declared in module " + m.mod.Name + ", which is not required"})
		case !s.kind.takes(m):
			d.Related = append(d.Related, diag.Related{Span: m.span, Message: "this is " + u.describe(m) + noAbstract(s.kind, m)})
		default:
			d.Related = append(d.Related, diag.Related{Span: m.span, Message: "there is " + u.describe(m)})
		}
		if len(d.Related) == 4 {
			break
		}
	}
	if later {
		if span, ok := u.declaredLater(name); ok {
			d.Related = append(d.Related, diag.Related{Span: span, Message: "'" + name + "' is declared later, here"})
		}
	}
}

func noAbstract(k kind, m *member) string {
	if (k == abstractProperty && m.prop != nil || k == abstractAction && m.act != nil) && !m.abstract {
		return ", not an abstract one"
	}
	return ""
}

// declaredLater finds a declaration of that name further on in the module.
func (u *unit) declaredLater(name string) (diag.Span, bool) {
	for _, s := range u.stmts {
		switch s := s.Statement.(type) {
		case *ast.Property:
			if s.Decl.Name.Name == name {
				return s.Decl.Name.Span(), true
			}
		case *ast.ActionDecl:
			if s.Decl.Name.Name == name {
				return s.Decl.Name.Span(), true
			}
		}
	}
	return diag.Span{}, false
}

// declare adds a member and reports a second one of the same signature.
func (u *unit) declare(m *member) {
	if !u.again {
		for _, o := range u.r.members[m.name] {
			if o.mod.Namespace != m.mod.Namespace || o.isAction() != m.isAction() || o.broken || m.broken || !u.visible[o.mod] {
				continue
			}
			if sameSignature(o.signature, m.signature) {
				word := "property"
				if m.isAction() {
					word = "action"
				}
				u.twice(m.span, "E2201", word, m.name+"["+u.r.classList(m.signature)+"]", o.span)
				return
			}
		}
	} else {
		u.r.members[m.name] = slices.DeleteFunc(slices.Clone(u.r.members[m.name]), func(o *member) bool {
			return o.mod.Namespace == m.mod.Namespace && o.isAction() == m.isAction() && sameSignature(o.signature, m.signature)
		})
	}
	u.r.members[m.name] = append(u.r.members[m.name], m)
	if m.abstract {
		u.r.abstracts = append(u.r.abstracts, m)
	}
}

// twice reports a second declaration of one thing.
func (u *unit) twice(span diag.Span, code, what, name string, first diag.Span) {
	before := len(u.r.diags)
	u.r.errorf(span, code, "%s '%s' is declared twice", what, name)
	if len(u.r.diags) > before && first.Start.IsValid() {
		u.r.diags[before].Related = append(u.r.diags[before].Related, diag.Related{Span: first, Message: "the first declaration is here"})
	}
}

// breakName notes a name that a broken declaration would have made.
func (u *unit) breakName(m *member) {
	m.broken = true
	u.r.members[m.name] = append(u.r.members[m.name], m)
}
