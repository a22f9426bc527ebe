// Package parse turns program text into the tree of package ast. Statements and
// actions that begin with a word are productions, which participle reads from
// struct tags; the word chooses the production. Expressions, and what begins
// with a name, are read by hand-written code, which productions use as leaves.
// Both read one stream of tokens and look one token ahead where they can.
//
// Every function is safe for use by several goroutines.
package parse

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/token"
)

// maxDepth bounds the nesting of expressions and actions.
const maxDepth = 1000

// parser reads tokens; it fails by a panic with a *failure, which every entry
// of the package recovers.
type parser struct {
	lex *lexer.PeekingLexer
}

// The first token of a stream is no part of the text. It carries what a parser
// must know on both sides of participle, which hands on nothing but tokens: in
// place of a line how deep the parser is, in place of a column whether the end
// of the text may stand for a last semicolon.
func stateToken(depth int) lexer.Token {
	return lexer.Token{Type: token.Punct, Pos: lexer.Position{Offset: -1, Line: depth}}
}

func (p *parser) state() *lexer.Token { return &p.lex.Range(0, 1)[0] }

// depth is how many expressions and actions are being read, one in another.
func (p *parser) depth() *int { return &p.state().Pos.Line }

// openEnd reports whether the end of the text stands for a last semicolon.
func (p *parser) openEnd() bool { return p.state().Pos.Column == 1 }
func (p *parser) setOpenEnd()   { p.state().Pos.Column = 1 }

func (p *parser) tok() *lexer.Token  { return p.lex.Peek() }
func (p *parser) next() *lexer.Token { return p.lex.Next() }

// peek gives the token n places after the next one.
func (p *parser) peek(n int) *lexer.Token {
	at := p.lex.RawCursor()
	for ; n > 0; n-- {
		if p.lex.Range(at, at+1)[0].EOF() {
			break
		}
		at++
	}
	return &p.lex.Range(at, at+1)[0]
}

// is reports whether the next token is that sign or reserved word.
func (p *parser) is(value string) bool { return p.tok().Value == value }

// isAny reports whether the next token is one of the values.
func (p *parser) isAny(values ...string) bool {
	v := p.tok().Value
	for _, value := range values {
		if v == value {
			return true
		}
	}
	return false
}

// accept takes the next token if it is value.
func (p *parser) accept(value string) bool {
	if p.tok().Value != value {
		return false
	}
	p.next()
	return true
}

// acceptAny takes the next token if it is one of the values and gives it.
func (p *parser) acceptAny(values ...string) string {
	if p.isAny(values...) {
		return p.next().Value
	}
	return ""
}

// need takes the next token, which must be value.
func (p *parser) need(value string) *lexer.Token {
	if p.tok().Value != value {
		p.unexpected("'" + value + "'")
	}
	return p.next()
}

// needAny takes the next token, which must be one of the values.
func (p *parser) needAny(values ...string) string {
	p.check(values...)
	return p.next().Value
}

// check fails if the next token is none of the values.
func (p *parser) check(values ...string) {
	if !p.isAny(values...) {
		p.unexpected(quoteAll(values)...)
	}
}

func quoteAll(values []string) []string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + v + "'"
	}
	return quoted
}

// enter counts one level of nesting; the caller must leave it.
func (p *parser) enter() {
	depth := p.depth()
	if *depth++; *depth > maxDepth {
		p.failAt(p.tok(), "E1103", fmt.Sprintf("nesting deeper than %d levels", maxDepth))
	}
}

func (p *parser) leave() { *p.depth()-- }

// unexpected fails at the next token.
func (p *parser) unexpected(expected ...string) {
	panic(&failure{diag: p.unexpectedToken(p.tok(), expected...)})
}

