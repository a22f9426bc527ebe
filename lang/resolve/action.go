package resolve

import (
	"slices"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/runtime/value"
)

// actionState is what statements of one action share.
type actionState struct {
	results      []value.Class
	resultParams []value.Class
	// before are calls of actions inside the expressions of the statement that
	// is being resolved; they run before it and leave their results in locals.
	before []*bound.CallAct
	start  int // parameters that can be seen before the statement
}

// reserved is how many slots an action without a list of parameters keeps for
// those that its body introduces.
const reserved = 8

// actionDecl resolves name (A a) { ... } options.
func (u *unit) actionDecl(s *ast.ActionDecl) {
	r := u.r
	before := r.errors()
	c := u.context()
	a := &bound.Action{Name: u.name(&s.Decl.Name, s.Decl.Caption)}
	m := &member{name: a.Ident, mod: u.mod, span: a.Span, act: a, named: s.Decl.Listed}
	m.signature = c.parameters(s.Decl.Params)
	for i := range s.Decl.Params {
		m.paramName = append(m.paramName, s.Decl.Params[i].Name)
	}
	switch body := s.Body.(type) {
	case *ast.Internal:
		u.internalAction(c, m, body)
	case *ast.AbstractAction:
		u.abstractAction(m, body, len(s.Decl.Params))
		for i := len(c.frame.Slots); i < len(m.signature); i++ {
			c.slot("", m.signature[i])
		}
		a.Frame = *c.frame
	default:
		n := len(c.vars)
		u.actionBody(c, a, s.Body)
		a.Params = make([]value.Class, n)
		for i := range n {
			a.Params[i] = a.Frame.Slots[i].Class
		}
	}
	if a.Params == nil {
		a.Params = slices.Clone(m.signature)
	}
	if r.errors() > before {
		m.anyParams = !s.Decl.Listed && s.Body == nil
		u.breakName(m)
		return
	}
	r.addAction(a)
	u.declare(m)
	for i := range s.Options {
		o := &s.Options[i]
		switch o.Name {
		case "@@":
			name := annotation(o)
			a.Annotations = append(a.Annotations, name)
			a.API = a.API || name == "api"
			a.NoAuth = a.NoAuth || name == "noauth"
		case "EXTID":
			if len(o.Texts) > 0 {
				a.ExtID = o.Texts[0].Value
			}
		case "IN":
			lookup(u, r.groups, o.ID, "property group", "E2006")
		case "ASON":
			if o.Use != nil {
				u.asOn(o.Use)
			}
		case "ON":
			u.actionHandler(m, o)
		default:
			u.optionExprs(m, o)
		}
	}
}

// actionHandler checks ON ... { } of an action, which only a screen runs.
func (u *unit) actionHandler(m *member, o *ast.Option) {
	if o.Action == nil {
		return
	}
	c := u.memberContext(m)
	u.actionBody(c, &bound.Action{}, o.Action)
}

// actionBody resolves the statements of an action in the context of its
// parameters.
func (u *unit) actionBody(c *context, a *bound.Action, body ast.Action) {
	c.act = &actionState{}
	a.Body = c.action(body)
	a.Frame = *c.frame
	a.Results, a.ResultParams = c.act.results, c.act.resultParams
}

// internalAction is an action written in another language: of the standard
// library a Go function, elsewhere one that cannot be run.
func (u *unit) internalAction(c *context, m *member, x *ast.Internal) {
	a := m.act
	if x.Listed || len(x.Params) > 0 {
		m.signature, _ = u.classesOf(x.Params)
		for len(c.vars) < len(m.signature) {
			c.add("", m.signature[len(c.vars)], true)
		}
	}
	args := make([]bound.Expr, len(c.vars))
	for i := range c.vars {
		args[i] = c.read(&c.vars[i], x.Span())
	}
	name := ""
	if x.Name != nil {
		name = x.Name.Value
	}
	if !u.system && !x.Client && x.Name != nil && !u.javaKnown(name) {
		if u.script.Header == nil {
			u.r.errorf(x.Name.Span(), "E2806", "Java class '%s' is not found; golsf runs no Java code", name)
		} else {
			u.r.warnf(x.Name.Span(), "W2806", "Java class '%s': golsf runs no Java code, the action fails when it is executed", name)
		}
	}
	if u.system {
		a.Native = name
		a.Body = &bound.NativeAct{Step: bound.Step{Span: x.Span()}, Func: name, Args: args}
	} else {
		if x.Client {
			name = "CLIENT"
		}
		a.Body = &bound.Internal{Step: bound.Step{Span: x.Span()}, Java: name, Args: args}
	}
	a.Frame = *c.frame
	a.Params = slices.Clone(m.signature)
}

