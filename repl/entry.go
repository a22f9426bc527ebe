package repl

import (
	"slices"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
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

// wantsMore reports whether text only ends too early.
func wantsMore(text string) bool {
	if strings.TrimSpace(text) == "" {
		return false
	}
	k, list := classify("", text)
	if k != wrong {
		return false
	}
	return incomplete(list)
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
