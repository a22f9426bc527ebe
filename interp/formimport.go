package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// formImporter is IMPORT of a form, ready to run. Source: Structured_view,
// wire.md 7.11.
type formImporter struct {
	importer
	s      *formSource
	files  []groupFile
	writes []*cell // of all properties, whose earlier changes are dropped
	links  map[*formNode][]link
	to     map[*bound.FormProperty]memberTarget
}

type groupFile struct {
	node *formNode
	from query.Scalar
	auto bool
	kind format.Kind
}

// memberTarget is where the value of a member is written.
type memberTarget struct {
	cell  *cell
	route route
	slots []int
	size  int
}

// link is a filter that an imported record is made to fulfil.
type link struct {
	to    memberTarget
	value query.Scalar // nil: the default of the class
	class value.Class
}

func (c *compiler) importForm(x *bound.Import) act {
	m := &formImporter{links: map[*formNode][]link{}, to: map[*bound.FormProperty]memberTarget{}}
	m.importer = importer{c: c, x: x, span: x.Span, from: c.optional(x.From)}
	m.source(x)
	m.root, m.sheet, m.filter, m.memo = c.optional(x.Root), c.optional(x.Sheet), c.optional(x.Filter), c.optional(x.Memo)
	m.s = c.inst.structure(x.Form, nil)
	inner := &compiler{inst: c.inst, frame: &x.Form.Frame, mode: nowMode}
	m.members(inner, m.s.root)
	for _, f := range x.Form.Filters {
		m.addLink(inner, f.X)
	}
	for _, g := range x.FromGroups {
		src := groupFile{node: m.s.nodeOf(g.Group), from: c.scalar(g.X), kind: m.kind}
		if formatKinds[x.Format] == format.NoKind {
			k, ok := format.KindOfClass(g.X.ValueClass().Name)
			src.kind, src.auto = k, !ok
		}
		m.files = append(m.files, src)
	}
	return m.run
}

func (m *formImporter) members(c *compiler, n *formNode) {
	for _, x := range n.members {
		if x.child != nil {
			m.members(c, x.child)
			continue
		}
		if to, ok := m.target(c, x.prop.X); ok {
			m.to[x.prop] = to
		}
	}
}

// target finds where a value of an expression of the form is written.
func (m *formImporter) target(c *compiler, x bound.Expr) (memberTarget, bool) {
	call, ok := x.(*bound.Call)
	if !ok {
		return memberTarget{}, false
	}
	to := memberTarget{size: max(len(call.Prop.Frame.Slots), len(call.Args))}
	for _, a := range call.Args {
		p, ok := a.(*bound.Param)
		if !ok {
			return memberTarget{}, false
		}
		to.slots = append(to.slots, p.Slot)
	}
	if call.Prop.Kind == bound.Data || call.Prop.Kind == bound.Local {
		to.cell = c.cell(call.Prop, m.span)
		m.writes = append(m.writes, to.cell)
		return to, true
	}
	to.route = c.inst.route(call.Prop, m.span)
	return to, to.route != nil
}

// addLink notes a filter `p(o)` or `p(o) = value` that can be made true.
func (m *formImporter) addLink(c *compiler, x bound.Expr) {
	owner := map[int]*formNode{}
	for _, n := range m.s.nodes {
		for _, s := range n.slots {
			owner[s] = n
		}
	}
	home := m.s.home(x, owner)
	if home == m.s.root {
		return
	}
	if and, ok := x.(*bound.And); ok {
		for _, i := range and.Items {
			m.addLink(c, i)
		}
		return
	}
	if cmp, ok := x.(*bound.Compare); ok && cmp.Op == bound.Eq {
		if to, ok := m.target(c, cmp.L); ok {
			m.links[home] = append(m.links[home], link{to: to, value: c.scalar(cmp.R)})
		} else if to, ok := m.target(c, cmp.R); ok {
			m.links[home] = append(m.links[home], link{to: to, value: c.scalar(cmp.L)})
		}
		return
	}
	if to, ok := m.target(c, x); ok {
		m.links[home] = append(m.links[home], link{to: to, class: x.ValueClass()})
	}
}