// javaKnown reports whether a Java class may be named: one of the platform, or
// one whose source is beside the program. Such an action fails when executed.
func (u *unit) javaKnown(name string) bool {
	if strings.HasPrefix(name, "lsfusion.") || name == "" {
		return true
	}
	if u.r.lib.File == nil {
		return false
	}
	path := strings.ReplaceAll(name, ".", "/") + ".java"
	for {
		if _, ok := u.r.lib.File(path); ok {
			return true
		}
		_, rest, ok := strings.Cut(path, "/")
		if !ok {
			return false
		}
		path = rest
	}
}

func (u *unit) abstractAction(m *member, x *ast.AbstractAction, named int) {
	a := m.act
	a.Abstract, m.abstract = true, true
	switch x.Kind.Kind {
	case "CASE":
		a.Select = bound.SelectCase
	case "LIST":
		a.Select = bound.SelectList
	}
	u.r.implsOf[m] = []*implInfo{{kind: x.Kind}}
	if x.Listed {
		classes, _ := u.classesOf(x.Params)
		if named > 0 && named != len(classes) {
			u.r.errorf(m.span, "E2404", "%d parameters are named, %d classes are given", named, len(classes))
		}
		m.signature = classes
	}
	if x.Result != nil {
		class, _ := u.classOf(x.Result)
		a.Results = []value.Class{class}
		u.classesOf(x.ResultParams)
	}
	a.Params = slices.Clone(m.signature)
}

func (c *context) step1(x ast.Node) bound.Step { return bound.Step{Span: x.Span()} }

// action resolves one statement; the answer is never nil. Actions that its
// expressions call run before it.
func (c *context) action(x ast.Action) bound.Act {
	if c.act == nil {
		c.act = &actionState{}
	}
	before, start := c.act.before, c.act.start
	c.act.before, c.act.start = nil, len(c.vars)
	out := c.statement(x)
	calls := c.act.before
	c.act.before, c.act.start = before, start
	if len(calls) == 0 {
		return out
	}
	b := &bound.Block{Step: bound.Step{Span: out.Place()}}
	for _, call := range calls {
		b.Locals = append(b.Locals, call.To[0].Prop)
		b.Items = append(b.Items, call)
	}
	b.Items = append(b.Items, out)
	return b
}

// callInside is a call of an action in an expression: its result. Arguments at
// the end that are new in the statement are parameters of the result.
func (c *context) callInside(x *ast.Call, args []bound.Expr) bound.Expr {
	n := len(args)
	for n > 0 && c.isNew(args[n-1]) {
		n--
	}
	m := c.u.member(&x.Ref, onlyAction, c.searchClasses(args[:n]), false, nil)
	if m == nil || m.broken {
		return invalid(x.Span())
	}
	a := m.act
	if len(a.Results) == 0 || len(m.signature) != n || len(a.ResultParams) != len(args)-n {
		c.u.r.errorf(x.Ref.Name.Span(), "E2501", "'%s' is an action without a result and cannot be used in an expression", m.name)
		return invalid(x.Span())
	}
	p := &bound.Property{Name: bound.Name{Namespace: c.u.mod.Namespace, Module: c.u.mod, Span: x.Span()}, Kind: bound.Local,
		Class: a.Results[0], Params: a.ResultParams}
	for _, k := range p.Params {
		p.Frame.Slots = append(p.Frame.Slots, bound.Slot{Class: k})
	}
	c.u.r.addProperty(p)
	for i, arg := range args[n:] {
		c.infer(arg, p.Params[i])
	}
	c.act.before = append(c.act.before, &bound.CallAct{Step: bound.Step{Span: x.Span()}, Action: a, Args: args[:n],
		To: []bound.Target{{Prop: p, Span: x.Span()}}})
	return callOf(p, args[n:], x.Span())
}

