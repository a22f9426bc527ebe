package interp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Argument is a value given to an action: by name, or by position when Name is
// empty. Exactly one of Text, File and Value counts: File when it is not nil,
// else Value when Typed, else Text, which is read by the parameter's class.
type Argument struct {
	Name  string
	Text  string
	File  *value.FileData
	Value value.Value
	Typed bool
	// Read, when it is not nil, gives the value for a parameter's class, the
	// zero Class when it has none; it counts before all others.
	Read func(c value.Class) (value.Value, error)
	// Positional lets an argument with a name bind by position too, when no
	// parameter has that name.
	Positional bool
}

// Request is one call from outside.
type Request struct {
	// Action is the name, "[namespace.]name" with an optional signature
	// "[A,B]". Empty with Eval.
	Action string
	// Target is the action itself, as ActionsNamed gave it; it counts before
	// Action.
	Target *bound.Action
	// Eval is the text of a module whose `run` is called, or with EvalAction of
	// actions that use $1, $2 ...
	Eval       string
	EvalAction bool
	// EvalName is how errors name the text of an EvalAction; "" is EVAL.
	EvalName string
	Args     []Argument
	// Inputs answer INPUT and ASK by alias.
	Inputs map[string]string
	// Return names properties without parameters whose values are the result.
	Return []string
	// Session keeps changes between calls; nil uses one of its own, whose
	// changes are dropped.
	Session *Session
	// Prepare sets system properties (headers, params ...) before the action
	// runs. It may be nil.
	Prepare func(h *Host) error
	// Finish reads properties after the action, before the session is closed.
	Finish func(h *Host) error

	within *thread // that waits for this call (Host.Call)
}

// ResultValue is one value of a result.
type ResultValue struct {
	Name  string
	Value value.Value
	Class value.Class
}

// Result is what a call gives: the values of RETURN, else the first exported
// file or value that is not NULL (wire.md 4.6), else one NULL.
type Result struct {
	Values []ResultValue
	// Returned is true when the action has a RETURN with a value, which then
	// alone counts.
	Returned bool
	// Unlooked are the messages of cancelled APPLYs at which the program did
	// not look (product.md decision 12); they were written to Stderr too.
	Unlooked []string
	// ThreadErrors are errors of NEWTHREAD that nobody waited for.
	ThreadErrors []*RunError
}

// callState is shared by the sessions of one call from outside.
type callState struct {
	mu    sync.Mutex
	texts []string
}

func (c *callState) unlooked(text string) {
	c.mu.Lock()
	c.texts = append(c.texts, text)
	c.mu.Unlock()
}

// Call runs an action and waits for the threads it started. The error is a
// *RunError; the Result is not nil even then.
func (i *Instance) Call(ctx context.Context, r Request) (*Result, error) {
	if r.Eval != "" {
		if err := i.prepareEval(); err != nil {
			return &Result{}, err
		}
	}
	i.growMu.RLock()
	defer i.growMu.RUnlock()
	return i.call(ctx, r)
}

func (i *Instance) call(ctx context.Context, r Request) (*Result, error) {
	res := &Result{}
	state := &callState{}
	s := r.Session
	if s == nil {
		s = i.NewSession()
	}
	s.call = state
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	t := i.newThread(ctx, s)
	t.request = &r
	t.threads = &threads{}
	if r.within != nil {
		t.holdsApply = r.within.holdsApply
	}
	failed := t.guard(func() { t.serve(&r, res) })
	if failed != nil && failed.Stopped() {
		stop(context.Cause(ctx))
	}
	t.threads.wg.Wait()
	res.ThreadErrors = t.threads.errors
	if r.Session == nil {
		s.Close()
	} else {
		s.report()
	}
	s.call = nil
	res.Unlooked = state.texts
	if failed != nil {
		return res, failed
	}
	return res, nil
}

// serve does the work of a call; errors are thrown.
func (t *thread) serve(r *Request, res *Result) {
	h := &Host{t: t}
	if r.Prepare != nil {
		if err := r.Prepare(h); err != nil {
			raise(diag.Span{}, err)
		}
	}
	switch {
	case r.Eval != "":
		t.serveEval(r, res)
	case r.Target != nil:
		t.serveAction(r.Target, r, res)
	default:
		a, err := t.inst.findAction(r.Action)
		if err != nil {
			raise(diag.Span{}, err)
		}
		t.serveAction(a, r, res)
	}
	if r.Finish != nil {
		if err := r.Finish(h); err != nil {
			raise(diag.Span{}, err)
		}
	}
}

