package parse

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/token"
)

// File reads a module, or a script without a header. After an error it goes on
// at the next statement, so that all errors of the text come in one list; the
// tree then lacks the statements that could not be read.
func File(name string, src []byte) (*ast.Script, diag.List) {
	text := string(src)
	lex := token.New(name, text)
	script := &ast.Script{File: name}
	p, err := newParser(lex)
	if err != nil {
		return script, diag.List{err}
	}
	var errs diag.List
	if p.is("MODULE") {
		start := p.lex.MakeCheckpoint()
		if f := p.attempt(func() { script.Header = p.header() }); f != nil {
			errs = append(errs, p.recover(start, f)...)
		}
	}
	statements, more := p.statements(&text)
	script.Statements = statements
	script.Comments = comments(lex.Comments)
	return script, append(errs, more...)
}

// Action reads the text of EVAL ACTION, or actions given at a prompt: actions
// one after another, of which the last may lack its semicolon.
func Action(name, src string) (*ast.Block, diag.List) {
	block := &ast.Block{}
	p, err := newParser(token.New(name, src))
	if err != nil {
		return nil, diag.List{err}
	}
	start := p.lex.MakeCheckpoint()
	first := p.tok()
	p.setOpenEnd()
	if f := p.attempt(func() { block.Actions = p.actions(false) }); f != nil {
		return nil, p.recover(start, f)
	}
	block.Loc = p.loc(first)
	return block, nil
}

// Expr reads one expression that is the whole text.
func Expr(name, src string) (ast.Expr, diag.List) {
	p, err := newParser(token.New(name, src))
	if err != nil {
		return nil, diag.List{err}
	}
	start := p.lex.MakeCheckpoint()
	var x ast.Expr
	f := p.attempt(func() {
		x = p.expr()
		if !p.tok().EOF() {
			p.unexpected("end of text")
		}
	})
	if f != nil {
		return nil, p.recover(start, f)
	}
	return x, nil
}

// newParser reads all tokens. It fails when brackets nest too deeply for the
// text to be read at all.
func newParser(lex lexer.Lexer) (*parser, *diag.Diagnostic) {
	counted := &bracketCounter{Lexer: lex}
	p, _ := newStream(counted, 0)
	if counted.tooDeep != nil {
		return nil, &diag.Diagnostic{Code: "E1103", Span: tokenSpan(counted.tooDeep),
			Message: fmt.Sprintf("nesting deeper than %d levels", maxDepth)}
	}
	return p, nil
}

// newStream reads all tokens of lex behind a token for the state of a parser
// that is depth levels deep.
func newStream(lex lexer.Lexer, depth int) (*parser, error) {
	tokens, err := lexer.Upgrade(&stream{Lexer: lex, depth: depth})
	if err != nil {
		return nil, err
	}
	tokens.Next()
	return &parser{lex: tokens}, nil
}

type stream struct {
	lexer.Lexer
	depth int
	begun bool
}

func (s *stream) Next() (lexer.Token, error) {
	if !s.begun {
		s.begun = true
		return stateToken(s.depth), nil
	}
	return s.Lexer.Next()
}

// bracketCounter watches how deeply brackets nest.
type bracketCounter struct {
	lexer.Lexer
	depth   int
	tooDeep *lexer.Token
}

func (c *bracketCounter) Next() (lexer.Token, error) {
	t, err := c.Lexer.Next()
	if t.Type == token.Punct && len(t.Value) == 1 {
		switch t.Value[0] {
		case '(', '[', '{':
			if c.depth++; c.depth > maxDepth && c.tooDeep == nil {
				c.tooDeep = &t
			}
		case ')', ']', '}':
			c.depth--
		}
	}
	return t, err
}

// statements reads statements up to the end of the text.
func (p *parser) statements(src *string) ([]ast.Statement, diag.List) {
	var all []ast.Statement
	var errs diag.List
	for !p.tok().EOF() {
		start := p.lex.MakeCheckpoint()
		var s ast.Statement
		if f := p.attempt(func() { s = p.statement(src) }); f != nil {
			errs = append(errs, p.recover(start, f)...)
			continue
		}
		all = append(all, s)
	}
	return all, errs
}

func comments(found []token.Comment) []ast.Comment {
	all := make([]ast.Comment, 0, len(found))
	for _, c := range found {
		t := lexer.Token{Type: token.Code, Value: c.Text, Pos: c.Pos}
		all = append(all, ast.Comment{Loc: locOf(&t, &t), Text: c.Text})
	}
	return all
}
