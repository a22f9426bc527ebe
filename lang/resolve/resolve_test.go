package resolve

import (
	"cmp"
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
	"github.com/golsf/golsf/runtime/value"
)

// modules are the standard modules that were parsed.
var modules = map[string]*ast.Script{}

// prelude finds the standard modules in the source tree.
func prelude(name string) (Source, bool) {
	if modules[name] == nil {
		text, err := os.ReadFile(filepath.Join("..", "..", "stdlib", "prelude", name+".lsf"))
		if err != nil {
			return Source{}, false
		}
		modules[name], _ = parse.File("std:"+name+".lsf", text)
	}
	return Source{File: "std:" + name + ".lsf", Script: modules[name], System: true}, true
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

// TestRight resolves programs without a mistake, however they look; GOLSF_CASES
// names another folder of such archives.
func TestRight(t *testing.T) {
	dir := cmp.Or(os.Getenv("GOLSF_CASES"), filepath.Join("testdata", "right"))
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

// TestWrong resolves programs with one mistake each: there must be an error where
// the "stdout" line of the archive says, and one only.
func TestWrong(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "wrong", "*.txtar"))
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

// TestTree resolves all modules below the folders given by GOLSF_TREE together.
func TestTree(t *testing.T) {
	dir := os.Getenv("GOLSF_TREE")
	if dir == "" {
		t.Skip("GOLSF_TREE is not set")
	}
	files, order := map[string]string{}, []string{}
	for _, dir := range filepath.SplitList(dir) {
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
	}
	_, list := add(files, order)
	for _, d := range list {
		if d.Severity == diag.Error {
			t.Error(d)
		}
	}
	t.Logf("%d modules, %d errors", len(order), len(list))
}

// TestErrors looks for the errors that testdata/errors.txtar writes beside the
// lines, and for no others.
func TestErrors(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "errors.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	note := regexp.MustCompile(`// (E\d+) "(.*)"$`)
	for _, f := range archive.Files {
		_, list := add(map[string]string{f.Name: string(f.Data)}, []string{f.Name})
		for i, line := range strings.Split(string(f.Data), "\n") {
			var found []string
			for _, d := range list {
				if d.Severity == diag.Error && d.Span.Start.Line == i+1 {
					found = append(found, d.Code+" "+d.Message)
				}
			}
			want := note.FindStringSubmatch(line)
			switch {
			case want == nil && len(found) > 0:
				t.Errorf("%s:%d: %q", f.Name, i+1, found)
			case want != nil && (len(found) != 1 || !strings.HasPrefix(found[0], want[1]) || !strings.Contains(found[0], want[2])):
				t.Errorf("%s:%d: %q, want %s %q", f.Name, i+1, found, want[1], want[2])
			}
		}
	}
}

// TestClasses checks the classes of expressions.
func TestClasses(t *testing.T) {
	declarations := `
		CLASS Animal; CLASS Dog : Animal; CLASS Cat : Animal;
		i = DATA INTEGER (); l = DATA LONG (); n = DATA NUMERIC[10,2] (); m = DATA NUMERIC[12,3] (); d = DATA DOUBLE ();
		s = DATA STRING[5] (); t = DATA TEXT (); day = DATA DATE ();
		dog = DATA Dog (); cat = DATA Cat (); age = DATA INTEGER (Animal); friend = DATA Cat (Dog);`
	for _, c := range []struct{ expr, want string }{
		{"i() + l()", "LONG"},
		{"n() + m()", "NUMERIC[12,3]"},
		{"n() * m()", "NUMERIC[22,5]"},
		{"i() / 2", "INTEGER"},
		{"n() * 2", "NUMERIC[20,2]"},
		{"2.50", "NUMERIC[3,2]"},
		{"ROUND(m(), 1)", "NUMERIC[10,1]"},
		{"s() + i()", "STRING[16]"},
		{"s() + t()", "TEXT"},
		{"day() + 1", "DATE"},
		{"day() - day()", "INTEGER"},
		{"IF i() THEN 1 ELSE 2.5", "NUMERIC[11,1]"},
		{"OVERRIDE dog(), cat()", "Animal"},
		{"MAX i(), n()", "NUMERIC[12,2]"},
		{"friend(dog())", "Cat"},
		{"GROUP SUM age(Animal a)", "INTEGER"},
		{"GROUP MAX Dog a IF age(a)", "Dog"},
		{"GROUP CONCAT s(), ',' ORDER s()", "STRING"},
		{"STRUCT(i(), s())[2]", "STRING[5]"},
		{"i() = 5", "BOOLEAN"},
		{"age(dog()) IF dog()", "INTEGER"},
		{"JSON FROM a = i()", "JSON"},
		{"round(n(), 1)", "NUMERIC[12,2]"},
		{"NULL", "?"},
	} {
		r := New(Library{Find: prelude})
		script, _ := parse.File("main.lsf", []byte(declarations))
		if _, list := r.Add([]*ast.Script{script}); list.Errors() {
			t.Fatal(list)
		}
		x, errs := parse.Expr("expr", c.expr)
		if x == nil {
			t.Errorf("%s: %v", c.expr, errs)
			continue
		}
		p, more := r.Expr(x, Options{})
		if errs.Errors() || more.Errors() {
			t.Errorf("%s: %v %v", c.expr, errs, more)
			continue
		}
		if got := r.ClassName(p.Class); got != c.want {
			t.Errorf("%s is of class %s, want %s", c.expr, got, c.want)
		}
	}
}

// TestExtend checks what texts of EVAL and of the prompt see and leave behind.
func TestExtend(t *testing.T) {
	r := New(Library{Find: prelude})
	script, _ := parse.File("main.lsf", []byte("v = DATA INTEGER (); f() { LOCAL hidden = INTEGER (); v() <- hidden(); }"))
	if _, list := r.Add([]*ast.Script{script}); list.Errors() {
		t.Fatal(list)
	}
	for _, c := range []struct {
		text  string
		o     Options
		codes string
	}{
		{"d = DATA INTEGER (); run() { d() <- v(); }", Options{Eval: true}, ""},
		{"run() { MESSAGE d(); }", Options{Eval: true}, "E2002"}, // forgotten
		{"run() { MESSAGE hidden(); }", Options{Eval: true}, "E2002"},
		{"CLASS Foo; run() { }", Options{Eval: true}, "E2620"},
		{"CONSTRAINT v() > 5 MESSAGE 'x';", Options{Eval: true}, "E2620"},
		{"CLASS Foo; w = DATA Foo ();", Options{Redeclare: true}, ""},
		{"w = DATA INTEGER ();", Options{Redeclare: true}, ""},
		{"x() = w() + 1;", Options{Redeclare: true}, ""},
		{"y() = nothing();", Options{Redeclare: true}, "E2002"},
		{"z() = y();", Options{Redeclare: true}, "E2002"}, // y was taken back
	} {
		before := len(r.Program().Properties)
		_, list := r.Parse("repl.lsf", []byte(c.text), c.o)
		codes := ""
		for _, d := range list {
			if d.Severity == diag.Error {
				codes += d.Code
			}
		}
		if codes != c.codes {
			t.Errorf("%s: errors %q, want %q: %v", c.text, codes, c.codes, list)
		}
		if codes != "" && len(r.Program().Properties) != before {
			t.Errorf("%s: left properties behind", c.text)
		}
	}
	block, _ := parse.Action("eval", "v() <- $p1 + 1; RETURN $p1;")
	a, list := r.Action(block, Options{Params: []bound.Slot{{Name: "$p1", Class: value.ClassInteger}}})
	if list.Errors() || len(a.Params) != 1 || len(a.Results) != 1 || a.Results[0] != value.ClassInteger {
		t.Errorf("action with a parameter: %v %v", a, list)
	}
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