func (t *thread) serveAction(a *bound.Action, r *Request, res *Result) {
	fr := t.ownFrame(max(len(a.Frame.Slots), len(a.Params)))
	if err := t.inst.bindArguments(a, r.Args, fr.Slots); err != nil {
		raise(diag.Span{}, err)
	}
	t.push(actionName(a), diag.Span{})
	t.inst.code(a).run(t, fr)
	t.pop()
	t.readResult(a, r, res)
}

// bindArguments fills the parameters as an HTTP call does (wire.md 4.3): by
// name without regard to case, else the next one without a name, else NULL.
func (i *Instance) bindArguments(a *bound.Action, args []Argument, slots []value.Value) error {
	used := make([]bool, len(args))
	claimed := func(n int) bool {
		for p := range a.Params {
			if args[n].Name != "" && strings.EqualFold(args[n].Name, slotName(&a.Frame, p)) {
				return true
			}
		}
		return false
	}
	for p, class := range a.Params {
		name := slotName(&a.Frame, p)
		at := slices.IndexFunc(args, func(x Argument) bool { return x.Name != "" && strings.EqualFold(x.Name, name) })
		if at < 0 {
			for n := range args {
				if (args[n].Name == "" || args[n].Positional) && !used[n] && !claimed(n) {
					at = n
					break
				}
			}
		}
		if at < 0 {
			continue
		}
		used[at] = true
		v, err := i.argument(args[at], class)
		if err != nil {
			var ve *value.Error
			if errors.As(err, &ve) {
				return value.Errorf(CodeArgument, "argument '%s': %s", name, ve.Message)
			}
			return err
		}
		slots[p] = v
	}
	return nil
}

func slotName(f *bound.Frame, slot int) string {
	if slot < len(f.Slots) {
		return f.Slots[slot].Name
	}
	return ""
}

func (i *Instance) argument(x Argument, c value.Class) (value.Value, error) {
	switch {
	case x.Read != nil:
		if c.IsObject() {
			v, err := x.Read(value.ClassLong)
			if err != nil || v.IsNull() {
				return value.Value{}, err
			}
			return value.ObjectOf(v.Num()), nil
		}
		return x.Read(c)
	case x.File != nil:
		v := value.FileOf(value.NameFile, x.File)
		if x.File.Name != "" {
			v = value.FileOf(value.NameNamedFile, x.File)
		}
		if !c.Known() {
			return v, nil
		}
		return value.Cast(v, c)
	case x.Typed:
		if !c.Known() || c.IsObject() || x.Value.IsNull() {
			return x.Value, nil
		}
		return value.Cast(x.Value, c)
	}
	if x.Text == "" && c.Known() && !c.IsFile() {
		return value.Value{}, nil
	}
	return i.parseText(x.Text, c)
}

// findAction looks an action up by the name a caller gives. A name without a
// namespace means the action of the first source if it has one.
func (i *Instance) findAction(name string) (*bound.Action, error) {
	list := i.actionsNamed(name, i.called)
	if len(list) > 1 && i.main != nil {
		var own []*bound.Action
		for _, a := range list {
			if a.Module == i.main {
				own = append(own, a)
			}
		}
		if len(own) == 1 {
			return own[0], nil
		}
	}
	switch len(list) {
	case 0:
		return nil, value.Errorf(CodeNotFound, "action %s was not found", name)
	case 1:
		return list[0], nil
	}
	var names []string
	for _, a := range list {
		names = append(names, i.Signature(a))
	}
	return nil, value.Errorf(CodeArgument, "the name %s is ambiguous: %s", name, strings.Join(names, ", "))
}

// ActionsNamed lists the actions that "[namespace.]name[[signature]]" may mean,
// and those whose EXTID it is when there is none. Actions of sources Apart are
// not among them.
func (i *Instance) ActionsNamed(name string) []*bound.Action {
	i.growMu.RLock()
	defer i.growMu.RUnlock()
	return i.actionsNamed(name, i.called)
}