// isNew reports whether x reads a parameter that the statement introduces.
func (c *context) isNew(x bound.Expr) bool {
	for _, s := range freeSlots(x) {
		for i := c.act.start; i < len(c.vars); i++ {
			if c.vars[i].slot == s {
				return true
			}
		}
	}
	return false
}

func (c *context) statement(x ast.Action) bound.Act {
	switch x := x.(type) {
	case nil:
		return &bound.Block{}
	case *ast.Empty:
		return &bound.Block{Step: c.step1(x)}
	case *ast.Block:
		return c.block(x)
	case *ast.Local:
		c.local(x)
		return &bound.Block{Step: c.step1(x)}
	case *ast.CallAction:
		return c.callAction(x)
	case *ast.Assign:
		return c.assign(x)
	case *ast.For:
		return c.forAction(x)
	case *ast.If:
		cond := c.expr(x.Cond, false)
		out := &bound.IfAct{Step: c.step1(x), Cond: cond, Then: c.scoped(x.Then)}
		if x.Else != nil {
			out.Else = c.scoped(x.Else)
		}
		return out
	case *ast.Case:
		out := &bound.CaseAct{Step: c.step1(x)}
		for i := range x.Branches {
			when := c.expr(x.Branches[i].When, false)
			out.Arms = append(out.Arms, bound.ActArm{When: when, Do: c.scoped(x.Branches[i].Then)})
		}
		if x.Else != nil {
			out.Else = c.scoped(x.Else)
		}
		return out
	case *ast.MultiAction:
		out := &bound.CaseAct{Step: c.step1(x)}
		for _, a := range x.Actions {
			do := c.scoped(a)
			out.Arms = append(out.Arms, bound.ActArm{When: c.actionClass(do, a.Span()), Do: do})
		}
		return out
	case *ast.New:
		return c.newAction(x)
	case *ast.NewWhere:
		return c.newWhere(x)
	case *ast.Delete:
		obj, news, where := c.objectSet(x.Object, x.Where, x.Span(), nil)
		return &bound.Delete{Step: c.step1(x), X: obj, New: news, Where: where}
	case *ast.ChangeClass:
		return c.changeClass(x)
	}
	return c.sessionAction(x)
}

