package parse

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/token"
)

// maxExpanded bounds the bytes of text that one call stands for.
const maxExpanded = 32 << 20

// meta reads META name(a, b) body END.
func (p *parser) meta(src *string) ast.Statement {
	start := p.need("META")
	if src == nil {
		p.failAt(start, "E1106", "META cannot stand in a metacode")
	}
	m := &ast.Meta{Name: p.ident(), Params: p.idList()}
	first := p.tok()
	at := p.lex.RawCursor()
	after := &p.lex.Range(at-1, at)[0]
	previous := ")"
	for {
		t := p.tok()
		if t.EOF() {
			d := &diag.Diagnostic{Code: "E1102", Span: tokenSpan(start), Message: "META without its END", Incomplete: true}
			panic(&failure{diag: d})
		}
		if t.Type == token.Illegal && token.Explain(t).Incomplete {
			p.unexpected()
		}
		if t.Value == "END" && previous != "=" && previous != "(" {
			break
		}
		previous = t.Value
		p.next()
	}
	begin := after.Pos.Offset + len(after.Value)
	m.Body = ast.MetaBody{Loc: p.loc(first), Source: (*src)[begin:p.tok().Pos.Offset]}
	m.Body.Offset, m.Body.Line, m.Body.Col = int32(begin), int32(after.Pos.Line), int32(after.Pos.Column+1)
	p.next()
	m.Loc = p.loc(start)
	return m
}

// metaCall reads @name(a, b) { ... };. What is in the braces is not read: it
// may hold a copy of the expansion.
func (p *parser) metaCall() ast.Statement {
	start := p.need("@")
	c := &ast.MetaCall{Name: p.name()}
	p.need("(")
	c.Args = []ast.MetaArg{p.metaArg()}
	for p.accept(",") {
		c.Args = append(c.Args, p.metaArg())
	}
	if !p.is(")") {
		p.unexpected("','", "')'")
	}
	p.next()
	if p.is("{") {
		p.skipBlock()
	}
	p.need(";")
	c.Loc = p.loc(start)
	return c
}

func (p *parser) skipBlock() {
	depth := 0
	for {
		t := p.tok()
		switch {
		case t.Value == "{":
			depth++
		case t.Value == "}":
			depth--
		case t.EOF():
			p.unexpected("'}'")
		}
		p.next()
		if depth == 0 {
			return
		}
	}
}

// metaArg reads a name, built-in class or literal, or nothing.
func (p *parser) metaArg() ast.MetaArg {
	t := p.tok()
	switch t.Type {
	case token.Ident:
		n := p.name()
		return ast.MetaArg{Loc: n.Loc, Text: n.String()}
	case token.Punct, token.Keyword, token.EOF, token.Illegal, token.Code, token.RecParam:
		if !isOneOf(t.Value, ",", ")") {
			p.unexpected("a name, class or literal")
		}
		l := locOf(t, t)
		l.EndOffset, l.EndLine, l.EndCol = l.Offset, l.Line, l.Col
		return ast.MetaArg{Loc: l}
	}
	p.next()
	return ast.MetaArg{Loc: locOf(t, t), Text: t.Value}
}

// Lookup finds the metacode that a call means by its name and the number of
// its arguments, as seen from the module of the outermost call. Without one
// it gives the error to report.
type Lookup func(call *ast.MetaCall) (*ast.Meta, *diag.Diagnostic)

// Expand sets the bodies of call and of the calls in it. Diagnostics about the
// expansion name its calls, innermost first, as related places; of each body
// only the first error is given. Statements that could be read are in the body
// even when others could not.
func Expand(call *ast.MetaCall, find Lookup) diag.List {
	e := &expander{find: find, left: maxExpanded}
	return e.expand(call, nil)
}

// CallChain gives the related places of something found in the expansion of
// the last of calls, which are nested, outermost first.
func CallChain(calls []*ast.MetaCall) []diag.Related {
	chain := make([]diag.Related, 0, len(calls))
	for i := len(calls) - 1; i >= 0; i-- {
		chain = append(chain, diag.Related{Span: calls[i].Span(), Message: "in the expansion of @" + calls[i].Name.String()})
	}
	return chain
}

type expander struct {
	find Lookup
	left int // bytes of text that may still be made
}

