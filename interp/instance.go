// Package interp gives bound programs their meaning: it runs actions over
// sessions, applies changes with their events and constraints, and is the way
// in for everybody who embeds the language.
//
//	inst, list := interp.Load(ctx, sources, interp.Options{Stdout: os.Stdout})
//	res, err := inst.Call(ctx, interp.Request{Action: "run"})
//
// An Instance may be used by several goroutines; a Session by one at a time.
// Errors of the program text are a diag.List, errors of a running program a
// *RunError; no panic crosses this package's API because of a program.
package interp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/lang/resolve"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/store"
	"github.com/golsf/golsf/runtime/value"
)

// Source is the text of one module. Name is its file name: it is shown in
// errors, and names the module of a script without a header.
type Source struct {
	Name string
	Text []byte
	// Apart keeps callers from finding the actions of the module by name, and
	// them from making names of the program ambiguous.
	Apart bool
}

// Options say what a program sees of the world. The zero value runs a program
// that reaches nothing outside and prints nothing.
type Options struct {
	Stdout, Stderr io.Writer
	// Terminal asks a person for ASK and INPUT; nil counts as cancelled.
	Terminal Terminal
	// Functions finds a property of the standard library by its id
	// ("Utils.substr"). Action finds a native action ("Utils.mkdir").
	Functions func(name string, params int) (query.Function, bool)
	Action    func(name string) (NativeAction, bool)
	// Prelude gives the text of a module of the standard library.
	Prelude func(module string) (Source, bool)
	// Find gives the text of another required module; nil looks beside the
	// sources and in Include.
	Find    func(module string) (Source, bool)
	Include []string
	// Eval prepares for texts from outside (Request.Eval) while loading.
	Eval bool

	Connector connect.Connector
	Codecs    *format.Set
	Files     Files
	Clock     func() time.Time
	Limits    query.Limits
	// Persist makes each commit durable before it becomes visible; nil keeps
	// everything in memory.
	Persist store.Persist
}

// Instance is a loaded program with its data.
type Instance struct {
	options  Options
	resolver *resolve.Resolver
	prog     *bound.Program
	main     *bound.Module // of the first source
	folders  []string      // of the sources
	apart    map[string]bool
	store    *store.Store
	eval     *query.Evaluator

	growMu   sync.RWMutex // held for writing while the program grows
	shadowMu sync.Mutex
	shadows  map[*bound.Property]*materialized // nil: its rows cannot be enumerated
	evalMu   sync.Mutex                        // held while the resolver works
	evals    sync.Map                          // text and classes of EVAL ACTION -> *bound.Action
	propMu   sync.Mutex
	props    map[*bound.Property]*store.Property
	classes  int // how many the store knows
	codes    sync.Map
	system   sync.Map // name -> *bound.Property
	jsonOps  sync.Map // *bound.JSONOf -> *jsonExport

	evalCount atomic.Int64
	usesEval  bool        // one of the modules has EVAL
	evalReady atomic.Bool // EVAL from outside has its modules

	ruleMu          sync.Mutex
	ruleSet         atomic.Pointer[rules]
	calculatedMu    sync.Mutex
	calculatedSet   atomic.Pointer[calculatedSet]
	calculatedIndex atomic.Pointer[map[*bound.Property][]*bound.CalculatedEvent]

	applyLock chan struct{}
	outMu     sync.Mutex
}

// Load parses and resolves sources and everything they require. The list has
// the errors and warnings of the text, sorted by place; the Instance is nil
// when there is an error.
func Load(ctx context.Context, sources []Source, o Options) (*Instance, diag.List) {
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	i := &Instance{options: o, apart: map[string]bool{}, props: map[*bound.Property]*store.Property{}, shadows: map[*bound.Property]*materialized{}, applyLock: make(chan struct{}, 1)}
	i.folders = foldersOf(sources)
	i.resolver = resolve.New(resolve.Library{Find: i.find, File: i.resource})
	var scripts []*ast.Script
	var list diag.List
	for _, s := range sources {
		if s.Apart {
			i.apart[s.Name] = true
		}
		script, errs := parse.File(s.Name, s.Text)
		list = append(list, errs...)
		if script != nil {
			scripts = append(scripts, script)
		}
	}
	i.usesEval = o.Eval || slices.ContainsFunc(sources, func(s Source) bool { return usesEval(s.Text) })
	prog, errs := i.resolve(scripts)
	list = append(list, errs...)
	list.Sort()
	if list.Errors() || ctx.Err() != nil {
		return nil, list
	}
	own := *prog // the resolver's own copy changes while EVAL is resolved
	i.prog = &own
	i.store = store.New(store.Options{})
	i.addClasses()
	i.eval = query.NewEvaluator(i.prog, i.store, i.handle)
	i.eval.Functions = o.Functions
	i.addStatics()
	for _, m := range prog.Modules {
		if len(sources) > 0 && m.File == sources[0].Name {
			i.main = m
		}
	}
	return i, list
}

// usesEval tells whether a text may evaluate other texts.
func usesEval(text []byte) bool { return bytes.Contains(text, []byte("EVAL")) }

// resolve adds the modules of EVAL where one of the modules uses it. A fault of
// the resolver is an error of the first script.
func (i *Instance) resolve(scripts []*ast.Script) (prog *bound.Program, list diag.List) {
	defer func() {
		if r := recover(); r != nil {
			at := diag.Span{}
			if len(scripts) > 0 {
				at.Start = diag.Pos{File: scripts[0].File, Line: 1, Col: 1}
			}
			list = append(list, &diag.Diagnostic{Code: CodeInternal, Span: at, Message: fmt.Sprintf("internal error, please report it: %v", r)})
		}
	}()
	prog, list = i.resolver.Add(scripts)
	if i.usesEval && !list.Errors() {
		var more diag.List
		prog, more = i.resolver.Add([]*ast.Script{evalModules()})
		list = append(list, more...)
		i.evalReady.Store(true)
	}
	return prog, list
}

