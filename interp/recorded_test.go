package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
)

// run loads a program and calls its action run.
func run(t *testing.T, text string, r interp.Request) (stdout, stderr string, res *interp.Result, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	p, list, err := assembly.Load(context.Background(), []interp.Source{{Name: "main.lsf", Text: []byte(text)}},
		assembly.Config{Stdout: &out, Stderr: &errs})
	if err != nil {
		t.Fatal(err)
	}
	if p == nil {
		t.Fatalf("the program has errors: %v", list)
	}
	t.Cleanup(func() { _ = p.Close() })
	if r.Action == "" && r.Eval == "" {
		r.Action = "run"
	}
	res, err = p.Instance.Call(context.Background(), r)
	return out.String(), errs.String(), res, err
}

// objectIDs are masked: they are not part of what is promised.
var objectIDs = regexp.MustCompile(`\| *(\d{4,}|N)\|`)

// TestRecorded runs programs whose answers were recorded; the heading of each
// says what it shows.
func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range ar.Files {
				part[f.Name] = string(f.Data)
			}
			stdout, stderr, res, err := run(t, part["main.lsf"], interp.Request{})
			var failed *interp.RunError
			if errors.As(err, &failed) {
				stderr += failed.Error() + "\n"
			}
			for _, v := range res.Values {
				if f := v.Value.File(); f != nil {
					stdout += string(f.Bytes) + "\n"
				} else if !v.Value.IsNull() {
					stdout += fmt.Sprintln(value.TextOf(v.Value))
				}
			}
			for name, got := range map[string]string{"stdout": stdout, "stderr": stderr} {
				want := objectIDs.ReplaceAllString(part[name], "|N|")
				if diff := cmp.Diff(want, objectIDs.ReplaceAllString(got, "|N|")); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", strings.TrimSpace(string(ar.Comment)), name, diff)
				}
			}
		})
	}
}
