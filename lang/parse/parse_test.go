package parse_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata")

// golden runs every program of a txtar archive and compares what make gives
// for it with the file of the same name and the ending .want.
func golden(t *testing.T, path string, make func(name string, src []byte) string) {
	t.Helper()
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
		got := make(f.Name, f.Data)
		if !*update {
			if diff := cmp.Diff(want[name+".want"], got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", f.Name, diff)
			}
		}
		out.Files = append(out.Files, f, txtar.File{Name: name + ".want", Data: []byte(got)})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestErrors compares all errors of wrong programs: one mistake, one error, at
// the place where a person must look.
func TestErrors(t *testing.T) {
	golden(t, "testdata/errors.txtar", func(name string, src []byte) string {
		_, errs := parse.File(name, src)
		var b strings.Builder
		for _, d := range errs {
			fmt.Fprintln(&b, strings.TrimPrefix(d.Error(), name+":"))
			for _, hint := range d.Hints {
				fmt.Fprintln(&b, "  "+hint)
			}
		}
		return b.String()
	})
}

// TestTrees compares trees, places left out.
func TestTrees(t *testing.T) {
	golden(t, "testdata/trees.txtar", func(name string, src []byte) string {
		script, errs := parse.File(name, src)
		var b strings.Builder
		for _, d := range errs {
			fmt.Fprintln(&b, d)
		}
		for _, s := range script.Statements {
			b.WriteString(dump(s) + "\n")
		}
		return b.String()
	})
}

// dump writes a node as (Type field=value ...), without places and fields that
// are not set.
func dump(node any) string {
	var b strings.Builder
	dumpValue(&b, reflect.ValueOf(node))
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		dumpValue(b, v.Elem())
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(' ')
			}
			dumpValue(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.Struct:
		if s, ok := short(v); ok {
			b.WriteString(s)
			return
		}
		b.WriteString("(" + v.Type().Name())
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Name == "Loc" || f.Name == "Body" && v.Type().Name() == "Meta" || v.Field(i).IsZero() {
				continue
			}
			b.WriteString(" " + f.Name + "=")
			dumpValue(b, v.Field(i))
		}
		b.WriteByte(')')
	case reflect.String:
		fmt.Fprintf(b, "%q", v.String())
	default:
		fmt.Fprint(b, v.Interface())
	}
}

// short writes names and classes as programs do.
func short(v reflect.Value) (string, bool) {
	switch n := v.Interface().(type) {
	case ast.Ident:
		return n.Name, true
	case ast.Name:
		return n.String(), true
	case ast.ClassRef:
		switch {
		case n.Unknown:
			return "?", true
		case n.IsBuiltin():
			return n.Builtin.String(), true
		}
		return n.Name.String(), true
	case ast.PropertyRef:
		if !n.Signed {
			return n.Name.String(), true
		}
	}
	return "", false
}

// TestExpansion compares what calls of metacodes stand for.
func TestExpansion(t *testing.T) {
	golden(t, "testdata/expansion.txtar", func(name string, src []byte) string {
		script, errs := parse.File(name, src)
		metas := map[string]*ast.Meta{}
		var b strings.Builder
		for _, s := range script.Statements {
			switch s := s.(type) {
			case *ast.Meta:
				metas[fmt.Sprint(s.Name.Name, len(s.Params))] = s
			case *ast.MetaCall:
				errs = append(errs, parse.Expand(s, func(c *ast.MetaCall) (*ast.Meta, *diag.Diagnostic) {
					if m := metas[fmt.Sprint(c.Name.Name, len(c.Args))]; m != nil {
						return m, nil
					}
					return nil, &diag.Diagnostic{Code: "E2010", Span: c.Span(), Message: "no metacode " + c.Name.Name}
				})...)
				dumpBody(&b, s, "")
			}
		}
		for _, d := range errs {
			fmt.Fprintln(&b, d)
			for _, r := range d.Related {
				fmt.Fprintf(&b, "  %v: %s\n", r.Span.Start, r.Message)
			}
		}
		return b.String()
	})
}

func dumpBody(b *strings.Builder, call *ast.MetaCall, indent string) {
	for _, s := range call.Body {
		if inner, ok := s.(*ast.MetaCall); ok {
			dumpBody(b, inner, indent+"  ")
			continue
		}
		at := s.Span().Start
		fmt.Fprintf(b, "%s%d:%d %s\n", indent, at.Line, at.Col, dump(s))
	}
}

