// Package prelude holds the declarations of the standard library: one .lsf file
// for each system module, in our own words. What Go computes is declared with a
// FORMULA whose text is the id of a function ("Utils.substr") or with an
// INTERNAL action whose name is the id of an action ("Utils.mkdir").
package prelude

import "embed"

//go:embed *.lsf
var files embed.FS

// Text gives the declarations of a system module.
func Text(module string) ([]byte, bool) {
	text, err := files.ReadFile(module + ".lsf")
	return text, err == nil
}
