// Package ext runs extensions: actions hung on extension points by manifests in
// a folder, and unions, which order such actions and call them under conditions.
// An action is a script of the program, a connector's method, or an executable;
// all give the same report.
//
//	folder, err := ext.Load("extensions")
//	runner := ext.NewRunner(ext.Options{Folder: folder, Program: inst, ...})
//	report := runner.Run(ctx, "stmobile://action/preorder/preopen", params)
//
// Source: seed 004.
package ext

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/golsf/golsf/runtime/connect/registry"
)

// Type is the type of a manifest.
type Type string

// Types of manifests.
const (
	TypeAction Type = "action"
	TypeUnion  Type = "union"
)

// Condition says when an item of a union is called.
type Condition string

// Conditions: always, when the item before has succeeded, when it has failed.
const (
	None        Condition = "none"
	PrevSuccess Condition = "prev_success"
	PrevFailed  Condition = "prev_failed"
)

// Manifest is one file of an extension folder.
type Manifest struct {
	File   string // with the path of the folder
	URI    string
	Type   Type
	Action *Action // of type action
	Union  *Union  // of type union
}

// Action is what an action extension runs: exactly one of Script, Connector and
// Exec.
type Action struct {
	Script string // path of an .lsf file
	Run    string // the action of the script

	Connector, Method string

	Exec []string // a command without a shell, run in Dir
	Dir  string

	Async   bool
	Timeout time.Duration // 0 is none
}

// Runs names what the manifest runs: script and action, connector and method,
// the command, or the number of items of a union.
func (m *Manifest) Runs() string {
	if m.Type == TypeUnion {
		if len(m.Union.List) == 1 {
			return "1 item"
		}
		return fmt.Sprintf("%d items", len(m.Union.List))
	}
	a := m.Action
	switch {
	case a.Script != "":
		script, err := filepath.Rel(a.Dir, a.Script)
		if err != nil {
			script = a.Script
		}
		return filepath.ToSlash(script) + " " + a.Run
	case a.Connector != "":
		return a.Connector + " " + a.Method
	}
	return strings.Join(a.Exec, " ")
}

// Union is an ordered list of extensions.
type Union struct {
	List []Item
}

// Item is one entry of a union.
type Item struct {
	URI       string
	Condition Condition
}

// Folder is a loaded extension folder. It does not change after Load.
type Folder struct {
	Dir       string
	Manifests []*Manifest // in the order of their paths
	Warnings  []Problem
}

// Problem is something wrong with a manifest. Path is the place in the document
// ("$.union.list[0].uri"), "$" for all of it.
type Problem struct {
	File, Path, Message string
}

func (p Problem) String() string { return p.File + ": " + p.Path + ": " + p.Message }

// LoadError has everything that keeps a folder from loading.
type LoadError struct {
	Problems []Problem
}

func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads every *.json of dir, not of folders below it. The error is a
// *LoadError with all findings, or says that the folder cannot be read.
func Load(dir string) (*Folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{Dir: dir}
	r := &reader{}
	for _, e := range entries { // ReadDir sorts by name
		if e.IsDir() || !strings.EqualFold(filepath.Ext(e.Name()), ".json") {
			continue
		}
		r.file = filepath.Join(dir, e.Name())
		text, err := os.ReadFile(r.file)
		if err != nil {
			r.fail("$", "%v", err)
			continue
		}
		if m := r.manifest(text); m != nil {
			f.Manifests = append(f.Manifests, m)
		}
	}
	if len(r.errors) > 0 {
		return nil, &LoadError{r.errors}
	}
	f.Warnings = append(r.warnings, f.suspicious()...)
	return f, nil
}

// carried gives the actions and the unions on a URI, in path order.
func (f *Folder) carried(uri string) (actions, unions []*Manifest) {
	if f == nil {
		return nil, nil
	}
	for _, m := range f.Manifests {
		switch {
		case m.URI != uri:
		case m.Type == TypeUnion:
			unions = append(unions, m)
		default:
			actions = append(actions, m)
		}
	}
	return actions, unions
}

// Scripts are the paths of the scripts that manifests name, each once, in the
// order of the manifests.
func (f *Folder) Scripts() []string {
	if f == nil {
		return nil
	}
	var out []string
	for _, m := range f.Manifests {
		if m.Action != nil && m.Action.Script != "" && !slices.Contains(out, m.Action.Script) {
			out = append(out, m.Action.Script)
		}
	}
	return out
}

