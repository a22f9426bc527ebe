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
		err := p.attempt(func() { script.Header = p.header() })
		if err != nil {
			errs = append(errs, p.recover(start, err))
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
	err = p.attempt(func() {
		for !p.tok().EOF() {
			if p.is("LOCAL") {
				block.Actions = append(block.Actions, p.local())
			} else {
				block.Actions = append(block.Actions, p.action())
			}
		}
	})
	if err != nil {
		return nil, diag.List{p.recover(start, err)}
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
	err = p.attempt(func() {
		x = p.expr()
		if !p.tok().EOF() {
			p.unexpected("end of text")
		}
	})
	if err != nil {
		return nil, diag.List{p.recover(start, err)}
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

// attempt runs read and gives the diagnostic with which it fails, if it does.
func (p *parser) attempt(read func()) (d *diag.Diagnostic) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *failure:
			d = r.diag
		default:
			d = &diag.Diagnostic{Code: "E1199", Span: tokenSpan(p.tok()), Message: fmt.Sprintf("the parser failed here: %v", r),
				Hints: []string{"This is a fault of golsf; please report it with the text that shows it."}}
		}
	}()
	*p.depth() = 0
	read()
	return nil
}

// statements reads statements up to the end of the text.
func (p *parser) statements(src *string) ([]ast.Statement, diag.List) {
	var all []ast.Statement
	var errs diag.List
	for !p.tok().EOF() {
		start := p.lex.MakeCheckpoint()
		var s ast.Statement
		if err := p.attempt(func() { s = p.statement(src) }); err != nil {
			errs = append(errs, p.recover(start, err))
			continue
		}
		all = append(all, s)
	}
	return all, errs
}

// recover moves on to where the next statement seems to begin after the one
// that began at start failed, and gives the error to report: a text that ends
// too early is blamed on the bracket that is not closed.
func (p *parser) recover(start lexer.Checkpoint, err *diag.Diagnostic) *diag.Diagnostic {
	p.lex.LoadCheckpoint(start)
	depth, line, margin := 0, 0, p.tok().Pos.Column
	failed := false
	var open []*lexer.Token
	for first := true; ; first = false {
		t := p.tok()
		if t.EOF() {
			break
		}
		if !failed && t.Pos.Offset >= err.Span.Start.Offset {
			failed, line = true, t.Pos.Line
			if !first && depth <= 0 && p.firstOnLine() && (isIdent(t) || startsStatement(t.Value)) {
				return err
			}
		}
		if failed && !first && t.Pos.Line > line && p.restartsAt(t, depth) {
			return err
		}
		p.next()
		switch t.Value {
		case "(", "[", "{":
			open = append(open, t)
		case ")", "]", "}":
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
		switch t.Value {
		case "{":
			depth++
		case "}":
			if depth--; depth <= 0 && failed && p.endsAfterBrace(margin) {
				return err
			}
		case ";":
			if depth <= 0 && failed {
				return err
			}
		}
	}
	if err.Incomplete && err.Code == "E1101" && len(open) > 0 {
		t := open[len(open)-1]
		return &diag.Diagnostic{Code: "E1102", Span: tokenSpan(t), Message: "'" + t.Value + "' is never closed", Incomplete: true}
	}
	return err
}

// endsAfterBrace reports whether a statement that began in that column is over
// after a closing brace, and takes its semicolon.
func (p *parser) endsAfterBrace(margin int) bool {
	t := p.tok()
	return t.EOF() || p.accept(";") ||
		p.firstOnLine() && t.Pos.Column <= margin && (isIdent(t) || startsStatement(t.Value) || t.Value == "}")
}

// firstOnLine reports whether the next token is the first of its line.
func (p *parser) firstOnLine() bool {
	at := p.lex.RawCursor()
	return at <= 1 || p.lex.Range(at-1, at)[0].Pos.Line < p.tok().Pos.Line
}

// restartsAt reports whether a statement surely begins at t: at the margin,
// outside all braces, or with a word that begins statements only.
func (p *parser) restartsAt(t *lexer.Token, depth int) bool {
	if t.Pos.Column != 1 {
		return false
	}
	if depth <= 0 {
		return isIdent(t) || startsStatement(t.Value)
	}
	return isOneOf(t.Value, "CLASS", "FORM", "META", "CONSTRAINT", "TABLE", "INDEX", "DESIGN", "NAVIGATOR", "EXTEND")
}

func comments(found []token.Comment) []ast.Comment {
	all := make([]ast.Comment, 0, len(found))
	for _, c := range found {
		t := lexer.Token{Type: token.Code, Value: c.Text, Pos: c.Pos}
		all = append(all, ast.Comment{Loc: locOf(&t, &t), Text: c.Text})
	}
	return all
}
