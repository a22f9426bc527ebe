package xml

import (
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Codec is the RowCodec and TreeCodec of XML.
type Codec struct{}

// Names with a meaning of their own.
const (
	valueName    = "value"           // the text of the element itself
	fullName     = "value:full"      // the same with the markup in it
	EscapeSuffix = ":escapeInnerXML" // at the end of a name: a text is not looked into
)

// NewReader reads records: all elements directly below the root (or below
// ROOT), whatever their names; with Single the root itself is the one record.
// Columns are elements of a record, or with Attr attributes; "value" is its
// text. Of repeated elements the first counts; an element with others inside
// gives its markup. Missing and empty ones are NULL. The file is checked as it
// is read: a caller that must not act on a broken file reads all rows first.
func (Codec) NewReader(data []byte, columns []format.Column, opts format.ReadOptions) (format.RowReader, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	r := &rowReader{columns: columns, opts: opts}
	text, err := decode(data, opts.Charset)
	if err != nil || text == "" {
		r.done = true
		return r, err
	}
	if opts.Root == "" && !opts.Single {
		p := &parser{text: text, depth: opts.Limits.MaxDepth()}
		if err := p.prolog(); err != nil {
			return nil, err
		}
		p.depth--
		empty, err := p.startTag(&r.root, nil)
		if err != nil {
			return nil, err
		}
		if empty {
			r.done = true
			return r, p.epilog()
		}
		r.parser = p
		return r, nil
	}
	root, err := parse(text, opts.Limits.MaxDepth())
	if err != nil {
		return nil, err
	}
	if root, err = findRoot(root, opts.Root); err != nil {
		return nil, err
	}
	if opts.Single {
		r.records = []*format.Node{root}
		return r, nil
	}
	r.records = r.doc.Records(root, valueName, false)
	return r, nil
}

// findRoot looks for an element by its local name, depth-first.
func findRoot(n *format.Node, name string) (*format.Node, error) {
	if name == "" {
		return n, nil
	}
	if found := find(n, name); found != nil {
		return found, nil
	}
	return nil, value.Errorf(format.CodeColumn, "the XML text has no element %s, which ROOT asks for", format.Quoted(name))
}

func find(n *format.Node, name string) *format.Node {
	if localName(n.Name) == name {
		return n
	}
	for i := range n.Items {
		if child := &n.Items[i]; child.Kind == format.Group {
			if found := find(child, name); found != nil {
				return found
			}
		}
	}
	return nil
}

type rowReader struct {
	columns []format.Column
	opts    format.ReadOptions
	doc     document

	parser  *parser // nil when records are read from a tree
	root    format.Node
	records []*format.Node
	done    bool
	row     int // number of the next row, from 0
}

// Next reads a row.
func (r *rowReader) Next(dst []value.Value) (bool, error) {
	for {
		n, err := r.record()
		if n == nil || err != nil {
			r.done = true
			return false, err
		}
		row := r.row
		r.row++
		if err := r.opts.Limits.CheckRow(int64(r.row)); err != nil {
			return false, err
		}
		keep, err := r.opts.Where.Match(row, func(t *format.WhereTerm) (isNull, holds bool, err error) {
			m := r.doc.Member(n, t.Field, r.opts.Attr)
			text := ""
			if m != nil {
				text = fullText(m)
			}
			return text == "", t.CompareText(text), nil
		})
		if err != nil {
			return false, err
		}
		if !keep {
			continue
		}
		for i, c := range r.columns {
			if dst[i], err = r.doc.Convert(r.doc.Member(n, c.Name, r.opts.Attr), c.Class, c.Name); err != nil {
				return false, format.At(err, "row %d", r.row)
			}
		}
		return true, nil
	}
}

// record reads the next record, nil at the end.
func (r *rowReader) record() (*format.Node, error) {
	switch {
	case r.done:
		return nil, nil
	case r.parser == nil:
		if len(r.records) == 0 {
			return nil, nil
		}
		n := r.records[0]
		r.records = r.records[1:]
		return n, nil
	}
	r.root.Items = r.root.Items[:0]
	end, err := r.parser.content(&r.root)
	if err != nil {
		return nil, err
	}
	if end {
		if err := r.parser.endTag(r.root.Name); err != nil {
			return nil, err
		}
		return nil, r.parser.epilog()
	}
	n := &format.Node{}
	return n, r.parser.element(n, r.root.Scope)
}

// Read reads a document. See format.TreeCodec.
func (Codec) Read(data []byte, opts format.ReadOptions) (format.Document, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	text, err := decode(data, opts.Charset)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return &document{root: &format.Node{}}, nil
	}
	root, err := parse(text, opts.Limits.MaxDepth())
	if err != nil {
		return nil, err
	}
	if root, err = findRoot(root, opts.Root); err != nil {
		return nil, err
	}
	return &document{root: root}, nil
}

