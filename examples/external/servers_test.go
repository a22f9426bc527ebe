package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The example against real loopback servers and a real SQLite file.
func TestExternal(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "golsf")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/golsf/golsf/cmd/golsf").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	o, err := startOutside(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	text, err := os.ReadFile("external.lsf")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "external.lsf")
	if err := os.WriteFile(file, []byte(o.program(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "run", file, "--", o.database)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	wantOut := `Example : Hello, code : MESSAGE 'Hello World';
doSomething answered 200
4810001 Мясо говядина: 111
4810002 Мясо свинина: 222
4810003 Рыба: 30
`
	if d := cmp.Diff(wantOut, stdout.String()); d != "" {
		t.Errorf("stdout (-want +got)\n%s", d)
	}
	wantRequests := []string{
		"GET /~chuck/lennapg/len_std.jpg",
		`POST /exec?action=getExamples {"mode"=1}`,
		"POST /exec?action=doSomething&someprm=1 otherprm=2&andonemore=3",
		"POST /exec?action=System.testAction%5B%5D",
	}
	if d := cmp.Diff(wantRequests, o.requests); d != "" {
		t.Errorf("requests (-want +got)\n%s", d)
	}
	opened := strings.TrimSpace(stderr.String())
	if !strings.HasSuffix(opened, ".jpg") {
		t.Fatalf("open must name the file on stderr, got %q", opened)
	}
	shown, err := os.ReadFile(opened[strings.LastIndexByte(opened, ' ')+1:])
	if err != nil || string(shown) != string(picture) {
		t.Errorf("the opened file is not the picture: %v", err)
	}
}
