// Package process runs the child processes of connectors of kind exec and of
// extensions: a command without a shell, a small environment, a bound on what
// it writes, and nothing left behind when it has to stop.
//
// Source: product.md decision 61.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Command is one child process.
type Command struct {
	// Args are the program and its arguments. A program with a path that is
	// relative is found from Dir, one without a path in PATH.
	Args []string
	Dir  string // "" is the current folder
	// Env adds variables "NAME=VALUE" to PATH, HOME, LANG and TZ; the child gets
	// no others.
	Env            []string
	Stdin          io.Reader // nil: empty
	Stdout, Stderr io.Writer // nil: dropped
	// MaxOutput bounds the bytes of Stdout; 0 is no bound.
	MaxOutput int64
}

// ErrTooLarge says that the child wrote more than MaxOutput.
var ErrTooLarge = errors.New("the output of the program is larger than the limit")

// ExitError is an end with another code than 0, -1 after a signal.
type ExitError struct {
	Code   int
	Signal string // "" unless a signal ended it
}

func (e *ExitError) Error() string {
	if e.Signal != "" {
		return "the program was ended by " + e.Signal
	}
	return fmt.Sprintf("exit code %d", e.Code)
}

// grace is how long after its end a child's own children may hold its output.
const grace = time.Second

// Run runs c to its end. The error is an *ExitError, ErrTooLarge, the cause of
// the end of ctx, or that the program could not be started. When ctx ends or
// the output is too large, the child is killed with all processes it has
// started; none of them is alive when Run returns. Run may be used by several
// goroutines.
func Run(ctx context.Context, c Command) error {
	if len(c.Args) == 0 || c.Args[0] == "" {
		return errors.New("the command is empty")
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	program := c.Args[0]
	if strings.ContainsRune(program, filepath.Separator) && !filepath.IsAbs(program) {
		dir, err := filepath.Abs(c.Dir)
		if err != nil {
			return err
		}
		program = filepath.Join(dir, program)
	}
	cmd := exec.CommandContext(ctx, program, c.Args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stderr = c.Dir, environment(c.Env), c.Stdin, c.Stderr
	cmd.Stdout = c.Stdout
	if c.MaxOutput > 0 {
		out := c.Stdout
		if out == nil {
			out = io.Discard
		}
		cmd.Stdout = &bounded{w: out, left: c.MaxOutput, stop: stop}
	}
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = grace
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the program %s cannot be started: %w", c.Args[0], cause(err))
	}
	err := cmd.Wait()
	if ctx.Err() != nil || errors.Is(err, exec.ErrWaitDelay) {
		_ = killGroup(cmd)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return nil
	case errors.As(err, &exit):
		return &ExitError{Code: exit.ExitCode(), Signal: signalOf(exit)}
	}
	return err
}

// cause leaves out the path that the message names already.
func cause(err error) error {
	var path *os.PathError
	var run *exec.Error
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &run):
		return run.Err
	}
	return err
}

func environment(extra []string) []string {
	env := []string{}
	for _, name := range []string{"PATH", "HOME", "LANG", "TZ"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, extra...)
}

// bounded stops the child at the first byte too many.
type bounded struct {
	w    io.Writer
	left int64
	stop context.CancelCauseFunc
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(len(p)) > b.left {
		b.stop(ErrTooLarge)
		return 0, ErrTooLarge
	}
	b.left -= int64(len(p))
	return b.w.Write(p)
}
