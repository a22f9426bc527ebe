package interp

import (
	"context"
	"io"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Terminal asks a person. An answer that is not ok counts as cancelled.
type Terminal interface {
	// Ask puts a question that is answered by yes or no.
	Ask(ctx context.Context, question string) (yes, ok bool)
	// Input asks for a text.
	Input(ctx context.Context, prompt string) (text string, ok bool)
}

// message prints a line at once; inside APPLY it is part of applyMessage too
// (product.md decision 15).
func (c *compiler) message(x *bound.Message) act {
	text := c.scalar(x.X)
	return func(t *thread, fr *query.Frame) signal {
		v := text(fr)
		if v.Kind() == value.File {
			if s, err := value.Cast(v, value.ClassText); err == nil {
				v = s
			}
		}
		line := value.TextOf(v)
		t.sess.say(line)
		t.inst.print(line)
		return done
	}
}

// print writes a line to the program's output.
func (i *Instance) print(line string) {
	i.outMu.Lock()
	defer i.outMu.Unlock()
	_, _ = io.WriteString(i.options.Stdout, line+"\n")
}

// warn writes a line to the error output.
func (i *Instance) warn(line string) {
	i.outMu.Lock()
	defer i.outMu.Unlock()
	_, _ = io.WriteString(i.options.Stderr, line+"\n")
}

// answer is the value given for INPUT or ASK by its alias.
func (t *thread) answer(alias string) (string, bool) {
	if t.request == nil {
		return "", false
	}
	s, ok := t.request.Inputs[alias]
	return s, ok
}

func (c *compiler) ask(x *bound.Ask) act {
	question := c.scalar(x.X)
	yes, no := c.act(x.Yes), c.act(x.No)
	var to *target
	if x.To != nil {
		to = c.target(*x.To)
	}
	slot, alias := x.Slot, x.Alias
	return func(t *thread, fr *query.Frame) signal {
		agreed, ok := false, false
		if s, given := t.answer(alias); given {
			agreed, ok = isYes(s), true
		} else if term := t.inst.options.Terminal; term != nil {
			agreed, ok = term.Ask(t.ctx(), value.TextOf(question(fr)))
		}
		if ok && to != nil {
			to.set(t, fr, nil, value.Bool(agreed))
		}
		if slot >= 0 {
			fr.Slots[slot] = value.Bool(agreed)
			if !ok {
				return no(t, fr)
			}
			return yes(t, fr)
		}
		if agreed {
			return yes(t, fr)
		}
		return no(t, fr)
	}
}

func isYes(s string) bool {
	switch s {
	case "", "0", "false", "no", "n", "FALSE", "NULL":
		return false
	}
	return true
}

// input takes its value by alias from the call, or from the terminal, or
// counts as cancelled.
func (c *compiler) input(x *bound.Input) act {
	do, otherwise := c.act(x.Do), c.act(x.Else)
	var to *target
	if x.To != nil {
		to = c.target(*x.To)
	}
	slot, alias, class, span := x.Slot, x.Alias, x.Class, x.Span
	return func(t *thread, fr *query.Frame) signal {
		text, ok := t.answer(alias)
		if term := t.inst.options.Terminal; !ok && term != nil {
			text, ok = term.Input(t.ctx(), alias)
		}
		if !ok {
			return otherwise(t, fr)
		}
		v, err := t.typed(alias, text, class)
		if err != nil {
			query.Throw(span, err)
		}
		if slot >= 0 {
			fr.Slots[slot] = v
		}
		if to != nil {
			to.set(t, fr, nil, v)
		}
		return do(t, fr)
	}
}

// typed gives the answer to INPUT its class; an answer can be a file.
func (t *thread) typed(alias, text string, class value.Class) (value.Value, error) {
	if t.request != nil {
		for _, a := range t.request.Args {
			if a.Name == alias && a.File != nil {
				return t.inst.argument(a, class)
			}
		}
	}
	return t.inst.parseText(text, class)
}

// native computes a property of the standard library.
func (t *thread) native(name string, args []value.Value) (value.Value, error) {
	switch name {
	case "System.canceled":
		t.sess.looked()
		return value.Bool(t.sess.canceled), nil
	case "System.applyMessage":
		t.sess.looked()
		return t.sess.applyMessage(), nil
	case "System.messageCaughtException", "System.lsfStackTraceCaughtException", "System.javaStackTraceCaughtException":
		return t.caughtValue(name), nil
	}
	if v, ok := t.reflect(name, args); ok {
		return v, nil
	}
	return value.Value{}, value.Errorf(CodeUnsupported, "the function '%s' is not available", name)
}

func (t *thread) caughtValue(name string) value.Value {
	e := t.caught
	switch {
	case e == nil:
		return value.Value{}
	case name == "System.messageCaughtException":
		return value.String(e.caughtText())
	}
	return value.String(e.trace())
}

// trace is the call stack of an error as text.
func (e *RunError) trace() string {
	text := e.Message
	at := e.Span
	for _, c := range e.Stack {
		text += "\n" + c.Action + " " + position(at)
		at = c.Span
	}
	return text
}

func position(s diag.Span) string {
	if !s.Start.IsValid() {
		return ""
	}
	return s.Start.String()
}
