package parse

import (
	"errors"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/token"
)

// productions are the parts of the grammar that participle reads from struct
// tags. Each is built when it is first needed and never changes.
var productions struct {
	header          production[headerSyntax]
	class           production[classSyntax]
	group           production[groupSyntax]
	table           production[tableSyntax]
	form            production[formSyntax]
	filters         production[filtersSyntax]
	orders          production[ordersSyntax]
	hints           production[hintsSyntax]
	filterGroup     production[filterGroupSyntax]
	userFilters     production[userFiltersSyntax]
	pivot           production[pivotSyntax]
	formEdit        production[formEditSyntax]
	reports         production[reportsSyntax]
	formSetting     production[formSettingSyntax]
	designPosition  production[designPositionSyntax]
	navigatorOption production[navigatorOptionSyntax]
	schedule        production[scheduleSyntax]
	window          production[windowSyntax]
	extendWindow    production[extendWindowSyntax]
	hideWindow      production[hideWindowSyntax]
}

// production reads a T by its struct tags. The zero value is ready.
type production[T any] struct {
	once   sync.Once
	parser *participle.Parser[T]
}

func (g *production[T]) build() *participle.Parser[T] {
	g.once.Do(func() {
		g.parser = participle.MustBuild[T](
			participle.Lexer(token.Definition{}),
			participle.UseLookahead(0),
			participle.ParseTypeWith(readExpr),
			participle.ParseTypeWith(readFormItem),
		)
	})
	return g.parser
}

// parse reads a T from the tokens of p, and gives where it is.
func (g *production[T]) parse(p *parser) (*T, ast.Loc) {
	p.enter()
	defer p.leave()
	start := p.tok()
	node, err := g.build().ParseFromLexer(p.lex, participle.AllowTrailing(true))
	if err != nil {
		p.grammarError(err)
	}
	return node, p.loc(start)
}

func readExpr(lex *lexer.PeekingLexer) (ast.Expr, error) {
	if !startsExpr(lex.Peek()) {
		return nil, participle.NextMatch
	}
	return (&parser{lex: lex}).expr(), nil
}

func readFormItem(lex *lexer.PeekingLexer) (ast.FormItem, error) {
	if item := (&parser{lex: lex}).formItem(); item != nil {
		return item, nil
	}
	return nil, participle.NextMatch
}

// Leaves of struct tags, read by hand-written code.
type (
	nodeIdent     struct{ ast.Ident }
	nodeName      struct{ ast.Name }
	nodeText      struct{ ast.Text }
	nodeCaption   struct{ ast.Text }
	nodeNumber    struct{ ast.Number }
	nodeClass     struct{ ast.ClassRef }
	nodeRef       struct{ ast.PropertyRef }
	nodeDraw      struct{ ast.DrawRef }
	nodeComponent struct{ ast.Component }
)

func (n *nodeIdent) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Ident, isIdent(lex.Peek()), (*parser).ident)
}

func (n *nodeName) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Name, isIdent(lex.Peek()), (*parser).name)
}

func (n *nodeText) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Text, isTextOrIdent(lex.Peek()), (*parser).text)
}

func (n *nodeCaption) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Text, isTextOrIdent(lex.Peek()), (*parser).caption)
}

func (n *nodeNumber) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	return readLeaf(lex, &n.Number, t.Type == token.Int || t.Value == "-", (*parser).number)
}

func (n *nodeClass) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.ClassRef, isClass(lex.Peek()), (*parser).class)
}

func (n *nodeRef) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.PropertyRef, isIdent(lex.Peek()), (*parser).propertyRef)
}

func (n *nodeDraw) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	return readLeaf(lex, &n.DrawRef, isIdent(t) || isOneOf(t.Value, predefinedNames...), (*parser).drawRef)
}

func (n *nodeComponent) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	return readLeaf(lex, &n.Component, isIdent(t) || startsComponent(t.Value), (*parser).component)
}

// readLeaf reads into node if it begins at the next token.
func readLeaf[T any](lex *lexer.PeekingLexer, node *T, begins bool, read func(*parser) T) error {
	if !begins {
		return participle.NextMatch
	}
	*node = read(&parser{lex: lex})
	return nil
}

func (n *nodeIdent) get() *ast.Ident {
	if n == nil {
		return nil
	}
	return &n.Ident
}

func (n *nodeName) get() *ast.Name {
	if n == nil {
		return nil
	}
	return &n.Name
}

func (n *nodeCaption) get() *ast.Text {
	if n == nil {
		return nil
	}
	return &n.Text
}

func (n *nodeText) get() *ast.Text {
	if n == nil {
		return nil
	}
	return &n.Text
}

// grammarError fails with an error of participle in the words of this package.
func (p *parser) grammarError(err error) {
	var unexpected *participle.UnexpectedTokenError
	if errors.As(err, &unexpected) {
		panic(&failure{p.unexpectedToken(&unexpected.Unexpected, expectation(unexpected.Message())...)})
	}
	var located participle.Error
	if errors.As(err, &located) {
		at := token.Place(located.Position())
		panic(&failure{&diag.Diagnostic{Code: "E1101", Message: located.Message(), Span: diag.Span{Start: at, End: at}}})
	}
	p.failAt(p.tok(), "E1101", err.Error())
}

// expectation finds in a message of participle what was expected: a sign, a
// word, or a node that has a name for people.
func expectation(message string) []string {
	_, expected, ok := strings.Cut(message, "(expected ")
	if !ok {
		return nil
	}
	expected = strings.TrimLeft(strings.TrimSuffix(expected, ")"), "( ")
	if rest, ok := strings.CutPrefix(expected, `"`); ok {
		if word, _, ok := strings.Cut(rest, `"`); ok {
			return []string{"'" + word + "'"}
		}
	}
	node := expected
	if i := strings.IndexAny(expected, " )|*+?"); i >= 0 {
		node = expected[:i]
	}
	switch node {
	case "nodeIdent", "nodeName":
		return []string{"a name"}
	case "Expr", "FilterSyntax", "OrderSyntax":
		return []string{"an expression"}
	case "nodeText", "nodeCaption":
		return []string{"a text"}
	case "nodeNumber":
		return []string{"a number"}
	case "nodeClass":
		return []string{"a class"}
	case "nodeRef", "nodeDraw":
		return []string{"the name of a property"}
	case "StaticSyntax":
		return []string{"the name of a static object"}
	case "nodeComponent":
		return []string{"a component"}
	}
	return nil
}
