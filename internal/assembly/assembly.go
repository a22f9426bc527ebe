// Package assembly puts the parts of golsf together: the interpreter with the
// standard library, the file formats, the connectors and the database behind
// the store. Commands, the prompt and the server get their programs from here.
package assembly

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/golsf/golsf/internal/ext"
	"github.com/golsf/golsf/internal/query"
	"github.com/golsf/golsf/interp"
	"github.com/golsf/golsf/lang/diag"
	"github.com/golsf/golsf/lang/resolve"
	"github.com/golsf/golsf/runtime/connect"
	"github.com/golsf/golsf/runtime/connect/builtin"
	"github.com/golsf/golsf/runtime/connect/files"
	"github.com/golsf/golsf/runtime/connect/registry"
	"github.com/golsf/golsf/runtime/format"
	"github.com/golsf/golsf/runtime/format/codecs"
	"github.com/golsf/golsf/runtime/value"
	"github.com/golsf/golsf/stdlib/functions"
	"github.com/golsf/golsf/stdlib/prelude"
)

// Config says what a program gets. The zero value runs in memory, silently.
type Config struct {
	Stdout, Stderr io.Writer
	Terminal       interp.Terminal
	Include        []string // folders of required modules
	Database       string   // SQLite file of the stored properties; "" keeps them in memory
	Limits         query.Limits
	Clock          func() time.Time // nil: time.Now
	// Secret signs the requests that EXTERNAL LSF with an empty connection string
	// gives; none is a random one.
	Secret []byte
	// Wrap puts middleware around the connectors (recording, replaying, limits).
	Wrap []connect.Middleware
	// Register adds connectors of further kinds.
	Register map[string]connect.Connector
	// Connectors are the named ones of EXTERNAL CONNECTOR and of extensions; nil
	// is none. The program closes them.
	Connectors *registry.Registry
	// Extensions says what Extensions.fire runs: the folder, and how long
	// asynchronous items are waited for. The other options are filled in.
	Extensions ext.Options
}

// Program is a loaded program with what it holds open.
type Program struct {
	Instance   *interp.Instance
	Extensions *ext.Runner
	// Stdout is where the program prints: that of Config, safe for several
	// goroutines when there are extensions.
	Stdout   io.Writer
	database *database

	connectors *registry.Registry
}

// Close waits for asynchronous extensions, cancels calls of connectors that
// still run, and releases the database.
func (p *Program) Close() error {
	p.Extensions.Close(context.Background())
	if p.connectors != nil {
		p.connectors.Close()
	}
	return p.database.close()
}

// Load reads, resolves and wires a program. The list has what is wrong with the
// text; the Program is nil when it has errors. The error is about the database.
func Load(ctx context.Context, sources []interp.Source, c Config) (*Program, diag.List, error) {
	db := &database{file: c.Database}
	runner, action := c.extensions()
	o := interp.Options{
		Stdout: c.Stdout, Stderr: c.Stderr, Terminal: c.Terminal, Include: c.Include,
		Functions: Functions(c.Clock), Action: action, Prelude: Prelude,
		Connector: connectors(c, db), Codecs: Codecs(), Files: &files.System{},
		Clock: c.Clock, Limits: c.Limits, Persist: db.persist,
	}
	inst, list, broken := withScripts(ctx, sources, c.Extensions.Folder, func(all []interp.Source) (*interp.Instance, diag.List) {
		return interp.Load(ctx, all, o)
	})
	if inst == nil {
		return nil, list, ctx.Err()
	}
	runner.Bind(inst, broken)
	db.inst = inst
	if c.Database != "" {
		if err := db.open(ctx); err != nil {
			return nil, list, err
		}
	}
	return &Program{Instance: inst, Extensions: runner, Stdout: c.Stdout, database: db, connectors: c.Connectors}, list, nil
}

// Codecs are all file formats.
func Codecs() *format.Set { return codecs.All() }

func connectors(c Config, db *database) connect.Connector {
	secret := c.Secret
	if len(secret) == 0 {
		secret = make([]byte, 32)
		rand.Read(secret) // never fails
	}
	r := builtin.Registry(builtin.Options{Secret: secret, OpenLocal: db.openLocal})
	named := c.Connectors
	if named == nil {
		named = registry.New(registry.Options{})
	}
	r.Register(connect.KindConnector, registry.Language{Registry: named})
	for kind, extra := range c.Register {
		r.Register(kind, extra)
	}
	return connect.Wrap(r, c.Wrap...)
}

// Functions finds the scalar functions of the standard library.
func Functions(clock func() time.Time) func(name string, params int) (query.Function, bool) {
	table := functions.New()
	env := &functions.Env{Now: clock}
	return func(name string, params int) (query.Function, bool) {
		f, ok := table.Find(name, params)
		if !ok {
			return nil, false
		}
		return func(ctx context.Context, args []value.Value) (value.Value, error) { return f.Call(ctx, env, args) }, true
	}
}

// Prelude gives a module of the standard library.
func Prelude(module string) (interp.Source, bool) {
	text, ok := prelude.Text(module)
	return interp.Source{Name: query.LibraryFile + module + ".lsf", Text: text}, ok
}

// Library finds modules for a check of files: among include folders, beside the
// files, then in the standard library. A file that is checked itself is known by
// the name in its MODULE statement only: MasterData.lsf may be another module
// than the standard library's MasterData.
func Library(include, given []string) resolve.Library {
	folders := append([]string(nil), include...)
	known := map[string]bool{}
	for _, f := range given {
		known[filepath.Clean(f)] = true
		if dir := filepath.Dir(f); !known[dir] {
			known[dir] = true
			folders = append(folders, dir)
		}
	}
	read := func(name string) ([]byte, string, bool) {
		for _, dir := range folders {
			path := filepath.Join(dir, name)
			if text, err := os.ReadFile(path); err == nil {
				return text, path, true
			}
		}
		return nil, "", false
	}
	return resolve.Library{
		Find: func(name string) (resolve.Source, bool) {
			if !strings.ContainsAny(name, `/\`) {
				if text, path, ok := read(name + ".lsf"); ok && !known[filepath.Clean(path)] {
					return resolve.Source{File: path, Text: text}, true
				}
			}
			s, ok := Prelude(name)
			return resolve.Source{File: s.Name, Text: s.Text, System: true}, ok
		},
		File: func(path string) (string, bool) {
			if !filepath.IsLocal(path) {
				return "", false
			}
			text, _, ok := read(path)
			return string(text), ok
		},
	}
}