// suspicious lists what loads, but is likely a mistake.
func (f *Folder) suspicious() []Problem {
	var out []Problem
	for _, m := range f.Manifests {
		if m.Type != TypeUnion {
			continue
		}
		if actions, unions := f.carried(m.URI); len(actions) > 0 {
			out = append(out, Problem{m.File, "$.uri", fmt.Sprintf("%s is carried by %s too: firing it runs both", m.URI, actions[0].File)})
		} else if unions[0] != m {
			out = append(out, Problem{m.File, "$.uri", fmt.Sprintf("%s is carried by %s too: firing it runs both", m.URI, unions[0].File)})
		}
		for i, item := range m.Union.List {
			actions, unions := f.carried(item.URI)
			if len(actions) > 0 || len(unions) == 0 {
				continue
			}
			text := fmt.Sprintf("%s is a union: only actions can be united", item.URI)
			if item.URI == m.URI {
				text = fmt.Sprintf("%s is this union itself and is passed over", item.URI)
			}
			out = append(out, Problem{m.File, fmt.Sprintf("$.union.list[%d].uri", i), text})
		}
	}
	return out
}

// reader turns documents into manifests and collects what is wrong with them.
type reader struct {
	file             string
	errors, warnings []Problem
}

func (r *reader) fail(path, format string, args ...any) {
	r.errors = append(r.errors, Problem{r.file, path, fmt.Sprintf(format, args...)})
}

// manifest reads one file; nil when it has errors.
func (r *reader) manifest(text []byte) *Manifest {
	before := len(r.errors)
	doc, err := registry.ParseJSON(bytes.TrimPrefix(text, []byte("\uFEFF")))
	if err != nil {
		r.fail("$", "%v", err)
		return nil
	}
	m := &Manifest{File: r.file}
	var kind string
	o := r.object(doc, "$", "uri", "type", "action", "union")
	if o == nil {
		return nil
	}
	m.URI = o.text("uri", true)
	kind = o.text("type", true)
	m.Type = Type(kind)
	switch m.Type {
	case TypeAction:
		m.Action = r.action(o)
		o.unused("union", "action")
	case TypeUnion:
		m.Union = r.union(o)
		o.unused("action", "union")
	case "":
	default:
		r.fail("$.type", "%q is none of \"action\", \"union\"", kind)
	}
	if len(r.errors) > before {
		return nil
	}
	return m
}

func (r *reader) action(o *object) *Action {
	body, ok := o.get("action")
	if !ok {
		r.fail(o.path, "the field \"action\" is missing")
		return nil
	}
	b := r.object(body, "$.action", "script", "run", "connector", "method", "exec", "async", "timeout")
	if b == nil {
		return nil
	}
	a := &Action{Dir: filepath.Dir(r.file), Async: b.flag("async"), Timeout: b.milliseconds("timeout")}
	kinds := 0
	for _, name := range []string{"script", "connector", "exec"} {
		if _, ok := b.get(name); ok {
			kinds++
		}
	}
	if kinds != 1 {
		r.fail("$.action", "exactly one of \"script\", \"connector\" and \"exec\" must be given")
		return a
	}
	if script := b.text("script", false); script != "" {
		if filepath.IsAbs(script) {
			r.fail("$.action.script", "the path must be relative to the manifest")
		}
		a.Script = filepath.Join(a.Dir, filepath.FromSlash(script))
		if a.Run = b.text("run", false); a.Run == "" {
			a.Run = "run"
		}
		b.unused("method", "script")
		return a
	}
	b.unused("run", "exec or connector")
	if a.Connector = b.text("connector", false); a.Connector != "" {
		a.Method = b.text("method", true)
		return a
	}
	b.unused("method", "exec")
	a.Exec = b.texts("exec")
	return a
}

func (r *reader) union(o *object) *Union {
	body, ok := o.get("union")
	if !ok {
		r.fail(o.path, "the field \"union\" is missing")
		return nil
	}
	b := r.object(body, "$.union", "list")
	if b == nil {
		return nil
	}
	list, ok := b.get("list")
	if !ok {
		r.fail("$.union", "the field \"list\" is missing")
		return nil
	}
	if list.Kind() != registry.Array && list.Kind() != registry.RowCollection {
		r.fail("$.union.list", "an array is expected, not %s", kindName(list))
		return nil
	}
	u := &Union{}
	for i, x := range list.Items {
		item := r.object(x, fmt.Sprintf("$.union.list[%d]", i), "uri", "condition")
		if item == nil {
			continue
		}
		c := None
		if v, ok := item.get("condition"); ok {
			c = Condition(v.Text)
			if v.Kind() != registry.String || c != None && c != PrevSuccess && c != PrevFailed {
				r.fail(item.path+".condition", "%s is none of \"none\", \"prev_success\", \"prev_failed\"", v.JSON())
			}
		}
		u.List = append(u.List, Item{URI: item.text("uri", true), Condition: c})
	}
	return u
}

// SamePath tells whether two paths, however written, mean one file.
func SamePath(a, b string) bool {
	if a == b {
		return true
	}
	x, errA := filepath.Abs(a)
	y, errB := filepath.Abs(b)
	return errA == nil && errB == nil && x == y
}
