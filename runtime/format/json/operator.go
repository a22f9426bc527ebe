package json

import (
	"math"
	"strconv"
	"strings"

	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/value"
)

// Operator writes the text of the operators JSON and JSONTEXT. It has the
// structure of the same EXPORT, but numbers keep their scale, strings are not
// looked into and keep every character that JSON allows, and a name keeps its
// suffix. It implements format.OperatorWriter.
type Operator struct{}

// Text gives the text of a tree. There is none when the root has no members
// but empty groups and lists without records. The rows of a list at the top are
// joined by a comma and a blank; a single text named "value" is that text
// without quotes, and for class JSON normalised if it is JSON.
func (Operator) Text(root *format.Node, class value.Name) (text string, ok bool, err error) {
	var w operatorWriter
	only := soleValue(root)
	switch {
	case hasNothing(root):
		return "", false, nil
	case only == nil:
		w.node(root)
	case only.Kind == format.List:
		w.rows(only)
	case only.Kind == format.Leaf && only.Value.Kind() == value.Text:
		return only.Value.Str(), true, nil
	default:
		w.node(only)
	}
	if w.err != nil {
		return "", false, w.err
	}
	text = string(w.buf)
	if class == value.NameJSON {
		text, err = value.NormalizeJSON(text)
	}
	return text, err == nil, err
}

// hasNothing is true of what does not show: NULLs, groups of such, empty lists.
func hasNothing(n *format.Node) bool {
	switch n.Kind {
	case format.Leaf:
		return n.Value.IsNull()
	case format.Group:
		for i := range n.Items {
			if !hasNothing(&n.Items[i]) {
				return false
			}
		}
		return true
	case format.List, format.Map:
		return len(n.Items) == 0
	}
	return false
}

// soleValue is the one member of a record if its name is "value".
func soleValue(n *format.Node) *format.Node {
	var only *format.Node
	for i := range n.Items {
		if hasNothing(&n.Items[i]) {
			continue
		}
		if only != nil || n.Items[i].Name != valueKey {
			return nil
		}
		only = &n.Items[i]
	}
	return only
}

type operatorWriter struct {
	buf []byte
	err error
}

func (w *operatorWriter) rows(n *format.Node) {
	w.buf = append(w.buf, '[')
	for i := range n.Items {
		if i > 0 {
			w.buf = append(w.buf, ", "...)
		}
		w.record(&n.Items[i])
	}
	w.buf = append(w.buf, ']')
}

func (w *operatorWriter) record(n *format.Node) {
	if n.Kind == format.Group {
		if only := soleValue(n); only != nil {
			n = only
		}
	}
	w.node(n)
}

func (w *operatorWriter) node(n *format.Node) {
	switch n.Kind {
	case format.Group, format.Map:
		w.buf = append(w.buf, '{')
		first := true
		for i := range n.Items {
			m := &n.Items[i]
			if hasNothing(m) && n.Kind == format.Group {
				continue
			}
			if !first {
				w.buf = append(w.buf, ',')
			}
			first = false
			w.buf = append(value.AppendJSONString(w.buf, m.Name), ':')
			if n.Kind == format.Map {
				w.record(m)
			} else {
				w.node(m)
			}
		}
		w.buf = append(w.buf, '}')
	case format.List:
		w.buf = append(w.buf, '[')
		for i := range n.Items {
			if i > 0 {
				w.buf = append(w.buf, ',')
			}
			w.record(&n.Items[i])
		}
		w.buf = append(w.buf, ']')
	case format.Leaf:
		w.value(n.Value)
	default:
		w.buf = appendCompact(w.buf, n)
	}
}

func (w *operatorWriter) value(v value.Value) {
	switch v.Kind() {
	case value.Null:
		w.buf = append(w.buf, "null"...)
	case value.Boolean:
		w.buf = append(w.buf, "true"...)
	case value.TBoolean:
		w.buf = strconv.AppendBool(w.buf, v.Num() != 0)
	case value.Integer, value.Long, value.Year, value.Object, value.Color:
		w.buf = format.AppendValue(w.buf, v)
	case value.Numeric:
		w.buf = value.AppendText(w.buf, v)
	case value.Double:
		f := v.Double()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			w.buf = value.AppendJSONString(w.buf, value.TextOf(v))
			return
		}
		w.buf = appendDouble(w.buf, f)
	case value.JSON:
		w.json(v.JSONString())
	default:
		w.buf = value.AppendJSONString(w.buf, format.ValueText(v))
	}
}

// appendDouble writes a DOUBLE as a database does: no point after whole
// numbers, an exponent from 1e15 and below 1e-4.
func appendDouble(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	if f == 0 || abs >= 1e-4 && abs < 1e15 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, 64)
}

// json embeds a JSON text without the blanks between its parts; what is no JSON
// is embedded as a string.
func (w *operatorWriter) json(s string) {
	if _, err := value.NormalizeJSON(s); err != nil {
		w.buf = value.AppendJSONString(w.buf, s)
		return
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			end := i + 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			w.buf = append(w.buf, s[i:end+1]...)
			i = end
		case strings.IndexByte(" \t\r\n", c) < 0:
			w.buf = append(w.buf, c)
		}
	}
}