// ActionsIn lists the actions of one source that a name may mean.
func (i *Instance) ActionsIn(source, name string) []*bound.Action {
	i.growMu.RLock()
	defer i.growMu.RUnlock()
	return i.actionsNamed(name, func(a *bound.Action) bool { return a.Module != nil && a.Module.File == source })
}

// called tells whether callers find an action by its name.
func (i *Instance) called(a *bound.Action) bool {
	return len(i.apart) == 0 || a.Module == nil || !i.apart[a.Module.File]
}

func (i *Instance) actionsNamed(name string, among func(*bound.Action) bool) []*bound.Action {
	base, signature, hasSignature := strings.Cut(name, "[")
	signature = strings.TrimSuffix(signature, "]")
	space, ident := "", base
	if at := strings.LastIndexByte(base, '.'); at >= 0 {
		space, ident = base[:at], base[at+1:]
	}
	var out []*bound.Action
	for _, a := range i.prog.Actions {
		if a.Ident != ident || ident == "" || space != "" && a.Namespace != space || !among(a) {
			continue
		}
		if hasSignature && !i.sameSignature(a.Params, signature) {
			continue
		}
		out = append(out, a)
	}
	if len(out) > 0 {
		return out
	}
	for _, a := range i.prog.Actions {
		if a.ExtID != "" && a.ExtID == name && among(a) {
			out = append(out, a)
		}
	}
	return out
}

// sameSignature compares classes with a list as programs write it, lengths and
// namespaces aside.
func (i *Instance) sameSignature(params []value.Class, text string) bool {
	var words []string
	if strings.TrimSpace(text) != "" {
		words = strings.Split(text, ",")
	}
	if len(words) != len(params) {
		return false
	}
	for n, w := range words {
		w = strings.TrimSpace(w)
		if w == "?" {
			continue
		}
		have := i.className(params[n])
		if at := strings.LastIndexByte(w, '.'); at >= 0 {
			w = w[at+1:]
		}
		if at := strings.LastIndexByte(have, '.'); at >= 0 {
			have = have[at+1:]
		}
		if w != have {
			return false
		}
	}
	return true
}

// className is the name of a class without lengths.
func (i *Instance) className(c value.Class) string {
	if c.IsObject() {
		if of := i.class(int(c.User)); of != nil {
			return of.Namespace + "." + of.Ident
		}
	}
	if !c.Known() {
		return "?"
	}
	return c.Name.Word()
}

// Signature is "Namespace.name[CLASS,...]".
func (i *Instance) Signature(a *bound.Action) string {
	words := make([]string, len(a.Params))
	for n, c := range a.Params {
		words[n] = i.className(c)
	}
	return a.Namespace + "." + a.Ident + "[" + strings.Join(words, ",") + "]"
}

// exportNames are the classes of the export properties of module System in the
// order in which they are looked at (wire.md 4.6).
var exportNames = strings.Fields(`File RawFile WordFile ImageFile PdfFile VideoFile DbfFile ExcelFile TextFile CsvFile
 HtmlFile JsonFile XmlFile TableFile NamedFile Text RichText HTMLText String BpString Numeric Long Integer Double
 DateTime ZDateTime IntervalDate IntervalDateTime IntervalTime IntervalZDateTime Date Time Year Link RawLink WordLink
 ImageLink PdfLink VideoLink DbfLink ExcelLink TextLink CsvLink HtmlLink JsonLink XmlLink TableLink Boolean TBoolean
 Color JSON JSONText XML HTML Object TSVectorLink`)

// readResult chooses the values of a call.
func (t *thread) readResult(a *bound.Action, r *Request, res *Result) {
	if len(r.Return) > 0 {
		t.readNamed(r.Return, res)
		return
	}
	if returnsValue(a.Body) {
		res.Returned = true
		res.Values = t.returned()
		return
	}
	for _, name := range exportNames {
		p := t.inst.systemProperty("export" + name)
		if p == nil || len(p.Params) > 0 {
			continue
		}
		h := t.inst.handle(p)
		if !t.sess.st.Touched(h, store.Prev) {
			continue
		}
		if v := t.sess.st.Get(store.Now, h); !v.IsNull() {
			res.Values = []ResultValue{{Name: p.Ident, Value: v, Class: p.Class}}
			return
		}
	}
	res.Values = []ResultValue{t.emptyResult(a)}
}

