package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/golsf/golsf/internal/golden"
)

// TestExtensions runs the cases of `golsf ext` and of Extensions.fire, and the
// example.
func TestExtensions(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "golsf")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var out bytes.Buffer
	s, err := golden.Run(context.Background(), []string{"testdata/ext", "../../examples/extensions"}, golden.Options{Executable: bin, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if s.Failed > 0 || s.Passed < 8 {
		t.Errorf("%s", out.String())
	}
}
