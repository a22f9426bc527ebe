package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/repl"
)

type replCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Modules to begin with."`
	programFlags
	extensionFlags
}

func (r *replCommand) Help() string {
	return "Example: golsf repl shop.lsf\n\n:help at the prompt tells what can be typed."
}

func (r *replCommand) Run(ctx context.Context, c console) error {
	srcs, err := sources(r.Files)
	if err != nil {
		return err
	}
	if len(srcs) == 0 {
		srcs = []interp.Source{{Name: "prompt.lsf"}}
	}
	if r.extensions, err = r.options(c); err != nil {
		return err
	}
	p, err := r.load(ctx, c, srcs)
	if err != nil {
		return err
	}
	defer p.Close()
	defer p.Extensions.Close(ctx)
	in, isFile := c.in.(*os.File)
	return repl.Run(ctx, p.Instance, repl.Options{
		In: c.in, Out: c.out, Err: c.err,
		Terminal: isFile && isTerminal(in) && isTerminal(os.Stdout),
		History:  historyFile(), Style: c.style(),
		Show: func(res *interp.Result) error { return showResult(c, res, "") },
	})
}

// historyFile keeps what was typed, in the user's configuration folder.
func historyFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "golsf")
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return filepath.Join(dir, "history")
}