func (to *memberTarget) set(t *thread, fr *query.Frame, v value.Value) {
	inner := t.enter(to.size)
	for i, s := range to.slots {
		inner.Slots[i] = fr.Slots[s]
	}
	if to.cell != nil {
		keys := inner.Slots[:len(to.slots)]
		if to.cell.keysOf(keys) {
			to.cell.put(t, keys, v)
		}
	} else {
		var p pending
		to.route(t, inner, v, &p)
		p.flush(t)
	}
	t.leave()
}

// formInput is one import under way.
type formInput struct {
	m     *formImporter
	t     *thread
	fr    *query.Frame
	doc   format.Document
	count map[*formNode]int
	span  diag.Span
}

func (m *formImporter) run(t *thread, fr *query.Frame) signal {
	t.tick(m.span)
	in := &formInput{m: m, t: t, fr: t.ownFrame(m.s.size), count: map[*formNode]int{}, span: m.span}
	if len(m.files) > 0 {
		m.flat(in, fr)
		return done
	}
	v := t.importSource(m.from, fr)
	if v.IsNull() {
		m.drop(t)
		return done
	}
	data, kind := t.file(v, m.kind, m.auto, m.span)
	if kind == format.NoKind {
		return done
	}
	if kind != format.JSON && kind != format.XML {
		m.rootRows(in, data, kind, fr)
		return done
	}
	codec := t.codecs(m.span).Trees[kind]
	if codec == nil {
		fail(m.span, CodeUnsupported, "IMPORT %s of a form is not available", kind)
	}
	doc, err := codec.Read(data, m.options(t, fr))
	if err != nil {
		query.Throw(m.span, err)
	}
	in.doc = doc
	m.drop(t)
	in.record(m.s.root, doc.Root())
	t.changedObjects()
	t.sess.settle(t)
	return done
}

// drop takes back earlier changes of everything that is imported.
func (m *formImporter) drop(t *thread) {
	for _, w := range m.writes {
		t.dropChanges(w)
	}
}

// bind gives the objects of a group their values for the next record.
func (in *formInput) bind(n *formNode, key string, hasKey bool) bool {
	for i, o := range n.group.Objects {
		switch {
		case hasKey && i == 0:
			v, err := in.t.inst.parseText(key, o.Class)
			if err != nil {
				query.Throw(in.span, err)
			}
			in.fr.Slots[o.Slot] = v
		case o.Class.IsObject():
			of := in.t.inst.class(int(o.Class.User))
			if of == nil || of.Abstract {
				fail(in.span, CodeUnsupported, "objects of '%s' cannot be made by IMPORT", in.t.inst.className(o.Class))
			}
			in.fr.Slots[o.Slot] = in.t.newObject(of)
		default:
			v, err := value.Cast(value.Int(int32(in.count[n])), o.Class)
			if err != nil {
				query.Throw(in.span, err)
			}
			in.fr.Slots[o.Slot] = v
		}
	}
	in.count[n]++
	return true
}

// linked writes what makes the filters of a group true for the current record.
func (in *formInput) linked(n *formNode) {
	for _, l := range in.m.links[n] {
		v := value.Value{}
		switch {
		case l.value != nil:
			v = l.value(in.fr)
		case l.class.Name == value.NameBoolean || !l.class.Known():
			v = value.True
		default:
			v = in.m.missing(in.t, l.class)
		}
		l.to.set(in.t, in.fr, v)
	}
}

// record reads the members of one record.
func (in *formInput) record(n *formNode, at *format.Node) {
	in.t.tick(in.span)
	for _, x := range n.members {
		node, ok := in.inside(at, x.path)
		if x.child != nil {
			if ok {
				in.records(x.child, node)
			}
			continue
		}
		to, writable := in.m.to[x.prop]
		if !writable {
			continue
		}
		var v value.Value
		if ok {
			var err error
			v, err = in.doc.Convert(in.doc.Member(node, x.name, x.attr), x.prop.X.ValueClass(), x.name)
			if err != nil {
				query.Throw(in.span, err)
			}
		}
		to.set(in.t, in.fr, v)
	}
}

