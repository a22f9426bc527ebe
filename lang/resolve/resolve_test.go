package resolve

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

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

// TestFolder resolves the programs of every txtar archive below a folder given
// by GOLSF_CASES and shows what is reported.
func TestFolder(t *testing.T) {
	dir := os.Getenv("GOLSF_CASES")
	if dir == "" {
		t.Skip("GOLSF_CASES is not set")
	}
	programs := 0
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return err
		}
		files, order := map[string]string{}, []string{}
		for _, f := range archive.Files {
			if filepath.Ext(f.Name) == ".lsf" {
				files[f.Name] = string(f.Data)
				order = append(order, f.Name)
			}
		}
		if len(order) == 0 {
			return nil
		}
		programs++
		_, list := add(files, order)
		for _, d := range list {
			if d.Severity == diag.Error && !strings.HasPrefix(d.Span.Start.File, "std:") {
				t.Errorf("%s: %v", path, d)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d programs", programs)
}

// TestWrong resolves the programs of the archives below the folder given by
// GOLSF_WRONG: each must have errors where its "stdout" line says.
func TestWrong(t *testing.T) {
	dir := os.Getenv("GOLSF_WRONG")
	if dir == "" {
		t.Skip("GOLSF_WRONG is not set")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^stdout '(.*)'$`)
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files, order := map[string]string{}, []string{}
		for _, f := range archive.Files {
			if filepath.Ext(f.Name) == ".lsf" {
				files[f.Name] = string(f.Data)
				order = append(order, f.Name)
			}
		}
		_, list := add(files, order)
		text, errors := "", 0
		for _, d := range list {
			if strings.HasPrefix(d.Span.Start.File, "std:") {
				continue
			}
			text += d.Error() + "\n"
			for _, r := range d.Related {
				text += "  " + r.Span.Start.String() + ": " + r.Message + "\n"
			}
			if d.Severity == diag.Error {
				errors++
			}
		}
		name := filepath.Base(path)
		for _, m := range want.FindAllStringSubmatch(string(archive.Comment), -1) {
			if !regexp.MustCompile("(?m)" + m[1]).MatchString(text) {
				t.Errorf("%s: no %s in:\n%s", name, m[1], text)
			}
		}
		if errors > 1 && !strings.HasPrefix(name, "syntax-") && name != "long-second-error-hidden.txtar" {
			t.Errorf("%s: %d errors:\n%s", name, errors, text)
		}
	}
}

// TestTree resolves all modules below the folder given by GOLSF_TREE together.
func TestTree(t *testing.T) {
	dir := os.Getenv("GOLSF_TREE")
	if dir == "" {
		t.Skip("GOLSF_TREE is not set")
	}
	files, order := map[string]string{}, []string{}
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".lsf" {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		order = append(order, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, list := add(files, order)
	for _, d := range list {
		if d.Severity == diag.Error {
			t.Error(d)
		}
	}
	t.Logf("%d modules, %d errors", len(order), len(list))
}

// BenchmarkLoad is what every run pays for the standard library.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		add(map[string]string{"main.lsf": "run() { MESSAGE 'x'; }"}, []string{"main.lsf"})
	}
}

// BenchmarkLoadSystem is the same for a module that requires System only.
func BenchmarkLoadSystem(b *testing.B) {
	for b.Loop() {
		add(map[string]string{"main.lsf": "MODULE main; run() { MESSAGE 'x'; }"}, []string{"main.lsf"})
	}
}
