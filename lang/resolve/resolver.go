// Package resolve binds names: it turns the trees of a set of modules into a
// bound.Program in which every name points at its declaration and every
// expression has a class, or says, in one run, everything that is wrong with
// them. It reads files through a callback only.
package resolve

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/golsf/golsf/lang/ast"
	"github.com/golsf/golsf/lang/bound"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/parse"
	"github.com/golsf/golsf/runtime/value"
)

// Source is the text of one module.
type Source struct {
	File   string
	Text   []byte
	System bool // part of the standard library: natives are allowed
	// Script is the tree of the text, nil when it has to be parsed. Programs
	// that are resolved one after the other may share it.
	Script *ast.Script
}

// Library finds modules that are required and were not given.
type Library struct {
	// Find gives the module of that name. It may be nil.
	Find func(name string) (Source, bool)
	// File gives the text of a resource that a program embeds. It may be nil.
	File func(path string) (string, bool)
}

// defaultRequires are the modules that a script without a header requires.
var defaultRequires = [...]string{"System", "Utils", "Time", "Reflection", "Integration"}

// Resolver owns a program while it grows. It is not safe for use by several
// goroutines, and nobody may read the program while a method of it runs.
type Resolver struct {
	lib   Library
	prog  *bound.Program
	units map[string]*unit // by module name

	members   map[string][]*member // properties and actions
	classes   map[string][]entry[*bound.Class]
	forms     map[string][]entry[*formInfo]
	groups    map[string][]entry[*bound.PropertyGroup]
	tables    map[string][]entry[*bound.Table]
	metas     map[string][]entry[*ast.Meta]
	windows   map[string][]entry[*windowInfo]
	elements  map[string][]entry[*elementInfo]
	implsOf   map[*member][]*implInfo
	abstracts []*member       // in the order of the text
	broken    map[string]bool // names that a broken declaration would have made

	quiet    bool // no warnings: the standard library is resolved
	bodySpan map[*bound.Property]diag.Span
	chain    []*ast.MetaCall // calls around what is resolved now

	diags diag.List
	said  map[string]bool
}

// unit is a module with its text.
type unit struct {
	r       *Resolver
	script  *ast.Script
	mod     *bound.Module
	file    string
	system  bool
	eval    bool
	again   bool // declarations may replace earlier ones
	unsure  bool // classes of what is resolved now are unknown after an error
	state   uint8
	visible map[*bound.Module]bool
	spaces  map[string]bool
	stmts   []placed
}

// placed is a statement with the calls of metacodes that made it.
type placed struct {
	ast.Statement
	chain []*ast.MetaCall
}

// New makes a resolver with an empty program.
func New(lib Library) *Resolver {
	r := &Resolver{
		lib:      lib,
		prog:     &bound.Program{},
		units:    map[string]*unit{},
		members:  map[string][]*member{},
		classes:  map[string][]entry[*bound.Class]{},
		forms:    map[string][]entry[*formInfo]{},
		groups:   map[string][]entry[*bound.PropertyGroup]{},
		tables:   map[string][]entry[*bound.Table]{},
		metas:    map[string][]entry[*ast.Meta]{},
		windows:  map[string][]entry[*windowInfo]{},
		elements: map[string][]entry[*elementInfo]{},
		implsOf:  map[*member][]*implInfo{},
		broken:   map[string]bool{},
		bodySpan: map[*bound.Property]diag.Span{},
		said:     map[string]bool{},
	}
	root := &bound.Class{Name: bound.Name{Namespace: "System", Ident: "Object"}, Abstract: true}
	r.prog.Classes = []*bound.Class{root}
	return r
}

// Program is the program as far as it was resolved.
func (r *Resolver) Program() *bound.Program { return r.prog }

// Add resolves scripts together with everything they require. The list has
// all errors and warnings of all modules, sorted; a program with errors must
// not be run.
func (r *Resolver) Add(scripts []*ast.Script) (*bound.Program, diag.List) {
	r.diags, r.said = nil, map[string]bool{}
	var order []*unit
	var given []*unit
	for _, s := range scripts {
		u := r.unit(s, s.File, false)
		if other := r.units[u.mod.Name]; other != nil {
			r.errorf(headerSpan(s), "E1302", "module '%s' is declared in %s already", u.mod.Name, other.file)
			continue
		}
		r.units[u.mod.Name] = u
		given = append(given, u)
	}
	for _, u := range given {
		r.load(u, nil, &order)
	}
	r.resolve(order)
	return r.prog, r.take()
}

// take hands out what was found, in order.
func (r *Resolver) take() diag.List {
	list := r.diags
	r.diags = nil
	list.Sort()
	return list
}

