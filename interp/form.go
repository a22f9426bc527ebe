package interp

import (
	"slices"
	"strings"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// formSource is a form as a structured view: its object groups in a hierarchy,
// each with its rows and members. Source: Structured_view, Static_view.
type formSource struct {
	inst    *Instance
	form    *bound.Form
	args    []formArgument
	outer   []int // slots of the caller's frame, for limits and filters
	root    *formNode
	nodes   []*formNode // all groups in order
	size    int
	top     query.Scalar
	offset  query.Scalar
	strict  bool // TOP of 0 gives no rows
	filters []query.Scalar
}

type formArgument struct {
	slot int
	x    query.Scalar
	null bool
}

// formNode is an object group, or the root.
type formNode struct {
	group    *bound.FormGroup // nil: root
	name     string
	keyed    bool
	slots    []int
	parent   *formNode
	children []*formNode
	members  []formMember
	rows     *rowPlan
	top      query.Scalar
	offset   query.Scalar
	index    int
}

// formMember is a property or a child group, in its property groups.
type formMember struct {
	path     []string // names of the property groups, outermost first
	name     string
	prop     *bound.FormProperty
	value    query.Scalar
	showIf   query.Scalar
	child    *formNode
	attr     bool
	extNull  bool
	position int
}

func extName(ext, ident string) string {
	if ext != "" {
		return ext
	}
	return ident
}

// structure builds the hierarchy of a form. passed are the objects that the
// caller gives: groups with all objects given count as the root.
func (i *Instance) structure(f *bound.Form, passed map[int]bool) *formSource {
	s := &formSource{inst: i, form: f, size: len(f.Frame.Slots)}
	s.root = &formNode{name: f.ExtID, index: -1}
	owner := map[int]*formNode{} // slot -> node
	for _, g := range f.Groups {
		given := len(g.Objects) > 0
		for _, o := range g.Objects {
			given = given && passed[o.Slot]
		}
		if given {
			for _, o := range g.Objects {
				owner[o.Slot] = s.root
			}
			continue
		}
		n := &formNode{group: g, index: len(s.nodes), name: groupName(g)}
		for _, o := range g.Objects {
			n.slots = append(n.slots, o.Slot)
			owner[o.Slot] = n
		}
		if g.ExtKey {
			n.keyed = true
		}
		s.nodes = append(s.nodes, n)
	}
	s.parents(owner)
	s.fill(owner)
	return s
}

func groupName(g *bound.FormGroup) string {
	if g.ExtID != "" {
		return g.ExtID
	}
	if len(g.Objects) == 1 && g.Objects[0].ExtID != "" {
		return g.Objects[0].ExtID
	}
	if g.Ident != "" {
		return g.Ident
	}
	names := make([]string, len(g.Objects))
	for i, o := range g.Objects {
		names[i] = extName(o.ExtID, o.Ident)
	}
	return strings.Join(names, ".")
}

// used lists the nodes whose objects x reads, in order.
func used(x bound.Expr, owner map[int]*formNode, root *formNode) []*formNode {
	var out []*formNode
	for slot, n := range owner {
		if n != root && !slices.Contains(out, n) && usesSlot(x, slot) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b *formNode) int { return a.index - b.index })
	return out
}

// parents hangs every group below the last one it depends on: a group depends
// on an earlier one when a filter or a property shown in it uses both.
func (s *formSource) parents(owner map[int]*formNode) {
	depends := make([][]*formNode, len(s.nodes))
	note := func(list []*formNode) {
		if len(list) < 2 {
			return
		}
		last := list[len(list)-1]
		for _, n := range list[:len(list)-1] {
			if !slices.Contains(depends[last.index], n) {
				depends[last.index] = append(depends[last.index], n)
			}
		}
	}
	for _, f := range s.form.Filters {
		note(used(f.X, owner, s.root))
	}
	for _, p := range s.form.Properties {
		if p.X != nil {
			note(used(p.X, owner, s.root))
		}
	}
	for _, n := range s.nodes {
		list := depends[n.index]
		slices.SortFunc(list, func(a, b *formNode) int { return a.index - b.index })
		n.parent = s.root
		for _, d := range list {
			// Ancestors that are not yet in one line are put below each other.
			if n.parent != s.root && !d.below(n.parent) && !n.parent.below(d) && d.parent != n.parent {
				d.parent = n.parent
			}
			if n.parent == s.root || d.below(n.parent) {
				n.parent = d
			}
		}
	}
	for _, n := range s.nodes {
		n.parent.children = append(n.parent.children, n)
	}
}

func (n *formNode) below(m *formNode) bool {
	for ; n != nil; n = n.parent {
		if n == m {
			return true
		}
	}
	return false
}

// home is the node that an expression belongs to: the last group it uses.
func (s *formSource) home(x bound.Expr, owner map[int]*formNode) *formNode {
	list := used(x, owner, s.root)
	if len(list) == 0 {
		return s.root
	}
	return list[len(list)-1]
}

