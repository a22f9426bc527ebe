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
	kind   value.Kind
	plain  bool  // the number of the value is the cell
	scale  int   // of a NUMERIC kept as a number, -1 for others
	most   int64 // numbers below it fit such a NUMERIC
	cells  []int64
	values []value.Value
}

// ready looks at the class once for all rows.
func (k *sink) ready() {
	w := k.cell
	k.direct, k.codec, k.kind, k.scale = true, w.handle.ValueCodec(), w.class.Kind(), -1
	k.plain = k.codec.Direct() && k.kind != value.Object && k.kind != value.Long
	if scale, ok := k.codec.Scaled(); ok && w.class.Prec > 0 && w.class.Prec <= 18 {
		k.scale, k.most = scale, 1
		for range w.class.Prec {
			k.most *= 10
		}
	}
}

func (k *sink) add(t *thread, v value.Value) {
	if !k.direct {
		k.values = append(k.values, v)
		return
	}
	switch vk := v.Kind(); {
	case vk == value.Null:
		k.cells = append(k.cells, store.NullCell)
		return
	case vk != k.kind:
	case k.plain:
		k.cells = append(k.cells, v.Num())
		return
	case k.scale >= 0 && vk == value.Numeric && v.Scale() == k.scale:
		if _, big := v.Big(); !big && v.Num() < k.most && v.Num() > -k.most {
			k.cells = append(k.cells, v.Num())
			return
		}
	}
	k.cells = append(k.cells, k.encode(v))
}

func (k *sink) encode(v value.Value) int64 {
	w := k.cell
	fits := v.Kind() == value.Text && k.kind == value.Text && !w.class.BlankPadded() &&
		(w.class.Len < 0 || len(v.Str()) <= int(w.class.Len))
	if !fits && w.class.Known() {
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
	return c
}

func (k *sink) keepLast() {
	if n := len(k.cells); n > 1 {
		k.cells[0], k.cells = k.cells[n-1], k.cells[:1]
	}
	if n := len(k.values); n > 1 {
		k.values[0], k.values = k.values[n-1], k.values[:1]
	}
}

// rowKeys are the keys of the rows: their numbers, or new objects.
type rowKeys struct {
	kind    value.Kind
	objects []int64 // nil: the numbers
	single  bool    // no key at all
}

func (r *rowKeys) cell(n int) int64 {
	if r.objects != nil {
		return r.objects[n]
	}
	return int64(n)
}

// tuple is the key of a row as values.
func (r *rowKeys) tuple(n int) []value.Value {
	if r.single {
		return nil
	}
	return []value.Value{value.Of(r.kind, r.cell(n))}
}

// write puts the column into its property.
func (k *sink) write(t *thread, span diag.Span, keys *rowKeys) {
	if k.direct {
		tuple := make([]int64, 1)
		for n, c := range k.cells {
			t.tick(span)
			tuple[0] = keys.cell(n)
			t.sess.st.SetCells(k.cell.handle, tuple, c)
		}
		return
	}
	for n, v := range k.values {
		t.tick(span)
		tuple := keys.tuple(n)
		switch {
		case k.cell != nil:
			if k.cell.keysOf(tuple) {
				k.cell.put(t, tuple, v)
			}
		case k.route != nil:
			inner := t.enter(8)
			copy(inner.Slots, tuple)
			var p pending
			k.route(t, inner, v, &p)
			p.flush(t)
			t.leave()
		}
	}
}

// mark writes the marker of imported rows.
func (m *importer) mark(t *thread, keys *rowKeys, rows int) {
	if m.marker == nil {
		return
	}
	v := value.Default(m.marker.class)
	if m.marker.class.Name == value.NameBoolean || !m.marker.class.Known() {
		v = value.True
	}
	k := &sink{cell: m.marker, direct: true}
	if m.takesRows(m.marker) {
		k.ready()
	} else {
		k.direct = false
	}
	for range rows {
		k.add(t, v)
	}
	k.write(t, m.span, keys)
}

// takesRows tells whether rows are keys of w as they are.
func (m *importer) takesRows(w *cell) bool {
	return !m.single && !w.follows && len(w.keys) == 1 && w.keys[0].Kind() == m.rowClass() && w.handle.KeyCodec(0).Direct()
}

// sinks prepares the columns.
func (m *importer) sinks() []*sink {
	out := make([]*sink, len(m.columns))
	for i := range m.columns {
		k := &sink{cell: m.cells[i], route: m.routes[i]}
		if k.cell != nil && m.takesRows(k.cell) {
			k.ready()
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
	keys := &rowKeys{kind: m.rowClass(), single: m.single}
	if m.single {
		rows = 1
	} else if m.object != nil {
		keys.objects = make([]int64, rows)
		for n := range keys.objects {
			keys.objects[n] = t.newObject(m.object).Num()
		}
	}
	for _, k := range columns {
		k.write(t, m.span, keys)
	}
	m.mark(t, keys, rows)
	t.changedObjects()
	t.sess.settle(t)
	return done
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
