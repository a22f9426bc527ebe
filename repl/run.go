package repl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/golsf/golsf/internal/render"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// run does one entry: a declaration is added, actions run, an expression is
// shown.
func (p *Prompt) run(ctx context.Context, text string) {
	name := "prompt"
	p.texts[name] = text
	k, list := classify(name, text)
	switch k {
	case wrong:
		p.diagnostics(list)
	case declaration:
		p.declare(ctx, name, text)
	case expression:
		p.show(ctx, text)
	case action:
		res, err := p.inst.Exec(ctx, p.session, text)
		if err != nil {
			p.failure(err)
			return
		}
		if p.o.Show != nil && len(res.Values) > 0 {
			if err := p.o.Show(res); err != nil {
				fmt.Fprintln(p.o.Err, err)
			}
		}
	}
}

func (p *Prompt) declare(ctx context.Context, name, text string) {
	p.diagnostics(p.inst.Declare(ctx, p.session, name, text))
}

// show prints an expression: its value, or a table with a row for each value of
// the parameters that it leaves free.
func (p *Prompt) show(ctx context.Context, text string) {
	t, err := p.inst.Eval(ctx, p.session, text)
	if err != nil {
		p.failure(err)
		return
	}
	if len(t.Names) == 1 {
		fmt.Fprintln(p.o.Out, shown(t.Rows[0][0]))
		return
	}
	if len(t.Rows) == 0 {
		fmt.Fprintln(p.o.Out, "no rows")
		return
	}
	rows := render.Rows{Names: t.Names, Classes: t.Classes}
	last := len(rows.Names) - 1
	rows.Names[last] = heading(text)
	n := 0
	rows.Next = func(dst []value.Value) (bool, error) {
		if n == len(t.Rows) {
			return false, nil
		}
		copy(dst, t.Rows[n])
		n++
		return true, nil
	}
	if err := render.Table(p.o.Out, rows); err != nil {
		fmt.Fprintln(p.o.Err, err)
	}
}

func shown(v value.Value) string {
	switch {
	case v.IsNull():
		return "NULL"
	case v.File() != nil:
		f := v.File()
		return fmt.Sprintf("file %s, %d bytes", f.Ext, len(f.Bytes))
	}
	return value.TextOf(v)
}

// heading is the expression on one short line.
func heading(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return text
}

// failure shows an error of the text or of the run.
func (p *Prompt) failure(err error) {
	var list diag.List
	var run *interp.RunError
	switch {
	case errors.As(err, &list):
		p.diagnostics(list)
	case errors.As(err, &run):
		f := render.Failure{Code: run.Code, Message: run.Message, Span: run.Span, Diagnostics: run.Diagnostics}
		for _, c := range run.Stack {
			if c.Span.Start.IsValid() {
				f.Stack = append(f.Stack, render.Frame{Action: c.Action, Call: c.Span})
			}
		}
		render.RunError(p.o.Err, f, p.source, p.o.Style)
	default:
		fmt.Fprintln(p.o.Err, err)
	}
}

func (p *Prompt) diagnostics(list diag.List) { render.List(p.o.Err, list, p.source, p.o.Style) }

// source gives the text behind a name: what was typed, or a file.
func (p *Prompt) source(name string) ([]byte, bool) {
	if text, ok := p.texts[name]; ok {
		return []byte(text), true
	}
	text, err := os.ReadFile(name)
	return text, err == nil
}

const help = `Type a declaration (ends with ; or }), an action, or an expression:

  CLASS Good;  name = DATA STRING[20] (Good);
  NEW g = Good { name(g) <- 'nut'; }
  name(Good g)            every value, as a table
  GROUP SUM 1 IF name(Good g)
  APPLY;                  saves the changes; the prompt shows * while there are any

A declaration of the same name takes the place of the earlier one.

  :load FILE              declarations from a file
  :type EXPRESSION        the class of an expression
  :help   :quit
`

// command runs a line that begins with a colon; true ends the prompt.
func (p *Prompt) command(ctx context.Context, text string) (quit bool) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "quit", "q", "exit":
		return true
	case "help", "h", "?":
		fmt.Fprint(p.o.Out, help)
	case "load", "l":
		p.load(ctx, rest)
	case "type", "t":
		p.typeOf(rest)
	default:
		fmt.Fprintf(p.o.Err, "there is no command :%s; :help lists them\n", word)
	}
	return false
}

func (p *Prompt) load(ctx context.Context, file string) {
	if file == "" {
		fmt.Fprintln(p.o.Err, "write :load FILE")
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(p.o.Err, err)
		return
	}
	list := p.inst.Declare(ctx, p.session, file, string(text))
	p.diagnostics(list)
	if !list.Errors() {
		fmt.Fprintf(p.o.Out, "loaded %s\n", filepath.Base(file))
	}
}

func (p *Prompt) typeOf(text string) {
	if text == "" {
		fmt.Fprintln(p.o.Err, "write :type EXPRESSION")
		return
	}
	p.texts["prompt"] = text
	class, params, list := p.inst.TypeOf(text)
	if list.Errors() {
		p.diagnostics(list)
		return
	}
	if len(params) > 0 {
		class += " for each " + strings.Join(params, ", ")
	}
	fmt.Fprintln(p.o.Out, class)
}