func (c *context) sessionAction(x ast.Action) bound.Act {
	switch x := x.(type) {
	case *ast.Recalculate:
		return c.recalculate(x)
	case *ast.Apply:
		all, props := c.nested(x.Nested)
		out := &bound.Apply{Step: c.step1(x), Single: x.Single, NestedAll: all, Nested: props}
		if _, empty := x.Do.(*ast.Empty); !empty && x.Do != nil {
			out.Body = c.scoped(x.Do)
		}
		return out
	case *ast.Cancel:
		all, props := c.nested(x.Nested)
		return &bound.Cancel{Step: c.step1(x), NestedAll: all, Nested: props}
	case *ast.NewSession:
		for i := range x.Forms {
			c.u.formNamed(&x.Forms[i])
		}
		all, props := c.nested(x.Nested)
		return &bound.NewSession{Step: c.step1(x), Inner: x.IsNested, NestedAll: all, Nested: props, NewSQL: x.NewSQL, Single: x.Single, Classes: x.Nested != nil && x.Nested.Classes, Body: c.scoped(x.Do)}
	case *ast.NewThread:
		results, params := c.act.results, c.act.resultParams
		out := &bound.NewThread{Step: c.step1(x), Body: c.scoped(x.Do)}
		c.act.results, c.act.resultParams = results, params
		out.Connection, out.Period, out.Delay = c.maybe(x.Connection, false), c.maybe(x.Period, false), c.maybe(x.Delay, false)
		if x.Client != nil {
			c.target(x.Client, nil, false)
		}
		out.To = c.target(x.To, nil, false)
		if x.Period != nil && x.To != nil {
			c.u.r.errorf(x.To.Span(), "E2518", "NEWTHREAD with PERIOD has no result for TO")
		}
		return out
	case *ast.NewExecutor:
		out := &bound.NewExecutor{Step: c.step1(x), Threads: c.maybe(x.Threads, false), Sync: x.Wait != "NOWAIT"}
		c.maybe(x.Client, false)
		c.maybe(x.Timeout, false)
		out.Body = c.scoped(x.Do)
		return out
	case *ast.NewConnection:
		return &bound.NewConnection{Step: c.step1(x), Body: c.scoped(x.Do)}
	case *ast.Try:
		out := &bound.Try{Step: c.step1(x), Body: c.scoped(x.Do)}
		if x.Catch != nil {
			out.Catch = c.scoped(x.Catch)
		}
		if x.Finally != nil {
			out.Finally = c.scoped(x.Finally)
		}
		return out
	case *ast.Request:
		return c.request(x)
	case *ast.Return:
		return c.returnAction(x)
	case *ast.Break:
		return &bound.Break{Step: c.step1(x)}
	case *ast.Continue:
		return &bound.Continue{Step: c.step1(x)}
	case *ast.Eval:
		text := c.expr(x.Text, false)
		if k := text.ValueClass(); k.Known() && !k.IsText() && !k.IsFile() {
			c.u.r.errorf(text.Place(), "E2509", "EVAL needs a text, this is %s", c.u.r.className(k))
		}
		return &bound.Eval{Step: c.step1(x), Action: x.Action, X: text, Params: c.exprs(x.Params, false)}
	}
	return c.outsideAction(x)
}

// outsideAction resolves statements that talk to the world outside.
func (c *context) outsideAction(x ast.Action) bound.Act {
	switch x := x.(type) {
	case *ast.Message:
		out := &bound.Message{Step: c.step1(x), X: c.expr(x.Text, false), Header: c.maybe(x.Header, false)}
		for _, w := range x.Words {
			if w != "WAIT" && w != "NOWAIT" {
				out.Type = w
			}
		}
		return out
	case *ast.Ask:
		return c.ask(x)
	case *ast.Input:
		return c.input(x)
	case *ast.Read:
		out := &bound.Read{Step: c.step1(x), From: c.expr(x.From, false), Client: x.Client, Dialog: x.Dialog}
		if x.To != nil {
			if t := c.target(x.To, nil, false); t != nil {
				out.To = *t
			}
		} else if t := c.systemTarget("readFile", x); t != nil {
			out.To = *t
		}
		return out
	case *ast.Write:
		v := c.expr(x.Value, false)
		return &bound.Write{Step: c.step1(x), X: v, To: c.maybe(x.To, false), Append: x.Append, Client: x.Client, Dialog: x.Dialog}
	case *ast.Internal:
		name := "CLIENT"
		if x.Name != nil {
			name = x.Name.Value
		}
		return &bound.Internal{Step: c.step1(x), Java: name}
	case *ast.InternalCall:
		return c.internalCall(x)
	case *ast.Import:
		return c.importAction(x)
	case *ast.ImportForm:
		return c.importForm(x)
	case *ast.Export:
		return c.exportAction(x)
	case *ast.ExportForm:
		return c.exportForm(x)
	case *ast.External:
		return c.external(x)
	case *ast.Show:
		return c.show(x)
	case *ast.Print:
		return c.print(x)
	case *ast.Email:
		return c.email(x)
	case *ast.FormAction:
		return c.formAction(x)
	case *ast.ShowDep:
		return &bound.Inert{Step: c.step1(x), What: x.Kind}
	}
	c.u.r.errorf(x.Span(), "E2500", "this action cannot stand here")
	return &bound.Block{Step: c.step1(x)}
}

// scoped resolves a statement whose locals and parameters end with it.
func (c *context) scoped(x ast.Action) bound.Act {
	mark, locals := c.mark(), len(c.locals)
	out := c.action(x)
	c.leave(mark)
	c.locals = c.locals[:locals]
	return out
}

