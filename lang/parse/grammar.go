package parse

import (
	"errors"
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
	importData      production[importSyntax]
	importForm      production[importFormSyntax]
	importFormat    production[importFormatSyntax]
	export          production[exportSyntax]
	exportForm      production[exportFormSyntax]
	exportFormat    production[exportFormatSyntax]
	json            production[jsonSyntax]
	external        production[externalSyntax]
	internalCall    production[internalCallSyntax]
	forLoop         production[forSyntax]
	newAction       production[newSyntax]
	ifAction        production[ifSyntax]
	caseAction      production[caseSyntax]
	multi           production[multiSyntax]
	try             production[trySyntax]
	request         production[requestSyntax]
	local           production[localSyntax]
	apply           production[applySyntax]
	cancel          production[cancelSyntax]
	newSession      production[newSessionSyntax]
	newThread       production[newThreadSyntax]
	newExecutor     production[newExecutorSyntax]
	newConnection   production[newConnectionSyntax]
	newWhere        production[newWhereSyntax]
	delete          production[deleteSyntax]
	changeClass     production[changeClassSyntax]
	recalculate     production[recalculateSyntax]
	returnAction    production[returnSyntax]
	message         production[messageSyntax]
	eval            production[evalSyntax]
	read            production[readSyntax]
	write           production[writeSyntax]
	email           production[emailSyntax]
	ask             production[askSyntax]
	input           production[inputSyntax]
	showDep         production[showDepSyntax]
	show            production[showSyntax]
	dialog          production[dialogSyntax]
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
			participle.ParseTypeWith(readAction),
			participle.ParseTypeWith(readFormItem),
		)
	})
	return g.parser
}

// parse reads a T from the tokens of p, and gives where it is.
func (g *production[T]) parse(p *parser) (*T, ast.Loc) {
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

func readAction(lex *lexer.PeekingLexer) (ast.Action, error) {
	return (&parser{lex: lex}).action(), nil
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

	nodeString        struct{ ast.Text } // a text that is no name
	nodeBuiltin       struct{ ast.ClassRef }
	nodeParams        struct{ all []ast.Param }       // in parentheses
	nodeClasses       struct{ all []ast.ClassRef }    // in parentheses
	nodeParamExprs    struct{ all []ast.Expr }        // in parentheses
	nodeArgs          struct{ all []ast.Expr }        // in parentheses
	nodeRefs          struct{ all []ast.PropertyRef } // in parentheses
	nodeUse           struct{ ast.PropertyUse }
	nodeBlock         struct{ *ast.Block }
	nodeNestedLocal   struct{ *ast.Nested }
	nodeComponentPath struct{ ast.ComponentPath }
	nodeInputClass    struct{ ast.ClassRef } // a built-in class that does not begin a call
	nodeMappedForm    struct{ ast.MappedForm }
	nodeImportFormat  struct{ *ast.Format }
	nodeExportFormat  struct{ *ast.Format }
)

// located is part of nodes that have a place of their own.
type located struct {
	Tokens []lexer.Token
}

func (l *located) loc() ast.Loc { return locOf(&l.Tokens[0], &l.Tokens[len(l.Tokens)-1]) }

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

func (n *nodeString) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Text, isText(lex.Peek()), (*parser).text)
}

func (n *nodeBuiltin) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.ClassRef, isType(lex.Peek()), (*parser).class)
}

func (n *nodeParams) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.all, lex.Peek().Value == "(", (*parser).params)
}

func (n *nodeClasses) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.all, lex.Peek().Value == "(", (*parser).classList)
}

func (n *nodeParamExprs) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.all, lex.Peek().Value == "(", func(p *parser) []ast.Expr {
		p.next()
		return listTo(p, ")", (*parser).paramExpr)
	})
}

func (n *nodeArgs) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.all, lex.Peek().Value == "(", (*parser).args)
}

func (n *nodeRefs) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.all, lex.Peek().Value == "(", func(p *parser) []ast.PropertyRef {
		p.next()
		return listTo(p, ")", (*parser).propertyRef)
	})
}

func (n *nodeUse) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	return readLeaf(lex, &n.PropertyUse, isIdent(t) || t.Value == "ACTION", (*parser).propertyUse)
}

func (n *nodeBlock) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Block, lex.Peek().Value == "{", (*parser).block)
}

func (n *nodeBlock) get() *ast.Block {
	if n == nil {
		return nil
	}
	return n.Block
}

func (n *nodeComponentPath) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.ComponentPath, true, (*parser).componentPath)
}

func (n *nodeNestedLocal) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Nested, lex.Peek().Value == "NESTED", (*parser).nestedLocal)
}

func (n *nodeInputClass) Parse(lex *lexer.PeekingLexer) error {
	p := &parser{lex: lex}
	return readLeaf(lex, &n.ClassRef, isType(p.tok()) && p.peek(1).Value != "(", (*parser).class)
}

func (n *nodeMappedForm) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.MappedForm, true, (*parser).mappedForm)
}

// A format stands wherever nothing that may follow it does, so that a wrong
// one is named as such.
func (n *nodeImportFormat) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Format, !isOneOf(lex.Peek().Value, "FROM", ";"), (*parser).importFormat)
}

func (n *nodeExportFormat) Parse(lex *lexer.PeekingLexer) error {
	return readLeaf(lex, &n.Format, !isOneOf(lex.Peek().Value, "FROM", "TOP", "OFFSET", "TO", ";"), (*parser).exportFormat)
}

func (n *nodeImportFormat) get() *ast.Format {
	if n == nil {
		return nil
	}
	return n.Format
}

func (n *nodeExportFormat) get() *ast.Format {
	if n == nil {
		return nil
	}
	return n.Format
}

func (n *nodeRef) get() *ast.PropertyRef {
	if n == nil {
		return nil
	}
	return &n.PropertyRef
}

func (n *nodeParamExprs) get() []ast.Expr {
	if n == nil {
		return nil
	}
	return n.all
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
		panic(&failure{diag: p.unexpectedToken(&unexpected.Unexpected, expectation(unexpected.Message())...)})
	}
	var located participle.Error
	if errors.As(err, &located) {
		at := token.Place(located.Position())
		panic(&failure{diag: &diag.Diagnostic{Code: "E1101", Message: located.Message(), Span: diag.Span{Start: at, End: at}}})
	}
	p.failAt(p.tok(), "E1101", err.Error())
}
