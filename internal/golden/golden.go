// Package golden runs golden-file tests: testscript archives (*.txtar) and the
// test actions of *_test.lsf files. It is what `golsf test` runs and what
// golsf's own cases are run by. Source: product.md "Tests for users",
// decision 71.
package golden

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

// Options of a run.
type Options struct {
	Run        *regexp.Regexp // only tests whose name matches; nil: all
	Update     bool           // rewrite expected output
	Executable string         // the golsf binary that `exec golsf` means
	Verbose    bool
	Out        io.Writer
	// TestActions lists the actions of a file whose names begin with "test".
	TestActions func(ctx context.Context, file string) ([]string, error)
}

// Summary counts the tests of a run; Failures names those that failed, in order.
type Summary struct {
	Passed, Failed, Skipped int
	Failures                []string
}

// test is one case: an archive, or one action of a test file.
type test struct {
	name   string
	file   string
	action string // "" for an archive
}

// Run runs every test below paths, in the order of their names, several at a
// time, and writes a report of the failures. The error is about the paths
// themselves; failed tests are in the Summary.
func Run(ctx context.Context, paths []string, o Options) (Summary, error) {
	tests, err := find(ctx, paths, o)
	if err != nil {
		return Summary{}, err
	}
	dir, err := os.MkdirTemp("", "golsf-test-")
	if err != nil {
		return Summary{}, err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return Summary{}, err
	}
	if err := os.Symlink(o.Executable, filepath.Join(bin, "golsf")); err != nil {
		return Summary{}, err
	}

	results := make([]outcome, len(tests))
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for i, t := range tests {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				results[i] = outcome{status: failed, log: ctx.Err().Error() + "\n"}
				return
			}
			began := time.Now()
			if t.action == "" {
				results[i] = runArchive(ctx, t, bin, filepath.Join(dir, fmt.Sprintf("case%d", i)), o)
			} else {
				results[i] = runAction(ctx, t, o)
			}
			results[i].took = time.Since(began)
		})
	}
	wg.Wait()
	return report(o, tests, results), nil
}

type status uint8

const (
	passed status = iota
	failed
	skipped
)

type outcome struct {
	status  status
	log     string
	updated bool
	took    time.Duration
}

func report(o Options, tests []test, results []outcome) Summary {
	var s Summary
	for i, r := range results {
		switch r.status {
		case passed:
			s.Passed++
			if r.updated {
				fmt.Fprintf(o.Out, "updated %s\n", tests[i].name)
			} else if o.Verbose {
				fmt.Fprintf(o.Out, "ok      %s (%.2fs)\n", tests[i].name, r.took.Seconds())
			}
		case skipped:
			s.Skipped++
			fmt.Fprintf(o.Out, "skip    %s\n%s", tests[i].name, indent(r.log))
		case failed:
			s.Failed++
			s.Failures = append(s.Failures, tests[i].name)
			fmt.Fprintf(o.Out, "FAIL    %s (%.2fs)\n%s", tests[i].name, r.took.Seconds(), indent(r.log))
			fmt.Fprintf(o.Out, "    repeat: golsf test --run '^%s$' %s\n", regexp.QuoteMeta(tests[i].name), tests[i].file)
		}
	}
	fmt.Fprintf(o.Out, "%d passed, %d failed, %d skipped\n", s.Passed, s.Failed, s.Skipped)
	return s
}

func indent(log string) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		b.WriteString("    ")
		b.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// find lists the tests below paths.
