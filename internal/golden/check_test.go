package golden

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// runAll runs every archive below a folder of testdata; none may fail.
func runAll(t *testing.T, bin, dir string, atLeast int) {
	t.Helper()
	var out bytes.Buffer
	s, err := Run(context.Background(), []string{filepath.Join("testdata", dir)}, Options{Executable: bin, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if s.Failed > 0 || s.Skipped > 0 || s.Passed < atLeast {
		t.Errorf("%s: %s", dir, out.String())
	}
}

// TestCommands runs the cases of the commands' own behaviour.
func TestCommands(t *testing.T) { runAll(t, golsf(t), "commands", 20) }

var (
	checked = regexp.MustCompile(`(?m)^! exec golsf (check .+)$`)
	finding = regexp.MustCompile(`(?m)^\S+:\d+:\d+: error `)
)

// TestCheck runs the programs that the platform accepts and those that it
// rejects. A mistake that is no syntax error is reported once, without others
// that only follow from it.
func TestCheck(t *testing.T) {
	bin := golsf(t)
	runAll(t, bin, "check/right", 134)
	runAll(t, bin, "check/wrong", 423)
	archives, err := filepath.Glob("testdata/check/wrong/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range archives {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		if strings.HasPrefix(name, "syntax-") || name == "long-second-error-hidden" {
			continue
		}
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		command := checked.FindSubmatch(a.Comment)
		if command == nil {
			t.Errorf("%s does not run check", name)
			continue
		}
		dir := t.TempDir()
		for _, f := range a.Files {
			path := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(bin, strings.Fields(string(command[1]))...)
		cmd.Dir = dir
		out, _ := cmd.Output() // the exit code is the archive's to assert
		if n := len(finding.FindAll(out, -1)); n != 1 {
			t.Errorf("%s: %d errors\n%s", name, n, out)
		}
	}
}