func (p *parser) unexpectedToken(t *lexer.Token, expected ...string) *diag.Diagnostic {
	if t.Type == token.Illegal {
		return token.Explain(t)
	}
	d := &diag.Diagnostic{Code: "E1101", Span: tokenSpan(t), Incomplete: t.EOF()}
	d.Message = "unexpected " + describe(t)
	if len(expected) > 0 {
		last := len(expected) - 1
		d.Message += ", expected " + strings.Join(expected[:last], ", ")
		if last > 0 {
			d.Message += " or "
		}
		d.Message += expected[last]
	}
	if hint := hintFor(p.before(t), t, expected); hint != "" {
		d.Hints = []string{hint}
	}
	return d
}

// before gives the token before t, or an empty one. t is the next token or,
// after participle failed, one near it.
func (p *parser) before(t *lexer.Token) lexer.Token {
	for at := p.lex.RawCursor() + 1; at > 1; at-- {
		if at == p.lex.RawCursor()+1 && p.tok().EOF() {
			continue
		}
		if last := p.lex.Range(at-1, at)[0]; last.Pos.Offset < t.Pos.Offset {
			return last
		}
	}
	return lexer.Token{}
}

// failAt fails with a message of its own at a token.
func (p *parser) failAt(t *lexer.Token, code, message string, hints ...string) {
	if len(hints) > 0 && hints[0] == "" {
		hints = nil
	}
	panic(&failure{diag: &diag.Diagnostic{Code: code, Span: tokenSpan(t), Message: message, Hints: hints}})
}

func describe(t *lexer.Token) string {
	if t.EOF() {
		return "end of text"
	}
	text, _, cut := strings.Cut(t.Value, "\n")
	if utf8.RuneCountInString(text) > 40 {
		text, cut = string([]rune(text)[:40]), true
	}
	if cut {
		text += "…"
	}
	if strings.HasPrefix(text, "'") {
		return text
	}
	return "'" + text + "'"
}

func tokenSpan(t *lexer.Token) diag.Span {
	l := locOf(t, t)
	return l.Span()
}

// locOf gives the range from the beginning of start to the end of last.
func locOf(start, last *lexer.Token) ast.Loc {
	l := ast.Loc{
		File: start.Pos.Filename, Offset: int32(start.Pos.Offset),
		Line: int32(start.Pos.Line), Col: int32(start.Pos.Column),
		EndOffset: int32(last.Pos.Offset + len(last.Value)),
		EndLine:   int32(last.Pos.Line), EndCol: int32(last.Pos.Column + len(last.Value)),
	}
	switch last.Type {
	case token.String, token.RawString, token.Code, token.Illegal:
		if n := strings.Count(last.Value, "\n"); n > 0 {
			l.EndLine += int32(n)
			l.EndCol = int32(1 + utf8.RuneCountInString(last.Value[strings.LastIndexByte(last.Value, '\n')+1:]))
		} else {
			l.EndCol = int32(last.Pos.Column + utf8.RuneCountInString(last.Value))
		}
	}
	return l
}

// loc gives the range from start to the last token taken.
func (p *parser) loc(start *lexer.Token) ast.Loc {
	at := p.lex.RawCursor()
	if at <= 1 {
		return locOf(start, start)
	}
	last := &p.lex.Range(at-1, at)[0]
	if last.Pos.Offset < start.Pos.Offset {
		last = start
	}
	return locOf(start, last)
}

// list reads one or more items with commas between them.
func list[T any](p *parser, item func(*parser) T) []T {
	items := []T{item(p)}
	for p.accept(",") {
		items = append(items, item(p))
	}
	return items
}

// listTo reads items with commas between them up to the closing sign, which it
// takes; the list may be empty.
func listTo[T any](p *parser, closing string, item func(*parser) T) []T {
	if p.accept(closing) {
		return nil
	}
	items := []T{item(p)}
	for p.accept(",") {
		items = append(items, item(p))
	}
	if !p.accept(closing) {
		p.unexpected("','", "'"+closing+"'")
	}
	return items
}
