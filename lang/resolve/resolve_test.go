package resolve

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
)

// prelude finds the standard modules in the source tree.
func prelude(name string) (Source, bool) {
	text, err := os.ReadFile(filepath.Join("..", "..", "stdlib", "prelude", name+".lsf"))
	return Source{File: "std:" + name + ".lsf", Text: text, System: true}, err == nil
}

func add(files map[string]string, order []string) (*bound.Program, diag.List) {
	var scripts []*ast.Script
	var list diag.List
	for _, name := range order {
		s, errs := parse.File(name, []byte(files[name]))
		list = append(list, errs...)
		scripts = append(scripts, s)
	}
	prog, errs := New(Library{Find: prelude}).Add(scripts)
	list = append(list, errs...)
	list.Sort()
	return prog, list
}

func TestPrelude(t *testing.T) {
	_, list := add(map[string]string{"main.lsf": ""}, []string{"main.lsf"})
	for _, d := range list {
		t.Error(d)
	}
}
