package resolve

import (
	"maps"
	"slices"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/runtime/value"
)

// Options say what a text that is added to a program may see and do.
type Options struct {
	// Module is the module from which the text looks at names; nil sees all.
	Module *bound.Module
	// Namespace of what the text declares; "" is the name of its file.
	Namespace string
	// Eval applies the rules of EVAL: no classes, constraints and events, DATA
	// is local, and what is declared is forgotten when the call returns.
	Eval bool
	// Redeclare lets a declaration take the place of an earlier one of the
	// same namespace, name and signature.
	Redeclare bool
	// Params are parameters that the text can use, by their names ($1 of EVAL
	// is "$1"), in the slots 0, 1, ...
	Params []bound.Slot
}

// Extension is what a text added.
type Extension struct {
	Module  *bound.Module
	Actions []*bound.Action // that have names, in the order of the text
}

// Action gives the last declared action of that name, nil when there is none.
func (e *Extension) Action(name string) *bound.Action {
	for _, a := range slices.Backward(e.Actions) {
		if a.Ident == name {
			return a
		}
	}
	return nil
}

// snapshot is the state of a resolver that a failed text must not change.
type snapshot struct {
	prog     bound.Program
	children [][]*bound.Class
	members  map[string][]*member
	classes  map[string][]entry[*bound.Class]
	forms    map[string][]entry[*formInfo]
	groups   map[string][]entry[*bound.PropertyGroup]
	tables   map[string][]entry[*bound.Table]
	metas    map[string][]entry[*ast.Meta]
	abstract []*member
}

func (r *Resolver) snapshot() *snapshot {
	s := &snapshot{prog: *r.prog, members: maps.Clone(r.members), classes: maps.Clone(r.classes), forms: maps.Clone(r.forms),
		groups: maps.Clone(r.groups), tables: maps.Clone(r.tables), metas: maps.Clone(r.metas), abstract: r.abstracts}
	for _, c := range r.prog.Classes {
		s.children = append(s.children, slices.Clone(c.Children))
	}
	return s
}

// restoreNames takes the names back that were declared since.
func (r *Resolver) restoreNames(s *snapshot) {
	r.members, r.classes, r.forms, r.groups, r.tables, r.metas = s.members, s.classes, s.forms, s.groups, s.tables, s.metas
	r.broken, r.abstracts = map[string]bool{}, s.abstract
}

// restore takes everything back that was declared since.
func (r *Resolver) restore(s *snapshot) {
	r.restoreNames(s)
	*r.prog = s.prog
	for i, c := range r.prog.Classes {
		c.Children = s.children[i]
	}
}

// extension makes the module of a text.
func (r *Resolver) extension(script *ast.Script, o Options) *unit {
	u := r.unit(script, script.File, false)
	u.eval, u.again = o.Eval, o.Redeclare
	if o.Namespace != "" {
		u.mod.Namespace = o.Namespace
	}
	if o.Module != nil {
		u.mod.Requires = []*bound.Module{o.Module}
	} else {
		u.mod.Requires = slices.Clone(r.prog.Modules)
	}
	return u
}

// Extend resolves further declarations against the program. After errors the
// program is what it was before.
func (r *Resolver) Extend(script *ast.Script, o Options) (*Extension, diag.List) {
	r.diags, r.said = nil, map[string]bool{}
	before := r.snapshot()
	actions := len(r.prog.Actions)
	u := r.extension(script, o)
	var order []*unit
	if h := script.Header; h != nil {
		r.load(u, nil, &order)
		order = order[:len(order)-1]
	}
	if !o.Eval {
		order = append(order, u)
		r.resolve(order)
	} else {
		r.resolve(order)
		u.see()
		u.declareTypes(script.Statements)
		for _, s := range u.stmts {
			r.chain = s.chain
			u.statement(s.Statement)
		}
		r.chain = nil
	}
	if r.errors() > 0 {
		r.restore(before)
		return nil, r.take()
	}
	ext := &Extension{Module: u.mod}
	for _, a := range r.prog.Actions[actions:] {
		if a.Ident != "" && a.Module == u.mod {
			ext.Actions = append(ext.Actions, a)
		}
	}
	switch {
	case o.Eval && len(order) == 0:
		r.restore(before)
	case o.Eval:
		r.restoreNames(before)
	}
	return ext, r.take()
}

// text makes the context of a text without declarations.
func (r *Resolver) text(file string, o Options) *context {
	r.diags, r.said = nil, map[string]bool{}
	u := r.extension(&ast.Script{File: file}, o)
	u.see()
	c := u.context()
	for _, p := range o.Params {
		c.add(p.Name, p.Class, p.Class.Known())
	}
	return c
}

// Action resolves statements as the body of an action without a name whose
// parameters are o.Params. After errors it is nil.
func (r *Resolver) Action(body ast.Action, o Options) (*bound.Action, diag.List) {
	before := r.snapshot()
	span := body.Span()
	c := r.text(span.Start.File, o)
	a := &bound.Action{Name: bound.Name{Namespace: c.u.mod.Namespace, Module: c.u.mod, Span: span}}
	c.u.actionBody(c, a, body)
	if r.errors() > 0 {
		r.restore(before)
		return nil, r.take()
	}
	for i := range o.Params {
		a.Params = append(a.Params, a.Frame.Slots[i].Class)
	}
	if o.Eval {
		*r.prog = before.prog
	} else {
		r.addAction(a)
	}
	return a, r.take()
}

// Expr resolves an expression as the body of a property without a name: its
// parameters are o.Params, then those that it introduces, in the order of
// their first use. After errors it is nil.
func (r *Resolver) Expr(x ast.Expr, o Options) (*bound.Property, diag.List) {
	before := r.snapshot()
	c := r.text(x.Span().Start.File, o)
	c.open = true
	p := &bound.Property{Kind: bound.Calculated, Name: bound.Name{Namespace: c.u.mod.Namespace, Module: c.u.mod, Span: x.Span()}}
	body := c.u.body(c, p, x, false)
	if r.errors() > 0 {
		r.restore(before)
		return nil, r.take()
	}
	c.u.settle(c, p, body)
	r.addProperty(p)
	return p, r.take()
}

// Parse reads a text and extends the program by it.
func (r *Resolver) Parse(file string, text []byte, o Options) (*Extension, diag.List) {
	script, errs := parse.File(file, text)
	if errs.Errors() {
		return nil, errs
	}
	ext, more := r.Extend(script, o)
	return ext, append(errs, more...)
}

// ClassName is class c as programs write it.
func (r *Resolver) ClassName(c value.Class) string { return r.className(c) }
