// Package render turns errors, which are data everywhere else, into the text
// that a person or an editor reads. It is the only place that does.
package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/golsf/golsf/lang/diag"
)

// Sources gives the text of a file by the name that positions carry. It may
// answer false; then no source line is shown.
type Sources func(file string) ([]byte, bool)

// Style says how to write. The zero Style is plain text.
type Style struct {
	Colour bool
}

const (
	red    = "\x1b[31;1m"
	yellow = "\x1b[33;1m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

func (s Style) paint(colour, text string) string {
	if !s.Colour {
		return text
	}
	return colour + text + reset
}

// Diagnostic writes one finding:
//
//	path:line:col: error E2003: property 'prise' is not found
//	  12 | run() { prise(a) <- 1; }
//	     |         ^^^^^
//	     did you mean 'price'?
//
// Source: product.md decision 13.
func Diagnostic(w io.Writer, d *diag.Diagnostic, src Sources, s Style) {
	word, colour := "error", red
	if d.Severity == diag.Warning {
		word, colour = "warning", yellow
	}
	fmt.Fprintf(w, "%s: %s: %s\n", d.Span.Start, s.paint(colour, word+" "+d.Code), clip(d.Message))
	Snippet(w, d.Span, src, s)
	for _, h := range d.Hints {
		fmt.Fprintf(w, "    %s\n", h)
	}
	for _, r := range d.Related {
		fmt.Fprintf(w, "    %s: %s\n", r.Span.Start, r.Message)
	}
}

// List writes all of l in its order.
func List(w io.Writer, l diag.List, src Sources, s Style) {
	for _, d := range l {
		Diagnostic(w, d, src, s)
	}
}

// Snippet writes the source line of span with the span underlined, or nothing
// when the text is not known.
func Snippet(w io.Writer, span diag.Span, src Sources, s Style) {
	if src == nil || !span.Start.IsValid() {
		return
	}
	text, ok := src(span.Start.File)
	if !ok {
		return
	}
	line, ok := lineOf(text, span.Start.Line)
	if !ok {
		return
	}
	gutter := fmt.Sprintf("%4d | ", span.Start.Line)
	lead, width := underline(line, span)
	shown, lead, width := window(expandTabs(line), lead, width)
	fmt.Fprintf(w, "%s%s\n", s.paint(faint, gutter), shown)
	blank := strings.Repeat(" ", len(gutter)-2) + "| "
	fmt.Fprintf(w, "%s%s%s\n", s.paint(faint, blank), strings.Repeat(" ", lead), s.paint(red, strings.Repeat("^", width)))
}

// underline gives the column of the first mark and the number of marks.
func underline(line string, span diag.Span) (lead, width int) {
	runes := []rune(line)
	start := min(max(span.Start.Col-1, 0), len(runes))
	end := start + 1
	switch {
	case span.End.Line == span.Start.Line && span.End.Col > span.Start.Col:
		end = span.End.Col - 1
	case span.End.Line > span.Start.Line:
		end = len(runes)
	}
	end = max(min(end, len(runes)), start)
	lead = utf8.RuneCountInString(expandTabs(string(runes[:start])))
	width = utf8.RuneCountInString(expandTabs(string(runes[start:end])))
	return lead, max(width, 1)
}

// widest is how many characters of a line are shown; lineLead is how many of
// them stand before the mark when the line is longer.
const (
	widest   = 160
	lineLead = 40
)

// window cuts a long line to the part around the mark. Control characters would
// move the cursor or change the colour of a terminal and are shown as dots.
func window(line string, lead, width int) (string, int, int) {
	runes := []rune(line)
	for i, r := range runes {
		if r != '\t' && unicode.IsControl(r) {
			runes[i] = '·'
		}
	}
	if len(runes) <= widest {
		return string(runes), lead, width
	}
	from := max(lead-lineLead, 0)
	to := min(from+widest, len(runes))
	shown := string(runes[from:to])
	if from > 0 {
		shown, lead = "…"+shown, lead-from+1
	}
	if to < len(runes) {
		shown += "…"
	}
	return shown, lead, min(width, widest-min(lead, widest-1))
}

// longest is how many characters of a message are shown.
const longest = 400

func clip(text string) string {
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return text
}

func expandTabs(s string) string { return strings.ReplaceAll(s, "\t", "    ") }

func lineOf(text []byte, n int) (string, bool) {
	for ; n > 1; n-- {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return "", false
		}
		text = text[i+1:]
	}
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(string(text), "\r"), true
}

