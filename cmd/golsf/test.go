package main

import (
	"context"
	"os"
	"regexp"
	"strings"

	"github.com/golsf/golsf/internal/golden"
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/parse"
)

type testCommand struct {
	Paths   []string `arg:"" optional:"" default:"." name:"path" help:"Files and folders with tests."`
	Pattern string   `name:"run" placeholder:"REGEXP" help:"Only tests whose name matches."`
	Update  bool     `help:"Rewrite the expected output."`
	Verbose bool     `short:"v" help:"Name the tests that pass, too."`
}

func (t *testCommand) Help() string {
	return "Example: golsf test --update tests/\n\n" +
		"A *.txtar case without commands runs main.lsf and compares stdout with the section want; actions of *_test.lsf whose names begin with test pass when they end without an error."
}

func (t *testCommand) Run(ctx context.Context, c console) error {
	o := golden.Options{Update: t.Update, Verbose: t.Verbose, Out: c.out, TestActions: testActions}
	if t.Pattern != "" {
		re, err := regexp.Compile(t.Pattern)
		if err != nil {
			return usagef("--run: %v", err)
		}
		o.Run = re
	}
	var err error
	if o.Executable, err = os.Executable(); err != nil {
		return err
	}
	s, err := golden.Run(ctx, t.Paths, o)
	if err != nil {
		return usagef("%v", err)
	}
	if s.Failed > 0 {
		return exitError(exitFailed)
	}
	return nil
}

// testActions lists the actions of a file whose names begin with test. A file
// that cannot be read as a program fails when it is run.
func testActions(_ context.Context, file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	script, _ := parse.File(file, text)
	var names []string
	for _, s := range script.Statements {
		if a, ok := s.(*ast.ActionDecl); ok && strings.HasPrefix(a.Decl.Name.Name, "test") {
			names = append(names, a.Decl.Name.Name)
		}
	}
	return names, nil
}
