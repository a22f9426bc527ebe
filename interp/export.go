package interp

import (
	"bytes"
	"fmt"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// formatKinds are the words of EXPORT and IMPORT.
var formatKinds = map[string]format.Kind{
	"JSON": format.JSON, "XML": format.XML, "CSV": format.CSV, "XLS": format.XLS, "XLSX": format.XLSX,
	"DBF": format.DBF, "TABLE": format.TABLE,
}

// exporter is a compiled EXPORT or JSON operator.
type exporter struct {
	x       *bound.Export
	kind    format.Kind
	to      *target // of the one file
	groups  []groupTarget
	form    *formSource // nil: flat
	columns []format.Column
	cells   []query.Scalar
	rows    *rowPlan    // nil: one row
	scan    *scanSource // instead of rows, where it can be

	root, tag, sheet query.Scalar
}

// groupTarget is the file of one group of objects of a form.
type groupTarget struct {
	group *bound.FormGroup
	to    *target
}

func (c *compiler) exporter(x *bound.Export, strict bool) *exporter {
	e := &exporter{x: x, root: c.optional(x.Root), tag: c.optional(x.Tag), sheet: c.optional(x.Sheet)}
	if x.Form != nil {
		e.form = c.formSource(x)
		e.form.strict = strict
		return e
	}
	unnamed := 0
	for _, col := range x.Columns {
		name := columnName(&col, len(x.Columns) == 1)
		if name == "" {
			unnamed++
			name = fmt.Sprintf("expr%d", unnamed)
		}
		class := col.X.ValueClass()
		if p, ok := col.X.(*bound.Param); ok && !class.Known() && c.frame != nil && p.Slot < len(c.frame.Slots) {
			class = c.frame.Slots[p.Slot].Class // known from what limits it
		}
		if !class.Known() {
			class = value.ClassString
		}
		e.columns = append(e.columns, format.Column{Name: name, Class: class})
		e.cells = append(e.cells, c.scalar(col.X))
	}
	if len(x.New) > 0 {
		e.scan = c.scanSource(x)
		e.rows = c.rows(x.Span, rowQuery{
			cond: c.exportCondition(x), new: x.New, order: orderItems(x.Order), top: x.TopX, offset: x.OffsetX, strict: strict,
		})
	}
	return e
}

// columnName is the name as written, else that of a plain property, else
// "value" for an only column; "" when there is none.
func columnName(col *bound.Column, only bool) string {
	if col.Name != "" {
		return col.Name
	}
	if call, ok := col.X.(*bound.Call); ok && call.Prop.Ident != "" && allParams(call.Args) {
		return call.Prop.Ident
	}
	if only {
		return "value"
	}
	return ""
}

func allParams(xs []bound.Expr) bool {
	for _, x := range xs {
		if _, ok := x.(*bound.Param); !ok {
			return false
		}
	}
	return true
}

func orderItems(list []bound.OrderItem) []query.OrderKey {
	out := make([]query.OrderKey, len(list))
	for i, o := range list {
		out[i] = query.OrderKey{X: o.X, Desc: o.Desc}
	}
	return out
}

// exportCondition is WHERE, or that one of the columns or ORDER expressions has
// a value, bare parameters of built-in classes aside (product.md decision 41).
// A WHERE that leaves a parameter open is narrowed by that, too.
func (c *compiler) exportCondition(x *bound.Export) bound.Expr {
	var items []bound.Expr
	add := func(e bound.Expr) {
		if p, ok := e.(*bound.Param); ok && !p.Class.IsObject() {
			return
		}
		items = append(items, e)
	}
	for _, col := range x.Columns {
		add(col.X)
	}
	for _, o := range x.Order {
		add(o.X)
	}
	if x.Where == nil {
		if len(items) == 0 {
			items = append(items, x.Columns[0].X)
		}
		return anyOf(items)
	}
	if len(items) == 0 {
		return x.Where
	}
	probe := c.rows(x.Span, rowQuery{cond: x.Where, new: x.New})
	if probe.prepare(); probe.err == nil {
		return x.Where
	}
	return &bound.And{Node: bound.Node{Class: value.ClassBoolean, Span: x.Span}, Items: []bound.Expr{x.Where, anyOf(items)}}
}

// each calls row for every row of a flat export with the values of its columns.
func (e *exporter) each(t *thread, fr *query.Frame, row func([]value.Value)) {
	vals := make([]value.Value, len(e.cells))
	fill := func() {
		for i, cell := range e.cells {
			vals[i] = cell(fr)
		}
		row(vals)
	}
	if e.rows == nil {
		fill()
		return
	}
	if e.scan != nil {
		e.scan.each(t, e.x.Span, row)
		return
	}
	set := e.rows.get(fr)
	for i := range set.Len() {
		t.tick(e.x.Span)
		set.Bind(i, fr)
		fill()
	}
}

// kindOf is the format written: the one named, else that of the target's class.
func kindOf(x *bound.Export, class value.Class) format.Kind {
	if x.Format != "" {
		return formatKinds[x.Format]
	}
	if k, ok := format.KindOfClass(class.Name); ok {
		return k
	}
	return format.JSON
}

// options are the options of the writer, today for the header of a DBF.
func (e *exporter) options(t *thread, fr *query.Frame) format.WriteOptions {
	x := e.x
	o := format.WriteOptions{Separator: x.Separator, Charset: x.Charset, Attr: x.Attr, Single: e.rows == nil && x.Form == nil,
		Today: t.inst.options.Clock().Unix() / 86400}
	o.Header = x.Header != nil && *x.Header
	o.NoDecl = x.Header != nil && !*x.Header
	o.NoEscape = x.Escape != nil && !*x.Escape
	o.Root, o.Tag, o.Sheet = textOf(e.root, fr), textOf(e.tag, fr), textOf(e.sheet, fr)
	return o
}

func textOf(s query.Scalar, fr *query.Frame) string {
	if s == nil {
		return ""
	}
	v := s(fr)
	if v.IsNull() {
		return ""
	}
	return value.TextOf(v)
}

// exportAct compiles EXPORT.
func (c *compiler) exportAct(x *bound.ExportAct) act {
	e := c.exporter(x.Export, false)
	for _, g := range x.Export.ToGroups {
		e.groups = append(e.groups, groupTarget{group: g.Group, to: c.target(g.To)})
	}
	to := x.Export.To
	if to == nil && len(e.groups) == 0 {
		p := c.inst.systemProperty("exportFile")
		if p == nil {
			return unsupported(x.Span, "EXPORT without TO, as the module does not require System,")
		}
		to = &bound.Target{Prop: p, Span: x.Export.Span}
	}
	if to != nil {
		e.to = c.target(*to)
		e.kind = kindOf(x.Export, e.to.class)
	} else {
		e.kind = kindOf(x.Export, e.groups[0].to.class)
	}
	return func(t *thread, fr *query.Frame) signal {
		if e.form != nil {
			e.runForm(t, fr, x.Span)
		} else {
			e.runFlat(t, fr)
		}
		t.sess.settle(t)
		return done
	}
}

// runFlat writes the rows of a flat export.
func (e *exporter) runFlat(t *thread, fr *query.Frame) {
	span := e.x.Span
	codec := t.codecs(span).Rows[e.kind]
	if codec == nil {
		fail(span, CodeUnsupported, "EXPORT %s is not available", e.kind)
	}
	var buf bytes.Buffer
	w, err := codec.NewWriter(&buf, e.columns, e.options(t, fr))
	if err != nil {
		query.Throw(span, err)
	}
	e.each(t, fr, func(row []value.Value) {
		if err := w.Write(row); err != nil {
			query.Throw(span, err)
		}
	})
	if err := w.Close(); err != nil {
		query.Throw(span, err)
	}
	e.deliver(t, fr, e.to, buf.Bytes(), span)
}

// deliver writes a file to its property, in the class of the property.
func (e *exporter) deliver(t *thread, fr *query.Frame, to *target, data []byte, span diag.Span) {
	f := &value.FileData{Bytes: data, Ext: e.kind.Ext()}
	v := value.FileOf(value.NameFile, f)
	if to.class.IsFile() {
		v = value.FileOf(to.class.Name, f)
	} else if to.class.Known() {
		var err error
		if v, err = value.Cast(v, to.class); err != nil {
			query.Throw(span, err)
		}
	}
	to.set(t, fr, nil, v)
}

// codecs are the file formats of the program, or throw.
func (t *thread) codecs(span diag.Span) *format.Set {
	if t.inst.options.Codecs == nil {
		fail(span, CodeUnsupported, "file formats are not available here")
	}
	return t.inst.options.Codecs
}

// jsonOperator computes the JSON operator for one frame.
func (t *thread) jsonOperator(x *bound.JSONOf, fr *query.Frame) (value.Value, error) {
	e := t.inst.jsonExporter(x, len(fr.Slots))
	set := t.inst.options.Codecs
	if set == nil || set.Operator == nil {
		return value.Value{}, value.Errorf(CodeUnsupported, "the operator JSON is not available here")
	}
	// The rows bind slots of the frame; what the caller had there comes back.
	saved := append([]value.Value(nil), fr.Slots...)
	defer copy(fr.Slots, saved)
	var root *format.Node
	if e.form != nil {
		if root = e.form.tree(t, fr, x.Span); root == nil {
			return value.Value{}, nil
		}
	} else {
		root = e.flatTree(t, fr)
	}
	text, ok, err := set.Operator.Text(root, x.Class.Name)
	if err != nil || !ok {
		return value.Value{}, err
	}
	return value.JSONText(x.Class.Name, text), nil
}

// jsonExporter compiles the operator once for frames of at least that size.
func (i *Instance) jsonExporter(x *bound.JSONOf, size int) *exporter {
	if e, ok := i.codes.Load(x); ok {
		return e.(*exporter)
	}
	c := &compiler{inst: i, frame: &bound.Frame{Slots: make([]bound.Slot, size)}, mode: nowMode}
	e, _ := i.codes.LoadOrStore(x, c.exporter(x.Export, true))
	return e.(*exporter)
}

// flatTree is the tree of a flat export: a record, or a list of them.
func (e *exporter) flatTree(t *thread, fr *query.Frame) *format.Node {
	root := &format.Node{Kind: format.Group}
	list := root
	if e.rows != nil {
		list = root.Add(format.Node{Name: "value", Kind: format.List})
	}
	e.each(t, fr, func(row []value.Value) {
		record := root
		if e.rows != nil {
			record = list.Add(format.Node{Kind: format.Group})
		}
		for i, v := range row {
			if !v.IsNull() {
				record.AddLeaf(e.columns[i].Name, v)
			}
		}
	})
	return root
}
