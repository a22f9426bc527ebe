package interp_test

import (
	"context"
	"testing"

	"github.com/golsf/golsf/internal/assembly"
	"github.com/golsf/golsf/interp"
)

// The way from text to a program that runs: a script without a header.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		p, list, err := assembly.Load(context.Background(), []interp.Source{{Name: "one.lsf", Text: []byte("run() { MESSAGE 1; }")}}, assembly.Config{})
		if p == nil {
			b.Fatal(err, list)
		}
		_ = p.Close()
	}
}
