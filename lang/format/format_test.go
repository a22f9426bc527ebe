package format_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/golsf/golsf/lang/format"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/token"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata")

func TestScript(t *testing.T) {
	const path = "testdata/format.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		want[f.Name] = string(f.Data)
	}
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		name, ok := strings.CutSuffix(f.Name, ".lsf")
		if !ok {
			continue
		}
		got, errs := format.Script(f.Name, f.Data)
		if len(errs) > 0 {
			t.Errorf("%s: %v", f.Name, errs)
		}
		if diff := cmp.Diff(want[name+".want"], string(got)); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		sameMeaning(t, f.Name, string(f.Data))
		out.Files = append(out.Files, f, txtar.File{Name: name + ".want", Data: got})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sameMeaning checks that laying out keeps tokens and comments, and that doing
// it twice changes nothing. It gives false when the text cannot be read.
func sameMeaning(t *testing.T, name, src string) bool {
	t.Helper()
	once, errs := format.Script(name, []byte(src))
	if len(errs) > 0 {
		return false
	}
	if diff := cmp.Diff(words(src), words(string(once))); diff != "" {
		t.Errorf("%s: tokens differ:\n%s", name, diff)
	}
	twice, errs := format.Script(name, once)
	if len(errs) > 0 {
		t.Errorf("%s: %v", name, errs)
	}
	if diff := cmp.Diff(string(once), string(twice)); diff != "" {
		t.Errorf("%s: not stable:\n%s", name, diff)
	}
	return true
}

// words gives the texts of tokens and comments.
func words(src string) []string {
	lex := token.New("w", src)
	var all []string
	for {
		t, _ := lex.Next()
		if t.EOF() {
			break
		}
		all = append(all, t.Value)
	}
	for _, c := range lex.Comments {
		all = append(all, strings.ReplaceAll(c.Text, "\r\n", "\n"))
	}
	return all
}

// TestCorpus lays out the programs below GOLSF_CORPUS.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("GOLSF_CORPUS")
	if dir == "" {
		t.Skip("GOLSF_CORPUS is not set")
	}
	done := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".lsf") {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil && sameMeaning(t, path, string(src)) {
			done++
		}
		return err
	})
	if err != nil || done == 0 {
		t.Fatalf("%d programs: %v", done, err)
	}
	t.Logf("%d programs", done)
}

func FuzzScript(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/format.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(string(file.Data))
	}
	f.Fuzz(func(t *testing.T, src string) {
		if _, errs := parse.File("f", []byte(src)); len(errs) == 0 {
			sameMeaning(t, "f", src)
		}
	})
}
