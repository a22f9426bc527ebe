package repl

import (
	"slices"
	"strings"
	"unicode"

	"github.com/peterh/liner"

	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/token"
)

var commands = []string{":help", ":load", ":quit", ":type"}

// newCompleter completes the word before the cursor: names of the program,
// reserved words, and commands at the beginning of a line.
func newCompleter(inst *interp.Instance) liner.WordCompleter {
	return func(line string, pos int) (head string, completions []string, tail string) {
		runes := []rune(line)
		start := pos
		for start > 0 && (unicode.IsLetter(runes[start-1]) || unicode.IsDigit(runes[start-1]) || runes[start-1] == '_' || runes[start-1] == ':') {
			start--
		}
		word := string(runes[start:pos])
		return string(runes[:start]), complete(inst, word, start == 0), string(runes[pos:])
	}
}

func complete(inst *interp.Instance, word string, first bool) []string {
	if word == "" {
		return nil
	}
	if strings.HasPrefix(word, ":") {
		if !first {
			return nil
		}
		return withPrefix(commands, word)
	}
	prog := inst.Program()
	var names []string
	for _, p := range prog.Properties {
		names = append(names, p.Ident)
	}
	for _, a := range prog.Actions {
		names = append(names, a.Ident)
	}
	for _, c := range prog.Classes {
		names = append(names, c.Ident)
	}
	for _, f := range prog.Forms {
		names = append(names, f.Ident)
	}
	return withPrefix(append(names, token.Keywords()...), word)
}

// withPrefix gives the names that begin with word, sorted, each once.
func withPrefix(names []string, word string) []string {
	var out []string
	for _, n := range names {
		if n != "" && strings.HasPrefix(n, word) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