// fill compiles the members, filters and orders of every node.
func (s *formSource) fill(owner map[int]*formNode) {
	c := &compiler{inst: s.inst, frame: &s.form.Frame, mode: nowMode}
	seen := map[*formNode]bool{s.root: true}
	show := func(n *formNode, at int) {
		for m := n; !seen[m]; m = m.parent {
			seen[m] = true
			m.parent.members = append(m.parent.members, formMember{name: m.name, child: m, path: pathOf(groupOf(m)), position: at})
		}
	}
	node := func(p *bound.FormProperty) *formNode {
		home := s.root
		if p.X != nil {
			home = s.home(p.X, owner)
		}
		if p.ToGroup != nil {
			for _, n := range s.nodes {
				if n.group == p.ToGroup && n.index > home.index {
					home = n
				}
			}
		}
		return home
	}
	for _, it := range s.order(node) {
		if it.node != nil {
			show(it.node, it.at)
			continue
		}
		p := it.prop
		home := node(p)
		if p.X == nil {
			continue
		}
		show(home, it.at)
		m := formMember{path: pathOf(p.Group), name: propertyName(p), prop: p, value: c.scalar(p.X), attr: p.Attr, extNull: p.ExtNull, position: it.at}
		if p.ShowIf != nil {
			m.showIf = c.scalar(p.ShowIf)
		}
		home.members = append(home.members, m)
	}
	for _, n := range s.nodes {
		n.rows = c.rows(n.group.Span, s.condition(n, owner))
	}
}

func groupOf(n *formNode) *bound.PropertyGroup {
	if n.group == nil {
		return nil
	}
	return n.group.InGroup
}

// item is a group or a property in the order of the form's text.
type item struct {
	node *formNode
	prop *bound.FormProperty
	at   int
}

// order puts groups and properties in the order in which they are declared.
func (s *formSource) order(node func(*bound.FormProperty) *formNode) []item {
	var out []item
	for _, n := range s.nodes {
		out = append(out, item{node: n, at: n.group.Span.Start.Offset})
	}
	for _, p := range s.form.Properties {
		out = append(out, item{prop: p, at: p.Span.Start.Offset})
	}
	slices.SortStableFunc(out, func(a, b item) int { return a.at - b.at })
	return out
}

func propertyName(p *bound.FormProperty) string {
	if p.HasExtID || p.ExtID != "" {
		return p.ExtID
	}
	return p.Ident
}

// pathOf lists the names of a property group and those above it, outermost
// first.
func pathOf(g *bound.PropertyGroup) []string {
	var out []string
	for ; g != nil; g = g.Parent {
		if g.Native {
			break
		}
		out = append(out, extName(g.ExtID, g.Ident))
	}
	slices.Reverse(out)
	return out
}

// condition is the set of rows of a group for one row of its parents.
func (s *formSource) condition(n *formNode, owner map[int]*formNode) rowQuery {
	node := bound.Node{Class: value.ClassBoolean, Span: n.group.Span}
	var items []bound.Expr
	for _, f := range s.form.Filters {
		if s.home(f.X, owner) == n {
			items = append(items, f.X)
		}
	}
	for _, o := range n.group.Objects {
		if !o.Class.IsObject() {
			continue
		}
		p := &bound.Param{Node: bound.Node{Class: o.Class, Span: n.group.Span}, Slot: o.Slot}
		items = append(items, &bound.Is{Node: node, X: p, Of: s.inst.class(int(o.Class.User))})
	}
	q := rowQuery{new: n.slots}
	switch len(items) {
	case 0:
		q.cond = s.anyMember(n)
	case 1:
		q.cond = items[0]
	default:
		q.cond = &bound.And{Node: node, Items: items}
	}
	for _, o := range s.form.Orders {
		if s.home(o.X, owner) == n {
			q.order = append(q.order, query.OrderKey{X: o.X, Desc: o.Desc})
		}
	}
	return q
}

