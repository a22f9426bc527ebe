// Package token turns program text into tokens. The lexer is written by hand
// and serves as a participle lexer definition; spaces are dropped, comments are
// kept aside, literals keep their text as written.
package token

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/diag"
)

// Kinds of tokens. Keyword covers reserved words, Type the words of built-in
// classes with their lengths ("NUMERIC[10,2]"). A token of kind Illegal is one
// that no rule fits; Explain tells why.
const (
	EOF                   = lexer.EOF
	Ident lexer.TokenType = -2 - iota
	Keyword
	Type
	Bool
	TBool
	Null
	String
	RawString
	Int
	Long
	Double
	Numeric
	Date
	DateTime
	Time
	Color
	Code
	RecParam
	Punct
	Illegal
)

var symbols = map[string]lexer.TokenType{
	"EOF": EOF, "Ident": Ident, "Keyword": Keyword, "Type": Type, "Bool": Bool, "TBool": TBool, "Null": Null,
	"String": String, "RawString": RawString, "Int": Int, "Long": Long, "Double": Double, "Numeric": Numeric,
	"Date": Date, "DateTime": DateTime, "Time": Time, "Color": Color, "Code": Code, "RecParam": RecParam,
	"Punct": Punct, "Illegal": Illegal,
}

// Definition is the lexer as participle wants it.
type Definition struct{}

// Symbols names the kinds of tokens.
func (Definition) Symbols() map[string]lexer.TokenType {
	all := make(map[string]lexer.TokenType, len(symbols))
	for name, kind := range symbols {
		all[name] = kind
	}
	return all
}

// Lex reads all of r.
func (Definition) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return New(filename, string(text)), nil
}

// LexString makes a lexer over text.
func (Definition) LexString(filename, text string) (lexer.Lexer, error) {
	return New(filename, text), nil
}

// Comment is a comment with its signs and the place where it begins.
type Comment struct {
	Pos  lexer.Position
	Text string
}

// Lexer yields the tokens of one text. It is used by one goroutine.
type Lexer struct {
	file  string
	src   string
	at    int // offset of the next byte
	shift int // offset of src in its file
	line  int
	base  int // offset of the line's first byte
	wide  int // bytes of the line up to at that begin no character

	// Comments are those passed so far.
	Comments []Comment
}

// New makes a lexer. A byte order mark at the beginning is skipped.
func New(file, src string) *Lexer {
	l := &Lexer{file: file, src: src, line: 1}
	if strings.HasPrefix(src, "\ufeff") {
		l.at, l.base = 3, 3
	}
	return l
}

// NewAt makes a lexer over a part of a file that begins at pos.
func NewAt(pos lexer.Position, src string) *Lexer {
	return &Lexer{file: pos.Filename, src: src, line: pos.Line, base: 1 - pos.Column, shift: pos.Offset}
}

func (l *Lexer) pos() lexer.Position {
	return lexer.Position{Filename: l.file, Offset: l.at + l.shift, Line: l.line, Column: l.at - l.base - l.wide + 1}
}

// Next gives the next token; at the end of the text one of kind EOF, however
// often it is asked. The error is always nil.
func (l *Lexer) Next() (lexer.Token, error) {
	l.skipSpace()
	pos := l.pos()
	if l.at >= len(l.src) {
		return lexer.Token{Type: EOF, Pos: pos}, nil
	}
	kind, end := l.scan(l.at)
	value := l.src[l.at:end]
	l.advance(end)
	return lexer.Token{Type: kind, Value: value, Pos: pos}, nil
}

// advance moves to end, keeping count of lines and wide characters.
func (l *Lexer) advance(end int) {
	for i := l.at; i < end; i++ {
		switch b := l.src[i]; {
		case b == '\n':
			l.line++
			l.base, l.wide = i+1, 0
		case b >= 0x80 && b < 0xC0:
			l.wide++
		}
	}
	l.at = end
}

func (l *Lexer) skipSpace() {
	src := l.src
	for l.at < len(src) {
		switch src[l.at] {
		case ' ', '\t', '\r', '\f':
			l.at++
		case '\n':
			l.at++
			l.line++
			l.base, l.wide = l.at, 0
		case '/':
			end := commentEnd(src, l.at)
			if end < 0 {
				return
			}
			l.Comments = append(l.Comments, Comment{Pos: l.pos(), Text: strings.TrimRight(src[l.at:end], "\r\n")})
			l.advance(end)
		default:
			return
		}
	}
}

// commentEnd gives the offset after the comment at i, or -1 when there is none
// or it has no end.
func commentEnd(src string, i int) int {
	if i+1 >= len(src) {
		return -1
	}
	switch src[i+1] {
	case '/':
		if n := strings.IndexByte(src[i:], '\n'); n >= 0 {
			return i + n
		}
		return len(src)
	case '*':
		if n := strings.Index(src[i+2:], "*/"); n >= 0 {
			return i + n + 4
		}
	}
	return -1
}

// scan finds the kind and the end of the token at i.
func (l *Lexer) scan(i int) (lexer.TokenType, int) {
	c := l.src[i]
	switch {
	case isLetter(c):
		return l.scanWord(i)
	case isDigit(c):
		return l.scanNumber(i)
	}
	next := byte(0)
	if i+1 < len(l.src) {
		next = l.src[i+1]
	}
	switch c {
	case '\'':
		return l.scanGlued(i, i)
	case '#':
		return l.scanHash(i)
	case '$':
		if isLetter(next) {
			return RecParam, wordEnd(l.src, i+2)
		}
	case '@':
		if next == '@' {
			return Punct, i + 2
		}
		return Punct, i + 1
	case '(':
		if (next == '+' || next == '-') && i+2 < len(l.src) && l.src[i+2] == ')' {
			return Punct, i + 3
		}
		return Punct, i + 1
	case '=':
		if next == '=' || next == '>' {
			return Punct, i + 2
		}
		return Punct, i + 1
	case '!':
		if next == '=' {
			return Punct, i + 2
		}
	case '<':
		if next == '{' {
			if n := strings.Index(l.src[i+2:], "}>"); n >= 0 {
				return Code, i + 2 + n + 2
			}
			return Illegal, len(l.src)
		}
		if next == '=' || next == '-' {
			return Punct, i + 2
		}
		return Punct, i + 1
	case '>':
		if next == '=' {
			return Punct, i + 2
		}
		return Punct, i + 1
	case '+':
		if next == '=' {
			return Punct, i + 2
		}
		return Punct, i + 1
	case '/':
		if next == '*' {
			return Illegal, len(l.src)
		}
		return Punct, i + 1
	case ')', '[', ']', '{', '}', ',', ';', ':', '.', '-', '*', '?':
		return Punct, i + 1
	}
	return badChar(l.src, i)
}

func badChar(src string, i int) (lexer.TokenType, int) {
	_, size := utf8.DecodeRuneInString(src[i:])
	return Illegal, i + size
}

// Place converts a place of participle.
func Place(p lexer.Position) diag.Pos {
	return diag.Pos{File: p.Filename, Offset: p.Offset, Line: p.Line, Col: p.Column}
}

func isDigit(c byte) bool  { return c-'0' <= 9 }
func isLetter(c byte) bool { return c|0x20-'a' < 26 }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) || c == '_' }

func wordEnd(src string, i int) int {
	for i < len(src) && isWord(src[i]) {
		i++
	}
	return i
}
