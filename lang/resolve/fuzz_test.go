package resolve

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/parse"
)

// FuzzResolve looks for texts that make the resolver fail in Go, and checks
// that a failed text leaves the program as it was.
func FuzzResolve(f *testing.F) {
	for _, dir := range []string{"right", "wrong"} {
		paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range archive.Files {
				f.Add(string(file.Data))
			}
		}
	}
	text, err := os.ReadFile(filepath.Join("testdata", "errors.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	system, _ := prelude("System")
	only := func(name string) (Source, bool) { return system, name == "System" }
	f.Fuzz(func(t *testing.T, text string) {
		script, _ := parse.File("main.lsf", []byte(text))
		if script == nil {
			return
		}
		r := New(Library{Find: only})
		r.Add([]*ast.Script{script})
		again, _ := parse.File("more.lsf", []byte(text))
		before := len(r.Program().Properties)
		if _, list := r.Extend(again, Options{Eval: true}); list.Errors() && len(r.Program().Properties) != before {
			t.Errorf("a text with errors left %d properties behind", len(r.Program().Properties)-before)
		}
	})
}