func headerSpan(s *ast.Script) diag.Span {
	if s.Header != nil {
		return s.Header.Module.Span()
	}
	pos := diag.Pos{File: s.File, Line: 1, Col: 1}
	return diag.Span{Start: pos, End: pos}
}

// unit makes the module of a script from its header or its file name.
func (r *Resolver) unit(s *ast.Script, file string, system bool) *unit {
	u := &unit{r: r, script: s, file: file, system: system}
	u.mod = &bound.Module{File: file, System: system}
	if h := s.Header; h != nil {
		u.mod.Name, u.mod.Namespace = h.Module.Name, h.Module.Name
		if h.Namespace != nil {
			u.mod.Namespace = h.Namespace.Name
			if strings.Contains(u.mod.Namespace, "_") {
				r.errorf(h.Namespace.Span(), "E1306", "the namespace '%s' contains an underscore", u.mod.Namespace)
			}
		} else if strings.Contains(u.mod.Name, "_") {
			r.errorf(h.Module.Span(), "E1306", "the module's name '%s' is its namespace and contains an underscore", u.mod.Name)
		}
		for i := range h.Priority {
			u.mod.Priority = append(u.mod.Priority, h.Priority[i].Name)
		}
		return u
	}
	name := strings.TrimSuffix(filepath.Base(file), ".lsf")
	u.mod.Name, u.mod.Namespace = name, name
	return u
}

// Loading states of a unit.
const (
	fresh uint8 = iota
	loading
	loaded
)

// load puts u behind everything that it requires.
func (r *Resolver) load(u *unit, path []string, order *[]*unit) {
	if u.state != fresh {
		return
	}
	u.state = loading
	path = append(path, u.mod.Name)
	type need struct {
		name string
		span diag.Span
	}
	var needs []need
	if h := u.script.Header; h != nil {
		for i := range h.Require {
			needs = append(needs, need{h.Require[i].Name, h.Require[i].Span()})
		}
	} else {
		for _, name := range defaultRequires {
			needs = append(needs, need{name, headerSpan(u.script)})
		}
	}
	if u.mod.Name != "System" {
		needs = append(needs, need{"System", headerSpan(u.script)})
	}
	for _, n := range needs {
		v := r.units[n.name]
		if v == nil {
			v = r.find(n.name)
		}
		switch {
		case v == nil:
			hint := ""
			if names := r.unitNames(); len(names) > 0 {
				hint = nearest(n.name, names)
			}
			r.errorHint(n.span, "E1301", hint, "required module '%s' was not found", n.name)
			continue
		case v.state == loading:
			ring := path[max(slices.Index(path, v.mod.Name), 0):]
			r.errorf(n.span, "E1303", "modules require each other: %s", strings.Join(append(slices.Clone(ring), n.name), ", "))
			continue
		}
		r.load(v, path, order)
		if !slices.Contains(u.mod.Requires, v.mod) {
			u.mod.Requires = append(u.mod.Requires, v.mod)
		}
	}
	u.state = loaded
	*order = append(*order, u)
}

