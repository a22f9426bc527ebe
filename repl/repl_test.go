package repl

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/runtime/value"
)

func start(t *testing.T, out *bytes.Buffer) *assembly.Program {
	t.Helper()
	p, list, err := assembly.Load(t.Context(), []interp.Source{{Name: "prompt.lsf"}}, assembly.Config{Stdout: out, Stderr: out})
	if err != nil || list.Errors() {
		t.Fatal(err, list)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// TestConversations types what testdata/*.txtar has in their section typed and
// compares all output, prompts of a terminal included, with the section want.
// UPDATE=1 writes want.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			section := func(name string) *txtar.File {
				i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
				if i < 0 {
					t.Fatalf("no section %s", name)
				}
				return &a.Files[i]
			}
			for _, f := range a.Files {
				if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := section("want")
			var out bytes.Buffer
			show := func(res *interp.Result) error {
				for _, v := range res.Values {
					if v.Value.IsNull() {
						continue
					}
					fmt.Fprintln(&out, "result:", value.WireText(v.Value))
				}
				return nil
			}
			p := start(t, &out)
			typed := strings.ReplaceAll(string(section("typed").Data), "$WORK", dir)
			r := &echo{lines: strings.Split(strings.TrimSuffix(typed, "\n"), "\n"), out: &out}
			if err := converse(t.Context(), p.Instance, r, Options{Out: &out, Err: &out, Show: show}); err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(out.String(), dir, "$WORK")
			if os.Getenv("UPDATE") != "" {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(want.Data) {
				t.Errorf("got\n%s\nwant\n%s", got, want.Data)
			}
		})
	}
}

// echo is a terminal whose lines are known beforehand.
type echo struct {
	lines []string
	out   *bytes.Buffer
	kept  []string
}

func (e *echo) Line(prompt string) (string, error) {
	if len(e.lines) == 0 {
		return "", errEnd
	}
	line := e.lines[0]
	e.lines = e.lines[1:]
	e.out.WriteString(prompt + line + "\n")
	return line, nil
}

func (e *echo) Keep(text string) { e.kept = append(e.kept, text) }
func (e *echo) Close() error     { return nil }

func TestComplete(t *testing.T) {
	var out bytes.Buffer
	p := start(t, &out)
	if list := p.Instance.Declare(t.Context(), nil, "prompt", "CLASS Article; articleName = DATA STRING[20] (Article); FORM articles;"); list.Errors() {
		t.Fatal(list)
	}
	complete := newCompleter(p.Instance)
	tests := []struct {
		line string
		pos  int
		head string
		want []string
		tail string
	}{
		{"art", 3, "", []string{"articleName", "articles"}, ""},
		{"MESSAGE articleN(a)", 16, "MESSAGE ", []string{"articleName"}, "(a)"},
		{"GROU", 4, "", []string{"GROUP", "GROUPCHANGE"}, ""},
		{":lo", 3, "", []string{":load"}, ""},
		{"x :lo", 5, "x ", nil, ""},
		{"нет art", 7, "нет ", []string{"articleName", "articles"}, ""},
		{"zzzz", 4, "", nil, ""},
		{"", 0, "", nil, ""},
	}
	for _, tt := range tests {
		head, got, tail := complete(tt.line, tt.pos)
		if head != tt.head || tail != tt.tail || !slices.Equal(got, tt.want) {
			t.Errorf("%q at %d: %q %q %q, want %q %q %q", tt.line, tt.pos, head, got, tail, tt.head, tt.want, tt.tail)
		}
	}
}

func TestKeepsWhatWasTyped(t *testing.T) {
	var out bytes.Buffer
	p := start(t, &out)
	r := &echo{lines: []string{"1 +", "2", ":type 1", "foo("}, out: &out}
	if err := converse(t.Context(), p.Instance, r, Options{Out: &out, Err: &out}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"1 +\n2", ":type 1", "foo("}; !slices.Equal(r.kept, want) {
		t.Errorf("kept %q, want %q", r.kept, want)
	}
}
