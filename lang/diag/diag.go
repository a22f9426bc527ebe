// Package diag defines errors of program text as data: a code, a span, a
// message, hints and related places. Nothing here renders; package
// internal/render does, in one place.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Pos is a place in a source file. Line and Col count from 1, Col in runes;
// Offset is the byte offset from 0. The zero Pos means "no place".
type Pos struct {
	File   string
	Offset int
	Line   int
	Col    int
}

// IsValid reports whether p names a place.
func (p Pos) IsValid() bool { return p.Line > 0 }

func (p Pos) String() string {
	if !p.IsValid() {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Span is the half-open text range [Start, End) of one file.
type Span struct {
	Start, End Pos
}

// Severity tells an error from a warning.
type Severity uint8

const (
	Error Severity = iota
	Warning
)

// Related is another place that explains a diagnostic, as "declared here" or
// "in the expansion of @m".
type Related struct {
	Span    Span
	Message string
}

// Diagnostic is one finding about program text. Code is stable (E1101, W3001,
// ...); Message is one sentence without a final dot; Hints are complete
// sentences such as "did you mean 'price'?".
type Diagnostic struct {
	Severity Severity
	Code     string
	Span     Span
	Message  string
	Hints    []string
	Related  []Related
	// Incomplete is true when the text merely ends too early, so that a
	// prompt can go on reading (product.md decision 25).
	Incomplete bool
}

// Error gives the one-line form "file:line:col: error E1101: text".
func (d *Diagnostic) Error() string {
	word := "error"
	if d.Severity == Warning {
		word = "warning"
	}
	return fmt.Sprintf("%s: %s %s: %s", d.Span.Start, word, d.Code, d.Message)
}

// List is a set of diagnostics; as an error it stands for the first one.
type List []*Diagnostic

func (l List) Error() string {
	switch len(l) {
	case 0:
		return "no errors"
	case 1:
		return l[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", l[0].Error(), len(l)-1)
}

// Errors reports whether l has a diagnostic of severity Error.
func (l List) Errors() bool {
	return slices.ContainsFunc(l, func(d *Diagnostic) bool { return d.Severity == Error })
}

// Sort orders l by file and place, stably.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b *Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Span.Start.File, b.Span.Start.File),
			cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset),
		)
	})
}