func find(ctx context.Context, paths []string, o Options) ([]test, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && (strings.HasSuffix(path, ".txtar") || strings.HasSuffix(path, "_test.lsf")) {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	var tests []test
	for _, f := range files {
		name := filepath.ToSlash(f)
		if strings.HasSuffix(f, ".txtar") {
			tests = append(tests, test{name: strings.TrimSuffix(name, ".txtar"), file: f})
			continue
		}
		actions, err := o.TestActions(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, a := range actions {
			tests = append(tests, test{name: strings.TrimSuffix(name, ".lsf") + "/" + a, file: f, action: a})
		}
	}
	if o.Run != nil {
		tests = slices.DeleteFunc(tests, func(t test) bool { return !o.Run.MatchString(t.name) })
	}
	return tests, nil
}

// runArchive runs one archive through testscript in a work folder of its own;
// $TESTDIR is the folder of the archive.
// An archive without commands runs main.lsf and compares stdout with want.
// Besides testscript's own commands there is exits.
func runArchive(ctx context.Context, t test, bin, work string, o Options) outcome {
	a, err := txtar.ParseFile(t.file)
	if err != nil {
		return outcome{status: failed, log: err.Error() + "\n"}
	}
	implied := !hasCommands(a.Comment)
	if implied {
		a.Comment = append(slices.Clone(a.Comment), impliedScript(a, o.Update)...)
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return outcome{status: failed, log: err.Error() + "\n"}
	}
	script := filepath.Join(work, filepath.Base(t.file))
	if err := os.WriteFile(script, txtar.Format(a), 0o644); err != nil {
		return outcome{status: failed, log: err.Error() + "\n"}
	}
	rec := &recorder{}
	rec.run(func() {
		testscript.RunT(rec, testscript.Params{
			Files:         []string{script},
			UpdateScripts: o.Update,
			Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
			Setup: func(env *testscript.Env) error {
				env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
				env.Setenv("NO_COLOR", "1")
				dir, err := filepath.Abs(filepath.Dir(t.file))
				env.Setenv("TESTDIR", dir)
				return err
			},
		})
	})
	out := rec.outcome()
	if o.Update && out.status == passed {
		out.updated, err = writeBack(t.file, script, a, implied)
		if err != nil {
			return outcome{status: failed, log: err.Error() + "\n"}
		}
	}
	return out
}

// exits is the script command `exits CODE COMMAND ARG…`: the command must end
// with that exit code.
func exits(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG…")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got := fmt.Sprint(code); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func hasCommands(comment []byte) bool {
	for line := range bytes.Lines(comment) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			return true
		}
	}
	return false
}

func impliedScript(a *txtar.Archive, update bool) []byte {
	has := func(name string) bool {
		return slices.ContainsFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	}
	if !has("want") {
		if !update {
			return []byte("exec golsf run main.lsf\n")
		}
		a.Files = append(a.Files, txtar.File{Name: "want"})
	}
	return []byte("exec golsf run main.lsf\ncmp stdout want\n")
}

// writeBack takes updated sections over into the user's archive.
func writeBack(file, script string, before *txtar.Archive, implied bool) (bool, error) {
	after, err := txtar.ParseFile(script)
	if err != nil {
		return false, err
	}
	if bytes.Equal(txtar.Format(before), txtar.Format(after)) {
		return false, nil
	}
	if implied {
		original, err := txtar.ParseFile(file)
		if err != nil {
			return false, err
		}
		after.Comment = original.Comment
	}
	return true, os.WriteFile(file, txtar.Format(after), 0o644)
}

// runAction runs one action of a test file: exit code 0 is success.
func runAction(ctx context.Context, t test, o Options) outcome {
	cmd := exec.CommandContext(ctx, o.Executable, "run", t.file, "--action", t.action)
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	log, err := cmd.CombinedOutput()
	if err == nil {
		return outcome{}
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		log = append(log, err.Error()+"\n"...)
	}
	return outcome{status: failed, log: string(log)}
}

// recorder is the testscript.T of one archive.
type recorder struct {
	mu      sync.Mutex
	log     strings.Builder
	failed  bool
	skipped bool
}

func (r *recorder) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (r *recorder) outcome() outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.failed:
		return outcome{status: failed, log: r.log.String()}
	case r.skipped:
		return outcome{status: skipped, log: r.log.String()}
	}
	return outcome{}
}

func (r *recorder) Skip(args ...any) {
	r.Log(args...)
	r.mu.Lock()
	r.skipped = true
	r.mu.Unlock()
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) {
	r.Log(args...)
	r.FailNow()
}

func (r *recorder) FailNow() {
	r.mu.Lock()
	r.failed = true
	r.mu.Unlock()
	runtime.Goexit()
}

func (r *recorder) Log(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintln(&r.log, args...)
}

func (r *recorder) Parallel()     {}
func (r *recorder) Verbose() bool { return false }

func (r *recorder) Run(_ string, f func(t testscript.T)) { r.run(func() { f(r) }) }