func foldersOf(sources []Source) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range sources {
		dir := filepath.Dir(s.Name)
		if !seen[dir] {
			seen[dir] = true
			out = append(out, dir)
		}
	}
	return out
}

// find looks for a required module: what the caller gives, files beside the
// sources, files in Include, the standard library.
func (i *Instance) find(name string) (resolve.Source, bool) {
	if i.options.Find != nil {
		if s, ok := i.options.Find(name); ok {
			i.usesEval = i.usesEval || usesEval(s.Text)
			return resolve.Source{File: s.Name, Text: s.Text}, true
		}
	} else if !strings.ContainsAny(name, `/\`) {
		for _, dir := range append(append([]string(nil), i.folders...), i.options.Include...) {
			path := filepath.Join(dir, name+".lsf")
			if text, err := os.ReadFile(path); err == nil {
				i.usesEval = i.usesEval || usesEval(text)
				return resolve.Source{File: path, Text: text}, true
			}
		}
	}
	if i.options.Prelude != nil {
		if s, ok := i.options.Prelude(name); ok {
			return resolve.Source{File: s.Name, Text: s.Text, System: true}, true
		}
	}
	return resolve.Source{}, false
}

// resource reads a text that a program embeds, below its folders only.
func (i *Instance) resource(path string) (string, bool) {
	if !filepath.IsLocal(path) {
		return "", false
	}
	for _, dir := range append(append([]string(nil), i.folders...), i.options.Include...) {
		if text, err := os.ReadFile(filepath.Join(dir, path)); err == nil {
			return string(text), true
		}
	}
	return "", false
}

// Program is the resolved program; it must not be changed.
func (i *Instance) Program() *bound.Program { return i.prog }

// Store is where the program's data lives.
func (i *Instance) Store() *store.Store { return i.store }

// Evaluator gives plans and values of the program's expressions, for explain.
func (i *Instance) Evaluator() *query.Evaluator { return i.eval }

// addClasses tells the store about the classes it does not know yet.
func (i *Instance) addClasses() {
	for ; i.classes < len(i.prog.Classes); i.classes++ {
		c := i.prog.Classes[i.classes]
		if c.Number == 0 {
			continue
		}
		parents := make([]int32, 0, len(c.Parents))
		for _, p := range c.Parents {
			parents = append(parents, int32(p.Number))
		}
		i.addClass(c, parents)
	}
}

// addClass adds c after its parents; the store refuses a class it has already.
func (i *Instance) addClass(c *bound.Class, parents []int32) {
	for _, p := range c.Parents {
		if p.Number >= i.classes && p.Number != 0 {
			grand := make([]int32, 0, len(p.Parents))
			for _, g := range p.Parents {
				grand = append(grand, int32(g.Number))
			}
			i.addClass(p, grand)
		}
	}
	_ = i.store.AddClass(store.Class{Number: int32(c.Number), Name: c.Namespace + "." + c.Ident, Parents: parents, Abstract: c.Abstract})
}

// addStatics makes the static objects, in the order of their declarations.
func (i *Instance) addStatics() {
	for _, c := range i.prog.Classes {
		if c.Module != nil && c.Module.System {
			continue // made when a program first uses one
		}
		for _, o := range c.Static {
			i.eval.Static(o)
		}
	}
}

// class gives a user class by its number, nil when there is none.
func (i *Instance) class(number int) *bound.Class {
	if number < 0 || number >= len(i.prog.Classes) {
		return nil
	}
	return i.prog.Classes[number]
}

// handle gives the stored property behind a Data or Local one.
func (i *Instance) handle(p *bound.Property) *store.Property {
	i.propMu.Lock()
	defer i.propMu.Unlock()
	if h, ok := i.props[p]; ok {
		return h
	}
	scope := store.Stored
	if p.Kind == bound.Local {
		scope = store.Local
		if p.Nested != bound.NotNested {
			scope = store.LocalNested
		}
	}
	h := i.store.AddProperty(store.Spec{Name: p.Namespace + "." + p.Ident, Keys: p.Params, Value: p.Class, Scope: scope})
	i.props[p] = h
	return h
}

// systemProperty gives a property of module System by name, nil when the
// program does not have it.
func (i *Instance) systemProperty(name string) *bound.Property {
	if p, ok := i.system.Load(name); ok {
		return p.(*bound.Property)
	}
	for _, p := range i.prog.Properties {
		if p.Ident == name && p.Namespace == "System" {
			i.system.Store(name, p)
			return p
		}
	}
	return nil
}

func (i *Instance) persist() store.Persist { return i.options.Persist }

// parseText converts an argument to a class; an unknown class takes it as text.
func (i *Instance) parseText(text string, c value.Class) (value.Value, error) {
	if !c.Known() {
		return value.String(text), nil
	}
	if c.IsObject() {
		v, err := value.ParseText(text, value.ClassLong)
		if err != nil || v.IsNull() {
			return value.Value{}, err
		}
		return value.ObjectOf(v.Num()), nil
	}
	return value.ParseText(text, c)
}

// unlooked tells about a cancelled APPLY that the program did not look at.
func (i *Instance) unlooked(c *callState, text string) {
	i.complain(text)
	if c != nil {
		c.unlooked(text)
	}
}

// complain shows the text of a constraint.
func (i *Instance) complain(text string) { i.warn(strings.TrimSuffix(text, "\n")) }