type document struct {
	root  *format.Node
	known map[string]string // prefixes that names asked for declare (p=uri:name)
}

// Root is the root element, or the one that ROOT asks for.
func (d *document) Root() *format.Node { return d.root }

// match tells whether an element or attribute has the name asked for.
func (d *document) match(scope *format.Scope, name string) func(*format.Node) bool {
	if strings.IndexAny(name, ":;") < 0 {
		return func(n *format.Node) bool { return n.Name == name && n.URI == "" }
	}
	q := splitName(name)
	uri := q.uri
	if q.prefix != "" && !q.hasURI {
		ok := false
		if uri, ok = scope.Lookup(q.prefix); !ok {
			if uri, ok = d.known[q.prefix]; !ok {
				uri = fallbackURI + q.prefix
			}
		}
		if known, ok := d.known[q.prefix]; ok {
			uri = known
		}
	}
	if q.prefix != "" && q.hasURI {
		if d.known == nil {
			d.known = map[string]string{}
		}
		d.known[q.prefix] = q.uri
	}
	return func(n *format.Node) bool { return localName(n.Name) == q.local && n.URI == uri }
}

// Member is the first element, or the attribute, of that name.
func (d *document) Member(n *format.Node, name string, attr bool) *format.Node {
	if n == nil || n.Kind != format.Group {
		return nil
	}
	if !attr {
		name = strings.TrimSuffix(name, EscapeSuffix)
		switch name {
		case valueName:
			return &format.Node{Name: name, Kind: format.Text, Text: ownText(n)}
		case fullName:
			return &format.Node{Name: name, Kind: format.Text, Text: fullText(n)}
		}
	}
	want := format.Text
	if !attr {
		want = format.Group
	}
	matches := d.match(n.Scope, name)
	for i := range n.Items {
		if m := &n.Items[i]; m.Attr == attr && m.Kind == want && m.Name != "" && matches(m) {
			return m
		}
	}
	return nil
}

// Records are the elements of that name.
func (d *document) Records(n *format.Node, name string, keyed bool) []*format.Node {
	if n == nil {
		return nil
	}
	all := func(*format.Node) bool { return true }
	matches := all
	switch {
	case keyed:
		if n = d.Member(n, name, false); n == nil {
			return nil
		}
	case name != valueName && name != fullName:
		matches = d.match(n.Scope, name)
	}
	var records []*format.Node
	for i := range n.Items {
		if m := &n.Items[i]; m.Kind == format.Group && matches(m) {
			records = append(records, m)
		}
	}
	return records
}

// Convert reads the text of an element or attribute.
func (d *document) Convert(n *format.Node, c value.Class, tag string) (value.Value, error) {
	if n == nil {
		return value.Value{}, nil
	}
	v, err := format.ParseValue(fullText(n), c)
	if err != nil {
		err = format.At(err, "tag %s", tag)
	}
	return v, err
}

// ownText is the character data directly in an element.
func ownText(n *format.Node) string {
	text := ""
	for i := range n.Items {
		if m := &n.Items[i]; m.Name == "" && m.Kind == format.Text {
			text += m.Text
		}
	}
	return text
}

// fullText is the text of an attribute or of an element without markup, else
// the markup inside the element.
func fullText(n *format.Node) string {
	if n.Kind == format.Text {
		return n.Text
	}
	for i := range n.Items {
		if m := &n.Items[i]; !m.Attr && (m.Kind != format.Text || m.Name != "") {
			w := printer{}
			w.content(n)
			return string(w.buf)
		}
	}
	return ownText(n)
}
