package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.lsf")
	program := `name = DATA LOCAL STRING[5] (INTEGER);
price = DATA LOCAL INTEGER (INTEGER);
run() {
    name(1) <- 'a'; name(2) <- 'b'; name(3) <- 'a'; price(1) <- 5; price(3) <- 7;
    FOR name(INTEGER i) = 'a' AND price(i) > 5 DO MESSAGE i;
}
`
	if err := os.WriteFile(file, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := execute(context.Background(), []string{"explain", file}, console{in: strings.NewReader(""), out: &out, err: &errs})
	if code != exitOK || errs.String() != "3\n" {
		t.Fatalf("exit code %d, stderr %q", code, errs.String())
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(out.String(), filepath.Dir(file), "")), " ")
	want := "/shop.lsf:5:5: 1 rows compute ~1 1 by value name ~1.5 2 filter 5:35 1"
	if text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
