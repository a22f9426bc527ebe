package interp

import (
	"strings"
	"unicode/utf8"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// show prints a form as text tables, one for each group of objects; DIALOG
// counts as cancelled, with a warning.
func (c *compiler) show(x *bound.Show) act {
	do, otherwise := c.act(x.Do), c.act(x.Else)
	span := x.Span
	if x.Dialog || x.Form == nil {
		warn := c.cancelledDialog(span, "DIALOG")
		return func(t *thread, fr *query.Frame) signal {
			warn(t, fr)
			return otherwise(t, fr)
		}
	}
	s := c.formSource(&bound.Export{Form: x.Form, Objects: x.Objects, Span: span})
	name := x.Form.Caption
	if name == "" {
		name = x.Form.Ident
	}
	return func(t *thread, fr *query.Frame) signal {
		r := s.open(t, fr, span)
		if r == nil {
			return done
		}
		lines := append([]string{name}, s.lines(r)...)
		text := strings.Join(lines, "\n")
		if x.Print && x.To != nil {
			file := &value.FileData{Bytes: []byte(text + "\n"), Ext: "txt"}
			c.target(*x.To).set(t, fr, nil, value.FileOf(value.NameFile, file))
			return done
		}
		t.inst.print(text)
		return do(t, fr)
	}
}

// lines draws the form: properties without objects, then a table for each group.
func (s *formSource) lines(r *formRun) []string {
	var out []string
	for _, m := range s.root.members {
		if m.child == nil {
			out = append(out, caption(m)+": "+value.TextOf(m.value(r.fr)))
		}
	}
	for _, n := range s.nodes {
		var heads []string
		var members []formMember
		for _, m := range n.members {
			if m.child == nil {
				heads = append(heads, caption(m))
				members = append(members, m)
			}
		}
		var rows [][]string
		r.walk(n, func() {
			row := make([]string, len(members))
			for i, m := range members {
				row[i] = value.TextOf(m.value(r.fr))
			}
			rows = append(rows, row)
		})
		out = append(out, n.name)
		out = append(out, aligned(heads, rows)...)
		clear(r.rows)
	}
	return out
}

func caption(m formMember) string {
	if m.prop.Caption != "" {
		return m.prop.Caption
	}
	return m.name
}

// aligned gives the lines of a table with columns padded to their width.
func aligned(heads []string, rows [][]string) []string {
	width := make([]int, len(heads))
	all := append([][]string{heads}, rows...)
	for _, row := range all {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	out := make([]string, len(all))
	for n, row := range all {
		var b strings.Builder
		for i, c := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(c)
			b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)))
		}
		out[n] = strings.TrimRight(b.String(), " ")
	}
	return out
}
