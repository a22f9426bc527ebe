package parse

import (
	"fmt"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
)

// failure carries diagnostics up to the block or statement that cannot be read.
type failure struct {
	diag *diag.Diagnostic
	// earlier are mistakes before diag, after which reading went on.
	earlier diag.List
	// resume is the place after a block that was read to its end in spite of
	// mistakes; nil when reading stopped at diag.
	resume *lexer.Checkpoint
}

func (f *failure) Error() string { return f.diag.Error() }

func (f *failure) all() diag.List { return append(f.earlier, f.diag) }

// attempt runs read and gives what it fails with, or nil.
func (p *parser) attempt(read func()) (f *failure) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *failure:
			f = r
		default:
			f = &failure{diag: &diag.Diagnostic{Code: "E1199", Span: tokenSpan(p.tok()), Message: fmt.Sprintf("the parser failed here: %v", r),
				Hints: []string{"This is a fault of golsf; please report it with the text that shows it."}}}
		}
	}()
	*p.depth() = 0
	read()
	return nil
}

// actions reads actions up to the brace that closes a block, or to the end of
// the text. After a mistake it goes on with the next action; it fails at the
// end with all the mistakes.
func (p *parser) actions(inBlock bool) []ast.Action {
	var all []ast.Action
	var wrong diag.List
	for inBlock && !p.is("}") || !inBlock && !p.tok().EOF() {
		if len(wrong) > 0 && p.joins() {
			continue
		}
		if len(wrong) > 0 && inBlock && p.leavesBlock() {
			// A mistake before has probably taken the brace with it.
			panic(failureOf(wrong))
		}
		if p.tok().EOF() {
			p.unexpected("'}'")
		}
		start := p.lex.MakeCheckpoint()
		a, f := p.tryAction()
		if f == nil {
			all = append(all, a)
			continue
		}
		wrong = append(wrong, f.all()...)
		if !p.nextAction(start, f, inBlock) {
			panic(failureOf(wrong))
		}
	}
	if len(wrong) > 0 {
		f := failureOf(wrong)
		if inBlock {
			p.next()
			at := p.lex.MakeCheckpoint()
			f.resume = &at
		}
		panic(f)
	}
	return all
}

func failureOf(wrong diag.List) *failure {
	last := len(wrong) - 1
	return &failure{diag: wrong[last], earlier: wrong[:last:last]}
}

// tryAction reads an action, or gives what it fails with.
func (p *parser) tryAction() (a ast.Action, f *failure) {
	depth := *p.depth()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *failure:
			f = r
			*p.depth() = depth
		default:
			panic(r)
		}
	}()
	if p.is("LOCAL") {
		return p.local(), nil
	}
	return p.action(), nil
}

// leavesBlock reports whether the next token is surely outside of any block of
// actions.
func (p *parser) leavesBlock() bool {
	t := p.tok()
	return t.EOF() || t.Value == "MOVE" || t.Value == "REMOVE" || t.Pos.Column == 1 && p.firstOnLine() && (isIdent(t) || startsStatement(t.Value))
}

// nextAction moves on to where an action seems to begin after the one that
// began at start failed, or to the brace after it. It reports false when there
// is no telling.
func (p *parser) nextAction(start lexer.Checkpoint, f *failure, inBlock bool) bool {
	if f.diag.Incomplete || f.diag.Code == "E1103" {
		return false
	}
	p.lex.LoadCheckpoint(start)
	if inBlock && p.leavesBlock() {
		return false
	}
	if f.resume != nil {
		p.lex.LoadCheckpoint(*f.resume)
		if p.endsAction() {
			return true
		}
	}
	margin := 0
	if p.firstOnLine() {
		margin = p.tok().Pos.Column
	}
	stop := f.diag.Span.Start.Offset
	failed, depth, parens := false, 0, 0
	for first := true; ; first = false {
		t := p.tok()
		failed = failed || t.Pos.Offset >= stop
		if t.EOF() || failed && inBlock && p.leavesBlock() {
			return !inBlock
		}
		if failed && depth <= 0 {
			if t.Value == "}" && inBlock {
				return true
			}
			if !first && p.firstOnLine() && t.Pos.Column <= margin && p.startsAction() {
				return true
			}
		}
		p.next()
		switch t.Value {
		case "(":
			parens++
		case ")":
			parens--
		case "{":
			depth++
		case "}":
			if depth--; depth <= 0 && failed && p.endsAction() {
				return true
			}
		case ";":
			// A semicolon that is wrong itself, or in parentheses, ends an
			// action only where the line ends too.
			if depth <= 0 && failed && (parens <= 0 && t.Pos.Offset != stop || p.firstOnLine()) {
				return true
			}
		}
	}
}

// joins takes a word between the parts of an action, so that the part after it
// is read as an action of its own.
func (p *parser) joins() bool {
	switch p.tok().Value {
	case "ELSE", "CATCH", "FINALLY", "DO":
		p.next()
		return true
	case "WHEN":
		for !p.tok().EOF() && !p.isAny("THEN", ";", "{", "}") {
			p.next()
		}
		p.accept("THEN")
		return true
	}
	return false
}

// endsAction reports whether an action ends before the next token, or at it.
func (p *parser) endsAction() bool {
	return p.accept(";") || p.joins() || p.is("}") || p.firstOnLine() && p.startsAction()
}

// startsAction reports whether an action may begin at the next token, and
// seldom anything else.
func (p *parser) startsAction() bool {
	t := p.tok()
	switch t.Value {
	case "{", "LOCAL", "FOR", "WHILE", "IF", "CASE", "MULTI", "NEW", "TRY", "APPLY", "NEWSESSION", "NESTEDSESSION", "NEWTHREAD",
		"NEWEXECUTOR", "REQUEST", "DIALOG", "INPUT", "ASK", "IMPORT", "EXPORT", "EXTERNAL", "CHANGECLASS", "DELETE", "RETURN",
		"BREAK", "CONTINUE", "CANCEL", "MESSAGE", "EVAL", "READ", "WRITE", "EMAIL", "SHOW", "PRINT":
		return true
	}
	return isIdent(t) && isOneOf(p.peek(1).Value, "(", "[", ".")
}

// recover moves on to where the next statement seems to begin after the one
// that began at start failed, and gives the errors to report: a text that ends
// too early is blamed on the bracket that is not closed.
func (p *parser) recover(start lexer.Checkpoint, f *failure) diag.List {
	stop := f.diag.Span.Start.Offset
	if f.resume != nil {
		brace := f.resume.RawCursor() - 1
		stop = p.lex.Range(brace, brace+1)[0].Pos.Offset
	}
	return append(f.earlier, p.skipStatement(start, stop, f.diag))
}

// skipStatement goes on from start to the first place after the offset stop
// where a statement may begin, and gives err or a better one.
func (p *parser) skipStatement(start lexer.Checkpoint, stop int, err *diag.Diagnostic) *diag.Diagnostic {
	p.lex.LoadCheckpoint(start)
	depth, line, margin := 0, 0, p.tok().Pos.Column
	failed := false
	var open []*lexer.Token
	for first := true; ; first = false {
		t := p.tok()
		if t.EOF() {
			break
		}
		if !failed && t.Pos.Offset >= stop {
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
