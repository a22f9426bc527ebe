package json

import (
	"io"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Codec is the RowCodec and TreeCodec of JSON.
type Codec struct{}

// valueKey is the key under which an array or a scalar stands for a record.
const valueKey = "value"

// NewReader reads records: the items of the array at the top (or at ROOT, or
// under the key "value"); with Single the object at the top is the one record.
// A record that is no object is read as {"value": record}. Columns are keys,
// missing ones and null are NULL. The file is checked as it is read: a caller
// that must not act on a broken file reads all rows first.
//
// An object at the top without "value" and without any array has no rows; a
// caller that gave Warn is told.
func (Codec) NewReader(data []byte, columns []format.Column, opts format.ReadOptions) (format.RowReader, error) {
	if err := opts.Limits.CheckSize(len(data)); err != nil {
		return nil, err
	}
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	text := charset.Decode(data)
	r := &rowReader{
		scanner: scanner{text: text, depth: opts.Limits.MaxDepth()},
		limits:  opts.Limits, where: opts.Where, columns: columns,
	}
	r.bind()
	if text == "" {
		r.rest = done
		return r, nil
	}
	if r.clean() == '[' && opts.Root == "" && !opts.Single {
		return r, r.enter()
	}
	doc, err := newDocument(text, opts)
	if err != nil {
		return nil, err
	}
	r.rest = fromTree
	if opts.Single {
		r.records = []*format.Node{doc.Root()}
		return r, nil
	}
	r.records = doc.Records(doc.Root(), valueKey, false)
	if opts.Warn != nil && r.records == nil && holdsNoArray(doc.Root()) {
		opts.Warn("the JSON text is one object, not an array of rows: nothing is read; without a row parameter the object itself would be the record")
	}
	return r, nil
}

func holdsNoArray(n *format.Node) bool {
	for i := range n.Items {
		if n.Items[i].Kind == format.List || n.Items[i].Name == valueKey {
			return false
		}
	}
	return len(n.Items) > 0
}

// What a rowReader still has to read.
const (
	fromText = iota // items of the array at pos
	fromTree        // records
	done
)

type rowReader struct {
	scanner
	limits  format.Limits
	where   *format.Where
	columns []format.Column

	names  []string // keys wanted, those of the WHERE behind those of columns
	slots  []int    // by column: its place in names and tokens
	tokens []token  // of the row at hand, kind Absent when missing
	keys   keySet

	rest    int
	started bool
	records []*format.Node
	row     int // number of the next row, from 0
}

// bind finds out which keys are wanted.
func (r *rowReader) bind() {
	want := func(name string) int {
		for i, n := range r.names {
			if n == name {
				return i
			}
		}
		r.names = append(r.names, name)
		return len(r.names) - 1
	}
	for _, c := range r.columns {
		r.slots = append(r.slots, want(c.Name))
	}
	if r.where != nil {
		for i := range r.where.Terms {
			want(r.where.Terms[i].Field)
		}
	}
	r.tokens = make([]token, len(r.names))
}

// Next reads a row.
func (r *rowReader) Next(dst []value.Value) (bool, error) {
	for {
		more, err := r.record()
		if !more || err != nil {
			r.rest = done
			return false, err
		}
		row := r.row
		r.row++
		if err := r.limits.CheckRow(int64(r.row)); err != nil {
			return false, err
		}
		if keep, err := r.where.Match(row, r.test); err != nil {
			return false, err
		} else if !keep {
			continue
		}
		for i, c := range r.columns {
			v, err := convert(r.tokens[r.slots[i]], c.Class)
			if err != nil {
				return false, format.At(err, "row %d, key %s", r.row, format.Quoted(c.Name))
			}
			dst[i] = v
		}
		return true, nil
	}
}

func (r *rowReader) test(t *format.WhereTerm) (isNull, holds bool, err error) {
	for i, n := range r.names {
		if n == t.Field && r.tokens[i].kind != format.Absent {
			return false, t.CompareText(tokenText(r.tokens[i])), nil
		}
	}
	return true, false, nil
}

// record fills tokens from the next record.
func (r *rowReader) record() (more bool, err error) {
	for i := range r.tokens {
		r.tokens[i] = token{kind: format.Absent}
	}
	switch r.rest {
	case fromText:
		return r.item()
	case fromTree:
		if len(r.records) == 0 {
			return false, nil
		}
		n := r.records[0]
		r.records = r.records[1:]
		for i := range n.Items {
			r.keep(n.Items[i].Name, nodeToken(&n.Items[i]))
		}
		return true, nil
	}
	return false, nil
}

// nodeToken is the token of a tree.
func nodeToken(n *format.Node) token {
	if n.Kind == format.Group || n.Kind == format.List {
		return token{n.Kind, string(appendCompact(nil, n))}
	}
	return token{n.Kind, n.Text}
}

func (r *rowReader) keep(key string, t token) {
	for i, n := range r.names {
		if n == key {
			r.tokens[i] = t
			return
		}
	}
}

// item reads an item of the array at the top.
func (r *rowReader) item() (more bool, err error) {
	c := r.clean()
	if !r.started {
		r.started = true
		if c == ']' {
			r.pos++
			return false, r.end()
		}
	} else {
		end, err := r.afterItem()
		if err != nil {
			return false, err
		}
		if end {
			return false, r.end()
		}
		c = r.clean()
	}
	switch c {
	case '{':
		return true, r.members()
	case ',': // an item that is not there
		return true, nil
	}
	t, err := r.skip()
	if err == nil {
		r.keep(valueKey, t)
	}
	return true, err
}

// members reads an object into tokens.
func (r *rowReader) members() error {
	if err := r.enter(); err != nil {
		return err
	}
	defer r.leave()
	r.keys.reset()
	c := r.clean()
	if c == '}' {
		r.pos++
		return nil
	}
	for next := 0; ; next++ {
		if c == 0 {
			return r.fail(r.pos, "a '}' is missing")
		}
		at := r.pos
		key, err := r.key(c)
		if err != nil {
			return err
		}
		if !r.keys.add(key) {
			return r.fail(at, "the key "+format.Quoted(key)+" is there twice")
		}
		t, err := r.skip()
		if err != nil {
			return err
		}
		if next < len(r.names) && r.names[next] == key {
			r.tokens[next] = t
		} else {
			r.keep(key, t)
		}
		if end, err := r.afterMember(); end || err != nil {
			return err
		}
		c = r.clean()
	}
}

// flushSize is how many bytes are gathered before they are written.
const flushSize = 32 << 10

// NewWriter writes the rows as an array of objects without their NULLs; a row
// of nothing but a column named "value" is that value itself. With Single the
// one row is written without the array.
func (Codec) NewWriter(w io.Writer, columns []format.Column, opts format.WriteOptions) (format.RowWriter, error) {
	charset, err := format.FindCharset(opts.Charset)
	if err != nil {
		return nil, err
	}
	out := &rowWriter{single: opts.Single}
	if out.w, err = charset.Writer(w); err != nil {
		return nil, err
	}
	for i, c := range columns {
		key, escape := keyOf(c.Name)
		m := member{key: string(append(appendQuoted(nil, key), ':')), value: key == valueKey, columns: []int{i}, escape: escape}
		known := false
		for j := range out.members {
			if out.members[j].key == m.key {
				out.members[j].columns = append(out.members[j].columns, i)
				known = true
			}
		}
		if !known {
			out.members = append(out.members, m)
		}
	}
	if !out.single {
		out.buf = append(out.buf, '[')
	}
	return out, nil
}

// member is a key of the objects written.
type member struct {
	key     string // in quotes, with the colon
	value   bool   // the key is "value"
	escape  bool
	columns []int // those with that name: the last one that is not NULL is written
}

type rowWriter struct {
	w       io.Writer
	members []member
	single  bool
	rows    bool // a row was written
	buf     []byte
}

// Write adds a row.
func (w *rowWriter) Write(row []value.Value) error {
	if w.rows {
		if w.single {
			return value.Errorf(format.CodeWrite, "a second row in a file of one record")
		}
		w.buf = append(w.buf, ',')
	}
	w.rows = true
	start := len(w.buf)
	buf := append(w.buf, '{')
	count, bare := 0, 0
	var err error
	for i := range w.members {
		m := &w.members[i]
		var v value.Value
		for _, c := range m.columns {
			if !row[c].IsNull() {
				v = row[c]
			}
		}
		if v.IsNull() {
			continue
		}
		if count > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, m.key...)
		if m.value {
			bare = len(buf)
		}
		if buf, err = appendValue(buf, v, m.escape); err != nil {
			return err
		}
		count++
	}
	if count == 1 && bare > 0 {
		buf = append(buf[:start], buf[bare:]...)
	} else {
		buf = append(buf, '}')
	}
	w.buf = buf
	if len(w.buf) >= flushSize {
		return w.flush()
	}
	return nil
}

func (w *rowWriter) flush() error {
	_, err := w.w.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

// Close ends the array.
func (w *rowWriter) Close() error {
	switch {
	case !w.single:
		w.buf = append(w.buf, ']')
	case !w.rows:
		w.buf = append(w.buf, "{}"...)
	}
	return w.flush()
}