// anyMember is the condition of a group that nothing limits: any of its
// properties has a value.
func (s *formSource) anyMember(n *formNode) bound.Expr {
	var some []bound.Expr
	for _, m := range n.members {
		if m.prop != nil {
			some = append(some, m.prop.X)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return anyOf(some)
}

// formSource compiles the form of an export.
func (c *compiler) formSource(x *bound.Export) *formSource {
	passed := map[int]bool{}
	for _, a := range x.Objects {
		passed[a.Object.Slot] = true
	}
	s := c.inst.structure(x.Form, passed)
	for _, a := range x.Objects {
		s.args = append(s.args, formArgument{slot: a.Object.Slot, x: c.optional(a.X), null: a.Null})
	}
	s.top, s.offset = c.optional(x.TopX), c.optional(x.OffsetX)
	limit := func(list []bound.FormLimit, set func(n *formNode, x query.Scalar)) {
		for _, l := range list {
			for _, n := range s.nodes {
				if n.group == l.Group {
					set(n, c.scalar(l.X))
				}
			}
		}
	}
	limit(x.Top, func(n *formNode, x query.Scalar) { n.top = x })
	limit(x.Offset, func(n *formNode, x query.Scalar) { n.offset = x })
	s.extraFilters(c, x)
	return s
}

// extraFilters adds FILTERS of the export itself: they are over the caller's
// frame, with slots that stand for the form's objects.
func (s *formSource) extraFilters(c *compiler, x *bound.Export) {
	if len(x.Filters) == 0 {
		return
	}
	for _, f := range x.Filters {
		s.filters = append(s.filters, c.scalar(f))
	}
	s.outer = x.FilterSlots
}

// formRun is one enumeration of a form.
type formRun struct {
	s      *formSource
	t      *thread
	caller *query.Frame
	fr     *query.Frame // of the form
	span   diag.Span
	left   map[*formNode]int // rows that TOP still allows
	skip   map[*formNode]int
	rows   map[*formNode]int // rows given so far, for the column parent
}

// open evaluates what the caller gives. ok is false when an object is NULL that
// must not be: nothing is exported then.
func (s *formSource) open(t *thread, caller *query.Frame, span diag.Span) *formRun {
	r := &formRun{s: s, t: t, caller: caller, fr: t.ownFrame(s.size), span: span,
		left: map[*formNode]int{}, skip: map[*formNode]int{}, rows: map[*formNode]int{}}
	for _, a := range s.args {
		v := evaluate(a.x, caller)
		if v.IsNull() && !a.null {
			return nil
		}
		r.fr.Slots[a.slot] = v
	}
	for _, n := range s.nodes {
		r.left[n] = -1
		top, offset := n.top, n.offset
		if top == nil {
			top = s.top
		}
		if offset == nil {
			offset = s.offset
		}
		if top != nil {
			if k, ok := wholeNumber(top(caller)); ok && k > 0 {
				r.left[n] = int(k)
			} else if s.strict {
				r.left[n] = 0
			}
		}
		if offset != nil {
			if k, ok := wholeNumber(offset(caller)); ok && k > 0 {
				r.skip[n] = int(k)
			}
		}
	}
	return r
}

// each runs f for every row of a group below the current rows of its parents.
func (r *formRun) each(n *formNode, f func()) {
	set := n.rows.get(r.fr)
	for i := range set.Len() {
		if r.left[n] == 0 {
			return
		}
		r.t.tick(r.span)
		set.Bind(i, r.fr)
		if !r.passes(n) {
			continue
		}
		if r.skip[n] > 0 {
			r.skip[n]--
			continue
		}
		if r.left[n] > 0 {
			r.left[n]--
		}
		f()
		r.rows[n]++
	}
}

// passes tests the filters of the export that concern the objects bound so far.
func (r *formRun) passes(n *formNode) bool {
	if len(r.s.filters) == 0 {
		return true
	}
	k := 0
	for _, g := range r.s.form.Groups {
		for _, o := range g.Objects {
			if k < len(r.s.outer) && r.s.outer[k] < len(r.caller.Slots) {
				r.caller.Slots[r.s.outer[k]] = r.fr.Slots[o.Slot]
			}
			k++
		}
	}
	for _, f := range r.s.filters {
		if f(r.caller).IsNull() {
			return false
		}
	}
	return true
}

// tree builds the tree of the form; nil when an object given is NULL.
func (s *formSource) tree(t *thread, caller *query.Frame, span diag.Span) *format.Node {
	r := s.open(t, caller, span)
	if r == nil {
		return nil
	}
	root := &format.Node{Kind: format.Group, Name: s.root.name}
	r.fill(root, s.root)
	return root
}

// fill adds the members of a node's current row to rec.
func (r *formRun) fill(rec *format.Node, n *formNode) {
	for _, m := range n.members {
		if m.child != nil {
			r.group(within(rec, m.path), m.child)
			continue
		}
		show := m.extNull
		if m.showIf != nil {
			if m.showIf(r.fr).IsNull() {
				continue
			}
			show = true
		}
		v := m.value(r.fr)
		if v.IsNull() && !show {
			continue
		}
		within(rec, m.path).Add(format.Node{Name: m.name, Kind: format.Leaf, Value: v, Attr: m.attr})
	}
}

// within finds or makes the property groups of a path below rec.
func within(rec *format.Node, path []string) *format.Node {
	for _, name := range path {
		at := slices.IndexFunc(rec.Items, func(n format.Node) bool { return n.Name == name && n.Kind == format.Group })
		if at < 0 {
			rec = rec.Add(format.Node{Name: name, Kind: format.Group})
		} else {
			rec = &rec.Items[at]
		}
	}
	return rec
}

func (r *formRun) group(rec *format.Node, n *formNode) {
	if r.s.strict && r.left[n] == 0 {
		return
	}
	list := format.Node{Name: n.name, Kind: format.List}
	if n.keyed {
		list.Kind = format.Map
	}
	r.each(n, func() {
		item := format.Node{Kind: format.Group}
		if n.keyed {
			item.Name = value.WireText(r.fr.Slots[n.slots[0]])
		}
		r.fill(&item, n)
		list.Items = append(list.Items, item)
	})
	if r.s.strict && len(list.Items) == 0 {
		return
	}
	rec.Items = append(rec.Items, list)
}
