package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golsf/golsf/internal/golden"
)

// TestExtensions runs the cases of `golsf ext` and of Extensions.fire, and the
// example.
func TestExtensions(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "golsf")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Run("serve", func(t *testing.T) { serveExtensions(t, bin) })
	var out bytes.Buffer
	s, err := golden.Run(context.Background(), []string{"testdata/ext", "../../examples/extensions"}, golden.Options{Executable: bin, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if s.Failed > 0 || s.Passed < 8 {
		t.Errorf("%s", out.String())
	}
}

// serveExtensions fires a point from a served action. Actions of scripts are
// not called by name, and never make one ambiguous.
func serveExtensions(t *testing.T, bin string) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.lsf":   "MODULE main; REQUIRE parts, Extensions;\nopening(INTEGER n) { fire('p:open', JSON FROM n = n); EXPORT JSON FROM s = status(), r = report(); }",
		"parts.lsf":  "MODULE parts; work() { RETURN 'of the program'; }",
		"ext/s.lsf":  "MODULE s; REQUIRE Utils; work(INTEGER n) { IF n > 1 THEN throwException('too many'); } own() { }",
		"ext/s.json": `{ "uri": "p:open", "type": "action", "action": { "script": "s.lsf", "run": "work" } }`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "serve", "main.lsf", "--extensions", "ext", "--addr", "127.0.0.1:0")
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(line), "serving on ")
	if err != nil || !ok {
		t.Fatal(line, err)
	}
	for _, test := range []struct{ query, status, body string }{
		{"action=opening&n=1", "200 OK", `"s":"success"`},
		{"action=opening&n=2", "200 OK", `"message":"too many"`},
		{"action=work", "200 OK", "of the program"},
		{"action=own", "404 Not Found", "was not found"},
	} {
		res, err := http.Get(address + "/exec?" + test.query)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.Status != test.status || !strings.Contains(string(body), test.body) {
			t.Errorf("%s: %s %s %v", test.query, res.Status, body, err)
		}
	}
}
