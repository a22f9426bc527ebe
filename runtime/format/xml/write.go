package xml

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// fallbackURI and a prefix are the namespace of a prefix that is not declared.
const fallbackURI = "http://www.w3.org/"

// qname is a name as EXTID gives it: [prefix=uri:|prefix:|=uri:]local[;p=uri…].
type qname struct {
	prefix, uri, local string
	hasURI             bool // the name states its namespace
	extra              []format.Scope
}

func splitName(name string) qname {
	var q qname
	name, rest, _ := strings.Cut(name, ";")
	for _, part := range strings.Split(rest, ";") {
		if p, uri, ok := strings.Cut(part, "="); ok && p != "" {
			q.extra = append(q.extra, format.Scope{Prefix: p, URI: uri})
		}
	}
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 {
		q.local = name
		return q
	}
	head := name[:colon]
	q.local = name[colon+1:]
	if p, uri, ok := strings.Cut(head, "="); ok {
		q.prefix, q.uri, q.hasURI = p, uri, true
	} else if isNCName(head) {
		q.prefix = head
	} else {
		q.uri, q.hasURI = head, true
	}
	return q
}

// printer writes markup into a buffer.
type printer struct {
	buf     []byte
	scope   *format.Scope // declarations written and in force
	charset format.Charset
}

// text appends escaped character data; a line feed is written as CR LF.
func (w *printer) text(s string) { w.escape(s, false) }

func (w *printer) escape(s string, attr bool) {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		size, with := 1, ""
		switch {
		case c == '&':
			with = "&amp;"
		case c == '<':
			with = "&lt;"
		case c == '>':
			with = "&gt;"
		case c == '\r':
			with = "&#xD;"
		case c == '\n' && attr:
			with = "&#xA;"
		case c == '\n':
			with = "\r\n"
		case c == '\t' && attr:
			with = "&#x9;"
		case c == '"' && attr:
			with = "&quot;"
		case c < ' ' && c != '\t':
			with = "\uFFFD"
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if r > 0xFFFF || !w.charset.CanEncode(r) {
				with = "&#x" + strconv.FormatInt(int64(r), 16) + ";"
			}
		}
		if with != "" {
			w.buf = append(append(w.buf, s[from:i]...), with...)
			from = i + size
		}
		i += size
	}
	w.buf = append(w.buf, s[from:]...)
}

func (w *printer) attribute(name, text string) {
	w.buf = append(append(w.buf, ' '), name...)
	w.buf = append(w.buf, '=', '"')
	w.escape(text, true)
	w.buf = append(w.buf, '"')
}

// declare writes the declarations among the wanted ones that are not in force:
// first that of the element, the others by prefix.
func (w *printer) declare(own format.Scope, others []format.Scope) {
	slices.SortStableFunc(others, func(a, b format.Scope) int { return strings.Compare(a.Prefix, b.Prefix) })
	for _, s := range append([]format.Scope{own}, others...) {
		if s.Prefix == "xml" {
			continue
		}
		uri, ok := w.scope.Lookup(s.Prefix)
		if uri == s.URI && (ok || s.Prefix == "") {
			continue
		}
		w.scope = &format.Scope{Prefix: s.Prefix, URI: s.URI, Outer: w.scope}
		if s.Prefix == "" {
			w.attribute("xmlns", s.URI)
		} else {
			w.attribute("xmlns:"+s.Prefix, s.URI)
		}
	}
}

// content writes what is in an element that was read.
func (w *printer) content(n *format.Node) {
	for i := range n.Items {
		switch m := &n.Items[i]; {
		case m.Attr:
		case m.Kind == format.Text:
			w.text(m.Text)
		case m.Kind == format.Group:
			w.element(m, n.Scope)
		default:
			w.buf = append(w.buf, m.Text...)
		}
	}
}

// element writes an element that was read; outer is the scope of the one around it.
func (w *printer) element(n *format.Node, outer *format.Scope) {
	before := w.scope
	w.buf = append(append(w.buf, '<'), n.Name...)
	prefix := ""
	if i := strings.IndexByte(n.Name, ':'); i >= 0 {
		prefix = n.Name[:i]
	}
	var others []format.Scope
	for s := n.Scope; s != outer && s != nil; s = s.Outer {
		if s.Prefix != prefix {
			others = append(others, format.Scope{Prefix: s.Prefix, URI: s.URI})
		}
	}
	for i := range n.Items {
		if a := &n.Items[i]; a.Attr && a.URI != "" {
			others = append(others, format.Scope{Prefix: a.Name[:strings.IndexByte(a.Name, ':')], URI: a.URI})
		}
	}
	w.declare(format.Scope{Prefix: prefix, URI: n.URI}, others)
	empty := true
	for i := range n.Items {
		if a := &n.Items[i]; a.Attr {
			w.attribute(a.Name, a.Text)
		} else {
			empty = false
		}
	}
	if empty {
		w.buf = append(w.buf, " />"...)
	} else {
		w.buf = append(w.buf, '>')
		w.content(n)
		w.end(n.Name)
	}
	w.scope = before
}

