// Command external runs external.lsf against loopback servers that it starts
// itself: a web server for the three HTTP calls, a server that answers the LSF
// call, and an SQLite file with prices.
//
//	go run ./examples/external
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	_ "github.com/mattn/go-sqlite3"
)

// picture is a JPEG of one grey pixel's header: enough for a file with a type.
var picture = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9")

// outside is the world that the program talks to.
type outside struct {
	web, lsf *httptest.Server
	dir      string
	database string

	mu       sync.Mutex
	requests []string // what arrived, one line each
}

// startOutside starts the servers and writes the database into dir.
func startOutside(dir string) (*outside, error) {
	o := &outside{dir: dir, database: filepath.Join(dir, "prices.sqlite")}
	db, err := sql.Open("sqlite3", o.database)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	_, err = db.Exec(`create table articles (barcode text primary key, price integer);
		insert into articles values ('4810001', 111), ('4810002', 222), ('4810003', 333), ('4810009', 999)`)
	if err != nil {
		return nil, err
	}
	web := http.NewServeMux()
	web.HandleFunc("GET /~chuck/lennapg/len_std.jpg", func(w http.ResponseWriter, r *http.Request) {
		o.record(r)
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(picture)
	})
	web.HandleFunc("POST /exec", func(w http.ResponseWriter, r *http.Request) {
		o.record(r)
		if r.URL.Query().Get("action") == "getExamples" {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"caption":"Hello","code":"MESSAGE 'Hello World';"}`)
		}
	})
	o.web = httptest.NewServer(web)
	o.lsf = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.record(r)
	}))
	return o, nil
}

func (o *outside) close() {
	o.web.Close()
	o.lsf.Close()
}

func (o *outside) record(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests = append(o.requests, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body)))
}

// program gives the text of the example with the hosts of the servers.
func (o *outside) program(text string) string {
	return strings.NewReplacer(
		"https://www.cs.cmu.edu", o.web.URL,
		"http://tryonline.lsfusion.org", o.web.URL,
		"http://localhost:7651", o.lsf.URL,
	).Replace(text)
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "golsf-external-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o, err := startOutside(dir)
	if err != nil {
		return err
	}
	defer o.close()
	text, err := os.ReadFile("examples/external/external.lsf")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "external.lsf")
	if err := os.WriteFile(file, []byte(o.program(string(text))), 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "run", "./cmd/golsf", "run", file, "--", o.database)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err = cmd.Run()
	for _, r := range o.requests {
		fmt.Println("request:", r)
	}
	return err
}