// inside follows the names of property groups.
func (in *formInput) inside(at *format.Node, path []string) (*format.Node, bool) {
	for _, name := range path {
		if at = in.doc.Member(at, name, false); at == nil {
			return nil, false
		}
	}
	return at, at != nil
}

func (in *formInput) records(n *formNode, at *format.Node) {
	for _, rec := range in.doc.Records(at, n.name, n.keyed) {
		in.bind(n, rec.Name, n.keyed)
		in.linked(n)
		in.record(n, rec)
	}
}

// flat imports a form from one file for each group.
func (m *formImporter) flat(in *formInput, fr *query.Frame) {
	type table struct {
		node *formNode
		rows [][]value.Value
	}
	var tables []table
	for _, f := range m.files {
		v := f.from(fr)
		if v.IsNull() {
			continue
		}
		data, kind := in.t.file(v, f.kind, f.auto, m.span)
		if kind == format.NoKind {
			continue
		}
		tables = append(tables, table{f.node, m.tableRows(in, f.node, data, kind, fr)})
	}
	m.drop(in.t)
	objects := map[*formNode][][]value.Value{} // slots of each row
	for _, tb := range tables {
		n := tb.node
		plain := m.s.plain(n)
		for _, row := range tb.rows {
			in.t.tick(m.span)
			i := 0
			if plain.parent {
				rows := objects[n.parent]
				if k, ok := wholeNumber(row[0]); ok && k >= 0 && int(k) < len(rows) {
					copy(in.fr.Slots, rows[k])
				} else {
					fail(m.span, format.CodeValue, "column 'parent' names no row of the group above")
				}
				i = 1
			}
			m.plainRow(in, n, plain, row, i)
			objects[n] = append(objects[n], append([]value.Value(nil), in.fr.Slots...))
		}
	}
	in.t.changedObjects()
	in.t.sess.settle(in.t)
}

func (m *formImporter) plainRow(in *formInput, n *formNode, plain *plainGroup, row []value.Value, i int) {
	if n != m.s.root {
		if n.keyed {
			for _, slot := range n.slots {
				in.fr.Slots[slot] = row[i]
				i++
			}
			in.count[n]++
		} else {
			in.bind(n, "", false)
		}
		in.linked(n)
	}
	for _, x := range plain.members {
		if to, ok := m.to[x.prop]; ok {
			to.set(in.t, in.fr, row[i])
		}
		i++
	}
}

// tableRows reads the columns of a group from a flat file.
func (m *formImporter) tableRows(in *formInput, n *formNode, data []byte, kind format.Kind, fr *query.Frame) [][]value.Value {
	codec := in.t.codecs(m.span).Rows[kind]
	if codec == nil {
		fail(m.span, CodeUnsupported, "IMPORT %s is not available", kind)
	}
	plain := m.s.plain(n)
	r, err := codec.NewReader(data, plain.columns, m.options(in.t, fr))
	var out [][]value.Value
	for err == nil {
		row := make([]value.Value, len(plain.columns))
		var ok bool
		if ok, err = r.Next(row); !ok {
			break
		}
		out = append(out, row)
	}
	if err != nil {
		query.Throw(m.span, err)
	}
	return out
}

// rootRows imports a form without nested groups from one flat file.
func (m *formImporter) rootRows(in *formInput, data []byte, kind format.Kind, fr *query.Frame) {
	n := m.s.root
	if len(m.s.nodes) > 0 {
		n = m.s.nodes[0]
	}
	rows := m.tableRows(in, n, data, kind, fr)
	m.drop(in.t)
	plain := m.s.plain(n)
	for _, row := range rows {
		m.plainRow(in, n, plain, row, 0)
	}
	in.t.changedObjects()
	in.t.sess.settle(in.t)
}
