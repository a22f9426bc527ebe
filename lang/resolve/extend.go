package resolve

import (
	"maps"
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/value"
)

// Variable is a parameter that a text resolved by itself may use.
type Variable struct {
	Name  string
	Class value.Class
}

// Expression is an expression resolved by itself. New are the slots of the
// parameters that it leaves free.
type Expression struct {
	X     bound.Expr
	Frame bound.Frame
	New   []int
}

// Eval resolves the text of EVAL: a module that sees all modules of the
// program and that nobody else sees. It gives the module's actions in the order
// of the text; the program itself stays as it is. DATA of the text is local to
// the session.
func (r *Resolver) Eval(script *ast.Script) ([]*bound.Action, diag.List) {
	defer r.restore(r.keep())
	r.diags, r.said = nil, map[string]bool{}
	u := r.apart(script, script.File)
	if h := script.Header; h != nil {
		r.errorf(headerSpan(script), "E1309", "the text of EVAL is a module already: MODULE and REQUIRE cannot be written")
	}
	for _, s := range script.Statements {
		if what := refused(s); what != "" {
			r.errorf(s.Span(), "E1310", "%s cannot be used in the text of EVAL", what)
		}
	}
	if r.errors() > 0 {
		return nil, r.take()
	}
	properties := len(r.prog.Properties)
	actions := len(r.prog.Actions)
	r.resolve([]*unit{u})
	for _, p := range r.prog.Properties[properties:] {
		if p.Kind == bound.Data {
			p.Kind = bound.Local
		}
	}
	return slices.Clone(r.prog.Actions[actions:]), r.take()
}

// refused names a statement that EVAL does not take.
func refused(s ast.Statement) string {
	switch s.(type) {
	case *ast.Class:
		return "CLASS"
	case *ast.Constraint, *ast.Follows:
		return "CONSTRAINT"
	case *ast.When, *ast.On, *ast.WriteWhen:
		return "an event"
	case *ast.Table, *ast.IndexStatement:
		return "TABLE"
	}
	return ""
}

// Action resolves the actions of EVAL ACTION or of a prompt, with parameters
// vars in the first slots. They see all modules of the program.
func (r *Resolver) Action(file string, body ast.Action, vars []Variable) (*bound.Action, diag.List) {
	r.diags, r.said = nil, map[string]bool{}
	u := r.apart(&ast.Script{File: file}, file)
	u.see()
	c := u.context()
	a := &bound.Action{Name: bound.Name{Module: u.mod, Span: body.Span()}}
	for _, v := range vars {
		c.add(v.Name, v.Class, v.Class.Known())
		a.Params = append(a.Params, v.Class)
	}
	u.actionBody(c, a, body)
	return a, r.take()
}

// Expr resolves an expression that may have free parameters.
func (r *Resolver) Expr(file string, x ast.Expr) (*Expression, diag.List) {
	r.diags, r.said = nil, map[string]bool{}
	u := r.apart(&ast.Script{File: file}, file)
	u.see()
	c := u.context()
	mark := c.mark()
	out := &Expression{X: c.expr(x, true)}
	out.New = c.since(mark)
	out.Frame = *c.frame
	return out, r.take()
}

// Declare adds the declarations of a script to the program for good. A
// declaration that has errors is not there afterwards.
func (r *Resolver) Declare(script *ast.Script) diag.List {
	r.diags, r.said = nil, map[string]bool{}
	before := r.keep()
	u := r.apart(script, script.File)
	u.mod.System = false
	r.resolve([]*unit{u})
	list := r.take()
	if list.Errors() {
		r.restore(before)
		return list
	}
	r.units[u.mod.Name] = u
	return list
}

// apart makes a unit that requires every module there is.
func (r *Resolver) apart(script *ast.Script, file string) *unit {
	u := r.unit(&ast.Script{File: script.File, Statements: script.Statements, Comments: script.Comments}, file, false)
	u.script = script
	u.eval = true
	u.mod.Requires = slices.Clone(r.prog.Modules)
	u.state = loaded
	return u
}

// kept is the state of a resolver before something that is to be forgotten.
type kept struct {
	prog    bound.Program
	members map[string][]*member
	forms   map[string][]entry[*formInfo]
	groups  map[string][]entry[*bound.PropertyGroup]
	metas   map[string][]entry[*ast.Meta]
	chain   []*ast.MetaCall
}

func (r *Resolver) keep() kept {
	return kept{
		prog: *r.prog, members: maps.Clone(r.members), forms: maps.Clone(r.forms), groups: maps.Clone(r.groups),
		metas: maps.Clone(r.metas), chain: r.chain,
	}
}

func (r *Resolver) restore(k kept) {
	*r.prog = k.prog
	r.members, r.forms, r.groups, r.metas, r.chain = k.members, k.forms, k.groups, k.metas, k.chain
}