// Frame is one call on the way to a run-time error.
type Frame struct {
	Action string
	Call   diag.Span
}

// Failure is a run-time error as it is shown.
type Failure struct {
	Code    string
	Message string
	Span    diag.Span
	Stack   []Frame // innermost first
	// Diagnostics are the findings about a text that was run; they stand for
	// the message when the failure has no place of its own.
	Diagnostics diag.List
}

// RunError writes a run-time error with its place and the calls that led there
// (product.md decision 16).
func RunError(w io.Writer, f Failure, src Sources, s Style) {
	if len(f.Diagnostics) > 0 && !f.Span.Start.IsValid() {
		List(w, f.Diagnostics, src, s)
		return
	}
	at := ""
	if f.Span.Start.IsValid() {
		at = f.Span.Start.String() + ": "
	}
	fmt.Fprintf(w, "%s%s: %s\n", at, s.paint(red, "error "+f.Code), f.Message)
	Snippet(w, f.Span, src, s)
	calls(w, f.Stack)
	List(w, f.Diagnostics, src, s)
}

// mostFrames is how many lines of calls are shown; beyond them the innermost
// and the outermost ones are.
const mostFrames = 24

// calls writes the stack. Equal calls that follow each other are one line.
func calls(w io.Writer, stack []Frame) {
	type line struct {
		Frame
		times int
	}
	var lines []line
	for _, c := range stack {
		if n := len(lines); n > 0 && lines[n-1].Frame == c {
			lines[n-1].times++
			continue
		}
		lines = append(lines, line{c, 1})
	}
	for i, c := range lines {
		if skipped := len(lines) - mostFrames; skipped > 0 && i >= mostFrames/2 && i < mostFrames/2+skipped {
			if i == mostFrames/2 {
				fmt.Fprintf(w, "    … %d more\n", skipped)
			}
			continue
		}
		times := ""
		if c.times > 1 {
			times = fmt.Sprintf(" (%d times)", c.times)
		}
		fmt.Fprintf(w, "    in %s, called at %s%s\n", c.Action, c.Call.Start, times)
	}
}

type jsonPlace struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	EndLine int    `json:"endLine,omitempty"`
	EndCol  int    `json:"endCol,omitempty"`
}

type jsonDiagnostic struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	jsonPlace
	Hints   []string      `json:"hints,omitempty"`
	Related []jsonRelated `json:"related,omitempty"`
}

type jsonRelated struct {
	jsonPlace
	Message string `json:"message"`
}

func placeOf(s diag.Span) jsonPlace {
	return jsonPlace{s.Start.File, s.Start.Line, s.Start.Col, s.End.Line, s.End.Col}
}

// JSON writes l as one JSON array, a diagnostic per line.
func JSON(w io.Writer, l diag.List) error {
	if _, err := io.WriteString(w, "["); err != nil {
		return err
	}
	for i, d := range l {
		j := jsonDiagnostic{Severity: "error", Code: d.Code, Message: d.Message, jsonPlace: placeOf(d.Span), Hints: d.Hints}
		if d.Severity == diag.Warning {
			j.Severity = "warning"
		}
		for _, r := range d.Related {
			j.Related = append(j.Related, jsonRelated{placeOf(r.Span), r.Message})
		}
		b, err := json.Marshal(j)
		if err != nil {
			return err
		}
		sep := ",\n "
		if i == 0 {
			sep = "\n "
		}
		if _, err := fmt.Fprintf(w, "%s%s", sep, b); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}
