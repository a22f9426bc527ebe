package render

import (
	"strings"
	"testing"

	"github.com/golsf/golsf/lang/diag"
)

func TestDiagnostic(t *testing.T) {
	src := func(string) ([]byte, bool) {
		return []byte("MODULE m;\r\n\trun() { прайс(a) <- 1; }\r\n"), true
	}
	at := func(line, col int) diag.Pos { return diag.Pos{File: "m.lsf", Line: line, Col: col} }
	tests := []struct {
		name string
		d    diag.Diagnostic
		want string
	}{
		{"underline by characters behind a tab", diag.Diagnostic{Code: "E2003", Message: "no such name", Span: diag.Span{Start: at(2, 10), End: at(2, 15)}, Hints: []string{"did you mean 'price'?"}},
			"m.lsf:2:10: error E2003: no such name\n   2 |     run() { прайс(a) <- 1; }\n     |             ^^^^^\n    did you mean 'price'?\n"},
		{"a span over lines ends with the line", diag.Diagnostic{Code: "W1", Severity: diag.Warning, Message: "x", Span: diag.Span{Start: at(1, 8), End: at(2, 3)}},
			"m.lsf:1:8: warning W1: x\n   1 | MODULE m;\n     |        ^^\n"},
		{"a place behind the text shows no line", diag.Diagnostic{Code: "E1", Message: "x", Span: diag.Span{Start: at(9, 1), End: at(9, 1)}},
			"m.lsf:9:1: error E1: x\n"},
	}
	t.Run("a long line is cut around the mark", func(t *testing.T) {
		long := func(string) ([]byte, bool) {
			return []byte(strings.Repeat("x", 1000) + "HERE\x1b" + strings.Repeat("y", 1000)), true
		}
		var b strings.Builder
		Diagnostic(&b, &diag.Diagnostic{Code: "E1", Message: strings.Repeat("m", 1000), Span: diag.Span{Start: at(1, 1001), End: at(1, 1005)}}, long, Style{})
		lines := strings.Split(b.String(), "\n")
		if len(lines[0]) > 450 {
			t.Errorf("a message of %d bytes", len(lines[0]))
		}
		want := "   1 | …" + strings.Repeat("x", 40) + "HERE·" + strings.Repeat("y", 115) + "…"
		if lines[1] != want || lines[2] != "     | "+strings.Repeat(" ", 41)+"^^^^" {
			t.Errorf("got\n%s\n%s", lines[1], lines[2])
		}
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			Diagnostic(&b, &tt.d, src, Style{})
			if b.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), tt.want)
			}
		})
	}
}
