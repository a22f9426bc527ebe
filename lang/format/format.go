// Package format lays program text out: one space between tokens where the
// language's style has one, indentation by nesting, comments and line breaks
// kept where their author put them.
package format

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/token"
)

const indent = "    "

// Script lays out a file. Its tokens and comments stay the same and in the same
// order, so the result means what src means; laying it out again changes
// nothing. A text with syntax errors is not touched: the errors come back.
func Script(name string, src []byte) ([]byte, diag.List) {
	if _, errs := parse.File(name, src); len(errs) > 0 {
		return nil, errs
	}
	return []byte(layOut(items(name, string(src)))), nil
}

// item is a token or comment with what the text has before it.
type item struct {
	lexer.Token
	comment bool
	lines   int  // line breaks before it
	spaced  bool // anything at all before it
}

// items gives the tokens and comments of a text in order.
func items(name, src string) []item {
	lex := token.New(name, src)
	var all []item
	end, comments := 0, 0
	add := func(t lexer.Token, comment bool) {
		gap := src[min(end, t.Pos.Offset):t.Pos.Offset]
		all = append(all, item{Token: t, comment: comment, lines: strings.Count(gap, "\n"), spaced: gap != ""})
		end = t.Pos.Offset + len(t.Value)
	}
	for {
		t, _ := lex.Next()
		for ; comments < len(lex.Comments); comments++ {
			c := lex.Comments[comments]
			add(lexer.Token{Value: c.Text, Pos: c.Pos}, true)
		}
		if t.EOF() {
			return all
		}
		add(t, false)
	}
}

// printer keeps where in the nesting the text is.
type printer struct {
	b strings.Builder
	// open holds for each open bracket how far its lines are indented.
	open []level
	// continued tells that a statement or action began on an earlier line.
	continued bool
	line      int  // levels of indentation of the current line
	form      bool // a FORM is open, which ends with its semicolon only
	meta      bool // a META is open, up to its END
}

type level struct {
	bracket string
	line    int // levels of the line that has the bracket
	outer   bool
}

func layOut(all []item) string {
	var p printer
	for i := range all {
		p.item(all, i)
	}
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	return p.b.String()
}

func (p *printer) item(all []item, i int) {
	it := &all[i]
	closes := !it.comment && isOneOf(it.Value, "}", ")", "]")
	var opened level
	if closes && len(p.open) > 0 {
		opened = p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
	}
	switch {
	case i == 0:
	case it.lines > 0 || all[i-1].comment && strings.HasPrefix(all[i-1].Value, "//"):
		p.newLine(it, closes, opened)
	case spaceBetween(all, i):
		p.b.WriteByte(' ')
	}
	p.write(it)
	if it.comment {
		return
	}
	if !p.continued && !closes && len(p.open) == 0 {
		p.form = it.Value == "FORM" || it.Value == "EXTEND" && i+1 < len(all) && all[i+1].Value == "FORM"
		p.meta = p.meta || it.Value == "META"
	}
	switch it.Value {
	case "{", "(", "[":
		p.open = append(p.open, level{it.Value, p.line, p.continued})
		p.continued = it.Value != "{"
	case "}":
		p.continued = p.form && len(p.open) == 0 || opened.outer && i+1 < len(all) && all[i+1].lines == 0
	case ")", "]":
		p.continued = !p.metaHead(all, i)
	case ";":
		p.continued = false
	case "END":
		p.continued = all[i-1].Value == "=" || all[i-1].Value == "("
		p.meta = p.meta && p.continued
	default:
		p.continued = true
	}
}

// metaHead reports whether the bracket at i ends the head of a META.
func (p *printer) metaHead(all []item, i int) bool {
	if !p.meta || len(p.open) > 0 {
		return false
	}
	for i--; i > 0 && all[i].Value != "("; i-- {
	}
	return i > 1 && all[i-2].Value == "META"
}

// newLine begins a line for it, after an empty one if the text has any.
func (p *printer) newLine(it *item, closes bool, opened level) {
	p.b.WriteByte('\n')
	if it.lines > 1 {
		p.b.WriteByte('\n')
	}
	switch {
	case closes:
		p.line = opened.line
	case len(p.open) > 0:
		p.line = p.open[len(p.open)-1].line + 1
		if p.continued && p.open[len(p.open)-1].bracket == "{" {
			p.line++
		}
	default:
		p.line = 0
		if p.continued && !isOneOf(it.Value, ";", "{") {
			p.line = 1
		}
	}
	p.b.WriteString(strings.Repeat(indent, p.line))
}

// write writes the text of it; the lines of a comment keep their distance from
// its beginning, those of a text are part of it.
func (p *printer) write(it *item) {
	if !it.comment || !strings.Contains(it.Value, "\n") {
		p.b.WriteString(strings.TrimRight(it.Value, "\r"))
		return
	}
	p.b.WriteString(strings.ReplaceAll(it.Value, "\r\n", "\n"))
}

// spaceBetween decides on the space between two tokens of one line.
func spaceBetween(all []item, i int) bool {
	left, right := &all[i-1], &all[i]
	if left.comment || right.comment {
		return true
	}
	l, r := left.Value, right.Value
	switch {
	case left.Type == token.Punct && isOneOf(l, "(", "[", ".", "@", "@@"):
		return false
	case right.Type == token.Punct && isOneOf(r, ",", ";", ")", "]", "."):
		return false
	case right.Type == token.Punct && isOneOf(r, "(", "["):
		return bracketSpaced(left, right)
	case left.Type == token.Punct && l == "-" && unary(all, i-1):
		return false
	}
	return true
}

// bracketSpaced keeps f(a) and f (A a) as they are; after a word or operator
// there is a space.
func bracketSpaced(left, right *item) bool {
	switch left.Type {
	case token.Ident, token.Type, token.String, token.RawString:
		return right.spaced
	case token.Keyword:
		return right.spaced || !callable(left.Value)
	case token.Punct:
		return !isOneOf(left.Value, ")", "]") || right.spaced
	}
	return right.spaced
}

// callable reports whether a word is written like a function: ROUND(x).
func callable(word string) bool {
	switch word {
	case "AND", "OR", "XOR", "NOT", "IF", "THEN", "ELSE", "WHERE", "BY", "DO", "ORDER", "FOR", "WHILE", "IS", "AS", "LIKE", "MATCH",
		"SUM", "OVERRIDE", "FROM", "STEP":
		return false
	}
	return true
}

// unary reports whether the minus at i stands before its only operand.
func unary(all []item, i int) bool {
	if i == 0 {
		return true
	}
	before := &all[i-1]
	switch before.Type {
	case token.Punct:
		return !isOneOf(before.Value, ")", "]", "}")
	case token.Keyword:
		return true
	}
	return before.comment
}

func isOneOf(v string, values ...string) bool {
	for _, value := range values {
		if v == value {
			return true
		}
	}
	return false
}