func (e *expander) expand(call *ast.MetaCall, outer []*ast.MetaCall) diag.List {
	fail := func(d *diag.Diagnostic) diag.List {
		d.Related = append(d.Related, CallChain(outer)...)
		return diag.List{d}
	}
	meta, err := e.find(call)
	if meta == nil {
		return fail(err)
	}
	call.Def = meta
	for _, c := range outer {
		if c.Def == meta {
			return fail(&diag.Diagnostic{Code: "E1107", Span: call.Span(), Message: "metacode " + meta.Name.Name + " uses itself",
				Related: []diag.Related{{Span: meta.Name.Span(), Message: "declared here"}}})
		}
	}
	calls := append(outer[:len(outer):len(outer)], call)
	text, marks := substitute(meta, call)
	if e.left -= len(text); e.left < 0 {
		return fail(&diag.Diagnostic{Code: "E1107", Span: call.Span(), Message: "the expansion of the metacode is too long"})
	}
	var errs diag.List
	p, err := newParser(&mappedLexer{lex: token.New(meta.Loc.File, text), marks: marks})
	if err != nil {
		errs = diag.List{err}
	} else {
		call.Body, errs = p.statements(nil)
	}
	if len(errs) > 1 {
		// One wrong argument spoils many statements.
		errs = errs[:1]
	}
	for _, d := range errs {
		d.Incomplete = false
		d.Related = append(d.Related, CallChain(calls)...)
	}
	for _, s := range call.Body {
		if inner, ok := s.(*ast.MetaCall); ok {
			errs = append(errs, e.expand(inner, calls)...)
		}
	}
	return errs
}

// mark says that the text from out on stands for the token at pos.
type mark struct {
	out int
	pos lexer.Position
}

// substitute puts the arguments of call in the place of parameters. The rest
// of the text is kept as it is.
func substitute(meta *ast.Meta, call *ast.MetaCall) (string, []mark) {
	args := make(map[string]string, len(meta.Params))
	for i, name := range meta.Params {
		if _, twice := args[name.Name]; !twice && i < len(call.Args) {
			args[name.Name] = call.Args[i].Text
		}
	}
	body := meta.Body
	base := lexer.Position{Filename: body.File, Offset: int(body.Offset), Line: int(body.Line), Column: int(body.Col)}
	lex := token.NewAt(base, body.Source)
	var b strings.Builder
	b.Grow(len(body.Source) + len(body.Source)/4)
	var marks []mark
	copied := 0
	for {
		t, _ := lex.Next()
		at := t.Pos.Offset - base.Offset
		b.WriteString(body.Source[copied:at])
		copied = at + len(t.Value)
		if t.EOF() {
			return b.String(), marks
		}
		marks = append(marks, mark{b.Len(), t.Pos})
		if t.Type == token.Ident || t.Type == token.String {
			b.WriteString(replace(t.Value, args))
		} else {
			b.WriteString(t.Value)
		}
	}
}

// replace gives what a name or text of a body stands for. Pieces joined by ##
// are replaced one by one; ### makes the next piece begin with a capital
// unless all before it is empty.
func replace(word string, args map[string]string) string {
	if !strings.Contains(word, "##") {
		if arg, ok := args[word]; ok {
			return arg
		}
		return word
	}
	forced := strings.HasPrefix(word, "###")
	isText := false
	var b strings.Builder
	for at := 0; at < len(word); {
		hashes := 0
		for at < len(word) && hashes < 3 && word[at] == '#' {
			at, hashes = at+1, hashes+1
		}
		end := pieceEnd(word, at)
		if end == at {
			break
		}
		piece := word[at:end]
		at = end
		if arg, ok := args[piece]; ok {
			piece = arg
		}
		if strings.HasPrefix(piece, "'") {
			isText = true
			piece, _ = inner(piece)
		}
		if hashes == 3 && (b.Len() > 0 || forced) {
			piece = capitalize(piece)
		}
		b.WriteString(piece)
	}
	if isText {
		return "'" + b.String() + "'"
	}
	return b.String()
}

// pieceEnd gives the end of the name or text in quotes that begins at i.
func pieceEnd(word string, i int) int {
	if i < len(word) && word[i] == '\'' {
		for k := i + 1; k < len(word); k++ {
			if word[k] == '\\' {
				k++
			} else if word[k] == '\'' {
				return k + 1
			}
		}
		return len(word)
	}
	for i < len(word) && word[i] != '#' && word[i] != '\'' {
		i++
	}
	return i
}

func capitalize(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// mappedLexer reads expanded text and gives its tokens the places of the
// tokens of the body that they come from.
type mappedLexer struct {
	lex   *token.Lexer
	marks []mark
}

func (m *mappedLexer) Next() (lexer.Token, error) {
	t, err := m.lex.Next()
	i := sort.Search(len(m.marks), func(i int) bool { return m.marks[i].out > t.Pos.Offset }) - 1
	if i >= 0 {
		m.marks = m.marks[i:]
		t.Pos = m.marks[0].pos
	}
	return t, err
}