// TestIncomplete says for beginnings of programs whether a prompt must go on
// reading.
func TestIncomplete(t *testing.T) {
	read := map[string]func(string) diag.List{
		"file":   func(s string) diag.List { _, errs := parse.File("p", []byte(s)); return errs },
		"action": func(s string) diag.List { _, errs := parse.Action("p", s); return errs },
		"expr":   func(s string) diag.List { _, errs := parse.Expr("p", s); return errs },
	}
	tests := []struct {
		kind, text string
		want       string // "", "wrong" or "more"
	}{
		{"file", "a = 1;", ""},
		{"file", "a = 1", "more"},
		{"file", "run() {\n  MESSAGE 'x';", "more"},
		{"file", "META m(a)\n x = 1;", "more"},
		{"file", "FORM f OBJECTS a = A", "more"},
		{"file", "a = = 1;", "wrong"},
		{"file", "a = 'text", "more"},
		{"file", "a = 1; /* comment", "more"},
		{"file", "run() { MESSAGE 'x'; } }", "wrong"},
		{"action", "MESSAGE 'x'", ""},
		{"action", "MESSAGE 'x'; LOCAL a = INTEGER (); a() <- 1", ""},
		{"action", "IF TRUE THEN", "more"},
		{"action", "{ MESSAGE 'x';", "more"},
		{"action", "MESSAGE", "more"},
		{"action", "MESSAGE 'x' 'y'", "wrong"},
		{"action", "MESSAGE 'x' 'y'; MESSAGE", "wrong"},
		{"action", "IF TRUE THEN MESSAGE 'x'", ""},
		{"action", "FOR a(i) DO IF b(i) THEN c(i)", ""},
		{"action", "EXPORT JSON FROM a = 1 TO f", ""},
		{"action", "EXPORT JSON FROM a =", "more"},
		{"action", "IMPORT f", "more"},
		{"expr", "1 + 2", ""},
		{"expr", "1 +", "more"},
		{"expr", "f(1", "more"},
		{"expr", "1 2", "wrong"},
		{"expr", "'sum ${1 +'", "more"},
		{"expr", "'sum ${1 +}'", "wrong"},
	}
	for _, tt := range tests {
		errs := read[tt.kind](tt.text)
		got := ""
		switch {
		case len(errs) > 0 && errs[0].Incomplete:
			got = "more"
		case len(errs) > 0:
			got = "wrong"
		}
		if got != tt.want {
			t.Errorf("%s %q: got %q, want %q (%v)", tt.kind, tt.text, got, tt.want, errs)
		}
	}
}

// TestDepth reads texts that nest without end: an error, no overflow.
func TestDepth(t *testing.T) {
	const n = 200_000
	for _, text := range []string{
		"a = " + strings.Repeat("(", n),
		"a = " + strings.Repeat("NOT ", n) + "b();",
		"a = " + strings.Repeat("- ", n) + "1;",
		"a = " + strings.Repeat("IF b() THEN ", n),
		"a = " + strings.Repeat("[ GROUP SUM ", n),
		"a = " + strings.Repeat("MAX ", n) + "1;",
		"run() " + strings.Repeat("{", n),
		"run() { " + strings.Repeat("NEW A ", n) + "}",
		"run() { " + strings.Repeat("TRY ", n) + "}",
		"run() { " + strings.Repeat("IF a() THEN b(); ELSE ", n) + "}",
		"DESIGN f " + strings.Repeat("{ NEW a ", n),
		"NAVIGATOR " + strings.Repeat("{ a ", n),
		"a = " + strings.Repeat("'${", 500) + strings.Repeat("}'", 500) + ";",
	} {
		_, errs := parse.File("deep.lsf", []byte(text))
		if len(errs) == 0 {
			t.Errorf("%.40s…: no error", text)
		}
		for _, d := range errs {
			if d.Code == "E1199" {
				t.Errorf("%.40s…: %v", text, d)
			}
		}
	}
}

// TestPlaces checks that spans hold the text of their nodes.
func TestPlaces(t *testing.T) {
	src := "\ufeffa 'ц' = 'ц' +\r\n  f(b) + 1;\r\n"
	script, errs := parse.File("p.lsf", []byte(src))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	p := script.Statements[0].(*ast.Property)
	sum := p.Body.(*ast.Binary)
	call := sum.X.(*ast.Binary).Y.(*ast.Call)
	for _, tt := range []struct {
		node ast.Node
		want string
	}{
		{p, "p.lsf:1:1-2:12"}, {sum, "p.lsf:1:9-2:11"}, {call, "p.lsf:2:3-2:7"}, {&call.Ref, "p.lsf:2:3-2:4"},
		{p.Decl.Caption, "p.lsf:1:3-1:6"},
	} {
		s := tt.node.Span()
		got := fmt.Sprintf("%v-%d:%d", s.Start, s.End.Line, s.End.Col)
		if got != tt.want {
			t.Errorf("%T: %s, want %s", tt.node, got, tt.want)
		}
		if text := src[s.Start.Offset:s.End.Offset]; strings.TrimSpace(text) != text {
			t.Errorf("%T: text %q", tt.node, text)
		}
	}
}

func FuzzFile(f *testing.F) {
	for _, pattern := range []string{"testdata/*.txtar"} {
		paths, _ := filepath.Glob(pattern)
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
	f.Fuzz(func(t *testing.T, src string) {
		_, errs := parse.File("fuzz.lsf", []byte(src))
		for _, d := range errs {
			if d.Code == "E1199" {
				t.Fatal(d)
			}
			if d.Span.Start.Line < 1 || d.Span.End.Offset < d.Span.Start.Offset || d.Span.Start.Offset > len(src) {
				t.Fatalf("wrong place %+v", d.Span)
			}
		}
	})
}