func (w *printer) end(name string) {
	w.buf = append(append(append(w.buf, "</"...), name...), '>')
}

// value writes the text of a value: as markup when it is, unless escape is set.
func (w *printer) value(v value.Value, escape bool) {
	s := format.ValueText(v)
	if !escape && strings.IndexByte(s, '<') >= 0 && strings.IndexByte(s, '/') >= 0 && strings.IndexByte(s, '>') >= 0 {
		if n, err := parse("<wrap>"+s+"</wrap>", format.DefaultDepth); err == nil {
			w.content(n)
			return
		}
	}
	w.text(s)
}

// tag is an element that is open: its name with the prefix.
type tag struct {
	name  string
	outer *format.Scope
}

// open writes a start tag without its end. attrs are the attributes by their
// names; those called xmlns:p declare namespaces.
func (w *printer) open(name string, attrs []format.Node) (t tag, err error) {
	t.outer = w.scope
	q := splitName(name)
	var declared *format.Scope // by attributes of this element
	others := q.extra
	for i := range attrs {
		a := &attrs[i]
		if p, ok := declaredPrefix(a.Name); ok {
			s := format.Scope{Prefix: p, URI: format.ValueText(a.Value), Outer: declared}
			declared = &s
			others = append(others, format.Scope{Prefix: p, URI: s.URI})
		}
	}
	lookup := func(prefix string) string {
		for _, s := range []*format.Scope{declared, w.scope} {
			if uri, ok := s.Lookup(prefix); ok {
				return uri
			}
		}
		for _, s := range q.extra {
			if s.Prefix == prefix {
				return s.URI
			}
		}
		if prefix == "" {
			return ""
		}
		return fallbackURI + prefix
	}
	if !q.hasURI {
		q.uri = lookup(q.prefix)
	}
	if t.name, err = q.written(name); err != nil {
		return t, err
	}
	own := format.Scope{Prefix: q.prefix, URI: q.uri}
	type attribute struct{ name, text string }
	var written []attribute
	for i := range attrs {
		a := &attrs[i]
		if _, ok := declaredPrefix(a.Name); ok {
			continue
		}
		aq := splitName(a.Name)
		if aq.prefix != "" {
			if !aq.hasURI {
				aq.uri = lookup(aq.prefix)
				if aq.prefix == q.prefix {
					aq.uri = q.uri
				}
			}
			others = append(others, format.Scope{Prefix: aq.prefix, URI: aq.uri})
		}
		n, err := aq.written(a.Name)
		if err != nil {
			return t, err
		}
		written = append(written, attribute{n, format.ValueText(a.Value)})
	}
	w.buf = append(append(w.buf, '<'), t.name...)
	w.declare(own, others)
	for _, a := range written {
		w.attribute(a.name, a.text)
	}
	return t, nil
}

// declaredPrefix is the prefix that an attribute of that name declares.
func declaredPrefix(name string) (prefix string, ok bool) {
	if len(name) < 5 || !strings.EqualFold(name[:5], "xmlns") {
		return "", false
	}
	_, prefix, _ = strings.Cut(name, ":")
	return prefix, true
}

// written is the name with its prefix, checked.
func (q qname) written(name string) (string, error) {
	if !isNCName(q.local) || q.prefix != "" && !isNCName(q.prefix) {
		return "", value.Errorf(format.CodeWrite, "%s cannot be the name of an XML element or attribute", format.Quoted(name))
	}
	if q.prefix == "" {
		return q.local, nil
	}
	return q.prefix + ":" + q.local, nil
}

// finish writes the end of an element; empty says that it had no content, so
// that the start tag is not complete yet.
func (w *printer) finish(t tag, empty bool) {
	if empty {
		w.buf = append(w.buf, " />"...)
	} else {
		w.end(t.name)
	}
	w.scope = t.outer
}