func (c *context) block(x *ast.Block) bound.Act {
	b := &bound.Block{Step: c.step1(x)}
	mark, locals := c.mark(), len(c.locals)
	for _, a := range x.Actions {
		if l, ok := a.(*ast.Local); ok {
			b.Locals = append(b.Locals, c.local(l)...)
			continue
		}
		if _, empty := a.(*ast.Empty); empty {
			continue
		}
		b.Items = append(b.Items, c.action(a))
	}
	c.leave(mark)
	for _, m := range c.locals[locals:] {
		if !m.used && !m.broken {
			c.u.r.warnf(m.span, "W2906", "local '%s' is not used", m.name)
		}
	}
	c.locals = c.locals[:locals]
	c.checkUnreachable(b)
	return b
}

func (c *context) local(x *ast.Local) []*bound.Property {
	class, ok := c.u.classOf(&x.Class)
	params, ok2 := c.u.classesOf(x.Params)
	var out []*bound.Property
	for i := range x.Names {
		id := &x.Names[i]
		p := &bound.Property{Name: c.u.name(id, nil), Kind: bound.Local, Class: class, Params: params, Nested: nestedKind(x.Nested)}
		for _, k := range params {
			p.Frame.Slots = append(p.Frame.Slots, bound.Slot{Class: k})
		}
		c.u.r.addProperty(p)
		c.locals = append(c.locals, &member{name: id.Name, mod: c.u.mod, span: id.Span(), prop: p, signature: params, broken: !ok || !ok2, result: class})
		out = append(out, p)
	}
	return out
}

func (c *context) callAction(x *ast.CallAction) bound.Act {
	args := c.exprs(x.Args, c.open)
	m := c.u.member(&x.Ref, onlyAction, c.searchClasses(args), false, nil)
	var params []value.Class
	if m != nil && m.act != nil {
		params = m.act.ResultParams
	}
	var to []bound.Target
	if t := c.target(x.To, params, m == nil || m.broken); t != nil {
		to = []bound.Target{*t}
	}
	if m == nil || m.broken || m.act == nil {
		return &bound.Block{Step: c.step1(x)}
	}
	if len(args) != len(m.signature) {
		c.u.r.errorf(x.Ref.Name.Span(), "E2403", "'%s' takes %d parameters, not %d", x.Ref.Name.Name, len(m.signature), len(args))
		return &bound.Block{Step: c.step1(x)}
	}
	for i, a := range args {
		c.infer(a, m.signature[i])
	}
	return &bound.CallAct{Step: c.step1(x), Action: m.act, Args: args, To: to}
}

// request is REQUEST a DO b ELSE c: a runs, then b unless it was cancelled.
func (c *context) request(x *ast.Request) bound.Act {
	b := &bound.Block{Step: c.step1(x)}
	b.Items = append(b.Items, c.scoped(x.Ask))
	do := &bound.IfAct{Step: c.step1(x)}
	canceled := c.u.systemProperty("requestCanceled")
	if canceled != nil {
		do.Cond = &bound.Not{Node: at(x, value.ClassBoolean), X: callOf(canceled, nil, x.Span())}
	} else {
		do.Cond = constant(value.True, x.Span())
	}
	do.Then = c.scoped(x.Do)
	if x.Else != nil {
		do.Else = c.scoped(x.Else)
	}
	b.Items = append(b.Items, do)
	return b
}

func (c *context) returnAction(x *ast.Return) bound.Act {
	out := &bound.Return{Step: c.step1(x)}
	if x.Value == nil {
		return out
	}
	mark := c.mark()
	v := c.expr(x.Value, true)
	out.Values, out.New = []bound.Expr{v}, c.since(mark)
	c.leave(mark)
	k := v.ValueClass()
	if _, bare := v.(*bound.Param); !k.Known() && (bare || isNull(v)) {
		c.u.r.errorf(x.Value.Span(), "E2410", "the class of what is returned is not known; write it as CLASS(value)")
	}
	if len(c.act.results) == 0 {
		c.act.results = []value.Class{k}
		for _, s := range out.New {
			c.act.resultParams = append(c.act.resultParams, c.frame.Slots[s].Class)
		}
	} else if j, ok := c.u.r.common(c.act.results[0], k); ok {
		c.act.results = []value.Class{j}
	}
	return out
}

