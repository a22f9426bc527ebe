package interp

import (
	"bytes"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// runForm writes a form: one tree, or one file for each group of objects.
func (e *exporter) runForm(t *thread, fr *query.Frame, span diag.Span) {
	if e.kind == format.JSON || e.kind == format.XML {
		e.treeFile(t, fr, span)
		return
	}
	for _, g := range e.groups {
		e.groupFile(t, fr, g, span)
	}
	if len(e.groups) == 0 {
		e.groupFile(t, fr, groupTarget{to: e.to}, span)
	}
}

func (e *exporter) treeFile(t *thread, fr *query.Frame, span diag.Span) {
	codec := t.codecs(span).Trees[e.kind]
	if codec == nil {
		fail(span, CodeUnsupported, "EXPORT %s of a form is not available", e.kind)
	}
	root := e.form.tree(t, fr, span)
	if root == nil {
		return
	}
	var buf bytes.Buffer
	if err := codec.Write(&buf, root, e.options(t, fr)); err != nil {
		query.Throw(span, err)
	}
	e.deliver(t, fr, e.to, buf.Bytes(), span)
}

// groupFile writes the rows of one group, with the number of the parent's row
// when the group is nested.
func (e *exporter) groupFile(t *thread, fr *query.Frame, g groupTarget, span diag.Span) {
	codec := t.codecs(span).Rows[e.kind]
	if codec == nil {
		fail(span, CodeUnsupported, "EXPORT %s is not available", e.kind)
	}
	n := e.form.nodeOf(g.group)
	r := e.form.open(t, fr, span)
	if r == nil {
		return
	}
	plain := e.form.plain(n)
	o := e.options(t, fr)
	o.Single = n == e.form.root
	var buf bytes.Buffer
	w, err := codec.NewWriter(&buf, plain.columns, o)
	row := make([]value.Value, len(plain.columns))
	write := func() {
		if err != nil {
			return
		}
		plain.row(r, row)
		err = w.Write(row)
	}
	if err == nil {
		r.walk(n, write)
		if err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		query.Throw(span, err)
	}
	e.deliver(t, fr, g.to, buf.Bytes(), span)
}

func (s *formSource) nodeOf(g *bound.FormGroup) *formNode {
	for _, n := range s.nodes {
		if n.group == g && g != nil {
			return n
		}
	}
	return s.root
}

// walk calls f for each row of n, below all rows of its parents.
func (r *formRun) walk(n *formNode, f func()) {
	if n == r.s.root {
		f()
		return
	}
	r.walk(n.parent, func() { r.each(n, f) })
}

// plainGroup is a group as a flat table.
type plainGroup struct {
	node    *formNode
	columns []format.Column
	members []formMember
	parent  bool
}

// plain gives the columns of a group: parent, keys, properties.
func (s *formSource) plain(n *formNode) *plainGroup {
	p := &plainGroup{node: n}
	if n != s.root && n.parent != s.root {
		p.parent = true
		p.columns = append(p.columns, format.Column{Name: "parent", Class: value.ClassInteger})
	}
	if n.keyed {
		for _, o := range n.group.Objects {
			p.columns = append(p.columns, format.Column{Name: extName(o.ExtID, o.Ident), Class: o.Class})
		}
	}
	for _, m := range n.members {
		if m.child == nil {
			p.members = append(p.members, m)
			p.columns = append(p.columns, format.Column{Name: m.name, Class: m.prop.X.ValueClass()})
		}
	}
	return p
}

func (p *plainGroup) row(r *formRun, row []value.Value) {
	i := 0
	if p.parent {
		row[i] = value.Int(int32(r.rows[p.node.parent]))
		i++
	}
	if p.node.keyed {
		for _, slot := range p.node.slots {
			row[i] = r.fr.Slots[slot]
			i++
		}
	}
	for _, m := range p.members {
		row[i] = m.value(r.fr)
		i++
	}
}
