package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/ext"
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/internal/render"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/value"
)

// programFlags are the flags of every verb that runs a program.
type programFlags struct {
	Include []string `short:"I" placeholder:"DIR" help:"Look for required modules in DIR too."`
	DB      string   `name:"db" placeholder:"FILE" help:"Keep stored properties in this SQLite file; without it they live in memory."`
	connectorFlags

	Timeout     time.Duration `placeholder:"DURATION" help:"Stop after this time (E3901); 0 is no limit."`
	MaxSteps    int64         `placeholder:"N" help:"Stop after so many steps of actions (E3904); 0 is no limit."`
	MaxDepth    int           `default:"10000" placeholder:"N" help:"Most nested calls (E3903); 0 is no limit."`
	MaxRows     int64         `default:"50000000" placeholder:"N" help:"Most rows of one set (E3902); 0 is no limit."`
	MaxResponse size          `default:"256MiB" placeholder:"SIZE" help:"Largest answer of an outside system (E3506); 0 is no limit."`
	MaxMemory   size          `placeholder:"SIZE" help:"Most memory for the run (E3905); 0 is no limit."`

	extensions ext.Options `kong:"-"`
}

// size is a number of bytes, written 1000, 64KiB, 256MiB, 2GiB.
type size int64

func (s *size) UnmarshalText(text []byte) error {
	t := string(text)
	unit := int64(1)
	for i, suffix := range []string{"KiB", "MiB", "GiB"} {
		if n, ok := strings.CutSuffix(t, suffix); ok {
			t, unit = n, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is no size: write a number of bytes, or 64KiB, 256MiB, 2GiB", text)
	}
	*s = size(n * unit)
	return nil
}

// config is what the parts of the program are put together from.
func (f *programFlags) config(c console) assembly.Config {
	var wrap []connect.Middleware
	if t := f.trace(c); t != nil {
		wrap = append(wrap, connect.Traced(t))
	}
	return assembly.Config{
		Wrap:   wrap,
		Stdout: c.out, Stderr: c.err,
		Terminal:   newTerminal(c),
		Include:    f.Include,
		Database:   f.DB,
		Extensions: f.extensions,
		Limits: query.Limits{
			Steps: f.MaxSteps, Depth: f.MaxDepth, Rows: f.MaxRows,
			Response: int64(f.MaxResponse), Memory: int64(f.MaxMemory),
		},
	}
}

// errTimeout is why a run was stopped by --timeout.
var errTimeout = errors.New("the time limit of --timeout has passed")

// within gives ctx the time limit.
func (f *programFlags) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.Timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, f.Timeout, errTimeout)
}

// sources reads files; one that cannot be opened is wrong usage (decision 14).
func sources(files []string) ([]interp.Source, error) {
	out := make([]interp.Source, 0, len(files))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, usagef("%v", err)
		}
		out = append(out, interp.Source{Name: f, Text: text})
	}
	return out, nil
}

// load reads, resolves and wires a program, and shows what is wrong with it.
func (f *programFlags) load(ctx context.Context, c console, srcs []interp.Source) (*assembly.Program, error) {
	config := f.config(c)
	var err error
	if config.Connectors, err = f.registry(c, folderOf(srcs), int64(f.MaxResponse)); err != nil {
		return nil, err
	}
	return f.loadWith(ctx, c, srcs, config)
}

// loadWith is load with a configuration that is complete.
func (f *programFlags) loadWith(ctx context.Context, c console, srcs []interp.Source, config assembly.Config) (*assembly.Program, error) {
	p, list, err := assembly.Load(ctx, srcs, config)
	calmHeap()
	if err != nil {
		return nil, err
	}
	render.List(c.err, list, sourceText(srcs), c.style())
	if list.Errors() {
		return nil, exitError(exitFailed)
	}
	return p, nil
}

// sourceText gives source lines to errors: of the given texts, else of files.
func sourceText(srcs []interp.Source) render.Sources {
	return func(file string) ([]byte, bool) {
		if i := slices.IndexFunc(srcs, func(s interp.Source) bool { return s.Name == file }); i >= 0 {
			return srcs[i].Text, true
		}
		text, err := os.ReadFile(file)
		return text, err == nil
	}
}

// style is plain unless stderr is a terminal and NO_COLOR is not set.
func (c console) style() render.Style {
	f, ok := c.err.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return render.Style{}
	}
	info, err := f.Stat()
	return render.Style{Colour: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// showRunError writes a run-time error with its place and calls.
func (c console) showRunError(err error, src render.Sources) {
	var run *interp.RunError
	if !errors.As(err, &run) {
		fmt.Fprintf(c.err, "golsf: %v\n", err)
		return
	}
	f := render.Failure{Code: run.Code, Message: run.Message, Span: run.Span, Diagnostics: run.Diagnostics}
	for _, call := range run.Stack {
		if call.Span.Start.IsValid() {
			f.Stack = append(f.Stack, render.Frame{Action: call.Action, Call: call.Span})
		}
	}
	render.RunError(c.err, f, src, c.style())
}

// arguments turns the ARGs behind "--" and -p NAME=VALUE into arguments and
// answers to INPUT: "@path" gives a file, as in curl (decision 57).
func arguments(positional, named []string) (args []interp.Argument, inputs map[string]string, err error) {
	for _, text := range positional {
		a, err := argument("", text)
		if err != nil {
			return nil, nil, err
		}
		args = append(args, a)
	}
	inputs = map[string]string{}
	for _, p := range named {
		name, text, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, nil, usagef("-p %s: write NAME=VALUE", p)
		}
		a, err := argument(name, text)
		if err != nil {
			return nil, nil, err
		}
		args = append(args, a)
		inputs[name] = text
	}
	return args, inputs, nil
}

func argument(name, text string) (interp.Argument, error) {
	path, isFile := strings.CutPrefix(text, "@")
	if !isFile {
		return interp.Argument{Name: name, Text: text}, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return interp.Argument{}, usagef("%v", err)
	}
	base := filepath.Base(path)
	ext := strings.TrimPrefix(filepath.Ext(base), ".")
	return interp.Argument{Name: name, File: &value.FileData{
		Bytes: data, Ext: strings.ToLower(ext), Name: strings.TrimSuffix(base, filepath.Ext(base)),
	}}, nil
}
