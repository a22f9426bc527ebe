//go:build unix

package process_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golsf/golsf/runtime/connect/process"
)

func TestMain(m *testing.M) {
	if _, err := exec.LookPath("sh"); err != nil {
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestRun(t *testing.T) {
	t.Setenv("GOLSF_SECRET", "hidden")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "own.sh"), []byte("#!/bin/sh\npwd\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args  []string
		env   []string
		stdin string
		max   int64
		out   string
		fails string
	}{
		"input to output":  {args: []string{"cat"}, stdin: "text", out: "text"},
		"no shell":         {args: []string{"echo", "$HOME;*"}, out: "$HOME;*\n"},
		"own folder":       {args: []string{"./own.sh"}, out: dir + "\n"},
		"few variables":    {args: []string{"sh", "-c", "echo [$GOLSF_SECRET] $X"}, env: []string{"X=1"}, out: "[] 1\n"},
		"exit code":        {args: []string{"sh", "-c", "echo a; exit 3"}, out: "a\n", fails: "exit code 3"},
		"signal":           {args: []string{"sh", "-c", "kill -9 $$"}, fails: "the program was ended by signal killed"},
		"not there":        {args: []string{"./none"}, fails: "the program ./none cannot be started: no such file or directory"},
		"not in PATH":      {args: []string{"no-such-program"}, fails: "the program no-such-program cannot be started: executable file not found in $PATH"},
		"nothing":          {fails: "the command is empty"},
		"at the limit":     {args: []string{"echo", "abc"}, max: 4, out: "abc\n"},
		"over the limit":   {args: []string{"echo", "abcd"}, max: 4, fails: process.ErrTooLarge.Error()},
		"endless output":   {args: []string{"yes"}, max: 1 << 16, fails: process.ErrTooLarge.Error(), out: "-"},
		"unread big input": {args: []string{"true"}, stdin: strings.Repeat("x", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := process.Run(context.Background(), process.Command{
				Args: test.args, Dir: dir, Env: test.env, Stdin: strings.NewReader(test.stdin), Stdout: &out, MaxOutput: test.max,
			})
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != test.fails || test.out != "-" && out.String() != test.out {
				t.Errorf("got %q, %q, want %q, %q", out.String(), text, test.out, test.fails)
			}
		})
	}
}

// A child that is stopped takes the processes that it has started with it.
func TestStop(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("enough")
	go func() {
		for range 500 {
			if b, _ := os.ReadFile(file); len(b) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel(reason)
	}()
	began := time.Now()
	err := process.Run(ctx, process.Command{Args: []string{"sh", "-c", `sleep 60 & echo $! > "$1"; wait`, "sh", file}})
	if !errors.Is(err, reason) || time.Since(began) > 30*time.Second {
		t.Fatal(err, time.Since(began))
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if !alive(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d still runs", pid)
}

// alive reports whether a process runs; one that waits to be reaped does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}
