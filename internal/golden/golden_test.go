package golden

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A user's own tests: what passes, what fails and how --update mends it.
func TestUserTests(t *testing.T) {
	bin := golsf(t)
	dir := t.TempDir()
	a := txtar.Parse([]byte(`
-- implied.txtar --
# Without commands main.lsf is run and compared with want.
==main.lsf==
run() { MESSAGE 'two'; }
==want==
one
-- script.txtar --
! exec golsf run main.lsf
stderr 'E2003|not found'
==main.lsf==
run() { MESSAGE nothing(); }
-- fails.txtar --
! exec golsf run main.lsf
==main.lsf==
run() { }
-- sums_test.lsf --
testGood() { IF 1 + 1 != 2 THEN throwException('wrong sum'); }
testBad() { throwException('this one fails'); }
other() { throwException('not a test'); }
`))
	for _, f := range a.Files {
		data := bytes.ReplaceAll(bytes.ReplaceAll(f.Data, []byte("\n=="), []byte("\n-- ")), []byte("==\n"), []byte(" --\n"))
		if err := os.WriteFile(filepath.Join(dir, f.Name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(o Options) (Summary, string) {
		var out bytes.Buffer
		o.Out, o.Executable = &out, bin
		o.TestActions = func(context.Context, string) ([]string, error) { return []string{"testGood", "testBad"}, nil }
		s, err := Run(context.Background(), []string{dir}, o)
		if err != nil {
			t.Fatal(err)
		}
		return s, out.String()
	}
	s, out := run(Options{})
	if s.Passed != 2 || s.Failed != 3 {
		t.Fatalf("got %+v\n%s", s, out)
	}
	for _, want := range []string{"-two", "+one", "repeat: golsf test --run", "this one fails"} {
		if !strings.Contains(out, want) {
			t.Errorf("the report lacks %q:\n%s", want, out)
		}
	}
	if s, out := run(Options{Update: true, Run: regexp.MustCompile("implied")}); s.Passed != 1 || !strings.Contains(out, "updated") {
		t.Errorf("update: %+v\n%s", s, out)
	}
	if s, _ := run(Options{Run: regexp.MustCompile("implied")}); s.Passed != 1 {
		t.Error("the updated test does not pass")
	}
	data, _ := os.ReadFile(filepath.Join(dir, "implied.txtar"))
	if !strings.Contains(string(data), "Without commands") || !strings.Contains(string(data), "-- want --\ntwo\n") {
		t.Errorf("the updated archive:\n%s", data)
	}
}
