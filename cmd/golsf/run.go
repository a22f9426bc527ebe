package main

import (
	"context"
	"errors"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/interp"
)

// callFlags are the flags of the verbs that call one action.
type callFlags struct {
	programFlags
	extensionFlags
	Param  []string `short:"p" sep:"none" placeholder:"NAME=VALUE" help:"Parameter by name, or the answer to INPUT of that alias; @path gives a file."`
	Output string   `short:"o" placeholder:"FILE" help:"Write the result into FILE."`

	// loaded gets the program before it runs.
	loaded func(*assembly.Program) `kong:"-"`
}

type runCommand struct {
	Files  []string `arg:"" name:"file" help:"lsFusion files; arguments of the action follow after --."`
	Action string   `default:"run" placeholder:"NAME" help:"The action to run."`
	callFlags
}

func (r *runCommand) Help() string {
	return "Example: golsf run -p day=2024-01-31 report.lsf -o report.xlsx -- North 12\n\n" +
		"MESSAGE writes a line to stdout; the result is the value of RETURN, else the first export property that has one."
}

func (r *runCommand) Run(ctx context.Context, c console) error {
	srcs, err := sources(r.Files)
	if err != nil {
		return err
	}
	return r.call(ctx, c, srcs, interp.Request{Action: r.Action})
}

type evalCommand struct {
	Code  string   `arg:"" help:"Actions; $1, $2 ... are the arguments after --."`
	Files []string `arg:"" optional:"" name:"file" help:"Modules that the code uses."`
	callFlags
}

func (e *evalCommand) Help() string {
	return "Example: golsf eval 'MESSAGE INTEGER($1) + 1;' -- 41"
}

func (e *evalCommand) Run(ctx context.Context, c console) error {
	srcs, err := sources(e.Files)
	if err != nil {
		return err
	}
	return e.call(ctx, c, srcs, interp.Request{Eval: e.Code, EvalAction: true, EvalName: evalSource})
}

// evalSource is how errors name the code of `golsf eval`.
const evalSource = "eval"

// call loads the program, does the request and shows its result.
func (f *callFlags) call(ctx context.Context, c console, srcs []interp.Source, r interp.Request) error {
	var err error
	if r.Args, r.Inputs, err = arguments(c.rest, f.Param); err != nil {
		return err
	}
	if f.extensions, err = f.options(c); err != nil {
		return err
	}
	p, err := f.load(ctx, c, srcs)
	if err != nil {
		return err
	}
	defer p.Close()
	defer p.Extensions.Close(ctx)
	if f.loaded != nil {
		f.loaded(p)
	}
	limited, cancel := f.within(ctx)
	defer cancel()
	res, err := p.Instance.Call(limited, r)
	src := sourceText(append(srcs, interp.Source{Name: evalSource, Text: []byte(r.Eval)}))
	for _, threadErr := range res.ThreadErrors {
		c.showRunError(threadErr, src)
	}
	if err != nil {
		var run *interp.RunError
		if errors.As(err, &run) && !run.Span.Start.IsValid() && (run.Code == interp.CodeArgument || run.Code == interp.CodeNotFound) {
			return usagef("%s", run.Message)
		}
		c.showRunError(err, src)
		return exitError(exitFailed)
	}
	if err := showResult(c, res, f.Output); err != nil {
		return err
	}
	if len(res.Unlooked) > 0 || len(res.ThreadErrors) > 0 {
		return exitError(exitFailed)
	}
	return nil
}
