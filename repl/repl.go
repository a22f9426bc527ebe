// Package repl is the prompt: declarations, actions and expressions in one
// session. It reads lines with peterh/liner on a terminal and plainly
// otherwise, so that a script can be piped in.
package repl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/peterh/liner"

	"github.com/golsf/golsf/internal/render"
	"github.com/golsf/golsf/interp"
)

// Options of a prompt.
type Options struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal bool   // lines are edited, kept and completed
	History  string // file that keeps the lines of earlier prompts; "" for none
	Style    render.Style
	// Show writes the result of an action, as `golsf run` does.
	Show func(res *interp.Result) error
}

// Prompt is one prompt over a program. It belongs to one goroutine.
type Prompt struct {
	inst    *interp.Instance
	session *interp.Session
	o       Options
	read    lineReader
	texts   map[string]string // what was typed, by the name that errors carry
	next    string            // a line that was read and begins an entry
}

// lineReader reads one line. errEnd ends the prompt; errAborted drops what was
// typed so far.
type lineReader interface {
	Line(prompt string) (string, error)
	Keep(text string)
	Close() error
}

var (
	errAborted = errors.New("aborted")
	errEnd     = io.EOF
)

// Run reads and runs until the end of input or :quit. Errors of what was typed
// are shown; the one returned is about the prompt itself.
func Run(ctx context.Context, inst *interp.Instance, o Options) error {
	var read lineReader = &plainReader{r: bufio.NewReader(o.In)}
	if o.Terminal {
		read = newTerminal(o.History, newCompleter(inst))
		fmt.Fprintln(o.Out, "golsf: declarations, actions and expressions. :help tells more, :quit leaves.")
	}
	return converse(ctx, inst, read, o)
}

func converse(ctx context.Context, inst *interp.Instance, read lineReader, o Options) error {
	p := &Prompt{inst: inst, session: inst.NewSession(), o: o, read: read, texts: map[string]string{}}
	defer p.session.Close()
	defer p.read.Close()
	for ctx.Err() == nil {
		text, err := p.entry()
		switch {
		case errors.Is(err, errAborted):
			continue
		case errors.Is(err, errEnd):
			return nil
		case err != nil:
			return err
		}
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if command, ok := strings.CutPrefix(text, ":"); ok {
			if p.command(ctx, command) {
				return nil
			}
			continue
		}
		p.interruptible(ctx, func(ctx context.Context) { p.run(ctx, text) })
	}
	return ctx.Err()
}

// entry reads lines until what was typed is whole (product.md decision 25).
func (p *Prompt) entry() (string, error) {
	prompt := "golsf> "
	if p.session.HasChanges() {
		prompt = "golsf*> "
	}
	text, err := p.next, error(nil)
	p.next = ""
	if text == "" {
		if text, err = p.read.Line(prompt); err != nil {
			return "", err
		}
	}
	for !isCommand(text) {
		more, whole := wantsMore(text)
		if !more {
			break
		}
		line, err := p.read.Line(strings.Repeat(" ", len(prompt)-5) + "...> ")
		if errors.Is(err, errEnd) {
			break
		}
		if err != nil {
			return "", err
		}
		if whole && (isCommand(line) || strings.TrimSpace(line) == "" || !joins(text, line)) {
			p.next = line // the statement ended without its semicolon
			break
		}
		text += "\n" + line
	}
	p.read.Keep(text)
	return text, nil
}

func isCommand(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), ":") }

// interruptible runs f; Ctrl-C stops it and not the prompt.
func (p *Prompt) interruptible(ctx context.Context, f func(ctx context.Context)) {
	inner, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	f(inner)
}

// plainReader reads lines that are no terminal's.
type plainReader struct{ r *bufio.Reader }

func (r *plainReader) Line(string) (string, error) {
	line, err := r.r.ReadString('\n')
	if err != nil && line == "" {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func (r *plainReader) Keep(string)  {}
func (r *plainReader) Close() error { return nil }

// terminal edits lines.
type terminal struct {
	state *liner.State
	file  string
}

func newTerminal(history string, complete liner.WordCompleter) *terminal {
	t := &terminal{state: liner.NewLiner(), file: history}
	t.state.SetCtrlCAborts(true)
	t.state.SetMultiLineMode(true)
	t.state.SetWordCompleter(complete)
	if f, err := os.Open(history); err == nil {
		t.state.ReadHistory(f)
		f.Close()
	}
	return t
}

func (t *terminal) Line(prompt string) (string, error) {
	line, err := t.state.Prompt(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errAborted
	}
	return line, err
}

func (t *terminal) Keep(text string) {
	if strings.TrimSpace(text) != "" {
		t.state.AppendHistory(strings.ReplaceAll(text, "\n", " "))
	}
}

// Close gives the terminal back and writes the history; one that cannot be
// written is no error of the prompt.
func (t *terminal) Close() error {
	if t.file != "" {
		if f, err := os.OpenFile(t.file, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
			t.state.WriteHistory(f)
			f.Close()
		}
	}
	return t.state.Close()
}