// node writes an element of a tree to be written.
func (w *printer) node(name string, n *format.Node) error {
	switch n.Kind {
	case format.List:
		for i := range n.Items {
			if err := w.node(name, &n.Items[i]); err != nil {
				return err
			}
		}
		return nil
	case format.Leaf:
		name, escape := strings.CutSuffix(name, EscapeSuffix)
		if name == valueName || name == fullName {
			w.value(n.Value, escape)
			return nil
		}
		t, err := w.open(name, nil)
		if err != nil {
			return err
		}
		w.buf = append(w.buf, '>')
		w.value(n.Value, escape)
		w.finish(t, false)
		return nil
	case format.Group, format.Map:
	default:
		n = &format.Node{Kind: format.Leaf, Value: value.String(n.Text)}
		return w.node(name, n)
	}
	var attrs []format.Node
	for i := range n.Items {
		if n.Items[i].Attr {
			attrs = append(attrs, n.Items[i])
		}
	}
	t, err := w.open(name, attrs)
	if err != nil {
		return err
	}
	empty := true
	for i := range n.Items {
		m := &n.Items[i]
		if m.Attr || !shows(m, n.Kind == format.Map) {
			continue
		}
		if empty {
			w.buf = append(w.buf, '>')
			empty = false
		}
		if err := w.node(m.Name, m); err != nil {
			return err
		}
	}
	w.finish(t, empty)
	return nil
}

// shows is false of members that leave no trace: empty property groups and
// lists without records.
func shows(n *format.Node, record bool) bool {
	switch n.Kind {
	case format.List:
		return len(n.Items) > 0
	case format.Group:
		if record {
			return true
		}
		for i := range n.Items {
			if n.Items[i].Attr || shows(&n.Items[i], false) {
				return true
			}
		}
		return false
	}
	return true
}

// output is the file under a printer.
type output struct {
	printer
	w io.Writer
}

// flushSize is how many bytes are gathered before they are written.
const flushSize = 32 << 10

func newOutput(w io.Writer, opts format.WriteOptions) (*output, error) {
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	o := &output{printer: printer{charset: charset}}
	if o.w, err = charset.Writer(w); err != nil {
		return nil, err
	}
	if !opts.NoDecl {
		name := opts.Charset
		if name == "" || strings.EqualFold(name, format.UTF8BOM) {
			name = "UTF-8"
		}
		o.buf = append(append(append(o.buf, `<?xml version="1.0" encoding="`...), name...), "\"?>\r\n"...)
	}
	return o, nil
}

func (o *output) flush() error {
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	return err
}

// defaultRoot is the root element when no name is given.
const defaultRoot = "export"

// Write writes a tree. See format.TreeCodec.
func (Codec) Write(w io.Writer, root *format.Node, opts format.WriteOptions) error {
	o, err := newOutput(w, opts)
	if err != nil {
		return err
	}
	name := root.Name
	if name == "" {
		name = defaultRoot
	}
	if err := o.node(name, root); err != nil {
		return err
	}
	o.buf = append(o.buf, '\r', '\n')
	return o.flush()
}

// NewWriter writes each row as an element below the root, with a child element
// or attribute for every column that is not NULL; a column named "value" is the
// text of the row itself. With Single the columns are in the root.
func (Codec) NewWriter(w io.Writer, columns []format.Column, opts format.WriteOptions) (format.RowWriter, error) {
	o, err := newOutput(w, opts)
	if err != nil {
		return nil, err
	}
	root, row := opts.Root, opts.Tag
	if root == "" {
		root = defaultRoot
	}
	if row == "" {
		row = valueName
	}
	out := &rowWriter{output: *o, columns: columns, attr: opts.Attr, single: opts.Single, name: row}
	if opts.Single {
		out.name = root
		return out, nil
	}
	out.root, err = out.open(root, nil)
	return out, err
}

type rowWriter struct {
	output
	columns []format.Column
	attr    bool
	single  bool
	name    string
	root    tag
	rows    bool // a row was written
	row     format.Node
}

// Write adds a row.
func (w *rowWriter) Write(row []value.Value) error {
	if w.rows && w.single {
		return value.Errorf(format.CodeWrite, "a second row in a file of one record")
	}
	if !w.rows && !w.single {
		w.buf = append(w.buf, '>')
	}
	w.rows = true
	w.row.Items = w.row.Items[:0]
	for i, v := range row {
		if !v.IsNull() {
			w.row.Items = append(w.row.Items, format.Node{Name: w.columns[i].Name, Kind: format.Leaf, Attr: w.attr, Value: v})
		}
	}
	if err := w.node(w.name, &w.row); err != nil {
		return err
	}
	if len(w.buf) >= flushSize {
		return w.flush()
	}
	return nil
}

// Close ends the root element.
func (w *rowWriter) Close() error {
	if w.single {
		if !w.rows {
			if err := w.Write(nil); err != nil {
				return err
			}
		}
	} else {
		w.finish(w.root, !w.rows)
	}
	w.buf = append(w.buf, '\r', '\n')
	return w.flush()
}
