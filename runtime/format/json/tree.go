package json

import (
	"io"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Read reads a document. See format.TreeCodec.
func (Codec) Read(data []byte, opts format.ReadOptions) (format.Document, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	return newDocument(charset.Decode(data), opts)
}

func newDocument(text string, opts format.ReadOptions) (*document, error) {
	if text == "" {
		return &document{}, nil
	}
	n, err := parse(text, opts.Limits.MaxDepth())
	if err != nil {
		return nil, err
	}
	root := &n
	if opts.Root != "" {
		if root = find(root, opts.Root); root == nil {
			return nil, value.Errorf(format.CodeColumn, "the JSON text has no key %s, which ROOT asks for", format.Quoted(opts.Root))
		}
	}
	if root.Kind != format.Group {
		root = wrap(root)
	}
	return &document{root: *root}, nil
}

// find looks for a key depth-first.
func find(n *format.Node, key string) *format.Node {
	for i := range n.Items {
		child := &n.Items[i]
		if n.Kind == format.Group && child.Name == key {
			return child
		}
		if found := find(child, key); found != nil {
			return found
		}
	}
	return nil
}

// wrap makes a record of a value that is none.
func wrap(n *format.Node) *format.Node {
	inner := *n
	inner.Name = valueKey
	return &format.Node{Name: n.Name, Kind: format.Group, Items: []format.Node{inner}}
}

type document struct{ root format.Node }

// Root is the object at the top.
func (d *document) Root() *format.Node { return &d.root }

// Member is the member of an object with that key.
func (d *document) Member(n *format.Node, name string, attr bool) *format.Node {
	if n == nil || n.Kind != format.Group {
		return nil
	}
	key, _ := keyOf(name)
	for i := range n.Items {
		if n.Items[i].Name == key {
			return &n.Items[i]
		}
	}
	return nil
}

// Records are the items of an array, or the one value in its place.
func (d *document) Records(n *format.Node, name string, keyed bool) []*format.Node {
	m := d.Member(n, name, false)
	if m == nil || m.Kind == format.Absent {
		return nil
	}
	if keyed && m.Kind != format.Group {
		return nil
	}
	if !keyed && m.Kind != format.List {
		return []*format.Node{record(m)}
	}
	records := make([]*format.Node, len(m.Items))
	for i := range m.Items {
		records[i] = record(&m.Items[i])
	}
	return records
}

func record(n *format.Node) *format.Node {
	if n.Kind == format.Group {
		return n
	}
	return wrap(n)
}

// Convert reads a value by the rules of convert.
func (d *document) Convert(n *format.Node, c value.Class, tag string) (value.Value, error) {
	if n == nil {
		return value.Value{}, nil
	}
	v, err := convert(nodeToken(n), c)
	if err != nil {
		err = format.At(err, "key %s", format.Quoted(tag))
	}
	return v, err
}

// Write writes a tree. See format.TreeCodec.
func (Codec) Write(w io.Writer, root *format.Node, opts format.WriteOptions) error {
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return err
	}
	out, err := charset.Writer(w)
	if err != nil {
		return err
	}
	t := treeWriter{w: out}
	if err := t.record(root); err != nil {
		return err
	}
	return t.flush()
}

type treeWriter struct {
	w   io.Writer
	buf []byte
}

func (t *treeWriter) flush() error {
	_, err := t.w.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

// record writes the root, an item of a list or of a map: an object whose only
// member is "value" is that value.
func (t *treeWriter) record(n *format.Node) error {
	if n.Kind != format.Group {
		return t.node(n)
	}
	var only *format.Node
	for i := range n.Items {
		if isEmptyGroup(&n.Items[i]) {
			continue
		}
		if only != nil {
			return t.node(n)
		}
		only = &n.Items[i]
	}
	if only != nil {
		if key, escape := keyOf(only.Name); key == valueKey {
			return t.member(only, escape)
		}
	}
	return t.node(n)
}

// isEmptyGroup is true of property groups that are left out.
func isEmptyGroup(n *format.Node) bool {
	if n.Kind != format.Group {
		return false
	}
	for i := range n.Items {
		if !isEmptyGroup(&n.Items[i]) {
			return false
		}
	}
	return true
}

func (t *treeWriter) member(n *format.Node, escape bool) (err error) {
	if n.Kind != format.Leaf {
		return t.node(n)
	}
	t.buf, err = appendValue(t.buf, n.Value, escape)
	return err
}

func (t *treeWriter) node(n *format.Node) (err error) {
	if len(t.buf) >= flushSize {
		if err := t.flush(); err != nil {
			return err
		}
	}
	switch n.Kind {
	case format.Group, format.Map:
		t.buf = append(t.buf, '{')
		if err := t.members(n); err != nil {
			return err
		}
		t.buf = append(t.buf, '}')
	case format.List:
		t.buf = append(t.buf, '[')
		for i := range n.Items {
			if i > 0 {
				t.buf = append(t.buf, ',')
			}
			if err := t.record(&n.Items[i]); err != nil {
				return err
			}
		}
		t.buf = append(t.buf, ']')
	case format.Leaf:
		t.buf, err = appendValue(t.buf, n.Value, false)
	default:
		t.buf = appendCompact(t.buf, n)
	}
	return err
}

// members writes what is in an object; of equal keys the last is written in the
// place of the first.
func (t *treeWriter) members(n *format.Node) error {
	last := make(map[string]int, len(n.Items))
	for i := range n.Items {
		if n.Kind == format.Map || !isEmptyGroup(&n.Items[i]) {
			key, _ := keyOf(n.Items[i].Name)
			last[key] = i
		}
	}
	first := true
	for i := range n.Items {
		key, _ := keyOf(n.Items[i].Name)
		at, ok := last[key]
		if !ok {
			continue
		}
		delete(last, key)
		if !first {
			t.buf = append(t.buf, ',')
		}
		first = false
		t.buf = append(appendQuoted(t.buf, key), ':')
		m := &n.Items[at]
		var err error
		if n.Kind == format.Map {
			err = t.record(m)
		} else {
			_, escape := keyOf(m.Name)
			err = t.member(m, escape)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
