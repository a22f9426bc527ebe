package interp_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/interp"
)

// FuzzProgram runs whatever resolves: an error of the program is fine, a fault
// of golsf is not.
func FuzzProgram(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(ar.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		p, _, err := assembly.Load(ctx, []interp.Source{{Name: "main.lsf", Text: []byte(text)}},
			assembly.Config{Limits: query.Limits{Steps: 20_000, Rows: 20_000, Depth: 100, Memory: 1 << 30}})
		if err != nil || p == nil {
			return
		}
		defer func() { _ = p.Close() }()
		_, err = p.Instance.Call(ctx, interp.Request{Action: "run"})
		var run *interp.RunError
		if errors.As(err, &run) && run.Code == interp.CodeInternal {
			t.Fatalf("%v\n%v", run, run.Cause)
		}
	})
}
