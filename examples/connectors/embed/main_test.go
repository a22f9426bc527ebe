package main

import (
	"bytes"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if want := "tea: shelf T\nsugar: shelf S\nno shelf (bad_args)\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
