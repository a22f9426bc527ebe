// Command golsf runs, checks, tests and serves lsFusion programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes (product.md "Commands").
const (
	exitOK     = 0
	exitFailed = 1 // the program failed
	exitUsage  = 2 // the command was not understood
)

// exitError ends the command with a code; its text, if any, is already shown.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usageError is a wrong command line, shown with a pointer to --help.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// console is where a command reads and writes.
type console struct {
	in  io.Reader
	out io.Writer
	err io.Writer
	// rest are the arguments after "--".
	rest []string
}

// commands is the command line.
type commands struct {
	Run        runCommand        `cmd:"" help:"Run the action run, or another one, of lsFusion files."`
	Eval       evalCommand       `cmd:"" help:"Run action code given on the command line."`
	Serve      serveCommand      `cmd:"" help:"Answer HTTP calls: /exec, /eval, /connectors."`
	Connectors connectorsCommand `cmd:"" help:"List, check and call the configured connectors."`
	Ext        extCommand        `cmd:"" help:"Run extensions: actions and unions on extension points."`
	Check      checkCommand      `cmd:"" help:"Report every error of files and trees of modules."`
	Test       testCommand       `cmd:"" help:"Run golden-file tests: *.txtar cases and *_test.lsf files."`
	Repl       replCommand       `cmd:"" help:"Declarations, actions and expressions at a prompt."`
	Explain    explainCommand    `cmd:"" help:"Run an action and show how each of its sets was enumerated."`
	Fmt        fmtCommand        `cmd:"" help:"Lay out files in the standard style."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	eagerHeap()
	os.Exit(execute(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// eagerHeap lets the heap grow to four times its live size before it is
// collected: reading program texts makes much that stays. calmHeap goes back to
// Go's default before data is worked on. GOGC, when it is set, holds throughout.
func eagerHeap() { collectAt(400) }
func calmHeap()  { collectAt(100) }

func collectAt(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, c console) int {
	if i := slices.Index(args, "--"); i >= 0 {
		args, c.rest = args[:i], args[i+1:]
	}
	var cli commands
	ended := -1
	parser, err := kong.New(&cli,
		kong.Name("golsf"),
		kong.Description("lsFusion programs without a server."),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { ended = code }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
	)
	if err != nil {
		panic(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if ended >= 0 {
		return ended
	}
	if err != nil {
		fmt.Fprintf(c.err, "golsf: %v\nSee: golsf --help\n", err)
		return exitUsage
	}
	return exitCode(parsed.Run(), c)
}

func exitCode(err error, c console) int {
	var code exitError
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		fmt.Fprintf(c.err, "golsf: %v\n", usage)
		return exitUsage
	}
	fmt.Fprintf(c.err, "golsf: %v\n", err)
	return exitFailed
}
