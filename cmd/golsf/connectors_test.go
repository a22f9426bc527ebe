package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	_ "github.com/mattn/go-sqlite3"

	"github.com/golsf/golsf/internal/golden"
	"github.com/golsf/golsf/runtime/connect/registry"
)

// command runs the built program in a folder.
func command(t *testing.T, bin, dir string, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(bin, args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), env...), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestPipeline is the example over two processes: a server with the connectors,
// behind which are a web service and a SQLite file, and a client that has none.
func TestPipeline(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "golsf")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const key = "key-of-1c-77"
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c, err := registry.ParseCall(body)
		if err != nil || r.URL.Path != "/hs/Stock/GetRest" || r.Header.Get("Authorization") != "Bearer "+key {
			http.Error(w, "refused for "+key, http.StatusForbidden)
			return
		}
		if item, _ := c.Arg("item"); item.Text != "чай" {
			http.Error(w, "no such item: "+key, http.StatusBadRequest)
			return
		}
		io.WriteString(w, `[{"store":"North","rest":12.5},{"store":"South","rest":3}]`)
	}))
	defer service.Close()
	far, near := filepath.Join(dir, "server"), filepath.Join(dir, "client")
	for folder, names := range map[string][]string{far: {"connectors.json"}, near: {"stock.lsf"}} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join("..", "..", "examples", "connectors", name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	db, err := sql.Open("sqlite3", filepath.Join(far, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("create table journal (item text, store text, rest numeric)"); err != nil {
		t.Fatal(err)
	}

	server := exec.Command(bin, "serve", "--addr", "127.0.0.1:0")
	server.Dir = far
	server.Env = append(os.Environ(), "ONEC_URL="+service.URL, "ONEC_KEY="+key, "GOLSF_TOKEN=the-token")
	log, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Process.Kill()
	lines := bufio.NewReader(log)
	first, _ := lines.ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(first), "serving on ")
	if !ok {
		t.Fatalf("the server says %q", first)
	}
	token := []string{"GOLSF_TOKEN=the-token"}

	s, err := golden.Run(t.Context(), []string{"testdata/connectors"}, golden.Options{Executable: bin, Out: t.Output()})
	if err != nil || s.Failed > 0 || s.Passed == 0 {
		t.Errorf("the cases of EXTERNAL CONNECTOR: %+v %v", s, err)
	}

	out, errs, code := command(t, bin, near, token, "run", "stock.lsf", "--server", address, "--", "чай")
	if want := "North: 12.500\nSouth: 3.000\nnoted 2\n"; out != want || code != 0 {
		t.Errorf("the client prints %q %q %d, want %q", out, errs, code, want)
	}
	var rows string
	if err := db.QueryRow("select group_concat(item || ' ' || store || ' ' || rest, '; ') from journal").Scan(&rows); err != nil || rows != "чай North 12.5; чай South 3" {
		t.Errorf("the journal holds %q %v", rows, err)
	}
	if out, _, _ := command(t, bin, near, token, "run", "stock.lsf", "--server", address, "--", "coal"); out != "no rest of coal (external_error)\n" {
		t.Errorf("an unknown item prints %q", out)
	}
	out, errs, code = command(t, bin, near, token, "connectors", "call", "OneC_Connector:Stock.GetRest", "-p", "item=coal", "--server", address)
	if want := `"details":{"status":400,"body":"no such item: ***\n"}`; code != 1 || out != "" || !strings.Contains(errs, want) || strings.Contains(errs, key) {
		t.Errorf("the error is %q %q %d, want %s", out, errs, code, want)
	}
	out, _, code = command(t, bin, near, token, "connectors", "call", "Journal:Count", "-p", "item=чай", "--server", address)
	if out != "2\n" || code != 0 {
		t.Errorf("connectors call prints %q %d", out, code)
	}
	if out, _, _ := command(t, bin, near, nil, "run", "stock.lsf", "--server", address, "--", "чай"); out != "no rest of чай (connector_disabled)\n" {
		t.Errorf("without the token: %q", out)
	}
	if out, _, _ := command(t, bin, near, nil, "run", "stock.lsf", "--", "чай"); out != "no rest of чай (connector_not_found)\n" {
		t.Errorf("without a server: %q", out)
	}

	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the server ends with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not end")
	}
	if strings.Contains(string(rest), key) || strings.Contains(string(rest), "the-token") {
		t.Errorf("the log shows secrets:\n%s", rest)
	}
	if out, _, _ := command(t, bin, near, token, "run", "stock.lsf", "--server", address, "--", "чай"); out != "no rest of чай (offline)\n" {
		t.Errorf("with the server gone: %q", out)
	}
}

// TestConnectorCommands: list, check and call from the shell.
func TestConnectorCommands(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.json", `[{"id":"b","type":"mock","enabled":false},{"id":"A","type":"mock","settings":{"methods":{"x.m":{"value":{"b":1,"a":[2]}},"e":{"error":{"code":"odd","message":"oh"}}}}}]`)
	bad := write("bad.json", `[{"id":"a","type":"mock","x":1},{"id":"b","type":"nope"}]`)
	for _, c := range []struct {
		args   string
		code   int
		stdout string
		stderr string
	}{
		{"connectors list --connectors " + good, 0, "ID  KIND  ENABLED\nA   mock  true\nb   mock  false\n", ""},
		{"connectors list --json --connectors " + good, 0, `[{"id":"A","kind":"mock","enabled":true},{"id":"b","kind":"mock","enabled":false}]` + "\n", ""},
		{"connectors list --connectors " + bad, 2, "", "x: unknown"},
		{"connectors check " + good, 0, "", "2 connectors, no faults"},
		{"connectors check " + bad, 1, fmt.Sprintf("%[1]s: [0].x: unknown: known are id, type, enabled, api, timeout, timeoutBehavior, settings\n%[1]s: [1].type: unknown type \"nope\": known are exec, http, lsf, mock, remote, sql\n", bad), ""},
		{"connectors call A:x.m --connectors " + good, 0, `{"b":1,"a":[2]}` + "\n", ""},
		{"connectors call a:e --connectors " + good, 1, "", `{"ok":false,"error":{"code":"odd","message":"oh","connector":"a","method":"e","details":null}}`},
		{"connectors call b:m --connectors " + good, 1, "", `"connector_disabled"`},
		{"connectors call A --connectors " + good, 2, "", "ID:METHOD"},
		{"connectors call A:m --connectors " + filepath.Join(dir, "none.json"), 2, "", "no such file"},
	} {
		var out, errs bytes.Buffer
		code := execute(t.Context(), strings.Fields(c.args), console{in: strings.NewReader(""), out: &out, err: &errs})
		if code != c.code || out.String() != c.stdout || !strings.Contains(errs.String(), c.stderr) {
			t.Errorf("golsf %s: %d\n%s\n%s\nwant %d\n%s\n%s", c.args, code, out.String(), errs.String(), c.code, c.stdout, c.stderr)
		}
	}
}

// TestServeTimeout: serve alone has a limit of time for a call.
func TestServeTimeout(t *testing.T) {
	for args, want := range map[string]time.Duration{"serve": time.Minute, "serve --timeout 5s": 5 * time.Second, "serve --timeout 0": 0} {
		var cli commands
		parser, err := kong.New(&cli)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(strings.Fields(args)); err != nil {
			t.Fatal(err)
		}
		if cli.Serve.Timeout != want || cli.Run.Timeout != 0 {
			t.Errorf("golsf %s: %s, want %s", args, cli.Serve.Timeout, want)
		}
	}
}
