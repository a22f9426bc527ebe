package render

import (
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/golsf/golsf/runtime/value"
)

// Rows is a table to show: the names and classes of its columns, and a reader
// that fills dst and reports whether there was a row.
type Rows struct {
	Names   []string
	Classes []value.Class
	Next    func(dst []value.Value) (bool, error)
}

// Table writes rows as an aligned text table. NULL is an empty cell; numbers
// stand on the right.
func Table(w io.Writer, rows Rows) error {
	t := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	header := make(table.Row, len(rows.Names))
	configs := make([]table.ColumnConfig, len(rows.Names))
	for i, n := range rows.Names {
		header[i] = n
		configs[i] = table.ColumnConfig{Number: i + 1}
		if i < len(rows.Classes) && rows.Classes[i].IsNumber() {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	vals := make([]value.Value, len(rows.Names))
	for {
		ok, err := rows.Next(vals)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		cells := make(table.Row, len(vals))
		for i, v := range vals {
			cells[i] = ""
			if !v.IsNull() {
				cells[i] = value.TextOf(v)
			}
		}
		t.AppendRow(cells)
	}
	_, err := io.WriteString(w, t.Render()+"\n")
	return err
}