func (c *context) ask(x *ast.Ask) bound.Act {
	out := &bound.Ask{Step: c.step1(x), X: c.expr(x.Text, false), Slot: -1}
	c.maybe(x.Header, false)
	mark := c.mark()
	if x.Name != nil {
		out.Alias = x.Name.Name
		out.Slot = c.add(x.Name.Name, value.ClassBoolean, true)
	}
	if x.Do != nil {
		out.Yes = c.scoped(x.Do)
	}
	c.leave(mark)
	if x.Else != nil {
		out.No = c.scoped(x.Else)
	}
	return out
}

func (c *context) input(x *ast.Input) bound.Act {
	out := &bound.Input{Step: c.step1(x), Slot: -1}
	if x.Class != nil {
		out.Class, _ = c.u.classOf(x.Class)
	}
	if p, ok := x.Value.(*ast.ParamExpr); ok && p.Class == nil && c.look(p.Name) == nil {
		// INPUT s = Sku: an object of a class.
		ref := &ast.ClassRef{Loc: p.Loc, Name: ast.Name{Loc: p.Loc, Name: p.Name}}
		out.Class, _ = c.u.classOf(ref)
	} else if x.Value != nil {
		out.Init = c.expr(x.Value, false)
		if !out.Class.Known() {
			out.Class = out.Init.ValueClass()
		}
	}
	c.maybe(x.Change, false)
	mark := c.mark()
	if x.Name != nil {
		out.Alias = x.Name.Name
		out.Slot = c.add(x.Name.Name, out.Class, true)
	}
	if x.List != nil || x.Where != nil {
		inner := c.mark()
		c.maybe(x.List, true)
		c.maybe(x.Where, true)
		c.leave(inner)
	}
	if x.ListAction != nil {
		c.scoped(x.ListAction)
	}
	for i := range x.Actions {
		if x.Actions[i].Do != nil {
			c.scoped(x.Actions[i].Do)
		}
	}
	if x.To != nil {
		out.To = c.target(x.To, nil, false)
	}
	if x.Do != nil {
		out.Do = c.scoped(x.Do)
	}
	c.leave(mark)
	if x.Else != nil {
		out.Else = c.scoped(x.Else)
	}
	return out
}

func (c *context) internalCall(x *ast.InternalCall) bound.Act {
	text := c.expr(x.Text, false)
	params := c.exprs(x.Params, false)
	if !x.DB {
		for i := range x.To {
			c.target(&x.To[i], nil, true)
		}
		return &bound.Internal{Step: c.step1(x), Java: "CLIENT", Args: params}
	}
	out := &bound.InternalDB{Step: c.step1(x), Exec: text}
	for _, p := range params {
		out.Params = append(out.Params, bound.NamedExpr{X: p})
	}
	out.To = c.manyTargets(x.To)
	return out
}

func (c *context) manyTargets(refs []ast.PropertyRef) []bound.Target {
	var out []bound.Target
	for i := range refs {
		if t := c.target(&refs[i], nil, true); t != nil {
			out = append(out, *t)
		}
	}
	return out
}

func (c *context) email(x *ast.Email) bound.Act {
	out := &bound.Email{Step: c.step1(x), From: c.maybe(x.From, false), Subject: c.maybe(x.Subject, false)}
	for i := range x.Recipients {
		out.Recipients = append(out.Recipients, c.expr(x.Recipients[i].Expr, false))
	}
	if x.Body != nil {
		out.Body = append(out.Body, c.expr(x.Body, false))
	}
	for i := range x.Attachments {
		a := &x.Attachments[i]
		if a.File != nil {
			out.Attachments = append(out.Attachments, bound.NamedExpr{X: c.expr(a.File, false)})
			c.maybe(a.Name, false)
		}
		for _, ref := range []*ast.PropertyRef{a.ListFile, a.ListName} {
			if ref != nil {
				c.target(ref, nil, true)
			}
		}
	}
	return out
}
