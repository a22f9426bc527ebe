package interp

import (
	"context"
	"slices"
	"strings"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/resolve"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// evalName is how errors name the text of EVAL.
const evalName = "EVAL"

// promptName is how errors name what was typed at a prompt.
const promptName = "prompt"

// evalAct compiles EVAL and EVAL ACTION. The text is resolved each time it
// runs; an error in it is a run-time error with the diagnostics.
func (c *compiler) evalAct(x *bound.Eval) act {
	text, params, span, isAction := c.scalar(x.X), c.scalars(x.Params), x.Span, x.Action
	return func(t *thread, fr *query.Frame) signal {
		t.tick(span)
		v := text(fr)
		if v.IsNull() {
			fail(span, CodeRequired, "the text of EVAL is NULL")
		}
		script := scriptText(v)
		args := make([]value.Value, len(params))
		for i, p := range params {
			args[i] = p(fr)
		}
		a, err := t.inst.evaluated(t.sess.st, script, isAction, args)
		if err != nil {
			raise(span, t.atEval(err, span))
		}
		t.push(actionName(a), span)
		inner := t.enter(max(len(a.Frame.Slots), len(a.Params), len(args)))
		copy(inner.Slots, args)
		before := t.result
		t.result = nil
		t.inst.code(a).run(t, inner)
		t.result = before
		t.leave()
		t.pop()
		return done
	}
}

// scriptText is the text of a string or a file.
func scriptText(v value.Value) string {
	if f := v.File(); f != nil {
		return string(f.Bytes)
	}
	return value.TextOf(v)
}

// atEval gives an error of the text the place of the EVAL that ran it.
func (t *thread) atEval(err error, span diag.Span) error {
	if run, ok := err.(*RunError); ok {
		run.Span = span
		run.Stack = t.openCalls()
		return run
	}
	return err
}

// scriptError is the error of a text with diagnostics.
func scriptError(list diag.List) *RunError {
	message := list.Error()
	for _, d := range list {
		if d.Severity == diag.Error {
			message = d.Span.Start.String() + ": " + d.Message
			break
		}
	}
	return &RunError{Code: CodeScript, Message: message, Diagnostics: list}
}

// evaluated resolves a text to the action that is to be run.
func (i *Instance) evaluated(s *store.Session, text string, isAction bool, args []value.Value) (*bound.Action, error) {
	i.tidy()
	if isAction {
		return i.evalAction(s, evalName, text, args)
	}
	list, errs := i.evalModule(text)
	if errs.Errors() {
		return nil, scriptError(errs)
	}
	var found *bound.Action
	for _, a := range list {
		if a.Ident != "run" {
			continue
		}
		if found != nil {
			return nil, &RunError{Code: CodeScript, Message: "the text of EVAL has several actions named run"}
		}
		found = a
	}
	if found == nil {
		return nil, &RunError{Code: CodeScript, Message: "the text of EVAL has no action run()"}
	}
	return found, nil
}

func (i *Instance) evalModule(text string) ([]*bound.Action, diag.List) {
	script, errs := parse.File(evalName, []byte(text))
	if errs.Errors() || script == nil {
		return nil, errs
	}
	if script.Header != nil {
		return nil, append(errs, &diag.Diagnostic{Code: CodeScript, Span: script.Header.Span(), Message: "a text of EVAL has no module header: it sees all modules of the program"})
	}
	i.evalMu.Lock()
	defer i.evalMu.Unlock()
	ext, more := i.resolver.Extend(script, resolve.Options{Eval: true})
	if ext == nil {
		return nil, append(errs, more...)
	}
	return ext.Actions, append(errs, more...)
}

// evalAction resolves actions that use $1, $2 ... for args, whose classes are
// those of the values.
func (i *Instance) evalAction(s *store.Session, name, text string, args []value.Value) (*bound.Action, error) {
	vars := make([]bound.Slot, len(args))
	var key strings.Builder
	key.WriteString(name)
	key.WriteByte(0)
	key.WriteString(text)
	for n, v := range args {
		vars[n] = bound.Slot{Name: argName(n + 1), Class: classOf(s, v)}
		key.WriteByte(0)
		key.WriteString(vars[n].Class.String())
		if vars[n].Class.IsObject() {
			key.WriteString(i.className(vars[n].Class))
		}
	}
	if a, ok := i.evals.Load(key.String()); ok {
		return a.(*bound.Action), nil
	}
	block, errs := parse.Action(name, withArguments(text))
	if errs.Errors() || block == nil {
		return nil, scriptError(errs)
	}
	a, errs := i.resolveAction(block, vars)
	if errs.Errors() {
		return nil, scriptError(errs)
	}
	i.evals.Store(key.String(), a)
	return a, nil
}

func (i *Instance) resolveAction(block *ast.Block, vars []bound.Slot) (*bound.Action, diag.List) {
	i.evalMu.Lock()
	defer i.evalMu.Unlock()
	return i.resolver.Action(block, resolve.Options{Eval: true, Params: vars})
}

// classOf is the class of a value, that of the object for objects.
func classOf(s *store.Session, v value.Value) value.Class {
	if v.Kind() != value.Object {
		return value.ClassOfValue(v)
	}
	return value.ObjectClass(int(s.ClassOf(store.Now, v.Num())))
}

func argName(n int) string {
	digits := []byte{}
	for ; n > 0; n /= 10 {
		digits = append([]byte{byte('0' + n%10)}, digits...)
	}
	return "$p" + string(digits)
}

// withArguments writes $N outside of literals and comments as the name of a
// parameter.
func withArguments(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			end := literalEnd(text, i)
			b.WriteString(text[i:end])
			i = end - 1
		case c == '/' && i+1 < len(text) && text[i+1] == '/':
			end := i
			for end < len(text) && text[end] != '\n' {
				end++
			}
			b.WriteString(text[i:end])
			i = end - 1
		case c == '$' && i+1 < len(text) && text[i+1] >= '1' && text[i+1] <= '9':
			b.WriteString("$p")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// literalEnd is the offset behind the string literal that begins at i.
func literalEnd(text string, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(text)
}

// serveEval runs the text of a call from outside.
func (t *thread) serveEval(r *Request, res *Result) {
	if !r.EvalAction {
		a, err := t.inst.evaluated(t.sess.st, r.Eval, false, nil)
		if err != nil {
			raise(diag.Span{}, err)
		}
		t.serveAction(a, r, res)
		return
	}
	args := make([]value.Value, len(r.Args))
	for n, x := range r.Args {
		v, err := t.inst.argument(x, value.Class{})
		if err != nil {
			raise(diag.Span{}, err)
		}
		args[n] = v
	}
	t.inst.tidy()
	name := r.EvalName
	if name == "" {
		name = evalName
	}
	a, err := t.inst.evalAction(t.sess.st, name, r.Eval, args)
	if err != nil {
		raise(diag.Span{}, err)
	}
	fr := t.ownFrame(max(len(a.Frame.Slots), len(args)))
	copy(fr.Slots, args)
	t.push("<eval>", diag.Span{})
	t.inst.code(a).run(t, fr)
	t.pop()
	t.readResult(a, r, res)
}

// tidyEvery is how many texts of EVAL are resolved before what was compiled is
// dropped: a server evaluates any number of them.
const tidyEvery = 1000

func (i *Instance) tidy() {
	if i.evalCount.Add(1)%tidyEvery != 0 {
		return
	}
	i.evals.Clear()
	i.codes.Clear()
	i.jsonOps.Clear()
	i.eval.Forget()
}

// evalModules is a module that requires what the text of EVAL may use without
// having asked for it.
func evalModules() *ast.Script {
	script, _ := parse.File("golsf:EvalModules.lsf", []byte("MODULE EvalModules; REQUIRE System, Utils, Time, Reflection, Integration;"))
	return script
}

// prepareEval loads those modules before the first EVAL from outside; it waits
// for running calls. Options.Eval loads them at once.
func (i *Instance) prepareEval() error {
	if i.evalReady.Load() {
		return nil
	}
	i.growMu.Lock()
	defer i.growMu.Unlock()
	if slices.ContainsFunc(i.prog.Modules, func(m *bound.Module) bool { return m.Name == "EvalModules" }) {
		i.evalReady.Store(true)
		return nil
	}
	i.evalMu.Lock()
	defer i.evalMu.Unlock()
	_, list := i.resolver.Add([]*ast.Script{evalModules()})
	if list.Errors() {
		return scriptError(list)
	}
	i.grow()
	i.evalReady.Store(true)
	return nil
}

// Declare adds declarations to the program for good, as a prompt does. It waits
// for running calls. With errors nothing is added. A stored property that takes
// the place of an earlier one with the same parameters keeps its values, those
// of s included, as far as its class can hold them; s may be nil.
func (i *Instance) Declare(ctx context.Context, s *Session, name, text string) diag.List {
	script, errs := parse.File(name, []byte(text))
	if errs.Errors() || script == nil {
		return errs
	}
	i.growMu.Lock()
	defer i.growMu.Unlock()
	i.evalMu.Lock()
	defer i.evalMu.Unlock()
	before := len(i.prog.Properties)
	_, list := i.resolver.Extend(script, resolve.Options{Redeclare: true, Namespace: i.promptSpace()})
	list = append(errs, list...)
	if list.Errors() {
		return list
	}
	i.grow()
	if err := i.takeOver(ctx, s, before); err != nil {
		list = append(list, &diag.Diagnostic{Code: "W3001", Severity: diag.Warning, Span: diag.Span{Start: diag.Pos{File: name, Line: 1, Col: 1}}, Message: "values of the earlier declaration were not kept: " + err.Error()})
	}
	return list
}

// takeOver gives stored properties declared after the first n the values of
// those whose place they take.
func (i *Instance) takeOver(ctx context.Context, s *Session, n int) error {
	saved := i.store.NewSession()
	for _, p := range i.prog.Properties[n:] {
		old := i.replaced(p, n)
		switch {
		case old == nil:
		case old.Class == p.Class:
			handle := i.handle(old)
			i.propMu.Lock()
			i.props[p] = handle
			i.propMu.Unlock()
		default:
			from, to := i.handle(old), i.handle(p)
			copyValue := func(x *store.Session, keys []value.Value, v value.Value) {
				if c, err := value.Cast(v, p.Class); err == nil {
					_ = x.Set(to, keys, c) // a value that does not fit is left out
				}
			}
			saved.Scan(store.Now, from, func(keys []value.Value, v value.Value) bool {
				copyValue(saved, keys, v)
				return true
			})
			if s == nil {
				continue
			}
			s.st.Changes(from, store.Prev, func(keys []value.Value, _, now value.Value) bool {
				copyValue(s.st, keys, now)
				return true
			})
		}
	}
	if !saved.HasChanges() {
		return nil
	}
	return saved.Commit(ctx, i.persist())
}

// replaced is the stored property among the first n whose place p takes.
func (i *Instance) replaced(p *bound.Property, n int) *bound.Property {
	if p.Kind != bound.Data || p.Ident == "" {
		return nil
	}
	for m := n - 1; m >= 0; m-- {
		q := i.prog.Properties[m]
		if q.Kind == bound.Data && q.Ident == p.Ident && q.Namespace == p.Namespace && slices.Equal(q.Params, p.Params) {
			return q
		}
	}
	return nil
}

// promptSpace is the namespace of what is declared at a prompt: that of the
// first source, whose declarations can so be replaced.
func (i *Instance) promptSpace() string {
	if i.main != nil {
		return i.main.Namespace
	}
	return "prompt"
}

// grow takes over a program that has more declarations.
func (i *Instance) grow() {
	*i.prog = *i.resolver.Program()
	i.addClasses()
	i.addStatics()
	i.eval.Forget()
	i.codes.Clear()
	i.system.Clear()
	i.evals.Clear()
	i.ruleSet.Store(nil)
	i.calculatedSet.Store(nil)
	i.calculatedIndex.Store(nil)
}

// Exec runs actions given as text in a session, as a prompt does. What earlier
// ones exported is no part of the result.
func (i *Instance) Exec(ctx context.Context, s *Session, text string) (*Result, error) {
	empty := func(h *Host) error {
		for _, name := range exportNames {
			h.Clear("export" + name)
		}
		return nil
	}
	return i.Call(ctx, Request{Eval: text, EvalAction: true, EvalName: promptName, Session: s, Prepare: empty})
}

// Table is the value of an expression: one cell, or with free parameters one
// row for each of their values.
type Table struct {
	Names   []string // of the parameters, then "" for the value
	Classes []value.Class
	Rows    [][]value.Value
}

// Eval computes an expression in a session. Parameters that it leaves free are
// enumerated, ordered by their values. The error is a diag.List or a *RunError.
func (i *Instance) Eval(ctx context.Context, s *Session, text string) (*Table, error) {
	x, errs := parse.Expr(promptName, text)
	if errs.Errors() || x == nil {
		return nil, errs
	}
	i.growMu.RLock()
	defer i.growMu.RUnlock()
	e, errs := i.resolveExpr(x)
	if errs.Errors() {
		return nil, errs
	}
	out := &Table{}
	free := make([]int, len(e.Params))
	for slot := range free {
		free[slot] = slot
		out.Names = append(out.Names, e.Frame.Slots[slot].Name)
		out.Classes = append(out.Classes, e.Frame.Slots[slot].Class)
	}
	out.Names, out.Classes = append(out.Names, ""), append(out.Classes, e.Body.ValueClass())
	t := i.newThread(ctx, s)
	t.threads = &threads{}
	failed := t.guard(func() {
		c := &compiler{inst: i, frame: &e.Frame, mode: nowMode}
		fr := t.ownFrame(len(e.Frame.Slots))
		val := c.scalar(e.Body)
		if len(free) == 0 {
			out.Rows = [][]value.Value{{val(fr)}}
			return
		}
		set := c.rows(e.Body.Place(), rowQuery{cond: e.Body, new: free}).get(fr)
		for n := range set.Len() {
			set.Bind(n, fr)
			row := make([]value.Value, 0, len(free)+1)
			for _, slot := range free {
				row = append(row, fr.Slots[slot])
			}
			out.Rows = append(out.Rows, append(row, val(fr)))
		}
	})
	if failed != nil {
		return nil, failed
	}
	return out, nil
}

func (i *Instance) resolveExpr(x ast.Expr) (*bound.Property, diag.List) {
	i.evalMu.Lock()
	defer i.evalMu.Unlock()
	return i.resolver.Expr(x, resolve.Options{})
}