// emptyResult is the NULL of the first export property that the action can
// change, else of exportFile.
func (t *thread) emptyResult(a *bound.Action) ResultValue {
	var w writes
	an := analysis{inst: t.inst, writes: &w}
	an.action(a)
	for _, name := range exportNames {
		if p := t.inst.systemProperty("export" + name); p != nil && w.set[p] {
			return ResultValue{Name: p.Ident, Class: p.Class}
		}
	}
	return ResultValue{Name: "exportFile", Class: value.ClassFile}
}

func (t *thread) readNamed(names []string, res *Result) {
	for _, name := range names {
		p := t.inst.propertyNamed(name)
		if p == nil {
			base, _, _ := strings.Cut(name, "[")
			for _, other := range t.inst.prog.Properties {
				if other.Ident == base && base != "" || other.Namespace+"."+other.Ident == base {
					raise(diag.Span{}, value.Errorf(CodeArgument, "return property %s has parameters: only a property without parameters can be returned", name))
				}
			}
			raise(diag.Span{}, value.Errorf(CodeNotFound, "return property %s was not found", name))
		}
		c := &compiler{inst: t.inst, mode: nowMode}
		v := c.scalar(&bound.Call{Node: bound.Node{Class: p.Class}, Prop: p})(t.ownFrame(0))
		res.Values = append(res.Values, ResultValue{Name: p.Ident, Value: v, Class: p.Class})
	}
}

// propertyNamed finds a property without parameters.
func (i *Instance) propertyNamed(name string) *bound.Property {
	base, _, _ := strings.Cut(name, "[")
	space, ident := "", base
	if at := strings.LastIndexByte(base, '.'); at >= 0 {
		space, ident = base[:at], base[at+1:]
	}
	for n := len(i.prog.Properties) - 1; n >= 0; n-- {
		p := i.prog.Properties[n]
		if p.Ident == ident && len(p.Params) == 0 && ident != "" && (space == "" || p.Namespace == space) {
			return p
		}
	}
	return nil
}

// returned is the value of the RETURN that was reached.
func (t *thread) returned() []ResultValue {
	r := t.result
	if r == nil || !r.set && len(r.rows) == 0 {
		return []ResultValue{{Class: value.ClassString}}
	}
	var out []ResultValue
	for _, row := range r.rows {
		name := ""
		if r.keys > 0 {
			words := make([]string, r.keys)
			for n := range words {
				words[n] = value.TextOf(row[n])
			}
			name = strings.Join(words, ",")
		}
		for n, v := range row[r.keys:] {
			out = append(out, ResultValue{Name: name, Value: v, Class: r.classes[n]})
		}
	}
	return out
}

// returnsValue tells whether an action has a RETURN with a value, called
// actions aside.
func returnsValue(x bound.Act) bool {
	found := false
	walkActs(x, func(x bound.Act) {
		if r, ok := x.(*bound.Return); ok && len(r.Values) > 0 {
			found = true
		}
	})
	return found
}

// walkActs calls visit for x and all operators inside it, those of other
// threads aside.
func walkActs(x bound.Act, visit func(bound.Act)) {
	if x == nil {
		return
	}
	visit(x)
	for _, c := range innerActs(x) {
		walkActs(c, visit)
	}
}

func innerActs(x bound.Act) []bound.Act {
	switch x := x.(type) {
	case *bound.Block:
		return x.Items
	case *bound.IfAct:
		return []bound.Act{x.Then, x.Else}
	case *bound.CaseAct:
		var out []bound.Act
		for _, a := range x.Arms {
			out = append(out, a.Do)
		}
		return append(out, x.Else)
	case *bound.For:
		return []bound.Act{x.Body, x.Else}
	case *bound.New:
		return []bound.Act{x.Body}
	case *bound.Apply:
		return []bound.Act{x.Body}
	case *bound.NewSession:
		return []bound.Act{x.Body}
	case *bound.NewExecutor:
		return []bound.Act{x.Body}
	case *bound.NewConnection:
		return []bound.Act{x.Body}
	case *bound.Try:
		return []bound.Act{x.Body, x.Catch, x.Finally}
	case *bound.Ask:
		return []bound.Act{x.Yes, x.No}
	case *bound.Input:
		return []bound.Act{x.Do, x.Else}
	case *bound.Show:
		return []bound.Act{x.Do, x.Else}
	case *bound.ImportAct:
		return []bound.Act{x.Import.Do, x.Import.Else}
	}
	return nil
}