func (r *Resolver) unitNames() []string {
	var names []string
	for name := range r.units {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// find reads a module that nobody gave.
func (r *Resolver) find(name string) *unit {
	if r.lib.Find == nil {
		return nil
	}
	src, ok := r.lib.Find(name)
	if !ok {
		return nil
	}
	script := src.Script
	if script == nil {
		var errs diag.List
		script, errs = parse.File(src.File, src.Text)
		r.diags = append(r.diags, errs...)
	}
	if script == nil {
		return nil
	}
	u := r.unit(script, src.File, src.System)
	r.units[name] = u
	return u
}

// see fills what u sees: itself and, transitively, what it requires.
func (u *unit) see() {
	u.visible = map[*bound.Module]bool{}
	u.spaces = map[string]bool{}
	var visit func(m *bound.Module)
	visit = func(m *bound.Module) {
		if u.visible[m] {
			return
		}
		u.visible[m] = true
		u.spaces[m.Namespace] = true
		for _, q := range m.Requires {
			visit(q)
		}
	}
	visit(u.mod)
	h := u.script.Header
	if h == nil {
		return
	}
	for i := range h.Priority {
		p := &h.Priority[i]
		switch {
		case p.Name == u.mod.Namespace:
			u.r.errorf(p.Span(), "E1308", "the module's own namespace '%s' comes first without PRIORITY", p.Name)
		case !u.spaces[p.Name]:
			u.r.errorHint(p.Span(), "E1305", nearest(p.Name, u.spaceNames()), "namespace '%s' was not found in the required modules", p.Name)
		case slices.Index(u.mod.Priority, p.Name) < i:
			u.r.errorf(p.Span(), "E1307", "the list of PRIORITY has '%s' twice", p.Name)
		}
	}
}

func (u *unit) spaceNames() []string {
	names := make([]string, 0, len(u.spaces))
	for name := range u.spaces {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// resolve goes through new units in the order of REQUIRE.
func (r *Resolver) resolve(order []*unit) {
	for _, u := range order {
		u.see()
		r.prog.Modules = append(r.prog.Modules, u.mod)
		u.declareTypes(u.script.Statements)
	}
	defer func() { r.quiet = false }()
	for _, u := range order {
		r.quiet = u.system
		for _, s := range u.stmts {
			r.chain = s.chain
			u.statement(s.Statement)
		}
	}
	r.chain, r.quiet = nil, false
	r.finish(order)
}

// declareTypes takes classes, metacodes and tables in, in the order of the
// text, and unfolds metacodes; what else is said waits in u.stmts.
func (u *unit) declareTypes(stmts []ast.Statement) {
	for _, s := range stmts {
		switch s := s.(type) {
		case *ast.Class:
			u.classStatement(s)
		case *ast.ExtendClass:
			u.extendClass(s)
		case *ast.Meta:
			u.metaStatement(s)
		case *ast.MetaCall:
			u.metaCall(s)
		case *ast.Table:
			u.tableStatement(s)
		case *ast.EmptyStatement:
		default:
			u.stmts = append(u.stmts, placed{s, u.r.chain})
		}
	}
}

// statement resolves one declaration; an internal failure on odd input is an
// error at its place, never a crash.
func (u *unit) statement(s ast.Statement) {
	switch s := s.(type) {
	case *ast.GroupStatement:
		u.groupStatement(s)
	case *ast.Property:
		u.property(s)
	case *ast.ActionDecl:
		u.actionDecl(s)
	case *ast.Implement:
		u.implement(s)
	case *ast.ExtendAction:
		u.extendAction(s)
	case *ast.Constraint:
		u.constraint(s)
	case *ast.Follows:
		u.follows(s)
	case *ast.WriteWhen:
		u.writeWhen(s)
	case *ast.When:
		u.when(s)
	case *ast.On:
		u.on(s)
	case *ast.Aspect:
		u.aspect(s)
	case *ast.IndexStatement:
		u.index(s)
	case *ast.Form:
		u.form(s)
	case *ast.ExtendForm:
		u.extendForm(s)
	case *ast.Design:
		u.design(s)
	case *ast.Navigator:
		u.navigator(s.Body.Items, nil)
	case *ast.Window:
		u.window(s)
	case *ast.ExtendWindow:
		u.namedWindow(&s.Name)
	case *ast.HideWindow:
		u.namedWindow(&s.Name)
	}
}

// errorf reports an error once for its place and code.
func (r *Resolver) errorf(span diag.Span, code, format string, args ...any) {
	r.report(diag.Error, span, code, "", format, args...)
}

// errorHint is errorf with a name that was probably meant.
func (r *Resolver) errorHint(span diag.Span, code, meant, format string, args ...any) {
	hint := ""
	if meant != "" {
		hint = "did you mean '" + meant + "'?"
	}
	r.report(diag.Error, span, code, hint, format, args...)
}

func (r *Resolver) warnf(span diag.Span, code, format string, args ...any) {
	r.report(diag.Warning, span, code, "", format, args...)
}

func (r *Resolver) report(s diag.Severity, span diag.Span, code, hint, format string, args ...any) {
	if s == diag.Warning && r.quiet {
		return
	}
	key := fmt.Sprintf("%s:%d:%s", span.Start.File, span.Start.Offset, code)
	for _, call := range r.chain {
		key += fmt.Sprintf(":%d", call.Offset)
	}
	if r.said[key] {
		return
	}
	r.said[key] = true
	d := &diag.Diagnostic{Severity: s, Code: code, Span: span, Message: fmt.Sprintf(format, args...)}
	if hint != "" {
		d.Hints = []string{hint}
	}
	d.Related = parse.CallChain(r.chain)
	r.add(d)
}

func (r *Resolver) add(d *diag.Diagnostic) {
	r.diags = append(r.diags, d)
}

// name makes the name of a declaration of u.
func (u *unit) name(id *ast.Ident, caption *ast.Text) bound.Name {
	n := bound.Name{Namespace: u.mod.Namespace, Module: u.mod, Ident: id.Name, Span: id.Span()}
	if caption != nil {
		n.Caption = caption.Value
	}
	return n
}

// place is span as constraints show it: module(line:col).
func (u *unit) place(span diag.Span) string {
	return fmt.Sprintf("%s(%d:%d)", u.mod.Name, span.Start.Line, span.Start.Col)
}

// known gives class c with number n when it is one of the program.
func (r *Resolver) addClass(c *bound.Class) {
	c.Number = len(r.prog.Classes)
	r.prog.Classes = append(r.prog.Classes, c)
}

// sortedKeys are the keys of an index.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	return keys
}

var unknown value.Class
