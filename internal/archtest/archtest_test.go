// Package archtest keeps the direction of imports: a package imports only
// packages of lower levels (docs/architecture.md).
package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/golsf/golsf/"

// levels gives the level of each package by the longest prefix that fits. A
// package may import packages of lower levels, and of its own level only below
// the same prefix or where allowed says so.
var levels = []struct {
	prefix string
	level  int
}{
	{"lang/diag", 0}, {"internal/spell", 0}, {"runtime/value", 0},
	{"lang/token", 1}, {"runtime/sqlexpr", 1}, {"runtime/store", 1}, {"runtime/format", 1},
	{"lang/ast", 2}, {"runtime/connect", 2}, {"runtime/local", 2}, {"stdlib/prelude", 2},
	{"lang/parse", 3}, {"lang/bound", 3},
	{"lang/format", 4},
	{"lang/resolve", 5},
	{"internal/query", 6}, {"stdlib/functions", 6},
	{"interp", 7},
	{"stdlib", 8}, {"internal/render", 8},
	{"internal/assembly", 9}, {"internal/golden", 9}, {"internal/dbtest", 9}, {"internal/archtest", 9},
	{"program", 10}, {"repl", 10}, {"internal/server", 10}, {"internal/ext", 8}, {"internal/capture", 10},
	{"cmd", 11}, {"examples", 11},
}

// neverTogether are parts that must not know each other whatever their level.
var neverTogether = [][2]string{
	{"lang", "runtime/store"}, {"lang", "runtime/format"}, {"lang", "runtime/connect"}, {"lang", "runtime/local"},
	{"runtime", "lang"}, {"runtime", "internal/query"},
}

func levelOf(pkg string) (prefix string, level int) {
	level = -1
	for _, l := range levels {
		if (pkg == l.prefix || strings.HasPrefix(pkg, l.prefix+"/")) && len(l.prefix) > len(prefix) {
			prefix, level = l.prefix, l.level
		}
	}
	return prefix, level
}

func TestImportsPointDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "github.com/golsf/golsf/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module)
		prefix, level := levelOf(pkg)
		if level < 0 {
			t.Errorf("package %s has no level: add it to docs/architecture.md and to this test", pkg)
			continue
		}
		for _, imp := range fields[1:] {
			imp, ours := strings.CutPrefix(imp, module)
			if !ours {
				continue
			}
			checked++
			other, otherLevel := levelOf(imp)
			if otherLevel > level || otherLevel == level && other != prefix {
				t.Errorf("%s (level %d) imports %s (level %d)", pkg, level, imp, otherLevel)
			}
			if slices.ContainsFunc(neverTogether, func(p [2]string) bool {
				return strings.HasPrefix(pkg+"/", p[0]+"/") && strings.HasPrefix(imp+"/", p[1]+"/")
			}) {
				t.Errorf("%s imports %s: the two must not know each other", pkg, imp)
			}
		}
	}
	if checked < 10 {
		t.Fatalf("only %d imports were looked at", checked)
	}
}
