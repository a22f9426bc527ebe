package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/golsf/golsf/interp"
)

// terminal asks on the terminal for ASK and INPUT.
type terminal struct {
	in  *bufio.Reader
	out *os.File
}

// newTerminal is nil unless both ends are a terminal: then ASK and INPUT count
// as cancelled.
func newTerminal(c console) interp.Terminal {
	in, ok := c.in.(*os.File)
	if !ok || !isTerminal(in) || !isTerminal(os.Stderr) {
		return nil
	}
	return &terminal{in: bufio.NewReader(in), out: os.Stderr}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Ask puts a question; an empty answer or the end of input cancels.
func (t *terminal) Ask(ctx context.Context, question string) (yes, ok bool) {
	text, ok := t.Input(ctx, question+" [y/n]")
	if !ok {
		return false, false
	}
	switch strings.ToLower(text) {
	case "y", "yes", "1", "true":
		return true, true
	case "n", "no", "0", "false":
		return false, true
	}
	return false, false
}

// Input asks for a text; the end of input cancels.
func (t *terminal) Input(_ context.Context, prompt string) (string, bool) {
	fmt.Fprintf(t.out, "%s: ", strings.TrimSuffix(prompt, ":"))
	text, err := t.in.ReadString('\n')
	if err != nil && text == "" {
		return "", false
	}
	return strings.TrimRight(text, "\r\n"), true
}
