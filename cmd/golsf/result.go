package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/golsf/golsf/internal/render"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/format/table"
	"github.com/golsf/golsf/runtime/value"
)

// textual are the extensions of files that are shown as text.
var textual = map[string]bool{"json": true, "xml": true, "csv": true, "txt": true, "html": true, "htm": true, "md": true, "sql": true}

// showResult writes the values of a call: texts and text-like files to stdout,
// a TABLE as an aligned table, other files to the file of -o (product.md
// "golsf run", decision 14).
func showResult(c console, res *interp.Result, output string) error {
	if output != "" {
		return saveResult(res, output)
	}
	for _, v := range res.Values {
		if v.Value.IsNull() {
			if res.Returned && len(res.Values) > 1 {
				fmt.Fprintln(c.out)
			}
			continue
		}
		if f := v.Value.File(); f != nil {
			if err := showFile(c, f); err != nil {
				return err
			}
			continue
		}
		line(c, value.WireText(v.Value))
	}
	return nil
}

func showFile(c console, f *value.FileData) error {
	switch {
	case f.Ext == "table":
		t, err := table.Open(f.Bytes)
		if err != nil {
			return err
		}
		rows := render.Rows{Next: t.Next}
		for _, col := range t.Columns() {
			rows.Names = append(rows.Names, col.Name)
			rows.Classes = append(rows.Classes, col.Type.ReadClass())
		}
		return render.Table(c.out, rows)
	case textual[f.Ext] || f.Ext == "" && isText(f.Bytes):
		line(c, string(f.Bytes))
		return nil
	}
	kind := f.Ext
	if kind == "" {
		kind = "file"
	}
	fmt.Fprintf(c.err, "golsf: the result is a binary file (%s, %d bytes): write it with -o FILE\n", kind, len(f.Bytes))
	return exitError(exitFailed)
}

func line(c console, text string) {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	fmt.Fprint(c.out, text)
}

// isText tells text from bytes by the control characters of the beginning.
func isText(b []byte) bool {
	for _, x := range b[:min(len(b), 512)] {
		if x < ' ' && x != '\n' && x != '\r' && x != '\t' {
			return false
		}
	}
	return true
}

func saveResult(res *interp.Result, output string) error {
	var data []byte
	for _, v := range res.Values {
		if f := v.Value.File(); f != nil {
			data = append(data, f.Bytes...)
		} else if !v.Value.IsNull() {
			data = append(data, value.WireText(v.Value)...)
		}
	}
	return os.WriteFile(output, data, 0o644)
}
