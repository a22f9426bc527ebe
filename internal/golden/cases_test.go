package golden

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// complete are the groups in which every case passes; a case of theirs can not
// be on the list of those that do not pass yet.
var complete = []string{
	"expr", "strings", "dates", "sets", "classes", "overloads", "actions", "sessions", "json", "csv", "io", "errors_runtime",
}

// golsf builds the binary once for all tests of the package.
func golsf(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "golsf")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/golsf/golsf/cmd/golsf").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// TestCases runs the recorded programs. testdata/not-yet.txt lists those that
// are known not to pass: one of them that passes is an error too, so that the
// list stays honest.
func TestCases(t *testing.T) {
	text, err := os.ReadFile("testdata/not-yet.txt")
	if err != nil {
		t.Fatal(err)
	}
	var notYet []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		group, _, _ := strings.Cut(line, "/")
		if slices.Contains(complete, group) {
			t.Errorf("testdata/not-yet.txt: %s is of a group that must pass whole", line)
		}
		notYet = append(notYet, line)
	}
	var out bytes.Buffer
	s, err := Run(context.Background(), []string{"testdata/cases"}, Options{Executable: golsf(t), Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if s.Passed+s.Failed < 460 {
		t.Fatalf("only %d cases were run", s.Passed+s.Failed)
	}
	unexpected := false
	for _, f := range s.Failures {
		name := strings.TrimPrefix(f, "testdata/cases/")
		if i := slices.Index(notYet, name); i >= 0 {
			notYet = slices.Delete(notYet, i, i+1)
			continue
		}
		unexpected = true
	}
	if unexpected {
		t.Errorf("%s", out.String())
	}
	for _, name := range notYet {
		t.Errorf("%s passes: take it off testdata/not-yet.txt", name)
	}
	t.Logf("%d passed, %d not yet", s.Passed, s.Failed)
}
