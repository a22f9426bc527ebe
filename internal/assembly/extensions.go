package assembly

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/golsf/golsf/internal/ext"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/stdlib/actions"
)

// extensions makes the runner of extensions and the table of native actions
// with its own. With a folder, output comes from several goroutines.
func (c *Config) extensions() (*ext.Runner, func(id string) (interp.NativeAction, bool)) {
	if c.Extensions.Folder != nil {
		c.Stdout, c.Stderr = shared(c.Stdout), shared(c.Stderr)
	}
	o := c.Extensions
	o.Stdout, o.Stderr, o.MaxOutput = c.Stdout, c.Stderr, c.Limits.Response
	if c.Connectors != nil {
		o.Connectors = c.Connectors
	}
	runner := ext.NewRunner(o)
	library := actions.New(actions.Config{})
	return runner, func(id string) (interp.NativeAction, bool) {
		if f, ok := runner.Native(id); ok {
			return f, true
		}
		return library.Lookup(id)
	}
}

// sharedWriter lets several goroutines write.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func shared(w io.Writer) io.Writer {
	if w == nil {
		return nil
	}
	return &sharedWriter{w: w}
}

func (s *sharedWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// loader loads a program of sources; the Instance is nil when there are errors.
type loader func(sources []interp.Source) (*interp.Instance, diag.List)

// withScripts loads the program together with the scripts of an extension
// folder, as modules beside its own. A script with errors is left out and
// described in broken, by its path; only errors of the program itself keep it
// from loading.
func withScripts(ctx context.Context, program []interp.Source, folder *ext.Folder, load loader) (*interp.Instance, diag.List, map[string]*ext.Failure) {
	broken := map[string]*ext.Failure{}
	scripts := readScripts(program, folder, broken)
	join := func(list []interp.Source) []interp.Source { return append(slices.Clone(program), list...) }

	inst, list := load(join(scripts))
	if inst != nil || len(scripts) == 0 || ctx.Err() != nil {
		return inst, list, broken
	}
	sound := withoutErrors(scripts, list, broken)
	if len(sound) < len(scripts) {
		if inst, list = load(join(sound)); inst != nil {
			return inst, list, broken
		}
	}
	// What is left is wrong together: a script is taken when it goes with those
	// before it.
	if inst, list = load(program); inst == nil {
		return nil, list, broken
	}
	var taken []interp.Source
	for _, s := range sound {
		if ctx.Err() != nil {
			return nil, nil, broken
		}
		next, found := load(join(append(slices.Clone(taken), s)))
		if next == nil {
			broken[s.Name] = scriptFailure(found, s.Name)
			continue
		}
		inst, list, taken = next, found, append(taken, s)
	}
	return inst, list, broken
}

// readScripts reads the scripts that are not sources of the program anyway.
func readScripts(program []interp.Source, folder *ext.Folder, broken map[string]*ext.Failure) []interp.Source {
	var out []interp.Source
	for _, path := range folder.Scripts() {
		if slices.ContainsFunc(program, func(s interp.Source) bool { return ext.SamePath(s.Name, path) }) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			var at *fs.PathError
			if errors.As(err, &at) {
				err = at.Err
			}
			broken[path] = &ext.Failure{Code: ext.CodeScript, Message: path + ": " + err.Error()}
			continue
		}
		out = append(out, interp.Source{Name: path, Text: text, Apart: true})
	}
	return out
}

// withoutErrors keeps the scripts in which no error lies.
func withoutErrors(scripts []interp.Source, list diag.List, broken map[string]*ext.Failure) []interp.Source {
	return slices.DeleteFunc(slices.Clone(scripts), func(s interp.Source) bool {
		wrong := slices.ContainsFunc(list, func(d *diag.Diagnostic) bool {
			return d.Severity == diag.Error && d.Span.Start.File == s.Name
		})
		if wrong {
			broken[s.Name] = scriptFailure(list, s.Name)
		}
		return wrong
	})
}

// scriptFailure words the errors of a script by the first one, if possible one
// of its own file.
func scriptFailure(list diag.List, file string) *ext.Failure {
	var first *diag.Diagnostic
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		if first == nil || first.Span.Start.File != file && d.Span.Start.File == file {
			first = d
		}
	}
	if first == nil {
		return &ext.Failure{Code: ext.CodeScript, Message: "the script cannot be read"}
	}
	place := first.Span.Start.String()
	return &ext.Failure{Code: ext.CodeScript, Message: place + ": error " + first.Code + ": " + first.Message, Place: place}
}
