package interp

import (
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// importer is IMPORT of a flat file, ready to run.
type importer struct {
	c    *compiler
	x    *bound.Import
	span diag.Span
	from query.Scalar
	kind format.Kind // of the format, or of the class of the source
	auto bool        // the file tells

	columns []format.Column
	cells   []*cell
	routes  []route
	marker  *cell
	single  bool // no row parameter
	key     value.Class
	object  *bound.Class
	root    query.Scalar
	sheet   query.Scalar
	filter  query.Scalar
	memo    query.Scalar
	do      act
	none    act
}

func (c *compiler) importAct(x *bound.ImportAct) act {
	if x.Import.Form != nil {
		return c.importForm(x.Import)
	}
	m := c.importer(x.Import)
	if m.do != nil {
		return m.fields
	}
	return m.properties
}

func (c *compiler) importer(x *bound.Import) *importer {
	m := &importer{c: c, x: x, span: x.Span, from: c.optional(x.From), key: value.ClassInteger}
	m.source(x)
	m.root, m.sheet, m.filter, m.memo = c.optional(x.Root), c.optional(x.Sheet), c.optional(x.Filter), c.optional(x.Memo)
	fields := len(x.New) > 0
	if x.Key != nil {
		m.key = *x.Key
	}
	m.single = x.Single || x.Key == nil && !fields
	m.object = x.KeyClass
	for _, col := range x.Columns {
		name := col.Name
		if name == "" && col.Prop != nil {
			name = col.Prop.Ident
		}
		m.columns = append(m.columns, format.Column{Name: name, Class: col.Class})
		if col.Prop != nil && !fields {
			if col.Prop.Kind == bound.Data || col.Prop.Kind == bound.Local {
				m.cells, m.routes = append(m.cells, c.cell(col.Prop, col.Span)), append(m.routes, nil)
			} else {
				m.cells, m.routes = append(m.cells, nil), append(m.routes, c.inst.route(col.Prop, col.Span))
			}
		}
	}
	if fields {
		m.do, m.none = c.act(x.Do), c.act(x.Else)
		return m
	}
	m.none = doNothing
	switch {
	case x.Where != nil:
		m.marker = c.cell(x.Where.Prop, x.Span)
	case !m.single:
		if p := c.inst.systemProperty("imported"); p != nil && (m.key.Name == value.NameInteger || m.key.Name == value.NameLong) {
			m.marker = c.cell(p, x.Span)
		}
	}
	return m
}

// source decides the format.
func (m *importer) source(x *bound.Import) {
	m.kind = formatKinds[x.Format]
	if m.kind != format.NoKind {
		return
	}
	if x.From != nil {
		if k, ok := format.KindOfClass(x.From.ValueClass().Name); ok {
			m.kind = k
			return
		}
	}
	m.auto = true
}

// file gives the content of the source and its format.
func (t *thread) file(v value.Value, kind format.Kind, auto bool, span diag.Span) ([]byte, format.Kind) {
	f := v.File()
	if f == nil {
		cast, err := value.Cast(v, value.ClassFile)
		if err != nil {
			query.Throw(span, err)
		}
		f = cast.File()
	}
	if f == nil {
		return nil, format.NoKind
	}
	if auto {
		if k, ok := format.KindOfClass(v.ClassName()); ok && v.Kind() == value.File {
			kind = k
		} else if v.Kind() == value.JSON {
			kind = format.JSON
		} else if k, ok := format.KindOfExt(f.Ext); ok {
			kind = k
		}
	}
	return f.Bytes, kind
}

func (t *thread) importSource(from query.Scalar, fr *query.Frame) value.Value {
	if from != nil {
		return from(fr)
	}
	h := &Host{t: t}
	return h.Get("importFile")
}

func (m *importer) options(t *thread, fr *query.Frame) format.ReadOptions {
	x := m.x
	o := format.ReadOptions{
		Header: x.Header != nil && *x.Header, NoEscape: x.Escape != nil && !*x.Escape,
		Separator: x.Separator, Charset: x.Charset, Root: textOf(m.root, fr), Attr: x.Attr, Single: m.single,
		Limits: format.Limits{Bytes: t.env.Limits.Response, Rows: t.env.Limits.Rows},
	}
	if x.SheetAll {
		o.Sheet = format.SheetAll
	} else if n, ok := wholeNumber(evaluate(m.sheet, fr)); ok {
		o.Sheet = int(n)
	}
	if memo := evaluate(m.memo, fr).File(); memo != nil {
		o.Memo = memo.Bytes
	}
	if text := textOf(m.filter, fr); text != "" {
		w, err := format.ParseWhere(text)
		if err != nil {
			query.Throw(m.span, err)
		}
		o.Where = w
	}
	return o
}

// open begins to read the source; nil when there is none or nothing tells its
// format.
func (m *importer) open(t *thread, fr *query.Frame) format.RowReader {
	v := t.importSource(m.from, fr)
	if v.IsNull() {
		return nil
	}
	data, kind := t.file(v, m.kind, m.auto, m.span)
	if kind == format.NoKind {
		return nil
	}
	codec := t.codecs(m.span).Rows[kind]
	if codec == nil {
		fail(m.span, CodeUnsupported, "IMPORT %s is not available", kind)
	}
	r, err := codec.NewReader(data, m.columns, m.options(t, fr))
	if err != nil {
		query.Throw(m.span, err)
	}
	return r
}

// next reads a row; it throws what is wrong with the file.
func (m *importer) next(t *thread, r format.RowReader, row []value.Value) bool {
	t.tick(m.span)
	ok, err := r.Next(row)
	if err != nil {
		query.Throw(m.span, err)
	}
	return ok
}

// rows reads the whole file before anything is done with it.
func (m *importer) rows(t *thread, fr *query.Frame) [][]value.Value {
	r := m.open(t, fr)
	if r == nil {
		return nil
	}
	var out [][]value.Value
	width := len(m.columns)
	var block []value.Value
	for {
		if len(block) < width {
			block = make([]value.Value, width*256)
		}
		row := block[:width:width]
		if !m.next(t, r, row) {
			return out
		}
		block = block[width:]
		out = append(out, row)
		if m.single {
			// The last record of a file stays.
			out = out[len(out)-1:]
		}
	}
}

// sink gathers one column of the file before anything is written: as cells of
// the store where the property takes them directly, else as values.
type sink struct {
	cell   *cell
	route  route
	direct bool
	codec  store.Codec
	cells  []int64
	values []value.Value
}

func (k *sink) add(t *thread, v value.Value) {
	if !k.direct {
		k.values = append(k.values, v)
		return
	}
	w := k.cell
	if !v.IsNull() && w.class.Known() {
		a, err := value.Assign(v, w.class)
		if err != nil {
			query.Throw(w.span, err)
		}
		v = a
	}
	c, ok := k.codec.Cell(v)
	if !ok {
		query.Throw(w.span, value.Errorf(value.CodeRange, "the value %s cannot be kept", value.TextOf(v)))
	}
	k.cells = append(k.cells, c)
}

func (k *sink) keepLast() {
	if n := len(k.cells); n > 1 {
		k.cells[0], k.cells = k.cells[n-1], k.cells[:1]
	}
	if n := len(k.values); n > 1 {
		k.values[0], k.values = k.values[n-1], k.values[:1]
	}
}

// write puts the column into its property for the rows with those keys, or once
// without keys.
func (k *sink) write(t *thread, span diag.Span, keys []value.Value, rows int) {
	switch {
	case k.direct:
		tuple := make([]int64, 1)
		for n, c := range k.cells {
			t.tick(span)
			tuple[0] = keys[n].Num()
			t.sess.st.SetCells(k.cell.handle, tuple, c)
		}
	case k.cell != nil:
		k.cell.column(t, keys, func(n int) value.Value { return k.values[n] }, rows)
	case k.route != nil:
		for n, v := range k.values {
			t.tick(span)
			inner := t.enter(8)
			if keys != nil {
				inner.Slots[0] = keys[n]
			}
			var p pending
			k.route(t, inner, v, &p)
			p.flush(t)
			t.leave()
		}
	}
}

// sinks prepares the columns.
func (m *importer) sinks() []*sink {
	key := m.rowClass()
	out := make([]*sink, len(m.columns))
	for i := range m.columns {
		k := &sink{cell: m.cells[i], route: m.routes[i]}
		if w := k.cell; w != nil && !m.single && !w.follows && len(w.keys) == 1 && w.keys[0].Kind() == key && w.handle.KeyCodec(0).Direct() {
			k.direct, k.codec = true, w.handle.ValueCodec()
		}
		out[i] = k
	}
	return out
}

// rowClass is the kind of the row numbers or objects.
func (m *importer) rowClass() value.Kind {
	switch {
	case m.object != nil:
		return value.Object
	case m.key.Name == value.NameLong:
		return value.Long
	}
	return value.Integer
}

// properties is IMPORT ... TO.
func (m *importer) properties(t *thread, fr *query.Frame) signal {
	t.tick(m.span)
	r := m.open(t, fr)
	if r == nil {
		return done
	}
	columns := m.sinks()
	row := make([]value.Value, len(m.columns))
	rows := 0
	for m.next(t, r, row) {
		for i, v := range row {
			columns[i].add(t, v)
			if m.single {
				columns[i].keepLast()
			}
		}
		rows++
	}
	if rows == 0 {
		return done
	}
	for _, w := range m.cells {
		if w != nil {
			t.dropChanges(w)
		}
	}
	if m.marker != nil {
		t.dropChanges(m.marker)
	}
	var keys []value.Value
	if m.single {
		rows = 1
	} else {
		keys = make([]value.Value, rows)
		for n := range keys {
			keys[n] = m.rowKey(t, n)
		}
	}
	for _, k := range columns {
		k.write(t, m.span, keys, rows)
	}
	if m.marker != nil {
		mark := value.Default(m.marker.class)
		if m.marker.class.Name == value.NameBoolean || !m.marker.class.Known() {
			mark = value.True
		}
		m.marker.column(t, keys, func(int) value.Value { return mark }, rows)
	}
	t.changedObjects()
	t.sess.settle(t)
	return done
}

// column writes a property for the rows with those keys, or once without keys.
func (w *cell) column(t *thread, keys []value.Value, v func(n int) value.Value, rows int) {
	if keys == nil {
		for n := range rows {
			w.put(t, nil, v(n))
		}
		return
	}
	direct := !w.follows && len(w.keys) == 1 && len(keys) > 0 && w.keys[0].Kind() == keys[0].Kind() && w.handle.KeyCodec(0).Direct()
	if !direct {
		tuple := make([]value.Value, 1)
		for n := range rows {
			t.tick(w.span)
			tuple[0] = keys[n]
			if w.keysOf(tuple) {
				w.put(t, tuple, v(n))
			}
		}
		return
	}
	codec := w.handle.ValueCodec()
	tuple := make([]int64, 1)
	for n := range rows {
		t.tick(w.span)
		x := v(n)
		if !x.IsNull() && w.class.Known() {
			a, err := value.Assign(x, w.class)
			if err != nil {
				query.Throw(w.span, err)
			}
			x = a
		}
		c, ok := codec.Cell(x)
		if !ok {
			w.put(t, keys[n:n+1], x)
			continue
		}
		tuple[0] = keys[n].Num()
		t.sess.st.SetCells(w.handle, tuple, c)
	}
}

// rowKey is the number of a row, or a new object.
func (m *importer) rowKey(t *thread, n int) value.Value {
	if m.object != nil {
		return t.newObject(m.object)
	}
	if m.key.Name == value.NameLong {
		return value.Int64(int64(n))
	}
	return value.Int(int32(n))
}

// dropChanges takes back what the session changed in a property; a local one is
// emptied.
func (t *thread) dropChanges(w *cell) {
	s := t.sess.st
	if w.handle.Spec().Scope != store.Stored {
		s.Clear(w.handle)
		return
	}
	type change struct {
		keys []value.Value
		old  value.Value
	}
	var list []change
	s.Changes(w.handle, store.Prev, func(keys []value.Value, old, _ value.Value) bool {
		list = append(list, change{append([]value.Value(nil), keys...), old})
		return true
	})
	for _, c := range list {
		if err := s.Set(w.handle, c.keys, c.old); err != nil {
			query.Throw(w.span, err)
		}
	}
}

// fields is IMPORT ... FIELDS ... DO: the body runs for every row, in order,
// with the values as parameters.
func (m *importer) fields(t *thread, fr *query.Frame) signal {
	t.tick(m.span)
	rows := m.rows(t, fr)
	if len(rows) == 0 {
		return m.none(t, fr)
	}
	x := m.x
	for n, row := range rows {
		t.tick(m.span)
		fr.Slots[x.New[0]] = m.rowKey(t, n)
		for i, col := range x.Columns {
			v := row[i]
			if v.IsNull() && !col.NullOption {
				v = m.missing(t, col.Class)
			}
			fr.Slots[col.Slot] = v
		}
		switch m.do(t, fr) {
		case broke:
			return done
		case returned:
			return returned
		}
	}
	return done
}

// missing is the value of a field without NULL that the file lacks.
func (m *importer) missing(t *thread, c value.Class) value.Value {
	now := t.inst.options.Clock()
	switch c.Kind() {
	case value.Date:
		return value.Of(value.Date, value.DayOf(now.Year(), int(now.Month()), now.Day()))
	case value.Time:
		d, _ := value.NewTime(now.Hour(), now.Minute(), now.Second(), 0)
		return d
	case value.DateTime:
		return value.DateTimeOf(now)
	case value.ZDateTime:
		return value.ZDateTimeOf(now)
	case value.Year:
		return value.Of(value.Year, int64(now.Year()))
	}
	return value.Default(c)
}
