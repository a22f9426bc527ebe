package repl

import (
	"slices"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/token"
)

// kind is what an entry is.
type kind uint8

const (
	declaration kind = iota
	expression
	action
	wrong
)

// classify tells what text is: the first of declarations, expression and
// actions as which it can be read. When it is none of them, the findings are
// those of the reading that came furthest.
func classify(name, text string) (kind, diag.List) {
	_, declared := parse.File(name, []byte(text))
	if !declared.Errors() {
		return declaration, nil
	}
	x, expr := parse.Expr(name, text)
	if !expr.Errors() && !(incomplete(declared) && looksDeclared(x)) {
		return expression, nil
	}
	_, acted := parse.Action(name, text)
	if !acted.Errors() {
		return action, nil
	}
	furthest := declared
	for _, list := range []diag.List{acted, expr} {
		if len(list) > 0 && list[0].Span.Start.Offset > furthest[0].Span.Start.Offset {
			furthest = list
		}
	}
	return wrong, furthest
}

// wantsMore reports whether text ends too early; whole is true when it can be
// run as it is and only the semicolon of a statement is missing.
func wantsMore(text string) (more, whole bool) {
	if strings.TrimSpace(text) == "" {
		return false, false
	}
	k, list := classify("", text)
	switch k {
	case wrong:
		return incomplete(list), false
	case action:
		return !ended(text), true
	}
	return false, false
}

// joins reports whether line can go on with a statement that could end here.
func joins(text, line string) bool {
	k, list := classify("", text+"\n"+line)
	return k != wrong || incomplete(list)
}

// ended reports whether the last token of text ends a statement.
func ended(text string) bool {
	last := ""
	for l := token.New("", text); ; {
		t, err := l.Next()
		if err != nil || t.EOF() {
			return last == ";" || last == "}"
		}
		last = t.Value
	}
}

func incomplete(list diag.List) bool {
	return slices.ContainsFunc(list, func(d *diag.Diagnostic) bool { return d.Incomplete })
}

// looksDeclared is true of `f(INTEGER a, b) = x`, which is a declaration
// without its semicolon and not a comparison.
func looksDeclared(x ast.Expr) bool {
	b, ok := x.(*ast.Binary)
	if !ok || b.Op != ast.Equal {
		return false
	}
	switch left := b.X.(type) {
	case *ast.ParamExpr:
		return left.Class == nil
	case *ast.Call:
		return !slices.ContainsFunc(left.Args, func(a ast.Expr) bool {
			_, isParam := a.(*ast.ParamExpr)
			return !isParam
		})
	}
	return false
}
