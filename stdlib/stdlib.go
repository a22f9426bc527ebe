// Package stdlib holds the modules that every program may require: their
// declarations are program text under prelude, their bodies Go functions of
// packages functions and actions.
//
// In the text of a standard module FORMULA names a Go function instead of SQL
// ("Utils.substr"), and INTERNAL a Go action instead of a Java class.
package stdlib

import (
	"embed"
	"strings"
)

//go:embed prelude/*.lsf
var prelude embed.FS

// Module gives the text of a standard module by its name; file is how errors
// name it. The text must not be changed.
func Module(name string) (file string, text []byte, ok bool) {
	if strings.ContainsAny(name, `/\.`) {
		return "", nil, false
	}
	text, err := prelude.ReadFile("prelude/" + name + ".lsf")
	if err != nil {
		return "", nil, false
	}
	return "std:" + name + ".lsf", text, true
}
