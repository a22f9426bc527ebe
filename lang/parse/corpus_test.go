package parse_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
)

// TestCorpus reads every program below GOLSF_CORPUS and expands every call of
// a metacode that the corpus declares. GOLSF_CORPUS_ERRORS names how many
// files are known to be wrong.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("GOLSF_CORPUS")
	if dir == "" {
		t.Skip("GOLSF_CORPUS is not set")
	}
	files := corpusFiles(t, dir)
	bytes, wrong := 0, 0
	var took time.Duration
	var scripts []*ast.Script
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bytes += len(src)
		start := time.Now()
		script, errs := parse.File(path, src)
		took += time.Since(start)
		if len(errs) > 0 {
			wrong++
			t.Logf("%v", errs[0])
		}
		scripts = append(scripts, script)
	}
	t.Logf("%d files, %d wrong, %.2f MB in %v: %.1f MB/s", len(files), wrong, float64(bytes)/1e6, took,
		float64(bytes)/1e6/took.Seconds())
	if wrong > 1 {
		t.Errorf("%d files cannot be read", wrong)
	}
	expandAll(t, scripts)
}

func corpusFiles(t *testing.T, dir string) []string {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".lsf") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs in %s: %v", dir, err)
	}
	return files
}

func expandAll(t *testing.T, scripts []*ast.Script) {
	type key struct {
		name  string
		arity int
	}
	metas := map[key]*ast.Meta{}
	for _, s := range scripts {
		for _, st := range s.Statements {
			if m, ok := st.(*ast.Meta); ok {
				metas[key{m.Name.Name, len(m.Params)}] = m
			}
		}
	}
	find := func(c *ast.MetaCall) (*ast.Meta, *diag.Diagnostic) {
		if m := metas[key{c.Name.Name, len(c.Args)}]; m != nil {
			return m, nil
		}
		return nil, &diag.Diagnostic{Code: "E2001", Span: c.Span(), Message: "no metacode " + c.Name.Name}
	}
	calls, failed := 0, 0
	start := time.Now()
	for _, s := range scripts {
		for _, st := range s.Statements {
			if c, ok := st.(*ast.MetaCall); ok {
				calls++
				if errs := parse.Expand(c, find); len(errs) > 0 {
					failed++
					if failed < 10 {
						t.Errorf("%v (%v)", errs[0], errs[0].Related)
					}
				}
			}
		}
	}
	t.Logf("%d calls of metacodes expanded in %v, %d failed", calls, time.Since(start), failed)
}

// BenchmarkFile reads the trees of testdata as one text.
func BenchmarkFile(b *testing.B) {
	archive, err := txtar.ParseFile("testdata/trees.txtar")
	if err != nil {
		b.Fatal(err)
	}
	var src []byte
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".lsf") {
			src = append(src, f.Data...)
		}
	}
	if _, errs := parse.File("bench.lsf", src); len(errs) > 0 {
		b.Fatal(errs)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		parse.File("bench.lsf", src)
	}
}
